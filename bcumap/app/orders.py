"""Files and pictures made to order by the command, in a process of its own: it needs much memory.

What was made is kept in memory for the next who wants the same; nothing stays on the disk.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bcumap.base.errors import BcuMapError, BusyError
from bcumap.maps.request import Wish

KEPT = 24  # files, of at most some megabytes each
VALUES = "values.csv"
WALL_S = 90
AT_ONCE, PATIENCE_S = 2, 60

_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Order:
    """A file that is wanted: the arguments of `bcumap export`.

    Attributes
    ----------
    on
        A date as YYYY-MM-DD; "" where the layer has none.
    level
        Of officers; "" for any other layer.
    area
        The code of a BCU, borough or ward; "" for all of London.
    """

    layer: str
    suffix: str
    detail: str = "full"
    area: str = ""
    on: str = ""
    level: str = ""

    @property
    def name(self) -> str:
        """A name for the file that says what it is."""
        parts = (self.layer, self.level, self.area, self.on)
        tier = "" if self.suffix == ".csv" else self.detail
        return "-".join(filter(None, (*parts, tier))) + self.suffix

    def arguments(self, folder: Path) -> list[str]:
        """The words of the command, which writes into a folder."""
        options = {"detail": self.detail, "area": self.area, "on": self.on, "level": self.level}
        return ["export", self.layer, f"--out={folder / self.name}", *_options(options)]


@dataclass(frozen=True)
class PictureOrder:
    """A picture that is wanted: the arguments of `bcumap picture`, and PNG or SVG."""

    wish: Wish
    suffix: str

    @property
    def name(self) -> str:
        """A name for the file that says what it is."""
        return f"{self.wish.name}{self.suffix}"

    def arguments(self, folder: Path) -> list[str]:
        """The words of the command, which writes into a folder."""
        wish = self.wish
        options = {
            "level": wish.level,
            "measure": wish.measure,
            "area": wish.area,
            "on": wish.on.isoformat() if wish.on else "",
            "view": ",".join(map(str, wish.view)) if wish.view else "",
            "title": wish.title,
        }
        given = _options(options) + (["--closed"] if wish.closed else [])
        if wish.values:
            lines = "".join(f"{code},{value}\n" for code, value in wish.values)
            (folder / VALUES).write_text(f"code,value\n{lines}", encoding="utf-8")
            given.append(f"--values={folder / VALUES}")
        return ["picture", wish.kind, f"--out={folder / self.name}", *given]


def _options(given: Mapping[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in given.items() if value]


@lru_cache(maxsize=KEPT)
def make(order: Order | PictureOrder) -> bytes:
    """Make a file.

    Raises
    ------
    BusyError
        If others are being made for too long.
    BcuMapError
        If there is nothing of the kind, in the command's own words, or it takes too long.
    """
    if not _turns.acquire(timeout=PATIENCE_S):
        raise BusyError("other files are being made just now; try again in a minute")
    try:
        with tempfile.TemporaryDirectory(prefix="bcumap-") as folder:
            return _made(order, Path(folder))
    finally:
        _turns.release()


def _made(order: Order | PictureOrder, folder: Path) -> bytes:
    command = [sys.executable, "-m", "bcumap", *order.arguments(folder)]
    path = folder / order.name
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WALL_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise BcuMapError("this takes too long to make; choose less detail or less area") from error
    if done.returncode or not path.exists():
        told = done.stderr.strip().splitlines() or ["the file could not be made"]
        raise BcuMapError(told[-1].removeprefix("bcumap: "))
    return path.read_bytes()
