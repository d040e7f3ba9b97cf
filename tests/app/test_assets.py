"""Files from memory: names that change with the content, compression, lifetimes, other paths."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from bcumap.app import assets
from bcumap.base.errors import DataError
from bcumap.facts import store


async def the_app(_request: object) -> PlainTextResponse:
    return PlainTextResponse("the app")


APP = assets.FromMemory(Starlette(routes=[Route("/{path:path}", the_app, methods=["GET", "POST"])]))


def ask(
    path: str, *, method: str = "GET", encoding: str = "gzip", app: assets.FromMemory = APP
) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers={"Accept-Encoding": encoding})

    # In a thread: where the browser tests ran before, this one's event loop is Playwright's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


def test_a_name_changes_with_the_content() -> None:
    one, other = (assets.Asset(lambda each=each: each, name="a.js") for each in (b"1", b"2"))
    assert re.fullmatch(r"a-[0-9a-f]{12}\.js", one.link)
    assert one.link != other.link
    assert one.link == assets.Asset(partial(bytes, b"1"), name="a.js").link


def test_every_file_of_the_page_is_served_for_good() -> None:
    for name, asset in assets.shipped().items():
        answer = ask(assets.url(name))
        assert answer.status_code == 200, name
        assert answer.content == asset.content
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_layers_come_compressed_to_those_who_take_it() -> None:
    url, plain = assets.url("wards.topojson"), store.web_files()["wards.topojson"]
    answer = ask(url)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) < len(plain) / 2
    assert answer.content == plain
    answer = ask(url, encoding="identity")
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == plain


def test_streamlits_bundles_are_compressed_too() -> None:
    folder = Path(get_static_dir())
    scripts = re.findall(
        r'"\./(static/js/[\w.-]+\.js)"', (folder / "index.html").read_text("utf-8")
    )
    assert len(scripts) > 10
    answer = ask(f"/{scripts[0]}")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (folder / scripts[0]).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/x", "/static/no.js", "/assetsx", "/assets/../pyproject.toml"],
)
def test_everything_else_is_left_to_the_app(path: str) -> None:
    assert ask(path).text == "the app"


def test_only_reading_is_answered() -> None:
    assert ask(assets.url("areas.js"), method="POST").text == "the app"
    head = ask(assets.url("areas.js"), method="HEAD")
    assert (head.status_code, head.content) == (200, b"")


# --- the page itself ---------------------------------------------------------------------------


def test_a_page_is_streamlit_s_but_for_what_is_ours() -> None:
    ours = assets.page_html("<title>ours</title>", "<main>first</main>")
    theirs = (Path(get_static_dir()) / "index.html").read_text("utf-8")
    for bundle in re.findall(r"static/(?:js|css)/[\w./-]+", theirs):
        assert ours.count(bundle) == 1
    assert "noscript" not in ours
    assert "Streamlit</title>" not in ours
    where = ours.index("window.__streamlit = { BACKEND_BASE_URL: location.origin + '/' }")
    assert where < ours.index("<title>ours</title>") < ours.index('<script type="module"')
    first = ours.index("<main>first</main>")
    assert first < ours.index('<div id="root"></div>') < ours.index('rel="stylesheet"')


def test_another_page_of_streamlit_s_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<html><head></head></html>")
    monkeypatch.setattr(assets, "get_static_dir", lambda: str(tmp_path))
    assets._shell.cache_clear()
    with pytest.raises(DataError, match="not as it was"):
        assets.page_html()


def test_under_another_path_the_files_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.st, "get_option", {"server.baseUrlPath": "/met/map/"}.get)
    app = assets.FromMemory(APP._app)
    assert assets.url("areas.js").startswith("/met/map/assets/")
    assert ask(assets.url("areas.js"), app=app).status_code == 200


@pytest.mark.parametrize("name", ["areas-000000000000.js", "areas.js", "", "%2e%2e/app.py"])
def test_a_file_of_another_edition_or_none_is_not_there(name: str) -> None:
    reply = ask(f"/assets/{name}")
    assert (reply.status_code, reply.text) == (404, "no such file")
