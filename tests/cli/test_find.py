"""`bcumap find` as other programs call it: exit codes, a few lines, JSON, never a traceback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bcumap.facts import store
from tests.commands import COMMAND, Outcome, environment, run, run_here
from tests.hostile import QUERIES

Find = Callable[..., Outcome]


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Find:
    """Run `bcumap find` in this process."""
    return lambda *words: run_here("find", *words, monkeypatch=monkeypatch, capsys=capsys)


# --- 0: found ----------------------------------------------------------------------------------


def test_a_real_process_answers_in_a_few_lines() -> None:
    done = run("find", "SE8 4RX")
    assert (done.code, done.err) == (0, "")
    first, *rest = done.out.splitlines()
    assert first == "SE8 4RX is in Deptford ward, Lewisham, policed by South East BCU."
    assert rest[-1] == "As of: postcodes November 2025, wards 2025"
    assert "  ward                Deptford (E05013719)" in rest
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("words", "on", "told"),
    [
        ("Enfield", "2018-12-31", "policed by its own borough unit."),
        ("Enfield", "2019-02-01", "policed by North Area BCU"),
        ("North Area", "2018-12-31", "it was not live yet: since 9 January 2019."),
        ("Croydon", "2019-02-14", "In the course of February 2019 South Area BCU took over"),
        ("Croydon", "2026-11-26", "policed by South Area BCU."),
    ],
)
def test_it_says_who_policed_a_place_then(words: str, on: str, told: str, find: Find) -> None:
    assert told in find(words, "--on", on).out


@pytest.mark.parametrize("words", [["SE8 4RX"], ["SE8", "4RX"], ["se84rx"], ["  SE8  4RX "]])
def test_a_query_needs_no_quotes(words: list[str], find: Find) -> None:
    done = find(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("SE8 4RX is in Deptford ward")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["51.5,-0.1"], "This point is in Borough & Bankside ward"),
        (["51.5", "-0.1"], "This point is in Borough & Bankside ward"),
        (["-0.1", "51.5"], "it was read the other way round"),
        (["-0.1,51.5"], "it was read the other way round"),
        (["E05009390N"], "A ward of Kensington and Chelsea"),
        (["NA"], "Enfield and Haringey"),
        (["City", "of", "London"], "City of London Police"),
        (["West"], "Which one is meant?"),
        (["SE8"], "SE8 has 578 postcodes in use, in 7 wards of 3 boroughs."),
        (["RM7 0JJ"], "or perhaps"),
    ],
)
def test_whatever_is_asked_for(words: list[str], said: str, find: Find) -> None:
    done = find(*words)
    assert (done.code, done.err) == (0, "")
    assert said in done.out


@pytest.mark.parametrize("words", [["--json", "SE8", "4RX"], ["SE8 4RX", "--json"]])
def test_the_answer_as_json(words: list[str], find: Find) -> None:
    done = find(*words)
    assert (done.code, done.err) == (0, "")
    value = json.loads(done.out)
    assert value["kind"] == "postcode"
    assert value["place"] == {
        "ward_code": "E05013719", "ward": "Deptford", "borough_code": "E09000023",
        "borough": "Lewisham", "bcu_code": "SE", "bcu": "South East",
        "police": "Metropolitan Police",
    }  # fmt: skip
    assert value["certain"] is True


ASKED = [("SE8 4RX", 0), ("West", 0), ("SE8 4RX --json", 0), ("M1 1AA", 1),
         ("--no-such-option x", 2)]  # fmt: skip
ENDS = ["| head -n 1", "| head -c 0", "| grep -q Deptford", ">&-"]


@pytest.mark.parametrize(
    ("words", "code", "end"),
    [
        pytest.param(*asked, end, marks=() if by_day else pytest.mark.nightly)
        for asked in ASKED
        for end in ENDS
        # Each ending of a reader, and each of a command.
        for by_day in [asked == ASKED[0] or (end == ENDS[0] and asked[1])]
    ],
)
def test_who_reads_it_may_leave_early(words: str, code: int, end: str) -> None:
    """The code is that of the answer, whether or not anybody reads all of it."""
    line = f"{shlex.join(COMMAND)} find {words} {end}; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == str(code)
    assert len(done.stderr.splitlines()) == (code == 2)


# --- 1: not found ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("M1 1AA", "M1 1AA is outside London."),
        ("Ankh-Morpork", "Nothing in London that is known here is called “Ankh-Morpork”."),
        ("Deptfrod", "Deptford (E05013719), ward in Lewisham"),
        ("0,0", "is no place in Great Britain."),
        ("E05999999", "There is no ward of London"),
        ("x" * 5_000, "That is too long to be a place."),
    ],
)
def test_what_is_not_found_ends_with_1_and_says_why(query: str, said: str, find: Find) -> None:
    done = find(query)
    assert (done.code, done.err) == (1, "")
    assert said in done.out


def test_what_is_not_found_is_json_too(find: Find) -> None:
    done = find("Ankh-Morpork", "--json")
    assert (done.code, done.err) == (1, "")
    assert json.loads(done.out)["kind"] == "nothing"


# --- 2: bad use, bad data ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frob", "SE8 4RX"], "no such option: --frob"),
        (["SE8 4RX", "--frob"], "no such option: --frob"),
        (["--json=yes", "SE8"], "--json"),
        ([], "Missing argument"),
        ([""], "nothing was asked"),
        (["  ", "\t"], "nothing was asked"),
        (["--json"], "Missing argument"),
    ],
)
def test_bad_use_ends_with_2_and_one_line(words: list[str], said: str, find: Find) -> None:
    done = find(*words)
    assert done.code == 2
    assert said in done.line
    assert done.out == ""


def _no_postcodes(data: Path) -> None:
    described = json.loads((data / "sources.json").read_bytes())
    described["files"] = [each for each in described["files"] if each["file"] != "postcodes.zip"]
    (data / "sources.json").write_text(json.dumps(described))
    (data / "postcodes.zip").unlink()


def _no_archive(data: Path) -> None:
    (data / "postcodes.zip").write_bytes(b"PK\x03\x04 and no more")


def _cut_short(data: Path) -> None:
    path = data / "postcodes.zip"
    path.write_bytes(path.read_bytes()[:-1_000])


def _rotten(data: Path) -> None:
    """Every member spoilt, the directory at the end as it was."""
    path = data / "postcodes.zip"
    content = bytearray(path.read_bytes())
    content[: len(content) * 3 // 4] = b"\x55" * (len(content) * 3 // 4)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_no_postcodes, "no postcodes; run `bcumap build --postcodes`"),
        (lambda data: (data / "postcodes.zip").unlink(), "postcodes.zip: cannot be opened"),
        (_no_archive, "postcodes.zip: cannot be opened"),
        (_cut_short, "postcodes.zip: cannot be opened"),
        (_rotten, "in it cannot be read"),
        (lambda data: (data / "web" / "facts.json").write_text("{"), "facts.json: cannot be read"),
        (lambda data: (data / "sources.json").unlink(), "sources.json: cannot be read"),
    ],
    ids=["none built", "missing", "no archive", "cut short", "rotten", "facts", "sources"],
)
def test_bad_data_ends_with_2_and_one_line(
    spoil: Callable[[Path], object],
    said: str,
    data_copy: Path,
    find: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(data_copy)
    monkeypatch.setenv("BCUMAP_DATA", str(data_copy))
    done = find("SE8 4RX")
    assert done.code == 2
    assert said in done.line
    assert done.out == ""


def test_a_real_process_with_bad_data_ends_with_2_and_one_line(data_copy: Path) -> None:
    _rotten(data_copy)
    done = run("find", "SE8", "4RX", env=environment(BCUMAP_DATA=str(data_copy)))
    assert (done.code, done.out) == (2, "")
    assert "restore it or rebuild" in done.line


# --- hostile questions -------------------------------------------------------------------------


def test_every_hostile_question_ends_with_a_few_lines(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, with the data opened once: what is asked is the point here."""
    finder = store.finder()
    monkeypatch.setattr(store, "finder", lambda: finder)
    for query in QUERIES:
        done = find(query)
        assert done.code in (0, 1, 2), ascii(query)
        assert "Traceback" not in done.err, ascii(query)
        if done.code == 2:
            assert done.line.startswith("bcumap: "), ascii(query)
            assert done.out == "", ascii(query)
        else:
            assert done.err == "", ascii(query)
            assert 1 <= len(done.out.splitlines()) < 30, ascii(query)
        assert "\x1b" not in done.out + done.err, ascii(query)
        assert "\u202e" not in done.out, ascii(query)


def test_bytes_that_are_no_text_reach_a_real_process() -> None:
    done = run("find", os.fsdecode(b"\xff\xfe\x80"))
    assert done.code == 1
    assert done.out.startswith("Nothing was asked.")
    assert done.err == ""
