"""What was promised and what is there: hand-made areas, and the shipped tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from bcumap.base.errors import DataError
from bcumap.facts import officers, store
from bcumap.facts.officers import Commitment

TODAY = dt.date(2026, 11, 22)
TWO_AND_ONE = Commitment(2, 1, "2017-12-28", None, 629, "a source")


def wards(**boroughs: tuple[str | None, int, float | None]) -> pd.DataFrame:
    """Wards of boroughs: each with its BCU, how many wards, and the residents of each ward."""
    rows = [
        {"ward_code": f"{name}{n}", "ward": f"{name} {n}", "borough_code": name, "borough": name,
         "bcu_code": bcu, "bcu": bcu, "residents": residents}
        for name, (bcu, number, residents) in boroughs.items()
        for n in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def strengths(**fte: float | None) -> pd.DataFrame:
    """Strengths by borough; each had 10,000 residents in 2021."""
    return pd.DataFrame(
        {
            "borough_code": list(fte),
            "fte": pd.array(list(fte.values()), dtype="float64"),
            "fte_per_10k": pd.array(list(fte.values()), dtype="float64"),
            "residents_2021": 10_000,
        }
    )


THREE = wards(A=("X", 2, 1000), B=("X", 4, 2000), C=("Y", 3, None), City=(None, 5, 100))


# --- what was promised -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "dwo", "since", "restated"),
    [
        ("2013-01-01", 1, "2013", None),
        ("2017-12-27", 1, "2013", None),  # the second was promised, and not yet there
        ("2017-12-28", 2, "2017-12-28", None),
        ("2020-07-17", 2, "2017-12-28", "2020-07-17"),
        ("2026-11-22", 2, "2017-12-28", "2022-02"),
    ],
)
def test_the_commitment_of_a_day(day: str, dwo: int, since: str, restated: str | None) -> None:
    found = officers.commitment_on(store.table("commitments"), dt.date.fromisoformat(day))
    assert (found.dwo, found.pcso) == (dwo, 1)
    assert (found.since, found.restated) == (since, restated)
    assert found.source


def test_it_was_made_for_629_other_wards() -> None:
    assert officers.commitment_on(store.table("commitments"), TODAY).wards_then == 629


def test_before_the_first_commitment_none_is_known() -> None:
    with pytest.raises(
        DataError, match="no commitment is known for 2012-12-31; the first is of 2013"
    ):
        officers.commitment_on(store.table("commitments"), dt.date(2012, 12, 31))


# --- what there is -----------------------------------------------------------------------------


def test_a_borough_s_measures() -> None:
    frame = officers.by_borough(THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
    a = frame.set_index("borough").loc["A"]
    assert (a["wards"], a["committed_dwo"], a["committed_pcso"], a["committed"]) == (2, 4, 2, 6)
    assert (a["fte_per_ward"], a["fte_per_10k"], a["share_of_commitment"]) == (4.5, 9.0, 1.5)
    assert a["residents_per_committed"] == pytest.approx(2000 / 6)


def test_the_city_has_its_own_police_and_no_row() -> None:
    frame = officers.by_borough(THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
    assert frame["borough"].tolist() == ["A", "B", "C"]
    assert "City" not in set(officers.by_ward(THREE, TWO_AND_ONE)["borough"])


def test_what_was_promised_adds_up_across_the_levels() -> None:
    by_ward = officers.by_ward(THREE, TWO_AND_ONE)
    by_borough = officers.by_borough(THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
    by_bcu = officers.by_bcu(by_borough, TWO_AND_ONE)
    for measure in ("committed_dwo", "committed_pcso", "committed", "wards"):
        assert by_ward[measure].sum() == by_borough[measure].sum() == by_bcu[measure].sum()
    assert by_ward["committed"].sum() == 27


def test_a_bcu_is_the_sum_of_its_boroughs() -> None:
    by_borough = officers.by_borough(THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
    x = officers.by_bcu(by_borough, TWO_AND_ONE).set_index("bcu").loc["X"]
    assert (x["fte"], x["fte_per_ward"], x["fte_per_10k"]) == (15.0, 2.5, 7.5)
    assert (x["at_least"], x["no_figure_for"]) == (False, [])


def test_with_one_unknown_borough_a_bcu_has_at_least_the_others() -> None:
    by_borough = officers.by_borough(THREE, strengths(A=9.0, B=None, C=3.0), TWO_AND_ONE)
    by_bcu = officers.by_bcu(by_borough, TWO_AND_ONE).set_index("bcu")
    assert by_bcu.loc["X", "fte"] == 9.0
    assert by_bcu.loc["X", "at_least"]
    assert by_bcu.loc["X", "no_figure_for"] == ["B"]
    assert by_bcu.loc["X", "fte_per_10k"] == 4.5  # of all its residents: no less than that
    assert pd.isna(by_bcu.loc["X", "rank"])
    assert by_bcu.loc["Y", "rank"] == 1


def test_with_no_known_borough_a_bcu_has_no_figure_and_not_zero() -> None:
    by_borough = officers.by_borough(THREE, strengths(A=None, B=None, C=3.0), TWO_AND_ONE)
    x = officers.by_bcu(by_borough, TWO_AND_ONE).set_index("bcu").loc["X"]
    assert pd.isna(x["fte"])
    assert pd.isna(x["share_of_commitment"])
    assert not x["at_least"]
    assert x["no_figure_for"] == ["A", "B"]


def test_unknown_residents_stay_unknown() -> None:
    by_borough = officers.by_borough(THREE, strengths(A=9.0, B=6.0, C=3.0), TWO_AND_ONE)
    assert pd.isna(by_borough.set_index("borough").loc["C", "residents_per_committed"])
    by_bcu = officers.by_bcu(by_borough, TWO_AND_ONE).set_index("bcu")
    assert by_bcu.loc["X", "residents_per_committed"] == pytest.approx(10_000 / 18)
    assert pd.isna(by_bcu.loc["Y", "residents_per_committed"])


def test_ranks_follow_the_share_of_the_commitment_and_leave_the_unknown_out() -> None:
    frame = officers.by_borough(THREE, strengths(A=6.0, B=6.0, C=None), TWO_AND_ONE)
    assert frame.set_index("borough")["rank"].fillna(0).to_dict() == {"A": 1, "B": 2, "C": 0}


def test_what_is_measured_is_left_as_it_was() -> None:
    before, given = THREE.copy(), strengths(A=9.0, B=None, C=3.0)
    officers.by_bcu(officers.by_borough(THREE, given, TWO_AND_ONE), TWO_AND_ONE)
    pd.testing.assert_frame_equal(THREE, before)
    pd.testing.assert_frame_equal(given, strengths(A=9.0, B=None, C=3.0))


# --- the shipped tables ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boroughs() -> pd.DataFrame:
    areas = pd.DataFrame(store.areas("wards").drop(columns="geometry"))
    commitment = officers.commitment_on(store.table("commitments"), TODAY)
    return officers.by_borough(areas, store.table("borough strengths"), commitment)


def test_london_was_promised_2037_for_679_wards(boroughs: pd.DataFrame) -> None:
    assert boroughs["committed"].sum() == 679 * 3
    assert len(boroughs) == 32


def test_camden_and_islington_have_no_reliable_figure(boroughs: pd.DataFrame) -> None:
    without = boroughs[boroughs["fte"].isna()]
    assert without["borough"].tolist() == ["Camden", "Islington"]
    assert without["rank"].isna().all()
    by_bcu = officers.by_bcu(boroughs, TWO_AND_ONE).set_index("bcu_code")
    assert pd.isna(by_bcu.loc["CN", "fte"])
    assert by_bcu["fte"].notna().sum() == 11


def test_ranks_go_from_1_to_30(boroughs: pd.DataFrame) -> None:
    assert sorted(boroughs["rank"].dropna()) == list(range(1, 31))


def test_strengths_of_later_months_are_not_known_earlier() -> None:
    table = store.table("borough strengths")
    assert officers.strengths_on(table, dt.date(2025, 7, 31))["fte"].notna().sum() == 0
    assert officers.strengths_on(table, dt.date(2025, 8, 1))["fte"].notna().sum() == 30
    assert table["fte"].notna().sum() == 30


@pytest.mark.parametrize(("level", "rows"), [("wards", 679), ("boroughs", 32), ("bcus", 12)])
def test_every_level_was_promised_the_same_in_all(level: str, rows: int) -> None:
    areas = pd.DataFrame(store.areas("wards").drop(columns="geometry"))
    frame = officers.by_level(level, areas, store.table("borough strengths"), TWO_AND_ONE)
    assert len(frame) == rows
    assert frame["committed"].sum() == 2037
