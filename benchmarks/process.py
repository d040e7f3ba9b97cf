"""A command to time, start-up included, and the most memory that it had in use."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from statistics import median

from benchmarks import machine

# Linux counts for a process the memory of the one that started it, and a benchmark may hold a GB of
# points: a small process in between starts the command and is told its peak (KB).
STARTER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(code)
"""


class Process:
    """A command to time again and again; `fine` are the exit codes that are no failure."""

    def __init__(self, command: list[str], *, fine: Collection[int] = (0,)) -> None:
        self._command = command
        self._fine = fine
        self._peaks_kb: list[int] = []

    def __call__(self) -> float:
        """Run it to its end and return the seconds that took."""
        with tempfile.TemporaryDirectory() as folder:
            peak = Path(folder) / "peak"
            command = [sys.executable, "-I", "-S", "-c", STARTER, str(peak), *self._command]
            start = time.perf_counter()
            done = subprocess.run(
                command, cwd=machine.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            taken = time.perf_counter() - start
            if done.returncode not in self._fine:
                raise RuntimeError(f"{self._command[0]} failed: {done.stdout.decode()}")
            self._peaks_kb.append(int(peak.read_text()))
        return taken

    @property
    def peak_mb(self) -> float:
        """The most memory that a run had in use, as a median."""
        return median(self._peaks_kb) * 1024 / 1e6
