"""The shapes that the map shows, as polygons: which are in view, and where a name stands; pure.

They are the generalised ones that the browser draws (`web`), so that a picture agrees with the map
that it was taken of. All in degrees, EPSG:4326.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import shapely

from bcumap.base.errors import BcuMapError
from bcumap.geo import topojson
from bcumap.maps.request import Frame

Document = Mapping[str, Any]
ByCode = dict[str, shapely.Geometry]

# The smallest part of London that is drawn (degrees of latitude, of 111 km each), and how much is
# shown around an area, as a share of it.
SMALLEST, MARGIN = 0.004, 0.08
LEAST_SHARE = 1 / 2000  # of a view that an area must fill to be named
NEAR = 1e-4  # how well the middle of an area is found (degrees)


class Shapes:
    """The polygons of two TopoJSON documents, decoded when they are first wanted."""

    def __init__(self, areas: Document, wards: Document) -> None:
        self._areas = areas
        self._wards = wards
        self.of_level = cache(self._of_level)

    @property
    def bounds(self) -> Frame:
        """What all of London lies in."""
        west, south, east, north = self._areas["bbox"]
        return (west, south, east, north)

    @property
    def thames(self) -> shapely.Geometry:
        """The tidal Thames."""
        return self.of_level("thames")[""]

    def _of_level(self, level: str) -> ByCode:
        """Return the polygons of bcus, boroughs or wards by code."""
        topology = self._wards if level == "wards" else self._areas
        shapes = topology["objects"][level]["geometries"]
        return {shape["properties"].get("code", ""): _polygon(topology, shape) for shape in shapes}

    def frame(self, view: Frame | None, chosen: shapely.Geometry | None) -> Frame:
        """Return which part of London is shown: a view, or else an area, or else all of it.

        Raises
        ------
        BcuMapError
            If the view lies elsewhere.
        """
        if view is not None:
            return _at_least(self._within(view))
        return _around(self.bounds if chosen is None else tuple(shapely.bounds(chosen)))

    def _within(self, view: Frame) -> Frame:
        """Cut a view to London, as nothing is drawn outside of it."""
        west, south, east, north = _around(self.bounds)
        cut = (max(view[0], west), max(view[1], south), min(view[2], east), min(view[3], north))
        if cut[0] >= cut[2] or cut[1] >= cut[3]:
            raise BcuMapError("the view shows no part of London; show some of it")
        return cut


def _polygon(topology: Document, shape: Mapping[str, Any]) -> shapely.Geometry:
    properties = {"code": "", **shape["properties"]}
    found = topojson.feature(topology, {**shape, "properties": properties}, {})["geometry"]
    parts = found["coordinates"]
    rings = [parts] if found["type"] == "Polygon" else parts
    return shapely.MultiPolygon([(outer, inner) for outer, *inner in rings])


def _around(frame: Frame) -> Frame:
    west, south, east, north = _at_least(frame)
    wide, high = MARGIN * (east - west), MARGIN * (north - south)
    return (west - wide, south - high, east + wide, north + high)


def _at_least(frame: Frame) -> Frame:
    west, south, east, north = frame
    high = max(north - south, SMALLEST)
    wide = max(east - west, SMALLEST / math.cos(math.radians(south)))
    x, y = (west + east) / 2, (south + north) / 2
    return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def in_view(polygons: Mapping[str, shapely.Geometry], frame: Frame) -> ByCode:
    """Return what is seen of the polygons that are seen well enough to be named, largest first."""
    box = shapely.box(*frame)
    seen = {code: shapely.intersection(each, box) for code, each in polygons.items()}
    least = shapely.area(box) * LEAST_SHARE
    large = {code: each for code, each in seen.items() if shapely.area(each) > least}
    return dict(sorted(large.items(), key=lambda item: -shapely.area(item[1])))


def middle(polygon: shapely.Geometry) -> tuple[float, float]:
    """Return longitude and latitude of the middle of the largest circle within a polygon."""
    largest = max(shapely.get_parts(polygon), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=NEAR)
    x, y = shapely.get_coordinates(circle)[0]
    return float(x), float(y)
