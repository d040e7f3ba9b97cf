"""The `bcumap` command as other programs call it: exit codes, one line, nothing left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from bcumap.build import check
from bcumap.facts import store
from tests.commands import COMMAND, environment, everything, run, run_here
from tests.small import MET_WARDS, Small

WAIT_S = 60  # at most, for a build to begin to write


@pytest.fixture
def data_copy(small_london: Small, tmp_path: Path) -> Path:
    """A copy of a small London, to be broken: how a command ends does not depend on the size."""
    return Path(shutil.copytree(small_london.built, tmp_path / "geodata"))


@pytest.fixture
def small(small_london: Small) -> dict[str, str]:
    """The environment in which a small London can be built."""
    return environment(BCUMAP_DATA=str(small_london.known))


# --- 0: done -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["small", pytest.param("all", marks=pytest.mark.nightly)])
def test_a_build_ends_with_0_and_its_report_and_is_quiet_in_a_pipe(
    size: str, small_london: Small, ward_layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    layer, known, wards = small_london.layer, small_london.known, f"{MET_WARDS} Met + 25 City"
    if size == "all":
        layer, known, wards = tmp_path / "wards.parquet", store.SHIPPED, "679 Met + 25 City"
        ward_layer.to_parquet(layer)
    done = run("build", "--wards", layer, "--out", tmp_path / "new" / "data",
               env=environment(BCUMAP_DATA=str(known)), timeout=300)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    kept = f"{len(check.PROMISES)} of {len(check.PROMISES)}"
    for words in (wards, "Measured error", kept, "dissolve"):
        assert words in done.out
    assert "\x1b" not in done.out  # no colours, no bar
    assert set(check.check(tmp_path / "new" / "data")) == set(check.PROMISES)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data"]


def test_a_check_of_the_shipped_data_ends_with_0() -> None:
    done = run("check")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("ok ") == len(check.PROMISES)
    assert done.out.splitlines()[-1].endswith(f"all {len(check.PROMISES)} promises are kept")


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["check", "--help"]])
def test_help_ends_with_0(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.err) == (0, "")
    assert "Usage" in done.out


# --- nobody reads what is printed -----------------------------------------------------------------


SAYING = [("find SE8 4RX", 0), ("find Nowhereatall", 1), ("officers report", 0), ("--help", 0)]
UNREAD = ["| head -0", ">&-", ">&- 2>&-"]


@pytest.mark.parametrize(
    ("words", "code", "ending"),
    [
        pytest.param(*says, ending, marks=() if said * how == 0 else pytest.mark.nightly)
        for said, says in enumerate(SAYING)
        for how, ending in enumerate(UNREAD)
    ],
)
def test_a_command_ends_by_its_own_code_though_nobody_reads(
    words: str, code: int, ending: str
) -> None:
    shell = f"set -o pipefail; {shlex.join(COMMAND)} {words} {ending}"
    done = subprocess.run(
        ["bash", "-c", shell], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (code, "")


# --- 1: a check failed -------------------------------------------------------------------------


def test_a_check_that_fails_ends_with_1_and_says_which(data_copy: Path) -> None:
    (data_copy / "web" / "map.js").write_text("// another map")
    done = run("check", "--data", data_copy)
    assert (done.code, done.err) == (1, "")
    assert "FAILED  files are as sources.json describes" in done.out
    assert "web/map.js is not the file that was described" in done.out
    assert done.out.count("FAILED") == 1
    assert done.out.splitlines()[-1].endswith(f"1 of {len(check.PROMISES)} promises are broken")


def test_a_check_of_the_folder_that_the_environment_names(data_copy: Path) -> None:
    (data_copy / "thames.parquet").unlink()
    done = run("check", env=environment(BCUMAP_DATA=str(data_copy)))
    assert done.code == 1
    assert "thames.parquet is missing" in done.out


# --- 2: bad use --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build"], "give one of --wards FILE and --download"),
        (["build", "--wards", "a.gpkg", "--download"], "give one of --wards FILE and --download"),
        (["build", "--wards", "a.gpkg", "--layer", "X"], "a.gpkg: there is no such file"),
        (["build", "--wards"], "--wards"),
        (["build", "--wards", "a.gpkg", "--colour", "red"], "No such option: --colour"),
        (["build", "--wards", "a.gpkg", "--met-wards", "many"], "--met-wards"),
        (["build", "--wards", "a.gpkg", "--met-wards", "0"], "--met-wards"),
        (["build", "a.gpkg"], "unexpected extra argument"),
        (["dissolve"], "No such command 'dissolve'"),
        (["check", "--data", "no/such/folder"], "there is no such folder"),
        (["check", "extra"], "unexpected extra argument"),
        ([], "no command given"),
    ],
)
def test_bad_use_ends_with_2_and_one_line(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 2
    assert said in done.line


def test_bad_use_of_a_real_process_ends_with_2_and_one_line() -> None:
    done = run("build", "--wards", "a.gpkg", "--colour", "red")
    assert done.code == 2
    assert done.line.startswith("bcumap: No such option: --colour")


def test_an_output_that_is_a_file(
    small_london: Small,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "taken").write_text("mine")
    done = run_here(
        "build", "--wards", small_london.layer, "--out", tmp_path / "taken",
        monkeypatch=monkeypatch, capsys=capsys,
    )  # fmt: skip
    assert done.code == 2
    assert "is a file" in done.line
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_output_where_nothing_can_be_written(small_london: Small, small: dict[str, str]) -> None:
    out = "/proc/bcumap/geodata"
    done = run("build", "--wards", small_london.layer, "--out", out, env=small)
    assert done.code == 2
    assert "/proc/bcumap/geodata: cannot be written" in done.line


# --- 2: bad input, once as a real process (test_bad_input.py has them all) ----------------------


def test_a_bad_file_ends_a_real_process_with_2_and_changes_nothing(data_copy: Path) -> None:
    bad = data_copy.parent / "wards.gpkg"
    bad.write_bytes(b"not a geopackage")
    before = everything(data_copy.parent)
    done = run("build", "--wards", bad, "--out", data_copy)
    assert done.code == 2
    assert "not a vector file" in done.line
    assert done.out == ""
    assert everything(data_copy.parent) == before


def test_a_ward_with_nan_ends_a_real_process_with_2_and_without_warnings(
    small_london: Small, small: dict[str, str], tmp_path: Path
) -> None:
    """NumPy's warning of it would be three lines more."""

    def spoil(xy: np.ndarray) -> np.ndarray:
        spoilt = xy.copy()
        spoilt[3] = np.nan
        return spoilt

    wards = gpd.read_parquet(small_london.layer)
    shapes = wards.geometry.to_numpy().copy()
    shapes[60] = shapely.transform(shapes[60], spoil)
    path = tmp_path / "wards.parquet"
    wards.set_geometry(shapes, crs=wards.crs).to_parquet(path)
    done = run("build", "--wards", path, "--out", tmp_path / "geodata", env=small)
    assert done.code == 2
    assert "no usable geometry" in done.line


