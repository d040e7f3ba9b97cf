"""Uploads are refused before they are read, in a sentence, when there is no room for them."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from bcumap.app import uploads
from bcumap.app.uploads import MEGABYTE, Uploads

PATH = "/police/_stcore/upload_file/mine/1"


def answers(
    *lengths: int | None, path: str = PATH, error: OSError | None = None, **given: Any
) -> list[tuple[int, str]]:
    """The status and words for uploads that arrive one after the other and go on together."""
    told: list[tuple[int, str]] = []
    enough = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if error:
            raise error
        await enough.wait()
        await send({"type": "http.response.start", "status": 204})

    async def receive() -> Message:
        raise AssertionError("it was read")

    async def one(layer: Uploads, length: int | None) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.append((message["status"], ""))
            else:
                told[-1] = told[-1][0], message["body"].decode().strip()

        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
        await layer(scope, receive, send)

    async def all_of_them() -> None:
        options: dict[str, Any] = {
            "is_here": {"mine", "other"}.__contains__,
            "held": dict,
            "free_disk": lambda: 10**12,
        }
        layer = Uploads(app, **options | given)
        tasks = []
        for length in lengths:
            tasks.append(asyncio.create_task(one(layer, length)))
            await asyncio.sleep(0)
        enough.set()
        await asyncio.gather(*tasks)

    asyncio.run(all_of_them())
    return told


def test_a_file_is_taken_as_long_as_there_is_room() -> None:
    assert answers(50 * MEGABYTE) == [(204, "")]


@pytest.mark.parametrize(
    ("length", "given", "status", "words"),
    [
        (51 * MEGABYTE, {}, 413, uploads.TOO_LARGE.format(50)),
        (None, {}, 411, uploads.NO_LENGTH),
        (49 * MEGABYTE, {"held": lambda: {"mine": [60 * MEGABYTE]}}, 413, uploads.ENOUGH),
        (1, {"held": lambda: {"mine": [1] * 10}}, 413, uploads.ENOUGH),
        (49 * MEGABYTE, {"held": lambda: {"other": [290 * MEGABYTE]}}, 503, uploads.BUSY),
        (49 * MEGABYTE, {"free_disk": lambda: 50 * MEGABYTE}, 503, uploads.NO_DISK),
    ],
)
def test_a_file_without_room_is_refused_unread(
    length: int | None, given: dict[str, Any], status: int, words: str
) -> None:
    assert answers(length, **given) == [(status, words)]


def test_one_session_has_two_files_on_their_way_at_most() -> None:
    assert answers(9, 9, 9)[0] == (429, uploads.SLOWLY)


def test_a_disk_that_fills_meanwhile_is_told_without_its_path() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/tmp/secret")
    assert answers(9, error=full) == [(503, uploads.NO_DISK)]


def test_other_faults_are_not_hidden() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        answers(9, error=OSError(errno.EBADF, "Bad file descriptor"))


def test_streamlit_itself_refuses_who_has_no_session() -> None:
    assert answers(99 * MEGABYTE, path="/_stcore/upload_file/nobody/1") == [(204, "")]
