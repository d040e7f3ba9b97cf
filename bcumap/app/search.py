"""The search box that every page begins with, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from bcumap.app import assets
from bcumap.app.links import kept
from bcumap.app.panels import shown
from bcumap.app.routes import SUGGEST
from bcumap.app.ui import loader, sent
from bcumap.base.errors import BcuMapError
from bcumap.facts.answers import Answer, nothing
from bcumap.facts.cached import finder
from bcumap.facts.find import LONGEST_QUERY

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
    return answer(asked) if asked.strip() else None


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
