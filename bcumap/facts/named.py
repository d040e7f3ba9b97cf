"""Streets and places as questions: which is meant, in which wards it lies, whose the fact is."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from rapidfuzz import fuzz, process

from bcumap.base import plane
from bcumap.base.words import listed
from bcumap.facts.answers import (
    Answer,
    Option,
    lies_in,
    place_is,
    say,
    street_is,
    with_article,
)
from bcumap.facts.areas import ALIKE, Area, Atlas, normalise
from bcumap.facts.places import (
    ENDINGS,
    GREEN_SPACES,
    PLACES,
    STREET_POINTS,
    TILE_M,
    Files,
    Found,
    InWard,
    Table,
    street_key,
)

MOST_OPTIONS = 12
NEAR_POINT_M, MOST_NEAR = 120.0, 6  # of streets beside a postcode
MOST_ROWS = 400  # that are looked at for a suggestion
FEWEST_LETTERS = 3  # of what streets are suggested for
NEAR_PLACE_M = 2_000.0  # a street so near to a place is said to be there
SAME_PLACE_M = 700.0
ALIKE_STREET = ALIKE + 12
OF_PLACES = (PLACES, GREEN_SPACES)

# What is answered first where a name is that of several kinds.
FIRST = ("locality", "street", "station", "park", "hospital", "tram stop", "police building")
# How questions are taken apart, in what the regular expressions of Python and JavaScript have in
# common (`rules`): what stands before a name, and after it; a street's very place among others.
_PATTERNS = {
    "station": r" (?:(?:railway|train|tube|underground|rail|dlr|overground) )?station$",
    "flat": r"^(?:flat|unit|apartment|apt|room|suite|studio|shop|[a-z0-9]+ floor)\.?"
    r" ?[a-z0-9-]{1,5}[, ]+",
    "house": r"^(?:no\.? ?)?[0-9]{1,4}[a-z]?(?: ?[-–/] ?[0-9]{1,4}[a-z]?)?[, ]+",
    "end": r"[, ]+(?:greater )?london$",
    "at": r"^(.+), (-?[0-9]+\.[0-9]+), (-?[0-9]+\.[0-9]+)$",
}
_STATION, _FLAT, _HOUSE, _END, _AT = (
    re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS.values()
)


class Places:
    """Answers questions for streets and places.

    Parameters
    ----------
    files
        Their files.
    atlas
        Every area (`store.atlas`).
    """

    def __init__(self, files: Files, atlas: Atlas) -> None:
        self._files = files
        self._atlas = atlas

    def find(self, asked: str) -> Answer | None:
        """Answer with the street or place of a name; None if there is none.

        Around the name may stand a flat, a number, a district, borough, ward or place.
        """
        shorter = _without_house(asked)
        for text in dict.fromkeys([asked, shorter, _END.sub("", shorter)]):
            if found := self._meant(text):
                answer = self._answer(found, text)
                if text != asked and shorter != asked:
                    answer = replace(answer, notes=(say("no_house"), *answer.notes))
                return answer
        return None

    def also(self, answer: Answer) -> str:
        """Say of a ward's name that a place or streets have it too."""
        if answer.kind == "choice":
            return say("also_choice", text=answer.text.split(".")[0])
        return (
            say("also_street", text=answer.text) if answer.kind == "street" else say("also_place")
        )

    def suggest(self, asked: str, most: int) -> list[Option]:
        """Return the streets and places whose names begin with a text, each name once."""
        text = _without_house(asked)
        if len(normalise(text)) < FEWEST_LETTERS:
            return []
        for name, context in _splits(text):
            rows: dict[str, list[Found]] = {}
            for found in islice(self._starting(name), MOST_ROWS):
                if not context or self._is_in(found, context):
                    rows.setdefault(titled(found), []).append(found)
                if len(rows) > most:
                    break
            if rows:
                return [self._suggestion(_of_first_kind(same)) for same in rows.values()][:most]
        return []

    def everything(self) -> Iterator[tuple[str, list[Found]]]:
        """Yield every name, as `street_key` writes it, with all things of that name."""
        return ((key, self._joined(found)) for key, found in self._by_key(""))

    def rules(self) -> dict[str, Any]:
        """Return what the static site's own finder takes questions apart by."""
        return {
            "patterns": _PATTERNS,
            "endings": ENDINGS,
            "kinds": FIRST,
            "plane": plane.FACTORS,
            "limits": {
                "options": MOST_OPTIONS, "rows": MOST_ROWS, "letters": FEWEST_LETTERS,
                "near_m": NEAR_PLACE_M, "alike": ALIKE_STREET, "point_m": NEAR_POINT_M,
                "beside": MOST_NEAR, "tile_m": TILE_M,
            },
        }  # fmt: skip

    # --- which is meant ---------------------------------------------------------------------------

    @cached_property
    def _tables(self) -> Sequence[Table]:
        return self._files.tables

    def _meant(self, text: str) -> list[Found]:
        """Return all that a text names, those of the kind that is answered first."""
        if at := _AT.fullmatch(text):
            point = (float(at[2]), float(at[3]))
            return [
                each for each in self._named(street_key(at[1])) if (each.lat, each.lon) == point
            ]
        for name, context in _splits(text):
            found = self._named(name)
            if context:
                inside = [each for each in found if self._is_in(each, context)]
                found = inside or [each for each in found if self._is_near(each, context)]
            if found:
                return _of_first_kind(found)
        return self._with_words(text)

    def _with_words(self, text: str) -> list[Found]:
        """Return the places that have all words of a text in their names, if they are few."""
        words = [f" {word} " for word in dict.fromkeys(normalise(text).split())]
        if len(words) < 2 or any(sign.isdigit() for sign in text):
            return []
        keys = [key for key in self._words_of_places if all(word in key for word in words)]
        if len(keys) > MOST_OPTIONS:
            return []
        return [
            each for key in keys for each in self._named(key.strip()) if each.table in OF_PLACES
        ]

    @cached_property
    def _words_of_places(self) -> list[str]:
        """The keys of places between blanks: few enough to be read through."""
        tables = [table for table in self._tables if table.name in OF_PLACES]
        return sorted({f" {street_key(each.name)} " for table in tables for each in table})

    def _named(self, key: str) -> list[Found]:
        """Return everything of a name, each thing once."""
        found = self._joined(each for table in self._tables for each in table.exact(key))
        if not found and (bare := _STATION.sub("", key)) != key:
            found = [each for each in self._named(bare) if each.kind in ("station", "tram stop")]
        return found

    def _starting(self, name: str) -> Iterator[Found]:
        """Yield everything whose name begins with one, by name."""
        for _, found in self._by_key(name):
            yield from self._joined(found)

    def _by_key(self, beginning: str) -> Iterator[tuple[str, Iterable[Found]]]:
        """Yield the names that begin so with their rows, in the order of the tables."""
        rows = (
            ((street_key(row.name), number, row) for row in table.starting(beginning))
            for number, table in enumerate(self._tables)
        )
        merged = heapq.merge(*rows, key=itemgetter(0, 1))
        for key, group in groupby(merged, key=itemgetter(0)):
            yield key, (row for _, _, row in group)

    def _joined(self, rows: Iterable[Found]) -> list[Found]:
        """Return the things that rows of one name are of, each once."""
        found = self._without_doubles(rows)
        if any(each.kind == "station" for each in found):  # the police name them as streets
            found = [each for each in found if each.table != STREET_POINTS]
        return found

    def _without_doubles(self, rows: Iterable[Found]) -> list[Found]:
        """Join what two tables say of one thing: points of a street to its line, a park's names."""
        kept: list[Found] = []
        for row in rows:
            own = {ward.code for ward in row.wards}
            for place, other in enumerate(kept):
                if row.kind != other.kind or row.table == other.table:
                    continue
                shared = own & {ward.code for ward in other.wards}
                if row.table == STREET_POINTS and (shared or _apart(row, other) < SAME_PLACE_M):
                    known = {ward.code for ward in other.wards}
                    if more := tuple(each for each in row.wards if each.code not in known):
                        kept[place] = other._replace(wards=other.wards + more, also=row.table)
                    break
                if row.table == GREEN_SPACES and _apart(row, other) < SAME_PLACE_M:
                    break
            else:
                kept.append(row)
        return kept

    def _is_in(self, found: Found, context: str) -> bool:
        """Say whether a street lies in the area that the words after its name say."""
        words = context.removeprefix("in ").removesuffix(" london") or "london"
        if words == "london" or words == found.district.lower():
            return True
        if words.split()[-1] == found.district.lower():  # "deptford se8"
            words = words.rpartition(" ")[0]
        for ward in found.wards:
            area = self._atlas.get(ward.code)
            if area is None:
                continue
            borough = normalise(area.within)
            if f" {borough}".find(f" {words}") >= 0 or normalise(area.name).startswith(words):
                return True
        return False

    def _is_near(self, found: Found, context: str) -> bool:
        """Say whether a street lies near a place of that name."""
        return any(
            _apart(found, place) < NEAR_PLACE_M
            for table in self._tables
            if table.name == PLACES
            for place in table.exact(street_key(context))
            if place.kind == "locality"
        )

    def near(self, lat: float, lon: float, *, most: int = MOST_NEAR) -> list[Option]:
        """Return the streets that pass near a point, nearest first, as questions."""
        x, y = plane.metres(lon, lat)
        names: dict[str, float] = {}
        for name, away in self._files.streets_near(x, y, NEAR_POINT_M):
            names[name] = min(away, names.get(name, away))
        options = []
        for name in sorted(names, key=names.__getitem__)[:most]:
            rows = self._named(street_key(name))
            if streets := [each for each in rows if each.kind == "street"]:
                own = min(streets, key=lambda row: _apart_from(row, x, y))
                options.append(self._option(own, streets))
        return options

    def alike(self, text: str, most: int) -> list[Option]:
        """Return the names that are spelt most like a text, and begin alike."""
        key = street_key(_without_house(text))
        if len(key) < FEWEST_LETTERS:
            return []
        keys = sorted({each for table in self._tables for each in table.keys_from(key[:2])})
        close = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=ALIKE_STREET, limit=most)
        return [self._suggestion(_of_first_kind(self._named(each))) for each, _, _ in close]

    # --- words ------------------------------------------------------------------------------------

    def _answer(self, found: Sequence[Found], asked: str) -> Answer:
        if len(found) > 1:
            return self._choice(found, asked)
        return self.of(found[0])

    def of(self, found: Found) -> Answer:
        """Answer one street or place."""
        return self._street(found) if found.kind == "street" else self._place(found)

    def _choice(self, found: Sequence[Found], asked: str) -> Answer:
        more = say("first_streets", number=MOST_OPTIONS) if len(found) > MOST_OPTIONS else ""
        said = say("streets" if found[0].kind == "street" else "places", number=len(found))
        options = [self._option(each, found) for each in found[:MOST_OPTIONS]]
        return Answer(
            "choice",
            f"“{asked}”",
            f"{said}{more}",
            certain=False,
            notes=(self._credit(found),),
            options=tuple(options),
        )

    def _option(self, found: Found, others: Sequence[Found]) -> Option:
        """Return an option that asks for this one among others of its name."""
        ward = self._ward(found)
        narrower = [found.district, ward.name, f"{ward.name} {found.district}"]
        taken = Counter(word for each in others for word in self._words(each))
        words = next((each for each in narrower if each and taken[each] == 1), "")
        ask = f"{found.name}, {words or f'{found.lat}, {found.lon}'}"
        return Option("query", ask, found.name, self._detail(found))

    def _words(self, found: Found) -> set[str]:
        names = {self._atlas[each.code].name for each in found.wards}
        return {found.district, *names, *(f"{name} {found.district}" for name in names)}

    def _suggestion(self, same: Sequence[Found]) -> Option:
        first, name = same[0], titled(same[0])
        if len(same) == 1:
            ask = f"{name}, {first.district}" if first.kind == "street" and first.district else name
            return Option("query", ask, name, self._detail(first))
        return Option("query", name, name, f"{len(same)} {kind_of(first)}s")

    def _detail(self, found: Found) -> str:
        ward = self._ward(found)
        district = f" ({found.district})" if found.district else ""
        return f"{kind_of(found)} in {ward.label}{district}"

    def _ward(self, found: Found) -> Area:
        return self._atlas[found.wards[0].code]

    def _street(self, found: Found) -> Answer:
        places = [self._atlas[each.code] for each in found.wards]
        by_points = found.table == STREET_POINTS
        whole = sum(each.metres for each in found.wards)
        options = [
            Option.of(place, _of(place.within, _share(ward, whole)))
            for ward, place in zip(found.wards, places, strict=True)
        ]
        one = len(places) == 1
        along = [f"{place.name} ward" for ward, place in zip(found.wards, places, strict=True)
                 if ward.along_m]  # fmt: skip
        notes = [
            *([say("along", wards=listed(along))] if along else []),
            *([say("is_cut")] if found.is_cut else []),
            *([say("by_points")] if by_points else []),
        ]
        text = lies_in(found.name, places[0]) if one else street_is(
            found.name, len(places), by_points=by_points)  # fmt: skip
        return Answer(
            "street",
            found.name,
            text,
            certain=one and not notes,
            notes=(*notes, self._credit([found])),
            place=places[0] if one else self._common(places),
            lat=found.lat,
            lon=found.lon,
            as_of=self.as_of(found.table),
            options=() if one else tuple(options),
        )

    def _common(self, places: Sequence[Area]) -> Area | None:
        """Return the borough that several wards lie in, if it is one."""
        borough = places[0].borough
        return borough if all(each.borough is borough for each in places) else None

    def _place(self, found: Found) -> Answer:
        places = [self._atlas[each.code] for each in found.wards]
        options = tuple(
            Option.of(place, _of(place.within, _away(ward)))
            for ward, place in zip(found.wards, places, strict=True)
        )
        name = titled(found)
        about = with_article(places[0].within)
        return Answer(
            "place",
            name,
            place_is(name, found.kind, [each.name for each in places]),
            certain=False,
            notes=(say("no_boundary", about=about), self._credit([found])),
            place=self._common(places),
            lat=found.lat,
            lon=found.lon,
            as_of=self.as_of(found.table),
            options=options,
        )

    def credit_of_tiles(self) -> str:
        """Say whose the streets on the map are."""
        return say("credit_tiles", credit=self._files.credit(self._files.drawn_files))

    def as_of(self, table: str) -> dict[str, str]:
        """Return the date of a file's edition by what it is of, if it is known."""
        when = str(self._files.passports[table].get("as_of", ""))
        return {"streets and places": when} if when else {}

    def _credit(self, found: Sequence[Found]) -> str:
        tables = filter(None, (table for each in found for table in (each.table, each.also)))
        return say("credit", credit=self._files.credit(dict.fromkeys(tables)))


