"""Keeps the process small: the one module that speaks to the C library's allocator.

glibc gives each new thread an arena of its own, up to eight for each core, and returns to the
system only what lies at the end of one: what the threads of visitors held would stay.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
ARENAS = 1  # Python's threads take turns, so sharing one costs nothing
TRIM_S = 60  # how often a server gives back


def share_arenas() -> bool:
    """Let all threads take their memory from the same place; say whether it could be arranged."""
    return _asked("mallopt", _ARENA_MAX, ARENAS)


def give_back() -> bool:
    """Return to the system what is free; say whether there was anything."""
    return _asked("malloc_trim", 0)


def _asked(name: str, *values: int) -> bool:
    function = getattr(_library(), name, None)  # other C libraries have none of these
    return bool(function and function(*values))


@cache
def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform.startswith("linux") else None
