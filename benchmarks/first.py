"""First sight on a poor phone: what is seen when and what moves, beside an empty Streamlit page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from statistics import median

from playwright.sync_api import Browser

from benchmarks import chromium
from benchmarks.measure import Figure
from benchmarks.servers import APP, EMPTY, Server, running

TITLE = "First sight: 562 ms, 1.44 Mbit/s, processor ÷ 4, 390 × 844, nothing cached"
ROUNDS = 5

PATHS = ("/", "/?q=SE8 4RX", "/ward?ward=E05013719", "/counters?on=2025-09-01")
LATENCY_MS, BYTES_PER_S, SLOWER = 562, 1_440_000 / 8, 4
LIMIT_S = 120
# What each part is, in a page: seen by its first frame, and what moved until then and after.
WATCH = """
window.seen = {}; window.moved = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.moved += each.value;
}).observe({ type: "layout-shift", buffered: true });
const note = (name) => { window.seen[name] ??= performance.now(); };
const there = (what) => document.querySelector(what);
const look = () => {
  if (there("h1, [data-testid=stMarkdown]")) note("content");
  if (there(".bcumap-answer, .bcumap-panel dl")) note("facts");
  if (there("#root .bcumap path.bcumap-area") && !there("#bcumap-first")) note("map");
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP, EMPTY) as (app, empty):
        for server, path in ((app, "/"), (empty, "")):
            _seen(browser, server, path, slow=False)  # both are warm
        sides = {path: partial(_seen, browser, app, path) for path in PATHS}
        sides["empty"] = partial(_seen, browser, empty, "")
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, side in sides.items():
                taken[name].append(side())
        bare = _middle(taken["empty"], "content")
        yield Figure("an empty Streamlit page: its content", bare, "s")
        for path in PATHS:
            yield from _figures(path, taken[path], bare)
        desk = [_seen(browser, app, "/", slow=False) for _ in range(rounds)]
        yield Figure(
            "on a desk, warm server: content of /", _middle(desk, "content"), "s", at_most=0.3
        )
        yield Figure(
            "on a desk, warm server: live map of /", _middle(desk, "map"), "s", at_most=1.3
        )


def _figures(path: str, taken: list[dict[str, float]], bare: float) -> Iterator[Figure]:
    yield Figure(f"{path}: first content", _middle(taken, "content"), "s", at_most=2.0)
    yield Figure(f"{path}: answer or facts", _middle(taken, "facts"), "s", at_most=2.5)
    yield Figure(f"{path}: layout shift", _middle(taken, "moved"), "", at_most=0.1)
    live = _middle(taken, "map")
    yield Figure(f"{path}: live map", live, "s", at_most=round(bare + 2.5, 2))


def _middle(taken: list[dict[str, float]], name: str) -> float:
    return median(each[name] for each in taken)


def _seen(browser: Browser, server: Server, path: str, *, slow: bool = True) -> dict[str, float]:
    """Open a page in a new context; return seconds until each part, and what moved."""
    size = {"width": 390, "height": 844} if slow else {"width": 1280, "height": 900}
    context = browser.new_context(viewport=size, is_mobile=slow, has_touch=slow)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        if slow:
            cdp = context.new_cdp_session(page)
            cdp.send("Network.enable")
            cdp.send(
                "Network.emulateNetworkConditions",
                {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S,
                 "uploadThroughput": BYTES_PER_S},
            )  # fmt: skip
            cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(server.url + path, wait_until="commit", timeout=LIMIT_S * 1000)
        last = "map" if server.page is APP else "content"
        deadline = time.monotonic() + LIMIT_S
        while not page.evaluate(f"window.seen && window.seen.{last}"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{server.url}{path}: {last} did not appear")
            page.wait_for_timeout(100)
        page.wait_for_timeout(2000)
        seen: dict[str, float] = page.evaluate("window.seen")
        moved: float = page.evaluate("window.moved")
        return {name: ms / 1000 for name, ms in seen.items()} | {"moved": moved}
    finally:
        context.close()
