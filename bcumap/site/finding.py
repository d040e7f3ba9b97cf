"""What the finder of the static site fetches: names, and finished answers by postcode sector; pure.

`web/static/finder.js` finds which answer is meant and knows no rule of it: whatever an answer says,
`facts/find` has said here. A shard holds one sector, because a question is of one postcode: a few
kilobytes are enough to answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bcumap.base.words import date
from bcumap.facts import views
from bcumap.facts.answers import SENTENCES, lies_in
from bcumap.facts.areas import ALIKE, Area, Atlas, names_of
from bcumap.facts.find import LONGEST_QUERY, MOST_OPTIONS, MOST_SUGGESTIONS, Finder
from bcumap.facts.postcodes import (
    BEYOND,
    NON_GEOGRAPHIC,
    SLIPS,
    Archive,
    Postcode,
    Prefix,
    beyond,
)

Document = dict[str, Any]

STEPS = 100_000  # of a degree: positions have five decimals
SPLIT = 2  # said of a postcode that may be in several wards, where 1 is sure and 0 is not


def names(atlas: Atlas, finder: Finder) -> Document:
    """Return the areas, the names that they go by, and what is said of each.

    Returns
    -------
    dict
        `edition`, and `as_of` as an answer says it; `sentences` to fill (`answers.SENTENCES`) and
        `limits`; by code under `bcus` and `boroughs` the name, the code of the BCU above (null for
        the City and for a BCU), all names as `areas.normalise` writes them, and what the answer
        says; for a borough then what the answer says of each ward of it, the borough with its
        police, and how a sentence ends of what is in one of its wards; under `wards` the name and
        the code of the borough.
    """
    wards = atlas.levels["wards"].values()
    of_ward = {area.borough: finder.of_area(area).text for area in wards}
    some = next(iter(wards))

    def record(area: Area) -> list[Any]:
        bcu = area.bcu.code if area.bcu and area.borough else None
        said = [area.name, bcu, names_of(area), finder.of_area(area).text]
        if area.level == "boroughs":
            ward = area.wards[0]
            ends = lies_in("", ward).removeprefix(f" is in {ward.name} ")
            said += [of_ward[area], f"{area.name}, {area.policed_by}", ends]
        return said

    return {
        "edition": atlas.edition,
        "sentences": SENTENCES,
        "limits": {
            "query": LONGEST_QUERY,
            "options": MOST_OPTIONS,
            "suggestions": MOST_SUGGESTIONS,
            "alike": ALIKE,
        },
        "as_of": views.card(finder.of_area(some)).as_of,
        **{
            level: {code: record(area) for code, area in atlas.levels[level].items()}
            for level in ("bcus", "boroughs")
        },
        "wards": {area.code: [area.name, area.columns()["borough_code"]] for area in wards},
    }


def directory(archive: Archive, edition: str, as_of: str) -> Document:
    """Return what postcodes there are, from which the finder knows which shard to fetch.

    Parameters
    ----------
    edition
        Of the ONS Postcode Directory, as 2025-11.
    as_of
        What answers about postcodes are of.

    Returns
    -------
    dict
        `edition` as people write it, and `as_of`; `steps` to a degree; `near`, the sentence of how
        far a boundary is; `beyond`, what is said of postcodes that begin so, and `apart` of
        districts of no place; `slips`, what is typed for what;
        `sectors` of London by district; `districts` with postcodes of London, each with 1 if it has
        others as well; all other districts of Great Britain under `elsewhere`, in one text.
    """
    districts = archive.districts.values()
    ours = [each for each in districts if each.london_live + each.london_terminated]
    others = [each.district for each in districts if each not in ours]
    return {
        "edition": date(edition),
        "as_of": as_of,
        "steps": STEPS,
        "near": views.NEAR,
        "beyond": {area: beyond(f"{area}1").removeprefix(f"{area}1 ") for area in BEYOND},
        "apart": {district: beyond(district) for district in sorted(NON_GEOGRAPHIC)},
        "slips": SLIPS,
        "sectors": dict(archive.sectors),
        "districts": {each.district: int(each.elsewhere > 0) for each in ours},
        "elsewhere": " ".join(others),
    }


def shards(archive: Archive, finder: Finder) -> Iterator[tuple[str, Document]]:
    """Give every sector of London with its postcodes, and every district with their beginnings.

    Returns
    -------
    name, shard
        As "SE8 4", and what `shard` returns of it; as "SE8", and what `beginnings` returns of it.
    """
    for district, sectors in sorted(archive.sectors.items()):
        found = []
        for sector in sectors:
            postcodes = archive.starting(Prefix(*sector.split()))
            found += postcodes
            if sector.split()[0] == district:  # SW1 has those of SW1A, which has them itself
                yield sector, shard(postcodes, finder)
        yield district, beginnings(district, found, finder)


def shard(postcodes: Sequence[Postcode], finder: Finder) -> Document:
    """Return the finished answers of one sector, without what they have in common.

    Returns
    -------
    dict
        `at`, where the first postcode is, north and east (EPSG:4326, `STEPS` to a degree);
        `places`, the code of each area that is told of, with the end of the sentence if an answer
        is about it; `rows`: the last two letters, whether it is live, whether the answer is sure,
        steps from `at`, its place in `places`, how far its ward's boundary is if that is said (m),
        the notes if there are any, and the places of other wards that are possible.
    """
    places = _Places()
    north, east = round(postcodes[0].lat * STEPS), round(postcodes[0].lon * STEPS)
    rows = []
    for each in postcodes:
        answer = finder.of_postcode(each)
        card = views.card(answer)
        place = places.of(card.own[0].code, card.text.removeprefix(f"{card.title} "))
        rows.append([
            each.postcode[-2:], int(each.live), SPLIT if answer.options else int(answer.certain),
            round(each.lat * STEPS) - north, round(each.lon * STEPS) - east, place,
            (answer.boundary_m or 0) if answer.certain else 0,
            *([list(answer.notes)] if answer.notes else []),
            *(places.of(other.code) for other in card.perhaps),
        ])  # fmt: skip
    return {"at": [north, east], "places": places.listed(), "rows": rows}


def beginnings(district: str, postcodes: Sequence[Postcode], finder: Finder) -> Document:
    """Return the finished answers of a district, its sectors, and each with a letter that follows.

    Returns
    -------
    dict
        `places`, the codes of wards; and by what follows the district ("", "4", "4R") under
        `begins`: the sentence after the beginning itself, whether it is sure, the notes, and for
        each ward its place in `places` and what is said beside it.
    """
    places = _Places()
    found = {"": list(postcodes)}
    for each in postcodes:
        own, inward = each.postcode.split()
        if own == district:
            for end in (inward[:1], inward[:2]):
                found.setdefault(end, []).append(each)

    def record(end: str, some: Sequence[Postcode]) -> list[Any]:
        answer = finder.of_beginning(Prefix(district, end[:1], end[1:]), some)
        said = answer.text.removeprefix(f"{answer.title} ")
        options = [[places.of(each.code), each.detail] for each in answer.options]
        return [said, int(answer.certain), list(answer.notes), options]

    begins = {end: record(end, some) for end, some in found.items()}
    return {"places": places.listed(), "begins": begins}


class _Places:
    """The areas that a shard tells of, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: dict[str, str] = {}

    def of(self, code: str, text: str = "") -> int:
        if text:
            self._texts[code] = text
        return self._numbers.setdefault(code, len(self._numbers))

    def listed(self) -> list[list[str]]:
        return [[code, *filter(None, [self._texts.get(code)])] for code in self._numbers]


def file_name(name: str) -> str:
    """Return the name of the file of a sector or district, without its suffix."""
    return name.replace(" ", "-")
