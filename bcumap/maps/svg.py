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

from bcumap.facts.places import CLASSES
from bcumap.maps import labels, looks, shapes
from bcumap.maps.labels import Room, Type, Written
from bcumap.maps.lettering import CAPITALS, EM, font
from bcumap.maps.looks import ACCENT, CAUTION, GROUND, INK, LOOKS, OUTLINES, SIGNS, Look, mixed
from bcumap.maps.scene import WIDE, Mark, Scene
from bcumap.maps.shapes import Line, Point, Rings, View
from bcumap.maps.streets import STATION, Streets

# Inches.
MAP_WIDTH, LEGEND_WIDTH, EDGE = 8, 2.75, 0.25
DPI = WIDE // MAP_WIDTH  # dots to the inch of a picture
POINT = DPI / 72  # dots
PAGE_POINT = 1.7  # of a map in a page, whose names are then of 11 dots
TITLE_HEIGHT, CAUTION_HEIGHT = 0.85, 0.2
NOTE_CHARACTERS, LEGEND_CHARACTERS = 150, 34
# Points: sizes of type, and how far lines are apart.
NOTE, NOTE_PITCH, KEY, KEY_PITCH, KEY_GAP = 6.5, 9.4, 7.5, 9.0, 4.8
SIGN, SIGN_LINE, HALO, HATCH = 6.8, 1.2, 2.2, 5.0
BAR_WORDS, BAR_GAP = 7.0, 5.3  # of the scale: size of its words, how far they stand above it
METRES_PER_KM = 1000
# A picture for the preview of a link: dots, and how much of it is words.
CARD = (1200, 630)
CARD_WORDS, CARD_EDGE, CARD_POINT = 480, 48, 2.4
CARD_CHARACTERS = 15, 30  # of the title and of what stands below it


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

    def line(
        self, words: str, at: Point, how: Type, *, halo: bool = False, angle: float = 0
    ) -> str:
        """Write a line of text from a point on, or the halo around it; `angle` turns it."""
        if not (letters := "".join(self._letters(words, how.weight))):
            return ""
        scale = how.size * self.point / EM
        colour = f'fill="{how.colour}"'
        if halo:
            colour = f'fill="none" stroke="{GROUND}" stroke-width="{HALO / how.size * EM:.0f}"'
        turned = f"rotate({angle:.1f})" if angle else ""
        place = f"translate({at[0]:.1f} {at[1]:.1f}){turned}scale({scale:.4f})"
        return f'<g class="words" {colour} transform="{place}">{letters}</g>'

    def name(self, written: Written, *, halo: bool = False) -> str:
        """Write a name where it is placed, or its halo."""
        return self.line(written.words, written.at, written.how, halo=halo, angle=written.angle)

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
    fills = [name for name, look in LOOKS.items() if not look.width]
    if scene.streets:
        yield from _drawn(paper, scene, ["thames"])
        yield from _streets(paper, scene.streets)
        yield f'<g fill-opacity="{looks.OVER_STREETS}">'
        fills.remove("thames")
    yield from _drawn(paper, scene, fills)
    if scene.streets:
        yield "</g>"
    yield from _drawn(paper, scene, [name for name, look in LOOKS.items() if look.width])
    marks = [(view.at(mark.lon, mark.lat), mark) for mark in scene.marks]
    for at, mark in marks:
        yield _sign(paper, mark.look, at, announced=mark.announced)
    yield from _names(paper, scene, marks)
    yield from _scale(paper, view)


def _drawn(paper: Paper, scene: Scene, names: Iterable[str]) -> Iterator[str]:
    """Draw the shapes of some looks, those of each as one."""
    for name in names:
        drawn = [shape.rings for shape in scene.shapes if name in shape.looks]
        lines = _outlines(scene.view, drawn, is_line=LOOKS[name].width > 0)
        if path := "".join(map(_path, lines)):
            yield f'<path {paper.style(name)} d="{path}"/>'


def _names(paper: Paper, scene: Scene, marks: Sequence[tuple[Point, Mark]]) -> Iterator[str]:
    """Write the names for which there is room: of areas and counters first, above all others."""
    view, point = scene.view, paper.point
    room = Room(view.wide, view.high)
    x, y, bar, _ = _bar(view)
    half = (SIGN / 2) * point
    room.take((x, y - (BAR_WORDS + BAR_GAP) * point, x + bar, y))
    room.take(*((x - half, y - half, x + half, y + half) for (x, y), _ in marks))
    above = [each for label in labels.of_areas(scene, marks) for each in label.placed(room, point)]
    for name in labels.of_streets(scene.streets, room, point) if scene.streets else ():
        yield paper.name(name, halo=True) + paper.name(name)
    yield from (paper.name(name, halo=True) for name in above)
    yield from map(paper.name, above)


def _streets(paper: Paper, shown: Streets) -> Iterator[str]:
    """Draw green, water, streets, the smaller ones below the larger, rail and stations."""
    colours = looks.STREET_COLOURS["light"]
    for name, rings in (("green", shown.green), ("water", shown.water)):
        if path := "".join(map(_path, rings)):
            fill = f'fill="{colours[name]}" fill-rule="evenodd"'
            yield f'<path class="street-{name}" {fill} d="{path}"/>'
    kinds = sorted({way.kind for way in shown.ways}, reverse=True)
    for kind in kinds:
        path = "".join(_path(way.line) for way in shown.ways if way.kind == kind)
        paper.used[f"street-{kind}"] = f'<path id="bcumap-street-{kind}" d="{path}"/>'
    yield '<g fill="none" stroke-linecap="round">'
    for edge, kind in product((looks.STREET_EDGE, 0), kinds):
        name = "edge" if edge else "local" if kind == len(CLASSES) - 1 else "main"
        width = (looks.street_width(looks.STREET_WIDTHS[kind], shown.zoom) + edge) * shown.pixel
        yield (
            f'<use class="street-{name}" xlink:href="#bcumap-street-{kind}"'
            f' stroke="{colours[name]}" stroke-width="{width:.3g}"/>'
        )
    yield "</g>"
    if path := "".join(map(_path, shown.rail)):
        width = looks.street_width(looks.RAIL_WIDTH, shown.zoom) * shown.pixel
        dashes = " ".join(f"{each * shown.pixel:.3g}" for each in looks.RAIL_DASHES)
        yield (
            f'<path class="street-rail" fill="none" stroke="{colours["rail"]}"'
            f' stroke-width="{width:.3g}" stroke-dasharray="{dashes}" d="{path}"/>'
        )
    radius = paper.dots(labels.STATION_DOT / 2)
    for spot in shown.spots:
        if spot.kind == STATION:
            at = f'cx="{spot.at[0]:.0f}" cy="{spot.at[1]:.0f}"'
            yield f'<circle class="street-place" fill="{colours["place"]}" r="{radius}" {at}/>'


def _outlines(view: View, areas: Iterable[Rings], *, is_line: bool) -> Iterator[Line]:
    """Return what is seen of areas as one: each line once, or filled without those within it."""
    uses = shapes.arcs(areas)
    lines = shapes.joined(view.line(arc) for arc in uses if is_line or uses[arc] % 2)
    yield from filter(view.shows, lines)


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
