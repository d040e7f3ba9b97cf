"""What the server says of every page by itself, before any script runs: head, first picture, 404.

It draws with what the pages draw with, and knows nobody: what it keeps is of places, not of people.
"""

from __future__ import annotations

from functools import cache, partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bcumap.app import assets, heads, search
from bcumap.app.bodies import HTML, Body
from bcumap.app.heads import Head
from bcumap.app.links import Chosen
from bcumap.app.origins import public_address
from bcumap.app.panels import shown
from bcumap.app.routes import CARD, first_names
from bcumap.base.words import LEVEL_WORDS, PAGES
from bcumap.facts.cached import facts
from bcumap.facts.find import LONGEST_QUERY

PAGE_PATHS = tuple(path for path, _ in PAGES)
# Streamlit's own paths, by the first of their names.
STREAMLITS = ("_stcore", "static", "media", "component", "vendor", "app", "favicon.png",
              "manifest.json", "healthz", "script-health-check")  # fmt: skip
NOBODY_ELSES = "private, no-store"


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
            answer = page(name, request)
        else:
            answer = self._moved(within, request.url.query) or missing(request)
        await answer(scope, receive, send)

    def _moved(self, within: list[str], query: str) -> Response | None:
        """Lead from what looks like the address of a page or an area to the one that is."""
        if len(within) == 1 and within[0] in PAGE_PATHS:
            return RedirectResponse(
                f"{self._base}/{within[0]}{f'?{query}' if query else ''}", status_code=308
            )
        levels = {words.parameter: level for level, words in LEVEL_WORDS.items()}
        if len(within) != 2 or within[0] not in levels:
            return None
        level, code = levels[within[0]], within[1].upper()
        if code not in facts()[level]:
            return None
        return RedirectResponse(f"{self._base}/{link(Chosen(level, code))}", status_code=308)


def link(chosen: Chosen) -> str:
    """Return where an area is shown, from the front of the app."""
    page = "ward" if chosen.level == "wards" else ""
    return f"{page}?{LEVEL_WORDS[chosen.level].parameter}={chosen.code}"


def page(name: str, request: Request) -> Response:
    """Answer for a page: what its address asks for, as far as it needs no script."""
    asked = search.read(name, request.query_params)
    said = heads.head(asked, facts())
    body = Body(partial(bytes, assets.page_html(_tags(said), "").encode()), HTML)
    names_an_area = any(words.parameter in asked.query for words in LEVEL_WORDS.values())
    status = 404 if names_an_area and not (asked.wanted or asked.answer) else 200
    if said.is_public:
        return body.answer(request, lasts="no-cache")
    headers = {"X-Robots-Tag": "noindex"}
    answer = body.answer(request, status=status, headers=headers, lasts=NOBODY_ELSES)
    del answer.headers["etag"]
    return answer


def _tags(said: Head) -> str:
    return heads.tags(
        said,
        public=public_address(),
        base=assets.base_path(),
        icon=assets.url("icon.svg"),
        card_path=CARD,
        facts=facts(),
    )


def missing(request: Request) -> Response:
    """Answer that there is no such page, and where to go on."""
    return _missing().answer(request, status=404, headers={"X-Robots-Tag": "noindex"})


@cache
def _missing() -> Body:
    said = Head(heads.NO_PAGE, "", "", "", is_public=False)
    links = "".join(
        f'<li><a href="{assets.base_path()}/{path}">{title}</a></li>' for path, title in PAGES
    )
    text = (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">{_tags(said)}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{PLAIN}</style></head><body><main><h1>{heads.NO_PAGE}</h1>"
        "<p>The address may be mistyped, or of an area of another edition of London’s wards. Ask"
        " for a postcode or a place:</p>"
        f"{shown('parts.search', LONGEST_QUERY, f'{assets.base_path()}/')}"
        f"<p>Or go on with a page:</p><ul>{links}</ul></main></body></html>\n"
    )
    return Body(partial(bytes, text.encode()), HTML)


PLAIN = (
    "body{max-width:40rem;margin:4rem auto;padding:0 1rem;font:1.05rem/1.5 system-ui,sans-serif}"
    "label{display:block;font-weight:600}input,button{padding:.5rem .8rem;font:inherit}"
    "li{padding:.2rem 0}"
)
