"""What the server says of every page by itself, before any script runs: head, first picture, 404.

It draws with what the pages draw with, and knows nobody: what it keeps is of places, not of people.
"""

from __future__ import annotations

import gzip
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bcumap.app import assets, drawn, heads, parts, search
from bcumap.app.bodies import HTML, Body
from bcumap.app.embed import address, style
from bcumap.app.heads import Head
from bcumap.app.kept import Kept
from bcumap.app.links import Asked, level_of
from bcumap.app.origins import public_address
from bcumap.app.panels import shown
from bcumap.app.routes import CARD, first_names
from bcumap.base.words import ABOUT, ALL_PAGES, COMPARE, COUNTER, LEVEL_WORDS, PAGES
from bcumap.facts.cached import atlas
from bcumap.facts.find import LONGEST_QUERY
from bcumap.web.files import needed
from bcumap.web.render import html

PAGE_PATHS = tuple(path for path, _ in ALL_PAGES)
# Streamlit's own paths, by the first of their names.
STREAMLITS = ("_stcore", "static", "media", "component", "vendor", "app", "favicon.png",
              "manifest.json", "healthz", "script-health-check")  # fmt: skip
# What people look for at an address of its own.
PARTS_OF_ABOUT = ("words", "privacy", "accessibility", "sources")
NOBODY_ELSES = "private, no-store"
KEPT_BYTES = 4_000_000  # of pages, compressed
# What live pages ask for, beside what these scripts import, and the elements of Streamlit's that
# they are made of, whose scripts it fetches when it draws one: all are fetched while its own are on
# their way, and no step waits.
ELEMENTS = ("BidiComponent", "Html")
ON_ALL = ("search.js", "page.css")
WITH_MAP = ("host.js", "leaflet.js", "areas.js", "map.js", "save.js", "leaflet.css",
            "areas.topojson")  # fmt: skip
WITH_TABLE = (*WITH_MAP, "table.js", "facts.json")
OF_PAGES = {
    "": WITH_TABLE, "officers": WITH_TABLE, "demand": WITH_TABLE, "ward": WITH_MAP,
    "counters": (*WITH_MAP, "time.js", "counters.js", "counters.json", "facts.json"),
    "history": (*WITH_MAP, "time.js", "units.js", "history.json"),
}  # fmt: skip

_pages: Kept[Hashable] = Kept(KEPT_BYTES)


class Quick(Body):
    """A page that is sent once: it is not compressed as far as it goes."""

    effort = 3


@dataclass(frozen=True)
class Packed(Body):
    """A page that was compressed before."""

    packed: bytes = b""

    @cached_property
    def compressed(self) -> bytes:
        """The page as it was kept."""
        return self.packed


class First:
    """ASGI middleware that answers for the pages, and says of other paths that there is none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._base = assets.base_path()
        self._known = {*STREAMLITS, *first_names(), assets.PREFIX.strip("/")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        path = scope.get("path", "").removeprefix(self._base)
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        name = path.strip("/")
        within = name.split("/")
        # A page that is loaded below itself asks Streamlit's server there: /ward/_stcore/health.
        if within[0] in self._known or (within[0] in PAGE_PATHS and "_stcore" in within):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if name in PAGE_PATHS and path == f"/{name}":
            answer = await page(name, request)
        else:
            answer = self._moved(within, request.url.query) or missing(request)
        await answer(scope, receive, send)

    def _moved(self, within: list[str], query: str) -> Response | None:
        """Lead from what looks like the address of a page or an area to the one that is."""
        if len(within) == 1 and within[0] in PAGE_PATHS:
            return RedirectResponse(
                f"{self._base}/{within[0]}{f'?{query}' if query else ''}", status_code=308
            )
        if len(within) == 1 and within[0] in PARTS_OF_ABOUT:
            return RedirectResponse(f"{self._base}/{ABOUT}#{within[0]}", status_code=308)
        levels = {words.parameter: level for level, words in LEVEL_WORDS.items()}
        if len(within) != 2 or within[0] not in levels:
            return None
        area = atlas().levels[levels[within[0]]].get(within[1].upper())
        return RedirectResponse(address(area), status_code=308) if area else None


async def page(name: str, request: Request) -> Response:
    """Answer for a page: what its address asks for, as far as it needs no script."""
    asked = search.read(name, request.query_params)
    said = heads.head(asked)
    names_an_area = any(words.parameter in asked.query for words in LEVEL_WORDS.values())
    names_none = names_an_area and not (asked.wanted or asked.answer)
    names_none |= name in (COMPARE, COUNTER) and bool(asked.problem) and not asked.compared
    status = 404 if names_none else 200
    if not said.is_public:
        body = await _body(asked, said)
        answer = body.answer(
            request, status=status, lasts=NOBODY_ELSES, headers={"X-Robots-Tag": "noindex"}
        )
        if "etag" in answer.headers:
            del answer.headers["etag"]
        return answer
    measure = asked.query.get("measure") if asked.page == "counters" else None
    key = (said.link, asked.on, level_of(asked), measure)
    return (await _kept_body(key, asked, said)).answer(request, lasts="no-cache")


async def _kept_body(key: Hashable, asked: Asked, said: Head) -> Body:
    """Return a page that is of no visitor, made or kept."""
    if packed := _pages.get(key):
        return Packed(partial(gzip.decompress, packed), HTML, packed=packed)
    body = await _body(asked, said)
    if drawn.NO_MAP not in body.content:  # else it is made again, with its map
        _pages.put(key, body.compressed)
    return body


async def _body(asked: Asked, said: Head) -> Body:
    wish = drawn.wish(asked)
    found = await drawn.drawn(wish, patience_s=drawn.PATIENCE_S) if wish else None
    map_ = found.text if found else drawn.NO_MAP.decode() if wish else ""
    if found and asked.answer and asked.answer.lat is not None and asked.answer.lon is not None:
        map_ = drawn.pointed(found, asked.answer.lon, asked.answer.lat)
    held = html("\n".join(parts.of(asked, map_)))
    first = shown("first.frame", html(style()), " ".join(_fetched(asked)), PAGES, asked.page, held)
    script = f'<script type="module" src="{assets.url("first.js")}"></script>'
    text = assets.page_html(_tags(said) + script, first)
    return (Body if said.is_public else Quick)(partial(bytes, text.encode()), HTML)


def _fetched(asked: Asked) -> Iterator[str]:
    """Give the addresses of what the live page will need, the scripts first."""
    names = needed(*ON_ALL, *OF_PAGES.get(asked.page, ()))
    if asked.page in OF_PAGES and asked.page != "history" and level_of(asked) == "wards":
        names += ("wards.topojson",)
    scripts = [name for name in names if name.endswith(".js")]
    yield from map(assets.url, scripts)
    yield from assets.of_elements(*ELEMENTS)
    yield from (assets.url(name) for name in names if name not in scripts)


def _tags(said: Head) -> str:
    return heads.tags(
        said,
        public=public_address(),
        base=assets.base_path(),
        icon=assets.url("icon.svg"),
        card_path=CARD,
    )


def missing(request: Request) -> Response:
    """Answer that there is no such page, and where to go on."""
    return _missing().answer(request, status=404, headers={"X-Robots-Tag": "noindex"})


@cache
def _missing() -> Body:
    said = Head(heads.NO_PAGE, "", "", "", is_public=False)
    search_form = html(shown("parts.search", LONGEST_QUERY, f"{assets.base_path()}/"))
    text = shown("first.missing", html(style()), html(_tags(said)), search_form, PAGES)
    return Body(partial(bytes, text.encode()), HTML)
