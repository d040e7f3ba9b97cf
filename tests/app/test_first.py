"""What the server says of every page by itself: its head, redirects, and what is not there."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from bcumap.app import assets, drawn, first, heads, routes
from bcumap.app.kept import Kept
from bcumap.base.words import ALL_PAGES, PAGES
from bcumap.facts.cached import atlas, counters
from tests.hostile import QUERIES, SOME

PUBLIC = "https://map.example"
DEPTFORD = "E05013719"


async def the_app(_request: object) -> PlainTextResponse:
    return PlainTextResponse("the app")


def ask(path: str, *, encoding: str = "gzip", method: str = "GET") -> httpx.Response:
    inner = Starlette(routes=[*routes.routes(), Route("/{path:path}", the_app)])

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=first.First(inner))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers={"Accept-Encoding": encoding})

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


class Heads(HTMLParser):
    """The title, and every meta and link by its name, of a page as it was sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self._is_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._is_title = tag == "title" and "title" not in self.said
        if name := given.get("name") or given.get("property") or given.get("rel"):
            self.said[name] = given.get("content") or given.get("href") or ""

    def handle_endtag(self, _tag: str) -> None:
        self._is_title = False

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.said["title"] = self.said.get("title", "") + data


@pytest.fixture
def _public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_URL", PUBLIC)


@pytest.fixture(autouse=True)
def _shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(first, "_pages", Kept(first.KEPT_BYTES))
    yield
    assets._shell.cache_clear()
    first._missing.cache_clear()


