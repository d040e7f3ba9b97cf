"""The locator's answers are those of shapely and geopandas, at boundaries above all."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from bcumap.base.schema import WGS84
from bcumap.facts import store
from bcumap.geo import projection
from bcumap.geo.locate import CELL_DEGREES, NOWHERE, Floats, Locator, Places
from tests.squares import SIDE, Polygons, row_of, square

SIZE = 5  # squares in a row of a random coverage


def within(polygons: Polygons, x: Floats, y: Floats) -> Places:
    """Test every point against every polygon, unprepared and without an index."""
    inside = shapely.within(shapely.points(x, y)[:, None], polygons[None, :])
    return np.where(inside.any(axis=1), inside.argmax(axis=1), NOWHERE)


def sjoined(polygons: Polygons, x: Floats, y: Floats) -> Places:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=WGS84)
    areas = gpd.GeoDataFrame(geometry=polygons, crs=WGS84)
    found = gpd.sjoin(points, areas, predicate="within")
    places = np.full(len(x), NOWHERE)
    places[found.index] = found["index_right"]
    return places


@pytest.fixture(scope="module")
def wards() -> Polygons:
    return store.ward_polygons()[1]


@pytest.fixture(scope="module")
def locator(wards: Polygons) -> Locator:
    return Locator(wards)


def uniform(wards: Polygons, number: int) -> tuple[Floats, Floats]:
    """Points all over London and a little beyond."""
    left, bottom, right, top = shapely.total_bounds(wards)
    random = np.random.default_rng(1)
    return (
        random.uniform(left - 0.01, right + 0.01, number),
        random.uniform(bottom - 0.01, top + 0.01, number),
    )


def near_boundaries(wards: Polygons, number: int, metres: float) -> tuple[Floats, Floats]:
    """Points on the wards' edges, moved by at most so many metres in each direction."""
    random = np.random.default_rng(2)
    edges = shapely.get_parts(shapely.boundary(wards))
    on = shapely.line_interpolate_point(
        random.choice(edges, number), random.uniform(size=number), normalized=True
    )
    degrees = metres * np.array([1 / 69_200, 1 / 111_200])  # of longitude and latitude in London
    moved = shapely.get_coordinates(on) + random.uniform(-1, 1, (number, 2)) * degrees
    return tuple(np.ascontiguousarray(moved.T))


# --- drawn by hand -----------------------------------------------------------------------------


