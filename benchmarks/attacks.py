"""What one hostile client can take from the others: loopback only, bounded in number and time."""

from __future__ import annotations

import asyncio
import contextlib
import math
import multiprocessing
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from streamlit.file_util import get_static_dir
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from benchmarks.machine import ROOT
from benchmarks.measure import Figure

TITLE = "Attacks: what others notice of one hostile client"
ROUNDS = 1

HOST = "127.0.0.1"
START_S = 60
FIND, HEALTH = "/api/v1/find?q=SE8%204RX", "/_stcore/health"
FIND_MS, HEALTH_MS = 200, 1000
EACH_S = 20  # the longest that a question of another client is waited for
FILE_BYTES, FILES = 49_000_000, 30
GROWTH_MB, FREED_S = 150, 300
VISITORS = 300
HALF_SENT, HALF_SENT_S = 500, 30
DRAWN_FOR, DRAWN_S = 80, 30
LIGHT_MS, SURPLUS_MS = 500, 1000
MEGABYTE = 1_000_000


@dataclass
class Attacked:
    """A server of its own to attack, with a limit of open files if one is given."""

    port: int
    process: psutil.Process
    log: Any

    def resident_mb(self) -> float:
        """The memory that it has in use now, files in memory not counted."""
        return float(self.process.memory_info().rss) / MEGABYTE

    def log_bytes(self) -> int:
        """How much it has written."""
        return int(self.log.seek(0, 2))


@contextmanager
def attacked(
    files: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Attacked]:
    """Serve the app until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.port={port}", f"--server.address={HOST}"]
    limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(os.environ) | dict(environment or {}),
            stdout=log,
            stderr=log,
            preexec_fn=limit,
        )
        try:
            server = Attacked(port, psutil.Process(process.pid), log)
            asyncio.run(_until_up(port))
            yield server
        finally:
            process.kill()
            process.wait()


async def _until_up(port: int) -> None:
    for _ in range(START_S * 10):
        with contextlib.suppress(OSError):
            if b" 200 " in await ask(port, HEALTH):
                return
        await asyncio.sleep(0.1)
    raise RuntimeError("the server did not start")


async def ask(port: int, path: str, within_s: float = EACH_S) -> bytes:
    """Return the whole answer to a GET on a connection of its own."""
    async with asyncio.timeout(within_s):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return await reader.read()
        finally:
            writer.close()


@dataclass
class Watch:
    """What another client waits for while an attack goes on (ms)."""

    find: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)


@asynccontextmanager
async def watching(port: int) -> AsyncIterator[Watch]:
    """Ask again and again until the block ends."""
    watch = Watch()
    tasks = [
        asyncio.create_task(_ask_on(port, FIND, watch.find)),
        asyncio.create_task(_ask_on(port, HEALTH, watch.health)),
    ]
    try:
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, AssertionError | OSError):
                raise outcome


async def _ask_on(port: int, path: str, taken: list[float]) -> None:
    while True:
        start = time.perf_counter()
        try:
            answer = await ask(port, path)
            assert b" 200 " in answer.split(b"\r\n", 1)[0], answer[:80]
        except TimeoutError:
            continue
        finally:  # also if it is still waited for when the attack ends
            taken.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.05)


def rerun() -> bytes:
    """A message that lets the script run again."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    return message.SerializeToString()


def page(port: int, **options: Any) -> connect:
    """Open a page's WebSocket, as a program does."""
    given: dict[str, Any] = {"max_size": None, "ping_interval": None, "close_timeout": 1}
    url = f"ws://{HOST}:{port}/_stcore/stream"
    return connect(url, subprotocols=[Subprotocol("streamlit")], **given | options)


def _flood(port: int, connections: int, each_s: float, reading: bool) -> None:
    """Attack from a process of its own, so that the others' clients are not slowed by it."""
    asyncio.run(flood(port, connections, each_s, reading=reading))


async def flood(port: int, connections: int, each_s: float, *, reading: bool) -> None:
    """Send 50 reruns a second on each connection, then leave."""

    async def one() -> None:
        with contextlib.suppress(WebSocketException, OSError, TimeoutError):
            async with page(port, max_queue=None if reading else 1) as stream:
                reader = asyncio.create_task(_read(stream)) if reading else None
                end = time.monotonic() + each_s
                while time.monotonic() < end:
                    await asyncio.wait_for(stream.send(rerun()), end - time.monotonic() + 1)
                    await asyncio.sleep(0.02)
                if reader:
                    reader.cancel()

    await asyncio.gather(*(one() for _ in range(connections)))


async def _read(stream: ClientConnection) -> None:
    async for _ in stream:
        pass


def run(rounds: int) -> Iterator[Figure]:
    """Every attack in turn, each on a server of its own."""
    for _ in range(rounds):
        for reading in (False, True):
            with attacked() as server:
                yield from reruns(server, reading=reading)
        with attacked() as server:
            yield from uploads(server)
        with attacked(files=1024) as server:
            yield from visitors(server)
        with attacked() as server:
            yield from half_sent(server)
        with attacked() as server:
            yield from pictures(server)


