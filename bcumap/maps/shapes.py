"""The shapes that a map shows, from the TopoJSON that the browser draws: in view, in dots; pure.

An area is its rings, a ring the numbers of its arcs (`~number` runs against): neighbours share
them, so that each border is made once and what is drawn fits together. Standard library only.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from heapq import heappop, heappush
from itertools import chain, pairwise, product
from typing import Any

from bcumap.base import plane
from bcumap.base.errors import BcuMapError
from bcumap.maps.request import Frame

Document = Mapping[str, Any]
Rings = tuple[tuple[int, ...], ...]
ByCode = dict[str, Rings]
Point = tuple[float, float]
Line = list[Point]

# The smallest part of London that is drawn (degrees of latitude, of 111 km each), and how much is
# shown around an area, as a share of it.
SMALLEST, MARGIN = 0.004, 0.08
FLATTEST, STEEPEST = 0.5625, 1.25  # how high a map may be, as a part of its width
LEAST_SHARE = 1 / 2000  # of a view that an area must fill to be named
FINEST = 1.0  # dots: what is finer is left out of lines
COARSE = 6.0  # dots: how well the middle of an area is found
BEYOND = 0.05  # of the width: so far off the map nothing is seen of lines


class Shapes:
    """The areas of two TopoJSON documents; arcs of the second are numbered after the first's."""

    def __init__(self, areas: Document, wards: Document) -> None:
        self._first_of_wards = len(areas["arcs"])
        self._bounds: Frame = tuple(areas["bbox"])
        # As bare numbers: lists of pairs would take ten times the memory for as long as it serves.
        self._arcs = [
            array("i", chain.from_iterable(arc)) for each in (areas, wards) for arc in each["arcs"]
        ]
        self._transforms = [each["transform"] for each in (areas, wards)]
        self._levels = {
            level: {shape["properties"].get("code", ""): _rings(shape, before) for shape in shapes}
            for document, before in ((areas, 0), (wards, self._first_of_wards))
            for level, shapes in _objects(document)
        }
        self.view = lru_cache(maxsize=2)(self._view)

    @property
    def bounds(self) -> Frame:
        """What all of London lies in."""
        return self._bounds

    @property
    def thames(self) -> Rings:
        """The tidal Thames."""
        return self.of_level("thames")[""]

    def of_level(self, level: str) -> ByCode:
        """Return the areas of bcus, boroughs or wards by code."""
        return self._levels[level]

    def places(self, number: int) -> Iterator[Point]:
        """Give the positions of an arc (degrees), whose steps are differences on a grid."""
        transform = self._transforms[number >= self._first_of_wards]
        (across, up), (west, south) = transform["scale"], transform["translate"]
        x = y = 0
        arc = self._arcs[number]
        for right, higher in zip(arc[::2], arc[1::2], strict=True):
            x, y = x + right, y + higher
            yield west + x * across, south + y * up

    def frame(self, view: Frame | None, chosen: Rings | None) -> Frame:
        """Return which part of London is shown: a view, or else an area, or else all of it.

        Raises
        ------
        BcuMapError
            If the view lies elsewhere.
        """
        if view is not None:
            return _at_least(self._within(view))
        return _around(self.bounds if chosen is None else self._bounds_of(chosen))

    def middle(self, level: str, code: str) -> Point:
        """Return the middle of what an area reaches over (degrees)."""
        west, south, east, north = self._bounds_of(self._levels[level][code])
        return ((west + east) / 2, (south + north) / 2)

    def _bounds_of(self, area: Rings) -> Frame:
        places = chain.from_iterable(self.places(max(n, ~n)) for ring in area for n in ring)
        lons, lats = zip(*places, strict=True)
        return (min(lons), min(lats), max(lons), max(lats))

    def _within(self, view: Frame) -> Frame:
        """Cut a view to London, as nothing is drawn outside of it."""
        west, south, east, north = _around(self.bounds)
        cut = (max(view[0], west), max(view[1], south), min(view[2], east), min(view[3], north))
        if cut[0] >= cut[2] or cut[1] >= cut[3]:
            raise BcuMapError("the view shows no part of London; show some of it")
        return cut

    def _view(self, frame: Frame, wide: int) -> View:
        """Return a part of London on a map of so many dots across."""
        return View(self, frame, wide)


