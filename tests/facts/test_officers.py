"""What was promised and what is there: hand-made areas, and the shipped tables."""

from __future__ import annotations

import copy
import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from bcumap.base.dates import Row
from bcumap.base.errors import DataError
from bcumap.base.schema import KEYS, LEVELS
from bcumap.facts import officers, store
from bcumap.facts.measures import FACT_DECIMALS
from bcumap.facts.officers import Commitment

TODAY = dt.date(2026, 11, 22)
TWO_AND_ONE = Commitment(2, 1, "2017-12-28", None, 629, "a source")


def wards(**boroughs: tuple[str | None, int, int | None]) -> list[Row]:
    """Wards of boroughs: each with its BCU, how many wards, and the residents of each ward."""
    return [
        {"ward_code": f"{name}{n}", "ward": f"{name} {n}", "borough_code": name, "borough": name,
         "bcu_code": bcu, "bcu": bcu, "residents": residents}
        for name, (bcu, number, residents) in boroughs.items()
        for n in range(number)
    ]  # fmt: skip


def strengths(**fte: float | None) -> list[Row]:
    """Strengths by borough; each had 10,000 residents in 2021."""
    return [
        {"borough_code": name, "fte": each, "fte_per_10k": each, "residents_2021": 10_000}
        for name, each in fte.items()
    ]


def by_borough(**fte: float | None) -> dict[str, dict[str, Any]]:
    """The boroughs of three by name."""
    rows = officers.by_level("boroughs", THREE, strengths(**fte), TWO_AND_ONE)
    return {row["borough"]: row for row in rows}


def by_bcu(**fte: float | None) -> dict[str, dict[str, Any]]:
    """Their BCUs by name."""
    rows = officers.by_level("bcus", THREE, strengths(**fte), TWO_AND_ONE)
    return {row["bcu"]: row for row in rows}


THREE = wards(A=("X", 2, 1000), B=("X", 4, 2000), C=("Y", 3, None), City=(None, 5, 100))


# --- what was promised -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "dwo", "since", "restated"),
    [
        ("2013-01-01", 1, "2013", None),
        ("2017-12-27", 1, "2013", None),  # the second was promised, and not yet there
        ("2017-12-28", 2, "2017-12-28", None),
        ("2020-07-17", 2, "2017-12-28", "2020-07-17"),
        ("2026-11-22", 2, "2017-12-28", "2022-02"),
    ],
)
def test_the_commitment_of_a_day(day: str, dwo: int, since: str, restated: str | None) -> None:
    found = officers.commitment_on(store.records("commitments"), dt.date.fromisoformat(day))
    assert (found.dwo, found.pcso) == (dwo, 1)
    assert (found.since, found.restated) == (since, restated)
    assert found.source


def test_it_was_made_for_629_other_wards() -> None:
    assert officers.commitment_on(store.records("commitments"), TODAY).wards_then == 629


def test_before_the_first_commitment_none_is_known() -> None:
    with pytest.raises(
        DataError, match="no commitment is known for 2012-12-31; the first is of 2013"
    ):
        officers.commitment_on(store.records("commitments"), dt.date(2012, 12, 31))


# --- what there is -----------------------------------------------------------------------------


def test_a_borough_s_measures() -> None:
    a = by_borough(A=9.0, B=6.0, C=3.0)["A"]
    assert (a["wards"], a["committed_dwo"], a["committed_pcso"], a["committed"]) == (2, 4, 2, 6)
    assert (a["fte_per_ward"], a["fte_per_10k"], a["share_of_commitment"]) == (4.5, 9.0, 1.5)
    assert a["residents_per_committed"] == pytest.approx(2000 / 6)


def test_the_city_has_its_own_police_and_no_row() -> None:
    assert list(by_borough(A=9.0, B=6.0, C=3.0)) == ["A", "B", "C"]
    of_wards = officers.by_level("wards", THREE, [], TWO_AND_ONE)
    assert {row["borough"] for row in of_wards} == {"A", "B", "C"}
    assert all(row["fte"] is None for row in of_wards)


