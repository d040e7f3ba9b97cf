"""What the page fetches: layers that decode to the same areas, and facts that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.schema import CITY_OF_LONDON, LEVELS, WGS84
from bcumap.build import documents
from bcumap.facts import officers, store
from bcumap.facts.officers import Commitment
from bcumap.geo import coverage, projection
from tests.squares import grid, in_london

LAYERS = {"bcus": "areas", "boroughs": "areas", "wards": "wards"}


def layer(level: str) -> gpd.GeoDataFrame:
    """A layer of the shipped TopoJSON as GDAL reads it, by code."""
    path = store.SHIPPED / "web" / f"{LAYERS.get(level, 'areas')}.topojson"
    return gpd.read_file(path, layer=level)


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return dict(store.facts())


@pytest.fixture
def four_wards() -> gpd.GeoDataFrame:
    """Four squares in London: two boroughs of two wards, one of which nobody has counted."""
    return gpd.GeoDataFrame(
        {
            "ward_code": ["E05000001", "E05000002", "E05000003", "E05000004"],
            "ward": ["A", "St Mary's & St James", '"Quoted"', "Łódź"],
            "borough_code": ["E09000010", "E09000010", "E09000001", "E09000001"],
            "borough": ["Enfield", "Enfield", "City of London", "City of London"],
            "bcu_code": ["NA", "NA", None, None],
            "bcu": ["North Area", "North Area", None, None],
            "area_km2": [0.014999, 0.01, 0.01, 0.01],
            "residents": pd.array([100, 200, 300, None], dtype="Int64"),
        },
        geometry=projection.to_wgs84(in_london(grid(2))),
        crs=WGS84,
    )


# --- layers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LAYERS)
def test_gdal_reads_the_same_areas_with_the_same_names(
    level: str, levels: dict[str, gpd.GeoDataFrame]
) -> None:
    code, name = f"{level.removesuffix('s')}_code", level.removesuffix("s")
    expected = levels[level].set_index(code)[name]
    found = layer(level).set_index("code")["name"]
    assert found.sort_index().to_dict() == expected.to_dict()


@pytest.mark.parametrize("level", LAYERS)
def test_a_quantised_layer_is_still_a_coverage_without_gaps(level: str) -> None:
    shapes = layer(level).geometry.to_numpy()
    assert coverage.is_coverage(shapes)
    assert len(coverage.holes(shapes)) == 0


@pytest.mark.parametrize("level", [*LAYERS, "thames"])
def test_a_quantised_outline_is_still_a_valid_polygon(level: str) -> None:
    frame = layer(level)
    assert frame["name"][~frame.is_valid].tolist() == []


@pytest.mark.parametrize("level", LAYERS)
def test_a_web_outline_keeps_the_area_within_two_per_cent(
    level: str, levels: dict[str, gpd.GeoDataFrame]
) -> None:
    code = f"{level.removesuffix('s')}_code"
    stated = levels[level].set_index(code)["area_km2"]
    drawn = layer(level).set_index("code").geometry
    km2 = pd.Series(shapely.area(projection.to_bng(drawn.to_numpy())) / 1e6, index=drawn.index)
    assert (km2 / stated - 1).abs().max() < 0.02


def test_the_city_has_no_parent_and_every_other_borough_its_bcu(
    levels: dict[str, gpd.GeoDataFrame],
) -> None:
    parents = layer("boroughs").set_index("code")["parent"]
    assert parents[CITY_OF_LONDON] == ""
    expected = levels["boroughs"].set_index("borough_code")["bcu_code"].drop(CITY_OF_LONDON)
    assert parents.drop(CITY_OF_LONDON).to_dict() == expected.to_dict()


def test_the_name_of_each_bcu_stands_inside_it() -> None:
    bcus = layer("bcus")
    assert shapely.contains_xy(bcus.geometry.to_numpy(), bcus["lon"], bcus["lat"]).all()


def test_the_thames_is_drawn_between_the_wards() -> None:
    river = projection.to_bng(layer("thames").geometry.to_numpy())
    wards = shapely.make_valid(projection.to_bng(layer("wards").geometry.to_numpy()))
    assert 20e6 < shapely.area(river).sum() < 23e6
    assert shapely.area(shapely.intersection(wards, river[0])).sum() < 0.01e6


def test_the_layers_share_their_arcs() -> None:
    """An edge between two boroughs of one BCU stands in the file once."""
    document = json.loads(store.web_files()["areas.topojson"])
    arcs = {json.dumps(arc) for arc in document["arcs"]}
    assert len(arcs) == len(document["arcs"])

    def used(level: str) -> set[int]:
        numbers = np.array(_numbers(document["objects"][level]["geometries"]))
        return set(np.where(numbers < 0, ~numbers, numbers).tolist())

    assert used("bcus") < used("boroughs")


def test_neighbours_share_an_edge_not_only_a_corner(four_wards: gpd.GeoDataFrame) -> None:
    found = documents.neighbours(documents.topology({"wards": four_wards}))
    assert found["E05000001"] == ["E05000002", "E05000003"]
    assert found["E05000004"] == ["E05000002", "E05000003"]


def test_the_neighbours_of_the_shipped_wards_are_those_that_touch_along_a_line(
    facts: dict[str, Any], levels: dict[str, gpd.GeoDataFrame]
) -> None:
    polygons = levels["wards"].geometry.to_numpy()
    first, second = shapely.STRtree(polygons).query(polygons, predicate="touches")
    shared = shapely.intersection(polygons[first], polygons[second])
    along = shapely.length(shared) > 0
    codes = levels["wards"]["ward_code"].to_numpy()
    expected: dict[str, set[str]] = {code: set() for code in codes}
    for a, b in zip(codes[first[along]], codes[second[along]], strict=True):
        expected[a].add(b)
    assert {code: set(ward["neighbours"]) for code, ward in facts["wards"].items()} == expected


def _numbers(shapes: list[dict[str, Any]]) -> list[int]:
    flat: list[Any] = [shape["arcs"] for shape in shapes]
    while any(isinstance(item, list) for item in flat):
        flat = [part for item in flat for part in (item if isinstance(item, list) else [item])]
    return flat


def test_squares_survive_encoding(four_wards: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "wards.topojson"
    boroughs = four_wards.dissolve("borough_code", as_index=False)
    path.write_bytes(documents.topology({"wards": four_wards, "boroughs": boroughs}))
    assert gpd.read_file(path, layer="boroughs")["parent"].tolist() == ["", "NA"]
    read = gpd.read_file(path, layer="wards")
    assert read["name"].tolist() == four_wards["ward"].tolist()
    assert read["parent"].tolist() == four_wards["borough_code"].tolist()
    assert coverage.is_coverage(read.geometry.to_numpy())
    off = shapely.hausdorff_distance(
        projection.to_bng(read.geometry.to_numpy()), projection.to_bng(four_wards.geometry.values)
    )
    assert off.max() < 0.1


# --- facts -------------------------------------------------------------------------------------


def test_the_city_s_residents_are_unknown_and_not_zero(facts: dict[str, Any]) -> None:
    city = [ward for ward in facts["wards"].values() if ward["borough_code"] == CITY_OF_LONDON]
    assert sum(ward["residents"] is None for ward in city) == 15
    assert facts["boroughs"][CITY_OF_LONDON]["residents"] is None
    assert facts["boroughs"][CITY_OF_LONDON]["bcu_code"] is None
    everything = json.dumps(facts)
    assert "NaN" not in everything


def test_boroughs_and_bcus_are_the_sums_of_their_wards(facts: dict[str, Any]) -> None:
    for code, bcu in facts["bcus"].items():
        members = [b for b in facts["boroughs"].values() if b["bcu_code"] == code]
        assert bcu["borough_count"] == len(bcu["boroughs"]) == len(members)
        wards = [w for w in facts["wards"].values() if w["borough_code"] in bcu["boroughs"]]
        for parts in (members, wards):
            assert bcu["residents"] == sum(part["residents"] for part in parts)
            assert bcu["area_km2"] == pytest.approx(sum(p["area_km2"] for p in parts), abs=0.4)
        assert bcu["wards"] == len(wards)


def test_the_facts_state_the_known_totals(facts: dict[str, Any]) -> None:
    """Wards per BCU as counted from the official layer; nine million Londoners."""
    counts = {code: bcu["wards"] for code, bcu in facts["bcus"].items()}
    assert counts == {
        "CE": 41, "CN": 37, "AS": 48, "AW": 57, "EA": 61, "NA": 46,
        "NE": 46, "NW": 68, "SN": 70, "SE": 59, "SW": 79, "WA": 67,
    }  # fmt: skip
    assert 8.9e6 < sum(bcu["residents"] for bcu in facts["bcus"].values()) < 9.2e6
    assert facts["edition"] == "2025"
    assert facts["residents_as_of"] == "2024-06-30"


def test_go_live_says_how_it_is_known(facts: dict[str, Any]) -> None:
    assert facts["bcus"]["WA"]["go_live"] == "2018-06-06"
    assert facts["bcus"]["WA"]["go_live_basis"] == "known"
    assert facts["bcus"]["AS"]["go_live_basis"] == "evidence"
    assert facts["bcus"]["AS"]["go_live_planned"] == "2018-09"
    assert all(bcu["go_live_source"] for bcu in facts["bcus"].values())


def test_facts_of_squares_keep_what_is_not_known_as_null(four_wards: gpd.GeoDataFrame) -> None:
    """A ward without a count, its borough, and the BCU that does not exist."""
    boroughs = pd.DataFrame(
        {
            "borough_code": ["E09000001", "E09000010"],
            "borough": ["City of London", "Enfield"],
            "bcu_code": [None, "NA"],
            "bcu": [None, "North Area"],
            "wards": [2, 2],
            "area_km2": [0.02, 0.024999],
            "residents": pd.array([None, 300], dtype="Int64"),
        }
    )
    bcus = boroughs[1:].drop(columns=["borough_code", "borough"]).assign(boroughs=1)
    strengths = [
        {"borough_code": "E09000010", "fte": None, "fte_per_10k": None, "residents_2021": 1}
    ]
    wards = store.rows(pd.DataFrame(four_wards.drop(columns="geometry")))
    commitment = Commitment(2, 1, "2017-12-28", None, None, "a source")
    read = json.loads(
        documents.area_facts(
            bcus,
            boroughs,
            four_wards,
            bcu_table=store.table("bcu table"),
            edition="x",
            residents_as_of="2024",
            commitments=store.records("commitments"),
            commitment=commitment,
            officers={
                level: officers.by_level(level, wards, strengths, commitment) for level in LEVELS
            },
            strength_months=("2025-08", "2026-07"),
            added={},
            neighbours={"E05000001": ["E05000002", "E05000003"]},
            seen_on=("2026-11-22", "2026-11-26"),
        )
    )
    assert read["seen_on"] == ["2026-11-22", "2026-11-26"]
    assert read["officers"]["months"] == ["2025-08", "2026-07"]
    assert read["boroughs"]["E09000010"]["officers"] == {
        "committed": 6, "committed_dwo": 4, "committed_pcso": 2, "residents_per_committed": 50,
        "fte": None, "fte_per_ward": None, "fte_per_10k": None, "share_of_commitment": None,
        "at_least": False, "no_figure_for": ["Enfield"], "rank": None, "ranked": 0,
    }  # fmt: skip
    assert read["bcus"]["NA"]["officers"]["no_figure_for"] == ["Enfield"]
    assert read["boroughs"]["E09000001"]["officers"] is None
    assert read["wards"]["E05000002"]["officers"] == {
        "committed": 3, "committed_dwo": 2, "committed_pcso": 1, "residents_per_committed": 67,
    }  # fmt: skip
    assert read["wards"]["E05000003"]["officers"] is None
    assert read["wards"]["E05000001"]["neighbours"] == ["E05000002", "E05000003"]
    delivered = read["officers"]["timeline"][2]
    assert (delivered["from"], delivered["dwo"], delivered["pcso"]) == ("2017-12-28", 2, 1)
    assert read["officers"]["timeline"][1]["pcso"] == 1
    assert [ward["residents"] for ward in read["wards"].values()] == [100, 200, 300, None]
    assert read["boroughs"]["E09000001"]["residents"] is None
    assert read["boroughs"]["E09000001"]["bcu_code"] is None
    assert read["bcus"]["NA"]["boroughs"] == ["E09000010"]
    assert read["wards"]["E05000002"]["name"] == "St Mary's & St James"
    assert read["wards"]["E05000001"]["area_km2"] == 0.01
