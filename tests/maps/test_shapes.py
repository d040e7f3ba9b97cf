"""Shapes of two squares: in view, in dots, simpler, joined, named in their middle."""

from __future__ import annotations

import itertools
import math

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given

from bcumap.base import plane
from bcumap.base.errors import BcuMapError
from bcumap.facts import store
from bcumap.geo import projection
from bcumap.maps import files as pictures
from bcumap.maps import shapes
from bcumap.maps.shapes import Line, Point, Shapes
from tests.maps.squares import EAST, FRAME, SHAPES, SQUARES, WEST

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]


def test_areas_come_by_their_code() -> None:
    assert SHAPES.of_level("boroughs") == {"W": WEST, "E": EAST}
    assert SHAPES.of_level("boroughs") is SHAPES.of_level("boroughs")
    assert SHAPES.thames == WEST


def test_each_document_has_a_grid_and_arcs_of_its_own() -> None:
    wards = {
        "transform": {"scale": [0.05, 0.05], "translate": [-0.2, 51.45]},
        "arcs": [[[0, 0], [1, 0], [0, 1], [-1, -1]]],
        "objects": {"wards": {"geometries": [
            {"type": "Polygon", "arcs": [[-1]], "properties": {"code": "E05"}},
        ]}},
    }  # fmt: skip
    both = Shapes(SQUARES, wards)
    assert both.of_level("wards") == {"E05": ((~3,),)}
    assert list(both.places(3))[1] == pytest.approx((-0.15, 51.45))
    assert next(both.places(1)) == pytest.approx((-0.1, 51.4))


def test_all_an_area_or_a_view_is_shown() -> None:
    around = (-0.216, 51.392, 0.016, 51.508)
    assert SHAPES.frame(None, None) == pytest.approx(around)
    assert SHAPES.frame(None, WEST) == pytest.approx((-0.208, 51.392, -0.092, 51.508))
    view = (-0.15, 51.42, -0.1, 51.45)
    assert SHAPES.frame(view, WEST) == pytest.approx(view)
    assert SHAPES.frame((-9, 40, 9, 60), None) == pytest.approx(around)


def test_a_view_of_elsewhere_shows_nothing() -> None:
    with pytest.raises(BcuMapError, match="shows no part of London"):
        SHAPES.frame((1.0, 51.0, 2.0, 52.0), None)


def test_the_smallest_view_is_shown_with_something_around_it() -> None:
    west, south, east, north = SHAPES.frame((-0.1, 51.45, -0.0999, 51.4501), None)
    assert north - south == pytest.approx(shapes.SMALLEST)
    assert east - west > north - south  # a degree of longitude is shorter
    assert (west + east) / 2 == pytest.approx(-0.09995)


def test_dots_lie_on_the_national_grid() -> None:
    """Within half a metre of OSTN15, and the map is as high as it must be."""
    places = np.random.default_rng(1).uniform((-0.55, 51.26), (0.36, 51.72), (500, 2))
    near = np.array([plane.metres(lon, lat) for lon, lat in places])
    assert np.abs(near - projection.lonlat_to_bng(places)).max() < 0.5
    view = SHAPES.view(FRAME, 1000)
    metres = projection.lonlat_to_bng(np.array([(-0.2, 51.4), (0.0, 51.4)]))
    (left, below), (right, _) = view.at(-0.2, 51.4), view.at(0.0, 51.4)
    assert (right - left) * view.dot == pytest.approx(metres[1, 0] - metres[0, 0], abs=1)
    assert 0 < below < view.high < view.wide
    assert SHAPES.view((-0.2, 51.44, 0.0, 51.441), 1000).high == round(1000 * shapes.FLATTEST)


def test_neighbours_share_their_border_to_the_dot() -> None:
    view = SHAPES.view(FRAME, 1000)
    (west,), (east,) = view.rings(WEST), view.rings(EAST)
    assert west[0] == west[-1]
    assert east[0] == east[-1]
    assert len(set(west) & set(east)) == 2
    assert all(isinstance(part, int) for point in west for part in point)


def test_what_is_hardly_seen_is_not_named() -> None:
    areas = SHAPES.of_level("boroughs")
    assert list(SHAPES.view((-0.2, 51.44, -0.106, 51.46), 1000).seen(areas)) == ["W"]
    both = SHAPES.view((-0.16, 51.4, 0.0, 51.5), 1000).seen(areas)
    assert list(both) == ["E", "W"]  # the larger part first
    assert min(x for x, _ in both["W"][0]) == 0  # just the part in view


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=2, max_size=40))
def test_a_simpler_line_is_never_far_off(line: Line) -> None:
    found = shapes.simpler(line, 3.0)
    assert (found[0], found[-1]) == (line[0], line[-1])
    assert set(found) <= set(line)
    ends = list(itertools.pairwise(found))
    for point in line:
        assert min(_off(point, *pair) for pair in ends) <= 3.0 + 1e-9


def _off(point: Point, one: Point, two: Point) -> float:
    """How far a point is from the line through two others."""
    (x, y), (ax, ay), (bx, by) = point, one, two
    length = math.hypot(bx - ax, by - ay)
    if length <= 3:
        return math.hypot(x - ax, y - ay)
    return abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length


@given(st.lists(st.tuples(st.floats(-20, 30), st.floats(-20, 30)), min_size=3, max_size=3))
def test_a_ring_is_cut_to_the_map(corners: Line) -> None:
    ring = [*corners, corners[0]]
    found = shapes.clipped(ring, 10, 10)
    expected = shapely.area(shapely.intersection(shapely.Polygon(ring), shapely.box(0, 0, 10, 10)))
    assert abs(shapes._size(found)) == pytest.approx(expected, abs=1e-6)


def test_lines_are_joined_whatever_their_order() -> None:
    sides = list(itertools.pairwise(SQUARE))
    for order in itertools.permutations(sides):
        turned = [list(side)[:: 1 - 2 * (number % 2)] for number, side in enumerate(order)]
        (ring,) = shapes.joined(turned)
        assert ring[0] == ring[-1]
        assert set(ring) == set(SQUARE)
    (open_line,) = shapes.joined([list(side) for side in sides[:3]])
    assert {open_line[0], open_line[-1]} == {(0, 0), (0, 10)}


def test_what_is_far_off_the_map_is_left_out() -> None:
    far = [(-500.0, y * 10.0) for y in range(10)]
    assert shapes.in_sight([(5, 5), *far, (5, 9)], 100, 100) == [(5, 5), far[0], far[-1], (5, 9)]


def test_the_middle_lies_in_the_largest_part() -> None:
    large = [(x * 20 + 200, y * 20) for x, y in SQUARE]
    x, y = shapes.middle([SQUARE, large])
    assert (x, y) == pytest.approx((300, 100), abs=shapes.COARSE)
    ring = shapely.box(0, 0, 300, 300).difference(shapely.box(20, 20, 280, 200))
    lines = [list(map(tuple, part.coords)) for part in (ring.exterior, *ring.interiors)]
    assert shapely.contains_xy(ring, *shapes.middle(lines))  # its centroid does not


def test_the_whole_of_london_is_the_polygons_that_are_shipped() -> None:
    """Decoded without shapely, every borough has the size that it has on the National Grid."""
    known = pictures.known().shapes
    view = known.view(known.frame(None, None), 1600)
    frame = store.areas("boroughs").to_crs(27700)
    sizes = dict(zip(frame["borough_code"], frame.area, strict=True))
    for code, area in known.of_level("boroughs").items():
        dots = abs(sum(map(shapes._size, view.rings(area))))
        assert dots * view.dot**2 == pytest.approx(sizes[code], rel=0.02)
