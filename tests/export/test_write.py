"""Exports: every file read by GDAL, geopandas or pyarrow themselves, on the shipped data."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from bcumap.base.errors import BcuMapError, CoverageError, DataError
from bcumap.export import columns, fields, layers, reread, write
from bcumap.export.layers import Known, Layer, Wish
from bcumap.geo import coverage, tiers
from tests.commands import everything
from tests.squares import square

ON = dt.date(2026, 11, 22)
GEOMETRIC = [suffix for suffix in write.FORMATS if suffix != ".csv"]
Make = Callable[..., Layer]


@pytest.fixture(scope="session")
def facts() -> Known:
    return write.known()


@pytest.fixture(scope="session")
def drawn(facts: Known) -> dict[str, tiers.Drawn]:
    return {name: write._drawn(facts, name) for name in tiers.TIERS}


@pytest.fixture(scope="session")
def make(facts: Known, drawn: dict[str, tiers.Drawn]) -> Make:
    """Make a layer in the coarsest tier, which is quick."""

    def layer(name: str, **wish: Any) -> Layer:
        tier = wish.setdefault("detail", "overview")
        return layers.layer(Wish(**{"layer": name, "on": ON} | wish), facts, drawn[tier])

    return layer


def read(content: bytes, suffix: str, folder: Path) -> gpd.GeoDataFrame:
    """Read a file as a user would, without any code of ours."""
    if suffix == ".parquet":
        return gpd.read_parquet(io.BytesIO(content))
    path = folder / f"layer{suffix}"
    path.write_bytes(content)
    return pyogrio.read_dataframe(path)


# --- what clients read --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", GEOMETRIC)
def test_wards_come_back_from_every_format(suffix: str, make: Make, tmp_path: Path) -> None:
    found = read(write.encode(make("wards"), suffix), suffix, tmp_path)
    assert len(found) == 704
    assert (found["bcu_code"] == "NA").sum() == 46
    if suffix != ".wkt.csv":  # GDAL reads an empty cell as empty text
        assert found["bcu_code"].isna().sum() == 25
        assert found["residents"].isna().sum() == 15
    total = pd.to_numeric(found["residents"].replace("", None)).sum()
    assert total == make("wards").frame["residents"].sum()
    assert shapely.coverage_is_valid(shapely.force_2d(found.geometry.to_numpy()))
    assert found.geometry.is_valid.all()


@pytest.mark.parametrize("suffix", GEOMETRIC)
def test_a_counter_without_a_point_keeps_its_row(suffix: str, make: Make, tmp_path: Path) -> None:
    layer = make("counters")
    content = write.encode(layer, suffix)
    assert layer.passport["without_point"] == 14
    if suffix == ".topojson":  # which GDAL leaves out
        rows = json.loads(content)["objects"]["counters"]["geometries"]
        assert sum(row["type"] is None for row in rows) == 14
        return
    found = read(content, suffix, tmp_path)
    if suffix == ".fgb":  # whose reader in JavaScript stops at a row without one
        assert (len(found), found.geometry.isna().sum()) == (64, 0)
        return
    assert len(found) == 78
    assert found.geometry.isna().sum() == 14
    assert found.set_index("counter").loc["Church Street"].geometry is None


def test_no_csv_turns_north_area_into_nothing(make: Make) -> None:
    content = write.encode(make("wards"), ".csv")
    found = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
    assert (found["bcu_code"] == "NA").sum() == 46
    assert found["bcu_code"].isna().sum() == 25
    counters = write.encode(make("counters"), ".csv").decode().splitlines()
    (church,) = (line for line in counters if line.startswith("Church Street,"))
    assert ",,," in church
    assert ",0," not in church


def test_unknown_strengths_are_null_and_not_nought(make: Make) -> None:
    found = json.loads(write.encode(make("officers"), ".geojson"))
    told = {each["id"]: each["properties"] for each in found["features"]}
    assert len(told) == 32
    assert told["E09000007"]["fte"] is None  # Camden
    assert told["E09000007"]["no_figure_for"] == "Camden"
    assert told["E09000023"]["fte"] == 75.9  # Lewisham
    assert told["E09000023"]["committed"] == 57
    assert "E09000001" not in told


# --- each format's own promises -----------------------------------------------------------------


def shoelace(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def test_geojson_is_as_rfc_7946_has_it(make: Make) -> None:
    content = write.encode(make("wards", detail="full"), ".geojson")

    def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs), pairs[0]
        return dict(pairs)

    found = json.loads(content, object_pairs_hook=no_twins)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert found["bbox"] == pytest.approx([-0.510356, 51.286759, 0.334044, 51.691877])
    assert len({each["id"] for each in found["features"]}) == 704
    for each in found["features"]:
        shape = each["geometry"]
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        for outer, *holes in parts:
            assert shoelace(outer) > 0
            assert all(shoelace(hole) < 0 for hole in holes)
            assert all(round(value, 6) == value for point in outer for value in point)


@pytest.mark.parametrize("name", layers.LAYERS)
def test_properties_keep_their_json_schema(name: str, make: Make) -> None:
    layer = make(name)
    schema = fields.json_schema(layer.columns, title=name)
    jsonschema.Draft202012Validator.check_schema(schema)
    for line in write.encode(layer, ".geojsonl").decode().splitlines():
        jsonschema.validate(json.loads(line)["properties"], schema)


def test_the_schema_would_notice(make: Make) -> None:
    layer = make("bcus")
    schema = fields.json_schema(layer.columns, title="bcus")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"bcu_code": "North"}, schema)


def test_topojson_shares_its_arcs_and_loses_nothing(make: Make) -> None:
    layer = make("wards", detail="web")
    content = write.encode(layer, ".topojson")
    assert len(gzip.compress(content, 9)) <= 150_000
    found = json.loads(content)
    assert found["transform"]["scale"] == [0.00001, 0.00001]
    lines = {json.dumps(arc) for arc in found["arcs"]}
    assert len(lines) == len(found["arcs"])
    edges = sum(len(arc) - 1 for arc in found["arcs"])
    corners = shapely.get_num_coordinates(layer.frame.geometry.to_numpy()).sum()
    assert edges < 0.6 * corners


def test_geopackage_has_its_passport_in_the_metadata_tables(make: Make, tmp_path: Path) -> None:
    (tmp_path / "bcus.gpkg").write_bytes(write.encode(make("bcus"), ".gpkg"))
    info = pyogrio.read_info(tmp_path / "bcus.gpkg", layer="bcus")
    told = info["layer_metadata"]
    assert told["licence"] == "Open Government Licence v3.0"
    assert "Crown copyright" in told["attribution"]
    assert "within 61.9" in told["DESCRIPTION"]
    assert info["dataset_metadata"]["edition"] == "2025"


def test_geoparquet_is_1_1_with_boxes_and_a_passport(make: Make) -> None:
    table = pq.read_table(io.BytesIO(write.encode(make("bcus"), ".parquet")))
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"]["geometry"]
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert column["orientation"] == "counterclockwise"
    assert b"Crown copyright" in table.schema.metadata[b"attribution"]
    assert float(table.schema.metadata[b"measured_error_m"]) > 0


def test_flatgeobuf_and_kml_say_whose_they_are(make: Make) -> None:
    told = pyogrio.read_info(write.encode(make("bcus"), ".fgb"))["layer_metadata"]
    assert told["TITLE"] == "Basic Command Units of the Metropolitan Police"
    assert "Crown copyright" in told["DESCRIPTION"]
    assert told["as_of"] == "2025"
    text = write.encode(make("bcus"), ".kml").decode()
    head = text[: text.index("<Placemark")]
    assert "Crown copyright" in head
    assert "Open Government Licence" in head
    assert "<name>North Area</name>" in text


def test_a_shapefile_has_names_that_survive_and_says_what_they_are(make: Make) -> None:
    layer = make("officers")
    archive = zipfile.ZipFile(io.BytesIO(write.encode(layer, ".shp.zip")))
    names = {Path(name).suffix for name in archive.namelist()}
    assert names == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".md"}
    assert archive.read("officers.cpg") == b"UTF-8"
    text = archive.read("README.md").decode()
    assert "`res_comm` is residents_per_committed" in text
    assert "Crown copyright" in text


def test_short_names_are_short_and_differ() -> None:
    short = [field.short for field in fields.FIELDS.values()]
    assert max(map(len, short)) <= 10
    assert len(set(short)) == len(short)


def test_a_long_text_goes_on_in_another_column(make: Make, tmp_path: Path) -> None:
    layer = make("counters")
    found = read(write.encode(layer, ".shp.zip"), ".shp.zip", tmp_path)
    whole = found["source"] + " " + found["source_2"]
    expected = layer.frame.set_index("counter").loc["Belgravia", "source"]
    assert len(expected) > 254
    assert whole[found["counter"] == "Belgravia"].item() == expected


@pytest.mark.parametrize("name", layers.LAYERS)
def test_no_member_of_ours_is_taken_for_one_of_the_format(name: str, make: Make) -> None:
    reserved = {"type", "features", "bbox", "crs", "id", "geometry", "properties", "coordinates"}
    reserved |= {"geometries", "arcs", "objects", "transform"}
    assert reserved & set(make(name).passport) == set()


@pytest.mark.parametrize("suffix", write.FORMATS)
def test_the_same_export_is_the_same_bytes(suffix: str, make: Make) -> None:
    layer = make("counters")
    assert write.encode(layer, suffix) == write.encode(layer, suffix)


# --- detail -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", tiers.TIERS)
def test_levels_of_every_tier_nest(tier: str, drawn: dict[str, tiers.Drawn], facts: Known) -> None:
    found = drawn[tier].levels
    for inner, outer, key in (
        ("wards", "boroughs", "borough_code"),
        ("boroughs", "bcus", "bcu_code"),
    ):
        inside = found[inner].dropna(subset=key)
        whole = found[outer]
        assert coverage.is_coverage(whole.geometry.to_numpy())
        assert coverage.nests(
            inside.geometry.to_numpy(), inside[key].to_numpy(object),
            whole.geometry.to_numpy(), whole[key].to_numpy(object),
        )  # fmt: skip
    assert found["wards"]["ward"].equals(facts.levels["wards"]["ward"])


def test_the_error_is_measured_and_grows_with_the_tier(drawn: dict[str, tiers.Drawn]) -> None:
    errors = [drawn[tier].error_m for tier in ("full", "web", "overview")]
    assert errors == pytest.approx([2.82, 23.91, 61.93], abs=0.02)


def test_what_moved_furthest_is_found() -> None:
    before = np.array([square(0, 0), square(1, 0)])
    after = np.array([square(0, 0), shapely.Polygon([(100, 0), (230, 0), (200, 100), (100, 100)])])
    assert tiers.furthest_m(before, after) == pytest.approx(30.0)


def test_a_spit_narrower_than_the_grid_closes_and_leaves_a_coverage() -> None:
    spit = [(0.004, 0.01), (0.004, 0.02), (0.0043, 0.01)]
    one = shapely.Polygon([(0, 0), (0, 0.01), *spit, (0.01, 0.01), (0.01, 0)])
    other = shapely.difference(shapely.box(0, 0.01, 0.01, 0.03), one)
    found = tiers.on_grid(np.array([one, other]), 3)
    assert coverage.is_coverage(found)
    assert shapely.area(found) == pytest.approx([0.0001, 0.0002])
    assert (shapely.get_coordinates(found) == shapely.get_coordinates(found).round(3)).all()


def test_an_area_that_is_smaller_than_the_grid_is_not_lost_in_silence() -> None:
    tiny = shapely.box(0.0011, 0.0011, 0.0012, 0.0012)
    with pytest.raises(CoverageError, match="gone"):
        tiers.on_grid(np.array([shapely.difference(shapely.box(0, 0, 1, 1), tiny), tiny]), 2)


# --- choices ------------------------------------------------------------------------------------


def test_one_bcu(make: Make) -> None:
    found = make("wards", area="NA")
    assert len(found.frame) == 46
    assert set(found.frame["bcu_code"]) == {"NA"}
    assert found.passport["area"] == "NA"
    assert len(make("boroughs", area="NA").frame) == 2


def test_the_parts_of_two_exports_fit_together(make: Make) -> None:
    """Simplified as a whole, then cut: neighbours from two files still share their edge."""
    one, other = make("boroughs", area="E09000010"), make("boroughs", area="E09000014")
    both = np.array([*one.frame.geometry, *other.frame.geometry])
    assert coverage.is_coverage(both)
    assert shapely.intersection(*both).length > 0


def test_columns_wanted_and_the_key(make: Make) -> None:
    assert make("wards", columns=("residents", "ward")).columns == [
        "ward_code",
        "residents",
        "ward",
    ]


def test_offences_are_of_the_twelve_months_that_were_known_on_the_date(make: Make) -> None:
    wanted = ("offences", "offences_per_1k", "offences_per_fte", "offences_burglary")
    found = make("bcus", measures=wanted, on=dt.date(2026, 11, 26))
    rows = found.frame.set_index("bcu_code")
    assert rows["offences"]["AW"] == 119_224
    assert rows["offences_per_1k"]["AW"] == pytest.approx(219.484)
    assert pd.isna(rows["offences_per_fte"]["CN"])
    assert rows["offences_burglary"].sum() == 47_880
    assert set(rows["offences_from"]) == {"2025-07"}
    assert set(rows["offences_to"]) == {"2026-06"}
    assert "airports" in rows["offences_cautions"]["WA"]
    assert "Metropolitan Police data" in found.passport["attribution"]
    wards = make("wards", measures=("offences",), on=dt.date(2025, 8, 1)).frame
    assert set(wards["offences_to"].dropna()) == {"2025-08"}
    assert wards["offences"].isna().sum() == 25
    with pytest.raises(BcuMapError, match="no twelve months to '2012-01' of wards"):
        make("wards", measures=("offences",), on=dt.date(2012, 1, 1))


def test_a_measure_brings_what_it_may_not_be_read_without(make: Make) -> None:
    found = make("bcus", measures=("fte", "counters"))
    assert {"fte", "at_least", "no_figure_for", "counters", "counters_basis"} <= set(found.columns)
    told = found.frame.set_index("bcu_code")
    assert pd.isna(told.at["CN", "fte"])
    assert told.at["CN", "no_figure_for"] == "Camden, Islington"
    assert told.at["NA", "fte"] == 213.1
    assert "Royal Mail" in found.passport["attribution"]


def test_a_date_before_all_counters_are_known_has_no_distances(make: Make) -> None:
    found = make("wards", measures=("nearest_m",), on=dt.date(2018, 1, 1)).frame
    assert found["nearest_m"].isna().all()
    met = found["bcu_code"].notna()
    assert (found.loc[met, "counters_complete"] == False).all()  # noqa: E712
    assert found.loc[~met, "counters_complete"].isna().all()


def test_counters_of_another_date(make: Make) -> None:
    before = make("counters", on=dt.date(2025, 9, 1)).frame["state"].value_counts()
    after = make("counters", on=dt.date(2026, 4, 1)).frame["state"].value_counts()
    assert (before["open"], after["open"]) == (37, 27)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"layer": "../../x"}, "there is no layer '../../x'; give one of bcus, "),
        ({"layer": "wards", "columns": ("wrad",)}, "there is no column 'wrad'; there are "),
        ({"layer": "wards", "area": "E99"}, "there is no area 'E99'; give the code of"),
        ({"layer": "bcus", "area": "E09000007"}, "E09000007 is smaller than the areas of bcus"),
        ({"layer": "wards", "measures": ("fte",)}, "wards have no measure 'fte'; there are"),
        ({"layer": "counters", "measures": ("fte",)}, "--measure is for bcus, boroughs, wards"),
        ({"layer": "counters", "area": "E09000001"}, "E09000001 has no counters"),
        ({"layer": "counters", "on": dt.date(1900, 1, 1)}, "nothing is known of front counters"),
        ({"layer": "officers", "on": dt.date(2000, 1, 1)}, "no commitment is known for 2000-01-01"),
    ],
)
def test_what_there_is_not_is_said(wish: dict[str, Any], said: str, make: Make) -> None:
    name = wish.pop("layer")
    with pytest.raises(BcuMapError, match=said.replace(".", r"\.")):
        make(name, **wish)


def test_an_unknown_detail_is_said(facts: Known) -> None:
    with pytest.raises(BcuMapError, match="no detail 'fine'; give one of full, web, overview"):
        write.prepare(Wish("wards", ON, detail="fine"), facts)


# --- the check after writing --------------------------------------------------------------------


def moved(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    shapes[3] = shapely.transform(shapes[3], lambda xy: xy + np.array([0.00001, 0]))
    return frame.set_geometry(shapes)


def clockwise(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = shapely.orient_polygons(frame.geometry.to_numpy(), exterior_cw=True)
    return frame.set_geometry(shapes)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda frame: frame.iloc[1:], "rows with other codes"),
        (lambda frame: frame.drop(columns="borough"), "columns are missing: borough"),
        (lambda frame: frame.assign(bcu_code=frame["bcu_code"].replace("NA", None)), "bcu_code"),
        (lambda frame: frame.assign(residents=frame["residents"].fillna(0)), "residents"),
        (lambda frame: frame.assign(area_km2=frame["area_km2"].round(3)), "area_km2"),
        (moved, "coordinates changed; the areas are no coverage"),
        (clockwise, "rings are not oriented"),
        (lambda frame: frame.set_crs(27700, allow_override=True), "CRS"),
    ],
)
def test_damage_is_seen(damage: Any, said: str, make: Make) -> None:
    layer = make("boroughs")
    assert reread.faults(layer, layer.frame) == []
    assert said in "; ".join(reread.faults(layer, damage(layer.frame)))


def test_a_file_that_lost_a_value_is_never_put_in_place(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "bcus.csv"
    kept.write_text("as it was")
    made = write.FORMATS[".csv"]
    lossy = write.Format(
        "CSV", lambda layer: made.encode(layer).replace(b"NA,", b","), columns.read_csv
    )
    monkeypatch.setitem(write.FORMATS, ".csv", lossy)
    with pytest.raises(DataError, match="what was read back is not what was written"):
        write.write(kept, make("bcus"))
    assert kept.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["bcus.csv"]


# --- a folder of everything ---------------------------------------------------------------------


def test_everything(facts: Known, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "out"
    files = write.write_all(
        out, facts, on=ON, tier="overview", progress=lambda done, of: told.append((done, of))
    )
    assert len(files) == len(layers.LAYERS) * len(write.FORMATS)
    assert told[-1] == (50, 50)
    sums = dict(line.split("  ")[::-1] for line in (out / "SHA256SUMS").read_text().splitlines())
    for path in out.iterdir():
        if path.name != "SHA256SUMS":
            assert sums[path.name] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
    text = (out / "README.md").read_text()
    assert "keep_default_na=False" in text
    assert "14 without a point" in text
    assert "Crown copyright" in text
    told_csv = json.loads((out / "counters.csv-metadata.json").read_text())
    header = (out / "counters.csv").read_bytes().decode().split("\r\n")[0].split(",")
    assert [each["name"] for each in told_csv["tableSchema"]["columns"]] == header


def test_everything_is_written_over_an_earlier_one_and_nothing_else(
    facts: Known, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write.write_all(out, facts, on=ON, tier="overview", area="E05013719")
    before = everything(out)
    write.write_all(out, facts, on=ON, tier="overview", area="E05013719")
    assert everything(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (out / "mine.txt").write_text("mine")
    with pytest.raises(BcuMapError, match=r"mine\.txt"):
        write.write_all(out, facts, on=ON)
    assert (out / "mine.txt").read_text() == "mine"


def test_an_interrupted_export_leaves_nothing(
    facts: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write.write_all(tmp_path / "out", facts, on=ON, tier="overview", progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_layers_that_an_area_has_not_are_left_out(facts: Known, tmp_path: Path) -> None:
    files = write.write_all(tmp_path / "out", facts, on=ON, tier="overview", area="E05013719")
    assert {each.layer.name for each in files} == {"wards"} | (
        {"counters"} if (tmp_path / "out" / "counters.csv").exists() else set()
    )
