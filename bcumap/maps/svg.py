"""Scenes → SVG: a picture with legend and sources, or its map alone to stand in a page; pure.

Text is drawn as outlines, so that it looks the same everywhere; everything else has its look as
its class, which a page's own CSS may change. The same scene gives the same text. Standard library
only: this runs where pages are served.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise, product

from bcumap.maps import shapes
from bcumap.maps.lettering import BELOW, CAPITALS, EM, font
from bcumap.maps.looks import ACCENT, CAUTION, GROUND, INK, LOOKS, OUTLINES, SIGNS, Look, mixed
from bcumap.maps.scene import CLOSED_SIGN, WIDE, Mark, Scene
from bcumap.maps.shapes import Line, Point, Rings, View

# Inches.
MAP_WIDTH, LEGEND_WIDTH, EDGE = 8, 2.75, 0.25
DPI = WIDE // MAP_WIDTH  # dots to the inch of a picture
POINT = DPI / 72  # dots
PAGE_POINT = 1.7  # of a map in a page, whose names are then of 11 dots
TITLE_HEIGHT, CAUTION_HEIGHT = 0.85, 0.2
NOTE_CHARACTERS, LEGEND_CHARACTERS, NAME_CHARACTERS = 150, 34, 14
# Points: sizes of type, and how far lines are apart.
NAME, SIGN_NAME, NAME_PITCH = 6.6, 6.3, 1.15
NOTE, NOTE_PITCH, KEY, KEY_PITCH, KEY_GAP = 6.5, 9.4, 7.5, 9.0, 4.8
SIGN, SIGN_LINE, HALO, HATCH = 6.8, 1.2, 2.2, 5.0
BETWEEN = 1.4  # points around each name
BAR_WORDS, BAR_GAP = 7.0, 5.3  # of the scale: size of its words, how far they stand above it
METRES_PER_KM = 1000
# A picture for the preview of a link: dots, and how much of it is words.
CARD = (1200, 630)
CARD_WORDS, CARD_EDGE, CARD_POINT = 480, 48, 2.4
CARD_CHARACTERS = 15, 30  # of the title and of what stands below it

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Type:
    """How a text is written: its size (points), weight and colour."""

    size: float
    weight: str = "regular"
    colour: str = INK


@dataclass
class Paper:
    """What is drawn on: how many dots a point has, and what was used and has to be defined."""

    point: float
    used: dict[str, str] = field(default_factory=dict)

    def dots(self, points: float) -> str:
        """Write a length in dots."""
        return f"{points * self.point:.4g}"

    def lines(self, lines: Sequence[str], at: Point, how: Type, pitch: float) -> Iterator[str]:
        """Write lines of text below each other, `pitch` points apart."""
        for number, line in enumerate(lines):
            yield self.line(line, (at[0], at[1] + number * pitch * self.point), how)

    def line(self, words: str, at: Point, how: Type, *, halo: bool = False) -> str:
        """Write a line of text from a point on, or the halo around it."""
        if not (letters := "".join(self._letters(words, how.weight))):
            return ""
        scale = how.size * self.point / EM
        colour = f'fill="{how.colour}"'
        if halo:
            colour = f'fill="none" stroke="{GROUND}" stroke-width="{HALO / how.size * EM:.0f}"'
        place = f"translate({at[0]:.1f} {at[1]:.1f})scale({scale:.4f})"
        return f'<g class="words" {colour} transform="{place}">{letters}</g>'

    def _letters(self, words: str, weight: str) -> Iterator[str]:
        known = font(weight)
        for letter, at in known.places(words):
            if outline := known.letters[letter][1]:
                name = f"bcumap-{weight[0]}{ord(letter) if letter else 0:x}"
                self.used[name] = f'<path id="{name}" d="{outline}"/>'
                yield f'<use xlink:href="#{name}" x="{at}"/>'

    def style(self, name: str) -> str:
        """Write how a shape looks."""
        look = LOOKS[name]
        fill = look.fill or "none"
        if look.hatch:
            fill = f"url(#bcumap-{name})"
            self.used[name] = self._hatching(name, look)
        if not look.width:
            return f'class="{name}" fill="{fill}" fill-rule="evenodd"'
        dashes = " ".join(map(self.dots, look.dashes))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        line = f'stroke="{look.line}" stroke-width="{self.dots(look.width)}"{dashed}'
        return f'class="{name}" fill="{fill}" {line}'

    def _hatching(self, name: str, look: Look) -> str:
        side = round(HATCH * self.point)  # whole dots, not turned: that is drawn much sooner
        lines = f"M-1 1L1-1M0 {side}L{side} 0M{side - 1} {side + 1}L{side + 1} {side - 1}"
        if look.hatch == "cross":
            lines += f"M-1 {side - 1}L1 {side + 1}M0 0L{side} {side}M{side - 1}-1L{side + 1} 1"
        return (
            f'<pattern id="bcumap-{name}" width="{side}" height="{side}"'
            ' patternUnits="userSpaceOnUse">'
            f'<path fill="{look.fill}" d="M0 0h{side}v{side}H0z"/>'
            f'<path stroke="{look.line}" stroke-width="{self.dots(0.7)}" d="{lines}"/></pattern>'
        )


def document(scene: Scene) -> str:
    """Draw a scene with title, legend, scale and sources, 11 inches (28 cm) across."""
    paper = Paper(POINT)
    view = scene.view
    notes = [line for note in scene.notes for line in textwrap.wrap(note, NOTE_CHARACTERS)]
    left, top = EDGE * DPI, (TITLE_HEIGHT + bool(scene.caution) * CAUTION_HEIGHT) * DPI
    wide = round((EDGE + MAP_WIDTH + LEGEND_WIDTH) * DPI)
    high = round(top + view.high + (EDGE + 0.1) * DPI + NOTE_PITCH * POINT * len(notes))
    inside = f"M{left:g} {top:g}h{view.wide}v{view.high}h-{view.wide}z"
    body = [
        f'<g transform="translate({left:g} {top:g})">',
        *_map(paper, scene),
        "</g>",
        # What is beyond the map is covered: that is drawn much sooner than clipped.
        f'<path class="paper" fill="{GROUND}" fill-rule="evenodd"'
        f' d="M0 0h{wide}v{high}H0z{inside}"/>',
        *_above(paper, scene, wide),
        f'<path fill="none" stroke="{mixed(INK, 0.25)}" stroke-width="{paper.dots(0.8)}"'
        f' d="{inside}"/>',
        *_legend(paper, scene, left + view.wide + 0.12 * DPI, top),
        *paper.lines(
            notes, (left, high - EDGE * DPI - NOTE_PITCH * POINT * (len(notes) - 1)),
            Type(NOTE, colour=mixed(INK, 0.8)), NOTE_PITCH,
        ),
    ]  # fmt: skip
    size = f'width="{wide / DPI:g}in" height="{high / DPI:g}in" viewBox="0 0 {wide} {high}"'
    return _framed(size, scene, paper, body)


def fragment(scene: Scene) -> str:
    """Draw the map of a scene alone, to stand in a page: as many pixels across as it has dots."""
    paper = Paper(PAGE_POINT)
    body = [*_map(paper, scene)]
    size = f'viewBox="0 0 {scene.view.wide} {scene.view.high}" width="{scene.view.wide}"'
    return _framed(f'class="bcumap" {size} height="{scene.view.high}"', scene, paper, body)


def card(scene: Scene) -> str:
    """Draw the map of a scene beside its title, for the preview of a link (`CARD`)."""
    paper = Paper(CARD_POINT)
    (wide, high), (left, top) = CARD, (CARD_EDGE, 2.6 * CARD_EDGE)
    title = textwrap.wrap(scene.title, CARD_CHARACTERS[0])[:5]
    below = textwrap.wrap(scene.subtitle, CARD_CHARACTERS[1])[:6]
    y = top + 25 * CARD_POINT * len(title)
    body = [
        f'<path class="paper" fill="{GROUND}" d="M0 0h{wide}v{high}H0z"/>',
        f'<path class="ground" fill="{mixed(INK, 0.05)}"'
        f' d="M{CARD_WORDS} 0H{wide}V{high}H{CARD_WORDS}z"/>',
        f'<svg x="{CARD_WORDS}" width="{wide - CARD_WORDS}" height="{high}"'
        f' viewBox="0 0 {scene.view.wide} {scene.view.high}">',
        *_map(paper, scene),
        "</svg>",
        *paper.lines(title, (left, top), Type(19, "bold"), 24),
        *paper.lines(below, (left, y), Type(10, colour=mixed(INK, 0.8)), 15),
        paper.line("bcumap", (left, high - CARD_EDGE), Type(11, "bold", ACCENT)),
    ]
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    return _framed(size, scene, paper, body)


def about(scene: Scene) -> str:
    """Say in words what the picture shows beside its title, and whose it is."""
    return " ".join(filter(None, (scene.subtitle, scene.caution, *scene.notes)))


def _framed(size: str, scene: Scene, paper: Paper, body: Iterable[str]) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' role="img" {size} stroke-linejoin="round"><title>{escape(scene.title)}</title>'
        f"<desc>{escape(about(scene))}</desc><defs>{''.join(paper.used.values())}</defs>"
        f"{''.join(body)}</svg>\n"
    )


# --- the map -------------------------------------------------------------------------------------


def _map(paper: Paper, scene: Scene) -> Iterator[str]:
    view = scene.view
    yield f'<path class="ground" fill="{mixed(INK, 0.05)}" d="M0 0h{view.wide}v{view.high}H0z"/>'
    for name in LOOKS:
        drawn = [shape.rings for shape in scene.shapes if name in shape.looks]
        if path := "".join(map(_path, _outlines(view, drawn, is_line=LOOKS[name].width > 0))):
            yield f'<path {paper.style(name)} d="{path}"/>'
    marks = [(view.at(mark.lon, mark.lat), mark) for mark in scene.marks]
    for at, mark in marks:
        yield _sign(paper, mark.look, at, announced=mark.announced)
    written = [*_written(paper, scene, marks)]
    yield from (paper.line(*label, halo=True) for label in written)
    yield from (paper.line(*label) for label in written)
    yield from _scale(paper, view)


def _outlines(view: View, areas: Iterable[Rings], *, is_line: bool) -> Iterator[Line]:
    """Return what is seen of areas as one: each line once, or filled without those within it."""
    uses = shapes.arcs(areas)
    off = shapes.BEYOND * view.wide
    for line in shapes.joined(view.line(arc) for arc in uses if is_line or uses[arc] % 2):
        xs, ys = zip(*line, strict=True)
        across = max(xs) > -off and min(xs) < view.wide + off
        if across and max(ys) > -off and min(ys) < view.high + off:
            yield line


def _path(line: Line) -> str:
    """Write a line as steps from point to point; one that ends where it begins is closed."""
    (x, y), closed = line[0], line[0] == line[-1]
    steps = [f"{u - x} {v - y}" for (x, y), (u, v) in pairwise(line[:-1] if closed else line)]
    return f"M{x} {y}l{' '.join(steps)}{'z' * closed}".replace(" -", "-")


def _sign(paper: Paper, name: str, at: Point, *, announced: bool = False) -> str:
    sign = SIGNS[name]
    width = (2 if sign.shape == "cross" else 1) * SIGN_LINE / SIGN
    dashed = f' stroke-dasharray="{1.6 * width:.3f} {1.2 * width:.3f}"' * announced
    place = f"translate({at[0]:.1f} {at[1]:.1f})scale({paper.dots(SIGN)})"
    inner = f'<circle r=".21" fill="{GROUND}" stroke="none"/>' * (name == "sign-24-7")
    return (
        f'<g class="{name}" fill="{sign.fill}" stroke="{sign.line}" stroke-width="{width:.3f}"'
        f' transform="{place}"><path{dashed} d="{OUTLINES[sign.shape]}"/>{inner}</g>'
    )


def _scale(paper: Paper, view: View) -> Iterator[str]:
    """Draw a bar of a round number of kilometres, at most a quarter of the map long."""
    x, y, bar, words = _bar(view)
    for colour, width in ((GROUND, 2.4 + HALO), (INK, 2.4)):
        yield (
            f'<path stroke="{colour}" stroke-width="{paper.dots(width)}"'
            f' d="M{x:.1f} {y:.1f}h{bar:.1f}"/>'
        )
    at = (x, y - BAR_GAP * paper.point)
    yield from (paper.line(words, at, Type(BAR_WORDS), halo=halo) for halo in (True, False))


def _bar(view: View) -> tuple[float, float, float, str]:
    """Return where the bar of the scale begins, how long it is, and what stands above it."""
    length = round_length(view.wide * view.dot / 4)
    words = f"{length / METRES_PER_KM:g} km" if length >= METRES_PER_KM else f"{length:g} m"
    return 0.025 * view.wide, 0.97 * view.high, length / view.dot, words


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20 … that is not longer than some length (m)."""
    power = 10 ** math.floor(math.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest))


