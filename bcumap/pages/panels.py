"""The words beside the map, as HTML; every value from data is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from bcumap import assets
from bcumap.answers import Answer, Option, Place, listed
from bcumap.words import CITY_POLICE, LEVEL_WORDS, NOT_KNOWN, PAGES, date

Facts = Mapping[str, Any]

# The kind of a table's column (web/table.js) by the decimals of its measure.
KINDS = {None: "percent", 0: "count", 1: "tenths", 2: "hundredths"}

BASIS = {
    "known": "",
    "announced": " (announced; the day is not known)",
    "planned": " (planned; the actual date is not known)",
}


def heading() -> str:
    """The page's title and what it shows, in a sentence."""
    return (
        '<header class="bcumap-heading"><h1>Who polices your part of London</h1>'
        "<p>The Metropolitan Police covers 32 boroughs with 12 Basic Command Units (BCUs)."
        " Ask for a postcode or a place, or choose an area on the map or in the table.</p></header>"
    )


def officers_heading(facts: Facts) -> str:
    """The title of the page of ward officers, and what it is about."""
    promise = facts["officers"]
    return (
        '<header class="bcumap-heading"><h1>Ward officers: promised and there</h1>'
        f"<p>Every ward was promised {promise['dwo']} dedicated ward officers and"
        f" {pcsos(promise)}, {since(promise)}. What is published of their strength is of"
        f" boroughs, {months(facts)}; where no figure is reliable, this page says so.</p></header>"
    )


def explained(text: str) -> str:
    """A sentence that explains what is above it."""
    return f'<p class="bcumap-explained">{escape(text)}</p>'


def notice(
    text: str, *, instead: str = "Choose an area on the map or in the table instead."
) -> str:
    """Something the visitor should know, such as a link that names no area."""
    return f'<p class="bcumap-notice" role="alert">{escape(text)} {escape(instead)}</p>'


def answer_card(answer: Answer) -> str:
    """The answer to a question, how sure it is, and what else may be meant."""
    look = " choice" if answer.kind == "choice" else "" if answer.certain else " unsure"
    notes = list(answer.notes)
    if answer.certain and answer.boundary_m:
        notes.insert(0, f"{answer.boundary_m:,} m from its ward’s boundary.")
    links = [_perhaps(other.place) for other in answer.others if other.place]
    links += [_option(option) for option in answer.options]
    of = "; ".join(f"{what} of {date(when)}" for what, when in answer.as_of.items())
    return (
        f'<section class="bcumap-answer{look}" aria-live="polite" aria-label="The answer">'
        f"<h2>{escape(answer.title)}</h2><p><strong>{escape(answer.text)}</strong></p>"
        + "".join(f"<p>{escape(note)}</p>" for note in notes)
        + (f"<ul>{''.join(f'<li>{link}</li>' for link in links)}</ul>" if links else "")
        + (f"<small>As of: {escape(of)}.</small>" if of else "")
        + "</section>"
    )


def _perhaps(place: Place) -> str:
    """A link to another ward that may be the right one."""
    force = f"{place.bcu} BCU" if place.bcu else CITY_POLICE
    ward = link("ward", str(place.ward_code), str(place.ward))
    return f"Or perhaps {ward} <small>{escape(f'{place.borough}, {force}')}</small>"


def _option(option: Option) -> str:
    """A link to an area or a question."""
    if option.level == "query":
        shown = f'<a href="?q={quote(option.code)}" target="_self">{escape(option.label)}</a>'
    else:
        shown = link(LEVEL_WORDS[option.level].parameter, option.code, option.label)
    return f"{shown} <small>{escape(option.detail)}</small>"


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


def shading_legend(classes: Sequence[str], unknown: str | None) -> str:
    """What the shades of a measure stand for.

    Parameters
    ----------
    classes
        What each class holds, from the lowest.
    unknown
        What is said where there is no figure; None if every area has one.
    """
    items = [(f"shade-{number}", text) for number, text in enumerate(classes)]
    if unknown:
        items.append(("no-figure", unknown))
    items.append(("city", f"City of London: {CITY_POLICE}, not the Met"))
    keys = "".join(
        f'<li><span class="bcumap-key {css}" aria-hidden="true"></span>{escape(text)}</li>'
        for css, text in items
    )
    return f'<ul class="bcumap-legend" aria-label="Legend">{keys}</ul>'


