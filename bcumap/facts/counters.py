"""Front counters through time: which are open on a date, where, and how that is known; pure.

It needs nothing but the standard library, so that the serving process may use it. Events and key
dates are plain rows, as `store.records` gives them; what is not known is an empty text or None.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter as Count
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bcumap.base.bases import ANNOUNCED, EVIDENCE, KNOWN, REPORTED
from bcumap.base.dates import Row, check_known, last_on
from bcumap.base.errors import DataError
from bcumap.base.schema import CLOSED, NOT_KNOWN, OPEN
from bcumap.facts import hours
from bcumap.facts.postcodes import readings

if TYPE_CHECKING:
    from bcumap.facts.postcodes import Archive

HELD, NOT_HELD = "held", "not held"

# What a site keeps through all of its events.
OF_SITE = ("address", "postcode", "borough_code")
# Where a site is, as far as its postcode tells.
POINT = ("lat", "lon", "easting", "northing")
# What each event says of itself.
OF_EVENT = (
    "from", "event", "state", "kind", "hours", "due", "basis", "inferred", "note", "source"
)  # fmt: skip
# The scale of the British National Grid: on its central meridian, and the mean radius of the
# ellipsoid there, which says how it grows to both sides (Ordnance Survey, "A guide to coordinate
# systems in Great Britain", sections 7 and C).
CENTRAL_SCALE, CENTRAL_EASTING_M, RADIUS_M = 0.9996012717, 400_000.0, 6_381_000.0


@dataclass(frozen=True)
class Standing:
    """Where one site stands on a date.

    Attributes
    ----------
    state
        `OPEN`, `CLOSED` or `NOT_KNOWN`.
    kind, hours
        "24/7", "reduced", "limited" or "daytime", and the hours; "" where no source says.
    basis
        How the state is known: `KNOWN`, `ANNOUNCED` (a source says that it would be so, none
        that it came), `REPORTED` or `EVIDENCE`.
    inferred
        What else of it is inferred: "site" (that it is this one), "kind", or both.
    since
        The date of the event that says so, as precise as its source has it.
    event, due
        That event, and when a closing is due.
    """

    name: str
    borough_code: str
    postcode: str
    state: str
    kind: str
    hours: str
    basis: str
    inferred: str
    since: str
    event: str
    due: str
    note: str
    source: str

    @property
    def known_as(self) -> str:
        """The weakest ground that it stands on."""
        if self.basis == KNOWN and self.inferred:
            return EVIDENCE
        return self.basis

    @property
    def is_open(self) -> bool:
        """Whether a source has it open."""
        return self.state == OPEN

    @property
    def never_closes(self) -> bool:
        """Whether it is open around the clock, every day."""
        return self.is_open and self.kind == hours.ALWAYS


@dataclass(frozen=True)
class Picture:
    """All that is known of front counters on a date, from the prepared document.

    Attributes
    ----------
    complete
        Whether all counters of the date are known; only then are there distances.
    key_date
        The row of the key dates that holds.
    standings
        Where every site stands.
    areas
        By code of borough and BCU, and `MET`: `counters`, `open_24_7`, `promise` (of a borough),
        `basis`, `announced`, `inferred`, `nearest_m`, `nearest_24_7_m`, `within_1km` … (residents).
    wards
        By code: `nearest` (a site's name), `nearest_m`, `nearest_24_7_m`, `within_1km` …; empty
        where `complete` is not.
    left_out
        How many open counters are in no distance, because no source gives their postcode.
    promise
        In how many boroughs the promise of 2012 is held, not held, and not known.
    """

    on: dt.date
    complete: bool
    key_date: Row
    standings: tuple[Standing, ...]
    areas: dict[str, dict[str, Any]]
    wards: dict[str, dict[str, Any]]
    left_out: int
    promise: dict[str, int]


@dataclass(frozen=True)
class Tally:
    """The counters of an area on a date.

    Attributes
    ----------
    counters, open_24_7
        How many are open, and how many of them never close.
    partial
        Whether not all counters of that date are known: there may be more, and one that is counted
        may have closed since it was last told of.
    basis
        The weakest ground on which a site of the area stands; `NOT_KNOWN` if none is known.
    announced, inferred
        How many of its sites stand on those grounds.
    """

    counters: int
    open_24_7: int
    partial: bool
    basis: str
    announced: int
    inferred: int

    @property
    def promise(self) -> str:
        """Whether the promise of 2012 is held for a borough: a counter that never closes."""
        if self.open_24_7:
            return HELD
        return NOT_KNOWN if self.partial else NOT_HELD


def standing_on(events: Iterable[Row], on: dt.date) -> list[Standing]:
    """Return where every site stands on a date that has an event by then, by name.

    Parameters
    ----------
    events
        The table of front counters, in any order.
    """
    by_site = groupby(sorted(events, key=lambda row: str(row["name"])), lambda row: row["name"])
    last = (last_on(list(rows), on) for _, rows in by_site)
    return [_standing(row) for row in last if row is not None]


def _standing(row: Row) -> Standing:
    names = ("name", "borough_code", "postcode", "state", "kind", "hours", "basis", "inferred")
    told = {name: str(row[name] or "") for name in (*names, "event", "due", "note", "source")}
    return Standing(since=str(row["from"]), **told)


def sites(events: Iterable[Row], archive: Archive | None) -> dict[str, dict[str, Any]]:
    """Return every site with its point, by name.

    Parameters
    ----------
    archive
        London's postcodes; None if there are none.

    Returns
    -------
    dict
        For each name `name`, `address`, `postcode`, `borough_code`, and, None where the site has no
        postcode or it is none of London's, `ward_code`, `lat`, `lon` (degrees, EPSG:4326),
        `easting` and `northing` (m, EPSG:27700) of its postcode.
    """
    first = {str(row["name"]): row for row in sorted(events, key=lambda row: str(row["name"]))}
    return {name: _site(row, archive) for name, row in first.items()}


def _site(row: Row, archive: Archive | None) -> dict[str, Any]:
    found = None
    if archive is not None and row["postcode"]:
        found = next(iter(archive.starting(readings(str(row["postcode"]))[0])), None)
    at = {name: getattr(found, name, None) for name in ("ward_code", *POINT)}
    return {name: row[name] or "" for name in ("name", *OF_SITE)} | at


def events_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events of counters.json as `standing_on` takes them: with what a site keeps."""
    kept = {site["name"]: {name: site[name] for name in OF_SITE} for site in document["sites"]}
    return [kept[row["name"]] | row for row in document["events"]]


def all_known(dates: Sequence[Row], on: dt.date) -> bool:
    """Say whether every counter that was open on a date is in the table.

    Parameters
    ----------
    dates
        The table of key dates; `complete` is "yes" from where on all are known.

    Raises
    ------
    BcuMapError
        If the date is before the first fact, or out of range.
    """
    check_known(on, dates, "front counters")
    row = last_on(dates, on)
    return row is not None and row["complete"] == "yes"


def tally(standings: Iterable[Standing], *, complete: bool) -> Tally:
    """Count the counters of an area.

    Parameters
    ----------
    standings
        Of the sites of the area.
    complete
        Whether all counters of the date are known (`all_known`).
    """
    sites = list(standings)
    grounds = Count(site.known_as for site in sites if not _only_missing(site))
    weakest = (each for each in (ANNOUNCED, REPORTED, EVIDENCE, KNOWN) if grounds[each])
    return Tally(
        counters=sum(site.is_open for site in sites),
        open_24_7=sum(site.never_closes for site in sites),
        partial=not complete,
        basis=next(weakest, NOT_KNOWN),
        announced=grounds[ANNOUNCED],
        inferred=grounds[EVIDENCE],
    )


def _only_missing(site: Standing) -> bool:
    """Whether a site is only known not to be among those open: it says nothing of the others."""
    return not site.is_open and site.basis in (EVIDENCE, REPORTED)


def by_area(
    standings: Iterable[Standing], areas: Mapping[str, str | None], *, complete: bool
) -> dict[str, Tally]:
    """Count the counters of each area, also of those that have none.

    Parameters
    ----------
    areas
        The area of each borough that is wanted: itself, its BCU; None for one that has none.

    Returns
    -------
    dict
        A tally per area, in the order of their codes.
    """
    sites = list(standings)
    return {
        area: tally((s for s in sites if areas.get(s.borough_code) == area), complete=complete)
        for area in sorted({each for each in areas.values() if each})
    }


def picture(document: Mapping[str, Any], on: dt.date) -> Picture:
    """Return what a prepared document says of a date.

    Parameters
    ----------
    document
        What `store.counters_web` read.

    Raises
    ------
    BcuMapError
        If the date is before the first fact, or out of range.
    """
    complete = all_known(document["key_dates"], on)
    state, key_date = last_on(document["states"], on), last_on(document["key_dates"], on)
    if state is None or key_date is None:
        raise DataError("counters.json has no state of its first date; rebuild")
    areas = state["areas"]
    access = None if state["access"] is None else document["access"][state["access"]]
    outcomes = Count(row["promise"] for row in areas.values())
    return Picture(
        on=on,
        complete=complete,
        key_date=key_date,
        standings=tuple(standing_on(events_of(document), on)),
        areas=areas,
        wards=_wards(document, access) if access else {},
        left_out=access["left_out"] if access else 0,
        promise={outcome: outcomes[outcome] for outcome in (HELD, NOT_HELD, NOT_KNOWN)},
    )


def _wards(document: Mapping[str, Any], access: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the arrays of an access as a row for each ward."""
    names = [site["name"] for site in document["sites"]]
    arrays = {name: values for name, values in access.items() if name != "left_out"}
    rows = {
        code: dict(zip(arrays, values, strict=True))
        for code, *values in zip(document["ward_codes"], *arrays.values(), strict=True)
    }
    for row in rows.values():
        row["nearest"] = None if row["nearest"] is None else names[row["nearest"]]
    return rows


@dataclass(frozen=True)
class Closing:
    """What one closing changed.

    Attributes
    ----------
    wards
        How many wards became farther from a counter, by a metre and more.
    residents
        Whose nearest counter it was.
    most
        The code of the ward that became farther most, on average of its residents, and by how many
        metres.
    """

    since: str
    counter: str
    wards: int
    residents: int
    most: tuple[str, int]


def closings(document: Mapping[str, Any]) -> tuple[list[Closing], list[str]]:
    """Return what each closing of a prepared document changed, the earliest first.

    Returns
    -------
    closings, unplaced
        The second are the names of those that close on the same dates and have no point.
    """
    codes = document["ward_codes"]
    dates = {row["from"] for row in document["closings"]}
    points = {site["name"]: site["lat"] for site in document["sites"]}
    unplaced = {
        row["name"]
        for row in events_of(document)
        if row["from"] in dates and row["state"] == CLOSED and points[row["name"]] is None
    }
    found = [
        Closing(
            since=row["from"],
            counter=row["counter"],
            wards=len(row["wards"]),
            residents=sum(residents for _, _, residents in row["wards"]),
            most=(codes[row["wards"][0][0]], row["wards"][0][1]),
        )
        for row in document["closings"]
        if row["wards"]
    ]
    return found, sorted(unplaced)


def open_at(site: Standing, when: dt.datetime) -> str:
    """Say whether a counter is open at a moment of the date that it stands on.

    Returns
    -------
    str
        What `hours.open_at` returns; the state itself if that is not open.
    """
    return hours.open_at(site.hours, when) if site.is_open else site.state


def distance_m(easting: Any, northing: Any, other_easting: Any, other_northing: Any) -> Any:
    """Return the straight line between points of the British National Grid, over the ground (m).

    The grid's own distance is up to 0.04 % short or long; it is divided by the grid's scale between
    the two. Takes numbers or arrays.
    """
    aside = ((easting + other_easting) / 2 - CENTRAL_EASTING_M) / RADIUS_M
    scale = CENTRAL_SCALE * (1 + aside**2 / 2)
    return ((easting - other_easting) ** 2 + (northing - other_northing) ** 2) ** 0.5 / scale


def nearest(
    easting: float, northing: float, standings: Iterable[Standing], points: Mapping[str, Row]
) -> tuple[Standing, int] | None:
    """Return the open counter that is nearest to a point in a straight line, and how far it is.

    Parameters
    ----------
    standings
        The sites that may be meant; pass those that never close for the nearest of them.
    points
        `easting` and `northing` of each site by name (m, EPSG:27700); a site without is left out.

    Returns
    -------
    standing, metres
        Whole metres; None if no open one has a point.
    """
    away = [
        (distance_m(easting, northing, at["easting"], at["northing"]), site)
        for site in standings
        if site.is_open and (at := points.get(site.name)) and at["easting"] is not None
    ]
    if not away:
        return None
    metres, site = min(away, key=lambda each: (each[0], each[1].name))
    return site, round(metres)
