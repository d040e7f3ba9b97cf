"""The Streamlit pages: widgets and words; no geometry, and no figure worked out here."""
