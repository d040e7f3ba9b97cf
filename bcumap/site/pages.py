"""What each page of the static site holds, from the prepared facts; pure, and knows no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from bcumap.facts.areas import Atlas
from bcumap.facts.counters import Picture
from bcumap.facts.demand import Report
from bcumap.facts.events import Event
from bcumap.facts.views import Events, Panel, Said, Table, Told, area, by_name, number

Facts = Mapping[str, Any]
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
    level, code
        Of the area.
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
    level: str
    code: str
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
    by_name = {site["name"]: site for site in sites}
    maker = _Maker(atlas, picture, by_name, happened, asked or {})
    for level, make in (("bcus", maker.bcu), ("boroughs", maker.borough), ("wards", maker.ward)):
        for code, row in atlas.facts[level].items():
            yield make(code, row)


class _Maker:
    """Makes pages of areas from what all of them share."""

    def __init__(
        self,
        atlas: Atlas,
        picture: Picture,
        sites: Mapping[str, Row],
        happened: Sequence[Event],
        asked: Mapping[str, Report],
    ) -> None:
        self.atlas, self.facts = atlas, atlas.facts
        self.picture = picture
        self.sites = sites
        self.happened = happened
        self.asked = asked
        self.next_to = borough_neighbours(atlas.facts)

    def bcu(self, code: str, row: Row) -> AreaPage:
        facts, boroughs = self.facts, row["boroughs"]
        near = {facts["boroughs"][n]["bcu_code"] for b in boroughs for n in self.next_to[b]}
        return self._page(
            "bcus", code,
            beside=near - {code, None},
            counters=views.counters_of(self.picture, code),
            tables=(
                borough_table(facts, boroughs, f"Boroughs of {row['name']} BCU"),
                self._counter_table(boroughs),
            ),
        )  # fmt: skip

    def borough(self, code: str, row: Row) -> AreaPage:
        facts, is_met = self.facts, bool(row["bcu_code"])
        wards = [each for each, ward in facts["wards"].items() if ward["borough_code"] == code]
        return self._page(
            "boroughs", code,
            above=self._above(row),
            beside=self.next_to[code],
            counters=views.counters_of(self.picture, code) if is_met else (),
            tables=(
                ward_table(facts, wards, f"Wards of {row['name']}"),
                *([self._counter_table([code])] if is_met else []),
            ),
        )  # fmt: skip

    def ward(self, code: str, row: Row) -> AreaPage:
        facts = self.facts
        borough = facts["boroughs"][row["borough_code"]]
        is_met = bool(borough["bcu_code"])
        named = f"{row['name']} and its neighbours on this side of the Thames"
        return self._page(
            "wards", code,
            above=(*self._above(borough), area(facts, "boroughs", row["borough_code"])),
            counters=views.near(self.picture, code) if is_met else (),
            tables=(
                ward_table(facts, [code, *row["neighbours"]], named),
                *([self._counter_table([row["borough_code"]])] if is_met else []),
            ),
        )  # fmt: skip

    def _page(
        self,
        level: str,
        code: str,
        *,
        counters: Told,
        tables: tuple[Table, ...],
        above: tuple[Option, ...] = (),
        beside: Iterable[str] = (),
    ) -> AreaPage:
        panel = views.panel(self.facts, level, code)
        if level != "wards":
            next_to = ("Next to", Said(links=by_name(self.facts, level, beside)))
            panel = Panel(panel.title, panel.kind, (*panel.told, next_to))
        table: Table | None = None
        minded: tuple[str, ...] = ()
        if level in self.asked and self.facts[level][code]["officers"]:
            table, used = demand_views.beside(level, code, self.asked, self.facts)
            minded = tuple(dict.fromkeys((*used, *demand_views.cautions(MINDED[level]))))
        return AreaPage(
            path=path(level, code),
            level=level,
            code=code,
            above=above,
            summary=views.summary(self.facts, level, code),
            panel=panel,
            counters=counters,
            counters_note=views.distances_note(self.picture),
            tables=tables,
            changes=views.changes(self.happened, self.atlas[code]),
            demand=table,
            minded=minded,
        )

    def _above(self, borough: Row) -> tuple[Option, ...]:
        code = borough["bcu_code"]
        if code is None:
            return ()
        return (Option("bcus", code, f"{self.facts['bcus'][code]['name']} BCU"),)

    def _counter_table(self, boroughs: Sequence[str]) -> Table:
        """The counters of some boroughs that are open."""
        rows = tuple(
            views.counter(site, self.sites[site.name])
            for site in self.picture.standings
            if site.is_open and site.borough_code in boroughs
        )
        named = self.facts["boroughs"][boroughs[0]]["name"]
        where = named if len(boroughs) == 1 else "its boroughs"
        heads = ("Counter", "Hours", "Since", "Source")
        none = ((Said("none known"), *[Said("–")] * 3),)
        when = date(self.picture.on.isoformat())
        return Table(f"Front counters of {where} on {when}", heads, rows or none)


def borough_neighbours(facts: Facts) -> dict[str, set[str]]:
    """Return the boroughs that share an edge with each, by their wards' neighbours."""
    wards = facts["wards"]
    found: dict[str, set[str]] = {code: set() for code in facts["boroughs"]}
    for ward in wards.values():
        others = {wards[each]["borough_code"] for each in ward["neighbours"]}
        found[ward["borough_code"]] |= others - {ward["borough_code"]}
    return found


