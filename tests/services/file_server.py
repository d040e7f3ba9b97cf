"""A small server of files and lists on loopback, told request by request how to misbehave."""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class FileServer:
    """What the server holds by path (with its query), its faults by request, and what it saw."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)  # redirects
    etag: str = '"one"'
    knows_ranges: bool = True
    faults: dict[int, Fault] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)  # path, Range
    crashes: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    state: FileServer

    def do_GET(self) -> None:
        path, state = unquote(self.path), self.state
        state.requests.append((path, self.headers.get("Range", "")))
        fault = state.faults.get(len(state.requests))
        if path in state.moved:
            return self.answer(302, b"", Location=state.moved[path])
        if path not in state.files:
            return self.answer(404, b"no")
        content, code, more = state.files[path], 200, {"ETag": state.etag}
        begins = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range", state.etag) == state.etag
        if begins and state.knows_ranges and is_same:
            start, size = int(begins[1]), len(content)
            if start >= size:
                return self.answer(416, b"")
            content, code = content[start:], 206
            more["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        if fault:
            return fault(self, content)
        return self.answer(code, content, **more)

    def answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


Fault = Callable[[_Handler, bytes], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    state: FileServer

    def handle_error(self, *_: object) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            self.state.crashes.append(repr(sys.exception()))


@contextmanager
def running() -> Iterator[FileServer]:
    """Serve on a free port of loopback until left."""
    state = FileServer()
    handler = type("Handler", (_Handler,), {"state": state})
    with _Server(("127.0.0.1", 0), handler) as server:
        server.state = state
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
    assert state.crashes == []


def published(server: FileServer, **files: dict[str, bytes]) -> None:
    """Put data sets on a server as the Datastore has them: a file's name is its title, too."""
    for dataset, named in files.items():
        resources = {}
        for number, (name, content) in enumerate(named.items()):
            resources[f"r{number}"] = {"title": name, "url": f"https://elsewhere.example/x/{name}"}
            server.files[f"/download/{dataset}/r{number}/{name}"] = content
        server.files[f"/api/v2/dataset/{dataset}"] = json.dumps({"resources": resources}).encode()


def half(handler: _Handler, content: bytes) -> None:
    """Half of what is promised, then the end of the connection."""
    code = 206 if handler.headers.get("Range") else 200
    handler.close_connection = True
    handler.send_response(code)
    handler.send_header("Content-Length", str(len(content)))
    handler.send_header("ETag", handler.state.etag)
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def reset(handler: _Handler, content: bytes) -> None:
    """Drop the connection with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def status(code: int, **headers: str) -> Fault:
    """Another status than 200."""
    return lambda handler, _: handler.answer(code, b"no", **headers)


def other(body: bytes) -> Fault:
    """Another content."""
    return lambda handler, _: handler.answer(200, body)
