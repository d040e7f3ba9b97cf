"""Ward populations: what a source does not say stays empty."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

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
    with pytest.raises(SourceError, match="expected a CSV with WD25CD, pop_mid2024"):
        population.read_population(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv"):
        population.read_population(tmp_path / "none.csv")


def test_the_official_file_has_all_met_wards_and_ten_of_the_city(shared_data: Path) -> None:
    read = population.read_population(shared_data / "ward_population.csv")
    assert len(read) == 704
    assert read["residents"].isna().sum() == 15
    assert 8.9e6 < read["residents"].sum() < 9.3e6
