"""Dated facts: dates as precise as their source, and what held on a day; reads no file.

A date is kept as precise as its source has it ("2013", "2018-06", "2018-06-06") and holds from the
first day that it may mean. As text such dates sort and compare with a whole date as they should.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bcumap.base.errors import BcuMapError, DataError
from bcumap.base.schema import PARTIAL_DATE

LONDON = ZoneInfo("Europe/London")

# No fact is earlier than the Met itself, and none is asked for that is later than this.
FIRST_DAY, LAST_DAY = dt.date(1829, 9, 29), dt.date(2099, 12, 31)

Row = Mapping[str, Any]


def today() -> dt.date:
    """Return the date in London, wherever the server or the reader is."""
    return dt.datetime.now(LONDON).date()


def day(text: str) -> dt.date:
    """Read a whole date.

    Raises
    ------
    BcuMapError
        If it is no date, or later than `LAST_DAY`.
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError("not of the form")
        found = dt.date.fromisoformat(text)
    except ValueError as error:
        raise BcuMapError(f"{text!r} is no date; write it as 2018-12-31") from error
    if found > LAST_DAY:
        raise BcuMapError(f"{text} is out of range; give a date up to {LAST_DAY}")
    return found


def starts(partial: str) -> dt.date:
    """Return the first day that a date, as precise as it is, may mean.

    Raises
    ------
    DataError
        If it is none, such as 2026-02-30.
    """
    try:
        if not re.fullmatch(PARTIAL_DATE, partial, re.ASCII):
            raise ValueError("not of the form")
        return dt.date(*[int(part) for part in (*partial.split("-"), "1", "1")][:3])
    except ValueError as error:
        raise DataError(
            f"{partial!r} is no date; expected one as 2018, 2018-06 or 2018-06-06"
        ) from error


def ends(partial: str) -> dt.date:
    """Return the last day that a date, as precise as it is, may mean.

    Raises
    ------
    DataError
        If it is none.
    """
    first = starts(partial)
    if len(partial) == 10:
        return first
    months = 1 if len(partial) == 7 else 12
    over = first.month - 1 + months
    following = first.replace(year=first.year + over // 12, month=over % 12 + 1)
    return following - dt.timedelta(days=1)


def check_known(on: dt.date, rows: Iterable[Row], what: str) -> None:
    """Raise a BcuMapError if a day is before the first of some rows, or out of range."""
    first = min(str(row["from"]) for row in rows)
    if on < starts(first):
        raise BcuMapError(f"nothing is known of {what} on {on}; the first fact is of {first}")
    if on > LAST_DAY:
        raise BcuMapError(f"{on} is out of range; give a date up to {LAST_DAY}")


def last_on(rows: Sequence[Row], on: dt.date) -> Row | None:
    """Return the latest row that holds on a day, or None if none does so early."""
    held = [row for row in rows if starts(str(row["from"])) <= on]
    return max(held, key=lambda row: starts(str(row["from"])), default=None)


def change_days(*tables: Iterable[Row]) -> list[dt.date]:
    """Return every day from which a row of some tables holds, in order, each once."""
    return sorted({starts(str(row["from"])) for rows in tables for row in rows})
