"""Prepare what the pages say of front counters and policing models on any date, as JSON; pure.

`counters` and `history` read these documents with the standard library alone. Whatever has a date
has it under `from`, so `dates.last_on` finds what holds on a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from bcumap.base.dates import Row, change_days
from bcumap.base.schema import MET
from bcumap.build import distances
from bcumap.build.distances import Homes
from bcumap.facts import counters, history, hours, store
from bcumap.facts import events as happenings
from bcumap.facts.counters import Standing, Tally

REACHED = ("nearest_m", "nearest_24_7_m", *(f"within_{km}km" for km in distances.WITHIN_KM))
LEAST_M = 1.0  # a ward that is worse off by less is not listed

Document = dict[str, Any]


def counters_document(
    events: Sequence[Row],
    dates: Sequence[Row],
    sites: Mapping[str, Row],
    living: Homes,
    areas: Mapping[str, str | None],
) -> Document:
    """Work out all that the page of front counters says.

    Parameters
    ----------
    events, dates
        The tables of front counters and of their key dates.
    sites
        What `counters.sites` returned.
    living
        The residents of the Met's wards.
    areas
        The BCU of each borough; None for the City.

    Returns
    -------
    dict
        `sites`, `events` (see `counters.events_of`), `key_dates`, `ward_codes` (the order of all
        arrays of wards), `states` (from each date on which something changes), `access` (for each
        set of open counters), `closings` and `bank_holidays` (of `hours.BANK_HOLIDAY_YEARS`). The
        form of each is in docs/data.md.
    """
    state_list, access_list, closings = _states(events, dates, sites, living, areas)
    return {
        "sites": [dict(site) for site in sites.values()],
        "events": _events(events),
        "key_dates": list(dates),
        "ward_codes": living.wards["ward_code"].tolist(),
        "states": state_list,
        "access": access_list,
        "closings": closings,
        "bank_holidays": sorted(map(str, hours.bank_holidays(*hours.BANK_HOLIDAY_YEARS))),
    }


def history_document(past: history.Past) -> Document:
    """Work out all that the page of policing models says.

    Returns
    -------
    dict
        `boroughs` (codes, in the order of the arrays), `units` (each once), `changes` (from each
        date: the position in `units` for each borough), `bcus`, `models`, `structures`, `money` and
        `commitments` (the tables). The form of each is in docs/data.md.
    """
    found: dict[history.Unit, int] = {}
    changes = [
        {
            "from": day.isoformat(),
            "model": history.model_on(past, day)["model"],
            "units": [
                found.setdefault(unit, len(found)) for unit in history.units_on(past, day).values()
            ],
        }
        for day in history.change_dates(past)
    ]
    members = pd.DataFrame(past.boroughs).groupby("bcu_code")["borough_code"].agg(list)
    bcus = [
        {key: row[key] for key in row if key != "aliases"} | {"boroughs": members[row["bcu_code"]]}
        for row, _ in history.bcus_on(past, dt.date(2026, 1, 1))
    ]
    return {
        "boroughs": sorted(row["borough_code"] for row in past.boroughs),
        "units": [asdict(unit) for unit in found],
        "changes": changes,
        "bcus": bcus,
        "models": past.models,
        "structures": past.structures,
        "money": past.money,
        "commitments": past.commitments,
    }


def events_document(data: Path) -> Document:
    """Collect all that the timeline says from the tables of a folder.

    Returns
    -------
    dict
        `events` (`events.rows`, the latest first), `roll_out` (the table of February 2018) and
        `strength` (of the Met, by month).
    """
    found = happenings.collect(
        store.records("events", data=data),
        store.past(data=data),
        store.records("counter dates", data=data),
        store.records("front counters", data=data),
    )
    return {
        "events": happenings.rows(found),
        "roll_out": store.records("roll-out 2018", data=data),
        "strength": store.records("officers in all", data=data),
    }


# --- front counters ----------------------------------------------------------------------------


def _events(events: Sequence[Row]) -> list[Document]:
    """Write the events of each site, in order; what a site keeps stands in `sites`."""
    ordered = sorted(events, key=lambda row: (str(row["name"]), str(row["from"])))
    columns = ("name", *counters.OF_EVENT)
    return [{name: str(row[name] or "") for name in columns} for row in ordered]


def _states(
    events: Sequence[Row],
    dates: Sequence[Row],
    sites: Mapping[str, Row],
    living: Homes,
    areas: Mapping[str, str | None],
) -> tuple[list[Document], list[Document], list[Document]]:
    """Work out the states, the access that they refer to, and what closings changed."""
    states: list[Document] = []
    reached: list[_Reached] = []
    closings: list[Document] = []
    for day in change_days(events, dates):
        standings = counters.standing_on(events, day)
        complete = counters.all_known(dates, day)
        now = _Reached(standings, sites, living) if complete else None
        before = reached[-1] if reached and states[-1]["complete"] else None
        if now and before and now.same_as(before):
            now = before
        elif now:
            reached.append(now)
            if before:
                closings += _closings(living, before, now, day)
        states.append(
            {
                "from": day.isoformat(),
                "complete": complete,
                "access": reached.index(now) if now else None,
                "areas": _areas(standings, areas, now, complete=complete),
            }
        )
    return states, [each.document(list(sites)) for each in reached], closings


class _Reached:
    """The access of all wards to the open counters of a date."""

    def __init__(
        self, standings: Sequence[Standing], sites: Mapping[str, Row], living: Homes
    ) -> None:
        self.any = distances.access(living, standings, sites)
        self.always = distances.access(living, standings, sites, always=True)
        self.wards = distances.by_ward(living, self.any, self.always)

    def same_as(self, other: _Reached) -> bool:
        """Whether the same counters are open, and the same never close."""
        mine, theirs = (
            [(each.names, each.left_out) for each in (reached.any, reached.always)]
            for reached in (self, other)
        )
        return mine == theirs

    def document(self, names: Sequence[str]) -> Document:
        """Write the wards as arrays."""
        wards = self.wards
        place = {name: position for position, name in enumerate(names)}
        return {
            "left_out": self.any.left_out,
            "nearest": [place.get(name) for name in wards["nearest"]],
            **{name: _whole(wards[name]) for name in REACHED},
        }


def _whole(values: pd.Series) -> list[int | None]:
    """Round to whole metres or residents; None where not known."""
    return [_rounded(value) for value in values]


def _rounded(value: Any) -> int | None:
    return None if pd.isna(value) else round(value)


def _areas(
    standings: Sequence[Standing],
    bcus: Mapping[str, str | None],
    reached: _Reached | None,
    *,
    complete: bool,
) -> Document:
    """Write the row of every borough and BCU, and of the Met."""
    met = {borough: borough for borough, bcu in bcus.items() if bcu}
    areas: Document = {}
    for key, of in (
        ("borough_code", met),
        ("bcu_code", bcus),
        (MET, dict.fromkeys(met, MET)),
    ):
        tallies = counters.by_area(standings, of, complete=complete)
        told = None
        if reached:
            told = distances.by_area(reached.wards.assign(**{MET: MET}), key)
        for code, tally in tallies.items():
            is_borough = key == "borough_code"
            areas[code] = _counted(tally, is_borough=is_borough) | _access_of(told, code)
    return areas


def _counted(tally: Tally, *, is_borough: bool) -> Document:
    return {
        "counters": tally.counters,
        "open_24_7": tally.open_24_7,
        "promise": tally.promise if is_borough else None,
        "basis": tally.basis,
        "announced": tally.announced,
        "inferred": tally.inferred,
    }


def _access_of(told: pd.DataFrame | None, code: str) -> Document:
    if told is None:
        return dict.fromkeys(REACHED)
    return {name: _rounded(told.at[code, name]) for name in REACHED}


def _closings(living: Homes, before: _Reached, after: _Reached, day: dt.date) -> list[Document]:
    """Write which wards each counter that closed made worse off: position, metres, residents."""
    lost = distances.worse_off(living, before.any, after.any)
    lost = lost[lost["farther_m"] >= LEAST_M]
    place = {code: position for position, code in enumerate(living.wards["ward_code"])}
    return [
        {
            "from": day.isoformat(),
            "counter": name,
            "wards": [
                [place[code], round(metres), _rounded(people)]
                for code, metres, people in zip(
                    rows["ward_code"], rows["farther_m"], rows["residents"], strict=True
                )
            ],
        }
        for name, rows in lost.groupby("counter")
    ]
