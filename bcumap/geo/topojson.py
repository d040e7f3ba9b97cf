"""TopoJSON -> GeoJSON (RFC 7946) with the standard library alone; pure.

The serving process holds no geometry but these documents, and reads of them what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

DECIMALS = 6  # of a degree: 0.1 m

Position = tuple[float, float]  # longitude, latitude (degrees, EPSG:4326)
Ring = list[Position]


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
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    coordinates = [
        [_wound(_ring(topology, arcs), clockwise=bool(place)) for place, arcs in enumerate(rings)]
        for rings in polygons
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
