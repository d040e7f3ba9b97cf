"""Official ward layers in, the same promises out, whatever the edition, format or CRS."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.schema import BNG, CITY_OF_LONDON, WGS84
from bcumap.build import check, london, passports, wards
from bcumap.build import steps as building
from bcumap.facts import store
from bcumap.geo import projection
from tests.conftest import Build, Built
from tests.small import BCUS, BOROUGHS, CITY_WARDS, MET_WARDS, Small

SmallBuild = Callable[..., Built]

# Wards per borough, E09000001 to E09000033, and per BCU, as counted by hand since May 2022.
PER_BOROUGH = [25, 19, 24, 17, 22, 22, 20, 28, 24, 25, 23, 21, 21, 21, 22, 20, 21, 22, 17, 18, 19,
               25, 19, 20, 24, 22, 18, 23, 20, 20, 22, 22, 18]  # fmt: skip
PER_BCU = {"CE": 41, "CN": 37, "AS": 48, "AW": 57, "EA": 61, "NA": 46,
           "NE": 46, "NW": 68, "SN": 70, "SE": 59, "SW": 79, "WA": 67}  # fmt: skip

FULL = "wards_2025_full_clipped.gpkg"
BGC = "wards_2025_ons_bgc.geojson"
OLDER = "wards_2022_ons_bgc.geojson"
GLA = "wards_2018_gla_full.gpkg"
POLICE = "police_neighbourhoods_2025-02.gpkg"
# Met wards, City wards, edition, area of all of it in km² (with the tidal Thames, or without).
OFFICIAL = {
    FULL: (679, 25, "2025", 1573.40),
    BGC: (679, 25, "2025", 1573.28),
    OLDER: (679, 25, "2022", 1573.32),
    GLA: (632, 25, "2018", 1594.70),
    POLICE: (679, 0, "2025-02", 1591.55),
}


SHIPPED = store.SHIPPED
NO_CITY = "The source has no City of London: built without it."
NO_POSTCODES = "There are no postcodes: --postcodes reads them from their packages."

COMMANDS = {entry["file"]: entry["command"] for entry in store.sources()["files"]}


def official(build: Build, folder: Path, name: str) -> Built:
    """Build an official file, the full one as the shipped data say, with their postcodes anew."""
    if name != FULL:
        return build(folder / name)
    words = shlex.split(COMMANDS["wards.parquet"])
    files = {
        option.removeprefix("--"): next(folder.rglob(file))
        for option, file in pairwise(words)
        if option in ("--wards", "--thames", "--population", "--strength")
    }
    return build(**files, postcodes=True)


def contents(folder: Path, *, leave_out: str = "") -> dict[str, str]:
    """The hash of every file of a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != leave_out
    }


def outlines_alike(one: Built, other: Built, level: str, *, within_m: float) -> bool:
    """Whether two builds drew a level's areas in the same places."""
    first, second = one.level(level), other.level(level)
    code = f"{level.removesuffix('s')}_code"
    assert first[code].tolist() == second[code].tolist()
    shapes = [projection.to_bng(each.geometry.to_numpy()) for each in (first, second)]
    return bool(shapely.hausdorff_distance(*map(shapely.boundary, shapes)).max() <= within_m)


@pytest.fixture
def small_layer(small_london: Small) -> gpd.GeoDataFrame:
    """The wards of a small London as the ONS would name their columns."""
    return gpd.read_parquet(small_london.layer)


@pytest.fixture
def small_build(small_london: Small, tmp_path: Path) -> SmallBuild:
    """Build a file or a layer of a small London."""

    def build(wards: Path | gpd.GeoDataFrame, **options: Any) -> Built:
        if not isinstance(wards, Path):
            wards.to_parquet(tmp_path / "wards.parquet")
            wards = tmp_path / "wards.parquet"
        out = tmp_path / "built" / "geodata"
        out.parent.mkdir()
        request = building.Request(wards, out=out, data=small_london.known, **options)
        return Built(building.build(request), out)

    return build


