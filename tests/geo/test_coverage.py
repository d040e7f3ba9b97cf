"""Coverages of hand-drawn squares: each case has a name; real wards where only they will do."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from bcumap.base.errors import CoverageError
from bcumap.geo import coverage, projection
from tests.squares import SIDE, Polygons, grid, row_of, square, wavy, wavy_row


def overlapping(metres: float) -> Polygons:
    """Three squares in a row, of which the middle one reaches into the last."""
    west, middle, east = row_of(3)
    return np.array([west, shapely.union(middle, square(1.5, 0, side=SIDE / 2 + metres)), east])


def gaping(metres: float) -> Polygons:
    """Two blocks with a slit between them that a third closes above and below: a long hole."""
    slit = shapely.box(SIDE - metres / 2, 20, SIDE + metres / 2, 80)
    return np.array([shapely.difference(square(column, 0), slit) for column in range(2)])


# --- is it a coverage? -------------------------------------------------------------------------


def test_squares_that_share_edges_are_a_coverage() -> None:
    assert coverage.is_coverage(grid(3))


def test_squares_that_overlap_are_none() -> None:
    assert not coverage.is_coverage(overlapping(1))


def test_a_t_junction_is_none_until_the_long_edge_has_its_vertex() -> None:
    """Two small squares beside a large one: the large one's edge lacks the vertex they share."""
    small = [shapely.box(100, 0, 150, 50), shapely.box(100, 50, 150, 100)]
    without = shapely.box(0, 0, 100, 100)
    with_vertex = shapely.Polygon([(0, 0), (100, 0), (100, 50), (100, 100), (0, 100)])
    assert not coverage.is_coverage(np.array([without, *small]))
    assert coverage.is_coverage(np.array([with_vertex, *small]))


# --- holes ------------------------------------------------------------------------------------


def test_a_ring_of_squares_leaves_the_middle_one_as_its_hole() -> None:
    ring = np.delete(grid(3), 4)
    (hole,) = coverage.holes(ring)
    assert hole.equals(square(1, 1))


def test_a_full_grid_and_two_islands_have_no_hole() -> None:
    assert len(coverage.holes(grid(3))) == 0
    assert len(coverage.holes(np.array([square(0, 0), square(5, 5)]))) == 0


def test_the_shell_of_an_island_is_no_hole_after_one_that_has_a_hole() -> None:
    ring_and_island = np.append(np.delete(grid(3), 4), square(9, 9))
    assert len(coverage.holes(ring_and_island)) == 1


# --- repair ------------------------------------------------------------------------------------


def test_repair_gives_an_overlap_of_half_a_metre_to_one_of_the_two() -> None:
    broken = overlapping(0.5)
    repaired = coverage.repair(broken)
    assert coverage.is_coverage(repaired.polygons)
    assert shapely.area(repaired.polygons).sum() == pytest.approx(3 * SIDE**2)
    assert not repaired.changed[0]  # the one that had no part in it
    assert repaired.changed[1:].any()
    assert 0 < repaired.moved_m < 1.5
    assert 0 < repaired.area_change_m2 < 100


def test_repair_closes_a_slit_of_two_metres_and_leaves_a_pond_of_thirty() -> None:
    slit, pond = coverage.repair(gaping(0.5)), coverage.repair(gaping(30))
    assert len(coverage.holes(slit.polygons)) == 0
    assert shapely.area(slit.polygons).sum() == pytest.approx(2 * SIDE**2)
    assert len(coverage.holes(pond.polygons)) == 1
    assert not pond.changed.any()


def test_repair_of_a_valid_coverage_changes_nothing() -> None:
    repaired = coverage.repair(grid(3))
    assert not repaired.changed.any()
    assert repaired.moved_m == 0
    assert repaired.area_change_m2 == 0


def test_repair_refuses_an_overlap_that_takes_a_tenth_of_a_square() -> None:
    with pytest.raises(CoverageError, match="overlaps or gapes too much to trust"):
        coverage.repair(overlapping(20))


def test_repair_refuses_what_moves_an_edge_far_however_small_the_area() -> None:
    """A spike 30 m long and 1 m wide: a third of a per cent of the area, but far."""
    spike = shapely.Polygon([(100, 50), (130, 50.5), (100, 51)])
    broken = np.array([shapely.union(square(0, 0), spike), square(1, 0)])
    with pytest.raises(CoverageError, match=r"move a boundary by (2[6-9]|3\d)\.\d m"):
        coverage.repair(broken)


def test_repair_refuses_a_square_that_stands_there_twice() -> None:
    with pytest.raises(CoverageError):
        coverage.repair(np.array([square(0, 0), square(0, 0), square(1, 0)]))


def test_repair_refuses_a_square_that_is_flat() -> None:
    flat = shapely.Polygon([(200, 0), (200, 50), (200, 100)])
    with pytest.raises(CoverageError):
        coverage.repair(np.array([square(0, 0), square(1, 0), flat]))


