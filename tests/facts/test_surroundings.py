"""A single point among wards: drawn by hand near London, and among the shipped ones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from bcumap.facts import store
from bcumap.facts.postcodes import Reach
from bcumap.facts.surroundings import BESIDE_RIVER_WARDS, EXACT_TO_M, Surroundings
from bcumap.geo.projection import bng_to_lonlat, to_wgs84
from tests.squares import LONDON, in_london, square

# Two wards in a row, a river as wide as they are, and a ward on its other bank.
#     left | right | river | far
SQUARES = in_london(np.array([square(0, 0), square(1, 0), square(3, 0)]))
RIVER = in_london(np.array([square(2, 0)]))


@pytest.fixture(scope="module")
def drawn() -> Surroundings:
    return Surroundings(["left", "right", "far"], to_wgs84(SQUARES), to_wgs84(RIVER)[0])


@pytest.fixture(scope="module")
def shipped() -> Surroundings:
    codes, polygons = store.ward_polygons()
    return Surroundings(codes, polygons, store.thames_polygon())


def degrees(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a place in the drawing (m)."""
    ((lon, lat),) = bng_to_lonlat(np.array([[LONDON[0] + east, LONDON[1] + north]]))
    return float(lat), float(lon)


# --- drawn by hand -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "at", "ward", "boundary_m", "others"),
    [
        ("in the middle", (50, 50), "left", 50, ()),
        ("10 m from the left edge", (10, 50), "left", 10, ()),
        ("2 m from the next ward", (98, 50), "left", 2, (Reach("right", 2),)),
        ("1 m over the line", (101, 50), "right", 1, (Reach("left", 1),)),
        ("4 m from the next ward", (96, 50), "left", 4, ()),
        ("2 m from the river", (198, 50), "right", 2, ()),
    ],
)
def test_a_point_in_a_ward(
    name: str,
    at: tuple[float, float],
    ward: str,
    boundary_m: int,
    others: tuple[Reach, ...],
    drawn: Surroundings,
) -> None:
    found = drawn.of(*degrees(*at))
    assert found is not None, name
    assert (found.ward_code, found.boundary_m, found.others) == (ward, boundary_m, others)
    assert (found.in_thames, found.swapped, found.exact_to_m) == (False, False, EXACT_TO_M)


def test_a_point_that_is_less_exact_may_be_in_more_wards(drawn: Surroundings) -> None:
    found = drawn.of(*degrees(60, 50), exact_to_m=45)
    assert found is not None
    assert (found.ward_code, found.exact_to_m) == ("left", 48)
    assert found.others == (Reach("right", 40),)
    found = drawn.of(*degrees(60, 50), exact_to_m=500)
    assert found is not None
    assert found.others == (Reach("right", 40), Reach("far", 240))


def test_a_point_in_the_river_has_the_wards_on_its_banks(drawn: Surroundings) -> None:
    found = drawn.of(*degrees(230, 50))
    assert found is not None
    assert found.in_thames
    assert (found.ward_code, found.boundary_m) == (None, 30)
    assert found.others == (Reach("right", 30), Reach("far", 70), Reach("left", 130))


def test_a_point_outside_has_no_ward(drawn: Surroundings) -> None:
    found = drawn.of(*degrees(50, 130))
    assert found is not None
    assert (found.ward_code, found.in_thames, found.boundary_m) == (None, False, 30)
    assert found.others == ()


def test_a_point_just_outside_has_the_ward_it_may_be_in(drawn: Surroundings) -> None:
    found = drawn.of(*degrees(50, 102))
    assert found is not None
    assert (found.ward_code, found.others) == (None, (Reach("left", 2),))


def test_a_point_exactly_on_a_boundary_is_in_neither_ward() -> None:
    """Squares in degrees, so that the line is a number that both can hold."""
    wards = np.array([shapely.box(-0.1, 51.5, 0.0, 51.6), shapely.box(0.0, 51.5, 0.1, 51.6)])
    found = Surroundings(["west", "east"], wards, shapely.Polygon()).of(51.55, 0.0)
    assert found is not None
    assert (found.ward_code, found.in_thames, found.boundary_m) == (None, False, 0)
    assert {other.ward_code for other in found.others} == {"west", "east"}
    assert {other.distance_m for other in found.others} == {0}