def test_what_was_promised_adds_up_across_the_levels() -> None:
    found = {
        level: officers.by_level(level, THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
        for level in LEVELS
    }
    for measure in ("committed_dwo", "committed_pcso", "committed", "wards"):
        assert len({sum(row[measure] for row in rows) for rows in found.values()}) == 1
    assert sum(row["committed"] for row in found["wards"]) == 27


def test_a_bcu_is_the_sum_of_its_boroughs() -> None:
    x = by_bcu(A=9.0, B=6.0, C=3.0)["X"]
    assert (x["fte"], x["fte_per_ward"], x["fte_per_10k"]) == (15.0, 2.5, 7.5)
    assert (x["at_least"], x["no_figure_for"]) == (False, [])


def test_with_one_unknown_borough_a_bcu_has_at_least_the_others() -> None:
    found = by_bcu(A=9.0, B=None, C=3.0)
    x = found["X"]
    assert (x["fte"], x["at_least"], x["no_figure_for"]) == (9.0, True, ["B"])
    assert x["fte_per_10k"] == 4.5  # of all its residents: no less than that
    assert (x["rank"], found["Y"]["rank"]) == (None, 1)


def test_with_no_known_borough_a_bcu_has_no_figure_and_not_zero() -> None:
    x = by_bcu(A=None, B=None, C=3.0)["X"]
    assert x["fte"] is x["share_of_commitment"] is None
    assert (x["at_least"], x["no_figure_for"]) == (False, ["A", "B"])


def test_unknown_residents_stay_unknown() -> None:
    assert by_borough(A=9.0, B=6.0, C=3.0)["C"]["residents_per_committed"] is None
    found = by_bcu(A=9.0, B=6.0, C=3.0)
    assert found["X"]["residents_per_committed"] == pytest.approx(10_000 / 18)
    assert found["Y"]["residents_per_committed"] is None


def test_ranks_follow_the_share_of_the_commitment_and_leave_the_unknown_out() -> None:
    found = by_borough(A=6.0, B=6.0, C=None)
    assert {name: row["rank"] for name, row in found.items()} == {"A": 1, "B": 2, "C": None}


def test_what_is_measured_is_left_as_it_was() -> None:
    before, given = copy.deepcopy(THREE), strengths(A=9.0, B=None, C=3.0)
    officers.by_level("bcus", THREE, given, TWO_AND_ONE)
    assert before == THREE
    assert given == strengths(A=9.0, B=None, C=3.0)


# --- the shipped tables ------------------------------------------------------------------------


def shipped(level: str) -> list[dict[str, Any]]:
    """What is known of a level today."""
    areas = [
        ward.columns() | {"residents": ward.residents}
        for ward in store.atlas().levels["wards"].values()
    ]
    commitment = officers.commitment_on(store.records("commitments"), TODAY)
    return officers.by_level(level, areas, store.records("borough strengths"), commitment)


def test_camden_and_islington_have_no_reliable_figure() -> None:
    without = [row for row in shipped("boroughs") if row["fte"] is None]
    assert [row["borough"] for row in without] == ["Camden", "Islington"]
    assert {row["rank"] for row in without} == {None}
    known = {row["bcu_code"]: row["fte"] for row in shipped("bcus")}
    assert known.pop("CN") is None
    assert len(known) == 11
    assert None not in known.values()


def test_ranks_go_from_1_to_30() -> None:
    assert sorted(row["rank"] for row in shipped("boroughs") if row["rank"]) == list(range(1, 31))


def test_strengths_of_later_months_are_not_known_earlier() -> None:
    table = store.records("borough strengths")

    def known(rows: Sequence[Row]) -> int:
        return sum(row["fte"] is not None for row in rows)

    assert known(officers.strengths_on(table, dt.date(2025, 7, 31))) == 0
    assert known(officers.strengths_on(table, dt.date(2025, 8, 1))) == known(table) == 30


@pytest.mark.parametrize(("level", "rows"), [("wards", 679), ("boroughs", 32), ("bcus", 12)])
def test_every_level_was_promised_the_same_in_all(level: str, rows: int) -> None:
    found = shipped(level)
    assert len(found) == rows
    assert sum(row["committed"] for row in found) == 679 * 3


def test_the_prepared_facts_say_the_same() -> None:
    for level in LEVELS:
        areas = store.atlas().levels[level]
        for row in shipped(level):
            told = areas[row[KEYS[level][0]]].officers
            assert told
            for name, decimals in FACT_DECIMALS.items():
                assert row[name] == pytest.approx(told.get(name), abs=0.51 * 10**-decimals), name


def test_no_table_of_facts_needs_pandas() -> None:
    code = (
        "import sys; from bcumap.facts import officers, store\n"
        "assert all(store.records(name) for name in store.TABLE_FILES)\n"
        "print({'pandas', 'numpy'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
