"""Month by month: gaps are found and flagged, never filled."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from bcumap.matching.months import all_months, borough_months, gaps, series, ward_months

NAN = float("nan")

BOROUGHS = pd.DataFrame(
    [("A", "Aton", "XX", 2), ("B", "Bton", "XX", 2), ("C", "Cton", "YY", 2)],
    columns=["borough_code", "borough", "bcu_code", "wards"],
)
WARDS = pd.DataFrame(
    [(f"{b}{n}", f"Ward {n}", b, f"{b}ton", "XX") for b in "ABC" for n in (1, 2)],
    columns=["ward_code", "ward", "borough_code", "borough", "bcu_code"],
)


def strengths(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["month", "ward_code", "rank", "fte"])
    return frame.assign(borough_code=frame["ward_code"].str[0])


NO_MINUTES = pd.DataFrame(
    {"month": [], "ward_code": [], "borough_code": [], "from_duty": [], "minutes": []}
).astype({"month": "str", "ward_code": "str", "borough_code": "str", "from_duty": "str"})

THREE = [(month, ward, "Constable", 2.0) for month in ("2025-01", "2025-04")
         for ward in ("A1", "A2", "B1", "B2", "C1", "C2")]  # fmt: skip


def at(frame: pd.DataFrame, code: str, month: str) -> pd.Series:
    key = "ward_code" if "ward_code" in frame else "borough_code"
    (row,) = frame[(frame[key] == code) & (frame["month"] == month)].to_dict("records")
    return pd.Series(row)


def test_months_in_between_are_a_gap() -> None:
    rows = strengths(*THREE)
    assert gaps(rows) == ["2025-02", "2025-03"]
    assert all_months(rows) == ["2025-01", "2025-02", "2025-03", "2025-04"]
    row = at(borough_months(rows, NO_MINUTES, BOROUGHS), "A", "2025-02")
    assert row["strength_flag"] == "gap"
    assert pd.isna(row["fte"])


def test_no_rows_at_all() -> None:
    empty = strengths()
    assert all_months(empty, NO_MINUTES) == []
    assert len(borough_months(empty.astype({"fte": float}), NO_MINUTES, BOROUGHS)) == 0


def test_ranks_are_told_apart_and_summed() -> None:
    rows = strengths(*THREE, ("2025-01", "A1", "PCSO", 1.0), ("2025-01", "A1", "Sergeant", 0.5))
    row = at(borough_months(rows, NO_MINUTES, BOROUGHS), "A", "2025-01")
    assert (row["dwo_fte"], row["pcso_fte"], row["fte"]) == (4.0, 1.0, 5.5)
    assert row["strength_flag"] == "ok"


def test_a_borough_without_rows_is_missing_and_not_zero() -> None:
    rows = strengths(*(row for row in THREE if (row[0], row[1][0]) != ("2025-04", "B")))
    row = at(borough_months(rows, NO_MINUTES, BOROUGHS), "B", "2025-04")
    assert row["strength_flag"] == "missing"
    assert pd.isna(row["fte"])


def test_a_number_that_cannot_be_read_is_no_zero() -> None:
    rows = strengths(*(row for row in THREE if row[1] != "A2"), ("2025-01", "A2", "PCSO", NAN))
    wards = ward_months(rows, NO_MINUTES, WARDS, borough_months(rows, NO_MINUTES, BOROUGHS))
    row = at(wards, "A2", "2025-01")
    assert row["strength_flag"] == "missing"
    assert pd.isna(row["fte"])
    assert pd.isna(row["pcso_fte"])


def test_a_borough_far_below_all_others_has_no_reliable_figure() -> None:
    rows = strengths(*(row for row in THREE if row[1][0] != "C"), ("2025-01", "C1", "PCSO", 1.0))
    boroughs = borough_months(rows, NO_MINUTES, BOROUGHS)
    row = at(boroughs, "C", "2025-01")
    assert row["strength_flag"] == "suspect"
    assert pd.isna(row["pcso_fte"])
    ward = at(ward_months(rows, NO_MINUTES, WARDS, boroughs), "C1", "2025-01")
    assert ward["strength_flag"] == "suspect"
    assert pd.isna(ward["fte"])


def test_a_borough_with_half_of_what_others_have_stands() -> None:
    rows = strengths(*(row for row in THREE if row[1][0] != "C"), ("2025-01", "C1", "PCSO", 2.0))
    row = at(borough_months(rows, NO_MINUTES, BOROUGHS), "C", "2025-01")
    assert (row["strength_flag"], row["fte"]) == ("ok", 2.0)


def test_a_ward_without_rows_is_missing() -> None:
    rows = strengths(*(row for row in THREE if row[1] != "A2"))
    boroughs = borough_months(rows, NO_MINUTES, BOROUGHS)
    wards = ward_months(rows, NO_MINUTES, WARDS, boroughs)
    assert at(wards, "A2", "2025-01")["strength_flag"] == "missing"
    assert at(wards, "A1", "2025-01")["fte"] == 2.0
    assert len(wards) == len(WARDS) * 4


@pytest.mark.parametrize("yes", ["Yes", "yes", "Y"])
def test_minutes_from_duty_are_told_from_all(yes: str) -> None:
    minutes = pd.DataFrame(
        [("2025-01", "A1", "A", yes, 60.0), ("2025-01", "A1", "A", "No", 30.0)],
        columns=["month", "ward_code", "borough_code", "from_duty", "minutes"],
    )
    row = at(borough_months(strengths(*THREE), minutes, BOROUGHS), "A", "2025-01")
    assert (row["minutes"], row["abstracted_minutes"]) == (90.0, 60.0)
    later = at(borough_months(strengths(*THREE), minutes, BOROUGHS), "A", "2025-04")
    assert later["abstraction_flag"] == "gap"


# --- as series ---------------------------------------------------------------------------------


def by_month(code: str, *rows: tuple[str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[code, "month", "fte"])
    return frame.astype({"fte": "float64"})


def test_a_series_has_a_figure_or_none_for_every_month() -> None:
    told = series(
        {
            "wards": by_month(
                "ward_code", ("A2", "2025-03", 1.0), ("A1", "2025-01", 2.0), ("A1", "2025-03", NAN)
            ),
            "boroughs": by_month("borough_code", ("A", "2025-02", 3.0)),
        }
    )
    assert told == {
        "months": ["2025-01", "2025-02", "2025-03"],
        "wards": {"A1": [2.0, None, None], "A2": [None, None, 1.0]},
        "boroughs": {"A": [None, 3.0, None]},
    }


def test_a_series_is_json_as_it_stands_and_rounded() -> None:
    told = series({"wards": by_month("ward_code", ("A1", "", 2.004999), ("A2", "", None))})
    assert told["wards"] == {"A1": [2.0], "A2": [None]}
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_zero_officers_are_a_figure() -> None:
    assert series({"wards": by_month("ward_code", ("A1", "2025-01", 0.0))})["wards"] == {
        "A1": [0.0]
    }


def test_a_series_of_nothing() -> None:
    assert series({"wards": by_month("ward_code")}) == {"months": [], "wards": {}}
    assert series({}) == {"months": []}


def test_a_series_follows_the_flags_of_its_months() -> None:
    rows = strengths(*(row for row in THREE if row[1][0] != "C"), ("2025-01", "C1", "PCSO", 1.0))
    boroughs = borough_months(rows, NO_MINUTES, BOROUGHS)
    told = series({"boroughs": boroughs})
    assert told["months"] == ["2025-01", "2025-02", "2025-03", "2025-04"]
    assert told["boroughs"]["A"] == [4.0, None, None, 4.0]
    assert told["boroughs"]["C"] == [None] * 4
