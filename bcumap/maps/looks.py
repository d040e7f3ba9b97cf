"""Which of the page's four colours a BCU has; the colour itself means nothing."""

from __future__ import annotations

from collections.abc import Mapping

# No two that share a border or face each other across the Thames have the same
# (tests/test_maps.py); the colours are --bcu-0 … of web/page.css. Every BCU bears its name.
COLOURS: Mapping[str, int] = {
    "AS": 0, "AW": 1, "CE": 1, "CN": 2, "EA": 0, "NA": 0,
    "NE": 3, "NW": 3, "SE": 2, "SN": 1, "SW": 2, "WA": 0,
}  # fmt: skip
