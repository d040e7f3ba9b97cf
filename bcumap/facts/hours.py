"""Opening hours: whether a counter is open at a moment, as far as its source says; pure.

Hours are written as "Mon-Fri 10:00-22:00; Sat-Sun 09:00-19:00", or "24/7". What happens on bank
holidays has to be said ("Bank holidays 10:00-16:00", "Bank holidays closed"); it is never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from bcumap.base.errors import DataError
from bcumap.base.schema import CLOSED, NOT_KNOWN, OPEN
from bcumap.facts import store

ALWAYS = NEVER_CLOSES = "24/7"  # the kind of a counter, and its hours
LONDON = ZoneInfo("Europe/London")

NOT_KNOWN_ON_BANK_HOLIDAYS = "not known on bank holidays"

# As hours have them, and in full.
DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday",
    "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_SHORT = tuple(DAYS)
_BANK_HOLIDAYS = "Bank holidays"
BANK_HOLIDAY_YEARS = range(2012, 2036)  # the list that is built: from the first counters on
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"
_PART = re.compile(rf"({_BANK_HOLIDAYS}|[A-Z][a-z]{{2}}(?:[-,][A-Z][a-z]{{2}})?) (.+)")
_SPAN = re.compile(rf"({_TIME})-({_TIME})")
_EXAMPLE = "write them as Mon-Fri 10:00-22:00; Sat-Sun 09:00-19:00, or 24/7"

Spans = tuple[tuple[str, str], ...]  # from and to, as times that compare as text


@lru_cache
def read(hours: str) -> dict[str, Spans]:
    """Read hours into the spans of each day, and of "Bank holidays" if they are stated.

    A day that the hours do not name has no span: it is closed.

    Raises
    ------
    DataError
        If they are not written as this module says.
    """
    week: dict[str, Spans] = {}
    for part in hours.split("; "):
        match = _PART.fullmatch(part)
        if match is None:
            raise DataError(f"hours {hours!r} cannot be read; {_EXAMPLE}")
        spans = _spans(match[2], hours)
        for name in _days(match[1], hours):
            if name in week:
                raise DataError(f"hours {hours!r} name {name} twice; {_EXAMPLE}")
            week[name] = spans
    return week


def _days(text: str, hours: str) -> tuple[str, ...]:
    if text == _BANK_HOLIDAYS:
        return (text,)
    first, last = text[:3], text[-3:]
    if first not in _SHORT or last not in _SHORT or _SHORT.index(first) > _SHORT.index(last):
        raise DataError(f"hours {hours!r} have no days {text!r}; {_EXAMPLE}")
    if "," in text:
        return first, last
    return _SHORT[_SHORT.index(first) : _SHORT.index(last) + 1]


def _spans(text: str, hours: str) -> Spans:
    if text == CLOSED:
        return ()
    matches = [_SPAN.fullmatch(span) for span in text.split(", ")]
    spans = tuple((match[1], match[2]) for match in matches if match)
    if len(spans) < len(matches) or any(start >= end for start, end in spans):
        raise DataError(f"hours {hours!r}: {text!r} is no time from and to; {_EXAMPLE}")
    return spans


def hours_fault(hours: str) -> str:
    """Say why hours cannot be read; "" if they can."""
    try:
        _ = hours == NEVER_CLOSES or read(hours)
    except DataError as error:
        return str(error)
    return ""


def is_bank_holiday(day: dt.date) -> bool:
    """Say whether a day is a bank holiday in England, by the list that was built.

    Raises
    ------
    DataError
        If the list cannot be read.
    """
    return day in (_shipped() if day.year in BANK_HOLIDAY_YEARS else bank_holidays(day.year))


@cache
def _shipped() -> frozenset[dt.date]:
    return frozenset(map(dt.date.fromisoformat, store.counters_web()["bank_holidays"]))


@lru_cache
def bank_holidays(*years: int) -> frozenset[dt.date]:
    """Work out the bank holidays of England by the package `holidays`, which takes 10 MB."""
    import holidays

    # A holiday at a weekend that has another day instead is in the list itself, too.
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=years))


def open_at(hours: str, when: dt.datetime) -> str:
    """Say whether a counter with these hours is open at a moment.

    Parameters
    ----------
    hours
        As its source has them; "" if none does.
    when
        London's time, or any time that says its zone.

    Returns
    -------
    str
        `OPEN`, `CLOSED`, `NOT_KNOWN` (no source has the hours), or `NOT_KNOWN_ON_BANK_HOLIDAYS`
        (it is one, and the source says nothing of those). One that never closes is open then too.

    Raises
    ------
    DataError
        If the hours cannot be read.
    """
    if not hours:
        return NOT_KNOWN
    if hours == NEVER_CLOSES:
        return OPEN
    week = read(hours)
    local = when.astimezone(LONDON) if when.tzinfo else when
    name = _SHORT[local.weekday()]
    if is_bank_holiday(local.date()):
        name = _BANK_HOLIDAYS
        if name not in week:
            return NOT_KNOWN_ON_BANK_HOLIDAYS
    now = f"{local:%H:%M}"
    return OPEN if any(start <= now < end for start, end in week.get(name, ())) else CLOSED
