"""The passport of every file in geodata/: who published it, under what licence, what was done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bcumap.base.schema import WGS84
from bcumap.geo.projection import TRANSFORMATION

OGL = "Open Government Licence v3.0"
OS_RIGHTS = "Contains OS data © Crown copyright and database right 2026"
ONS_RIGHTS = (
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0"
)
POLICE_RIGHTS = "Contains data from data.police.uk licensed under the Open Government Licence v3.0"
ROYAL_MAIL_RIGHTS = "Contains Royal Mail data © Royal Mail copyright and database right 2026"
GLA_RIGHTS = "Contains Greater London Authority data, Open Government Licence v3.0"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Publisher:
    """Whose boundaries they are."""

    publisher: str
    url: str
    attribution: str


# By the dialect in which the boundaries came.
PUBLISHERS = {
    "ONS": Publisher(
        "Office for National Statistics; Ordnance Survey",
        "https://geoportal.statistics.gov.uk",
        f"{ONS_RIGHTS}. {OS_RIGHTS}.",
    ),
    "GLA": Publisher(
        "Greater London Authority; Ordnance Survey",
        "https://data.london.gov.uk/dataset/statistical-gis-boundary-files-london",
        f"{GLA_RIGHTS}. {OS_RIGHTS}.",
    ),
    "data.police.uk": Publisher(
        "data.police.uk; Ordnance Survey",
        "https://data.police.uk/data/boundaries/",
        f"{POLICE_RIGHTS}. {OS_RIGHTS}.",
    ),
}
PUBLISHERS["bcumap"] = PUBLISHERS["ONS"]

TITLES = {
    "wards.parquet": "Wards of Greater London",
    "boroughs.parquet": "London boroughs and the City of London",
    "bcus.parquet": "Basic Command Units of the Metropolitan Police",
    "wards.wkb": "The polygons of wards.parquet alone, in its order, for looking up points",
    "thames.wkb": "The polygon of thames.parquet alone, for looking up points",
    "thames.parquet": "The tidal Thames below mean high water, between the wards of its banks",
    "web/areas.topojson": "BCUs, boroughs and the tidal Thames, for the map",
    "web/wards.topojson": "Wards, for the map",
    "web/facts.json": "Facts of every BCU, borough and ward, for the page",
    "web/map.js": "The folium map of the app, as a script",
    "postcodes.zip": "Postcodes of London, live and terminated, in their wards",
    "bcus.csv": "BCUs: names, aliases and go-live dates",
    "boroughs.csv": "Boroughs and the BCU that polices each",
    "ward_population.csv": "Residents of each ward",
    "commitments.csv": "Ward officers promised to every ward, and when",
    "borough_strengths.csv": "Strength of ward officers in each borough",
    "front_counters.csv": "Front counters of the Metropolitan Police: events by site",
    "counter_dates.csv": "Front counters: key dates and stated totals",
    "policing_models.csv": "How local policing was organised, by date",
    "policing_units.csv": "Names of the BCUs in the papers of their time",
    "policing_structures.csv": "Leadership and core functions of a police unit, by date",
    "policing_money.csv": "Savings and posts that were stated with the change to BCUs",
    "events.csv": "What happened in the policing of London, by date and theme",
    "roll_out_2018.csv": "The roll-out of BCUs as planned in February 2018, as printed",
    "force_strength.csv": "Officers, PCSOs and staff of the Met by month",
    "web/events.json": "All events of the timeline, from all tables",
    "web/counters.json": "Front counters on any date, and how far residents live from them",
    "web/history.json": "Police units of every borough on any date",
}


_COUNTERS = {
    "publisher": "compiled by bcumap; every row names its source",
    "attribution": "Metropolitan Police; London newspapers; see the column source",
    "edition": "2026-03-03",
    "as_of": "2026-03-03",
    "url": "https://metengage.co.uk/Alerts/A/392055/"
    "Bethnal-Green-Police-Station-new-operating-hours-from-March-2026",
}
_MODELS = {
    "publisher": "compiled by bcumap; every row names its source",
    "attribution": "Metropolitan Police; London Councils; London Assembly; see the column source",
    "edition": "2023-07-18",
    "as_of": "2023-07-18",
    "url": "https://www.london.gov.uk/questions/2019/6437",
}
_EVENTS = {
    "publisher": "compiled by bcumap; every row names its source",
    "attribution": "Metropolitan Police; councils; newspapers; see the column source",
    "edition": "2026-11-26",
    "as_of": "2026-11-26",
    "url": "https://www.london.gov.uk/motions/closure-front-counters",
}
_STRENGTH = {
    "publisher": "Metropolitan Police, through the London Datastore (police force strength)",
    "attribution": "Contains Metropolitan Police data, Open Government Licence v3.0",
    "edition": "2013-05 to 2026-03",
    "as_of": "2026-03",
    "url": "https://data.london.gov.uk/dataset/mps-police-force-strength",
}
# Tables that were put together from papers, and what the build made of them.
COMPILED: dict[str, Entry] = {
    "front_counters.csv": _COUNTERS,
    "counter_dates.csv": _COUNTERS,
    "policing_models.csv": _MODELS,
    "policing_units.csv": _MODELS,
    "policing_structures.csv": _MODELS,
    "policing_money.csv": _MODELS,
    "web/history.json": _MODELS,
    "events.csv": _EVENTS,
    "roll_out_2018.csv": _MODELS,
    "force_strength.csv": _STRENGTH,
    "web/events.json": _EVENTS,
    "web/counters.json": _COUNTERS
    | {
        "attribution": f"{_COUNTERS['attribution']}."
        f" {ONS_RIGHTS}. {OS_RIGHTS}. {ROYAL_MAIL_RIGHTS}."
    },
}


@dataclass(frozen=True)
class PostcodeOrigin:
    """Which postcodes they are: the edition of the ONS directory, and who says which are in use."""

    edition: str
    listed: str
    command: str  # that placed them; a later build may have kept them


@dataclass(frozen=True)
class Origin:
    """What the boundary files of one build were made from, and how closely they follow it."""

    source_file: str
    source_sha256: str
    dialect: str
    edition: str
    geometry_sources: tuple[str, ...]
    command: str
    max_error_m: float
    measured_error_m: float
    web_max_error_m: float
    web_measured_error_m: float
    met_wards: int | None = None  # stated for an edition that bcumap does not know
    postcodes: PostcodeOrigin | None = None


def passports(folder: Path, origin: Origin, rows: dict[str, int]) -> list[Entry]:
    """Return the entry of every data file in a folder, in the order of their names.

    Parameters
    ----------
    rows
        The number of rows of each file that has rows, by name.
    """
    return [
        {
            "file": name,
            "title": title,
            "licence": OGL if name != "web/map.js" else "MIT",
            "command": origin.command,
            **_origin_of(name, origin),
            "sha256": sha256(folder / name),
            **({"rows": rows[name]} if name in rows else {}),
        }
        for name, title in sorted(TITLES.items())
        if (folder / name).exists()
    ]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _origin_of(name: str, origin: Origin) -> Entry:
    if name in ("bcus.csv", "boroughs.csv"):
        return {
            "publisher": "compiled by bcumap; every row names its source",
            "attribution": "Metropolitan Police; London Councils; see the column source",
            "edition": "2024-04",
            "as_of": "2024-04",
            "url": "https://www.met.police.uk/foi-ai/metropolitan-police/disclosure-2024/april-2024/"
            "local-policing-crime-mps-borough-codes/",
        }
    if name in COMPILED:
        return COMPILED[name]
    if name == "commitments.csv":
        return {
            "publisher": "compiled by bcumap; every row names its source",
            "attribution": "Mayor of London; Metropolitan Police; see the column source",
            "edition": "2022-02",
            "as_of": "2022-02",
            "url": "https://www.london.gov.uk/press-releases/mayoral/"
            "two-dedicated-pcs-in-every-london-ward",
        }
    if name == "borough_strengths.csv":
        return {
            "publisher": "Metropolitan Police, through the London Datastore (dataset e16kd)",
            "attribution": "Contains Metropolitan Police data, Open Government Licence v3.0",
            "edition": "mean of 2025-08 to 2026-07",
            "as_of": "2026-07",
            "url": "https://data.london.gov.uk/dataset/e16kd",
        }
    if name == "ward_population.csv":
        return {
            "publisher": "Office for National Statistics",
            "attribution": f"{ONS_RIGHTS}.",
            "edition": "mid-2024 estimates; Census 2021 (best fit)",
            "as_of": "2024-06-30",
            "url": "https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/"
            "populationestimates",
        }
    if name == "postcodes.zip" and origin.postcodes:
        return {
            "publisher": "Office for National Statistics; Ordnance Survey; Royal Mail",
            "attribution": f"{ONS_RIGHTS}. {OS_RIGHTS}. {ROYAL_MAIL_RIGHTS}.",
            "edition": f"ONS Postcode Directory {origin.postcodes.edition or 'not stated'}",
            "as_of": origin.postcodes.edition,
            "live_means": "listed by OS Code-Point Open",
            "listed_by": origin.postcodes.listed,
            "url": "https://geoportal.statistics.gov.uk/search?q=ONS%20Postcode%20Directory",
            "command": origin.postcodes.command,
            "ward_edition": origin.edition,
            "ward_source_sha256": origin.source_sha256,
        }
    if name == "web/map.js":
        return {"publisher": "bcumap", "attribution": "bcumap"}
    return _boundaries(name, origin)


def _boundaries(name: str, origin: Origin) -> Entry:
    publisher = PUBLISHERS[origin.dialect]
    web = name.startswith("web/")
    entry = {
        **vars(publisher),
        "edition": origin.edition,
        "as_of": origin.edition,
        "source_file": origin.source_file,
        "source_sha256": origin.source_sha256,
    }
    if origin.geometry_sources:
        entry["geometry_sources"] = list(origin.geometry_sources)
    if origin.met_wards is not None:
        entry["met_wards"] = origin.met_wards
    if name == "web/facts.json":
        return entry
    return {
        **entry,
        "crs": WGS84,
        "transformation": TRANSFORMATION,
        "max_error_m": origin.web_max_error_m if web else origin.max_error_m,
        "measured_error_m": origin.web_measured_error_m if web else origin.measured_error_m,
    }


def sealed(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with the hash of all that it says, so that a change is seen."""
    said = json.dumps(report, sort_keys=True).encode()
    return {**report, "sha256": hashlib.sha256(said).hexdigest()}


def is_sealed(content: bytes) -> bool:
    """Say whether a report is as it was sealed."""
    try:
        report = json.loads(content)
        return bool(report == sealed({key: report[key] for key in report if key != "sha256"}))
    except (ValueError, TypeError):
        return False
