"""What the serving process answers from, opened once: all its pages and routes share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from bcumap.facts import demand as asked
from bcumap.facts import events, store
from bcumap.facts.areas import Atlas
from bcumap.facts.events import Event
from bcumap.facts.find import Finder
from bcumap.facts.places import Files


@cache
def atlas() -> Atlas:
    """Every area; nobody changes what is known of it."""
    return store.atlas()


@cache
def counters() -> Mapping[str, Any]:
    """The prepared front counters of every date."""
    return store.counters_web()


@cache
def history() -> Mapping[str, Any]:
    """The prepared policing models of every date."""
    return store.history_web()


@cache
def demand() -> asked.Demand:
    """Offences, survey and abstraction, of all months."""
    return store.demand()


@lru_cache(maxsize=64)  # three levels of twelve groups, and some earlier months
def demand_report(level: str, on: str | None = None, group: str = asked.ALL) -> asked.Report:
    """Twelve months of the areas of a level: see `demand.report`."""
    return asked.report(demand(), atlas(), level, on=on, group=group)


@cache
def happenings() -> tuple[Event, ...]:
    """All events of the timeline, the latest first."""
    return tuple(events.read(store.events_web()))


@cache
def around() -> Mapping[str, Any]:
    """What stands beside the events: the roll-out as printed, and the Met's strength by month."""
    return {key: rows for key, rows in store.events_web().items() if key != "events"}


@cache
def topology(name: str) -> Mapping[str, Any]:
    """A layer as TopoJSON, parsed when somebody first asks for shapes of it."""
    document: Mapping[str, Any] = json.loads(store.web_files()[name])
    return document


@cache
def context() -> Files:
    """Streets and places, as far as there are any."""
    return store.context()


@cache
def finder() -> Finder:
    """Everything that questions are answered from."""
    return store.finder(atlas())
