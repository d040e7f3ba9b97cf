"""A small server of files and lists on loopback, told request by request how to misbehave."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.services.serving import Fault, Handler, State, served


@dataclass
class FileServer(State):
    """What the server holds by path (with its query), its faults by request, and what it saw."""

    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)  # redirects
    etag: str = '"one"'
    knows_ranges: bool = True
    faults: dict[int, Fault] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)  # path, Range


class _Handler(Handler):
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


def running() -> AbstractContextManager[FileServer]:
    """Serve on a free port of loopback until left."""
    return served(FileServer(), _Handler)


def published(server: FileServer, **files: dict[str, bytes]) -> None:
    """Put data sets on a server as the Datastore has them: a file's name is its title, too."""
    for dataset, named in files.items():
        resources = {}
        for number, (name, content) in enumerate(named.items()):
            resources[f"r{number}"] = {"title": name, "url": f"https://elsewhere.example/x/{name}"}
            server.files[f"/download/{dataset}/r{number}/{name}"] = content
        server.files[f"/api/v2/dataset/{dataset}"] = json.dumps({"resources": resources}).encode()


def half(handler: Handler, content: bytes) -> None:
    """Half of what is promised, then the end of the connection."""
    code, size = 206 if handler.headers.get("Range") else 200, len(content)
    promised = {"Content_Length": str(size), "ETag": handler.state.etag}
    handler.answer(code, content[: size // 2], **promised)
    handler.close_connection = True
