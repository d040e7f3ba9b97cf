"""The outlines that pictures write with, out of DejaVu Sans: `python -m tests.maps.letters`.

Matplotlib, which the benchmarks need, brings the font; pictures do without both.
"""

from __future__ import annotations

import json
from itertools import chain, product
from pathlib import Path
from typing import Any

import matplotlib as mpl
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from bcumap.maps import lettering

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
FILES = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
# Latin, Greek and Cyrillic, punctuation, currencies, and signs as in "≥ 3".
CHARACTERS = [
    chr(code)
    for code in chain(
        range(0x20, 0x7F), range(0xA0, 0x180), range(0x386, 0x3CF), range(0x400, 0x460),
        range(0x1E80, 0x1E86), range(0x2010, 0x2027), range(0x2030, 0x203B), range(0x20A0, 0x20B9),
        range(0x2190, 0x2194), (0x2113, 0x2116, 0x2122, 0x2212, 0x221A, 0x2248, 0x2260, 0x2264,
                                0x2265),
    )
]  # fmt: skip
KERNED = [character for character in CHARACTERS if character < "\x7f" or character in "‘’“”"]


class Outline(BasePen):
    """Writes an outline as an SVG's path of whole steps, y downwards."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self.scale, self.path, self.at = scale, "", (0, 0)

    def _steps(self, *points: tuple[float, float]) -> str:
        whole = [(round(x * self.scale), round(-y * self.scale)) for x, y in points]
        numbers = [part for x, y in whole for part in (x - self.at[0], y - self.at[1])]
        self.at = whole[-1]
        return "".join(f"{' ' if number >= 0 else ''}{number}" for number in numbers).strip()

    def _moveTo(self, to: tuple[float, float]) -> None:
        self.path += f"m{self._steps(to)}"
        self.start = self.at

    def _lineTo(self, to: tuple[float, float]) -> None:
        self.path += f"l{self._steps(to)}"

    def _qCurveToOne(self, control: tuple[float, float], to: tuple[float, float]) -> None:
        self.path += f"q{self._steps(control, to)}"

    def _closePath(self) -> None:
        self.path += "z"
        self.at = self.start


def outlined(file: str) -> dict[str, Any]:
    """The letters of a font: what each takes and how it is drawn, and pairs that stand closer."""
    font = TTFont(FONTS / file)
    names, glyphs, scale = font.getBestCmap(), font.getGlyphSet(), lettering.EM / 2048
    letters: dict[str, Any] = {}
    for character in ["", *CHARACTERS]:  # "" stands for any other
        name = names.get(ord(character)) if character else ".notdef"
        if name is not None:
            pen = Outline(glyphs, scale)
            glyphs[name].draw(pen)
            letters[character] = [round(glyphs[name].width * scale), pen.path]
    closer: dict[tuple[str, str], int] = font["kern"].kernTables[0].kernTable
    pairs = {
        left + right: round(closer[pair] * scale)
        for left, right in product(KERNED, repeat=2)
        if (pair := (names[ord(left)], names[ord(right)])) in closer
    }
    return {"letters": letters, "pairs": pairs}


def document() -> str:
    """What `bcumap/maps/letters.json` holds."""
    content = {"licence": (FONTS / "LICENSE_DEJAVU").read_text(encoding="utf-8").split("\n\n")}
    content |= {weight: outlined(file) for weight, file in FILES.items()}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    lettering.FILE.write_text(document(), encoding="utf-8")
