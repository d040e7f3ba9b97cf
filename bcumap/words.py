"""Words that the map, the pages and the command line share; never a figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LevelWords:
    """How one level of areas is called."""

    one: str
    plural: str
    parameter: str  # in a link to the page


LEVEL_WORDS = {
    "bcus": LevelWords("Basic Command Unit", "BCUs", "bcu"),
    "boroughs": LevelWords("borough", "Boroughs", "borough"),
    "wards": LevelWords("ward", "Wards", "ward"),
}
CITY_POLICE = "City of London Police"
NOT_KNOWN = "not known"
