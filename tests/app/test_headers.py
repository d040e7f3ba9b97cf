"""What every answer tells the browser, and what the log says of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bcumap.app import headers
from bcumap.app.assets import page_html


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    own = {"Content-Security-Policy": "default-src 'none'"} if scope["path"] == "/own" else None
    await PlainTextResponse("fine", headers=own)(scope, receive, send)


def ask(path: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=headers.Headers(_app))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path)

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


def rules(answer: httpx.Response) -> dict[str, list[str]]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: values for name, *values in (part.split() for part in parts)}


def test_every_answer_has_a_policy_and_no_sniffing() -> None:
    answer = ask("/")
    found = rules(answer)
    assert found["default-src"] == ["'none'"]
    assert found["frame-ancestors"] == ["'self'"]
    assert found["connect-src"] == ["'self'", "data:", "blob:"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_just_the_scripts_of_the_page_may_stand_in_it() -> None:
    allowed = {each for each in rules(ask("/"))["script-src"] if each.startswith("'sha256-")}
    inline = re.findall(r"<script>(.*?)</script>", page_html(), re.DOTALL)
    assert len(inline) == 2  # Streamlit's, and where its server is
    assert allowed == {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in inline
    }
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(rules(ask("/"))["script-src"])


def test_a_stricter_policy_of_an_answer_stays() -> None:
    assert ask("/own").headers["content-security-policy"] == "default-src 'none'"


def test_who_may_frame_the_pages_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_EMBED_ANCESTORS", "https://a.example https://b.example")
    answer = ask("/")
    assert rules(answer)["frame-ancestors"] == ["https://a.example", "https://b.example"]
    assert "x-frame-options" not in answer.headers


def test_ancestors_cannot_add_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_EMBED_ANCESTORS", "'self'; script-src *")
    with pytest.raises(SystemExit, match="with blanks between them"):
        ask("/")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the log."""
    found: list[str] = []
    monkeypatch.setattr(headers._logger, "info", lambda form, *words: found.append(form % words))
    return found


def test_a_request_is_one_line_without_its_question(lines: list[str]) -> None:
    ask("/?q=SE8%204RX&ward=E05013719")
    ask("/_stcore/upload_file/visit-1/secret%20list.csv")
    assert len(lines) == 2
    assert re.fullmatch(r"2\S+ GET / 200 \d+ ms", lines[0])
    assert "/_stcore/upload_file/… 200" in lines[1]
    assert not re.search("SE8|E05|secret|visit", "".join(lines))


def test_a_line_may_be_json(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_LOG", "json")
    ask("/api/v1/find?q=1")
    told = json.loads(lines[0])
    assert {"method": "GET", "path": "/api/v1/find", "status": 200}.items() <= told.items()


def test_no_path_makes_a_second_line(lines: list[str]) -> None:
    ask("/a%0d%0a2026-01-01 GET /forged")
    assert len(lines[0].splitlines()) == 1
