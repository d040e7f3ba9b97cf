"""Strength by ward from a workbook of the Met's shape, and from other files."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from bcumap.base.errors import SourceError
from bcumap.base.words import NO_FIGURE, figure
from bcumap.build import check, workbook
from bcumap.facts import demand, measures, store, views
from tests import datastore_workbook
from tests.commands import run_here
from tests.small import Small

Monkey = pytest.MonkeyPatch
TODAY = dt.date(2026, 11, 27)


def test_every_ward_has_its_months_and_gaps_stay_empty(tmp_path: Path) -> None:
    book = datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx")
    told = workbook.read_workbook(book, store.atlas())
    table, notes = told.strengths, told.notes
    assert list(table.columns[:2]) == ["ward_code", "2024-07"]
    assert len(table) == 679
    assert table.iloc[:, 1:].notna().any(axis=None)
    camden = {c for c, w in store.facts()["wards"].items() if w["borough_code"] == "E09000007"}
    last = table[table["ward_code"].isin(camden)].iloc[:, -1]
    assert last.isna().all()
    assert any("Camden" in note for note in notes)


def test_minutes_are_of_boroughs_and_are_compared_with_those_of_others(tmp_path: Path) -> None:
    book = datastore_workbook.write(tmp_path / "b.xlsx", first="2024-02", last="2024-05")
    minutes = workbook.read_workbook(book, store.atlas()).minutes
    assert len(minutes) == 4 * 32
    assert set(minutes["second_hand"]) == {"no"}
    rows = [row for row in datastore_workbook.abstraction_rows("2024-02", "2024-05")
            if row[2] == "Lewisham Borough" and row[0].month == 3]  # fmt: skip
    told = minutes.set_index(["month", "borough_code"]).loc[("2024-03", "E09000023")]
    assert told["minutes"] == sum(row[6] for row in rows)
    assert told["abstracted"] == sum(row[6] for row in rows if row[4] == "Yes")
    shipped = store.demand_tables()["minutes"]
    (note,) = workbook.compared(minutes, shipped)
    both = shipped[shipped["month"].isin(("2024-02", "2024-03"))]
    share = both["abstracted"].sum() / both["minutes"].sum()
    assert f"of {len(both)} months of boroughs that others had put together" in note
    assert f"of the time taken where they had {share:.1%}" in note
    assert list(workbook.compared(minutes[minutes["month"] > "2024-03"], shipped)) == []


def test_minutes_of_one_kind_alone_are_left_out(tmp_path: Path, monkeypatch: Monkey) -> None:
    rows = list(datastore_workbook.abstraction_rows("2024-07", "2024-08"))
    taken = [row for row in rows if row[4] == "Yes" or row[0].month == 8]
    monkeypatch.setattr(datastore_workbook, "abstraction_rows", lambda *_: iter(taken))
    book = datastore_workbook.write(tmp_path / "b.xlsx", last="2024-08")
    told = workbook.read_workbook(book, store.atlas())
    assert set(told.minutes["month"]) == {"2024-08"}
    assert any("2024-07 has only minutes of one kind" in note for note in told.notes)


def test_a_workbook_among_the_files_of_demand_is_found(tmp_path: Path) -> None:
    book, table = tmp_path / "DWO_Abstraction.xlsx", tmp_path / "crime.csv"
    book.touch()
    assert workbook.set_aside([tmp_path]) == ((), book)  # a folder of it alone
    table.touch()
    assert workbook.set_aside([tmp_path]) == ((tmp_path,), book)
    assert workbook.set_aside([table, book]) == ((table,), book)
    assert workbook.set_aside([table]) == ((table,), None)
    (tmp_path / "older.xlsx").touch()
    with pytest.raises(SourceError, match="are several workbooks; pass the newest alone"):
        workbook.set_aside([tmp_path])


def test_another_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("ward,officers\nDeptford,2\n")
    with pytest.raises(SourceError, match="not the Met's workbook"):
        workbook.read_workbook(tmp_path / "list.csv", store.atlas())


@pytest.mark.parametrize(
    "option", ["--strengths", pytest.param("--demand", marks=pytest.mark.nightly)]
)
def test_it_becomes_a_part_of_the_data_for_everybody(
    option: str,
    small_london: Small,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = Path(shutil.copytree(small_london.built, tmp_path / "geodata"))
    monkeypatch.setenv("BCUMAP_DATA", str(data))
    book = datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx")
    done = run_here("build", option, book, monkeypatch=monkeypatch, capsys=capsys)
    assert done.code == 0, done.err
    assert "ward_strengths.csv    2024-07 to 2024-12" in done.out
    assert not any(check.check(data).values())
    known = store.demand(data=data)
    assert demand.abstraction_months(known)[-4:] == ["2024-07", "2024-08", "2024-09", "2024-12"]
    assert "2024-12" not in known.second_hand
    assert demand.abstraction_when(known).endswith("second hand")  # of some of these months
    years = demand.abstraction_told(known, store.atlas(data=data))
    assert {(row["year"], row["second_hand"]) for row in years} >= {("2023", True), ("2024", True)}
    told = known.strengths
    ward = next(code for code, row in store.facts(data=data)["wards"].items()
                if row["borough_code"] == "E09000030")  # fmt: skip
    assert told.of(ward)[0]["month"] == "2024-07"
    _is_told_everywhere(data, monkeypatch, capsys)
    again = run_here("build", "--wards", small_london.layer, monkeypatch=monkeypatch, capsys=capsys)
    assert again.code == 0, again.err
    assert store.demand(data=data).strengths == told


def _is_told_everywhere(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Map, card, picture, exports and report have what was built, and say of which months."""
    atlas, means = store.atlas(data=data), store.demand(data=data).strengths.means(TODAY)
    known = measures.values(atlas, "wards", "fte")
    assert {code for code, fte in known.items() if fte is not None} == {
        code for code, fte in means.items() if fte is not None
    }
    code = next(code for code, fte in known.items() if fte is not None)
    measure = measures.MEASURES["share_of_commitment"]
    assert measures.unknown(atlas, "wards", measure) == NO_FIGURE
    told = dict(views.panel(atlas[code]).told)
    assert told["Strength"].text == f"{figure(means[code], 1)} FTE"
    assert "mean of July 2024 to December 2024" in told["Strength"].note
    assert views.strength_months(atlas)[1] == "mean of July 2024 to December 2024"
    assert store.demand(data=data).strengths.last(code)["fte"] is not None
    for words in ("--measure", "fte"), ("--measure", "fte,committed"):
        file = data.parent / "wards.csv"
        done = run_here("export", "wards", "--out", file, *words,
                        monkeypatch=monkeypatch, capsys=capsys)  # fmt: skip
        assert done.code == 0, done.err
        row = pd.read_csv(file).set_index("ward_code").loc[code]
        assert row["fte"] == pytest.approx(means[code], abs=0.05)
        assert (row["fte_from"], row["fte_to"]) == ("2024-07", "2024-12")
    done = run_here("officers", "report", "--level", "wards", "--json",
                    monkeypatch=monkeypatch, capsys=capsys)  # fmt: skip
    assert any(area.get("fte") for area in json.loads(done.out)["areas"])
    done = run_here("officers", "report", "--level", "wards", "--json", "--on", "2024-06-30",
                    monkeypatch=monkeypatch, capsys=capsys)  # fmt: skip
    assert not any(area.get("fte") for area in json.loads(done.out)["areas"])


def test_a_mean_takes_months_with_a_figure_if_half_have_one() -> None:
    months = tuple(f"2025-{month:02}" for month in range(1, 13))
    fte = {"A": [None] * 6 + [2.0, 4.0] * 3, "B": [None] * 7 + [3.0] * 5, "C": [2.0] * 12}
    told = demand.Strengths(("2024-12", *months), {code: [9.0, *row] for code, row in fte.items()})
    assert told.means(dt.date(2025, 1, 1)) == {"A": 3.0, "B": None, "C": 2.0}
    assert told.mean_of == ("2025-01", "2025-12")
    assert told.means(dt.date(2024, 12, 31)) == demand.Strengths().means(TODAY) == {}
