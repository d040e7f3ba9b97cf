"""Strength by ward from a workbook of the Met's shape, and from other files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bcumap.base.errors import SourceError
from bcumap.build import check
from bcumap.build.ward_strengths import read_ward_strengths
from bcumap.facts import store
from tests import datastore_workbook
from tests.commands import run_here
from tests.small import Small


def test_every_ward_has_its_months_and_gaps_stay_empty(tmp_path: Path) -> None:
    table, notes = read_ward_strengths(
        datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx"), store.atlas()
    )
    assert list(table.columns[:2]) == ["ward_code", "2024-07"]
    assert len(table) == 679
    assert table.iloc[:, 1:].notna().any(axis=None)
    camden = {c for c, w in store.facts()["wards"].items() if w["borough_code"] == "E09000007"}
    last = table[table["ward_code"].isin(camden)].iloc[:, -1]
    assert last.isna().all()
    assert any("Camden" in note for note in notes)


def test_another_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("ward,officers\nDeptford,2\n")
    with pytest.raises(SourceError, match="not the Met's workbook"):
        read_ward_strengths(tmp_path / "list.csv", store.atlas())


def test_it_becomes_a_part_of_the_data_for_everybody(
    small_london: Small,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = Path(shutil.copytree(small_london.built, tmp_path / "geodata"))
    monkeypatch.setenv("BCUMAP_DATA", str(data))
    book = datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx")
    done = run_here("build", "--strengths", book, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0, done.err
    assert "ward_strengths.csv    2024-07 to 2024-12" in done.out
    assert not any(check.check(data).values())
    told = store.demand(data=data).strengths
    ward = next(code for code, row in store.facts(data=data)["wards"].items()
                if row["borough_code"] == "E09000030")  # fmt: skip
    assert told.of(ward)[0]["month"] == "2024-07"
    again = run_here("build", "--wards", small_london.layer, monkeypatch=monkeypatch, capsys=capsys)
    assert again.code == 0, again.err
    assert store.demand(data=data).strengths == told
