"""A real server and a real Chromium; skipped in one line where there is no Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WHY_SKIPPED = "browser tests skipped: no Chromium here (Debian: apt-get install chromium)"
# Chromium's own requests to its maker are off: what is left is the page's.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_LIMIT_S = 60
# Three workers share two processors: what takes a second alone may take many.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("BCUMAP_REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(WHY_SKIPPED)


def start_server(log: Path | None = None, **settings: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the app on a free port, what it says in a file; return the process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (log or Path(os.devnull)).open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
             "--server.address", "127.0.0.1"],
            cwd=ROOT, env=os.environ | settings, stdout=told, stderr=told,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_LIMIT_S
    base = settings.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}{base}/_stcore/health", timeout=1):
                return process, address
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"the app did not start within {START_LIMIT_S} s")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    process, address = start_server()
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def until(
    is_so: Callable[[], object], within_s: float = 60, why: Callable[[], object] = lambda: ""
) -> None:
    """Wait for what no locator tells; Playwright's way runs text, which our policy refuses."""
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, f"it did not come to pass {why()}"
        time.sleep(0.05)


# A function of the page: the contrast of colours, each painted over the ones before it, between the
# first list and the second (WCAG 2.2, 1.4.3).
CONTRAST = """(ground, drawn) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colours) => {
    colours.forEach((each) => { canvas.fillStyle = each; canvas.fillRect(0, 0, 1, 1); });
    const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.05 + 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const [one, other] = [light(ground), light(drawn)];
  return Math.max(one, other) / Math.min(one, other);
}"""
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def at_night(*values: object) -> ParameterSet:
    """One more example of what others show by day."""
    return pytest.param(*values, marks=pytest.mark.nightly)


def _wait_for_live(page: Page) -> None:
    """Let a page go on, whatever it opens, when its first picture has given way."""

    def waiting(open_: Callable[..., Any]) -> Callable[..., Any]:
        def opened(*words: object, **named: object) -> Any:
            answer = open_(*words, **named)
            page.wait_for_selector("#bcumap-first", state="detached")
            return answer

        return opened

    if "goto" in vars(page):  # it does so already
        return
    for name in ("goto", "reload", "go_back"):
        setattr(page, name, waiting(getattr(page, name)))


class Visit:
    """A page, and everything it asked for, said and received.

    In a browser that has nothing of ours yet, unless it is given a tab that was here before.
    """

    def __init__(
        self, browser: Browser, address: str, *, tab: Page | None = None, **context: object
    ) -> None:
        self.address = address
        self.page: Page = tab or browser.new_context(**(DESK | context)).new_page()
        self.context = self.page.context
        self.context.set_default_timeout(60_000)
        _wait_for_live(self.page)
        self.requests: list[Request] = []
        self.console: list[str] = []
        self.received = 0  # bytes on the websocket
        self._listeners: dict[str, Callable[[Any], None]] = {
            "request": lambda request: self.requests.append(request),
            "console": self._heard,
            "pageerror": lambda error: self.console.append(f"error: {error}"),
            "websocket": self._watch,
        }
        for event, listener in self._listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]

    def go(self, link: str = "/") -> Page:
        """Open a link and wait until the map is drawn and the page is written to its end."""
        self.page.goto(self.address + link)
        self.page.locator(".bcumap path.bcumap-area").first.wait_for(state="attached")
        self.page.locator(".bcumap-footer").wait_for(state="attached")
        return self.page

    def asked_since(self, number: int) -> list[str]:
        """What was asked for since, but for the icon, which Streamlit sets anew."""
        urls = (request.url for request in self.requests[number:])
        return [url for url in urls if not re.search(r"/(favicon|icon-)[^/]*$", url)]

    def settle(self, quiet_s: float = 1) -> None:
        """Wait until nothing has been asked for or received for a while."""
        seen, since = (-1, -1), time.monotonic()
        while time.monotonic() - since < quiet_s:
            self.page.wait_for_timeout(100)
            if (now := (len(self.requests), self.received)) != seen:
                seen, since = now, time.monotonic()

    def strangers(self) -> list[str]:
        """The requests that left for another host."""
        ours = (self.address, self.address.replace("http", "ws"), "data:", "blob:")
        return [request.url for request in self.requests if not request.url.startswith(ours)]

    def leave(self) -> None:
        """End the session and leave the tab to the next visit as a new one would be."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.context.unroute_all(behavior="ignoreErrors")
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.emulate_media(media="null", color_scheme="light")
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text}")

    def _watch(self, websocket: WebSocket) -> None:
        def count(payload: bytes | str) -> None:
            self.received += len(payload)

        websocket.on("framereceived", count)


class Gallery(Visit):
    """A page that tests only look at: who asks for the same link as the last sees the same page."""

    shown = ""

    def go(self, link: str = "/") -> Page:
        if link != self.shown:
            self.shown = ""
            super().go(link)
            self.shown = link
        return self.page


@pytest.fixture(scope="session")
def _gallery(browser: Browser, server: str) -> Iterator[Gallery]:
    with closing(browser.new_context(**DESK)) as context:
        yield Gallery(browser, server, tab=context.new_page())


@pytest.fixture
def looks(_gallery: Gallery, request: pytest.FixtureRequest) -> Gallery:
    """A page that is there for several tests, which must leave it as it is."""
    if getattr(request.node, "execution_count", 1) > 1:  # it failed, perhaps by what it saw
        _gallery.shown = ""
    return _gallery


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A desktop's browser, whose cache all tests share: first loads are their own test's."""
    with closing(browser.new_context(**DESK)) as context:
        yield context


@pytest.fixture(scope="session")
def pocket(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's browser, whose cache all tests share."""
    with closing(browser.new_context(**PHONE)) as context:
        yield context


def visited(browser: Browser, address: str, warm: BrowserContext) -> Iterator[Visit]:
    """Visit in a tab that was here before: a new session, at half the cost of a new tab.

    Nothing of ours is kept in a tab; what failed in one leaves it closed, not to the next test.
    """
    tab = warm.pages[0] if warm.pages else warm.new_page()
    visit = Visit(browser, address, tab=tab)
    yield visit
    for page in warm.pages[1:]:
        page.close()
    try:
        visit.leave()
    except PlaywrightError:
        tab.close()


@pytest.fixture
def visit(browser: Browser, server: str, desk: BrowserContext) -> Iterator[Visit]:
    yield from visited(browser, server, desk)


@pytest.fixture
def phone(browser: Browser, server: str, pocket: BrowserContext) -> Iterator[Visit]:
    yield from visited(browser, server, pocket)
