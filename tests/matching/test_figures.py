"""No officer counts twice: parts beside a total, ranks beside a total, wards given twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bcumap.base.errors import BcuMapError
from bcumap.facts import store
from bcumap.matching import lists, steps

Count = Callable[..., tuple[dict[str, float], steps.Report]]
HEAD = "Ward,Borough,"


@pytest.fixture
def counted(tmp_path: Path) -> Count:
    """Import a list; return the FTE of each ward by its name, and the report."""

    def count(text: str, **options: object) -> tuple[dict[str, float], steps.Report]:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        atlas = store.atlas()
        report = steps.import_file(steps.Request(path, tmp_path / "out", **options), atlas)
        series = report.series.get("wards", {})
        return {atlas[code].name: row[-1] for code, row in series.items()}, report

    return count


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("DWO,PCSO,Total", "2,1,3"),
        ("DWO,PCSO,FTE", "2,1,3"),
        ("DWO,PCSO,Officers", "2,1,3"),
        ("PCs,PCSOs,Officers in all", "2,1,3"),
        ("DWO,PCSO,Officers", "2,1,2"),  # without the PCSOs: the ward officers once more
        ("Officers,PCSO,Total", "2,1,3"),
        ("Total,PCSO", "3,1"),
        ("FTE,DWO", "3,2"),
        ("DWO,PCSO", "2,1"),
        ("DWO,PCSO,Total %", "2,1,100"),
        ("Total", "3"),
    ],
)
def test_parts_are_not_added_to_their_total(counted: Count, heads: str, cells: str) -> None:
    figures, report = counted(f"{HEAD}{heads}\nDeptford,Lewisham,{cells}\n")
    assert figures == {"Deptford": 3}
    assert report.is_settled


def test_a_rank_called_total_is_not_added_to_the_ranks(counted: Count) -> None:
    rows = [f"Deptford,Lewisham,{rank}" for rank in ("Constable,2", "PCSO,1", "Total,3")]
    figures, report = counted("\n".join([f"{HEAD}Rank,FTE", *rows]))
    assert figures == {"Deptford": 3}
    assert any("total of ranks" in note for note in report.notes)


def test_a_rank_called_total_alone_is_the_figure(counted: Count) -> None:
    assert counted(f"{HEAD}Rank,FTE\nDeptford,Lewisham,Total,3\n")[0] == {"Deptford": 3}


@pytest.mark.parametrize(
    "name", ["Total", "Grand total", "Lewisham total", "Total for Lewisham", "Sub-total", "All"]
)
def test_a_subtotal_is_no_ward_and_needs_no_decision(
    counted: Count, name: str, tmp_path: Path
) -> None:
    figures, report = counted(f"{HEAD}DWO\nDeptford,Lewisham,2\n{name},Lewisham,2\n")
    assert figures == {"Deptford": 2}
    assert report.counts["left out"] == 1
    assert report.is_settled
    assert any("row (3): totals of others" in note for note in report.notes)
    strengths = (tmp_path / "out" / "strengths.csv").read_text().splitlines()
    assert len(strengths) == 2  # the heading and Deptford


def test_a_total_that_is_not_its_parts_counts_and_is_told(counted: Count) -> None:
    rows = "Deptford,Lewisham,2,1,3\nEvelyn,Lewisham,2,1,2.4\n"
    figures, report = counted(f"{HEAD}DWO,PCSO,Total\n{rows}")
    assert figures == {"Deptford": 3, "Evelyn": 2.4}
    assert any("row (3): 'Total' is not the sum" in note for note in report.notes)


OFFICERS = f"{HEAD}Officers,PCSOs\nDeptford,Lewisham,2,1\nEvelyn,Lewisham,2,0\n"


def test_officers_that_may_include_pcsos_are_asked_for(counted: Count) -> None:
    figures, report = counted(OFFICERS)
    assert figures == {"Evelyn": 2}  # the same either way
    assert report.unclear == "Officers"
    assert not report.is_settled


@pytest.mark.parametrize(("included", "fte"), [(True, 2), (False, 3)])
def test_officers_with_or_without_pcsos_as_said(counted: Count, included: bool, fte: float) -> None:
    figures, report = counted(OFFICERS, officers_include_pcsos=included)
    assert figures == {"Deptford": fte, "Evelyn": 2}
    assert report.is_settled


def test_more_pcsos_than_officers_are_not_among_them(counted: Count) -> None:
    figures, report = counted(f"{HEAD}Officers,PCSOs\nDeptford,Lewisham,1,2\n")
    assert figures == {"Deptford": 3}
    assert report.is_settled


TWICE = f"{HEAD}DWO\nDeptford,Lewisham,2\nEvelyn,Lewisham,2\nDeptford,Lewisham,1\n"


@pytest.mark.parametrize(
    ("how", "figures"),
    [
        ("", {"Evelyn": 2}),
        ("add", {"Deptford": 3, "Evelyn": 2}),
        ("first", {"Deptford": 2, "Evelyn": 2}),
        ("second", {"Deptford": 1, "Evelyn": 2}),
    ],
)
def test_a_ward_given_twice_counts_as_decided(
    counted: Count, how: str, figures: dict[str, float]
) -> None:
    found, report = counted(TWICE, duplicates=how)
    assert found == figures
    assert report.is_settled is bool(how)


def test_a_row_decided_to_be_of_no_ward_leaves_the_other(counted: Count) -> None:
    assert counted(TWICE, decided={"4": ""})[0] == {"Deptford": 2, "Evelyn": 2}


def test_what_to_do_with_duplicates_is_one_of_three(counted: Count) -> None:
    with pytest.raises(BcuMapError, match="give add, first or second"):
        counted(TWICE, duplicates="both")


@pytest.mark.parametrize(
    "cell",
    ['"Abbey, Merton"', "Abbey (Merton)", "Abbey - Merton", "Merton - Abbey", "Merton: Abbey"],
)
def test_a_ward_and_its_borough_in_one_cell(counted: Count, cell: str) -> None:
    figures, report = counted(f"Ward,DWO\n{cell},2\n")
    assert figures == {"Abbey": 2}
    assert report.is_settled
    assert list(report.series["wards"]) == ["E05013810"]


def test_more_rows_than_a_list_of_wards_has_are_refused(
    counted: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS", 2)
    with pytest.raises(BcuMapError, match="3 rows; a list of wards has at most 2"):
        counted(TWICE)
