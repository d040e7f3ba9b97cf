"""Two to four areas of any level side by side; the link says which."""

from __future__ import annotations

import streamlit as st

from bcumap.app import panels, search
from bcumap.app.pages import compare_words
from bcumap.base.words import COMPARE
from bcumap.facts.cached import atlas


def page() -> None:
    """Draw the page."""
    st.html(panels.shown("compare.heading"))
    explorer()
    st.html(panels.footer(atlas(), COMPARE))


@st.fragment
def explorer() -> None:
    """Search box, and what is told of the areas; another one reruns only this."""
    asked, said = search.box("Choose another area.", is_shown=lambda _: False)
    if card := compare_words.card(asked):
        said.html(card)
    for part in compare_words.body(asked):
        st.html(part)
