"""The areas of the map, what each lies in, who polices it and what it is called; reads no file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from bcumap.base.schema import KEYS, LEVELS, MET
from bcumap.base.words import CITY_POLICE, MET_POLICE, listed
from bcumap.facts.teams import LISTED_ON

# How alike a name must be to be offered for one that is not known (0 to 100): on single slips of
# the finger in the real names, 70 finds nearly all and offers little else.
ALIKE = 70
REMEMBERED = 4096  # texts: one row of a list is looked at from several sides, and names a borough

# Words that only say what kind of area one is.
_KIND = re.compile(
    r"\b(?:the|(?:london |royal )?borough of|(?:lb|rb)(?: of)?|borough|(?:city )?council"
    r"|corporation|ward(?: of| in)?|bcu|(?:basic )?command unit)\b"
)
_ALSO = {"City of London": ("the city",)}
_SAME_WORD = {"saint": "st"}
# Typewritten, typographic and mistaken ones; taken out before NFKD makes a blank of some.
_APOSTROPHES = re.compile("['’‘‛`´ʼʹʻ′＇]")


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A BCU, a borough (or the City of London) or a ward; made by its atlas alone.

    Attributes
    ----------
    level
        One of `schema.LEVELS`.
    code, name
        The Met's code of a BCU, as NA, or the GSS code.
    facts
        All that is known of it by name: see `documents.area_facts`.
    atlas
        All areas of its edition.
    """

    level: str
    code: str
    name: str
    facts: Mapping[str, Any] = field(repr=False)
    atlas: Atlas = field(repr=False)

    @property
    def ward(self) -> Area | None:
        """Itself, if it is a ward."""
        return self if self.level == "wards" else None

    @property
    def borough(self) -> Area | None:
        """The borough of a ward, or itself; None for a BCU."""
        if self.level == "wards":
            return self.atlas[self.facts["borough_code"]]
        return self if self.level == "boroughs" else None

    @property
    def bcu(self) -> Area | None:
        """The BCU that polices it, or itself; None for the City of London and its wards."""
        borough = self.borough
        if borough is None:
            return self
        code = borough.facts["bcu_code"]
        return self.atlas[code] if code else None

    @property
    def upwards(self) -> tuple[Area | None, Area | None, Area | None]:
        """Its ward, borough and BCU, as far as it has them."""
        return self.ward, self.borough, self.bcu

    @property
    def within(self) -> str:
        """What tells it from others of its name: a ward's borough; else ""."""
        return self.borough.name if self.ward and self.borough else ""

    @property
    def boroughs(self) -> list[Area]:
        """The boroughs of a BCU, or itself, if it is a borough; none of a ward."""
        if self.level == "bcus":
            return [self.atlas[code] for code in self.facts["boroughs"]]
        return [self] if self.level == "boroughs" else []

    @property
    def wards(self) -> list[Area]:
        """All wards in it, or itself, in the order of their codes."""
        return self.atlas.wards_in[self.code]

    @property
    def neighbours(self) -> list[Area]:
        """The areas of its level that share a boundary on land, in the order of their codes."""
        return self.atlas.beside[self.code]

    @property
    def police(self) -> str:
        """The force."""
        return MET_POLICE if self.bcu else CITY_POLICE

    @property
    def policed_by(self) -> str:
        """The unit, as "South East BCU", or the City's force."""
        return f"{self.bcu.name} BCU" if self.bcu else CITY_POLICE

    @property
    def officers(self) -> Mapping[str, Any]:
        """What is known of its ward officers; empty where the Met has none."""
        known: Mapping[str, Any] = self.facts["officers"] or {}
        return known

    @property
    def residents(self) -> int | None:
        """Its residents; None where no source gives them."""
        known: int | None = self.facts["residents"]
        return known

    @property
    def area_km2(self) -> float:
        """Its area, to the hectare."""
        return float(self.facts["area_km2"])

    @property
    def label(self) -> str:
        """The name, with the borough of a ward."""
        return f"{self.name}, {self.within}" if self.within else self.name

    @property
    def called(self) -> str:
        """The label, which says of a BCU that it is one: nobody takes it for another."""
        return f"{self.name} BCU" if self.level == "bcus" else self.label

    def columns(self) -> dict[str, str | None]:
        """Return code and name of its ward, borough and BCU, as tables call them.

        None for what is not so small, or for the City's BCU.
        """
        found: dict[str, str | None] = {}
        for level, area in zip(reversed(LEVELS), self.upwards, strict=True):
            code, name = KEYS[level]
            found[code], found[name] = (area.code, area.name) if area else (None, None)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Force:
    """The Met as a whole, beside its areas: the sum of its BCUs.

    Attributes
    ----------
    boroughs
        That it polices.
    residents
        Of the BCUs whose are known; None if of none.
    officers
        `committed`, and `fte`, None where a BCU has no figure.
    """

    boroughs: list[Area]
    residents: int | None
    area_km2: float
    officers: Mapping[str, Any]
    code: str = MET
    name: str = "the Met"


