"""Streamlit components of ours: what each holds, how its script is loaded and what it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from bcumap.app import assets, charts, tiles
from bcumap.app.links import (
    Asked,
    choose,
    choose_here,
    found,
    level_of,
    link,
    put_in,
    show_level,
)
from bcumap.app.panels import shown, ward_page
from bcumap.app.routes import PICTURE, STREETS
from bcumap.base.words import LEVEL_WORDS
from bcumap.facts import cached
from bcumap.facts.areas import Area
from bcumap.facts.measures import OF_STRENGTH
from bcumap.facts.views import Table

MAP_FILES = ("leaflet.js", "areas.js", "map.js", "streets.js", "mark.js", "areas.topojson",
             "wards.topojson", "facts.json")  # fmt: skip

# A component's own script is a file of ours; inline, Streamlit would send it with every run.
# (Streamlit takes a single line for the path of a file, hence the two.)
_LOADER = """const file = import(new URL({url!r}, document.baseURI));
export default async (component) => (await file).default(component);"""


def loader(script: str) -> str:
    """Return the two lines of JavaScript that run a file of `bcumap/web` as a component."""
    return _LOADER.format(url=assets.url(script))


def sent(**data: object) -> list[dict[str, object]]:
    """Wrap what a component is sent in a list.

    Streamlit looks into a dict for data frames, and to do so imports pandas and pyarrow: 75 MB for
    the process that serves the page.
    """
    return [data]


@st.cache_resource
def area_map() -> Any:
    """The map, registered once per process; send it what `map_data` returns."""
    styles = "".join(  # ours once more, because the later of two rules wins
        f'<link rel="stylesheet" href="{assets.url(name)}">' for name in ("leaflet.css", "page.css")
    )
    return component(
        "bcumap_map",
        html=f"{styles}"
        '<a class="bcumap-skip" href="#bcumap-after-map">Skip the map</a>'
        '<div class="bcumap-frame"><div class="bcumap" id="map_bcumap" role="region"'
        ' aria-label="Map of London: arrows move between areas, Enter opens one, Escape leaves">'
        "</div></div>"
        '<span id="bcumap-after-map" tabindex="-1"></span>',
        js=loader("host.js"),
        isolate_styles=False,
    )


def map_data(**data: object) -> list[dict[str, object]]:
    """What the map is sent: where its files are, and the given.

    Parameters
    ----------
    chosen
        `level` and `code` of the area to mark and to show, or None.
    found
        The point to mark (`links.found`), or None.
    look
        "", "small", or "units" for a map that draws units of its own.
    level
        The level that is shown, or None for a map that draws units of its own.
    shading
        How areas are shaded by a measure (see `bcumap.shade` in web/static/areas.js), None, or
        "kept" if a scene of the page shades them.
    """
    ready: dict[str, object] = {"chosen": None, "found": None, "look": "", "shading": None}
    urls = {name: assets.url(name) for name in MAP_FILES}
    if cached.context().tiles:
        urls["streets"] = f"{assets.base_path()}{STREETS}"
    urls["ward"] = ward_page("")
    if own := tiles.chosen():
        ready["background"] = own.options(assets.base_path())
    return sent(urls=urls, **(ready | data))


def draw_map(
    asked: Asked,
    *,
    on_choose: Callable[[Any], None] = choose_here,
    on_level: Callable[[Any], None] = show_level,
    **data: object,
) -> None:
    """Draw the map with what a page asks marked on it; `data` as in `map_data`."""
    wanted = asked.wanted
    marked = {
        "chosen": {"level": wanted.level, "code": wanted.code} if wanted else None,
        "found": found(asked.answer),
        "level": level_of(asked),
    }
    area_map()(
        key="map",
        data=map_data(**(marked | data)),
        on_choose_change=lambda: on_choose(st.session_state["map"]["choose"]),
        on_level_change=lambda: on_level(st.session_state["map"]["level"]),
    )


def draw_table(asked: Asked, level: str, **data: object) -> None:
    """Draw the table of the areas of a level; `data` as web/static/table.js takes it."""
    area_table()(
        key="table",
        data=sent(
            url=assets.url("facts.json"),
            level=level,
            chosen=asked.wanted.code if asked.wanted else None,
            of_strength=OF_STRENGTH,
            **data,
        ),
        on_choose_change=lambda: choose(st.session_state["table"]["choose"]),
    )


def draw_chart(chart: Any, place: Any = st) -> None:
    """Draw a chart of `charts` in the visitor's theme."""
    place.vega_lite_chart(spec=charts.on_theme(chart, st.context.theme.type))


def choice(
    label: str,
    titles: Mapping[str, str],
    *,
    key: str,
    parameter: str,
    first: str,
    place: Any = st,
    **more: Any,
) -> str:
    """Let the visitor choose one of some titles by its key; the choice is part of the link.

    Parameters
    ----------
    titles
        By key, in their order.
    key
        In the session.
    parameter
        Of the link.
    first
        The key that is chosen where the link says none that there is.
    **more
        What else `st.selectbox` takes.
    """
    asked = link().get(parameter)
    st.session_state[key] = asked if asked in titles else first
    chosen: str = place.selectbox(
        label,
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=lambda: put_in(**{parameter: st.session_state[key]}),
        **more,
    )
    return chosen


