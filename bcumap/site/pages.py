"""What each page of the static site holds, from the prepared facts; pure, and knows no HTML page.

Values are HTML already, escaped by `told` and here; the templates place them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bcumap.base.bases import ANNOUNCED
from bcumap.base.errors import DataError
from bcumap.base.words import (
    CITY_POLICE,
    LEVEL_WORDS,
    NO_FIGURE,
    NOT_KNOWN,
    counted,
    date,
    figure,
    kilometres,
    percent,
)
from bcumap.facts.counters import Picture, Standing
from bcumap.web import html as told
from bcumap.web.html import Link, Told

Facts = Mapping[str, Any]
Row = Mapping[str, Any]

CODE = re.compile(r"[A-Z0-9]{1,12}")
# How a path leads from a page in a folder to the front of the site.
UP = "../"


@dataclass(frozen=True)
class Table:
    """A table: caption, heads of columns (those of numbers end with `#`), and rows of HTML."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class AreaPage:
    """The page of one area.

    Attributes
    ----------
    path
        Where it is, as ward/E05013719.html.
    level, code, name, kind
        Of the area; `kind` says what kind of area it is.
    above
        The paths and names of the areas that it lies in, the largest first.
    summary
        Who polices it, in a sentence.
    told, counters
        What is known of it, and how far its counters are.
    counters_note
        How sure that is, and of when.
    tables
        What is on its map, and the counters in it.
    """

    path: str
    level: str
    code: str
    name: str
    kind: str
    above: tuple[tuple[str, str], ...]
    summary: str
    told: Told
    counters: Told
    counters_note: str
    tables: tuple[Table, ...]


def path(parameter: str, code: str) -> str:
    """Return where the page of an area is.

    Raises
    ------
    DataError
        If the code could not be the name of a file.
    """
    if not CODE.fullmatch(code):
        raise DataError(f"{code!r} is no code of an area; restore geodata/web/facts.json")
    return f"{parameter}/{code}.html"


def linker(up: str) -> Link:
    """Return what makes links to areas on a page from which `up` leads to the front."""

    def link(parameter: str, code: str, name: str) -> str:
        return f'<a href="{up}{path(parameter, code)}">{escape(name)}</a>'

    return link


def all_pages(facts: Facts, picture: Picture, sites: Iterable[Row]) -> Iterator[AreaPage]:
    """Give the page of every BCU, borough and ward.

    Parameters
    ----------
    picture
        The front counters of a date.
    sites
        Of the same document, for their addresses.
    """
    maker = _Maker(facts, picture, {site["name"]: site for site in sites})
    for level, make in (("bcus", maker.bcu), ("boroughs", maker.borough), ("wards", maker.ward)):
        for code, row in facts[level].items():
            yield make(code, row)


