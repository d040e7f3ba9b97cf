"""What areas are shaded by on the map of front counters: measures, their classes and words; pure.

Limits are in metres and the same on every date, so that the colours of two dates can be compared.
Works on the prepared document (see `counters.picture`), so that a page needs no table for it. The
page draws the same from it in the browser (`web/static/counters.js`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bcumap.base.schema import MET
from bcumap.base.words import NOT_KNOWN, kilometres
from bcumap.facts import counters
from bcumap.facts.counters import HELD, NOT_HELD, Picture

BEFORE = dt.date(2025, 9, 1)  # all 37 counters, before any of the announced changes


@dataclass(frozen=True)
class CounterMeasure:
    """One figure of an area on a date.

    Attributes
    ----------
    key
        What `counters.Picture` calls it, `promise` or `change`.
    title
        Its name.
    breaks
        Where a class ends and the next begins (m; 1 for a promise that is held).
    classes
        What each class holds, in words.
    unknown
        What is said where there is no figure.
    """

    key: str
    title: str
    breaks: tuple[float, ...]
    classes: tuple[str, ...]
    unknown: str = NOT_KNOWN

    @property
    def is_distance(self) -> bool:
        """Whether it is in metres."""
        return self.key != "promise"

    def text(self, value: float) -> str:
        """Write a value as people read it."""
        if self.is_distance:
            return kilometres(value)
        return HELD if value else NOT_HELD


FIRST = "nearest_m"
MEASURES = {
    measure.key: measure
    for measure in (
        CounterMeasure(
            FIRST, "To the nearest counter", (1000, 2000, 3000, 5000),
            ("below 1 km", "1 to 2 km", "2 to 3 km", "3 to 5 km", "5 km or more"),
        ),
        CounterMeasure(
            "nearest_24_7_m", "To the nearest open 24 hours", (1000, 2000, 5000, 10_000),
            ("below 1 km", "1 to 2 km", "2 to 5 km", "5 to 10 km", "10 km or more"),
        ),
        CounterMeasure(
            "promise", "A counter open 24 hours, as promised in 2012", (1,),
            (NOT_HELD, HELD), f"{NOT_KNOWN}, or not promised to such an area",
        ),
        CounterMeasure(
            "change", "Farther from a counter than in September 2025", (1, 500, 1500, 3000),
            ("no farther", "up to 0.5 km", "0.5 to 1.5 km", "1.5 to 3 km", "3 km or more"),
        ),
    )
}  # fmt: skip


def values(
    key: str, level: str, picture: Picture, document: Mapping[str, Any]
) -> dict[str, float | None]:
    """Return a measure of every area of a level on a date by code; None where it is not known.

    Parameters
    ----------
    picture
        Of the date.
    document
        What `store.counters_web` read.
    """
    rows = _rows(level, picture)
    if key == "promise":
        held = {HELD: 1.0, NOT_HELD: 0.0}
        return {code: held.get(row.get("promise", "")) for code, row in rows.items()}
    if key != "change":
        return {code: row[key] for code, row in rows.items()}
    if str(document["states"][0]["from"]) > BEFORE.isoformat():
        return dict.fromkeys(rows)  # a folder whose facts begin later
    before = _rows(level, counters.picture(document, BEFORE))
    return {code: _farther(row, before.get(code)) for code, row in rows.items()}


def _rows(level: str, picture: Picture) -> Mapping[str, Mapping[str, Any]]:
    """The rows of a level; `areas` holds boroughs, whose codes begin with E, and BCUs."""
    if level == "wards":
        return picture.wards
    of_boroughs = level == "boroughs"
    return {
        code: row
        for code, row in picture.areas.items()
        if code != MET and code.startswith("E09") == of_boroughs
    }


def _farther(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> float | None:
    if before is None or now["nearest_m"] is None or before["nearest_m"] is None:
        return None
    return float(now["nearest_m"] - before["nearest_m"])
