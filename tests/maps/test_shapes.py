"""Shapes of two squares as TopoJSON: decoded, seen, named in their middle."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from bcumap.base.errors import BcuMapError
from bcumap.maps import shapes
from bcumap.maps.shapes import Shapes

# Two squares side by side in one object, a quarter of a degree wide, and a river in another.
SQUARES: dict[str, Any] = {
    "bbox": [0.0, 51.0, 0.5, 51.25],
    "transform": {"scale": [0.25, 0.25], "translate": [0.0, 51.0]},
    "arcs": [
        [[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]],
        [[1, 0], [1, 0], [0, 1], [-1, 0], [0, -1]],
    ],
    "objects": {
        "boroughs": {"geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"code": "W", "name": "West"}},
            {"type": "MultiPolygon", "arcs": [[[1]]], "properties": {"code": "E", "name": "East"}},
        ]},
        "thames": {"geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"name": "River Thames"}},
        ]},
    },
}  # fmt: skip


@pytest.fixture
def squares() -> Shapes:
    return Shapes(SQUARES, SQUARES)


def test_polygons_come_by_their_code(squares: Shapes) -> None:
    found = squares.of_level("boroughs")
    assert list(found) == ["W", "E"]
    assert shapely.bounds(found["W"]).tolist() == [0, 51, 0.25, 51.25]
    assert shapely.bounds(found["E"]).tolist() == [0.25, 51, 0.5, 51.25]
    assert shapely.equals(squares.thames, found["W"])
    assert squares.of_level("boroughs") is found


def test_all_an_area_or_a_view_is_shown(squares: Shapes) -> None:
    assert squares.frame(None, None) == pytest.approx((-0.04, 50.98, 0.54, 51.27))
    west = squares.of_level("boroughs")["W"]
    assert squares.frame(None, west) == pytest.approx((-0.02, 50.98, 0.27, 51.27))
    assert squares.frame((0.1, 51.1, 0.2, 51.2), west) == pytest.approx((0.1, 51.1, 0.2, 51.2))
    assert squares.frame((-9, 40, 9, 60), None) == pytest.approx(squares.frame(None, None))


def test_a_view_of_elsewhere_shows_nothing(squares: Shapes) -> None:
    with pytest.raises(BcuMapError, match="shows no part of London"):
        squares.frame((1.0, 51.0, 2.0, 52.0), None)


def test_the_smallest_area_is_shown_with_something_around_it(squares: Shapes) -> None:
    west, south, east, north = squares.frame(None, shapely.box(0.1, 51.1, 0.1001, 51.1001))
    assert north - south == pytest.approx(shapes.SMALLEST * (1 + 2 * shapes.MARGIN))
    assert east - west > north - south  # a degree of longitude is shorter
    assert (west + east) / 2 == pytest.approx(0.10005)


def test_what_is_hardly_seen_is_not_named(squares: Shapes) -> None:
    found = squares.of_level("boroughs")
    assert list(shapes.in_view(found, (0.0, 51.0, 0.2501, 51.25))) == ["W"]
    both = shapes.in_view(found, (0.1, 51.0, 0.5, 51.25))
    assert list(both) == ["E", "W"]  # the larger part first
    assert shapely.area(both["W"]) == pytest.approx(0.15 * 0.25)


def test_the_middle_lies_in_the_largest_part() -> None:
    small, large = shapely.box(0, 0, 0.1, 0.1), shapely.box(1, 0, 2, 1)
    found = shapes.middle(shapely.MultiPolygon([small, large]))
    assert found == pytest.approx((1.5, 0.5), abs=1e-3)
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(0.2, 0.2, 2.8, 2.0))
    assert shapely.contains_xy(ring, *shapes.middle(ring))  # its centroid does not
