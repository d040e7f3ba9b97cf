"""Two hundred visitors for five minutes, through the shipped haproxy and its processes."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from benchmarks.attacks import Attacked, attacked
from benchmarks.machine import ROOT
from benchmarks.measure import Figure, Skipped

TITLE = "Two hundred visitors behind haproxy and two processes"
ROUNDS = 1

NAME = "bcumap.example.org"
PROCESSES = 2  # as deploy/haproxy.cfg and docs/deploy.md have it
SESSIONS, PAUSE_S, LASTS_S = 200, 15, 300
P99_MS, WAITS_S = 3000, 60
QUESTIONS = ("SE8 4RX", "SW1A 1AA", "Deptford", "Camden", "E1 6AN", "Central South", "CR0 1NX", "")
ADDRESSES = 10  # from which visitors come, as the limits count each


@dataclass
class Told:
    """How long each answer took (ms), and what went wrong."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(rounds: int) -> Iterator[Figure]:
    """Let the visitors come, ask every quarter of a minute, and stay."""
    if not shutil.which("haproxy") or not shutil.which("openssl"):
        raise Skipped("needs haproxy and openssl")
    for _ in range(rounds):
        environment = {
            "BCUMAP_URL": f"https://{NAME}",
            "BCUMAP_CLIENT_HEADER": "X-Forwarded-For",
            "BCUMAP_LOG": "off",
        }
        with ExitStack() as stack:
            servers = [
                stack.enter_context(attacked(environment=environment)) for _ in range(PROCESSES)
            ]
            port = stack.enter_context(balanced([server.port for server in servers]))
            yield from crowd(servers, port)


def crowd(
    servers: Sequence[Attacked], port: int, *, sessions: int = SESSIONS, lasts_s: float = LASTS_S
) -> Iterator[Figure]:
    """Measure what the visitors wait for, and what the processes hold when they have gone on."""
    before = max(server.resident_mb() for server in servers)
    told = asyncio.run(_visits(port, sessions, lasts_s))
    after = max(server.resident_mb() for server in servers)
    took = sorted(told.took)
    what = f"{sessions} sessions, a question every {PAUSE_S} s, {lasts_s / 60:g} minutes"
    asked = f"{len(took)} answers, median {took[len(took) // 2]:.0f} ms, worst {took[-1]:.0f} ms"
    first = f"; first error: {told.errors[0]}" if told.errors else ""
    yield Figure(f"{what}: errors", len(told.errors), "", at_most=0, detail=asked + first)
    p99 = took[math.ceil(len(took) * 0.99) - 1]
    yield Figure(f"{what}: p99", p99, "ms", at_most=P99_MS)
    detail = f"{before:.0f} MB before they came"
    yield Figure(f"{what}: memory of the larger process", after, "MB", at_most=120, detail=detail)


async def _visits(port: int, sessions: int, lasts_s: float) -> Told:
    told = Told()
    end = time.monotonic() + lasts_s
    await asyncio.gather(*(_visit(port, number, end, told) for number in range(sessions)))
    return told


async def _visit(port: int, number: int, end: float, told: Told) -> None:
    """Come within the first quarter of a minute, then ask one thing after another."""
    pick = random.Random(number)  # noqa: S311 (no secret)
    await asyncio.sleep(pick.random() * PAUSE_S)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = (f"127.0.0.{2 + number % ADDRESSES}", 0)
    try:
        async with connect(
            f"wss://{NAME}/_stcore/stream",
            host="127.0.0.1",
            port=port,
            local_addr=address,
            ssl=context,
            origin=Origin(f"https://{NAME}"),
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            ping_interval=None,
            open_timeout=WAITS_S,
            close_timeout=1,
        ) as stream:
            while time.monotonic() < end:
                start = time.perf_counter()
                async with asyncio.timeout(WAITS_S):
                    await _ask(stream, pick.choice(QUESTIONS))
                told.took.append((time.perf_counter() - start) * 1000)
                await asyncio.sleep(PAUSE_S * (0.5 + pick.random()))
    except (WebSocketException, OSError, TimeoutError, AssertionError) as error:
        told.errors.append(f"{type(error).__name__}: {error}")


async def _ask(stream: ClientConnection, question: str) -> None:
    message = BackMsg()
    message.rerun_script.query_string = f"q={question}" if question else ""
    await stream.send(message.SerializeToString())
    async for frame in stream:
        assert isinstance(frame, bytes)
        answer = ForwardMsg.FromString(frame)
        assert not answer.delta.new_element.HasField("exception"), "the page shows an exception"
        if answer.WhichOneof("type") == "script_finished":
            assert answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            return
    raise AssertionError("the connection ended before the answer")


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[int]:
    """Run haproxy as shipped, but for its ports, its certificate and its socket."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        folder = Path(name)
        made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=test"
        subprocess.run(
            [*made.split(), "-out", folder / "cert", "-keyout", folder / "key"],
            check=True,
            capture_output=True,
        )
        pem = folder / "both.pem"
        pem.write_bytes((folder / "cert").read_bytes() + (folder / "key").read_bytes())
        text = (ROOT / "deploy" / "haproxy.cfg").read_text("utf-8")
        text = text.replace("/etc/haproxy/bcumap.pem", str(pem)).replace(":443", f":{port}")
        text = text.replace("/run/haproxy/admin.sock", str(folder / "admin.sock"))
        for number, each in enumerate(ports):
            text = text.replace(f"127.0.0.1:{8501 + number} ", f"127.0.0.1:{each} ")
        (folder / "haproxy.cfg").write_text(text, "utf-8")
        process = subprocess.Popen(
            ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until_open(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def _until_open(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError("haproxy did not start; run it with the shipped file to see why")
