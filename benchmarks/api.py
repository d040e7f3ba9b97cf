"""The API under load: questions a second, how long the slowest wait, what the page feels."""

from __future__ import annotations

import http.client
import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from urllib.parse import quote, urlsplit

from bcumap.facts import store
from bcumap.facts.postcodes import readings
from benchmarks import chromium
from benchmarks.measure import Figure, ratio
from benchmarks.servers import APP, Server, running

TITLE = "The API beside the app"
ROUNDS = 3
CLIENTS, ASKED = 8, 1500  # questions of each client, one after another on one connection
PAGE_ASKED = 6000  # so that the load outlasts a visit


def run(rounds: int) -> Iterator[Figure]:
    with running(APP) as (app,), ProcessPoolExecutor(CLIENTS) as pool:
        _ask(app.url, 50, 0)
        best = [_load(pool, app, ASKED) for _ in range(rounds)]
        rate = statistics.median(each[0] for each in best)
        yield Figure("find, 8 clients: answers a second", rate, "", at_least=500)
        slow = statistics.median(each[1] for each in best) * 1000
        yield Figure("find, 8 clients: 99 of 100 within", slow, "ms", at_most=50)
        with chromium.started() as browser:
            quiet = [_visit(browser, app) for _ in range(rounds)]
            futures = [pool.submit(_ask, app.url, PAGE_ASKED, seed) for seed in range(1)]
            busy = [_visit(browser, app) for _ in range(rounds)]
            for future in futures:
                future.cancel()
            yield ratio("the page while one client asks all the time ÷ without", busy, quiet)


def _load(pool: ProcessPoolExecutor, app: Server, asked: int) -> tuple[float, float]:
    """Return answers a second and the 99th percentile in seconds."""
    start = time.perf_counter()
    waits = [
        wait
        for part in pool.map(_ask, [app.url] * CLIENTS, [asked] * CLIENTS, range(CLIENTS))
        for wait in part
    ]
    taken = time.perf_counter() - start
    return len(waits) / taken, statistics.quantiles(waits, n=100)[98]


def _ask(url: str, asked: int, seed: int) -> list[float]:
    """Ask for postcodes, one after another; return the seconds of each."""
    chance = random.Random(seed)  # noqa: S311
    prefix, *_ = readings(chance.choice(("SE8", "E14", "NW3", "CR0")))
    sample = [each.postcode for each in store.postcodes().starting(prefix)]
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    waits = []
    for _ in range(asked):
        start = time.perf_counter()
        connection.request("GET", f"/api/v1/find?q={quote(chance.choice(sample))}")
        reply = connection.getresponse()
        reply.read()
        waits.append(time.perf_counter() - start)
        assert reply.status == 200
    return waits


def _visit(browser: chromium.Browser, app: Server) -> float:
    with chromium.visit(browser, app) as seen:
        return seen.seconds
