"""First sight on a poor phone: what is seen when and what moves, beside an empty Streamlit page.

A visit that fails, or shows a part later than `LIMIT_S`, counts as that long and is told.
"""

from __future__ import annotations

import gzip
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from bcumap.base import dates
from bcumap.site import downloads, write
from benchmarks import chromium
from benchmarks.measure import Figure
from benchmarks.servers import APP, EMPTY, running

TITLE = "First sight: 562 ms, 1.44 Mbit/s, processor ÷ 4, 390 × 844, nothing cached"
ROUNDS = 5

PATHS = ("/", "/?q=SE8 4RX", "/ward?ward=E05013719", "/counters?on=2025-09-01")
STATIC = "/ward/E05013719.html"
LATENCY_MS, BYTES_PER_S, SLOWER = 562, 1_440_000 / 8, 4
LIMIT_S = 60
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
  const area = there(":is(#root, .bcumap-site) .bcumap path.bcumap-area");
  if (area && !there("#bcumap-first")) note("map");
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


Seen = dict[str, float]


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP, EMPTY) as (app, empty), _static() as static:
        for address in (app.url + "/", empty.url, static + STATIC):
            _seen(browser, address, last="content", slow=False)  # all are warm
        sides: dict[str, Callable[[], Seen]] = {
            path: partial(_seen, browser, app.url + path) for path in PATHS
        }
        sides["empty"] = partial(_seen, browser, empty.url, last="content")
        sides["static"] = partial(_seen, browser, static + STATIC)
        taken: dict[str, list[Seen]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, side in sides.items():
                taken[name].append(side())
        bare = _middle(taken["empty"], "content")
        yield _figure("an empty Streamlit page: its content", taken["empty"], "content")
        for part in ("content", "facts", "map"):
            yield _figure(f"our static page of a ward: {part}", taken["static"], part)
        for path in PATHS:
            yield from _figures(path, taken[path], bare)
        cold, kept, bare_desk = [], [], []
        for _ in range(rounds):
            cold.append(_seen(browser, f"{app.url}/", slow=False))
            kept.append(_seen(browser, f"{app.url}/", slow=False, again=True))
            bare_desk.append(_seen(browser, empty.url, last="content", slow=False, again=True))
        yield _figure("on a desk: content of /, nothing cached", cold, "content", 0.3)
        yield _figure("on a desk: map of /, nothing cached", cold, "map")
        yield _figure("on a desk: map of /, seen before", kept, "map", 1.3)
        yield _figure("on a desk: an empty Streamlit page, seen before", bare_desk, "content")


def _figures(path: str, taken: list[Seen], bare: float) -> Iterator[Figure]:
    yield _figure(f"{path}: first content", taken, "content", 2.0)
    yield _figure(f"{path}: answer or facts", taken, "facts", 2.5)
    moved = median(each["moved"] for each in taken)
    yield Figure(f"{path}: layout shift", moved, "", at_most=0.1, detail=f"{moved:.3f}")
    yield _figure(f"{path}: live map", taken, "map", round(bare + 2.5, 2))


def _figure(what: str, taken: list[Seen], part: str, at_most: float | None = None) -> Figure:
    late = sum(part not in each for each in taken)
    detail = f"{late} of {len(taken)} visits did not show it in {LIMIT_S} s" if late else ""
    return Figure(what, _middle(taken, part), "s", at_most=at_most, detail=detail)


def _middle(taken: list[Seen], part: str) -> float:
    return median(each.get(part, LIMIT_S) for each in taken)


def _seen(
    browser: Browser, address: str, *, last: str = "map", slow: bool = True, again: bool = False
) -> Seen:
    """Open a page in a new context; return seconds until each part, and what moved.

    With `again` it is opened twice, and the second visit counts.
    """
    size = chromium.PHONE if slow else chromium.SIZE
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
        for _ in range(1 + again):
            page.goto(address, wait_until="commit", timeout=LIMIT_S * 1000)
            deadline = time.monotonic() + LIMIT_S
            while not page.evaluate(f"window.seen && window.seen.{last}"):
                if time.monotonic() > deadline:
                    break
                page.wait_for_timeout(100)
            page.wait_for_timeout(2000)
        seen: Seen = page.evaluate("window.seen")
        moved: float = page.evaluate("window.moved")
        return {name: ms / 1000 for name, ms in seen.items()} | {"moved": moved}
    except PlaywrightError as error:
        print(f"  a visit of {address} failed: {str(error).splitlines()[0]}", flush=True)
        return {"moved": 0.0}
    finally:
        context.close()


class _Compressing(SimpleHTTPRequestHandler):
    """Sends what a web server would send compressed so."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path.as_posix()))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _static() -> Iterator[str]:
    """Serve the static site, without its downloads, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        tiers, downloads.TIERS = downloads.TIERS, ()
        try:
            write.write(write.Request(site, dates.today(), ""))
        finally:
            downloads.TIERS = tiers
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=site))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