def reruns(
    server: Attacked, *, reading: bool, connections: int = 10, each_s: float = 20
) -> Iterator[Figure]:
    """Ten connections ask for 50 reruns a second each."""
    watch, after_ms = asyncio.run(_reruns(server.port, connections, each_s, reading))
    how = "reading" if reading else "not reading"
    what = f"{connections} connections × 50 reruns/s × {each_s:g} s, {how}"
    find = sorted(watch.find)[math.ceil(len(watch.find) * 0.99) - 1]
    asked = f"{len(watch.find)} questions"
    yield Figure(f"{what}: another's find, p99", find, "ms", at_most=FIND_MS, detail=asked)
    worst = max(watch.health)
    yield Figure(f"{what}: health, worst", worst, "ms", at_most=HEALTH_MS)
    yield Figure(f"{what}: health once they left", after_ms, "ms", at_most=HEALTH_MS)


async def _reruns(port: int, connections: int, each_s: float, reading: bool) -> tuple[Watch, float]:
    await ask(port, FIND)
    attacker = multiprocessing.get_context("spawn").Process(
        target=_flood, args=(port, connections, each_s, reading)
    )
    async with watching(port) as watch:
        attacker.start()
        await asyncio.to_thread(attacker.join)
    start = time.perf_counter()
    with contextlib.suppress(TimeoutError):
        await ask(port, HEALTH)
    return watch, (time.perf_counter() - start) * 1000


def uploads(
    server: Attacked, *, files: int = FILES, size: int = FILE_BYTES, freed_s: float = FREED_S
) -> Iterator[Figure]:
    """One session uploads many large files, ten at once, and leaves."""
    asyncio.run(flood(server.port, 1, 3, reading=True))  # which loads what all visits need
    before = server.resident_mb()
    statuses, most = asyncio.run(bring(server, files, size))
    what = f"{files} uploads of {size / MEGABYTE:g} MB by one session"
    told = ", ".join(f"{statuses.count(each)} × {each}" for each in sorted(set(statuses)))
    yield Figure(f"{what}: memory, most", most - before, "MB", at_most=GROWTH_MB, detail=told)
    end = time.monotonic() + freed_s
    while time.monotonic() < end and server.resident_mb() - before > GROWTH_MB / 3:
        time.sleep(1)
    left = server.resident_mb() - before
    waited = f"{freed_s - max(0.0, end - time.monotonic()):.0f} s after the visitor left"
    yield Figure(f"{what}: memory left", left, "MB", at_most=GROWTH_MB / 3, detail=waited)


async def bring(server: Attacked, files: int, size: int) -> tuple[list[int], float]:
    """Return the answers' statuses and the most memory meanwhile (MB)."""
    most, turns = server.resident_mb(), asyncio.Semaphore(10)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, server.resident_mb())
            await asyncio.sleep(0.02)

    async with page(server.port) as stream:
        await stream.send(rerun())
        session = ""
        while not session:
            message = ForwardMsg.FromString(await stream.recv())
            session = message.new_session.initialize.session_id
        reader, watcher = asyncio.create_task(_read(stream)), asyncio.create_task(watch())
        token = await _token(server.port)
        each = [_upload(server.port, session, token, n, size, turns) for n in range(files)]
        statuses = await asyncio.gather(*each)
        reader.cancel()
        watcher.cancel()
    return statuses, most


async def _token(port: int) -> str:
    """Return the token that the server wants to see again with an upload."""
    head = (await ask(port, "/_stcore/host-config")) + await ask(port, HEALTH)
    found = re.search(rb"_streamlit_xsrf=([^;\r]+)", head)
    return found[1].decode() if found else ""