class Atlas:
    """Every area of one edition.

    Parameters
    ----------
    facts
        The prepared facts: see `documents.area_facts`.

    Attributes
    ----------
    levels
        The areas of each of `schema.LEVELS`, by code.
    edition, residents_as_of
        Of the wards, as 2025, and the date of the residents.
    promise
        What every ward was promised, with all before it as its `timeline`.
    seen_on
        The first and last day on which sources of the tables were seen.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts
        self.edition: str = facts["edition"]
        self.residents_as_of: str = facts["residents_as_of"]
        self.promise: Mapping[str, Any] = facts["officers"]
        self.seen_on: tuple[str, str] = facts["seen_on"]
        self.levels = {
            level: {code: Area(level, code, row["name"], row, self)
                    for code, row in facts[level].items()}
            for level in LEVELS
        }  # fmt: skip
        self._by_code = {area.code: area for of in self.levels.values() for area in of.values()}

    def __reduce__(self) -> tuple[type[Atlas], tuple[Mapping[str, Any]]]:
        return Atlas, (self.facts,)

    def __iter__(self) -> Iterator[Area]:
        return iter(self._by_code.values())

    def __getitem__(self, code: str) -> Area:
        return self._by_code[code]

    def get(self, code: str | None) -> Area | None:
        """Return the area of a code, or None if there is none."""
        return self._by_code.get(code or "")

    @property
    def ward_months(self) -> tuple[str, str] | None:
        """The months that the strengths of wards are a mean of; None if there are none."""
        months: tuple[str, str] | None = self.promise.get("ward_months")
        return months

    @property
    def listed_on(self) -> tuple[str, str] | None:
        """The first and last day on which the teams were listed; None if nobody has asked."""
        days: tuple[str, str] | None = self.promise.get(LISTED_ON)
        return days

    def months_of(self, level: str) -> tuple[str, str]:
        """Return the first and last of the months that the strengths of a level are a mean of."""
        months: tuple[str, str] = self.promise["months"]
        return (self.ward_months if level == "wards" else None) or months

    @cached_property
    def force(self) -> Force:
        """The Met as a whole."""
        bcus = self.levels["bcus"].values()
        fte = [bcu.officers.get("fte") for bcu in bcus]
        return Force(
            boroughs=list(self.met("boroughs").values()),
            residents=sum(bcu.residents or 0 for bcu in bcus) or None,
            area_km2=sum(bcu.area_km2 for bcu in bcus),
            officers={
                "committed": sum(bcu.officers["committed"] for bcu in bcus),
                "fte": None if None in fte else sum(fte),
            },
        )

    def met(self, level: str) -> dict[str, Area]:
        """Return the areas of a level that the Met polices, by code."""
        return {code: area for code, area in self.levels[level].items() if area.bcu}

    @cached_property
    def wards_in(self) -> dict[str, list[Area]]:
        """The wards of every area, by its code."""
        found: dict[str, list[Area]] = {area.code: [] for area in self}
        for ward in self.levels["wards"].values():
            for area in filter(None, ward.upwards):
                found[area.code].append(ward)
        return found

    @cached_property
    def beside(self) -> dict[str, list[Area]]:
        """The neighbours of every area, by its code, from those of the wards."""
        found: dict[str, set[str]] = {area.code: set() for area in self}
        for ward in self.levels["wards"].values():
            for other in map(self.__getitem__, ward.facts["neighbours"]):
                for own, near in zip(ward.upwards, other.upwards, strict=True):
                    if own and near and own is not near:
                        found[own.code].add(near.code)
        return {code: [self[each] for each in sorted(codes)] for code, codes in found.items()}


@lru_cache(maxsize=REMEMBERED)
def normalise(text: str) -> str:
    """Write a name without accents, case, punctuation, and the many forms of "and" and "Saint"."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    plain = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    words = re.sub(r"[\W_]+", " ", plain.replace("&", " and ")).split()
    return " ".join(_SAME_WORD.get(word, word) for word in words)


class Gazetteer:
    """Every name of some areas, to be searched."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._by_key: dict[str, list[Area]] = {}
        # Every word after a blank, so that " dep" finds the words that begin so.
        self._words: list[tuple[Area, str, str]] = []
        for area in areas:
            names = names_of(area)
            for key in dict.fromkeys([*names, *map(bare, names)]):
                self._by_key.setdefault(key, []).append(area)
            self._words.append((area, f" {names[0]}", f" {_context(area)}"))

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
        found = (
            (not name.startswith(f" {wanted}"), LEVELS.index(area.level), area.label, area)
            for area, name, context in self._words
            if any(start in name for start in starts)
            and all(start in name or start in context for start in starts)
        )
        return [area for *_, area in sorted(found, key=lambda each: each[:3])]

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


def names_of(area: Area) -> tuple[str, ...]:
    """Return the names that an area goes by, as `normalise` writes them, its own first."""
    name = normalise(area.name)
    if area.level == "bcus":
        boroughs = listed([borough.name for borough in area.boroughs])
        return (name, *map(normalise, (area.code, *area.facts["aliases"], boroughs)))
    if area.ward:
        return name, f"{name} {_context(area)}"
    return (name, *_ALSO.get(area.name, ()))


def _context(area: Area) -> str:
    """The words that may be added to an area's name."""
    return normalise(area.within) if area.borough else "bcu"
