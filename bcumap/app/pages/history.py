"""How policing areas changed: 32 borough units to 12 BCUs, on a map that moves with the date."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from bcumap.app import assets, panels, search
from bcumap.app.links import from_link, ignored, move_to, query
from bcumap.app.pages import history_words
from bcumap.app.ui import (
    choice,
    draw_map,
    save_bar,
    save_data,
    sent,
    time_bar,
    units_scene,
)
from bcumap.base import dates
from bcumap.base.schema import COMMITMENT_HOLDS, THEMES
from bcumap.base.words import ATTRIBUTION
from bcumap.facts import events
from bcumap.facts.cached import around, atlas, happenings
from bcumap.facts.cached import history as document
from bcumap.facts.views import BASIS, by_name
from bcumap.maps.looks import COLOURS
from bcumap.maps.scene import UNSURE_UNITS


def page() -> None:
    """Draw the page."""
    st.html(history_words.heading())
    explorer()
    st.html(history_words.structures(document()["structures"]))
    left, right = st.columns(2, gap="medium")
    left.html(history_words.money(document()["money"]))
    right.html(history_words.models(document()["models"]))
    timeline()
    st.html(history_words.tables(around(), atlas()))
    st.html(panels.footer(atlas(), "history"))


@st.fragment
def explorer() -> None:
    """Search box, date, map and summary; the date moves all of them in the browser."""
    asked, said = search.box("Ask for another place.")
    wanted, on = asked.wanted, asked.on
    if told := history_words.unit_then(wanted, on, document()):
        said.html(told)
    _time(on)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        # Its units are no areas to choose, and it keeps to one level.
        draw_map(asked, level=None, look="units", on_choose=ignored, on_level=ignored)
        st.html(panels.legend(panels.UNITS_LEGEND))
        save_bar()(key="save", data=save_data("history", "bcus", wanted, on=on.isoformat()))
    with right:
        units_scene()(
            key="scene",
            data=sent(
                urls={"history": assets.url("history.json")},
                on=on.isoformat(),
                colours=dict(COLOURS),
                holds=list(COMMITMENT_HOLDS),
                attribution=ATTRIBUTION,
                basis=BASIS,
                unsure=UNSURE_UNITS,
            ),
        )


@st.fragment
def timeline() -> None:
    """All events by date, of a theme, and of the area that the link names."""
    st.html(history_words.timeline_heading())
    wanted, _ = from_link(query(), atlas())
    left, right = st.columns(2, gap="medium")
    themes = {each: each.capitalize() or "All themes" for each in ("", *THEMES)}
    theme = choice("Theme", themes, key="theme", parameter="theme", first="", place=left)
    areas = (*by_name(atlas().levels["boroughs"].values()), *atlas().levels["bcus"].values())
    place = choice(
        "What concerns",
        {"": "All of London"} | {area.code: area.called for area in areas},
        key="about",
        parameter="about",
        first=(wanted.borough or wanted).code if wanted else "",
        place=right,
    )
    shown = events.about(happenings(), theme=theme, **events.of_area(atlas().get(place)))
    st.html(history_words.timeline(shown))


def _time(on: dt.date) -> None:
    """The date, and the dates on which something changes."""
    changes = [change["from"] for change in document()["changes"]]
    time_bar()(
        key="time",
        data=sent(
            on=on.isoformat(),
            first=changes[0],
            last=max(dates.today().isoformat(), changes[-1]),
            changes=changes,
            marks=[{"from": row["from"], "label": row["label"]} for row in document()["models"]],
        ),
        on_on_change=lambda: move_to(st.session_state["time"]["on"]),
    )
