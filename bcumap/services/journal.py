"""What a long fetch has got so far, a line of JSON for each piece; never knows what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from bcumap.base.files import beside

MAX_AGE = timedelta(days=1)  # what was fetched longer ago is fetched anew

Entry = Mapping[str, Any]


@dataclass
class Journal:
    """An open journal.

    Attributes
    ----------
    entries
        What an earlier run left and what was added, in the order in which it came.
    discarded
        Why an earlier run's journal was not gone on with; "" if it was, or if there is none.
    """

    path: Path
    file: IO[str]
    entries: list[Entry]
    discarded: str

    def add(self, entry: Entry) -> None:
        """Keep an entry, so that it outlives this process however that ends."""
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()
        self.entries.append(entry)

    def remove(self) -> None:
        """Remove the file: what it was for is done."""
        self.path.unlink(missing_ok=True)


@contextmanager
def opened(path: Path, *, of: str, now: datetime) -> Iterator[Journal]:
    """Open a journal, with the entries of an earlier run if they are of the same and not too old.

    Parameters
    ----------
    path
        Where it is; it stays there, unless `Journal.remove` is called or nothing is in it.
    of
        What says that two runs are of the same.
    now
        The time, to be compared with that of the earlier run.
    """
    head: Entry = {"of": of, "since": now.isoformat()}
    entries: list[Entry] = []
    fault = ""
    if path.exists():
        earlier, *rest = _read(path) or [{}]
        fault = _fault(earlier, of, now)
        head, entries = (head, []) if fault else (earlier, rest)
    _rewrite(path, [head, *entries])  # a line that a kill cut in two would spoil the next
    with path.open("a", encoding="utf-8") as file:
        journal = Journal(path, file, entries, discarded=fault)
        try:
            yield journal
        finally:
            if not journal.entries:
                journal.remove()


def _read(path: Path) -> list[Entry]:
    """All lines before the first that is broken."""
    lines: list[Entry] = []
    try:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            entry = json.loads(line)
            if not isinstance(entry, dict):
                break
            lines.append(entry)
    except (ValueError, RecursionError):
        pass
    return lines


def _fault(head: Entry, of: str, now: datetime) -> str:
    """Why a journal with this first line is not to be gone on with; "" if it is."""
    try:
        age = now - datetime.fromisoformat(head["since"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return "not a journal"
    if not timedelta(0) <= age <= MAX_AGE:
        return "older than a day"
    return "" if head.get("of") == of else "of another list of wards"


def _rewrite(path: Path, lines: list[Entry]) -> None:
    """Write the lines beside the file and rename, so that a kill here loses nothing."""
    with beside(path) as part:
        part.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
