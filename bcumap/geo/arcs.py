"""Polygons of a coverage → the arcs that they share, as TopoJSON has them; pure, reads no file.

The package `topojson` was seen to lose a vertex that two wards share, so it is not used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import shapely

from bcumap.geo.coverage import Polygons

Cell = tuple[int, int]


@dataclass
class Arcs:
    """Lines between the points where polygons part, each once, whoever uses it.

    Attributes
    ----------
    place
        The number of each arc, by its cells. It runs from its lesser end.
    """

    place: dict[tuple[Cell, ...], int] = field(default_factory=dict)

    def number(self, line: tuple[Cell, ...]) -> int:
        """Return the number of an arc, a new one if need be; `~number` if the line runs against."""
        back = line[::-1]
        turned = back < line
        number = self.place.setdefault(back if turned else line, len(self.place))
        return ~number if turned else number


def shared(cells: Polygons) -> tuple[list[list[Cell]], list[dict[str, Any]]]:
    """Return the arcs of polygons, in the order of their cells, and the polygons made of them.

    Parameters
    ----------
    cells
        Polygons of a valid coverage with whole-numbered coordinates.

    Returns
    -------
    arcs, shapes
        Cells of each arc, and of each polygon `type` and `arcs` as TopoJSON has them.
    """
    rings = [[_rings(part) for part in shapely.get_parts(each)] for each in cells]
    junctions = _junctions(ring for parts in rings for part in parts for ring in part)
    arcs = Arcs()
    numbered = [
        [[[arcs.number(line) for line in _cut(ring, junctions)] for ring in part] for part in parts]
        for parts in rings
    ]
    order = sorted(arcs.place)
    renamed = {arcs.place[line]: position for position, line in enumerate(order)}
    shapes = [_shape(_with(parts, renamed)) for parts in numbered]
    return [list(line) for line in order], shapes


def _rings(polygon: shapely.Polygon) -> list[list[Cell]]:
    """Return the rings of a polygon without the cell that closes each."""
    found = []
    for ring in shapely.get_rings(polygon):
        cells = [(round(x), round(y)) for x, y in shapely.get_coordinates(ring)]
        found.append([one for one, after in pairwise(cells) if one != after])
    return found


def _junctions(rings: Iterator[list[Cell]]) -> set[Cell]:
    """Return the cells that not every ring through them enters and leaves alike."""
    beside: dict[Cell, frozenset[Cell]] = {}
    found = set()
    for ring in rings:
        for before, cell, after in zip(ring[-1:] + ring, ring, ring[1:] + ring[:1], strict=False):
            pair = frozenset((before, after))
            if beside.setdefault(cell, pair) != pair:
                found.add(cell)
    return found


def _cut(ring: list[Cell], junctions: set[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Cut a ring at its junctions; one without any begins at its least cell, whoever draws it."""
    cuts = [position for position, cell in enumerate(ring) if cell in junctions]
    cuts = cuts or [ring.index(min(ring))]
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + len(ring)], strict=True):
        yield tuple(ring[position % len(ring)] for position in range(start, end + 1))


def _with(numbers: Any, renamed: dict[int, int]) -> Any:
    if isinstance(numbers, list):
        return [_with(each, renamed) for each in numbers]
    return renamed[numbers] if numbers >= 0 else ~renamed[~numbers]


def _shape(parts: list[Any]) -> dict[str, Any]:
    if len(parts) == 1:
        return {"type": "Polygon", "arcs": parts[0]}
    return {"type": "MultiPolygon", "arcs": parts}
