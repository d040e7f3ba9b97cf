"""Limits what one visitor may take from the others: the outermost layer of the server.

Messages on a WebSocket are taken at a steady rate and scripts run a few at a time, in turn by
address; connections are limited in all and for each address. It looks into no page.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from uvicorn.config import Config

from bcumap.app import connections, ending, sparing
from bcumap.app.assets import base_path
from bcumap.app.pacing import LOOK_S, Bucket, Turns
from bcumap.app.sessions import Sessions
from bcumap.base.words import ALL_PAGES

_LOG = logging.getLogger(__name__)

# The header in which a proxy of the deployer's says who asks; its last value counts.
CLIENT_HEADER = "BCUMAP_CLIENT_HEADER"

STREAMS, STREAMS_PER_ADDRESS = 500, 60  # WebSockets: one for each open page
# Of one WebSocket. A slider that is dragged sends 5 a second.
MESSAGES, MESSAGES_PER_S = 20, 8
BYTES, BYTES_PER_S = 1 << 20, 1 << 17
# Streamlit makes an address for each file that a page says it will upload: 300,000 names in one
# message took 2.4 s and 200 MB.
FILES_ASKED = 20
# A script takes 50 to 110 ms of a processor, and one process uses one.
SCRIPTS, SCRIPT_S = 2, 1.0

# How long a script may keep the processor from the thread that answers, which needs it some
# ten times for one answer; Python's own 5 ms add up.
SWITCH_S = 0.0005
SWEEP_S = 2
LATER = {"Retry-After": str(connections.RETRY_S), "Cache-Control": "no-store"}
SAYS_NO = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>bcumap</title><p>{}</p></html>\n'
)
FULL_HERE = "Too many pages of this site are open at your address. Please close some of them."
SMALL = 1024  # bytes: what says that a script has ended is less


class Guard:
    """ASGI middleware that lets nobody take more than a share."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._header = os.environ.get(CLIENT_HEADER, "").strip()
        self._streams: Counter[str] = Counter()
        self._turns = Turns(SCRIPTS, SCRIPT_S)
        self._sessions = Sessions()
        self._room = connections.Room(
            connections.raise_file_limit(),
            lambda: self._streams.total() + self._sessions.gone,
            each=None if self._header else connections.EACH,
        )
        self._pages = {f"{base_path()}/{path}" for path, _ in ALL_PAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, refuse in a sentence, or let the client wait."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        elif scope["path"] in self._pages and (refusal := self._refusal(self._address(scope))):
            await _refuse_page(refusal, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _address(self, scope: Scope) -> str:
        return client_address(scope, self._header)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the server up before it listens, and look after it until it ends."""
        # uvicorn has no other way to its settings from within an app that it loads.
        config = getattr(getattr(receive, "__self__", None), "config", None)
        sweep = None
        if isinstance(config, Config):
            connections.set_up(config, self._room)
            sparing.set_up()
            sys.setswitchinterval(SWITCH_S)
            sweep = asyncio.create_task(self._sweep())
        try:
            with ending.in_time():
                await self._app(scope, receive, send)
        finally:
            if sweep:
                sweep.cancel()

    async def _sweep(self) -> None:
        """Look after what no message tells of: who is late or has gone, and what they left."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                for each in list(self._room.open):
                    each.look()
                self._sessions.look()
            except Exception:  # the next time must come
                _LOG.exception("looking after connections failed")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = self._address(scope)
        if refusal := self._refusal(address):
            await receive()  # its opening, which the protocol wants taken first
            await _refuse(refusal, scope, receive, send)
            return
        self._streams[address] += 1
        visit = Visit(scope, receive, send, self._turns, address)
        try:
            await self._app(scope, visit.receive, visit.send)
        finally:
            self._turns.give_back(visit)
            self._streams[address] -= 1
            self._streams += Counter()  # without the zeros
            self._sessions.look()  # one more has gone

    def _refusal(self, address: str) -> str:
        """Say why there is no room for another WebSocket; "" if there is."""
        while not self._room.has_session():
            if not self._sessions.make_room():
                return connections.FULL
        if self._streams.total() >= STREAMS:
            return connections.FULL
        # Without the header, all who come through a proxy on this machine have its address.
        shared = not self._header and connections.is_loopback(address)
        if not shared and self._streams[address] >= STREAMS_PER_ADDRESS:
            return FULL_HERE
        return ""


class Visit:
    """One WebSocket: what it sends is taken at a rate, and its scripts run in their turn."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, turns: Turns, address: str
    ) -> None:
        self._connection = scope.get("extensions", {}).get(connections.EXTENSION)
        self._receive, self._send = receive, send
        self._turns, self._address = turns, address
        self._messages = Bucket(MESSAGES, MESSAGES_PER_S)
        self._bytes = Bucket(BYTES, BYTES_PER_S)
        self._sending = 0

    async def receive(self) -> Message:
        """Return the next message once it may be handled; none of a client that has left."""
        while wait := max(self._messages.wait_s(), self._bytes.wait_s()):
            await asyncio.sleep(min(wait, LOOK_S))
            if self._left():
                break
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        content = message.get("bytes") or b""
        self._messages.spend(1)
        self._bytes.spend(len(content))
        asked = _parsed(content)
        if len(asked.file_urls_request.file_names) > FILES_ASKED:
            await self._send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}
        if asked.WhichOneof("type") == "rerun_script":
            while self._sending and not self._left():
                await asyncio.sleep(LOOK_S / 2)  # it has not taken the last answer yet
            await self._turns.take(self, self._address, left=self._left)
        if self._left():
            return {"type": "websocket.disconnect", "code": 1005}
        return message

    async def send(self, message: Message) -> None:
        """Send an answer, and note when a script has ended."""
        self._sending += 1
        try:
            await self._send(message)
        finally:
            self._sending -= 1
        content = message.get("bytes")
        if content and len(content) <= SMALL and _ends_script(content):
            self._turns.give_back(self)

    def _left(self) -> bool:
        return bool(self._connection and self._connection.has_left())


def client_address(scope: Scope, header: str) -> str:
    """Return who asks: the header's last value if one is configured, else the other end.

    An IPv6 address stands for its network of 64 bits, which is what one household has.
    """
    connection: Any = scope.get("extensions", {}).get(connections.EXTENSION)
    told = connection.peer if connection else (scope.get("client") or ("",))[0]
    if header:
        values = Headers(scope=scope).getlist(header)
        told = values[-1].rpartition(",")[2].strip() if values else told
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return str(told)[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 503 in a sentence, also to who wants a WebSocket."""
    await PlainTextResponse(f"{sentence}\n", 503, LATER)(scope, receive, send)


async def _refuse_page(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a browser's visitor that there is no room."""
    await HTMLResponse(SAYS_NO.format(sentence), 503, LATER)(scope, receive, send)


def _parsed(content: bytes) -> BackMsg:
    """Return what a message says; nothing if it says nothing, for which Streamlit will end it."""
    message = BackMsg()
    with suppress(DecodeError):
        message.ParseFromString(content)
    return message


def _ends_script(content: bytes) -> bool:
    message = ForwardMsg.FromString(content)
    again = ForwardMsg.FINISHED_EARLY_FOR_RERUN
    ended = message.WhichOneof("type") == "script_finished"
    return bool(ended and message.script_finished != again)
