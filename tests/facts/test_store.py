"""Reading geodata/: what comes back, and what is said of a file that is missing or damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from bcumap.base.errors import DataError
from bcumap.base.schema import BNG, WGS84
from bcumap.facts import store
from tests.commands import environment


@pytest.mark.parametrize(("level", "rows"), [("bcus", 12), ("boroughs", 33), ("wards", 704)])
def test_each_level_has_its_rows_in_the_order_of_their_codes(level: str, rows: int) -> None:
    frame = store.areas(level)
    codes = frame[f"{level.removesuffix('s')}_code"]
    assert len(frame) == rows
    assert codes.is_unique
    assert codes.is_monotonic_increasing
    assert frame.crs.to_epsg() == 4326


def test_north_area_keeps_its_46_wards() -> None:
    """The trap: pandas reads the code NA as a missing value unless it is told not to."""
    naive = pd.read_csv(store.SHIPPED / "boroughs.csv")
    assert naive["bcu_code"].isna().sum() == 3  # the City, and North Area's two
    table = store.table("borough table")
    north = table[table["bcu_code"] == "NA"]
    assert sorted(north["borough"]) == ["Enfield", "Haringey"]
    assert table["bcu_code"].isna().sum() == 1
    wards = store.areas("wards")
    assert (wards["bcu_code"] == "NA").sum() == 46
    assert wards["bcu_code"].isna().sum() == 25
    assert "NA" in set(store.table("bcu table")["bcu_code"])


def test_central_west_is_aw_and_central_south_is_as() -> None:
    """The trap: CW is the Met's code for the borough of Westminster."""
    names = store.table("bcu table").set_index("bcu_code")["bcu"]
    assert names["AW"] == "Central West"
    assert names["AS"] == "Central South"
    assert "CW" not in names.index


def test_the_thames_is_one_row_in_degrees() -> None:
    river = store.thames()
    assert river["name"].tolist() == ["River Thames"]
    assert river.crs.to_epsg() == 4326


def test_the_web_files_are_those_that_the_page_links_to() -> None:
    files = store.web_files()
    assert set(files) == {
        "areas.topojson",
        "wards.topojson",
        "facts.json",
        "map.js",
        "counters.json",
        "history.json",
        "events.json",
    }
    assert all(files.values())


def test_an_unknown_level_names_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"no level 'parishes'.*bcus, boroughs, wards"):
        store.areas("parishes")


READERS: dict[str, Callable[[Path], object]] = {
    "wards.parquet": lambda data: store.areas("wards", data=data),
    "thames.parquet": lambda data: store.thames(data=data),
    "bcus.csv": lambda data: store.table("bcu table", data=data),
    "ward_population.csv": lambda data: store.table("population table", data=data),
    "sources.json": lambda data: store.sources(data=data),
    "web/facts.json": lambda data: store.facts(data=data),
    "web/counters.json": lambda data: store.counters_web(data=data),
    "web/history.json": lambda data: store.history_web(data=data),
    "front_counters.csv": lambda data: store.records("front counters", data=data),
    "policing_models.csv": lambda data: store.past(data=data),
    "wards.wkb": lambda data: store.ward_polygons(data=data),
    "postcodes.zip": lambda data: store.postcode_tables(data=data),
}


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "rubbish": lambda _: b"\x00\xff rubbish\n",
    "cut short": lambda whole: whole[:-9],
}


@pytest.mark.parametrize("name", READERS)
def test_a_missing_file_is_named_in_a_data_error(name: str, data_copy: Path) -> None:
    (data_copy / name).unlink()
    with pytest.raises(DataError, match=Path(name).stem):
        READERS[name](data_copy)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (name, damage)
        for name in READERS
        for damage in DAMAGES
        if not (name.endswith(".csv") and damage == "cut short")  # a shorter table is a table
    ],
)
def test_a_damaged_file_is_named_in_a_data_error(name: str, damage: str, data_copy: Path) -> None:
    path = data_copy / name
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(DataError, match=Path(name).stem):
        READERS[name](data_copy)


@pytest.mark.parametrize("damage", ["empty", "rubbish", "cut short"])
def test_a_damaged_archive_is_refused_before_it_is_asked(damage: str, data_copy: Path) -> None:
    path = data_copy / store.POSTCODES
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(DataError, match=r"postcodes\.zip: cannot be opened"):
        store.finder(data=data_copy)


def test_data_without_postcodes_say_how_to_get_them(data_copy: Path) -> None:
    (data_copy / store.POSTCODES).unlink()
    with pytest.raises(DataError, match=r"bcumap build --postcodes|restore it or rebuild"):
        store.finder(data=data_copy)


def test_polygons_are_those_of_the_wards_in_their_order() -> None:
    codes, polygons = store.ward_polygons()
    wards = store.areas("wards")
    assert codes == wards["ward_code"].tolist()
    assert wards.geometry.geom_equals_exact(gpd.GeoSeries(polygons, crs=WGS84), 0).all()


def test_polygons_of_other_wards_are_refused(data_copy: Path) -> None:
    facts = json.loads((data_copy / "web" / "facts.json").read_bytes())
    facts["wards"].popitem()
    (data_copy / "web" / "facts.json").write_text(json.dumps(facts))
    with pytest.raises(DataError, match=r"704 polygons, but facts\.json has 703 wards"):
        store.ward_polygons(data=data_copy)


def test_a_river_that_is_not_known_holds_no_point(data_copy: Path) -> None:
    assert store.thames_polygon(data=data_copy).area > 0
    (data_copy / "thames.wkb").unlink()
    assert store.thames_polygon(data=data_copy).is_empty


def test_a_missing_web_file_says_how_to_get_it_back(data_copy: Path) -> None:
    (data_copy / "web" / "map.js").unlink()
    with pytest.raises(DataError, match=r"map\.js.*bcumap build"):
        store.web_files(data=data_copy)


def test_a_table_that_breaks_its_rules_is_refused(data_copy: Path) -> None:
    path = data_copy / "bcus.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("NA,North Area", "EA,North Area"))
    with pytest.raises(DataError, match=r"bcus\.csv: bcu_code: repeated: EA"):
        store.table("bcu table", data=data_copy)


def test_areas_in_another_crs_are_refused(data_copy: Path) -> None:
    path = data_copy / "bcus.parquet"
    gpd.read_parquet(path).to_crs(BNG).to_parquet(path)
    with pytest.raises(DataError, match="expected EPSG:4326"):
        store.areas("bcus", data=data_copy)


def test_another_folder_can_be_named_in_the_environment(
    data_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.data_dir() == store.SHIPPED
    monkeypatch.setenv("BCUMAP_DATA", str(data_copy))
    (data_copy / "wards.parquet").unlink()
    with pytest.raises(DataError, match=r"wards\.parquet"):
        store.areas("wards")


def test_the_shipped_files_are_those_described() -> None:
    store.verify()


@pytest.mark.parametrize(
    "name", ["postcodes.zip", "wards.wkb", "web/facts.json", "front_counters.csv", "LICENCE.md"]
)
def test_the_app_does_not_start_on_damaged_data_and_names_the_file(
    name: str, data_copy: Path
) -> None:
    path = data_copy / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=store.SHIPPED.parent, env=environment(BCUMAP_DATA=str(data_copy)),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{name}: is not the file that sources.json describes" in done.stderr
    assert "Traceback" not in done.stderr
