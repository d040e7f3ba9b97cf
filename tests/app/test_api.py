"""The API over HTTP: facts as they are, shapes as GDAL reads them, errors as sentences."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import httpx
import pytest
import shapely
from shapely.geometry import shape
from starlette.applications import Starlette

from bcumap.app import api, links, openapi, routes
from bcumap.base import __version__
from bcumap.base.schema import LEVELS
from bcumap.facts import cached, counters, events, store
from bcumap.geo import coverage
from tests.hostile import QUERIES

FACTS = store.facts()
DEPTFORD = "E05013719"
APP = Starlette(routes=routes.routes())


def get(*paths: str, method: str = "GET", **headers: str) -> list[httpx.Response]:
    """Ask for paths; raise what the server raises."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await client.request(method, path, headers=headers) for path in paths]

    # In a thread: where the browser tests ran before, this one's event loop is Playwright's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


def one(path: str, **headers: str) -> httpx.Response:
    return get(path, **headers)[0]


def query(path: str, name: str, value: str) -> str:
    return f"{path}?{httpx.QueryParams({name: value})}"


def post(content: object, path: str = "/api/v1/find") -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            if isinstance(content, bytes):
                return await client.post(path, content=content)
            return await client.post(path, json=content)

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, send()).result()


# --- many questions ------------------------------------------------------------------------------


def test_many_questions_are_answered_as_one_by_one() -> None:
    asked = ["SE8 4RX", "51.4779,-0.0015", "nowhere at all"]
    told = post(asked)
    assert told.status_code == 200
    alone = [one(query("/api/v1/find", "q", each)).json() for each in asked]
    assert told.json() == {"answers": alone}
    then = post(["SE8 4RX"], "/api/v1/find?on=2018-12-31").json()["answers"][0]
    assert then["on"] == "2018-12-31"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 400, "the body is no JSON list of questions"),
        (b"[" * 60_000, 400, "the body is no JSON list"),
        ({"q": "SE8"}, 400, "the body is no JSON list"),
        (["SE8", 1], 400, "the body is no JSON list"),
        ([], 400, "0 questions; ask 1 to 100"),
        (["SE8"] * 101, 400, "101 questions; ask 1 to 100"),
        (["SE8", " "], 400, "a question is empty or longer"),
        (["x" * 5_000], 400, "a question is empty or longer"),
        (b" " * 64_001, 413, "the body is longer than 64,000 bytes"),
    ],
)
def test_what_is_no_list_of_questions(content: object, status: int, said: str) -> None:
    told = post(content)
    assert told.status_code == status
    assert said in told.json()["error"]


def test_only_find_takes_a_post_and_its_preflight_says_so() -> None:
    (allowed,) = get("/api/v1/find", method="OPTIONS")
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert post(["SE8"], "/api/v1/wards").status_code == 405
    assert "post" in one("/api/v1/openapi.json").json()["paths"]["/find"]


@pytest.mark.parametrize("code", ["E05013719N", "e05013719.", " E05013719 ", "E05013719N."])
def test_a_code_as_the_police_write_it_or_at_the_end_of_a_sentence(code: str) -> None:
    assert one(f"/api/v1/wards/{code}").json()["code"] == DEPTFORD
    assert one(query("/api/v1/events", "area", code)).status_code == 200
    assert links.from_link({"ward": code}, cached.atlas()) == (cached.atlas()[DEPTFORD], None)


# --- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "not_yet", "live"),
    [("2018-12-31", {"AS", "NA", "SN", "AW"}, 8), ("2019-02-01", set(), 10)],
)
def test_units_of_a_date_are_told_with_their_stage(on: str, not_yet: set[str], live: int) -> None:
    told = one(f"/api/v1/units?on={on}").json()
    stages = {row["bcu_code"]: row["stage"] for row in told["bcus"]}
    assert {code for code, stage in stages.items() if stage == "not yet"} == not_yet
    assert list(stages.values()).count("live") == live


