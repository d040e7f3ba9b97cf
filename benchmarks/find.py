"""Answering questions in the running app: how quick, how heavy, and what it costs at the start."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from benchmarks import machine
from benchmarks.measure import Figure

TITLE = "Answer a question in the app"
ROUNDS = 3
QUERIES = 1000
KB_PER_MB = 1000 / 1.024  # /proc counts in 1,024 bytes

# A process like the app's, before and after it answers its first question. What it prints: resident
# memory (KB) before and after, and the seconds that opening and the first answer take.
PROBE = """
import json, time
from pathlib import Path
from bcumap.app import assets
from bcumap.facts import cached
from bcumap.app.pages import areas

def resident():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])

cached.atlas(), assets.shipped()
before = resident()
start = time.perf_counter()
finder = cached.finder()
opened = time.perf_counter()
assert finder.find("SE8 4RX").place.name == "Deptford"
answered = time.perf_counter()
after = resident()
finder.find("51.4779, -0.0015")
with_points = resident()
from bcumap.facts import store
frames = store.postcode_tables()
numbers = [before, after, with_points, resident(), opened - start, answered - opened]
print(json.dumps(numbers))
"""


def run(rounds: int) -> Iterator[Figure]:
    probes = [_probe() for _ in range(rounds)]
    before, after, points, frame, opening, first = map(median, zip(*probes, strict=True))
    added = (after - before) / KB_PER_MB
    yield Figure("memory that postcodes and names add", added, "MB", at_most=30)
    yield Figure("what points add, once one is asked for", (points - after) / KB_PER_MB, "MB")
    yield Figure("what a pandas frame would add", (frame - points) / KB_PER_MB, "MB")
    yield Figure("opening them, at the first question", opening * 1000, "ms")
    yield Figure("the first answer", first * 1000, "ms")
    yield from _answers()


def _probe() -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=machine.ROOT, capture_output=True, text=True, check=True
    )
    numbers: list[float] = json.loads(done.stdout)
    return numbers


def _answers() -> Iterator[Figure]:
    """Time single answers in a warm process, against the same look-up in a pandas frame."""
    from bcumap.facts import store

    finder = store.finder()
    table, _ = store.postcode_tables()
    codes = table["postcode"].sample(QUERIES, random_state=1).tolist()
    names = [row["name"] for row in store.facts()["wards"].values()]
    postcodes = _each(finder.find, codes)
    detail = (
        f"median of {QUERIES}; 99 of 100 within {sorted(postcodes)[-QUERIES // 100] * 1e3:.2f} ms"
    )
    yield Figure(
        "an answer to a postcode", median(postcodes) * 1000, "ms", at_most=5, detail=detail
    )
    yield Figure("an answer to a ward's name", median(_each(finder.find, names)) * 1000, "ms")
    begun = [code[:-1] for code in codes] + [name[:4] for name in names]
    yield Figure("suggestions", median(_each(finder.suggest, begun)) * 1000, "ms", at_most=5)
    points = [f"{lat}, {lon}" for lat, lon in table.loc[:QUERIES, ["lat", "lon"]].to_numpy()]
    finder.find(points[0])
    yield Figure("an answer to a point", median(_each(finder.find, points)) * 1000, "ms", at_most=5)


def _each(ask: Callable[[str], Any], queries: Sequence[str]) -> list[float]:
    """Return the seconds that each query took."""
    taken = []
    for query in queries:
        start = time.perf_counter()
        ask(query)
        taken.append(time.perf_counter() - start)
    return taken