async def _upload(
    port: int, session: str, token: str, number: int, size: int, turns: asyncio.Semaphore
) -> int:
    """Upload a file of zeros; return the status of the answer, 0 if there was none."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    lines = (
        f"PUT /_stcore/upload_file/{session}/{number} HTTP/1.1\r\nHost: x\r\n"
        f"X-Xsrftoken: {token}\r\nCookie: _streamlit_xsrf={token}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {len(head) + size + len(tail)}\r\n\r\n"
    )
    async with turns:
        reader, writer = await asyncio.open_connection(HOST, port)
        answer = asyncio.create_task(reader.readline())
        with contextlib.suppress(OSError):
            writer.write(lines.encode() + head)
            for _ in range(0, size, MEGABYTE):
                writer.write(bytes(min(MEGABYTE, size)))
                await writer.drain()
                if answer.done():
                    break
            writer.write(tail)
        with contextlib.suppress(OSError, TimeoutError, IndexError, ValueError):
            status = int((await asyncio.wait_for(answer, 60)).split()[1])
            writer.close()
            return status
        writer.close()
        return 0


def visitors(server: Attacked, *, crowd: int = VISITORS) -> Iterator[Figure]:
    """Many visitors come at once and stay, each with a page and its WebSocket."""
    before = server.log_bytes()
    told, health = asyncio.run(_visitors(server.port, crowd))
    what = f"{crowd} visitors at once, 1,024 files"
    answers = ", ".join(f"{told.count(each)} × {each}" for each in sorted(set(told)))
    yield Figure(f"{what}: without an answer", told.count(0), "", at_most=0, detail=answers)
    yield Figure(f"{what}: health meanwhile, worst", health, "ms")
    yield Figure(f"{what}: log", (server.log_bytes() - before) / 1000, "KB", at_most=1000)


async def _visitors(port: int, crowd: int) -> tuple[list[int], float]:
    """Return what each was answered last (101 if it saw the page), and the worst wait (ms)."""
    leave = asyncio.Event()

    async def one(told: list[int]) -> None:
        try:
            told.append(int((await ask(port, "/", 60)).split()[1]))
            async with page(port, open_timeout=60) as stream:
                told.append(await _seen(stream))
                reader = asyncio.create_task(_read(stream))
                await leave.wait()
                reader.cancel()
        except InvalidStatus as refused:
            told.append(refused.response.status_code)
        except (OSError, WebSocketException, IndexError):
            told.append(0)

    answers: list[list[int]] = [[] for _ in range(crowd)]
    async with watching(port) as watch:
        tasks = [asyncio.create_task(one(told)) for told in answers]
        for _ in range(600):
            await asyncio.sleep(0.1)
            if all(len(told) > 1 for told in answers):
                break
        await asyncio.sleep(3)
        leave.set()
        for task in asyncio.as_completed(tasks, timeout=60):
            with contextlib.suppress(TimeoutError):
                await task
    return [(told or [0])[-1] for told in answers], max(watch.health)


async def _seen(stream: ClientConnection) -> int:
    """Run the script to its end, as a page does when it opens; 0 if no end comes."""
    await stream.send(rerun())
    async for frame in stream:
        assert isinstance(frame, bytes)
        if ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished":
            return 101
    return 0


def half_sent(server: Attacked, *, crowd: int = HALF_SENT) -> Iterator[Figure]:
    """Many send half a request, or nothing, and wait."""
    closed, health = asyncio.run(_half_sent(server.port, crowd))
    what = f"{crowd} half-sent requests"
    yield Figure(f"{what}: until the last was closed", closed, "s", at_most=HALF_SENT_S)
    yield Figure(f"{what}: health meanwhile, worst", health, "ms", at_most=HEALTH_MS)


async def _half_sent(port: int, crowd: int) -> tuple[float, float]:
    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write((b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-")[number % 2])
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()

    start = time.perf_counter()
    async with watching(port) as watch:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HALF_SENT_S * 2):
                await asyncio.gather(*(one(number) for number in range(crowd)))
    return time.perf_counter() - start, max(watch.health)


def pictures(
    server: Attacked, *, crowd: int = DRAWN_FOR, each_s: float = DRAWN_S
) -> Iterator[Figure]:
    """Many ask for pictures, each for another one, while fonts and icons are wanted."""
    light, told = asyncio.run(_pictures(server.port, crowd, each_s))
    refused = sorted(ms for status, ms in told if status == 503)
    what = f"{crowd} clients ask for pictures for {each_s:g} s"
    p99 = sorted(light)[math.ceil(len(light) * 0.99) - 1]
    yield Figure(
        f"{what}: fonts and icon, p99", p99, "ms", at_most=LIGHT_MS, detail=f"{len(light)} asked"
    )
    statuses = [status for status, _ in told]
    answers = ", ".join(f"{statuses.count(each)} × {each}" for each in sorted(set(statuses)))
    worst = refused[-1] if refused else math.inf
    yield Figure(f"{what}: surplus refused, worst", worst, "ms", at_most=SURPLUS_MS, detail=answers)


async def _pictures(
    port: int, crowd: int, each_s: float
) -> tuple[list[float], list[tuple[int, float]]]:
    """Return what fonts and icons took (ms), and each picture's status and time (ms)."""
    told: list[tuple[int, float]] = []
    light: list[float] = []
    tasks = [asyncio.create_task(_draw_on(port, number, told)) for number in range(crowd)]
    tasks += [asyncio.create_task(_ask_on(port, path, light)) for path in _light_paths()]
    await asyncio.sleep(each_s)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, AssertionError | OSError):
            raise outcome
    return light, told


async def _draw_on(port: int, number: int, told: list[tuple[int, float]]) -> None:
    """Ask for one picture after another that nobody else asks for; who is refused waits 1 s."""
    for turn in range(1000):
        west, south = -0.5 + number * 0.005, 51.3 + turn % 300 * 0.001
        view = f"{west:.3f},{south:.3f},{west + 0.3:.3f},{south + 0.2:.3f}"
        start = time.perf_counter()
        answer = await ask(port, f"/picture/areas.png?view={view}", 120)
        told.append((int(answer.split()[1]), (time.perf_counter() - start) * 1000))
        await asyncio.sleep(1)


def _light_paths() -> list[str]:
    """What every page wants beside itself: its icon, and a font of Streamlit's."""
    folder = Path(get_static_dir())
    font = next((folder / "static" / "media").glob("*.woff2"))
    return ["/favicon.png", f"/{font.relative_to(folder).as_posix()}"]
