"""Files made to order by `bcumap export`, in a process of its own: it needs pandas and GDAL.

What was made is kept in memory for the next who wants the same; nothing stays on the disk.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bcumap.errors import BcuMapError

KEPT = 12  # files, of at most some megabytes each
WALL_S = 90
AT_ONCE, PATIENCE_S = 2, 60

_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Order:
    """What is wanted: the arguments of `bcumap export`.

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

    def arguments(self, to: Path) -> list[str]:
        """The words of the command."""
        options = {"--detail": self.detail, "--area": self.area, "--on": self.on}
        options["--level"] = self.level
        given = [f"{option}={value}" for option, value in options.items() if value]
        return ["export", self.layer, f"--out={to}", *given]


@lru_cache(maxsize=KEPT)
def make(order: Order) -> bytes:
    """Make a file.

    Raises
    ------
    BcuMapError
        If there is nothing of the kind, in the command's own words, or it takes too long.
    """
    if not _turns.acquire(timeout=PATIENCE_S):
        raise BcuMapError("other files are being made just now; try again in a minute")
    try:
        with tempfile.TemporaryDirectory(prefix="bcumap-") as folder:
            return _made(order, Path(folder) / order.name)
    finally:
        _turns.release()


def _made(order: Order, path: Path) -> bytes:
    command = [sys.executable, "-m", "bcumap", *order.arguments(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WALL_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise BcuMapError("this takes too long to make; choose less detail or less area") from error
    if done.returncode or not path.exists():
        told = done.stderr.strip().splitlines() or ["the file could not be made"]
        raise BcuMapError(told[-1].removeprefix("bcumap: "))
    return path.read_bytes()
