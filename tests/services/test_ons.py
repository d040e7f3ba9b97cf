"""Asks a real server on loopback for wards; never the real portal."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest

from bcumap.base.errors import DownloadError
from bcumap.services import ons
from tests.services import arcgis_server as fake
from tests.services import serving
from tests.services.arcgis_server import LONDON_WARDS, ArcgisServer, arcgis_error, changed
from tests.services.serving import Fault, status

LIMITS = ons.Limits(
    connect_s=2, read_s=5, deadline_s=8, attempts=3, backoff_min_s=0.01, backoff_max_s=5
)
SILENCE_BOUND = replace(LIMITS, read_s=0.2, attempts=2)
TIME_BOUND = replace(LIMITS, deadline_s=0.3, attempts=2)
SERVICES, LAYER, COUNT, PAGE_1, PAGE_2 = 1, 2, 3, 4, 5  # requests of a download, in order
ALL_REQUESTS = 3 + 6  # 40 wards in pages of 7
EVER = range(1, 100)


def listed(url: str) -> list[ons.WardLayer]:
    """The ward layers of a portal."""
    with ons._portal(url, LIMITS) as portal:
        return portal.layers()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ArcgisServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake.running() as state:
        yield state
    for thread in threading.enumerate():  # late requests end with the server, not with Python
        if thread.name == "bcumap-request":
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "wards.geojson"


def download(server: ArcgisServer, out: Path, **options: Any) -> ons.WardLayer:
    return ons.download_wards(out, **{"services_url": server.url, "limits": LIMITS, **options})


def refusal(server: ArcgisServer, out: Path, **options: Any) -> str:
    """Give the message of a download that fails as it must: one line, nothing left behind."""
    before = [(path, path.read_bytes()) for path in out.parent.iterdir()]
    with pytest.raises(DownloadError) as caught:
        download(server, out, **options)
    assert [(path, path.read_bytes()) for path in out.parent.iterdir()] == before
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1000
    assert "found" in message
    return message


def assert_ends(lasts: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 2
    while lasts() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lasts()


def codes(out: Path) -> list[str]:
    return [f["properties"]["WD25CD"] for f in json.loads(out.read_text())["features"]]


def assert_all_of_london(out: Path) -> None:
    assert codes(out) == [f"E05{14000 + n:06d}" for n in range(LONDON_WARDS)]
    assert list(out.parent.iterdir()) == [out]


# --- Which layer


@pytest.mark.parametrize(
    ("name", "edition", "resolution", "version"),
    [
        ("WD_DEC_2025_UK_BFC", "2025-12", "BFC", 1),
        ("WD_MAY_2025_UK_BGC", "2025-05", "BGC", 1),
        ("WD_MAY_2024_UK_BFC_V2", "2024-05", "BFC", 2),
        ("Wards_December_2021_UK_BFC_V2_2022", "2021-12", "BFC", 2),
        ("Wards_December_2019_Boundaries_UK_BGC_2022", "2019-12", "BGC", 1),
        ("Wards_December_2022_Boundaries_UK_BFC", "2022-12", "BFC", 1),
        ("wards_sept_2018_uk_bsc", "2018-09", "BSC", 1),
    ],
)
def test_a_service_name_tells_edition_resolution_and_version(
    server: ArcgisServer, name: str, edition: str, resolution: str, version: int
) -> None:
    server.services = [{"name": name, "type": "FeatureServer"}]
    [layer] = listed(server.url + "/")
    url = f"{server.url}/{name}/FeatureServer/0"
    assert layer == ons.WardLayer(name, edition, resolution, url, version)


@pytest.mark.parametrize(
    "name",
    [
        "WD25_LAD25_UK_LU",
        "WD_DEC_2025_UK_NC",
        "LAD_DEC_2025_UK_BFC",
        "CMWD_DEC_2011_EW_BFC",
        "WD_XXX_2025_UK_BFC",
        "WD_DEC_2025_UK_BFC/../x",
        "WD_DEC_2025_UK_BFC_copy",
        None,
    ],
)
def test_other_services_are_no_ward_layers(server: ArcgisServer, name: str | None) -> None:
    server.services = [{"name": name, "type": "FeatureServer"}]
    assert listed(server.url) == []


def test_map_services_are_not_asked_for_features(server: ArcgisServer) -> None:
    server.services = [{"name": "WD_DEC_2025_UK_BFC", "type": "MapServer"}]
    assert listed(server.url) == []


def test_layers_come_full_resolution_first_then_newest_first(server: ArcgisServer) -> None:
    layers = listed(server.url)
    assert [layer.name for layer in layers] == [
        "WD_DEC_2025_UK_BFC",
        "WD_MAY_2025_UK_BFC",
        "WD_MAY_2024_UK_BFC_V2",
        "Wards_December_2022_Boundaries_UK_BFC",
        "WD_DEC_2025_UK_BGC",
    ]
    assert len(server.requests) == 1


def layer(name: str, edition: str, resolution: str = "BFC", version: int = 1) -> ons.WardLayer:
    return ons.WardLayer(name, edition, resolution, "https://example.org/0", version)


def test_of_one_edition_the_later_version_is_chosen() -> None:
    layers = [layer("z", "2024-05", version=2), layer("a", "2024-05", version=10)]
    assert ons.choose_layer(layers).name == "a"


def test_a_newer_generalised_layer_is_not_chosen_by_itself() -> None:
    layers = [layer("rough", "2026-05", "BGC"), layer("fine", "2025-12")]
    assert ons.choose_layer(layers).name == "fine"
    with pytest.raises(DownloadError, match=r"found rough; .*name a layer"):
        ons.choose_layer(layers[:1])


def test_no_ward_layer_at_all_is_said() -> None:
    with pytest.raises(DownloadError, match="found no ward layer; expected one like WD_DEC_2025"):
        ons.choose_layer([])
    with pytest.raises(DownloadError, match="the portal lists none"):
        ons.choose_layer([], name="WD_DEC_2025_UK_BFC")


def test_an_unknown_name_is_answered_with_near_ones(server: ArcgisServer, out: Path) -> None:
    message = refusal(server, out, layer="WD_DEC_2052_UK_BFC")
    assert "'WD_DEC_2052_UK_BFC'" in message
    assert "WD_DEC_2025_UK_BFC" in message
    assert "LAD_DEC_2025" not in message
    assert len(server.requests) == 1


def test_a_layer_can_be_chosen_by_name_in_any_case(server: ArcgisServer, out: Path) -> None:
    assert download(server, out, layer="wd_dec_2025_uk_bgc").resolution == "BGC"
    assert server.requests[-1][0] == "/services/WD_DEC_2025_UK_BGC/FeatureServer/0/query"
    assert_all_of_london(out)


# --- What is asked for and written


def test_a_download_writes_london_in_metres(server: ArcgisServer, out: Path) -> None:
    progress: list[tuple[int, int]] = []
    chosen = download(server, out, progress=lambda done, total: progress.append((done, total)))
    assert (chosen.name, chosen.edition) == ("WD_DEC_2025_UK_BFC", "2025-12")
    assert_all_of_london(out)
    assert progress == [(n, 40) for n in (0, 7, 14, 21, 28, 35, 40)]
    assert len(server.requests) == ALL_REQUESTS
    wards = geopandas.read_file(out, engine="pyogrio")
    assert wards.crs == "EPSG:27700"
    assert wards.area.sum() == pytest.approx(LONDON_WARDS * 4_000_000)  # squares of 2 km
    assert wards.loc[0, "WD25NM"] == 'St Mary\'s & St James "1"'


def test_only_london_is_asked_for_by_borough_code(server: ArcgisServer, out: Path) -> None:
    download(server, out)
    assert {params["where"] for _, params in server.requests[2:]} == {"LAD25CD LIKE 'E09%'"}


def test_without_borough_codes_londons_box_is_asked_for(server: ArcgisServer, out: Path) -> None:
    server.columns.remove("LAD25CD")
    download(server, out)
    assert len(codes(out)) == LONDON_WARDS + 1
    assert "E05004200" in codes(out)  # lies across the eastern edge of the box


def test_of_several_years_of_codes_the_newest_count(server: ArcgisServer, out: Path) -> None:
    server.columns += ["LAD24CD", "WD24CD", "lad23cd"]
    download(server, out)
    assert server.pages[0]["where"] == "LAD25CD LIKE 'E09%'"


@pytest.mark.parametrize(("own_size", "sizes"), [(100, [7] * 6), (5, [5] * 8)])
def test_pages_are_no_larger_than_either_side_allows(
    server: ArcgisServer, out: Path, own_size: int, sizes: list[int]
) -> None:
    download(server, out, limits=replace(LIMITS, page_size=own_size))
    assert [int(page["resultRecordCount"]) for page in server.pages] == sizes
    assert_all_of_london(out)


@pytest.mark.parametrize("where", ["top", "properties", "nowhere"])
def test_all_pages_come_wherever_the_flag_stands(
    server: ArcgisServer, out: Path, where: str
) -> None:
    server.flag = where
    download(server, out)
    assert_all_of_london(out)
    assert len(server.requests) == ALL_REQUESTS


@pytest.mark.parametrize("flag", [fake.FLAG, {"properties": fake.FLAG}])
def test_a_flag_on_the_last_page_costs_one_more_request(
    server: ArcgisServer, out: Path, flag: dict[str, Any]
) -> None:
    server.fail([ALL_REQUESTS], changed(lambda answer: answer.update(flag)))
    download(server, out)
    assert_all_of_london(out)
    assert len(server.requests) == ALL_REQUESTS + 1


def test_pages_shorter_than_asked_for_are_followed(server: ArcgisServer, out: Path) -> None:
    server.fail([PAGE_2], changed(lambda answer: answer["features"].pop()))
    download(server, out)
    assert_all_of_london(out)


def test_an_earlier_file_is_replaced(server: ArcgisServer, out: Path) -> None:
    out.write_text("old")
    download(server, out)
    assert_all_of_london(out)


def test_an_earlier_file_outlives_a_failure(server: ArcgisServer, out: Path) -> None:
    out.write_text("old")
    server.fail(EVER, status(404))
    refusal(server, out)
    assert out.read_text() == "old"


def test_a_missing_folder_is_said_before_anything_is_asked(
    server: ArcgisServer, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError, match=r"cannot write .*: found no folder .*no; make it"):
        download(server, tmp_path / "no" / "wards.geojson")
    assert server.requests == []


def test_a_folder_in_the_files_place_is_left_alone(server: ArcgisServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="cannot write"):
        download(server, tmp_path)
    assert list(tmp_path.parent.glob(".*part")) == list(tmp_path.iterdir()) == []


# --- Faults that pass

PASSING: dict[str, Fault] = {
    "429": status(429),
    "500": status(500),
    "503": status(503),
    "truncated JSON": serving.truncated,
    "HTML": serving.body(b"<html><body>Please wait</body></html>"),
    "a list": serving.body(b"[]"),
    "nothing": serving.body(b""),
    "nested too deep": serving.body(b"[" * 100_000),
    "fewer bytes than promised": serving.cut_short,
    "connection reset": serving.reset,
    "not gzip as said": status(200, Content_Encoding="gzip"),
    "ArcGIS 429": arcgis_error(429, "Too many requests"),
    "ArcGIS 504": arcgis_error(504, "Your request has timed out."),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_fault_costs_one_more_request(
    server: ArcgisServer, out: Path, fault: Fault
) -> None:
    if fault is PASSING["nested too deep"]:
        gc.collect()  # what earlier tests left is not to be found at the bottom of the recursion
    server.fail([PAGE_2], fault)
    download(server, out)
    assert_all_of_london(out)
    assert len(server.requests) == ALL_REQUESTS + 1
    assert server.requests[PAGE_2 - 1] == server.requests[PAGE_2]


def test_every_step_is_asked_again(server: ArcgisServer, out: Path) -> None:
    server.fail(range(1, 2 * ALL_REQUESTS, 2), status(500))
    download(server, out)
    assert_all_of_london(out)
    assert server.requests[::2] == server.requests[1::2]
    assert len(server.requests) == 2 * ALL_REQUESTS


SLOW: dict[str, tuple[Fault, ons.Limits, str]] = {
    "silent": (serving.stall, SILENCE_BOUND, "timed out"),
    "silent within the body": (serving.stall_body, SILENCE_BOUND, "timed out"),
    "dripping headers": (serving.drip_headers, TIME_BOUND, "no whole answer within 0.3 s"),
    "dripping a body": (serving.drip_body, TIME_BOUND, "no whole answer within 0.3 s"),
}


@pytest.mark.parametrize(("fault", "limits", "found"), SLOW.values(), ids=SLOW)
def test_a_slow_server_is_left_and_asked_again(
    server: ArcgisServer, out: Path, fault: Fault, limits: ons.Limits, found: str
) -> None:
    server.fail([PAGE_2], fault)
    download(server, out, limits=limits)
    assert_all_of_london(out)
    assert server.requests[PAGE_2 - 1] == server.requests[PAGE_2]


@pytest.mark.parametrize(("fault", "limits", "found"), SLOW.values(), ids=SLOW)
def test_a_server_that_stays_slow_is_given_up(
    server: ArcgisServer, out: Path, fault: Fault, limits: ons.Limits, found: str
) -> None:
    server.fail(EVER, fault)
    started = time.monotonic()
    message = refusal(server, out, limits=limits)
    assert time.monotonic() - started < 3
    assert found in message
    assert "asked 2 times" in message
    assert len(server.requests) == 2


def test_a_lasting_fault_is_given_up_after_all_attempts(server: ArcgisServer, out: Path) -> None:
    server.fail(EVER, status(503))
    message = refusal(server, out)
    assert message.startswith(f"{server.url}: found HTTP 503, expected 200; asked 3 times")
    assert "--wards FILE" in message
    assert len(server.requests) == 3


def test_a_repeated_page_is_asked_for_again(server: ArcgisServer, out: Path) -> None:
    server.fail([PAGE_2], lambda handler, _: fake.send(handler, first_page(server)))
    download(server, out)
    assert_all_of_london(out)
    assert len(server.requests) == ALL_REQUESTS + 1


def test_a_page_that_keeps_repeating_is_refused(server: ArcgisServer, out: Path) -> None:
    repeat = range(PAGE_2, 100)
    server.fail(repeat, lambda handler, _: fake.send(handler, first_page(server)))
    message = refusal(server, out)
    assert "found FID 1 again, expected other wards; asked 3 times" in message
    assert len(server.requests) == PAGE_1 + 3


def first_page(server: ArcgisServer) -> dict[str, Any]:
    path, params = server.requests[PAGE_1 - 1]
    return server.answer(path, params)


def test_a_server_that_cannot_be_reached_is_named(out: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # not listening: refuses
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/services"
        message = refusal(ArcgisServer(url), out)
    assert url in message
    assert "refused" in message


def test_a_late_request_lets_go_of_its_socket(server: ArcgisServer, out: Path) -> None:
    server.fail(EVER, serving.endless)
    assert "within 0.3 s" in refusal(server, out, limits=TIME_BOUND)
    assert_ends(lambda: bool(server.open))


def test_no_connection_is_left_open(server: ArcgisServer, out: Path) -> None:
    server.fail([SERVICES, PAGE_2], status(429))
    gc.disable()  # which would close what exceptions still refer to
    try:
        download(server, out)
        assert_ends(lambda: bool(server.open))
    finally:
        gc.enable()


# --- How long is waited


def gap_s(server: ArcgisServer, out: Path, fault: Fault, **limits: float) -> float:
    """Give the seconds between a fault at the second page and the next request."""
    server.fail([PAGE_2], fault)
    download(server, out, limits=replace(LIMITS, **limits))  # type: ignore[arg-type]
    assert_all_of_london(out)
    return server.times[PAGE_2] - server.times[PAGE_2 - 1]


def test_retry_after_in_seconds_is_honoured(server: ArcgisServer, out: Path) -> None:
    assert 0.99 < gap_s(server, out, status(429, Retry_After="1")) < 3


def test_retry_after_as_a_date_is_honoured(server: ArcgisServer, out: Path) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    assert 0.5 < gap_s(server, out, status(503, Retry_After=when)) < 4  # dates lose up to 1 s


@pytest.mark.parametrize("header", ["86400", "9" * 400, "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_retry_after_is_capped(server: ArcgisServer, out: Path, header: str) -> None:
    gap = gap_s(server, out, status(429, Retry_After=header), backoff_max_s=0.15)
    assert 0.14 < gap < 2


@pytest.mark.parametrize(
    "header",
    ["0", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 -0000"],
)
def test_retry_after_never_undercuts_the_back_off(
    server: ArcgisServer, out: Path, header: str
) -> None:
    gap = gap_s(server, out, status(429, Retry_After=header), backoff_min_s=0.15)
    assert 0.14 < gap < 2


def test_the_back_off_doubles(server: ArcgisServer, out: Path) -> None:
    server.fail([1, 2, 3, 4, 5], status(500))
    download(server, out, limits=replace(LIMITS, attempts=6, backoff_min_s=0.1, backoff_max_s=0.2))
    gaps = [server.times[n + 1] - server.times[n] for n in range(5)]
    assert all(gap >= wait for gap, wait in zip(gaps, (0.1, *[0.2] * 4), strict=True))
    assert min(gaps[2:]) < 0.39  # not doubled again; a busy machine may be late once


# --- Faults that do not pass


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (status(400), "HTTP 400"),
        (status(404), "HTTP 404"),
        (status(302, Location="https://example.org/"), "HTTP 302"),
        (arcgis_error(400, "Cannot perform query.\nInvalid"), "Cannot perform query."),
        (arcgis_error(499, "Token Required"), "Token Required"),
        (serving.body(b'{"error": "gone"}'), "gone"),
    ],
)
def test_a_lasting_fault_is_asked_once(
    server: ArcgisServer, out: Path, fault: Fault, found: str
) -> None:
    server.fail([PAGE_2], fault)
    assert found in refusal(server, out)
    assert len(server.requests) == PAGE_2


@pytest.mark.parametrize(
    ("at", "path"),
    [
        (SERVICES, ""),
        (LAYER, "/WD_DEC_2025_UK_BFC/FeatureServer/0"),
        (COUNT, "/WD_DEC_2025_UK_BFC/FeatureServer/0/query"),
        (PAGE_1, "/WD_DEC_2025_UK_BFC/FeatureServer/0/query"),
    ],
)
def test_a_lasting_fault_names_its_address(
    server: ArcgisServer, out: Path, at: int, path: str
) -> None:
    server.fail([at], status(403))
    assert refusal(server, out).startswith(f"{server.url}{path}: found HTTP 403, expected 200; ")
    assert len(server.requests) == at


@pytest.mark.parametrize("fault", [serving.endless, fake.bomb])
def test_an_answer_without_end_is_refused(server: ArcgisServer, out: Path, fault: Fault) -> None:
    server.fail([PAGE_2], fault)
    message = refusal(server, out, limits=replace(LIMITS, max_bytes=200_000))
    assert "found an answer of more than 200000 bytes" in message
    assert len(server.requests) == PAGE_2


@pytest.mark.parametrize(
    "url", ["services", "http://", "ftp://127.0.0.1", f"http://{'a' * 64}.org"]
)
def test_what_is_no_address_is_refused_at_once(out: Path, url: str) -> None:
    started = time.monotonic()
    assert f"{url.rstrip('/')}: found " in refusal(ArcgisServer(url), out)
    assert time.monotonic() - started < 1


# --- Answers that cannot be used


def first(change: Any) -> Fault:
    """Change the first ward of a page."""
    return changed(lambda answer: change(answer["features"][0]))


ODD_ANSWERS: dict[str, tuple[int, Fault, str]] = {
    "no services": (SERVICES, serving.body(b"{}"), "found no list of services"),
    "services that are none": (SERVICES, serving.body(b'{"services": [1]}'), "no list of services"),
    "a number for services": (SERVICES, serving.body(b'{"services": 5}'), "no list of services"),
    "no columns": (LAYER, serving.body(b'{"fields": null}'), "found no list of fields"),
    "no ward code": (
        LAYER,
        changed(lambda answer: answer.update(fields=[{"name": "WD25NM"}])),
        "found columns WD25NM, expected WDyyCD",
    ),
    "no object id field": (LAYER, changed(lambda answer: answer.pop("objectIdField")), "objectIdF"),
    "no count": (COUNT, serving.body(b"{}"), "found {}, expected a count"),
    "none counted": (COUNT, serving.body(b'{"count": 0}'), "found {'count': 0}, expected a count"),
    "one too many counted": (COUNT, serving.body(b'{"count": 41}'), "40 where 41 were counted"),
    "one too few counted": (COUNT, serving.body(b'{"count": 39}'), "40 where 39 were counted"),
    "no wards listed": (PAGE_2, serving.body(b"{}"), "found no list of features"),
    "an empty page": (PAGE_2, serving.body(b'{"features": []}'), "7 where 40 were counted"),
    "no object id": (
        PAGE_2,
        first(lambda ward: ward["properties"].pop("FID")),
        "found a ward with FID None",
    ),
    "no properties": (PAGE_2, first(lambda ward: ward.update(properties=None)), "with FID None"),
    "a code used twice": (
        PAGE_2,
        first(lambda ward: ward["properties"].update(WD25CD="E05014000")),
        "1 with a code used twice (E05014000)",
    ),
    "an odd code": (
        PAGE_2,
        first(lambda ward: ward["properties"].update(WD25CD="E09000001")),
        "1 without a GSS code in WD25CD (E09000001)",
    ),
    "a chapter for a code": (
        PAGE_2,
        first(lambda ward: ward["properties"].update(WD25CD="Once upon\na time " * 100)),
        "1 without a GSS code in WD25CD (Once upon a time Once",
    ),
    "no code": (
        PAGE_2,
        first(lambda ward: ward["properties"].update(WD25CD=None)),
        "1 without a GSS code in WD25CD (None)",
    ),
    "no geometry": (
        PAGE_2,
        first(lambda ward: ward.update(geometry=None)),
        "1 without a polygon (E05014007)",
    ),
    "an empty polygon": (
        PAGE_2,
        first(lambda ward: ward["geometry"].update(coordinates=[])),
        "1 without a polygon (E05014007)",
    ),
    "a point": (
        PAGE_2,
        first(
            lambda ward: ward.update(geometry={"type": "Point", "coordinates": [530000, 180000]})
        ),
        "1 without a polygon (E05014007)",
    ),
    "words for coordinates": (
        PAGE_2,
        first(lambda ward: ward["geometry"].update(coordinates=[[["530000", "180000"]] * 4])),
        "1 without a polygon (E05014007)",
    ),
    "not a number": (
        PAGE_2,
        first(lambda ward: ward["geometry"]["coordinates"][0].insert(1, [float("nan"), 180_000])),
        "1 without a polygon (E05014007)",
    ),
    "degrees": (
        PAGE_2,
        first(lambda ward: ward.update(fake.in_degrees(ward))),
        "1 far from London in EPSG:27700 metres (E05014007 at (",
    ),
    "a corner in Manchester": (
        PAGE_2,
        first(lambda ward: ward["geometry"]["coordinates"][0].insert(1, [383_000, 397_000])),
        "1 far from London in EPSG:27700 metres (E05014007 at (",
    ),
}


@pytest.mark.parametrize(("at", "fault", "found"), ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer_is_named_and_nothing_is_written(
    server: ArcgisServer, out: Path, at: int, fault: Fault, found: str
) -> None:
    server.fail([at], fault)
    assert found in refusal(server, out)


def test_pages_beyond_the_count_are_not_followed_for_ever(server: ArcgisServer, out: Path) -> None:
    server.fail([COUNT], serving.body(b'{"count": 7}'))  # yet the first page says that more remain
    assert "14 where 7 were counted" in refusal(server, out)
    assert len(server.requests) == PAGE_2


def test_all_faults_of_the_wards_are_listed_at_once(server: ArcgisServer, out: Path) -> None:
    server.fail([COUNT], serving.body(b'{"count": 41}'))
    server.fail([PAGE_1], first(lambda ward: ward["properties"].update(WD25CD="?")))
    server.fail([PAGE_2], first(lambda ward: ward.update(geometry=None)))
    message = refusal(server, out)
    assert "40 where 41" in message
    assert "(?)" in message
    assert "(E05014007)" in message


def test_what_json_cannot_hold_is_not_written(server: ArcgisServer, out: Path) -> None:
    server.fail([PAGE_2], first(lambda ward: ward["properties"].update(LAT=float("inf"))))
    with pytest.raises(DownloadError, match="cannot write"):
        download(server, out)
    assert list(out.parent.iterdir()) == []
