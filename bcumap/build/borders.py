"""The edges of wards, as exact as the data has them, in the map's small tiles; writes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from bcumap.base import compact
from bcumap.build import tiles
from bcumap.facts.places import TILE_M, Tiles, read_lines, write_tiles
from bcumap.geo import projection, tiers, topojson
from bcumap.geo.coverage import Polygons

# Coordinates are whole decimetres, and corners exact: what the 3 m tier leaves to its limit is a
# quarter of a metre.
UNIT_M = 0.1
ABOVE = ("bcu_code", "borough_code", "ward_code")

Side = tuple[str, ...]  # codes of BCU ("" in the City), borough and ward; none beyond London


def pack(wards: gpd.GeoDataFrame) -> bytes:
    """Cut the edges of wards into tiles and pack them.

    Parameters
    ----------
    wards
        A coverage in EPSG:4326, with the columns of `ABOVE`.

    Returns
    -------
    bytes
        A ZIP of a document for each tile: `corners` (see `places.corners`), `unit` (metres), and
        `lines` of what lies left and right of them, and lines as `write_lines` writes them.
    """
    sides, lines = _edges(wards)
    found = list(tiles.squares(lines, TILE_M))
    placed = _corners([square for _, square, _ in found])
    made = {}
    for (name, square, rows), corners in zip(found, placed, strict=True):
        parts: dict[tuple[Side, Side], list[shapely.Geometry]] = defaultdict(list)
        for row in rows:
            parts[sides[row]] += tiles.cut(lines[row : row + 1], square)
        said = [
            [*pair, text]
            for pair, own in sorted(parts.items())
            if (text := tiles.written(own, square, UNIT_M, may_turn=False))
        ]
        if said:
            made[name] = compact.encode({"corners": corners, "unit": UNIT_M, "lines": said})
    return write_tiles(made)


def _edges(wards: gpd.GeoDataFrame) -> tuple[list[tuple[Side, Side]], Polygons]:
    """Return what lies left and right of each edge, and the edges (metres, EPSG:27700).

    An edge is turned so that the same two sides come in the same order wherever they meet.
    """
    metres = projection.to_bng(wards.geometry.to_numpy())
    grid = topojson.Grid((UNIT_M, UNIT_M), (0.0, 0.0))
    cells = tiers.without_specks(tiers.cells(metres, grid))
    arcs, shapes = topojson.share({"wards": tiers.rings(cells)})
    beside: list[list[Side]] = [[(), ()] for _ in arcs]
    for side, shape in zip(wards[[*ABOVE]].fillna("").to_numpy(), shapes["wards"], strict=True):
        for arc in chain.from_iterable(chain.from_iterable(topojson.polygons(shape))):
            beside[max(arc, ~arc)][arc >= 0] = tuple(side)  # rings have their inside on the right
    turned = [1 if left <= right else -1 for left, right in beside]
    sides: Any = [tuple(pair[::turn]) for pair, turn in zip(beside, turned, strict=True)]
    lines = [np.array(arc)[::turn] * UNIT_M for arc, turn in zip(arcs, turned, strict=True)]
    return sides, np.array([shapely.linestrings(line) for line in lines])


def _corners(squares: Sequence[shapely.Geometry]) -> list[list[list[float]]]:
    """Latitude and longitude of the corners SW, SE, NW, NE of each square, by OSTN15."""
    left, low, right, top = shapely.bounds(squares).T
    corners = np.array([(left, low), (right, low), (left, top), (right, top)])  # 4, 2, squares
    lonlat = projection.bng_to_lonlat(corners.transpose(2, 0, 1).reshape(-1, 2))
    found: list[list[list[float]]] = lonlat[:, ::-1].round(7).reshape(-1, 4, 2).tolist()
    return found


def read(path: Path) -> dict[str, shapely.Geometry]:
    """Return the edges of each ward by its code as the page places them, EPSG:27700."""
    parts: dict[str, list[np.ndarray]] = defaultdict(list)
    for tile in map(json.loads, Tiles(path).values()):
        for *sides, text in tile["lines"]:
            lines = list(_placed(text, tile))
            for side in filter(None, sides):
                parts[side[-1]] += lines
    return {code: shapely.multilinestrings(own) for code, own in parts.items()}


def _placed(text: str, tile: dict[str, Any]) -> Iterator[shapely.Geometry]:
    """Yield lines of a tile: between its corners, as `web/static/streets.js` has them."""
    sw, se, nw, ne = np.array(tile["corners"])
    for line in read_lines(text, tile["unit"]):
        u, v = (np.array(line) / TILE_M).T[:, :, None]
        latlon = sw + u * (se - sw) + v * (nw - sw) + u * v * (ne - se - nw + sw)
        yield shapely.linestrings(projection.lonlat_to_bng(latlon[:, ::-1]))
