"""What is told of an area, in words as HTML: the same in the app and in the static site; pure.

Every value from data is escaped here. Links are made by whoever tells: pages know their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from bcumap.base.bases import ANNOUNCED, EVIDENCE, KNOWN, MEANING
from bcumap.base.sources import read as read_sources
from bcumap.base.words import (
    BY_WARD,
    BY_WARD_NOTE,
    CITY_POLICE,
    NOT_KNOWN,
    date,
    figure,
    kilometres,
    listed,
    percent,
)

Facts = Mapping[str, Any]
Row = Mapping[str, Any]
Told = list[tuple[str, str]]  # what it is, and its value as HTML
OFFICER_SOURCES = (
    "Ward officers promised: Mayor of London, 28 December 2017, and Met Police, February 2022."
    " Strengths: Met Police through the London Datastore (e16kd) and an open analysis of it,"
    " October 2026."
)
# Makes a link of a parameter (bcu, borough or ward), a code and a name.
Link = Callable[[str, str, str], str]

# How the day on which a BCU went live is known.
BASIS = {
    KNOWN: "known",
    ANNOUNCED: "due by an announcement; that month is confirmed by the Met’s own data",
    EVIDENCE: "by the Met’s own data; the day is not known",
}


def kind(level: str, row: Row, code: str) -> str:
    """What kind of area one is, and its code."""
    if level == "bcus":
        return f"Basic Command Unit · code {code}"
    if level == "wards":
        return f"Ward · {code}"
    return f"{'Borough' if row['bcu_code'] else 'Not a borough of the Met'} · {code}"


def of_bcu(row: Row, facts: Facts, link: Link) -> Told:
    """What is told of a BCU."""
    boroughs = [(each, facts["boroughs"][each]["name"]) for each in row["boroughs"]]
    return [
        ("Boroughs", ", ".join(link("borough", each, name) for each, name in boroughs)),
        ("Wards", number(row["wards"])),
        ("Area", area(row["area_km2"])),
        ("Residents", residents(row["residents"], facts)),
        ("Went live", _go_live(row)),
        *_officers(row["officers"], row["wards"], facts),
    ]


def of_borough(row: Row, facts: Facts, link: Link) -> Told:
    """What is told of a borough, or of the City."""
    return [
        ("Policed by", police(row["bcu_code"], facts, link)),
        ("Wards", number(row["wards"])),
        ("Area", area(row["area_km2"])),
        ("Residents", residents(row["residents"], facts)),
        *(_officers(row["officers"], row["wards"], facts) if row["bcu_code"] else []),
    ]


def of_ward(row: Row, facts: Facts, link: Link) -> Told:
    """What is told of a ward."""
    borough = facts["boroughs"][row["borough_code"]]
    return [
        ("Borough", link("borough", row["borough_code"], borough["name"])),
        ("Policed by", police(borough["bcu_code"], facts, link)),
        ("Area", area(row["area_km2"])),
        ("Residents", residents(row["residents"], facts)),
        *(_ward_officers(borough, facts) if borough["bcu_code"] else []),
    ]


def _ward_officers(borough: Row, facts: Facts) -> Told:
    """What a ward was promised, and what is known of its borough."""
    promise = facts["officers"]
    told = borough["officers"]
    name = escape(borough["name"])
    if told["fte"] is None:
        of_borough = f"{name} has no reliable figure."
    else:
        per_ward = told["fte"] / borough["wards"]
        of_borough = f"{name} has {figure(per_ward, 1)} FTE for each of its wards, {months(facts)}."
    return [
        (
            "Promised",
            f"{promise['dwo']} ward officers, {pcsos(promise)}<small>{since(promise)}</small>",
        ),
        ("Strength", f"{BY_WARD} <small>{BY_WARD_NOTE} {of_borough}</small>"),
    ]


def _officers(told: Row, wards: int, facts: Facts) -> Told:
    """What the wards of a borough or BCU were promised, and what is known to be there."""
    promise = facts["officers"]
    posts = (
        f"{number(told['committed'])} <small>{number(wards * promise['dwo'])} ward officers and"
        f" {number(wards * promise['pcso'])} PCSOs, {since(promise)}</small>"
    )
    return [("Promised", posts), ("Strength", _strength(told, facts))]


def _strength(told: Row, facts: Facts) -> str:
    missing = escape(listed(told["no_figure_for"]))
    if told["fte"] is None:
        return (
            f"no reliable figure <small>the published one for {missing} is missing or wrong</small>"
        )
    at_least = "at least " if told["at_least"] else ""
    without = f"; no reliable figure for {missing}" if told["at_least"] else ""
    rank = f"; rank {told['rank']} of the {told['ranked']} with a figure" if told["rank"] else ""
    share = f"{at_least}{percent(told['share_of_commitment'])} of the promise"
    return (
        f"{at_least}{figure(told['fte'], 1)} FTE <small>ward officers and PCSOs together,"
        f" {months(facts)}: {share}{rank}{without}</small>"
    )


def pcsos(promise: Row) -> str:
    """How many PCSOs a promise has."""
    return f"{promise['pcso']} PCSO{'' if promise['pcso'] == 1 else 's'}"


def since(promise: Row) -> str:
    """From when on a promise has held."""
    again = f", restated {date(promise['restated'])}" if promise["restated"] else ""
    return f"since {date(promise['since'])}{again}"


def months(facts: Facts) -> str:
    """The months that the strengths are a mean of."""
    first, last = facts["officers"]["months"]
    return f"mean of {date(first)} to {date(last)}"


def police(bcu_code: str | None, facts: Facts, link: Link) -> str:
    """Who polices a borough."""
    if bcu_code is None:
        return f"{CITY_POLICE} <small>a force of its own, in no BCU of the Met</small>"
    return f"{link('bcu', bcu_code, facts['bcus'][bcu_code]['name'])} <small>BCU</small>"


def _go_live(row: Row) -> str:
    basis = row["go_live_basis"]
    ground = "" if basis == KNOWN else f" ({BASIS[basis]})"
    note = f"{row['go_live_note']}. " if row["go_live_note"] else ""
    return (
        f"{date(row['go_live'])}{ground}"
        f"<small>{escape(note)}Planned for {date(row['go_live_planned'])}."
        f" Source: {cited(row['go_live_source'])}</small>"
    )


def cited(source: str) -> str:
    """The sources of a fact, each a link with its publisher's name where it has an address."""
    return "; ".join(
        f'<a href="{escape(each.link)}" rel="noopener noreferrer">{escape(each.name)}</a>'
        if each.link
        else escape(each.name)
        for each in read_sources(source)
    )


