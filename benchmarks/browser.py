"""The page in a real browser: how soon the map is there, who else is asked, what a click costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from playwright.sync_api import Browser

from benchmarks import chromium
from benchmarks.measure import Figure, alternate, ratio, seconds
from benchmarks.servers import APP, EMBEDDED, EMPTY, Page, Server, running

TITLE = "The page in Chromium"
ROUNDS, CLICK_ROUNDS = 7, 3


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP, EMBEDDED, EMPTY) as servers:
        app, embedded, empty = servers
        visits = {APP: Visits(browser, app), EMPTY: Visits(browser, empty)}
        yield from _visits(visits, rounds)
        clicks = {APP: Clicks(browser, app), EMBEDDED: Clicks(browser, embedded)}
        yield from _clicks(clicks, min(rounds, CLICK_ROUNDS))


def _visits(visits: dict[Page, Visits], rounds: int) -> Iterator[Figure]:
    taken = alternate(visits, rounds)
    yield seconds("from navigation to the first area of the map", taken[APP], at_most=2)
    yield ratio("the same: bcumap ÷ an empty page's content", taken[APP], taken[EMPTY])
    ours = visits[APP]
    among, errors = f"among {ours.requests:,} of all visits", "; ".join(ours.errors[:3])
    yield Figure("requests to third parties", len(ours.elsewhere), "", at_most=0, detail=among)
    yield Figure("console errors", len(ours.errors), "", at_most=0, detail=errors)


def _clicks(clicks: dict[Page, Clicks], rounds: int) -> Iterator[Figure]:
    taken = alternate(clicks, rounds, warm=False)
    ours, theirs = clicks[APP].received / 1000, clicks[EMBEDDED].received / 1000
    yield Figure("a click: on the websocket", ours, "KB", at_most=10)
    yield Figure("a click on the embedded map: on the websocket", theirs, "KB")
    yield ratio("a click until it is answered: embedded map ÷ bcumap", taken[EMBEDDED], taken[APP])


class Visits:
    """First visits to one server, and what they showed besides the time."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._open = partial(chromium.visit, browser, server)
        self.requests = 0
        self.elsewhere: list[str] = []
        self.errors: list[str] = []

    def __call__(self) -> float:
        """Visit once and return the seconds until the content was there."""
        with self._open() as seen:
            self.requests += len(seen.requests)
            self.elsewhere += seen.elsewhere()
            self.errors += seen.errors
            return seen.seconds


class Clicks:
    """Clicks on an area of one server's map, each on a first visit."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._open = partial(chromium.visit, browser, server)
        self.received = 0  # bytes on the websocket after the last click

    def __call__(self) -> float:
        """Click once and return the seconds until the page's script has run for it."""
        with self._open() as seen:
            before = seen.received
            taken = seen.click_map()
            self.received = seen.received - before
            return taken
