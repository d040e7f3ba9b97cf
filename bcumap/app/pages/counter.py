"""One front counter: where it is, when it is open, how to get there, what happened to it."""

from __future__ import annotations

import streamlit as st

from bcumap.app import panels, search
from bcumap.app.pages import counter_site_words
from bcumap.base.words import COUNTER
from bcumap.facts.cached import atlas


def page() -> None:
    """Draw the page."""
    heading = st.container()
    asked, _ = search.box("Choose one below.", is_shown=counter_site_words.is_unsure)
    for part in counter_site_words.heading(asked):
        heading.html(part)
    for part in counter_site_words.body(asked):
        st.html(part)
    st.html(panels.footer(atlas(), COUNTER))