def test_today_all_units_are_live_and_none_is_planned() -> None:
    told = one("/api/v1/units").json()
    assert [row["stage"] for row in told["bcus"]] == ["live"] * 12
    assert {unit["basis"] for unit in told["boroughs"].values()} == {"known"}


def test_a_place_is_told_who_policed_it_then() -> None:
    told = one("/api/v1/find?q=enfield&on=2018-12-31").json()["then"]
    assert told == "On 31 December 2018 it was policed by its own borough unit."
    assert "North Area BCU" in one("/api/v1/find?q=enfield&on=2019-02-01").json()["then"]
    wrong = one("/api/v1/find?q=enfield&on=2000-01-01")
    assert (wrong.status_code, "first fact" in wrong.json()["error"]) == (400, True)


def test_events_can_be_asked_for_by_theme_and_area_and_taken_as_csv() -> None:
    everything = one("/api/v1/events").json()["events"]
    assert len(everything) == len(events.about(cached.happenings()))
    asked = f"?theme=structure&area={DEPTFORD}"
    here = one(f"/api/v1/events{asked}").json()["events"]
    assert {each["theme"] for each in here} == {"structure"}
    assert "unit-se-live" in {each["id"] for each in here}
    assert "unit-na-live" not in {each["id"] for each in here}
    table = one(f"/api/v1/events.csv{asked}")
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == len(here) + 1
    for wrong in ("theme=gossip", "area=E09"):
        assert one(f"/api/v1/events?{wrong}").status_code == 400


