"""The Datastore's files, in all their editions, and what is wrong with others: one line each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from bcumap.base.errors import BcuMapError, SourceError
from bcumap.build import demand
from bcumap.build.demand import Places
from bcumap.facts import store
from bcumap.facts.demand import GROUPS

TODAY = dt.date(2026, 11, 26)
A, B = "E05000001", "E05000002"
PLACES = Places(
    frozenset({A, B}), {"camden": "E09000007", "richmond upon thames": "E09000027"}, "2025"
)
GOOD_JOB = "Police do a good job in the local area"
BOROUGHS = ("Camden", "Richmond upon Thames")


def crime(
    path: Path,
    months: Sequence[str],
    numbers: Sequence[object],
    *,
    heads: Sequence[str] = ("MajorText", "MinorText", "BoroughName"),
    places: Sequence[str] = BOROUGHS,
    group: str = "THEFT",
) -> Path:
    rows = [",".join([*heads, *months])]
    rows += [",".join([group, "OTHER", place, *map(str, numbers)]) for place in places]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def wards(path: Path, months: Sequence[str], numbers: Sequence[object], **rows: str) -> Path:
    """A file by ward; `rows` by code are boroughs."""
    lines = ["MajorText,MinorText,WardName,WardCode,LookUp_BoroughName," + ",".join(months)]
    lines += [
        ",".join(["BURGLARY", "X", "W", code, borough, *map(str, numbers)])
        for code, borough in (rows or {A: "Camden", B: "Aviation Security (SO18)"}).items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(*paths: Path, earlier: dict[str, pd.DataFrame] | None = None) -> demand.Tables:
    return demand.read(paths, PLACES, earlier or {}, today=TODAY)


def of(frame: pd.DataFrame, code: str, group: str = "theft") -> list[int]:
    row = frame[(frame.iloc[:, 0] == code) & (frame["group"] == group)]
    return [int(number) for number in row.iloc[0, 2:]]


def test_both_editions_of_columns_and_the_newest_of_a_month(tmp_path: Path) -> None:
    old = crime(tmp_path / "old.csv", ["202401", "202402"], [100, 100])
    new = crime(
        tmp_path / "new.csv", ["202402", "202403"], [101, 102], heads=("Group", "SubGroup", "BOCU")
    )
    for files in ((old, new), (new, old)):
        frame = read(*files).frames["boroughs"]
        assert list(frame.columns) == ["borough_code", "group", "2024-01", "2024-02", "2024-03"]
        assert of(frame, "E09000007") == [100, 101, 102]
        assert of(frame, "E09000007", "burglary") == [0, 0, 0]
    assert set(frame["group"]) == set(GROUPS)


def test_a_month_that_an_edition_only_begins_is_left_to_the_one_before(tmp_path: Path) -> None:
    old = crime(tmp_path / "old.csv", ["202402", "202403"], [100, 90])
    new = crime(tmp_path / "new.csv", ["202403", "202404", "202405"], [1, 80, 81])
    tables = read(old, new)
    assert of(tables.frames["boroughs"], "E09000007") == [100, 90, 80, 81]
    assert tables.notes == ["new.csv: has only 2 offences of 2024-03, so an older edition is taken"]
    alone = read(new)
    assert of(alone.frames["boroughs"], "E09000007") == [80, 81]
    assert alone.notes[0].endswith("so it is left out")


def test_next_months_file_goes_over_what_is_there(tmp_path: Path) -> None:
    earlier = read(crime(tmp_path / "old.csv", ["202402", "202403"], [100, 90])).frames
    new = read(crime(tmp_path / "new.csv", ["202403", "202404"], [91, 92]), earlier=earlier)
    assert of(new.frames["boroughs"], "E09000007") == [100, 91, 92]


def test_wards_keep_three_years_and_heathrow_is_its_ward(tmp_path: Path) -> None:
    months = [f"{2022 + m // 12}{m % 12 + 1:02d}" for m in range(40)]
    frame = read(wards(tmp_path / "w.csv", months, range(100, 140))).frames["wards"]
    assert len(frame.columns) == 2 + 36
    assert frame.columns[2] == "2022-05"
    assert of(frame, B, "burglary")[-1] == 139


def test_unknown_and_airports_stay_apart_and_fraud_of_the_nfib_out(tmp_path: Path) -> None:
    places = [*BOROUGHS, "Unknown", "London Heathrow and London City Airports"]
    file = crime(tmp_path / "a.csv", ["202401"], [7], places=places)
    with file.open("a") as stream:
        stream.write("NFIB FRAUD,NFIB,Camden,1000\n")
    frame = read(file).frames["boroughs"]
    assert of(frame, "unknown") == of(frame, "airports") == [7]
    assert frame["2024-01"].sum() == 28


def test_the_survey_in_both_forms(tmp_path: Path) -> None:
    (tmp_path / "pas.csv").write_text(
        "Date;Survey;Borough;Measure;Proportion;MPS\n"
        '31/12/2023;PAS;Camden;"""Good Job"" local";0,47;0,5\n'
        "31/12/2023;PAS;Richmond Upon Thames;Trust MPS;0,6;0,5\n"
    )
    (tmp_path / "met.csv").write_text(
        "date,measure,proportion\nDec-23,Police do a good job in the local area,51\n"
        "Sep-25,Police do a good job in the local area,46\n"
    )
    frame = read(tmp_path).frames["survey"].set_index(["quarter", "area"])
    assert frame["good_job"].dropna().to_dict() == {
        ("2023-12", "E09000007"): 47, ("2023-12", "MET"): 51, ("2025-09", "MET"): 46,
    }  # fmt: skip
    assert frame.loc[("2023-12", "E09000027"), "trust"] == 60


