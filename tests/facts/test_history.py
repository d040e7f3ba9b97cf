"""Which unit had a borough on a date, and how sure that is: the shipped tables."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from bcumap.base.errors import BcuMapError
from bcumap.facts import history, store
from bcumap.facts.history import Past

LEWISHAM, ISLINGTON, WESTMINSTER = "E09000023", "E09000019", "E09000033"
HOUNSLOW, CITY, SOUTHWARK = "E09000018", "E09000001", "E09000028"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture(scope="module")
def past() -> Past:
    return store.past()


@pytest.mark.parametrize(
    ("on", "kinds"),
    [
        ("2012-01-01", {"borough unit": 32}),
        ("2016-12-31", {"borough unit": 32}),
        ("2017-01-01", {"borough unit": 27, "pathfinder": 5}),
        ("2018-05-31", {"borough unit": 27, "pathfinder": 5}),
        ("2018-06-01", {"borough unit": 23, "BCU": 9}),  # South West, as planned
        ("2018-06-06", {"borough unit": 20, "BCU": 12}),  # West Area, as known
        ("2018-12-31", {"borough unit": 3, "BCU": 29}),
        ("2019-02-01", {"BCU": 32}),
        ("2026-11-22", {"BCU": 32}),
    ],
)
def test_boroughs_go_over_to_bcus(past: Past, on: str, kinds: dict[str, int]) -> None:
    units = history.units_on(past, day(on))
    found = Counter(unit.kind for code, unit in units.items() if code != CITY)
    assert found == kinds
    assert units[CITY].kind == "own force"


def test_at_the_end_of_2018_11_bcus_were_live_of_which_eight_by_plan(past: Past) -> None:
    found = history.bcus_on(past, day("2018-12-31"))
    live = {row["bcu_code"]: row["go_live_basis"] for row, is_live in found if is_live}
    assert {code for code, basis in live.items() if basis == "known"} == {"CN", "EA", "WA"}
    assert {code for code, basis in live.items() if basis == "planned"} == {
        "SW", "NE", "SE", "AS", "NW", "NA", "CE", "SN"
    }  # fmt: skip
    assert [row["bcu_code"] for row, is_live in found if not is_live] == ["AW"]
    units = history.units_on(past, day("2018-12-31"))
    assert (units[LEWISHAM].kind, units[LEWISHAM].basis) == ("BCU", "planned")
    assert (units[HOUNSLOW].kind, units[HOUNSLOW].basis) == ("BCU", "known")
    assert (units[WESTMINSTER].kind, units[WESTMINSTER].basis) == ("borough unit", "announced")


def test_what_was_only_planned_is_known_once_all_12_are_complete(past: Past) -> None:
    before = history.units_on(past, day("2019-01-31"))[LEWISHAM]
    after = history.units_on(past, day("2019-02-01"))[LEWISHAM]
    assert (before.basis, before.since_basis) == ("planned", "planned")
    assert (after.basis, after.since_basis) == ("known", "planned")
    assert after.since == "2018-09"


def test_before_anything_was_planned_a_borough_s_unit_is_known(past: Past) -> None:
    assert history.units_on(past, day("2018-05-31"))[LEWISHAM].basis == "known"
    assert history.units_on(past, day("2018-08-01"))[LEWISHAM].basis == "planned"
    assert history.units_on(past, day("2018-06-03"))[HOUNSLOW].basis == "known"


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("AS", "2018-12-31", "South"),
        ("NA", "2018-12-31", "North"),
        ("WA", "2018-12-31", "West"),
        ("AW", "2019-02-01", "West"),
        ("EA", "2017-06-01", "East"),  # by the first paper that names it
        ("AS", "2024-01-01", "Central South"),
        ("AW", "2024-01-01", "Central West"),
    ],
)
def test_names_are_those_of_the_papers_of_the_time(
    past: Past, code: str, on: str, name: str
) -> None:
    assert history.name_on(past.units, code, day(on)) == name


def test_wards_have_the_unit_of_their_borough(past: Past) -> None:
    wards = {code: row["borough_code"] for code, row in store.facts()["wards"].items()}
    found = history.unit_of_wards(history.units_on(past, day("2017-06-01")), wards)
    assert len(found) == 704
    kinds = Counter(unit.kind for unit in found.values())
    assert kinds["pathfinder"] == 61 + 37  # East Area and Central North
    assert kinds["own force"] == 25


def test_no_unit_is_told_before_the_first_fact(past: Past) -> None:
    with pytest.raises(BcuMapError, match="police units on 2011-12-31; the first fact is of 2012"):
        history.units_on(past, day("2011-12-31"))


@pytest.mark.parametrize(
    ("on", "model", "units"),
    [
        ("2012-06-01", "32 borough units", 32),
        ("2013-06-01", "Local Policing Model", 32),
        ("2017-06-01", "Pathfinders", 29),
        ("2018-07-01", "Roll-out", None),
        ("2026-01-01", "12 Basic Command Units", 12),
    ],
)
def test_the_model_of_a_date(past: Past, on: str, model: str, units: int | None) -> None:
    row = history.model_on(past, day(on))
    assert (row["model"], row["units"]) == (model, units)
    if units:  # the count that a source states is the one that the boroughs make
        found = history.units_on(past, day(on))
        made = {unit.code for code, unit in found.items() if code != CITY}
        assert len(made) == units


def leadership(past: Past, on: str) -> dict[str, int | None]:
    rows = history.structure_on(past, day(on))
    return {row["item"]: row["number"] for row in rows if row["part"] == "leadership"}


def test_the_leadership_of_a_unit_then_and_now(past: Past) -> None:
    assert leadership(past, "2012-06-01") == {"Senior Leadership Team": None}
    assert sum(n or 0 for n in leadership(past, "2017-06-01").values()) == 1 + 4
    assert sum(n or 0 for n in leadership(past, "2018-12-31").values()) == 1 + 5 + 6
    assert leadership(past, "2026-01-01") == {"BCU commander": 1}


@pytest.mark.parametrize(
    ("on", "number"), [("2012-06-01", 6), ("2017-06-01", 4), ("2018-12-31", 4), ("2026-01-01", 4)]
)
def test_the_functions_of_a_unit(past: Past, on: str, number: int) -> None:
    rows = history.structure_on(past, day(on))
    assert sum(row["part"] == "function" for row in rows) == number


def test_the_commitment_of_a_date(past: Past) -> None:
    assert history.commitment_on(past, day("2012-12-31")) is None
    found = {
        on: history.commitment_on(past, day(on))
        for on in ("2017-06-01", "2017-12-28", "2026-01-01")
    }
    told = [(row["dwo"], row["from"]) for row in found.values() if row]
    assert told == [(1, "2013"), (2, "2017-12-28"), (2, "2022-02")]


def test_the_money_figures_are_the_briefing_s(past: Past) -> None:
    assert [row["gbp_million"] for row in past.money] == [600, 325, 73, None]
    assert [row["posts"] for row in past.money] == [None, None, -1583, 30000]
    assert all(row["source"] for row in past.money)


def test_no_officer_is_named(past: Past) -> None:
    """London Councils' briefing names the commanders of 2018; no table here does."""
    text = repr(past).lower()
    for name in ("gwillim", "raphael", "tucker", "millichap", "benetar", "dobinson", "boothe"):
        assert name not in text


def test_every_row_says_of_when_and_by_whom(past: Past) -> None:
    for rows in (past.models, past.units, past.structures, past.money):
        assert all(row["as_of"] and row["source"] for row in rows)


def test_a_change_of_units_is_a_change_date(past: Past) -> None:
    dates = [str(date) for date in history.change_dates(past)]
    assert dates == sorted(set(dates))
    assert {"2017-01-01", "2018-06-06", "2018-09-01", "2018-11-01", "2019-02-01"} <= set(dates)
