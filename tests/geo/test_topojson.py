"""TopoJSON: squares whose arcs can be counted, and the way there and back."""

from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import shapely

from bcumap.base.errors import CoverageError
from bcumap.geo import coverage, tiers, topojson
from bcumap.geo.topojson import Grid, Json, Line
from tests.squares import Polygons, grid, row_of, square

METRES = Grid(scale=(1.0, 1.0), translate=(0.0, 0.0))


def share(**layers: Polygons) -> tuple[list[Line], dict[str, list[Json]]]:
    return topojson.share({name: tiers.rings(cells) for name, cells in layers.items()})


def used(shape: Json) -> set[int]:
    """The arcs that a polygon uses, whichever way."""
    return {max(n, ~n) for part in topojson.polygons(shape) for ring in part for n in ring}


def document(cells: Polygons, on: Grid = METRES) -> bytes:
    arcs, shapes = share(squares=cells)
    rows = [
        {**shape, "properties": {"code": str(place)}}
        for place, shape in enumerate(shapes["squares"])
    ]
    return topojson.encode({"squares": rows}, arcs, on)


def test_two_squares_have_three_arcs() -> None:
    arcs, shapes = share(squares=row_of(2))
    assert len(arcs) == 3
    left, right = map(used, shapes["squares"])
    assert len(left & right) == 1


def test_an_island_in_a_hole_is_the_ring_of_the_hole() -> None:
    inner = shapely.box(20, 20, 40, 40)
    arcs, shapes = share(squares=np.array([shapely.difference(square(0, 0), inner), inner]))
    assert len(arcs) == 2
    (_, (hole,)), ((island,),) = (shape["arcs"] for shape in shapes["squares"])
    assert max(hole, ~hole) == max(island, ~island)


def test_a_level_above_adds_no_arc_of_its_own() -> None:
    """Four wards in one borough: its outline is the wards', an edge between them is not."""
    wards = grid(2)
    borough = np.array([shapely.coverage_union_all(wards)])
    arcs, shapes = share(wards=wards)
    both, levels = share(wards=wards, boroughs=borough)
    assert both == arcs
    assert levels["wards"] == shapes["wards"]
    assert used(levels["boroughs"][0]) < set.union(*map(used, levels["wards"]))


def test_three_squares_that_touch_at_a_corner_part_there() -> None:
    arcs, _ = share(squares=np.array([square(0, 0), square(1, 1)]))
    assert all((100, 100) in (line[0], line[-1]) for line in arcs)


def test_every_vertex_comes_back_in_its_place() -> None:
    """Through the document and GDAL, with a hole, an island and parts."""
    inner = shapely.box(20, 20, 40, 40)
    apart = shapely.MultiPolygon([square(1, 0), square(3, 0)])
    cells = np.array([shapely.difference(square(0, 0), inner), inner, apart])
    shapes = pyogrio.read_dataframe(document(cells)).geometry.to_numpy()
    assert shapely.equals(shapes, cells).all()
    assert coverage.is_coverage(shapes)
    assert shapely.get_num_coordinates(shapes).tolist() == [10, 5, 10]


def test_our_own_reader_finds_what_gdal_finds() -> None:
    inner = shapely.box(20, 20, 40, 40)
    content = document(np.array([shapely.difference(square(0, 0), inner), inner]))
    read = json.loads(content)
    theirs = pyogrio.read_dataframe(content).geometry.to_numpy()
    for shape, expected in zip(read["objects"]["squares"]["geometries"], theirs, strict=True):
        feature = topojson.feature(read, shape, {"is": "ours"})
        assert shapely.equals(shapely.from_geojson(json.dumps(feature["geometry"])), expected)
        outer, *holes = feature["geometry"]["coordinates"]
        assert shapely.is_ccw(shapely.linearrings(outer))
        assert not any(shapely.is_ccw(shapely.linearrings(hole)) for hole in holes)
        assert feature["properties"] == {"is": "ours"}
        assert feature["bbox"] == list(expected.bounds)


def test_cells_of_a_grid_lie_where_they_should() -> None:
    on = Grid(scale=(0.5, 0.25), translate=(-10.0, 3.0))
    moved = tiers.cells(np.array([shapely.box(-10, 3, -5.1, 4.1)]), on)
    assert moved[0].bounds == (0, 0, 10, 4)
    back = pyogrio.read_dataframe(document(moved, on)).geometry[0]
    assert back.bounds == (-10, 3, -5, 4)


def test_numbers_that_json_does_not_have_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        topojson.encode({}, [], METRES, members={"residents": float("nan")})


# --- what a coarse grid leaves ------------------------------------------------------------------


def test_a_speck_that_the_grid_closes_is_left_out_and_its_hole_with_it() -> None:
    inner = shapely.box(20.1, 20.1, 20.3, 20.3)
    apart = shapely.MultiPolygon([square(1, 0), inner])
    rounded = tiers.cells(np.array([shapely.difference(square(0, 0), inner), apart]), METRES)
    assert not shapely.is_valid(rounded).any()
    left = tiers.without_specks(rounded)
    assert shapely.equals(left, row_of(2)).all()


def test_an_area_that_is_a_speck_is_not_lost_in_silence() -> None:
    rounded = tiers.cells(np.array([shapely.box(20.1, 20.1, 20.3, 20.3)]), METRES)
    with pytest.raises(CoverageError, match="smaller than a cell"):
        tiers.without_specks(rounded)
