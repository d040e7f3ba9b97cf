"""The words of *Front counters*, as HTML; every value from data is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bcumap.app.panels import link, number, table
from bcumap.base.bases import ANNOUNCED, KNOWN
from bcumap.base.words import NOT_KNOWN, counted, date, kilometres, listed
from bcumap.facts.answers import Answer
from bcumap.facts.counters import Closing, Picture, Standing, nearest
from bcumap.web.html import counters_near

Facts = Mapping[str, Any]

# The signs on the map (web/static/counters.js): what stands for what.
SIGNS = (
    ("kind-24-7", "●", "open 24/7"),
    ("kind-reduced", "■", "shorter hours, seven days"),
    ("kind-limited", "▲", "limited hours"),
    ("kind-daytime", "◆", "open by day, or hours not known"),
    ("kind-closed", "✕", "closed"),
)


def heading() -> str:
    """The page's title and what it shows."""
    return (
        '<header class="bcumap-heading"><h1>Front counters</h1><p>Where a Londoner can walk in,'
        " on any date since 2012, and what became of the promise of one counter in every borough"
        " that never closes. Move the date, or ask for your postcode.</p></header>"
    )


def signs() -> str:
    """What the signs on the map are; the shape says as much as the colour."""
    items = "".join(
        f'<li><span class="bcumap-sign {css}" aria-hidden="true">{sign}</span>{escape(text)}</li>'
        for css, sign, text in SIGNS
    )
    return (
        f'<ul class="bcumap-legend" aria-label="Signs">{items}'
        "<li>Dashed: announced, not confirmed.</li></ul>"
    )


def place(
    answer: Answer | None,
    ward: str | None,
    picture: Picture,
    document: Mapping[str, Any],
    facts: Facts,
) -> str:
    """How far it is from the place that was asked for; "" if none was."""
    if answer is not None and answer.easting is not None:
        return _from_point(answer, picture, document)
    if ward is None or facts["wards"][ward]["officers"] is None:
        return ""
    return _from_ward(ward, picture, facts)


def _from_point(answer: Answer, picture: Picture, document: Mapping[str, Any]) -> str:
    points = {site["name"]: site for site in document["sites"]}
    found = nearest(answer.easting or 0, answer.northing or 0, picture.standings, points)
    always = [site for site in picture.standings if site.never_closes]
    ever = nearest(answer.easting or 0, answer.northing or 0, always, points)
    return _card(f"From {answer.title}", _lines(found, ever), picture)


def _lines(
    found: tuple[Standing, int] | None, ever: tuple[Standing, int] | None
) -> list[tuple[str, str]]:
    return [
        ("Nearest", _far(found)),
        ("Never closing", _far(ever)),
    ]


def _far(found: tuple[Standing, int] | None) -> str:
    if found is None:
        return NOT_KNOWN
    site, metres = found
    hours = site.hours or "hours not known"
    ground = "" if site.known_as == KNOWN else f", {site.known_as}"
    far = f"{escape(site.name)}, {kilometres(metres)}"
    return f"{far}<small>{escape(hours)}{ground}</small>"


def _from_ward(code: str, picture: Picture, facts: Facts) -> str:
    lines = counters_near(picture.wards.get(code))
    return _card(f"From {facts['wards'][code]['name']}, on average", lines, picture)


def _card(title: str, lines: Sequence[tuple[str, str]], picture: Picture) -> str:
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in lines)
    state = picture.areas["MET"]["basis"]
    ground = " As announced, not confirmed." if picture.complete and state == ANNOUNCED else ""
    if not picture.complete:
        ground = " Of the counters that are known; there may have been others."
    return (
        f'<section class="bcumap-panel"><h2>{escape(title)}</h2><dl>{rows}</dl><small>On'
        f" {date(picture.on.isoformat())}, in a straight line: by road it is farther.{ground}"
        "</small></section>"
    )


def closings(rows: Sequence[Closing], unplaced: Sequence[str], facts: Facts) -> str:
    """What each closing changed, and for whom; the unplaced ones changed what nobody can say."""
    lines = "".join(_closing(each, facts) for each in rows)
    titles = ("Counter", "Since", "Wards farther away", "Residents", "Most of all")
    return (
        table("What each closing changed", titles, lines)
        + '<p class="bcumap-explained">As announced in October 2025; whether they came so is not'
        f" confirmed. {escape(listed(unplaced))} close too: no source has a postcode of them, so"
        " what that changed is not known. Residents are those whose nearest counter it was: ONS"
        " estimates, spread evenly over the postcodes of their ward that are in use. Distances are"
        " straight lines and averages.</p>"
    )


def _closing(each: Closing, facts: Facts) -> str:
    code, metres = each.most
    ward = facts["wards"][code]
    borough = facts["boroughs"][ward["borough_code"]]["name"]
    farther = f"{kilometres(metres)} farther"
    most = f"{link('ward', code, ward['name'])}, {escape(borough)}: {farther}"
    return (
        f'<tr><th scope="row">{escape(each.counter)}</th><td>{date(each.since)}</td>'
        f'<td>{each.wards}</td><td data-value="{each.residents}">{number(each.residents)}</td>'
        f"<td>{most}</td></tr>"
    )


def unlocated(document: Mapping[str, Any]) -> str:
    """Which counters stand in no distance, because nobody says where they are."""
    names = [site["name"] for site in document["sites"] if site["lat"] is None]
    return (
        f'<p class="bcumap-explained">{counted(len(names), "counter")} without a postcode in any'
        " source are in the list but neither on the map nor in a distance:"
        f" {escape(', '.join(names))}.</p>"
    )
