"""One question, one honest answer: postcode, place or point to ward, borough and BCU; pure.

Postcodes and names need nothing but the standard library and rapidfuzz. A point needs geometry,
which is asked for when somebody first gives one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bcumap.base.words import LEVEL_WORDS, counted, date
from bcumap.facts import coordinates
from bcumap.facts.answers import (
    Answer,
    Nearby,
    Option,
    are_in,
    area_is,
    exact_to,
    lies_in,
    may_be_in,
    may_reach,
    nothing,
    say,
)
from bcumap.facts.areas import Area, Atlas, Gazetteer
from bcumap.facts.coordinates import Numbers
from bcumap.facts.named import Places
from bcumap.facts.postcodes import (
    OUTSIDE,
    Archive,
    Postcode,
    Prefix,
    Reach,
    beyond,
    first_half_slips,
    readings,
)

if TYPE_CHECKING:
    from bcumap.facts.surroundings import Point, Surroundings

LONGEST_QUERY = 100  # characters; the longest name has 60
MOST_OPTIONS = 12
MOST_SUGGESTIONS = 5


# A whole postcode among other words, an O perhaps for the 0 (no letter of its end is an O).
_IN_TEXT = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9O][A-Z]{2})\b")
_STREETS_NEAR = re.compile(r"streets near (.+)", re.IGNORECASE)
_WITH_DISTRICT = re.compile(r"(.+?)[, ]+([A-Z]{1,2}[0-9][A-Z0-9]?)", re.IGNORECASE)
_IS_DISTRICT = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)[, ]+(?:area|district|london)", re.IGNORECASE)
_GRID_SQUARE = re.compile(r"T[LQ][0-9]{2}")  # those that London has part of
_DASHES = re.compile("[‐-―−]")
_GSS_CODE = re.compile(r"(E0[59][0-9]{6})N?", re.IGNORECASE)  # data.police.uk adds an N to some


class Finder:
    """Answers questions from prepared data.

    Parameters
    ----------
    atlas
        Every area (`store.atlas`).
    archive
        London's postcodes (`store.postcodes`).
    edition
        Of the ONS Postcode Directory they are from, as 2025-11.
    counted
        Of the UPRN file in which their addresses were counted, if they were and it is known.
    surroundings
        Returns the wards made ready for points; called when a point is first asked for.
    places
        Streets and places, if there are any.
    """

    def __init__(
        self,
        atlas: Atlas,
        archive: Archive,
        *,
        edition: str,
        counted: str = "",
        surroundings: Callable[[], Surroundings],
        places: Places | None = None,
    ) -> None:
        self._atlas = atlas
        self._archive = archive
        self._names = Gazetteer(atlas)
        self._surroundings = surroundings
        self._places = places
        self._wards_as_of = {"wards": atlas.edition}
        self._postcodes_as_of = {"postcodes": edition, **self._wards_as_of}
        if counted:
            self._postcodes_as_of["addresses"] = counted

    def find(self, query: str) -> Answer:
        """Answer a query: a postcode or its beginning, "lat,lon", a GSS code, or a name.

        Whatever the query holds there is an answer; one of the kind "nothing" says why.
        """
        asked = clean(query)
        if point := coordinates.read(asked):  # a link of a map may be long
            answer = self._of_point(point)
        elif len(asked) > LONGEST_QUERY:
            answer = nothing(say("too_long"), say("hint"))
        else:
            answer = self._answer(asked) if asked else nothing(say("nothing"), say("hint"))
        return replace(answer, query=asked[:LONGEST_QUERY])

    def _answer(self, asked: str) -> Answer:
        """Take a query for what it looks like, the strictest form first."""
        if code := _GSS_CODE.fullmatch(asked):
            return self._of_code(code[1].upper())
        if district := _IS_DISTRICT.fullmatch(asked):
            return self._answer(district[1])
        near = _STREETS_NEAR.fullmatch(asked)
        if near and (answer := self._of_streets_near(near[1])):
            return answer
        prefixes = readings(asked)
        for prefix in prefixes:
            if found := self._archive.starting(prefix):
                return (
                    self.of_postcode(found[0])
                    if prefix.is_full
                    else self.of_beginning(prefix, found)
                )
        if found_name := self._of_name(asked):
            return found_name
        if elsewhere := beyond(asked):
            return nothing(elsewhere, say("hint"))
        if slips := self._first_half_slips(asked):
            return nothing(say("no_postcode_written", asked=asked), say("meant"), slips)
        if prefixes:
            return self._of_unknown_postcode(prefixes)
        if inside := _IN_TEXT.search(asked.upper()):
            return self._answer(f"{inside[1]} {inside[2].replace('O', '0')}")
        return self._of_unknown_name(asked)

    # --- areas --------------------------------------------------------------------------------

    def _of_code(self, code: str) -> Answer:
        if area := self._atlas.get(code):
            return self.of_area(area)
        level = "boroughs" if code.startswith("E09") else "wards"
        return nothing(
            say("no_code", level=LEVEL_WORDS[level].one, code=code),
            say("edition", edition=self._atlas.edition),
        )

    def _of_name(self, asked: str) -> Answer | None:
        """Answer with the areas of this very name, else with those that have its words."""
        exact = self._names.exact(asked)
        place = self._places.find(asked) if self._places else None
        is_area = place is None or place.kind == "place"  # and no street of that district
        if not exact and is_area and (beside := self._beside_district(asked)):
            return beside
        if place and not exact:
            return self.dated(place)
        found = exact or self._names.containing(asked)
        if not found:
            return None
        if len(found) == 1:
            answer = self.of_area(found[0])
            notes = () if exact else (say("only_name", asked=asked),)
            if exact and place and self._places:
                notes = (self._places.also(place),)
            return replace(answer, notes=notes)
        text = say("same_name" if exact else "same_words", number=len(found))
        more = say("first", number=MOST_OPTIONS) if len(found) > MOST_OPTIONS else ""
        return Answer(
            "choice",
            f"“{asked}”",
            f"{text}{more}",
            certain=False,
            options=tuple(_option(area) for area in found[:MOST_OPTIONS]),
            as_of=self._wards_as_of,
        )

    def _beside_district(self, asked: str) -> Answer | None:
        """Answer "London SE8" with the district, and "Deptford SE8" with the area of the name."""
        found = _WITH_DISTRICT.fullmatch(asked)
        if not found or found[2].upper() not in self._archive.districts:
            return None
        if found[1].casefold() in ("london", "greater london"):
            return self._answer(found[2])
        if not self._names.exact(found[1]):
            return None
        answer = self._of_name(found[1])
        beside = say("beside", district=found[2].upper())
        return answer and replace(answer, notes=(*answer.notes, beside))

    @property
    def places(self) -> Places | None:
        """Streets and places, if there are any."""
        return self._places

    def dated(self, answer: Answer) -> Answer:
        """Return an answer of streets and places with the edition of its wards."""
        return replace(answer, as_of={**answer.as_of, **self._wards_as_of})

    def of_area(self, area: Area) -> Answer:
        """Answer the name of an area."""
        return Answer("area", area.name, area_is(area), place=area, as_of=self._wards_as_of)

    def _of_unknown_name(self, asked: str) -> Answer:
        close = [_option(area) for area in self._names.alike(asked, most=MOST_SUGGESTIONS)]
        if self._places and " " in asked and len(close) < MOST_SUGGESTIONS:
            close += self._places.alike(asked, MOST_SUGGESTIONS - len(close))
        return nothing(say("no_name", asked=asked), say("meant" if close else "hint"), close)

    # --- postcodes ----------------------------------------------------------------------------

    def of_postcode(self, found: Postcode) -> Answer:
        """Answer one postcode of the archive."""
        place = self._atlas[found.home or found.borough_code]
        others = self._sharing(found) if found.addresses else self._nearby(found.others)
        return Answer(
            "postcode",
            found.postcode,
            lies_in(found.postcode, place),
            certain=found.is_sure,
            notes=tuple(self._postcode_notes(found, place, others)),
            place=place,
            lat=found.lat,
            lon=found.lon,
            easting=found.easting,
            northing=found.northing,
            live=found.live,
            boundary_m=None if found.addresses else found.boundary_m,
            addresses=sum(share.addresses for share in found.addresses) or None,
            others=others,
            options=self._ask_streets(found) if others else (),
            as_of=self._postcodes_as_of,
        )

    def _ask_streets(self, found: Postcode) -> tuple[Option, ...]:
        """Offer the streets near a postcode that may be in several wards: one of them decides."""
        if not self._places:
            return ()
        ask, label = (
            say(name, postcode=found.postcode) for name in ("ask_streets", "streets_near")
        )
        return (Option("query", ask, label, say("choose_street")),)

    def _of_streets_near(self, postcode: str) -> Answer | None:
        """Answer "streets near SE8 3JF" with those that pass near its centre."""
        prefix = next((each for each in readings(postcode) if each.is_full), None)
        found = self._archive.starting(prefix) if prefix else []
        if not found or not self._places:
            return None
        options = self._places.near(found[0].lat, found[0].lon)
        title = say("streets_near", postcode=found[0].postcode)
        if not options:
            return replace(nothing(say("no_street_near")), title=title)
        return Answer(
            "choice",
            title,
            say("which_street"),
            certain=False,
            notes=(self._places.credit_of_tiles(),),
            lat=found[0].lat,
            lon=found[0].lon,
            options=tuple(options),
            as_of=self._postcodes_as_of,
        )

    def _postcode_notes(
        self, found: Postcode, place: Area, others: Sequence[Nearby]
    ) -> Iterator[str]:
        if not found.live:
            yield "It is no longer in use, or newer than the list of those in use."
        if found.addresses:
            yield are_in(place, sum(share.addresses for share in found.addresses), others)
            others = [other for other in others if not other.addresses]
        elif found.is_estimated:
            yield "Its position is estimated from its surroundings, so its ward is not certain."
        elif found.boundary_m == 0:
            where = "on the river" if all(other.place for other in others) else "outside London"
            yield f"Its centre is {where}, in no ward: the nearest one is given."
        if others:
            yield may_reach(place, others)
        stated = self._atlas[found.borough_code]
        if place.borough is not stated:
            yield f"The ONS Postcode Directory gives its borough as {stated.name}."

    def _nearby(self, others: Sequence[Reach]) -> tuple[Nearby, ...]:
        return tuple(
            Nearby(None if code == OUTSIDE else self._atlas[code], distance)
            for code, distance in others
        )

    def _sharing(self, found: Postcode) -> tuple[Nearby, ...]:
        """Return what else has addresses of a postcode, or may have some that nobody counted."""
        away = dict(found.others)
        return tuple(
            Nearby(None if code == OUTSIDE else self._atlas[code],
                   None if number else away.get(code), number or None)
            for code, number in found.addresses[1:]
        )  # fmt: skip

    def of_beginning(self, prefix: Prefix, found: Sequence[Postcode]) -> Answer:
        """Answer the beginning of a postcode with the wards of all that begin so."""
        live = [each for each in found if each.live]
        meant = live or found
        counts = Counter(each.home for each in meant if each.home)
        boroughs = {self._atlas[code].borough for code in counts}
        use = "in use," if live else "no longer in use,"
        text = (
            f"{prefix} has {counted(len(meant), 'postcode')} {use} in"
            f" {counted(len(counts), 'ward')} of {counted(len(boroughs), 'borough')}."
        )
        district = self._archive.districts.get(prefix.district)  # none of such as SW1
        partly = district is not None and district.elsewhere > 0
        return Answer(
            "postcodes",
            str(prefix),
            text,
            certain=len(counts) == 1 and not partly,
            notes=(f"Part of {prefix.district} is outside London.",) if partly else (),
            options=tuple(self._ward_option(*each) for each in counts.most_common()),
            as_of=self._postcodes_as_of,
        )

    def _ward_option(self, code: str, number: int) -> Option:
        ward = self._atlas[code]
        return Option.of(ward, f"{ward.within}: {counted(number, 'postcode')}")

    def _of_unknown_postcode(self, prefixes: Sequence[Prefix]) -> Answer:
        """Say of a postcode that is none of London's what can be said."""
        districts = self._archive.districts
        prefix = next((each for each in prefixes if each.district in districts), None)
        if prefix is None:
            return nothing(say("no_district", district=prefixes[0].district), say("hint"))
        district = districts[prefix.district]
        if not district.london_live + district.london_terminated:
            note = say("not_the_met", district=prefix.district)
            if _GRID_SQUARE.fullmatch(f"{prefix.district}{prefix.digit}"):
                note = say("grid_square", square=f"{prefix.district}{prefix.digit}")
            return nothing(say("outside", postcode=prefix), note)
        edition = date(self._postcodes_as_of["postcodes"])
        listed = "not_listed_here" if district.elsewhere else "not_listed"
        near = self._archive.starting(Prefix(prefix.district, prefix.digit))
        return nothing(
            say("no_postcode" if prefix.is_full else "no_beginning", postcode=prefix),
            say(listed, edition=edition),
            [Option("query", each, each, "postcode") for each in _slips(str(prefix), near)],
        )

    # --- points -------------------------------------------------------------------------------

    def _of_point(self, point: Numbers) -> Answer:
        found = self._surroundings().of(point.first, point.second, exact_to_m=point.exact_to_m)
        if found is None:
            return nothing(
                f"{point.first:.10g}, {point.second:.10g} is no place in Great Britain.",
                "Give latitude and longitude (51.4779, -0.0015) or easting and northing.",
            )
        if found.ward_code is None:
            return self._in_no_ward(found)
        place = self._atlas[found.ward_code]
        others = self._nearby(found.others)
        return Answer(
            "point",
            _position(found),
            lies_in("This point", place),
            certain=found.boundary_m > found.exact_to_m,
            notes=tuple(_point_notes(found, others)),
            place=place,
            lat=found.lat,
            lon=found.lon,
            boundary_m=found.boundary_m,
            others=others[:MOST_OPTIONS],
            as_of=self._wards_as_of,
        )

    def _in_no_ward(self, found: Point) -> Answer:
        if found.in_thames:
            text = "This point is in the tidal Thames, which is in no ward here."
        elif found.boundary_m == 0:
            text = "This point is on a boundary."
        elif found.others:
            text = f"This point is outside London by {found.boundary_m:,} m, but "
            text += f"{exact_to(found.exact_to_m)}."
        else:
            text = "This point is outside London: the Met does not police it."
        near = [
            Option.of(other.place, f"{other.place.within}, {other.distance_m} m away")
            for other in self._nearby(found.others)[:MOST_OPTIONS]
            if other.place
        ]
        notes = (*_point_notes(found, ()), *(["The nearest wards:"] if near else []))
        answer = replace(nothing(text, options=near), notes=notes, as_of=self._wards_as_of)
        return replace(answer, title=_position(found), lat=found.lat, lon=found.lon)

    # --- suggestions --------------------------------------------------------------------------

    def suggest(self, text: str) -> list[Option]:
        """Return what may be meant by the beginning of a query, likeliest first."""
        asked = clean(text)[:LONGEST_QUERY]
        if not asked:
            return []
        areas = [*self._names.exact(asked), *self._names.containing(asked)]
        postcodes = list(self._postcodes_from(asked))
        found = [*postcodes, *(_option(area) for area in dict.fromkeys(areas))]
        if self._places and not postcodes:
            found = [*found[: MOST_OPTIONS // 2], *self._places.suggest(asked, MOST_OPTIONS // 2)]
        if not found:
            found = [_option(area) for area in self._names.alike(asked, most=MOST_SUGGESTIONS)]
        return found[:MOST_OPTIONS]

    def _first_half_slips(self, asked: str) -> list[Option]:
        """Return the postcodes there are that are written like a text that is none."""
        return [
            Option("query", found.postcode, found.postcode, "postcode")
            for reading in first_half_slips(asked)
            for found in self._archive.starting(reading)
        ][:MOST_SUGGESTIONS]

    def _postcodes_from(self, asked: str) -> Iterator[Option]:
        """Give the next step towards a postcode: districts, then sectors, then postcodes."""
        if re.fullmatch(r"[A-Z]{1,2}", asked.upper()):
            starts = re.compile(rf"{asked.upper()}[0-9]")
            known = [each for each in self._archive.sectors if starts.match(each)]
            yield from (Option("query", each, each, "postcodes") for each in known[:6])
        for prefix in readings(asked):
            if not prefix.digit:
                sectors = self._archive.sectors.get(prefix.district, [])
                yield from (Option("query", each, each, "postcodes") for each in sectors)
                continue
            found = sorted(self._archive.starting(prefix), key=lambda each: not each.live)
            for each in found[:MOST_OPTIONS]:
                detail = "postcode" if each.live else "postcode no longer in use"
                yield Option("query", each.postcode, each.postcode, detail)


def clean(query: str) -> str:
    """Return a query in plain letters and digits, without control characters or spare spaces.

    Full-width letters and the like become plain ones (NFKC). Marks that are not seen, as of the
    direction of writing, are taken out; whatever else cannot be printed parts words. All dashes
    are hyphens, and what ends a sentence is left out.
    """
    enough = query[: 10 * LONGEST_QUERY]  # one sign can become 18 letters
    seen = (each for each in enough if unicodedata.category(each) != "Cf")
    # An acute accent typed for an apostrophe would become a blank.
    plain = unicodedata.normalize("NFKC", "".join(seen).replace("´", "’"))
    words = "".join(each if each.isprintable() else " " for each in _DASHES.sub("-", plain)).split()
    return " ".join(words).rstrip(".,; ")


def _option(area: Area) -> Option:
    return Option.of(area, f"ward in {area.within}" if area.within else LEVEL_WORDS[area.level].one)


def _position(found: Point) -> str:
    return f"{found.lat:.5f}, {found.lon:.5f}"


def _point_notes(found: Point, others: Sequence[Nearby]) -> Iterator[str]:
    if found.swapped:
        yield "Longitude was given before latitude; it was read the other way round."
    if others:
        yield may_be_in(others, exact_to_m=found.exact_to_m)
    elif found.ward_code and found.boundary_m <= found.exact_to_m:
        yield f"It may be in no ward of London: {exact_to(found.exact_to_m)}."


def _slips(postcode: str, near: Sequence[Postcode]) -> list[str]:
    """Return the postcodes in use that differ in one character from one that is not."""
    found = [
        each.postcode
        for each in near
        if each.live
        and len(each.postcode) == len(postcode)
        and sum(a != b for a, b in zip(each.postcode, postcode, strict=True)) == 1
    ]
    return found[:MOST_SUGGESTIONS]
