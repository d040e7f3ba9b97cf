"""Folders that are replaced as a whole: what was there stays until the new one is whole."""

from __future__ import annotations

import os
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
