"""`bcumap picture`: what it writes, says and refuses; a file that was there stays whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bcumap.maps import image as picture
from tests.commands import Outcome, run_here

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


Command = Callable[..., Outcome]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: Monkey, capsys: Captured) -> Command:
    monkeypatch.chdir(tmp_path)

    def ask(*words: str) -> Outcome:
        return run_here("picture", *words, monkeypatch=monkeypatch, capsys=capsys)

    return ask


@pytest.mark.parametrize(
    "words",
    [
        ["areas", "--level", "wards", "--area", "E05013719"],
        ["officers", "--measure", "residents_per_committed", "--level", "wards"],
        ["counters", "--on", "2026-04-01", "--closed", "--measure", "change"],
        ["history", "--on", "2018-12-31", "--view", "-0.3,51.4,0.1,51.6"],
    ],
)
def test_a_picture_of_every_kind(words: list[str], command: Command, tmp_path: Path) -> None:
    done = command(*words, "--out", "map.png")
    assert (done.code, done.err) == (0, "")
    assert "Wrote map.png, " in done.out
    with Image.open("map.png") as image:
        assert image.width == 2200
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


@pytest.mark.parametrize(
    "words", [["areas", "--area", "E05013719", "--level", "wards"], ["counters"]]
)
def test_a_card_has_the_size_of_previews(words: list[str], command: Command) -> None:
    assert command(*words, "--card", "--out", "card.png").code == 0
    with Image.open("card.png") as image:
        assert image.size == (1200, 630)


def test_streets_are_drawn_where_they_are_wanted(command: Command) -> None:
    for words in ([], ["--streets"]):
        assert command("areas", "--area", "E05013719", *words, "--out", "map.svg").code == 0
        drawing = Path("map.svg").read_text(encoding="utf-8")
        assert ("© OpenStreetMap contributors" in drawing) == bool(words)


def test_figures_of_one_s_own(command: Command) -> None:
    Path("own.csv").write_text("\ufeffcode,value\nE09000023,7\n", encoding="utf-8")
    done = command("officers", "--values", "own.csv", "--title", "Mine", "--out", "own.SVG")
    assert done.code == 0
    assert "Mine: boroughs" in Path("own.SVG").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Code;Value\n\nE09000023;12%\n\n", "1 figures are percents"),
        ("Borough code\tofficers per ward\nE09000023\t1,200\n", "'Borough code' is the code"),
        ("sep=;\ncode;value\ne09000023N;−7°\n;\n", ""),
        ("My figures,,\n\ncode,value,\nE09000023,7,\n", ""),
    ],
)
def test_figures_as_a_spreadsheet_writes_them(text: str, said: str, command: Command) -> None:
    Path("own.csv").write_text(text, encoding="utf-8")
    done = command("officers", "--values", "own.csv", "--out", "own.svg")
    assert (done.code, done.err) == (0, "")
    assert said in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["streets", "--out", "a.png"], "there is no picture of 'streets'"),
        (["areas", "--out", "a.gif"], "a.gif: the suffix names no picture; give .png or .svg"),
        (["areas", "--out", "there.png"], "there.png: is a folder"),
        (["areas", "--out", "no/a.png"], "there is no such folder to write to"),
        (["areas", "--area", "ZZ", "--out", "a.png"], "there is no area 'ZZ'"),
        (["counters", "--on", "1990-01-01", "--out", "a.png"], "nothing is known of front"),
        (["officers", "--values", "no.csv", "--out", "a.png"], "no.csv: there is no such file"),
        (["officers", "--values", "latin.csv", "--out", "a.png"], "row 2: 'é' is no number"),
        (
            ["officers", "--values", "large.csv", "--out", "a.png"],
            "large.csv: cannot be read (field larger",
        ),
        (["areas"], "Missing option '--out'"),
    ],
)
def test_bad_use_ends_with_2_and_one_line(words: list[str], said: str, command: Command) -> None:
    Path("there.png").mkdir()
    Path("latin.csv").write_bytes(b"code,value\nE09000023,\xe9\n")
    Path("large.csv").write_bytes(b"x" * 2_000_000)
    before = sorted(Path.cwd().iterdir())
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.line
    assert sorted(Path.cwd().iterdir()) == before


def test_an_interrupted_picture_leaves_the_old_file(command: Command, monkeypatch: Monkey) -> None:
    Path("map.png").write_text("as it was")

    def interrupt(*_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(picture, "draw", interrupt)
    assert command("areas", "--out", "map.png").code == 130
    assert Path("map.png").read_text() == "as it was"
    assert [path.name for path in Path.cwd().iterdir()] == ["map.png"]
