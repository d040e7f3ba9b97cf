"""Which hand-drawn wards are London's, and what is said when some are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from bcumap.base.errors import DataError, SourceError
from bcumap.base.schema import BNG
from bcumap.build import london
from bcumap.facts import store
from tests.squares import row_of

ENFIELD, HARINGEY, CITY = "E09000010", "E09000014", "E09000001"


def wards(**columns: list[str | None]) -> gpd.GeoDataFrame:
    """Three squares in a row with codes, and what else is said of them."""
    facts: dict[str, list[str | None]] = {
        "ward_code": ["E05000001", "E05000002", "E05000003"],
        "ward": ["Bowes", "Town", "Hornsey"],
        "borough_code": [ENFIELD, ENFIELD, HARINGEY],
    }
    table = pd.DataFrame(facts | columns).astype("str")
    return gpd.GeoDataFrame(table, geometry=row_of(3), crs=BNG)


def two_boroughs() -> gpd.GeoDataFrame:
    """One over the first square and most of the second, one over the rest of it and the third."""
    west, east = shapely.box(0, 0, 170, 100), shapely.box(170, 0, 300, 100)
    return gpd.GeoDataFrame({"borough_code": [ENFIELD, HARINGEY]}, geometry=[west, east], crs=BNG)


def not_needed() -> gpd.GeoDataFrame:
    raise AssertionError("the borough layer is read only when wards must be placed")


def keep(
    frame: gpd.GeoDataFrame,
    *,
    known: gpd.GeoDataFrame | None = None,
    boroughs: Callable[[], gpd.GeoDataFrame] = not_needed,
) -> london.London:
    return london.keep_london(frame, known=known, boroughs=boroughs)


def test_wards_that_say_everything_are_kept_as_they_are_by_code() -> None:
    frame = wards()[::-1]
    kept = keep(frame)
    assert kept.wards["ward_code"].tolist() == ["E05000001", "E05000002", "E05000003"]
    assert (kept.named_by_table, kept.not_named, kept.placed_by_area) == (0, 0, 0)


def test_wards_without_a_borough_are_placed_where_most_of_them_lies() -> None:
    frame = wards(borough_code=[None, None, None])
    kept = keep(frame, boroughs=two_boroughs)
    assert kept.wards["borough_code"].tolist() == [ENFIELD, ENFIELD, HARINGEY]
    assert kept.placed_by_area == 3
    assert frame["borough_code"].isna().all()  # the frame given is untouched


def test_wards_outside_all_boroughs_are_left_out() -> None:
    """The second square is mostly in the west, the third not at all."""
    west_only = two_boroughs()[:1]
    kept = keep(wards(borough_code=[None, None, None]), boroughs=lambda: west_only)
    assert kept.wards["ward_code"].tolist() == ["E05000001", "E05000002"]
    assert kept.placed_by_area == 2


def test_an_earlier_build_tells_name_and_borough_of_the_codes_it_has() -> None:
    bare = wards(ward=[None, None, None], borough_code=[None, None, None])
    kept = keep(bare, known=wards()[:2], boroughs=two_boroughs)
    assert kept.wards["ward"].tolist() == ["Bowes", "Town", "E05000003"]
    assert kept.wards["borough_code"].tolist() == [ENFIELD, ENFIELD, HARINGEY]
    assert (kept.named_by_table, kept.not_named, kept.placed_by_area) == (2, 1, 1)


def test_what_a_layer_says_counts_more_than_an_earlier_build() -> None:
    kept = keep(wards(), known=wards(ward=["x", "y", "z"], borough_code=[CITY] * 3))
    assert kept.wards["ward"].tolist() == ["Bowes", "Town", "Hornsey"]
    assert CITY not in set(kept.wards["borough_code"])


TABLE = pd.DataFrame(
    {
        "borough_code": [CITY, ENFIELD, HARINGEY],
        "borough": ["City of London", "Enfield", "Haringey"],
    }
)


def test_the_city_may_be_missing_and_no_other_borough() -> None:
    london.check_boroughs(wards(), TABLE, where="wards.gpkg")
    with pytest.raises(
        SourceError, match=r"wards\.gpkg: no ward of Haringey; expected all 2 boroughs"
    ):
        london.check_boroughs(wards()[:2], TABLE, where="wards.gpkg")


def test_a_borough_that_does_not_exist_is_named_with_its_ward() -> None:
    odd = wards(borough_code=[ENFIELD, "E09000099", HARINGEY])
    with pytest.raises(
        SourceError, match=r"unknown borough: E05000002 in E09000099; boroughs.csv lists the 3"
    ):
        london.check_boroughs(odd, TABLE, where="wards.gpkg")


NUMBERS = london.numbers(store.sources(), where="sources.json")


def test_the_shipped_data_state_the_numbers_of_all_london() -> None:
    """As everybody can count them: 32 boroughs and the City, whose 25 wards no review changed."""
    since = {"2018": 632, "2022": 679}
    assert london.Numbers(12, 33, 25, since) == NUMBERS


@pytest.mark.parametrize(
    "stated", [{}, {"london": 12}, {"london": {"bcus": 12}}, {"london": {"met_wards_since": 679}}]
)
def test_a_folder_that_states_no_numbers_is_told_what_to_do(stated: dict[str, Any]) -> None:
    with pytest.raises(
        DataError, match=r"x\.json: does not state how many areas London has .*rebuild"
    ):
        london.numbers(stated, where="x.json")


@pytest.mark.parametrize(
    ("edition", "wards"),
    [
        ("2018", 632),
        ("2021", 632),
        ("2022", 679),
        ("2025", 679),
        ("2025-12", 679),
        ("2017", None),
        ("", None),
        ("newest", None),
    ],
)
def test_each_edition_has_its_number_of_met_wards(edition: str, wards: int | None) -> None:
    assert NUMBERS.met_wards(edition) == wards


def many(met: int, city: int) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"borough_code": [ENFIELD] * met + [CITY] * city})


@pytest.mark.parametrize(
    ("edition", "stated", "met", "city"),
    [
        ("2025", None, 679, 25),
        ("2022-12", None, 679, 0),
        ("2018", None, 632, 25),
        ("", None, 5, 25),
        ("2026", 680, 680, 25),
        ("", 3, 3, 0),
    ],
)
def test_counts_that_fit_their_edition(
    edition: str, stated: int | None, met: int, city: int
) -> None:
    found = london.check_counts(many(met, city), NUMBERS, edition=edition, stated=stated, where="w")
    assert found == (met, city)


@pytest.mark.parametrize(
    ("edition", "stated", "met", "city", "said"),
    [
        ("2025", None, 678, 25, "678 Met wards; expected 679"),
        ("2018", None, 679, 25, "679 Met wards; expected 632"),
        ("2025", 680, 679, 25, "679 Met wards; expected 680"),
        ("2025", None, 679, 24, "24 wards of the City of London; expected 25"),
    ],
)
def test_counts_that_do_not(
    edition: str, stated: int | None, met: int, city: int, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        london.check_counts(many(met, city), NUMBERS, edition=edition, stated=stated, where="w")
