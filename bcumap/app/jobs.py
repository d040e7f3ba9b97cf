"""Work that needs a process of its own: in turn, with a bounded queue, and nothing left behind.

A process ends with the server that started it, however that ends, and takes its folder with it. The
folder of a process that could not do that goes when the next server starts, when a job
begins, or within a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import errno
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bcumap.app.pacing import repeated
from bcumap.base import files
from bcumap.base.errors import BusyError

NO_ROOM = "this server has no room for that just now; try again later"
LOOK_S = 0.2  # how often a job looks whether anybody still wants it
SWEEP_S = 240  # how often a server looks for what dead ones left
OLD_S = 600  # no job lasts as long: who made an older folder is gone, whoever has its number now
PREFIX = "bcumap-"  # of a folder; then the number of the process that made it
# Runs a module as `python -m` does, and ends when its standard input does: with its server.
_WITH_ITS_SERVER = """
import os, runpy, shutil, sys, threading
def watch(folder):
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
threading.Thread(target=watch, args=(sys.argv[1],), daemon=True).start()
sys.path[0] = os.getcwd()  # and not wherever the job goes, where strangers' files lie
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@dataclass
class Queue:
    """Who may work now, and how many may wait for that.

    Attributes
    ----------
    at_once, waiting
        How many work, and how many wait, at most.
    what
        What is waited for, in words.
    """

    at_once: int
    waiting: int
    what: str

    def __post_init__(self) -> None:
        self._turns = threading.BoundedSemaphore(self.at_once)
        self._places = threading.BoundedSemaphore(self.at_once + self.waiting)

    @contextmanager
    def turn(self, *, patience_s: float, unwanted: threading.Event | None = None) -> Iterator[None]:
        """Wait for a turn.

        Parameters
        ----------
        unwanted
            Set when nobody wants any more what is waited for.

        Raises
        ------
        BusyError
            At once if too many wait already; after `patience_s`; or when it is unwanted.
        """
        busy = BusyError(f"{self.what} just now; try again in a minute")
        if not self._places.acquire(blocking=False):
            raise busy
        try:
            until = time.monotonic() + patience_s
            while not self._turns.acquire(timeout=min(LOOK_S, patience_s)):
                if time.monotonic() >= until or (unwanted and unwanted.is_set()):
                    raise busy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that nobody else may open, as long as a job lasts.

    Raises
    ------
    BusyError
        If the disk has no room for it.
    """
    try:
        with files.scratch(prefix=PREFIX, old_s=OLD_S) as made:
            yield made
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise BusyError(NO_ROOM) from error


@contextmanager
def process(
    module: str, *words: str, within: Path, wall_s: float, errors: int | TextIO = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """Run a module as a process of its own; whoever leaves, or waits too long, ends it.

    Parameters
    ----------
    within
        The folder of the job, which goes with the process if the server does.
    wall_s
        How long it may take (seconds).
    errors
        Where what it says of errors goes.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _WITH_ITS_SERVER, str(within), module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    ) as started:
        late = threading.Timer(wall_s, started.kill)
        late.start()
        try:
            yield started
        finally:
            late.cancel()
            started.kill()


@asynccontextmanager
async def swept(*, every_s: float = SWEEP_S) -> AsyncIterator[None]:
    """Remove what dead servers left, at once and every so often (seconds) until the block ends."""
    # In a container each server has the number of the one before it, and nothing is ours yet.
    await asyncio.to_thread(sweep, is_start=True)
    async with repeated(sweep, every_s):
        yield


def sweep(*, is_start: bool = False) -> None:
    """Remove the folders of servers that are gone, and of what they had begun.

    Parameters
    ----------
    is_start
        Whether this server has made none yet.
    """
    temporary = Path(tempfile.gettempdir())
    for left in (
        *files.left_behind(temporary, PREFIX, old_s=OLD_S, is_start=is_start),
        *files.left_behind(temporary, files.SCRATCH, is_start=is_start),
    ):
        shutil.rmtree(left, ignore_errors=True)
