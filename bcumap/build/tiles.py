"""Squares of the National Grid with the lines in them, as tiles have them; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import shapely

from bcumap.facts.places import write_lines
from bcumap.geo.coverage import Polygons


def squares(shapes: Polygons, side: int) -> Iterator[tuple[str, shapely.Geometry, np.ndarray]]:
    """Yield each tile that shapes touch: its name, its square, and the rows of what it holds."""
    if not len(shapes):
        return
    bounds = np.floor(shapely.bounds(shapes) / side).astype(int)
    holding: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (left, bottom, right, top) in enumerate(bounds):
        for east in range(left, right + 1):
            for north in range(bottom, top + 1):
                holding[east, north].append(number)
    for (east, north), numbers in sorted(holding.items()):
        x, y = east * side, north * side
        name = f"{side // 1000}-{x // 1000}-{y // 1000}"
        yield name, shapely.box(x, y, x + side, y + side), np.array(numbers)


def cut(shapes: Polygons, square: shapely.Geometry) -> list[shapely.Geometry]:
    """Return what of shapes lies in a square, in single parts."""
    left, bottom, right, top = square.bounds
    inside = shapely.clip_by_rect(shapes, left, bottom, right, top)
    return [part for part in shapely.get_parts(inside) if not part.is_empty]


def written(
    lines: Iterable[shapely.Geometry],
    square: shapely.Geometry,
    unit_m: float = 1.0,
    *,
    may_turn: bool = True,
) -> str:
    """Write lines in whole units from a tile's corner, "" if all are points there.

    Each is followed by the one that begins, or with `may_turn` ends, nearest to its end: short
    steps take few signs.
    """
    corner = np.array(square.bounds[:2])
    found = []
    for line in lines:
        at = np.rint((shapely.get_coordinates(line) - corner) / unit_m).astype(int)
        at = at[np.r_[True, (np.diff(at, axis=0) != 0).any(axis=1)]]
        if len(at) > 1:
            found.append(at)
    return write_lines(line.tolist() for line in _chained(found, may_turn))


def _chained(lines: list[np.ndarray], may_turn: bool) -> Iterator[np.ndarray]:
    if not lines:
        return
    ends = np.array([(line[0], line[-1 if may_turn else 0]) for line in lines])
    at = np.zeros(2, int)
    for _ in lines:
        number, is_last = divmod(int(np.abs(ends - at).sum(axis=2).argmin()), 2)
        line = lines[number][::-1] if is_last else lines[number]
        ends[number], at = np.iinfo(int).max // 4, line[-1]
        yield line
