"""Scenes → PNG and SVG, drawn on the British National Grid; the one module that knows Matplotlib.

A picture is on white whatever theme a page has, because it goes into reports. The same scene gives
the same bytes.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib import patheffects
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bcumap.base.errors import BcuMapError
from bcumap.geo import projection
from bcumap.geo.coverage import Polygons
from bcumap.maps.looks import SIGNS, TINTS, Sign
from bcumap.maps.request import FORMS, Frame
from bcumap.maps.scene import Mark, Name, Scene

DPI = 200
# Inches: the map is as high as its frame asks for, within limits.
MAP_WIDTH, LEGEND_WIDTH, EDGE = 8.0, 2.75, 0.25
LOWEST, HIGHEST = 4.5, 10.0
TITLE_HEIGHT, LINE_HEIGHT = 0.85, 0.155
BETWEEN = 4  # dots around each name
CHARACTERS = 150  # of a line below the map

# Of the light theme (.streamlit/config.toml).
GROUND, INK, ACCENT = "#ffffff", "#1a2530", "#1d4f91"

METRES_PER_KM = 1000
# Text is drawn as outlines, so that it looks the same without the font; never as mathematics.
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "bcumap",
    "hatch.linewidth": 0.7,
}


def mixed(colour: str, share: float, other: str = GROUND) -> str:
    """Mix a share of a colour with another one, as `color-mix(in srgb, …)` of CSS does."""
    pairs = zip(mpl.colors.to_rgb(colour), mpl.colors.to_rgb(other), strict=True)
    red, green, blue = (share * one + (1 - share) * two for one, two in pairs)
    return mpl.colors.to_hex((red, green, blue))


LINE = mixed(INK, 0.85)


@dataclass(frozen=True)
class Look:
    """How a shape is drawn: its fill, hatching and line (points)."""

    fill: str = "none"
    hatch: str | None = None
    hatch_colour: str = INK
    line: str = "none"
    width: float = 0.0
    dashes: tuple[float, tuple[float, ...]] | None = None  # a gap and the dashes; None is solid
    opacity: float = 1.0


# In the order in which they are drawn: fills, then lines.
LOOKS: Mapping[str, Look] = {
    **{
        name: Look(mixed(tint.colour, tint.share, INK if tint.dark else GROUND))
        for name, tint in TINTS.items()
    },
    "no-figure": Look(GROUND, "xxxxx", mixed(INK, 0.45)),
    "city": Look(GROUND, "//////", mixed(INK, 0.55)),
    "unit-own": Look(mixed(INK, 0.09)),
    "area-line": Look(line=GROUND, width=0.5, opacity=0.8),
    "borough-line": Look(line=LINE, width=0.6, opacity=0.55),
    "bcu-line": Look(line=LINE, width=1.4, opacity=0.9),
    "unit-line": Look(line=LINE, width=0.9),
    "unit-unsure": Look(line=LINE, width=1.6, dashes=(0.0, (4.0, 2.5))),
    "chosen-halo": Look(line=GROUND, width=5.0),
    "chosen-line": Look(line=ACCENT, width=3.0),
}
MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "x"}
HALO = patheffects.withStroke(linewidth=2.2, foreground=GROUND)

Metres = npt.NDArray[np.float64]


def draw(scene: Scene, form: str) -> bytes:
    """Draw a scene.

    Parameters
    ----------
    form
        One of `FORMS`.

    Returns
    -------
    bytes
        A PNG of 200 dots to the inch and 11 inches (28 cm) across, or an SVG.

    Raises
    ------
    BcuMapError
        If there is no such form, or the frame lies where there is no National Grid.
    """
    if form not in FORMS:
        raise BcuMapError(f"there is no picture as {form!r}; give one of {', '.join(FORMS)}")
    with mpl.rc_context(STYLE):
        figure, axes = _paper(scene)
        _draw_shapes(axes, scene)
        _draw_marks(axes, scene.marks)
        _scale_bar(axes)
        _legend(figure, scene)
        _write_names(axes, [*scene.names, *_names_of(scene.marks)], beside=bool(scene.marks))
        return _saved(figure, scene, form)


def _paper(scene: Scene) -> tuple[Figure, Axes]:
    """Lay out title, map, legend and notes; the axes are metres of the National Grid."""
    west, south, east, north = _bounds(scene.frame)
    height = min(max(MAP_WIDTH * (north - south) / (east - west), LOWEST), HIGHEST)
    lines = [line for note in scene.notes for line in textwrap.wrap(note, CHARACTERS)]
    below = EDGE + LINE_HEIGHT * len(lines) + 0.1
    above = TITLE_HEIGHT + (0.2 if scene.caution else 0)
    size = (EDGE + MAP_WIDTH + LEGEND_WIDTH, below + height + above)
    figure = Figure(figsize=size, dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)  # measures text
    axes = figure.add_axes((EDGE / size[0], below / size[1], MAP_WIDTH / size[0], height / size[1]))
    axes.set_facecolor(mixed(INK, 0.05))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(mixed(INK, 0.25))
    x, y = (west + east) / 2, (south + north) / 2
    per_inch = max((east - west) / MAP_WIDTH, (north - south) / height)
    axes.set_xlim(x - per_inch * MAP_WIDTH / 2, x + per_inch * MAP_WIDTH / 2)
    axes.set_ylim(y - per_inch * height / 2, y + per_inch * height / 2)
    _write_around(figure, scene, lines)
    return figure, axes


def _write_around(figure: Figure, scene: Scene, lines: Sequence[str]) -> None:
    """Write title and caution above, and the notes below."""
    wide, high = figure.get_size_inches()
    left, right = EDGE / wide, wide - 2 * EDGE
    title = figure.text(left, 1 - 0.24 / high, scene.title, fontsize=15, weight="bold", va="top")
    _fit(title, right * DPI)
    figure.text(left, 1 - 0.53 / high, scene.subtitle, fontsize=9, va="top")
    if scene.caution:
        figure.text(left, 1 - 0.74 / high, scene.caution, fontsize=8.5, va="top", color="#9c3f0c")
    figure.text(
        left, EDGE / high, "\n".join(lines), fontsize=6.5, va="bottom", linespacing=1.45,
        color=mixed(INK, 0.8),
    )  # fmt: skip


def _fit(text: Text, pixels: float) -> None:
    """Write smaller what is too long."""
    wide = text.get_window_extent().width
    if wide > pixels:
        text.set_fontsize(float(text.get_fontsize()) * pixels / wide)


def _bounds(frame: Frame) -> tuple[float, float, float, float]:
    west, south, east, north = frame
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    metres = projection.lonlat_to_bng(corners)
    if not np.isfinite(metres).all():
        raise BcuMapError(f"{frame} reaches beyond the British National Grid; show less around it")
    (left, low), (right, high) = metres.min(axis=0), metres.max(axis=0)
    return float(left), float(low), float(right), float(high)


# --- the map -------------------------------------------------------------------------------------


def _draw_shapes(axes: Axes, scene: Scene) -> None:
    """Draw shapes, look by look."""
    polygons = projection.to_bng(np.array([shape.polygon for shape in scene.shapes]))
    by_look: dict[str, list[shapely.Geometry]] = {}
    for polygon, shape in zip(polygons, scene.shapes, strict=True):
        for name in shape.looks:
            by_look.setdefault(name, []).append(polygon)
    for name, look in LOOKS.items():
        if name in by_look:
            paths = [_path(each) for each in _in_sight(np.array(by_look[name]), axes)]
            axes.add_collection(_collection(paths, look), autolim=False)


def _in_sight(polygons: Polygons, axes: Axes) -> Polygons:
    """Leave out what lies outside of the map, and detail that is finer than a dot.

    Neighbours keep their common edge. Polygons are cut well beyond the map's edge, so that no line
    is seen where there is none.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    beyond = (right - left) / 10
    dot = (right - left) / (MAP_WIDTH * DPI)
    simpler = shapely.coverage_simplify(polygons, dot)
    cut = shapely.clip_by_rect(simpler, left - beyond, low - beyond, right + beyond, high + beyond)
    kept: Polygons = cut[~shapely.is_empty(cut)]
    return kept


