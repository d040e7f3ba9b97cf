"""Connections that cannot be kept busy by a client: uvicorn's own protocols, with limits of time
and number.

uvicorn waits for the rest of a request for as long as a client likes, and reads a WebSocket's
messages only once it has answered all before, so that it does not see that a client has left.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import h11
from starlette.responses import PlainTextResponse
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bcumap.app.pacing import Bucket

EXTENSION = "bcumap.connection"  # where a scope has its connection

FILES = 16_384  # sockets among them: the most that is of use
RESERVED = 160  # for files, the log, and the processes that make downloads
SESSION_FILES = 3  # of a session, beside its connection: Streamlit gives each a loop of its own
EACH = 200  # connections of one address: a browser has up to 7 for each page
BACKLOG = 128  # also how often asyncio tries, and complains, when there are no files left

RETRY_S = 30
FULL = "This site has as many visitors as it can serve just now. Please try again in a minute."

HEAD_S = 20  # for the head of a request, from the last answer on
PAUSE_S = 20  # within a body
BODY_S = 600  # for a body: 50 MB at 0.7 Mbit/s
END_S = 2  # that answers may take once the server is told to end

AHEAD, AHEAD_BYTES = 100, 65_536  # what is read of a WebSocket before it is wanted
PIECE = 4096  # bytes looked at before the limits are asked again
MESSAGE_BYTES = 1 << 18  # widgets' values; files are uploaded another way
# Frames that carry no message (pings, pieces); browsers answer a ping every 30 s.
FRAMES, FRAMES_PER_S = 100, 10

LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Connection: close\r\n\r\nThe request took too long to arrive.\n"
)


@dataclass
class Room:
    """What one server may have open, and has.

    Attributes
    ----------
    files
        How many files the system lets this process have open, sockets among them.
    sessions
        How many sessions there are, also of pages that have gone.
    each
        How many connections one address may have; None where a proxy stands for many.
    open
        The connections: uvicorn's own set of them.
    """

    files: int
    sessions: Callable[[], int]
    each: int | None = EACH
    open: Collection[Http | Stream] = field(default_factory=set)

    def spare(self) -> int:
        """Return how many files may still be opened for visitors; less than 0 if too many are."""
        return self.files - RESERVED - len(self.open) - SESSION_FILES * self.sessions()

    def has_session(self) -> bool:
        """Say whether one more page can be served: its connection, and its session's files."""
        return self.spare() > SESSION_FILES

    def is_shared_out(self, peer: str) -> bool:
        """Say whether an address has all the connections that it may have."""
        if self.each is None or is_loopback(peer):
            return False
        return sum(each.peer == peer for each in self.open) > self.each


