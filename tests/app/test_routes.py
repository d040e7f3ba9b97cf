"""Answers over HTTP: suggestions whatever is asked, and the officers of every area of a level."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from statistics import median

import httpx
import pytest
import shapely
from starlette.applications import Starlette

from bcumap.app import orders as made
from bcumap.app import routes
from bcumap.app.bodies import Body
from bcumap.app.orders import PictureOrder
from bcumap.base import plane
from bcumap.base.errors import BusyError, DataError
from bcumap.facts import cached, store
from bcumap.facts.find import MOST_OPTIONS
from bcumap.facts.places import CLASSES, FAR
from bcumap.maps import looks, streets
from bcumap.maps.request import Wish
from tests.hostile import QUERIES


@pytest.fixture(autouse=True)
def _finder() -> Iterator[None]:
    """Let no test's data stay with the next."""
    yield
    cached.finder.cache_clear()


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

    monkeypatch.setattr(cached.store, "finder", broken)
    cached.finder.cache_clear()
    (answer,) = ask("SE8")
    assert (answer.status_code, answer.json()) == (200, [])


# --- pictures ------------------------------------------------------------------------------------


def post(path: str, body: bytes = b"", method: str = "POST", etag: str = "") -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=routes.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, content=body, headers={"If-None-Match": etag})

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[PictureOrder]:
    """What is ordered, instead of a picture."""
    found: list[PictureOrder] = []

    async def deliver(order: PictureOrder, _is_gone: object) -> bytes:
        found.append(order)
        return b"a picture"

    monkeypatch.setattr(made, "deliver", deliver)
    return found


def test_a_picture_is_answered_as_a_file(orders: list[PictureOrder]) -> None:
    asked = "level=wards&measure=committed&area=na&streets=1"
    reply = post(f"/picture/officers.svg?{asked}", method="GET")
    assert (reply.status_code, reply.content) == (200, b"a picture")
    assert reply.headers["content-type"] == "image/svg+xml"
    assert reply.headers["content-disposition"] == (
        'attachment; filename="officers-wards-committed-NA.svg"'
    )
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "public" in reply.headers["cache-control"]
    wish = Wish("officers", "wards", "committed", "NA", streets=True)
    assert orders == [PictureOrder(wish, ".svg")]


@pytest.mark.parametrize("path", ["/picture/areas.png", f"{routes.SUGGEST}?q=dept"])
def test_what_has_not_changed_is_not_sent_again(path: str, orders: list[PictureOrder]) -> None:
    first = post(path, method="GET")
    assert (first.status_code, first.headers["x-content-type-options"]) == (200, "nosniff")
    again = post(path, method="GET", etag=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_figures_that_are_posted_are_drawn_and_not_kept(orders: list[PictureOrder]) -> None:
    reply = post("/picture/officers.png?title=Mine", b"code,value\nE09000023,7\n")
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    assert orders[0].wish.values == (("E09000023", 7.0),)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/picture/streets.png", b"", "there is no picture of 'streets'"),
        ("/picture/areas.gif", b"", "a picture ends in .png or .svg"),
        ("/picture/areas", b"", "a picture ends in .png or .svg"),
        ("/picture/areas.png?view=1,2,3", b"", "is no view"),
        ("/picture/areas.png?area=%00", b"", "there is no area"),
        ("/picture/counters.png?on=2026-02-30", b"", "is no date"),
        ("/picture/officers.png", b"x" * 70_000, "more than 65,536 bytes"),
        ("/picture/officers.png", b"\xff\xfe", "no CSV in UTF-8"),
        ("/picture/officers.png", b"a,b\n1,2", "the columns code and value"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    path: str, body: bytes, said: str, orders: list[PictureOrder]
) -> None:
    reply = post(path, body)
    assert reply.status_code == 400
    assert said in reply.text
    assert reply.headers["content-type"].startswith("text/plain")
    assert orders == []


def test_no_hostile_text_breaks_a_picture(orders: list[PictureOrder]) -> None:
    for text in filter(str.strip, QUERIES):
        sent = text[:500].encode(errors="replace").decode()
        query = httpx.QueryParams(dict.fromkeys(("level", "measure", "area", "on", "view"), sent))
        assert post(f"/picture/areas.png?{query}").status_code == 400
    assert orders == []


def test_who_comes_too_late_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(_order: PictureOrder, _is_gone: object) -> bytes:
        raise BusyError("other files are being made just now")

    monkeypatch.setattr(made, "deliver", busy)
    reply = post("/picture/areas.png")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "30")


def test_cards_are_of_areas_and_pages_and_of_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[PictureOrder] = []

    async def deliver(order: PictureOrder, _gone: object) -> bytes:
        wanted.append(order)
        return b"png"

    monkeypatch.setattr(made, "deliver", deliver)
    for name in ("E05013719", "NA", "areas", "counters"):
        (answer,) = ask(None, path=f"{routes.CARD}/{name}.png")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), name
    assert [order.wish.level for order in wanted] == ["wards", "bcus", "bcus", "boroughs"]
    assert all(order.is_card for order in wanted)
    for name in ("SE8 4RX", "E05999999", "%3Cscript%3E"):
        (answer,) = ask(None, path=f"{routes.CARD}/{name}.png")
        assert answer.status_code == 404


