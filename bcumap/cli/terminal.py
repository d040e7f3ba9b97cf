"""What all commands share at the terminal: where they print, how they end, a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

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
