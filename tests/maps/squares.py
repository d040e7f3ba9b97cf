"""Two squares side by side as TopoJSON, a tenth of a degree wide each, with a border in common."""

from __future__ import annotations

from typing import Any

from bcumap.maps.scene import Scene, Shape
from bcumap.maps.shapes import Shapes

WEST, EAST = ((0, 1),), ((2, ~1),)  # their rings
SQUARES: dict[str, Any] = {
    "bbox": [-0.2, 51.4, 0.0, 51.5],
    "transform": {"scale": [0.1, 0.1], "translate": [-0.2, 51.4]},
    "arcs": [
        [[1, 1], [-1, 0], [0, -1], [1, 0]],
        [[1, 0], [0, 1]],
        [[1, 0], [1, 0], [0, 1], [-1, 0]],
    ],
    "objects": {
        "boroughs": {"geometries": [
            {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "W"}},
            {"type": "MultiPolygon", "arcs": [[[2, -2]]], "properties": {"code": "E"}},
        ]},
        "thames": {"geometries": [
            {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "River Thames"}},
        ]},
    },
}  # fmt: skip
NO_WARDS = {
    "transform": SQUARES["transform"], "arcs": [], "objects": {"wards": {"geometries": []}},
}  # fmt: skip
SHAPES = Shapes(SQUARES, NO_WARDS)
FRAME = (-0.21, 51.39, 0.01, 51.51)
SCENE = Scene(
    title="Two squares",
    subtitle="Nowhere",
    shapes=[
        Shape(WEST, ("shade-0",)),
        Shape(EAST, ("shade-4",)),
        Shape(((0, 1, 2),), ("area-line",)),
    ],
    legend=[("shade-0", "few"), ("shade-4", "many"), ("bcu-line", "BCU"), ("sign-24-7", "open")],
    notes=["A source."],
    view=SHAPES.view(FRAME, 1600),
)
