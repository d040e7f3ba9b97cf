"""What the finder of the static site fetches: names, and postcodes by their sector; pure.

`web/finder.js` reads these documents and answers as `find.Finder` does. A shard holds one sector,
because a question is of one postcode: a few kilobytes are enough to answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bcumap.base.words import date
from bcumap.facts.areas import Atlas, names_of
from bcumap.facts.find import ESTIMATED
from bcumap.facts.postcodes import Archive, Postcode, Prefix

Document = dict[str, Any]


def names(atlas: Atlas) -> Document:
    """Return the areas and the names that they go by.

    Returns
    -------
    dict
        `edition`, and by code under `bcus` and `boroughs` the name, the code of the BCU above (null
        for the City and for a BCU) and all names as `areas.normalise` writes them; under `wards`
        the name and the code of the borough.
    """
    return {
        "edition": atlas.edition,
        **{
            level: {
                code: [area.name, area.facts.get("bcu_code"), names_of(area)]
                for code, area in atlas.levels[level].items()
            }
            for level in ("bcus", "boroughs")
        },
        "wards": {
            code: [area.name, area.facts["borough_code"]]
            for code, area in atlas.levels["wards"].items()
        },
    }


def directory(archive: Archive, edition: str) -> Document:
    """Return what postcodes there are, from which the finder knows which shard to fetch.

    Parameters
    ----------
    edition
        Of the ONS Postcode Directory, as 2025-11.

    Returns
    -------
    dict
        `edition`, and `edition_words` as people write it; `sectors` of London by district; for each
        district with postcodes of London under `districts` how many are live, terminated, and not
        London's; all other districts of Great Britain under `elsewhere`, in one text.
    """
    districts = archive.districts.values()
    ours = [each for each in districts if each.london_live + each.london_terminated]
    others = [each.district for each in districts if each not in ours]
    return {
        "edition": edition,
        "edition_words": date(edition),
        "sectors": dict(archive.sectors),
        "districts": {
            each.district: [each.london_live, each.london_terminated, each.elsewhere]
            for each in ours
        },
        "elsewhere": " ".join(others),
    }


def shards(archive: Archive, atlas: Atlas) -> Iterator[tuple[str, Document]]:
    """Give every sector of London with its postcodes, in the order of the archive.

    Returns
    -------
    sector, shard
        As "SE8 4", and what `shard` returns of it.
    """
    sectors = {each for listed in archive.sectors.values() for each in listed}
    for sector in sorted(sectors):
        district, digit = sector.split()
        yield sector, shard(archive.starting(Prefix(district, digit)), atlas)


def shard(postcodes: Sequence[Postcode], atlas: Atlas) -> Document:
    """Return the postcodes of one sector without what they have in common.

    Returns
    -------
    dict
        `wards`, the codes of all wards (or `postcodes.OUTSIDE`) that are told of; and `rows`: the
        last two letters, whether it is live, latitude and longitude, whether its position is
        estimated, the place of its ward in `wards`, metres to its boundary, and the others that it
        may reach, each as a place and metres in one flat list; where it differs from its ward's,
        the code of its borough.
    """
    codes: dict[str, int] = {}
    rows = [_row(each, codes, atlas) for each in postcodes]
    return {"wards": list(codes), "rows": rows}


def _row(found: Postcode, codes: dict[str, int], atlas: Atlas) -> list[Any]:
    def place(code: str) -> int:
        return codes.setdefault(code, len(codes))

    ward = atlas.get(found.ward_code)
    others = (pair for code, metres in found.others for pair in (place(code), metres))
    row = [
        found.postcode[-2:],
        int(found.live),
        found.lat,
        found.lon,
        int(found.quality is not None and found.quality >= ESTIMATED),
        place(found.ward_code),
        found.boundary_m,
        list(others),
    ]
    strays = ward is None or ward.borough is not atlas[found.borough_code]
    return [*row, found.borough_code] if strays else row


def file_name(sector: str) -> str:
    """Return the name of a sector's file."""
    return f"{sector.replace(' ', '-')}.json"
