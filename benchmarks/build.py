"""The whole `bcumap build` process, start-up included, against mapshaper doing the same job."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine, mapshaper
from benchmarks.measure import Figure, Skipped, alternate, ratio, seconds
from benchmarks.process import Process

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