def titled(found: Found) -> str:
    """Write a name as people ask for it."""
    return f"{found.name} station" if found.kind == "station" else found.name


def kind_of(found: Found) -> str:
    """Say what something is."""
    return "place" if found.kind == "locality" else found.kind


def _of_first_kind(found: Sequence[Found]) -> list[Found]:
    """Return those of the kind that is answered first."""
    first = min(FIRST.index(each.kind) for each in found)
    return [each for each in found if FIRST.index(each.kind) == first]


def _share(ward: InWard, whole: int) -> str:
    """Say how much of a street is in a ward, and along it."""
    percent = round(100 * ward.metres / whole) if whole else 0
    share = say("share", share=percent or "less than 1") if ward.metres else ""
    along = say("along_m", metres=ward.along_m) if ward.along_m else ""
    return ", ".join(filter(None, (share, along)))


def _away(ward: InWard) -> str:
    """Say how far a ward is from the centre of a place."""
    return say("away", metres=ward.metres) if ward.metres else say("centre")


def _of(borough: str, said: str) -> str:
    return f"{borough}: {said}" if said else borough


def _without_house(text: str) -> str:
    """Take flat and number out of the beginning of a question."""
    return _HOUSE.sub("", _FLAT.sub("", text))


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a text as a name and the words that say where: the longest name first.

    What stands after a comma always says where.
    """
    name, comma, context = text.partition(",")
    if comma and context.strip():
        yield street_key(name), normalise(context)
        return
    words = normalise(text).split()
    yield street_key(" ".join(words)), ""
    for cut in range(len(words) - 1, 0, -1):
        yield street_key(" ".join(words[:cut])), " ".join(words[cut:])


def _apart(one: Found, other: Found) -> float:
    """Metres between two points."""
    return _apart_from(one, *plane.metres(other.lon, other.lat))


def _apart_from(one: Found, x: float, y: float) -> float:
    east, north = plane.metres(one.lon, one.lat)
    return float(((east - x) ** 2 + (north - y) ** 2) ** 0.5)
