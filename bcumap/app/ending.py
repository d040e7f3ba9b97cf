"""Ends the process in time when it is told to, whatever it is doing; it ends no other's process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LAST_RESORT_S = 4  # after the signal
TOLD_TO = (signal.SIGTERM, signal.SIGINT)
_CHILDREN = "/proc/self/task/*/children"  # Linux


@contextmanager
def in_time() -> Iterator[None]:
    """Watch for the signal that ends the server, until it has ended."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield  # no such signals there, or they are another's: this is not the server itself
        return
    # The system writes a signal's number here itself: also if Python cannot get to its handler.
    heard, written = os.pipe()
    os.set_blocking(written, False)
    before = signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(heard,), name="ending", daemon=True).start()
    try:
        yield
    finally:
        end_children()
        signal.set_wakeup_fd(before)
        # Both ends stay open: a signal that came before still counts.


def _watch(heard: int) -> None:
    """Wait for the signal; end the process if it is still there some time later."""
    while (number := os.read(heard, 1)[0]) not in TOLD_TO:
        pass
    time.sleep(LAST_RESORT_S)
    end_children()
    os._exit(128 + number)


def end_children() -> None:
    """End the processes that this one started."""
    for path in Path("/").glob(_CHILDREN.lstrip("/")):
        with suppress(OSError):  # its thread has ended
            for number in path.read_text(encoding="ascii").split():
                os.kill(int(number), signal.SIGKILL)
