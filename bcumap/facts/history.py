"""Which police unit had which borough on a date, how it was made up, what it was to save; pure.

It needs nothing but the standard library, so that the serving process may use it. Wards are those
of today; each had the unit of its borough, and no borough has changed. Tables are plain rows, as
`store.records` gives them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bcumap.base.bases import ANNOUNCED, EVIDENCE, KNOWN, NOT_KNOWN
from bcumap.base.dates import Row, change_days, check_known, ends, last_on, starts
from bcumap.base.words import CITY_POLICE, date

if TYPE_CHECKING:
    from bcumap.facts.areas import Area

BOROUGH_UNIT, PATHFINDER, BCU, OWN_FORCE = "borough unit", "pathfinder", "BCU", "own force"
NOT_YET, UNDER_WAY, LIVE = "not yet", "in the course of the month", "live"
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
        How it is known that this unit had the borough on that date; `NOT_KNOWN` within the month
        in the course of which a BCU took over, since a month is not a day.
    since_basis
        The same of the date on which it took over: that can stay open when the outcome is known.
    """

    kind: str
    code: str
    name: str
    since: str
    basis: str
    since_basis: str


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
        return Unit(OWN_FORCE, code, CITY_POLICE, "", KNOWN, KNOWN)
    basis = str(bcu["go_live_basis"])
    if (stage := stage_on(bcu, on)) == NOT_YET:
        # Until the first of the roll-out, there was nothing to be live.
        still = KNOWN if basis == KNOWN or on < _from(past, ROLL_OUT) else EVIDENCE
        return Unit(BOROUGH_UNIT, code, name, "", still, still)
    kind = PATHFINDER if _is_pathfinder(past, bcu) and on < _from(past, ROLL_OUT) else BCU
    since = str(bcu["go_live"])
    surely = NOT_KNOWN if stage == UNDER_WAY else _basis_on(past, bcu, on)
    named = name_on(past.units, str(bcu["bcu_code"]), on)
    return Unit(kind, str(bcu["bcu_code"]), named, since, surely, basis)


def stage_on(bcu: Row, on: dt.date) -> str:
    """Say whether a BCU was live on a date: `NOT_YET`, `UNDER_WAY` in its month, or `LIVE`."""
    since = str(bcu["go_live"])
    if on < starts(since):
        return NOT_YET
    return LIVE if on >= live_from(since) else UNDER_WAY


def live_from(since: str) -> dt.date:
    """Return the first day on which what began on a date, as precise as it is, has begun."""
    return ends(since) if len(since) == 10 else ends(since) + dt.timedelta(days=1)


def _basis_on(past: Past, bcu: Row, on: dt.date) -> str:
    """How it is known that a BCU was live on a date: better when more of its time has passed."""
    if on >= live_from(_model_from(past, COMPLETE)):
        return KNOWN
    in_data = bcu["go_live_in_data"]
    if bcu["go_live_basis"] == ANNOUNCED and in_data and on >= live_from(str(in_data)):
        return EVIDENCE
    return str(bcu["go_live_basis"])


def _is_pathfinder(past: Past, bcu: Row) -> bool:
    return starts(str(bcu["go_live"])) < _from(past, ROLL_OUT)


def _from(past: Past, model: str) -> dt.date:
    """Return the day from which a model holds."""
    return starts(_model_from(past, model))


def _model_from(past: Past, model: str) -> str:
    return min(str(row["from"]) for row in past.models if row["model"] == model)


def name_on(units: Iterable[Row], bcu_code: str, on: dt.date) -> str:
    """Return the name of a BCU in the last paper before a date, or else in the first one."""
    rows = [row for row in units if row["bcu_code"] == bcu_code]
    row = last_on(rows, on) or min(rows, key=lambda row: str(row["from"]))
    return str(row["name"])


def bcus_on(past: Past, on: dt.date) -> list[tuple[Row, str]]:
    """Return each BCU of today, and its stage on a date (`stage_on`); read its `go_live_basis`.

    They are in the order in which they went live.
    """
    check_known(on, past.models, "police units")
    ordered = sorted(past.bcus, key=lambda row: (starts(str(row["go_live"])), str(row["bcu_code"])))
    return [(row, stage_on(row, on)) for row in ordered]


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


def change_dates(past: Past) -> list[dt.date]:
    """Return every day on which a borough changes its unit, or a model begins, in order."""
    dates = {str(row["go_live"]) for row in past.bcus}
    dates |= {str(row["go_live_in_data"]) for row in past.bcus if row["go_live_in_data"]}
    dates.add(_model_from(past, COMPLETE))
    begun = [{"from": live_from(each).isoformat()} for each in dates]
    return change_days(past.models, [{"from": each["go_live"]} for each in past.bcus], begun)


# --- from the prepared document ------------------------------------------------------------------


def unit_then(document: Mapping[str, Any], borough_code: str, on: dt.date) -> dict[str, Any]:
    """Return the unit of a borough on a date: `Unit`'s attributes, `note` and `source` of its BCU.

    Parameters
    ----------
    document
        The prepared document (`store.history_web`).

    Raises
    ------
    BcuMapError
        If the date is before the first fact, or out of range.
    """
    check_known(on, document["models"], "police units")
    change = last_on(document["changes"], on) or document["changes"][0]
    place = change["units"][document["boroughs"].index(borough_code)]
    unit = document["units"][place]
    bcu = next((row for row in document["bcus"] if borough_code in row["boroughs"]), None)
    told = {"note": "", "source": CITY_POLICE}
    if bcu:
        told = {"note": bcu["go_live_note"] or "", "source": bcu["go_live_source"]}
    return {**unit, **told}


def unit_sentence(unit: Mapping[str, Any], on: dt.date) -> str:
    """Say in a sentence which unit policed a borough on a date, and how that is known."""
    kind = {BOROUGH_UNIT: "its own borough unit", OWN_FORCE: f"the {unit['name']}"}.get(
        str(unit["kind"]), f"{unit['name']} BCU"
    )
    when = date(on.isoformat())
    if unit["basis"] == NOT_KNOWN:
        return (
            f"In the course of {date(str(unit['since'])[:7])} {kind} took over from its own borough"
            f" unit; the day is not known, so which had it on {when} is not either."
        )
    ground = "" if unit["basis"] == KNOWN else f" ({unit['basis']})"
    return f"On {when} it was policed by {kind}{ground}."


def police_sentence(document: Mapping[str, Any], place: Area | None, on: dt.date) -> str:
    """Say who policed a place on a date, or whether a BCU was live; "" of no place."""
    if place is None:
        return ""
    if place.borough:
        return unit_sentence(unit_then(document, place.borough.code, on), on)
    return bcu_sentence(document, place.code, on)


def bcu_sentence(document: Mapping[str, Any], bcu_code: str, on: dt.date) -> str:
    """Say in a sentence whether a BCU was live on a date."""
    check_known(on, document["models"], "police units")
    row = next(each for each in document["bcus"] if each["bcu_code"] == bcu_code)
    stage, when = stage_on(row, on), date(on.isoformat())
    if stage == UNDER_WAY:
        return f"It went live in the course of {date(row['go_live'])}; the day is not known."
    live = "it was live" if stage == LIVE else "it was not live yet"
    basis = "" if row["go_live_basis"] == KNOWN else f" ({row['go_live_basis']})"
    return f"On {when} {live}: since {date(row['go_live'])}{basis}."
