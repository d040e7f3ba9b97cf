"""Which unit had a borough on a date, and how sure that is: the shipped tables."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from bcumap.base.dates import Row, last_on
from bcumap.base.errors import BcuMapError
from bcumap.facts import history, store
from bcumap.facts.history import Past

LEWISHAM = "E09000023"
HOUNSLOW, CITY, NEWHAM = "E09000018", "E09000001", "E09000025"


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
        ("2018-04-30", {"borough unit": 27, "pathfinder": 5}),
        ("2018-06-01", {"borough unit": 23, "BCU": 9}),  # South West, in May
        ("2018-06-06", {"borough unit": 20, "BCU": 12}),  # West Area, as known
        ("2018-12-31", {"borough unit": 10, "BCU": 22}),
        ("2019-01-31", {"borough unit": 6, "BCU": 26}),
        ("2019-02-01", {"BCU": 32}),
        ("2026-11-22", {"BCU": 32}),
    ],
)
def test_boroughs_go_over_to_bcus(past: Past, on: str, kinds: dict[str, int]) -> None:
    units = history.units_on(past, day(on))
    found = Counter(unit.kind for code, unit in units.items() if code != CITY)
    assert found == kinds
    assert units[CITY].kind == "own force"


@pytest.mark.parametrize(
    ("on", "stage", "basis"),
    [
        ("2018-10-31", "not yet", "evidence"),
        ("2018-11-01", "in the course of the month", "not known"),
        ("2018-11-30", "in the course of the month", "not known"),
        ("2018-12-01", "live", "evidence"),
        ("2019-02-28", "live", "evidence"),
        ("2019-03-01", "live", "known"),
    ],
)
def test_a_month_is_not_a_day(past: Past, on: str, stage: str, basis: str) -> None:
    stages = {row["bcu_code"]: found for row, found in history.bcus_on(past, day(on))}
    assert stages["SE"] == stage
    assert history.units_on(past, day(on))[LEWISHAM].basis == basis


def test_a_day_that_was_due_stands_on_evidence_once_its_month_is_over(past: Past) -> None:
    basis = {
        on: history.units_on(past, day(on))[NEWHAM].basis
        for on in ("2018-10-16", "2018-10-17", "2018-11-01", "2019-03-01")
    }
    assert list(basis.values()) == ["evidence", "announced", "evidence", "known"]


def test_before_the_roll_out_a_borough_s_unit_is_known(past: Past) -> None:
    assert history.units_on(past, day("2018-04-30"))[LEWISHAM].basis == "known"
    assert history.units_on(past, day("2018-08-01"))[LEWISHAM].basis == "evidence"
    assert history.units_on(past, day("2018-06-03"))[HOUNSLOW].basis == "known"


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("AS", "2018-12-31", "South"),
        ("NA", "2018-12-31", "North"),
        ("WA", "2018-12-31", "West"),
        ("AW", "2019-02-01", "West"),
        ("AW", "2020-07-17", "Central West"),
        ("EA", "2017-06-01", "East Area"),  # by the first paper that names it
        ("AS", "2024-01-01", "Central South"),
        ("AW", "2024-01-01", "Central West"),
    ],
)
def test_names_are_those_of_the_papers_of_the_time(
    past: Past, code: str, on: str, name: str
) -> None:
    assert history.name_on(past.units, code, day(on)) == name


def test_wards_have_the_unit_of_their_borough(past: Past) -> None:
    units, wards = history.units_on(past, day("2017-06-01")), store.atlas().levels["wards"]
    kinds = Counter(units[ward.facts["borough_code"]].kind for ward in wards.values())
    assert kinds.total() == 704
    assert kinds["pathfinder"] == 61 + 37  # East Area and Central North
    assert kinds["own force"] == 25


def test_no_unit_is_told_before_the_first_fact(past: Past) -> None:
    with pytest.raises(BcuMapError, match="police units on 2011-12-31; the first fact is of 2012"):
        history.units_on(past, day("2011-12-31"))


@pytest.mark.parametrize(
    ("on", "model", "units"),
    [
        ("2012-06-01", "32 borough units", 32),
        ("2013-07-01", "Local Policing Model", 32),
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


def structure(past: Past, on: str) -> list[Row]:
    """What a unit was made of: the rows of the last description by then."""
    row = last_on(past.structures, day(on))
    return [each for each in past.structures if row and each["from"] == row["from"]]


def leadership(past: Past, on: str) -> dict[str, int | None]:
    rows = structure(past, on)
    return {row["item"]: row["number"] for row in rows if row["part"] == "leadership"}


def test_the_leadership_of_a_unit_then_and_now(past: Past) -> None:
    assert leadership(past, "2012-06-01") == {"Senior Leadership Team": None}
    assert sum(n or 0 for n in leadership(past, "2017-06-01").values()) == 1 + 4
    assert sum(n or 0 for n in leadership(past, "2018-12-31").values()) == 1 + 5 + 6
    assert leadership(past, "2021-01-01") == {
        "BCU commander": 1,
        "Superintendents": 5,
        "Chief inspectors": 6,
    }
    assert leadership(past, "2026-01-01") == {
        "BCU commander": 1,
        "Neighbourhood superintendent": None,
    }


@pytest.mark.parametrize(
    ("on", "number"),
    [("2012-06-01", 6), ("2017-06-01", 4), ("2018-12-31", 4), ("2021-01-01", 4), ("2026-01-01", 5)],
)
def test_the_functions_of_a_unit(past: Past, on: str, number: int) -> None:
    rows = structure(past, on)
    assert sum(row["part"] == "function" for row in rows) == number


def test_the_money_figures_are_the_briefing_s(past: Past) -> None:
    briefing = [row for row in past.money if row["from"] == "2018-02"]
    assert [row["gbp_million"] for row in briefing] == [600, 325, 73, None]
    assert [row["posts"] for row in briefing] == [None, None, -1583, 30000]
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
    assert {"2017-01-01", "2018-06-06", "2018-11-01", "2018-12-01", "2019-01-09"} <= set(dates)