def residents(count: float | None, facts: Facts) -> str:
    """How many residents, and of when."""
    if count is None:
        return f"{NOT_KNOWN} <small>ONS publishes no estimate for all of it</small>"
    return f"{number(count)} <small>ONS estimate, {date(facts['residents_as_of'])}</small>"


def legend() -> str:
    """What the lines, the hatching and the colours are."""
    items = [
        ("bcu-line", "BCU"),
        ("borough-line", "Borough"),
        ("ward-line", "Ward"),
        ("thames", "Tidal Thames"),
        ("city", f"City of London: {CITY_POLICE}, not the Met"),
    ]
    keys = "".join(
        f'<li><span class="bcumap-key {css}" aria-hidden="true"></span>{escape(text)}</li>'
        for css, text in items
    )
    return (
        f'<ul class="bcumap-legend" aria-label="Legend">{keys}'
        "<li>Fill colours only tell neighbours apart.</li></ul>"
    )


def counters_near(row: Row | None) -> Told:
    """How far the residents of a ward live from open front counters, on average.

    Parameters
    ----------
    row
        Of `counters.Picture.wards`; None where not all counters of the date are known.
    """
    if row is None:
        return [("Nearest", NOT_KNOWN), ("Never closing", NOT_KNOWN)]
    most = f"<small>for most, {escape(row['nearest'])}</small>" if row["nearest"] else ""
    near = row["within_2km"]
    return [
        ("Nearest", f"{_km(row['nearest_m'])}{most}"),
        ("Never closing", _km(row["nearest_24_7_m"])),
        ("Within 2 km", NOT_KNOWN if near is None else f"{number(near)} residents"),
    ]


def _km(metres: float | None) -> str:
    return NOT_KNOWN if metres is None else kilometres(metres)


