"""Names of wards, boroughs and BCUs as people write them; reads no file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from bcumap.base.schema import LEVELS

# How alike a name must be to be offered for one that is not known (0 to 100): on single slips of
# the finger in the real names, 70 finds nearly all and offers little else (tests/test_names.py).
ALIKE = 70
REMEMBERED = 4096  # texts: one row of a list is looked at from several sides, and names a borough

# Words that only say what kind of area one is.
_KIND = re.compile(
    r"\b(?:the|(?:london |royal )?borough of|(?:lb|rb)(?: of)?|borough|council"
    r"|ward(?: of| in)?|bcu|(?:basic )?command unit)\b"
)
_ALSO = {"City of London": ("the city",)}
_SAME_WORD = {"saint": "st"}
# Typewritten, typographic and mistaken ones; taken out before NFKD makes a blank of some.
_APOSTROPHES = re.compile("['’‘‛`´ʼʹʻ′＇]")


@dataclass(frozen=True)
class Area:
    """An area that can be meant by a name."""

    level: str
    code: str
    name: str
    within: str  # what tells it from others of its name: a ward's borough; else ""
    keys: tuple[str, ...]  # its names as `normalise` writes them, its own first
    context: str = ""  # words that may be added to its name

    @property
    def label(self) -> str:
        """The name, with the borough of a ward."""
        return f"{self.name}, {self.within}" if self.within else self.name


@lru_cache(maxsize=REMEMBERED)
def normalise(text: str) -> str:
    """Write a name without accents, case, punctuation, and the many forms of "and" and "Saint"."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    plain = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    words = re.sub(r"[\W_]+", " ", plain.replace("&", " and ")).split()
    return " ".join(_SAME_WORD.get(word, word) for word in words)


class Gazetteer:
    """Every name of the areas in `facts` (see `documents.area_facts`), to be searched."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.areas = [*_bcus(facts), *_boroughs(facts), *_wards(facts)]
        self._by_key: dict[str, list[Area]] = {}
        for area in self.areas:
            for key in dict.fromkeys([*area.keys, *map(bare, area.keys)]):
                self._by_key.setdefault(key, []).append(area)
        # Every word after a blank, so that " dep" finds the words that begin so.
        self._words = [(area, f" {area.keys[0]}", f" {area.context}") for area in self.areas]

    def exact(self, text: str) -> list[Area]:
        """Return the areas of this very name, alias, or name and borough."""
        name = normalise(text)
        for form in (name, bare(name), bare(name).removeprefix("city of ")):
            if form in self._by_key:
                return self._by_key[form]
        return []

    def containing(self, text: str) -> list[Area]:
        """Return the areas whose names have a word beginning with each word of a text.

        A ward's borough may supply some of the words. Names that begin with the text come first,
        then BCUs before boroughs before wards.
        """
        wanted = normalise(text)
        starts = [f" {word}" for word in wanted.split()]
        return sorted(
            (
                area
                for area, name, context in self._words
                if any(start in name for start in starts)
                and all(start in name or start in context for start in starts)
            ),
            key=lambda area: (
                not area.keys[0].startswith(wanted),
                LEVELS.index(area.level),
                area.label,
            ),
        )

    def alike(self, text: str, *, most: int) -> list[Area]:
        """Return the areas whose names are spelt most like a text, best first."""
        close = process.extract(
            normalise(text), list(self._by_key), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
        )
        found = (area for key, _, _ in close for area in self._by_key[key])
        return list(dict.fromkeys(found))[:most]


@lru_cache(maxsize=REMEMBERED)
def bare(name: str) -> str:
    """Write a name without the words that only say what kind of area it is."""
    return " ".join(_KIND.sub(" ", name).split())


def _bcus(facts: Mapping[str, Any]) -> Iterable[Area]:
    for code, row in facts["bcus"].items():
        keys = tuple(normalise(name) for name in (row["name"], code, *row["aliases"]))
        yield Area("bcus", code, row["name"], "", keys, "bcu")


def _boroughs(facts: Mapping[str, Any]) -> Iterable[Area]:
    for code, row in facts["boroughs"].items():
        keys = (normalise(row["name"]), *_ALSO.get(row["name"], ()))
        yield Area("boroughs", code, row["name"], "", keys)


def _wards(facts: Mapping[str, Any]) -> Iterable[Area]:
    for code, row in facts["wards"].items():
        borough = facts["boroughs"][row["borough_code"]]["name"]
        key, place = normalise(row["name"]), normalise(borough)
        keys = (key, f"{key} {place}")
        yield Area("wards", code, row["name"], borough, keys, place)
