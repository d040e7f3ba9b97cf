"""What the server answers beside its pages: suggestions for the search box, and the API."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bcumap import api
from bcumap.assets import base_path
from bcumap.errors import BcuMapError
from bcumap.served import finder

SUGGEST = "/suggest"
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


def routes() -> list[Route]:
    """Return the routes, under the base path that the server was given."""
    base = base_path()
    return [Route(f"{base}{SUGGEST}", suggest, methods=["GET"]), *api.routes(base)]