# --- dissolve ----------------------------------------------------------------------------------


def test_dissolve_joins_what_shares_a_label_and_keeps_the_area() -> None:
    names, merged = coverage.dissolve(grid(2), np.array(["south", "south", "north", "north"]))
    assert names.tolist() == ["north", "south"]
    assert merged[0].equals(shapely.box(0, 100, 200, 200))
    assert merged[1].equals(shapely.box(0, 0, 200, 100))
    assert coverage.is_coverage(merged)


def test_dissolve_keeps_an_area_in_two_parts_as_one_row() -> None:
    names, merged = coverage.dissolve(row_of(3), np.array(["ends", "middle", "ends"]))
    assert names.tolist() == ["ends", "middle"]
    assert shapely.get_num_geometries(merged[0]) == 2
    assert shapely.area(merged[0]) == 2 * SIDE**2


@pytest.mark.parametrize("missing", [None, np.nan])
def test_dissolve_refuses_a_missing_label(missing: object) -> None:
    """The trap: GeoDataFrame.dissolve drops such rows without a word."""
    squares = row_of(2)
    dropped = gpd.GeoDataFrame({"label": ["a", missing]}, geometry=squares).dissolve("label")
    assert dropped.area.sum() == SIDE**2
    with pytest.raises(CoverageError, match="no label"):
        coverage.dissolve(squares, np.array(["a", missing], dtype=object))


def test_dissolve_takes_the_label_na_for_what_it_is() -> None:
    names, _ = coverage.dissolve(row_of(2), np.array(["NA", "EA"], dtype=object))
    assert names.tolist() == ["EA", "NA"]


def test_dissolve_refuses_squares_that_overlap() -> None:
    with pytest.raises(CoverageError, match="no valid coverage"):
        coverage.dissolve(overlapping(5), np.array(["one", "one", "one"]))


def test_dissolve_refuses_to_lose_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """On what is no coverage, other versions of GEOS return less than they were given."""
    monkeypatch.setattr(shapely, "coverage_union_all", lambda polygons: polygons[0])
    with pytest.raises(CoverageError, match=r"changed the area by 10,000\.0 m²"):
        coverage.dissolve(row_of(2), np.array(["one", "one"]))


def test_dissolve_changes_nothing_that_it_is_given() -> None:
    squares, labels = grid(2), np.array(["b", "a", "b", "a"])
    before = shapely.to_wkb(squares).tolist(), labels.tolist()
    coverage.dissolve(squares, labels)
    assert (shapely.to_wkb(squares).tolist(), labels.tolist()) == before


# --- simplify ----------------------------------------------------------------------------------


def test_simplify_keeps_neighbours_matched_where_simplifying_each_does_not() -> None:
    """The trap: each alone starts its ring elsewhere, so that a shared edge splits in two."""
    waves = wavy_row(3)
    each = shapely.simplify(waves, 3.0)
    together = coverage.simplify(waves, max_error_m=10, tolerance=15)
    assert not coverage.is_coverage(each)
    assert coverage.is_coverage(together.polygons)
    vertices = shapely.get_num_coordinates
    assert vertices(together.polygons).sum() < vertices(waves).sum() / 4


def test_simplify_lowers_its_tolerance_until_the_error_fits() -> None:
    waves = wavy_row(3)
    loose = coverage.simplify(waves, max_error_m=100, tolerance=60)
    tight = coverage.simplify(waves, max_error_m=2, tolerance=60)
    assert loose.error_m > 2 >= tight.error_m
    assert tight.tolerance < 60 == loose.tolerance


def test_simplify_measures_from_the_source_and_not_from_the_step_between() -> None:
    waves = wavy_row(3)
    first = coverage.simplify(waves, max_error_m=10, tolerance=12)
    again = {"max_error_m": 50.0, "tolerance": 12.0}
    from_step = coverage.simplify(first.polygons, **again)
    from_source = coverage.simplify(first.polygons, **again, source=waves)
    assert from_source.error_m == pytest.approx(first.error_m)
    assert from_step.error_m < first.error_m


def test_simplify_gives_up_when_nothing_fits() -> None:
    with pytest.raises(CoverageError, match="no simplification stays within"):
        coverage.simplify(wavy_row(2), max_error_m=-1, tolerance=5)


# --- how far a simplification lies -------------------------------------------------------------


def bumped(offset: float, *, start: int = 0) -> shapely.Polygon:
    """A square with one more vertex on its upper edge, pushed out; the ring may start anywhere."""
    ring = [(0, 0), (100, 0), (100, 100), (60, 100 + offset), (0, 100)]
    return shapely.Polygon(ring[start:] + ring[:start])


