"""What colours, lines and signs a map has, on every page and picture; draws nothing.

They stand here once: `css` writes the colours as the marked part of web/static/page.css, and `svg`
draws pictures with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Which of the four colours a BCU has; the colour itself means nothing. No two that share a border
# or face each other across the Thames have the same. Every BCU bears its name.
COLOURS: Mapping[str, int] = {
    "AS": 0, "AW": 1, "CE": 1, "CN": 2, "EA": 0, "NA": 0,
    "NE": 3, "NW": 3, "SE": 2, "SN": 1, "SW": 2, "WA": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Tint:
    """A colour and its share of what is seen; the rest is ground, or ink for dark classes."""

    colour: str
    share: float
    dark: bool = False


@dataclass(frozen=True)
class Sign:
    """A counter's sign: its shape, what fills it and the line around it."""

    shape: str
    fill: str
    line: str = "#14202b"


SHADE = "#2a78c8"
TINTS: Mapping[str, Tint] = {
    "bcu-0": Tint("#6fa3d8", 0.55),
    "bcu-1": Tint("#e8c65a", 0.52),
    "bcu-2": Tint("#5cb592", 0.52),
    "bcu-3": Tint("#e58fa3", 0.50),
    "shade-0": Tint(SHADE, 0.12),
    "shade-1": Tint(SHADE, 0.34),
    "shade-2": Tint(SHADE, 0.62),
    "shade-3": Tint(SHADE, 0.92, dark=True),
    "shade-4": Tint(SHADE, 0.52, dark=True),
    "thames": Tint("#4d92c4", 0.60),
}
SIGNS: Mapping[str, Sign] = {
    "sign-24-7": Sign("circle", "#0b7d57", "#ffffff"),
    "sign-reduced": Sign("square", "#d9a300"),
    "sign-limited": Sign("triangle", "#c8642a"),
    "sign-daytime": Sign("diamond", "#d9a300"),
    "sign-closed": Sign("cross", "#b02a2a", "#b02a2a"),
}


# Of the light theme (.streamlit/config.toml): pictures are on white whatever theme a page has,
# because they go into reports.
GROUND, INK, ACCENT, CAUTION = "#ffffff", "#1a2530", "#1d4f91", "#9c3f0c"
DARK_GROUND = "#12181f"  # of the dark one


