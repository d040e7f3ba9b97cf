"""The script that Streamlit runs for every visitor: configuration and navigation only."""

import streamlit as st

from bcumap.app.heads import TITLE
from bcumap.app.links import PAGE, follow
from bcumap.app.pages import (
    about,
    areas,
    compare,
    counter,
    counters,
    demand,
    download,
    history,
    officers,
    ward,
)
from bcumap.base.words import ALL_PAGES, PAGES

DRAWN = (
    areas.page,
    ward.page,
    officers.page,
    demand.page,
    counters.page,
    history.page,
    download.page,
    compare.page,
    counter.page,
    about.page,
)

st.set_page_config(page_title=TITLE, layout="wide")
page = st.navigation(
    [
        st.Page(
            draw,
            title=title,
            url_path=path,
            default=not path,
            visibility="visible" if (path, title) in PAGES else "hidden",
        )
        for (path, title), draw in zip(ALL_PAGES, DRAWN, strict=True)
    ],
    position="top",
)
st.session_state[PAGE] = page.url_path
follow()
page.run()
