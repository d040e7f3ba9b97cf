"""data.police.uk on loopback, with its rate limit, told ward by ward how to misbehave.

Answers have the shapes of the recorded ones; the names of people are made up, and each is unlike
anything else that is sent, so that a search for them finds them wherever they went.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LIST = "neighbourhoods"
RANKS = ("PC", "PC", "PCSO", "Sergeant", "Inspector", None)


def neighbourhood(number: int) -> dict[str, Any]:
    """One of the list; some ids have an N, some names an apostrophe."""
    names = ("Campden", "Earl's Court", "St Mary's & St James")
    code = f"E0500{9317 + number}{'N' if number % 5 == 3 else ''}"
    return {"id": code, "name": f"{names[number % 3]} {number}"}


def detail(listed: dict[str, Any]) -> dict[str, Any]:
    """What the service says of a team: HTML, numbers as text, coordinates that are null."""
    here = f"https://www.met.police.uk/area/{listed['id']}"
    return listed | {
        "description": "<p>Welcome to <b>the team</b>.</p>",
        "url_force": here,
        "population": "13937",
        "centre": {"latitude": "51.4945", "longitude": "-0.132436"},
        "contact_details": {
            "email": f"{listed['id']}.snt@met.police.uk",
            "telephone": "0208 721 2876",
            "twitter": "https://twitter.com/MetTeam",
            "facebook": "javascript:alert(1)",
        },
        "links": [{"title": None, "url": here, "description": None}],
        "locations": [{"type": "station", "latitude": None, "longitude": None}],
    }


def people(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """The people of a team, one of each of RANKS."""
    return [
        {
            "name": f"Zebedee Quillfeather{listed['id']}x{number}",
            "rank": rank,
            "bio": "<p>Likes zucchetto hats</p>" if number else None,
            "contact_details": {"email": f"zq{number}@private.example"} if number else {},
        }
        for number, rank in enumerate(RANKS)
    ]


def priorities(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """What a team works on: HTML, the oldest first, some without an action."""
    return [
        {
            "issue": f"<p>Burglary in {listed['name']}</p>",
            "issue-date": "2024-03-05T00:00:00",
            "action": "<p>Patrols &amp; advice</p>",
            "action-date": "2024-06-01T00:00:00",
        },
        {"issue": "<p>Moped theft</p>", "issue-date": "2026-10-01T00:00:00", "action": None},
    ]


def events(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """A meeting long past, and one that is still to come."""
    return [
        {
            "title": title,
            "description": "<p>Meet the team</p>",
            "address": f"{listed['name']} library",
            "type": "meeting",
            "start_date": start,
            "end_date": None,
            "contact_details": {},
        }
        for title, start in (("Ward panel", "2999-01-31T18:30:00"), ("Old", "2019-01-01T10:00:00"))
    ]


PRIVATE = re.compile(r"zebedee|quillfeather|zucchetto|private\.example|zq\d", re.IGNORECASE)


# --- The server


@dataclass
class PoliceServer:
    """What the server has, how it misbehaves (`faults`, by path and turn) and what it saw."""

    wards: list[dict[str, Any]] = field(
        default_factory=lambda: [neighbourhood(number) for number in range(12)]
    )
    url: str = ""
    per_s: float = 1000.0
    burst: int = 1000
    latency_s: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)  # by id, instead of the usual ones
    people: dict[str, Any] = field(default_factory=dict)
    priorities: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Any] = field(default_factory=dict)
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    violations: int = 0
    crashes: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turns: Counter[str] = field(default_factory=Counter)
    tokens: float = -1.0
    filled: float = 0.0

    def fail(self, path: str, fault: Fault, turns: Iterable[int] = (1,)) -> None:
        """Answer a path ("E05009317/people") with a fault at its first turn, or at these."""
        self.faults.update({(path, turn): fault for turn in turns})

    def seen(self, path: str) -> tuple[int, bool]:
        """Note a request; give whose turn it is and whether the rate allows it."""
        with self.lock:
            now = time.monotonic()
            full = self.burst if self.tokens < 0 else self.tokens
            self.tokens = min(self.burst, full + (now - self.filled) * self.per_s)
            self.filled = now
            allowed = self.tokens >= 1
            self.tokens -= allowed
            self.violations += not allowed
            self.requests.append(path)
            self.times.append(now)
            self.turns[path] += allowed
            return self.turns[path], allowed

    def answer(self, path: str) -> Any:
        """Answer as a faultless server does; None if there is no such thing."""
        if path == LIST:
            return self.wards
        police_id, _, what = path.partition("/")
        listed = next((ward for ward in self.wards if ward["id"] == police_id), None)
        if listed is None or what not in ("", "people", "priorities", "events"):
            return None
        if what:
            own = getattr(self, what)
            usual = {"people": people, "priorities": priorities, "events": events}[what]
            return own.get(police_id, usual(listed))
        return detail(listed) | self.details.get(police_id, {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10  # s; no test keeps a connection idle so long
    disable_nagle_algorithm = True  # headers and body are written apart
    state: PoliceServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/metropolitan/")
        turn, allowed = self.state.seen(path)
        time.sleep(self.state.latency_s)
        answer = self.state.answer(path)
        if not allowed:
            send(self, 429, b"too many", Retry_After="1")
        elif fault := self.state.faults.get((path, turn)):
            fault(self, answer)
        elif answer is None:
            send(self, 404, b"Not Found")
        else:
            send(self, 200, json.dumps(answer).encode())

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    state: PoliceServer

    def handle_error(self, *_: object) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            self.state.crashes.append(repr(sys.exception()))


@contextmanager
def running(**settings: Any) -> Iterator[PoliceServer]:
    """Serve on a free port of loopback until left; the handler must not have crashed."""
    state = PoliceServer(**settings)
    handler = type("Handler", (_Handler,), {"state": state})
    with _Server(("127.0.0.1", 0), handler) as server:
        server.state = state
        state.url = f"http://127.0.0.1:{server.server_port}/api"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.stopping.set()
            server.shutdown()
            thread.join()
    assert state.crashes == []


# --- Faults: each takes the handler and the answer that would have been right

Fault = Callable[[_Handler, Any], None]


def send(handler: _Handler, code: int, content: bytes, **headers: str) -> None:
    handler.send_response(code)
    for name, value in {"Content_Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def status(code: int, **headers: str) -> Fault:
    return lambda handler, _: send(handler, code, b"no", **headers)


def body(content: bytes) -> Fault:
    return lambda handler, _: send(handler, 200, content)


def truncated(handler: _Handler, answer: Any) -> None:
    """Half of the JSON, as if it were all."""
    content = json.dumps(answer).encode()
    send(handler, 200, content[: len(content) // 2])


def cut_short(handler: _Handler, answer: Any) -> None:
    """Half of the promised bytes, then the end of the connection."""
    content = json.dumps(answer).encode()
    handler.close_connection = True
    send(handler, 200, content[: len(content) // 2], Content_Length=str(len(content)))


def reset(handler: _Handler, answer: Any) -> None:
    """Drop the connection with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def stall(handler: _Handler, answer: Any) -> None:
    """Say nothing until the server stops."""
    handler.close_connection = True
    handler.state.stopping.wait()


def drip(handler: _Handler, answer: Any) -> None:
    """A byte of a header now and then: the socket is never silent for long."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.state.stopping.wait(0.02):
        handler.wfile.write(b"a")


def endless(handler: _Handler, answer: Any) -> None:
    """A body that never ends."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not handler.state.stopping.wait(0.005):
        handler.wfile.write(b" " * 65_536)