# --- names ---------------------------------------------------------------------------------------

# Where a name stands: upon its point, or beside a sign, to which side is tried first.
UPON = ((0, 0),)
BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))
BESIDE_GAP = 6.0, 5.6  # points from the middle of a sign: how far beyond it across, and down


@dataclass(frozen=True)
class Label:
    """Lines to write at a point: the first of several versions for which there is room."""

    at: Point
    versions: Sequence[Sequence[str]]
    how: Type
    sides: Sequence[tuple[int, int]] = UPON

    def block(self, lines: Sequence[str], side: tuple[int, int], point: float) -> Box:
        """Return what lines take on a side of the point."""
        size = self.how.size * point
        wide = size * max(font(self.how.weight).wide(line) for line in lines)
        high = size * (CAPITALS + NAME_PITCH * (len(lines) - 1))
        x = self.at[0] + side[0] * (wide / 2 + BESIDE_GAP[0] * point)
        y = self.at[1] + side[1] * (high / 2 + BESIDE_GAP[1] * point)
        return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _written(
    paper: Paper, scene: Scene, marks: Sequence[tuple[Point, Mark]]
) -> Iterator[tuple[str, Point, Type]]:
    """Place each line of the names: within the map, over no other, no sign and no scale."""
    half = (SIGN / 2) * paper.point
    x, y, bar, _ = _bar(scene.view)
    taken = [(x, y - (BAR_WORDS + BAR_GAP) * paper.point, x + bar, y)]
    taken += [(x - half, y - half, x + half, y + half) for (x, y), _ in marks]
    whole = (0.0, 0.0, float(scene.view.wide), float(scene.view.high))
    for label in _labels(scene, marks):
        for lines, side in product(label.versions, label.sides):
            block = label.block(lines, side, paper.point)
            box = _padded(block, BETWEEN * paper.point, BELOW * label.how.size * paper.point)
            if _holds(whole, box) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                yield from _centred(lines, block, label.how, paper.point)
                break