@st.composite
def coverages(draw: st.DrawFn) -> Polygons:
    """Areas made of squares of a grid: any shape, with holes and in parts, some squares of none."""
    owners = draw(st.lists(st.integers(-1, 4), min_size=SIZE**2, max_size=SIZE**2))
    areas = [
        shapely.union_all(
            [square(at % SIZE, at // SIZE) for at in range(SIZE**2) if owners[at] == n]
        )
        for n in sorted(set(owners) - {-1})
    ]
    return np.array(areas or [square(0, 0)])


# Eighths of a square, so that many points lie on an edge or a vertex, and any number at all.
PLACES = st.integers(-8, 8 * SIZE + 8).map(lambda n: n * SIDE / 8) | st.floats()
POINTS = st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=60)
CELLS = st.floats(SIDE / 30, SIDE * 3)


@given(coverages(), POINTS, st.tuples(CELLS, CELLS))
@example(row_of(2), [(SIDE, 50.0), (SIDE, 0.0), (50.0, 50.0), (150.0, 50.0)], (SIDE, SIDE))
def test_any_coverage_of_squares_and_any_cell(
    polygons: Polygons, points: list[tuple[float, float]], cell: tuple[float, float]
) -> None:
    x, y = np.array(points).T
    with np.errstate(over="ignore"):  # 1e308 m is nowhere, however it is worked out
        found = Locator(polygons, cell=cell)(x, y)
    finite = np.isfinite(x) & np.isfinite(y)
    assert (found[~finite] == NOWHERE).all()
    assert found[finite].tolist() == within(polygons, x[finite], y[finite]).tolist()


def test_a_point_on_an_edge_or_a_vertex_is_in_no_square() -> None:
    x = np.array([50.0, 100.0, 100.0, 0.0, 200.0, 150.0])
    y = np.array([50.0, 50.0, 100.0, 0.0, 50.0, 50.0])
    assert Locator(row_of(2), cell=(7, 7))(x, y).tolist() == [0, -1, -1, -1, -1, 1]


@pytest.mark.parametrize("shift", [-1e-9, 0.0, 1e-9])
def test_an_edge_that_lies_exactly_between_two_cells(shift: float) -> None:
    """The grid begins a cell left of the squares, so that edges and lines of the grid coincide."""
    x = np.array([SIDE + shift])
    expected = {-1e-9: 0, 0.0: NOWHERE, 1e-9: 1}[shift]
    assert Locator(row_of(2), cell=(SIDE, SIDE))(x, np.array([50.0])).tolist() == [expected]


def test_no_points_at_all() -> None:
    assert Locator(row_of(2), cell=(7, 7))(np.array([]), np.array([])).tolist() == []


def test_what_is_given_stays_as_it_was() -> None:
    squares, x, y = row_of(3), np.array([50.0, np.nan]), np.array([50.0, 1.0])
    before = shapely.to_wkb(squares).tolist(), x.tolist()[:1], y.tolist()
    Locator(squares, cell=(7, 7))(x, y)
    assert (shapely.to_wkb(squares).tolist(), x.tolist()[:1], y.tolist()) == before


# --- the shipped wards -------------------------------------------------------------------------


def test_points_all_over_london(wards: Polygons, locator: Locator) -> None:
    x, y = uniform(wards, 100_000)
    found = locator(x, y)
    assert len(set(found)) > 690  # and nowhere
    assert (found == sjoined(wards, x, y)).all()


@pytest.mark.parametrize("metres", [0.0, 1e-6, 0.01, 1.0, 30.0])
def test_points_near_boundaries(wards: Polygons, locator: Locator, metres: float) -> None:
    x, y = near_boundaries(wards, 20_000, metres)
    assert (locator(x, y) == sjoined(wards, x, y)).all()


def test_the_vertices_of_boundaries_are_in_no_ward(wards: Polygons, locator: Locator) -> None:
    x, y = np.ascontiguousarray(shapely.get_coordinates(wards).T)
    assert (locator(x, y) == NOWHERE).all()


def test_a_point_inside_every_ward(wards: Polygons, locator: Locator) -> None:
    inside = shapely.point_on_surface(wards)
    found = locator(shapely.get_x(inside), shapely.get_y(inside))
    assert found.tolist() == list(range(704))


@pytest.mark.parametrize("factor", [0.7, 3.0, 100.0])
def test_the_size_of_the_cells_changes_no_answer(
    wards: Polygons, locator: Locator, factor: float
) -> None:
    x, y = near_boundaries(wards, 20_000, 100.0)
    width, height = CELL_DEGREES
    other = Locator(wards, cell=(width * factor, height * factor))
    assert (other(x, y) == locator(x, y)).all()


def test_far_away_and_no_place_at_all(locator: Locator) -> None:
    x = np.array([0.0, 180.0, -180.0, 530_000.0, np.nan, -0.1, np.inf, -np.inf, -0.1])
    y = np.array([0.0, 90.0, -90.0, 180_000.0, 51.5, np.nan, 51.5, 51.5, np.inf])
    assert (locator(x, y) == NOWHERE).all()


def test_a_place_that_everyone_knows(locator: Locator) -> None:
    """Charing Cross, TQ 30 80, from which London's distances are measured: St James's ward."""
    codes, _ = store.ward_polygons()
    ((lon, lat),) = projection.bng_to_lonlat(np.array([[530_020.0, 180_360.0]]))
    (place,) = locator(np.array([lon]), np.array([lat]))
    assert store.facts()["wards"][codes[place]]["name"] == "St James's"


THREADS = """
import threading
import numpy as np, shapely
from bcumap.geo.locate import Locator
angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
radius = 1 + 0.1 * np.sin(300 * angle)
star = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
x = y = np.zeros(4)
for turn in range(60):
    locator = Locator(np.array([shapely.Polygon(star + turn)]), cell=(9, 9))
    start = threading.Barrier(6)
    def ask():
        start.wait()
        for _ in range(5):
            assert (locator(x + turn, y + turn) == 0).all()
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print("fine")
"""


def test_threads_may_share_a_locator_from_the_start() -> None:
    """GEOS makes a prepared polygon's indexes without a lock; a crash, not an error."""
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