# --- the five official files -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in (FULL, POLICE) else pytest.mark.nightly)
        for name in OFFICIAL
    ],
)
def test_every_official_file_builds_its_edition(name: str, build: Build, shared_data: Path) -> None:
    built = official(build, shared_data, name)
    met, city, edition, area = OFFICIAL[name]
    frame = built.level("wards")
    assert (built.report.met_wards, built.report.city_wards) == (met, city)
    assert frame["bcu_code"].notna().sum() == met
    assert (frame["borough_code"] == CITY_OF_LONDON).sum() == city
    assert len(built.level("boroughs")) == (33 if city else 32)
    assert len(built.level("bcus")) == 12
    assert built.report.edition == edition
    assert frame["area_km2"].sum() == pytest.approx(area, abs=0.01)
    assert built.report.coverage_valid_after
    assert built.report.promises_kept == len(check.PROMISES)
    assert 0 < built.report.measured_error_m <= 3
    assert 0 < built.report.web_measured_error_m <= 15


@pytest.mark.parametrize(
    "name", [FULL, *(pytest.param(each, marks=pytest.mark.nightly) for each in (BGC, OLDER))]
)
def test_wards_per_borough_and_bcu_are_the_known_ones(
    name: str, build: Build, shared_data: Path
) -> None:
    built = official(build, shared_data, name)
    boroughs = built.level("boroughs")
    assert boroughs["borough_code"].tolist() == [f"E090000{n:02}" for n in range(1, 34)]
    assert boroughs["wards"].tolist() == PER_BOROUGH
    assert built.level("bcus").set_index("bcu_code")["wards"].to_dict() == PER_BCU
    assert built.report.wards_repaired == []
    assert (NO_POSTCODES in built.report.notes) == (name != FULL)


@pytest.mark.nightly  # by day of a small London
def test_an_older_edition_says_how_far_it_differs(build: Build, shared_data: Path) -> None:
    """174 codes of 2018 are still in use in 2025."""
    report = official(build, shared_data, GLA).report
    assert len(report.wards_added) == 657 - 174
    assert len(report.wards_removed) == 704 - 174


@pytest.mark.nightly  # by day of a small London
def test_residents_of_another_edition_are_unknown_and_not_guessed(
    build: Build, shared_data: Path
) -> None:
    built = official(build, shared_data, GLA)
    frame = built.level("wards")
    known = set(store.table("population table").dropna(subset="residents")["ward_code"])
    assert set(frame["ward_code"][frame["residents"].notna()]) <= known
    assert frame["residents"].isna().sum() > 400
    bcus = built.level("bcus").set_index("bcu_code")["residents"]
    assert bcus.dropna().index.tolist() == ["CE"]  # whose wards have not changed since 2014


def test_the_police_layer_is_named_by_the_table_and_repaired(
    build: Build, shared_data: Path
) -> None:
    built = official(build, shared_data, POLICE)
    report, frame = built.report, built.level("wards")
    ids = gpd.read_file(shared_data / POLICE)["code"]
    assert ids.str.endswith("N").sum() == 65
    assert set(frame["ward_code"]) == set(ids.str.removesuffix("N"))
    assert report.names_from_table == 679
    assert report.names_not_known == 0
    known = store.areas("wards").set_index("ward_code")["ward"]
    assert (frame["ward"] == frame["ward_code"].map(known)).all()
    assert {NO_CITY, NO_POSTCODES} <= set(report.notes)
    assert (report.coverage_valid_before, report.coverage_valid_after) == (False, True)
    repaired = frame.set_index("ward_code").loc[report.wards_repaired, "ward"]
    assert "Totteridge & Woodside" in set(repaired)
    assert len(repaired) <= 12
    assert 0 < report.repair_moved_m < 10
    assert 0 < report.repair_area_change_m2 < 1500


def test_a_bcu_has_the_area_that_geopandas_finds_by_its_slow_way(
    build: Build, shared_data: Path
) -> None:
    """Square metres, from the unsimplified wards of one BCU."""
    frame = gpd.read_file(shared_data / FULL)
    boroughs = store.table("borough table").set_index("borough_code")["bcu_code"]
    camden_and_islington = frame[frame["LAD25CD"].map(boroughs) == "CN"]
    by_geopandas = camden_and_islington.union_all().area
    stated = (
        official(build, shared_data, FULL).level("bcus").set_index("bcu_code")["area_km2"]["CN"]
    )
    assert stated * 1e6 == pytest.approx(by_geopandas, abs=20)  # 37 wards, to 1 m² each and less