def _labels(scene: Scene, marks: Sequence[tuple[Point, Mark]]) -> Iterator[Label]:
    for name in scene.names:
        words = textwrap.wrap(name.text, NAME_CHARACTERS, break_long_words=False)
        figure = [name.figure] if name.figure else []
        yield Label(name.at, [[*words, *figure], *([figure] if figure else [])], Type(NAME, "bold"))
    for at, mark in sorted(marks, key=lambda each: each[1].look == CLOSED_SIGN[0]):
        words = textwrap.wrap(mark.name, NAME_CHARACTERS, break_long_words=False)
        yield Label(at, [[mark.name], words], Type(SIGN_NAME, "bold"), BESIDE)


def _centred(
    lines: Sequence[str], block: Box, how: Type, point: float
) -> Iterator[tuple[str, Point, Type]]:
    left, top, right, _ = block
    size = how.size * point
    for number, line in enumerate(lines):
        x = (left + right - size * font(how.weight).wide(line)) / 2
        yield line, (x, top + size * (CAPITALS + NAME_PITCH * number)), how


def _padded(box: Box, around: float, below: float) -> Box:
    return (box[0] - around, box[1] - around, box[2] + around, box[3] + around + below)


def _holds(outer: Box, inner: Box) -> bool:
    return all(
        (outer[0] <= inner[0], outer[1] <= inner[1], inner[2] <= outer[2], inner[3] <= outer[3])
    )


