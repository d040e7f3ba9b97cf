"""Every bad input ends with exit code 2, one clear line, and nothing changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.schema import BNG, WGS84
from bcumap.facts import store
from bcumap.geo import projection
from tests.commands import Outcome, everything, run_here
from tests.small import CITY_WARDS, MET_WARDS, Small

Layer = gpd.GeoDataFrame
Refused = Callable[..., str]
# Of the ward in row 60; and the row of a ward that other wards are all around.
CODE, INNER = "E05009382", 25


@pytest.fixture(autouse=True)
def _small(small_london: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build on a small London: what is wrong with a file does not depend on the size."""
    monkeypatch.setenv("BCUMAP_DATA", str(small_london.built))


@pytest.fixture(scope="module")
def layer(small_london: Small) -> Layer:
    """The wards of a small London as the ONS would name their columns; not to be changed."""
    return gpd.read_parquet(small_london.layer)


@pytest.fixture(scope="module")
def out(small_london: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good data, in a folder of its own, that no bad input may change."""
    return Path(shutil.copytree(small_london.built, tmp_path_factory.mktemp("out") / "geodata"))


@pytest.fixture
def outcome(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Build from a file, and see that the output and all around it stays as it was."""

    def build(wards: Path, *options: str) -> Outcome:
        before = everything(out.parent)
        words = ("build", "--wards", wards, "--out", out, *options)
        ended = run_here(*words, monkeypatch=monkeypatch, capsys=capsys)
        assert everything(out.parent) == before
        return ended

    return build


@pytest.fixture
def refused(outcome: Callable[..., Outcome]) -> Refused:
    """The one line with which a file is refused."""

    def build(wards: Path, *options: str) -> str:
        ended = outcome(wards, *options)
        assert ended.code == 2
        assert ended.out == ""
        assert ended.line.startswith("bcumap: ")
        return ended.line

    return build


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def to(layer: Layer, name: str = "wards.parquet") -> Path:
        path = tmp_path / name
        layer.to_parquet(path) if path.suffix == ".parquet" else layer.to_file(path)
        return path

    return to


def put(layer: Layer, column: str, row: int, value: Any) -> Layer:
    """A copy with another value in one place."""
    values = layer[column].to_numpy(dtype=object).copy()
    values[row] = value
    if column == "geometry":
        return layer.set_geometry(values, crs=layer.crs)
    return layer.assign(**{column: pd.Series(values, index=layer.index)})


def in_metres(layer: Layer) -> Layer:
    return layer.set_geometry(projection.to_bng(layer.geometry.to_numpy()), crs=BNG)


# --- not a vector file -------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
NOT_VECTOR = {
    "text.gpkg": b"These are not the wards you are looking for.\n",
    "rubbish.geojson": b'{"type": "FeatureCollection", "features": [{"type":',
    "binary.geojson": bytes(range(256)) * 10,
    "another.json": b'{"wards": 704}',
    "picture.png": PNG,
    "picture.gpkg": PNG,
    "picture.shp": PNG,
    "picture.parquet": PNG,
    "picture.fgb": PNG,
    "picture.zip": PNG,
    "empty.gpkg": b"",
    "empty.geojson": b"",
    "empty.parquet": b"",
    "empty.shp": b"",
    "drawing.kml": b"<kml/>",
    "no_suffix": b"",
}


@pytest.mark.parametrize("name", NOT_VECTOR)
def test_not_a_vector_file(name: str, refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(NOT_VECTOR[name])
    line = refused(path)
    assert name in line
    assert "not a vector file" in line or "not a GeoParquet file" in line
    assert "expected" in line


def test_a_csv_without_geometry_under_the_name_of_parquet(
    refused: Refused, tmp_path: Path, layer: Layer
) -> None:
    path = tmp_path / "table.parquet"
    pd.DataFrame(layer.drop(columns="geometry")).to_parquet(path)
    assert "not a GeoParquet file (Missing geo metadata" in refused(path)


def test_a_folder_instead_of_a_file(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "wards.gpkg").mkdir()
    assert "wards.gpkg: there is no such file" in refused(tmp_path / "wards.gpkg")


def test_a_file_that_does_not_exist(refused: Refused, tmp_path: Path) -> None:
    assert "missing.gpkg: there is no such file" in refused(tmp_path / "missing.gpkg")


def test_a_layer_without_rows(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "none.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert "the layer has no rows; expected one row per ward" in refused(path)


# --- CRS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wards.parquet", "wards.shp"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_crs(name: str, refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    path = save(layer.set_crs(None, allow_override=True), name)
    assert "the file names no CRS" in refused(path)


def test_metres_that_claim_to_be_degrees(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    path = save(in_metres(layer).set_crs(WGS84, allow_override=True))
    line = refused(path)
    assert "not on the British National Grid when read as WGS 84" in line
    assert "the file's CRS is wrong" in line


def test_degrees_that_claim_to_be_metres(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    path = save(layer.set_crs(BNG, allow_override=True))
    assert "the file's CRS does not fit its coordinates" in refused(path)


def test_metres_of_another_grid(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    """The Irish grid puts London's numbers into the Midlands."""
    path = save(in_metres(layer).set_crs("EPSG:29903", allow_override=True))
    line = refused(path)
    assert "expected within 502,500, 154,500, 563,000, 202,000" in line


def test_latitude_first(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    shapes = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path = save(layer.set_geometry(shapes, crs=WGS84))
    assert "the file's CRS is wrong" in refused(path)


@pytest.mark.parametrize("crs", ["nonsense", "EPSG:999999", "27700.5", ""])
def test_a_stated_crs_that_does_not_exist(
    crs: str, refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer), "--crs", crs)
    assert f"there is no CRS {crs!r}; expected one such as EPSG:27700" in line


def test_a_stated_crs_that_is_wrong(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer), "--crs", "EPSG:27700")
    assert "the file's CRS does not fit its coordinates" in line


# --- columns and codes -------------------------------------------------------------------------


def test_no_ward_code_column(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    """Its name in two lines, and the message still in one."""
    line = refused(save(layer.rename(columns={"WD25CD": "ward\nnumber"})))
    assert "no column holds ward codes (E05…); found ward number, WD25NM" in line
    assert "expected WD25CD" in line


def test_a_ward_code_column_that_holds_something_else(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    path = save(layer.assign(WD25CD=range(len(layer))))
    assert "no column holds ward codes" in refused(path)


def test_a_ward_without_a_code(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    line = refused(save(put(layer, "WD25CD", 60, None)))
    assert "1 ward codes are not of the form E05 and six figures" in line


def test_duplicate_codes(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    line = refused(save(put(layer, "WD25CD", 61, layer["WD25CD"][60])))
    assert f"1 ward codes stand in more than one row: {CODE}" in line


def test_codes_that_are_duplicates_without_the_police_s_n(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(put(layer, "WD25CD", 61, layer["WD25CD"][60] + "N")))
    assert f"1 ward codes stand in more than one row: {CODE}" in line


# --- boroughs and numbers ----------------------------------------------------------------------


def test_a_borough_missing(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    line = refused(save(layer[layer["LAD25CD"] != "E09000007"]))
    assert "no ward of Camden; expected all 4 boroughs" in line


def test_wards_of_an_unknown_borough(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(put(layer, "LAD25CD", 60, "E09000099")))
    assert f"wards of an unknown borough: {CODE} in E09000099" in line


def test_no_london_borough_at_all(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer.assign(LAD25CD="E08000001")))
    assert "no row has a London borough code" in line


def test_too_few_wards(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    line = refused(save(layer.drop(index=[80, 81])))
    assert f"{MET_WARDS - 2} Met wards; expected {MET_WARDS} in the 2025 edition" in line


def test_too_few_wards_of_all_london(
    refused: Refused,
    save: Callable[..., Path],
    ward_layer: Layer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BCUMAP_DATA")
    line = refused(save(ward_layer.drop(index=[400, 401])))
    assert "677 Met wards; expected 679 in the 2025 edition" in line


def test_another_edition_than_stated(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer), "--edition", "2018")
    assert f"{MET_WARDS} Met wards; expected 75 in the 2018 edition" in line


def test_an_edition_that_is_no_date(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    assert "'banana' is no year or month" in refused(save(layer), "--edition", "banana")


def test_half_of_the_city(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    line = refused(save(layer.drop(index=range(12))))
    assert "13 wards of the City of London; expected 25, or none at all" in line


# --- geometry ----------------------------------------------------------------------------------


def no_number(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape with NaN for one of its vertices."""
    return shapely.transform(
        shape, lambda xy: np.where(np.arange(len(xy))[:, None] == 3, np.nan, xy)
    )


BAD_SHAPES: dict[str, Callable[[shapely.Geometry], shapely.Geometry | None]] = {
    "empty": lambda _: shapely.Polygon(),
    "null": lambda _: None,
    "NaN": no_number,
    "a point": lambda shape: shape.centroid,
    "a line": lambda shape: shape.boundary,
}


@pytest.mark.parametrize("name", ["wards.parquet", "wards.gpkg"])
@pytest.mark.parametrize("what", BAD_SHAPES)
def test_empty_or_nan_geometry(
    what: str, name: str, refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    shape = BAD_SHAPES[what](layer.geometry[60])
    line = refused(save(put(layer, "geometry", 60, shape), name))
    assert "1 wards have no usable geometry (missing, empty, NaN or not a polygon)" in line
    assert CODE in line


def test_nan_in_the_text_of_a_geojson_file(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    path = save(layer[:30], "wards.geojson")
    text = path.read_text(encoding="utf-8")
    start = text.index("[", text.index('"coordinates"') + 20)
    corner = text[start : text.index("]", start) + 1].lstrip("[ ")
    path.write_text(text.replace(corner, "NaN, NaN ]", 1), encoding="utf-8")
    assert "wards.geojson" in refused(path)


def test_points_instead_of_polygons(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    path = save(layer.set_geometry(layer.representative_point()))
    assert f"{MET_WARDS + CITY_WARDS} wards have no usable geometry" in refused(path)


def test_a_coverage_too_broken_to_repair(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    """One ward lies 2 km to the east of where it should."""
    layer = in_metres(layer)
    moved = shapely.transform(layer.geometry[70], lambda xy: xy + np.array([2000.0, 0.0]))
    line = refused(save(put(layer, "geometry", 70, moved)))
    assert "the file overlaps or gapes too much to trust" in line
    assert "at most 25 m and 1% are allowed" in line


def test_one_ward_drawn_twice_and_its_neighbour_not_at_all(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    refused(save(put(layer, "geometry", 60, layer.geometry[61])))


def test_a_ward_that_is_flat(refused: Refused, save: Callable[..., Path], layer: Layer) -> None:
    east, south = layer.geometry[60].bounds[:2]
    flat = shapely.Polygon([(east, south), (east + 0.001, south), (east + 0.002, south)])
    refused(save(put(layer, "geometry", 60, flat)))


def test_a_ward_that_is_missing_although_its_number_is_right(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer.drop(index=INNER)), "--met-wards", str(MET_WARDS - 1))
    assert "the wards leave 1 holes" in line
    assert "parts of London are missing" in line


# --- the other files ---------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--thames", "--boroughs", "--population"])
def test_another_file_that_does_not_exist(
    option: str, refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer), option, "missing.gpkg")
    assert option in line
    assert "missing.gpkg" in line


def test_a_population_file_that_is_something_else(
    refused: Refused, save: Callable[..., Path], layer: Layer
) -> None:
    line = refused(save(layer), "--population", str(store.SHIPPED / "bcus.csv"))
    assert "not a table of ward populations" in line


def test_a_river_that_is_something_else(
    refused: Refused, save: Callable[..., Path], layer: Layer, tmp_path: Path
) -> None:
    path = tmp_path / "thames.gpkg"
    path.write_bytes(PNG)
    assert "not a vector file" in refused(save(layer), "--thames", str(path))


def test_a_river_of_another_country(
    refused: Refused, small_london: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is seen only when all is built, so a small London is."""
    monkeypatch.setenv("BCUMAP_DATA", str(small_london.known))
    river = tmp_path / "rhine.gpkg"
    rhine = gpd.GeoDataFrame(geometry=[shapely.box(370_000, 400_000, 371_000, 410_000)], crs=BNG)
    rhine.to_file(river)
    line = refused(small_london.layer, "--thames", str(river))
    assert "the Thames lies between the wards: it touches no ward" in line


def test_data_without_the_tables_of_facts(
    refused: Refused,
    save: Callable[..., Path],
    layer: Layer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BCUMAP_DATA", str(tmp_path))
    assert "bcus.csv: cannot be read" in refused(save(layer))


def test_boroughs_that_nobody_knows(
    refused: Refused,
    save: Callable[..., Path],
    layer: Layer,
    data_copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wards without a borough column, and no borough layer to place them in."""
    for name in ("wards.parquet", "boroughs.parquet"):
        (data_copy / name).unlink()
    monkeypatch.setenv("BCUMAP_DATA", str(data_copy))
    line = refused(save(layer.drop(columns=["LAD25CD", "LAD25NM"])))
    assert "give one with --boroughs FILE" in line
