"""Streets and places below the areas of a map: what of them a view shows, in dots; pure.

They come from the tiles from which the page draws them (`web/static/streets.js`), which `Files`
reads. What page and picture have in common goes to the page with `index`. Standard library only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

from bcumap.base.words import MAY_BE_OFF, SOME_ONLY_NAMES
from bcumap.facts.places import (
    BORDERS,
    FAR,
    LABELLED,
    NO_ROADS,
    STREET_POINTS,
    TILE_M,
    WIDE_M,
    Files,
    read_lines,
    read_streets,
)
from bcumap.maps import looks
from bcumap.maps.shapes import Line, Point, View

MOST_TILES = 12  # of a view; where the small ones are more, the wide ones are taken
PIXELS = 768  # so wide is a map as people see it: 8 inches of paper, the column of a page
STATION, STREET = "station", "street"  # kinds of spots
TOO_FAR = "Streets are drawn where a map shows 9 km or less from left to right, if they are known."


@dataclass(frozen=True)
class Way:
    """A piece of a street: its class, its name or "", and its line."""

    kind: int
    name: str
    line: Line


@dataclass(frozen=True)
class Spot:
    """A named place: its kind, of `places.LABELLED`, or `STREET` if that has no line."""

    kind: str
    name: str
    at: Point


@dataclass
class Streets:
    """What a view shows of streets and places.

    Attributes
    ----------
    zoom
        That a web map would have.
    pixel
        How many dots are one of its pixels.
    green, water, rail
        Rings and lines.
    ways, spots
        Streets and places; names are those of them for which there is room.
    notes
        What is missing, and whose it is.
    """

    zoom: float
    pixel: float
    green: list[Line] = field(default_factory=list)
    water: list[Line] = field(default_factory=list)
    rail: list[Line] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def index(files: Files) -> dict[str, Any]:
    """Return what the page's map must know before it asks for tiles.

    Returns
    -------
    dict
        `tiles`, their names, and what is put after one from `far`; `credit`; `most`, how many a
        view may ask for; `look` and `lacks`, how streets are drawn and what is said where lines are
        missing; `off`, what is said of the borders in the tiles, "" if there are none.
    """
    borders = files.passports.get(BORDERS)
    return {
        "tiles": files.tiles,
        "far": FAR,
        "credit": files.credit(files.drawn_files),
        "most": MOST_TILES,
        "look": looks.streets(),
        "lacks": SOME_ONLY_NAMES,
        "off": MAY_BE_OFF.format(metres=borders["max_error_m"]) if borders else "",
    }


def of(files: Files, view: View) -> Streets | None:
    """Return what a view shows; None if it is too far away, or nothing is known there."""
    pixel = view.wide / PIXELS
    zoom = math.log2(looks.METRES_A_PIXEL / (view.dot * pixel))
    names = wanted(files, view) if zoom >= looks.STREETS_FROM else ()
    if not names:
        return None
    found = Streets(zoom, pixel)
    lacks = has_points = False
    for name in names:
        side, east, north = (int(number) * 1000 for number in name.split("-"))
        tile = json.loads(files.tile(name) or b"{}")
        _add(found, tile, _Placing(view, east, north))
        lacks |= side == TILE_M and "incomplete" in tile.get("roads", NO_ROADS)
        has_points |= bool(tile.get("points"))
    used = [each for each in files.drawn_files if each != STREET_POINTS or has_points]
    found.notes = [*([SOME_ONLY_NAMES] if lacks else []), *files.credits(used)]
    return found


def wanted(files: Files, view: View) -> Sequence[str]:
    """Return the names of the tiles of a view: small ones, if they are few enough."""
    known = frozenset(files.tiles)
    names: list[str] = []
    for side in (TILE_M, WIDE_M):
        left, low, right, top = (math.floor(each / side) for each in view.box)
        step = side // 1000
        squares = product(range(left, right + 1), range(low, top + 1))
        names = [f"{step}-{x * step}-{y * step}" for x, y in squares]
        names = [name for name in names if name in known]
        if len(names) <= MOST_TILES:
            break
    return names[:MOST_TILES]


class _Placing:
    """From the metres of a tile to dots of a view."""

    def __init__(self, view: View, east: int, north: int) -> None:
        self._view = view
        left, _, _, top = view.box
        self._left, self._top, self._dot = left - east, top - north, view.dot

    def at(self, x: float, y: float) -> Point:
        return (x - self._left) / self._dot, (self._top - y) / self._dot

    def line(self, points: Iterable[Point]) -> Line:
        """Return what is seen of a line; less than two points if that is nothing."""
        places = [self.at(*point) for point in points]
        return self._view.drawn(places) if self._view.shows(places) else []


def _add(found: Streets, tile: Mapping[str, Any], placing: _Placing) -> None:
    for kind, name, points in read_streets(tile):
        if len(line := placing.line(points)) > 1:
            found.ways.append(Way(kind, name, line))
    ground = tile.get("ground", {})
    for layer in ("green", "water", "rail"):
        lines = map(placing.line, read_lines(ground.get(layer, "")))
        getattr(found, layer).extend(line for line in lines if len(line) > 1)
    found.spots.extend(_spots(tile, ground, placing))


def _spots(tile: Mapping[str, Any], ground: Mapping[str, Any], placing: _Placing) -> Iterator[Spot]:
    for kind, name, x, y in ground.get("labels", ()):
        yield Spot(LABELLED[kind], name, placing.at(x, y))
    for name, x, y in tile.get("points", ()):
        yield Spot(STREET, name, placing.at(x, y))


def along(line: Line, wide: float) -> Iterator[tuple[float, float, float]]:
    """Yield where a name fits along a line: its middle, and its angle (radians, to the right).

    In the middle of the line first; nowhere if that is too short or too crooked for it.
    """
    lengths = [math.dist(one, two) for one, two in pairwise(line)]
    whole = sum(lengths)
    for share in looks.NAMED_AT:
        places = [whole * share + part * wide for part in (-0.5, 0, 0.5)]
        if whole < wide * 1.05 or places[0] < 0 or places[2] > whole:
            continue
        start, middle, end = (_after(line, lengths, place) for place in places)
        if math.dist(start, end) < wide * looks.STRAIGHT:
            continue
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        if abs(angle) > math.pi / 2:
            angle -= math.copysign(math.pi, angle)
        x, y = ((start[axis] + end[axis] + 2 * middle[axis]) / 4 for axis in (0, 1))
        yield x, y, angle


def _after(line: Line, lengths: Sequence[float], distance: float) -> Point:
    """Return the point so far along a line."""
    place = 0
    while place < len(lengths) - 1 and distance > lengths[place]:
        distance -= lengths[place]
        place += 1
    (x, y), (u, v) = line[place], line[place + 1]
    share = distance / lengths[place] if lengths[place] else 0.0
    return x + share * (u - x), y + share * (v - y)
