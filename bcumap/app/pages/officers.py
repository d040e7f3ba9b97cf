"""Ward officers, area by area: a measure on the map and in a table, and a council's own list."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bcumap.app import assets, panels, search
from bcumap.app.links import answered, choose, found, from_link, query, show_level
from bcumap.app.pages import own_list
from bcumap.app.ui import area_map, area_table, map_data, save_bar, save_data, sent
from bcumap.base.schema import LEVELS
from bcumap.base.words import BY_WARD, LEVEL_WORDS, NO_FIGURE, NO_FIGURE_IN_LIST
from bcumap.facts import measures, views
from bcumap.facts.cached import atlas, facts, happenings
from bcumap.facts.events import OFFICERS, about
from bcumap.facts.measures import MEASURES, Measure

FIRST = "fte_per_ward"
NAMES = {
    "bcus": [("name", "BCU", "")],
    "boroughs": [("name", "Borough", ""), ("bcu", "BCU", "")],
    "wards": [("name", "Ward", ""), ("borough", "Borough", "")],
}


def page() -> None:
    """Draw the page."""
    promise = facts()["officers"]
    told = (views.pcsos(promise), views.since(promise), views.months(facts()))
    st.html(panels.shown("officers.heading", promise["dwo"], *told))
    explorer()
    own_list.section()
    shown = about(happenings(), theme=OFFICERS)
    st.html(panels.folded("What was promised and said of ward officers", shown, "officers"))
    st.html(panels.footer(facts(), "officers"))


@st.fragment
def explorer() -> None:
    """Search box, choice of a measure, map and table; a click reruns only this."""
    answer = search.box(on_choose=choose)
    said = st.container()
    wanted, problem = (answered(answer), None) if answer else from_link(query(), facts())
    if answer:
        said.html(panels.answer_card(answer))
    elif problem:
        said.html(panels.notice(problem))
    level = st.session_state.get("level", wanted.level if wanted else "boroughs")
    measure = _measure()
    left, right = st.columns([5, 4], gap="medium")
    with left:
        area_map()(
            key="map",
            data=map_data(
                chosen=vars(wanted) if wanted else None,
                found=found(answer),
                level=level,
                shading={each: _shading(each, measure) for each in LEVELS},
            ),
            on_choose_change=lambda: choose(st.session_state["map"]["choose"]),
            on_level_change=lambda: show_level(st.session_state["map"]["level"]),
        )
        st.html(_legend(level, measure))
        save_bar()(
            key="save",
            data=save_data("officers", "officers", wanted, level=level, **_shown(level, measure)),
        )
    with right:
        area_table()(
            key="table",
            data=sent(
                url=assets.url("facts.json"),
                level=level,
                columns=[*NAMES[level], *_columns(level, measure)],
                sort=measure.key if _known(level, measure) else None,
                caption=f"{measure.title}: {LEVEL_WORDS[level].plural}",
                chosen=wanted.code if wanted else None,
                unknown={
                    **dict.fromkeys(MEASURES, NO_FIGURE),
                    own_list.KEY: NO_FIGURE_IN_LIST,
                    "bcu": "",
                },
                of_met=[*MEASURES, own_list.KEY],
                given={own_list.KEY: _known(level, measure)} if measure.key == own_list.KEY else {},
            ),
            on_choose_change=lambda: choose(st.session_state["table"]["choose"]),
        )


def _measure() -> Measure:
    """Let the visitor choose a measure; it is part of the link."""
    theirs = own_list.measure()
    known = MEASURES | ({theirs.key: theirs} if theirs else {})
    asked = st.session_state.get("measure") or st.query_params.get("measure")
    st.session_state["measure"] = asked if asked in known else FIRST
    chosen = st.selectbox(
        "What to compare",
        list(known),
        format_func=lambda key: known[key].title,
        key="measure",
        on_change=lambda: st.query_params.update(measure=st.session_state["measure"]),
    )
    st.html(panels.explained(known[chosen].what))
    return known[chosen]


def _known(level: str, measure: Measure) -> dict[str, float | None]:
    """What is known of a measure at a level; nothing where it is known of no area."""
    if measure.key == own_list.KEY:
        given = own_list.latest(level)[1]
        return {code: given.get(code) for code in facts()[level]} if given else {}
    known = measures.values(atlas(), level, measure.key)
    return known if any(value is not None for value in known.values()) else {}


def _shading(level: str, measure: Measure) -> dict[str, Any]:
    """How the map shades the areas of a level, see web/static/areas.js."""
    known = _known(level, measure)
    return {
        "title": measure.title,
        "key": measure.key,
        "values": known if measure.key == own_list.KEY else None,
        "decimals": measure.decimals,
        "breaks": measures.breaks(known.values(), measure),
        "unknown": _unknown(level, measure),
    }


def _unknown(level: str, measure: Measure) -> str:
    if measure.key == own_list.KEY:
        return NO_FIGURE_IN_LIST
    return BY_WARD if level == "wards" and measure.is_of_strength else NO_FIGURE


def _shown(level: str, measure: Measure) -> dict[str, object]:
    """What a picture is told of the measure: its key, or a visitor's own figures."""
    if measure.key == own_list.KEY:
        return {"values": _known(level, measure), "title": measure.title}
    return {"measure": measure.key}


def _legend(level: str, measure: Measure) -> str:
    known = _known(level, measure).values()
    names = measures.labels(known, measures.breaks(known, measure), measure)
    unknown = _unknown(level, measure) if None in known or not known else None
    return panels.legend(views.shading_legend(names, unknown))


def _columns(level: str, measure: Measure) -> list[tuple[str, str, str]]:
    """The measure first, then what it is made of."""
    made_of = ["fte", "committed"] if level != "wards" else ["committed"]
    shown = [measure, *(MEASURES[key] for key in made_of if key != measure.key)]
    return [(each.key, each.short, panels.KINDS[each.decimals]) for each in shown]
