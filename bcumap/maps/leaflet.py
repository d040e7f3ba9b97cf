"""The folium map: its layers, colours and labels; the one module that knows Leaflet.

Layers are linked, not embedded: an element only names the TopoJSON file that the browser fetches
(`web/static/areas.js` draws it), so the map itself is a script of a few kilobytes that is the same
for everyone and is prepared once, by `bcumap build`. The serving process never imports folium,
which would cost it 100 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from bcumap.base.words import ATTRIBUTION, CITY_POLICE, LEVEL_WORDS, STREET_TILES
from bcumap.maps.looks import COLOURS

# Where the map opens: all of Greater London (latitude, longitude of two corners).
LONDON = ((51.286, -0.511), (51.692, 0.335))
# How far away from London the map can be dragged (degrees).
LEEWAY = 0.3
# Leaflet's own names. The wheel scrolls the page until the map has been clicked
# (web/static/areas.js).
MAP_OPTIONS: dict[str, Any] = {
    "minZoom": 9,
    "maxZoom": 18,
    "zoomSnap": 0.25,
    "scrollWheelZoom": False,
}

STREET_ATTRIBUTION = (
    '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'
)


class LinkedLayer(folium.map.Layer):
    """A layer that the browser fetches and draws when it is first shown.

    Parameters
    ----------
    kind
        "areas" can be hovered, tabbed to and opened; "lines", "shapes" and "names" are only
        looked at.
    file, level
        The TopoJSON file and the object in it; features carry `code`, `name` and `parent`.
    options
        Handed to the function `bcumap.<kind>` of web/static/areas.js.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = bcumap.{{ this.kind }}({{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def __init__(
        self,
        kind: str,
        file: str,
        level: str,
        *,
        show: bool = True,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(overlay=True, control=False, show=show)
        self._name = kind.title()
        self.kind = kind
        self.options = {"file": file, "level": level, **(options or {})}


class LevelSwitch(MacroElement):
    """The switches above the map: of the level that takes the clicks, and of the streets.

    It also opens the map at `bounds`, which folium's own `fit_bounds` would do by an animation
    that undoes any other view that is set while it runs.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "bcumap.levels({{ this._parent.get_name() }}, ["
        "{% for layer in this.layers %}{{ layer.get_name() }},{% endfor %}],"
        " {{ this.bounds|tojson }}, {{ this.streets.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, layers: list[LinkedLayer], streets: folium.TileLayer) -> None:
        super().__init__()
        self._name = "LevelSwitch"
        self.layers, self.streets = layers, streets
        self.bounds = LONDON


def bcu_map() -> folium.Map:
    """Return the map of BCUs, boroughs and wards.

    Its layers link to `areas.topojson` and `wards.topojson`, which the page must serve beside the
    scripts (`bcumap.urls` tells where); its only third-party request is for street tiles, once
    somebody turns them on.
    """
    (south, west), (north, east) = LONDON
    drawn = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=10,
        tiles=None,
        max_bounds=True,
        min_lat=south - LEEWAY,
        max_lat=north + LEEWAY,
        min_lon=west - LEEWAY,
        max_lon=east + LEEWAY,
        **MAP_OPTIONS,
    )
    levels = [_level("bcus", show=True), _level("boroughs"), _level("wards")]
    areas, streets = "areas.topojson", _street_map()
    for element in (
        streets,
        LinkedLayer("shapes", areas, "thames", options={"css": "thames"}),
        *levels,
        LinkedLayer("lines", areas, "boroughs", options={"css": "borough-line"}),
        LinkedLayer("lines", areas, "bcus", options={"css": "bcu-line"}),
        LinkedLayer("names", areas, "bcus", options={"css": "bcu-name"}),
        LevelSwitch(levels, streets),
    ):
        element.add_to(drawn)
    return drawn


def map_script() -> str:
    """Return the map as the script that the app's page runs: `bcumap.draw()` gives the map.

    The page must hold an element whose id is ``map_bcumap``. The text is the same at every call
    (folium's random names are replaced), so it can be hashed and cached.
    """
    drawn = bcu_map()
    _name_in_order(drawn)
    drawn.get_root().render()
    script = drawn.get_root().script.render()
    return f"bcumap.draw = function () {{\n{script}\nreturn {drawn.get_name()};\n}};\n"


def _level(level: str, *, show: bool = False) -> LinkedLayer:
    """A layer of areas to choose from."""
    words = LEVEL_WORDS[level]
    options = {
        "one": words.one,
        "plural": words.plural,
        "colours": dict(COLOURS),
        "city": CITY_POLICE,
        "attribution": ATTRIBUTION,
    }
    file = "wards.topojson" if level == "wards" else "areas.topojson"
    return LinkedLayer("areas", file, level, show=show, options=options)


def _street_map() -> folium.TileLayer:
    """The one layer from another host: off until it is turned on."""
    options: dict[str, Any] = {"referrer_policy": "strict-origin-when-cross-origin"}
    return folium.TileLayer(
        STREET_TILES,
        attr=STREET_ATTRIBUTION,
        control=False,
        overlay=True,
        show=False,
        max_zoom=19,
        **options,
    )


def _name_in_order(drawn: folium.Map) -> None:
    """Give folium's elements names by their place instead of random ones."""
    drawn._id = "bcumap"
    for place, element in enumerate(drawn._children.values()):
        element._id = str(place)