def units_legend() -> str:
    """What the fills and lines of the map of units are."""
    items = [
        ("unit-borough", "a borough with a unit of its own"),
        ("unit-bcu", "a BCU; colours only tell neighbours apart"),
        ("unit-planned", "dashed: live by a plan or announcement, the actual date not known"),
        ("city", f"City of London: {CITY_POLICE}, not the Met"),
    ]
    keys = "".join(
        f'<li><span class="bcumap-key {css}" aria-hidden="true"></span>{escape(text)}</li>'
        for css, text in items
    )
    return f'<ul class="bcumap-legend" aria-label="Legend">{keys}</ul>'


def caption(level: str, facts: Facts) -> str:
    """The caption of the table of one level, with the edition of the wards it is made of."""
    wards = f"wards of {facts['edition']}"
    return wards.capitalize() if level == "wards" else f"{LEVEL_WORDS[level].plural} ({wards})"


def panel(chosen: Mapping[str, str] | None, facts: Facts) -> str:
    """What is known of the chosen area; read out by screen readers when it changes."""
    if chosen is None:
        body = _london(facts)
    else:
        body = {"bcus": _bcu, "boroughs": _borough, "wards": _ward}[chosen["level"]](
            facts[chosen["level"]][chosen["code"]], chosen["code"], facts
        )
    return (
        '<section id="bcumap-panel" class="bcumap-panel" tabindex="-1" aria-live="polite"'
        f' aria-label="About the chosen area">{body}</section>'
    )


def footer(facts: Facts) -> str:
    """Where the data comes from, and of when it is."""
    return (
        f'<footer class="bcumap-footer">{_pages()}<p>'
        f"Boundaries: wards of {escape(facts['edition'])}, generalised for this map."
        f" Residents: ONS estimates for {date(facts['residents_as_of'])}."
        " Areas are measured on the British National Grid before generalisation.</p><p>"
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
        " Contains OS data © Crown copyright and database right 2026."
        " Contains Royal Mail data © Royal Mail copyright and database right 2026."
        " BCU names and codes: Met Police, April 2024."
        " Ward officers promised: Mayor of London, 28 December 2017, and Met Police, February 2022."
        " Strengths: Met Police through the London Datastore (e16kd) and an open analysis of it,"
        " October 2026.</p></footer>"
    )


def _pages() -> str:
    """Links to all pages: on a phone the navigation is folded away."""
    links = "".join(
        f'<a href="{assets.base_path()}/{path}" target="_self">{escape(title)}</a>'
        for path, title in (*PAGES, ("api", "API"))
    )
    return f'<nav aria-label="All pages">{links}</nav>'


def _london(facts: Facts) -> str:
    met = [row for row in facts["boroughs"].values() if row["bcu_code"]]
    known = all(row["residents"] is not None for row in met)
    people = sum(row["residents"] for row in met) if known else None
    return _card(
        "Metropolitan Police",
        "All of London but the City",
        [
            ("BCUs", str(len(facts["bcus"]))),
            ("Boroughs", str(len(met))),
            ("Wards", number(sum(row["wards"] for row in met))),
            ("Area", _area(sum(row["area_km2"] for row in met))),
            ("Residents", residents(people, facts)),
        ],
    )


