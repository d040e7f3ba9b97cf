"""Many simultaneous first loads: bcumap against the embedded map and an empty Streamlit page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial

from benchmarks import chromium, machine
from benchmarks.clients import Job, Outcome
from benchmarks.measure import Figure, alternate, ratio, seconds
from benchmarks.servers import APP, EMBEDDED, EMPTY, PAGES, Server, running

TITLE = "Simultaneous first loads"
ROUNDS = 3

CROWDS = (50, 20)  # 50 first: memory is read after them
# Of a crowd's ratios: the least to the embedded map's, the most to the empty page's.
TARGETS = {50: (4.0, 1.5), 20: (None, None)}


def run(rounds: int) -> Iterator[Figure]:
    with running(*PAGES) as servers:
        visitors = [Visitors(server, *recorded(server)) for server in servers]
        for each in visitors * 2:
            each(1)
        for crowd in CROWDS:
            yield from _times(visitors, crowd, rounds)
    yield from _sizes(visitors)
    yield from _memory(visitors)


class Visitors:
    """Protocol-level clients of one server, in a process of their own."""

    def __init__(self, server: Server, first: list[str], later: list[str]) -> None:
        self.server = server
        self._first, self._later = first, later
        self.last = Outcome()
        self.memory_mb: dict[int, tuple[float, float]] = {}  # loads so far: resident, peak
        self._loads = 0

    def __call__(self, crowd: int) -> float:
        """Load the page for the first time, a crowd at once; return the seconds for all."""
        job = json.dumps(asdict(Job(self.server.port, crowd, self._first, self._later)))
        command = [sys.executable, "-m", "benchmarks.clients"]
        done = subprocess.run(
            command, input=job, capture_output=True, text=True, cwd=machine.ROOT, check=False
        )
        if done.returncode:
            raise RuntimeError(f"clients of {self.server.page.name}: {done.stderr.strip()[-500:]}")
        self.last = Outcome(**json.loads(done.stdout))
        self._loads += crowd
        self.memory_mb[self._loads] = self.server.resident_mb(), self.server.peak_mb()
        return self.last.seconds


def recorded(server: Server) -> tuple[list[str], list[str]]:
    """Return what a browser fetches on a first load: before the script runs, and because of it.

    Recorded in a real Chromium, since pages also load bundles that their index does not name.
    """
    with chromium.started() as browser, chromium.visit(browser, server) as seen:
        paths = seen.paths()
        index = seen.tab.request.get(server.url).text()
    first = [path for path in paths[1:] if f".{path}" in index or path.startswith("/_stcore/")]
    return first, [path for path in paths[1:] if path not in first]


def _times(visitors: list[Visitors], crowd: int, rounds: int) -> Iterator[Figure]:
    sides = {each.server.page: partial(each, crowd) for each in visitors}
    taken = alternate(sides, rounds, warm=False)  # they are warm
    to_embedded, to_empty = TARGETS[crowd]
    what, ours = f"{crowd} first loads", taken[APP]
    yield seconds(f"{what}: until all are served", ours)
    yield ratio(f"{what}: embedded map ÷ bcumap", taken[EMBEDDED], ours, at_least=to_embedded)
    yield ratio(f"{what}: bcumap ÷ an empty page", ours, taken[EMPTY], at_most=to_empty)


def _sizes(visitors: list[Visitors]) -> Iterator[Figure]:
    """State what one client received on its first load."""
    ours, *_ = visitors
    layers = [size for path, size in ours.last.files.items() if path.endswith(".topojson")]
    assert layers, "the page linked to no layer"
    yield Figure("layers of a first load, compressed", sum(layers) / 1000, "KB", at_most=250)
    for each in visitors:
        what, received = f"first load of {each.server.page.name}", each.last
        everything = received.websocket + sum(received.files.values())
        requests = f"{len(received.files)} requests"
        yield Figure(f"{what}: on the websocket", received.websocket / 1000, "KB")
        yield Figure(f"{what}: everything", everything / 1000, "KB", detail=requests)


def _memory(visitors: list[Visitors]) -> Iterator[Figure]:
    """State the servers' memory after the first crowd, and as detail after the last."""
    for each in visitors:
        loads = next(loads for loads in each.memory_mb if loads >= max(CROWDS))
        resident, peak = each.memory_mb[loads]
        last = max(each.memory_mb)
        resident_last, peak_last = (f"after {last}: {mb:.0f} MB" for mb in each.memory_mb[last])
        what = f"memory of {each.server.page.name} after {loads} loads"
        most = 150 if each.server.page is APP else None
        yield Figure(f"{what}, resident", resident, "MB", at_most=most, detail=resident_last)
        yield Figure(f"{what}, peak", peak, "MB", detail=peak_last)
