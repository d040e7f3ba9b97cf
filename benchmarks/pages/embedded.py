"""The same areas as folium and streamlit-folium show them by default: embedded in the page.

Kind to the embedded page: it gets the layers in the web detail of bcumap's own, reads and encodes
them once per process, and rounds coordinates to six decimals.
"""

import json
from typing import Any

import folium
import geopandas as gpd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from bcumap.facts import store

FILES = {"wards": "wards.topojson", "boroughs": "areas.topojson", "bcus": "areas.topojson"}

st.set_page_config(page_title="The same map, embedded", layout="wide")


@st.cache_resource
def layers() -> dict[str, Any]:
    """Wards, boroughs and BCUs as GeoJSON."""
    return {level: read(level, file) for level, file in FILES.items()}


def read(level: str, file: str) -> Any:
    """One level of the linked layers as GeoJSON."""
    frame = gpd.read_file(store.data_dir() / "web" / file, layer=level)[
        ["code", "name", "geometry"]
    ]
    frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy.round(6))
    return json.loads(frame.to_json(drop_id=True))


drawn = folium.Map(location=(51.49, -0.09), zoom_start=10, tiles=None)
for level, layer in layers().items():
    folium.GeoJson(layer, name=level, tooltip=folium.GeoJsonTooltip(["name"])).add_to(drawn)
folium.LayerControl().add_to(drawn)
st_folium(drawn, key="map", returned_objects=["last_active_drawing"], use_container_width=True)
