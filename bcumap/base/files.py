"""Files and folders that are written whole: beside the wanted one, and renamed when all is in them.

An interrupted run leaves what was there; what a killed one left beside it, the next run of the same
output removes and says so. It never decides what may be replaced: the caller does (`check`).
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bcumap.base.errors import BcuMapError

SCRATCH = "bcumap-run-"  # a folder for a while; then the number of the process that made it
DAY_S = 24 * 3600  # no run lasts as long: who made an older folder is gone, whoever has its number
NAME_LIMIT = 60  # so much of an output's name stands in that of the folder beside it

_log = logging.getLogger("bcumap")


@contextmanager
def scratch(*, prefix: str = SCRATCH, old_s: float = DAY_S) -> Iterator[Path]:
    """Give a temporary folder that nobody else may open and that is gone afterwards.

    Folders of the same prefix whose runs were killed go first.

    Parameters
    ----------
    old_s
        See `left_behind`.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    where = Path(tempfile.gettempdir())
    for left in left_behind(where, prefix, old_s=old_s):
        shutil.rmtree(left, ignore_errors=True)
    with _made(where, prefix) as made:
        yield made


@contextmanager
def _made(where: Path, prefix: str) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=where))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def left_behind(
    folder: Path, prefix: str, *, old_s: float = DAY_S, is_start: bool = False
) -> Iterator[Path]:
    """List the folders of a prefix whose process is gone.

    Parameters
    ----------
    old_s
        The age (seconds) at which the process is gone for sure, whoever has its number now.
    is_start
        Whether this process has made none yet: one with its number is then another's.
    """
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            number = path.name.removeprefix(prefix).partition("-")[0]
            if (
                path.name.startswith(prefix)
                and number.isdecimal()
                and path.is_dir()
                and _is_left(path, int(number), old_s, is_start)
            ):
                yield path


def _is_left(path: Path, number: int, old_s: float, is_start: bool) -> bool:
    if number == os.getpid() and is_start:
        return True
    with suppress(FileNotFoundError):  # another one removed it
        return not _is_alive(number) or time.time() - path.stat().st_mtime > old_s
    return False


def _is_alive(number: int) -> bool:
    if sys.platform == "win32":  # where a signal ends the process that gets it
        return True
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _prefix(target: Path) -> str:
    return f".{target.name[:NAME_LIMIT]}-{SCRATCH}"


def _tidy(target: Path) -> None:
    """Remove what killed runs left beside an output, put back what they had moved away, say so."""
    for left in left_behind(target.parent, _prefix(target)):
        moved = left / "old" / target.name
        if moved.exists() and not target.exists():
            moved.rename(target)
            _log.warning("%s: put back; a run that was killed had moved it away", target)
        shutil.rmtree(left, ignore_errors=True)
        _log.warning("%s: removed; a run that was killed had left it", left)


def check_place(folder: Path) -> None:
    """Raise a BcuMapError if no folder can be renamed to that place, before anything is made."""
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise BcuMapError(f"{folder}: is a file; name a folder to write to")
    if os.path.ismount(target):
        raise BcuMapError(f"{folder}: a disk is mounted there; name a new folder inside of it")
    if target in (Path.cwd(), *Path.cwd().parents):
        raise BcuMapError(f"{folder}: you are in it, and it is replaced as a whole; name another")
    if not target.parent.is_dir():
        raise BcuMapError(f"{folder.parent}: there is no such folder to write to; make it first")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise BcuMapError(
            f"{folder}: cannot be written: it is replaced as a whole, for which {target.parent}"
            " must be writable; name another"
        )


@contextmanager
def replacing(folder: Path, check: Callable[[Path], None]) -> Iterator[Path]:
    """Give an empty folder beside another, and put it in its place when everything is in it.

    Parameters
    ----------
    check
        Raises a BcuMapError if the folder that is there may not be replaced; asked before anything
        is made and once more at the end, because something may have been put there meanwhile.

    Raises
    ------
    BcuMapError
        If it cannot be written; what was there is then as it was.
    """
    check_place(folder)
    target = folder.resolve()
    try:
        _tidy(target)
        check(folder)
        with _made(target.parent, _prefix(target)) as place:
            staging, old = place / "new", place / "old" / target.name
            staging.mkdir()  # not the place itself, which others may not read
            yield staging
            check(folder)
            try:
                if target.exists():
                    old.parent.mkdir()
                    target.rename(old)
                staging.rename(target)
            finally:
                if old.exists() and not target.exists():
                    old.rename(target)
    except OSError as error:
        raise BcuMapError(
            f"{folder}: cannot be written ({error.strerror or error}); nothing was changed, make"
            " room or name another"
        ) from error


@contextmanager
def filling(folder: Path, *, last: str) -> Iterator[Path]:
    """Give an empty folder beside another, and rename its files into it; others there stay.

    Parameters
    ----------
    last
        The name of the file that vouches for all others, which is renamed when they are there.

    Raises
    ------
    BcuMapError
        If it cannot be written; what was there is then as it was.
    """
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _tidy(target)
        with _made(target.parent, _prefix(target)) as staging:
            yield staging
            files = [path for path in staging.rglob("*") if path.is_file()]
            for path in sorted(files, key=lambda path: path.name == last):
                place = target / path.relative_to(staging)
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
    except OSError as error:
        raise BcuMapError(
            f"{folder}: cannot be written ({error.strerror or error}); nothing was changed, make"
            " room or choose another --out"
        ) from error


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a place to write to beside a file or folder; rename to it what is there at the end.

    Raises
    ------
    BcuMapError
        If it cannot be written; what was there is then as it was.
    """
    try:
        _tidy(path)
        with _made(path.parent, _prefix(path)) as place:
            yield place / path.name
            (place / path.name).replace(path)
    except OSError as error:
        raise BcuMapError(f"{path}: cannot be written ({error.strerror or error})") from error
