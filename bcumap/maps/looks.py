"""What colours a map has, on every page and picture; draws nothing.

They stand here once: `css` writes them as the marked part of web/page.css.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def css() -> str:
    """Write the marked part of web/page.css: a variable for each colour."""
    lines = "".join(f"  --{name}: {value};\n" for name, value in _variables())
    return f"/* As maps/looks.py writes them. */\n:root, :host {{\n{lines}}}\n"


def _variables() -> Iterator[tuple[str, str]]:
    for name, tint in TINTS.items():
        yield f"tint-{name}", f"{tint.colour} {tint.share:.0%}"
    for name, sign in SIGNS.items():
        yield f"{name}-fill", sign.fill
        yield f"{name}-line", sign.line
