"""Read what the tables say of their sources: whose each is and where it is; asks nobody.

A source is a text of pieces with "; " between them. A piece names its publisher and paper, and may
end in its address: `Mayor's Question 2014/3355, https://www.london.gov.uk/questions/2014/3355`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[^\s;,<>\"']+")


@dataclass(frozen=True)
class Source:
    """One source: its name for people, and its address ("" if it has none)."""

    name: str
    link: str = ""


def read(text: str) -> list[Source]:
    """Return the sources that a text names, in its order; none of an empty text."""
    return [_source(piece.strip()) for piece in text.split(";") if piece.strip()]


def _source(piece: str) -> Source:
    name, separator, link = piece.rpartition(", ")
    return Source(name, link) if separator and _ADDRESS.fullmatch(link) else Source(piece)