def test_easting_and_northing_are_the_same_place(drawn: Surroundings) -> None:
    in_metres = drawn.of(LONDON[0] + 150, LONDON[1] + 20)
    in_degrees = drawn.of(*degrees(150, 20))
    assert in_metres == in_degrees
    assert in_metres is not None
    assert (in_metres.ward_code, in_metres.boundary_m) == ("right", 20)


def test_longitude_given_first_is_said_and_understood(drawn: Surroundings) -> None:
    lat, lon = degrees(50, 50)
    found = drawn.of(lon, lat)
    assert found is not None
    assert (found.ward_code, found.swapped) == ("left", True)
    assert (found.lat, found.lon) == (round(lat, 6), round(lon, 6))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (0, 0), (90, 180), (51.5, 40), (40, -0.1), (48.85, 2.35), (-51.5, 0.1), (999, 999),
        (1e300, 1e300), (float("nan"), 0), (51.5, float("nan")), (float("inf"), 0),
        (float("-inf"), float("inf")), (1.0, 1.0), (700_001, 180_000), (530_000, 1_300_001),
        (1_000, 1_000_000),  # on the grid's paper, but in the Atlantic: OSTN15 has no cover
    ],
)  # fmt: skip
def test_no_place_in_great_britain(first: float, second: float, drawn: Surroundings) -> None:
    assert drawn.of(first, second) is None


# --- the shipped wards -------------------------------------------------------------------------


def test_charing_cross(shipped: Surroundings) -> None:
    """TQ 30 80: the ward that everyone knows it is in."""
    found = shipped.of(530_020, 180_360)
    assert found is not None
    assert store.facts()["wards"][found.ward_code]["name"] == "St James's"


def test_points_all_over_london(shipped: Surroundings, levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Against geopandas, and PROJ's own projection, which distances agree with to centimetres."""
    wards = levels["wards"]
    metres = wards.to_crs(27700)
    edges = metres.boundary
    left, bottom, right, top = wards.total_bounds
    random = np.random.default_rng(4)
    lon, lat = random.uniform(left, right, 80), random.uniform(bottom, top, 80)
    points = gpd.GeoSeries.from_xy(lon, lat, crs=4326)
    in_metres = points.to_crs(27700)
    held = 0
    for point, spot in zip(points, in_metres, strict=True):
        found = shipped.of(point.y, point.x)
        assert found is not None
        holding = wards["ward_code"][wards.contains(point)].tolist()
        assert [found.ward_code] == (holding or [None])
        to_edge = edges.distance(spot).min()
        assert abs(to_edge - found.boundary_m) < 0.55 + to_edge / 10_000
        held += len(holding)
        away = metres.distance(spot)
        near = set(wards["ward_code"][away < EXACT_TO_M - 0.05]) - set(holding)
        assert found.in_thames or near <= {other.ward_code for other in found.others}
    assert 40 < held < 78


def test_the_middle_of_the_river(shipped: Surroundings) -> None:
    found = shipped.of(51.5072, -0.0780)  # between the Tower and City Hall
    assert found is not None
    assert found.in_thames
    assert found.ward_code is None
    names = [store.facts()["wards"][other.ward_code]["name"] for other in found.others]
    assert len(names) == BESIDE_RIVER_WARDS
    away = [other.distance_m for other in found.others]
    assert away == sorted(away)
    assert found.boundary_m == away[0] > 0


def test_what_is_given_stays_as_it_was() -> None:
    polygons = to_wgs84(SQUARES)
    before = shapely.to_wkb(polygons).tolist()
    Surroundings(["left", "right", "far"], polygons, to_wgs84(RIVER)[0]).of(51.5, -0.1)
    assert shapely.to_wkb(polygons).tolist() == before