def _collection(paths: Sequence[Path], look: Look) -> PathCollection:
    return PathCollection(
        paths, facecolors=look.fill, edgecolors=look.line, linewidths=look.width,
        linestyles=[look.dashes or "solid"], alpha=None if look.opacity == 1 else look.opacity,
        hatch=look.hatch, hatchcolors=look.hatch_colour, joinstyle="round",
    )  # fmt: skip


def _path(polygon: shapely.Geometry) -> Path:
    rings = [
        ring for part in shapely.get_parts(polygon) for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _draw_marks(axes: Axes, marks: Sequence[Mark]) -> None:
    if not marks:
        return
    metres = _metres((mark.lon, mark.lat) for mark in marks)
    for (x, y), mark in zip(metres, marks, strict=True):
        sign = SIGNS[mark.look]
        axes.scatter(
            [x], [y], s=46, marker=MARKERS[sign.shape], zorder=5, clip_on=True,
            linestyles=[(0.0, (1.6, 1.2)) if mark.announced else "solid"],
            **_colours(sign, width=1.2),
        )  # fmt: skip
        if mark.look == "sign-24-7":
            axes.scatter([x], [y], s=8, marker="o", color=GROUND, linewidths=0, zorder=6)


def _colours(sign: Sign, *, width: float) -> dict[str, Any]:
    if sign.shape == "cross":  # a marker without an inside
        return {"color": sign.fill, "linewidths": 2 * width}
    return {"facecolors": sign.fill, "edgecolors": sign.line, "linewidths": width}


def _metres(points: Iterable[tuple[float, float]]) -> Metres:
    return projection.lonlat_to_bng(np.array(list(points), dtype=float))


def _names_of(marks: Sequence[Mark]) -> list[Name]:
    return [Name(mark.lon, mark.lat, mark.name) for mark in marks]


def _write_names(axes: Axes, names: Sequence[Name], *, beside: bool) -> None:
    """Write each name, or else its figure alone, within the map and over no other.

    Parameters
    ----------
    beside
        To the right of its point, instead of upon it.
    """
    if not names:
        return
    taken: list[Bbox] = []
    inside = axes.get_window_extent()
    look: dict[str, Any] = (
        {"xytext": (6, 0), "ha": "left", "fontsize": 6.3} if beside else {"fontsize": 6.6}
    )
    look = {"xytext": (0, 0), "ha": "center", **look}
    for (x, y), name in zip(_metres((n.lon, n.lat) for n in names), names, strict=True):
        wrapped = name.text if beside else textwrap.fill(name.text, 14, break_long_words=False)
        for words in dict.fromkeys(filter(None, (f"{wrapped}\n{name.figure}", name.figure))):
            text = axes.annotate(
                words.strip(), (x, y), textcoords="offset points", va="center", weight="bold",
                linespacing=1.15, path_effects=[HALO], zorder=7, **look,
            )  # fmt: skip
            box = text.get_window_extent().padded(BETWEEN)
            corners = (inside.contains(box.x0, box.y0), inside.contains(box.x1, box.y1))
            if all(corners) and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _scale_bar(axes: Axes) -> None:
    """Draw a bar of a round number of kilometres, at most a quarter of the map long."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    length = round_length((right - left) / 4)
    x, y = left + (right - left) * 0.025, low + (high - low) * 0.03
    axes.plot(
        [x, x + length], [y, y], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=8,
        path_effects=[HALO],
    )  # fmt: skip
    words = f"{length / METRES_PER_KM:g} km" if length >= METRES_PER_KM else f"{length:g} m"
    axes.annotate(
        words, (x, y), xytext=(0, 4), textcoords="offset points", fontsize=7, zorder=8,
        path_effects=[HALO],
    )  # fmt: skip


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20 … that is not longer than some length (m)."""
    power = 10 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest))


