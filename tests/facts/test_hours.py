"""Opening hours: open at a moment, closed, or not known; bank holidays are never guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from bcumap.base.errors import DataError
from bcumap.facts import hours, store

REDUCED = "Mon-Fri 10:00-22:00; Sat-Sun 09:00-19:00"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-03-09 09:59", "closed"),  # a Monday
        ("2026-03-09 10:00", "open"),
        ("2026-03-13 21:59", "open"),  # a Friday
        ("2026-03-13 22:00", "closed"),
        ("2026-03-14 09:00", "open"),  # a Saturday
        ("2026-03-15 19:00", "closed"),  # a Sunday
        ("2026-04-06 12:00", "not known on bank holidays"),  # Easter Monday
        ("2026-12-25 12:00", "not known on bank holidays"),
        ("2026-12-28 12:00", "not known on bank holidays"),  # Boxing Day is on a Saturday
        ("2026-08-31 03:00", "not known on bank holidays"),
    ],
)
def test_the_hours_of_march_2026(when: str, said: str) -> None:
    assert hours.open_at(REDUCED, at(when)) == said


def test_what_never_closes_is_open_on_christmas_night() -> None:
    assert hours.open_at("24/7", at("2026-12-25 03:00")) == "open"


def test_without_hours_it_is_not_known_and_not_closed() -> None:
    assert hours.open_at("", at("2026-03-09 12:00")) == "not known"


def test_a_time_with_a_zone_is_london_s() -> None:
    """In summer London is an hour ahead of UTC."""
    assert hours.open_at(REDUCED, at("2026-07-06T09:30:00+00:00")) == "open"
    assert hours.open_at(REDUCED, at("2026-03-09T09:30:00+00:00")) == "closed"
    assert hours.open_at(REDUCED, at("2026-07-06T21:30:00+00:00")) == "closed"


def test_a_day_that_is_not_named_is_closed() -> None:
    assert hours.open_at("Tue,Thu 10:00-12:00, 13:00-16:00", at("2026-03-09 11:00")) == "closed"
    assert hours.open_at("Tue,Thu 10:00-12:00, 13:00-16:00", at("2026-03-10 11:00")) == "open"
    assert hours.open_at("Tue,Thu 10:00-12:00, 13:00-16:00", at("2026-03-10 12:30")) == "closed"
    assert hours.open_at("Mon 10:00-24:00", at("2026-03-09 23:59")) == "open"


def test_what_is_said_of_bank_holidays_is_taken() -> None:
    said = REDUCED + "; Bank holidays 10:00-14:00"
    assert hours.open_at(said, at("2026-04-06 13:00")) == "open"
    assert hours.open_at(said, at("2026-04-06 15:00")) == "closed"
    assert hours.open_at(REDUCED + "; Bank holidays closed", at("2026-04-06 13:00")) == "closed"


@pytest.mark.parametrize(
    "text",
    ["Mon-Fri", "Mon-Fri 10-22", "Mon-Fri 22:00-10:00", "Fri-Mon 10:00-12:00", "Mo 10:00-12:00",
     "Mon 10:00-12:00; Mon 13:00-14:00", "Mon 25:00-26:00", "weekdays", "Mon 10:00-12:00;"],
)  # fmt: skip
def test_hours_that_cannot_be_read_say_so(text: str) -> None:
    with pytest.raises(DataError, match=r"write them as Mon-Fri 10:00-22:00; Sat-Sun 09:00-19:00"):
        hours.open_at(text, at("2026-03-09 12:00"))
    assert hours.hours_fault(text)


@pytest.mark.parametrize(
    "day", ["2012-06-05", "2020-05-08", "2022-06-03", "2022-09-19", "2023-05-08", "2026-05-25"]
)
def test_days_that_the_government_proclaimed_are_bank_holidays(day: str) -> None:
    """https://www.gov.uk/bank-holidays: jubilees, a funeral, a coronation, a moved May Day."""
    assert hours.is_bank_holiday(dt.date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2020-05-04", "2022-05-30", "2026-11-30", "2026-03-17"])
def test_days_of_other_years_or_nations_are_none(day: str) -> None:
    """St Andrew's is Scotland's and St Patrick's Northern Ireland's."""
    assert not hours.is_bank_holiday(dt.date.fromisoformat(day))


def test_the_shipped_list_is_that_of_the_package_and_no_other_year_needs_it() -> None:
    for year in hours.BANK_HOLIDAY_YEARS:
        listed = {day for day in hours._shipped() if day.year == year}
        assert listed == hours.bank_holidays(year)
    assert hours.is_bank_holiday(dt.date(2040, 12, 25))


def test_all_shipped_hours_can_be_read() -> None:
    told = {row["hours"] for row in store.records("front counters") if row["hours"]}
    assert told == {"24/7", REDUCED}
    assert [hours.hours_fault(each) for each in told] == ["", ""]
