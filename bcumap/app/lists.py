"""Imports a stranger's file in a process of its own, and leaves nothing of it on the disk.

Whatever a file does to who reads it, it does to a process with little memory and time that is gone
afterwards. The file stands in a folder that nobody else may open, as long as that process runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bcumap.app.jobs import Queue, folder, process
from bcumap.base.errors import BcuMapError, SourceError
from bcumap.base.safe import plain

MEMORY_BYTES = 3_000_000_000  # address space; the official workbook takes half of it
CPU_S, WALL_S = 120, 180
AT_ONCE, WAITING, PATIENCE_S = 2, 4, 60  # so many read at a time; others wait for their turn
MODULE = "bcumap.app.lists"
GIVEN, WISH, RESULT, TABLES = "given", "wish.json", "result.json", "tables"
NAME_LENGTH = 60

_queue = Queue(AT_ONCE, WAITING, "other lists are being read")


@dataclass(frozen=True)
class Wish:
    """How to read a list: see `steps.Request`."""

    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    borough: str = ""
    decided: Mapping[str, str] = field(default_factory=dict)
    duplicates: str = ""
    officers_include_pcsos: bool | None = None


@dataclass(frozen=True)
class Imported:
    """What came of a file.

    Attributes
    ----------
    error
        Why it could not be imported, in a sentence; "" if it was.
    report
        `steps.Report` as a dict; empty after an error.
    tables
        The files that an import writes, by name.
    sheets, columns
        What the file has, as far as it could be looked at: to choose from.
    """

    error: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def import_apart(
    content: bytes,
    name: str,
    wish: Wish,
    *,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Imported:
    """Import a list of ward officers from its bytes.

    Parameters
    ----------
    name
        What its owner calls the file; only told, never trusted.
    progress
        Called with how much of so much is done.

    Raises
    ------
    BcuMapError
        If it takes too long or too much, or others are being read all the time.
    """
    with _queue.turn(patience_s=PATIENCE_S), folder() as place:
        return _in_folder(place, content, name, wish, progress)


def _in_folder(
    place: Path, content: bytes, name: str, wish: Wish, progress: Callable[[int, int], object]
) -> Imported:
    (place / GIVEN).mkdir()
    given = place / GIVEN / _file_name(name)
    given.write_bytes(content)
    (place / WISH).write_text(json.dumps({"file": given.name, **asdict(wish)}))
    with process(MODULE, str(place), within=place, wall_s=WALL_S) as reader:
        for line in reader.stdout or ():
            done, _, of = line.partition(" ")
            if done.isdecimal() and of.strip().isdecimal():
                progress(int(done), int(of))
        ended = reader.wait()
    if ended or not (place / RESULT).exists():
        raise BcuMapError(
            "the file takes more time or memory to read than a list of wards needs; save the one"
            " sheet that matters as a CSV and try that"
        )
    told = json.loads((place / RESULT).read_text())
    tables = {path.name: path.read_bytes() for path in sorted((place / TABLES).glob("*"))}
    sheets, columns = tuple(told.pop("sheets")), tuple(told.pop("columns"))
    return Imported(**told, tables=tables, sheets=sheets, columns=columns)


def _file_name(name: str) -> str:
    """A name for the file that is its owner's as far as that is harmless."""
    kept = "".join(sign for sign in plain(name) if sign.isalnum() or sign in " ._-()")
    return kept[-NAME_LENGTH:].strip(" .") or "list"


# --- in the process of its own -----------------------------------------------------------------


def main(folder: Path) -> None:
    """Import what stands in a folder, and write there what came of it."""
    with suppress(ImportError):  # Windows has no limits of this kind
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    from bcumap.facts import store
    from bcumap.matching import steps

    wish = json.loads((folder / WISH).read_text())
    path = Path(wish.pop("file"))
    request = steps.Request(path, folder / TABLES, **wish)
    told: dict[str, Any] = {"error": "", "report": {}, "sheets": [], "columns": []}
    try:
        report = steps.import_file(request, store.atlas(), progress=_tell)
        told["report"] = asdict(report) | {"is_settled": report.is_settled}
    except BcuMapError as error:
        told["error"] = plain(str(error), length=600)
    if not told["report"].get("official"):
        told["sheets"], told["columns"] = _look(path, request.sheet)
    (folder / RESULT).write_text(json.dumps(told))


def _tell(done: int, of: int) -> None:
    print(done, of, flush=True)


def _look(path: Path, sheet: str | None) -> tuple[list[str], list[str]]:
    """The names of a file's sheets, and of the columns of the one that is meant."""
    from bcumap.matching.spreadsheets import open_book

    sheets: list[str] = []
    try:
        book = open_book(path)
        sheets = list(book.sheets)
        return sheets, [str(name) for name in book.read(book.find(sheet)).columns]
    except SourceError:
        return sheets, []


if __name__ == "__main__":
    import os

    here = Path(sys.argv[1]).resolve()
    os.chdir(here / GIVEN)  # so that messages call the file by its name
    main(here)