def test_the_shipped_data_are_what_the_stated_commands_build(
    build: Build, shared_data: Path
) -> None:
    """Byte for byte, but for the commands, which may be several, and the time that it took."""
    assert COMMANDS["wards.parquet"].startswith(f"bcumap build --wards {FULL} ")
    assert COMMANDS[store.POSTCODES].endswith(" --postcodes")
    built = official(build, shared_data, FULL)
    left_out = {"build-report.json", "sources.json"}
    made, shipped = contents(built.out), contents(SHIPPED)
    assert {name for name in made if made[name] != shipped.get(name)} <= left_out
    assert set(made) == set(shipped)
    assert told_of(built.out) == told_of(SHIPPED)


def told_of(folder: Path) -> list[dict[str, Any]]:
    """What a folder says of its files, but for the commands."""
    rows = store.sources(data=folder)["files"]
    return [{key: each[key] for key in each if key != "command"} for each in rows]


# --- postcodes ---------------------------------------------------------------------------------


def test_postcodes_of_the_same_wards_are_kept_to_the_byte(
    small_london: Small, tmp_path: Path
) -> None:
    request = building.Request(small_london.layer, out=tmp_path / "out", data=small_london.built)
    report = building.build(request)
    kept = (tmp_path / "out" / store.POSTCODES).read_bytes()
    assert kept == (small_london.built / store.POSTCODES).read_bytes()
    assert report.promises_kept == len(check.PROMISES) - 1  # theirs was checked when it was made
    assert passport(tmp_path / "out")["command"] == passport(small_london.built)["command"]


