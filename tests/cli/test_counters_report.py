"""`bcumap counters report`: what it says of a date, as text and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.commands import run_here

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


def text(on: str, monkeypatch: Monkey, capsys: Captured) -> str:
    done = run_here("counters", "report", "--on", on, monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.err) == (0, "")
    return done.out


def told(on: str, monkeypatch: Monkey, capsys: Captured) -> dict[str, Any]:
    words = ["counters", "report", "--json", "--on", on]
    found = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
    return dict(json.loads(found.out))


def row(out: str, name: str) -> list[str]:
    return next(line[26:].split() for line in out.splitlines() if line[:26].strip() == name)


def test_september_2025(monkeypatch: Monkey, capsys: Captured) -> None:
    out = text("2025-09-01", monkeypatch, capsys)
    assert "open       37, of them 24/7: 32" in out
    assert "held in 32, not held in 0, not known in 0 of 32 boroughs" in out
    assert "2 open counters of which no source gives a postcode" in out
    assert row(out, "Harrow")[:4] == ["2", "1", "held", "evidence"]
    assert row(out, "North West")[:3] == ["4", "3", "evidence"]
    assert "City of London" not in out


def test_april_2026_is_announced_and_says_so(monkeypatch: Monkey, capsys: Captured) -> None:
    out = text("2026-04-01", monkeypatch, capsys)
    assert "open       27, of them 24/7: 2" in out
    assert "found nothing that confirms it happened" in out
    assert "held in 2, not held in 30" in out
    five = ("Harrow", "Kensington and Chelsea", "Merton", "Richmond upon Thames", "Waltham Forest")
    for name in five:
        assert row(out, name)[:5] == ["0", "0", "not", "held", "announced"]
    assert row(out, "Lewisham")[:4] == ["1", "1", "held", "announced"]
    assert "Left out" not in out
    assert "straight line" in out
    assert "today's wards" in out


def test_what_is_known_in_part_has_no_distances(monkeypatch: Monkey, capsys: Captured) -> None:
    out = text("2018-12-31", monkeypatch, capsys)
    assert "known in part only" in out
    assert "held in 2, not held in 0, not known in 30" in out
    assert row(out, "Barnet")[2:5] == ["not", "known", "announced"]
    assert row(out, "Barnet")[-5:] == ["–"] * 5


def test_json_has_wards_and_sites_and_null_for_what_is_not_known(
    monkeypatch: Monkey, capsys: Captured
) -> None:
    found = told("2026-04-01", monkeypatch, capsys)
    assert found["on"] == "2026-04-01"
    assert (found["met"]["counters"], found["met"]["open_24_7"]) == (27, 2)
    assert found["promise"] == {"held": 2, "not_held": 30, "not_known": 0}
    assert (len(found["boroughs"]), len(found["bcus"]), len(found["wards"])) == (32, 12, 679)
    sites = {site["name"]: site for site in found["sites"]}
    assert sites["Acton"]["known_as"] == "announced"
    assert sites["Acton"]["inferred"] == "site"
    assert sites["Pinner"]["state"] == "closed"
    earlier = told("2018-12-31", monkeypatch, capsys)
    assert earlier["wards"] == []
    assert earlier["met"]["nearest_m"] is None


def test_today_by_default(monkeypatch: Monkey, capsys: Captured) -> None:
    done = run_here("counters", "report", monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0
    assert done.out.startswith("Front counters of the Met on ")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2018", "'2018' is no date; write it as 2018-12-31"),
        ("2026-02-30", "'2026-02-30' is no date"),
        (
            "2011-12-31",
            "nothing is known of front counters on 2011-12-31; the first fact is of 2012",
        ),
        ("2100-01-01", "2100-01-01 is out of range; give a date up to 2099-12-31"),
        ("", "'' is no date"),
    ],
)
def test_a_bad_date_ends_with_2_and_one_line(
    on: str, said: str, monkeypatch: Monkey, capsys: Captured
) -> None:
    done = run_here("counters", "report", "--on", on, monkeypatch=monkeypatch, capsys=capsys)
    assert (done.code, done.out) == (2, "")
    assert said in done.line


def test_a_half_is_rounded_up_as_on_every_page(monkeypatch: Monkey, capsys: Captured) -> None:
    """West Area is 3,150 m from a counter on average; Python's own format makes 3.1 of it."""
    assert row(text("2026-04-01", monkeypatch, capsys), "West Area")[3:5] == ["3.2", "km"]