@pytest.mark.parametrize("start", range(5))
def test_error_of_a_dropped_bump_is_its_height_wherever_the_ring_starts(start: int) -> None:
    before, after = np.array([bumped(7, start=start)]), np.array([square(0, 0)])
    assert coverage.simplification_error(before, after) == pytest.approx(7)
    assert shapely.hausdorff_distance(before[0].boundary, after[0].boundary) == pytest.approx(7)


def test_error_is_to_the_segment_and_not_to_the_line_through_it() -> None:
    """A vertex 30 m beyond the end of the edge that replaces it."""
    before = np.array([shapely.Polygon([(0, 0), (100, 0), (100, 100), (-30, 100), (0, 50)])])
    after = np.array([shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 50)])])
    segment = shapely.LineString([(100, 100), (0, 50)])
    expected = segment.distance(shapely.Point(-30, 100))
    assert coverage.simplification_error(before, after) == pytest.approx(expected)


def test_error_of_nothing_dropped_is_zero() -> None:
    assert coverage.simplification_error(grid(2), grid(2)) == 0


def test_error_sees_every_part_of_a_multipolygon() -> None:
    """The trap: shapely.get_rings passes over multipolygons, and once the error was zero."""
    island = square(5, 5)
    before = np.array([shapely.MultiPolygon([island, bumped(9)])])
    after = np.array([shapely.MultiPolygon([island, square(0, 0)])])
    assert len(shapely.get_rings(before)) == 0
    assert coverage.simplification_error(before, after) == pytest.approx(9)


def test_error_of_a_ring_that_is_gone_is_infinite() -> None:
    before = np.array([square(0, 0), square(5, 5)])
    assert coverage.simplification_error(before, before[:1]) == np.inf


def test_error_bounds_the_hausdorff_distance_of_real_wards(
    levels: dict[str, gpd.GeoDataFrame],
) -> None:
    wards = levels["wards"]
    some = wards[wards["borough"].isin(["Hackney", "Tower Hamlets", "Richmond upon Thames"])]
    assert set(some.geom_type) == {"MultiPolygon"}
    before = projection.to_bng(some.geometry.to_numpy())
    after = shapely.coverage_simplify(before, 10.0)
    distance = shapely.hausdorff_distance(shapely.boundary(before), shapely.boundary(after)).max()
    error = coverage.simplification_error(before, after)
    assert 5 < distance <= error < 2 * distance


# --- nesting, and the river --------------------------------------------------------------------


def test_columns_nest_in_their_grid_in_any_order() -> None:
    labels = np.array(["west", "east", "west", "east"])
    west, east = shapely.box(0, 0, 100, 200), shapely.box(100, 0, 200, 200)
    exact = shapely.segmentize(np.array([east, west]), 100)
    assert coverage.nests(grid(2), labels, exact, np.array(["east", "west"]))
    assert coverage.nests(grid(2), labels, exact[::-1], np.array(["west", "east"]))


@pytest.mark.parametrize(
    "why", ["a vertex more", "a millimetre off", "another name", "one too few", "swapped"]
)
def test_what_does_not_nest(why: str) -> None:
    labels = np.array(["west", "east", "west", "east"])
    names, outer = coverage.dissolve(grid(2), labels)
    if why == "a vertex more":
        outer = shapely.segmentize(outer, 60)
    elif why == "a millimetre off":
        outer = shapely.transform(outer, lambda xy: xy + (xy == 0) * 0.001)
    elif why == "another name":
        names = np.array(["east", "wset"])
    elif why == "one too few":
        names, outer = names[:1], outer[:1]
    else:
        outer = outer[::-1]
    assert not coverage.nests(grid(2), labels, outer, names)


def test_the_river_is_fitted_to_banks_that_have_moved() -> None:
    """Two banks that were simplified: one drew back by 2 m, the other came forward by 2 m."""
    river = np.array([shapely.box(0, 100, 150, 150), shapely.box(150, 100, 300, 150)])
    moved = np.array([shapely.box(0, 0, 300, 98), shapely.box(0, 148, 300, 250)])
    fitted = coverage.fill_between(river, moved, margin_m=3)
    off = shapely.symmetric_difference(fitted, shapely.box(0, 98, 300, 148))
    assert shapely.area(shapely.intersection(off, shapely.box(0, 0, 300, 250))) < 1e-6
    assert shapely.area(shapely.intersection(fitted, moved)).max() < 1e-6
    west, _, east, _ = fitted.bounds
    assert (west, east) == pytest.approx((-3, 303))  # no polygon closes its ends


def test_a_far_polygon_leaves_the_river_alone() -> None:
    river = np.array([square(0, 0)])
    alone = coverage.fill_between(river, np.array([square(0, 1), square(8, 8)]), margin_m=0)
    assert alone.equals(square(0, 0))


def test_the_waves_that_these_tests_draw_share_their_edges() -> None:
    assert coverage.is_coverage(wavy_row(2))
    assert wavy(0).is_valid
