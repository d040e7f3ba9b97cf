"""Columns, keys, CRS and vocabularies of every table, and its check on entry; reads no file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    Columns = pd.DataFrame | Mapping[str, Any]

from bcumap.base.bases import PATTERN as BASIS
from bcumap.base.errors import DataError

BNG = "EPSG:27700"  # British National Grid, metres: every area, length and distance
WGS84 = "EPSG:4326"  # longitude and latitude: everything that is kept or published

MET = "MET"  # the whole of the Met, among the codes of areas
CITY_OF_LONDON = "E09000001"  # in the ward and borough layers, in no BCU: it has its own force
LEVELS = ("bcus", "boroughs", "wards")
# The columns with the code and the name of each level.
KEYS = {"bcus": ("bcu_code", "bcu"), "boroughs": ("borough_code", "borough")}
KEYS |= {"wards": ("ward_code", "ward")}

# Eastings and northings that hold the whole of Greater London with about 1 km to spare (metres).
LONDON_BOUNDS_BNG = (502_500.0, 154_500.0, 563_000.0, 202_000.0)

WARD_CODE = r"E05\d{6}"
BOROUGH_CODE = r"E09\d{6}"
BCU_CODE = r"[A-Z]{2}"
AREA_CODE = rf"{BCU_CODE}|{BOROUGH_CODE}"
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
DISTRICT = r"[A-Z]{1,2}\d[A-Z\d]?"
WHOLE_DATE = r"\d{4}-\d{2}-\d{2}"
PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"  # ISO 8601, as precise as the source is

# The ranks by which the people of a ward's team are counted, and what came of asking for it.
TEAM_RANKS = ("constables", "pcsos", "sergeants", "other_ranks")
FETCHED, NOT_LISTED, FAILED = "fetched", "not listed", "failed"
# The state of a front counter, or what is known of one at a moment.
OPEN, CLOSED, NOT_KNOWN = "open", "closed", "not known"
# A status in which a commitment holds; "promised" alone means that it was still to come.
# Of events, in the order in which they are listed.
THEMES = ("structure", "ward officers", "front counters", "money")
COMMITMENT_HOLDS = ("in force", "delivered", "restated")


@dataclass(frozen=True)
class Column:
    """What the values of one column must be."""

    pattern: str | None = None  # a regular expression for the whole value
    unique: bool = False
    nullable: bool = False
    minimum: float | None = None  # for numbers


TABLES: Mapping[str, Mapping[str, Column]] = {
    "wards": {
        "ward_code": Column(WARD_CODE, unique=True),
        "ward": Column(r".+"),
        "borough_code": Column(BOROUGH_CODE),
        "borough": Column(r".+"),
        "bcu_code": Column(BCU_CODE, nullable=True),
        "bcu": Column(r".+", nullable=True),
        "area_km2": Column(minimum=0),
        "residents": Column(nullable=True, minimum=0),
    },
    "boroughs": {
        "borough_code": Column(BOROUGH_CODE, unique=True),
        "borough": Column(r".+", unique=True),
        "bcu_code": Column(BCU_CODE, nullable=True),
        "bcu": Column(r".+", nullable=True),
        "wards": Column(minimum=1),
        "area_km2": Column(minimum=0),
        "residents": Column(nullable=True, minimum=0),
    },
    "bcus": {
        "bcu_code": Column(BCU_CODE, unique=True),
        "bcu": Column(r".+", unique=True),
        "boroughs": Column(minimum=1),
        "wards": Column(minimum=1),
        "area_km2": Column(minimum=0),
        "residents": Column(nullable=True, minimum=0),
    },
    "bcu table": {
        "bcu_code": Column(BCU_CODE, unique=True),
        "bcu": Column(r".+", unique=True),
        "aliases": Column(),
        "go_live": Column(PARTIAL_DATE),
        "go_live_basis": Column(r"known|evidence|announced"),  # a live unit is never only planned
        "go_live_note": Column(nullable=True),
        "go_live_source": Column(r".+"),
        "go_live_in_data": Column(PARTIAL_DATE, nullable=True),
        "go_live_planned": Column(PARTIAL_DATE),
        "go_live_planned_source": Column(r".+"),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "borough table": {
        "borough_code": Column(BOROUGH_CODE, unique=True),
        "borough": Column(r".+", unique=True),
        "bcu_code": Column(BCU_CODE, nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
    },
    "commitments": {
        "from": Column(PARTIAL_DATE, unique=True),
        "dwo": Column(minimum=1),
        "pcso": Column(nullable=True, minimum=0),
        "status": Column(r"in force|promised|delivered|restated"),
        "basis": Column(BASIS),
        "due": Column(PARTIAL_DATE, nullable=True),
        "wards": Column(nullable=True, minimum=1),
        "posts": Column(nullable=True, minimum=1),
        "vacancies": Column(nullable=True, minimum=0),
        "note": Column(r".+"),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "borough strengths": {
        "borough_code": Column(BOROUGH_CODE, unique=True),
        "from_month": Column(PARTIAL_DATE),
        "to_month": Column(PARTIAL_DATE),
        "fte": Column(nullable=True, minimum=0),
        "fte_per_10k": Column(nullable=True, minimum=0),
        "residents_2021": Column(minimum=1),
        "residents_2021_precision": Column(r"exact|rounded to 100"),
        "reliable": Column(r"yes|no"),
        "note": Column(nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
    },
    "front counters": {
        "name": Column(r".+"),
        "address": Column(nullable=True),
        "postcode": Column(POSTCODE, nullable=True),
        "borough_code": Column(BOROUGH_CODE),
        "from": Column(PARTIAL_DATE),
        "event": Column(
            r"open|reopened|hours changed|to close|stays|closed|proposed|dropped|mentioned"
            r"|not mentioned"
        ),
        "state": Column(r"open|closed|not known"),
        "kind": Column(r"24/7|reduced|limited|daytime", nullable=True),
        "hours": Column(nullable=True),
        "due": Column(PARTIAL_DATE, nullable=True),
        "basis": Column(BASIS),
        "inferred": Column(r"site|kind|site; kind", nullable=True),
        "note": Column(r".+"),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "counter dates": {
        "from": Column(PARTIAL_DATE, unique=True),
        "label": Column(r".+"),
        "counters": Column(nullable=True, minimum=0),
        "open_24_7": Column(nullable=True, minimum=0),
        "complete": Column(r"yes|no"),
        "basis": Column(BASIS),
        "note": Column(nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "policing models": {
        "from": Column(PARTIAL_DATE, unique=True),
        "model": Column(r".+"),
        "units": Column(nullable=True, minimum=1),
        "basis": Column(BASIS),
        "label": Column(r".+"),
        "note": Column(r".+"),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "policing units": {
        "bcu_code": Column(BCU_CODE),
        "from": Column(PARTIAL_DATE),
        "name": Column(r".+"),
        "note": Column(nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "policing structures": {
        "from": Column(PARTIAL_DATE),
        "unit": Column(r".+"),
        "part": Column(r"leadership|function"),
        "item": Column(r".+"),
        "number": Column(nullable=True, minimum=1),
        "basis": Column(BASIS),
        "note": Column(nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "policing money": {
        "from": Column(PARTIAL_DATE),
        "item": Column(r".+"),
        "gbp_million": Column(nullable=True, minimum=0),
        "posts": Column(nullable=True),
        "until": Column(r".+", nullable=True),
        "basis": Column(BASIS),
        "note": Column(nullable=True),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "events": {
        "id": Column(r"[a-z0-9]+(-[a-z0-9]+)*", unique=True),
        "date": Column(PARTIAL_DATE),
        "precision": Column(r"day|month|quarter|year"),
        "theme": Column("|".join(THEMES)),
        "areas": Column(rf"({AREA_CODE})(;({AREA_CODE}))*", nullable=True),
        "text": Column(r".+\."),
        "basis": Column(BASIS),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
        "seen_as": Column(r"document|copy|page"),
    },
    "roll-out 2018": {
        "bcu_code": Column(BCU_CODE, unique=True),
        "cluster": Column(r".+"),
        "borough_codes": Column(rf"{BOROUGH_CODE}(;{BOROUGH_CODE})*"),
        "planned": Column(),
        "commander": Column(r".+"),
        "basis": Column(r"planned"),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
        "seen_on": Column(WHOLE_DATE),
    },
    "officers in all": {
        "month": Column(r"\d{4}-\d{2}", unique=True),
        "officers": Column(minimum=1),
        "pcsos": Column(minimum=1),
        "staff": Column(minimum=1),
    },
    "demand wards": {"ward_code": Column(WARD_CODE), "group": Column(r"[a-z_]+")},
    "demand boroughs": {
        "borough_code": Column(rf"{BOROUGH_CODE}|unknown|airports"),
        "group": Column(r"[a-z_]+"),
    },
    "demand strengths": {"ward_code": Column(WARD_CODE, unique=True)},
    "demand teams": {
        "listed_on": Column(WHOLE_DATE),
        "ward_code": Column(WARD_CODE),
        "status": Column(f"{FETCHED}|{NOT_LISTED}|{FAILED}"),
        **{rank: Column(nullable=True, minimum=0) for rank in TEAM_RANKS},
    },
    "demand survey": {
        "quarter": Column(r"\d{4}-(03|06|09|12)"),
        "area": Column(rf"{BOROUGH_CODE}|MET"),
        "good_job": Column(minimum=0),
        "contact_officer": Column(nullable=True, minimum=0),
    },
    "demand minutes": {
        "month": Column(r"\d{4}-\d{2}"),
        "borough_code": Column(BOROUGH_CODE),
        "minutes": Column(minimum=1),
        "abstracted": Column(minimum=0),
        "second_hand": Column(r"yes|no"),
    },
    "postcodes": {
        "postcode": Column(POSTCODE, unique=True),
        "live": Column(),
        "easting": Column(minimum=LONDON_BOUNDS_BNG[0]),
        "northing": Column(minimum=LONDON_BOUNDS_BNG[1]),
        "lat": Column(minimum=51),
        "lon": Column(minimum=-1),
        "quality": Column(r"[1-6]0|90", nullable=True),
        "ward_code": Column(rf"({WARD_CODE})?"),
        "borough_code": Column(BOROUGH_CODE),
        "boundary_m": Column(minimum=0),
        "reach_m": Column(minimum=1),
        "others": Column(rf"(({WARD_CODE}|outside):\d+( |$))*"),
    },
    "districts": {
        "district": Column(DISTRICT, unique=True),
        "london_live": Column(minimum=0),
        "london_terminated": Column(minimum=0),
        "elsewhere": Column(minimum=0),
    },
    "population table": {
        "ward_code": Column(WARD_CODE, unique=True),
        "residents": Column(nullable=True, minimum=0),
        "as_of": Column(PARTIAL_DATE),
        "source": Column(r".+"),
    },
}


def area_code(text: str) -> str:
    """Return the code of an area that somebody wrote: without blanks, a full stop after it, or the
    N that data.police.uk puts after some codes of wards."""
    code = text.strip().rstrip(".,;").strip().upper()
    return re.sub(r"^(E\d{8})N$", r"\1", code, flags=re.ASCII)


def table_faults(columns: Columns, table: str) -> list[str]:
    """List every way in which a table breaks its rules (empty when it keeps them all).

    Parameters
    ----------
    columns
        The values of each column: a frame, or lists with None for what is missing.
    """
    rules = TABLES[table]
    faults = [f"column {name} is missing" for name in rules if name not in columns]
    for name, rule in rules.items():
        if name in columns:
            faults += [f"{name}: {fault}" for fault in _column_faults(columns[name], rule)]
    return faults


def check_table(columns: Columns, table: str, *, where: str) -> None:
    """Raise one DataError that lists all the faults of a table; `where` names the file."""
    faults = table_faults(columns, table)
    if faults:
        raise DataError(f"{where}: {'; '.join(faults)}")


def some(values: Iterable[Any], *, most: int = 5) -> str:
    """Name a few of the distinct values, for a message."""
    distinct = [str(value) for value in dict.fromkeys(values)]
    return ", ".join(distinct[:most]) + (", …" if len(distinct) > most else "")


def _column_faults(values: Any, rule: Column) -> list[str]:
    faults = []
    given: Sequence[Any] = values.dropna().tolist() if hasattr(values, "dropna") else values
    present = Counter(given)
    missing = len(values) - len(given) + present.pop(None, 0)
    if missing and not rule.nullable:
        faults.append(f"{missing} values are empty")
    if rule.unique and len(present) < present.total():
        faults.append(f"repeated: {some(each for each, times in present.items() if times > 1)}")
    if rule.pattern is not None:
        form = re.compile(rule.pattern)
        if wrong := [value for value in present if not form.fullmatch(str(value))]:
            faults.append(f"not of the form {rule.pattern}: {some(wrong)}")
    if rule.minimum is not None:
        least = rule.minimum
        if low := [value for value in present if isinstance(value, str) or not value >= least]:
            faults.append(f"below {least:g}: {some(low)}")
    return faults
