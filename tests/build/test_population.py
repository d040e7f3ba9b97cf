"""Ward populations: what a source does not say stays empty."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from bcumap.base.errors import BcuMapError, SourceError
from bcumap.build import population

HEADER = "WD25CD,WD25NM,census2021_pop_bestfit,pop_mid2024\n"


def table(rows: str, folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text(HEADER + rows)
    return path


def test_what_is_not_said_is_empty_and_not_zero(tmp_path: Path) -> None:
    path = table("E05000002,NA,12,\nE05000001,Town,,34\nE05000003,None,0,0\n", tmp_path)
    read = population.read_population(path)
    assert read["ward_code"].tolist() == ["E05000001", "E05000002", "E05000003"]
    assert read["residents"].tolist() == [34, pd.NA, 0]
    assert read["census_2021"].tolist() == [pd.NA, 12, 0]
    assert (read["as_of"] == "2024-06-30").all()
    assert read["source"].str.contains("Office for National Statistics").all()


@pytest.mark.parametrize(
    "rows",
    [
        "E05000001,Town,1,2\nE05000001,Town,1,2\n",
        "E0500001,Town,1,2\n",
        "E05000001,Town,1,-2\n",
        "E05000001,Town,1,many\n",
        "E05000001,Town,1,2.5\n",
        ",Town,1,2\n",
    ],
    ids=["twice", "no code", "negative", "a word", "half a person", "nobody's"],
)
def test_a_bad_row_is_refused_with_the_name_of_the_file(rows: str, tmp_path: Path) -> None:
    with pytest.raises(BcuMapError, match=r"people\.csv"):
        population.read_population(table(rows, tmp_path))


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\x00\x01"])
def test_what_is_no_such_table_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(content)
    with pytest.raises(SourceError, match="expected a CSV or workbook with WD25CD"):
        population.read_population(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv"):
        population.read_population(tmp_path / "none.csv")


def test_the_official_file_has_all_met_wards_and_ten_of_the_city(shared_data: Path) -> None:
    read = population.read_population(shared_data / "ward_population.csv")
    assert len(read) == 704
    assert read["residents"].isna().sum() == 15
    assert 8.9e6 < read["residents"].sum() < 9.3e6


@pytest.mark.parametrize(
    "text",
    [
        'WD25CD,pop_mid2024,census2021_pop_bestfit\nE05013719,"17,373","16,900"\n',
        "WD26CD;Pop mid 2024;census2021_pop_bestfit\nE05013719;17373;16900\n",
        "Populations,,,\n\nLAD 2025 Code,Ward 2025 Code,Mid-2024 population,census_2021\n"
        "E06000001,E05000001,5,5\nE09000023,E05013719,17373,16900\n",
    ],
    ids=["thousands", "another year's codes and semicolons", "headings of the ONS, all of England"],
)
def test_a_table_as_others_write_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    read = population.read_population(path)
    assert read[["ward_code", "residents", "census_2021"]].to_numpy().tolist() == [
        ["E05013719", 17_373, 16_900]
    ]


def test_a_workbook_of_several_years_gives_that_of_2024_and_no_other(tmp_path: Path) -> None:
    def written(*sheets: str) -> Path:
        path = tmp_path / "wards.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for number, name in enumerate(sheets):
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, ["Population estimates"])
                sheet.write_row(2, 0, ["Ward 2024 Code", "Ward 2024 Name", "Total", "F0"])
                sheet.write_row(3, 0, ["E05013719", "Deptford", 17_000 + number, 9])
        return path

    read = population.read_population(written("Mid-2023 Ward", "Mid-2024 Ward"))
    assert read["residents"].tolist() == [17_001]
    with pytest.raises(SourceError, match="nothing says that 'Total' is of mid-2024"):
        population.read_population(written("Mid-2022 Ward"))
