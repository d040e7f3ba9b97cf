"""An area for a frame of another site: no script, light, of what is asked, framed as configured."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette

from bcumap.app import embed, headers, routes
from bcumap.base.words import ATTRIBUTION
from bcumap.facts.cached import atlas

DEPTFORD = "E05013719"


@pytest.fixture(autouse=True)
def _ancestors() -> Iterator[None]:
    embed._headers.cache_clear()
    yield
    embed._headers.cache_clear()


def ask(question: str) -> httpx.Response:
    app = headers.Headers(Starlette(routes=routes.routes()))

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(f"/embed?{question}")

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (f"ward={DEPTFORD}", "Deptford, Lewisham"),
        ("borough=E09000023", "Lewisham"),
        ("bcu=NA", "North Area BCU"),
        ("borough=E09000001&show=map,officers,counters", "City of London"),
    ],
)
def test_it_is_light_runs_nothing_and_leads_back(question: str, told: str) -> None:
    answer = ask(question)
    assert answer.status_code == 200
    assert f"<h1>{told}: who polices it</h1>" in answer.text
    assert "<svg" in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"<[^>]* (style|on\w+)=", answer.text)
    assert not re.search(r"<(img|link|iframe|object)", answer.text)
    assert re.search(r'<a href="/[^"]+" target="_blank"', answer.text)
    assert len(gzip.compress(answer.content)) < 60_000


def test_a_ward_has_its_streets_and_says_whose_they_are() -> None:
    told = ask(f"ward={DEPTFORD}").text
    assert 'class="street-local"' in told
    seen = re.sub(r"<desc>.*?</desc>", "", told)
    assert ATTRIBUTION in seen
    assert "© OpenStreetMap contributors, © OpenMapTiles. Open Database License v1.0" in seen
    far = ask("bcu=NA").text
    assert "OpenStreetMap" not in far
    assert ATTRIBUTION in re.sub(r"<desc>.*?</desc>", "", far)


def test_its_policy_allows_its_own_style_and_nothing_else() -> None:
    answer = ask(f"ward={DEPTFORD}")
    policy = answer.headers["content-security-policy"]
    style = re.findall("<style>(.*?)</style>", answer.text, re.S)
    assert len(style) == 1
    own = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{own}'" in policy
    assert policy.endswith("frame-ancestors *")
    assert "x-frame-options" not in answer.headers


def test_who_may_frame_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_EMBED_ANCESTORS", "https://council.example")
    policy = ask(f"ward={DEPTFORD}").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://council.example")


def test_it_shows_what_is_asked_for() -> None:
    assert "<svg" not in ask(f"ward={DEPTFORD}&show=officers").text
    assert "<h2>Front counters" not in ask(f"ward={DEPTFORD}").text
    only = ask(f"ward={DEPTFORD}&show=counters").text
    assert "<h2>Front counters" in only
    assert "Promised" not in only


@pytest.mark.parametrize(
    "question", ["", "ward=E05999999", "bcu=%3Cscript%3E", "q=SE8 4RX", "show=map"]
)
def test_what_is_no_area_is_said(question: str) -> None:
    answer = ask(question)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "<" not in answer.text


def test_whatever_else_is_asked_changes_nothing() -> None:
    evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    plain = ask(f"ward={DEPTFORD}").text
    for name in ("title", "q", "show", "on", "at"):
        assert ask(f"ward={DEPTFORD}&{httpx.QueryParams({name: evil})}").text == plain, name


def test_the_code_to_copy_is_one_frame_without_rights() -> None:
    code = embed.code(atlas()[DEPTFORD], "https://map.example")
    assert code.startswith(f'<iframe src="https://map.example/embed?ward={DEPTFORD}"')
    assert " sandbox " in code
    assert code.count("<") == 2
