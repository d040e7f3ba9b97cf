"""What a table must hold, and that all its faults are told at once."""

from __future__ import annotations

import pandas as pd
import pytest

from bcumap.base import schema
from bcumap.base.errors import DataError


def boroughs(**columns: list[object]) -> pd.DataFrame:
    """A borough table of two good rows, with columns replaced or, by None, left out."""
    good: dict[str, list[object] | None] = {
        "borough_code": ["E09000010", "E09000001"],
        "borough": ["Enfield", "City of London"],
        "bcu_code": ["NA", None],
        "as_of": ["2024-04", "2024"],
        "source": ["a paper", "another"],
    }
    return pd.DataFrame({k: v for k, v in (good | columns).items() if v is not None})


def test_a_good_table_has_no_fault_and_north_area_is_no_missing_value() -> None:
    assert schema.table_faults(boroughs(), "borough table") == []


@pytest.mark.parametrize(
    ("column", "values", "fault"),
    [
        ("borough", None, "column borough is missing"),
        ("borough_code", ["E09000010", "E09000010"], "borough_code: repeated: E09000010"),
        ("borough_code", ["E09000010", None], "borough_code: 1 values are empty"),
        ("borough_code", ["E09000010", "E0900001"], ": E0900001"),
        ("borough_code", ["E09000010", "XE09000001"], "XE09000001"),
        ("borough_code", ["E09000010", "E090000012"], "E090000012"),
        ("borough", ["Enfield", ""], "borough: not of the form .+: "),
        ("bcu_code", ["NA", "na"], "bcu_code: not of the form [A-Z]{2}: na"),
        ("as_of", ["2024-04", "April 2024"], ": April 2024"),
        ("source", ["a paper", None], "source: 1 values are empty"),
    ],
)
def test_a_fault_is_told_with_its_column_and_value(
    column: str, values: list[object] | None, fault: str
) -> None:
    (found,) = schema.table_faults(boroughs(**{column: values}), "borough table")
    assert fault in found


@pytest.mark.parametrize("residents", [-1, float("-inf")])
def test_a_number_below_its_minimum_is_a_fault(residents: float) -> None:
    people = pd.DataFrame(
        {
            "ward_code": ["E05000001", "E05000002", "E05000003"],
            "residents": [residents, 0.0, None],
            "as_of": "2024-06-30",
            "source": "ONS",
        }
    )
    (found,) = schema.table_faults(people, "population table")
    assert found.startswith("residents: below 0")
    assert schema.table_faults(people[1:], "population table") == []


def test_all_faults_are_told_in_one_error_that_names_the_file() -> None:
    bad = boroughs(borough_code=["E09000010", "E09000010"], as_of=["soon", "later"], source=None)
    with pytest.raises(DataError) as caught:
        schema.check_table(bad, "borough table", where="boroughs.csv")
    message = str(caught.value)
    assert message.startswith("boroughs.csv: ")
    for fault in ("source is missing", "repeated", "soon, later"):
        assert fault in message


def test_checking_changes_nothing() -> None:
    table = boroughs(as_of=["soon", "later"])
    before = table.copy()
    schema.table_faults(table, "borough table")
    pd.testing.assert_frame_equal(table, before)


def test_a_long_list_is_cut_and_says_so() -> None:
    assert schema.some(pd.Series(["a", "b", "b"])) == "a, b"
    assert schema.some(pd.Series(list("abcdefg"))) == "a, b, c, d, e, …"
