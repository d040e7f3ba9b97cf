"""Clients that are late are not waited for, and those too many are told: on real connections."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from bcumap.app import connections
from bcumap.app.connections import EACH, FULL, RESERVED, SESSION_FILES, Http, Room

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Room], Awaitable[bytes]]
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PLENTY = 10_000


def served(client: Client, files: int = PLENTY, within_s: float = 5) -> bytes:
    """What a client sees of a server whose answer takes 0.4 s and reads what is sent."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        while message.get("more_body"):
            message = await receive()
        await asyncio.sleep(0.4)
        await PlainTextResponse("done")(scope, receive, send)

    async def talk() -> bytes:
        config = uvicorn.Config(app, lifespan="off", log_config=None)
        config.load()
        state, room = ServerState(), Room(files, lambda: 0)

        def connection() -> Http:
            return Http(room, config=config, server_state=state, app_state={})

        loop = asyncio.get_running_loop()
        async with await loop.create_server(connection, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                async with asyncio.timeout(within_s):
                    return await client(reader, writer, room)
            finally:
                writer.close()
                await asyncio.gather(*state.tasks, return_exceptions=True)

    return asyncio.run(talk())


def sends(what: bytes) -> Client:
    """A client that sends this, waits a little, and is looked after."""

    async def client(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, room: Room
    ) -> bytes:
        writer.write(what)
        await asyncio.sleep(0.3)
        for each in list(room.open):
            each.look()
        return await (reader.read() if what != WHOLE else reader.readuntil(b"done"))

    return client


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times that a test can wait for."""
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    monkeypatch.setattr(connections, "PAUSE_S", 0.2)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("half", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-"])
def test_a_request_that_does_not_come_is_not_waited_for(half: bytes) -> None:
    assert served(sends(half)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("short")
def test_a_body_that_stops_is_not_waited_for() -> None:
    assert served(sends(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc")) == b""


@pytest.mark.usefixtures("short")
def test_an_answer_that_takes_long_is_not_cut_off() -> None:
    assert served(sends(WHOLE)).startswith(b"HTTP/1.1 200 ")


def test_a_client_has_its_time() -> None:
    with pytest.raises(TimeoutError):
        served(sends(b"G"), within_s=1)


def test_one_too_many_is_told_so() -> None:
    answer = served(sends(WHOLE.replace(b"\r\n\r\n", b"\r\nX: y\r\n\r\n")), files=60)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.strip().endswith(FULL.encode())


def test_what_cannot_be_answered_is_closed() -> None:
    with contextlib.suppress(ConnectionResetError):
        assert served(sends(b"G"), files=10) == b""


def test_room_is_counted_in_open_files() -> None:
    room = Room(RESERVED + 10, lambda: 2)
    assert room.spare() == 10 - 2 * SESSION_FILES
    assert room.has_session()
    assert not Room(RESERVED + 10, lambda: 3).has_session()


def test_an_address_has_its_share_but_a_proxy_has_no_limit() -> None:
    class One:
        peer = "9.9.9.9"

    crowd = [One() for _ in range(EACH + 1)]
    assert Room(PLENTY, int, open=crowd).is_shared_out("9.9.9.9")
    assert not Room(PLENTY, int, open=crowd[1:]).is_shared_out("9.9.9.9")
    assert not Room(PLENTY, int, open=crowd).is_shared_out("9.9.9.8")
    assert not Room(PLENTY, int, each=None, open=crowd).is_shared_out("9.9.9.9")


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_a_low_limit_of_files_is_raised_as_far_as_it_may_be() -> None:
    code = (
        "import resource as r\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (100, 300))\n"
        "from bcumap.app import connections\n"
        "print(connections.raise_file_limit(), r.getrlimit(r.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "300 (300, 300)\n"


@pytest.mark.parametrize("messages", [1, 5000], ids=["all of it read", "most of it unread"])
def test_nothing_is_taken_from_who_has_left(messages: int) -> None:
    gone, seen = asyncio.Event(), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await gone.wait()
        seen.append(scope["extensions"][connections.EXTENSION].has_left())
        await asyncio.sleep(0)  # the loop closes the connection
        seen.append((await receive())["type"])

    async def leave() -> None:
        config = uvicorn.Config(app, lifespan="off", log_config=None)
        config.load()
        config.ws_protocol_class = connections.Stream
        state, room = ServerState(), Room(PLENTY, lambda: 0)

        def connection() -> Http:
            return Http(room, config=config, server_state=state, app_state={})

        loop = asyncio.get_running_loop()
        async with await loop.create_server(connection, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            stream = await connect(f"ws://{host}:{port}/", ping_interval=None)
            for _ in range(messages):
                await stream.send(b"x" * 20)
            await asyncio.sleep(0.1)
            stream.transport.close()
            await asyncio.sleep(0.1)
            gone.set()
            await asyncio.gather(*state.tasks)

    asyncio.run(leave())
    assert seen == [True, "websocket.disconnect"]
