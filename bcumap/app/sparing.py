"""Keeps a log readable while something goes wrong again and again; it changes no other message."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

MOST, WINDOW_S = 10, 60.0  # of one kind, in this time
LOGGERS = ("asyncio", "streamlit", "uvicorn.error")


class Sparing(logging.Filter):
    """Lets a few messages of a kind pass, and then says how many more there were."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._since = clock()
        self._seen: Counter[tuple[str, object]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a message is to be written."""
        kind = record.name, record.msg
        if self._clock() - self._since > WINDOW_S:
            more = self._seen[kind] - MOST
            self._since = self._clock()
            self._seen.clear()
            if more > 0:
                record.msg = f"{record.msg} (and {more} more like this)"
        self._seen[kind] += 1
        return self._seen[kind] <= MOST


def set_up() -> None:
    """Spare the log of the server and of what it is made of."""
    sparing = Sparing()
    known = [*logging.root.manager.loggerDict]
    for name in {*LOGGERS, *(each for each in known if each.startswith(LOGGERS))}:
        logging.getLogger(name).addFilter(sparing)