def test_the_feed_is_served_to_any_origin_and_says_when_it_is_the_same() -> None:
    answer = one("/changes.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["access-control-allow-origin"] == "*"
    same = one("/changes.atom", **{"if-none-match": answer.headers["etag"]})
    assert same.status_code == 304


def test_a_postcode_is_found_as_the_command_finds_it() -> None:
    answer = one("/api/v1/find?q=se8 4rx")
    assert answer.status_code == 200
    expected = json.loads(json.dumps(cached.finder().find("se8 4rx").plain()))
    assert answer.json() == expected
    assert answer.json()["place"]["ward_code"] == DEPTFORD


def test_a_point_is_found_by_its_degrees() -> None:
    answer = one("/api/v1/find?lat=51.4754&lon=-0.0238")
    assert answer.json() == one("/api/v1/find?q=51.4754,-0.0238").json()
    assert answer.json()["place"]["ward_code"] == DEPTFORD


@pytest.mark.parametrize(("level", "number"), [("bcus", 12), ("boroughs", 33), ("wards", 704)])
def test_every_area_of_a_level_is_listed_with_its_facts(level: str, number: int) -> None:
    told = one(f"/api/v1/{level}").json()
    assert len(told["areas"]) == number
    for area in told["areas"]:
        assert {k: v for k, v in area.items() if k != "code"} == FACTS[level][area["code"]]
    assert told["edition"] == "2025"
    assert "Contains OS data" in told["attribution"]


@pytest.mark.parametrize("path", [f"/api/v1/wards/{DEPTFORD}", "/api/v1/wards/e05013719"])
def test_one_area_is_told_by_its_code(path: str) -> None:
    told = one(path).json()
    assert (told["code"], told["name"], told["borough_code"]) == (DEPTFORD, "Deptford", "E09000023")


def test_the_bcu_na_is_one_like_the_others() -> None:
    assert one("/api/v1/bcus/NA").json()["name"] == "North Area"


def test_the_counters_of_a_date_are_those_of_the_module() -> None:
    told = one("/api/v1/counters?on=2026-04-01").json()
    expected = counters.picture(store.counters_web(), dt.date(2026, 4, 1))
    assert sum(site["state"] == "open" for site in told["counters"]) == 27
    assert told["areas"] == expected.areas
    assert told["areas"]["MET"]["basis"] == "announced"
    assert told["promise_of_2012"] == {"held": 2, "not held": 30, "not known": 0}
    assert told["wards"] == expected.wards


# --- shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_a_layer_is_that_of_the_page_as_gdal_reads_it(level: str) -> None:
    collection = one(f"/api/v1/{level}.geojson").json()
    path = store.SHIPPED / "web" / api.SHAPES[level]
    known = gpd.read_file(path, layer=level).set_index("code").geometry
    assert {feature["id"] for feature in collection["features"]} == set(known.index)
    for feature in collection["features"]:
        drawn = shape(feature["geometry"])
        assert drawn.is_valid, feature["id"]
        assert shapely.hausdorff_distance(drawn, known[feature["id"]]) < 1e-6  # degrees: 0.1 m
        assert feature["bbox"] == pytest.approx(drawn.bounds, abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_layer_is_as_rfc_7946_wants_it(level: str) -> None:
    answer = one(f"/api/v1/{level}.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert "crs" not in collection
    shapes = [shape(feature["geometry"]) for feature in collection["features"]]
    for drawn in shapes:
        for polygon in shapely.get_parts(drawn):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)
    assert collection["bbox"] == pytest.approx(shapely.total_bounds(shapes), abs=1e-9)
    assert coverage.is_coverage(shapes)
    corners = shapely.get_coordinates(shapes)
    assert (corners.round(6) == corners).all()


def test_one_area_comes_with_its_outline_when_that_is_asked_for() -> None:
    feature = one(f"/api/v1/wards/{DEPTFORD}.geojson").json()
    (same,) = (
        each for each in one("/api/v1/wards.geojson").json()["features"] if each["id"] == DEPTFORD
    )
    assert feature["geometry"] == same["geometry"]
    assert feature["properties"]["name"] == "Deptford"


# --- how it is answered --------------------------------------------------------------------------


def test_any_origin_may_read_it_and_it_is_compressed() -> None:
    answer = one("/api/v1/wards.geojson", Origin="https://elsewhere.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content) / 3
    plain = one("/api/v1/wards.geojson", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_what_has_not_changed_is_not_sent_again() -> None:
    first = one("/api/v1/boroughs")
    again = one("/api/v1/boroughs", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert one("/api/v1/boroughs", **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/find", 400, "nothing was asked"),
        ("/api/v1/find?q=%20", 400, "nothing was asked"),
        ("/api/v1/find?q=" + "x" * 500, 400, "longer than"),
        ("/api/v1/find?lat=51.5", 400, "are degrees, both of them"),
        ("/api/v1/find?lat=51.5&lon=nan", 400, "are degrees"),
        ("/api/v1/find?lat=51.5&lon=181", 400, "are degrees"),
        ("/api/v1/find?q=SE8&lat=51.5&lon=0", 400, "not by both"),
        ("/api/v1/wards/E05999999", 404, "no area 'E05999999' among the wards"),
        ("/api/v1/wards/E05013719.kml", 404, "nothing of the kind .kml"),
        ("/api/v1/streets", 404, "/api tells what there is"),
        ("/api/v2/find?q=SE8", 404, "/api tells what there is"),
        ("/api/v1/counters?on=soon", 400, "is no date"),
        ("/api/v1/counters?on=1999-01-01", 400, "Nothing is known of front counters"),
        ("/api/v1/counters?on=2099-12-32", 400, "is no date"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(path: str, status: int, said: str) -> None:
    answer = one(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert said.casefold() in answer.json()["error"].casefold()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/v1/find", "q"), ("/api/v1/officers", "level"), ("/api/v1/counters", "on")],
)
def test_no_hostile_question_breaks_it(path: str, name: str) -> None:
    texts = [text.encode("utf-8", "replace").decode()[:2000] for text in QUERIES]
    for text, answer in zip(texts, get(*(query(path, name, t) for t in texts)), strict=True):
        assert answer.status_code in (200, 400), ascii(text)
        answer.json()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize("path", ["/api/v1/bcus", "/api/v1/units", "/api"])
def test_nothing_can_be_written(method: str, path: str) -> None:
    (answer,) = get(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json() == {"error": f"{method} is not answered here; ask by GET"}


def test_a_page_of_another_origin_may_ask_first_what_is_allowed() -> None:
    asked = {
        "Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }  # fmt: skip
    (answer,) = get("/api/v1/wards/E05013719", method="OPTIONS", **asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "*"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/counters?date=2025-09-01", "there is no parameter 'date'; this address takes on"),
        ("/find?q=SE8&Q=1", "there is no parameter 'Q'; this address takes q, lat, lon, on"),
        ("/wards?level=bcus", "there is no parameter 'level'; this address takes none"),
        (f"/wards/{DEPTFORD}?code=1", "there is no parameter 'code'; this address takes none"),
    ],
)
def test_a_parameter_that_is_not_known_is_refused_by_name(path: str, said: str) -> None:
    answer = one(f"/api/v1{path}")
    assert (answer.status_code, answer.json()) == (400, {"error": said})


# --- what it says of itself ----------------------------------------------------------------------


def test_every_address_of_the_document_answers_its_example() -> None:
    document = one("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == [each.path for each in api.endpoints("")]
    for each in api.endpoints(""):
        told, link = document["paths"][each.path], f"/api/v1{openapi.example(each)}"
        answer = one(link)
        assert answer.status_code == 200, link
        kinds: dict[str, Any] = told["get"]["responses"]["200"]["content"]
        assert answer.headers["content-type"] in kinds


def test_the_page_links_every_address_and_needs_nothing_else() -> None:
    answer = one("/api")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for each in api.endpoints(""):
        assert f"<code>{each.path}</code>" in answer.text
    assert "src=" not in answer.text
    assert "http" not in answer.text.split("</head>")[1]


# --- officers ------------------------------------------------------------------------------------


def officers(*levels: str | None) -> list[httpx.Response]:
    path = "/api/v1/officers"
    return get(*(path if level is None else query(path, "level", level) for level in levels))


@pytest.mark.parametrize(("level", "areas"), [("bcus", 12), ("boroughs", 32), ("wards", 679)])
def test_the_officers_of_every_area_of_a_level(level: str, areas: int) -> None:
    (answer,) = officers(level)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "max-age" in answer.headers["cache-control"]
    told = answer.json()
    assert set(told) == {
        "edition", "residents_as_of", "licence", "attribution", "commitment", "months", "areas",
    }  # fmt: skip
    assert len({area["code"] for area in told["areas"]}) == len(told["areas"]) == areas
    assert told["commitment"]["dwo"] + told["commitment"]["pcso"] == 3
    assert told["commitment"]["since"] == "2017-12-28"
    assert told["commitment"]["source"]
    assert told["months"] == ["2025-08", "2026-07"]


def test_boroughs_are_answered_unless_a_level_is_asked_for() -> None:
    default, asked = officers(None, "boroughs")
    assert default.json() == asked.json()


def test_a_borough_s_figures_and_where_it_is() -> None:
    (answer,) = officers("boroughs")
    areas = {area["name"]: area for area in answer.json()["areas"]}
    lewisham = areas["Lewisham"]
    assert (lewisham["code"], lewisham["bcu"]) == ("E09000023", "South East")
    assert (lewisham["fte"], lewisham["fte_per_ward"], lewisham["committed"]) == (75.9, 3.99, 57)
    assert "City of London" not in areas


def test_what_nobody_knows_is_null_and_there_all_the_same() -> None:
    boroughs, wards = officers("boroughs", "wards")
    assert boroughs.text.count('"fte":null') == 2
    areas = {area["name"]: area for area in boroughs.json()["areas"]}
    for name in ("Camden", "Islington"):
        assert (areas[name]["fte"], areas[name]["rank"]) == (None, None)
        assert areas[name]["committed"] > 0
    assert {area.get("fte") for area in wards.json()["areas"]} == {None}
    assert "NaN" not in boroughs.text + wards.text


@pytest.mark.parametrize("level", ["ward", "", "WARDS", " boroughs", "officers", "<script>"])
def test_a_level_there_is_none_of_is_refused_in_a_sentence(level: str) -> None:
    (answer,) = officers(level)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "error": f"there is no level {level!r}; give one of bcus, boroughs, wards"
    }


def test_every_hostile_level_is_refused_in_short() -> None:
    levels = [query.encode("utf-8", "replace").decode()[:2_000] for query in QUERIES]
    for level, answer in zip(levels, officers(*levels), strict=True):
        assert answer.status_code == 400, ascii(level)
        (line,) = answer.json().values()
        assert line.isprintable()
        assert len(line) < 500


def test_the_demand_of_a_level_is_that_of_the_module() -> None:
    told = one("/api/v1/demand?level=wards&group=burglary&on=2026-02").json()
    known = cached.demand_report("wards", "2026-02", "burglary")
    assert (told["from"], told["to"]) == ("2025-03", "2026-02")
    assert [row["code"] for row in told["areas"]] == [row.code for row in known.rows]
    assert told["areas"][0]["per_1k"] == known.rows[0].per_1k
    assert any("7 % in January 2025" in each for each in told["cautions"])
    assert len(one("/api/v1/demand?level=boroughs").content) < 20_000


@pytest.mark.parametrize(
    ("area", "names"),
    [("", ["the Met"]), ("SE", ["South East", "the Met"]),
     (DEPTFORD, ["Deptford", "Lewisham", "the Met"])],
)  # fmt: skip
def test_an_area_is_told_month_by_month_beside_the_met(area: str, names: list[str]) -> None:
    rows = one("/api/v1/demand/months" + (f"?area={area}" if area else "")).json()["months"]
    assert list(dict.fromkeys(row["name"] for row in rows)) == names
    assert rows[0]["month"] == ("2023-04" if area == DEPTFORD else "2010-04")
    assert rows[0]["year_offences"] is None
    assert rows[11]["year_offences"] == sum(row["offences"] for row in rows[:12])


def test_confidence_and_abstraction_are_served() -> None:
    shares = one("/api/v1/demand/confidence?area=E09000023").json()["quarters"]
    here = [row for row in shares if row["question"] == "good_job"]
    assert {row["name"] for row in here} == {"Lewisham", "the Met"}
    assert [row["share"] for row in here if row["quarter"] == "2023-12"] == [0.45, 0.47]
    years = one("/api/v1/demand/abstraction").json()["years"]
    met = [round(row["share"], 3) for row in years if row["code"] == "MET"]
    assert met == [0.106, 0.113, 0.112, 0.109, 0.185, 0.169, 0.195]


@pytest.mark.parametrize(
    ("query", "said"),
    [("?level=streets", "no level"), ("?group=piracy", "no group"), ("?on=2030-01", "months to"),
     ("/months?area=E09000001", "no area"), ("/months?area=<b>", "no area")],
)  # fmt: skip
def test_demand_that_there_is_none_of_is_refused(query: str, said: str) -> None:
    answer = one(f"/api/v1/demand{query}")
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_headers_are_read_as_lists() -> None:
    path = "/api/v1/bcus"
    plain = one(path, **{"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in one(path, **{"accept-encoding": "xgzipx"}).headers
    assert one(path, **{"accept-encoding": "br, gzip;q=0.5"}).headers["content-encoding"] == "gzip"
    etag = plain.headers["etag"]
    for told in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        assert one(path, **{"if-none-match": told}).status_code == 304
    assert one(path, **{"if-none-match": etag[:-2] + '"'}).status_code == 200


def test_an_area_is_kept_once_however_it_is_written() -> None:
    api._area.cache_clear()
    for written in ("WA", "wa", "%20WA", "WA%20%20"):
        assert one(f"/api/v1/bcus/{written}").status_code == 200
    assert api._area.cache_info().currsize == 1


def test_the_status_says_what_is_served_and_since_when() -> None:
    told = one("/api/v1/status").json()
    shipped = {entry["file"]: entry["sha256"] for entry in store.sources()["files"]}
    assert {name: entry["sha256"] for name, entry in told["files"].items()} == shipped
    assert told["version"] == __version__
    assert told["edition"] == "2025"
    assert dt.datetime.fromisoformat(told["started"]) <= dt.datetime.now(dt.UTC)
