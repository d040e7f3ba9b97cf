"""A folium map for a notebook, with Leaflet and all outlines in it; asks nobody for anything."""

from __future__ import annotations

import base64
import statistics
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import folium

from bcumap.base.words import ATTRIBUTION
from bcumap.maps.leaflet import LONDON
from bcumap.web import files

if TYPE_CHECKING:
    import geopandas as gpd

STEP = 0.0001  # degrees, to which outlines are simplified: 7 to 11 m
TINTS = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")  # ColorBrewer's Blues
EMPTY = "#ffffff"


def drawn(
    frame: gpd.GeoDataFrame, values: Mapping[str, float] | None, *, title: str = ""
) -> folium.Map:
    """Draw areas, shaded by fifths of their values.

    Parameters
    ----------
    frame
        See `store.areas`: the code is the first column, the name the second.
    """
    code, name = frame.columns[:2]
    kept = frame[[code, name, "geometry"]].rename(columns={code: "code", name: "name"})
    kept = kept.set_geometry(kept.geometry.simplify_coverage(STEP))
    figures = dict(values or {})
    said = [figures.get(each) for each in kept["code"]]
    kept["value"] = [("" if figure is None else f"{figure:g}") for figure in said]
    limits = _fifths([figure for figure in said if figure is not None])

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        figure = figures.get(feature["properties"]["code"])
        shade = EMPTY if figure is None else TINTS[sum(figure >= limit for limit in limits)]
        return {"fillColor": shade, "fillOpacity": 0.8, "color": "#333333", "weight": 1}

    shown, labels = ["name", "code"], ["", ""]
    if values is not None:
        shown, labels = [*shown, "value"], [*labels, title or "Value"]
    # These two are folium's own list of what a page loads; Leaflet's is put into the page instead.
    made = folium.Map(tiles=None, attr=ATTRIBUTION, prefer_canvas=True)
    made.default_js = [("leaflet", _inline("leaflet.js", "text/javascript"))]
    made.default_css = [("leaflet_css", _inline("leaflet.css", "text/css"))]
    folium.GeoJson(
        kept, style_function=style, tooltip=folium.GeoJsonTooltip(shown, labels, localize=False)
    ).add_to(made)
    made.fit_bounds([list(corner) for corner in LONDON])
    return made


def _fifths(figures: list[float]) -> list[float]:
    if len(set(figures)) < len(TINTS):
        return sorted(set(figures))[1:]
    return statistics.quantiles(figures, n=len(TINTS), method="inclusive")


def _inline(name: str, kind: str) -> str:
    content = base64.b64encode(files.paths()[name].read_bytes()).decode()
    return f"data:{kind};base64,{content}"
