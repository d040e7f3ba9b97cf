"""One area for a frame of another site: its map and facts, without a script, linked back."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import replace
from functools import cache, partial
from html import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bcumap.app import assets, drawn
from bcumap.app.bodies import A_WHILE, HTML, Body
from bcumap.app.drawn import Drawn
from bcumap.app.headers import EMBED_ANCESTORS
from bcumap.app.links import Asked, from_link
from bcumap.app.panels import shown
from bcumap.base import dates
from bcumap.base.safe import plain
from bcumap.base.words import ATTRIBUTION, LEVEL_WORDS
from bcumap.facts import counters, views
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas
from bcumap.facts.cached import counters as counters_web
from bcumap.web.render import html

EMBED = "/embed"
SHOWS = ("map", "officers", "counters")
FIRST = ("map", "officers")
PATIENCE_S = 8.0  # nothing follows that would have the map


async def embed(request: Request) -> Response:
    """Answer for /embed?ward=E05013719&show=map,officers,counters."""
    wanted, problem = from_link(dict(request.query_params), atlas())
    if problem or wanted is None:
        say = problem or "Name an area, as /embed?ward=E05013719."
        return PlainTextResponse(f"{plain(say)}\n", 404, {"Cache-Control": "no-store"})
    asked = request.query_params.get("show", "").split(",")
    show = tuple(each for each in SHOWS if each in asked) or FIRST
    wish = drawn.wish(Asked("", {}, wanted=wanted)) if "map" in show else None
    # Nothing follows that would draw the streets.
    found = await drawn.drawn(replace(wish, streets=True), patience_s=PATIENCE_S) if wish else None
    text = _page(wanted, show, found)
    body = Body(partial(bytes, text.encode()), HTML)
    lasts = "no-store" if wish and not found else A_WHILE
    return body.answer(request, lasts=lasts, headers=_headers())


def _page(wanted: Area, show: tuple[str, ...], drawing: Drawn | None) -> str:
    near: views.Told = ()
    note = ""
    if "counters" in show and wanted.bcu:
        picture = counters.picture(counters_web(), dates.today())
        near = (views.near if wanted.ward else views.counters_of)(picture, wanted.code)
        note = views.distances_note(picture)
    return shown(
        "first.embed",
        html(style()),
        f"{wanted.called}: who polices it",
        views.summary(wanted),
        html(drawing.text if drawing else ""),
        (f"{ATTRIBUTION}.", *drawing.credits) if drawing else (),
        views.panel(wanted).told if "officers" in show else (),
        near,
        note,
        address(wanted),
    )


def address(wanted: Area) -> str:
    """Return where an area is shown, from the front of the server."""
    page = "ward" if wanted.level == "wards" else ""
    return f"{assets.base_path()}/{page}?{LEVEL_WORDS[wanted.level].parameter}={wanted.code}"


def code(wanted: Area, public: str) -> str:
    """Return the code that shows an area in a frame of another page.

    Parameters
    ----------
    public
        The address of this server; "" if the deployer stated none.
    """
    where = (public or "https://THIS-SERVER") + EMBED
    title = escape(f"{wanted.called}: who polices it")
    return (
        f'<iframe src="{where}?{LEVEL_WORDS[wanted.level].parameter}={wanted.code}"'
        f' title="{title}" width="100%" height="900" loading="lazy" sandbox style="border:0">'
        "</iframe>"
    )


@cache
def style() -> str:
    """Return the styles of what the server draws, without comments; they stand in the page."""
    return assets.inline("page.css", "first.css")


@cache
def _headers() -> dict[str, str]:
    """Nothing may be loaded or run; who may frame it is configured, everybody if nobody is."""
    own = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    ancestors = " ".join(os.environ.get(EMBED_ANCESTORS, "").split()) or "*"
    rules = f"default-src 'none'; style-src 'sha256-{own}'; base-uri 'none'; form-action 'none'"
    return {
        "Content-Security-Policy": f"{rules}; frame-ancestors {ancestors}",
        "X-Robots-Tag": "noindex",  # the page that it leads to is to be found
    }
