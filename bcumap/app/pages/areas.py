"""The first page: the 12 BCUs on a map, with the facts of whatever is chosen beside it."""

from __future__ import annotations

import streamlit as st

from bcumap.app import panels, search
from bcumap.app.links import level_of
from bcumap.app.ui import draw_map, draw_table, save_bar, save_data
from bcumap.base.words import NO_FIGURE, NOT_KNOWN
from bcumap.facts.cached import atlas
from bcumap.facts.views import caption

_BOTH = [
    ("area_km2", "Area, km²", "hundredths"), ("residents", "Residents", "count"),
]  # fmt: skip
_OFFICERS = [
    ("committed", "Officers promised", "count"), ("fte", "Strength, FTE", "tenths"),
    ("share_of_commitment", "Of the promise", "percent"),
]  # fmt: skip
# What the table shows of each level: key, title and kind (see web/static/table.js).
TABLE_COLUMNS = {
    "bcus": [
        ("name", "BCU", ""), ("boroughs", "Boroughs", ""), ("wards", "Wards", "count"),
        *_BOTH, *_OFFICERS,
    ],
    "boroughs": [
        ("name", "Borough", ""), ("bcu", "BCU", ""), ("wards", "Wards", "count"),
        *_BOTH, *_OFFICERS,
    ],
    "wards": [("name", "Ward", ""), ("borough", "Borough", ""), ("bcu", "BCU", ""), *_BOTH],
}  # fmt: skip
# What the Met's areas alone have, and what is said where nobody knows.
OFFICER_COLUMNS = tuple(key for key, _, _ in _OFFICERS)
TABLE_UNKNOWN = {
    "bcu": "none: City of London Police",
    "residents": NOT_KNOWN,
    "fte": NO_FIGURE,
    "share_of_commitment": NOT_KNOWN,
}


def page() -> None:
    """Draw the page."""
    st.html(panels.heading(atlas()))
    explorer()
    st.html(panels.footer(atlas()))


@st.fragment
def explorer() -> None:
    """Search box, map, what is known of the chosen area, and table; a click reruns only this."""
    asked, _ = search.box()
    wanted, level = asked.wanted, level_of(asked)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        draw_map(asked)
        st.html(panels.legend())
        # Of a borough or BCU its wards are wanted: its outline alone hardly is.
        layer = "wards" if wanted and wanted.level == level else level
        save_bar()(key="save", data=save_data("areas", layer, wanted, level=level))
    with right:
        st.html(panels.panel(wanted, atlas(), calls=asked.answer is None))
    draw_table(
        asked,
        level,
        columns=TABLE_COLUMNS[level],
        caption=caption(level, atlas()),
        unknown=TABLE_UNKNOWN,
        of_met=OFFICER_COLUMNS,
    )
