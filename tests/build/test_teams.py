"""From a fetch of data.police.uk to what everybody is told of a ward's team; never a name."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bcumap.base.errors import SourceError
from bcumap.base.words import LIST_NOTE, NO_LIST, date
from bcumap.build import check, demand
from bcumap.facts import measures, store, teams, views
from bcumap.facts.teams import LISTED, LISTED_ON, Listing
from tests.commands import environment, run_here
from tests.services import police_server as fake
from tests.services.police_server import PRIVATE
from tests.services.serving import status
from tests.small import Small

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]
EARLIER = "2026-10-01"
# Asks the server in a process of its own: what it says of a folder of data is kept for good.
ASK = """
import asyncio, json, sys, httpx
from starlette.applications import Starlette
from bcumap.app import first, routes

async def ask():
    app = first.First(Starlette(routes=routes.routes()))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return [(await client.get(path, follow_redirects=True)).text for path in sys.argv[1:]]

print(json.dumps(asyncio.run(ask())))
"""


@pytest.fixture
def data(small_london: Small, tmp_path: Path, monkeypatch: Monkey) -> Path:
    """A small London of one's own, in use."""
    folder = Path(shutil.copytree(small_london.built, tmp_path / "geodata"))
    monkeypatch.setenv("BCUMAP_DATA", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


def served(*paths: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK, *paths], env=environment(), capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    return list(json.loads(done.stdout))


@pytest.fixture
def fetched(data: Path, tmp_path: Path, monkeypatch: Monkey, capsys: Captured) -> Path:
    """What a fetch wrote: the first ward has no team, the second nobody, the third failed."""
    codes = list(store.atlas(data=data).met("wards"))
    out = tmp_path / "teams.csv"
    with fake.running(wards=[{"id": code, "name": code} for code in codes[1:]]) as server:
        server.people[codes[1]] = []
        server.fail(codes[2], status(404))
        monkeypatch.setenv("BCUMAP_POLICE_API", server.url)
        monkeypatch.setenv("BCUMAP_POLICE_RATE", "1000")
        done = run_here("officers", "fetch", "--out", out, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 1, done.err  # one failed
    return out


def older(table: Path) -> Path:
    """The same as it would have been fetched earlier, with a constable more in each ward."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["fetched_on"] = EARLIER
        row["constables"] = "3" if row["constables"] else ""
    old = table.with_name("older.csv")
    with old.open("w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, rows[0])
        write.writeheader()
        write.writerows(rows)
    return old


def test_a_fetch_becomes_a_part_of_the_data_for_everybody(
    small_london: Small, data: Path, fetched: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    def run(*words: str | Path) -> str:
        done = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
        assert done.code == 0, done.err
        return done.out

    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    run("build", "--teams", older(fetched))
    said = run("build", "--teams", fetched)
    today = store.demand(data=data).teams
    gone, nobody, failed, code = list(store.atlas(data=data).met("wards"))[:4]
    (on,) = {listings[-1].on for listings in today.values()}
    assert f"ward_teams.csv        {EARLIER} to {on}" in said
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed == {"facts.json", "sources.json", "build-report.json"}
    assert not any(check.check(data).values())
    packed = (".zip", ".xz", ".wkb")  # which may read as anything
    for path in (path for path in data.rglob("*.*") if path.suffix not in packed):
        assert not PRIVATE.search(path.read_text("utf-8", "replace")), path
    entry = {each["file"]: each for each in store.sources(data=data)["files"]}["ward_teams.csv"]
    assert (entry["as_of"], entry["command"]) == (on, "bcumap build --teams teams.csv")
    assert "data.police.uk" in entry["attribution"]

    _is_told_on_the_pages(data, (gone, nobody, failed, code), on)
    exported = data.parent / "wards.geojson"
    run("export", "wards", "--out", exported, "--measure", "listed")
    assert "Contains data from data.police.uk" in json.loads(exported.read_bytes())["attribution"]
    exported = data.parent / "wards.csv"
    run("export", "wards", "--out", exported, "--measure", "listed,listed_constables")
    row = pd.read_csv(exported).set_index("ward_code").loc[[gone, nobody, failed, code]]
    assert row["listed"].astype("Int64").fillna(-1).tolist() == [-1, 0, -1, 6]
    assert row["listed_on"].fillna("").tolist() == [on, on, "", on]
    run("export", "officers", "--out", exported, "--level", "wards", "--on", EARLIER)
    row = pd.read_csv(exported).set_index("ward_code").loc[code]
    assert (row["listed"], row["listed_constables"], row["listed_on"]) == (7, 3, EARLIER)
    told = json.loads(run("officers", "report", "--level", "wards", "--json"))["areas"]
    assert {area["ward_code"]: area["listed"] for area in told}[code] == 6
    assert f"by data.police.uk on {date(on)}" in run("officers", "report", "--level", "wards")
    assert "listed" not in run("officers", "report")

    run("build", "--wards", small_london.layer)
    assert store.demand(data=data).teams == today
    assert store.facts(data=data)["officers"][LISTED_ON] == [on, on]


def _is_told_on_the_pages(data: Path, wards: tuple[str, ...], on: str) -> None:
    """Map, card, My ward, Compare, the first pictures and the API say who, when and how many."""
    gone, _, failed, code = wards
    atlas = store.atlas(data=data)
    known = measures.values(atlas, "wards", LISTED)
    assert [known[each] for each in wards] == [None, 0, None, 6]
    assert list(measures.offered(atlas))[-1] == LISTED
    lines = {each: dict(views.panel(atlas[each]).told)["Listed"] for each in wards}
    assert [line.text for line in lines.values()] == [NO_LIST, "0", NO_LIST, "6"]
    assert lines[code].note == (
        f"by data.police.uk on {date(on)}: 2 constables, 1 PCSO, 1 sergeant and 2 of other ranks."
        f" {LIST_NOTE}"
    )
    assert lines[gone].note == f"by data.police.uk on {date(on)}."
    assert lines[failed].note == "data.police.uk gave no answer"
    ward, officers, compared, listed, table, bad = served(
        f"/ward?ward={code}", "/officers?level=wards&measure=listed", f"/compare?a={code}&b={gone}",
        f"/api/v1/officers/listed?area={code}", "/api/v1/officers?level=wards",
        "/api/v1/officers/listed?area=E05000001",
    )  # fmt: skip
    assert f"Earlier: 7 on {date(EARLIER)}." in ward
    assert "bcumap build --strengths" in ward
    assert "bcumap build --teams" not in ward
    assert "People listed on the ward’s team" in officers
    assert f"listed by data.police.uk on {date(on)}" in officers
    assert "2 constables, 1 PCSO, 1 sergeant" in compared
    assert NO_LIST in compared
    days = json.loads(listed)["days"]
    assert [(day[LISTED_ON], day[LISTED]) for day in days] == [(EARLIER, 7), (on, 6)]
    told = json.loads(table)
    assert told[LISTED_ON] == [on, on]
    assert next(area for area in told["areas"] if area["code"] == code)["listed_pcsos"] == 1
    assert "there is no ward 'E05000001'" in bad


def test_without_it_the_pages_say_how_to_add_it(data: Path) -> None:
    atlas = store.atlas(data=data)
    assert LISTED not in measures.offered(atlas)
    assert "bcumap build --teams" in views.to_add(atlas)
    code = next(iter(atlas.met("wards")))
    assert "Listed" not in dict(views.panel(atlas[code]).told)
    ward, listed = served(f"/ward?ward={code}", f"/api/v1/officers/listed?area={code}")
    assert "bcumap build --teams" in ward
    assert json.loads(listed)["days"] == []


def test_wards_of_another_edition_drop_it_loudly(
    small_london: Small, data: Path, fetched: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    run_here("build", "--teams", fetched, monkeypatch=monkeypatch, capsys=capsys)
    path = data / store.DEMAND_FILES["teams"]
    frame = pd.read_csv(path)
    frame[1:].to_csv(path, index=False)
    less = run_here("build", "--wards", small_london.layer, monkeypatch=monkeypatch, capsys=capsys)
    assert less.code == 0, less.err
    assert "ward_teams.csv is left out: 0 of its areas" in less.out
    assert "add it with --teams" in less.out
    assert store.demand(data=data).teams == {}
    assert LISTED_ON not in store.facts(data=data)["officers"]
    assert not any(check.check(data).values())


# --- the table -----------------------------------------------------------------------------------

A, B = "E05000001", "E05000002"
PLACES = demand.Places(frozenset({A, B}), {}, "2025")
HEAD = "ward_code,police_id,status,fetched_on,constables,pcsos,sergeants,other_ranks,email"
GOOD = (f"{A},{A},fetched,2026-11-22,2,1,0,0,a@b.example", f"{B},,not listed,2026-11-22,,,,,")


def read(
    folder: Path, *rows: str, head: str = HEAD, earlier: pd.DataFrame | None = None
) -> pd.DataFrame:
    path = folder / "teams.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return demand.read_teams(path, PLACES, earlier, today=dt.date(2026, 11, 26))


def test_only_counts_are_kept_and_a_day_is_read_once(tmp_path: Path) -> None:
    table = read(tmp_path, *GOOD)
    assert list(table.columns) == [
        "listed_on", "ward_code", "status", "constables", "pcsos", "sergeants", "other_ranks"
    ]  # fmt: skip
    again = read(tmp_path, GOOD[0].replace(",2,1,", ",1,1,"), GOOD[1], earlier=table)
    assert len(again) == 2
    assert again["constables"].fillna(-1).tolist() == [1, -1]
    later = read(tmp_path, *(row.replace("-22", "-23") for row in GOOD), earlier=again)
    assert later["listed_on"].tolist() == ["2026-11-22"] * 2 + ["2026-11-23"] * 2


def test_the_last_days_are_kept(tmp_path: Path, monkeypatch: Monkey) -> None:
    monkeypatch.setattr(demand, "LISTED_DAYS", 2)
    table = None
    for day in ("20", "21", "22"):
        table = read(tmp_path, *(row.replace("-22", f"-{day}") for row in GOOD), earlier=table)
    assert table is not None
    assert sorted(set(table["listed_on"])) == ["2026-11-21", "2026-11-22"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (GOOD[:1], "has no row of 1 of the Met's 2 areas .E05000002.; take the whole file"),
        ((*GOOD, "E05000003,,failed,2026-11-22,,,,,"), "1 of its ward codes are none of the edit"),
        ((*GOOD, GOOD[0]), "wrong or repeated cells in ward_code: .*E05000001"),
        ((GOOD[0], GOOD[1].replace("not listed", "gone")), "cells in status: .*gone"),
        ((GOOD[0].replace(",2,", ",two,"), GOOD[1]), "line 2 has 'two' in constables; expected a"),
        ((GOOD[0].replace(",2,", ",,"), GOOD[1]), "line 2 has '' in constables; expected a whole"),
        ((GOOD[0].replace("2026-11-22", "22/11/2026"), GOOD[1]), "expected one as 2026-11-22"),
        ((GOOD[0].replace("11-22", "11-27"), GOOD[1]), "fetched on 2026-11-27, but today is"),
        ((GOOD[0].replace("fetched", "failed"), GOOD[1]), "has no team that was fetched"),
    ],
)
def test_what_cannot_be_so_is_one_line(rows: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        read(tmp_path, *rows)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [("ward,officers", "not what `bcumap officers fetch` writes; found the columns ward, officers"),
     (HEAD.replace("pcsos", "people"), "has no column pcsos")],
)  # fmt: skip
def test_another_table_is_one_line(head: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        read(tmp_path, *GOOD, head=head)


def test_the_last_answer_counts_and_none_is_no_listing() -> None:
    columns = ("listed_on", "ward_code", "status", *demand.TEAM_RANKS)
    rows = [("2026-11-02", A, "failed", "", "", "", ""), ("2026-11-01", A, "fetched", *"2100"),
            ("2026-10-01", A, "not listed", "", "", "", "")]  # fmt: skip
    told = teams.read(dict(zip(columns, row, strict=True)) for row in rows)
    assert told == {A: [Listing("2026-10-01", None), Listing("2026-11-01", (2, 1, 0, 0))]}
    assert teams.last(told) == {A: told[A][1]}
    assert teams.last(told, by="2026-10-31") == {A: told[A][0]}
    assert teams.last(told, by="2026-09-30") == {}
    assert teams.last({}) is None
    assert teams.days(teams.last(told)) == ("2026-11-01", "2026-11-01")
