"""The words of *How policing areas changed*, as HTML; every value from data is escaped here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from bcumap.app import assets
from bcumap.app.panels import events, explained, table
from bcumap.base.words import FEED, NOT_KNOWN, counted, date, figure
from bcumap.facts.events import Event
from bcumap.facts.history import told_then
from bcumap.facts.history import unit_then as unit_then_of
from bcumap.web import html as told
from bcumap.web.html import cited

Document = Mapping[str, Any]
PAGE = "history"


def heading() -> str:
    """The page's title and what it shows."""
    return (
        '<header class="bcumap-heading"><h1>How policing areas changed</h1><p>How the 32 borough'
        " units of the Met became 12 Basic Command Units (BCUs). Move the date and watch boroughs"
        " merge. Wards and boroughs are drawn as they are today.</p></header>"
    )


def unit_then(name: str, borough_code: str, on: dt.date, document: Document) -> str:
    """Who policed an area on a date."""
    unit = unit_then_of(document, borough_code, on)
    note = f"{unit['note']}. " if unit["note"] else ""
    return (
        f'<section class="bcumap-answer"><h2>{escape(name)}</h2>'
        f"<p><strong>{escape(told_then(unit, on))}</strong></p>"
        f"<p>{escape(note)}<small>Source: {cited(unit['source'])}</small></p></section>"
    )


def timeline_heading() -> str:
    """The title of the timeline, and how it can be followed."""
    base = assets.base_path()
    return (
        '<h2 id="timeline">Everything by date</h2><p class="bcumap-explained">What was decided,'
        " promised, planned and done, each with how it is known, its sources and when they were"
        f' last seen. Follow it as a <a href="{base}/{FEED}" target="_self">feed</a>, or take'
        f' it as <a href="{base}/api/v1/events.csv" target="_self">CSV</a> or'
        f' <a href="{base}/api/v1/events" target="_self">JSON</a>. An area shows what is about it'
        f" and about all of London, with its single front counters.</p>{told.bases()}"
    )


def timeline(shown: Sequence[Event]) -> str:
    """The events that were asked for."""
    return f'<p class="bcumap-explained">{counted(len(shown), "event")}</p>{events(shown, PAGE)}'


def tables(around: Document, facts: Document) -> str:
    """The roll-out as it was printed, and the strength of the Met by month."""
    names = {code: row["name"] for code, row in facts["boroughs"].items()}
    return (
        table(told.ROLL_OUT, told.ROLL_OUT_HEADS, _lines(told.roll_out(around["roll_out"], names)))
        + explained(told.ROLL_OUT_NOTE)
        + table(told.STRENGTH, told.STRENGTH_HEADS, _lines(told.strength(around["strength"])))
        + explained(told.strength_note(around["strength"]))
    )


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )


def structures(rows: Sequence[Mapping[str, Any]]) -> str:
    """How a unit was made up: one column for each description, the earliest first."""
    columns = "".join(
        _structure(str(since), list(each)) for since, each in groupby(rows, lambda row: row["from"])
    )
    return (
        '<h2>A unit, then and now</h2><div class="bcumap-structures">'
        f'{columns}</div><p class="bcumap-explained">As described on the day that stands above'
        " each; what a source leaves out is not shown, and ranks are only given where one states"
        " them.</p>"
    )


def _structure(since: str, rows: list[Mapping[str, Any]]) -> str:
    parts = {
        part: [row for row in rows if row["part"] == part] for part in ("leadership", "function")
    }
    lead, functions = ("".join(map(_box, parts[part])) for part in ("leadership", "function"))
    return (
        f"<section><h3>{escape(date(since))}</h3><p>{escape(rows[0]['unit'])}</p>"
        f'<h4>Leadership</h4><ul class="lead">{lead}</ul>'
        f"<h4>Core functions</h4><ul>{functions}</ul>"
        f"<small>Source: {cited(rows[0]['source'])}</small></section>"
    )


def _box(row: Mapping[str, Any]) -> str:
    number = f"{row['number']} × " if row["number"] and row["number"] > 1 else ""
    basis = "" if row["basis"] == "known" else f" ({row['basis']})"
    note = f"<small>{escape(row['note'])}</small>" if row["note"] else ""
    return f"<li>{escape(number)}{escape(row['item'])}{escape(basis)}{note}</li>"


def money(rows: Sequence[Mapping[str, Any]]) -> str:
    """What it was to save, and what it cost in posts."""
    lines = "".join(
        f'<tr><th scope="row">{escape(row["item"])}<small>{escape(row["note"] or "")}</small></th>'
        f"<td>{_pounds(row['gbp_million'])}</td><td>{_posts(row['posts'])}</td>"
        f"<td>{escape(row['until'] or '–')}</td>"
        f"<td>{escape(row['basis'])}<small>{cited(row['source'])}</small></td></tr>"
        for row in rows
    )
    return table("What it was to save", ("", "Money", "Posts", "Until", "Known how"), lines)


def _pounds(million: float | None) -> str:
    return "–" if million is None else f"£{figure(million, 0)} million"


def _posts(posts: float | None) -> str:
    return "–" if posts is None else figure(posts, 0).replace("-", "−")


def models(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every model in turn, with its source."""
    items = "".join(
        f"<li><strong>{escape(date(row['from']))}</strong>: {escape(row['label'])}"
        f"{'' if row['basis'] == 'known' else ' (' + escape(row['basis']) + ')'};"
        f" units: {NOT_KNOWN if row['units'] is None else row['units']}."
        f" <small>{escape(row['note'] or '')}. Source: {cited(row['source'])}</small></li>"
        for row in rows
    )
    return f'<h2>Step by step</h2><ul class="bcumap-timeline">{items}</ul>'