def test_minutes_that_were_not_abstracted_are_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Date,Borough,Abstraction Type_Aid,Abstraction Type_Not Abstracted\n"
        "2024-03-01,Richmond,20,80.0\n"
    )
    frame = read(tmp_path / "a.csv").frames["minutes"]
    assert frame.to_dict("records") == [
        {"month": "2024-03", "borough_code": "E09000027", "minutes": 100, "abstracted": 20,
         "second_hand": "yes"}
    ]  # fmt: skip


def test_minutes_of_the_workbook_itself_are_never_covered_by_those_of_others(
    tmp_path: Path,
) -> None:
    head = "Date,Borough,Abstraction Type_Aid,Abstraction Type_Not Abstracted\n"
    (tmp_path / "a.csv").write_text(f"{head}2024-02-01,Camden,20,80\n2024-03-01,Camden,30,70\n")
    earlier = read(tmp_path / "a.csv").frames["minutes"]
    own = earlier[1:].assign(abstracted=31, second_hand="no")
    told = demand.with_workbook(own, earlier)
    assert told[["abstracted", "second_hand"]].to_numpy().tolist() == [[20, "yes"], [31, "no"]]
    again = read(tmp_path / "a.csv", earlier={"minutes": told}).frames["minutes"]
    assert again.equals(told)


@pytest.mark.parametrize(
    ("months", "numbers", "options", "said"),
    [
        (["202401"], [-1], {}, "line 2 has '-1' in 2024-01; expected a whole number"),
        (["202401"], ["many"], {}, "line 2 has 'many' in 2024-01"),
        (["202401"], [""], {}, "line 2 has '' in 2024-01"),
        (["202611"], [1], {}, "the month 2026-11, which has not ended on 2026-11-26"),
        (["203001"], [1], {}, "the month 2030-01"),
        (["202401", "202403"], [1, 1], {}, "lacks the month 2024-02"),
        ([], [], {}, "has no column of a month"),
        (["202401"], [1], {"heads": ("MajorText", "MinorText", "Where")}, "has no column LookUp"),
        (["202401"], [1], {"heads": ("What", "Minor", "BoroughName")}, "has no column MajorText"),
        (["202401"], [1], {"places": ["Salford", "Camden"]}, "no borough of the Met .Salford."),
        (["202401"], [1], {"places": ["Camden"]}, "no row of 1 of the Met's 2 areas .E09000027."),
        (["202401"], [1], {"group": "PIRACY"}, "groups of offences that are not known: PIR"),
    ],
)  # fmt: skip
def test_what_cannot_be_so_is_one_line(
    months: list[str],
    numbers: list[object],
    options: dict[str, list[str]],
    said: str,
    tmp_path: Path,
) -> None:
    file = crime(tmp_path / "crime.csv", months, numbers, **options)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=said) as caught:
        read(file)
    assert "\n" not in str(caught.value)
    assert "crime.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({A: "Camden", "E05009999": "Camden"}, "1 of its ward codes are none of the edition 2025"),
        ({A: "Camden", B: "Leeds"}, "no borough of the Met .Leeds."),
        ({A: "Camden"}, "no row of 1 of the Met's 2 areas"),
    ],
)
def test_wards_of_another_edition_or_force_are_one_line(
    rows: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=said):
        read(wards(tmp_path / "w.csv", ["202401"], [1], **rows))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "none of the Datastore's files"),
        ("", "cannot be read as CSV"),
        ("MajorText,BoroughName,202401\n", "has no rows"),
        ("date,measure,proportion\nsoon,x,1\n", "the date 'soon'; expected one as Dec-23"),
        ("date,measure,proportion\nDec-23,x,1\n", "asks what is not known: x"),
        (f"date,measure,proportion\nDec-23,{GOOD_JOB},101\n", "above 100"),
        (f"date,measure,proportion\nDec-23,{GOOD_JOB},x\n", "line 2 has 'x'"),
        ("Date,Borough,Abstraction Type_Not Abstracted\n2024-03-01,Camden,-5\n", "minutes below 0"),
    ],
)  # fmt: skip
def test_other_files_are_one_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text(text)
    with pytest.raises(BcuMapError, match=said):
        read(tmp_path / "file.csv")


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="has no CSV in it"):
        read(tmp_path)


def test_wards_of_another_edition_drop_their_offences_loudly(tmp_path: Path) -> None:
    earlier = read(wards(tmp_path / "w.csv", ["202401"], [1])).frames
    kept = demand.kept(earlier, Places(frozenset({A, "E05000003"}), PLACES.boroughs, "2030"))
    assert kept.frames["wards"].empty
    assert kept.notes == [
        "ward_offences.csv is left out: 1 of its areas are not in the edition 2030 and 1 of that"
        " are not in it; add it with --demand"
    ]
    same = demand.kept(earlier, PLACES)
    assert not same.notes
    assert len(same.frames["wards"]) == 2 * len(GROUPS)


def test_the_shipped_tables_are_made_of_the_official_files(shared_data: Path) -> None:
    shipped = store.demand_tables()
    places = Places.of(store.areas("wards").drop(columns="geometry"), "2025")
    tables = demand.read([shared_data / "demand"], places, {}, today=TODAY)
    assert len(tables.notes) == 1
    for kind, frame in tables.frames.items():
        told = frame.to_csv(index=False, lineterminator="\n")
        assert told == (store.SHIPPED / store.DEMAND_FILES[kind]).read_text(encoding="utf-8")
        assert len(shipped[kind]) == len(frame)
