"""One body for pages, files and API: what is compressed, what is kept, what is said of both."""

from __future__ import annotations

import gzip

import pytest
from starlette.requests import Request

from bcumap.app import assets
from bcumap.app.api import routes
from bcumap.app.bodies import Body, takes_gzip

TEXT = b"London " * 1000


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": pairs})


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip", True), ("GZIP", True), ("br, gzip;q=0.5", True), ("*", True), ("x;q=1, *", True),
        ("gzip;q=1.0", True), ("gzip ; q=0.001", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.0", False),
        ("gzip; Q=0.000", False), ("*;q=0", False), ("gzip;q=0, *", False), ("gzip;q=x", False),
    ],
)  # fmt: skip
def test_what_a_client_takes(said: str, takes: bool) -> None:
    assert takes_gzip(request(accept_encoding=said)) is takes


@pytest.mark.parametrize("said", ["gzip", "gzip;q=0", "identity"])
def test_a_body_is_as_the_client_takes_it_and_varies_once(said: str) -> None:
    answer = Body(lambda: TEXT).answer(request(accept_encoding=said))
    assert answer.headers.getlist("vary") == ["Accept-Encoding"]
    packed = answer.headers.get("content-encoding") == "gzip"
    assert packed is (said == "gzip")
    assert (gzip.decompress(answer.body) if packed else answer.body) == TEXT


def test_each_coding_has_a_tag_of_its_own_and_either_is_known_again() -> None:
    body = Body(lambda: TEXT)
    plain, packed = (
        body.answer(request(accept_encoding=each)).headers["etag"] for each in ("", "gzip")
    )
    assert plain != packed
    for tag in (plain, packed, f"W/{plain}", f'"other", {packed}', "*"):
        again = body.answer(request(if_none_match=tag, accept_encoding="gzip"))
        assert again.status_code == 304
        assert again.body == b""


def test_what_went_wrong_is_stored_by_nobody() -> None:
    answer = Body(lambda: b"no").answer(request(), status=404)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_what_is_packed_already_is_sent_as_it_is() -> None:
    answer = Body(lambda: TEXT, "image/png", compresses=False).answer(
        request(accept_encoding="gzip")
    )
    assert answer.body == TEXT
    assert "vary" not in answer.headers


async def _endpoint(path: str, **headers: str) -> str:
    (route,) = [each for each in routes("") if each.path == path]
    asked = request(**headers)
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await route.app({**asked.scope, "path_params": {}, "query_string": b""}, None, send)
    return str(dict(sent[0]["headers"]).get(b"content-encoding", b"").decode())  # type: ignore[call-overload]


@pytest.mark.parametrize(("said", "coding"), [("gzip", "gzip"), ("gzip;q=0", "")])
def test_pages_and_api_heed_it_alike(said: str, coding: str) -> None:
    import asyncio

    assert asyncio.run(_endpoint("/api/v1/bcus", accept_encoding=said)) == coding
    asset = assets.shipped()["facts.json"].answer(request(accept_encoding=said))
    assert asset.headers.get("content-encoding", "") == coding
