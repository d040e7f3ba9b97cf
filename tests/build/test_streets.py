"""Streets and places of publishers' files, on small files drawn by hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import LineString

from bcumap.base.errors import DataError, SourceError
from bcumap.build import context, places, streets, tiles
from bcumap.facts.places import (
    STREET_LINES,
    Files,
    Table,
    Tiles,
    read_lines,
    read_streets,
    street_key,
    unpacked,
    write_lines,
    write_tiles,
)

# A street from one ward into the next, one along their boundary, and one in the west alone.
E, N = 530_000, 180_000
LINES = {
    "Cross Rd": LineString([(E - 300, N + 100), (E + 100, N + 100)]),
    "Border Street": LineString([(E + 1, N + 200), (E + 1, N + 600)]),
    "Queen'S Road": LineString([(E - 500, N + 700), (E - 200, N + 700)]),
}
OPEN_ROADS = {
    "road_classification": ["A Road", "Unclassified", "B Road"],
    "road_function": ["A Road", "Local Road", "B Road"],
    "trunk_road": [False, False, False],
}

PLACES = st.tuples(st.integers(0, 300), st.integers(0, 300))


@pytest.fixture
def wards() -> context.Ground:
    """Two squares of a kilometre beside each other, west and east of 530 km."""
    west, east = shapely.box(E - 1000, N, E, N + 1000), shapely.box(E, N, E + 1000, N + 1000)
    polygons = np.array([west, east])
    return context.Ground(
        ["E05000001", "E05000002"],
        polygons,
        shapely.union_all(polygons),
        lambda p: ["SE8"] * len(p),
    )


def open_roads(
    path: Path, *, layer: str = "road_link", crs: str = "EPSG:27700", east: float = 0
) -> Path:
    """Write a file as OS Open Roads is: its layer, and those of its columns that are read."""
    shapes = [
        shapely.transform(line, lambda xy: xy + np.array([east, 0])) for line in LINES.values()
    ]
    frame = gpd.GeoDataFrame(
        {"name_1": list(LINES), **OPEN_ROADS}, geometry=shapes, crs="EPSG:27700"
    )
    frame.to_crs(crs).to_file(path, layer=layer)
    return path


def test_open_roads_become_streets_in_their_wards(tmp_path: Path, wards: context.Ground) -> None:
    made = context.make([open_roads(tmp_path / "roads.gpkg")], [], wards)
    (tmp_path / "table").write_bytes(made[STREET_LINES].content)
    table = Table(STREET_LINES, unpacked(tmp_path / "table"))
    (crossing,) = table.exact("cross road")
    assert crossing.name == "Cross Road"
    assert [(each.code, each.metres) for each in crossing.wards] == [
        ("E05000001", 300), ("E05000002", 100),
    ]  # fmt: skip
    (border,) = table.exact("border street")
    assert {each.code: each.along_m for each in border.wards} == {
        "E05000001": 400,
        "E05000002": 400,
    }
    (queens,) = table.exact("queens road")
    assert (queens.name, queens.district) == ("Queen's Road", "SE8")
    assert [each.code for each in queens.wards] == ["E05000001"]
    assert made[STREET_LINES].origin == streets.OPEN_ROADS


@pytest.fixture
def atlas(tmp_path: Path, wards: context.Ground) -> Files:
    """The tiles of the three streets."""
    made = context.make([open_roads(tmp_path / "roads.gpkg")], [], wards)
    (tmp_path / "context").mkdir()
    context.put(made, tmp_path)
    return Files(tmp_path, {name: {"attribution": "OS"} for name in made})


def streets_of(tile: bytes | None) -> dict[str, list[list[tuple[float, float]]]]:
    found: dict[str, list[list[tuple[float, float]]]] = {}
    for _, name, line in read_streets(json.loads(tile or b"")):
        found.setdefault(name, []).append(line)
    return found


def test_a_tile_holds_the_lines_in_whole_metres(atlas: Files) -> None:
    tile = atlas.tile("2-530-180")
    assert streets_of(tile)["Cross Road"] == [[(0, 100), (100, 100)]]
    assert streets_of(tile)["Border Street"] == [[(1, 200), (1, 600)]]
    assert np.allclose(json.loads(tile or b"")["corners"][0], (51.5035, -0.1284), atol=0.001)


def test_from_further_away_local_streets_have_no_names(atlas: Files) -> None:
    assert set(streets_of(atlas.tile("2-530-180-far"))) == {"Cross Road", ""}
    assert set(streets_of(atlas.tile("10-530-180"))) == {"Cross Road"}


@pytest.mark.parametrize(
    "name", ["2-530-181", "../sources", "10-530-180-far", "2-530-180-far-far", "-far", "roads", ""]
)
def test_there_is_no_other_tile(name: str, atlas: Files) -> None:
    assert "2-530-180-far" in atlas.served
    assert atlas.tile(name) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer": "rivers"}, "found the layers rivers; expected road_link"),
        ({"crs": "EPSG:3857"}, "its CRS is EPSG:3857; OS Open Roads is in EPSG:27700"),
        ({"east": -200_000}, "nothing in it lies in London"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    path = open_roads(tmp_path / "roads.gpkg", **change)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=words):
        streets.read(path)


def test_half_a_download_is_told_in_one_line(tmp_path: Path) -> None:
    path = open_roads(tmp_path / "roads.gpkg")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(SourceError, match="cannot be read"):
        streets.read(path)


def test_the_zip_that_is_published_is_read_as_it_comes(tmp_path: Path) -> None:
    path = open_roads(tmp_path / "oproad_gb.gpkg")
    with zipfile.ZipFile(tmp_path / "oproad_gpkg_gb.zip", "w") as packed:
        packed.write(path, "Data/oproad_gb.gpkg")
        packed.writestr("Doc/licence.txt", "OGL")
    drawn = streets.read(tmp_path / "oproad_gpkg_gb.zip")
    assert drawn.roads is not None
    assert len(drawn.roads) == len(LINES)


def test_an_openstreetmap_extract_is_read(tmp_path: Path) -> None:
    path = tmp_path / "london-250101.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate([(-0.1, 51.5), (-0.09, 51.5), (-0.1, 51.51)], 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat)))
        tags = {"highway": "residential", "name": "Evelyn St"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=tags))
        writer.add_way(osmium.osm.mutable.Way(id=2, nodes=[1, 3], tags={"highway": "footway"}))
        writer.add_way(osmium.osm.mutable.Way(id=3, nodes=[2, 3], tags={"railway": "rail"}))
    drawn = streets.read(path)
    assert drawn.roads is not None
    assert drawn.rail is not None
    assert drawn.roads["name"].tolist() == ["Evelyn Street"]
    assert (drawn.origin, drawn.edition, len(drawn.rail)) == (streets.OSM_EXTRACT, "2025-01-01", 1)


@given(
    st.lists(PLACES, min_size=2, max_size=6, unique=True),
    st.lists(PLACES, min_size=2, max_size=5, unique=True),
)
def test_a_street_names_each_ward_that_it_lies_in_and_each_edge_along_which_it_runs(
    middles: list[tuple[int, int]], points: list[tuple[int, int]]
) -> None:
    """Against points on the line, a tenth of a metre from each other, and their wards' edges."""
    polygons = np.array([
        shapely.intersection(cell, shapely.box(0, 0, 300, 300))
        for cell in shapely.voronoi_polygons(
            shapely.multipoints(middles), extend_to=shapely.box(0, 0, 300, 300)
        ).geoms
    ])  # fmt: skip
    edges = streets.Edges([f"E0500000{place}" for place in range(len(polygons))], polygons)
    line = LineString(points)
    assume(line.is_simple)
    (found,) = streets.lie_in(np.array([line]), edges)
    steps = shapely.line_interpolate_point(line, np.arange(0.05, line.length, 0.1))
    slack = 2.0  # metres are whole, and points on the line a tenth apart
    for code, polygon in zip(edges.codes, polygons, strict=True):
        away = shapely.distance(steps, shapely.boundary(polygon))
        within = shapely.intersects(polygon, steps)
        deep = 0.1 * (within & (away > edges.near_m)).sum()
        near = 0.1 * (away <= edges.near_m).sum()
        metres, along = found.get(code, (0, 0))
        if deep > edges.least_m + slack:
            assert abs(metres - 0.1 * within.sum()) <= slack
        if near > edges.along_m + slack:
            assert abs(along - near) <= slack
        if deep < edges.least_m - slack and near < min(edges.along_m, 0.9 * line.length) - slack:
            assert code not in found


