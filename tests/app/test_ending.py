"""A process that is told to end does so, with the processes it started, also if it is stuck."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil
import pytest

from bcumap.app import ending

STUCK = """
import signal, subprocess, time
from bcumap.app import ending
signal.signal(signal.SIGTERM, lambda *_: None)  # as a server that never gets to its end
with ending.in_time():
    child = subprocess.Popen(["sleep", "60"])
    print(child.pid, flush=True)
    time.sleep(60)
"""
BRIEF = STUCK.replace("time.sleep(60)", "pass")


def is_running(number: int, within_s: float = 2) -> bool:
    """Whether it still runs after a moment, in which the system ends what it was told to."""
    try:
        process = psutil.Process(number)
        end = time.monotonic() + within_s
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
            time.sleep(0.02)
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started(code: str) -> tuple[subprocess.Popen[str], int]:
    """A process that runs the code, and the one that it has started."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        return process, int(said.readline())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds children in /proc")
def test_who_is_stuck_is_ended_with_its_children() -> None:
    process, child = started(STUCK)
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 128 + signal.SIGTERM
    assert ending.LAST_RESORT_S - 1 < time.monotonic() - start < 6
    assert not is_running(child)


@pytest.mark.skipif(sys.platform != "linux", reason="finds children in /proc")
def test_children_end_with_a_server_that_ends_by_itself() -> None:
    process, child = started(BRIEF)
    assert process.wait(10) == 0
    assert not is_running(child)
