"""Nobody silences the server: small versions of `python -m benchmarks attacks`, on a real one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bcumap.app import connections, guard
from bcumap.app.pacing import Turns
from benchmarks import attacks
from benchmarks.attacks import Attacked, attacked

pytestmark = pytest.mark.slow
HEADER = "X-Client"


@pytest.fixture(scope="module")
def server() -> Iterator[Attacked]:
    """A server whose proxy names the client in a header, and which has had a visitor."""
    with attacked(environment={guard.CLIENT_HEADER: HEADER}) as running:
        asyncio.run(attacks.flood(running.port, 1, 1, reading=True))
        yield running


def visit(messages: list[Message], turns: Turns | None = None) -> guard.Visit:
    """A WebSocket that has sent messages, without a server."""
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    async def send(_message: Message) -> None:
        return None

    return guard.Visit({"type": "websocket"}, receive, send, turns or Turns(2, 1), "a")


def test_messages_wait_but_none_is_lost_and_their_order_stays() -> None:
    many = guard.MESSAGES + 4
    sent = []
    for number in range(many):
        message = BackMsg()
        message.rerun_script.query_string = f"q={number}"
        sent.append({"type": "websocket.receive", "bytes": message.SerializeToString()})

    async def taken() -> list[Message]:
        stream = visit(sent)
        return [await stream.receive() for _ in sent]

    start = time.monotonic()
    assert asyncio.run(taken()) == sent
    assert time.monotonic() - start > 3 / guard.MESSAGES_PER_S


def test_a_script_waits_for_its_turn_until_anothers_has_ended() -> None:
    message = {"type": "websocket.receive", "bytes": attacks.rerun()}

    def ended(how: ForwardMsg.ScriptFinishedStatus.ValueType) -> Message:
        content = ForwardMsg(script_finished=how).SerializeToString()
        return {"type": "websocket.send", "bytes": content}

    async def in_turn() -> None:
        turns = Turns(at_once=1, lasts_s=60)
        first, second = visit([message, message], turns), visit([message], turns)
        await first.receive()
        waiting = asyncio.create_task(second.receive())
        await first.send(ended(ForwardMsg.FINISHED_EARLY_FOR_RERUN))  # and runs again
        await asyncio.wait_for(first.receive(), 1)  # its own turn goes on
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await first.send(ended(ForwardMsg.FINISHED_SUCCESSFULLY))
        assert await asyncio.wait_for(waiting, 1) == message

    asyncio.run(in_turn())


@pytest.mark.parametrize("reading", [True, False])
def test_others_are_served_while_somebody_floods(server: Attacked, reading: bool) -> None:
    figures = list(attacks.reruns(server, reading=reading, connections=4, each_s=3))
    # Far from the targets, which are for a quiet machine; without the guard it is 20 s.
    assert [str(figure) for figure in figures if figure.value > 3000] == []


def test_who_has_left_costs_nothing_more(server: Attacked) -> None:
    async def leave() -> None:
        async with attacks.page(server.port) as stream:
            for _ in range(1000):
                await stream.send(attacks.rerun())
            await asyncio.sleep(0.5)
            stream.transport.abort()

    async def crowd() -> None:
        await asyncio.gather(*(leave() for _ in range(20)))

    asyncio.run(crowd())
    time.sleep(1)  # the scripts that ran, end
    before = sum(server.process.cpu_times()[:2])
    time.sleep(2)
    assert sum(server.process.cpu_times()[:2]) - before < 0.3


def test_a_sender_waits_for_what_is_not_taken(server: Attacked) -> None:
    message = BackMsg()
    message.rerun_script.query_string = "x" * 60_000

    async def send() -> int:
        sent = 0
        async with attacks.page(server.port) as stream:
            try:
                async with asyncio.timeout(3):
                    while sent < 1000:
                        await stream.send(message.SerializeToString())
                        sent += 1
            except TimeoutError:
                stream.transport.abort()
        return sent

    assert asyncio.run(send()) < 300  # 18 MB, most of it in the system's own buffers


def test_addresses_for_files_without_end_are_not_made(server: Attacked) -> None:
    message = BackMsg()
    message.file_urls_request.file_names.extend(["a"] * (guard.FILES_ASKED + 1))

    async def ask() -> int | None:
        async with attacks.page(server.port) as stream:
            await stream.send(message.SerializeToString())
            await asyncio.wait_for(stream.wait_closed(), 5)
            return stream.close_code

    assert asyncio.run(ask()) == 1008


def test_pings_without_end_are_not_answered(server: Attacked) -> None:
    async def ping() -> int | None:
        async with attacks.page(server.port) as stream:
            with contextlib.suppress(ConnectionClosed):
                for _ in range(2000):
                    await stream.ping()
            await asyncio.wait_for(stream.wait_closed(), 5)
            return stream.close_code

    assert asyncio.run(ping()) in (1008, 1006)  # or the system drops the farewell: unread data


def test_an_address_has_a_share_of_connections_and_others_theirs(server: Attacked) -> None:
    async def crowd() -> InvalidStatus:
        opened = []
        try:
            for _ in range(guard.STREAMS_PER_ADDRESS):
                opened.append(
                    await attacks.page(server.port, additional_headers={HEADER: "9.9.9.9"})
                )
            async with attacks.page(server.port, additional_headers={HEADER: "9.9.9.8"}):
                pass
            with pytest.raises(InvalidStatus) as refused:
                await attacks.page(server.port, additional_headers={HEADER: "9.9.9.9"})
            return refused.value
        finally:
            for each in opened:
                each.transport.abort()

    response = asyncio.run(crowd()).response
    assert response.status_code == 503
    assert response.headers["Retry-After"] == str(connections.RETRY_S)
    assert response.body is not None
    assert response.body.decode().strip() == guard.FULL_HERE


@pytest.mark.parametrize(
    ("peer", "header", "value", "address"),
    [
        ("10.0.0.1", "", "1.1.1.1", "10.0.0.1"),  # not configured: not believed
        ("10.0.0.1", HEADER, "1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", HEADER, "6.6.6.6, 1.1.1.1", "1.1.1.1"),  # what the proxy added is last
        ("10.0.0.1", HEADER, None, "10.0.0.1"),
        ("::ffff:10.0.0.1", "", None, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", None, "2001:db8:1:2::/64"),
        ("10.0.0.1", HEADER, "x" * 1000, "x" * 64),
    ],
)
def test_who_asks(peer: str, header: str, value: str | None, address: str) -> None:
    headers = [] if value is None else [(HEADER.lower().encode(), value.encode())]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "headers": headers}
    assert guard.client_address(scope, header) == address


def test_the_server_ends_in_time_whatever_goes_on() -> None:
    async def attack(running: Attacked) -> float:
        flood = asyncio.create_task(attacks.flood(running.port, 5, 4, reading=False))
        _, half = await asyncio.open_connection(attacks.HOST, running.port)
        half.write(b"POST /picture/areas.png HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
        await asyncio.sleep(2)
        start = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(running.process.wait, 10)
        taken = time.monotonic() - start
        await flood
        half.close()
        return taken

    with attacked() as running:
        assert asyncio.run(attack(running)) < 5


def test_one_session_cannot_fill_the_memory(server: Attacked) -> None:
    statuses, _ = asyncio.run(attacks.bring(server, 5, attacks.FILE_BYTES))
    assert statuses.count(204) == 2
    assert set(statuses) <= {204, 413, 429}


def test_every_visitor_is_answered_when_there_are_too_few_files() -> None:
    with attacked(files=256) as few:
        without, _, log = attacks.visitors(few, crowd=40)
    assert without.value == 0
    assert "503" in without.detail
    assert "101" in without.detail
    assert log.value < 100  # KB


def test_fonts_never_wait_behind_pictures_and_the_surplus_is_told_at_once() -> None:
    with attacked() as running:
        fonts, refused = attacks.pictures(running, crowd=20, each_s=3)
        # Far from the targets, which are for a quiet machine; once fonts took 100 s.
        assert fonts.value < 3000, fonts
        assert refused.value < 3000, refused
        assert "503" in refused.detail
        assert_gone(running)


def assert_gone(running: Attacked) -> None:
    """Nothing is drawn any more once all have left."""
    until = time.monotonic() + 60
    while running.process.children(recursive=True) and time.monotonic() < until:
        time.sleep(0.1)
    assert not running.process.children(recursive=True)