# --- 2: a disk that fills up -------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a file system in memory, or skip where that is not allowed."""
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    size = f"size={kilobytes}k".encode()
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, size):
        pytest.skip(f"no small disk to fill: {os.strerror(ctypes.get_errno())}")
    try:
        yield folder
    finally:
        libc.umount2(os.fsencode(folder), 2)


@pytest.mark.parametrize("room", [0.25, 0.8], ids=["at the wards", "at the last files"])
def test_a_disk_that_fills_up_half_way_keeps_the_old_files(
    room: float, small_london: Small, small: dict[str, str], tmp_path: Path
) -> None:
    size_kb = sum(path.stat().st_size for path in small_london.built.rglob("*")) // 1024
    with small_disk(tmp_path / "disk", round(size_kb * (1.2 + room))) as disk:
        shutil.copytree(small_london.built, disk / "geodata")
        before = everything(disk)
        done = run("build", "--wards", small_london.layer, "--out", disk / "geodata", env=small)
        assert done.code == 2
        assert "No space left on device" in done.line
        assert "nothing was changed" in done.line
        assert everything(disk) == before


def test_a_file_that_may_not_grow_keeps_the_old_files(
    small_london: Small, small: dict[str, str], data_copy: Path
) -> None:
    """The same where no disk can be mounted: files of 100 KB at most, and the wards are larger."""
    assert (small_london.built / "wards.parquet").stat().st_size > 110_000
    before = everything(data_copy.parent)
    done = run(
        "build", "--wards", small_london.layer, "--out", data_copy, env=small,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )  # fmt: skip
    assert done.code == 2
    assert "nothing was changed" in done.line
    assert everything(data_copy.parent) == before


# --- interrupted -------------------------------------------------------------------------------


@pytest.fixture
def half_way(
    small_london: Small, small: dict[str, str], data_copy: Path
) -> Callable[[int], tuple[int, str]]:
    """Send a signal to a build that has begun to write; return how it ended and what it said."""

    def send(number: int) -> tuple[int, str]:
        process = subprocess.Popen(
            [*COMMAND, "build", "--wards", str(small_london.layer), "--out", str(data_copy)],
            env=small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while not list(data_copy.parent.glob(f".{data_copy.name}-*/*.parquet")):
            assert process.poll() is None, "the build ended before it could be interrupted"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(number)
        _, err = process.communicate(timeout=WAIT_S)
        return process.returncode, err

    return send


def test_ctrl_c_ends_with_130_and_one_line_and_leaves_nothing(
    half_way: Callable[[int], tuple[int, str]], data_copy: Path
) -> None:
    before = everything(data_copy.parent)
    code, err = half_way(signal.SIGINT)
    assert code == 130  # as a shell expects
    assert err.splitlines() == ["bcumap: interrupted; nothing was changed"]
    assert everything(data_copy.parent) == before


def test_a_killed_build_leaves_the_old_files_whole(
    half_way: Callable[[int], tuple[int, str]], data_copy: Path
) -> None:
    before = everything(data_copy)
    code, err = half_way(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert err == ""
    assert everything(data_copy) == before
