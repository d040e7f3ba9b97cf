"""The least a Streamlit page can be: what any page costs before it shows anything."""

import streamlit as st

st.write("")
