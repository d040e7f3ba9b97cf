"""The edges of wards in the tiles of the map, on squares drawn by hand."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from bcumap.build import borders
from bcumap.facts.places import Tiles, read_lines
from bcumap.geo import projection
from tests.squares import in_london, row_of

# A row of squares of 100 m from 531,850 m east, so that a tile ends in the second: two wards of a
# borough, one of another BCU, one of the City.
WARDS = {
    "ward_code": ["E1", "E2", "E3", "E4"],
    "borough_code": ["B1", "B1", "B2", "B3"],
    "bcu_code": ["X", "X", "Y", None],
}
FIRST, SECOND = ["X", "B1", "E1"], ["X", "B1", "E2"]


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    metres = shapely.transform(in_london(row_of(4)), lambda xy: xy + np.array([1850, 50]))
    return gpd.GeoDataFrame(WARDS, geometry=projection.to_wgs84(metres), crs="EPSG:4326")


@pytest.fixture
def packed(squares: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "borders.zip"
    path.write_bytes(borders.pack(squares))
    return path


def test_each_edge_says_what_lies_on_its_sides(packed: Path) -> None:
    found = Tiles(packed)
    assert list(found) == ["2-530-180", "2-532-180"]
    west, east = map(json.loads, found.values())
    assert [pair for *pair, _ in west["lines"]] == [[[], FIRST], [[], SECOND], [FIRST, SECOND]]
    assert {tuple(map(tuple, pair)) for *pair, _ in east["lines"]} >= {
        (("X", "B1", "E2"), ("Y", "B2", "E3")),
        (("", "B3", "E4"), ("Y", "B2", "E3")),
        ((), ("", "B3", "E4")),
    }
    (between,) = (read_lines(text, west["unit"]) for *pair, text in west["lines"] if [] not in pair)
    assert between == [[(1950, 50), (1950, 150)]]


def test_edges_are_where_the_wards_are_to_a_decimetre(
    packed: Path, squares: gpd.GeoDataFrame
) -> None:
    drawn = borders.read(packed)
    edges = shapely.boundary(projection.to_bng(squares.geometry.to_numpy()))
    off = shapely.hausdorff_distance([drawn[code] for code in squares["ward_code"]], edges)
    assert off.max() < 0.1
    assert np.allclose([drawn[code].length for code in squares["ward_code"]], 400, atol=0.5)


def test_a_bend_of_less_than_the_page_s_own_layer_has_is_kept(squares: gpd.GeoDataFrame) -> None:
    """Both wards have the same line, a metre to the east in the middle of it."""
    first, second = projection.to_bng(squares.geometry.to_numpy()[:2])
    bend = shapely.Point(531_951, 180_100)
    corner = shapely.Polygon([(531_950, 180_050), bend, (531_950, 180_150)])
    moved = [shapely.union_all([first, corner])]
    moved.append(shapely.difference(second, moved[0]))
    bent = squares.iloc[:2].set_geometry(projection.to_wgs84(np.array(moved)), crs="EPSG:4326")
    sides, lines = borders._edges(bent)
    between = lines[[() not in pair for pair in sides]]
    assert shapely.distance(between, bend).min() < 0.1
