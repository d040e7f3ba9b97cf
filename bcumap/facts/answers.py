"""What a question is answered with, and the sentences that say how sure it is; looks nothing up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bcumap.base.words import CITY_POLICE, MET_POLICE, counted, figure, listed
from bcumap.facts.areas import Area

# How many of the wards that a postcode may reach are named in a sentence.
MOST_NAMED = 3

# What is said where nothing was found, or several areas of a name. The static site's finder, which
# asks nobody, fills the same (see `site/finding`).
SENTENCES: Mapping[str, str] = {
    "not_found": "Not found",
    "hint": "Type a postcode such as SE8 4RX, or the name of a street, station, place, ward,"
    " borough or BCU in London.",
    "meant": "Is one of these meant?",
    "too_long": "That is too long to be a place.",
    "nothing": "Nothing was asked.",
    "no_code": "There is no {level} of London with the code {code}.",
    "edition": "It may be of another edition than the wards of {edition}.",
    "only_name": "It is the only name that fits “{asked}”.",
    "same_name": "{number} areas have this name. Which one is meant?",
    "same_words": "{number} names have these words. Which one is meant?",
    "first": " The first {number} are listed.",
    "no_name": "Nothing in London that is known here is called “{asked}”.",
    "no_district": "There is no postcode district {district}.",
    "outside": "{postcode} is outside London.",
    "not_the_met": "The Met does not police any postcode of {district}.",
    "grid_square": "{square} is a square of the National Grid, too: 10 km wide. Give more figures,"
    " such as TQ 3890 7730.",
    "no_postcode": "London has no postcode {postcode}.",
    "no_beginning": "London has no postcode that begins with {postcode}.",
    "not_listed": "It is not in the ONS Postcode Directory of {edition}.",
    "not_listed_here": "It is outside London, or not in the ONS Postcode Directory of {edition}.",
    "no_postcode_written": "“{asked}” is no postcode.",
    "beside": "Only the name was looked up: {district} is a postcode district.",
    # Of streets and places.
    "along": "It runs along the boundary of {wards}: there the two sides of the street can be in"
    " different wards.",
    "is_cut": "Its line is known only in part: it goes on where lines are not known here.",
    "by_points": "Only points of it are known here, so it may also be in other wards.",
    "share": "{share} % of its length",
    "along_m": "{metres} m along its boundary",
    "no_boundary": "It has no boundary here: only its centre in {about} is known.",
    "away": "{metres} m from its centre",
    "centre": "its centre is there",
    "streets": "{number} streets have this name. Which one is meant?",
    "places": "{number} places have this name. Which one is meant?",
    "first_streets": " The first {number} are listed: add a borough or postcode district.",
    "no_house": "The number of a house is not looked up: this is the street as a whole.",
    "also_choice": "Streets or places have this name too: {text}.",
    "also_street": "A street has this name too: {text}",
    "also_place": "People use the name for a place too, and the ward ends elsewhere than the"
    " place.",
    "credit": "Names of streets and places: {credit}",
    "credit_tiles": "Streets: {credit}",
    "ask_streets": "streets near {postcode}",
    "streets_near": "Streets near {postcode}",
    "choose_street": "choose yours to be sure",
    "which_street": "Which one is yours? A postcode names no street, and these pass near its"
    " centre.",
    "no_street_near": "No street is known near it.",
}


def say(name: str, **values: object) -> str:
    """Fill one of `SENTENCES`; what stands in the values is text."""
    return SENTENCES[name].format(**values)


@dataclass(frozen=True)
class Option:
    """An area or a query that may be meant, and why it is offered."""

    level: str  # of schema.LEVELS, or "query"
    code: str  # of the area, or what to ask for
    label: str
    detail: str = ""

    @classmethod
    def of(cls, area: Area, detail: str = "") -> Option:
        """Offer an area by its name."""
        return cls(area.level, area.code, area.name, detail)


@dataclass(frozen=True)
class Nearby:
    """Another ward that may be the right one, or the land outside London (no place).

    `distance_m` is None where addresses say it: so many of the postcode are there.
    """

    place: Area | None
    distance_m: int | None
    addresses: int | None = None


@dataclass(frozen=True)
class Answer:
    """What is known about a query.

    Attributes
    ----------
    kind
        "postcode", "point", "area", "postcodes" (the beginning of some), "street", "place" (without
        a boundary), "choice" (several of a name) or "nothing".
    title
        What was found, as it is properly written.
    text
        The answer in a sentence.
    certain
        Whether `place` is the only one that the sources allow.
    notes
        What else one should know, each a plain sentence.
    place
        For a postcode or point its ward, if it has one, or else its borough; for an area itself.
    lat, lon
        Where on the map (degrees, EPSG:4326), for a postcode or point.
    easting, northing
        The same in metres (EPSG:27700), for a postcode.
    live
        Whether a postcode is in use.
    boundary_m
        Distance to the ward's boundary in metres; None where addresses are counted.
    addresses
        How many addresses of a postcode are counted in `place` and `others`; None if none are.
    others
        Other wards that may be the right one, nearest first; or that have most of the addresses.
    options
        For "choice" and "nothing" what may be meant; for "postcodes", "street" and "place" wards;
        for a "postcode" that may be in several wards the question for the streets near it.
    as_of
        The edition of what the answer is from, by what it is.
    """

    kind: str
    title: str
    text: str
    certain: bool = True
    notes: tuple[str, ...] = ()
    place: Area | None = None
    lat: float | None = None
    lon: float | None = None
    easting: int | None = None
    northing: int | None = None
    live: bool | None = None
    boundary_m: int | None = None
    addresses: int | None = None
    others: tuple[Nearby, ...] = ()
    options: tuple[Option, ...] = ()
    as_of: Mapping[str, str] = field(default_factory=dict)
    query: str = ""

    def plain(self) -> dict[str, Any]:
        """Return every attribute as plain values, of places their `Area.columns`."""
        return asdict(replace(self, place=None, others=())) | {
            "place": self.place and self.place.columns(),
            "others": [
                {**vars(other), "place": other.place and other.place.columns()}
                for other in self.others
            ],
        }

    def to_json(self) -> str:
        """Write it as JSON, with every attribute of this page; what is not known is null."""
        value = self.plain()
        if self.place:
            value["place"]["police"] = self.place.police
        return json.dumps(value, ensure_ascii=False, indent=2)


def nothing(text: str, hint: str = "", options: Sequence[Option] = ()) -> Answer:
    """Answer that nothing was found, why, and what to do instead."""
    notes = (hint,) if hint else ()
    title = say("not_found")
    return Answer("nothing", title, text, certain=False, notes=notes, options=tuple(options))


def lies_in(what: str, place: Area) -> str:
    """Say in which ward, borough and BCU something is."""
    where = f"{place.name} ward, {place.within}" if place.ward else with_article(place.name)
    return f"{what} is in {where}, policed by {_policed_by(place)}."


def area_is(area: Area) -> str:
    """Say what kind of area one is and who polices it."""
    if area.borough is None:
        names = [borough.name for borough in area.boroughs]
        return f"A Basic Command Unit of the {MET_POLICE}: {listed(names)}."
    # The City is counted among London's boroughs, though it is none.
    kind = "A borough" if area.bcu else "A local authority of its own kind"
    if area.ward:
        kind = f"A ward of {with_article(area.within)}"
    return f"{kind}, policed by {_policed_by(area)}."


def _policed_by(area: Area) -> str:
    return area.policed_by if area.bcu else f"the {CITY_POLICE}, not the Met"


def with_article(borough: str) -> str:
    """Write a borough's name as in a sentence: the City of London, Lewisham."""
    return f"the {borough}" if borough.startswith("City of ") else borough


