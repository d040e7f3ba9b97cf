"""The search box that every page begins with, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.components.v2 import component
from streamlit.delta_generator import DeltaGenerator

from bcumap.app import assets, heads, panels
from bcumap.app.links import (
    COMPARED,
    KEPT,
    PAGE,
    PLACE,
    Asked,
    answered,
    choose,
    day_of,
    forget,
    from_link,
    kept,
    put,
    query,
    read_slots,
)
from bcumap.app.panels import shown
from bcumap.app.routes import SUGGEST
from bcumap.app.ui import loader, sent
from bcumap.base import dates, words
from bcumap.base.errors import BcuMapError
from bcumap.base.words import ALL_PAGES, COMPARE, COUNTER
from bcumap.facts import counter_sites, views
from bcumap.facts.answers import Answer, nothing
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas, counters, finder, history
from bcumap.facts.comparing import SLOTS
from bcumap.facts.find import LONGEST_QUERY

_runs = count()
FULL = "Four areas are compared at most: remove one first."


@st.cache_resource
def _component() -> Any:
    style = f'<link rel="stylesheet" href="{assets.url("page.css")}">'
    return component(
        "bcumap_search",
        html=style + shown("parts.search", LONGEST_QUERY),
        js=loader("search.js"),
        isolate_styles=False,
    )


def box(
    instead: str = panels.CHOOSE, *, is_shown: Callable[[Asked], bool] = lambda _: True
) -> tuple[Asked, DeltaGenerator]:
    """Draw the box, the answer to what the page's link asks (?q=), and what is wrong with the link.

    Parameters
    ----------
    instead
        What to do where the link names no area.
    is_shown
        Whether the page shows the answer.

    Returns
    -------
    Asked, DeltaGenerator
        The place below the answer is always there, so that what follows it stays where it is.
    """
    if st.session_state.pop("own-forgotten", False):
        st.rerun()  # what came of the list stands in another part of the page
    link = query()
    asks = read(st.session_state.get(PAGE, ""), link)
    own = st.session_state.get("own")
    st.session_state[COMPARED] = asks.compared
    _component()(
        key="search",
        data=sent(
            url=f"{assets.base_path()}{SUGGEST}",
            asked=link.get("q", ""),
            run=next(_runs),  # always another, so that the box hears of every answer
            pages=[f"{assets.base_path()}/{path}" for path, _ in ALL_PAGES],
            link=urlencode(st.session_state.get("taken_up", {})),
            place_names=list(PLACE),
            keeps=list(KEPT),
            title=asks.answer.title if asks.answer else "",
            **_heard(asks),
            list=own.name if own else "",
            read=own.heard if own else "",
        ),
        on_ask_change=lambda: ask(st.session_state["search"]["ask"]),
        on_choose_change=lambda: choose(st.session_state["search"]["choose"]),
        on_ping_change=lambda: None,
        on_forget_change=lambda: _forget(st.session_state["search"]["forget"]),
    )
    st.set_page_config(page_title=heads.head(asks).title)
    said = st.container()
    if asks.answer and is_shown(asks):
        said.html(panels.answer_card(asks.answer))
    for text, instead_of_it in ((asks.problem, instead), (asks.late, "")):
        if text:
            said.html(panels.notice(text, instead=instead_of_it))
    return asks, said


def read(name: str, query: Mapping[str, str]) -> Asked:
    """Read what an address asks of a page."""
    texts = dict(query)
    text = texts.get("q", "").strip()
    found = answer(text) if text else None
    wanted, problem = (answered(found), None) if found else from_link(texts, atlas())
    on, late = dates.today(), None
    compared: tuple[Area, ...] = ()
    if name == COMPARE:
        compared, missing = read_slots(texts, atlas())
        problem = missing or problem
        if wanted and wanted not in compared:
            late = FULL if len(compared) == len(SLOTS) else None
            compared = (*compared, wanted)[: len(SLOTS)]
    if name == COUNTER and texts.get("site") and not counter_sites.site(counters(), texts["site"]):
        problem = f"There is no front counter called “{texts['site'][:40]}”."
    if name in ("counters", "history"):
        rows, what = {
            "counters": (counters()["key_dates"], "front counters"),
            "history": (history()["models"], "police units"),
        }[name]
        on, late = day_of(texts.get("on"), rows, what)
    is_dated = "on" in texts and not late
    return Asked(name, texts, found, wanted, compared, problem, late, on, is_dated)


def _heard(asks: Asked) -> dict[str, str]:
    """What the page is about: `said` in a sentence, and as a `place` of the visit."""
    if told := asks.answer:
        names = (told.title, told.place.name) if told.place else ()
        return {"said": told.text, "place": ", ".join(dict.fromkeys(names))}
    if asks.compared:
        areas = [area.called for area in asks.compared]
        return {"said": f"Compared: {words.listed(areas)}.", "place": ""}
    if not (chosen := asks.wanted):
        return {"said": " ".join(asks.problems), "place": ""}
    return {"said": views.summary(chosen), "place": chosen.name}


def _forget(what: Any) -> None:
    """Forget the place of the visit, or the list that was uploaded."""
    if what == "list":
        st.session_state.pop("own", None)
        st.session_state["own-turn"] = st.session_state.get("own-turn", 0) + 1
        st.session_state["own-forgotten"] = True
    else:
        forget()


def answer(asked: str) -> Answer:
    """Answer a question; data that cannot is an answer too."""
    try:
        return finder().find(asked)
    except BcuMapError as error:
        return nothing("Nothing can be looked up here.", f"{error}.")


def ask(asked: Any) -> None:
    """Put a question into the page's link."""
    if isinstance(asked, str) and asked.strip():
        put({"q": asked.strip()[:LONGEST_QUERY], **kept()})
