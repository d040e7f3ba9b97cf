"""Which police unit had which borough on a date, how it was made up, what it was to save; pure.

It needs nothing but the standard library, so that the serving process may use it. Wards are those
of today; each had the unit of its borough, and no borough has changed. Tables are plain rows, as
`store.records` gives them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bcumap.base.dates import Row, change_days, check_known, last_on, starts
from bcumap.base.schema import COMMITMENT_HOLDS
from bcumap.base.words import CITY_POLICE

BOROUGH_UNIT, PATHFINDER, BCU, OWN_FORCE = "borough unit", "pathfinder", "BCU", "own force"
KNOWN, PLANNED, ANNOUNCED = "known", "planned", "announced"
# A test unit is one until the roll-out of the others begins.
ROLL_OUT = "Roll-out"
COMPLETE = "12 Basic Command Units"


@dataclass(frozen=True)
class Unit:
    """What policed a borough on a date.

    Attributes
    ----------
    kind
        `BOROUGH_UNIT`, `PATHFINDER` (a BCU on trial), `BCU`, or `OWN_FORCE` (the City).
    code, name
        Of the BCU, with the name of the papers of the time; of the borough for its own unit.
    since
        Since when, as precise as known; "" for a borough unit.
    basis
        How it is known that this unit had the borough on that date: `KNOWN`, or the date on which a
        BCU takes over is only `PLANNED` or `ANNOUNCED`.
    since_basis
        The same of the day itself: it can stay a plan when the outcome is known.
    note, source
        Of the date.
    """

    kind: str
    code: str
    name: str
    since: str
    basis: str
    since_basis: str
    note: str
    source: str


@dataclass(frozen=True)
class Past:
    """The tables of policing models, as rows.

    Attributes
    ----------
    models, units, structures, money
        The tables of those names.
    bcus, boroughs
        The BCU and borough tables.
    commitments
        What was promised to every ward.
    """

    models: Sequence[Row]
    units: Sequence[Row]
    structures: Sequence[Row]
    money: Sequence[Row]
    bcus: Sequence[Row]
    boroughs: Sequence[Row]
    commitments: Sequence[Row]


def units_on(past: Past, on: dt.date) -> dict[str, Unit]:
    """Return the unit of every borough on a date, by borough code.

    Raises
    ------
    BcuMapError
        If the date is before the first fact, or out of range.
    """
    check_known(on, past.models, "police units")
    bcus = {str(row["bcu_code"]): row for row in past.bcus}
    return {
        str(row["borough_code"]): _unit(past, row, bcus.get(str(row["bcu_code"] or "")), on)
        for row in sorted(past.boroughs, key=lambda row: str(row["borough_code"]))
    }


def _unit(past: Past, borough: Row, bcu: Row | None, on: dt.date) -> Unit:
    code, name = str(borough["borough_code"]), str(borough["borough"])
    if bcu is None:
        return Unit(OWN_FORCE, code, CITY_POLICE, "", KNOWN, KNOWN, "", str(borough["source"]))
    basis, note = str(bcu["go_live_basis"]), str(bcu["go_live_note"] or "")
    source = str(bcu["go_live_source"])
    if not is_live(bcu, on):
        # Until the first date that anybody planned for a roll-out, there was nothing to be live.
        still = KNOWN if basis == KNOWN or on < _from(past, ROLL_OUT) else basis
        return Unit(BOROUGH_UNIT, code, name, "", still, still, note, source)
    kind = PATHFINDER if _is_pathfinder(past, bcu) and on < _from(past, ROLL_OUT) else BCU
    since = str(bcu["go_live"])
    surely = KNOWN if on >= _from(past, COMPLETE) else basis
    named = name_on(past.units, str(bcu["bcu_code"]), on)
    return Unit(kind, str(bcu["bcu_code"]), named, since, surely, basis, note, source)


def is_live(bcu: Row, on: dt.date) -> bool:
    """Say whether a BCU was live on a date, by its go-live date whatever its basis."""
    return starts(str(bcu["go_live"])) <= on


def _is_pathfinder(past: Past, bcu: Row) -> bool:
    return starts(str(bcu["go_live"])) < _from(past, ROLL_OUT)


def _from(past: Past, model: str) -> dt.date:
    """Return the day from which a model holds."""
    return min(starts(str(row["from"])) for row in past.models if row["model"] == model)


def name_on(units: Iterable[Row], bcu_code: str, on: dt.date) -> str:
    """Return the name of a BCU in the last paper before a date, or else in the first one."""
    rows = [row for row in units if row["bcu_code"] == bcu_code]
    row = last_on(rows, on) or min(rows, key=lambda row: str(row["from"]))
    return str(row["name"])


def bcus_on(past: Past, on: dt.date) -> list[tuple[Row, bool]]:
    """Return each BCU of today, and whether it was live on a date; read its `go_live_basis`.

    They are in the order in which they went live.
    """
    check_known(on, past.models, "police units")
    ordered = sorted(past.bcus, key=lambda row: (starts(str(row["go_live"])), str(row["bcu_code"])))
    return [(row, is_live(row, on)) for row in ordered]


def unit_of_wards(units: Mapping[str, Unit], wards: Mapping[str, str]) -> dict[str, Unit]:
    """Return the unit of each ward of today.

    Parameters
    ----------
    units
        What `units_on` returned.
    wards
        The borough code of each ward.
    """
    return {ward: units[borough] for ward, borough in wards.items()}


def model_on(past: Past, on: dt.date) -> Row:
    """Return the row of the models that holds on a date.

    Raises
    ------
    BcuMapError
        If the date is before the first fact, or out of range.
    """
    check_known(on, past.models, "police units")
    return max(
        (row for row in past.models if starts(str(row["from"])) <= on),
        key=lambda row: starts(str(row["from"])),
    )


def structure_on(past: Past, on: dt.date) -> list[Row]:
    """Return what the unit of a date was made of: the rows of the last description by then."""
    row = last_on(past.structures, on)
    return [] if row is None else [each for each in past.structures if each["from"] == row["from"]]


def commitment_on(past: Past, on: dt.date) -> Row | None:
    """Return the commitment that was in force for every ward, or None if none is known."""
    return last_on([row for row in past.commitments if row["basis"] in COMMITMENT_HOLDS], on)


def change_dates(past: Past) -> list[dt.date]:
    """Return every day on which a borough changes its unit, or a model begins, in order."""
    live = [{"from": row["go_live"]} for row in past.bcus]
    return change_days(past.models, live)
