"""A date that moves: how soon the new picture is there, and what a step costs on the websocket."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page as Tab

from benchmarks import chromium
from benchmarks.measure import Figure, Samples, ratio, seconds
from benchmarks.servers import APP, running

TITLE = "A step in time, in Chromium"
ROUNDS = 7
SETTLED_MS = 2500  # after a step the server is told; by then it has answered

# Moves the slider and returns the milliseconds until the frame after the change has been painted.
MOVE = """
async (day) => {
  const range = document.querySelector(".bcumap-time .range");
  const start = performance.now();
  range.value = Math.round(Date.parse(day) / 864e5);
  range.dispatchEvent(new Event("input"));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}
"""
PAGES = {
    "front counters, boroughs": ("/counters?on=2025-09-01", ("2026-04-01", "2025-09-01")),
    "front counters, 704 wards": ("/counters?on=2025-09-01", ("2026-04-01", "2025-09-01")),
    "how areas changed": ("/history?on=2018-05-01", ("2019-03-01", "2014-01-01")),
}


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP) as (app,):
        for name, (link, days) in PAGES.items():
            with chromium.visit(browser, app) as seen:
                seen.tab.goto(app.url + link)
                seen.tab.locator("#bcumap-panel dt").first.wait_for()
                if "wards" in name:
                    seen.tab.locator(".bcumap-levels span", has_text="Wards").click()
                    seen.tab.locator('.bcumap path[data-code="E05013719"]').wait_for()
                seen.wait_until_quiet()
                steps = [_step(seen.tab, day) for _ in range(rounds) for day in days]
                seen.tab.wait_for_timeout(SETTLED_MS)
                yield seconds(f"{name}: a step until it is painted", steps, at_most=0.3)
                received = _received(seen, days[0])
                yield Figure(f"{name}: a step on the websocket", received, "KB", at_most=20)
                yield ratio(f"{name}: the page loaded anew ÷ a step", _reloads(seen, 3), steps)


def _step(tab: Tab, day: str) -> float:
    return float(tab.evaluate(MOVE, day)) / 1000


def _received(seen: chromium.Visit, day: str) -> float:
    """Kilobytes that one step brings once it has come to rest."""
    before = seen.received
    _step(seen.tab, day)
    seen.tab.wait_for_timeout(SETTLED_MS)
    return (seen.received - before) / 1000


def _reloads(seen: chromium.Visit, rounds: int) -> Samples:
    """Seconds until the page is there again, with everything in the browser's cache."""
    taken = []
    for _ in range(rounds):
        seen.tab.reload()
        seen.tab.locator("#bcumap-panel dt").first.wait_for()
        taken.append(float(seen.tab.evaluate("performance.now()")) / 1000)
    return taken
