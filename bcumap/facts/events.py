"""What happened, by date and theme: one list from all tables of facts; reads no file.

It needs nothing but the standard library, so that the serving process may use it. The table of
events holds only what no other has; the rest is derived from them here. An event keeps its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bcumap.base.bases import KNOWN, PLANNED
from bcumap.base.dates import Row, ends, starts
from bcumap.base.schema import THEMES
from bcumap.base.words import date
from bcumap.facts.history import Past

if TYPE_CHECKING:
    from bcumap.facts.areas import Area

STRUCTURE, OFFICERS, COUNTERS, MONEY = THEMES
PRECISION = {4: "year", 7: "month", 10: "day"}  # of a date, by its length; a quarter says so


@dataclass(frozen=True)
class Event:
    """Something that happened, was said or was planned.

    Attributes
    ----------
    date, precision
        As precise as the source: "day", "month", "quarter" (`date` is its first month) or "year".
    theme
        One of `THEMES`.
    areas
        Codes of the BCUs and boroughs that it is about; none: all of the Met.
    basis
        One of `bases.MEANING`.
    source
        See `base.sources`.
    seen_on, seen_as
        When the source was last read; "copy" if only a copy was, "document" or "table".
    local
        Whether it is about one front counter: shown where its borough is asked for.
    """

    id: str
    date: str
    precision: str
    theme: str
    areas: tuple[str, ...]
    text: str
    basis: str
    source: str
    seen_on: str
    seen_as: str
    local: bool = False

    @property
    def when(self) -> str:
        """The date as people write it."""
        if self.precision != "quarter":
            return date(self.date)
        first = starts(self.date)
        last = ends(f"{first.year}-{first.month + 2:02}")
        return f"{first:%B} to {last:%B %Y}"

    @property
    def seen(self) -> str:
        """When its source was last read, and whether only a copy was."""
        return date(self.seen_on) + (", in a copy" if self.seen_as == "copy" else "")


def collect(
    own: Iterable[Row], past: Past, counter_dates: Iterable[Row], counters: Iterable[Row]
) -> list[Event]:
    """Return all events, the latest first.

    Parameters
    ----------
    own
        The table of events.
    past
        The tables of policing models.
    counter_dates, counters
        The tables of key dates and of front counters.
    """
    found = [
        *map(_own, own),
        *_of_units(past.bcus),
        *(_derived("model", row, STRUCTURE, f"{row['label']}. {row['note']}.")
          for row in past.models),
        *(_derived("promise", row, OFFICERS, _promise(row)) for row in past.commitments),
        *(_derived(f"money-{slug(row['item'])}", row, MONEY, _money(row)) for row in past.money),
        *(_derived("counters", row, COUNTERS, _noted(str(row["label"]), row["note"]))
          for row in counter_dates),
        *map(_of_counter, counters),
    ]  # fmt: skip
    return sorted(found, key=lambda each: (starts(each.date), each.id), reverse=True)


def slug(text: str) -> str:
    """Return a text as part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("’", "").replace("'", "")).strip("-")


def _own(row: Row) -> Event:
    areas = tuple(filter(None, str(row["areas"] or "").split(";")))
    names = ("id", "date", "precision", "theme", "text", "basis", "source", "seen_on", "seen_as")
    return Event(**{name: str(row[name]) for name in names}, areas=areas)  # type: ignore[arg-type]


def _derived(
    kind: str, row: Row, theme: str, text: str, areas: Sequence[str] = (), *, local: bool = False
) -> Event:
    """Make an event of a row of another table."""
    since = str(row["from"])
    return Event(
        f"{kind}-{since}", since, PRECISION[len(since)], theme, tuple(areas), text,
        str(row["basis"]), str(row["source"]), str(row["seen_on"]), "table", local,
    )  # fmt: skip