class Http(H11Protocol):
    """An HTTP connection that waits for its client for a stated time only."""

    _answered = _began = _heard = 0.0

    def __init__(self, room: Room, **given: Any) -> None:
        super().__init__(**given)
        self._room = room
        room.open = self.connections  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count; answer that there is no room, or close what cannot even be answered."""
        super().connection_made(transport)
        self._answered = self._heard = self.loop.time()
        spare = self._room.spare()
        if spare < -RESERVED * 3 // 4:
            transport.abort()
        elif spare < -RESERVED // 2 or self._room.is_shared_out(self.peer):
            self.app = _no_room

    def data_received(self, data: bytes) -> None:
        """Note that the client goes on."""
        self._heard = self.loop.time()
        if self.conn.their_state is h11.IDLE:
            self._began = self._heard
        super().data_received(data)

    def handle_events(self) -> None:
        """Tell the app which connection a request came by."""
        super().handle_events()
        # There is none before the first request.
        if self.scope and not self.transport.is_closing():  # type: ignore[redundant-expr]
            extensions = cast("dict[str, Any]", self.scope.setdefault("extensions", {}))
            extensions[EXTENSION] = self

    def on_response_complete(self) -> None:
        """Wait for the next head from now on."""
        self._answered = self.loop.time()
        super().on_response_complete()

    @property
    def peer(self) -> str:
        """The address at the other end."""
        return self.client[0] if self.client else ""

    def look(self) -> None:
        """Close the connection if its client is late."""
        now, state = self.loop.time(), self.conn.their_state
        if self.flow.read_paused:
            self._heard = now  # it is we who are late
        if state is h11.IDLE and now - self._answered > HEAD_S:
            self.transport.write(LATE)
            self.transport.close()
        elif state is h11.SEND_BODY and (now - self._heard > PAUSE_S or now - self._began > BODY_S):
            self.transport.close()


class Stream(WebSocketsSansIOProtocol):
    """A WebSocket that reads a little ahead, so as to see its client leave, and then no more."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.read_paused = True  # uvicorn's own pausing is off: see _feed
        self._unread = bytearray()
        self._ahead_bytes = 0
        self._left = False
        self._frames = Bucket(FRAMES, FRAMES_PER_S)

    def data_received(self, data: bytes) -> None:
        """Take what came, or keep it until there is room."""
        self._unread += data
        self._feed()

    def _feed(self) -> None:
        """Read while there is room; let the client wait (TCP) when there is none."""
        while self._unread and self._has_room() and not self.transport.is_closing():
            piece = bytes(self._unread[:PIECE])
            del self._unread[:PIECE]
            super().data_received(piece)
        if self._has_room():
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def _has_room(self) -> bool:
        return self.queue.qsize() < AHEAD and self._ahead_bytes < AHEAD_BYTES

    def send_receive_event_to_app(self) -> None:
        """Count the bytes of a message that waits."""
        if not self.close_sent:
            self._ahead_bytes += sum(map(len, self.frames))
        super().send_receive_event_to_app()

    async def receive(self) -> Any:
        """Return the next message; none of those that a client left behind."""
        message: Any = await self.queue.get()
        while self._left and message["type"] == "websocket.receive":
            message = await self.queue.get()
        self._ahead_bytes -= len(message.get("bytes") or message.get("text") or "")
        if not self._left:
            self._feed()
        return message

    def handle_connect(self, event: Any) -> None:
        """Tell the app which connection it is."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent:
            extensions = cast("dict[str, Any]", self.scope["extensions"])
            extensions[EXTENSION] = self

    def handle_ping(self) -> None:
        """Answer, but not without end."""
        if self._in_measure():
            super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        """Note the answer to a ping."""
        if self._in_measure():
            super().handle_pong(event)

    def handle_cont(self, event: Any) -> None:
        """Take the next piece of a message."""
        if self._in_measure():
            super().handle_cont(event)

    def _in_measure(self) -> bool:
        """Count a frame without a message; close the connection if there are too many."""
        if self._frames.wait_s() and not self.transport.is_closing():
            self.conn.fail(1008, "too many frames")
            self.handle_parser_exception()
        self._frames.spend(1)
        return not self.transport.is_closing()

    def handle_close(self, event: Any) -> None:
        """Note that the client leaves."""
        self._left = True
        super().handle_close(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the client has left."""
        self._left = True
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Leave what waits: the server ends."""
        self._left = True
        super().shutdown()

    @property
    def peer(self) -> str:
        """The address at the other end."""
        return self.client[0] if self.client else ""

    def look(self) -> None:
        """End the connection if its client has left unread."""
        if not self._left and _hung_up(self.transport):
            self.transport.abort()

    def has_left(self) -> bool:
        """Say whether nobody is there to take an answer."""
        self.look()
        return self._left or self.transport.is_closing()


async def _no_room(scope: Any, receive: Any, send: Any) -> None:
    """Answer anything with the sentence that there is no room."""
    headers = {"Retry-After": str(RETRY_S), "Cache-Control": "no-store", "Connection": "close"}
    await PlainTextResponse(f"{FULL}\n", 503, headers)(scope, receive, send)


def is_loopback(address: str) -> bool:
    """Say whether an address is this machine: a proxy, which stands for many visitors."""
    return address.startswith(("127.", "::ffff:127.")) or address in ("::1", "::/64")


def raise_file_limit() -> int:
    """Let this process open as many files as the system allows it, and return how many."""
    try:
        import resource
    except ImportError:  # Windows
        return FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return most
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):
        return soft
    return most


def _hung_up(transport: asyncio.Transport) -> bool:
    """Say whether the other end is closed, also if it sent something that was not read (Linux)."""
    number: int = transport.get_extra_info("socket").fileno()
    if number < 0 or not hasattr(select, "POLLRDHUP"):
        return number < 0
    poll = select.poll()
    poll.register(number, select.POLLRDHUP)
    return bool(poll.poll(0))


def set_up(config: Config, room: Room) -> None:
    """Let a server, which is about to listen, use these protocols and end in time."""
    config.http_protocol_class = partial(Http, room)  # type: ignore[assignment]
    config.ws_protocol_class = Stream
    config.ws_max_size = MESSAGE_BYTES
    config.timeout_graceful_shutdown = END_S
    config.backlog = BACKLOG
