"""The search box that every page begins with, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from bcumap.app import assets, heads
from bcumap.app.links import Asked, answered, day_of, from_link, kept
from bcumap.app.panels import shown
from bcumap.app.routes import SUGGEST
from bcumap.app.ui import loader, sent
from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.facts.answers import Answer, nothing
from bcumap.facts.cached import counters, facts, finder, history
from bcumap.facts.find import LONGEST_QUERY

PAGE = "page"  # in the session: the path of the page that is shown

_runs = count()


@st.cache_resource
def _component() -> Any:
    style = f'<link rel="stylesheet" href="{assets.url("page.css")}">'
    return component(
        "bcumap_search",
        html=style + shown("parts.search", LONGEST_QUERY),
        js=loader("search.js"),
        isolate_styles=False,
    )


def box(*, on_choose: Callable[[Any], None]) -> Answer | None:
    """Draw the box and answer what the page's link asks (?q=); None if it asks nothing.

    Parameters
    ----------
    on_choose
        Called with the area that somebody picks from the suggestions.
    """
    asked = st.query_params.get("q", "")
    _component()(
        key="search",
        # With a number that is always another, so that the box hears of every answer.
        data=sent(url=f"{assets.base_path()}{SUGGEST}", asked=asked, run=next(_runs)),
        on_ask_change=lambda: ask(st.session_state["search"]["ask"]),
        on_choose_change=lambda: on_choose(st.session_state["search"]["choose"]),
    )
    read_now = read(st.session_state.get(PAGE, ""), st.query_params.to_dict())
    st.set_page_config(page_title=heads.head(read_now, facts()).title)
    return read_now.answer


def read(name: str, query: Mapping[str, str]) -> Asked:
    """Read what an address asks of a page."""
    texts = dict(query)
    text = texts.get("q", "").strip()
    found = answer(text) if text else None
    wanted, problem = (answered(found), None) if found else from_link(texts, facts())
    on, late = dates.today(), None
    if name in ("counters", "history"):
        rows, what = {
            "counters": (counters()["key_dates"], "front counters"),
            "history": (history()["models"], "police units"),
        }[name]
        on, late = day_of(texts.get("on"), rows, what)
    problems = tuple(each for each in (problem, late) if each)
    return Asked(name, texts, found, wanted, problems, on, is_dated="on" in texts and not late)


def answer(asked: str) -> Answer:
    """Answer a question; data that cannot is an answer too."""
    try:
        return finder().find(asked)
    except BcuMapError as error:
        return nothing("Nothing can be looked up here.", f"{error}.")


def ask(asked: Any) -> None:
    """Put a question into the page's link."""
    if isinstance(asked, str) and asked.strip():
        st.query_params.from_dict({"q": asked.strip()[:LONGEST_QUERY], **kept()})
