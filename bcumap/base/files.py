"""Folders that are written whole: beside the wanted one, and renamed when everything is in them.

An interrupted run leaves what was there. What may be replaced, the caller says (`check`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bcumap.base.errors import BcuMapError


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
    check(folder)
    target = folder.resolve()
    scratch = None
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        staging = scratch / "new"  # not the temporary folder itself, which others may not read
        staging.mkdir()
        yield staging
        check(folder)
        if target.exists():
            target.rename(scratch / "old")
        staging.rename(target)
    except OSError as error:
        raise BcuMapError(
            f"{folder}: cannot be written ({error.strerror or error}); nothing was changed, make"
            " room or name another"
        ) from error
    finally:
        if scratch:
            if (scratch / "old").exists() and not target.exists():
                (scratch / "old").rename(target)
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a place to write to beside a file, and rename what was written at the end."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise BcuMapError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        yield folder / path.name
        (folder / path.name).replace(path)
    except OSError as error:
        raise BcuMapError(f"{path}: cannot be written ({error})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
