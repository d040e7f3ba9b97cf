"""Folders that are replaced as a whole: what was there stays until the new one is whole."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bcumap.base import files as folders
from bcumap.base.errors import BcuMapError


def anything(_folder: Path) -> None:
    pass


def test_a_folder_comes_whole_and_takes_the_place_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_text("old")
    with folders.replacing(target, anything) as staging:
        (staging / "new").write_text("new")
        assert (target / "old").exists()
    assert [path.name for path in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_text("old")

    def fail() -> None:
        with folders.replacing(target, anything) as staging:
            (staging / "new").write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


def test_what_was_put_there_meanwhile_is_not_lost(tmp_path: Path) -> None:
    target = tmp_path / "out"

    def empty(folder: Path) -> None:
        if folder.exists() and list(folder.iterdir()):
            raise BcuMapError("somebody else's")

    def write() -> None:
        with folders.replacing(target, empty) as staging:
            (staging / "new").write_text("new")
            target.mkdir()
            (target / "precious").write_text("theirs")

    with pytest.raises(BcuMapError, match="somebody else's"):
        write()
    assert (target / "precious").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_places_where_no_folder_can_be_put_are_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for place, said in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "no" / "such", "no such folder"),
        (Path("/"), "a disk is mounted there"),
        (Path("/proc"), "a disk is mounted there"),
    ):
        with pytest.raises(BcuMapError, match=said):
            folders.check_place(place)
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    for here in (Path(), inner, tmp_path, Path("..")):
        with pytest.raises(BcuMapError, match="you are in it"):
            folders.check_place(here)
    folders.check_place(inner / "new")


def test_a_parent_that_may_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(BcuMapError, match=f"{tmp_path} must be writable"):
        folders.check_place(tmp_path / "out")


KILLED = """
import os, signal, sys
from pathlib import Path
from bcumap.base import files

class Moved:
    \"\"\"Ends the process when the old folder has been moved away.\"\"\"
    def rename(path, target):
        renamed(path, target)
        if target.parent.name == "old":
            os.kill(os.getpid(), signal.SIGKILL)

target = Path(sys.argv[1])
if sys.argv[2] == "moved":
    renamed, Path.rename = Path.rename, Moved.rename
ways = {
    "beside": lambda: files.beside(target),
    "filling": lambda: files.filling(target, last="x"),
}
with ways.get(sys.argv[2], lambda: files.replacing(target, lambda _: None))() as place:
    if sys.argv[2] == "beside":
        place.write_text("half")
    else:
        (place / "new").write_text("half")
    if sys.argv[2] != "moved":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("way", ["beside", "filling", "replacing", "moved"])
def test_what_a_killed_run_left_goes_with_the_next_which_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    target, bystander = tmp_path / "out", tmp_path / f".out-{folders.SCRATCH}x"
    bystander.mkdir()  # no process's number: not ours
    if way == "beside":
        target.write_text("old")
    else:
        target.mkdir()
        (target / "old").write_text("old")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(target), way], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = set(tmp_path.iterdir()) - {target, bystander}
    assert target.exists() == (way != "moved")

    def old_is_there(_: Path) -> None:
        assert (target / "old").read_text() == "old"

    with caplog.at_level(logging.WARNING):
        if way == "beside":
            assert target.read_text() == "old"
            with folders.beside(target) as place:
                place.write_text("new")
        elif way == "filling":
            with folders.filling(target, last="x") as place:
                (place / "x").write_text("new")
        else:
            with folders.replacing(target, old_is_there):
                pass
    assert set(tmp_path.iterdir()) == {target, bystander}
    assert f"{left}: removed; a run that was killed had left it" in caplog.messages
    assert ("put back" in caplog.text) == (way == "moved")


def test_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    with folders.beside(tmp_path / "out") as first:
        first.write_text("first")
        with folders.beside(tmp_path / "out") as second:
            assert first.exists()
            second.write_text("second")
        assert (tmp_path / "out").read_text() == "second"
    assert (tmp_path / "out").read_text() == "first"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_temporary_folder_of_a_dead_run_goes_with_the_next(temporary: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left = temporary / f"{folders.SCRATCH}{ended.pid}-x"
    left.mkdir()
    with folders.scratch() as mine:
        assert list(temporary.iterdir()) == [mine]
        assert mine.stat().st_mode & 0o777 == 0o700
    assert not list(temporary.iterdir())
