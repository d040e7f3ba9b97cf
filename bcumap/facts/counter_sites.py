"""One front counter after another: by distance, at a day and hour, by name, with its past; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcumap.base.dates import Row
from bcumap.base.schema import CLOSED, OPEN
from bcumap.facts import hours
from bcumap.facts.counters import OF_SITE, Picture, Standing, distance_m, open_at

Document = Mapping[str, Any]
Point = tuple[float, float]  # easting, northing (m, EPSG:27700)

_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.]?([0-5]\d))?")
# What people write behind the name of one.
_KIND = re.compile(r"\b(front counter|police station|police office|counter|station|police)\b")
MOST_MEANT = 4


@dataclass(frozen=True)
class Reach:
    """A counter from somewhere, at a moment.

    Attributes
    ----------
    site
        Its row of the prepared document: address, postcode, point.
    metres
        How far it is in a straight line; None if it has no point, or nowhere was asked from.
    state
        What `hours.open_at` says.
    """

    standing: Standing
    site: Row
    metres: int | None
    state: str


def moment(day: str, time: str, after: dt.date) -> dt.datetime | None:
    """Return the next ordinary such day and hour (no bank holiday), London's time; None if none.

    Parameters
    ----------
    day, time
        "Sun" or "Sunday", "20:00" or "20".
    after
        The first date that may be meant.
    """
    name, match = day.strip()[:3].capitalize(), _TIME.fullmatch(time.strip())
    if name not in hours.DAYS or match is None:
        return None
    at = after + dt.timedelta(([*hours.DAYS].index(name) - after.weekday()) % 7)
    while hours.is_bank_holiday(at):
        at += dt.timedelta(7)
    clock = dt.time(int(match[1]), int(match[2] or 0))
    return dt.datetime.combine(at, clock, tzinfo=hours.LONDON)


def nearest_first(
    picture: Picture, document: Document, when: dt.datetime, origin: Point | None
) -> list[Reach]:
    """Return the counters of a date that exist then, the nearest first, those without a point last.

    Parameters
    ----------
    origin
        Where they are reached from; None: they come in the order of their names.
    """
    points = {site["name"]: site for site in document["sites"]}
    found = [
        Reach(each, points[each.name], _away(points[each.name], origin), open_at(each, when))
        for each in picture.standings
        if each.is_open
    ]
    return sorted(found, key=lambda each: (each.metres is None, each.metres, each.standing.name))


def _away(site: Row, origin: Point | None) -> int | None:
    if origin is None or site["easting"] is None:
        return None
    metres: float = distance_m(*origin, site["easting"], site["northing"])
    return round(metres)


def may_be_open(all_: Sequence[Reach]) -> list[Reach]:
    """Return those that are open, then those of which nobody says."""
    known = [each for each in all_ if each.state == OPEN]
    return known + [each for each in all_ if each.state not in (OPEN, CLOSED)]


def site(document: Document, name: str) -> Row | None:
    """Return the counter of a name, whatever its capitals; None if there is none."""
    wanted = name.strip().casefold()
    return next((each for each in document["sites"] if each["name"].casefold() == wanted), None)


def past(document: Document, name: str) -> list[Row]:
    """Return what happened to a counter, the latest first."""
    rows = [row for row in document["events"] if row["name"] == name]
    return sorted(rows, key=lambda row: str(row["from"]), reverse=True)


def meant(document: Document, text: str) -> list[str]:
    """Return the names of the counters that a text may mean: Pinner, "pinner police station"."""
    words = _KIND.sub(" ", text.casefold()).split()
    if not words:
        return []
    found = [each["name"] for each in document["sites"] if _begins(each["name"], words)]
    exact = [name for name in found if name.casefold() == " ".join(words)]
    return (exact or found)[:MOST_MEANT]


def _begins(name: str, words: Sequence[str]) -> bool:
    own = re.findall(r"\w+", name.casefold())
    return own[: len(words)] == list(words)


def where(site: Row) -> Iterator[str]:
    """Give address and postcode, as far as a source has them."""
    yield from (str(site[name]) for name in OF_SITE[:2] if site[name])
