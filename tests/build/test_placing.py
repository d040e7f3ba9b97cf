"""Postcodes on hand-drawn squares of 1 km, and the shipped ones against ONS's own boroughs."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.schema import BNG
from bcumap.build import placing
from bcumap.build.placing import Ground
from bcumap.facts import store

WEST, EAST = 530_000, 180_000  # the corner of the squares, on the National Grid


def square(column: int, row: int = 0) -> shapely.Polygon:
    left, bottom = WEST + 1000 * column, EAST + 1000 * row
    return shapely.box(left, bottom, left + 1000, bottom + 1000)


def ground(*squares: shapely.Polygon, river: shapely.Polygon | None = None) -> Ground:
    """Wards W0, W1, … each in a borough of its own, B0, B1, …"""
    codes = range(len(squares))
    wards = gpd.GeoDataFrame(
        {"ward_code": [f"W{n}" for n in codes], "borough_code": [f"B{n}" for n in codes]},
        geometry=list(squares),
        crs=BNG,
    )
    return Ground(wards, None if river is None else np.array([river]))


def postcodes(*positions: tuple[int, int], **columns: Any) -> pd.DataFrame:
    """Postcodes at so many metres east and north of the corner."""
    at = np.array(positions) + np.array([WEST, EAST])
    given = {"postcode": [f"P{n}" for n in range(len(at))], "live": True, "borough_code": "B0"}
    given |= {"quality": 10, "reach_m": 50} | columns
    frame = pd.DataFrame({"easting": at[:, 0], "northing": at[:, 1]})
    return frame.assign(**given)


# --- how far one reaches -----------------------------------------------------------------------


def test_a_postcode_reaches_as_far_as_its_second_neighbour_is() -> None:
    row = postcodes((0, 0), (30, 0), (100, 0), (500, 0))
    assert placing.spread(row).tolist() == [100, 70, 100, 470]


def test_postcodes_at_one_place_are_one_neighbour() -> None:
    """Twelve flats of a tower, and two streets around it."""
    tower = [(0, 0)] * 12
    row = postcodes(*tower, (40, 0), (0, 90))
    assert placing.spread(row)[:12].tolist() == [90] * 12


def test_postcodes_that_ended_are_no_one_s_neighbours_and_reach_what_lives_there() -> None:
    row = postcodes(
        (0, 0), (33, 0), (77, 0), (7, 3), live=[True, True, True, False], quality=[10, 10, 10, None]
    )
    assert placing.spread(row).tolist() == [77, 44, 77, 27]  # √(26² + 3²), rounded up


def test_a_position_that_is_only_estimated_may_be_far_off() -> None:
    row = postcodes((1, 1), (31, 1), (101, 1), quality=[10, 30, 60])
    assert placing.spread(row).tolist() == [100, 170, 800]


def test_an_old_position_is_as_coarse_as_it_looks() -> None:
    """Of a terminated postcode: both coordinates end in 00."""
    row = postcodes(
        (0, 0), (100, 0), (210, 0), (300, 0), live=[True, True, True, False],
        quality=[10, 10, 10, None],
    )  # fmt: skip
    assert placing.spread(row)[3] == 200 + 71


# --- where one is ------------------------------------------------------------------------------


def test_far_from_every_boundary_there_is_no_doubt() -> None:
    (placed,) = placing.place(postcodes((300, 400)), ground(square(0), square(1))).itertuples()
    assert (placed.ward_code, placed.boundary_m, placed.others) == ("W0", 300, "")


def test_the_wards_within_reach_are_named_nearest_first() -> None:
    four = ground(square(0), square(1), square(0, 1), square(1, 1))
    (placed,) = placing.place(postcodes((960, 970)), four).itertuples()
    assert placed.ward_code == "W0"
    assert placed.boundary_m == 30
    assert placed.others == "W2:30 W1:40 W3:50"


@pytest.mark.parametrize(("reach_m", "others"), [(29, ""), (30, "W1:30"), (31, "W1:30")])
def test_reach_is_inclusive(reach_m: int, others: str) -> None:
    row = postcodes((970, 500), reach_m=reach_m)
    (placed,) = placing.place(row, ground(square(0), square(1))).itertuples()
    assert placed.others == others


def test_the_land_outside_london_is_named_too() -> None:
    (placed,) = placing.place(postcodes((20, 500)), ground(square(0), square(1))).itertuples()
    assert placed.others == "outside:20"


def test_the_bank_of_the_river_is_not_the_edge_of_london() -> None:
    river = shapely.box(WEST, EAST - 200, WEST + 2000, EAST)
    banks = ground(square(0), square(1), river=river)
    (placed,) = placing.place(postcodes((500, 20)), banks).itertuples()
    assert (placed.boundary_m, placed.others) == (20, "")


def test_a_pier_is_given_the_nearest_ward_of_its_borough() -> None:
    """It lies in the river, nearer to W1 than to the ward of the borough it is counted to."""
    row = postcodes((1050, -30), borough_code="B0", reach_m=40)
    (placed,) = placing.place(row, ground(square(0), square(1))).itertuples()
    assert (placed.ward_code, placed.boundary_m) == ("W0", 0)
    assert placed.others.startswith("W1:30")


def test_a_pier_of_a_borough_that_is_not_here_is_in_no_ward() -> None:
    row = postcodes((500, -30), borough_code="E09000001")
    (placed,) = placing.place(row, ground(square(0))).itertuples()
    assert placed.ward_code == ""


def test_whoever_is_in_a_ward_is_at_least_a_metre_from_its_boundary() -> None:
    """0 is for those that are in none."""
    half = shapely.box(WEST, EAST, WEST + 1000.4, EAST + 1000)
    (placed,) = placing.place(postcodes((1000, 500)), ground(half)).itertuples()
    assert placed.boundary_m == 1


def test_what_is_placed_is_left_as_it_was() -> None:
    row, wards = postcodes((300, 400), (500, -30)), ground(square(0), square(1))
    before = row.copy()
    placing.place(row, wards)
    pd.testing.assert_frame_equal(row, before)


# --- the shipped postcodes ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    """All of London's, with the borough of the ward that each is in."""
    table, _ = store.postcode_tables()
    boroughs = store.areas("wards").set_index("ward_code")["borough_code"]
    return table.assign(borough_of_ward=table["ward_code"].map(boroughs))


