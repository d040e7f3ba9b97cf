"""About: what the words mean, how sure it is, privacy, accessibility, sources."""

from __future__ import annotations

import streamlit as st

from bcumap.app import panels, search
from bcumap.app.pages import about_words
from bcumap.base.words import ABOUT
from bcumap.facts.cached import atlas


def page() -> None:
    """Draw the page."""
    st.html(about_words.heading())
    search.box(about_words.INSTEAD)
    for part in about_words.body():
        st.html(part)
    st.html(panels.footer(atlas(), ABOUT))
