"""What all commands share at the terminal: where they print, how they end, a progress bar."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

DONE, FAILED, BAD_INPUT = 0, 1, 2
INTERRUPTED = 130  # what a shell makes of Ctrl-C, and so does typer

out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


@contextmanager
def progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal, and not in a pipe, how much of so much is done and the time left."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Output(io.FileIO):
    """A file descriptor whose reader may leave: what is written then goes nowhere."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, and never fail because nobody reads."""
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


def prepare_streams() -> None:
    """Let a command end by its own exit code whether or not anybody reads what it prints.

    A closed stream (`>&-`) is none to Python, and a reader that has left (`| head -0`) an error,
    which rich and typer both end with 1. A terminal may not know “ or m².
    """
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != number:  # else the next file that is opened would be printed into
                os.dup2(nowhere, number)
                os.close(nowhere)
        elif stream is not getattr(sys, f"__{name}__"):
            continue  # a test's own
        encoding = getattr(stream, "encoding", "utf-8")
        raw = io.BufferedWriter(_Output(number, "w", closefd=False))
        setattr(sys, name, io.TextIOWrapper(raw, encoding, "replace", line_buffering=number == 2))