@pytest.mark.parametrize("path", [path for path, _ in ALL_PAGES])
def test_every_page_knows_its_server_and_is_compressed(path: str) -> None:
    picture(f"/{path}")  # with its map
    answer = ask(f"/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.count("BACKEND_BASE_URL") == 1
    assert ask(f"/{path}", encoding="identity").text == answer.text


LINKS = {
    "/": "bcumap: how London is policed",
    f"/ward?ward={DEPTFORD}": "Deptford, Lewisham: ward officers and police team",
    f"/?ward={DEPTFORD.lower()}": "Deptford, Lewisham: who polices it",
    "/?borough=E09000023": "Lewisham: who polices it",
    "/?bcu=SE": "South East BCU: who polices it",
    "/officers?measure=committed": "Ward officers: promised and in post",
    "/counters?on=2025-09-01": "Front counters on 1 September 2025",
    "/counters?borough=E09000023&on=2025-09-01": "Lewisham: front counters on 1 September 2025",
    "/history?on=2018-12-31": "Police units on 31 December 2018",
    f"/compare?a={DEPTFORD.lower()}&b=SE": "Deptford, Lewisham; South East BCU: compared",
    "/compare": "Compare areas of London",
    "/counter?site=pinner": "Pinner front counter: hours, address and history",
    "/counter": "Front counters, one by one",
    "/about": "About bcumap: words, privacy, accessibility, sources",
    "/download": "Download: boundaries and facts of London’s police areas",
}


@pytest.mark.usefixtures("_public")
def test_each_link_says_what_it_is() -> None:
    said = {path: Heads(ask(path).text).said for path in LINKS}
    assert {path: each["title"] for path, each in said.items()} == LINKS
    for path, each in said.items():
        assert len(each["description"]) > 40, path
        assert each["og:title"] == each["title"]
        assert each["og:url"] == each["canonical"]
        assert each["canonical"].startswith(f"{PUBLIC}/")
        assert each["og:image"].startswith(f"{PUBLIC}/card/")
        assert (each["og:image:width"], each["og:image:height"]) == ("1200", "630")
        assert each["twitter:card"] == "summary_large_image"
        assert each["icon"].startswith("/assets/icon-")
    assert said[f"/?ward={DEPTFORD.lower()}"]["canonical"] == f"{PUBLIC}/?ward={DEPTFORD}"
    assert (
        "policed by South East BCU of the Metropolitan Police"
        in said[f"/ward?ward={DEPTFORD}"]["description"]
    )


WRONG = {
    "/?bcu=XX": "Not found – bcumap: how London is policed",
    "/counter?site=Nowhere": "Not found – Front counters, one by one",
    "/counters?on=1066-10-14": "Not found – Front counters of the Met",
    "/?q=zzzz": "Not found",
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_wrong_with_a_link_comes_first_in_its_title(path: str) -> None:
    assert Heads(ask(path).text).said["title"] == WRONG[path]


@pytest.mark.usefixtures("_public")
@pytest.mark.parametrize("of", [4, pytest.param(1, marks=pytest.mark.nightly)])
def test_the_picture_of_each_link_exists_and_has_its_size(of: int) -> None:
    """As whoever previews a link sees it: the page as sent names the picture, which is fetched."""
    pictures = sorted({Heads(ask(path).text).said["og:image"] for path in LINKS})
    assert len(pictures) >= 6  # of areas and kinds of page, each its own
    for picture in pictures[::of]:
        answer = ask(picture.removeprefix(PUBLIC))
        assert answer.status_code == 200, picture
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", answer.content[16:24]) == (1200, 630), picture


def test_without_a_public_address_nothing_claims_one() -> None:
    said = Heads(ask(f"/?ward={DEPTFORD}").text).said
    assert not [name for name in said if name.startswith("og:") or name == "canonical"]
    assert said["title"].startswith("Deptford")


@pytest.mark.usefixtures("_public")
@pytest.mark.parametrize("path", ["/?q=SE8 4RX", "/ward?q=Deptford", "/counters?q=51.48,-0.03"])
def test_what_was_asked_is_kept_and_found_by_nobody(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "etag" not in answer.headers
    said = Heads(answer.text).said
    assert said["robots"] == "noindex"
    assert not [
        name for name in said if name.startswith(("og:", "twitter:")) or name == "canonical"
    ]


@pytest.mark.parametrize(
    "queries", [SOME, pytest.param(QUERIES, marks=pytest.mark.nightly)], ids=["some", "all"]
)
def test_whatever_is_asked_stays_text(queries: list[str]) -> None:
    for number, query in enumerate(queries):
        asked = str(httpx.QueryParams({"q": query.encode("utf-8", "replace").decode()[:2000]}))
        pages = ("/", "/ward", "/counters")
        for path in pages if queries is QUERIES else pages[number % 3 :][:1]:
            answer = ask(f"{path}?{asked}")
            assert answer.status_code == 200, ascii(query)
            assert not re.search(r"<script>(?!\s*window\.)|<img", answer.text, re.I)


@pytest.mark.parametrize(
    "parameter",
    [
        "ward",
        "borough",
        "bcu",
        "on",
        "measure",
        "level",
        "title",
        "at",
        "sort",
        "theme",
        "about",
        "a",
        "site",
        "day",
    ],
)
def test_hostile_parameters_stay_text_and_out_of_the_head(parameter: str) -> None:
    value = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    page = {"a": "compare", "site": "counter"}.get(parameter, "counters")
    answer = ask(f"/{page}?{httpx.QueryParams({parameter: value})}")
    assert answer.status_code in (200, 404)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "alert" not in json.dumps(Heads(answer.text).said)


@pytest.mark.parametrize(
    "path",
    [
        "/?ward=E05999999",
        "/ward?ward=x",
        "/?borough=",
        "/?bcu=ZZ",
        "/compare?a=E05999999",
        "/counter?site=Nowhere",
    ],
)
def test_an_area_that_is_none_is_not_there(path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert Heads(answer.text).said["robots"] == "noindex"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (f"/ward/{DEPTFORD}", f"/ward?ward={DEPTFORD}"),
        (f"/ward/{DEPTFORD.lower()}", f"/ward?ward={DEPTFORD}"),
        ("/borough/E09000023", "/?borough=E09000023"),
        ("/bcu/NA", "/?bcu=NA"),
        ("/privacy", "/about#privacy"),
        ("/accessibility", "/about#accessibility"),
        ("/ward/", "/ward"),
        ("/counters/?on=2025-09-01", "/counters?on=2025-09-01"),
    ],
)
def test_what_looks_like_an_address_leads_to_the_one_that_is(path: str, to: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.headers["location"]) == (308, to)


@pytest.mark.parametrize(
    "path", ["/nope", "/ward/E05999999", "/Ward", "/index.html", "/officers/x"]
)
def test_what_is_no_page_is_said_with_help(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert 'name="q"' in answer.text
    assert 'href="/counters"' in answer.text


@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/static/x.js", "/ward/_stcore/host-config", "/assets/x", "/media/x"],
)
def test_streamlit_s_paths_and_files_are_left_to_them(path: str) -> None:
    assert ask(path).text == "the app"


def test_only_reading_is_answered() -> None:
    assert ask("/", method="HEAD").content == b""
    assert ask("/", method="POST").status_code == 405


def test_under_another_path_the_pages_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.st, "get_option", {"server.baseUrlPath": "/met/map/"}.get)
    for path in ("/met/map/", "/met/map/ward", "/met/map/officers"):
        assert "BACKEND_BASE_URL: location.origin + '/met/map/' }" in ask(path).text
    assert ask(f"/met/map/ward/{DEPTFORD}").headers["location"] == f"/met/map/ward?ward={DEPTFORD}"


def test_search_engines_are_told_every_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_URL", PUBLIC)
    places = re.findall("<loc>(.*?)</loc>", ask("/sitemap.xml").text)
    assert len(places) == len(PAGES) + 2 + len(counters()["sites"]) + sum(
        len(of) for of in atlas().levels.values()
    )
    assert f"{PUBLIC}/ward?ward={DEPTFORD}" in places
    told = ask("/robots.txt").text
    assert f"Sitemap: {PUBLIC}/sitemap.xml" in told
    assert "Disallow: /*?q=" in told
    assert ask("/manifest.webmanifest").json()["name"] == heads.TITLE
    assert ask("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_areas_are_compared_before_any_script_runs() -> None:
    text = ask(f"/compare?a={DEPTFORD}&b=SE&q=Pinner").text
    assert re.findall(r'<section class="bcumap-panel" aria-label="([^"]*)"', text) == [
        "Deptford, Lewisham", "South East BCU", "Pinner, Harrow",
    ]  # fmt: skip
    maps = re.findall(r'<img class="bcumap-small" src="(.*?)"', text)
    assert len(maps) == 9  # where each is, its counters and offences
    assert 'href="/compare?a=SE&amp;b=E05013555"' in text  # without the first
    # Another one is asked for beside these, and one that nobody knows is said to be none.
    for slot, code in zip("abc", (DEPTFORD, "SE", "E05013555"), strict=True):
        assert f'<input type="hidden" name="{slot}" value="{code}">' in text
    answer = ask(f"/compare?a={DEPTFORD}&b=E05999999")
    assert answer.status_code == 200
    assert "There is no area with the code “E05999999”" in answer.text


def test_a_fifth_area_is_refused_in_a_sentence() -> None:
    text = ask(f"/compare?a={DEPTFORD}&b=SE&c=NA&d=E09000001&q=Pinner").text
    assert "Four areas are compared at most" in text
    assert 'aria-label="Pinner, Harrow"' not in text


def test_what_may_be_several_is_offered_beside_the_others() -> None:
    text = ask("/compare?a=SE&q=Abbey").text
    assert re.search(r'<a href="/compare\?a=SE&amp;b=E05\d{6}" target="_self">Abbey', text)


def test_counters_by_hour_and_one_by_one_need_no_script() -> None:
    text = ask("/counters?q=SE8 4RX&day=Sun&time=20:00").text
    told = text[text.index("bcumap-panel bcumap-reached") :]
    assert "Open on Sunday at 20:00, nearest to SE8 4RX first" in told
    assert re.findall(r"/counter\?site=([A-Za-z%0-9]+)", told)[:2] == [
        "Lewisham",
        "Charing%20Cross",
    ]
    assert '<option value="Sun" selected>' in text
    assert '<input type="hidden" name="q" value="SE8 4RX">' in text
    assert "/counter?site=Pinner" in ask("/counters?q=pinner police station").text
    page = ask("/counter?site=Pinner").text
    for said in (
        "1 Waxwell Lane, HA5 3EJ",
        "Closed since 28 February 2026 (announced)",
        "To close, due on 28 February 2026",
        'data-point="51.59694,-0.38521"',
    ):
        assert said in page
    assert ask("/counter").text.count("/counter?site=") >= len(counters()["sites"])


def test_small_maps_are_drawn_of_areas_alone() -> None:
    for kind in ("areas", "counters", "demand"):
        answer = ask(f"/small/{kind}/{DEPTFORD}.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.text.startswith("<svg")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in (f"/small/history/{DEPTFORD}.svg", "/small/areas/x.svg"):
        assert ask(path).status_code == 404


ON_ALL = "search.js links.js share.js page.css"
WITH_MAP = f"""{ON_ALL} host.js leaflet.js areas.js map.js save.js dates.js keep.js leaflet.css
    areas.topojson"""
WITH_TABLE = f"{WITH_MAP} table.js files.js facts.json"
WITH_DATE = f"{WITH_MAP} time.js files.js sources.js"
FETCHED = {
    "/": WITH_TABLE,
    "/?level=wards": f"{WITH_TABLE} wards.topojson",
    "/officers": WITH_TABLE,
    "/demand": WITH_TABLE,
    f"/ward?ward={DEPTFORD}": f"{WITH_MAP} wards.topojson",
    "/counters": f"{WITH_DATE} counters.js counters.json facts.json",
    "/history": f"{WITH_DATE} units.js history.json",
    "/about": ON_ALL,
}


@pytest.mark.parametrize("path", FETCHED)
def test_what_the_live_page_will_ask_for_is_fetched_before(path: str) -> None:
    found = re.search(r'data-files="([^"]*)"', ask(path).text)
    assert found
    served = {f"{assets.PREFIX}/{each.link}": name for name, each in assets.shipped().items()}
    all_ = found[1].split()
    assert sorted(served[each] for each in all_ if each in served) == sorted(FETCHED[path].split())
    theirs = [each for each in all_ if each not in served]
    assert all((Path(get_static_dir()) / each.lstrip("/")).is_file() for each in theirs)
    assert any("BidiComponent" in each for each in theirs)


def test_streamlit_s_letters_are_not_fetched() -> None:
    styles = [asset.content for path, asset in assets._served().items() if "css/index." in path]
    assert len(styles) == 1
    assert b"Source Sans;" not in styles[0]
    assert b"Material Symbols" in styles[0]


def test_structured_data_cannot_end_its_script() -> None:
    said = heads.Head("</script><script>alert(1)", "x", "?ward=1", "areas")
    written = heads.tags(said, public=PUBLIC, base="", icon="", card_path="/card")
    assert written.count("</script>") == 1
    assert "<script>" not in written


# --- the first picture ---------------------------------------------------------------------------


def picture(path: str) -> str:
    """The first picture of a page, with its map: the second time it is drawn."""
    deadline = time.monotonic() + 30
    while drawn.NO_MAP.decode() in (text := ask(path).text) and time.monotonic() < deadline:
        time.sleep(0.1)
    return text[text.index('<div id="bcumap-first"') : text.index('<div id="root">')]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.S))


FIRST = {
    "/": ("Who polices your part of London", "Metropolitan Police", "Barking and Dagenham"),
    f"/?ward={DEPTFORD}": ("Deptford", "Lewisham", "South East"),
    "/?borough=E09000023": ("Lewisham", "Wards of Lewisham", "Deptford"),
    f"/ward?ward={DEPTFORD}": ("Deptford", "Promise and strength", "999"),
    "/officers?measure=committed": ("Ward officers", "Lewisham"),
    "/counters?on=2025-09-01": ("1 September 2025", "Open front counters", "37"),
    "/history?on=2018-12-31": ("31 December 2018", "The 12 BCUs", "Everything by date"),
    "/?q=SE8 4RX": ("SE8 4RX is in Deptford ward", "policed by South East BCU"),
}


@pytest.mark.parametrize("path", FIRST)
def test_the_first_picture_has_what_was_asked_for_and_a_map(path: str) -> None:
    shown = picture(path)
    told = words(shown)
    for each in FIRST[path]:
        assert each in told
    assert shown.count("<h1") == 1
    assert shown.count("<main") == 0  # the live page has one
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert "<script" not in shown
    assert not re.search(r" on\w+=", shown)
    drawing = re.search(r"<svg.*?</svg>", shown, re.S)
    assert drawing
    assert len(gzip.compress(drawing[0].encode())) <= 25_000
    assert 'name="q"' in shown


def test_the_place_of_a_question_is_marked_and_stays_with_who_asked() -> None:
    assert '<circle class="found-point"' in picture("/?q=SE8 4RX")
    assert 'value="SE8 4RX"' in picture("/?q=SE8 4RX")
    for path in (f"/?ward={DEPTFORD}", "/"):
        assert '<circle class="found-point"' not in picture(path)
        assert "SE8 4RX is" not in picture(path)


def test_a_map_that_takes_long_is_left_out_and_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "PATIENCE_S", 0)
    path = "/?ward=E05014053"
    assert drawn.NO_MAP.decode() in ask(path).text
    assert "<svg" in picture(path)


def test_what_is_kept_is_bounded() -> None:
    room: Kept[int] = Kept(1000)
    for number in range(50):
        room.put(number, bytes(100))
        room.get(0)
    assert room.get(0) is not None
    assert sum(room.get(each) is not None for each in range(50)) == 10


def test_a_hostile_question_is_text_in_the_picture() -> None:
    value = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    shown = picture(f"/?{httpx.QueryParams({'q': value})}")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