def test_streets_of_two_publishers_are_refused() -> None:
    nothing = gpd.GeoDataFrame(geometry=[], crs="EPSG:27700")
    both = [streets.Drawn(name, roads=nothing) for name in (streets.OSM_TILES, streets.OPEN_ROADS)]
    with pytest.raises(SourceError, match="one publisher"):
        streets.together(both)


@pytest.mark.parametrize(
    ("written", "proper"),
    [
        ("Queen'S Road", "Queen's Road"),
        ("St John'S  Gdns", "St John's Gardens"),
        ("Evelyn St", "Evelyn Street"),
        ("St Stephen's", "St Stephen's"),
        (None, ""),
    ],
)
def test_names_are_put_right(written: str | None, proper: str) -> None:
    assert streets.tidy(written) == proper


def test_names_at_points_leave_out_what_is_no_street(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    names = ["Supermarket", "Park/Open Space", "A2", "Queen'S Road", "Parking Area"]
    rows = [f"-0.1,51.5,On or near {name},E01000001,4" for name in names]
    path.write_text("\n".join(["lon,lat,location,lsoa,months", *rows]))
    assert places.read(path).points["name"].tolist() == ["Queen's Road"]


def test_lines_are_read_as_they_were_written() -> None:
    lines = [[(5, -7), (1905, -7), (5, 24)], [(5, 24), (21, 8), (21, 8)], [(0, 0)]]
    text = write_lines(lines)
    assert text.count(" ") == 2
    assert read_lines(text) == lines
    assert read_lines(text, 4)[0] == [(20, -28), (7620, -28), (20, 96)]
    assert read_lines("") == []


def test_tiles_of_a_square_are_packed_together_and_each_is_found(tmp_path: Path) -> None:
    content = {
        "2-538-178": b'{"a":"one two"}', "2-538-178-far": b"{}", "2-540-178": b"[]",
        "10-530-170": b'{"b":2}',
    }  # fmt: skip
    path = tmp_path / "tiles.zip"
    path.write_bytes(write_tiles(content))
    assert zipfile.ZipFile(path).namelist() == ["names.txt", "10-530-170.txt", "10-540-170.txt"]
    packed = Tiles(path)
    assert dict(packed) == content
    assert "2-538-176" not in packed
    assert path.read_bytes() == write_tiles(dict(reversed(content.items())))


def test_a_damaged_file_of_tiles_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "tiles.zip"
    path.write_bytes(write_tiles({"2-538-178": b"{}" * 500}))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(DataError, match=r"tiles\.zip: cannot be opened"):
        Tiles(path)
    middle = whole.index(b"10-530-170.txt") + 40
    path.write_bytes(whole[:middle] + b"??????" + whole[middle + 6 :])
    with pytest.raises(DataError, match=r"tiles\.zip: 10-530-170\.txt cannot be read"):
        Tiles(path)["2-538-178"]


def test_a_line_is_followed_by_the_nearest_one() -> None:
    """The second begins where the third ends, so it comes last; what is a point is left out."""
    lines = [[(9, 9), (9, 50)], [(90, 90), (60, 60)], [(61, 60), (9, 51)], [(7, 7), (7.2, 7)]]
    text = tiles.written([LineString(each) for each in lines], shapely.box(0, 0, 100, 100))
    assert read_lines(text) == [[*lines[0]], lines[2][::-1], lines[1][::-1]]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Deptford High St.", "deptford high street"),
        ("St Johns Rd", "st johns road"),
        ("Strand", "strand"),
    ],
)
def test_streets_are_sorted_by_what_people_mean(typed: str, key: str) -> None:
    assert street_key(typed) == key
