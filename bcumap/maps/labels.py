"""Where names stand on a map: within it, over no other, no sign and no scale; draws nothing."""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bcumap.facts.places import LABELLED
from bcumap.maps import looks
from bcumap.maps.lettering import BELOW, CAPITALS, font
from bcumap.maps.looks import INK
from bcumap.maps.scene import CLOSED_SIGN, Mark, Scene
from bcumap.maps.shapes import Point
from bcumap.maps.streets import STATION, STREET, Spot, Streets, along

NAME_CHARACTERS = 14
# Points: sizes of type, how far lines are apart, how much is left around each name.
NAME, SIGN_NAME, NAME_PITCH, BETWEEN = 6.6, 6.3, 1.15, 1.4
PLACE_NAME, STREET_NAME, STATION_DOT = 6.0, 5.4, 3.2
SQUARE = 64  # dots: what is taken is looked up by squares of this side
# Where a name stands: upon its point, or beside a sign, to which side is tried first.
UPON = ((0, 0),)
BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))
BESIDE_GAP = 6.0, 5.6  # points from the middle of a sign: how far beyond it across, and down
DOT_GAP = 3.4, 3.2

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Type:
    """How a text is written: its size (points), weight and colour."""

    size: float
    weight: str = "regular"
    colour: str = INK


@dataclass(frozen=True)
class Written:
    """A line of text where it begins, and how it is turned (degrees)."""

    words: str
    at: Point
    how: Type
    angle: float = 0.0


class Room:
    """What of a map is still free."""

    def __init__(self, wide: float, high: float) -> None:
        self._wide, self._high = wide, high
        self._taken: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def take(self, *boxes: Box) -> None:
        """Let nothing else stand there."""
        for box in boxes:
            for square in _squares(box):
                self._taken[square].append(box)

    def has(self, *boxes: Box) -> bool:
        """Say whether boxes are on the map as a whole, and nothing stands there."""
        return all(
            left >= 0 and top >= 0 and right <= self._wide and bottom <= self._high
            for left, top, right, bottom in boxes
        ) and not any(
            _meet(box, other)
            for box in boxes
            for square in _squares(box)
            for other in self._taken.get(square, ())
        )


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (math.floor(each / SQUARE) for each in box)
    return product(range(left, right + 1), range(top, bottom + 1))


def _meet(one: Box, other: Box) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


@dataclass(frozen=True)
class Label:
    """Lines to write at a point: the first of several versions for which there is room."""

    at: Point
    versions: Sequence[Sequence[str]]
    how: Type
    sides: Sequence[tuple[int, int]] = UPON
    gap: tuple[float, float] = BESIDE_GAP

    def block(self, lines: Sequence[str], side: tuple[int, int], point: float) -> Box:
        """Return what lines take on a side of the point."""
        size = self.how.size * point
        wide = size * max(font(self.how.weight).wide(line) for line in lines)
        high = size * (CAPITALS + NAME_PITCH * (len(lines) - 1))
        x = self.at[0] + side[0] * (wide / 2 + self.gap[0] * point)
        y = self.at[1] + side[1] * (high / 2 + self.gap[1] * point)
        return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)

    def placed(self, room: Room, point: float) -> Iterator[Written]:
        """Take the first room there is."""
        for lines, side in product(self.versions, self.sides):
            block = self.block(lines, side, point)
            box = _padded(block, BETWEEN * point, BELOW * self.how.size * point)
            if room.has(box):
                room.take(box)
                yield from _centred(lines, block, self.how, point)
                return


def of_areas(scene: Scene, marks: Sequence[tuple[Point, Mark]]) -> Iterator[Label]:
    """Give the names of areas and of counters, the most important first."""
    for name in scene.names:
        words = textwrap.wrap(name.text, NAME_CHARACTERS, break_long_words=False)
        figure = [name.figure] if name.figure else []
        yield Label(name.at, [[*words, *figure], *([figure] if figure else [])], Type(NAME, "bold"))
    for at, mark in sorted(marks, key=lambda each: each[1].look == CLOSED_SIGN[0]):
        words = textwrap.wrap(mark.name, NAME_CHARACTERS, break_long_words=False)
        yield Label(at, [[mark.name], words], Type(SIGN_NAME, "bold"), BESIDE)


def of_streets(shown: Streets, room: Room, point: float) -> Iterator[Written]:
    """Place the names of localities and stations, of streets by class, and then of all else."""
    colours = looks.STREET_COLOURS["light"]
    of_places, of_ways = (Type(size, colour=colours[name]) for name, size in
                          (("place", PLACE_NAME), ("name", STREET_NAME)))  # fmt: skip
    dots = [spot.at for spot in shown.spots if spot.kind == STATION]
    half = STATION_DOT / 2 * point
    room.take(*((x - half, y - half, x + half, y + half) for x, y in dots))
    named = [*zip(LABELLED, looks.PLACES_NAMED_FROM, strict=True)]
    seen = [kind for kind, first in named if shown.zoom >= first]
    early = [kind for kind, first in named if first == looks.STREETS_FROM]
    for kind in early:
        yield from _of_spots(shown.spots, kind, of_places, room, point)
    yield from _of_ways(shown, of_ways, room, point)
    if shown.zoom >= looks.POINTS_NAMED_FROM:
        yield from _of_spots(shown.spots, STREET, of_ways, room, point)
    for kind in seen[len(early) :]:
        yield from _of_spots(shown.spots, kind, of_places, room, point)


def _of_spots(
    spots: Sequence[Spot], kind: str, how: Type, room: Room, point: float
) -> Iterator[Written]:
    sides = BESIDE if kind == STATION else UPON
    for spot in spots:
        if spot.kind == kind:
            yield from Label(spot.at, [[spot.name]], how, sides, DOT_GAP).placed(room, point)


def _of_ways(shown: Streets, how: Type, room: Room, point: float) -> Iterator[Written]:
    """Write the name of a street along it, and again where it is far from where it stands."""
    size, far = how.size * point, looks.SAME_NAME_PX * shown.pixel
    written: dict[str, list[Point]] = defaultdict(list)
    for way in sorted(shown.ways, key=lambda way: way.kind):
        if not way.name or shown.zoom < looks.STREETS_NAMED_FROM[way.kind]:
            continue
        wide = size * font(how.weight).wide(way.name)
        for x, y, angle in along(way.line, wide):
            if any(math.dist((x, y), at) < far for at in written[way.name]):
                continue
            right, down = math.cos(angle), math.sin(angle)
            half, steps = size * (CAPITALS + BELOW) / 2, math.ceil(wide / size)
            middles = ((step / steps - 0.5) * wide for step in range(steps + 1))
            boxes = [(x + at * right - half, y + at * down - half,
                      x + at * right + half, y + at * down + half) for at in middles]  # fmt: skip
            if room.has(*boxes):
                room.take(*boxes)
                written[way.name].append((x, y))
                back, low = wide / 2, CAPITALS * size / 2
                start = (x - back * right - low * down, y - back * down + low * right)
                yield Written(way.name, start, how, math.degrees(angle))
                break


def _centred(lines: Sequence[str], block: Box, how: Type, point: float) -> Iterator[Written]:
    left, top, right, _ = block
    size = how.size * point
    for number, line in enumerate(lines):
        x = (left + right - size * font(how.weight).wide(line)) / 2
        yield Written(line, (x, top + size * (CAPITALS + NAME_PITCH * number)), how)


def _padded(box: Box, around: float, below: float) -> Box:
    return (box[0] - around, box[1] - around, box[2] + around, box[3] + around + below)
