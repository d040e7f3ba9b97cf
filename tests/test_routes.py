"""Answers over HTTP: suggestions whatever is asked, and the officers of every area of a level."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette

from bcumap import routes, served
from bcumap.errors import DataError
from bcumap.lookup import MOST_OPTIONS

from .hostile import QUERIES


@pytest.fixture(autouse=True)
def _finder() -> Iterator[None]:
    """Let no test's data stay with the next."""
    yield
    served.finder.cache_clear()


def ask(
    *queries: str | None, path: str = routes.SUGGEST, parameter: str = "q"
) -> list[httpx.Response]:
    """Ask for suggestions, None without ?q=; raise what the server raises."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=Starlette(routes=routes.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [
                await client.get(path, params=None if each is None else {parameter: each})
                for each in queries
            ]

    # In a thread: where the browser tests ran before, this one's event loop is Playwright's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


def test_a_postcode_is_suggested() -> None:
    (answer,) = ask("se8 4rx")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "max-age" in answer.headers["cache-control"]
    assert answer.json() == [
        {"level": "query", "code": "SE8 4RX", "label": "SE8 4RX", "detail": "postcode"}
    ]


def test_nothing_is_suggested_for_nothing() -> None:
    assert [answer.json() for answer in ask(None, "", "  ", "\x00")] == [[], [], [], []]


def test_every_hostile_question_is_answered_with_a_list() -> None:
    # A lone surrogate has no bytes; a browser sends U+FFFD for it.
    queries = [query.encode("utf-8", "replace").decode() for query in QUERIES]
    for query, answer in zip(queries, ask(*(query[:2_000] for query in queries)), strict=True):
        assert answer.status_code == 200, ascii(query)
        options = answer.json()
        assert len(options) <= MOST_OPTIONS
        for option in options:
            assert set(option) == {"level", "code", "label", "detail"}
            assert "<" not in "".join(option.values())


@pytest.mark.parametrize("raw", ["q=%ff%fe", "q=%00", "q=%", "q=%zz", "q=1&q=2", "x=1", "&&&", "q"])
def test_a_malformed_link_is_answered_too(raw: str) -> None:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=routes.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(f"{routes.SUGGEST}?{raw}")

    with ThreadPoolExecutor(max_workers=1) as pool:
        answer = pool.submit(asyncio.run, send()).result()
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_data_that_cannot_answer_suggests_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise DataError("no postcodes")

    monkeypatch.setattr(served.load, "finder", broken)
    served.finder.cache_clear()
    (answer,) = ask("SE8")
    assert (answer.status_code, answer.json()) == (200, [])
