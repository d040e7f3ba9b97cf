"""`bcumap officers fetch` of all Met wards, at the rate that data.police.uk allows, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bcumap.facts import store
from benchmarks import machine
from benchmarks.measure import Figure, seconds
from tests.services import police_server

TITLE = "Fetch the teams of all wards from data.police.uk (a server on loopback that limits alike)"
ROUNDS = 1

RATE_PER_S, BURST = 15, 30  # of the service
LATENCY_S = 0.2  # of an answer; the service's own is of that order


def run(rounds: int) -> Iterator[Figure]:
    wards = [{"id": code, "name": ward.name} for code, ward in store.atlas().met("wards").items()]
    requests = 2 * len(wards) + 1
    allowed_s = (requests - BURST) / RATE_PER_S
    taken, refused = zip(*(_fetch(wards) for _ in range(rounds)), strict=True)
    yield Figure("what the limit allows", allowed_s, "s", detail=f"{requests:,} requests")
    yield seconds("bcumap officers fetch, a whole process", list(taken), at_most=1.1 * allowed_s)
    yield Figure("requests that the server refused", max(refused), "", at_most=0)


def _fetch(wards: list[dict[str, str]]) -> tuple[float, int]:
    """Return the seconds that a fetch took and how often the server said 429."""
    settings = {"wards": wards, "per_s": RATE_PER_S, "burst": BURST, "latency_s": LATENCY_S}
    with police_server.running(**settings) as server, tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "teams.csv")
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "bcumap", "officers", "fetch", "--out", str(out)],
            cwd=machine.ROOT, check=True, stdout=subprocess.DEVNULL,
            env=os.environ | {"BCUMAP_POLICE_API": server.url, "NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
        taken = time.perf_counter() - start
        assert out.read_text().count(",fetched,") == len(wards)
        return taken, server.violations
