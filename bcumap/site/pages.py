"""What each page of the static site holds, from the prepared facts; pure, and knows no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bcumap.base.errors import DataError
from bcumap.base.words import (
    CITY_POLICE,
    LEVEL_WORDS,
    NO_FIGURE,
    NOT_KNOWN,
    date,
    figure,
    percent,
)
from bcumap.facts import demand_views, views
from bcumap.facts.answers import Option
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.counters import Picture
from bcumap.facts.demand import Report
from bcumap.facts.events import Event
from bcumap.facts.views import Events, Panel, Said, Table, Told, by_name, linked, number

Row = Mapping[str, Any]

# What to mind of an area's offences; the page of demand has all of it.
MINDED = {
    "bcus": ("recorded", "residents", "system"),
    "boroughs": ("recorded", "residents", "system"),
    "wards": ("recorded", "residents", "unplaced"),
}
CODE = re.compile(r"[A-Z0-9]{1,12}")
# How a path leads from a page in a folder to the front of the site.
UP = "../"


@dataclass(frozen=True)
class AreaPage:
    """The page of one area.

    Attributes
    ----------
    path
        Where it is, as ward/E05013719.html.
    above
        The areas that it lies in, the largest first.
    summary
        Who polices it, in a sentence.
    panel, counters
        What is known of it, and how far its counters are.
    counters_note
        How sure that is, and of when.
    tables
        What is on its map, and the counters in it.
    changes
        What happened in it.
    demand, minded
        What is asked of its police, and what to mind of that.
    """

    path: str
    area: Area
    above: tuple[Option, ...]
    summary: str
    panel: Panel
    counters: Told
    counters_note: str
    tables: tuple[Table, ...]
    changes: Events
    demand: Table | None = None
    minded: Sequence[str] = ()


def path(level: str, code: str) -> str:
    """Return where the page of an area is.

    Raises
    ------
    DataError
        If the code could not be the name of a file.
    """
    if not CODE.fullmatch(code):
        raise DataError(f"{code!r} is no code of an area; restore geodata/web/facts.json")
    return f"{LEVEL_WORDS[level].parameter}/{code}.html"


def all_pages(
    atlas: Atlas,
    picture: Picture,
    sites: Iterable[Row],
    happened: Sequence[Event] = (),
    asked: Mapping[str, Report] | None = None,
) -> Iterator[AreaPage]:
    """Give the page of every BCU, borough and ward.

    Parameters
    ----------
    picture
        The front counters of a date.
    sites
        Of the same document, for their addresses.
    happened
        The events of the timeline, the latest first.
    asked
        What is asked of the police, by level.
    """
    maker = _Maker(picture, {site["name"]: site for site in sites}, happened, asked or {})
    yield from map(maker.page, atlas)


@dataclass(frozen=True)
class _Maker:
    """Makes pages of areas from what all of them share."""

    picture: Picture
    sites: Mapping[str, Row]
    happened: Sequence[Event]
    asked: Mapping[str, Report]

    def page(self, area: Area) -> AreaPage:
        panel = views.panel(area)
        if not area.ward:
            next_to = ("Next to", linked(*by_name(area.neighbours)))
            panel = replace(panel, told=(*panel.told, next_to))
        table: Table | None = None
        minded: tuple[str, ...] = ()
        if area.level in self.asked and area.officers:
            table, used = demand_views.beside(area, self.asked)
            minded = tuple(dict.fromkeys((*used, *demand_views.cautions(MINDED[area.level]))))
        near = views.near if area.ward else views.counters_of
        return AreaPage(
            path=path(area.level, area.code),
            area=area,
            above=tuple(_above(area)),
            summary=views.summary(area),
            panel=panel,
            counters=near(self.picture, area.code) if area.bcu else (),
            counters_note=views.distances_note(self.picture),
            tables=(_around(area), *([self._counter_table(area)] if area.bcu else [])),
            changes=views.changes(self.happened, area),
            demand=table,
            minded=minded,
        )

    def _counter_table(self, area: Area) -> Table:
        """The counters that are open in a BCU's boroughs, in a borough or in a ward's borough."""
        within = area.boroughs or filter(None, [area.borough])
        boroughs = {borough.code: borough.name for borough in within}
        rows = tuple(
            views.counter(site, self.sites[site.name])
            for site in self.picture.standings
            if site.is_open and site.borough_code in boroughs
        )
        where = "its boroughs" if len(boroughs) > 1 else "".join(boroughs.values())
        heads = ("Counter", "Hours", "Since", "Source")
        none = ((Said("none known"), *[Said("–")] * 3),)
        when = date(self.picture.on.isoformat())
        return Table(f"Front counters of {where} on {when}", heads, rows or none)


def _above(area: Area) -> Iterator[Option]:
    """Give the areas that one lies in, the largest first."""
    if area.bcu and area.borough:
        yield views.unit(area.bcu)
    if area.ward and area.borough:
        yield Option.of(area.borough)


def _around(area: Area) -> Table:
    """The areas that one is made of, or a ward with its neighbours."""
    if area.level == "bcus":
        return borough_table(area.boroughs, f"Boroughs of {area.called}")
    if area.level == "boroughs":
        return ward_table(area.wards, f"Wards of {area.name}")
    named = f"{area.name} and its neighbours on this side of the Thames"
    return ward_table([area, *area.neighbours], named)


def bcu_table(atlas: Atlas) -> Table:
    """All BCUs with their facts."""
    rows = tuple(
        (linked(each), Said(each.code), linked(*by_name(each.boroughs)), *_figures(each))
        for each in by_name(atlas.levels["bcus"].values())
    )
    return Table(f"The {len(rows)} BCUs", ("BCU", "Code", "Boroughs", *_FIGURES), rows)


def borough_table(areas: Iterable[Area], caption: str) -> Table:
    """Some boroughs with their facts."""
    rows = tuple(
        (linked(each), Said(each.code), _force(each), *_figures(each)) for each in by_name(areas)
    )
    return Table(caption, ("Borough", "Code", "BCU", *_FIGURES), rows)


def ward_table(areas: Iterable[Area], caption: str) -> Table:
    """Some wards with their facts."""
    rows = tuple(
        (
            linked(each),
            Said(each.code),
            linked(each.borough),
            _force(each),
            Said(figure(each.area_km2, 2)),
            Said(_number(each.residents)),
            Said(number(each.officers["committed"]) if each.officers else "–"),
        )
        for each in by_name(areas)
    )
    heads = ("Ward", "Code", "Borough", "BCU", "Area, km²#", "Residents#", "Officers promised#")
    return Table(caption, heads, rows)


_FIGURES = ("Wards#", "Area, km²#", "Residents#", "Officers promised#", "Strength, FTE#",
            "Of the promise#")  # fmt: skip


def _force(area: Area) -> Said:
    return linked(area.bcu) if area.bcu else Said(CITY_POLICE)


def _figures(area: Area) -> tuple[Said, ...]:
    """The cells that BCUs and boroughs have in common."""
    size = (str(len(area.wards)), figure(area.area_km2, 2), _number(area.residents))
    return tuple(map(Said, (*size, *_officers(area.officers))))


def _officers(known: Row) -> tuple[str, str, str]:
    if not known:
        return "–", "–", "–"
    promised = number(known["committed"])
    if known["fte"] is None:
        return promised, NO_FIGURE, NOT_KNOWN
    least = "≥ " if known["at_least"] else ""
    share = percent(known["share_of_commitment"])
    return promised, f"{least}{figure(known['fte'], 1)}", f"{least}{share}"


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else number(value)
