"""TopoJSON both ways with the standard library alone: cells → arcs, and back to GeoJSON; pure.

The serving process holds no geometry but these documents, and reads of them what is asked for: so
nothing here imports NumPy or shapely (`tiers.rings` turns their polygons into cells). The package
`topojson` was seen to lose a vertex that two wards share, so it is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from bcumap.base import compact

DECIMALS = 6  # of a degree: 0.1 m

Json = dict[str, Any]
Cell = tuple[int, int]
Line = tuple[Cell, ...]
Parts = list[list[list[Cell]]]  # the rings of each part of a polygon, the closing cell left out
Position = tuple[float, float]  # longitude, latitude (degrees, EPSG:4326)
Ring = list[Position]
T = TypeVar("T")


@dataclass(frozen=True)
class Grid:
    """Where whole-numbered cells lie: at `translate` + cell × `scale` (degrees, EPSG:4326)."""

    scale: Position
    translate: Position


# --- to TopoJSON -------------------------------------------------------------------------------


def encode(
    objects: Mapping[str, Sequence[Json]],
    arcs: Iterable[Sequence[Cell]],
    grid: Grid,
    *,
    bbox: Sequence[float] | None = None,
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """Encode a TopoJSON document.

    Parameters
    ----------
    objects
        The geometries of each object by its name, areas as `share` returned them.
    arcs
        What `share` returned with them.
    grid
        On which the cells lie.
    bbox
        West, south, east and north, if there is anything.
    members
        What else to say at the top, after the grid: mapshaper looks for that early on.
    """
    document = {
        "type": "Topology",
        **({} if bbox is None else {"bbox": list(bbox)}),
        "transform": {"scale": list(grid.scale), "translate": list(grid.translate)},
        **(members or {}),
        "objects": {
            name: {"type": "GeometryCollection", "geometries": list(shapes)}
            for name, shapes in objects.items()
        },
        "arcs": [_steps(line) for line in arcs],
    }
    return compact.encode(document) + b"\n"


def share(layers: Mapping[str, Iterable[Parts]]) -> tuple[list[Line], dict[str, list[Json]]]:
    """Return the arcs of the polygons of some layers, and the polygons made of them.

    Parameters
    ----------
    layers
        Polygons by layer; those of a layer, and of layers that nest, share their vertices.

    Returns
    -------
    arcs, shapes
        Cells of each arc, in their order, which compresses well; and of each polygon `type` and
        `arcs` as TopoJSON has them, by layer.
    """
    drawn = {name: list(shapes) for name, shapes in layers.items()}
    rings = [ring for each in drawn.values() for parts in each for part in parts for ring in part]
    junctions, found = _junctions(rings), _Arcs()
    numbered = {
        name: [
            _each_ring(parts, lambda ring: found.numbers(_cut(ring, junctions))) for parts in each
        ]
        for name, each in drawn.items()
    }
    order = sorted(found.place)
    now = {found.place[line]: position for position, line in enumerate(order)}
    return order, {
        name: [
            _shape(_each_ring(parts, lambda arcs: [now[n] if n >= 0 else ~now[~n] for n in arcs]))
            for parts in each
        ]
        for name, each in numbered.items()
    }


def _each_ring(parts: list[list[T]], change: Callable[[T], list[int]]) -> list[list[list[int]]]:
    return [[change(ring) for ring in part] for part in parts]


@dataclass
class _Arcs:
    """Lines between the points where polygons part, each once, whoever uses it.

    Attributes
    ----------
    place
        The number of each arc, by its cells. It runs from its lesser end.
    """

    place: dict[Line, int] = field(default_factory=dict)

    def numbers(self, lines: Iterable[Line]) -> list[int]:
        """Return the number of each arc, a new one if need be; `~number` if it runs against."""
        return [self._number(line) for line in lines]

    def _number(self, line: Line) -> int:
        back = line[::-1]
        turned = back < line
        number = self.place.setdefault(back if turned else line, len(self.place))
        return ~number if turned else number


def _junctions(rings: Iterable[list[Cell]]) -> set[Cell]:
    """Return the cells that not every ring through them enters and leaves alike."""
    beside: dict[Cell, tuple[Cell, Cell]] = {}
    found = set()
    for ring in rings:
        for before, cell, after in zip(ring[-1:] + ring, ring, ring[1:] + ring[:1], strict=False):
            pair = (before, after) if before < after else (after, before)
            if beside.setdefault(cell, pair) != pair:
                found.add(cell)
    return found


def _cut(ring: list[Cell], junctions: set[Cell]) -> Iterator[Line]:
    """Cut a ring at its junctions; one without any begins at its least cell, whoever draws it."""
    cuts = [position for position, cell in enumerate(ring) if cell in junctions]
    cuts = cuts or [ring.index(min(ring))]
    twice = ring + ring
    for start, end in pairwise([*cuts, cuts[0] + len(ring)]):
        yield tuple(twice[start : end + 1])


def _shape(parts: list[list[list[int]]]) -> Json:
    if len(parts) == 1:
        return {"type": "Polygon", "arcs": parts[0]}
    return {"type": "MultiPolygon", "arcs": parts}


def _steps(line: Sequence[Cell]) -> list[list[int]]:
    """An arc as its first cell and the differences from each to the next."""
    return [list(line[0]), *([x - u, y - v] for (u, v), (x, y) in pairwise(line))]


# --- to GeoJSON (RFC 7946) ---------------------------------------------------------------------


def polygons(shape: Mapping[str, Any]) -> list[list[list[int]]]:
    """Return the numbers of the arcs of each ring of each part of a polygon."""
    parts: list[list[list[int]]] = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return parts


def feature(
    topology: Mapping[str, Any], shape: Mapping[str, Any], properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one shape of a TopoJSON document as a GeoJSON feature.

    Parameters
    ----------
    topology
        The document, quantised.
    shape
        One of the geometries of its objects: a polygon or several, with a `code`.
    properties
        Of the feature.

    Returns
    -------
    dict
        With `id` (the code) and `bbox`; outer rings run counter-clockwise.
    """
    coordinates = [
        [_wound(_ring(topology, arcs), clockwise=bool(place)) for place, arcs in enumerate(rings)]
        for rings in polygons(shape)
    ]
    inner = coordinates[0] if shape["type"] == "Polygon" else coordinates
    return {
        "type": "Feature",
        "id": shape["properties"]["code"],
        "bbox": bbox(position for rings in coordinates for ring in rings for position in ring),
        "properties": dict(properties),
        "geometry": {"type": shape["type"], "coordinates": inner},
    }


