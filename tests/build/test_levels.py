"""Hand-drawn wards to boroughs to BCUs: facts add up, outlines nest."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from bcumap.base.schema import BNG
from bcumap.build import levels
from bcumap.geo import coverage
from tests.squares import grid, in_london

BOROUGHS = pd.DataFrame(
    {
        "borough_code": ["E09000001", "E09000010", "E09000014"],
        "borough": ["City of London", "Enfield", "Haringey"],
        "bcu_code": [None, "NA", "NA"],
    }
)
BCUS = pd.DataFrame({"bcu_code": ["NA"], "bcu": ["North Area"]})
PEOPLE = pd.DataFrame(
    {
        "ward_code": ["E05000002", "E05000001", "E05000003", "E05000005"],
        "residents": pd.array([20, 10, 30, 50], dtype="Int64"),
    }
)


@pytest.fixture
def facts() -> gpd.GeoDataFrame:
    """Nine squares: three of Enfield, three of Haringey, three of the City, two without count."""
    frame = gpd.GeoDataFrame(
        {
            "ward_code": [f"E0500000{number}" for number in range(1, 10)],
            "ward": list("abcdefghi"),
            "borough_code": ["E09000010"] * 3 + ["E09000014"] * 3 + ["E09000001"] * 3,
        },
        geometry=in_london(grid(3)),
        crs=BNG,
    )
    return levels.with_facts(frame, borough_table=BOROUGHS, bcu_table=BCUS, people=PEOPLE)


def test_a_ward_gets_its_borough_bcu_area_and_residents(facts: gpd.GeoDataFrame) -> None:
    second, last = facts.iloc[1], facts.iloc[-1]
    assert (second["borough"], second["bcu_code"], second["bcu"]) == ("Enfield", "NA", "North Area")
    assert (second["area_km2"], second["residents"]) == (0.01, 20)
    assert last["borough"] == "City of London"
    assert pd.isna(last["bcu_code"])
    assert pd.isna(last["bcu"])
    assert pd.isna(last["residents"])


def test_a_total_with_an_unknown_part_is_unknown(facts: gpd.GeoDataFrame) -> None:
    made = levels.dissolve(facts, facts.geometry.to_numpy())
    residents = made.boroughs.set_index("borough")["residents"]
    assert residents["Enfield"] == 60
    assert pd.isna(residents["Haringey"])
    assert pd.isna(residents["City of London"])
    assert made.bcus["residents"].isna().all()


def test_counts_and_areas_are_those_of_the_wards(facts: gpd.GeoDataFrame) -> None:
    made = levels.dissolve(facts, facts.geometry.to_numpy())
    assert made.boroughs["wards"].tolist() == [3, 3, 3]
    assert made.boroughs["area_km2"].tolist() == [0.03, 0.03, 0.03]
    north = made.bcus.set_index("bcu_code").loc["NA"]
    assert (north["boroughs"], north["wards"], north["area_km2"]) == (2, 6, 0.06)


def test_the_city_is_a_borough_and_in_no_bcu(facts: gpd.GeoDataFrame) -> None:
    made = levels.dissolve(facts, facts.geometry.to_numpy())
    assert made.boroughs["borough_code"].tolist() == ["E09000001", "E09000010", "E09000014"]
    assert made.bcus["bcu_code"].tolist() == ["NA"]
    city = made.boroughs.geometry[0]
    assert made.bcus.geometry[0].intersection(city).area == 0


def test_the_levels_nest_in_degrees_as_they_did_in_metres(facts: gpd.GeoDataFrame) -> None:
    made = levels.dissolve(facts, facts.geometry.to_numpy())
    for inner, outer, key in (
        (made.wards, made.boroughs, "borough_code"),
        (made.boroughs.dropna(subset="bcu_code"), made.bcus, "bcu_code"),
    ):
        assert inner.crs.to_epsg() == outer.crs.to_epsg() == 4326
        assert coverage.is_coverage(outer.geometry.to_numpy())
        assert coverage.nests(
            inner.geometry.to_numpy(), inner[key].to_numpy(),
            outer.geometry.to_numpy(), outer[key].to_numpy(),
        )  # fmt: skip