# --- streets -----------------------------------------------------------------------------------


def test_a_tile_of_streets_is_answered_with_its_names_and_borders() -> None:
    (index,) = ask(None, path=f"{routes.STREETS}/tiles.json")
    told = index.json()
    assert "2-536-176" in told["tiles"]
    assert "© OpenStreetMap contributors" in told["credit"]
    assert told["look"]["light"]["water"]
    assert told["off"] == "A boundary may be up to 3 m off here."
    near, far = (
        ask(None, path=f"{routes.STREETS}/2-536-176{ending}.json")[0].json()
        for ending in ("", told["far"])
    )
    assert "New Cross Road" in {name for _, name, _ in near["roads"]["streets"]}
    sides = [side[-1] for *both, _ in near["borders"]["lines"] for side in both if side]
    assert "E05013719" in sides  # Deptford
    assert "borders" not in far
    assert {name for kind, name, _ in far["roads"]["streets"] if kind == len(CLASSES) - 1} == {""}
    assert far["ground"] == near["ground"]


def test_a_tile_without_lines_has_names_at_points() -> None:
    (tile,) = ask(None, path=f"{routes.STREETS}/2-552-186.json")
    assert {"corners", "points"} <= tile.json().keys()


@pytest.mark.parametrize(
    "name",
    ["2-0-0", "..%2Fsources", "2-536-176%00", "x" * 2000, "10-530-170-far", "2-536-176-far-far",
     "-far", "2-536-176-FAR", "..%2F..%2Fweb%2Fborders", "borders"],
)  # fmt: skip
def test_there_is_no_other_tile(name: str) -> None:
    (answer,) = ask(None, path=f"{routes.STREETS}/{name}.json")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


# The map of the first page on a desk, as tests/browser/test_streets.py measures it.
MAP_PX, PADDING_PX, SNAP, NEAREST = (682, 556), 24, 0.25, 14.0
MOST_KB, USUAL_KB = 90, 30


def seen(bounds: Sequence[float], nearest: float = NEAREST) -> tuple[float, set[str]]:
    """The zoom that Leaflet fits bounds at, and the tiles that streets.js wants for them."""

    def pixels(lon: float, lat: float) -> tuple[float, float]:  # at zoom 0, Web Mercator
        north = math.asinh(math.tan(math.radians(lat)))
        return 256 * (lon / 360 + 0.5), 128 * (1 - north / math.pi)

    (left, low), (right, top) = pixels(*bounds[:2]), pixels(*bounds[2:])
    sides = zip(MAP_PX, (right - left, low - top), strict=True)
    zoom = min(math.log2((px - 2 * PADDING_PX) / side) for px, side in sides)
    zoom = min(math.floor(zoom / SNAP) * SNAP, nearest)
    x, y = (left + right) / 2, (low + top) / 2
    half = [px / 2 / 2**zoom for px in MAP_PX]

    def is_seen(name: str) -> bool:
        side, east, north = (int(number) * 1000 for number in name.split("-"))
        west, south = pixels(*plane.degrees(east, north))
        far_east, far_north = pixels(*plane.degrees(east + side, north + side))
        return (
            west <= x + half[0] and far_east >= x - half[0]
            and far_north <= y + half[1] and south >= y - half[1]
        )  # fmt: skip

    for side in ("2-", "10-"):
        names = {name for name in cached.context().tiles if name.startswith(side) and is_seen(name)}
        if len(names) <= streets.MOST_TILES:
            break
    is_far = side == "2-" and zoom < looks.STREETS_NEAR_FROM
    return zoom, {f"{name}{FAR if is_far else ''}" for name in names}


def test_a_view_of_a_ward_needs_little_of_streets() -> None:
    """Compressed as they are answered: the views of all wards that show streets, and their middles
    from near, with borders.
    """

    @cache
    def size(name: str) -> int:
        body = Body(partial(bytes, cached.context().tile(name) or b""))
        return min(len(body.content), len(body.compressed))

    areas = shapely.bounds(store.ward_polygons()[1])
    wholes = [names for zoom, names in map(seen, areas) if zoom >= looks.STREETS_FROM]
    middles = (areas[:, :2] + areas[:, 2:]) / 2
    near = [seen([*at, *(at + 1e-6)], looks.BORDERS_FROM)[1] for at in middles]
    assert len(wholes) > 690
    for views in (wholes, near):
        assert max(map(len, views)) <= streets.MOST_TILES
        sizes = sorted(sum(map(size, names)) / 1000 for names in views)
        assert sizes[-1] <= MOST_KB
        assert median(sizes) <= USUAL_KB
