"""Two to four areas of any level side by side: their facts, officers, counters and past; pure.

Every row says the same of each area, in the same unit and of the same date; where that is not
known of one, the cell says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcumap.base.words import MET_POLICE, NOT_KNOWN, date, figure, kilometres, percent
from bcumap.facts import counters, demand, demand_measures, measures, views
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.counters import Picture
from bcumap.facts.demand import ALL, GROUPS, Demand, Report
from bcumap.facts.teams import LISTED
from bcumap.facts.views import Said

SLOTS = ("a", "b", "c", "d")  # the parameters of a link, and so the most areas
NOT_MET = "not of the Met"
NOT_PROMISED = "not promised to such an area"
MINDED = ("recorded", "residents", "survey", "abstraction")  # of `demand.CAUTIONS`
OF_PEOPLE = ("good_job", "trust", demand_measures.ABSTRACTED)
YEARS_BACK = (10, 5, 3, 2, 1, 0)  # of which offences are told, where they are known

Cells = tuple[Said, ...]


@dataclass(frozen=True)
class Section:
    """Rows under a title: what each is, and a cell for each area.

    Attributes
    ----------
    note
        Of when it is, and what must be known to read it.
    map
        The kind of picture (`maps.request`) that shows it, if there is one.
    """

    title: str
    rows: tuple[tuple[str, Cells], ...]
    note: str = ""
    map: str = ""


@dataclass(frozen=True)
class Known:
    """What areas are compared by.

    Attributes
    ----------
    counters
        The prepared document of front counters.
    demand
        Offences and survey.
    reports
        Gives twelve months of a level by level and group (`demand.report`).
    on
        The date of the counters.
    """

    atlas: Atlas
    counters: Mapping[str, Any]
    demand: Demand
    reports: Callable[[str, str | None, str], Report]
    on: dt.date


def sections(areas: Sequence[Area], known: Known) -> tuple[Section, ...]:
    """Tell of some areas side by side."""
    made = (_facts, _officers, _counters, _asked, _through_time)
    return tuple(section for make in made if (section := make(areas, known)).rows)


def nearby(areas: Sequence[Area]) -> list[Area]:
    """Return what somebody may want beside some areas: what the first lies in, and is beside."""
    first = areas[0]
    near = [*filter(None, (first.borough, first.bcu)), *first.neighbours]
    return [each for each in dict.fromkeys(near) if each not in areas]


def _row(name: str, areas: Sequence[Area], tell: Any) -> tuple[str, Cells]:
    cells = (tell(area) for area in areas)
    return name, tuple(cell if isinstance(cell, Said) else Said(cell) for cell in cells)


# --- what they are -------------------------------------------------------------------------------


def _facts(areas: Sequence[Area], known: Known) -> Section:
    rows = [
        _row("What it is", areas, _kind),
        _row("Policed by", areas, _police),
        _row("Area", areas, lambda area: views.square_km(area.area_km2)),
        _row("Residents", areas, lambda area: _number(area.residents)),
        _row("Residents for each km²", areas, _density),
    ]
    if any(area.level != "wards" for area in areas):
        rows.insert(2, _row("Wards", areas, lambda area: str(len(area.wards))))
    when = date(known.atlas.residents_as_of)
    return Section("The areas", tuple(rows), f"Residents: ONS, {when}.")


def _kind(area: Area) -> Said:
    if area.level == "bcus":
        return Said(f"BCU of {len(area.boroughs)} boroughs")
    if area.ward:
        return Said(f"Ward of {area.within}")
    return Said("Borough" if area.bcu else "Not a borough of the Met")


def _police(area: Area) -> Said:
    return Said(MET_POLICE) if area.level == "bcus" else views.police(area)


def _density(area: Area) -> str:
    return _number(area.residents and area.residents / area.area_km2)


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else views.number(value)


# --- ward officers -------------------------------------------------------------------------------


def _officers(areas: Sequence[Area], known: Known) -> Section:
    rows = [
        _row(each.title, areas, lambda area, each=each: _officer(area, each, known))
        for each in measures.offered(known.atlas).values()
    ]
    by_borough, by_ward = views.strength_months(known.atlas)
    of_wards = f"; of wards, {by_ward}" if by_ward else ""
    note = f"Strengths are full-time equivalents, {by_borough}{of_wards}."
    return Section("Ward officers", tuple(rows), note)


def _officer(area: Area, measure: measures.Measure, known: Known) -> Said:
    told = area.officers
    if not told:
        return Said(NOT_MET)
    if measure.key == LISTED and area.ward:
        return views.listing(told)
    value = told.get(measure.key)
    if value is None:
        return Said(measures.unknown(known.atlas, area.level, measure))
    least = "at least " if measure.is_least(told) else ""
    return Said(f"{least}{measure.text(value)}")


# --- front counters ------------------------------------------------------------------------------


def _counters(areas: Sequence[Area], known: Known) -> Section:
    picture = counters.picture(known.counters, known.on)
    wards = {site["name"]: site["ward_code"] for site in known.counters["sites"]}

    def of(name: str, tell: Any) -> tuple[str, Cells]:
        return _row(name, areas, lambda area: tell(_access(area, picture)) if area.bcu else NOT_MET)

    rows = (
        _row("Open", areas, lambda area: _open(area, picture, wards)),
        of("To the nearest, on average", lambda row: _km(row, "nearest_m")),
        of("To one open 24 hours", lambda row: _km(row, "nearest_24_7_m")),
        of("Residents within 2 km of one", lambda row: _number(row.get("within_2km"))),
        of(
            "Promise of 2012 (one open 24 hours)",
            lambda row: row.get("promise") or NOT_PROMISED,
        ),
    )
    return Section("Front counters", rows, views.distances_note(picture), "counters")


def _access(area: Area, picture: Picture) -> Mapping[str, Any]:
    return (picture.wards if area.ward else picture.areas).get(area.code) or {}


def _km(row: Mapping[str, Any], key: str) -> str:
    metres = row.get(key)
    return NOT_KNOWN if metres is None else kilometres(metres)


def _open(area: Area, picture: Picture, wards: Mapping[str, str | None]) -> Said:
    """How many counters are open in an area, and which."""
    if not area.bcu:
        return Said(NOT_MET)
    within = {ward.code for ward in area.wards}
    boroughs = {borough.code for borough in area.boroughs}
    names = [
        site.name
        for site in picture.standings
        if site.is_open and (site.borough_code in boroughs or wards.get(site.name) in within)
    ]
    return Said(str(len(names)), ", ".join(names))


# --- what is asked of the police -----------------------------------------------------------------


def _asked(areas: Sequence[Area], known: Known) -> Section:
    levels = {area.level for area in areas}
    if any(not known.demand.offences(level).months for level in levels):
        return Section("", ())
    last = _last_month(levels, known)
    reports = {level: _report(level, last, ALL, known) for level in levels}
    rows = [
        _row(each.title, areas, lambda area, each=each: _demand(area, each.key, known, reports))
        for each in demand_measures.OF_OFFENCES.values()
    ]
    for group, name in GROUPS.items():
        of_group = {level: _report(level, last, group, known) for level in levels}
        rows.append(_row(
            f"{name}, for every 1,000 residents", areas,
            lambda area, told=of_group, group=group: _demand(area, "per_1k", known, told, group),
        ))  # fmt: skip
    rows += [
        _row(demand_measures.OF_PEOPLE[key].title, areas,
             lambda area, key=key: _demand(area, key, known, reports))
        for key in OF_PEOPLE
    ]  # fmt: skip
    minded = " ".join(demand.CAUTIONS[key] for key in MINDED)
    note = f"Offences: {date(demand.month_before(last, 11))} to {date(last)}. {minded}"
    return Section("What is asked of the police", tuple(rows), note, "demand")


def _last_month(levels: Iterable[str], known: Known) -> str:
    """Return the last month of which offences of all levels are known."""
    return min(known.demand.offences(level).months[-1] for level in levels)


def _report(level: str, last: str, group: str, known: Known) -> Report:
    """Return twelve months of a level; what is asked for without a month is kept."""
    is_latest = last == known.demand.offences(level).months[-1]
    return known.reports(level, None if is_latest else last, group)


def _demand(
    area: Area, key: str, known: Known, reports: Mapping[str, Report], group: str = ALL
) -> Said:
    if not area.bcu:
        return Said(NOT_MET)
    told, measure = reports[area.level], demand_measures.of_group(key, group)
    value = demand_measures.values(known.demand, known.atlas, told, key).get(area.code)
    if value is None:
        return Said(demand_measures.unknown(area.level, key))
    if key == "change":
        years = demand.YEARS_BEFORE[area.level]
        return Said(f"{'+' if value > 0 else ''}{percent(value)}", f"in {years} years")
    return Said(measure.text(value))


# --- through time --------------------------------------------------------------------------------


def _through_time(areas: Sequence[Area], known: Known) -> Section:
    rows = [*_lives(areas), *_years(areas, known), *_distances(areas, known)]
    return Section("Through time", tuple(rows), demand.CAUTIONS["system"] if rows else "")


def _lives(areas: Sequence[Area]) -> Iterator[tuple[str, Cells]]:
    """Since when each is policed by its BCU."""

    def since(area: Area) -> Said:
        if not area.bcu:
            return Said(NOT_MET)
        facts = area.bcu.facts
        return Said(date(facts["go_live"]), views.BASIS[facts["go_live_basis"]])

    yield _row("Policed by its BCU since", areas, since)


def _years(areas: Sequence[Area], known: Known) -> Iterator[tuple[str, Cells]]:
    """Offences per 1,000 residents in years that end in the same month."""
    months = {area.level: known.demand.offences(area.level).months for area in areas if area.bcu}
    if not months or not all(months.values()):
        return
    last = _last_month(months, known)
    for years in YEARS_BACK:
        month = demand.month_before(last, demand.MONTHS * years)
        known_of = [month in each[demand.MONTHS - 1 :] for each in months.values()]
        if any(known_of):
            name = f"Offences per 1,000 residents, twelve months to {date(month)}"
            yield _row(name, areas, lambda area, month=month: _year(area, month, known))


def _year(area: Area, month: str, known: Known) -> str:
    if not area.bcu:
        return NOT_MET
    months = known.demand.offences(area.level).months
    if month not in months[demand.MONTHS - 1 :] or not area.residents:
        return NOT_KNOWN
    numbers = demand.series(known.demand, area.level, area)
    at = months.index(month) + 1
    return figure(sum(numbers[at - demand.MONTHS : at]) / area.residents * 1000, 0)


def _distances(areas: Sequence[Area], known: Known) -> Iterator[tuple[str, Cells]]:
    """How far the nearest counter was since all are known, where that changed."""
    seen = None
    for state in known.counters["states"]:
        if state["access"] in (None, seen) or state["from"] > known.on.isoformat():
            continue
        seen = state["access"]
        picture = counters.picture(known.counters, dt.date.fromisoformat(state["from"]))

        def told(area: Area, picture: Picture = picture) -> str:
            return _km(_access(area, picture), "nearest_m") if area.bcu else NOT_MET

        yield _row(f"To the nearest counter, {date(state['from'])}", areas, told)
