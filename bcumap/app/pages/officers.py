"""Ward officers, area by area: a measure on the map and in a table, and a council's own list."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bcumap.app import panels, search
from bcumap.app.links import level_of
from bcumap.app.pages import own_list
from bcumap.app.ui import choice, draw_map, draw_table, save_bar, save_data
from bcumap.base.schema import LEVELS
from bcumap.base.words import LEVEL_WORDS, NO_FIGURE_IN_LIST
from bcumap.facts import measures, views
from bcumap.facts.cached import atlas, happenings
from bcumap.facts.events import OFFICERS, about
from bcumap.facts.measures import EVERY, MEASURES, OF_TEAMS, Measure, offered

NAMES = {
    "bcus": [("name", "BCU", "")],
    "boroughs": [("name", "Borough", ""), ("bcu", "BCU", "")],
    "wards": [("name", "Ward", ""), ("borough", "Borough", "")],
}


def page() -> None:
    """Draw the page."""
    promise = atlas().promise
    told = (views.pcsos(promise), views.since(promise), *views.strength_months(atlas()))
    st.html(panels.shown("officers.heading", promise["dwo"], *told))
    explorer()
    own_list.section()
    shown = about(happenings(), theme=OFFICERS)
    st.html(panels.folded("What was promised and said of ward officers", shown, "officers"))
    st.html(panels.footer(atlas(), "officers"))


@st.fragment
def explorer() -> None:
    """Search box, choice of a measure, map and table; a click reruns only this."""
    asked, _ = search.box()
    level = level_of(asked)
    measure = _measure()
    left, right = st.columns([5, 4], gap="medium")
    with left:
        draw_map(asked, shading={each: _shading(each, measure) for each in LEVELS})
        st.html(_legend(level, measure))
        if level == "wards" and (told := _of_wards(measure)):
            st.html(panels.explained(told))
        save_bar()(
            key="save",
            data=save_data(
                "officers", "officers", asked.wanted, level=level, **_shown(level, measure)
            ),
        )
    with right:
        if asked.wanted:
            st.html(panels.panel(asked.wanted, atlas(), calls=asked.answer is None))
        draw_table(
            asked,
            level,
            columns=[*NAMES[level], *_columns(level, measure)],
            sort=measure.key if _known(level, measure) else None,
            caption=f"{measure.title}: {LEVEL_WORDS[level].plural}",
            unknown={
                **{
                    key: _unknown(level, each)
                    for key, each in (EVERY | {measure.key: measure}).items()
                },
                "bcu": "",
            },
            of_met=[*EVERY, own_list.KEY],
            given={own_list.KEY: _known(level, measure)} if measure.key == own_list.KEY else {},
        )


def _of_wards(measure: Measure) -> str:
    """Of when a measure of wards is, and what is not here of them."""
    if measure.is_of_strength and atlas().ward_months:
        when = views.ward_months(atlas())
    else:
        when = f"Of wards: {views.listed_when(atlas())}." if measure.key in OF_TEAMS else ""
    return f"{when} {views.to_add(atlas())}".strip()


def _measure() -> Measure:
    """Let the visitor choose a measure; it is part of the link."""
    theirs = own_list.measure()
    known = offered(atlas()) | ({theirs.key: theirs} if theirs else {})
    titles = {key: each.title for key, each in known.items()}
    chosen = choice(
        "What to compare", titles, key="measure", parameter="measure", first=measures.FIRST
    )
    st.html(panels.explained(known[chosen].what))
    return known[chosen]


def _known(level: str, measure: Measure) -> dict[str, float | None]:
    """What is known of a measure at a level; nothing where it is known of no area."""
    if measure.key == own_list.KEY:
        given = own_list.latest(level)[1]
        return {code: given.get(code) for code in atlas().levels[level]} if given else {}
    known = measures.values(atlas(), level, measure.key)
    return known if any(value is not None for value in known.values()) else {}


def _shading(level: str, measure: Measure) -> dict[str, Any]:
    """How the map shades the areas of a level, see web/static/areas.js."""
    known = _known(level, measure)
    return panels.measured(
        measure,
        known.values(),
        _unknown(level, measure),
        key=measure.key,
        values=known if measure.key == own_list.KEY else None,
    )


def _unknown(level: str, measure: Measure) -> str:
    if measure.key == own_list.KEY:
        return NO_FIGURE_IN_LIST
    return measures.unknown(atlas(), level, measure)


def _shown(level: str, measure: Measure) -> dict[str, object]:
    """What a picture is told of the measure: its key, or a visitor's own figures."""
    if measure.key == own_list.KEY:
        return {"values": _known(level, measure), "title": measure.title}
    return {"measure": measure.key}


def _legend(level: str, measure: Measure) -> str:
    known = _known(level, measure).values()
    return panels.legend(views.measure_legend(measure, known, _unknown(level, measure)))


def _columns(level: str, measure: Measure) -> list[tuple[str, str, str]]:
    """The measure first, then what it is made of."""
    has_strength = level != "wards" or atlas().ward_months
    made_of = ["fte", "committed"] if has_strength else ["committed"]
    shown = [measure, *(MEASURES[key] for key in made_of if key != measure.key)]
    return [(each.key, each.short, panels.KINDS[each.decimals]) for each in shown]