def _of_units(bcus: Iterable[Row]) -> Iterator[Event]:
    """A unit's go-live, and the plan beside it where it was another."""
    for row in bcus:
        seen, since = str(row["seen_on"]), str(row["go_live"])
        code, planned = str(row["bcu_code"]), str(row["go_live_planned"])
        note = f"{row['go_live_note']}. " if row["go_live_note"] else ""
        went = "was due to go live" if len(since) == 10 and "Due" in note else "went live"
        text = f"{row['bcu']} {went}. {note}It had been planned for {date(planned)}."
        yield Event(
            f"unit-{slug(code)}-live", since, PRECISION[len(since)], STRUCTURE, (code,), text,
            str(row["go_live_basis"]), str(row["go_live_source"]), seen, "table",
        )  # fmt: skip
        if planned != since[: len(planned)]:
            yield Event(
                f"unit-{slug(code)}-planned", planned, PRECISION[len(planned)], STRUCTURE, (code,),
                f"{row['bcu']} was planned to go live.", PLANNED,
                str(row["go_live_planned_source"]), seen, "table",
            )  # fmt: skip


def _promise(row: Row) -> str:
    pcsos = f" and {row['pcso']} PCSO" if row["pcso"] else ""
    posts = f"{row['dwo']} ward officer{'' if row['dwo'] == 1 else 's'}{pcsos}"
    return f"{posts} for each ward, {row['status']}. {row['note']}."


def _money(row: Row) -> str:
    sums = [
        f"£{row['gbp_million']:,.0f} million" if row["gbp_million"] is not None else "",
        f"{row['posts']:,.0f} posts".replace("-", "−") if row["posts"] is not None else "",
    ]
    until = f", by {row['until']}" if row["until"] else ""
    return _noted(f"{row['item']}: {', '.join(filter(None, sums))}{until}", row["note"])


def _noted(text: str, note: Any) -> str:
    return f"{text}. {note}." if note else f"{text}."


def _of_counter(row: Row) -> Event:
    name, event = str(row["name"]), str(row["event"])
    text = _noted(f"{name} front counter: {event}", row["note"])
    kind = f"counter-{slug(name)}"
    return _derived(kind, row, COUNTERS, text, (str(row["borough_code"]),), local=True)


def rows(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as dicts, for a prepared document."""
    return [asdict(each) | {"areas": list(each.areas)} for each in events]


def read(document: Mapping[str, Any]) -> list[Event]:
    """Return the events of a prepared document (`store.events_web`)."""
    return [Event(**(row | {"areas": tuple(row["areas"])})) for row in document["events"]]


def about(
    events: Iterable[Event], *, theme: str = "", borough: str = "", bcu: str = ""
) -> list[Event]:
    """Return the events of a theme, or of all; and what concerns a borough or BCU.

    What is about all of the Met concerns each area. Without an area, events of single front
    counters are left out.
    """
    here = {borough, bcu} - {""}
    return [
        each
        for each in events
        if (not theme or each.theme == theme)
        and (not each.local if not here else not each.areas or not here.isdisjoint(each.areas))
    ]


def of_area(area: Area | None) -> dict[str, str]:
    """Return the borough and the BCU that an area stands for, as `about` takes them."""
    above = {"borough": area.borough, "bcu": area.bcu} if area else {}
    return {name: each.code for name, each in above.items() if each}


def faults(events: Iterable[Event], areas: Iterable[str]) -> list[str]:
    """List what cannot be so in events, each with its id."""
    found, known, ids = [], set(areas), set()
    for each in events:
        if each.id in ids:
            found.append(f"{each.id} is there twice; an id is of one event")
        ids.add(each.id)
        if not (each.source and each.basis and each.text):
            found.append(f"{each.id} has no source, basis or text")
        if strange := [code for code in each.areas if code not in known]:
            found.append(f"{each.id} is about {', '.join(strange)}, which is no area")
        expected = PRECISION[len(each.date)]
        if each.precision not in (expected, "quarter") or (
            each.precision == "quarter" and each.date[5:] not in ("01", "04", "07", "10")
        ):
            found.append(f"{each.id}: {each.date} is no {each.precision}")
        if each.basis == KNOWN and re.search(r"\b(was|were) (to|planned)\b", each.text[:60]):
            found.append(f"{each.id} is told as a plan and called known")
    return found
