"""Front counters: where they are on any date, how far they are, and the promise of 2012."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from bcumap.app import assets, panels, search
from bcumap.app.links import choose, level_of, move_to
from bcumap.app.pages import counter_site_words, counter_words
from bcumap.app.ui import (
    choice,
    counters_scene,
    draw_map,
    save_bar,
    save_data,
    sent,
    ticked,
    time_bar,
)
from bcumap.base import dates
from bcumap.base.dates import last_on
from bcumap.facts import counters
from bcumap.facts.cached import atlas, happenings
from bcumap.facts.cached import counters as document
from bcumap.facts.counter_measures import BEFORE, FIRST, MEASURES, CounterMeasure
from bcumap.facts.events import COUNTERS, about
from bcumap.facts.hours import LONDON
from bcumap.facts.measures import shades
from bcumap.facts.views import GROUNDS, shading_legend
from bcumap.maps import looks


def page() -> None:
    """Draw the page."""
    st.html(counter_words.heading())
    explorer()
    closed, unplaced = counters.closings(document())
    st.html(counter_words.closings(closed, unplaced, atlas()))
    st.html(counter_words.unlocated(document()))
    shown = about(happenings(), theme=COUNTERS)
    title = "The promise of a counter open 24 hours, and the rest"
    st.html(panels.folded(title, shown, "counters"))
    st.html(panels.footer(atlas(), "counters"))


@st.fragment
def explorer() -> None:
    """Search box, date, map, summary and list; the date moves all of them in the browser."""
    asked, said = search.box("Choose an area on the map.")
    wanted, on = asked.wanted, asked.on
    picture = counters.picture(document(), on)
    if named := counter_site_words.named(asked):
        said.html(named)
    if near := counter_words.place(asked, picture, document()):
        said.html(near)
    st.html(counter_site_words.by_time(asked))
    _time(on)
    left, right = st.columns([5, 4], gap="medium")
    level = level_of(asked)
    with left:
        measure = _measure()
        closed = ticked("Show closed counters too", key="counters-closed", parameter="closed")
        draw_map(asked, shading="kept")
        st.html(panels.legend(shading_legend(MEASURES[measure].classes, MEASURES[measure].unknown)))
        st.html(counter_words.signs())
        save_bar()(
            key="save",
            data=save_data(
                "counters", "counters", wanted, level=level, measure=measure,
                on=on.isoformat(), closed="1" if closed else "",
            ),
        )  # fmt: skip
    with right:
        counters_scene()(
            key="scene",
            data=sent(
                urls={name: assets.url(f"{name}.json") for name in ("counters", "facts")},
                signs=looks.outlines(),
                on=on.isoformat(),
                measure=measure,
                measures={key: _told(each) for key, each in MEASURES.items()},
                before=(last_on(document()["states"], BEFORE) or {}).get("access"),
                closed=closed,
                grounds=GROUNDS,
                page=panels.counter_page(""),
                now=_now(),
            ),
            on_choose_change=lambda: choose(st.session_state["scene"]["choose"]),
        )


def _time(on: dt.date) -> None:
    """The date, and the dates on which something changes."""
    marked = document()["key_dates"]
    states = [state["from"] for state in document()["states"]]
    today = dates.today().isoformat()
    time_bar()(
        key="time",
        data=sent(
            on=on.isoformat(),
            first=states[0],
            last=max(today, states[-1]),
            changes=states,
            marks=[{"from": row["from"], "label": row["label"]} for row in marked],
        ),
        on_on_change=lambda: move_to(st.session_state["time"]["on"]),
    )


def _measure() -> str:
    """Let the visitor choose what the areas are shaded by; it is part of the link."""
    titles = {key: each.title for key, each in MEASURES.items()}
    return choice(
        "What the areas show", titles, key="counters-measure", parameter="measure", first=FIRST
    )


def _told(measure: CounterMeasure) -> dict[str, Any]:
    """A measure as `bcumap.shade` of web/static/areas.js takes it."""
    told = {
        "title": measure.title,
        "breaks": measure.breaks,
        "shades": shades(len(measure.classes)),
        "unknown": measure.unknown,
    }
    if measure.is_distance:
        return {**told, "scale": 0.001, "unit": " km", "decimals": 1}
    return {**told, "words": dict(enumerate(measure.classes)), "decimals": 0}


def _now() -> dict[str, Any]:
    """Which counters are open at this moment, as far as their hours are known."""
    when = dt.datetime.now(LONDON)
    standings = counters.picture(document(), when.date()).standings
    return {
        "on": when.date().isoformat(),
        "time": f"{when:%H:%M}",
        "sites": {site.name: counters.open_at(site, when) for site in standings if site.is_open},
    }