def mixed(colour: str, share: float, other: str = GROUND) -> str:
    """Mix a share of a colour with another one, as `color-mix(in srgb, …)` of CSS does."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * one + (1 - share) * two):02x}" for one, two in pairs)


@dataclass(frozen=True)
class Look:
    """How a shape is drawn.

    Attributes
    ----------
    fill, line
        Colours; "" for none.
    width
        Of the line (points).
    dashes
        How long dashes and gaps are (points); () for a line without.
    hatch
        "cross" or "slant", if it is hatched.
    """

    fill: str = ""
    line: str = ""
    width: float = 0.0
    dashes: tuple[float, ...] = ()
    hatch: str = ""


_LINE = mixed(INK, 0.85)
# In the order in which they are drawn: fills, then lines.
LOOKS: Mapping[str, Look] = {
    **{
        name: Look(mixed(tint.colour, tint.share, INK if tint.dark else GROUND))
        for name, tint in TINTS.items()
    },
    "no-figure": Look(GROUND, mixed(INK, 0.45), hatch="cross"),
    "city": Look(GROUND, mixed(INK, 0.55), hatch="slant"),
    "unit-own": Look(mixed(INK, 0.09)),
    "area-line": Look(line=GROUND, width=0.5),
    "borough-line": Look(line=mixed(INK, 0.66), width=0.6),
    "bcu-line": Look(line=_LINE, width=1.4),
    "unit-line": Look(line=_LINE, width=0.9),
    "unit-unsure": Look(line=_LINE, width=1.6, dashes=(6.4, 4.0)),
    # Wards' edges upon streets, which are white themselves.
    "ward-casing": Look(line=GROUND, width=1.5),
    "ward-line": Look(line=_LINE, width=0.7),
    "chosen-halo": Look(line=GROUND, width=5.0),
    "chosen-line": Look(line=ACCENT, width=3.0),
}
# The outline of each sign, of 1 across, around its middle.
OUTLINES: Mapping[str, str] = {
    "circle": "M-.5 0a.5 .5 0 1 1 1 0a.5 .5 0 1 1-1 0z",
    "square": "M-.5-.5h1v1h-1z",
    "triangle": "M0-.5l.5 1h-1z",
    "diamond": "M0-.7l.7 .7l-.7 .7l-.7-.7z",
    "cross": "M-.5-.5l1 1m0-1l-1 1",
}
# The same as a letter, for a legend of text.
LETTERS = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "cross": "✕"}

# Streets and what lies beside them, below the areas of a map that is near enough. The page is told
# by `streets`; classes of streets are those of `places.CLASSES`.
STREETS_FROM = 13.0  # zoom of a web map
METRES_A_PIXEL = 97_452.0  # of a web map of London at zoom 0
OVER_STREETS = 0.25  # how opaque areas are
STREET_WIDTHS = (5.0, 4.5, 4.0, 3.0, 1.6)  # pixels at zoom 15
STREET_EDGE = 1.2  # pixels, of both sides together
RAIL_WIDTH, RAIL_DASHES = 1.6, (6, 3)
STREET_GROWTH, LEAST_WIDTH = 0.6, 0.8  # of widths: by zoom; pixels
# From which zoom on names are written, by class; and of places, by `places.LABELLED`: those of the
# first zoom stand above those of streets, the others have what room is left.
STREETS_NAMED_FROM = (13.0, 13.0, 13.75, 14.25, 14.75)
PLACES_NAMED_FROM = (13.0, 13.0, 14.0, 14.0)
POINTS_NAMED_FROM = 14.0  # streets without a line
# From which zoom on tiles have the names of local streets, and all bends; and from which on the
# boundaries in them stand for the outlines of the whole map.
STREETS_NEAR_FROM = STREETS_NAMED_FROM[-1]
BORDERS_FROM = 15.0
SAME_NAME_PX = 260  # that a name of a street is from where it stands already
NAMED_AT = (0.5, 0.25, 0.75)  # of a line its name may stand, as parts of it
STRAIGHT = 0.93  # of its length a name needs between its ends
_RIVER = (TINTS["thames"].colour, TINTS["thames"].share)
STREET_COLOURS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "green": "#d5e8cf", "water": mixed(*_RIVER), "rail": "#8d8d97", "local": "#ffffff",
        "main": "#fff1cf", "edge": "#9299a3", "name": "#4a5058", "place": "#23272d",
        "halo": "#ffffffd9",
    },
    "dark": {
        "green": "#26382a", "water": mixed(*_RIVER, DARK_GROUND), "rail": "#80838c",
        "local": "#565b64", "main": "#77705c", "edge": "#2b2f36", "name": "#c9ced6",
        "place": "#f0f2f5", "halo": "#0e1117d9",
    },
}  # fmt: skip


def streets() -> dict[str, Any]:
    """Return how streets look, for the page's map."""
    return {
        "from": STREETS_FROM,
        "near_from": STREETS_NEAR_FROM,
        "borders_from": BORDERS_FROM,
        "widths": STREET_WIDTHS,
        "edge": STREET_EDGE,
        "rail": {"width": RAIL_WIDTH, "dashes": RAIL_DASHES},
        "growth": STREET_GROWTH,
        "least": LEAST_WIDTH,
        "named_from": STREETS_NAMED_FROM,
        "places_from": PLACES_NAMED_FROM,
        "points_from": POINTS_NAMED_FROM,
        "same_name": SAME_NAME_PX,
        "named_at": NAMED_AT,
        "straight": STRAIGHT,
        **STREET_COLOURS,
    }


def street_width(width: float, zoom: float) -> float:
    """Return how wide a line is at a zoom that has a width at zoom 15 (pixels)."""
    return float(max(LEAST_WIDTH, width * 2 ** ((zoom - 15) * STREET_GROWTH)))


def outlines() -> dict[str, str]:
    """Return the outline of each sign by its name, for the map of the page."""
    return {name: OUTLINES[sign.shape] for name, sign in SIGNS.items()}


def css() -> str:
    """Write the marked part of web/page.css: a variable for each colour."""
    lines = "".join(f"  --{name}: {value};\n" for name, value in _variables())
    return f"/* As maps/looks.py writes them. */\n:root, :host {{\n{lines}}}\n"


def street_css() -> str:
    """Write the marked part of web/first.css: the colours of streets where no script asks."""
    light, dark = (
        " ".join(
            f"--street-{name}: {colour};"
            for name, colour in STREET_COLOURS[theme].items()
            if name not in ("name", "halo")  # letters are those of any other name there
        )
        for theme in ("light", "dark")
    )
    return (
        f"/* As maps/looks.py writes them. */\n:root {{ {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def _variables() -> Iterator[tuple[str, str]]:
    yield "over-streets", str(OVER_STREETS)
    for name, tint in TINTS.items():
        yield f"tint-{name}", f"{tint.colour} {tint.share:.0%}"
    for name, sign in SIGNS.items():
        yield f"{name}-fill", sign.fill
        yield f"{name}-line", sign.line
