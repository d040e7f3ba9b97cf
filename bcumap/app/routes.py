"""What the server answers beside its pages: suggestions, pictures of the maps, and the API."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache, lru_cache, partial
from pathlib import PurePath

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bcumap.app import api, drawn, heads, orders, tiles
from bcumap.app.assets import base_path, shipped, url
from bcumap.app.bodies import A_WHILE, Body, json_body
from bcumap.app.embed import EMBED, embed
from bcumap.app.orders import PictureOrder
from bcumap.app.origins import public_address
from bcumap.base import dates
from bcumap.base.errors import BcuMapError, BusyError
from bcumap.base.safe import plain
from bcumap.base.words import FEED
from bcumap.export import feed
from bcumap.facts.cached import atlas, context, finder, happenings
from bcumap.maps import request as picture_wish
from bcumap.maps import streets as drawn_streets

SUGGEST = "/suggest"
PICTURE = "/picture"
FAVICON = "favicon.ico"  # what browsers ask for where a page names no icon
ROBOTS, SITEMAP, MANIFEST = "robots.txt", "sitemap.xml", "manifest.webmanifest"
A_DAY = "public, max-age=86400"
STREETS = "/streets"
SMALL = "/small"
SMALL_MAPS = (picture_wish.AREAS, picture_wish.COUNTERS, picture_wish.DEMAND)
MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
# An SVG is a document of its own if somebody opens it: nothing in it runs.
CARD = "/card"  # pictures for previews of links
NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'"
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
TILES_KEPT = 64  # with their compressed form, some 30 KB each
VALUES_BYTES = 65_536  # of a visitor's figures: 704 wards take 15,000
PARAMETERS = ("level", "measure", "area", "on", "view", "closed", "streets", "title")


async def suggest(request: Request) -> Response:
    """Answer ?q= with what its beginning may mean, as a list of options."""
    try:
        options = finder().suggest(request.query_params.get("q", ""))
    except BcuMapError:  # data without postcodes: the page itself says so
        options = []
    return json_body([asdict(option) for option in options]).answer(request)


async def picture(request: Request) -> Response:
    """Answer with a picture of a map, as /picture/officers.png?level=wards&measure=committed.

    A CSV of code and value that is posted is what areas are shaded by. What is wrong with a request
    is answered in a sentence.
    """
    path = PurePath(request.path_params["name"])
    try:
        if path.suffix not in picture_wish.FORMS:
            forms = " or ".join(picture_wish.FORMS)
            raise BcuMapError(f"a picture ends in {forms}, as /picture/areas.png")
        asked = {name: request.query_params.get(name, "") for name in PARAMETERS}
        asked |= {"kind": path.stem, "values": await _posted(request)}
        wish = picture_wish.read(asked, atlas(), today=dates.today())
        order = PictureOrder(wish, path.suffix)
        content = await orders.deliver(order, request.is_disconnected)
    except BusyError as error:
        return PlainTextResponse(str(error), 503, {"Retry-After": "30", **NO_SNIFFING})
    except BcuMapError as error:
        return PlainTextResponse(plain(str(error), length=600), 400, NO_SNIFFING)
    headers = {
        "Content-Disposition": f'attachment; filename="{order.name}"',
        "Content-Security-Policy": NOTHING_RUNS,
    }
    # Sent as it is: to compress a large one each time would hold up everybody else.
    body = Body(lambda: content, MEDIA_TYPES[path.suffix], compresses=False)
    lasts = "no-store" if wish.values else A_WHILE
    return body.answer(request, lasts=lasts, headers=headers)


async def card(request: Request) -> Response:
    """Answer with the picture for the preview of a link, as /card/E05013719.png or /card/areas.png.

    Of areas and pages alone, never of what somebody asked.
    """
    path = PurePath(request.path_params["name"])
    known = atlas().get(path.stem)
    level = known.level if known else ""
    asked = {"kind": picture_wish.AREAS, "area": path.stem, "level": level}
    if not level and path.stem in picture_wish.KINDS:
        asked = {"kind": path.stem}
    elif not level:
        return PlainTextResponse("there is no such area or page\n", 404, NO_SNIFFING)
    try:
        order = PictureOrder(
            picture_wish.read(asked, atlas(), today=dates.today()), ".png", is_card=True
        )
        content = await orders.deliver(order, request.is_disconnected)
    except BusyError as error:
        return PlainTextResponse(str(error), 503, {"Retry-After": "30", **NO_SNIFFING})
    body = Body(lambda: content, MEDIA_TYPES[".png"], compresses=False)
    return body.answer(request, lasts=A_DAY)


async def small(request: Request) -> Response:
    """Answer with a small map of an area, as /small/counters/E05013719.svg, to stand in a page."""
    kind, known = request.path_params["kind"], atlas().get(request.path_params["code"])
    try:
        if kind not in SMALL_MAPS or known is None:
            raise BcuMapError(f"a small map is of {', '.join(SMALL_MAPS)} and a code of an area")
        # Figures are those of wards, so that the shades of two maps can be compared.
        level = known.level if kind == picture_wish.AREAS else "wards"
        asked = {"kind": kind, "area": known.code, "level": level}
        wish = picture_wish.read(asked, atlas(), today=dates.today())
    except BcuMapError as error:
        return PlainTextResponse(f"{plain(str(error))}\n", 404, NO_SNIFFING)
    content = await drawn.small(wish)
    body = Body(lambda: content, MEDIA_TYPES[".svg"])
    headers = {"Content-Security-Policy": NOTHING_RUNS}
    return body.answer(request, lasts=A_WHILE, headers=headers)


def small_map(kind: str, code: str) -> str:
    """Where the small map of an area is; `kind` is one of `SMALL_MAPS`."""
    return f"{base_path()}{SMALL}/{kind}/{code}.svg"


async def plain_file(body: Body, request: Request) -> Response:
    """Answer for what search engines and phones ask of a site."""
    return body.answer(request, lasts=A_WHILE)


def _plain_files() -> dict[str, Body]:
    base, public = base_path(), public_address()
    about = json.dumps(heads.manifest(base, url("icon.svg")))
    files = {
        ROBOTS: Body(heads.robots(base, public).encode, "text/plain; charset=utf-8"),
        MANIFEST: Body(about.encode, "application/manifest+json"),
        FAVICON: Body(lambda: shipped()["icon.svg"].content, "image/svg+xml"),
    }
    if public:
        sitemap = partial(heads.sitemap, atlas(), public)
        files[SITEMAP] = Body(lambda: sitemap().encode(), "application/xml")
    return files


async def _posted(request: Request) -> str:
    """Return the text that was posted, "" if none was."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > VALUES_BYTES:
            raise BcuMapError(f"the figures are more than {VALUES_BYTES:,} bytes")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BcuMapError("the figures are no CSV in UTF-8") from error


