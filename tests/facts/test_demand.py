"""What is asked of the police: control figures from the shipped tables, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import MET
from bcumap.facts import demand, store
from bcumap.facts.areas import Atlas
from bcumap.facts.demand import Demand, Offences, Report, Row, Survey


@pytest.fixture(scope="module")
def known() -> Demand:
    return store.demand()


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return store.atlas()


def by_code(told: Report) -> dict[str, Row]:
    return {row.code: row for row in told.rows}


def test_rates_of_bcus_are_the_control_figures(known: Demand, atlas: Atlas) -> None:
    told = demand.report(known, atlas, "bcus", on="2026-06")
    assert (told.first, told.last) == ("2025-07", "2026-06")
    rates = {row.code: demand.rate_text(row.per_1k) for row in told.rows}
    assert rates == {
        "SW": "69", "SN": "75", "NW": "78", "EA": "79", "SE": "87", "WA": "90", "NA": "98",
        "NE": "100", "CE": "119", "AS": "125", "CN": "162", "AW": "219",
    }  # fmt: skip
    # The list of control figures has 220 for 219.48, which is rounded twice.
    assert by_code(told)["AW"].per_1k == 219.484


def test_highest_and_lowest_wards_are_the_control_figures(known: Demand, atlas: Atlas) -> None:
    told = demand.report(known, atlas, "wards", on="2026-03")
    ends = [(row.name, round(row.per_1k or 0)) for row in (*told.rows[:2], told.rows[-1])]
    assert ends == [("West End", 2426), ("St James's", 1760), ("Tudor", 25)]
    assert told.ranked == len(told.rows) == 679
    assert "residents" in told.rows[0].cautions
    assert told.rows[0].per_km2 is not None


def test_confidence_of_the_met_is_the_control_figures(known: Demand) -> None:
    at = dict(zip(known.survey.quarters, range(99), strict=False))
    met = known.survey.shares[MET]
    good = [met["good_job"][at[quarter]] for quarter in ("2014-12", "2023-12", "2025-09")]
    contact = [met["contact_officer"][at[quarter]] for quarter in ("2014-12", "2023-12")]
    assert good == [67, 47, 46]
    assert contact == [41, 13]
    assert known.survey.last(MET, "contact_officer") == ("2023-12", 13)
    assert known.survey.last("E09000023", "good_job") == ("2023-12", 45)


def test_abstraction_by_year_is_the_control_figures(known: Demand, atlas: Atlas) -> None:
    months = demand.abstraction_months(known)
    shares = [
        demand.abstracted(
            known,
            demand.boroughs_of(atlas.force),
            [month for month in months if month.startswith(str(year))],
        )
        for year in range(2018, 2025)
    ]
    assert [round(100 * (share or 0), 1) for share in shares] == [
        10.6, 11.3, 11.2, 10.9, 18.5, 16.9, 19.5,
    ]  # fmt: skip


def test_wards_and_the_rest_are_the_boroughs_and_the_met(known: Demand, atlas: Atlas) -> None:
    rows = demand.sums(known, atlas)
    assert len(rows) == 36
    for row in rows:
        assert row["wards"] + row["without_ward"] == row["boroughs"] + row["airports"]
        assert row["boroughs"] + row["airports"] + row["unknown"] == row["met"]
    old = [row["without_ward"] / row["wards"] for row in rows if row["month"] < "2024-02"]
    new = [row["without_ward"] / row["wards"] for row in rows if row["month"] >= "2024-03"]
    assert max(old) < 0.001  # revisions
    assert 0.015 < min(new) < max(new) < 0.069
    assert sum(row["without_ward"] for row in rows) == 61_567


def test_areas_add_up_from_boroughs_to_the_met_in_every_month(known: Demand, atlas: Atlas) -> None:
    bcus = [demand.series(known, "bcus", area) for area in atlas.levels["bcus"].values()]
    rest = known.boroughs.series(demand.UNALLOCATED)
    assert [sum(month) for month in zip(*bcus, rest, strict=True)] == demand.series(
        known, "bcus", atlas.force
    )
    assert len(rest) == 195


def test_groups_add_up_to_all(known: Demand, atlas: Atlas) -> None:
    parts = [demand.series(known, "bcus", atlas.force, group) for group in demand.GROUPS]
    assert [sum(month) for month in zip(*parts, strict=True)] == demand.series(
        known, "bcus", atlas.force
    )
    burglary = demand.report(known, atlas, "bcus", group="burglary").met
    assert burglary.offences == 47_880


def test_central_north_has_no_figure_of_officers(known: Demand, atlas: Atlas) -> None:
    rows = by_code(demand.report(known, atlas, "bcus"))
    assert rows["CN"].per_officer is None
    assert rows["CN"].per_promised_officer is not None
    assert rows["SE"].per_officer == pytest.approx(74_301 / 223.1, abs=0.01)


def test_officers_of_wards_count_from_the_first_of_their_own_months(
    known: Demand, atlas: Atlas
) -> None:
    code, facts = "E05013719", atlas.facts
    added = {**facts["wards"][code]["officers"], "fte": 2.0}
    wards = {**facts["wards"], code: {**facts["wards"][code], "officers": added}}
    for first, per_officer in (("2026-03", 0.5), ("2026-04", None)):
        officers = {**facts["officers"], "ward_months": [first, "2026-07"]}
        changed = Atlas({**facts, "wards": wards, "officers": officers})
        told = demand.report(known, changed, "wards")
        row = by_code(told)[code]
        assert row.per_officer == (per_officer and row.offences * per_officer)


def test_comparisons_across_the_new_system_and_airports_are_flagged(
    known: Demand, atlas: Atlas
) -> None:
    told = demand.report(known, atlas, "bcus")
    assert "system" in told.cautions
    assert [row.code for row in told.rows if "airports" in row.cautions] == ["WA"]
    assert told.rows[0].change_years == 3
    wards = demand.report(known, atlas, "wards")
    assert wards.rows[0].change_years == 2
    assert "system" in wards.cautions
    old = demand.report(known, atlas, "boroughs", on="2019-12")
    assert "system" not in old.cautions
    assert not any("airports" in row.cautions for row in old.rows)
    assert {row.per_officer for row in old.rows} == {None}  # strengths are of years later


def test_what_is_not_in_the_data_is_refused_in_a_sentence(known: Demand, atlas: Atlas) -> None:
    for asked, said in (
        ({"level": "streets"}, "no level 'streets'"),
        ({"level": "bcus", "group": "arson"}, "no group 'arson'"),
        ({"level": "wards", "on": "2023-05"}, "from 2024-03 to 2026-03"),
        ({"level": "bcus", "on": "June"}, "from 2011-03 to 2026-06"),
    ):
        with pytest.raises(BcuMapError, match=said):
            demand.report(known, atlas, **asked)
    nothing = Demand(Offences((), {}), Offences((), {}), Survey((), {}), {})
    with pytest.raises(BcuMapError, match="bcumap build --demand"):
        demand.report(nothing, atlas, "wards")


# --- hand-made areas -------------------------------------------------------------------------


def area(name: str, residents: int | None, **more: Any) -> dict[str, Any]:
    officers = {"committed": 3, "fte": None} | more.pop("officers", {})
    return {"name": name, "area_km2": 2.0, "residents": residents, "officers": officers} | more


def world(counts: dict[str, list[int]], **wards: Any) -> tuple[Demand, Atlas]:
    """Wards with a number for each month from April 2021."""
    months = tuple(f"{2021 + m // 12}-{m % 12 + 1:02d}" for m in range(3, 3 + len(counts["a"])))
    offences = Offences(months, {code: {"theft": row} for code, row in counts.items()})
    told = {
        "edition": "2025",
        "residents_as_of": "2024-06-30",
        "seen_on": ["2026-11-22", "2026-11-26"],
        "officers": {"months": ["2025-08", "2026-07"], "since": "2017-12-28"},
        "wards": wards,
        "boroughs": {},
        "bcus": {},
    }
    return Demand(offences, Offences((), {}), Survey((), {}), {}), Atlas(told)


def test_few_offences_are_shown_but_neither_ranked_nor_compared() -> None:
    known, atlas = world(
        {"a": [2] * 36, "b": [10] * 36, "c": [10] * 36, "d": [1] * 24 + [10] * 12},
        a=area("A", 10), b=area("B", 1000), c=area("C", 1000), d=area("D", None),
    )  # fmt: skip
    rows = by_code(demand.report(known, atlas, "wards"))
    assert (rows["a"].offences, rows["a"].rank, rows["a"].change) == (24, None, None)
    assert rows["a"].cautions == ("few", "residents")
    assert (rows["b"].rank, rows["c"].rank, rows["b"].change) == (1, 1, 0.0)
    assert (rows["d"].per_1k, rows["d"].rank, rows["d"].change) == (None, None, None)
    assert rows["b"].per_promised_officer == 40


def test_a_change_needs_as_many_months_before() -> None:
    known, atlas = world({"a": [10] * 35}, a=area("A", 1000))
    assert demand.report(known, atlas, "wards").rows[0].change is None


def test_months_are_counted_across_years() -> None:
    assert demand.month_before("2024-03", 3) == "2023-12"
    assert demand.month_before("2026-06", 36) == "2023-06"


def test_whose_minutes_they_are_is_told(known: Demand) -> None:
    assert demand.abstraction_when(known) == "April 2023 to March 2024, second hand"
    last = demand.abstraction_months(known)[-demand.MONTHS :]
    own = replace(known, second_hand=known.second_hand.difference(last))
    assert demand.abstraction_when(own).endswith("March 2024, by the Met’s workbook (London"
                                                 " Datastore, e16kd)")  # fmt: skip
    assert demand.abstraction_when(replace(known, minutes={})) == ""
