"""The Datastore's workbook: its two sheets found by their columns, its traps seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from bcumap.base.errors import SourceError
from bcumap.matching.spreadsheets import open_book
from bcumap.matching.workbook import ABSTRACTIONS, STRENGTHS, read_sheets
from tests import datastore_workbook as fake


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datastore")
    return fake.write(folder / "DWO_Abstraction.xlsx", first="2024-09", last="2024-12")


def write(path: Path, sheets: dict[str, list[tuple[object, ...]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_every_row_of_both_sheets(workbook: Path) -> None:
    sheets = read_sheets(open_book(workbook))
    assert len(sheets[STRENGTHS]) == len(list(fake.strength_rows("2024-09", "2024-12")))
    assert len(sheets[ABSTRACTIONS]) == len(list(fake.abstraction_rows("2024-09", "2024-12")))


def test_cells_in_one_form(workbook: Path) -> None:
    sheets = read_sheets(open_book(workbook))
    strengths = sheets[STRENGTHS].loc[2]
    assert strengths["month"] == "2024-09"
    assert strengths["bcu"] == "BCU Central East"
    assert strengths["borough"] == "Tower Hamlets Borough"
    assert strengths["ward"] == "Bethnal Green East Ward"
    assert strengths["rank"] == "Constable"
    assert 0 < strengths["fte"] <= 2
    abstraction = sheets[ABSTRACTIONS].loc[2]
    assert abstraction["ward"] == fake.NOT_A_WARD
    assert (abstraction["from_duty"], abstraction["kind"]) == ("Yes", "Aid")
    assert abstraction["minutes"] == 600
    assert abstraction["ward_code"] == ""


def test_sums_are_those_of_the_source(workbook: Path) -> None:
    sheets = read_sheets(open_book(workbook))
    given = sum(row[-1] for row in fake.strength_rows("2024-09", "2024-12"))
    assert sheets[STRENGTHS]["fte"].sum() == pytest.approx(given)


def test_sheets_by_other_names_and_the_right_spelling(tmp_path: Path) -> None:
    header = ("DATE", "Business Group", "OCU", "Department", "team ", "Rank", "F.T.E")
    row = ("31/08/2021", "x", "BCU East", "Havering Borough", "Abbey Ward", "PCSO", "1.5")
    path = write(tmp_path / "new.xlsx", {"Notes": [("nothing here",)], "DWO": [header, row]})
    sheets = read_sheets(open_book(path))
    assert list(sheets) == [STRENGTHS]
    assert sheets[STRENGTHS].loc[2, ["month", "fte"]].tolist() == ["2021-08", 1.5]


def test_a_sheet_that_lacks_a_column(tmp_path: Path) -> None:
    rows = [fake.STRENGTHS[:5] + fake.STRENGTHS[6:], ("2021-08", "x", "y", "z", "t", 1)]
    path = write(tmp_path / "less.xlsx", {"Strengths": rows})
    with pytest.raises(SourceError, match="Strengths' is the Datastore's of strengths but has no"):
        read_sheets(open_book(path))


def test_two_sheets_of_a_kind(tmp_path: Path) -> None:
    rows = [fake.STRENGTHS, ("2021-08", "x", "y", "z", "t", "PCSO", 1)]
    path = write(tmp_path / "two.xlsx", {"2024": rows, "2025": rows})
    with pytest.raises(SourceError, match="two sheets of strengths; say with --sheet"):
        read_sheets(open_book(path))
    assert list(read_sheets(open_book(path), sheet="2025")) == [STRENGTHS]


@pytest.mark.parametrize("header", ["Ward Borough FTE", "Date Borough Team FTE"])
def test_a_list_of_somebody_else_is_none_of_it(header: str, tmp_path: Path) -> None:
    rows = [tuple(header.split()), ("Abbey",) * 4]
    assert read_sheets(open_book(write(tmp_path / "list.xlsx", {"Wards": rows}))) == {}


def test_what_cannot_be_read_is_missing_and_not_zero(tmp_path: Path) -> None:
    row = ("soon", "x", "BCU East", "Havering Borough", "Abbey Ward", "PCSO", "two")
    path = write(tmp_path / "bad.xlsx", {"Strengths": [fake.STRENGTHS, row]})
    frame = read_sheets(open_book(path))[STRENGTHS]
    assert frame[["month", "fte"]].isna().all(axis=None)
    assert isinstance(frame, pd.DataFrame)
