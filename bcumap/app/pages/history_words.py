"""What *How policing areas changed* tells, in the words of `web/templates/history.html`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from bcumap.app.panels import shown
from bcumap.base.bases import KNOWN, MEANING
from bcumap.base.words import FEED, NOT_KNOWN, counted, date, figure
from bcumap.facts import views
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.events import Event
from bcumap.facts.history import unit_sentence
from bcumap.facts.history import unit_then as unit_then_of
from bcumap.facts.views import Said, Table

Document = Mapping[str, Any]
Row = Mapping[str, Any]


def heading() -> str:
    """The page's title and what it shows."""
    return shown("history.heading")


def unit_then(area: Area | None, on: dt.date, document: Document) -> str:
    """Who policed a borough or ward on a date; "" of any other."""
    if area is None or area.borough is None:
        return ""
    unit = unit_then_of(document, area.borough.code, on)
    note = f"{unit['note']}." if unit["note"] else ""
    return shown("history.unit_then", area.name, unit_sentence(unit, on), note, unit["source"])


def timeline_heading() -> str:
    """The title of the timeline, and how it can be followed."""
    return shown("history.timeline_heading", FEED, MEANING)


def timeline(happened: Sequence[Event]) -> str:
    """The events that were asked for."""
    count = counted(len(happened), "event")
    return shown("history.timeline", count, views.events(happened), page="history")


def tables(around: Document, atlas: Atlas) -> str:
    """The roll-out as it was printed, and the strength of the Met by month."""
    months = around["strength"]
    roll_out = views.roll_out(around["roll_out"], atlas)
    return shown("history.tables", roll_out, views.strength(months), views.strength_source(months))


def structures(rows: Sequence[Row]) -> str:
    """How a unit was made up: one column for each description, the earliest first."""
    described = ((since, list(each)) for since, each in groupby(rows, lambda row: row["from"]))
    columns = [
        {
            "since": date(str(since)),
            "unit": each[0]["unit"],
            "source": each[0]["source"],
            **{
                part: [_item(row) for row in each if row["part"] == part]
                for part in ("leadership", "function")
            },
        }
        for since, each in described
    ]
    return shown("history.structures", columns)


def _item(row: Row) -> Said:
    number = f"{row['number']} × " if row["number"] and row["number"] > 1 else ""
    return Said(f"{number}{row['item']}{_ground(row)}", row["note"] or "")


def _ground(row: Row) -> str:
    return "" if row["basis"] == KNOWN else f" ({row['basis']})"


def money(rows: Sequence[Row]) -> str:
    """What it was to save, and what it cost in posts."""
    heads = ("What", "Money", "Posts", "Until", "Source")
    return shown("parts.table", Table("What it was to save", heads, tuple(
        (
            Said(row["item"], row["note"] or ""),
            Said(_pounds(row["gbp_million"])),
            Said(_posts(row["posts"])),
            Said(row["until"] or "–"),
            Said(row["basis"], source=row["source"]),
        )
        for row in rows
    )))  # fmt: skip


def _pounds(million: float | None) -> str:
    return "–" if million is None else f"£{figure(million, 0)} million"


def _posts(posts: float | None) -> str:
    return "–" if posts is None else figure(posts, 0).replace("-", "−")


def models(rows: Sequence[Row]) -> str:
    """Every model in turn, with its source."""
    return shown("history.models", [
        {
            "since": date(row["from"]),
            "text": f"{row['label']}{_ground(row)}",
            "units": NOT_KNOWN if row["units"] is None else row["units"],
            "note": row["note"] or "",
            "source": row["source"],
        }
        for row in rows
    ])  # fmt: skip
