"""Files and pictures made to order by the command, in a process of its own: it needs much memory.

What was made is kept in memory for the next who wants the same; nothing stays on the disk.
"""

from __future__ import annotations

import asyncio
import errno
import os
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bcumap.app.jobs import LOOK_S, NO_ROOM, Queue, folder, process
from bcumap.app.kept import Kept
from bcumap.base.errors import BcuMapError, BusyError
from bcumap.maps.request import Wish

KEPT_BYTES = 32_000_000
VALUES = "values.csv"
WALL_S = 90
AT_ONCE, WAITING, PATIENCE_S = 2, 6, 60


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
    """A picture that is wanted: the arguments of `bcumap picture`, and PNG or SVG.

    Attributes
    ----------
    is_card
        Whether it is for the preview of a link.
    """

    wish: Wish
    suffix: str
    is_card: bool = False

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
        given = _options(options)
        given += ["--closed"] * wish.closed + ["--streets"] * wish.streets
        given += ["--card"] * self.is_card
        if wish.values:
            lines = "".join(f"{code},{value}\n" for code, value in wish.values)
            (folder / VALUES).write_text(f"code,value\n{lines}", encoding="utf-8")
            given.append(f"--values={folder / VALUES}")
        return ["picture", wish.kind, f"--out={folder / self.name}", *given]


def _options(given: Mapping[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in given.items() if value]


AnyOrder: TypeAlias = Order | PictureOrder


@dataclass
class _Wanted:
    """A file that is being made, and how many wait for it."""

    future: Future[bytes]
    unwanted: threading.Event
    waiting: int = 0


_queue = Queue(AT_ONCE, WAITING, "other files are being made")
_kept: Kept[AnyOrder] = Kept(KEPT_BYTES)
# Threads of their own: what the server sends from its files never waits behind these.
_threads = ThreadPoolExecutor(AT_ONCE + WAITING, thread_name_prefix="orders")
_wanted: dict[AnyOrder, _Wanted] = {}


async def deliver(order: AnyOrder, is_gone: Callable[[], Awaitable[bool]]) -> bytes:
    """Make a file for a client that may leave; for several that want the same, once.

    Parameters
    ----------
    is_gone
        Says whether the client has left. What nobody waits for is not made.

    Raises
    ------
    BusyError
        At once if too many files are wanted, or if the client left.
    BcuMapError
        See `make`.
    """
    if (content := _kept.get(order)) is not None:
        return content
    mine = _wanted.get(order)
    if mine is None or mine.unwanted.is_set():  # which ends, and is not to be joined
        mine = _begun(order)
    mine.waiting += 1
    try:
        made = asyncio.wrap_future(mine.future)
        made.add_done_callback(_heard)  # also if nobody waits any more
        while not (await asyncio.wait({made}, timeout=LOOK_S))[0]:
            if await is_gone():
                raise BusyError("nobody waits for this any more")
        return made.result()
    finally:
        mine.waiting -= 1
        if not mine.waiting:
            mine.unwanted.set()


def _begun(order: AnyOrder) -> _Wanted:
    if len(_wanted) >= AT_ONCE + WAITING:
        raise BusyError("other files are being made just now; try again in a minute")
    unwanted = threading.Event()
    begun = _Wanted(_threads.submit(make, order, unwanted=unwanted), unwanted)

    def forget(_: object) -> None:
        if _wanted.get(order) is begun:
            del _wanted[order]

    _wanted[order] = begun
    ended = asyncio.wrap_future(begun.future)
    ended.add_done_callback(_heard)
    ended.add_done_callback(forget)
    return begun


def _heard(ended: asyncio.Future[bytes]) -> None:
    if not ended.cancelled():
        ended.exception()


def make(order: AnyOrder, *, unwanted: threading.Event | None = None) -> bytes:
    """Make a file, or return it if it was made.

    Parameters
    ----------
    unwanted
        Set when nobody wants it any more.

    Raises
    ------
    BusyError
        If too many others wait, or for too long, or there is no room for it.
    BcuMapError
        If there is nothing of the kind, in the command's own words, or it takes too long.
    """
    if (content := _kept.get(order)) is None:
        with _queue.turn(patience_s=PATIENCE_S, unwanted=unwanted), folder() as place:
            content = _made(order, place, unwanted or threading.Event())
        _kept.put(order, content)
    return content


def _made(order: AnyOrder, place: Path, unwanted: threading.Event) -> bytes:
    path, errors = place / order.name, place / "errors.txt"
    until = time.monotonic() + WALL_S
    with (
        errors.open("w", encoding="utf-8") as told,
        process("bcumap", *order.arguments(place), within=place, wall_s=WALL_S, errors=told) as it,
    ):
        while it.poll() is None and not unwanted.wait(LOOK_S / 4):
            pass
    if unwanted.is_set() and not path.exists():
        raise BusyError("nobody waits for this any more")
    if time.monotonic() > until:
        raise BcuMapError("this takes too long to make; choose less detail or less area")
    if it.returncode or not path.exists():
        raise _failed(errors.read_text(encoding="utf-8", errors="replace"), place)
    return path.read_bytes()


def _failed(told: str, place: Path) -> BcuMapError:
    """What the command said, without a path of this server."""
    line = (told.strip().splitlines() or ["the file could not be made"])[-1]
    if os.strerror(errno.ENOSPC) in line:
        return BusyError(NO_ROOM)
    return BcuMapError(line.removeprefix("bcumap: ").replace(f"{place}{os.sep}", ""))