class View:
    """A part of London on the National Grid, in dots from the upper left corner of the map.

    Parameters
    ----------
    frame
        The part (degrees); more is shown where it is very flat or steep.
    wide
        How many dots the map has across.

    Attributes
    ----------
    high
        How many dots it has from top to bottom.
    dot
        The length of a dot (metres).
    box
        The part in metres (EPSG:27700): west, south, east, north.
    """

    def __init__(self, shapes: Shapes, frame: Frame, wide: int) -> None:
        self._shapes, self.frame, self.wide = shapes, frame, wide
        west, south, east, north = frame
        corners = [plane.metres(lon, lat) for lon in (west, east) for lat in (south, north)]
        (left, *_, right), (low, *_, top) = (sorted(part) for part in zip(*corners, strict=True))
        ratio = (top - low) / (right - left)
        self.high = round(wide * min(max(ratio, FLATTEST), STEEPEST))
        self.dot = max((right - left) / wide, (top - low) / self.high)
        self._left = (left + right - self.dot * wide) / 2
        self._top = (low + top + self.dot * self.high) / 2
        right, low = self._left + self.dot * wide, self._top - self.dot * self.high
        self.box: Frame = (self._left, low, right, self._top)
        self.line = cache(self._line)

    def at(self, lon: float, lat: float) -> Point:
        """Return where a place is on the map."""
        easting, northing = plane.metres(lon, lat)
        return (easting - self._left) / self.dot, (self._top - northing) / self.dot

    def _line(self, number: int) -> Line:
        """Return an arc in whole dots, without what is finer or far off the map."""
        places = [self.at(*place) for place in self._shapes.places(number)]
        return self.drawn(places)

    def drawn(self, line: Line) -> Line:
        """Return a line of dots in whole ones, without what is finer or far off the map."""
        near = in_sight(line, self.wide, self.high)
        whole: Line = [(round(x), round(y)) for x, y in simpler(near, FINEST)]
        return whole[:1] + [to for at, to in pairwise(whole) if at != to]

    def shows(self, line: Line) -> bool:
        """Say whether anything of a line may be seen."""
        xs, ys, off = [x for x, _ in line], [y for _, y in line], BEYOND * self.wide
        across = max(xs) > -off and min(xs) < self.wide + off
        return across and max(ys) > -off and min(ys) < self.high + off

    def rings(self, area: Rings) -> list[Line]:
        """Return the rings of an area, each ending where it begins."""
        found = []
        for ring in area:
            line: Line = []
            for number in ring:
                arc = self.line(number) if number >= 0 else self.line(~number)[::-1]
                line += arc[bool(line) :]
            found.append(line)
        return found

    def seen(self, areas: Mapping[str, Rings]) -> dict[str, list[Line]]:
        """Return what is seen of areas that are seen well enough to be named, largest first."""
        least = self.wide * self.high * LEAST_SHARE
        inside = {code: list(self._clipped(area)) for code, area in areas.items()}
        sizes = {code: abs(sum(map(_size, rings))) for code, rings in inside.items()}
        order = sorted((code for code in areas if sizes[code] > least), key=lambda c: -sizes[c])
        return {code: inside[code] for code in order}

    def _clipped(self, area: Rings) -> Iterator[Line]:
        for ring in self.rings(area):
            yield clipped(ring, self.wide, self.high)


def _objects(document: Document) -> Iterator[tuple[str, list[Document]]]:
    for level, each in document["objects"].items():
        yield level, each["geometries"]


def _rings(shape: Mapping[str, Any], before: int) -> Rings:
    parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return tuple(
        tuple(number + before if number >= 0 else number - before for number in ring)
        for rings in parts
        for ring in rings
    )


def _around(frame: Frame) -> Frame:
    west, south, east, north = _at_least(frame)
    wide, high = MARGIN * (east - west), MARGIN * (north - south)
    return (west - wide, south - high, east + wide, north + high)


def _at_least(frame: Frame) -> Frame:
    west, south, east, north = frame
    high = max(north - south, SMALLEST)
    wide = max(east - west, SMALLEST / math.cos(math.radians(south)))
    x, y = (west + east) / 2, (south + north) / 2
    return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


# --- lines and rings -----------------------------------------------------------------------------


def arcs(areas: Iterable[Rings]) -> dict[int, int]:
    """Return the arcs of areas and how many times each is used."""
    found: dict[int, int] = defaultdict(int)
    for area in areas:
        for ring in area:
            for number in ring:
                found[max(number, ~number)] += 1
    return found


def joined(lines: Iterable[Line]) -> list[Line]:
    """Join lines that meet to longer ones; those around something end where they begin."""
    ends: dict[Point, list[Line]] = defaultdict(list)
    for line in lines:
        if len(line) > 1:
            ends[line[0]].append(line)
            ends[line[-1]].append(line)
    done: set[int] = set()
    found = []
    for start in sorted(ends, key=lambda point: len(ends[point]) % 2 == 0):
        while walked := _walked(start, ends, done):
            found.append(walked)
    return found


