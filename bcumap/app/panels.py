"""What the pages of the app show, as HTML: views of facts in the templates that all share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from functools import partial
from urllib.parse import quote

from bcumap.app import assets
from bcumap.base import feedback
from bcumap.base.bases import KNOWN, MEANING
from bcumap.base.words import (
    ABOUT,
    COMPARE,
    COUNTER,
    LEVEL_WORDS,
    NOT_KNOWN,
    PAGES,
    date,
    kilometres,
)
from bcumap.facts import counters, views
from bcumap.facts.answers import Answer
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.cached import counters as counter_document
from bcumap.facts.events import Event
from bcumap.facts.hours import LONDON
from bcumap.facts.measures import Measure, breaks, shades
from bcumap.facts.views import Key, Legend
from bcumap.maps.scene import MERGED, OWN_UNIT, UNSURE
from bcumap.web import render
from bcumap.web.render import Where

CHOOSE = "Choose an area on the map or in the table instead."
# The kind of a table's column (web/static/table.js) by the decimals of its measure.
KINDS = {None: "percent", 0: "count", 1: "tenths", 2: "hundredths"}
UNITS_LEGEND = Legend((
    Key("unit-borough", OWN_UNIT),
    Key("unit-bcu", MERGED),
    Key("unit-planned", f"dashed: {UNSURE}"),
    Key("city", views.CITY_OF_LONDON),
))  # fmt: skip


def shown(
    part: str, *values: object, page: str = "", href: Callable[[str, str], str] | None = None
) -> str:
    """Return a part of a page (`render.part`).

    Parameters
    ----------
    page
        The path of the page, for whoever reports an error of it.
    href
        Where its links lead, if not where those of others do (`link`).
    """
    report = partial(feedback.link, feedback.stated(), f"/{page}")
    where = Where(href or link, "_self", assets.base_path(), report)
    return render.part(part, *values, where=where)


def link(level: str, code: str) -> str:
    """Where a page shows an area, or asks a question; "map" is the first page with an area.

    "counter" is the page of a front counter.
    """
    if level == "counter":
        return counter_page(code)
    if level == "map":
        return f"{assets.base_path()}/{link(*code.split('/'))}"
    parameter = "q" if level == "query" else LEVEL_WORDS[level].parameter
    return f"?{parameter}={quote(code, safe='')}"


def comparing(code: str) -> str:
    """Where an area is compared with others."""
    return f"{assets.base_path()}/{COMPARE}?a={quote(code)}"


def counter_page(name: str) -> str:
    """Where all of a front counter is told."""
    return f"{assets.base_path()}/{COUNTER}?site={quote(name)}"


def heading(atlas: Atlas) -> str:
    """The title of the first page, and what it shows."""
    return shown("parts.front", len(atlas.force.boroughs), len(atlas.levels["bcus"]))


def explained(text: str) -> str:
    """A sentence that explains what is above it."""
    return shown("parts.explained", text)


def notice(text: str, *, instead: str = CHOOSE) -> str:
    """Something the visitor should know, such as a link that names no area."""
    return shown("parts.notice", text, instead)


def answer_card(
    answer: Answer, *, own: bool = False, href: Callable[[str, str], str] | None = None
) -> str:
    """The answer to a question, whom to call there, how sure it is, and what else may be meant.

    Parameters
    ----------
    own
        Whether the areas that it names are linked: a page that has no script yet shows no panel.
    href
        Where its links lead, if not where those of others do.
    """
    place = answer.place
    ward = place.ward if place else None
    team = ward_page(ward.code) if ward else ""
    city = bool(place and not place.bcu)
    beside = comparing(place.code) if place else ""
    near = _counter_near(answer)
    return shown("parts.answer", views.card(answer), own, team, city, near, beside, href=href)


def _counter_near(answer: Answer) -> dict[str, str] | None:
    """The nearest open front counter to a place of the Met's, and whether it is open now."""
    of_the_met = answer.place and answer.place.bcu
    if answer.easting is None or answer.northing is None or not of_the_met:
        return None
    now = dt.datetime.now(LONDON)
    points = {site["name"]: site for site in counter_document()["sites"]}
    standings = counters.picture(counter_document(), now.date()).standings
    found = counters.nearest(answer.easting, answer.northing, standings, points)
    if found is None:
        return None
    site, metres = found
    return {
        "href": f"{counter_page(site.name)}&q={quote(answer.title)}",
        "name": site.name,
        "far": kilometres(metres),
        "open": f"now {counters.open_at(site, now)}; hours: {site.hours or NOT_KNOWN}"
        + ("" if site.known_as == KNOWN else f", {site.known_as}"),
    }


def legend(told: Legend = views.AREAS_LEGEND, *, is_live: bool = True) -> str:
    """What looks on a map stand for; of a live one also its marks."""
    return shown("parts.legend", told, views.MARKS if is_live else ())


def measured(
    measure: Measure, known: Collection[float | None], unknown: str, **more: object
) -> dict[str, object]:
    """How the map shades areas by a measure, see `bcumap.shade` in web/static/areas.js."""
    limits = breaks(known, measure)
    return {
        "title": measure.title,
        "decimals": measure.decimals,
        "breaks": limits,
        "shades": shades(len(limits) + 1),
        "unknown": unknown,
        "of_strength": measure.is_of_strength,
        **more,
    }


def panel(chosen: Area | None, atlas: Atlas, *, calls: bool = True) -> str:
    """What is known of the chosen area, or of all that the Met polices.

    Parameters
    ----------
    calls
        Whether it says whom to call, and leads to a comparison: not beside an answer that does.
    """
    if chosen is None:
        return shown("parts.panel", views.london(atlas))
    team = ward_page(chosen.code) if chosen.ward else ""
    beside = comparing(chosen.code) if calls else ""
    return shown("parts.panel", views.panel(chosen), beside, calls, team, chosen.bcu is None)


def ward_page(code: str) -> str:
    """Where all of a ward is told, and its team is asked for."""
    return f"{assets.base_path()}/ward?ward={quote(code)}"


def footer(atlas: Atlas, page: str = "") -> str:
    """Where the data comes from, and of when it is; `page` is the path of the page."""
    return shown(
        "parts.footer",
        atlas.edition,
        date(atlas.residents_as_of),
        views.officer_sources(atlas),
        views.seen(atlas),
        (*PAGES, ("api", "API"), (ABOUT, "About, privacy, accessibility")),
        feedback.link(feedback.stated(), f"/{page}"),
    )


def folded(title: str, happened: Sequence[Event], page: str) -> str:
    """A list of events, folded under a title."""
    return shown("parts.folded", views.events(happened, title), page=page)


def bases() -> str:
    """What the words for how a fact is known stand for, folded."""
    return shown("parts.bases", MEANING)
