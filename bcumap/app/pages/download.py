"""Download: a layer in a format, of an area and a date, made when it is asked for."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bcumap.app import orders, panels, parts, search
from bcumap.app.links import day_of, link, move_to
from bcumap.app.orders import Order
from bcumap.app.ui import choice
from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.base.words import LEVEL_WORDS, file_size
from bcumap.export.formats import TITLES
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas
from bcumap.facts.cached import counters as document

LAYERS = {
    "wards": "Wards", "boroughs": "Boroughs", "bcus": "Basic Command Units",
    "counters": "Front counters on a date", "officers": "Ward officers on a date",
}  # fmt: skip
DETAILS = {
    "full": "Full: within 3 m of the official boundary",
    "web": "Web: within 24 m, smaller",
    "overview": "Overview: within 62 m, smallest",
}
DATED = ("counters", "officers")
ASK = "Find a place above to choose its ward, borough or BCU."
ROWS_SHOWN, COLUMNS_SHOWN = 5, 8


def page() -> None:
    """Draw the page."""
    st.html(panels.shown("download.heading", atlas().edition))
    explorer()
    st.html(panels.shown("download.everything"))
    st.html(panels.footer(atlas(), "download"))


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


def _order(wanted: Area | None) -> Order:
    """What the visitor chooses; it is part of the link."""
    left, middle, right = st.columns(3)
    layer = _choice("Layer", LAYERS, "layer", left)
    suffix = _choice("Format", TITLES, "format", middle)
    detail = _choice("Detail", DETAILS, "detail", right)
    left, middle, right = st.columns(3)
    area = _choice("Area", _areas(wanted) | {"": "All of London"}, "area", left)
    if not wanted:
        left.text(ASK)
    on, level = "", ""
    if layer in DATED:
        on = _date(middle)
    if layer == "officers":
        level = _level(right)
    return Order(layer, suffix, detail, area, on, level)


def _areas(wanted: Area | None) -> dict[str, str]:
    """The area that is asked for, and those that it lies in."""
    return {
        area.code: f"{area.name} ({LEVEL_WORDS[area.level].one})"
        for area in (wanted.upwards if wanted else ())
        if area
    }


def _choice(label: str, titles: Mapping[str, str], parameter: str, place: DeltaGenerator) -> str:
    """Let the visitor choose; without a choice it is the first."""
    key, first = f"dl-{parameter}", next(iter(titles))
    return choice(label, titles, key=key, parameter=parameter, first=first, place=place)


def _date(place: DeltaGenerator) -> str:
    """Let the visitor choose a date; a link can have one (?on=)."""
    asked, _ = day_of(link().get("on"), document()["key_dates"], "front counters")
    st.session_state["dl-on"] = asked
    day = place.date_input(
        "Date", min_value=dt.date(2012, 1, 1), max_value=dates.today(), key="dl-on",
        on_change=lambda: move_to(st.session_state["dl-on"]),
    )  # fmt: skip
    return day.isoformat()


def _level(place: DeltaGenerator) -> str:
    """Let the visitor choose a level, boroughs at first."""
    titles = {each: LEVEL_WORDS[each].plural for each in LEVELS}
    return choice("Level", titles, key="dl-level", parameter="level", first="boroughs", place=place)


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
