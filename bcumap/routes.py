"""Answers beside the pages, for scripts: as JSON, from the same server."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bcumap.assets import base_path
from bcumap.errors import BcuMapError
from bcumap.measures import records
from bcumap.schema import LEVELS
from bcumap.served import facts, finder

SUGGEST = "/suggest"
OFFICERS = "/api/v1/officers"
COMMITMENT = ("dwo", "pcso", "since", "restated", "source")
# What is suggested changes with the data only, so with a new start of the app.
A_WHILE = "public, max-age=600"


async def suggest(request: Request) -> Response:
    """Answer ?q= with what its beginning may mean, as a list of options."""
    try:
        options = finder().suggest(request.query_params.get("q", ""))
    except BcuMapError:  # data without postcodes: the page itself says so
        options = []
    body = [asdict(option) for option in options]
    return JSONResponse(body, headers={"Cache-Control": A_WHILE})


async def officers(request: Request) -> Response:
    """Answer ?level= with the ward officers of all areas of a level, see docs/data.md."""
    level = request.query_params.get("level", "boroughs")
    if level not in LEVELS:
        told = {"error": f"there is no level {level[:40]!r}; give one of {', '.join(LEVELS)}"}
        return JSONResponse(told, status_code=400)
    known = facts()
    body = {
        "edition": known["edition"],
        "commitment": {key: known["officers"][key] for key in COMMITMENT},
        "months": known["officers"]["months"],
        "areas": records(known, level),
    }
    return JSONResponse(body, headers={"Cache-Control": A_WHILE})


def routes() -> list[Route]:
    """Return the routes, under the base path that the server was given."""
    base = base_path()
    return [
        Route(f"{base}{SUGGEST}", suggest, methods=["GET"]),
        Route(f"{base}{OFFICERS}", officers, methods=["GET"]),
    ]
