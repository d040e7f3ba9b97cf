"""What `bcumap counters report` says, as lines of text; never prints, never computes a figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bcumap.base.bases import ANNOUNCED, EVIDENCE, KNOWN, REPORTED, UNCONFIRMED
from bcumap.base.schema import MET, NOT_KNOWN
from bcumap.base.words import counted, date, kilometres
from bcumap.facts.areas import Atlas
from bcumap.facts.counters import Picture

GROUNDS = {
    KNOWN: "known: sources name all of it",
    ANNOUNCED: f"{UNCONFIRMED[:1].lower()}{UNCONFIRMED[1:-1]}",
    REPORTED: "reported: newspapers say so of some",
    EVIDENCE: "by evidence in part: sources do not say of each counter which it is, or its kind",
    NOT_KNOWN: "not known: no source tells of any counter by then",
}
# The state of a date on which not all counters are known.
PARTIAL = "known in part only: there may be more, and some of these may have closed since"


def report_lines(found: Picture, atlas: Atlas) -> Iterator[str]:
    """Tell of a date, borough by borough and BCU by BCU."""
    met = found.areas[MET]
    yield f"Front counters of the Met on {date(found.on.isoformat())}"
    yield f"  {_open(met)}"
    yield f"  state      {GROUNDS[str(met['basis'])]}"
    if not found.complete:
        yield f"             {PARTIAL}"
    yield f"  since      {date(found.key_date['from'])}: {found.key_date['label']}"
    if note := found.key_date["note"]:
        yield f"  note       {note}"
    yield f"  source     {found.key_date['source']}"
    held, not_held, unknown = found.promise.values()
    yield (
        f"Promise of 2012, a 24/7 counter in every borough: held in {held}, not held in {not_held},"
        f" not known in {unknown} of {len(atlas.met('boroughs'))} boroughs"
    )
    for level, name in (("boroughs", "borough"), ("bcus", "BCU")):
        yield ""
        yield _header(name)
        for code, area in atlas.levels[level].items():
            if code in found.areas:
                yield _line(area.name, found.areas[code])
    yield _line("all of the Met", met)
    yield (
        "Distances: the mean of residents, in a straight line from the postcodes in use of today's"
        " wards, over which their residents of mid-2024 are spread evenly; – is not known"
    )
    if found.left_out:
        yield (
            f"Left out of the distances: {counted(found.left_out, 'open counter')} of which no"
            " source gives a postcode"
        )


def _open(area: Mapping[str, Any]) -> str:
    return f"open       {area['counters']}, of them 24/7: {area['open_24_7']}"


def _header(name: str) -> str:
    return (
        f"{name:<26}{'open':>5}{'24/7':>5}  {'promise':<10}{'state':<11}"
        f"{'nearest':>9}{'24/7':>9}{'in 1 km':>11}{'2 km':>11}{'5 km':>11}"
    )


def _line(name: str, area: Mapping[str, Any]) -> str:
    within = "".join(f"{_number(area[f'within_{km}km']):>11}" for km in (1, 2, 5))
    return (
        f"{name:<26.26}{area['counters']:>5}{area['open_24_7']:>5}"
        f"  {area['promise'] or '':<10}{area['basis']:<11}"
        f"{_kilometres(area['nearest_m']):>9}{_kilometres(area['nearest_24_7_m']):>9}{within}"
    )


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _kilometres(metres: int | None) -> str:
    return "–" if metres is None else kilometres(metres)


def report_json(found: Picture, atlas: Atlas) -> Iterator[str]:
    """Tell the same as JSON, with sites and wards: what is not known is null."""
    told = {
        "on": found.on.isoformat(),
        "complete": found.complete,
        "key_date": found.key_date,
        "promise": {name.replace(" ", "_"): number for name, number in found.promise.items()},
        "left_out_of_distances": found.left_out,
        "met": found.areas[MET],
        **{
            level: [
                {"code": code, "name": area.name, **found.areas[code]}
                for code, area in atlas.levels[level].items()
                if code in found.areas
            ]
            for level in ("boroughs", "bcus")
        },
        "wards": [
            {"code": code, "name": atlas[code].name, **row} for code, row in found.wards.items()
        ],
        "sites": [asdict(site) | {"known_as": site.known_as} for site in found.standings],
    }
    yield json.dumps(told, ensure_ascii=False, indent=2)
