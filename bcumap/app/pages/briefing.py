"""The words of *My ward*, as HTML; every value from data is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from bcumap.app import assets
from bcumap.app.panels import (
    data_value,
    link,
    months,
    number,
    pcsos,
    police,
    residents,
    since,
    table,
)
from bcumap.base.safe import plain
from bcumap.base.words import (
    BY_WARD,
    BY_WARD_NOTE,
    NO_FIGURE,
    NOT_KNOWN,
    counted,
    date,
    figure,
    listed,
    percent,
)
from bcumap.facts.measures import MEASURES
from bcumap.web.html import cited

if TYPE_CHECKING:
    from bcumap.services.police_uk import Person, Team

Facts = Mapping[str, Any]

STATUS = {
    "in force": "in force",
    "promised": "promised",
    "delivered": "said to be delivered",
    "restated": "said again",
}
# Where anybody can find the team when data.police.uk does not answer.
MET_PAGE = "https://www.met.police.uk/a/your-area/"


def welcome() -> str:
    """What stands on the page as long as no ward is chosen."""
    return (
        '<header class="bcumap-heading"><h1>My ward</h1><p>What your ward was promised, what is'
        " known to be there, and whom to call. Type your postcode or the name of your ward above,"
        " or choose a ward on the map.</p></header>"
    )


def title(code: str, facts: Facts) -> str:
    """The ward's name, and where it is."""
    ward = facts["wards"][code]
    borough = facts["boroughs"][ward["borough_code"]]
    bcu = borough["bcu_code"]
    force = f"{facts['bcus'][bcu]['name']} BCU" if bcu else "City of London Police"
    return (
        f'<header class="bcumap-heading"><h1>{escape(ward["name"])}</h1>'
        f"<p>A ward of {escape(borough['name'])}, policed by {escape(force)}."
        f" <small>{escape(code)}, edition of {escape(facts['edition'])}</small></p></header>"
    )


def not_of_the_met(code: str, facts: Facts) -> str:
    """What is said of a ward of the City."""
    ward = facts["wards"][code]
    return (
        '<section class="bcumap-panel"><p>'
        f"{escape(ward['name'])} is in the City of London, which has a police force of its own. The"
        " promise of ward officers is the Metropolitan Police’s, and no figure here is of the City."
        f"</p><p>{police(None, facts)}</p></section>"
    )


@dataclass(frozen=True)
class OwnFigure:
    """What a visitor's own list says of a ward; `month` is "" if the list has none."""

    fte: float
    month: str
    name: str


def standing(code: str, facts: Facts, *, own: OwnFigure | None = None) -> str:
    """What the ward was promised, and how its borough and BCU stand."""
    ward = facts["wards"][code]
    borough = facts["boroughs"][ward["borough_code"]]
    bcu = facts["bcus"][borough["bcu_code"]]
    promise = facts["officers"]
    per = ward["officers"]["residents_per_committed"]
    rows = [
        (
            "Promised",
            f"{promise['dwo']} ward officers, {pcsos(promise)}<small>{since(promise)}</small>",
        ),
        ("Strength", _strength(own)),
        ("Borough", _stands("borough", ward["borough_code"], borough, facts)),
        ("BCU", _stands("bcu", borough["bcu_code"], bcu, facts)),
        ("Residents", residents(ward["residents"], facts)),
        (
            "Share",
            f"{number(per)} residents <small>for each officer promised</small>"
            if per is not None
            else NOT_KNOWN,
        ),
    ]
    return (
        '<section id="bcumap-panel" class="bcumap-panel" tabindex="-1" aria-live="polite"'
        ' aria-label="What the ward was promised"><h2>Promise and strength</h2>'
        f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in rows)}</dl>"
        "</section>"
    )


def _strength(own: OwnFigure | None) -> str:
    """How many officers a ward has, which only a visitor's own list can say."""
    if own is None:
        return (
            f"{BY_WARD} <small>{BY_WARD_NOTE} What is shipped is of its borough and BCU,"
            " below.</small>"
        )
    when = f", {date(own.month)}" if own.month else ""
    return (
        f"{figure(own.fte, 1)} FTE <small>by your own list, {escape(plain(own.name))}{when};"
        " nobody here has checked it.</small>"
    )


def _stands(parameter: str, code: str, area: Mapping[str, Any], facts: Facts) -> str:
    """How a borough or BCU stands against the promise."""
    told = area["officers"]
    name = f'<a href="{map_link(parameter, code)}" target="_self">{escape(area["name"])}</a>'
    if told["fte"] is None:
        missing = escape(listed(told["no_figure_for"]))
        return f"{name}: {NO_FIGURE} <small>the published one of {missing} cannot be used</small>"
    least = "at least " if told["at_least"] else ""
    rank = f"; rank {told['rank']} of {told['ranked']}" if told["rank"] else ""
    return (
        f"{name}: {least}{figure(told['fte_per_ward'], 1)} FTE a ward"
        f"<small>{least}{figure(told['fte'], 1)} FTE for {number(area['wards'])} wards,"
        f" {months(facts)}: {least}{percent(told['share_of_commitment'])} of the promise"
        f"{rank}</small>"
    )


