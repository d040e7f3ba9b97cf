"""A message that comes again and again is written a few times, and then counted."""

from __future__ import annotations

import logging

from bcumap.app.sparing import MOST, WINDOW_S, Sparing


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("asyncio", logging.ERROR, "", 0, text, None, None)


def test_a_storm_is_ten_lines_and_a_count() -> None:
    now = [0.0]
    sparing = Sparing(clock=lambda: now[0])
    assert sum(sparing.filter(record("accept() failed")) for _ in range(1000)) == MOST
    assert sparing.filter(record("something else"))
    now[0] = WINDOW_S + 1
    again = record("accept() failed")
    assert sparing.filter(again)
    assert again.getMessage() == "accept() failed (and 990 more like this)"
