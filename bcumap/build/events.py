"""Whether the events of front counters can be so: each row, their order, and their sums; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bcumap.base.dates import FIRST_DAY, LAST_DAY, Row, starts
from bcumap.base.errors import DataError
from bcumap.base.schema import CLOSED, OPEN
from bcumap.facts.counters import OF_SITE, standing_on, tally
from bcumap.facts.hours import ALWAYS, NEVER_CLOSES, hours_fault

# The state that some events leave; after any other it is what the row says.
STATE_AFTER = {"open": OPEN, "reopened": OPEN, "hours changed": OPEN, "closed": CLOSED}
# Events after which a site is or may be open, and that need one that is not closed.
_NEED_A_SITE_IN_USE = ("to close", "stays", "hours changed", "closed")


def check_events(events: Sequence[Row], boroughs: Iterable[str], *, where: str) -> None:
    """Raise one DataError that lists every fault of a table of events."""
    if faults := event_faults(events, boroughs):
        raise DataError(f"{where}: {'; '.join(faults)}")


def event_faults(events: Sequence[Row], boroughs: Iterable[str]) -> list[str]:
    """List what cannot be so in a table of events, each with the site that it is about.

    Parameters
    ----------
    boroughs
        GSS codes of the Met's boroughs.
    """
    known = set(boroughs)
    ordered = sorted(events, key=lambda row: (str(row["name"]), str(row["from"])))
    faults = []
    for name, rows in groupby(ordered, key=lambda row: str(row["name"])):
        site = list(rows)
        faults += [
            f"{name}: {fault}" for fault in (*_row_faults(site, known), *_order_faults(site))
        ]
    return faults


def total_faults(events: Sequence[Row], dates: Iterable[Row]) -> list[str]:
    """List the key dates whose stated totals the events do not add up to, where all are known."""
    faults = []
    for row in dates:
        if row["complete"] != "yes":
            continue
        found = tally(standing_on(events, starts(str(row["from"]))), complete=True)
        faults += [
            f"{number} {what} on {row['from']}, but its source says {row[column]}"
            for what, column, number in (
                ("counters are open", "counters", found.counters),
                ("counters never close", "open_24_7", found.open_24_7),
            )
            if row[column] is not None and int(row[column]) != number
        ]
    return faults


def _row_faults(site: Sequence[Row], boroughs: set[str]) -> Iterator[str]:
    """Find what is wrong with the rows of a site, each for itself."""
    for column in OF_SITE:
        if len(found := sorted({str(row[column]) for row in site})) > 1:
            yield f"has more than one {column}: {', '.join(found)}; expected the same in every row"
    if (code := str(site[0]["borough_code"])) not in boroughs:
        yield f"{code} is none of the Met's boroughs; correct the borough_code"
    for row in site:
        state, kind, hours = row["state"], row["kind"] or "", row["hours"] or ""
        if state != STATE_AFTER.get(str(row["event"]), state):
            yield f"is {state} after {row['event']!r} on {row['from']}; correct one of the two"
        if row["due"] and row["event"] != "to close":
            yield f"{row['event']!r} on {row['from']} is due on {row['due']}; only a closing can be"
        if state != OPEN and (kind or hours):
            yield f"is {state} on {row['from']} and has hours all the same; leave them empty"
        if (kind == ALWAYS) != (hours == NEVER_CLOSES):
            yield f"is of the kind {kind!r} with the hours {hours!r} on {row['from']}"
        if hours and (fault := hours_fault(hours)):
            yield f"{fault} ({row['from']})"


def _order_faults(site: Sequence[Row]) -> Iterator[str]:
    """Find events of a site that cannot follow one another."""
    dates = []
    for row in site:
        try:
            dates.append(starts(str(row["from"])))
        except DataError as error:
            yield str(error)
            continue
        if not FIRST_DAY <= dates[-1] <= LAST_DAY:
            yield f"{row['from']} is out of range; expected {FIRST_DAY:%Y} to {LAST_DAY:%Y}"
    if len(dates) < len(site):
        return
    previous: Row | None = None
    for row, at, before in zip(site, dates, [None, *dates], strict=False):
        if previous is not None and at == before:
            yield (
                f"{previous['event']!r} and {row['event']!r} are both from {row['from']};"
                " expected one event at a time"
            )
        elif fault := _cannot_follow(previous, row):
            yield fault
        previous = row


def _cannot_follow(previous: Row | None, row: Row) -> str:
    """Say why an event cannot follow another (None: it is the first); "" if it can."""
    event, date = row["event"], row["from"]
    if previous is None:
        return (
            f"closes on {date}, and no row says that it was open before"
            if event == "closed"
            else ""
        )
    was_closed = previous["state"] == CLOSED
    if was_closed and event == "open":
        return (
            f"closes on {previous['from']}, before it opens on {date}; correct the dates, or call"
            " the opening 'reopened'"
        )
    if was_closed and event in _NEED_A_SITE_IN_USE:
        return f"is closed since {previous['from']}, so it cannot be {event!r} on {date}"
    if not was_closed and event == "reopened":
        return f"is 'reopened' on {date}, but was not closed before"
    return ""
