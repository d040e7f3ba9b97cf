"""Makes the server send what it has at once; the one module that touches a socket.

Streamlit binds its socket in a way that asyncio does not know for TCP, and so leaves Nagle's method
on: an answer's headers leave at once, its body waits until the client has acknowledged them, which
clients put off for 40 ms. A connection inherits the setting of the socket that it came in by.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_OPEN_FILES = Path("/dev/fd")  # on Linux and macOS


@asynccontextmanager
async def at_once(_app: object) -> AsyncIterator[None]:
    """Set up the server's socket before it listens: the app's lifespan."""
    set_no_delay()
    yield


def set_no_delay() -> None:
    """Let no TCP socket of this process wait before it sends."""
    for entry in _OPEN_FILES.iterdir() if _OPEN_FILES.is_dir() else ():
        with suppress(OSError):  # closed meanwhile, such as the one that lists the folder
            number = int(entry.name)
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                _send_at_once(number)


def _send_at_once(number: int) -> None:
    """Set up the socket of an open file, if it is one of TCP."""
    with socket.socket(fileno=os.dup(number)) as same:
        if same.type == socket.SOCK_STREAM and same.family != socket.AF_UNIX:
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
