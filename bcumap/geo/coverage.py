"""Coverages of polygons: check, repair, dissolve, simplify, measure; pure, and never reads a file.

A coverage is an array of polygons that do not overlap and whose shared edges have identical
vertices. All functions work on NumPy arrays of shapely geometries in metres (EPSG:27700) and change
nothing they are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from bcumap.base.errors import CoverageError

Polygons = npt.NDArray[np.object_]
Labels = npt.NDArray[Any]

# Gaps up to this width (m) are slivers of digitising and are given to a neighbour.
REPAIR_GAP_WIDTH_M = 10.0
# A repair may move no boundary further (m) and change no polygon's area by a larger share: beyond
# that the file is not what it says it is, and someone must look at it.
REPAIR_MAX_MOVE_M = 25.0
REPAIR_MAX_AREA_SHARE = 0.01
# How much area (m²) a dissolve may gain or lose in all: rounding, nothing more.
DISSOLVE_AREA_TOLERANCE_M2 = 1.0
# How often a simplification may be tried again with a smaller tolerance.
SIMPLIFY_ATTEMPTS = 6


@dataclass(frozen=True)
class Repair:
    """A repaired coverage and what the repair did."""

    polygons: Polygons
    changed: npt.NDArray[np.bool_]  # which polygons are not what they were
    moved_m: float  # the furthest that any boundary moved (Hausdorff distance)
    area_change_m2: float  # the largest change of one polygon's area


@dataclass(frozen=True)
class Simplified:
    """A simplified coverage, the tolerance used and the error measured."""

    polygons: Polygons
    tolerance: float
    error_m: float


def is_coverage(polygons: Polygons) -> bool:
    """Say whether the polygons are a valid coverage: no overlaps, identical shared edges."""
    return bool(shapely.coverage_is_valid(polygons))


def holes(polygons: Polygons) -> Polygons:
    """Return the holes that a valid coverage leaves inside its own outline, as polygons."""
    parts = shapely.get_parts(shapely.coverage_union_all(polygons))
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]]  # the first ring of a part is its shell
    found: Polygons = shapely.polygons(rings[inner])
    return found


def repair(polygons: Polygons) -> Repair:
    """Make a coverage of polygons that almost are one, or raise.

    Overlaps go to the neighbour with the longest common border and gaps up to
    `REPAIR_GAP_WIDTH_M` are closed. Snapping is left to GEOS: switching it off
    (``snapping_distance=0``) has been seen to lose a whole ward.

    Raises
    ------
    CoverageError
        If the result is no coverage, or a polygon moved or changed more than the stated limits.
    """
    if not (shapely.area(polygons) > 0).all():
        raise CoverageError("a polygon is flat: it has no area, and nothing can be made of it")
    cleaned = shapely.coverage_clean(polygons, gap_width=REPAIR_GAP_WIDTH_M)
    if len(cleaned) != len(polygons) or not is_coverage(cleaned):
        raise CoverageError("the polygons overlap or gape in a way that cannot be repaired")
    changed = ~shapely.equals(polygons, cleaned)
    before, after = shapely.area(polygons), shapely.area(cleaned)
    result = Repair(
        polygons=cleaned,
        changed=changed,
        moved_m=max(map(_moved, polygons[changed], cleaned[changed]), default=0.0),
        area_change_m2=float(np.abs(after - before).max(initial=0.0)),
    )
    share = (np.abs(after - before) / before).max(initial=0.0)
    if result.moved_m > REPAIR_MAX_MOVE_M or share > REPAIR_MAX_AREA_SHARE:
        raise CoverageError(
            f"repairing the polygons would move a boundary by {result.moved_m:,.1f} m and change an"
            f" area by {share:.1%}; at most {REPAIR_MAX_MOVE_M:g} m and {REPAIR_MAX_AREA_SHARE:.0%}"
            " are allowed: the file overlaps or gapes too much to trust"
        )
    return result


def dissolve(polygons: Polygons, labels: Labels) -> tuple[Labels, Polygons]:
    """Merge the polygons of a valid coverage that share a label.

    The input must be a valid coverage: it is not checked again here (`is_coverage`), because on
    an invalid one GEOS versions differ in what they return.

    Returns
    -------
    labels, polygons
        The distinct labels in order, and one polygon for each: again a coverage, every edge of
        which is an edge of the input.

    Raises
    ------
    CoverageError
        If a label is missing or area was gained or lost, as happens when the input is no coverage.
    """
    if any(label is None or label != label for label in labels):
        raise CoverageError("a polygon has no label to be dissolved by")
    names, group = np.unique(labels.astype(str), return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    try:
        merged = np.array([shapely.coverage_union_all(polygons[rows]) for rows in members])
    except shapely.errors.GEOSException as error:
        raise CoverageError(f"the polygons are no valid coverage ({error})") from error
    lost = abs(shapely.area(merged).sum() - shapely.area(polygons).sum())
    if not lost <= DISSOLVE_AREA_TOLERANCE_M2:
        raise CoverageError(
            f"dissolving changed the area by {lost:,.1f} m²: the polygons are no valid coverage"
        )
    return names, merged


def simplify(
    polygons: Polygons, *, max_error_m: float, tolerance: float, source: Polygons | None = None
) -> Simplified:
    """Simplify a valid coverage as one, so that neighbours stay edge-matched.

    Parameters
    ----------
    max_error_m
        No boundary ends up further than this from where it was (m); what is lost is detail
        smaller than that.
    tolerance
        Where to start: about the square root of the area of the triangles that are removed, not
        a distance. It is lowered until the measured error fits.
    source
        What the error is measured from, if the polygons are themselves a simplification of it.

    Raises
    ------
    CoverageError
        If no tolerance tried gives a valid coverage within `max_error_m`.
    """
    for _ in range(SIMPLIFY_ATTEMPTS):
        simpler = shapely.coverage_simplify(polygons, tolerance)
        error = simplification_error(polygons if source is None else source, simpler)
        if error <= max_error_m:
            return Simplified(simpler, tolerance, error)
        tolerance *= 0.95 * max_error_m / error
    raise CoverageError(f"no simplification stays within {max_error_m:g} m of the source")


def simplification_error(polygons: Polygons, simpler: Polygons) -> float:
    """Return how far a simplified coverage lies from its source, at most (m).

    Simplifying keeps some vertices and replaces each run of dropped ones by a straight segment.
    The distance to a segment is convex, so the furthest point of such a run is one of its
    vertices: the largest distance from a dropped vertex to its segment bounds the Hausdorff
    distance of the boundaries from above, in linear time (shapely's own is quadratic per polygon).
    """
    rings = _rings(polygons)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    kept = np.isin(_as_complex(xy), _as_complex(shapely.get_coordinates(simpler)))
    if len(np.unique(ring[kept])) < len(rings):
        return float("inf")  # a whole ring is gone
    before, after = _kept_neighbours(kept, ring)
    dropped = ~kept
    return _furthest(xy[dropped], xy[before[dropped]], xy[after[dropped]])


def fill_between(shape: Polygons, polygons: Polygons, *, margin_m: float) -> Any:
    """Fit a shape, such as a river, exactly between the polygons that border it.

    Parameters
    ----------
    shape
        The shape's parts, drawn from the same unsimplified source as the polygons.
    margin_m
        How far the polygons' edges may have moved since (m): the shape grows by that much before
        the polygons are cut out of it, so at an end that no polygon closes it is that much longer.
    """
    grown = shapely.buffer(shapely.union_all(shape), margin_m)
    near = polygons[shapely.STRtree(polygons).query(grown, predicate="intersects")]
    return shapely.difference(grown, shapely.coverage_union_all(near))


def nests(inner: Polygons, labels: Labels, outer: Polygons, names: Labels) -> bool:
    """Say whether each outer polygon is, vertex for vertex, the union of its inner ones."""
    expected, merged = dissolve(inner, labels)
    order = np.argsort(names.astype(str))
    if not np.array_equal(expected, names.astype(str)[order]):
        return False
    same = shapely.equals_exact(shapely.normalize(merged), shapely.normalize(outer[order]), 0.0)
    return bool(same.all())


def _moved(before: Any, after: Any) -> float:
    """Return how far one polygon's boundary moved: the Hausdorff distance, at the vertices.

    Only vertices that the two do not share are looked at; the others have not moved.
    """
    if before.is_empty or after.is_empty:
        return float("inf")
    old, new = shapely.get_coordinates(before), shapely.get_coordinates(after)
    gone = old[~np.isin(_as_complex(old), _as_complex(new))]
    come = new[~np.isin(_as_complex(new), _as_complex(old))]
    furthest = [
        shapely.distance(shapely.points(points), shapely.boundary(other)).max(initial=0.0)
        for points, other in ((gone, after), (come, before))
    ]
    return float(max(furthest))


def _rings(polygons: Polygons) -> Polygons:
    rings: Polygons = shapely.get_rings(shapely.get_parts(polygons))  # none of a multipolygon
    return rings


def _as_complex(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    return np.ascontiguousarray(xy).view(np.complex128).ravel()


def _kept_neighbours(
    kept: npt.NDArray[np.bool_], ring: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For every vertex, the kept vertex before (or at) it and after (or at) it round its ring."""
    index = np.arange(len(kept))
    positions = np.flatnonzero(kept)
    owner = ring[positions]
    first = positions[np.searchsorted(owner, ring, side="left")]
    last = positions[np.searchsorted(owner, ring, side="right") - 1]
    before = np.maximum.accumulate(np.where(kept, index, -1))
    after = np.minimum.accumulate(np.where(kept, index, len(kept))[::-1])[::-1]
    return np.where(before < first, last, before), np.where(after > last, first, after)


def _furthest(
    points: npt.NDArray[np.float64],
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
) -> float:
    """Return the largest distance of a point from its segment."""
    along = ends - starts
    length2 = (along**2).sum(axis=1)
    offset = points - starts
    share = (offset * along).sum(axis=1) / np.where(length2 > 0, length2, 1.0)
    nearest = starts + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.sqrt(((points - nearest) ** 2).sum(axis=1).max(initial=0.0)))