def _walked(start: Point, ends: Mapping[Point, list[Line]], done: set[int]) -> Line:
    """Go on from line to line until there is none left to go on with."""
    walked: Line = []
    at = start
    while True:
        while ends[at] and id(ends[at][-1]) in done:
            ends[at].pop()
        if not ends[at]:
            return walked
        line = ends[at].pop()
        done.add(id(line))
        line = line if line[0] == at else line[::-1]
        walked += line[bool(walked) :]
        at = line[-1]


def in_sight(line: Line, wide: float, high: float) -> Line:
    """Leave out the points between others that are off the map on the same side."""
    off = BEYOND * wide
    sides = [
        (x < -off) | (x > wide + off) << 1 | (y < -off) << 2 | (y > high + off) << 3
        for x, y in line
    ]
    if not any(sides):
        return line
    kept, side = [line[0]], sides[0]
    for place in range(1, len(line) - 1):
        if not side & sides[place] & sides[place + 1]:
            kept.append(line[place])
            side = sides[place]
    return [*kept, line[-1]]


def simpler(line: Line, finest: float) -> Line:
    """Leave out the points that are no farther than that from what is left (Douglas, Peucker)."""
    keep = [0, len(line) - 1]
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy)
        if length > finest:
            off = [abs(dx * (y - ay) - dy * (x - ax)) for x, y in line[first + 1 : last]]
        else:
            length = 1.0
            off = [math.hypot(x - ax, y - ay) for x, y in line[first + 1 : last]]
        if off and (most := max(off)) > finest * length:
            middle = first + 1 + off.index(most)
            keep.append(middle)
            parts += [(first, middle), (middle, last)]
    return [line[place] for place in sorted(set(keep))]


def clipped(ring: Line, wide: float, high: float) -> Line:
    """Cut a ring to the map (Sutherland, Hodgman)."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    if min(xs) >= 0 and max(xs) <= wide and min(ys) >= 0 and max(ys) <= high:
        return ring
    for axis, sign, edge in ((0, 1, 0.0), (0, -1, -wide), (1, 1, 0.0), (1, -1, -high)):
        kept: Line = []
        for one, two in pairwise(ring):
            a, b = sign * one[axis] - edge, sign * two[axis] - edge
            if a >= 0:
                kept.append(one)
            if (a >= 0) != (b >= 0):
                share = a / (a - b)
                kept.append(
                    (one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1]))
                )
        ring = [*kept, *kept[:1]]
    return ring


def _size(ring: Line) -> float:
    """Return the area of a ring, negative if it runs against the clock."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2


def middle(rings: Iterable[Line]) -> Point:
    """Return the middle of the largest circle within rings, to a few dots (polylabel).

    Boxes are quartered as long as there may be a larger circle in them.
    """
    edges = [pair for ring in rings if ring for pair in pairwise(simpler(ring, COARSE))]
    xs, ys = zip(*(point for point, _ in edges), strict=True)
    side = max(COARSE, min(max(xs) - min(xs), max(ys) - min(ys)))
    columns, rows = (math.ceil((max(each) - min(each)) / side) for each in (xs, ys))
    boxes: list[tuple[float, float, Point, float]] = []

    def add(x: float, y: float, half: float) -> None:
        room = _room(x, y, edges)
        heappush(boxes, (-room - half * math.sqrt(2), -room, (x, y), half))

    for column, row in product(range(max(columns, 1)), range(max(rows, 1))):
        add(min(xs) + (column + 0.5) * side, min(ys) + (row + 0.5) * side, side / 2)
    best = min(boxes, key=lambda box: box[1])
    while boxes:
        most, less, (x, y), half = heappop(boxes)
        best = min(best, (most, less, (x, y), half), key=lambda box: box[1])
        if best[1] - most <= COARSE:  # no box has a circle so much larger
            break
        for across, down in product((-half / 2, half / 2), repeat=2):
            add(x + across, y + down, half / 2)
    return best[2]


def _room(x: float, y: float, edges: Iterable[tuple[Point, Point]]) -> float:
    """Return how far a point is from the nearest edge, less than nothing outside."""
    inside, least = False, math.inf
    for (ax, ay), (bx, by) in edges:
        dx, dy = bx - ax, by - ay
        if (ay > y) != (by > y) and x < dx * (y - ay) / dy + ax:
            inside = not inside
        along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy or 1)
        along = 0 if along < 0 else min(along, 1)
        off, far = ax + along * dx - x, ay + along * dy - y
        least = min(least, off * off + far * far)
    return math.sqrt(least) if inside else -math.sqrt(least)
