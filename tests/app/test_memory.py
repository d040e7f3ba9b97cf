"""The process stays small: threads share an arena, and what is free goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from bcumap.app import memory

FILL = """
import threading
from bcumap.app import memory
{first}
last = []
def hold():  # as a visitor's thread does: much at once, and all of it free again but the last
    last.append([bytes(2000) for _ in range(20_000)][-1])
threads = [threading.Thread(target=hold) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
{last}
print(int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


def resident(first: str = "", last: str = "") -> int:
    code = FILL.format(first=first, last=last)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="not glibc")
def test_what_threads_held_is_given_back() -> None:
    kept = resident()
    small = resident("assert memory.share_arenas()", "memory.give_back()")
    assert small < kept - 5_000_000


def test_another_c_library_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_library", lambda: None)
    assert not memory.share_arenas()
    assert not memory.give_back()