def _bcu(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    boroughs = [(each, facts["boroughs"][each]["name"]) for each in row["boroughs"]]
    return _card(
        row["name"],
        f"Basic Command Unit · code {code}",
        [
            ("Boroughs", _list(link("borough", each, name) for each, name in boroughs)),
            ("Wards", number(row["wards"])),
            ("Area", _area(row["area_km2"])),
            ("Residents", residents(row["residents"], facts)),
            ("Went live", _go_live(row)),
            *_officers(row["officers"], row["wards"], facts),
        ],
    )


def _borough(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    return _card(
        row["name"],
        f"{'Borough' if row['bcu_code'] else 'Not a borough of the Met'} · {code}",
        [
            ("Policed by", police(row["bcu_code"], facts)),
            ("Wards", number(row["wards"])),
            ("Area", _area(row["area_km2"])),
            ("Residents", residents(row["residents"], facts)),
            *(_officers(row["officers"], row["wards"], facts) if row["bcu_code"] else []),
        ],
    )


def _ward(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    borough = facts["boroughs"][row["borough_code"]]
    return _card(
        row["name"],
        f"Ward · {code}",
        [
            ("Borough", link("borough", row["borough_code"], borough["name"])),
            ("Policed by", police(borough["bcu_code"], facts)),
            ("Area", _area(row["area_km2"])),
            ("Residents", residents(row["residents"], facts)),
            *(_ward_officers(borough, facts) if borough["bcu_code"] else []),
            ("More", f'<a href="{ward_page(code)}" target="_self">This ward on a page</a>'),
        ],
    )


def _ward_officers(borough: Mapping[str, Any], facts: Facts) -> list[tuple[str, str]]:
    """What a ward was promised, and what is known of its borough."""
    promise = facts["officers"]
    told = borough["officers"]
    name = escape(borough["name"])
    if told["fte"] is None:
        of_borough = f"{name} has no reliable figure."
    else:
        per_ward = told["fte"] / borough["wards"]
        of_borough = f"{name} has {per_ward:.1f} FTE for each of its wards, {months(facts)}."
    return [
        (
            "Promised",
            f"{promise['dwo']} ward officers, {pcsos(promise)}<small>{since(promise)}</small>",
        ),
        ("Strength", f"{NOT_KNOWN} <small>No figure by ward is published. {of_borough}</small>"),
    ]


def _officers(told: Mapping[str, Any], wards: int, facts: Facts) -> list[tuple[str, str]]:
    """What the wards of a borough or BCU were promised, and what is known to be there."""
    promise = facts["officers"]
    posts = (
        f"{number(told['committed'])} <small>{number(wards * promise['dwo'])} ward officers and"
        f" {number(wards * promise['pcso'])} PCSOs, {since(promise)}</small>"
    )
    return [("Promised", posts), ("Strength", _strength(told, facts))]


def _strength(told: Mapping[str, Any], facts: Facts) -> str:
    missing = escape(listed(told["no_figure_for"]))
    if told["fte"] is None:
        return (
            f"no reliable figure <small>the published one for {missing} is missing or wrong</small>"
        )
    at_least = "at least " if told["at_least"] else ""
    without = f"; no reliable figure for {missing}" if told["at_least"] else ""
    rank = f"; rank {told['rank']} of the {told['ranked']} with a figure" if told["rank"] else ""
    share = f"{at_least}{told['share_of_commitment']:.0%} of the promise"
    return (
        f"{at_least}{told['fte']:,.1f} FTE <small>ward officers and PCSOs together,"
        f" {months(facts)}: {share}{rank}{without}</small>"
    )


def pcsos(promise: Mapping[str, Any]) -> str:
    """How many PCSOs a promise has."""
    return f"{promise['pcso']} PCSO{'' if promise['pcso'] == 1 else 's'}"


def since(promise: Mapping[str, Any]) -> str:
    """From when on a promise has held."""
    again = f", restated {date(promise['restated'])}" if promise["restated"] else ""
    return f"since {date(promise['since'])}{again}"


def months(facts: Facts) -> str:
    """The months that the strengths are a mean of."""
    first, last = facts["officers"]["months"]
    return f"mean of {date(first)} to {date(last)}"


def _card(title: str, kind: str, facts: list[tuple[str, str]]) -> str:
    """A title and its facts; their values are HTML already."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f'<h2>{escape(title)}</h2><p class="kind">{escape(kind)}</p><dl>{rows}</dl>'


def police(bcu_code: str | None, facts: Facts) -> str:
    """Who polices a borough."""
    if bcu_code is None:
        return f"{CITY_POLICE} <small>a force of its own, in no BCU of the Met</small>"
    return f"{link('bcu', bcu_code, facts['bcus'][bcu_code]['name'])} <small>BCU</small>"


def _go_live(row: Mapping[str, Any]) -> str:
    note = f"{row['go_live_note']}. " if row["go_live_note"] else ""
    return (
        f"{date(row['go_live'])}{BASIS[row['go_live_basis']]}"
        f"<small>{escape(note)}Source: {escape(row['go_live_source'])}</small>"
    )


def residents(count: float | None, facts: Facts) -> str:
    """How many residents, and of when."""
    if count is None:
        return f"{NOT_KNOWN} <small>ONS publishes no estimate for all of it</small>"
    return f"{number(count)} <small>ONS estimate, {date(facts['residents_as_of'])}</small>"


def ward_page(code: str) -> str:
    """Where *My ward* shows a ward."""
    return f"{assets.base_path()}/ward?ward={escape(code)}"


def link(parameter: str, code: str, name: str) -> str:
    """A link to an area on the same page."""
    return f'<a href="?{parameter}={escape(code)}" target="_self">{escape(name)}</a>'


def _list(items: Any) -> str:
    return ", ".join(items)


def number(value: float) -> str:
    """A whole number."""
    return f"{value:,.0f}"


def _area(value: float) -> str:
    return f"{value:,.2f} km²"
