"""`bcumap assign` as people call it: the table, the report, one line for what cannot be done."""

from __future__ import annotations

import csv
import gzip
import os
import signal
import subprocess
import time
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely

from bcumap.facts import store
from bcumap.matching.points import AREA_COLUMNS
from tests.commands import COMMAND, Outcome, environment, everything, run, run_here
from tests.police import COLUMNS, street_crime

ROWS = 3000
WAIT_S = 60  # at most, for a run to begin to write


class Here:
    """The command in this process, in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)

    def assign(self, *words: str) -> Outcome:
        return run_here("assign", *words, monkeypatch=self._monkeypatch, capsys=self._capsys)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


# --- 0: done -----------------------------------------------------------------------------------


def test_street_crime_from_end_to_end(tmp_path: Path) -> None:
    text = street_crime(ROWS)
    (tmp_path / "crimes.csv").write_text(text)
    done = run("assign", "crimes.csv", "--out", "out.csv", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")  # quiet in a pipe
    assert f"Read {ROWS:,} rows of crimes.csv (Longitude and Latitude, in degrees)" in done.out
    assert "Wrote out.csv" in done.out

    found = rows(tmp_path / "out.csv")
    assert [*found[0]] == [*COLUMNS, *AREA_COLUMNS]
    given = list(csv.DictReader(text.splitlines()))
    assert [{name: row[name] for name in COLUMNS} for row in found] == given
    facts = store.facts()
    for row in found:
        if row["ward_code"]:
            ward = facts["wards"][row["ward_code"]]
            borough = facts["boroughs"][ward["borough_code"]]
            assert (row["ward"], row["borough"]) == (ward["name"], borough["name"])
            assert row["bcu_code"] == (borough["bcu_code"] or "")
    assert {row["bcu_code"] for row in found} == {"", *facts["bcus"]}  # NA among them


def test_all_formats_give_the_same(here: Here) -> None:
    here.write("in.csv", street_crime(500))
    here.write("in.csv.gz", gzip.compress(street_crime(500).encode()))
    for words in (
        ["in.csv", "--out", "1.csv"],
        ["in.csv.gz", "--out", "2.csv"],
        ["in.csv", "--out", "3.csv.gz"],
        ["in.csv", "--out", "4.parquet"],
    ):
        assert here.assign(*words).code == 0
    first = (here.folder / "1.csv").read_bytes()
    assert (here.folder / "2.csv").read_bytes() == first
    assert gzip.decompress((here.folder / "3.csv.gz").read_bytes()) == first
    table = pq.read_table(here.folder / "4.parquet").to_pylist()
    assert [{name: value or "" for name, value in row.items()} for row in table] == rows(
        here.folder / "1.csv"
    )


@pytest.mark.parametrize("packed", [False, True])
def test_the_table_may_come_on_the_standard_input(packed: bool, tmp_path: Path) -> None:
    text = b"name,lat,lon\nA,51.4779,-0.0015\n"
    (tmp_path / "in.csv").write_bytes(gzip.compress(text) if packed else text)
    with (tmp_path / "in.csv").open("rb") as given:
        done = run("assign", "-", "--out", "out.csv", cwd=tmp_path, stdin=given)
    assert (done.code, done.err) == (0, "")
    assert "Read 1 rows of" in done.out
    assert [row["ward"] for row in rows(tmp_path / "out.csv")] == ["Greenwich Park"]
    assert sorted(everything(tmp_path)) == ["in.csv", "out.csv"]  # nothing that was kept meanwhile


def test_an_empty_standard_input_is_one_line(tmp_path: Path) -> None:
    done = run("assign", "-", "--out", "out.csv", cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert (done.code, done.out) == (2, "")
    assert "is empty" in done.line
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("name", ["in.tsv", "in.txt", "in.TXT", "in"])
def test_tabs_under_any_name(name: str, here: Here) -> None:
    here.write(name, "name\tlat\tlon\nA, B, C\t51.4779\t-0.0015\n")
    done = here.assign(name, "--out", "out.csv")
    assert done.code == 0
    assert "tabs stand between cells" in done.out
    told = (here.folder / "out.csv").read_text().splitlines()[1]
    assert told.startswith("A, B, C\t51.4779\t-0.0015\tE05014081\tGreenwich Park\t")


def test_points_of_a_geoparquet(here: Here) -> None:
    points = gpd.GeoDataFrame(
        {"name": ["A", "B"]}, geometry=gpd.points_from_xy([-0.0015, -3], [51.4779, 55]), crs=4326
    )
    for crs in (4326, 27700):
        points.to_crs(crs).to_parquet(here.folder / "in.parquet")
        done = here.assign("in.parquet", "--out", "out.csv")
        assert done.code == 0, done.err
        found = rows(here.folder / "out.csv")
        assert [row["ward"] for row in found] == ["Greenwich Park", ""]
        assert shapely.from_wkt(found[0]["geometry"]) == points.to_crs(crs).geometry[0]


@pytest.mark.parametrize("times", [2, pytest.param(16, marks=pytest.mark.nightly)])
def test_refusals_never_abort(times: int, tmp_path: Path) -> None:
    """Arrow still read ahead when the interpreter ended: one refusal in 16 ended with 134."""
    table = "\n".join(["a,b", *["1,2"] * 200_000, ""])
    (tmp_path / "in.csv").write_text(table)
    for _ in range(times):
        done = run("assign", "in.csv", "--out", "out.csv", cwd=tmp_path)
        assert done.code == 2
        assert "is not clear" in done.line


def test_metres_named_on_the_command_line_and_a_prefix(here: Here) -> None:
    here.write("in.csv", "where_x;where_y;ward\n530020;180360;old\n")
    done = here.assign(
        "in.csv", "--out", "out.csv", "--easting", "where_x", "--northing", "where_y",
        "--prefix", "now_",
    )  # fmt: skip
    assert done.code == 0
    assert "in metres" in done.out
    assert (here.folder / "out.csv").read_text() == (
        "where_x;where_y;ward;now_ward_code;now_ward;now_borough_code;now_borough;now_bcu_code;now_bcu\n"
        "530020;180360;old;E05013806;St James's;E09000033;Westminster;AW;Central West\n"
    )


def test_bad_rows_are_kept_left_blank_counted_and_named(here: Here) -> None:
    bad = ["west,51.5", ",", "51.5,-0.1", "999,51.5", *["51.5,-0.1"] * 6]
    here.write("in.csv", "\n".join(["lon,lat", "-0.1,51.5", *bad, ""]))
    done = here.assign("in.csv", "--out", "out.csv")
    assert done.code == 0
    assert [row["lon"] + "," + row["lat"] for row in rows(here.folder / "out.csv")][1:] == bad
    assert not any(row["ward_code"] for row in rows(here.folder / "out.csv")[1:])
    said = [" ".join(line.split()) for line in done.out.splitlines()]
    assert said == [
        "Read 11 rows of in.csv (lon and lat, in degrees)",
        "in a Met ward 1",
        "in the City of London 0",
        "in the tidal Thames 0",
        "elsewhere 0",
        "empty 1 row 4",
        "not a number 1 row 3",
        "swapped 7 rows 5, 7, 8, 9, 10, …",
        "out of range 1 row 6",
        "Swapped: lon holds what lat should; exchange the two cells, or the two options if it is so"
        " in all rows",
        "Wrote out.csv",
    ]


def test_a_header_alone_is_a_table_of_no_rows(here: Here) -> None:
    here.write("in.csv", "lon,lat")
    assert here.assign("in.csv", "--out", "out.csv").code == 0
    assert (here.folder / "out.csv").read_text() == ",".join(["lon", "lat", *AREA_COLUMNS]) + "\n"


def test_an_old_output_is_replaced(here: Here) -> None:
    here.write("in.csv", "lon,lat\n-0.1,51.5\n")
    here.write("out.csv", "old")
    assert here.assign("in.csv", "--out", "out.csv").code == 0
    assert len(rows(here.folder / "out.csv")) == 1
    assert sorted(everything(here.folder)) == ["in.csv", "out.csv"]


def test_it_needs_no_geopandas(tmp_path: Path) -> None:
    """geopandas would take a second and 60 MB, of which a run of a million rows has little."""
    (tmp_path / "in.csv").write_text("easting,northing\n530020,180360\n")
    code = (
        "import sys; from bcumap.cli import main as cli\n"
        "sys.argv = ['bcumap', 'assign', 'in.csv', '--out', 'out.csv']\n"
        "try: cli.main()\n"
        "except SystemExit: print('geopandas' in sys.modules)"
    )
    done = subprocess.run(
        [COMMAND[0], "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "False", done.stderr


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(street_crime(100))
    ours, theirs = os.openpty()
    command = [*COMMAND, "assign", "in.csv", "--out", "out.csv"]
    subprocess.run(
        command, cwd=tmp_path, env=environment(TERM="xterm"), stdout=subprocess.DEVNULL,
        stderr=theirs, check=True, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    assert b"Assigning in.csv" in os.read(ours, 100_000)
    os.close(ours)


# --- 2: bad use and bad input ------------------------------------------------------------------

GOOD = b"lon,lat\n-0.1,51.5\n"


@pytest.mark.parametrize(
    ("name", "content", "words", "said"),
    [
        ("in.csv", GOOD, ["--out", "in.csv"], "in.csv: is the table itself"),
        ("in.csv", GOOD, ["--out", "out.xlsx"], "out.xlsx: the name must end in one of .csv"),
        ("in.csv", GOOD, ["--out", "no/out.csv"], "no: there is no such folder"),
        ("in.csv", GOOD, ["--out", "folder.csv"], "folder.csv: is a folder"),
        ("in.csv", GOOD, [], "Missing option '--out'"),
        ("in.csv", GOOD, ["--out", "out.csv", "--lon", "lon"], "--lon with --lat"),
        ("in.csv", GOOD, ["--out", "out.csv", "--lon", "a", "--lat", "b"], "no column 'a'"),
        ("in.xlsx", b"PK\x03\x04", ["--out", "out.csv"], "in.xlsx: cannot be read"),
        ("in.csv", b"", ["--out", "out.csv"], "in.csv: is empty"),
        ("in.csv", b"a,b\n1,2\n", ["--out", "out.csv"], "is not clear; name them with --lon"),
        ("in.csv", b"lon,lat\n1,2,3\n", ["--out", "out.csv"], "row 2: expected 2 columns, got 3"),
        ("in.csv", b"lon,lat,ward\n", ["--out", "out.csv"], "say with --prefix"),
        ("in.csv", b"lon,lat\n0,\0\n", ["--out", "out.csv"], "NUL bytes"),
        (
            "in.csv.gz",
            gzip.compress(GOOD, mtime=0)[:-9],
            ["--out", "out.csv"],
            "in.csv.gz: cannot be read",
        ),
        ("in.parquet", b"PAR1", ["--out", "out.csv"], "in.parquet: cannot be read"),
    ],
)
def test_one_line_and_nothing_changed(
    name: str, content: bytes, words: list[str], said: str, here: Here
) -> None:
    here.write(name, content)
    here.write("out.csv", "old")
    (here.folder / "folder.csv").mkdir()
    before = everything(here.folder)
    done = here.assign(name, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.line
    assert everything(here.folder) == before


@pytest.mark.parametrize("name", ["missing.csv", "folder.csv"])
def test_no_table_there(name: str, here: Here) -> None:
    (here.folder / "folder.csv").mkdir()
    done = here.assign(name, "--out", "out.csv")
    assert done.code == 2
    assert done.line.startswith(f"bcumap: {name}: ")


def test_data_without_wards(here: Here, data_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here.write("in.csv", GOOD)
    (data_copy / "wards.wkb").unlink()
    monkeypatch.setenv("BCUMAP_DATA", str(data_copy))
    done = here.assign("in.csv", "--out", "out.csv")
    assert done.code == 2
    assert "wards.wkb: cannot be read" in done.line
    assert not (here.folder / "out.csv").exists()


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "bcumap: interrupted; nothing was changed\n"),
        (signal.SIGKILL, -signal.SIGKILL, ""),
    ],
)
def test_half_way_the_old_output_is_whole(
    number: int, code: int, said: str, tmp_path: Path
) -> None:
    text = street_crime(ROWS)
    with (tmp_path / "in.csv").open("w") as file:
        file.write(text)
        for _ in range(200):
            file.write(text.partition("\n")[2])
    (tmp_path / "out.csv").write_text("old")
    process = subprocess.Popen(
        [*COMMAND, "assign", "in.csv", "--out", "out.csv"],
        cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + WAIT_S
    while not any(path.stat().st_size for path in tmp_path.glob(".out.csv-*/*")):
        assert process.poll() is None, "it ended before it was interrupted"
        assert time.monotonic() < deadline, "it never began to write"
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (code, said)
    assert (tmp_path / "out.csv").read_text() == "old"
    if number == signal.SIGINT:
        assert sorted(everything(tmp_path)) == ["in.csv", "out.csv"]
