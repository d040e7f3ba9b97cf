"""The API: what is known of every area, place and date as JSON and GeoJSON, for other programs.

Everything is public and of this edition: any origin may read it, an ETag says whether it changed,
and what is wrong with a request is said in a sentence. docs/api in a browser: `/api`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bcumap.app import openapi
from bcumap.app.bodies import GEOJSON, HTML, JSON, Body, json_body
from bcumap.app.openapi import Endpoint, Parameter
from bcumap.base import __version__, dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS, THEMES, area_code
from bcumap.base.words import ATTRIBUTION, LEVEL_WORDS
from bcumap.export import feed
from bcumap.facts import cached, counters, demand, events, history, store, teams
from bcumap.facts.areas import Area
from bcumap.facts.events import Event
from bcumap.facts.find import LONGEST_QUERY
from bcumap.facts.history import police_sentence
from bcumap.facts.measures import records
from bcumap.facts.views import strength_source
from bcumap.geo import topojson

STARTED = dt.datetime.now(dt.UTC)
V1 = "/api/v1"
OFFICERS = f"{V1}/officers"
DEMAND = f"{V1}/demand"
METHODS = ("GET", "HEAD", "OPTIONS")
ALLOWED = ", ".join(METHODS)
MOST_QUESTIONS = 100  # of one POST, and what it may be long
LONGEST_BODY = 64_000  # bytes
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
    **ANY_ORIGIN,
}
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
DEGREES = {"pattern": r"^-?\d{1,3}(\.\d+)?$"}
ON = {"format": "date", "pattern": r"^20(1[2-9]|[2-9]\d)-\d\d-\d\d$"}
CSV = "text/csv; charset=utf-8"
OF_EVENTS = (
    Parameter("theme", "One theme.", "structure", {"enum": list(THEMES)}),
    Parameter("area", "The code of a ward, borough or BCU that they concern.", "E09000023"),
)
LEVEL = Parameter("level", "The level.", "boroughs", {"enum": list(LEVELS)})
OF_GROUP = Parameter(
    "group", "A group of offences; all if there is none.", "burglary",
    {"enum": [demand.ALL, *demand.GROUPS]},
)  # fmt: skip
OF_AREA = Parameter(
    "area", "The code of a ward, borough or BCU; the Met alone if there is none.", "E09000023"
)
CODES = {"bcus": "NA", "boroughs": "E09000023", "wards": "E05013719"}  # of examples
# Which of the documents has the shapes of a level.
SHAPES = {"bcus": "areas.topojson", "boroughs": "areas.topojson", "wards": "wards.topojson"}


class _BadRequestError(BcuMapError):
    """What was asked for is not what this address takes: 400."""


class _NotFoundError(BcuMapError):
    """There is no such thing: 404."""


def endpoints(base: str) -> tuple[Endpoint, ...]:
    """Return every address of the API: routes, document and page are made of these."""
    return (
        Endpoint(
            "/find",
            "Ward, borough and BCU of a postcode, a point or a name, and how sure that is.",
            _find,
            (Parameter("q", "A postcode or its beginning, `lat,lon`, a GSS code, or a name.",
                       "SE8 4RX", {"minLength": 1, "maxLength": LONGEST_QUERY, "pattern": r"\S"}),
             Parameter("lat", "A latitude, with `lon` instead of `q`.", "", DEGREES),
             Parameter("lon", "A longitude, with `lat`.", "", DEGREES),
             Parameter("on", "A date since 2012: who policed it then, as `then`.", "2018-12-31",
                       ON)),
            posted=_find_many,
            posts=f"The same for a JSON list of up to {MOST_QUESTIONS} questions, in their order.",
        ),
        Endpoint(
            "/units",
            "Which unit policed each borough on a date, and how that is known; each BCU's stage.",
            _units, (Parameter("on", "A date since 2012; today if there is none.", "2018-12-31",
                               ON),),
        ),
        Endpoint(
            "/events",
            "What was decided, promised, planned and done, by date, with basis and source.",
            _events, OF_EVENTS,
        ),
        Endpoint(
            "/events.csv", "The same as CSV.",
            lambda asked: Body(partial(feed.table, _asked_events(asked)), CSV), OF_EVENTS, (CSV,),
        ),
        Endpoint(
            "/strength", "Officers, PCSOs and staff of the Met by month, since May 2013.",
            lambda _: _strength(),
        ),
        Endpoint(
            "/officers", "Ward officers promised and in post, for every area of a level.",
            _officers, (LEVEL,),
        ),
        Endpoint(
            "/officers/months",
            "Strength of a ward’s team by month, if this server has the Met’s workbook.",
            _ward_months, (Parameter("area", "The code of a ward.", "E05013719", required=True),),
        ),
        Endpoint(
            "/officers/listed",
            "People listed on a ward’s team by rank and day, if this server has asked for them.",
            _ward_listed, (Parameter("area", "The code of a ward.", "E05013719", required=True),),
        ),
        Endpoint(
            "/demand",
            "Offences of twelve months in every area of a level, for residents and ward officers.",
            _demand, (LEVEL, OF_GROUP,
                      Parameter("on", "The last of the twelve months; the newest if there is none.",
                                "2026-03", {"pattern": r"^20\d\d-\d\d$"})),
        ),
        Endpoint(
            "/demand/months",
            "Offences month by month of an area and the Met, wards with their borough: since 2010.",
            _demand_months, (OF_AREA, OF_GROUP),
        ),
        Endpoint(
            "/demand/confidence",
            "What people think of the police by quarter: of a borough and the Met.",
            _confidence, (OF_AREA,),
        ),
        Endpoint(
            "/demand/abstraction",
            "Share of ward officers’ time taken for other work, by BCU and year.",
            lambda _: _abstraction(),
        ),
        Endpoint(
            "/counters",
            "Front counters on a date: each, the figures of every area, distances of every ward.",
            _counters,
            (Parameter("on", "A date from 2012 to 2099; today if there is none.", "2025-09-01",
                       ON),),
        ),
        Endpoint(
            "/status",
            "The version, since when it has run, and edition, date and hash of each file of data.",
            lambda _: _status(),
        ),
        Endpoint("/openapi.json", "This document.", lambda _: _described(base)),
        *(each for level in LEVELS for each in _of_level(level)),
    )  # fmt: skip


def _of_level(level: str) -> tuple[Endpoint, ...]:
    one, many = LEVEL_WORDS[level].one, LEVEL_WORDS[level].plural
    known = CODES[level]
    code = Parameter(
        "code", f"Its code, as {known} or {known}.geojson.", known, {"minLength": 1},
        required=True, place="path",
    )  # fmt: skip
    return (
        Endpoint(
            f"/{level}", f"All {many}: names, codes, residents, officers.", lambda _: _listed(level)
        ),
        Endpoint(
            f"/{level}.geojson",
            f"All {many} with their outlines, within 15 m of the source (GeoJSON, RFC 7946).",
            lambda _: _layer(level),
            media_types=(GEOJSON,),
        ),
        Endpoint(
            f"/{level}/{{code}}",
            f"One {one}; with `.geojson` after its code with its outline.",
            lambda asked: _area(level, asked.path_params["code"].strip().upper()),
            (code,),
            (JSON, GEOJSON),
        ),
    )


def routes(base: str) -> list[Route]:
    """Return the routes of the API under a base path."""
    return [
        *(Route(f"{base}{V1}{each.path}", _Served(each.work, each.query, each.posted))
          for each in endpoints(base)),
        Route(f"{base}/api", _Served(lambda _: _explained(base))),
        Route(f"{base}/api/{{rest:path}}", _Served(_missing)),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Served:
    """Work as a route of every method: headers, compression, and errors as JSON.

    Attributes
    ----------
    query
        The names that may stand after the question mark; None where nobody looks at them.
    """

    work: Callable[[Request], Body]
    query: tuple[str, ...] | None = None
    posted: Callable[[Request, bytes], Body] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method != "POST" or self.posted is None:
            await self._answer(request, self.work)(scope, receive, send)
            return
        content = b""
        async for piece in request.stream():
            content += piece
            if len(content) > LONGEST_BODY:
                error = f"the body is longer than {LONGEST_BODY:,} bytes; ask in several requests"
                response = _response(request, json_body({"error": error}), 413)
                await response(scope, receive, send)
                return
        posted = self.posted
        work = lambda asked: posted(asked, content)  # noqa: E731
        response = await run_in_threadpool(self._answer, request, work)
        await response(scope, receive, send)

    def _answer(self, request: Request, work: Callable[[Request], Body]) -> Response:
        methods = (*METHODS, "POST") if self.posted else METHODS
        allowed = ", ".join(methods)
        if request.method == "OPTIONS":
            told = {"Allow": allowed, "Access-Control-Allow-Methods": allowed}
            return Response(status_code=204, headers=PREFLIGHT | told)
        if request.method not in methods:
            error = f"{request.method[:20]} is not answered here; ask by GET"
            headers = {"Allow": allowed, **ANY_ORIGIN}
            return json_body({"error": error}).answer(request, status=405, headers=headers)
        try:
            self._check(request)
            return _response(request, work(request))
        except _NotFoundError as error:
            return _response(request, json_body({"error": str(error)}), 404)
        except _BadRequestError as error:
            return _response(request, json_body({"error": str(error)}), 400)
        except BcuMapError as error:  # the data cannot answer
            return _response(request, json_body({"error": str(error)}), 503)

    def _check(self, request: Request) -> None:
        if self.query is None:
            return
        for name in request.query_params:
            if name not in self.query:
                takes = ", ".join(self.query) or "none"
                raise _BadRequestError(
                    f"there is no parameter {name[:40]!r}; this address takes {takes}"
                )


def _response(request: Request, body: Body, status: int = 200) -> Response:
    return body.answer(request, status=status, headers=ANY_ORIGIN)


# --- find --------------------------------------------------------------------------------------


def _find(request: Request) -> Body:
    asked, point = request.query_params.get("q", ""), _point(request)
    if asked and point:
        raise _BadRequestError("ask by ?q= or by ?lat= and ?lon=, not by both")
    asked = asked or point
    if not asked.strip():
        raise _BadRequestError("nothing was asked; give ?q= a postcode, a name, a code or lat,lon")
    if len(asked) > LONGEST_QUERY:
        raise _BadRequestError(f"?q= is longer than {LONGEST_QUERY} characters")
    return json_body(_found(asked, _day(request, "police units", cached.history()["models"])))


def _point(request: Request) -> str:
    """Return the point that is asked for by its degrees, or ""."""
    given = [request.query_params.get(name, "") for name in ("lat", "lon")]
    if not any(given):
        return ""
    try:
        lat, lon = (float(each) for each in given)
    except ValueError:
        lat = lon = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise _BadRequestError(
            "?lat= and ?lon= are degrees, both of them, as lat=51.4754&lon=-0.0238"
        )
    return f"{lat},{lon}"


def _found(asked: str, on: dt.date | None) -> dict[str, Any]:
    answer = cached.finder().find(asked)
    if on is None:
        return answer.plain()
    then = police_sentence(cached.history(), answer.place, on)
    return answer.plain() | {"on": on.isoformat(), "then": then}


def _find_many(request: Request, content: bytes) -> Body:
    """Answer a JSON list of questions, each as `_find` would."""
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise _BadRequestError('the body is no JSON list of questions, as ["SE8 4RX", "Deptford"]')
    if not 0 < len(asked) <= MOST_QUESTIONS:
        raise _BadRequestError(
            f"{len(asked):,} questions; ask 1 to {MOST_QUESTIONS} in one request"
        )
    if any(not each.strip() or len(each) > LONGEST_QUERY for each in asked):
        raise _BadRequestError(
            f"a question is empty or longer than {LONGEST_QUERY} characters; leave it out"
        )
    if {"q", "lat", "lon"} & set(request.query_params):
        raise _BadRequestError("ask by the address or by the body, not by both")
    on = _day(request, "police units", cached.history()["models"])
    return json_body({"answers": [_found(each, on) for each in asked]})


def _day(request: Request, what: str, rows: Any) -> dt.date | None:
    """The date that is asked for, None if none is."""
    asked = request.query_params.get("on")
    if asked is None:
        return None
    try:
        on = dates.day(asked[:40])
        dates.check_known(on, rows, what)
    except BcuMapError as error:
        raise _BadRequestError(str(error)) from error
    return on


# --- areas -------------------------------------------------------------------------------------


@lru_cache
def _listed(level: str) -> Body:
    areas = [*map(_record, cached.atlas().levels[level].values())]
    return json_body({**_said(), "areas": areas})


@lru_cache(maxsize=2000)  # there are 749 areas, each with and without its shape
def _area(level: str, asked: str) -> Body:
    code, point, suffix = asked.rstrip(".").partition(".")
    code = area_code(code)
    if suffix not in ("", "GEOJSON") or bool(point) != bool(suffix):
        raise _NotFoundError(f"there is nothing of the kind .{suffix[:20].lower()}; try .geojson")
    area = cached.atlas().levels[level].get(code)
    if area is None:
        raise _NotFoundError(f"there is no area {code[:40]!r} among the {level}")
    if not suffix:
        return json_body({**_said(), **_record(area)})
    topology = cached.topology(SHAPES[level])
    (shape,) = (each for each in _shapes(topology, level) if each["properties"]["code"] == code)
    return json_body({**topojson.feature(topology, shape, _record(area)), **_said()}, GEOJSON)


@lru_cache
def _layer(level: str) -> Body:
    topology = cached.topology(SHAPES[level])
    features = [
        topojson.feature(topology, shape, _record(cached.atlas()[shape["properties"]["code"]]))
        for shape in _shapes(topology, level)
    ]
    return json_body(topojson.collection(features, **_said()), GEOJSON)


def _shapes(topology: Mapping[str, Any], level: str) -> list[Mapping[str, Any]]:
    shapes: list[Mapping[str, Any]] = topology["objects"][level]["geometries"]
    return shapes


def _record(area: Area) -> dict[str, Any]:
    return {"code": area.code, **area.facts}


def _said() -> dict[str, Any]:
    """What every answer about areas says of itself."""
    return {
        "edition": cached.atlas().edition,
        "residents_as_of": cached.atlas().residents_as_of,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
    }


# --- units and events --------------------------------------------------------------------------


def _units(request: Request) -> Body:
    document = cached.history()
    on = _day(request, "police units", document["models"]) or dates.today()
    boroughs = {code: history.unit_then(document, code, on) for code in document["boroughs"]}
    bcus = [
        {name: row[name] for name in ("bcu_code", "bcu", "go_live", "go_live_basis",
                                      "go_live_planned", "go_live_source")}
        | {"stage": history.stage_on(row, on)}
        for row in document["bcus"]
    ]  # fmt: skip
    return json_body({**_said(), "on": on.isoformat(), "boroughs": boroughs, "bcus": bcus})


def _asked_events(request: Request) -> list[Event]:
    theme = request.query_params.get("theme", "")
    area = area_code(request.query_params.get("area", ""))
    if theme and theme not in THEMES:
        names = ", ".join(THEMES)
        raise _BadRequestError(f"there is no theme {theme[:40]!r}; give one of {names}")
    here = events.of_area(cached.atlas().get(area))
    if area and not here:
        raise _BadRequestError(f"there is no area {area[:40]!r}; give the code of one")
    return events.about(cached.happenings(), theme=theme, **here)


def _events(request: Request) -> Body:
    return json_body({**_said(), "events": events.rows(_asked_events(request))})


def _strength() -> Body:
    months = cached.around()["strength"]
    return json_body({"source": strength_source(months), "months": months})


# --- officers and counters ---------------------------------------------------------------------


def _officers(request: Request) -> Body:
    return _officers_of(_level(request))


def _level(request: Request) -> str:
    level = request.query_params.get("level", "boroughs")
    if level not in LEVELS:
        names = ", ".join(LEVELS)
        raise _BadRequestError(f"there is no level {level[:40]!r}; give one of {names}")
    return level


@lru_cache
def _officers_of(level: str) -> Body:
    promise = cached.atlas().promise
    said = {key: promise[key] for key in ("dwo", "pcso", "since", "restated", "source")}
    months = cached.atlas().months_of(level)
    areas = records(cached.atlas(), level)
    listed = {
        key: promise[key] for key in (teams.LISTED_ON,) if level == "wards" and key in promise
    }
    return json_body({**_said(), "commitment": said, "months": months, **listed, "areas": areas})


def _ward(request: Request) -> str:
    code = area_code(request.query_params.get("area", ""))
    if code not in cached.atlas().levels["wards"]:
        raise _BadRequestError(f"there is no ward {code[:40]!r}; give the code of one")
    return code


def _ward_months(request: Request) -> Body:
    code = _ward(request)
    return json_body({**_said(), "ward": code, "months": cached.demand().strengths.of(code)})


def _ward_listed(request: Request) -> Body:
    code = _ward(request)
    days = [each.columns() for each in cached.demand().teams.get(code, ())]
    return json_body({**_said(), "ward": code, "days": days})


def _demand(request: Request) -> Body:
    on = request.query_params.get("on")
    try:
        return _demand_of(_level(request), on and on[:40], _group(request))
    except _BadRequestError:
        raise
    except BcuMapError as error:
        raise _BadRequestError(str(error)) from error


@lru_cache(maxsize=64)
def _demand_of(level: str, on: str | None, group: str) -> Body:
    told = cached.demand_report(level, on, group)
    said = {"from": told.first, "to": told.last, "group": group}
    known = cached.atlas()
    areas = [
        {**asdict(row), **said, "fte_per_ward": known[row.code].officers.get("fte_per_ward")}
        for row in told.rows
    ]
    cautions = [demand.CAUTIONS[key] for key in told.cautions]
    met = {**asdict(told.met), **said}
    return json_body({**_said(), **said, "cautions": cautions, "met": met, "areas": areas})


def _group(request: Request) -> str:
    group = request.query_params.get("group", demand.ALL)
    if group not in (demand.ALL, *demand.GROUPS):
        names = ", ".join((demand.ALL, *demand.GROUPS))
        raise _BadRequestError(f"there is no group {group[:40]!r}; give one of {names}")
    return group


def _of_area(request: Request) -> Area | None:
    """The area of the Met that is asked for; None if none is."""
    code = area_code(request.query_params.get("area", ""))
    area = cached.atlas().get(code)
    if code and not (area and area.officers):
        raise _BadRequestError(f"there is no area {code[:40]!r} of the Met; give the code of one")
    return area


def _demand_months(request: Request) -> Body:
    area, group = _of_area(request), _group(request)
    rows = demand.months_told(cached.demand(), cached.atlas(), area, group)
    return json_body({**_said(), "months": [*map(vars, rows)]})


def _confidence(request: Request) -> Body:
    rows = demand.survey_told(cached.demand(), cached.atlas(), _of_area(request))
    return json_body({**_said(), "questions": demand.QUESTIONS, "quarters": [*map(vars, rows)]})


@lru_cache
def _abstraction() -> Body:
    rows = demand.abstraction_told(cached.demand(), cached.atlas())
    return json_body({**_said(), "caution": demand.CAUTIONS["abstraction"], "years": rows})


def _counters(request: Request) -> Body:
    asked = request.query_params.get("on")
    try:
        on = dates.today() if asked is None else dates.day(asked[:40])
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
    return json_body(
        {
            **_said(), "on": on.isoformat(), "complete": picture.complete,
            "key_date": picture.key_date, "promise_of_2012": picture.promise,
            "left_out_of_distances": picture.left_out, "counters": sites, "areas": picture.areas,
            "wards": picture.wards,
        }
    )  # fmt: skip


@lru_cache
def _status() -> Body:
    return json_body(
        {
            "version": __version__,
            "started": STARTED.isoformat(timespec="seconds"),
            "edition": cached.atlas().edition,
            "files": {
                entry["file"]: {name: entry.get(name) for name in ("edition", "as_of", "sha256")}
                for entry in store.sources()["files"]
            },
        }
    )


# --- about itself ------------------------------------------------------------------------------


@lru_cache
def _described(base: str) -> Body:
    return json_body(openapi.document(base, endpoints(base)))


@lru_cache
def _explained(base: str) -> Body:
    return Body(partial(str.encode, openapi.page(base, endpoints(base))), HTML)


def _missing(request: Request) -> Body:
    raise _NotFoundError(f"there is nothing at {request.url.path[:80]}; /api tells what there is")