def ticked(label: str, *, key: str, parameter: str) -> bool:
    """Let the visitor say yes; it is part of the link."""
    st.session_state[key] = link().get(parameter) == "1"
    return bool(
        st.toggle(
            label,
            key=key,
            on_change=lambda: put_in(**{parameter: "1" if st.session_state[key] else None}),
        )
    )


@st.cache_resource
def area_table() -> Any:
    """The table, registered once per process."""
    return component(
        "bcumap_table",
        html='<div class="bcumap-table" tabindex="-1"></div>',
        js=loader("table.js"),
        isolate_styles=False,
    )


@st.cache_resource
def save_bar() -> Any:
    """The buttons that save the map as a picture, registered once; see `save_data`."""
    return component(
        "bcumap_save",
        html='<div class="bcumap-save"><span>Save this map:</span>'
        '<button type="button" data-form=".png">PNG</button>'
        '<button type="button" data-form=".svg">SVG</button>'
        '<a class="data" target="_self">Its data</a><span class="said" role="status"></span></div>',
        js=loader("save.js"),
        isolate_styles=False,
    )


def save_data(
    kind: str, layer: str, chosen: Area | None, **wish: object
) -> list[dict[str, object]]:
    """What the buttons under a map are sent.

    Parameters
    ----------
    kind
        Of the picture (`request.KINDS`).
    layer
        Of the data to download: see `pages.download.LAYERS`.
    chosen
        The area that is outlined, if any.
    **wish
        The other texts that `request.read` takes, and `values`: figures by code.
    """
    base = assets.base_path()
    if chosen:
        wish |= {"area": chosen.code, "parameter": LEVEL_WORDS[chosen.level].parameter}
    return sent(picture=f"{base}{PICTURE}/{kind}", download=f"{base}/download", layer=layer, **wish)


@st.cache_resource
def reconciliation() -> Any:
    """The table of rows to decide upon, registered once per process."""
    heads = "".join(f'<th scope="col">{t}</th>' for t in ("Row", "Your list says", "Found", "Ward"))
    return component(
        "bcumap_reconciliation",
        html='<div class="bcumap-decide"><div class="rows"><table class="bcumap-plain"><caption>'
        f"Rows to decide upon</caption><thead><tr>{heads}</tr></thead><tbody></tbody></table></div>"
        '<p><button type="button" class="all">Take all suggestions</button>'
        '<button type="button" class="apply">Apply</button>'
        ' <span class="said" role="status"></span>'
        '<span class="why" hidden>Choose the file again to decide.</span></p></div>',
        js=loader("reconcile.js"),
        isolate_styles=False,
    )


@st.cache_resource
def time_bar() -> Any:
    """The date that is moved, registered once per process."""
    return component(
        "bcumap_time",
        html='<div class="bcumap-time"><div class="row"><strong class="date"></strong>'
        '<button type="button" class="back">Earlier change</button>'
        '<button type="button" class="play">Play</button>'
        '<button type="button" class="on">Later change</button>'
        '<label>Date <input type="date" class="day"></label>'
        '<label>Key date <select class="key"></select></label></div>'
        '<div class="line"><input type="range" class="range" aria-label="Date; arrows go from'
        ' change to change"><div class="marks" aria-hidden="true"></div></div>'
        '<p class="label"></p><p class="bcumap-heard said" role="status"></p></div>',
        js=loader("time.js"),
        isolate_styles=False,
    )


@st.cache_resource
def counters_scene() -> Any:
    """Front counters on the date of the page: summary and list, registered once per process."""
    titles = ("Borough", "Open counters", "24/7 promise", "Nearest, km")
    table = shown("parts.table", Table("Counters by borough", titles, ()))
    return component(
        "bcumap_counters",
        html='<div class="bcumap-counters"><section class="bcumap-panel" id="bcumap-panel"'
        ' tabindex="-1"><h2 class="heading"></h2><p class="ground"></p>'
        '<dl class="figures"></dl><p class="since"></p><small class="source"></small></section>'
        f'<div class="rows">{table}</div>'
        '<small class="none"></small></div>',
        js=loader("counters.js"),
        isolate_styles=False,
    )


@st.cache_resource
def units_scene() -> Any:
    """Police units on the date of the page, registered once per process."""
    table = shown("parts.table", Table("The 12 BCUs", ("BCU", "Then", "From"), ()))
    return component(
        "bcumap_units",
        html='<div class="bcumap-units"><section class="bcumap-panel" id="bcumap-panel"'
        ' tabindex="-1"><h2 class="heading"></h2><p class="ground"></p>'
        '<dl class="figures"></dl><p class="since"></p><small class="source"></small></section>'
        f'<div class="rows">{table}</div></div>',
        js=loader("units.js"),
        isolate_styles=False,
    )
