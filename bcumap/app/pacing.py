"""How fast visitors are served, and what is done every so often; it knows no server and no page.

Nothing is dropped, merged or put in another order: whoever is too fast waits.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

LOOK_S = 0.1  # how often somebody who waits looks whether there is still a reason to


@asynccontextmanager
async def repeated(act: Callable[[], object], every_s: float) -> AsyncIterator[None]:
    """Do in a thread what may block, every so often (seconds) until the block ends."""

    async def again() -> None:
        while True:
            await asyncio.sleep(every_s)
            await asyncio.to_thread(act)

    doing = asyncio.create_task(again())
    try:
        yield
    finally:
        doing.cancel()


class Bucket:
    """Something to spend that comes back at a steady rate, up to a most.

    Parameters
    ----------
    burst
        The most that it holds, and what it holds at first.
    rate
        What comes back in a second.
    """

    def __init__(
        self, burst: float, rate: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._rate, self._clock = burst, rate, clock
        self._level, self._at = burst, clock()

    def spend(self, amount: float) -> None:
        """Take something out, also more than there is: the next will wait for that."""
        self._fill()
        self._level -= amount

    def wait_s(self) -> float:
        """Return the seconds until there is one to spend; 0 if there is now."""
        self._fill()
        return max(0.0, 1 - self._level) / self._rate

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now


class Turns:
    """Who may run next: a few at once, one address after the other.

    An address that wants much waits behind itself and not before others.

    Parameters
    ----------
    at_once
        How many have a turn at the same time.
    lasts_s
        After this a turn ends by itself, also if what was begun is not done: it may be waiting
        for something that takes no processor time here.
    """

    def __init__(
        self, at_once: int, lasts_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once, self._lasts_s, self._clock = at_once, lasts_s, clock
        self._ends: dict[object, float] = {}  # of those who have a turn
        self._waiting: dict[str, deque[tuple[object, asyncio.Future[None]]]] = {}

    async def take(self, owner: object, address: str, *, left: Callable[[], bool]) -> None:
        """Wait for a turn, or until the owner has left; an owner has one turn at most."""
        self._admit()
        if owner in self._ends:
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(address, deque()).append((owner, turn))
        self._admit()
        try:
            while not turn.done() and not left():
                await asyncio.wait({turn}, timeout=LOOK_S)
                self._admit()
        finally:
            turn.cancel()  # if it is still waited for

    def give_back(self, owner: object) -> None:
        """End the turn of an owner, if it has one."""
        if self._ends.pop(owner, None) is not None:
            self._admit()

    def _admit(self) -> None:
        """Give the turns that are free to those who wait."""
        now = self._clock()
        self._ends = {owner: end for owner, end in self._ends.items() if end > now}
        while self._waiting and len(self._ends) < self._at_once:
            address, queue = next(iter(self._waiting.items()))
            owner, turn = queue.popleft()
            del self._waiting[address]
            if queue:
                self._waiting[address] = queue  # at the end
            if not turn.done():
                turn.set_result(None)
                self._ends[owner] = now + self._lasts_s
