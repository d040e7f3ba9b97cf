"""Streets and places as questions: which is meant, in which wards it lies, whose the fact is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

from rapidfuzz import fuzz, process

from bcumap.base.words import listed
from bcumap.facts.answers import (
    Answer,
    Option,
    lies_in,
    place_is,
    street_is,
    with_article,
)
from bcumap.facts.areas import ALIKE, Area, Atlas, normalise
from bcumap.facts.places import GREEN_SPACES, PLACES, STREET_POINTS, Files, Found, Table, street_key
from bcumap.geo import plane

MOST_OPTIONS = 12
NEAR_POINT_M, MOST_NEAR = 120.0, 6  # of streets beside a postcode
MOST_ROWS = 400  # that are looked at for a suggestion
FEWEST_LETTERS = 3  # of what streets are suggested for
NEAR_PLACE_M = 2_000.0  # a street so near to a place is said to be there
SAME_PLACE_M = 700.0

# What is answered first where a name is that of several kinds.
_FIRST = ("locality", "street", "station", "park", "hospital", "tram stop", "police building")
_STATION = re.compile(r" (?:(?:railway|train|tube|underground|rail|dlr|overground) )?station$")
_FLAT = re.compile(
    r"^(?:flat|unit|apartment|apt|room|suite|studio|shop|\w+ floor)\.? ?[\w-]{1,5}[, ]+",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"^(?:no\.? ?)?[0-9]{1,4}[a-z]?(?: ?[-–/] ?[0-9]{1,4}[a-z]?)?[, ]+", re.IGNORECASE
)
_END = re.compile(r"[, ]+(?:greater )?london$", re.IGNORECASE)


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
        shorter = _HOUSE.sub("", _FLAT.sub("", asked))
        for text in dict.fromkeys([asked, shorter, _END.sub("", shorter)]):
            if found := self._meant(text):
                answer = self._answer(found, text)
                if text != asked and shorter != asked:
                    left = "The number of a house is not looked up: this is the street as a whole."
                    answer = replace(answer, notes=(left, *answer.notes))
                return answer
        return None

    def also(self, answer: Answer) -> str:
        """Say of a ward's name that a place or streets have it too."""
        if answer.kind == "choice":
            return f"Streets or places have this name too: {answer.text.split('.')[0]}."
        if answer.kind == "street":
            return f"A street has this name too: {answer.text}"
        return "People use the name for a place too, and the ward ends elsewhere than the place."

    def suggest(self, asked: str, most: int) -> list[Option]:
        """Return the streets and places whose names begin with a text, each name once."""
        text = _HOUSE.sub("", _FLAT.sub("", asked))
        if len(normalise(text)) < FEWEST_LETTERS:
            return []
        options: dict[str, Option] = {}
        for name, context in _splits(text):
            for table in self._tables:
                rows: dict[str, list[Found]] = {}
                for found in islice(table.starting(name), MOST_ROWS):
                    if not context or self._is_in(found, context):
                        rows.setdefault(found.name, []).append(found)
                    if len(rows) > most:
                        break
                for same in rows.values():
                    option = self._suggestion(same)
                    options.setdefault(option.label, option)
            if options:
                break
        return list(options.values())[:most]

    # --- which is meant ---------------------------------------------------------------------------

    @cached_property
    def _tables(self) -> Sequence[Table]:
        return self._files.tables

    def _meant(self, text: str) -> list[Found]:
        """Return all that a text names, those of the kind that is answered first."""
        for name, context in _splits(text):
            found = self._named(name)
            if context:
                inside = [each for each in found if self._is_in(each, context)]
                found = inside or [each for each in found if self._is_near(each, context)]
            if found:
                first = min(_FIRST.index(each.kind) for each in found)
                return [each for each in found if _FIRST.index(each.kind) == first]
        return self._with_words(text)

    def _with_words(self, text: str) -> list[Found]:
        """Return the places that have all words of a text in their names, if they are few."""
        words = [f" {word} " for word in dict.fromkeys(normalise(text).split())]
        if len(words) < 2 or any(sign.isdigit() for sign in text):
            return []
        found = [
            (table, key)
            for key, table in self._words_of_places
            if all(word in key for word in words)
        ]
        if len(found) > MOST_OPTIONS:
            return []
        return self._without_doubles(
            each for table, key in found for each in table.exact(key.strip())
        )

    @cached_property
    def _words_of_places(self) -> list[tuple[str, Table]]:
        """The keys of places between blanks, each with its table: few enough to be read through."""
        return [
            (f" {key} ", table)
            for table in self._tables
            if table.name in (PLACES, GREEN_SPACES)
            for key in dict.fromkeys(street_key(each.name) for each in table)
        ]

    def _named(self, key: str) -> list[Found]:
        """Return everything of a name, each thing once."""
        found = self._without_doubles(each for table in self._tables for each in table.exact(key))
        if not found and (bare := _STATION.sub("", key)) != key:
            found = [each for each in self._named(bare) if each.kind in ("station", "tram stop")]
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
                    more = tuple(each for each in row.wards if each.code not in
                                 {ward.code for ward in other.wards})  # fmt: skip
                    kept[place] = other._replace(wards=other.wards + more)
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
        key = street_key(_HOUSE.sub("", _FLAT.sub("", text)))
        if len(key) < FEWEST_LETTERS:
            return []
        keys = dict.fromkeys(each for table in self._tables for each in table.keys_from(key[:2]))
        close = process.extract(
            key, list(keys), scorer=fuzz.ratio, score_cutoff=ALIKE + 12, limit=most
        )
        return [self._suggestion(rows) for each, _, _ in close if (rows := self._named(each))]

    # --- words ------------------------------------------------------------------------------------

    def _answer(self, found: Sequence[Found], asked: str) -> Answer:
        if len(found) > 1:
            return self._choice(found, asked)
        return self._street(found[0]) if found[0].kind == "street" else self._place(found[0])

    def _choice(self, found: Sequence[Found], asked: str) -> Answer:
        what = "streets have" if found[0].kind == "street" else "places have"
        more = ""
        if len(found) > MOST_OPTIONS:
            more = f" The first {MOST_OPTIONS} are listed: add a borough or postcode district."
        options = [self._option(each, found) for each in found[:MOST_OPTIONS]]
        return Answer(
            "choice",
            f"“{asked}”",
            f"{len(found)} {what} this name. Which one is meant?{more}",
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
        ask = f"{found.name}, {words}" if words else f"{found.lat}, {found.lon}"
        return Option("query", ask, found.name, self._detail(found))

    def _words(self, found: Found) -> set[str]:
        names = {self._atlas[each.code].name for each in found.wards}
        return {found.district, *names, *(f"{name} {found.district}" for name in names)}

    def _suggestion(self, same: Sequence[Found]) -> Option:
        first = same[0]
        name = f"{first.name} station" if first.kind == "station" else first.name
        if len(same) == 1:
            ask = f"{name}, {first.district}" if first.kind == "street" and first.district else name
            return Option("query", ask, name, self._detail(first))
        what = "places" if first.kind == "locality" else f"{first.kind}s"
        return Option("query", name, name, f"{len(same)} {what}")

    def _detail(self, found: Found) -> str:
        ward = self._ward(found)
        kind = "place" if found.kind == "locality" else found.kind
        return f"{kind} in {ward.label}" + (f" ({found.district})" if found.district else "")

    def _ward(self, found: Found) -> Area:
        return self._atlas[found.wards[0].code]

    def _street(self, found: Found) -> Answer:
        places = [self._atlas[each.code] for each in found.wards]
        by_points = found.table == STREET_POINTS
        whole = sum(each.metres for each in found.wards)
        options = []
        for ward, place in zip(found.wards, places, strict=True):
            share = (
                f"{100 * ward.metres / whole:.0f} % of its length" if whole and ward.metres else ""
            )
            if ward.along_m:
                share += f"{', ' if share else ''}{ward.along_m} m along its boundary"
            detail = f"{place.within}: {share}" if share else place.within
            options.append(Option("wards", ward.code, place.name, detail))
        one = len(places) == 1
        along = [
            place.name for ward, place in zip(found.wards, places, strict=True) if ward.along_m
        ]
        notes = []
        if along:
            notes.append(
                f"It runs along the boundary of {listed([f'{ward} ward' for ward in along])}: there"
                " the two sides of the street can be in different wards."
            )
        if found.is_cut:
            notes.append(
                "Its line is known only in part: it goes on where lines are not known here."
            )
        if by_points:
            notes.append("Only points of it are known here, so it may also be in other wards.")
        text = lies_in(found.name, places[0]) if one else street_is(
            found.name, len(places), by_points=by_points)  # fmt: skip
        return Answer(
            "street",
            found.name,
            text,
            certain=one and not (along or found.is_cut or by_points),
            notes=(*notes, self._credit([found])),
            place=places[0] if one else self._common(places),
            lat=found.lat,
            lon=found.lon,
            as_of={"streets and places": self.as_of(found.table)},
            options=() if one else tuple(options),
        )

    def _common(self, places: Sequence[Area]) -> Area | None:
        """Return the borough that several wards lie in, if it is one."""
        borough = places[0].borough
        return borough if all(each.borough is borough for each in places) else None

    def _place(self, found: Found) -> Answer:
        places = [self._atlas[each.code] for each in found.wards]
        options = tuple(
            Option("wards", ward.code, place.name,
                   f"{place.within}: " + (f"{ward.metres} m from its centre" if ward.metres else
                                           "its centre is there"))
            for ward, place in zip(found.wards, places, strict=True)
        )  # fmt: skip
        name = f"{found.name} station" if found.kind == "station" else found.name
        about = with_article(places[0].within)
        return Answer(
            "place",
            name,
            place_is(name, found.kind, [each.name for each in places]),
            certain=False,
            notes=(
                f"It has no boundary here: only its centre in {about} is known.",
                self._credit([found]),
            ),
            place=self._common(places),
            lat=found.lat,
            lon=found.lon,
            as_of={"streets and places": self.as_of(found.table)},
            options=options,
        )

    def credit_of_tiles(self) -> str:
        """Say whose the streets on the map are."""
        return f"Streets: {self._files.credit(self._files.drawn_files)}"

    def as_of(self, table: str) -> str:
        """Return the date of a file's edition, as far as it is known."""
        return str(self._files.passports[table].get("as_of", ""))

    def _credit(self, found: Sequence[Found]) -> str:
        tables = dict.fromkeys(each.table for each in found)
        return f"Names of streets and places: {self._files.credit(tables)}"


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