def events(shown: Sequence[Any], *, report: Callable[[str], str] = lambda _: "") -> str:
    """A list of events under their years, each with its basis, sources and when they were seen.

    Parameters
    ----------
    shown
        `facts.events.Event`s, the latest first.
    report
        Gives the link that reports an error of an event by its id, or "".
    """
    parts = []
    for year, each in groupby(shown, key=lambda event: event.date[:4]):
        items = "".join(_event(event, report(event.id)) for event in each)
        parts.append(f'<h3>{year}</h3><ul class="bcumap-timeline">{items}</ul>')
    return "".join(parts) or "<p>Nothing is known of that.</p>"


def _event(event: Any, report: str) -> str:
    seen = date(event.seen_on) + (", in a copy" if event.seen_as == "copy" else "")
    wrong = f' <a href="{escape(report)}">Report an error</a>' if report else ""
    return (
        f'<li id="{escape(event.id)}"><strong>{escape(event.when)}</strong> '
        f'<span class="basis">{escape(event.theme)}, {escape(event.basis)}</span>'
        f"<br>{escape(event.text)} <small>Source: {cited(event.source)}. Seen on {seen}.{wrong}"
        "</small></li>"
    )


def bases() -> str:
    """What the words for how a fact is known stand for, folded."""
    items = "".join(
        f"<li><strong>{escape(basis)}</strong>: {escape(meaning)}</li>"
        for basis, meaning in MEANING.items()
    )
    return f"<details><summary>How a fact is known</summary><ul>{items}</ul></details>"


def roll_out(rows: Sequence[Row], names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The rows of the roll-out as printed in February 2018: cluster, boroughs, month, commander.

    Parameters
    ----------
    names
        Of boroughs, by code.
    """
    return [
        (
            escape(row["cluster"]),
            escape(", ".join(names[code] for code in row["borough_codes"].split(";"))),
            "pilot from late 2016" if row["planned"] == "2016" else date(row["planned"]),
            escape(row["commander"]),
        )
        for row in rows
    ]


ROLL_OUT = "The roll-out as printed in February 2018"
ROLL_OUT_HEADS = ("Cluster", "Boroughs", "Planned for", "Commander, as printed")
ROLL_OUT_NOTE = (
    "As printed by London Councils in February 2018: a plan, with the office holders of that day."
    " When each unit did go live is told above."
)
STRENGTH = "The Met in full-time equivalents"
STRENGTH_HEADS = ("Month", "Officers", "PCSOs", "Staff")


def strength(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """The strength of the Met: each March, the ends, and the month with the most officers."""
    most = max(rows, key=lambda row: row["officers"])
    shown = [row for row in rows if row["month"].endswith("-03") or row in (rows[0], most)]
    return [
        (date(row["month"]), *(number(row[name]) for name in ("officers", "pcsos", "staff")))
        for row in shown
    ]


def strength_source(rows: Sequence[Row]) -> str:
    """Whose the strength of the Met is, and until when."""
    until = date(rows[-1]["month"])
    return f"Metropolitan Police, police force strength (London Datastore), to {until}"


def strength_note(rows: Sequence[Row]) -> str:
    """Which months of the strength of the Met are shown, and where they are from."""
    return (
        "Each March, the first and the last month, and the month with the most officers."
        f" Source: {strength_source(rows)}."
    )


def footer(facts: Facts, *, links: str = "", report: str = "") -> str:
    """Where the data comes from, and of when it is; `links` is HTML that stands first."""
    wrong = f'<p><a href="{escape(report)}">Report an error on this page</a></p>' if report else ""
    return (
        f'<footer class="bcumap-footer">{links}{wrong}<p>'
        f"Boundaries: wards of {escape(facts['edition'])}, generalised for this map."
        f" Residents: ONS estimates for {date(facts['residents_as_of'])}."
        " Areas are measured on the British National Grid before generalisation.</p><p>"
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
        " Contains OS data © Crown copyright and database right 2026."
        " Contains Royal Mail data © Royal Mail copyright and database right 2026."
        " BCU names and codes: Met Police, April 2024."
        f" {OFFICER_SOURCES}</p></footer>"
    )


def number(value: float) -> str:
    """A whole number."""
    return figure(value, 0)


def area(value: float) -> str:
    """An area."""
    return f"{figure(value, 2)} km²"
