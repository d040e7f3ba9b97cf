"""`bcumap officers report`: what it says of every level and date, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from tests.commands import run_here

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


def test_boroughs_by_default(monkeypatch: Monkey, capsys: Captured) -> None:
    done = run_here("officers", "report", monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.err) == (0, "")
    rows = {line[:28].strip(): line.split() for line in done.out.splitlines()}
    assert rows["Lewisham"][-5:] == ["19", "57", "75.9", "133%", "18"]
    assert rows["Camden"][-5:] == ["20", "60", "–", "–", "–"]
    assert rows["all"][-2:] == ["679", "2037"]
    assert "since 28 December 2017, restated February 2022" in done.out
    assert "made for the 629 wards of its time" in done.out


def test_an_earlier_date_has_its_promise_and_no_figure(
    monkeypatch: Monkey, capsys: Captured
) -> None:
    words = ["officers", "report", "--level", "bcus", "--on", "2017-06-01"]
    done = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert "1 ward officers and 1 PCSO" in done.out or "1 ward officer and 1 PCSO" in done.out
    assert done.out.count("–") >= 3 * 12
    assert "1358" in done.out


def test_json_has_null_for_what_is_not_known(monkeypatch: Monkey, capsys: Captured) -> None:
    words = ["officers", "report", "--level", "bcus", "--json", "--on", "2026-11-22"]
    told = json.loads(run_here(*words, monkeypatch=monkeypatch, capsys=capsys).out)
    assert told["on"] == "2026-11-22"
    assert told["commitment"]["dwo"] == 2
    areas = {area["bcu_code"]: area for area in told["areas"]}
    assert areas["NA"]["fte"] == 213.1
    assert areas["CN"]["fte"] is None
    assert areas["CN"]["rank"] is None
    assert areas["CN"]["no_figure_for"] == ["Camden", "Islington"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "2018"], "'2018' is no date; write it as 2018-12-31"),
        (["--on", "2010-01-01"], "no commitment is known for 2010-01-01"),
        (["--level", "parishes"], "no level 'parishes'; give one of bcus, boroughs, wards"),
    ],
)
def test_bad_use_ends_with_2_and_one_line(
    words: list[str], said: str, monkeypatch: Monkey, capsys: Captured
) -> None:
    done = run_here("officers", "report", *words, monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_half_is_rounded_up_as_on_every_page(monkeypatch: Monkey, capsys: Captured) -> None:
    """Merton has 112.5 % of its promise; Python's own format makes 112 % of it."""
    out = run_here("officers", "report", monkeypatch=monkeypatch, capsys=capsys).out
    assert (
        next(line for line in out.splitlines() if line.startswith("Merton ")).split()[-2] == "113%"
    )
