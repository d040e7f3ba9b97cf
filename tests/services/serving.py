"""What the small servers of these tests have in common: a free port, plain answers, and faults."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


@dataclass
class State:
    """Where a server is, whether its handler crashed, and whether it is about to stop."""

    url: str = ""
    crashes: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


Served = TypeVar("Served", bound=State)


class Handler(BaseHTTPRequestHandler):
    """What answers; `state` is that of its server."""

    protocol_version = "HTTP/1.1"
    timeout = 10  # s; no test keeps a connection idle so long
    disable_nagle_algorithm = True  # headers and body are written apart
    state: Any

    def answer(self, code: int, body: bytes, **headers: str) -> None:
        """Answer in full; the _ of a header's name stands for its -."""
        self.send_response(code)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    state: State

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Let no connection wait for a further request."""
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RD)

    def handle_error(self, *_: object) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            self.state.crashes.append(repr(sys.exception()))


@contextmanager
def served(
    state: Served, handler: type[Handler], *, path: str = "", waits: bool = True
) -> Iterator[Served]:
    """Serve on a free port of loopback until left; the handler must not have crashed.

    Parameters
    ----------
    path
        What the address of the server ends in.
    waits
        Whether leaving waits for every connection.
    """
    with _Server(("127.0.0.1", 0), type("Of", (handler,), {"state": state})) as server:
        server.state, server.daemon_threads = state, not waits
        state.url = f"http://127.0.0.1:{server.server_port}{path}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.stopping.set()
            server.shutdown()
            server.hang_up()
            thread.join()
    assert state.crashes == []


# --- Faults: each takes the handler and the answer that would have been right

Fault = Callable[[Handler, Any], None]


def status(code: int, **headers: str) -> Fault:
    """Another status than 200."""
    return lambda handler, _: handler.answer(code, b"no", **headers)


def body(content: bytes) -> Fault:
    """Another content."""
    return lambda handler, _: handler.answer(200, content)


def truncated(handler: Handler, answer: Any) -> None:
    """Half of the JSON, as if it were all."""
    content = json.dumps(answer).encode()
    handler.answer(200, content[: len(content) // 2])


def cut_short(handler: Handler, answer: Any) -> None:
    """Half of the promised bytes, then the end of the connection."""
    content = json.dumps(answer).encode()
    handler.answer(200, content[: len(content) // 2], Content_Length=str(len(content)))
    handler.close_connection = True


def reset(handler: Handler, _: Any) -> None:
    """Drop the connection with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def stall(handler: Handler, _: Any) -> None:
    """Say nothing until the server stops."""
    _trickle(handler, b"")


def stall_body(handler: Handler, _: Any) -> None:
    """Send headers and a part of the body, then nothing."""
    _trickle(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")


def drip_body(handler: Handler, _: Any) -> None:
    """A byte of the body now and then: the socket is never silent for long."""
    _trickle(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" ")


def drip_headers(handler: Handler, _: Any) -> None:
    """A byte of a header now and then."""
    _trickle(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")


def endless(handler: Handler, _: Any) -> None:
    """A body that never ends, some megabytes a second."""
    _trickle(handler, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" " * 65_536, every_s=0.005)


def _trickle(handler: Handler, start: bytes, then: bytes = b"", every_s: float = 0.02) -> None:
    handler.close_connection = True
    handler.wfile.write(start)
    while not handler.state.stopping.wait(every_s):
        handler.wfile.write(then)
