"""Pages of other sites open no connection; ours and programs do."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from bcumap.app.origins import SameOrigin, is_own, is_private, public_address


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

    host = b"127.0.0.1:8501"
    headers = [(b"host", host), (b"origin", origin.encode())]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    # In a thread: where the browser tests ran before, this one's event loop is Playwright's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, SameOrigin(app)(scope, receive, send)).result()
    return messages


def test_a_page_of_ours_is_connected() -> None:
    assert sent_to("http://127.0.0.1:8501") == [{"type": "websocket.accept"}]


def test_a_page_of_another_site_is_refused() -> None:
    assert sent_to("https://elsewhere.org") == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("localhost", True), ("127.0.0.1", True), ("::1", True), ("192.168.0.9", True),
        ("map", True), ("map.local", True), ("a.localhost", True),
        ("evil.test", False), ("localhost.evil.test", False), ("", False),
    ],
)  # fmt: skip
def test_names_that_nobody_else_can_make_point_here(name: str, private: bool) -> None:
    assert is_private(name) is private


async def _answered(host: str, path: str) -> int:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("fine")(scope, receive, send)

    transport = httpx.ASGITransport(app=SameOrigin(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return (await client.get(path, headers={"Host": host})).status_code


@pytest.mark.parametrize(
    ("url", "host", "path", "status"),
    [
        ("", "localhost:8501", "/", 200),
        ("", "10.0.0.7:8501", "/api/v1/find", 200),
        ("", "evil.test", "/", 421),
        ("", "evil.test", "/_stcore/health", 200),
        ("", "evil.test", "/ward/_stcore/health", 421),
        ("https://map.example/police/", "map.example", "/", 200),
        ("https://map.example", "MAP.example:443", "/", 200),
        ("https://map.example", "localhost", "/api/v1/find", 421),
        ("https://map.example", "10.0.0.7", "/_stcore/health", 200),
        ("https://map.example", "map.example.evil.test", "/assets/x", 421),
        ("https://map.example", "[", "/", 421),
    ],
)
def test_the_server_answers_to_its_names(
    url: str, host: str, path: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BCUMAP_URL", url)
    with ThreadPoolExecutor(max_workers=1) as pool:
        assert pool.submit(asyncio.run, _answered(host, path)).result() == status


def test_an_address_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_URL", "map.example")
    with pytest.raises(SystemExit, match="is no address"):
        public_address()
