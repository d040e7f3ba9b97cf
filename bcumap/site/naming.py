"""What the static site's finder fetches of streets and places: finished answers by name; pure.

`web/static/places.js` finds which is meant, by the rules of `facts/named`. A shard holds what
begins with the same two letters and is of one licence: what is of OpenStreetMap stays apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from bcumap.base.words import OGL
from bcumap.facts import views
from bcumap.facts.areas import Atlas
from bcumap.facts.find import Finder
from bcumap.facts.named import OF_PLACES, Places
from bcumap.facts.places import TABLES, Files, Found

STEPS = 10_000  # of a degree: positions have four decimals
BEGINNING = 2  # letters of a name
INDEX, WORDS = "index", "words"


def documents(finder: Finder, files: Files, atlas: Atlas) -> Iterator[tuple[str, Any]]:
    """Give all that is fetched of streets and places; nothing if there are none.

    Returns
    -------
    name, document
        "LICENCE/NUMBER", a shard (see `_Teller.shard`); "LICENCE/words", the names of its places;
        and at last "index": `STEPS` and `BEGINNING`, the rules by which questions are taken apart
        (`Places.rules`), by licence under `shards` the letters that each shard is of, in the order
        of their numbers, and of each table by its number whom to credit and its edition.
    """
    if finder.places is None:
        return
    teller = _Teller(finder, finder.places, files, atlas)
    letters: dict[str, list[str]] = {}
    words: dict[str, list[str]] = {}
    for beginning, names in groupby(finder.places.everything(), lambda each: each[0][:BEGINNING]):
        found: dict[str, list[Found]] = {}
        for key, things in names:
            for thing in things:
                licence = _slug(teller.licence(thing))
                found.setdefault(licence, []).append(thing)
                if thing.table in OF_PLACES:
                    words.setdefault(licence, []).append(key)
        for licence, of_it in found.items():
            done = letters.setdefault(licence, [])
            yield f"{licence}/{len(done)}", teller.shard(of_it)
            done.append(beginning)
    for licence in letters:
        yield f"{licence}/{WORDS}", list(dict.fromkeys(words.get(licence, [])))
    how = {"steps": STEPS, "beginning": BEGINNING}
    yield INDEX, {**how, **finder.places.rules(), "shards": letters, **teller.tables()}


class _Teller:
    """Writes down in short what is said of streets and places."""

    def __init__(self, finder: Finder, places: Places, files: Files, atlas: Atlas) -> None:
        self._finder, self._places, self._files, self._atlas = finder, places, files, atlas
        self._wards = {code: number for number, code in enumerate(atlas.levels["wards"])}

    def licence(self, found: Found) -> str:
        """Return the licence under which something is passed on: the strictest of its tables."""
        licences = {str(self._files.passports[each]["licence"]) for each in _tables(found)}
        return next((each for each in sorted(licences) if each != OGL), OGL)

    def tables(self) -> dict[str, Any]:
        """Return of the tables, by their numbers, whom to credit and the edition of an answer."""
        firsts = {table.name: next(iter(table)) for table in self._files.tables}
        return {
            "of_places": [TABLES.index(name) for name in OF_PLACES],
            "credits": {TABLES.index(name): self._files.credit([name]) for name in firsts},
            "credit_tiles": self._files.credit(self._files.drawn_files),
            "as_of": {
                TABLES.index(name): views.card(self._finder.dated(self._places.of(row))).as_of
                for name, row in firsts.items()
            },
        }

    def shard(self, found: Sequence[Found]) -> dict[str, Any]:
        """Return the finished answers of some things.

        Returns
        -------
        dict
            `licence` and `attribution`; `sorts`, what things have in common: kind, numbers of
            tables, whether the answer is sure, and its notes; `rows`: the sort, name, district,
            steps north and east (EPSG:4326, `STEPS` to a degree), and of a street in one ward its
            number; of all else those of the wards, the sentence, what is said of each, and whether
            the answer is about the borough that they share.
        """
        sorts: dict[str, tuple[int, list[Any]]] = {}
        rows = []
        for each in found:
            answer = self._places.of(each)
            tables = [TABLES.index(table) for table in _tables(each)]
            common: list[Any] = [each.kind, tables, int(answer.certain), list(answer.notes[:-1])]
            sort, _ = sorts.setdefault(repr(common), (len(sorts), common))
            more: list[Any] = [self._wards[ward.code] for ward in each.wards]
            if answer.options:
                said = [self._said(option.code, option.detail) for option in answer.options]
                more = [more, answer.text, said, int(bool(answer.place))]
            at = (round(each.lat * STEPS), round(each.lon * STEPS))
            rows.append([sort, each.name, each.district, *at, *more])
        used = dict.fromkeys(table for each in found for table in _tables(each))
        return {
            "licence": self.licence(found[0]),
            "attribution": self._files.credit(used),
            "sorts": [common for _, common in sorts.values()],
            "rows": rows,
        }

    def _said(self, code: str, detail: str) -> str:
        """Return what is said of a ward, without its borough."""
        return detail.removeprefix(self._atlas[code].within).removeprefix(": ")


def _tables(found: Found) -> list[str]:
    return [found.table, *([found.also] if found.also else [])]


def _slug(licence: str) -> str:
    """Write a licence as the name of a folder."""
    return re.sub(r"[^a-z0-9]+", "-", licence.lower()).strip("-")
