"""Words that the map, the pages and the command line share; never a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


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
# The pages of the app: their paths and titles, in the order of the navigation.
PAGES = (
    ("", "Map"),
    ("ward", "My ward"),
    ("officers", "Ward officers"),
    ("demand", "Resources and demand"),
    ("counters", "Front counters"),
    ("history", "How areas changed"),
    ("download", "Download"),
)
# Pages that are reached by buttons and links, and stand in no navigation.
COMPARE, COUNTER, ABOUT = "compare", "counter", "about"
BESIDE = ((COMPARE, "Compare areas"), (COUNTER, "A front counter"), (ABOUT, "About"))
ALL_PAGES = PAGES + BESIDE
# The timeline, and the feed of it.
CHANGES, FEED = "How policing in London changed", "changes.atom"
# The one host that is not ours: of the street map, which is off until a visitor turns it on.
STREET_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
MET_POLICE = "Metropolitan Police"
CITY_POLICE = "City of London Police"
ATTRIBUTION = (
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
    " Contains OS data © Crown copyright and database right 2026"
)
OGL, ODBL = "Open Government Licence v3.0", "Open Database License v1.0"
# Of a map that is near enough for streets.
SOME_ONLY_NAMES = "Streets are not available everywhere here yet: some only have names."
# Of one that is near enough for the boundaries as the data has them.
MAY_BE_OFF = "A boundary may be up to {metres:g} m off here."
NOT_KNOWN = "not known"
NO_FIGURE = "no reliable figure"
# Of a ward that a list does not name, gives without a number, or gives twice.
NO_FIGURE_IN_LIST = "no figure in your list"
# The Met publishes the strength of every ward's team; the workbook is not part of bcumap.
WORKBOOK = "the Met’s workbook (London Datastore, e16kd)"
BY_WARD = "published by the Met, not included here"
BY_WARD_NOTE = (
    "Strength by ward is in the Met’s workbook DWO_Abstraction.xlsx (London Datastore, e16kd):"
    " bring it to Ward officers to see it."
)
# Of people on the list of a ward's team.
BY_WARD_ONLY = "by ward only: one person may be on several lists"
NO_LIST = "no list of its team"
LIST_NOTE = "A list does not say who is on duty."


def rounded(value: float, decimals: int) -> Decimal:
    """Round a number as it is written: halves up, as the browser's own formats do.

    Python's formats round 4.25, and half of all such numbers, down; then a page would say 4.2 where
    its map says 4.3.
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def figure(value: float, decimals: int) -> str:
    """Write a number with so many decimals."""
    return f"{rounded(value, decimals):,}"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share in per cent, in whole ones unless more decimals are asked for."""
    return f"{rounded(share, 2 + decimals).scaleb(2):f}%"


def kilometres(metres: float) -> str:
    """Write a distance in kilometres, to a tenth."""
    return f"{figure(metres / 1000, 1)} km"


def file_size(count: int) -> str:
    """Write a number of bytes: tenths of a megabyte, or kilobytes and at least one."""
    if count >= 1e6:
        return f"{figure(count / 1e6, 1)} MB"
    return f"{figure(max(count / 1e3, 1), 0)} KB"


def date(iso: str) -> str:
    """Write a date as people do, as precise as it is: 2018-06-06, 2019-02 or 2024."""
    if len(iso) == 10:
        day = dt.date.fromisoformat(iso)
        return f"{day.day} {day:%B %Y}"
    return f"{dt.date.fromisoformat(iso + '-01'):%B %Y}" if len(iso) == 7 else iso


def listed(items: Sequence[str]) -> str:
    """Write a list as people do: one, two and three."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def counted(number: int, noun: str) -> str:
    """Write a number of things: 1 ward, 2 wards, 2 addresses."""
    plural = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{'' if number == 1 else plural}"
