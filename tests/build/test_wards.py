"""Ward layers in all their dialects and formats come out alike; what is wrong is named."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import BNG, WGS84
from bcumap.build import passports, wards
from bcumap.facts import store
from bcumap.geo import topojson
from tests.squares import in_london, row_of

CODES = ["E05000001", "E05000002", "E05000003"]
NAMES = ["Bowes", "St Mary's & St James", "Łódź"]
ENFIELD, HARINGEY = "E09000010", "E09000014"
SQUARES = in_london(row_of(3))


def frame(**columns: object) -> gpd.GeoDataFrame:
    """Three squares in London, EPSG:27700, with the columns given."""
    return gpd.GeoDataFrame(columns, geometry=SQUARES, crs=BNG)


def ons() -> gpd.GeoDataFrame:
    boroughs = [ENFIELD, ENFIELD, HARINGEY]
    return frame(WD25CD=CODES, WD25NM=NAMES, LAD25CD=boroughs, LAD25NM="not looked at")


def save(layer: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix in wards.PARQUET_SUFFIXES:
        layer.to_parquet(path)
    else:
        layer.to_file(path)
    return path


# --- dialects ----------------------------------------------------------------------------------

DIALECTS = {
    "ONS": lambda: ons(),
    "ONS 2018 in small letters": lambda: ons().rename(
        columns={"WD25CD": "wd18cd", "WD25NM": "wd18nm", "LAD25CD": "lad18cd"}
    ),
    "GLA": lambda: frame(
        OBJECTID=[1, 2, 3], GSS_CODE=CODES, NAME=NAMES,
        LAGSSCODE=[ENFIELD, ENFIELD, HARINGEY], DISTRICT="not looked at",
    ),
    "GLA 2014": lambda: frame(
        NAME=NAMES, GSS_CODE=CODES, LB_GSS_CD=[ENFIELD, ENFIELD, HARINGEY], BOROUGH="x"
    ),
    "our own": lambda: frame(
        ward_code=CODES, ward=NAMES, borough_code=[ENFIELD, ENFIELD, HARINGEY]
    ),
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_comes_out_alike(dialect: str, tmp_path: Path) -> None:
    read = wards.read_wards(save(DIALECTS[dialect](), tmp_path / "wards.gpkg"))
    assert read.wards.columns.tolist() == ["ward_code", "ward", "borough_code", "geometry"]
    assert read.wards["ward_code"].tolist() == CODES
    assert read.wards["ward"].tolist() == NAMES
    assert read.wards["borough_code"].tolist() == [ENFIELD, ENFIELD, HARINGEY]
    assert read.wards.crs.to_epsg() == 27700
    assert shapely.equals(read.wards.geometry.to_numpy(), SQUARES).all()
    assert read.rows_read == 3


@pytest.mark.parametrize("column", ["gss", "code", "id", "neighbourhood"])
def test_the_police_s_trailing_n_goes_and_what_they_do_not_say_is_empty(
    column: str, tmp_path: Path
) -> None:
    ids = ["E05000001N", "E05000002", "E05000003N"]
    path = save(frame(**{column: ids}), tmp_path / "police_2025-02.gpkg")
    read = wards.read_wards(path)
    assert read.dialect == "data.police.uk"
    assert read.edition == "2025-02"
    assert read.wards["ward_code"].tolist() == CODES
    assert read.wards["ward"].isna().all()
    assert read.wards["borough_code"].isna().all()


def test_only_one_trailing_n_goes(tmp_path: Path) -> None:
    path = save(frame(id=["E05000001NN", "E05000002N", "E05000003"]), tmp_path / "w.gpkg")
    with pytest.raises(SourceError, match="E05000001NN"):
        wards.read_wards(path)


def test_a_column_that_is_only_called_code_is_not_taken_for_ward_codes(tmp_path: Path) -> None:
    layer = frame(code=[1, 2, 3], id=CODES, name=NAMES)
    read = wards.read_wards(save(layer, tmp_path / "w.gpkg"))
    assert read.wards["ward_code"].tolist() == CODES


def test_blanks_round_text_go_and_a_blank_name_is_no_name(tmp_path: Path) -> None:
    layer = ons().assign(WD25CD=[f" {code} " for code in CODES], WD25NM=["  ", " Town ", None])
    read = wards.read_wards(save(layer, tmp_path / "w.gpkg"))
    assert read.wards["ward_code"].tolist() == CODES
    assert read.wards["ward"].isna().tolist() == [True, False, True]
    assert read.wards["ward"][1] == "Town"


@pytest.mark.parametrize(
    ("name", "column", "asked", "edition"),
    [
        ("wards.gpkg", "WD25CD", None, "2025"),
        ("wards_2018.gpkg", "WD25CD", None, "2025"),
        ("wards_2018.gpkg", "GSS_CODE", None, "2018"),
        ("w-2025-02-final.gpkg", "GSS_CODE", None, "2025-02"),
        ("w_2025-13.gpkg", "GSS_CODE", None, "2025"),
        ("E05200018.gpkg", "GSS_CODE", None, ""),
        ("wards.gpkg", "WD25CD", "2026-05", "2026-05"),
    ],
)
def test_the_edition_is_asked_for_or_read_off_the_column_or_the_file_name(
    name: str, column: str, asked: str | None, edition: str, tmp_path: Path
) -> None:
    path = save(frame(**{column: CODES}), tmp_path / name)
    assert wards.read_wards(path, edition=asked).edition == edition


@pytest.mark.parametrize("edition", ["banana", "25", "2025-13", "2025-1", "1999", ""])
def test_an_edition_that_is_no_date_is_refused(edition: str, tmp_path: Path) -> None:
    path = save(ons(), tmp_path / "w.gpkg")
    with pytest.raises(SourceError, match="no year or month; expected 2025 or 2025-12"):
        wards.read_wards(path, edition=edition)


def test_where_the_outlines_come_from_is_kept(tmp_path: Path) -> None:
    layer = ons().assign(geom_source=["police", "OS", "police"])
    assert wards.read_wards(save(layer, tmp_path / "w.gpkg")).geometry_sources == ("OS", "police")


# --- which rows --------------------------------------------------------------------------------


def test_rows_of_boroughs_outside_london_are_left_out(tmp_path: Path) -> None:
    layer = ons().assign(LAD25CD=[ENFIELD, "E07000240", None], WD25CD=[*CODES[:2], "W05000003"])
    read = wards.read_wards(save(layer, tmp_path / "w.gpkg"))
    assert read.wards["ward_code"].tolist() == [CODES[0]]
    assert read.rows_read == 3


def test_a_layer_without_a_london_borough_says_so(tmp_path: Path) -> None:
    path = save(ons().assign(LAD25CD="E08000001"), tmp_path / "w.gpkg")
    with pytest.raises(SourceError, match="no row has a London borough code"):
        wards.read_wards(path)


def test_all_rows_of_a_layer_without_boroughs_are_kept_to_be_placed(tmp_path: Path) -> None:
    """From Shetland to the west of Fermanagh: the whole of what OSTN15 knows."""
    far = gpd.GeoDataFrame(
        {"WD25CD": ["S13002750", "N08000101", "W05000001"], "WD25NM": ["Shetland", "Belleek", "x"]},
        geometry=[
            shapely.box(-1.3, 60.4, -1.2, 60.5),
            shapely.box(-8.15, 54.4, -8.1, 54.5),
            shapely.box(-3.5, 51.6, -3.4, 51.7),
        ],
        crs=WGS84,
    )
    layer = pd.concat([ons().drop(columns=["LAD25CD", "LAD25NM"]).to_crs(WGS84), far])
    read = wards.read_wards(save(layer, tmp_path / "w.gpkg"))
    assert len(read.wards) == 6
    assert np.isfinite(read.wards.total_bounds).all()


def test_heights_are_left_out(tmp_path: Path) -> None:
    layer = ons().set_geometry(shapely.force_3d(SQUARES, 12.0))
    read = wards.read_wards(save(layer, tmp_path / "w.gpkg"))
    assert not read.wards.has_z.any()


# --- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".geoparquet"])
def test_every_format_gives_the_same_wards(suffix: str, tmp_path: Path) -> None:
    layer = ons().to_crs(WGS84) if suffix == ".geojson" else ons()
    read = wards.read_wards(save(layer, tmp_path / f"wards{suffix}")).wards
    read = read.sort_values("ward_code", ignore_index=True)  # FlatGeobuf keeps its own order
    assert read["ward_code"].tolist() == CODES
    assert read["ward"].tolist() == NAMES
    assert shapely.hausdorff_distance(read.geometry.to_numpy(), SQUARES).max() < 2.2
    if suffix != ".geojson":
        assert shapely.equals(read.geometry.to_numpy(), SQUARES).all()


def test_a_zipped_shapefile_without_a_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("w.shp", b"")
        archive.writestr("w.dbf", b"")
    with pytest.raises(SourceError, match=r"empty\.zip: not a vector file"):
        wards.read_wards(path)


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "shape"
    folder.mkdir()
    save(ons(), folder / "wards.shp")
    path = tmp_path / "wards.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
    assert wards.read_wards(path).wards["ward_code"].tolist() == CODES


def zipped(path: Path, *folders: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for folder in folders:
            for part in sorted(folder.rglob("*")):
                name = inside + part.relative_to(folder).as_posix()
                if part.is_file():
                    archive.write(part, name)
        archive.writestr(f"__MACOSX/{inside}._wards.shp", "x")
        archive.writestr(f"{inside}.DS_Store", "x")
    return path


@pytest.mark.parametrize("name", ["wards.zip", "WARDS.ZIP", "a!b [1].zip"])
@pytest.mark.parametrize("kind", ["wards.shp", "WARDS.SHP", "wards.gdb", "wards.gpkg"])
def test_a_zip_made_of_a_folder_is_read(kind: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "shape"
    folder.mkdir()
    if kind == "wards.gdb":
        ons().to_file(folder / kind, driver="OpenFileGDB")
    else:
        save(ons(), folder / kind.lower())
    if kind.isupper():
        for part in list(folder.iterdir()):
            part.rename(folder / part.name.upper())
    path = zipped(tmp_path / name, folder, inside="Wards_May_2025/")
    assert wards.read_wards(path).wards["ward_code"].tolist() == CODES


def test_a_path_with_marks_that_gdal_takes_for_its_own(tmp_path: Path) -> None:
    (tmp_path / "a!b").mkdir()
    for name in ("wards.shp", "wards!.gpkg"):
        path = save(ons(), tmp_path / name.replace("!", ""))
        for part in tmp_path.glob(f"{path.stem}.*"):
            part.rename(tmp_path / "a!b" / f"{Path(name).stem}{part.suffix}")
        assert wards.read_wards(tmp_path / "a!b" / name).wards["ward_code"].tolist() == CODES


def test_a_zip_of_several_layers_is_asked_which(tmp_path: Path) -> None:
    for name in ("wards", "districts"):
        (tmp_path / "s").mkdir(exist_ok=True)
        save(ons(), tmp_path / "s" / f"{name}.shp")
    path = zipped(tmp_path / "both.zip", tmp_path / "s")
    with pytest.raises(SourceError, match=r"2 layers: districts\.shp, wards\.shp; say which"):
        wards.read_wards(path)
    assert wards.read_wards(path, layer="wards").wards["ward_code"].tolist() == CODES


def test_a_zip_cannot_write_beside_its_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../out.shp", "x")
        archive.writestr("/out.shp", "x")
    with pytest.raises(SourceError, match=r"evil\.zip"):
        wards.read_wards(tmp_path / "evil.zip")
    assert not list(tmp_path.parent.glob("out.shp"))


def test_the_police_s_zip_has_a_kml_for_every_ward(tmp_path: Path) -> None:
    folder = tmp_path / "kml"
    (folder / "metropolitan").mkdir(parents=True)
    for code, square in zip(CODES, ons().to_crs(WGS84).geometry, strict=True):
        points = " ".join(f"{x},{y},0" for x, y in square.exterior.coords)
        (folder / "metropolitan" / f"{code}N.kml").write_text(
            '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
            f"<name>{code}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{points}"
            "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
        )
    read = wards.read_wards(zipped(tmp_path / "2025-12.zip", folder))
    assert (read.dialect, read.edition) == ("data.police.uk", "2025-12")
    assert read.wards["ward_code"].tolist() == CODES
    near = shapely.hausdorff_distance(read.wards.geometry.to_numpy(), SQUARES)
    assert (near < 3).all()  # `to_crs` here is without OSTN15


# --- whose they are ----------------------------------------------------------------------------

WITH_WARD = [f"{name} Ward" for name in NAMES]


@pytest.mark.parametrize(
    ("columns", "dialect"),
    [
        ({"NAME": WITH_WARD, "CODE": CODES, "FILE_NAME": "X"}, "OS Boundary-Line"),
        ({"Name": WITH_WARD, "Census_Code": CODES, "Area_Code": "LBW"}, "OS Boundary-Line"),
        ({"reference": CODES, "name": NAMES, "entity": 1}, "planning.data.gov.uk"),
        ({"code": CODES, "name": NAMES}, "not stated"),
        ({"GSS_CODE": CODES, "NAME": NAMES}, "not stated"),
        ({"id": ["E05000001N", *CODES[1:]], "name": NAMES}, "data.police.uk"),
    ],
)
def test_a_publisher_is_told_by_evidence(
    columns: dict[str, object], dialect: str, tmp_path: Path
) -> None:
    read = wards.read_wards(save(frame(**columns), tmp_path / "w.gpkg"))
    assert read.dialect == dialect
    assert read.wards["ward_code"].tolist() == CODES
    assert read.wards["ward"].tolist() == NAMES


def test_every_dialect_has_a_passport() -> None:
    kept = passports.read(store.SHIPPED)["publishers"]
    assert {dialect.name for dialect in wards.DIALECTS} <= set(kept)
    assert kept["not stated"]["publisher"] == "not stated"


def test_columns_that_are_named(tmp_path: Path) -> None:
    path = save(frame(x=CODES, y=NAMES, WD25CD=CODES[::-1]), tmp_path / "w.gpkg")
    read = wards.read_wards(path, code="X", name="y")
    assert (read.dialect, read.wards["ward_code"].tolist()) == ("not stated", CODES)
    assert read.wards["ward"].tolist() == NAMES
    with pytest.raises(SourceError, match="there is no column 'z'; found x, y, WD25CD"):
        wards.read_wards(path, code="z")


def test_boundary_line_has_many_layers_of_which_one_is_of_wards(tmp_path: Path) -> None:
    path = tmp_path / "bdline_gb.gpkg"
    layer = frame(Name=WITH_WARD, Census_Code=CODES, Area_Code="LBW")
    layer.to_file(path, layer="district_borough_unitary_ward")
    layer.iloc[:1].to_file(path, layer="district_borough_unitary")
    assert len(wards.read_wards(path).wards) == 3
    assert len(wards.read_wards(path, layer="District_Borough_Unitary").wards) == 1
    with pytest.raises(SourceError, match="there is no layer 'x'; found district_borough"):
        wards.read_wards(path, layer="x")


# --- odd files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [0, 0x57])
def test_a_dbf_of_windows_that_does_not_say_so(language: int, tmp_path: Path) -> None:
    layer = ons().assign(WD25NM=["King’s Café", "St Mary’s", "Town"])
    layer.to_file(tmp_path / "w.shp", encoding="cp1252")
    (tmp_path / "w.cpg").unlink()
    dbf = bytearray((tmp_path / "w.dbf").read_bytes())
    dbf[29] = language
    (tmp_path / "w.dbf").write_bytes(bytes(dbf))
    read = wards.read_wards(tmp_path / "w.shp")
    assert read.wards["ward"].tolist() == ["King’s Café", "St Mary’s", "Town"]


def test_a_cartesian_system_that_is_not_defined_is_no_crs(tmp_path: Path) -> None:
    nowhere = 'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1]]'
    path = save(ons().set_crs(nowhere, allow_override=True), tmp_path / "w.gpkg")
    with pytest.raises(SourceError, match="names no CRS"):
        wards.read_wards(path)
    assert wards.read_wards(path, crs="EPSG:27700").wards["ward_code"].tolist() == CODES


def test_topojson_is_of_degrees_if_it_can_be(tmp_path: Path) -> None:
    layer = ons().to_crs(WGS84)
    grid = topojson.Grid((1e-6, 1e-6), (-1, 51))
    cells = [
        [[[(round((x + 1) * 1e6), round((y - 51) * 1e6)) for x, y in shape.exterior.coords[:-1]]]]
        for shape in layer.geometry
    ]
    arcs, objects = topojson.share({"wards": cells})
    for row, shape in zip(layer.itertuples(), objects["wards"], strict=True):
        shape["properties"] = {"WD25CD": row.WD25CD, "WD25NM": row.WD25NM, "LAD25CD": row.LAD25CD}
    path = tmp_path / "wards.topojson"
    path.write_bytes(topojson.encode(objects, arcs, grid))
    found = wards.read_wards(path).wards
    assert list(found["ward_code"]) == CODES
    assert shapely.hausdorff_distance(found.geometry.array, SQUARES).max() < 3  # metres
    path.write_bytes(topojson.encode(objects, arcs, topojson.Grid((1, 1), (0, 0))))
    with pytest.raises(SourceError, match="names no CRS"):
        wards.read_wards(path)


def test_collections_that_repairs_leave_are_read_as_their_polygons(tmp_path: Path) -> None:
    stray = shapely.LineString([(530_000, 180_000), (530_001, 180_001)])
    mixed = [shapely.GeometryCollection([square, stray]) for square in SQUARES]
    path = save(ons().set_geometry(mixed, crs=BNG), tmp_path / "w.gpkg")
    read = wards.read_wards(path)
    assert shapely.equals(read.wards.geometry.to_numpy(), SQUARES).all()


def test_curves_are_read_as_the_lines_that_gdal_draws(tmp_path: Path) -> None:
    """A square of curves, as the bytes of a GeoPackage: GDAL writes none through Python."""
    path = save(ons(), tmp_path / "w.gpkg")
    curve = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5)  # CurvePolygon of an arc
    points = [(530_000, 180_000), (530_100, 180_100), (530_200, 180_000),
              (530_100, 179_900), (530_000, 180_000)]  # fmt: skip
    curve += b"".join(struct.pack("<dd", *point) for point in points)
    with sqlite3.connect(path) as base:
        (head,) = base.execute("select substr(geom, 1, 40) from w limit 1").fetchone()
        for (name,) in base.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'w'"
        ).fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update w set geom = ?", [head + curve])
        base.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
    base.close()
    areas = wards.read_wards(path).wards.geometry.area
    assert np.allclose(areas, np.pi * 100**2, rtol=0.01)


def test_a_geometry_column_of_another_name_is_read(tmp_path: Path) -> None:
    path = save(ons().rename_geometry("shape"), tmp_path / "wards.parquet")
    assert wards.read_wards(path).wards["ward"].tolist() == NAMES


def test_the_one_layer_with_geometry_is_taken_from_a_file_with_tables(tmp_path: Path) -> None:
    path = tmp_path / "wards.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"note": ["a table"]}), path, layer="a_note")
    ons().to_file(path, layer="wards")
    assert wards.read_wards(path).wards["ward_code"].tolist() == CODES


def test_a_file_with_several_layers_is_refused_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "wards.gpkg"
    ons().to_file(path, layer="wards")
    ons().to_file(path, layer="districts")
    with pytest.raises(SourceError, match="2 layers: wards, districts; say which"):
        wards.read_wards(path)


def test_a_file_with_a_table_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wards.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"WD25CD": CODES}), path)
    with pytest.raises(SourceError, match="a table but no geometry"):
        wards.read_wards(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".fgb", ".parquet"])
@pytest.mark.parametrize("missing", [9, 300])
def test_a_file_that_is_cut_short_is_refused(suffix: str, missing: int, tmp_path: Path) -> None:
    path = save(ons().to_crs(WGS84), tmp_path / f"wards{suffix}")
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(SourceError, match=rf"wards\{suffix}: "):
        wards.read_wards(path)


def test_parquet_with_a_geometry_that_is_none_is_refused(tmp_path: Path) -> None:
    path = save(ons(), tmp_path / "wards.parquet")
    table = pq.read_table(path)
    column = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(column, "geometry", pa.array([b"rubbish"] * 3)), path)
    with pytest.raises(SourceError, match="not a GeoParquet file"):
        wards.read_wards(path)


# --- CRS ---------------------------------------------------------------------------------------


def test_a_stated_crs_overrides_what_the_file_says(tmp_path: Path) -> None:
    path = save(ons().set_crs(WGS84, allow_override=True), tmp_path / "wards.parquet")
    assert shapely.equals(
        wards.read_wards(path, crs="EPSG:27700").wards.geometry.to_numpy(), SQUARES
    ).all()


@pytest.mark.parametrize("crs", ["nonsense", "EPSG:999999", ""])
def test_a_crs_that_does_not_exist_is_refused(crs: str, tmp_path: Path) -> None:
    path = save(ons(), tmp_path / "wards.parquet")
    with pytest.raises(SourceError, match=r"there is no CRS .*; expected one such as EPSG:27700"):
        wards.read_wards(path, crs=crs)


# --- geometry ----------------------------------------------------------------------------------


def with_geometry(geometry: shapely.Geometry | None) -> gpd.GeoDataFrame:
    shapes = SQUARES.copy()
    shapes[1] = geometry
    return ons().set_geometry(shapes, crs=BNG)


def not_finite(value: float) -> shapely.Polygon:
    """A square with one coordinate that is no number."""

    def spoil(xy: np.ndarray) -> np.ndarray:
        spoilt = xy.copy()
        spoilt[2, 1] = value
        return spoilt

    return shapely.transform(SQUARES[1], spoil)


BAD_GEOMETRIES: dict[str, Callable[[], shapely.Geometry | None]] = {
    "missing": lambda: None,
    "empty": lambda: shapely.Polygon(),
    "a point": lambda: SQUARES[1].centroid,
    "a line": lambda: SQUARES[1].boundary,
    "a collection of no polygons": lambda: shapely.GeometryCollection([SQUARES[1].centroid]),
    "NaN": lambda: not_finite(np.nan),
    "infinite": lambda: not_finite(np.inf),
}


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
@pytest.mark.parametrize("geometry", BAD_GEOMETRIES)
def test_a_ward_without_usable_geometry_is_named(
    geometry: str, suffix: str, tmp_path: Path
) -> None:
    path = save(with_geometry(BAD_GEOMETRIES[geometry]()), tmp_path / f"wards{suffix}")
    with pytest.raises(SourceError, match=r"1 wards have no usable geometry.*: E05000002;"):
        wards.read_wards(path)


# --- boroughs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["LAD25CD", "lad22cd", "GSS_CODE", "borough_code"])
def test_boroughs_are_read_in_their_dialects(column: str, tmp_path: Path) -> None:
    layer = frame(**{column: [ENFIELD, HARINGEY, "E07000240"], "NAME": "x"})
    read = wards.read_boroughs(save(layer, tmp_path / "boroughs.gpkg"))
    assert read["borough_code"].tolist() == [ENFIELD, HARINGEY]


def test_boroughs_in_degrees_with_a_geometry_of_another_name_are_read(tmp_path: Path) -> None:
    layer = frame(LAD25CD=[ENFIELD, HARINGEY, None]).to_crs(WGS84).rename_geometry("shape")
    read = wards.read_boroughs(save(layer, tmp_path / "boroughs.parquet"))
    assert read.crs.to_epsg() == 27700
    assert shapely.distance(read.geometry.to_numpy(), SQUARES[:2]).max() < 2.2


def test_a_layer_without_boroughs_is_refused(tmp_path: Path) -> None:
    path = save(frame(WD25CD=CODES), tmp_path / "wards.gpkg")
    with pytest.raises(SourceError, match="no column holds London borough codes"):
        wards.read_boroughs(path)


@pytest.mark.parametrize(("width", "placed"), [(160, 2), (140, 1), (300, 3)])
def test_a_ward_is_placed_where_half_of_it_lies_and_else_nowhere(width: int, placed: int) -> None:
    """A borough that reaches so many metres over three wards of 100 m each."""
    east, north = SQUARES[0].bounds[:2]
    borough = shapely.box(east, north, east + width, north + 100)
    west = gpd.GeoDataFrame({"borough_code": [ENFIELD]}, geometry=[borough], crs=BNG)
    codes = wards.place_in_boroughs(ons(), west)
    assert codes.notna().tolist() == [True] * placed + [False] * (3 - placed)
    assert set(codes.dropna()) == {ENFIELD}


# --- the official files ------------------------------------------------------------------------

OFFICIAL = {
    # file: dialect, edition, rows, wards whose borough is known
    "wards_2025_full_clipped.gpkg": ("ONS", "2025", 704, 704),
    "wards_2025_ons_bgc.geojson": ("ONS", "2025", 704, 704),
    "wards_2022_ons_bgc.geojson": ("ONS", "2022", 704, 704),
    "wards_2018_gla_full.gpkg": ("GLA", "2018", 657, 657),
    "police_neighbourhoods_2025-02.gpkg": ("data.police.uk", "2025-02", 679, 0),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_files_are_recognised(name: str, shared_data: Path) -> None:
    read = wards.read_wards(shared_data / name)
    known = int(read.wards["borough_code"].notna().sum())
    assert (read.dialect, read.edition, read.rows_read, known) == OFFICIAL[name]
    assert read.wards["ward_code"].str.fullmatch(r"E05\d{6}").all()
    assert read.wards["ward_code"].is_unique
