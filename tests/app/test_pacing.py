"""Those who want too much wait, in order, and others do not; what is repeated ends in time."""

from __future__ import annotations

import asyncio
import threading

from bcumap.app.pacing import Bucket, Turns, repeated


class Clock:
    """A time that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def stays() -> bool:
    return False


def test_a_bucket_lets_a_burst_through_and_then_a_steady_rate() -> None:
    clock = Clock()
    bucket = Bucket(burst=3, rate=2, clock=clock)
    for _ in range(3):
        assert bucket.wait_s() == 0
        bucket.spend(1)
    assert bucket.wait_s() == 0.5
    clock.now += 0.5
    assert bucket.wait_s() == 0
    clock.now += 100  # no more than the burst comes back
    bucket.spend(5)
    assert bucket.wait_s() == 1.5


def test_who_asks_for_much_waits_behind_itself() -> None:
    async def order() -> list[str]:
        turns, seen = Turns(at_once=1, lasts_s=60), []

        async def one(name: str, address: str) -> None:
            await turns.take(name, address, left=stays)
            seen.append(name)
            turns.give_back(name)

        await turns.take("first", "many", left=stays)
        tasks = [asyncio.create_task(one(f"many {n}", "many")) for n in range(3)]
        tasks.append(asyncio.create_task(one("other", "few")))
        await asyncio.sleep(0)
        turns.give_back("first")
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(order()) == ["many 0", "other", "many 1", "many 2"]


def test_a_turn_ends_by_itself() -> None:
    async def second() -> None:
        clock = Clock()
        turns = Turns(at_once=1, lasts_s=1, clock=clock)
        await turns.take("stuck", "a", left=stays)
        waiting = asyncio.create_task(turns.take("next", "b", left=stays))
        await asyncio.sleep(0.15)
        assert not waiting.done()
        clock.now += 1.1
        await asyncio.wait_for(waiting, 2)

    asyncio.run(second())


def test_who_has_left_gets_no_turn_and_keeps_none_from_others() -> None:
    async def left() -> None:
        turns = Turns(at_once=1, lasts_s=60)
        await turns.take("first", "a", left=stays)
        await asyncio.wait_for(turns.take("gone", "a", left=lambda: True), 1)
        turns.give_back("first")
        await asyncio.wait_for(turns.take("next", "a", left=stays), 1)

    asyncio.run(left())


def test_what_is_repeated_is_done_in_threads_until_the_block_ends() -> None:
    threads: list[threading.Thread] = []

    async def served() -> int:
        async with repeated(lambda: threads.append(threading.current_thread()), 0.01):
            while len(threads) < 3:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # for what was on its way
        done = len(threads)
        await asyncio.sleep(0.1)
        return done

    assert asyncio.run(asyncio.wait_for(served(), 10)) == len(threads)
    assert threading.main_thread() not in threads