def may_reach(own: Area, others: Sequence[Nearby]) -> str:
    """Say which other wards some addresses of a postcode may be in, and why."""
    wards = [other for other in others if other.place]
    named = [
        f"{metres(other)} from the boundary with {_ward_seen_from(own, other.place)}"
        for other in wards[:MOST_NAMED]
        if other.place
    ]
    named += [f"{metres(other)} from the edge of London" for other in others if not other.place]
    if len(wards) > MOST_NAMED:
        named.append(f"near {counted(len(wards) - MOST_NAMED, 'more ward')}")
    return f"This postcode’s centre is {listed(named)}: some of its addresses may be there."


def _ward_seen_from(own: Area, other: Area) -> str:
    if other.borough is own.borough:
        return f"{other.name} ward"
    return f"{other.name} ward in {with_article(other.within)}"


def are_in(own: Area, addresses: int, others: Sequence[Nearby]) -> str:
    """Say in which wards the addresses of a postcode are, the ward with the most first."""
    elsewhere = [other for other in others if other.addresses]
    here = addresses - sum(other.addresses or 0 for other in elsewhere)
    all_ = f"{counted(addresses, 'address')}{' in London' if len(elsewhere) < len(others) else ''}"
    if not elsewhere:
        return f"{'All of its' if addresses > 1 else 'Its'} {all_} {_are(addresses)} in this ward."
    wards = [other for other in elsewhere if other.place]
    named = [f"{here:,} {_are(here)} in {_ward_seen_from(own, own)}"]
    named += [
        f"{other.addresses:,} in {_ward_seen_from(own, other.place)}"
        for other in wards[:MOST_NAMED]
        if other.place
    ]
    if rest := wards[MOST_NAMED:]:
        number = sum(other.addresses or 0 for other in rest)
        named.append(f"{number:,} in {counted(len(rest), 'more ward')}")
    named += [f"{other.addresses:,} outside London" for other in elsewhere if not other.place]
    return f"Of its {all_} {listed(named)}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def metres(other: Nearby) -> str:
    """Say how far away another ward is."""
    return f"{other.distance_m} m" if other.distance_m else "less than 1 m"


def why(other: Nearby) -> str:
    """Say in short why another ward may be the right one: what is there, or how near it is."""
    return counted(other.addresses, "address") if other.addresses else f"{metres(other)} away"


def may_be_in(others: Sequence[Nearby], *, exact_to_m: float) -> str:
    """Say of a point which other wards are too near to be sure."""
    named = [f"{other.place.name} ward ({why(other)})" for other in others if other.place]
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"It may be in {_either([*named[:MOST_NAMED], *more])}: {exact_to(exact_to_m)}."


def exact_to(metres: float) -> str:
    """Say how exact a position is, together with the boundaries around it."""
    return f"the position and the boundaries are exact to {figure(metres, 0)} m here"


def _either(items: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def street_is(name: str, wards: int, *, by_points: bool) -> str:
    """Say in how many wards a street lies; `by_points` if no line of it is known."""
    if by_points:
        return f"{name} has points in {counted(wards, 'ward')}; its line is not known here."
    return f"{name} runs through {counted(wards, 'ward')}, or along them."


def place_is(name: str, kind: str, wards: Sequence[str]) -> str:
    """Say of a place without a boundary which wards are around its centre."""
    around = f"{'are' if len(wards) > 1 else 'is'} {listed([f'{ward} ward' for ward in wards])}"
    if kind == "locality":
        return f"{name} is a place, not a ward: around its centre {around}."
    return f"Around the centre of {name} {around}."
