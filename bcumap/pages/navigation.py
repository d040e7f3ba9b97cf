"""The script that Streamlit runs for every visitor: configuration and navigation only."""

import streamlit as st

from bcumap.pages import areas

st.set_page_config(page_title="bcumap: how London is policed", layout="wide")
st.navigation([st.Page(areas.page, title="Map", default=True)], position="hidden").run()