class _Maker:
    """Makes pages of areas from what all of them share."""

    def __init__(self, facts: Facts, picture: Picture, sites: Mapping[str, Row]) -> None:
        self.facts = facts
        self.picture = picture
        self.sites = sites
        self.link = linker(UP)
        self.next_to = borough_neighbours(facts)

    def bcu(self, code: str, row: Row) -> AreaPage:
        facts, boroughs = self.facts, row["boroughs"]
        near = {facts["boroughs"][n]["bcu_code"] for b in boroughs for n in self.next_to[b]}
        beside = sorted((facts["bcus"][each]["name"], each) for each in near - {code, None})
        links = ", ".join(self.link("bcu", each, name) for name, each in beside)
        return self._page(
            "bcus", code, row,
            above=(),
            summary=f"{row['name']} is one of the Metropolitan Police’s {len(facts['bcus'])} Basic"
            f" Command Units, of {counted(len(boroughs), 'borough')} and"
            f" {counted(row['wards'], 'ward')}.",
            facts_told=[*told.of_bcu(row, facts, self.link), ("Next to", links)],
            counters=self._counters_of(code),
            tables=(
                borough_table(facts, boroughs, self.link, f"Boroughs of {row['name']} BCU"),
                *self._counter_table(boroughs),
            ),
        )  # fmt: skip

    def borough(self, code: str, row: Row) -> AreaPage:
        facts, is_met = self.facts, bool(row["bcu_code"])
        wards = [each for each, ward in facts["wards"].items() if ward["borough_code"] == code]
        beside = sorted((facts["boroughs"][each]["name"], each) for each in self.next_to[code])
        links = ", ".join(self.link("borough", each, name) for name, each in beside)
        return self._page(
            "boroughs", code, row,
            above=self._above(row["bcu_code"]),
            summary=f"{row['name']} is policed by {self._force(row)}.",
            facts_told=[*told.of_borough(row, facts, self.link), ("Next to", links)],
            counters=self._counters_of(code) if is_met else [],
            tables=(
                ward_table(facts, wards, self.link, f"Wards of {row['name']}"),
                *(self._counter_table([code]) if is_met else ()),
            ),
        )  # fmt: skip

    def ward(self, code: str, row: Row) -> AreaPage:
        facts = self.facts
        borough = facts["boroughs"][row["borough_code"]]
        here = (path("borough", row["borough_code"]), borough["name"])
        is_met = bool(borough["bcu_code"])
        return self._page(
            "wards", code, row,
            above=(*self._above(borough["bcu_code"]), here),
            summary=f"{row['name']} is a ward of {borough['name']}, policed by"
            f" {self._force(borough)}.",
            facts_told=told.of_ward(row, facts, self.link),
            counters=told.counters_near(self.picture.wards.get(code)) if is_met else [],
            tables=(
                ward_table(facts, [code, *row["neighbours"]], self.link,
                           f"{row['name']} and its neighbours on this side of the Thames"),
                *(self._counter_table([row["borough_code"]]) if is_met else ()),
            ),
        )  # fmt: skip

    def _page(
        self,
        level: str,
        code: str,
        row: Row,
        *,
        above: tuple[tuple[str, str], ...],
        summary: str,
        facts_told: Told,
        counters: Told,
        tables: tuple[Table, ...],
    ) -> AreaPage:
        return AreaPage(
            path=path(LEVEL_WORDS[level].parameter, code),
            level=level,
            code=code,
            name=row["name"],
            kind=told.kind(level, row, code),
            above=above,
            summary=summary,
            told=facts_told,
            counters=counters,
            counters_note=_counters_note(self.picture),
            tables=tables,
        )

    def _above(self, bcu_code: str | None) -> tuple[tuple[str, str], ...]:
        if bcu_code is None:
            return ()
        return ((path("bcu", bcu_code), f"{self.facts['bcus'][bcu_code]['name']} BCU"),)

    def _force(self, borough: Row) -> str:
        """Who polices a borough, in plain text."""
        if borough["bcu_code"] is None:
            return f"the {CITY_POLICE}, not by the Met"
        return f"{self.facts['bcus'][borough['bcu_code']]['name']} BCU of the Metropolitan Police"

    def _counters_of(self, code: str) -> Told:
        """The front counters of a borough or BCU in figures."""
        row = self.picture.areas[code]
        told_of = [("Open", str(row["counters"])), ("Never closing", str(row["open_24_7"]))]
        if promise := row["promise"]:
            told_of.append(("Promise of 2012", f"{escape(promise)}<small>one counter in every"
                            " borough that never closes</small>"))  # fmt: skip
        if row["nearest_m"] is not None:
            far = f"{kilometres(row['nearest_m'])}<small>residents’ average</small>"
            told_of.append(("Nearest", far))
        return told_of

    def _counter_table(self, boroughs: Sequence[str]) -> tuple[Table, ...]:
        """The counters of some boroughs that are open."""
        inside = [s for s in self.picture.standings if s.is_open and s.borough_code in boroughs]
        rows = tuple(self._counter(site) for site in inside)
        where = " and ".join(self.facts["boroughs"][each]["name"] for each in boroughs[:1])
        named = where if len(boroughs) == 1 else "its boroughs"
        caption = f"Front counters of {named} on {date(self.picture.on.isoformat())}"
        heads = ("Counter", "Hours", "Known how", "Since", "Source")
        if not rows:
            return (Table(caption, heads, (("none that is known", "–", "–", "–", "–"),)),)
        return (Table(caption, heads, rows),)

    def _counter(self, standing: Standing) -> tuple[str, ...]:
        site = self.sites[standing.name]
        where = ", ".join(filter(None, [site["address"], site["postcode"]])) or NOT_KNOWN
        return (
            f"{escape(standing.name)}<small>{escape(where)}</small>",
            escape(standing.hours or NOT_KNOWN),
            escape(standing.known_as),
            escape(date(standing.since)),
            escape(standing.source),
        )