# --- beside it -----------------------------------------------------------------------------------


def _legend(figure: Figure, scene: Scene) -> None:
    wide, _ = figure.get_size_inches()
    top = figure.axes[0].get_position().y1
    left = (EDGE + MAP_WIDTH + 0.12) / wide
    handles = [_key(look) for look, _ in scene.legend]
    labels = [textwrap.fill(text, 34) for _, text in scene.legend]
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(left, top),
        frameon=False, borderaxespad=0, fontsize=7.5, labelspacing=0.75, handlelength=1.8,
        handleheight=1.2, handletextpad=0.7,
    )  # fmt: skip


def _key(name: str) -> Artist:
    if name in SIGNS:
        sign = SIGNS[name]
        return Line2D(
            [], [], linestyle="none", marker=MARKERS[sign.shape], markersize=6.5,
            markerfacecolor=sign.fill, markeredgecolor=sign.line,
            markeredgewidth=2 if sign.shape == "cross" else 1,
        )  # fmt: skip
    look = LOOKS[name]
    if look.fill == "none" and name != "unit-unsure":
        line = mixed(INK, 0.3) if name == "area-line" else look.line
        return Line2D([], [], color=line, linewidth=look.width, alpha=look.opacity)
    edge = look.line if look.width else mixed(INK, 0.3)
    return Patch(
        facecolor=look.fill, edgecolor=edge, linewidth=look.width or 0.6,
        linestyle=look.dashes or "solid",
        hatch=look.hatch, hatchcolor=look.hatch_colour,
    )  # fmt: skip


def _saved(figure: Figure, scene: Scene, form: str) -> bytes:
    """Encode the figure; what it is and whose it is stands in the file."""
    about = " ".join(filter(None, (scene.subtitle, scene.caution, *scene.notes)))
    metadata: dict[str, str | None] = {"Title": scene.title, "Description": about}
    if form == ".svg":
        metadata |= {"Creator": "bcumap", "Date": None, "Format": "image/svg+xml"}
    else:
        metadata |= {"Software": "bcumap"}
    made = io.BytesIO()
    figure.savefig(made, format=form.removeprefix("."), metadata=metadata)
    return made.getvalue() if form == ".png" else _shorter(made.getvalue())


def _shorter(svg: bytes) -> bytes:
    """Cut the numbers of an SVG's paths to hundredths of a point; Matplotlib writes millionths."""
    return re.sub(rb' d="[^"]*"', lambda found: re.sub(rb"(\.\d\d)\d+", rb"\1", found[0]), svg)
