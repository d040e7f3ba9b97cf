"""Finding the ward of millions of points: bcumap's locator against geopandas.sjoin."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from bcumap.base.schema import WGS84
from bcumap.facts import store
from bcumap.geo.locate import Locator
from benchmarks.measure import Figure, alternate, ratio, seconds, timed

TITLE = "Find the ward of 5 million points"
ROUNDS = 3

POINTS, NEAR_POINTS = 5_000_000, 1_000_000
METRE = np.array([1 / 69_200, 1 / 111_200])  # in degrees of longitude and latitude, in London


def run(rounds: int) -> Iterator[Figure]:
    _, polygons = store.ward_polygons()
    wards = gpd.GeoDataFrame(geometry=polygons, crs=WGS84)
    locator = Locator(polygons)
    lonlat = uniform(polygons)
    lon, lat = np.ascontiguousarray(lonlat.T)
    points, near = frame(lonlat), frame(near_boundaries(polygons))
    taken = alternate(
        {
            "numbers": timed(lambda: locator(lon, lat)),
            "frame": timed(lambda: ours(locator, points)),
            "sjoin": timed(lambda: theirs(wards, points)),
            "grid": timed(lambda: Locator(polygons)),
            "near": timed(lambda: ours(locator, near)),
            "sjoin near": timed(lambda: theirs(wards, near)),
        },
        rounds,
    )
    sjoin = taken["sjoin"]
    yield ratio("sjoin of ready points ÷ bcumap of numbers", sjoin, taken["numbers"], at_least=5)
    yield ratio("both of a GeoDataFrame: sjoin ÷ bcumap", sjoin, taken["frame"], at_least=5)
    near_ratio = "1 million near a boundary: sjoin ÷ bcumap"
    yield ratio(near_ratio, taken["sjoin near"], taken["near"], at_least=2)
    yield seconds("to lay out the grid, once per process", taken["grid"])
    for name, where in (("5 million points", points), ("1 million within 1 m", near)):
        different = int((ours(locator, where) != theirs(wards, where)).sum())
        yield Figure(f"answers that differ, {name}", different, "", at_most=0)


def frame(lonlat: np.ndarray) -> gpd.GeoDataFrame:
    """The points as geopandas has them: nobody is timed for making them."""
    return gpd.GeoDataFrame(geometry=shapely.points(lonlat), crs=WGS84)


def uniform(polygons: np.ndarray) -> np.ndarray:
    """Points all over the bounds of London; three in five lie in a ward."""
    left, bottom, right, top = shapely.total_bounds(polygons)
    return np.random.default_rng(1).uniform((left, bottom), (right, top), (POINTS, 2))


def near_boundaries(polygons: np.ndarray) -> np.ndarray:
    """Points on the wards' edges, moved by less than 1 m."""
    random = np.random.default_rng(2)
    edges = shapely.get_parts(shapely.boundary(polygons))
    at = random.uniform(size=NEAR_POINTS)
    on = shapely.line_interpolate_point(random.choice(edges, NEAR_POINTS), at, normalized=True)
    angle, far = random.uniform(0, 2 * np.pi, NEAR_POINTS), random.uniform(0, 0.99, NEAR_POINTS)
    step = np.column_stack([far * np.cos(angle), far * np.sin(angle)]) * METRE
    return shapely.get_coordinates(on) + step


def ours(locator: Locator, points: gpd.GeoDataFrame) -> np.ndarray:
    """The position of the ward of every point, from the same frame as theirs."""
    lon, lat = np.ascontiguousarray(shapely.get_coordinates(points.geometry.to_numpy()).T)
    return locator(lon, lat)


def theirs(wards: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> np.ndarray:
    found = gpd.sjoin(points, wards, how="left", predicate="within")
    assert len(found) == len(points)
    return found["index_right"].fillna(-1).to_numpy(np.int16)
