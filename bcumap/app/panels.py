"""The words beside the map, as HTML; every value from data is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from bcumap.app import assets
from bcumap.base import feedback
from bcumap.base.words import CITY_POLICE, LEVEL_WORDS, PAGES, date
from bcumap.facts.answers import Answer, Option, Place
from bcumap.facts.events import Event
from bcumap.maps.scene import MERGED, OWN_UNIT, UNSURE
from bcumap.web import html as told
from bcumap.web.html import legend as legend
from bcumap.web.html import months as months
from bcumap.web.html import number as number
from bcumap.web.html import pcsos as pcsos
from bcumap.web.html import residents as residents
from bcumap.web.html import since as since

Facts = Mapping[str, Any]

# The kind of a table's column (web/static/table.js) by the decimals of its measure.
KINDS = {None: "percent", 0: "count", 1: "tenths", 2: "hundredths"}


def heading(facts: Facts) -> str:
    """The page's title and what it shows, in a sentence."""
    met = sum(1 for row in facts["boroughs"].values() if row["bcu_code"])
    return (
        '<header class="bcumap-heading"><h1>Who polices your part of London</h1>'
        f"<p>The Metropolitan Police covers {met} boroughs with {len(facts['bcus'])} Basic Command"
        " Units (BCUs)."
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


def table(caption: str, titles: Sequence[str], rows: str = "") -> str:
    """A table with the button that saves it as CSV (web/save.js); its rows are HTML already."""
    name = escape(caption)
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    return (
        '<div class="bcumap-scroll"><button type="button" class="bcumap-csv"'
        f' aria-label="Save “{name}” as CSV">CSV</button><table class="bcumap-plain">'
        f'<caption>{name}</caption><thead><tr>{head}</tr></thead><tbody class="list">{rows}</tbody>'
        "</table></div>"
    )


def data_value(figure: str) -> str:
    """An attribute with the bare number of a figure that is written for people, "" for words."""
    bare = figure.replace(",", "")
    return f' data-value="{bare}"' if bare.replace(".", "", 1).isdigit() else ""


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
        ("unit-borough", OWN_UNIT),
        ("unit-bcu", MERGED),
        ("unit-planned", f"dashed: {UNSURE}"),
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


def footer(facts: Facts, page: str = "") -> str:
    """Where the data comes from, and of when it is; `page` is the path of the page."""
    return told.footer(facts, links=_pages(), report=feedback.link(feedback.stated(), f"/{page}"))


def events(shown: Sequence[Event], page: str) -> str:
    """A list of events, each with the link that reports an error of it."""
    address = feedback.stated()
    return told.events(shown, report=lambda fact: feedback.link(address, f"/{page}", fact))


def folded(title: str, shown: Sequence[Event], page: str) -> str:
    """The same, folded under a title."""
    return (
        f'<details class="bcumap-folded"><summary>{escape(title)} ({len(shown)})</summary>'
        f"{events(shown, page)}</details>"
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
            ("Area", told.area(sum(row["area_km2"] for row in met))),
            ("Residents", residents(people, facts)),
        ],
    )


def _bcu(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    return _card(row["name"], told.kind("bcus", row, code), told.of_bcu(row, facts, link))


def _borough(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    return _card(row["name"], told.kind("boroughs", row, code), told.of_borough(row, facts, link))


def _ward(row: Mapping[str, Any], code: str, facts: Facts) -> str:
    more = ("More", f'<a href="{ward_page(code)}" target="_self">This ward on a page</a>')
    return _card(
        row["name"], told.kind("wards", row, code), [*told.of_ward(row, facts, link), more]
    )


def _card(title: str, kind: str, facts: list[tuple[str, str]]) -> str:
    """A title and its facts; their values are HTML already."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f'<h2>{escape(title)}</h2><p class="kind">{escape(kind)}</p><dl>{rows}</dl>'


def police(bcu_code: str | None, facts: Facts) -> str:
    """Who polices a borough, with a link to its BCU."""
    return told.police(bcu_code, facts, link)


def ward_page(code: str) -> str:
    """Where *My ward* shows a ward."""
    return f"{assets.base_path()}/ward?ward={escape(code)}"


def link(parameter: str, code: str, name: str) -> str:
    """A link to an area on the same page."""
    return f'<a href="?{parameter}={escape(code)}" target="_self">{escape(name)}</a>'
