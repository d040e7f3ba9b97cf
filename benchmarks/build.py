"""The whole `bcumap build` process, start-up included, against mapshaper doing the same job."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import machine, mapshaper
from benchmarks.measure import Figure, Skipped, alternate, ratio, seconds

TITLE = "Build from the full-resolution file"
ROUNDS = 5


def run(rounds: int) -> Iterator[Figure]:
    wards = machine.source("wards_2025_full_clipped.gpkg")
    with tempfile.TemporaryDirectory() as folder:
        ours = Process(_bcumap(wards, Path(folder)))
        sides = {"bcumap": ours}
        missing = None
        try:
            sides["mapshaper"] = Process(mapshaper.command(wards, Path(folder)))
        except Skipped as reason:
            missing = reason
        taken = alternate(sides, rounds)
    yield seconds("bcumap build, a whole process", taken["bcumap"], at_most=5)
    yield Figure("peak memory of bcumap build", ours.peak_mb, "MB")
    if missing:
        raise missing
    yield ratio("bcumap build ÷ mapshaper", taken["bcumap"], taken["mapshaper"])
    yield Figure("peak memory of mapshaper", sides["mapshaper"].peak_mb, "MB")


def _bcumap(wards: Path, folder: Path) -> list[str]:
    out = str(folder / "geodata")
    return [sys.executable, "-m", "bcumap", "build", "--wards", str(wards), "--out", out]


class Process:
    """A command to time again and again."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._peaks_kb: list[int] = []

    def __call__(self) -> float:
        """Run it to its end and return the seconds that took."""
        start = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(self._command, stdout=said, stderr=said, cwd=machine.ROOT)
            _, status, usage = os.wait4(process.pid, 0)
            taken = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                raise RuntimeError(f"{self._command[0]} failed: {said.read().decode()}")
        self._peaks_kb.append(usage.ru_maxrss)
        return taken

    @property
    def peak_mb(self) -> float:
        """The most memory that a run had in use, as a median."""
        return median(self._peaks_kb) * 1024 / 1e6