def _meet(one: Box, other: Box) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


# --- around the map ------------------------------------------------------------------------------


def _above(paper: Paper, scene: Scene, wide: int) -> Iterator[str]:
    """Write title, subtitle and caution; a title that is too long is written smaller."""
    left, room = EDGE * DPI, wide - 2 * EDGE * DPI
    size = min(15.0, room / paper.point / max(font("bold").wide(scene.title), 1e-9))
    for words, inches, how in (
        (scene.title, 0.40, Type(size, "bold")),
        (scene.subtitle, 0.625, Type(9)),
        (scene.caution, 0.83, Type(8.5, colour=CAUTION)),
    ):
        yield paper.line(words, (left, inches * DPI), how)


def _legend(paper: Paper, scene: Scene, left: float, top: float) -> Iterator[str]:
    """Draw what the looks and signs stand for, below each other."""
    point = paper.point
    y = top + CAPITALS * KEY * point
    for look, text in scene.legend:
        lines = textwrap.wrap(text, LEGEND_CHARACTERS)
        middle = y - CAPITALS * KEY * point / 2 + KEY_PITCH * point * (len(lines) - 1) / 2
        yield _key(paper, look, left, middle)
        yield from paper.lines(lines, (left + 18.9 * point, y), Type(KEY), KEY_PITCH)
        y += (KEY_PITCH * len(lines) + KEY_GAP) * point


def _key(paper: Paper, name: str, left: float, middle: float) -> str:
    wide, high = 13.8 * paper.point, 7.6 * paper.point
    if name in SIGNS:
        return _sign(paper, name, (left + wide / 2, middle))
    look = LOOKS[name]
    if not look.fill and not look.dashes:
        line = mixed(INK, 0.3) if look.line == GROUND else look.line
        return (
            f'<path stroke="{line}" stroke-width="{paper.dots(look.width)}"'
            f' d="M{left:.1f} {middle:.1f}h{wide:.1f}"/>'
        )
    edge = "" if look.width else f' stroke="{mixed(INK, 0.3)}" stroke-width="{paper.dots(0.6)}"'
    place = f"M{left:.1f} {middle - high / 2:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"
    return f'<path {paper.style(name)}{edge} d="{place}"/>'
