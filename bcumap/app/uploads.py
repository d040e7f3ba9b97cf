"""Bounds what uploads take of memory and disk, and refuses before it reads; it opens no file."""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_routes import BASE_ROUTE_UPLOAD_FILE

from bcumap.app.sessions import files, is_here

MEGABYTE = 1 << 20
# Of one session: a list, the one that replaces it, and what is around them on the way.
SESSION_BYTES, SESSION_FILES, SESSION_AT_ONCE = 102 * MEGABYTE, 10, 2
# Of all: what 2 GB of memory have room for; on the disk only what is on its way.
TOTAL_BYTES, AT_ONCE = 300 * MEGABYTE, 4
AROUND = 64 * 1024  # bytes of a request that are not the file's
SPARE_DISK = 4 * MEGABYTE
RETRY_S = 60

TOO_LARGE = "A file may have {} MB at most."
NO_LENGTH = "Please say how long the file is (Content-Length)."
ENOUGH = "You have brought as much as one visit may hold. Please remove a file first."
SLOWLY = "Other files of yours are still on their way. Please wait for them."
BUSY = "The site holds as many files as it can just now. Please try again in a minute."
NO_DISK = "The server has no room for a file just now. Please try again later."


@dataclass(frozen=True)
class Refusal:
    """Why a file is not taken."""

    status: int
    sentence: str

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say so."""
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if self.status in (429, 503):
            headers["Retry-After"] = str(RETRY_S)
        response = PlainTextResponse(f"{self.sentence}\n", self.status, headers)
        await response(scope, receive, send)


def held() -> Mapping[str, list[int]]:
    """Return the sizes of the files that are in memory, by session."""
    stored = files().file_storage
    return {
        session: [len(each.data) for each in list(stored.get(session, {}).values())]
        for session in list(stored)
    }


def free_disk() -> int:
    """Return the bytes that are free where uploads are kept on their way."""
    return shutil.disk_usage(tempfile.gettempdir()).free


class Uploads:
    """ASGI middleware that takes only the uploads that there is room for."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_here: Callable[[str], bool] = is_here,
        held: Callable[[], Mapping[str, list[int]]] = held,
        free_disk: Callable[[], int] = free_disk,
    ) -> None:
        self._app = app
        self._is_here, self._held, self._free_disk = is_here, held, free_disk
        self._path = re.compile(rf"(?:/.*)?/{BASE_ROUTE_UPLOAD_FILE}/([^/]+)/[^/]+")
        self._under_way: list[tuple[str, int]] = []  # session and bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse an upload in a sentence, or pass it on."""
        found = self._path.fullmatch(scope.get("path", "")) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT" or not self._is_here(found[1]):
            await self._app(scope, receive, send)  # Streamlit refuses who has no session
            return
        length = Headers(scope=scope).get("content-length", "")
        if refusal := self._refusal(found[1], int(length) if length.isdecimal() else None):
            await refusal.answer(scope, receive, send)
            return
        with self._counted(found[1], int(length)):
            await self._take(scope, receive, send)

    def _refusal(self, session: str, length: int | None) -> Refusal | None:
        """Return why a file of this length is not taken, if it is not."""
        each = int(st.get_option("server.maxUploadSize"))
        if length is None:
            return Refusal(411, NO_LENGTH)
        if length > each * MEGABYTE + AROUND:
            return Refusal(413, TOO_LARGE.format(each))
        ours = [size for owner, size in self._under_way if owner == session]
        if len(ours) >= SESSION_AT_ONCE:
            return Refusal(429, SLOWLY)
        held = self._held()
        mine = [*held.get(session, []), *ours, length]
        if sum(mine) > SESSION_BYTES or len(mine) > SESSION_FILES:
            return Refusal(413, ENOUGH)
        coming = sum(size for _, size in self._under_way) + length
        if len(self._under_way) >= AT_ONCE or coming + sum(map(sum, held.values())) > TOTAL_BYTES:
            return Refusal(503, BUSY)
        return Refusal(503, NO_DISK) if self._free_disk() < coming + SPARE_DISK else None

    @contextmanager
    def _counted(self, session: str, length: int) -> Iterator[None]:
        entry = (session, length)
        self._under_way.append(entry)
        try:
            yield
        finally:
            self._under_way.remove(entry)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on; say in a sentence that the disk is full."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except OSError as error:
            if begun or error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            await Refusal(503, NO_DISK).answer(scope, receive, send)
