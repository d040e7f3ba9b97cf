"""Download: a layer in a format, of an area and a date, made when it is asked for."""

from __future__ import annotations

import csv
import datetime as dt
import io

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bcumap.app import orders, panels, parts, search
from bcumap.app.links import Chosen, day_of
from bcumap.app.orders import Order
from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.base.words import LEVEL_WORDS, file_size
from bcumap.facts.cached import counters as document
from bcumap.facts.cached import facts

LAYERS = {
    "wards": "Wards", "boroughs": "Boroughs", "bcus": "Basic Command Units",
    "counters": "Front counters on a date", "officers": "Ward officers on a date",
}  # fmt: skip
FORMATS = {
    ".geojson": "GeoJSON (RFC 7946)", ".gpkg": "GeoPackage", ".parquet": "GeoParquet",
    ".fgb": "FlatGeobuf", ".topojson": "TopoJSON", ".shp.zip": "Shapefile (zipped)",
    ".kml": "KML", ".geojsonl": "GeoJSON, a line for each", ".csv": "CSV, without outlines",
    ".wkt.csv": "CSV with outlines (WKT)",
}  # fmt: skip
DETAILS = {
    "full": "Full: within 3 m of the official boundary",
    "web": "Web: within 24 m, smaller",
    "overview": "Overview: within 62 m, smallest",
}
DATED = ("counters", "officers")
ROWS_SHOWN, COLUMNS_SHOWN = 5, 8


def page() -> None:
    """Draw the page."""
    st.html(panels.shown("download.heading", facts()["edition"]))
    explorer()
    st.html(panels.shown("download.everything"))
    st.html(panels.footer(facts(), "download"))


@st.fragment
def explorer() -> None:
    """Search box for the area, what is wanted of it, and the file when it is made."""
    asked, _ = search.box("This is for all of London.", is_shown=lambda asked: asked.wanted is None)
    wanted = asked.wanted
    order = _order(wanted)
    if st.button("Make the file", type="primary"):
        st.session_state["order"] = order
    if st.session_state.get("order") == order:
        _offer(order)
    if wanted:
        st.html(parts.embedding(wanted))


def _order(wanted: Chosen | None) -> Order:
    """What the visitor chooses; a link can have chosen already."""
    asked = st.query_params
    if asked.get("layer") in LAYERS:
        st.session_state.setdefault("dl-layer", asked["layer"])
    left, middle, right = st.columns(3)
    layer = left.selectbox("Layer", list(LAYERS), format_func=LAYERS.__getitem__, key="dl-layer")
    suffix = middle.selectbox(
        "Format", list(FORMATS), format_func=FORMATS.__getitem__, key="dl-format"
    )
    detail = right.selectbox(
        "Detail", list(DETAILS), format_func=DETAILS.__getitem__, key="dl-detail"
    )
    left, middle, right = st.columns(3)
    areas = ["", f"{wanted.level}/{wanted.code}"] if wanted else [""]
    area = left.selectbox(
        "Area", areas, index=len(areas) - 1, format_func=_area,
        help="Ask for a place above to choose its ward, borough or BCU.",
    )  # fmt: skip
    on, level = "", ""
    if layer in DATED:
        on = _date(middle)
    if layer == "officers":
        level = _level(right)
    return Order(layer, suffix, detail, area.partition("/")[2], on, level)


def _date(place: DeltaGenerator) -> str:
    """Let the visitor choose a date; a link can have one (?on=)."""
    asked, _ = day_of(st.query_params.get("on"), document()["key_dates"], "front counters")
    day = place.date_input(
        "Date", asked, min_value=dt.date(2012, 1, 1), max_value=dates.today(), key="dl-on"
    )
    return day.isoformat() if isinstance(day, dt.date) else ""


def _level(place: DeltaGenerator) -> str:
    """Let the visitor choose a level; a link can have one (?level=)."""
    asked = st.query_params.get("level")
    first = LEVELS.index(asked) if asked in LEVELS else LEVELS.index("boroughs")
    return place.selectbox(
        "Level", LEVELS, index=first, format_func=lambda each: LEVEL_WORDS[each].plural
    )


def _area(choice: str) -> str:
    level, _, code = choice.partition("/")
    if not code:
        return "All of London"
    words = LEVEL_WORDS[level]
    return f"{facts()[level][code]['name']} ({words.one})"


def _offer(order: Order) -> None:
    """Make the file, show what is in it, and let it be taken."""
    try:
        with st.spinner("Making and checking it …"):
            content = orders.make(order)
            rows = _first_rows(order)
    except BcuMapError as error:
        st.html(panels.notice(f"{str(error)[:1].upper()}{str(error)[1:]}.", instead=""))
        return
    st.html(panels.shown("download.preview", order.name, file_size(len(content)), rows))
    st.download_button(
        f"Download {order.name}", content, order.name, "application/octet-stream",
        on_click="ignore",
    )  # fmt: skip


def _first_rows(order: Order) -> list[dict[str, str]]:
    """The first rows and columns, from the same as a CSV."""
    plain = Order(order.layer, ".csv", "overview", order.area, order.on, order.level)
    reader = csv.DictReader(io.StringIO(orders.make(plain).decode("utf-8-sig")))
    return [
        dict(list(row.items())[:COLUMNS_SHOWN])
        for row, _ in zip(reader, range(ROWS_SHOWN), strict=False)
    ]
