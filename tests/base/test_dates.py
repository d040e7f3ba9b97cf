"""Dates as precise as their source: what they mean, what is none, and what held on a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bcumap.base import dates
from bcumap.base.errors import BcuMapError, DataError

ROWS = [{"from": "2018"}, {"from": "2018-06-06"}, {"from": "2018-06"}]


@pytest.mark.parametrize(
    ("partial", "first"),
    [("2018", "2018-01-01"), ("2018-06", "2018-06-01"), ("2018-06-06", "2018-06-06")],
)
def test_a_date_holds_from_the_first_day_that_it_may_mean(partial: str, first: str) -> None:
    assert dates.starts(partial) == dt.date.fromisoformat(first)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13", "26", "", "June 2018", "2018-6-6", "٢٠١٨"]
)
def test_what_is_no_date_says_so(text: str) -> None:
    with pytest.raises(DataError, match=r"is no date; expected one as 2018"):
        dates.starts(text)


@pytest.mark.parametrize("text", ["2018", "2026-02-30", "20180101", "2018-W01-1", "today", ""])
def test_only_a_whole_date_is_a_day(text: str) -> None:
    with pytest.raises(BcuMapError, match="is no date; write it as 2018-12-31"):
        dates.day(text)


def test_a_day_of_the_next_century_is_out_of_range() -> None:
    assert dates.day("2099-12-31") == dates.LAST_DAY
    with pytest.raises(
        BcuMapError, match="2100-01-01 is out of range; give a date up to 2099-12-31"
    ):
        dates.day("2100-01-01")
    with pytest.raises(BcuMapError, match="out of range"):
        dates.check_known(dt.date(2100, 1, 1), ROWS, "anything")


@pytest.mark.parametrize(
    ("on", "held"),
    [("2017-12-31", None), ("2018-01-01", "2018"), ("2018-06-05", "2018-06"),
     ("2018-06-06", "2018-06-06"), ("2030-01-01", "2018-06-06")],
)  # fmt: skip
def test_the_latest_row_by_a_day_holds(on: str, held: str | None) -> None:
    row = dates.last_on(ROWS, dt.date.fromisoformat(on))
    assert (row["from"] if row else None) == held


def test_before_the_first_fact_nothing_is_known() -> None:
    with pytest.raises(BcuMapError, match="nothing is known of x on 2017-12-31; the first fact is"):
        dates.check_known(dt.date(2017, 12, 31), ROWS, "x")
    dates.check_known(dt.date(2018, 1, 1), ROWS, "x")


def test_the_days_of_several_tables_are_told_once_and_in_order() -> None:
    days = dates.change_days(ROWS, [{"from": "2018-06-01"}, {"from": "2013"}])
    assert [str(day) for day in days] == ["2013-01-01", "2018-01-01", "2018-06-01", "2018-06-06"]


def test_today_is_londons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past midnight of summer time is still yesterday in UTC."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC).astimezone(tz)

    monkeypatch.setattr(dates.dt, "datetime", Clock)
    assert dates.today() == dt.date(2026, 7, 1)


def test_nobody_asks_for_the_day_of_the_machine() -> None:
    package = Path(dates.__file__).parents[1]
    asking = [path for path in package.rglob("*.py") if "date.today()" in path.read_text()]
    assert asking == []