def test_they_are_all_there(shipped: pd.DataFrame) -> None:
    """Counted in the ONS directory of November 2025 and in Code-Point Open by hand."""
    assert len(shipped) == 331_981
    assert shipped["live"].sum() == 180_879
    assert shipped["quality"].notna().equals(shipped["live"])
    assert shipped["postcode"].is_monotonic_increasing
    assert shipped["ward_code"].nunique() == 704


def test_the_directory_counts_all_but_four_live_ones_to_the_same_borough(
    shipped: pd.DataFrame,
) -> None:
    """The four lie within 3 m of the boundary; docs/data.md explains each."""
    live = shipped[shipped["live"]]
    differing = live[live["borough_of_ward"] != live["borough_code"]].set_index("postcode")
    assert differing.index.tolist() == ["EC4Y 9BE", "RM7 0JJ", "SM4 6SG", "TW8 9LX"]
    assert len(differing) / len(live) < 0.001
    assert (differing["boundary_m"] <= 3).all()
    for row in differing.itertuples():
        near = {other.split(":")[0] for other in row.others.split()}
        boroughs = store.areas("wards").set_index("ward_code")["borough_code"]
        assert row.borough_code in set(boroughs[list(near)])


def test_fifteen_live_ones_lie_on_the_river(shipped: pd.DataFrame) -> None:
    """So even if those count as differing, 99.989 % agree."""
    live = shipped[shipped["live"]]
    assert (live["boundary_m"] == 0).sum() == 15


def test_a_fifth_may_have_addresses_in_another_ward(shipped: pd.DataFrame) -> None:
    unsure = (shipped.loc[shipped["live"], "others"] != "").mean()
    assert unsure == pytest.approx(0.21, abs=0.005)


def test_every_other_ward_is_within_reach(shipped: pd.DataFrame) -> None:
    some = shipped[shipped["others"] != ""].sample(3000, random_state=1)
    for row in some.itertuples():
        for other in row.others.split():
            assert 0 <= int(other.split(":")[1]) <= row.reach_m
            assert other.split(":")[0] != row.ward_code
