"""The API: what is known of every area, place and date as JSON and GeoJSON, for other programs.

Everything is public and of this edition: any origin may read it, an ETag says whether it changed,
and what is wrong with a request is said in a sentence. docs/api in a browser: `/api`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import lru_cache, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bcumap.app import openapi
from bcumap.app.bodies import GEOJSON, HTML, JSON, Body
from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.base.words import ATTRIBUTION
from bcumap.facts import cached, counters
from bcumap.facts.find import LONGEST_QUERY
from bcumap.facts.measures import records
from bcumap.geo import topojson

V1 = "/api/v1"
OFFICERS = f"{V1}/officers"
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
# Which of the documents has the shapes of a level.
SHAPES = {"bcus": "areas.topojson", "boroughs": "areas.topojson", "wards": "wards.topojson"}


class _BadRequestError(BcuMapError):
    """What was asked for is not what this address takes: 400."""


class _NotFoundError(BcuMapError):
    """There is no such thing: 404."""


Work = Callable[[Request], Body]
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(base: str) -> list[Route]:
    """Return the routes of the API under a base path."""
    table: dict[str, Work] = {
        f"{V1}/find": _find,
        OFFICERS: _officers,
        f"{V1}/counters": _counters,
        f"{V1}/openapi.json": lambda _: _described(base),
        "/api": lambda _: _explained(base),
    }
    for level in LEVELS:
        table |= _of_level(level)
    found = [Route(f"{base}{path}", _answering(work)) for path, work in table.items()]
    missing = _answering(_missing)
    return [*found, Route(f"{base}/api/{{rest:path}}", missing)]


def _of_level(level: str) -> dict[str, Work]:
    return {
        f"{V1}/{level}": lambda _: _listed(level),
        f"{V1}/{level}.geojson": lambda _: _layer(level),
        f"{V1}/{level}/{{code}}": lambda asked: _area(
            level, asked.path_params["code"].strip().upper()
        ),
    }


def _answering(work: Work) -> Endpoint:
    """Turn work into an endpoint: headers, compression, and errors as JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            return _response(request, work(request))
        except _NotFoundError as error:
            return _response(request, _json({"error": str(error)}), 404)
        except _BadRequestError as error:
            return _response(request, _json({"error": str(error)}), 400)
        except BcuMapError as error:  # the data cannot answer
            return _response(request, _json({"error": str(error)}), 503)

    return endpoint


def _response(request: Request, body: Body, status: int = 200) -> Response:
    return body.answer(request, status=status, headers=ANY_ORIGIN)


def _json(value: Any, media_type: str = JSON) -> Body:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Body(partial(bytes, text.encode("utf-8", "replace")), media_type)


# --- find --------------------------------------------------------------------------------------


def _find(request: Request) -> Body:
    asked = request.query_params.get("q", "")
    if not asked.strip():
        raise _BadRequestError("nothing was asked; give ?q= a postcode, a name, a code or lat,lon")
    if len(asked) > LONGEST_QUERY:
        raise _BadRequestError(f"?q= is longer than {LONGEST_QUERY} characters")
    return _json(asdict(cached.finder().find(asked)))


# --- areas -------------------------------------------------------------------------------------


@lru_cache
def _listed(level: str) -> Body:
    areas = [_record(level, code) for code in cached.facts()[level]]
    return _json({**_said(), "areas": areas})


@lru_cache(maxsize=2000)  # there are 749 areas, each with and without its shape
def _area(level: str, asked: str) -> Body:
    code, point, suffix = asked.partition(".")
    if suffix not in ("", "GEOJSON") or bool(point) != bool(suffix):
        raise _NotFoundError(f"there is nothing of the kind .{suffix[:20].lower()}; try .geojson")
    if code not in cached.facts()[level]:
        raise _NotFoundError(f"there is no area {code[:40]!r} among the {level}")
    if not suffix:
        return _json({**_said(), **_record(level, code)})
    topology = cached.topology(SHAPES[level])
    (shape,) = (each for each in _shapes(topology, level) if each["properties"]["code"] == code)
    return _json({**topojson.feature(topology, shape, _record(level, code)), **_said()}, GEOJSON)


@lru_cache
def _layer(level: str) -> Body:
    topology = cached.topology(SHAPES[level])
    features = [
        topojson.feature(topology, shape, _record(level, shape["properties"]["code"]))
        for shape in _shapes(topology, level)
    ]
    return _json(topojson.collection(features, **_said()), GEOJSON)


def _shapes(topology: Mapping[str, Any], level: str) -> list[Mapping[str, Any]]:
    shapes: list[Mapping[str, Any]] = topology["objects"][level]["geometries"]
    return shapes


def _record(level: str, code: str) -> dict[str, Any]:
    return {"code": code, **cached.facts()[level][code]}


def _said() -> dict[str, Any]:
    """What every answer about areas says of itself."""
    return {
        "edition": cached.facts()["edition"],
        "residents_as_of": cached.facts()["residents_as_of"],
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
    }


# --- officers and counters ---------------------------------------------------------------------


def _officers(request: Request) -> Body:
    level = request.query_params.get("level", "boroughs")
    if level not in LEVELS:
        names = ", ".join(LEVELS)
        raise _BadRequestError(f"there is no level {level[:40]!r}; give one of {names}")
    return _officers_of(level)


@lru_cache
def _officers_of(level: str) -> Body:
    known = cached.facts()
    said = {key: known["officers"][key] for key in ("dwo", "pcso", "since", "restated", "source")}
    areas = records(known, level)
    return _json(
        {**_said(), "commitment": said, "months": known["officers"]["months"], "areas": areas}
    )


def _counters(request: Request) -> Body:
    asked = request.query_params.get("on")
    try:
        on = dt.date.today() if asked is None else dates.day(asked[:40])
        dates.check_known(on, cached.counters()["key_dates"], "front counters")
    except BcuMapError as error:
        raise _BadRequestError(str(error)) from error
    return _counters_on(on)


@lru_cache
def _counters_on(on: dt.date) -> Body:
    picture = counters.picture(cached.counters(), on)
    points = {site["name"]: site for site in cached.counters()["sites"]}
    sites = [
        asdict(site) | {name: points[site.name][name] for name in ("ward_code", "lat", "lon")}
        for site in picture.standings
    ]
    return _json(
        {
            **_said(), "on": on.isoformat(), "complete": picture.complete,
            "key_date": picture.key_date, "promise_of_2012": picture.promise,
            "left_out_of_distances": picture.left_out, "counters": sites, "areas": picture.areas,
            "wards": picture.wards,
        }
    )  # fmt: skip


# --- about itself ------------------------------------------------------------------------------


@lru_cache
def _described(base: str) -> Body:
    return _json(openapi.document(base))


@lru_cache
def _explained(base: str) -> Body:
    return Body(partial(str.encode, openapi.page(base)), HTML)


def _missing(request: Request) -> Body:
    raise _NotFoundError(f"there is nothing at {request.url.path[:80]}; /api tells what there is")