async def changes(request: Request) -> Response:
    """Answer with the events of the timeline as an Atom feed."""
    return _feed().answer(request, lasts=A_WHILE, headers=api.ANY_ORIGIN)


@cache
def _feed() -> Body:
    public = public_address()
    front = f"{public}/" if public else ""
    return Body(lambda: feed.atom(happenings(), url=front, page="history", feed=FEED), feed.ATOM)


def first_names() -> set[str]:
    """Return the first name of the path of every route."""
    base = base_path()
    return {each.path.removeprefix(base).split("/")[1] for each in routes()}


async def streets(request: Request) -> Response:
    """Answer with a tile of streets, or with the names of all and whom to credit."""
    name = request.path_params["name"]
    if name == "tiles":
        return _tile_index().answer(request)
    tile = await run_in_threadpool(_tile, name)
    return tile.answer(request) if tile else PlainTextResponse("no such tile", 404, NO_SNIFFING)


@lru_cache(TILES_KEPT)
def _tile(name: str) -> Body | None:
    content = context().tile(name)
    return None if content is None else Body(partial(bytes, content))


@cache
def _tile_index() -> Body:
    return json_body(drawn_streets.index(context()))


def routes() -> list[Route]:
    """Return the routes, under the base path that the server was given."""
    base = base_path()
    return [
        Route(f"{base}{SUGGEST}", suggest, methods=["GET"]),
        Route(f"{base}{STREETS}/{{name}}.json", streets, methods=["GET"]),
        Route(f"{base}{tiles.TILES}/{{z}}/{{x}}/{{y}}", tiles.tile, methods=["GET"]),
        Route(f"{base}{PICTURE}/{{name}}", picture, methods=["GET", "POST"]),
        Route(small_map("{kind}", "{code}"), small, methods=["GET"]),
        Route(f"{base}{EMBED}", embed, methods=["GET"]),
        Route(f"{base}{CARD}/{{name}}", card, methods=["GET"]),
        Route(f"{base}/{FEED}", changes, methods=["GET"]),
        *(
            Route(f"{base}/{name}", partial(plain_file, body), methods=["GET"])
            for name, body in _plain_files().items()
        ),
        *api.routes(base),
    ]
