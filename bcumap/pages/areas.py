"""The first page: the 12 BCUs on a map, with the facts of whatever is chosen beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from bcumap import assets, load
from bcumap.answers import Answer
from bcumap.pages import panels, search
from bcumap.pages.components import loader, sent
from bcumap.words import LEVEL_WORDS, NOT_KNOWN

Facts = Mapping[str, Any]

TABLE_COLUMNS = {
    "bcus": [
        ("name", "BCU"), ("boroughs", "Boroughs"), ("wards", "Wards"),
        ("area", "Area, km²"), ("residents", "Residents"),
        ("promised", "Officers promised"), ("fte", "Strength, FTE"), ("share", "Of the promise"),
    ],
    "boroughs": [
        ("name", "Borough"), ("bcu", "BCU"), ("wards", "Wards"),
        ("area", "Area, km²"), ("residents", "Residents"),
        ("promised", "Officers promised"), ("fte", "Strength, FTE"), ("share", "Of the promise"),
    ],
    "wards": [
        ("name", "Ward"), ("borough", "Borough"), ("bcu", "BCU"),
        ("area", "Area, km²"), ("residents", "Residents"),
    ],
}  # fmt: skip
# What the Met's areas alone have, and what is said where nobody knows.
OFFICER_COLUMNS = ("promised", "fte", "share")
TABLE_UNKNOWN = {
    "bcu": "none: City of London Police",
    "residents": NOT_KNOWN,
    "fte": "no reliable figure",
    "share": NOT_KNOWN,
}

MAP_SCRIPTS = ("leaflet.js", "areas.js", "map.js")
MAP_FILES = (*MAP_SCRIPTS, "areas.topojson", "wards.topojson")


@dataclass(frozen=True)
class Chosen:
    """An area that someone chose."""

    level: str
    code: str


@st.cache_resource
def facts() -> Facts:
    """The prepared facts, read once per process; nobody changes them."""
    return load.facts()


@st.cache_resource
def components() -> tuple[Any, Any]:
    """The map and the table as Streamlit components, registered once per process."""
    styles = "".join(  # ours once more, because the later of two rules wins
        f'<link rel="stylesheet" href="{assets.url(name)}">' for name in ("leaflet.css", "page.css")
    )
    scripts = "".join(
        f'<link rel="preload" as="script" href="{assets.url(name)}">' for name in MAP_SCRIPTS
    )
    first = f'<link rel="preload" as="fetch" href="{assets.url("areas.topojson")}" crossorigin>'
    drawn = component(
        "bcumap_map",
        html=f'{styles}{first}{scripts}<a class="bcumap-skip" href="#bcumap-panel">Skip the map</a>'
        '<div class="bcumap" id="map_bcumap" role="region"'
        ' aria-label="Map of London: Tab moves between areas, Enter opens one"></div>',
        js=loader("host.js"),
        isolate_styles=False,
    )
    listed = component(
        "bcumap_table",
        html='<div class="bcumap-table" tabindex="-1"></div>',
        js=loader("table.js"),
        isolate_styles=False,
    )
    return drawn, listed


def page() -> None:
    """Draw the page."""
    st.html(panels.heading())
    explorer()
    st.html(panels.footer(facts()))


@st.fragment
def explorer() -> None:
    """Search box, map, what is known of the chosen area, and table; a click reruns only this."""
    answer = search.box(on_choose=choose)
    said = st.container()  # always there, so that what follows keeps its place in a rerun
    if answer:
        wanted, problem = answered(answer), None
        said.html(panels.answer_card(answer))
    else:
        wanted, problem = from_link(st.query_params.to_dict(), facts())
    level = st.session_state.get("level", wanted.level if wanted else "bcus")
    if problem:
        said.html(panels.notice(problem))
    chosen = vars(wanted) if wanted else None
    drawn, listed = components()
    left, right = st.columns([5, 3], gap="medium")
    with left:
        drawn(
            key="map",
            data=sent(
                urls={name: assets.url(name) for name in MAP_FILES},
                chosen=chosen,
                found=found(answer),
            ),
            on_choose_change=lambda: choose(st.session_state["map"]["choose"]),
            on_level_change=lambda: show_level(st.session_state["map"]["level"]),
        )
        st.html(panels.legend())
    with right:
        st.html(panels.panel(chosen, facts()))
    listed(
        key="table",
        data=sent(
            url=assets.url("facts.json"),
            level=level,
            columns=TABLE_COLUMNS[level],
            caption=panels.caption(level, facts()),
            chosen=wanted.code if wanted else None,
            unknown=TABLE_UNKNOWN,
            of_met=OFFICER_COLUMNS,
        ),
        on_choose_change=lambda: choose(st.session_state["table"]["choose"]),
    )


def from_link(query: Mapping[str, str], known: Facts) -> tuple[Chosen | None, str | None]:
    """Return the area that a link names, or what to say about a link that names none we know.

    Parameters
    ----------
    query
        The page's parameters: `?bcu=NA`, `?borough=E09000007` or `?ward=E05013653`; the most
        local of them counts.
    """
    for level in ("wards", "boroughs", "bcus"):
        words = LEVEL_WORDS[level]
        code = query.get(words.parameter)
        if code is None:
            continue
        if code.strip().upper() in known[level]:
            return Chosen(level, code.strip().upper()), None
        return None, f"There is no {words.one} with the code “{code[:40]}” in this edition."
    return None, None


def answered(answer: Answer) -> Chosen | None:
    """Return the area that an answer is about."""
    if answer.place is None:
        return None
    place = answer.place
    for level, code in (
        ("wards", place.ward_code), ("boroughs", place.borough_code), ("bcus", place.bcu_code),
    ):  # fmt: skip
        if code:
            return Chosen(level, code)
    return None


def found(answer: Answer | None) -> dict[str, object] | None:
    """Return what the map marks of an answer: a point, and the other wards that are possible."""
    if answer is None or answer.lat is None:
        return None
    others = [other.place.ward_code for other in answer.others if other.place]
    return {"lat": answer.lat, "lon": answer.lon, "label": answer.title, "others": others}


def choose(area: Any) -> None:
    """Put the area that a component names into the page's link, if there is such an area."""
    if not isinstance(area, dict):
        return
    level, code = str(area.get("level")), str(area.get("code"))
    if level in LEVEL_WORDS and code in facts()[level]:
        st.query_params.from_dict({LEVEL_WORDS[level].parameter: code})
        st.session_state["level"] = level


def show_level(level: Any) -> None:
    """Show the table of the level that the map shows."""
    if level in LEVEL_WORDS:
        st.session_state["level"] = level
