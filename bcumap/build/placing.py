"""Postcodes in their wards: which one, how near the next, and how far a postcode reaches; pure.

A postcode is a set of about fifteen addresses, of which the directory gives one: the building that
is nearest to their middle. How far the others are from it is not published, so it is estimated. An
address that is nearer to the middle of another postcode mostly belongs to that one, so a postcode
reaches about as far as its neighbours are away. docs/data.md says how this was chosen and tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from bcumap.facts.postcodes import OUTSIDE, Reach, write_others
from bcumap.geo.coverage import Polygons
from bcumap.geo.locate import NOWHERE, Locator
from bcumap.geo.projection import bng_to_lonlat

DECIMALS = 5  # of a degree: positions are whole metres
CELL_M = (30.0, 30.0)
# A postcode reaches as far as the second nearest other one in use: the nearest alone may be the
# next entrance of the same block.
NEIGHBOUR = 2
# How far the true middle may lie from the position given, by Code-Point Open's quality (m). 30 is
# OS's own figure for developing sites. 50, 60 and 90 are estimates from the surroundings: of those
# replaced by a surveyed position between the two editions, three quarters had been within 700 m.
POSITION_ERROR_M = {10: 0, 20: 0, 30: 100, 40: 100, 50: 700, 60: 700, 90: 700}
# Positions of postcodes that ended long ago are kept to 100 m: half the diagonal of such a square.
COARSE_M, COARSE_ERROR_M = 100, 71
# An outline of London this near to the tidal Thames is its bank, not London's edge (m).
BANK_M = 10.0


@dataclass(frozen=True)
class Ground:
    """What postcodes are placed on, in metres (EPSG:27700).

    Attributes
    ----------
    wards
        A row per ward: `ward_code`, `borough_code`, geometry; a valid coverage.
    river
        The tidal Thames, which lies between the wards; None if it is not known.
    """

    wards: gpd.GeoDataFrame
    river: Polygons | None


def spread(postcodes: pd.DataFrame) -> npt.NDArray[np.int32]:
    """Estimate how far from its position the addresses of a postcode may be.

    Parameters
    ----------
    postcodes
        `live`, `easting`, `northing`, `quality` of each.

    Returns
    -------
    array of int
        Metres, rounded up: the distance to the second nearest other position of a postcode in use,
        plus what the position itself may be off.
    """
    from scipy.spatial import KDTree  # for a new edition only: not in every installation

    at = postcodes[["easting", "northing"]].to_numpy(float)
    in_use = np.unique(at[postcodes["live"].to_numpy()], axis=0)
    distances, _ = KDTree(in_use).query(at, k=NEIGHBOUR + 1)
    others = np.where(distances[:, :1] == 0, distances[:, 1:], distances[:, :-1])
    metres: npt.NDArray[np.float64] = others[:, NEIGHBOUR - 1] + _position_error(postcodes)
    return np.ceil(metres).astype(np.int32)


def _position_error(postcodes: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Say how far off each position may be (m)."""
    by_quality = postcodes["quality"].map(POSITION_ERROR_M).fillna(0).to_numpy(float)
    at = postcodes[["easting", "northing"]].to_numpy()
    coarse = (at % COARSE_M == 0).all(axis=1) & ~postcodes["live"].to_numpy()
    return np.maximum(by_quality, np.where(coarse, COARSE_ERROR_M, 0))


def place(postcodes: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Place postcodes in their wards.

    Parameters
    ----------
    postcodes
        A row per postcode: `postcode`, `live`, `easting`, `northing`, `quality`, `borough_code`
        (the directory's) and `reach_m`.

    Returns
    -------
    DataFrame
        The same rows with `lat` and `lon` (degrees, EPSG:4326, to about a metre), `ward_code`,
        `boundary_m` (to that ward's boundary, whole metres, at least 1) and `others`: the other
        wards within `reach_m`, nearest first, as `postcodes.write_others` writes them. A position
        in no ward, such as a pier, is given the nearest ward of the directory's borough and 0
        metres; no ward (an empty `ward_code`) if the borough has none here, as the City has none
        where the source leaves it out.
    """
    wards = ground.wards.reset_index(drop=True)
    polygons: Polygons = wards.geometry.to_numpy()
    at = postcodes[["easting", "northing"]].to_numpy(float)
    within = Locator(polygons, cell=CELL_M)(*np.ascontiguousarray(at.T)).astype(int)
    stray = within == NOWHERE
    points = shapely.points(at)
    within[stray] = _nearest_of_borough(points[stray], postcodes["borough_code"][stray], wards)
    boundaries = shapely.boundary(polygons)
    boundary = np.where(stray, 0, shapely.distance(boundaries[within], points).clip(min=1))
    codes = np.append(wards["ward_code"].to_numpy(object), "")  # the last for NOWHERE
    reach_m = postcodes["reach_m"].to_numpy(float)
    # Whoever reaches another ward, or leaves London, crosses the boundary of their own.
    crossing = np.flatnonzero(boundary <= reach_m)
    others = np.full(len(points), "", object)
    others[crossing] = _others(
        points[crossing], codes[within[crossing]], reach_m[crossing], codes, ground
    )
    lonlat = bng_to_lonlat(at).round(DECIMALS)
    return postcodes.assign(
        lat=lonlat[:, 1],
        lon=lonlat[:, 0],
        ward_code=codes[within],
        boundary_m=np.round(boundary).astype(np.int32),
        others=others,
    )


def _nearest_of_borough(
    points: Polygons, boroughs: pd.Series, wards: gpd.GeoDataFrame
) -> npt.NDArray[np.int_]:
    """Return the position of the nearest ward of a point's borough, or NOWHERE if it has none."""
    polygons: Polygons = wards.geometry.to_numpy()
    nearest = np.full(len(points), NOWHERE)
    for borough, positions in wards.groupby("borough_code").indices.items():
        of_borough = np.flatnonzero(boroughs == borough)
        away = shapely.distance(polygons[positions], points[of_borough, None])
        nearest[of_borough] = positions[away.argmin(axis=1)]
    return nearest


def _others(
    points: Polygons,
    own: npt.NDArray[np.object_],
    reach_m: npt.NDArray[np.float64],
    codes: npt.NDArray[np.object_],
    ground: Ground,
) -> list[str]:
    """Write for each point the other wards within its reach, and the land outside London."""
    polygons: Polygons = ground.wards.geometry.to_numpy()
    near, ward = shapely.STRtree(polygons).query(points, predicate="dwithin", distance=reach_m)
    found: list[list[Reach]] = [[] for _ in points]
    edge = outer_edge(ground)
    for point in np.flatnonzero(shapely.dwithin(edge, points, reach_m)):
        found[point].append(Reach(OUTSIDE, round(shapely.distance(edge, points[point]))))
    distances = shapely.distance(polygons[ward], points[near]).round().astype(int)
    for point, code, metres in zip(near, codes[ward], distances, strict=True):
        if code != own[point]:
            found[point].append(Reach(code, int(metres)))
    return [write_others(sorted(each, key=lambda other: (other[1], other[0]))) for each in found]


def outer_edge(ground: Ground) -> shapely.Geometry:
    """Return the line around London, without the banks of the tidal Thames."""
    line = shapely.boundary(shapely.coverage_union_all(ground.wards.geometry.to_numpy()))
    if ground.river is not None:
        banks = shapely.buffer(shapely.union_all(ground.river), BANK_M)
        line = shapely.difference(line, banks)
    shapely.prepare(line)
    return line
