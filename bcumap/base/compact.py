"""JSON without blanks, letters as they are, as everything is written that a page reads."""

from __future__ import annotations

import json


def text(value: object) -> str:
    """Return a value as JSON; a ValueError for NaN and infinities, which JSON has none of."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(value: object) -> bytes:
    """Return a value as JSON in UTF-8."""
    return text(value).encode()
