"""A page as a real Chromium sees it: when its content is there, and everything that was sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Request,
    Route,
    ViewportSize,
    WebSocket,
    sync_playwright,
)
from playwright.sync_api import Page as Tab
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from xstatic.pkg import leaflet

from benchmarks import machine
from benchmarks.servers import Server

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
QUIET_MS = 1000  # a page that has received nothing for so long has received everything
STEP_MS, TIMEOUT_S = 100, 60

# Notes, in every frame, when something first matches: milliseconds since 1970. A timer and no
# MutationObserver, because a frame keeps its window but not the document that it starts with.
WATCH = """
(() => {
  const timer = setInterval(() => {
    if (!document.querySelector(%r)) return;
    window.shownAt = performance.timeOrigin + performance.now();
    clearInterval(timer);
  }, 5);
})();
"""


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium, without a window, and close it at the end."""
    program = machine.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open a server's page for the first time, nothing cached, and wait until it is all there."""
    context = browser.new_context(viewport=SIZE)
    try:
        seen = Visit(context.new_page(), server)
        seen.open()
        yield seen
    finally:
        context.close()


class Visit:
    """A first visit to a page, in a browser context of its own."""

    def __init__(self, tab: Tab, server: Server) -> None:
        self.tab = tab
        self.seconds = 0.0  # from the start of the navigation to the content
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.received = 0  # bytes of frames on websockets
        self.ran_at: list[float] = []  # when the page's script had run
        self._server = server
        tab.add_init_script(WATCH % server.page.content)
        tab.on("request", self._on_request)
        tab.on("console", self._on_console)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("websocket", self._on_websocket)
        if server.page.from_cdns:  # not for others: Chromium caches nothing then, and is slower
            tab.route(self.is_elsewhere, answer_for_others)

    def open(self) -> None:
        """Go to the page and wait for its content."""
        self.tab.goto(self._server.url)
        content = self._server.page.content
        self._wait_for(self._shown_at, f"{content} did not appear")
        self.seconds = (self._shown_at() - self.tab.evaluate("performance.timeOrigin")) / 1000
        self.wait_until_quiet()

    def paths(self) -> list[str]:
        """Return what was fetched from the server, in order and once each."""
        own = [url for url in self.requests if url.startswith(f"{self._server.url}/")]
        return list(dict.fromkeys(url.removeprefix(self._server.url) for url in own))

    def elsewhere(self) -> list[str]:
        """Return the requests to any other host."""
        return [url for url in self.requests if self.is_elsewhere(url)]

    def is_elsewhere(self, url: str) -> bool:
        """Say whether a URL leads to another host."""
        address = urlsplit(url)
        return address.scheme in ("http", "https", "ws", "wss") and (
            address.netloc != urlsplit(self._server.url).netloc
        )

    def click_map(self) -> float:
        """Click on the middle of the map; return the seconds until the script has run for it."""
        before = len(self.ran_at)
        start = time.perf_counter()
        self.tab.locator("iframe, .bcumap").first.click()
        self._wait_for(lambda: self.ran_at[before:], "its script did not run for a click")
        self.wait_until_quiet()
        return self.ran_at[before] - start

    def wait_until_quiet(self) -> None:
        """Wait until nothing more is asked for or received."""
        before = (-1, -1)
        while before != (now := (len(self.requests), self.received)):
            before = now
            self.tab.wait_for_timeout(QUIET_MS)

    def _shown_at(self) -> float:
        """When the content appeared, perhaps in a frame of the page; 0 if it has not."""
        return max(float(frame.evaluate("window.shownAt || 0")) for frame in self.tab.frames)

    def _wait_for(self, condition: Callable[[], object], otherwise: str) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._server.page.name}: {otherwise}")
            self.tab.wait_for_timeout(STEP_MS)

    def _on_console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _on_websocket(self, socket: WebSocket) -> None:
        def count(frame: bytes | str) -> None:
            assert isinstance(frame, bytes)
            self.received += len(frame)
            if ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished":
                self.ran_at.append(time.perf_counter())

        self.requests.append(socket.url)
        socket.on("framereceived", count)


def answer_for_others(route: Route) -> None:
    """Be the CDNs that the embedded map loads its libraries from: at once, and only Leaflet."""
    name = PurePosixPath(urlsplit(route.request.url).path).name
    if name in ("leaflet.js", "leaflet.css"):
        route.fulfill(path=Path(leaflet.BASE_DIR) / name)
    else:  # it waits for jQuery, Bootstrap and others, but draws no map with them
        route.fulfill(body="")
