"""How far residents are from a counter: hand-placed homes, and the shipped wards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bcumap.build import distances
from bcumap.build.distances import Homes
from bcumap.facts import counters, store
from bcumap.facts.counters import Standing, standing_on
from tests.facts.test_counters import day, event

EAST, NORTH = 530_000.0, 180_000.0
SITES: dict[str, Any] = {
    "West": {"easting": EAST, "northing": NORTH},
    "East": {"easting": EAST + 4000, "northing": NORTH},
    "Hidden": {"easting": None, "northing": None},
}


def living(*homes: tuple[str, float]) -> Homes:
    """Homes on a line: the ward of each, and how many metres east of West it is."""
    wards = pd.DataFrame(
        {
            "ward_code": ["W1", "W2", "W3"],
            "borough_code": ["B1", "B1", "B2"],
            "bcu_code": ["N", "N", "N"],
            "residents": pd.array([1000, 3000, None], dtype="Int64"),
        }
    )
    codes, metres = zip(*homes, strict=True)
    table = pd.DataFrame(
        {
            "live": True,
            "easting": [EAST + each for each in metres],
            "northing": NORTH,
            "ward_code": codes,
        }
    )
    return distances.homes(wards, table)


LINE = living(("W1", 0), ("W1", 900), ("W2", 2100), ("W2", 3900), ("W3", 4000))


def open_sites(*names: str) -> list[Standing]:
    return standing_on([event(name, "2020") for name in names], day("2022-01-01"))


def wards_of(homes: Homes, sites: list[Standing]) -> pd.DataFrame:
    found = distances.access(homes, sites, SITES)
    always = distances.access(homes, sites, SITES, always=True)
    return distances.by_ward(homes, found, always).set_index("ward_code")


def test_a_ward_is_as_far_as_its_postcodes_on_average_and_not_its_middle() -> None:
    found = wards_of(LINE, open_sites("West", "East"))
    # W1: 0 and 900; W2: 1900 from East, and 100; W3: at East
    assert found["nearest_m"].tolist() == pytest.approx([450, 1000, 0], rel=5e-4)
    assert found["nearest"].tolist() == ["West", "East", "East"]


def test_residents_within_reach_are_spread_evenly_over_postcodes() -> None:
    found = wards_of(LINE, open_sites("West", "East"))
    assert found["within_1km"].tolist()[:2] == [1000, 1500]
    assert found["within_2km"].tolist()[:2] == [1000, 3000]
    assert pd.isna(found["within_1km"].iloc[2])  # how many live there is not known


def test_a_kilometre_is_no_longer_than_that() -> None:
    homes = living(("W1", 999), ("W1", 1050), ("W2", 1990), ("W2", 2010))
    found = wards_of(homes, open_sites("West"))
    assert found["within_1km"].tolist()[:2] == [500, 0]
    assert found["within_2km"].tolist()[:2] == [1000, 1500]


def test_the_nearest_that_never_closes_may_be_another_one() -> None:
    rows = [event("West", "2020", kind="limited", hours=""), event("East", "2020")]
    found = wards_of(LINE, standing_on(rows, day("2022-01-01")))
    assert found["nearest_m"].tolist()[0] == pytest.approx(450, rel=5e-4)
    assert found["nearest_24_7_m"].tolist()[0] == pytest.approx(3550, rel=5e-4)


def test_an_area_weighs_its_wards_by_residents_and_stays_unknown_with_them() -> None:
    found = wards_of(LINE, open_sites("West", "East"))
    areas = distances.by_area(found, "borough_code")
    assert areas.loc["B1", "nearest_m"] == pytest.approx(
        (450 * 1000 + 1000 * 3000) / 4000, rel=5e-4
    )
    assert areas.loc["B1", "within_1km"] == 2500
    assert areas.loc["B2"].isna().all()
    assert distances.by_area(found, "bcu_code").loc["N"].isna().all()


def test_a_counter_without_a_point_is_left_out_and_counted() -> None:
    found = distances.access(LINE, open_sites("West", "Hidden"), SITES)
    assert found.names == ("West",)
    assert found.left_out == 1


def test_with_no_counter_open_nothing_is_near() -> None:
    found = wards_of(LINE, open_sites("Hidden"))
    assert found["nearest_m"].isna().all()
    assert found["nearest"].isna().all()
    assert found["within_5km"].tolist()[:2] == [0, 0]


def test_terminated_postcodes_and_the_city_have_no_homes() -> None:
    wards = pd.DataFrame({"ward_code": ["W1", "C1"], "borough_code": ["B", "C"],
                          "bcu_code": ["N", None], "residents": [10, 20]})  # fmt: skip
    table = pd.DataFrame({"live": [True, False, True, True], "easting": EAST, "northing": NORTH,
                          "ward_code": ["W1", "W1", "C1", ""]})  # fmt: skip
    found = distances.homes(wards, table)
    assert found.wards["ward_code"].tolist() == ["W1"]
    assert len(found.ward) == 1


def test_a_closing_is_put_down_to_the_counter_that_people_had() -> None:
    before = distances.access(LINE, open_sites("West", "East"), SITES)
    after = distances.access(LINE, open_sites("West"), SITES)
    lost = distances.worse_off(LINE, before, after)
    assert set(lost["counter"]) == {"East"}
    # W3: 4000 farther; W2: one home 1900 -> 2100, the other 100 -> 3900
    assert lost["ward_code"].tolist() == ["W3", "W2"]
    assert lost["farther_m"].tolist() == pytest.approx([4000, (200 + 3800) / 2], rel=5e-4)
    assert lost["affected"].tolist() == [1, 1]
    assert lost["residents"].tolist()[1] == 3000


def test_nobody_is_worse_off_by_what_stays() -> None:
    found = distances.access(LINE, open_sites("West", "East"), SITES)
    assert distances.worse_off(LINE, found, found).empty


# --- the shipped wards -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def london() -> Homes:
    wards = pd.DataFrame(store.areas("wards").drop(columns="geometry"))
    return distances.homes(wards, store.postcode_tables()[0])


@pytest.fixture(scope="module")
def sites() -> dict[str, Any]:
    return counters.sites(store.records("front counters"), store.postcodes())


def test_every_met_ward_has_homes(london: Homes) -> None:
    assert len(london.wards) == 679
    assert np.bincount(london.ward, minlength=679).min() > 0
    assert london.wards["residents"].notna().all()


def test_the_effects_of_the_ten_closings_add_up(london: Homes, sites: dict[str, Any]) -> None:
    events = store.records("front counters")
    before, after = (
        distances.access(london, standing_on(events, day(on)), sites)
        for on in ("2026-02-27", "2026-02-28")
    )
    lost = distances.worse_off(london, before, after)
    assert lost["counter"].nunique() == 8  # of ten; of two nobody knows the postcode
    in_all = london.mean(after.metres) - london.mean(before.metres)
    told = lost.groupby("ward_code")["farther_m"].sum().reindex(london.wards["ward_code"]).fillna(0)
    assert np.allclose(in_all, told)
    assert (in_all >= 0).all()
    worst = lost.iloc[lost["farther_m"].argmax()]
    ward = store.facts()["wards"][worst["ward_code"]]
    assert (worst["counter"], ward["borough_code"]) == ("Pinner", "E09000015")


def test_a_ward_s_distance_is_that_of_its_postcodes_one_by_one(
    london: Homes, sites: dict[str, Any]
) -> None:
    """Telegraph Hill in Lewisham, by the standard library and postcode by postcode."""
    standings = standing_on(store.records("front counters"), day("2026-04-01"))
    table = distances.by_ward(
        london,
        distances.access(london, standings, sites),
        distances.access(london, standings, sites, always=True),
    ).set_index("ward_code")
    code = next(c for c, w in store.facts()["wards"].items() if w["name"] == "Telegraph Hill")
    sector = london.ward == london.wards.index[london.wards["ward_code"] == code][0]
    always = [site for site in standings if site.never_closes]
    for column, wanted in (("nearest_m", standings), ("nearest_24_7_m", always)):
        one_by_one = [
            counters.nearest(east, north, wanted, sites)
            for east, north in zip(london.easting[sector], london.northing[sector], strict=True)
        ]
        mean = sum(found[1] for found in one_by_one if found) / len(one_by_one)
        assert table.loc[code, column] == pytest.approx(mean, abs=1)
