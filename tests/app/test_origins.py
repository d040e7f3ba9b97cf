"""Pages of other sites open no connection; ours and programs do."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from bcumap.app.origins import SameOrigin, is_own


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        (None, "example.org", True),
        ("https://example.org", "example.org", True),
        ("https://EXAMPLE.org", "example.org:443", True),
        ("http://example.org:8501", "example.org:8501", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://127.0.0.1:8501", "127.0.0.1:8501", True),
        ("https://elsewhere.org", "example.org", False),
        ("https://example.org.elsewhere.org", "example.org", False),
        ("http://example.org:8502", "example.org:8501", False),
        ("http://example.org", "example.org:8501", False),
        ("null", "example.org", False),
        ("", "example.org", False),
        ("https://[", "example.org", False),
        ("https://example.org:x", "example.org", False),
        ("https://example.org", "", False),
    ],
)
def test_own_pages_are_told_from_others(origin: str | None, host: str, own: bool) -> None:
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    assert is_own(Headers(headers)) == own


def sent_to(origin: str) -> list[Message]:
    """What is sent when a page opens a WebSocket; the app behind accepts all."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        messages.append(message)

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})

    headers = [(b"host", b"example.org"), (b"origin", origin.encode())]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    # In a thread: where the browser tests ran before, this one's event loop is Playwright's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, SameOrigin(app)(scope, receive, send)).result()
    return messages


def test_a_page_of_ours_is_connected() -> None:
    assert sent_to("https://example.org") == [{"type": "websocket.accept"}]


def test_a_page_of_another_site_is_refused() -> None:
    assert sent_to("https://elsewhere.org") == [{"type": "websocket.close", "code": 1008}]