def borough_neighbours(facts: Facts) -> dict[str, set[str]]:
    """Return the boroughs that share an edge with each, by their wards' neighbours."""
    wards = facts["wards"]
    found: dict[str, set[str]] = {code: set() for code in facts["boroughs"]}
    for ward in wards.values():
        others = {wards[each]["borough_code"] for each in ward["neighbours"]}
        found[ward["borough_code"]] |= others - {ward["borough_code"]}
    return found


def bcu_table(facts: Facts, link: Link) -> Table:
    """All BCUs with their facts."""
    rows = tuple(
        (
            link("bcu", code, row["name"]),
            escape(code),
            ", ".join(link("borough", b, facts["boroughs"][b]["name"]) for b in row["boroughs"]),
            *_figures(row),
        )
        for code, row in sorted(facts["bcus"].items(), key=lambda each: each[1]["name"])
    )
    return Table(f"The {len(rows)} BCUs", ("BCU", "Code", "Boroughs", *_FIGURES), rows)


def borough_table(facts: Facts, codes: Iterable[str], link: Link, caption: str) -> Table:
    """Some boroughs with their facts."""
    rows = []
    for code in sorted(codes, key=lambda each: facts["boroughs"][each]["name"]):
        row = facts["boroughs"][code]
        bcu = row["bcu_code"]
        police = link("bcu", bcu, facts["bcus"][bcu]["name"]) if bcu else CITY_POLICE
        rows.append((link("borough", code, row["name"]), escape(code), police, *_figures(row)))
    return Table(caption, ("Borough", "Code", "BCU", *_FIGURES), tuple(rows))


def ward_table(facts: Facts, codes: Iterable[str], link: Link, caption: str) -> Table:
    """Some wards with their facts."""
    rows = []
    for code in sorted(codes, key=lambda each: (facts["wards"][each]["name"], each)):
        row = facts["wards"][code]
        borough = facts["boroughs"][row["borough_code"]]
        bcu = borough["bcu_code"]
        rows.append((
            link("ward", code, row["name"]),
            escape(code),
            link("borough", row["borough_code"], borough["name"]),
            link("bcu", bcu, facts["bcus"][bcu]["name"]) if bcu else CITY_POLICE,
            figure(row["area_km2"], 2),
            _number(row["residents"]),
            told.number(row["officers"]["committed"]) if row["officers"] else "–",
        ))  # fmt: skip
    heads = ("Ward", "Code", "Borough", "BCU", "Area, km²#", "Residents#", "Officers promised#")
    return Table(caption, heads, tuple(rows))


_FIGURES = ("Wards#", "Area, km²#", "Residents#", "Officers promised#", "Strength, FTE#",
            "Of the promise#")  # fmt: skip


def _figures(row: Row) -> tuple[str, ...]:
    """The cells that BCUs and boroughs have in common."""
    size = (str(row["wards"]), figure(row["area_km2"], 2), _number(row["residents"]))
    known = row["officers"]
    if known is None:
        return (*size, "–", "–", "–")
    least = "≥ " if known["at_least"] else ""
    promised = told.number(known["committed"])
    if known["fte"] is None:
        return (*size, promised, NO_FIGURE, NOT_KNOWN)
    share = f"{least}{percent(known['share_of_commitment'])}"
    return (*size, promised, f"{least}{figure(known['fte'], 1)}", share)


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else told.number(value)


def _counters_note(picture: Picture) -> str:
    """How sure it is what is said of counters, and of when."""
    when = f"On {date(picture.on.isoformat())}; distances are straight lines and averages."
    if not picture.complete:
        return f"{when} Of the counters that are known; there may have been others."
    is_announced = picture.areas["MET"]["basis"] == ANNOUNCED
    return f"{when} As announced, not confirmed." if is_announced else when