def collection(features: Sequence[Mapping[str, Any]], **members: Any) -> dict[str, Any]:
    """Return features as a collection with their common bbox and further members."""
    corners = [feature["bbox"] for feature in features]
    both = [(west, south) for west, south, _, _ in corners]
    both += [(east, north) for _, _, east, north in corners]
    return {
        "type": "FeatureCollection",
        "bbox": bbox(both),
        **members,
        "features": list(features),
    }


def bbox(positions: Iterable[Position]) -> list[float]:
    """Return the west, south, east and north of some positions."""
    west, north = zip(*positions, strict=True)
    return [min(west), min(north), max(west), max(north)]


def _ring(topology: Mapping[str, Any], arcs: Iterable[int]) -> Ring:
    """Join arcs; each starts where the one before it ends."""
    ring: Ring = []
    for number in arcs:
        line = list(_line(topology, number if number >= 0 else ~number))
        ring += (line if number >= 0 else line[::-1])[bool(ring) :]
    return ring


def _line(topology: Mapping[str, Any], number: int) -> Iterator[Position]:
    """The positions of an arc, whose steps are differences on an integer grid."""
    scale, start = topology["transform"]["scale"], topology["transform"]["translate"]
    x = y = 0
    for across, up in topology["arcs"][number]:
        x, y = x + across, y + up
        yield (
            round(x * scale[0] + start[0], DECIMALS),
            round(y * scale[1] + start[1], DECIMALS),
        )


def _wound(ring: Ring, *, clockwise: bool) -> Ring:
    """Turn a ring so that it runs as it should."""
    area = sum((east - west) * (north + south) for (west, south), (east, north) in pairwise(ring))
    return ring if (area > 0) == clockwise else ring[::-1]
