"""The coverage in several tiers of detail, each on a grid and measured; pure, reads no file.

Whatever the format, the coordinates of a tier are the same: multiples of one step of a degree. So
a file can be compared with what it was made of, and rounding cannot open a gap or fold an edge.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from bcumap.base.errors import BcuMapError, CoverageError
from bcumap.base.schema import KEYS
from bcumap.geo import coverage, projection, topojson
from bcumap.geo.coverage import Polygons


@dataclass(frozen=True)
class Tier:
    """How much detail.

    Attributes
    ----------
    tolerance
        Of the coverage simplification: about the square root of the area of the triangles that go
        (m), not a distance; 0 keeps every vertex.
    decimals
        Of the degrees.
    """

    tolerance: float
    decimals: int


# 6 decimals are 0.11 m by 0.07 m in London, 5 are 1.1 m by 0.7 m. The web tier is as fine as lets
# 704 wards stay below 150 KB as compressed TopoJSON.
TIERS = {"full": Tier(0.0, 6), "web": Tier(10.5, 5), "overview": Tier(25.0, 5)}


@dataclass(frozen=True)
class Drawn:
    """The levels of the coverage in one tier, EPSG:4326, and how far they are from the source.

    Attributes
    ----------
    error_m
        How far a boundary is from the official one, at most (m): the error that was measured, from
        the full coverage, and that coverage's own.
    """

    levels: dict[str, gpd.GeoDataFrame]
    decimals: int
    error_m: float


def draw(levels: dict[str, gpd.GeoDataFrame], name: str, *, source_error_m: float) -> Drawn:
    """Draw the levels of the full coverage in the detail of a tier.

    Parameters
    ----------
    levels
        BCUs, boroughs and wards, EPSG:4326, by level.
    name
        One of `TIERS`.
    source_error_m
        How far the boundaries of `levels` are from the official ones (m).

    Raises
    ------
    BcuMapError
        If there is no such tier, or the coverage does not come through.
    """
    if name not in TIERS:
        raise BcuMapError(f"there is no detail {name!r}; give one of {', '.join(TIERS)}")
    tier, wards = TIERS[name], levels["wards"]
    full: Polygons = wards.geometry.to_numpy()
    polygons = on_grid(_simpler(full, tier.tolerance), tier.decimals)
    drawn = {"wards": wards.set_geometry(polygons, crs=projection.WGS84_CRS)}
    for level in ("boroughs", "bcus"):
        key, _ = KEYS[level]
        frame, shapes = levels[level], _merged(polygons, wards[key].to_numpy(object))
        found = frame[key].map(shapes).to_numpy()
        drawn[level] = frame.set_geometry(found, crs=projection.WGS84_CRS)
    error = furthest_m(projection.to_bng(full), projection.to_bng(polygons))
    return Drawn(drawn, tier.decimals, round(error + source_error_m, 2))


def on_grid(polygons: Polygons, decimals: int) -> Polygons:
    """Move a coverage onto the grid of degrees with so many decimals, where it is one again.

    Vertices are rounded. If that makes an edge cross another, edges are noded on the grid instead
    (snap rounding): what is narrower than the grid closes up, such as a spit of land.

    Raises
    ------
    CoverageError
        If a polygon is gone, or the result is no coverage.
    """
    rounded: Polygons = shapely.transform(polygons, lambda xy: xy.round(decimals))
    if shapely.is_valid(rounded).all() and coverage.is_coverage(rounded):
        return _oriented(rounded)
    return _oriented(_noded(polygons, decimals))


def cells(polygons: Polygons, grid: topojson.Grid) -> Polygons:
    """Move polygons to the whole-numbered cells of a grid; outer rings clockwise, for d3-geo."""
    turned = shapely.orient_polygons(polygons, exterior_cw=True)
    moved: Polygons = shapely.transform(
        turned, lambda xy: np.rint((xy - grid.translate) / grid.scale)
    )
    return moved


def without_specks(cells: Polygons) -> Polygons:
    """Return polygons of cells without the parts and holes that the grid leaves no land.

    Raises
    ------
    CoverageError
        If nothing is left of a polygon.
    """
    kept = cells.copy()
    for place in np.flatnonzero(~shapely.is_valid(cells)):
        kept[place] = _without_specks(cells[place])
    if shapely.is_empty(kept).any():
        raise CoverageError("an area is smaller than a cell of the grid; choose a finer one")
    return kept


def _without_specks(polygon: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(polygon):
        outer, *inner = (shapely.Polygon(ring) for ring in shapely.get_rings(part))
        if outer.area:
            holes = [hole.exterior for hole in inner if hole.area]
            parts.append(shapely.Polygon(outer.exterior, holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def rings(cells: Polygons) -> list[topojson.Parts]:
    """Return the cells of each ring of each part of polygons, each once after another."""
    return [
        [[_ring(ring) for ring in shapely.get_rings(part)] for part in shapely.get_parts(each)]
        for each in cells
    ]


def _ring(ring: shapely.LinearRing) -> list[topojson.Cell]:
    found = [(x, y) for x, y in shapely.get_coordinates(ring).astype(int).tolist()]
    return [one for one, after in pairwise(found) if one != after]


def _oriented(polygons: Polygons) -> Polygons:
    """Turn outer rings counter-clockwise, as RFC 7946 has them."""
    turned: Polygons = shapely.orient_polygons(polygons)
    return turned


def _noded(polygons: Polygons, decimals: int) -> Polygons:
    """Node the edges on the grid and give each face to the polygon that it lies in."""
    steps = 10**decimals
    scaled = shapely.transform(polygons, lambda xy: xy * steps)
    lines = shapely.union_all(shapely.boundary(scaled), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, owner = shapely.STRtree(scaled).query(shapely.point_on_surface(faces), predicate="within")
    mine = [faces[face[owner == position]] for position in range(len(polygons))]
    if not all(len(parts) for parts in mine):
        raise CoverageError(f"an area is gone at {decimals} decimals of a degree; choose more")
    merged = np.array([shapely.coverage_union_all(parts) for parts in mine])
    found: Polygons = shapely.transform(merged, lambda xy: np.round(np.rint(xy) / steps, decimals))
    if not coverage.is_coverage(found) or not shapely.is_valid(found).all():
        raise CoverageError(f"the areas are no coverage at {decimals} decimals of a degree")
    return found


def furthest_m(before: Polygons, after: Polygons) -> float:
    """Return how far the boundary of a polygon moved at most: the Hausdorff distance, at vertices.

    Parameters
    ----------
    before, after
        The same polygons, in metres.
    """
    with ThreadPoolExecutor() as pool:  # GEOS leaves Python free
        return max(pool.map(_apart, before, after), default=0.0)


def _apart(one: shapely.Geometry, other: shapely.Geometry) -> float:
    distances = [
        shapely.distance(shapely.points(shapely.get_coordinates(a)), shapely.boundary(b)).max()
        for a, b in ((one, other), (other, one))
    ]
    return float(max(distances))


def _simpler(polygons: Polygons, tolerance: float) -> Polygons:
    if not tolerance:
        return polygons
    return projection.to_wgs84(shapely.coverage_simplify(projection.to_bng(polygons), tolerance))


def _merged(polygons: Polygons, labels: coverage.Labels) -> dict[str, shapely.Geometry]:
    """Return the union of the polygons of each label."""
    labelled = np.array([isinstance(label, str) for label in labels])
    names, merged = coverage.dissolve(polygons[labelled], labels[labelled])
    return dict(zip(names, _oriented(merged), strict=True))
