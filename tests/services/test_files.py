"""Files of publishers from a real server on loopback: faults, resumes, sizes, hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from bcumap.base.errors import DownloadError
from bcumap.services import datastore, ordnance
from bcumap.services import http as asking
from tests.services import file_server
from tests.services.file_server import FileServer, half, published
from tests.services.serving import body, reset, status

LIMITS = asking.Limits(
    connect_s=2, read_s=2, deadline_s=5, attempts=4, backoff_min_s=0.01, backoff_max_s=0.05
)
CONTENT = bytes(number * number % 251 for number in range(300_000))
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server.running() as state:
        state.files["/big.zip"] = CONTENT
        yield state


def fetch(server: FileServer, path: Path, limits: asking.Limits = LIMITS, **said: Any) -> None:
    wanted = asking.Published(f"{server.url}/big.zip", "big.zip", **said)
    with requests.Session() as session:
        asking.to_file(session, wanted, path, limits)


def ranges(server: FileServer) -> list[str]:
    return [asked for _, asked in server.requests]


@pytest.mark.parametrize("said", [{}, {"size": len(CONTENT), "md5": MD5}])
def test_a_fetch_that_breaks_off_goes_on_where_it_was(
    server: FileServer, tmp_path: Path, said: dict[str, Any]
) -> None:
    server.faults = {1: status(503, Retry_After="0"), 2: half, 3: half}
    fetch(server, tmp_path / "f", **said)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert ranges(server) == ["", "", "bytes=131072-", "bytes=196608-"]  # whole pieces


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: FileServer, tmp_path: Path) -> None:
    def changes(handler: Any, content: bytes) -> None:
        half(handler, content)
        server.etag, server.files["/big.zip"] = '"two"', CONTENT[::-1]

    server.faults = {1: changes}
    fetch(server, tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == CONTENT[::-1]


def test_a_server_that_knows_no_ranges_sends_all_again(server: FileServer, tmp_path: Path) -> None:
    server.knows_ranges, server.faults = False, {1: half}
    fetch(server, tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_what_an_earlier_run_left_is_gone_on_with_if_a_hash_can_tell(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(CONTENT[:200_000])
    fetch(server, tmp_path / "f", size=len(CONTENT), md5=MD5)
    assert ranges(server) == ["bytes=200000-"]
    (tmp_path / "f").write_bytes(b"something else")
    fetch(server, tmp_path / "f")  # no hash: all of it
    assert (tmp_path / "f").read_bytes() == CONTENT
    fetch(server, tmp_path / "f", size=len(CONTENT), md5=MD5)
    assert len(server.requests) == 2  # all is there: nobody is asked


def test_a_wrong_beginning_is_thrown_away_and_the_file_fetched_whole(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"x" * 200_000)
    fetch(server, tmp_path / "f", size=len(CONTENT), md5=MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert ranges(server) == ["bytes=200000-", ""]


@pytest.mark.parametrize(
    ("said", "limits", "message"),
    [
        ({"size": len(CONTENT), "md5": "0" * 32}, LIMITS, "found the hash"),
        ({"size": 1000, "md5": MD5}, LIMITS, "found more than 0 bytes"),
        ({"size": 400_000, "md5": MD5}, LIMITS, "expected 400000|HTTP 416"),
        ({}, replace(LIMITS, max_bytes=100_000), "found more than 65536 bytes"),
    ],
)
def test_another_size_or_hash_is_refused_in_one_line(
    server: FileServer, tmp_path: Path, said: dict[str, Any], limits: asking.Limits, message: str
) -> None:
    with pytest.raises(DownloadError, match=message) as caught:
        fetch(server, tmp_path / "f", limits, **said)
    assert "\n" not in str(caught.value)
    assert "big.zip" in str(caught.value)


def test_redirects_are_followed_but_not_in_circles_nor_to_other_schemes(
    server: FileServer, tmp_path: Path
) -> None:
    server.files["/store/b"] = server.files.pop("/big.zip")
    server.moved["/big.zip"] = "/store/b"
    server.faults = {2: half}
    fetch(server, tmp_path / "f", md5=MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT
    server.moved["/big.zip"] = "/big.zip"
    with pytest.raises(DownloadError, match="more than 5 redirects"):
        fetch(server, tmp_path / "g")
    server.moved["/big.zip"] = "file:///etc/passwd"
    with pytest.raises(DownloadError, match="found a redirect to file"):
        fetch(server, tmp_path / "g")


# --- OS Open Roads

LIST = "/products/OpenRoads/downloads?area=GB&format=GeoPackage"


def listed(server: FileServer, **change: Any) -> None:
    file = {"area": "GB", "format": "GeoPackage", "fileName": "oproad_gpkg_gb.zip",
            "url": f"{server.url}/big.zip", "size": len(CONTENT), "md5": MD5}  # fmt: skip
    server.files[LIST] = json.dumps([file | change]).encode()


def test_open_roads_come_with_size_and_hash_and_go_on_in_the_next_run(
    server: FileServer, tmp_path: Path
) -> None:
    listed(server)
    out = tmp_path / "geodata"
    server.faults = dict.fromkeys(range(2, 20), half) | {2: half, 3: reset}
    with pytest.raises(DownloadError, match=r"asked 2 times; .*--streets") as caught:
        ordnance.download_streets(out, address=server.url, limits=replace(LIMITS, attempts=2))
    assert "\n" not in str(caught.value)
    server.faults, before = {}, len(server.requests)
    path = ordnance.download_streets(out, address=server.url, limits=LIMITS)
    assert path.read_bytes() == CONTENT
    assert path.name == "oproad_gpkg_gb.zip"
    assert server.requests[before + 1] == ("/big.zip", "bytes=131072-")
    assert [each.name for each in tmp_path.iterdir()] == [f".bcumap-download-{MD5}"]


def test_an_older_edition_that_was_begun_gives_way(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / f".bcumap-download-{'0' * 32}").mkdir()
    listed(server)
    path = ordnance.download_streets(tmp_path / "geodata", address=server.url, limits=LIMITS)
    assert list(tmp_path.iterdir()) == [path.parent]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"md5": "none"}, "without url, fileName, size or md5"),
        ({"size": 5_000_000_000}, "without url"),
        ({"fileName": "../x.zip"}, "without url"),
        ({"url": "ftp://example.org/x"}, "without url"),
        ({"format": "ESRI Shapefile"}, "found 0 files"),
    ],
)
def test_a_list_that_is_no_use_is_told(
    server: FileServer, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    listed(server, **change)
    with pytest.raises(DownloadError, match=message):
        ordnance.download_streets(tmp_path / "geodata", address=server.url, limits=LIMITS)
    assert list(tmp_path.iterdir()) == []


# --- the Datastore


CRIME = {
    "MPS Borough Level Crime (Historical).csv": b"a",
    "MPS Borough Level Crime (most recent 24 months).csv": b"b",
    "MPS LSOA Level Crime (most recent 24 months).csv": b"never",
    "MPS Ward Level Crime (Historical).csv": b"never",
    "MPS Ward Level Crime (most recent 24 months).csv": b"c",
}
ALL = {"exy3m": CRIME, "e7xoj": {"Police_Force_Strength.csv": b"d"},
       "2lz3x": {"public-perception-data.csv": b"e"},
       "e16kd": {"DWO_Abstraction.xlsx": b"f", "Notes.csv": b"never"}}  # fmt: skip


def demand(server: FileServer, folder: Path) -> datastore.Fetched:
    return datastore.download_demand(folder, address=server.url, limits=LIMITS)


def test_the_newest_files_are_fetched_through_faults(server: FileServer, tmp_path: Path) -> None:
    published(server, **ALL)
    server.faults = {1: status(429, Retry_After="0"), 2: body(b"<html>"), 5: reset}
    fetched = demand(server, tmp_path)
    assert [path.read_bytes() for path in fetched.files] == [b"a", b"b", b"c", b"d", b"e"]
    assert fetched.workbook == tmp_path / "DWO_Abstraction.xlsx"
    assert fetched.notes == ()
    assert sum(path == "/api/v2/dataset/exy3m" for path, _ in server.requests) == 3


def test_what_is_not_published_is_told_and_the_rest_fetched(
    server: FileServer, tmp_path: Path
) -> None:
    published(server, **{**ALL, "e16kd": {"Notes.csv": b""}})
    del server.files["/api/v2/dataset/2lz3x"]
    fetched = demand(server, tmp_path)
    assert len(fetched.files) == 4
    assert fetched.workbook is None
    perception, workbook = fetched.notes
    assert "2lz3x: found HTTP 404" in perception
    assert "found Notes.csv; expected one that is called as 'dwo.abstraction'" in workbook


def test_without_offences_nothing_goes(server: FileServer, tmp_path: Path) -> None:
    published(server, **{**ALL, "exy3m": {"Other.csv": b""}})
    with pytest.raises(DownloadError, match=r"found Other.csv; .*--demand"):
        demand(server, tmp_path)
    server.files["/api/v2/dataset/exy3m"] = b'{"resources": 5}'
    with pytest.raises(DownloadError, match="found no list of resources"):
        demand(server, tmp_path)


def test_names_that_lead_elsewhere_are_not_taken(server: FileServer, tmp_path: Path) -> None:
    published(server, **ALL)
    server.files["/api/v2/dataset/e16kd"] = json.dumps(
        {"resources": [{"id": "../../x", "title": "DWO Abstraction", "url": "https://e/a.xlsx"},
                       {"id": "y", "title": "DWO Abstraction", "url": "https://e/..%2f..%2fa;.xlsx"}]}
    ).encode()  # fmt: skip
    assert demand(server, tmp_path).workbook is None
