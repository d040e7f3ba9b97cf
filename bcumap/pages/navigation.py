"""The script that Streamlit runs for every visitor: configuration and navigation only."""

import streamlit as st

from bcumap.assets import TITLE
from bcumap.pages import areas, counters, history, officers, ward

st.set_page_config(page_title=TITLE, layout="wide")
st.navigation(
    [
        st.Page(areas.page, title="Map", default=True),
        st.Page(ward.page, title="My ward", url_path="ward"),
        st.Page(officers.page, title="Ward officers", url_path="officers"),
        st.Page(counters.page, title="Front counters", url_path="counters"),
        st.Page(history.page, title="How areas changed", url_path="history"),
    ],
    position="top",
).run()