@pytest.mark.parametrize("size", ["small", pytest.param("all", marks=pytest.mark.nightly)])
def test_postcodes_are_placed_anew_in_other_wards(
    size: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A layer without the City: its postcodes keep their borough and are in no ward."""
    out = tmp_path / "out"
    if size == "all":
        layer, edition, known = request.getfixturevalue("shared_data") / POLICE, "2025-02", SHIPPED
    else:
        small: Small = request.getfixturevalue("small_london")
        layer, edition, known = tmp_path / "wards.parquet", "2025", small.built
        wards = gpd.read_parquet(small.layer)
        wards[wards["LAD25CD"] != CITY_OF_LONDON].to_parquet(layer)
    report = building.build(building.Request(layer, out=out, data=known))
    assert report.promises_kept == len(check.PROMISES)
    assert report.postcodes == passport(out)["rows"] == passport(known)["rows"]
    before, _ = store.postcode_tables(data=known)
    after, _ = store.postcode_tables(data=out)
    city = before["borough_code"] == CITY_OF_LONDON
    assert city[after["ward_code"] == ""].all()
    assert (after["ward_code"] == "")[city].mean() > 0.99  # a few lie on the border or the river
    assert (after["ward_code"] == before["ward_code"])[~city].mean() > 0.9999
    kept = ["postcode", "live", "easting", "northing", "quality", "borough_code", "reach_m"]
    pd.testing.assert_frame_equal(after[kept], before[kept])
    assert "--postcodes" not in passport(out)["command"]
    assert passport(out)["ward_edition"] == edition


def passport(folder: Path) -> dict[str, Any]:
    entries = {entry["file"]: entry for entry in store.sources(data=folder)["files"]}
    entry: dict[str, Any] = entries[store.POSTCODES]
    return entry


# --- the same data in other clothes ------------------------------------------------------------


def as_mercator(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer.to_crs("EPSG:3857")


def as_it_is(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("wards.shp", as_it_is),
        ("wards.geojson", as_it_is),
        ("wards.fgb", as_it_is),
        ("mercator.gpkg", as_mercator),
    ],
    ids=["Shapefile", "GeoJSON", "FlatGeobuf", "EPSG:3857"],
)
def test_the_same_layer_in_another_format_builds_the_same_areas(
    file: str,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
    small_build: SmallBuild,
    small_london: Small,
    tmp_path: Path,
) -> None:
    path = tmp_path / file
    change(gpd.read_parquet(small_london.layer)).to_file(path)
    built = small_build(path, edition="2025")
    original = Built(built.report, small_london.built)
    for level in ("wards", "bcus"):
        assert outlines_alike(original, built, level, within_m=0.01)
    columns = ["ward_code", "ward", "borough_code", "bcu_code", "residents"]
    pd.testing.assert_frame_equal(built.level("wards")[columns], original.level("wards")[columns])


def test_a_shapefile_s_ten_letter_names_are_recognised(shared_data: Path, tmp_path: Path) -> None:
    """Its eleven-letter `geom_source` is the one thing that does not come through."""
    path = tmp_path / "wards.shp"
    with pytest.warns() as remarks:
        gpd.read_file(shared_data / FULL).to_file(path)
    assert any("'geom_source' to 'geom_sourc'" in str(remark.message) for remark in remarks)
    original, read = wards.read_wards(shared_data / FULL), wards.read_wards(path)
    pd.testing.assert_frame_equal(
        pd.DataFrame(read.wards.drop(columns="geometry")),
        pd.DataFrame(original.wards.drop(columns="geometry")),
    )
    assert original.geometry_sources
    assert read.geometry_sources == ()


@pytest.fixture
def nothing_known(no_postcodes: Path, tmp_path: Path) -> Path:
    """A data folder with boroughs and facts, and no wards of an earlier build."""
    folder = Path(shutil.copytree(no_postcodes, tmp_path / "known"))
    (folder / "wards.parquet").unlink()
    return folder


# London's wards among others: next door, in Wales, in Shetland and in Ulster.


def in_the_country(layer: gpd.GeoDataFrame, path: Path) -> Path:
    """Write wards without their boroughs, as a layer of the whole country has them."""
    elsewhere = {
        "E05013100": shapely.box(-0.42, 51.655, -0.38, 51.68),  # Watford
        "W05001324": shapely.box(-3.5, 51.6, -3.4, 51.7),
        "S13002750": shapely.box(-1.3, 60.4, -1.2, 60.5),
        "N08000101": shapely.box(-8.15, 54.4, -8.1, 54.5),
    }
    others = gpd.GeoDataFrame(
        {"WD25CD": list(elsewhere), "WD25NM": "x"}, geometry=list(elsewhere.values()), crs=WGS84
    )
    wards = layer[["WD25CD", "WD25NM", "geometry"]]
    pd.concat([wards.to_crs(WGS84), others]).to_file(path)
    return path


@pytest.mark.nightly  # by day of a small London
def test_wards_of_the_whole_country_without_boroughs_are_placed_by_area(
    build: Build, shared_data: Path, nothing_known: Path, tmp_path: Path
) -> None:
    path = in_the_country(gpd.read_file(shared_data / BGC), tmp_path / "uk.gpkg")
    built, original = build(path, data=nothing_known), official(build, shared_data, BGC)
    assert built.report.rows_read == 708
    assert built.report.boroughs_placed_by_area == 704
    columns = ["ward_code", "ward", "borough_code"]
    pd.testing.assert_frame_equal(built.level("wards")[columns], original.level("wards")[columns])


def test_another_edition_is_placed_in_boroughs_that_are_drawn_otherwise(shared_data: Path) -> None:
    """Wards of 2018 with the river, in boroughs of 2025 without it: as they themselves say."""
    read = wards.read_wards(shared_data / GLA).wards
    boroughs = wards.read_boroughs(shared_data / "boroughs_2025_ons_bgc.geojson")
    placed = wards.place_in_boroughs(read, boroughs)
    assert placed.tolist() == read["borough_code"].tolist()
    kept = london.keep_london(
        read.assign(borough_code=None), known=store.areas("wards"), boroughs=lambda: boroughs
    )
    assert kept.placed_by_area == 657 - 174
    assert sorted(kept.wards["borough_code"]) == sorted(read["borough_code"])


@pytest.mark.nightly  # by day of a small London
def test_a_second_build_gives_the_same_bytes(
    build: Build, shared_data: Path, no_postcodes: Path, tmp_path: Path
) -> None:
    first = official(build, shared_data, BGC)
    again = tmp_path / "again"
    building.build(building.Request(shared_data / BGC, out=again, data=no_postcodes))
    left_out = "build-report.json"
    assert contents(again, leave_out=left_out) == contents(first.out, leave_out=left_out)


# --- builds that need no official file, of a small London --------------------------------------


def test_a_build_writes_what_is_shipped_and_nothing_beside_it(small_london: Small) -> None:
    by_hand = {"README.md", "LICENCE.md"}
    shipped = {name for name in contents(SHIPPED) if not name.startswith(f"{passports.CONTEXT}/")}
    assert contents(small_london.built).keys() | by_hand == shipped
    beside = {small_london.layer.name, small_london.known.name, "lock"}
    folder = small_london.built.parent
    assert {path.name for path in folder.iterdir()} == {small_london.built.name, *beside}


def test_the_report_is_kept_beside_the_data(small_london: Small) -> None:
    kept = json.loads((small_london.built / "build-report.json").read_text(encoding="utf-8"))
    assert (kept["met_wards"], kept["city_wards"]) == (MET_WARDS, CITY_WARDS)
    assert set(kept["area_km2_by_bcu"]) == set(BCUS)
    assert sum(kept["area_km2_by_bcu"].values()) < kept["area_km2"]
    assert len(kept["seconds"]) >= 6
    assert all(seconds >= 0 for seconds in kept["seconds"].values())


def test_sources_say_which_file_and_command_made_it(small_london: Small) -> None:
    entries = {entry["file"]: entry for entry in store.sources(data=small_london.built)["files"]}
    entry = entries["wards.parquet"]
    assert entry["source_file"] == "wards.parquet"
    assert entry["source_sha256"] == hashlib.sha256(small_london.layer.read_bytes()).hexdigest()
    assert entry["command"].startswith("bcumap build --wards wards.parquet")
    assert entry["edition"] == "2025"
    everything = (small_london.built / "sources.json").read_text(encoding="utf-8")
    assert str(small_london.layer.parent) not in everything  # no path of the machine


def test_residents_of_an_earlier_build_stay_whole_numbers(small_london: Small) -> None:
    """Though some are missing: ten of the City's 25 wards have a figure."""
    lines = (small_london.built / "ward_population.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("E05009288,2824,1475,2024-06-30,")
    assert sum(line.split(",")[1] == "" for line in lines) == 15


def test_a_small_london_keeps_every_promise_with_its_own_numbers(small_london: Small) -> None:
    assert [faults for faults in check.check(small_london.built).values() if faults] == []
    assert len(store.areas("wards", data=small_london.built)) == MET_WARDS + CITY_WARDS
    assert store.sources(data=small_london.built)["london"]["boroughs"] == 5


def test_steps_are_told_as_they_start(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(building.SourceError):
        building.build(
            building.Request(tmp_path / "none.gpkg", out=tmp_path / "out", data=SHIPPED),
            on_step=told.append,
        )
    assert told == ["read the ward layer"]


def test_a_layer_without_the_city_builds_and_says_so(
    small_build: SmallBuild, small_layer: gpd.GeoDataFrame
) -> None:
    built = small_build(small_layer[small_layer["LAD25CD"] != CITY_OF_LONDON])
    assert (built.report.met_wards, built.report.city_wards) == (MET_WARDS, 0)
    assert NO_CITY in built.report.notes
    assert len(built.level("boroughs")) == len(BOROUGHS) - 1


def shifted(layer: gpd.GeoDataFrame, row: int, metres: float) -> gpd.GeoDataFrame:
    """A layer in metres with one ward moved to the east."""
    shapes = projection.to_bng(layer.geometry.to_numpy())
    shapes[row] = shapely.transform(shapes[row], lambda xy: xy + np.array([metres, 0.0]))
    return layer.set_geometry(shapes, crs=BNG)


def test_a_ward_that_is_half_a_metre_off_is_repaired_and_told_of(
    small_build: SmallBuild, small_layer: gpd.GeoDataFrame
) -> None:
    report = small_build(shifted(small_layer, 60, 0.5)).report
    assert (report.coverage_valid_before, report.coverage_valid_after) == (False, True)
    assert small_layer["WD25CD"][60] in report.wards_repaired
    assert 2 <= len(report.wards_repaired) <= 12
    assert 0.1 < report.repair_moved_m < 1


def test_names_that_try_to_be_something_else_come_through_as_text(
    small_build: SmallBuild, small_layer: gpd.GeoDataFrame
) -> None:
    odd = "<script>alert(\"1\")</script> & '=1+1'"
    names = small_layer["WD25NM"].copy()
    names[60] = odd
    built = small_build(small_layer.assign(WD25NM=names))
    code = small_layer["WD25CD"][60]
    assert built.level("wards").set_index("ward_code")["ward"][code] == odd
    assert store.facts(data=built.out)["wards"][code]["name"] == odd


def merged(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two neighbouring wards of Camden made one, as a boundary review might."""
    camden = layer[layer["LAD25CD"] == "E09000007"]
    first = camden.index[0]
    second = next(
        row for row in camden.index[1:]
        if camden.geometry[row].intersection(camden.geometry[first]).length > 0.001
    )  # fmt: skip
    shapes = layer.geometry.to_numpy().copy()
    shapes[first] = shapely.coverage_union(shapes[first], shapes[second])
    return layer.set_geometry(shapes, crs=WGS84).drop(index=second)


def test_a_new_edition_builds_when_its_number_of_wards_is_stated(
    small_build: SmallBuild, small_layer: gpd.GeoDataFrame
) -> None:
    built = small_build(merged(small_layer), edition="2026", met_wards=MET_WARDS - 1)
    assert built.report.met_wards == MET_WARDS - 1
    assert len(built.level("wards")) == MET_WARDS - 1 + CITY_WARDS


def test_a_build_again_gives_the_same_bytes_and_changes_nothing_that_was_given(
    small_build: SmallBuild, small_london: Small
) -> None:
    before = contents(small_london.known), small_london.layer.read_bytes()
    again = small_build(small_london.layer)
    assert (contents(small_london.known), small_london.layer.read_bytes()) == before
    left_out = "build-report.json"
    first = contents(small_london.built, leave_out=left_out)
    assert contents(again.out, leave_out=left_out) == first


def test_another_edition_says_how_far_it_differs_and_guesses_no_residents(
    small_layer: gpd.GeoDataFrame, small_london: Small, tmp_path: Path
) -> None:
    """Five wards of Hackney have new codes."""
    codes = small_layer["WD25CD"].copy()
    rows = small_layer.index[small_layer["LAD25CD"] == "E09000012"][:5]
    codes[rows] = [f"E0501990{number}" for number in range(5)]
    path, out = tmp_path / "wards.parquet", tmp_path / "geodata"
    small_layer.assign(WD25CD=codes).to_parquet(path)
    report = building.build(building.Request(path, out=out, data=small_london.built))
    built = Built(report, out)
    assert sorted(built.report.wards_added) == sorted(codes[rows])
    assert sorted(built.report.wards_removed) == sorted(small_layer["WD25CD"][rows])
    residents = built.level("wards").set_index("ward_code")["residents"]
    known = store.areas("wards", data=small_london.built).set_index("ward_code")["residents"]
    assert residents[codes[rows]].isna().all()
    kept = small_layer["WD25CD"].drop(rows)
    pd.testing.assert_series_equal(residents[kept], known[kept])
    bcus = built.level("bcus").set_index("bcu_code")["residents"]
    assert bcus.dropna().index.tolist() == ["CN"]


def test_wards_of_the_country_without_boroughs_are_placed_by_area(
    small_layer: gpd.GeoDataFrame, small_london: Small, tmp_path: Path
) -> None:
    known = Path(shutil.copytree(small_london.known, tmp_path / "known"))
    boroughs = tmp_path / "boroughs.gpkg"
    names = {"borough_code": "LAD25CD", "borough": "LAD25NM"}
    store.areas("boroughs", data=small_london.built).rename(columns=names).to_file(boroughs)
    path, out = in_the_country(small_layer, tmp_path / "uk.gpkg"), tmp_path / "geodata"
    request = building.Request(path, out=out, data=known, boroughs=boroughs)
    built = Built(building.build(request), out)
    assert built.report.rows_read == MET_WARDS + CITY_WARDS + 4
    assert built.report.boroughs_placed_by_area == MET_WARDS + CITY_WARDS
    columns = ["ward_code", "ward", "borough_code"]
    original = store.areas("wards", data=small_london.built)
    pd.testing.assert_frame_equal(built.level("wards")[columns], original[columns])


def test_counts_that_these_tests_know_by_heart_agree_with_each_other() -> None:
    table: dict[str, Any] = store.table("borough table").set_index("borough_code")["bcu_code"]
    codes = [f"E090000{number:02}" for number in range(1, 34)]
    summed: Counter[str] = Counter()
    for code, number in zip(codes[1:], PER_BOROUGH[1:], strict=True):
        summed[table[code]] += number
    assert summed == PER_BCU
    assert sum(PER_BOROUGH) == 704