def bcu_table(facts: Facts) -> Table:
    """All BCUs with their facts."""
    rows = tuple(
        (
            Said(links=(each,)),
            Said(each.code),
            Said(links=by_name(facts, "boroughs", facts["bcus"][each.code]["boroughs"])),
            *_figures(facts["bcus"][each.code]),
        )
        for each in by_name(facts, "bcus", facts["bcus"])
    )
    return Table(f"The {len(rows)} BCUs", ("BCU", "Code", "Boroughs", *_FIGURES), rows)


def borough_table(facts: Facts, codes: Iterable[str], caption: str) -> Table:
    """Some boroughs with their facts."""
    rows = tuple(
        (
            Said(links=(each,)),
            Said(each.code),
            _force(facts["boroughs"][each.code], facts),
            *_figures(facts["boroughs"][each.code]),
        )
        for each in by_name(facts, "boroughs", codes)
    )
    return Table(caption, ("Borough", "Code", "BCU", *_FIGURES), rows)


def ward_table(facts: Facts, codes: Iterable[str], caption: str) -> Table:
    """Some wards with their facts."""
    rows = []
    for each in by_name(facts, "wards", codes):
        row = facts["wards"][each.code]
        rows.append((
            Said(links=(each,)),
            Said(each.code),
            Said(links=(area(facts, "boroughs", row["borough_code"]),)),
            _force(facts["boroughs"][row["borough_code"]], facts),
            Said(figure(row["area_km2"], 2)),
            Said(_number(row["residents"])),
            Said(number(row["officers"]["committed"]) if row["officers"] else "–"),
        ))  # fmt: skip
    heads = ("Ward", "Code", "Borough", "BCU", "Area, km²#", "Residents#", "Officers promised#")
    return Table(caption, heads, tuple(rows))


_FIGURES = ("Wards#", "Area, km²#", "Residents#", "Officers promised#", "Strength, FTE#",
            "Of the promise#")  # fmt: skip


def _force(borough: Row, facts: Facts) -> Said:
    code = borough["bcu_code"]
    return Said(links=(area(facts, "bcus", code),)) if code else Said(CITY_POLICE)


def _figures(row: Row) -> tuple[Said, ...]:
    """The cells that BCUs and boroughs have in common."""
    size = (str(row["wards"]), figure(row["area_km2"], 2), _number(row["residents"]))
    return tuple(map(Said, (*size, *_officers(row["officers"]))))


def _officers(known: Row | None) -> tuple[str, str, str]:
    if known is None:
        return "–", "–", "–"
    promised = number(known["committed"])
    if known["fte"] is None:
        return promised, NO_FIGURE, NOT_KNOWN
    least = "≥ " if known["at_least"] else ""
    share = percent(known["share_of_commitment"])
    return promised, f"{least}{figure(known['fte'], 1)}", f"{least}{share}"


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else number(value)
