"""Every shipped file against its passport."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from bcumap.base.errors import DataError
from bcumap.build import passports
from bcumap.facts import store
from bcumap.facts.places import BORDERS

ENTRIES = {entry["file"]: entry for entry in store.sources()["files"]}
BOUNDARIES = [name for name, entry in ENTRIES.items() if "crs" in entry]

KEPT = passports.read(store.SHIPPED)

ORIGIN = passports.Origin(
    source_file="wards.gpkg",
    source_sha256="0" * 64,
    dialect="ONS",
    edition="2025",
    geometry_sources=(),
    command="bcumap build --wards wards.gpkg",
    max_error_m={"full": 3.0, "web": 15.0},
    measured_error_m={"full": 2.5, "web": 12.5},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a ward file, a web layer, the map and something that is nobody's business."""
    (tmp_path / "web").mkdir()
    for name in ("wards.parquet", "web/wards.topojson", "web/map.js", "notes.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


def entries_of(folder: Path, **origin: Any) -> dict[str, dict[str, Any]]:
    made = dataclasses.replace(ORIGIN, **origin)
    found = passports.passports(folder, made, {"wards.parquet": 704}, KEPT)
    return {entry["file"]: entry for entry in found}


def test_every_shipped_data_file_has_a_passport_and_the_other_way_round() -> None:
    of_no_concern = {*store.DOCUMENTS, "sources.json", "build-report.json"}
    shipped = {
        path.relative_to(store.SHIPPED).as_posix()
        for path in store.SHIPPED.rglob("*")
        if path.is_file()
    }
    assert set(ENTRIES) == shipped - of_no_concern


@pytest.mark.parametrize("name", ENTRIES)
def test_a_shipped_file_is_the_one_its_passport_describes(name: str) -> None:
    content = (store.SHIPPED / name).read_bytes()
    assert ENTRIES[name]["sha256"] == hashlib.sha256(content).hexdigest()
    for key in ("title", "publisher", "licence", "attribution", "command"):
        assert ENTRIES[name][key]


@pytest.mark.parametrize("name", BOUNDARIES)
def test_shipped_boundaries_name_their_source_and_rights_and_error(name: str) -> None:
    entry = ENTRIES[name]
    assert "Contains OS data © Crown copyright and database right 2026" in entry["attribution"]
    assert "Source: Office for National Statistics licensed under the Open" in entry["attribution"]
    assert entry["licence"] == "Open Government Licence v3.0"
    assert entry["crs"] == ("EPSG:27700" if name == BORDERS else "EPSG:4326")
    assert "OSTN15" in entry["transformation"]
    assert entry["edition"] == "2025"
    assert len(entry["source_sha256"]) == 64
    limit = 15 if name.endswith(".topojson") else 3
    assert 0 < entry["measured_error_m"] <= entry["max_error_m"] == limit


def test_the_source_of_the_shipped_boundaries_is_the_full_resolution_layer(
    shared_data: Path,
) -> None:
    source = shared_data / ENTRIES["wards.parquet"]["source_file"]
    assert source.name == "wards_2025_full_clipped.gpkg"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert ENTRIES["wards.parquet"]["source_sha256"] == digest


def test_no_shipped_file_is_a_copy_of_a_source_file(shared_data: Path) -> None:
    files = (path for path in shared_data.rglob("*") if path.is_file())
    sources = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert not sources & {entry["sha256"] for entry in ENTRIES.values()}


def test_only_what_is_there_and_known_gets_an_entry(folder: Path) -> None:
    assert list(entries_of(folder)) == ["wards.parquet", "web/map.js", "web/wards.topojson"]


def test_each_tier_states_its_own_error(folder: Path) -> None:
    entries = entries_of(folder)
    assert entries["wards.parquet"]["measured_error_m"] == 2.5
    assert entries["wards.parquet"]["max_error_m"] == 3
    assert entries["web/wards.topojson"]["measured_error_m"] == 12.5
    assert entries["web/wards.topojson"]["max_error_m"] == 15


def test_rows_are_told_of_files_that_have_rows(folder: Path) -> None:
    entries = entries_of(folder)
    assert entries["wards.parquet"]["rows"] == 704
    assert "rows" not in entries["web/map.js"]


@pytest.mark.parametrize(
    ("dialect", "rights"),
    [
        ("ONS", "Office for National Statistics"),
        ("GLA", "Greater London Authority"),
        ("data.police.uk", "data.police.uk"),
    ],
)
def test_each_publisher_gets_its_own_attribution(folder: Path, dialect: str, rights: str) -> None:
    entry = entries_of(folder, dialect=dialect)["wards.parquet"]
    assert rights in entry["publisher"]
    assert rights in entry["attribution"]
    assert "Contains OS data ©" in entry["attribution"]


def test_the_map_script_is_ours_and_the_data_is_not(folder: Path) -> None:
    entries = entries_of(folder)
    assert entries["web/map.js"]["licence"] == "MIT"
    assert entries["web/wards.topojson"]["licence"] == "Open Government Licence v3.0"


def test_where_outlines_come_from_is_told_if_the_layer_tells_it(folder: Path) -> None:
    assert "geometry_sources" not in entries_of(folder)["wards.parquet"]
    told = entries_of(folder, geometry_sources=("OS", "police"))["wards.parquet"]
    assert told["geometry_sources"] == ["OS", "police"]


def test_postcodes_say_which_edition_they_are_and_which_are_in_use(folder: Path) -> None:
    (folder / "postcodes.zip").touch()
    origin = passports.PostcodeOrigin("2025-11", "2025-05", "bcumap build --postcodes")
    entry = entries_of(folder, postcodes=origin)["postcodes.zip"]
    assert (entry["edition"], entry["as_of"]) == ("ONS Postcode Directory 2025-11", "2025-11")
    assert (entry["listed_by"], entry["command"]) == ("2025-05", "bcumap build --postcodes")
    assert "Royal Mail copyright" in entry["attribution"]
    unknown = dataclasses.replace(origin, edition="")
    told = entries_of(folder, postcodes=unknown)["postcodes.zip"]
    assert told["edition"] == "ONS Postcode Directory not stated"


@pytest.mark.parametrize(
    ("file", "said"),
    [({"origin": "nobody"}, "lacks 'nobody'"), ({"origin": "postcodes"}, "lacks 'postcodes_")],
)
def test_a_passport_that_names_what_there_is_not_is_told(
    folder: Path, file: dict[str, str], said: str
) -> None:
    kept = KEPT | {"files": {"notes.txt": {"title": "Notes"} | file}}
    with pytest.raises(DataError, match=f"the passport of notes.txt {said}"):
        passports.passports(folder, ORIGIN, {}, kept)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("[files", "cannot be read"),
        ("[rights]", r"found no \[publishers"),
    ],
)
def test_passports_that_are_missing_or_damaged_are_told(
    folder: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (folder / store.PASSPORTS).write_text(text)
    with pytest.raises(DataError, match=said):
        passports.read(folder)


def test_sha256_of_nothing_is_the_known_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert passports.sha256(tmp_path / "empty").startswith("e3b0c44298fc1c14")
