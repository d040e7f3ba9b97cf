"""Many first visitors at once, at the level of the protocol: `python -m benchmarks.clients` < job.

A process of its own, so that the clients do not share an interpreter with what they measure. It
speaks HTTP/1.1 by hand, because httpx would measure itself: for the files of 20 first loads it
needs 14 s where this needs 0.7 s. What goes over the websocket are Streamlit's own messages.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

HOST = "127.0.0.1"
CONNECTIONS = 6  # what browsers open to one host
LONGEST_HEAD = 1 << 16
# As browsers are: they send no pings, and wait for a server however long it is busy.
PATIENT: dict[str, Any] = {"max_size": None, "open_timeout": None, "ping_interval": None}


@dataclass(frozen=True)
class Job:
    """What every client does: fetch the page and `first`, run the script, then fetch `later`."""

    port: int
    clients: int
    first: Sequence[str]
    later: Sequence[str]


@dataclass
class Outcome:
    """How long it took until all were served, and what one client received (bytes)."""

    seconds: float = 0.0
    files: dict[str, int] = field(default_factory=dict)
    websocket: int = 0


async def visits(job: Job) -> Outcome:
    """Let all clients visit at the same moment."""
    start = time.perf_counter()
    outcomes = await asyncio.gather(*(_visit(job) for _ in range(job.clients)))
    outcomes[0].seconds = time.perf_counter() - start
    return outcomes[0]


async def _visit(job: Job) -> Outcome:
    outcome = Outcome()
    await _fetch_all(job.port, ["/"], outcome.files)
    await _fetch_all(job.port, job.first, outcome.files)
    url = f"ws://{HOST}:{job.port}/_stcore/stream"
    async with connect(url, subprotocols=[Subprotocol("streamlit")], **PATIENT) as socket:
        outcome.websocket = await _run_script(socket)
        await _fetch_all(job.port, job.later, outcome.files)
    return outcome


async def _run_script(socket: ClientConnection) -> int:
    """Ask for the script to be run and return how many bytes come until it has been."""
    request = BackMsg()
    request.rerun_script.query_string = ""
    await socket.send(request.SerializeToString())
    received = 0
    async for frame in socket:
        assert isinstance(frame, bytes)
        received += len(frame)
        message = ForwardMsg.FromString(frame)
        if message.WhichOneof("type") == "script_finished":
            assert message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            break
    return received


async def _fetch_all(port: int, paths: Sequence[str], sizes: dict[str, int]) -> None:
    """Fetch files over a few connections that are kept open; note the size of each."""
    waiting = list(reversed(paths))
    await asyncio.gather(
        *(_fetch_in_turn(port, waiting, sizes) for _ in range(min(CONNECTIONS, len(paths))))
    )


async def _fetch_in_turn(port: int, waiting: list[str], sizes: dict[str, int]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port, limit=LONGEST_HEAD)
    try:
        while waiting:
            path = waiting.pop()
            request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept-Encoding: gzip\r\n\r\n"
            writer.write(request.encode())
            sizes[path] = await _body_size(path, reader)
    finally:
        writer.close()


async def _body_size(path: str, reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return the size of its body as it was sent."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status, _, _ = head.partition("\r\n")
    if " 200 " not in status:
        raise RuntimeError(f"{path}: {status}")
    if length := re.search(r"\r\ncontent-length: *(\d+)", head):
        return len(await reader.readexactly(int(length[1])))
    assert "transfer-encoding: chunked" in head, f"{path}: an answer of unknown length"
    size = 0
    while chunk := int((await reader.readline()).partition(b";")[0], 16):
        size += chunk
        await reader.readexactly(chunk + 2)  # the chunk and its line's end
    await reader.readline()
    return size


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(visits(Job(**json.load(sys.stdin)))))))
