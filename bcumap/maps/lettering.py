"""Words → outlines of DejaVu Sans, and how wide they are: a picture is the same without the font.

The outlines are `letters.json`, which `python -m tests.maps.letters` writes; draws nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).with_name("letters.json")
EM = 512  # steps of an outline that make the size of the type
# Parts of the size: how high capitals and figures are, and how far below the line letters reach.
CAPITALS, BELOW = 0.729, 0.236


@dataclass(frozen=True)
class Font:
    """The letters of one weight.

    Attributes
    ----------
    letters
        What each takes (steps of `EM`) and its outline as an SVG's path; "" is for any other.
    pairs
        How much closer two stand that follow each other.
    """

    letters: dict[str, tuple[int, str]]
    pairs: dict[str, int]

    def places(self, words: str) -> Iterator[tuple[str, int]]:
        """Give each letter of a line, "" for one that is not known, and where it begins."""
        at = 0
        for letter, after in pairwise(f"{words}\n"):
            known = letter if letter in self.letters else ""
            yield known, at
            at += self.letters[known][0] + self.pairs.get(letter + after, 0)

    def wide(self, words: str) -> float:
        """Return how wide a line is, as a part of its size."""
        places = list(self.places(words))
        return (places[-1][1] + self.letters[places[-1][0]][0]) / EM if places else 0.0


@cache
def font(weight: str) -> Font:
    """Return the letters that are "regular" or "bold"."""
    return Font(**json.loads(FILE.read_text(encoding="utf-8"))[weight])
