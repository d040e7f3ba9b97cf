"""`bcumap export`: what it writes, says and refuses."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from tests.commands import COMMAND, Outcome, environment, run, run_here
from tests.small import Small

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


def test_a_layer_is_written_and_told_of(
    tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    out = tmp_path / "north.geojson"
    words = ["export", "wards", "--area", "na", "--detail", "overview", "--out", out]
    done = run_here(*words, "--columns", "ward, residents", monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.err) == (0, "")
    assert "46 features, GeoJSON" in done.out
    assert "within 61.9" in done.out
    found = json.loads(out.read_text())
    assert set(found["features"][0]["properties"]) == {"ward_code", "ward", "residents"}
    assert [path.name for path in tmp_path.iterdir()] == ["north.geojson"]


def test_a_measure_on_a_date(tmp_path: Path, monkeypatch: Monkey, capsys: Captured) -> None:
    out = tmp_path / "boroughs.fgb"
    words = ["export", "boroughs", "--measure", "open_24_7,fte", "--on", "2026-04-01", "--out", out]
    done = run_here(*words, "--detail", "overview", monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0
    found = gpd.read_file(out).set_index("borough")
    assert found.loc["Lewisham", "open_24_7"] == 1
    assert found["open_24_7"].sum() == 2
    assert found["open_24_7"].isna().sum() == 1  # the City


def test_how_many_counters_have_no_point_is_said(
    tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    words = ["export", "counters", "--on", "2026-11-22", "--out", tmp_path / "c.ndjson"]
    done = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert "14 have no point: no source gives their postcode" in done.out
    lines = (tmp_path / "c.ndjson").read_text().splitlines()
    assert sum(json.loads(line)["geometry"] is None for line in lines) == 14


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["../../x", "--out", "a.csv"], "there is no layer '../../x'; give one of bcus, boroughs"),
        (["wards", "--out", "there"], "the suffix names no format; give one of .geojson"),
        (["wards", "--out", "there.csv"], "there.csv: is a folder; name the file to write"),
        (["wards", "--out", "a.xlsx"], "the suffix names no format"),
        (["wards", "--out", "a.shp"], "a Shapefile is several files: .shp.zip"),
        (["wards", "--out", ".csv"], "the suffix names no format"),
        (["wards", "--out", "nowhere/a.csv"], "there is no such folder to write to"),
        (["wards", "--out", "a.csv", "--columns", "x"], "there is no column 'x'"),
        (["wards", "--out", "a.csv", "--area", "ZZ"], "there is no area 'ZZ'"),
        (["wards", "--out", "a.csv", "--measure", "x"], "wards have no measure 'x'"),
        (["wards", "--out", "a.csv", "--on", "2026-04-01"], "--on changes nothing in wards"),
        (["wards", "--out", "a.csv", "--level", "bcus"], "--level is for officers"),
        (["wards", "--out", "a.csv", "--detail", "x"], "there is no detail 'x'"),
        (["officers", "--out", "a.csv", "--level", "x"], "there is no level 'x'"),
        (["counters", "--out", "a.csv", "--on", "2026-02-30"], "'2026-02-30' is no date"),
        (["counters", "--out", "a.csv", "--on", "1830-01-01"], "nothing is known of front"),
        (["all", "--out", "full"], "has files that are no export of ours (mine.txt)"),
        (["all", "--out", "mine.txt"], "mine.txt: is a file; name a folder"),
        (["all", "--out", "new", "--columns", "ward"], "no --columns and no --measure"),
        (["all", "--out", "new", "--area", "ZZ"], "there is no area 'ZZ'"),
        (["all", "--out", "."], "you are in it, and it is replaced as a whole"),
        (["all", "--out", "/"], "a disk is mounted there"),
        (["counters", "--out", "a.csv", "--on", "2012-06-01"], "no front counter of 2012-06-01"),
        (["wards"], "Missing option '--out'"),
    ],
)
def test_bad_use_ends_with_2_one_line_and_nothing_changed(
    words: list[str],
    said: str,
    small_london: Small,
    tmp_path: Path,
    monkeypatch: Monkey,
    capsys: Captured,
) -> None:
    monkeypatch.setenv("BCUMAP_DATA", str(small_london.built))
    monkeypatch.chdir(tmp_path)
    for folder in ("there", "there.csv", "full"):
        Path(folder).mkdir()
    Path("full/mine.txt").write_text("mine")
    Path("mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    done = run_here("export", *words, monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.out) == (2, "")
    assert said in done.line
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def of_small_london(small_london: Small) -> dict[str, str]:
    """The environment of a process that exports a small London: how it ends is the point."""
    return environment(BCUMAP_DATA=str(small_london.built))


def without_space(*words: str | Path, env: dict[str, str]) -> Outcome:
    """Run the command where no file may have more than 20 KB."""
    limit = (20_000, 20_000)
    return run(*words, env=env, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))


@pytest.mark.parametrize("words", [["wards", "--out", "bcus.kml"], ["all", "--out", "everything"]])
def test_no_space_leaves_the_old_file(
    words: list[str], tmp_path: Path, of_small_london: dict[str, str]
) -> None:
    (tmp_path / "bcus.kml").write_text("as it was")
    words = ["export", *words[:-1], str(tmp_path / words[-1]), "--detail", "overview"]
    done = without_space(*words, env=of_small_london)
    assert (done.code, done.out) == (2, "")
    assert "cannot be written" in done.line
    assert "File too large" in done.line
    assert (tmp_path / "bcus.kml").read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["bcus.kml"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_leaves_nothing(
    number: signal.Signals, tmp_path: Path, of_small_london: dict[str, str]
) -> None:
    command = [*COMMAND, "export", "all", "--detail", "full", "--out", str(tmp_path / "everything")]
    with subprocess.Popen(command, env=of_small_london, stderr=subprocess.PIPE) as process:
        until(lambda: any(tmp_path.iterdir()))
        process.send_signal(number)
        assert process.wait(60) == 128 + number
    assert list(tmp_path.iterdir()) == []


def until(done: Callable[[], bool], *, limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
