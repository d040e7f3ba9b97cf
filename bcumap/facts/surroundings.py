"""A single point among the wards: which one holds it, and what else is near; reads no file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from bcumap.facts.postcodes import Reach
from bcumap.geo.coverage import Polygons
from bcumap.geo.projection import bng_to_lonlat, lonlat_to_bng, to_bng

# How exactly boundaries are drawn (geodata's promise), so how near one a point is in doubt (m).
EXACT_TO_M = 3.0
# What is told of the surroundings of a point in the river (m, and how many wards).
BESIDE_RIVER_M, BESIDE_RIVER_WARDS = 1_000.0, 3

# Great Britain, roughly: what tells degrees from metres, and latitude from longitude.
_LATITUDES, _LONGITUDES = (49.5, 61.5), (-9.0, 2.5)
_EASTINGS, _NORTHINGS = (1_000.0, 700_000.0), (1_000.0, 1_300_000.0)


@dataclass(frozen=True)
class Point:
    """A point in Great Britain.

    Attributes
    ----------
    ward_code
        The ward that holds it; None in the tidal Thames, outside London and exactly on a boundary.
    boundary_m
        Distance to the nearest ward boundary, in whole metres.
    others
        Other wards that are too near to be sure of; in the river, the wards on its banks.
    exact_to_m
        How exact the point and the boundaries around it are, together.
    swapped
        Whether longitude was given before latitude.
    """

    lat: float
    lon: float
    ward_code: str | None
    in_thames: bool
    boundary_m: int
    others: tuple[Reach, ...]
    exact_to_m: float
    swapped: bool


class Surroundings:
    """The wards and the river, made ready for single points.

    Parameters
    ----------
    codes, polygons
        GSS codes of the wards and their polygons (EPSG:4326).
    river
        The tidal Thames (EPSG:4326).
    """

    def __init__(self, codes: Sequence[str], polygons: Polygons, river: shapely.Geometry) -> None:
        self._codes = codes
        self._polygons = polygons
        self._tree = shapely.STRtree(polygons)
        self._metres = to_bng(polygons)
        self._metres_tree = shapely.STRtree(self._metres)
        self._boundaries = shapely.boundary(self._metres)
        self._river = river

    def of(self, first: float, second: float, *, exact_to_m: float = 0) -> Point | None:
        """Return what lies at latitude and longitude, or at easting and northing.

        None if the two numbers are no place in Great Britain. `exact_to_m` is how exact they are.
        """
        read = _read(first, second)
        if read is None:
            return None
        lat, lon, swapped = read
        spot = shapely.Point(*lonlat_to_bng(np.array([[lon, lat]]))[0])
        if spot.is_empty or not math.isfinite(spot.x):
            return None
        own = self._holding(lon, lat)
        in_thames = own is None and bool(shapely.contains_xy(self._river, lon, lat))
        exact_to_m += EXACT_TO_M
        near = self._near(spot, BESIDE_RIVER_M if in_thames else exact_to_m, own)
        if in_thames:
            near = near[:BESIDE_RIVER_WARDS]
        return Point(
            lat=round(lat, 6),
            lon=round(lon, 6),
            ward_code=None if own is None else self._codes[own],
            in_thames=in_thames,
            boundary_m=round(self._to_boundary(spot)),
            others=tuple(near),
            exact_to_m=exact_to_m,
            swapped=swapped,
        )

    def _holding(self, lon: float, lat: float) -> int | None:
        """Return the position of the ward that holds a point (degrees)."""
        for position in self._tree.query(shapely.Point(lon, lat)):
            if shapely.contains_xy(self._polygons[position], lon, lat):
                return int(position)
        return None

    def _near(self, spot: shapely.Point, metres: float, own: int | None) -> list[Reach]:
        """Return the other wards within a distance, nearest first."""
        found = self._metres_tree.query(spot, predicate="dwithin", distance=metres)
        away = shapely.distance(self._metres[found], spot)
        return sorted(
            (
                Reach(self._codes[position], round(distance))
                for position, distance in zip(found, away, strict=True)
                if position != own
            ),
            key=lambda other: other.distance_m,
        )

    def _to_boundary(self, spot: shapely.Point) -> float:
        nearest = self._metres_tree.query_nearest(spot)
        return float(shapely.distance(self._boundaries[nearest], spot).min())


def _read(first: float, second: float) -> tuple[float, float, bool] | None:
    """Read two numbers as latitude and longitude, and say if they were the wrong way round."""
    if _within(first, _LATITUDES) and _within(second, _LONGITUDES):
        return first, second, False
    if _within(second, _LATITUDES) and _within(first, _LONGITUDES):
        return second, first, True
    if _within(first, _EASTINGS) and _within(second, _NORTHINGS):
        lon, lat = bng_to_lonlat(np.array([[first, second]]))[0]
        return (float(lat), float(lon), False) if math.isfinite(lat) else None
    return None


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
