"""Every column that an export may have: its kind, its short name and its meaning; reads no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from bcumap.base.schema import BCU_CODE, BOROUGH_CODE, POSTCODE, WARD_CODE
from bcumap.facts.demand import GROUPS

Kind = Literal["text", "whole", "number", "yes or no"]

# The pandas type of each kind: all of them have a place for what is not known.
DTYPES = {"text": "str", "whole": "Int64", "number": "float64", "yes or no": "boolean"}
JSON_TYPES = {"text": "string", "whole": "integer", "number": "number", "yes or no": "boolean"}


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    short
        Its name in a Shapefile, which has room for ten letters.
    meaning
        What it says, with its unit.
    pattern
        A regular expression for the whole value, of text.
    """

    kind: Kind
    short: str
    meaning: str
    pattern: str | None = None


FIELDS: dict[str, Field] = {
    "ward_code": Field("text", "ward_code", "GSS code of the ward", WARD_CODE),
    "ward": Field("text", "ward", "name of the ward"),
    "borough_code": Field("text", "boro_code", "GSS code of the borough", BOROUGH_CODE),
    "borough": Field("text", "borough", "name of the borough"),
    "bcu_code": Field("text", "bcu_code", "the Met's code of the Basic Command Unit; NA is North"
                      " Area; null in the City of London, which has its own force", BCU_CODE),
    "bcu": Field("text", "bcu", "name of the Basic Command Unit"),
    "boroughs": Field("whole", "boroughs", "how many boroughs it has"),
    "wards": Field("whole", "wards", "how many wards it has"),
    "area_km2": Field("number", "area_km2", "area in square kilometres, measured on the National"
                      " Grid before any simplification, to mean high water"),
    "residents": Field("whole", "residents", "residents in mid-2024 (ONS); null where the ONS gives"
                       " none for a part of it"),
    "committed_dwo": Field("whole", "comm_dwo", "dedicated ward officers promised on the date"),
    "committed_pcso": Field("whole", "comm_pcso", "PCSOs promised on the date"),
    "committed": Field("whole", "committed", "both together"),
    "commitment_since": Field("text", "comm_since", "from when on that number was promised"),
    "commitment_source": Field("text", "comm_src", "who says so"),
    "fte": Field("number", "fte", "full-time equivalents of ward officers and PCSOs; null where no"
                 " figure is reliable"),
    "fte_per_ward": Field("number", "fte_ward", "fte for each of today's wards"),
    "fte_per_10k": Field("number", "fte_10k", "fte for each 10,000 residents of the Census 2021"),
    "share_of_commitment": Field("number", "fte_share", "fte divided by committed; 1 is 100 %"),
    "residents_per_committed": Field("number", "res_comm", "residents for each promised post"),
    "at_least": Field("yes or no", "at_least", "whether fte, and what is made of it, is a lower"
                      " bound, because a part of the area has no reliable figure"),
    "no_figure_for": Field("text", "no_figure", "the boroughs without a reliable figure"),
    "rank": Field("whole", "rank", "rank by share_of_commitment among areas with a whole figure"),
    "fte_from": Field("text", "fte_from", "first month of those that fte is a mean of"),
    "fte_to": Field("text", "fte_to", "last of them"),
    "fte_source": Field("text", "fte_source", "who says so"),
    "listed": Field("whole", "listed", "people whom data.police.uk lists on the ward's team, not in"
                    " post for certain; null where it lists no team or gave no answer"),
    "listed_constables": Field("whole", "list_pc", "of them: constables"),
    "listed_pcsos": Field("whole", "list_pcso", "of them: PCSOs"),
    "listed_sergeants": Field("whole", "list_sgt", "of them: sergeants"),
    "listed_other_ranks": Field("whole", "list_other", "of them: special constables, inspectors,"
                                " and people without a rank"),
    "listed_on": Field("text", "listed_on", "the day on which it was asked"),
    "counter": Field("text", "counter", "name of the front counter"),
    "address": Field("text", "address", "its address"),
    "postcode": Field("text", "postcode", "its postcode; null where no source gives it", POSTCODE),
    "state": Field("text", "state", "on the date: open, closed or not known",
                   "open|closed|not known"),
    "kind": Field("text", "kind", "24/7, reduced, limited or daytime; null where no source says"),
    "hours": Field("text", "hours", "opening hours, where a source states them"),
    "basis": Field("text", "basis", "known, announced, evidence or reported",
                   "known|announced|evidence|reported"),
    "inferred": Field("text", "inferred", "what else is inferred: site, kind or both"),
    "since": Field("text", "since", "date of the event that says so, as precise as its source"),
    "event": Field("text", "event", "that event"),
    "due": Field("text", "due", "when a closing is due"),
    "lat": Field("number", "lat", "latitude of its postcode, WGS 84; null without a postcode"),
    "lon": Field("number", "lon", "longitude of its postcode, WGS 84; null without a postcode"),
    "note": Field("text", "note", "what the source tells of it"),
    "source": Field("text", "source", "who says so"),
    "counters": Field("whole", "counters", "front counters that are open on the date"),
    "open_24_7": Field("whole", "open_24_7", "of them, those that never close"),
    "promise": Field("text", "promise", "whether the promise of 2012, a 24/7 counter in every"
                     " borough, is held, not held or not known", "held|not held|not known"),
    "counters_basis": Field("text", "cntr_basis", "the weakest basis of those facts: known,"
                            " evidence, reported, announced or not known"),
    "counters_complete": Field("yes or no", "cntr_whole", "whether all counters of the date are"
                               " known; there are distances only then"),
    "nearest_m": Field("number", "nearest_m", "metres from residents to the nearest open counter, a"
                       " mean of straight lines"),
    "nearest_24_7_m": Field("number", "near_24_7m", "the same to the nearest open 24 hours"),
    "within_1km": Field("whole", "within_1km", "residents within 1 km of an open counter"),
    "within_2km": Field("whole", "within_2km", "residents within 2 km of one"),
    "within_5km": Field("whole", "within_5km", "residents within 5 km of one"),
    "offences": Field("whole", "offences", "offences recorded by the Met in twelve months"),
    "offences_per_1k": Field("number", "off_1k", "offences for every 1,000 residents of mid-2024;"
                             " misleading where few live and many come"),
    "offences_per_km2": Field("number", "off_km2", "offences for every square kilometre"),
    "offences_per_committed": Field("number", "off_comm", "offences for each promised post"),
    "offences_per_fte": Field("number", "off_fte", "offences for each ward officer in post (fte);"
                              " null where no figure is reliable"),
    "offences_change": Field("number", "off_change", "change against the same months three years"
                             " before (wards: two); 0.1 is a tenth more"),
    "offences_rank": Field("whole", "off_rank", "rank by offences_per_1k; null below 30 offences"),
    **{f"offences_{group}": Field("whole", f"off_{group[:6]}", f"of them: {title}")
       for group, title in GROUPS.items()},
    "offences_from": Field("text", "off_from", "first of the twelve months"),
    "offences_to": Field("text", "off_to", "last of the twelve months"),
    "offences_cautions": Field("text", "off_minded", "cautions: see docs/data.md"),
}  # fmt: skip


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with each column of `FIELDS` in the type of its kind; others as they are."""
    return frame.astype({name: DTYPES[FIELDS[name].kind] for name in frame if name in FIELDS})


def json_schema(columns: Iterable[str], *, title: str) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) of the properties of a feature.

    Parameters
    ----------
    columns
        Names of `FIELDS`.
    """
    names = list(columns)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {name: _property(FIELDS[name]) for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": [JSON_TYPES[field.kind], "null"],
        "description": field.meaning,
    }
    if field.pattern:
        told["pattern"] = f"^({field.pattern})$"
    return told
