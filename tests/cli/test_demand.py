"""`bcumap demand report`, and `bcumap build --demand`, which builds that part alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bcumap.build import check, demand
from bcumap.facts import store
from tests import datastore_workbook
from tests.commands import Outcome, run_here
from tests.services import file_server
from tests.services.file_server import published
from tests.services.serving import status
from tests.small import BOROUGHS, CITY, Small

Monkey = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]
KEYS = {
    "code", "name", "offences", "per_1k", "per_promised_officer", "per_officer", "change",
    "change_years", "from", "to",
}  # fmt: skip


def test_the_report_as_text_and_json(monkeypatch: Monkey, capsys: Captured) -> None:
    def told(*words: str) -> Outcome:
        return run_here("demand", "report", *words, monkeypatch=monkeypatch, capsys=capsys)

    text = told("--level", "bcus", "--on", "2026-06").out
    assert "from July 2025 to June 2026" in text
    line = next(each for each in text.splitlines() if each.startswith("Central West"))
    assert line.split()[2:] == ["119,224", "219", "697", "482", "−6%", "1"]
    assert "changed its recording system" in text
    rows: list[dict[str, Any]] = json.loads(told("--level", "wards", "--json").out)
    assert len(rows) == 679
    assert set(rows[0]) >= KEYS
    assert (rows[0]["name"], rows[0]["from"], rows[0]["to"]) == ("West End", "2025-04", "2026-03")
    bad = told("--level", "bcus", "--on", "2030-01")
    assert bad.code == 2
    assert "give a month from 2011-03 to 2026-06" in bad.line


@pytest.fixture
def data(small_london: Small, tmp_path: Path, monkeypatch: Monkey) -> Path:
    """A small London of one's own, in use."""
    folder = Path(shutil.copytree(small_london.built, tmp_path / "geodata"))
    monkeypatch.setenv("BCUMAP_DATA", str(folder))
    return folder


def next_month(path: Path, data: Path, cell: str = "2000") -> Path:
    """A file of three months, of which the last is new."""
    names = store.table("borough table", data=data).set_index("borough_code")["borough"]
    lines = ["Group,SubGroup,BOCU,202605,202606,202607"]
    lines += [f"THEFT,X,{names[code]},2000,2000,{cell}" for code in BOROUGHS if code != CITY]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def passports(folder: Path) -> dict[str, dict[str, Any]]:
    return {entry["file"]: entry for entry in store.sources(data=folder)["files"]}


def hashes(folder: Path) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in passports(folder).items()}


def test_next_months_file_changes_its_part_alone(
    data: Path, tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    before = passports(data)
    file = next_month(tmp_path / "new.csv", data)
    done = run_here("build", "--demand", file, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0, done.err
    assert "borough_offences.csv  2010-04 to 2026-07" in done.out
    after = passports(data)
    assert [name for name in after if after[name] != before[name]] == ["borough_offences.csv"]
    entry = after["borough_offences.csv"]
    assert (entry["as_of"], entry["command"]) == ("2026-07", "bcumap build --demand new.csv")
    assert not any(check.check(data).values())
    report = json.loads((data / store.REPORT).read_bytes())
    assert report["demand"]["months"]["borough_offences.csv"] == ["2010-04", "2026-07"]


def test_the_newest_files_are_fetched_and_built(
    data: Path, tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    before = hashes(data)
    book = datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx").read_bytes()
    with file_server.running() as server:
        published(
            server,
            exy3m={
                "MPS Borough Level Crime (most recent 24 months).csv": next_month(
                    tmp_path / "new.csv", data
                ).read_bytes(),
                "MPS Ward Level Crime (most recent 24 months).csv": of_wards(data),
            },
            e16kd={"DWO_Abstraction.xlsx": book},
        )
        server.faults = {1: status(503), 3: file_server.half}
        monkeypatch.setenv("BCUMAP_DATASTORE", server.url)
        done = run_here("build", "--download-demand", monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0, done.err
    assert "fetched DWO_Abstraction.xlsx" in done.out
    assert "2lz3x: found HTTP 404" in done.out
    after = hashes(data)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "abstraction.csv", "borough_offences.csv", "ward_strengths.csv", "web/facts.json"
    }  # fmt: skip
    assert not any(check.check(data).values())


def test_a_datastore_that_has_nothing_changes_nothing(
    data: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    before = hashes(data)
    with file_server.running() as server:
        monkeypatch.setenv("BCUMAP_DATASTORE", server.url)
        done = run_here("build", "--download-demand", monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 2
    assert "found HTTP 404" in done.line
    assert "pass them with --demand" in done.line
    assert hashes(data) == before


def of_wards(data: Path) -> bytes:
    """The last three months of the wards, as the Datastore has them: nothing new in them."""
    frame = store.demand_tables(data=data)["wards"]
    borough = store.areas("wards", data=data).set_index("ward_code")["borough"]
    publishers = {ours: theirs for theirs, ours in demand._GROUPS.items()}
    heads = {"MajorText": frame["group"].map(publishers), "MinorText": "X", "WardName": "W",
             "WardCode": frame["ward_code"],
             "LookUp_BoroughName": frame["ward_code"].map(borough)}  # fmt: skip
    months = {name.replace("-", ""): frame[name] for name in frame.columns[-3:]}
    return pd.DataFrame({**heads, **months}).to_csv(index=False).encode()


def test_a_bad_cell_changes_nothing(
    data: Path, tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    file = next_month(tmp_path / "new.csv", data, cell="-3")
    done = run_here("build", "--demand", file, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 2
    assert "line 2 has '-3' in 2026-07" in done.line
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before


def test_wards_that_are_built_anew_keep_their_offences_or_drop_them_loudly(
    small_london: Small, data: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    table = store.DEMAND_FILES["wards"]
    again = run_here("build", "--wards", small_london.layer, monkeypatch=monkeypatch, capsys=capsys)
    assert again.code == 0, again.err
    assert (data / table).read_bytes() == (small_london.built / table).read_bytes()
    assert "left out" not in again.out
    frame = pd.read_csv(data / table)
    frame[frame["ward_code"] != frame["ward_code"][0]].to_csv(data / table, index=False)
    less = run_here("build", "--wards", small_london.layer, monkeypatch=monkeypatch, capsys=capsys)
    assert less.code == 0, less.err
    assert "ward_offences.csv is left out: 0 of its areas" in less.out
    assert store.demand(data=data).wards.months == ()
    assert not any(check.check(data).values())
