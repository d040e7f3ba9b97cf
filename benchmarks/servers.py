"""The three Streamlit servers that are compared, each a process of its own, on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks.machine import ROOT

START_TIMEOUT_S = 60


@dataclass(frozen=True)
class Page:
    """A page to serve, and how one sees in a browser that it is there."""

    name: str
    script: str
    content: str  # a CSS selector of what the page is for
    from_cdns: bool = False  # needs scripts from other hosts


APP = Page("bcumap", "app.py", ".bcumap path.bcumap-area")
EMBEDDED = Page("embedded", "benchmarks/pages/embedded.py", ".leaflet-interactive", from_cdns=True)
EMPTY = Page("empty", "benchmarks/pages/empty.py", '[data-testid="stMarkdown"]')
PAGES = (APP, EMBEDDED, EMPTY)


@dataclass(frozen=True)
class Server:
    """A running server."""

    page: Page
    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resident_mb(self) -> float:
        """The memory that it has in use now."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in family)) / 1e6

    def peak_mb(self) -> float:
        """The most memory that it has had in use since it started (Linux only)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024 / 1e6


@contextmanager
def running(*pages: Page) -> Iterator[list[Server]]:
    """Serve pages until the block ends, whatever happens in it."""
    with ExitStack() as stack:
        yield [stack.enter_context(_serving(page)) for page in pages]


@contextmanager
def _serving(page: Page) -> Iterator[Server]:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", page.script]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        try:
            server = Server(page, port, psutil.Process(process.pid))
            _wait_for(server, process)
            yield server
        finally:
            process.kill()
            process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{server.url}/_stcore/health"):  # noqa: S310 (loopback)
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"`streamlit run {server.page.script}` did not start; run it to see why")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