def comparison_note(facts: Facts) -> str:
    """What the bars compare, and who has none."""
    missing = [
        area["name"]
        for area in facts["boroughs"].values()
        if area["officers"] and area["officers"]["fte"] is None
    ]
    return (
        '<p class="bcumap-explained">Ward officers and PCSOs together, in full-time equivalents'
        f" (FTE), {months(facts)}. The dashed line is the promise of"
        f" {facts['officers']['dwo'] + facts['officers']['pcso']} in each ward; FTE counts everyone"
        " on ward teams, so a borough may stand above it while single wards do not."
        f"{f' {escape(listed(missing))}: {NO_FIGURE}.' if missing else ''}</p>"
    )


def timeline(facts: Facts) -> str:
    """How the promise changed, each step with its source."""
    items = "".join(
        f"<li><strong>{escape(date(each['from']))}</strong>: {_each_ward(each)},"
        f" {STATUS[each['status']]}. <small>{escape(each['note'])}. Source:"
        f" {cited(each['source'])}</small></li>"
        for each in facts["officers"]["timeline"]
    )
    return (
        f'<ul class="bcumap-timeline">{items}</ul><p class="bcumap-explained">Strengths month by'
        " month are in a workbook of the London Datastore, which is not shipped here: bring it to"
        f' <a href="{assets.base_path()}/officers" target="_self">Ward officers</a> to see your'
        " ward’s.</p>"
    )


def _each_ward(promise: Mapping[str, Any]) -> str:
    more = f" and {pcsos(promise)}" if promise["pcso"] else ""
    return f"{promise['dwo']} ward officer{'s' if promise['dwo'] > 1 else ''}{more} in each ward"


def neighbours(code: str, facts: Facts) -> str:
    """The wards that share a boundary with this one."""
    near = [(each, facts["wards"][each]) for each in facts["wards"][code]["neighbours"]]
    rows = "".join(
        _neighbour(each, ward, facts) for each, ward in sorted(near, key=lambda w: w[1]["name"])
    )
    titles = (
        "Ward", "Residents", MEASURES["residents_per_committed"].short, "Borough’s FTE a ward",
    )  # fmt: skip
    return table("Neighbours, on this side of the Thames", titles, rows)


def _neighbour(code: str, ward: Mapping[str, Any], facts: Facts) -> str:
    borough = facts["boroughs"][ward["borough_code"]]
    told = borough["officers"]
    per = ward["officers"]["residents_per_committed"] if ward["officers"] else None
    fte = told["fte_per_ward"] if told else None
    cells = [
        NOT_KNOWN if ward["residents"] is None else number(ward["residents"]),
        number(per) if per is not None else "not the Met" if not told else NOT_KNOWN,
        figure(fte, 1) if fte is not None else NO_FIGURE if told else "not the Met",
    ]
    name = f"{link('ward', code, ward['name'])} <small>{escape(borough['name'])}</small>"
    values = "".join(f"<td{data_value(cell)}>{cell}</td>" for cell in cells)
    return f'<tr data-code="{escape(code)}"><th scope="row">{name}</th>{values}</tr>'


def map_link(parameter: str, code: str) -> str:
    """Where the first page shows an area."""
    return f"{assets.base_path()}/?{parameter}={escape(code)}"


# --- the team ----------------------------------------------------------------------------------


def contact_note() -> str:
    """What to do at once, whoever the team is."""
    return (
        '<p class="bcumap-explained">In an emergency call <strong>999</strong>; when it can wait,'
        " <strong>101</strong>. The team’s own contacts come from data.police.uk when you ask for"
        " them; nothing of them is kept here.</p>"
    )


def team(told: Team, people: Iterable[Person], facts: Facts) -> str:
    """A team as data.police.uk describes it just now."""
    contacts = [
        ("Email", _anchor(f"mailto:{told.email}", told.email)),
        ("Telephone", escape(told.telephone)),
        ("Mobile", escape(told.mobile)),
        ("Page", _anchor(told.web, told.web)),
        ("Also", ", ".join(_anchor(each, each) for each in told.social)),
    ]
    known = [(name, value) for name, value in contacts if value]
    if not known:
        known = [("Contacts", "data.police.uk gives none")]
    promise = facts["officers"]
    listing = (
        f"{counted(told.constables, 'constable')} and {counted(told.pcsos, 'PCSO')} listed"
        f" <small>the promise: {promise['dwo']} ward officers and {pcsos(promise)}. A list of"
        " names says little of who is on duty.</small>"
    )
    rows = [*known, ("Listed", listing)]
    names = "".join(
        f"<li>{escape(who.name)} <small>{escape(who.rank)}</small></li>" for who in people
    )
    return (
        '<section class="bcumap-panel bcumap-team" aria-live="polite"><dl>'
        + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
        + f'</dl><ul class="people">{names}</ul>'
        f"<small>data.police.uk, asked on {date(told.fetched_on.isoformat())}; neither kept nor"
        " printed.</small></section>"
    )


def no_team(ward: str, *, listed: bool) -> str:
    """What to do where data.police.uk has no answer."""
    why = (
        "data.police.uk cannot be reached just now"
        if listed
        else f"data.police.uk has no team for {escape(ward)}"
    )
    return (
        f'<section class="bcumap-panel bcumap-team" role="status"><p><strong>{why}.</strong> Call'
        f" 101 and ask for the Safer Neighbourhoods team of {escape(ward)}, or look on the Met’s"
        f" page, {_anchor(MET_PAGE, MET_PAGE)}.</p></section>"
    )


def _anchor(href: str, text: str) -> str:
    """A link that leaves this site without telling where from; "" if there is none."""
    if not href.startswith(("https://", "http://", "mailto:")):
        return escape(text)
    if not text:
        return ""
    return (
        f'<a href="{escape(href)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{escape(text)}</a>"
    )
