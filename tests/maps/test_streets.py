"""Streets below the areas of a picture: of few tiles, within their view, named apart, credited."""

from __future__ import annotations

import datetime as dt
import gzip
import math
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import shapely
import shapely.affinity

from bcumap.base import compact, plane
from bcumap.base.words import SOME_ONLY_NAMES
from bcumap.facts.places import (
    BORDERS,
    CLASSES,
    FAR,
    GROUND,
    ROADS,
    STREET_POINTS,
    Files,
    write_lines,
    write_tiles,
)
from bcumap.maps import files as pictures
from bcumap.maps import labels, looks, request, scene, streets, svg
from bcumap.maps.lettering import CAPITALS, font
from bcumap.maps.scene import Documents, Scene
from bcumap.maps.shapes import View
from bcumap.web.files import STATIC
from tests.maps.squares import SHAPES

TODAY = dt.date(2026, 11, 27)
EMBED_LIMIT, THE_REST, EMBED_WIDE = 60_000, 12_000, 720  # bytes, compressed; dots
DEPTFORD, HORNCHURCH = "E05013719", "E05013982"
# A tile in the western square of `squares`, and one around it.
EAST, NORTH = 532, 170
TILE, WIDE_TILE = f"2-{EAST}-{NORTH}", f"10-{EAST // 10 * 10}-{NORTH // 10 * 10}"
OSM = {
    "attribution": "© OpenStreetMap contributors.", "licence": "Open Database License v1.0",
    "url": "https://osm.example",
}  # fmt: skip
POLICE = {
    "attribution": "Contains data under the Open Government Licence v3.0.",
    "licence": "Open Government Licence v3.0", "url": "https://police.example",
}  # fmt: skip


def line(*points: tuple[int, int]) -> str:
    """Write a line of a tile, in metres from its corner."""
    return write_lines([points])


def write(path: Path, made: dict[str, Any]) -> None:
    path.write_bytes(write_tiles({name: compact.encode(each) for name, each in made.items()}))


@pytest.fixture
def drawn_by_hand(tmp_path: Path) -> Files:
    """A small tile with a main road, a lane, a railway, a park and a station; a wide one."""
    (tmp_path / "context").mkdir()
    road = [1, "High Street", line((0, 1000), (2000, 1000))]
    small = {"streets": [road, [4, "Mill Lane", line((500, 200), (500, 900))]]}
    ground = {
        "green": line((100, 100), (400, 100), (400, 400), (100, 100)),
        "rail": line((0, 0), (2000, 2000)),
        "labels": [[1, "Mill", 1200, 300]],
    }
    wide = {"streets": [[0, "Far Road", line((0, 0), (2250, 2250))]], "unit": 4}
    for name, made in ((ROADS, {TILE: small, WIDE_TILE: wide}), (GROUND, {TILE: ground})):
        write(tmp_path / name, made)
    return Files(tmp_path, {ROADS: OSM, GROUND: OSM})


def view(metres_across: float, wide: int = 768) -> View:
    """A square around the middle of the tile."""
    half = metres_across / 2
    (west, south), (east, north) = (
        plane.degrees(EAST * 1000 + 1000 + side, NORTH * 1000 + 1000 + side)
        for side in (-half, half)
    )
    return SHAPES.view((west, south, east, north), wide)


def test_streets_are_where_they_are_and_as_wide_as_their_class(drawn_by_hand: Files) -> None:
    seen = view(2000)
    shown = streets.of(drawn_by_hand, seen)
    assert shown is not None
    assert [(way.kind, way.name) for way in shown.ways] == [(1, "High Street"), (4, "Mill Lane")]
    (left, y), (right, _) = shown.ways[0].line
    assert (right - left) * seen.dot == pytest.approx(2000, abs=3)
    middle = ((left + right) / 2, y)
    assert middle == (pytest.approx(384, abs=1), pytest.approx(seen.high / 2, abs=1))
    assert shown.zoom == pytest.approx(math.log2(looks.METRES_A_PIXEL / seen.dot))
    assert (len(shown.green), len(shown.rail)) == (1, 1)
    widths = [looks.street_width(each, 15) for each in looks.STREET_WIDTHS]
    assert widths == [5, 4.5, 4, 3, 1.6]
    assert len(widths) == len(CLASSES)
    assert looks.street_width(4, 14) < 4 < looks.street_width(4, 16)


def test_what_is_not_in_view_is_not_drawn(drawn_by_hand: Files) -> None:
    """The middle 200 m hold the main road alone, which ends a little beyond the map."""
    shown = streets.of(drawn_by_hand, view(200))
    assert shown is not None
    assert [way.name for way in shown.ways] == ["High Street"]
    assert all(-4000 < x < 4800 for x, _ in shown.ways[0].line)
    assert shown.green == []


def test_from_far_away_there_are_none(drawn_by_hand: Files) -> None:
    for wide in (768, 1600):  # whatever its dots
        assert streets.of(drawn_by_hand, view(8_500, wide)) is not None
        assert streets.of(drawn_by_hand, view(9_200, wide)) is None


def test_a_view_takes_the_wide_tiles_where_the_small_ones_are_too_many(tmp_path: Path) -> None:
    (tmp_path / "context").mkdir()
    names = [f"2-{x}-{y}" for x in range(520, 540, 2) for y in range(160, 180, 2)]
    wide = ("10-520-160", "10-530-160", "10-520-170", "10-530-170")
    write(tmp_path / ROADS, {name: {} for name in (*names, *wide)})
    known = Files(tmp_path, {ROADS: OSM})
    near, far = streets.wanted(known, view(3_000)), streets.wanted(known, view(8_900))
    assert {name.split("-")[0] for name in near} == {"2"}
    assert 0 < len(near) <= streets.MOST_TILES
    assert set(far) == {"10-520-160", "10-530-160", "10-520-170", "10-530-170"}


def test_a_name_stands_along_its_line_and_reads_from_left_to_right() -> None:
    (x, y, angle), *_ = streets.along([(100.0, 50.0), (0.0, 50.0)], 60)
    assert (x, y) == (50, 50)
    assert abs(angle) < 0.001
    assert [*streets.along([(0.0, 0.0), (50.0, 0.0)], 60)] == []  # too short
    assert [*streets.along([(0.0, 0.0), (40.0, 0.0), (40.0, 40.0)], 60)] == []  # too crooked
    places = [x for x, _, _ in streets.along([(0.0, 0.0), (400.0, 0.0)], 60)]
    assert places == [200, 100, 300]


def test_no_name_lies_on_another(documents: Documents) -> None:
    shown = picture(documents, area=DEPTFORD)
    assert shown.streets is not None
    room = labels.Room(shown.view.wide, shown.view.high)
    names = [*labels.of_streets(shown.streets, room, svg.POINT)]
    boxes = []
    for name in names:
        size = name.how.size * svg.POINT
        box = shapely.box(0, -CAPITALS * size, font(name.how.weight).wide(name.words) * size, 0)
        turned = shapely.affinity.rotate(box, name.angle, origin=(0, 0))
        boxes.append(shapely.affinity.translate(turned, *name.at))
    assert len(names) > 60
    assert sum(name.angle != 0 for name in names) > 40
    assert len(shapely.STRtree(boxes).query(boxes, "intersects")[0]) == len(boxes)  # with itself
    whole = shapely.box(0, 0, shown.view.wide, shown.view.high)
    assert shapely.contains(whole, boxes).all()


def test_room_is_taken_once() -> None:
    room = labels.Room(200, 100)
    assert room.has((10, 10, 80, 20))
    room.take((10, 10, 80, 20))
    assert not room.has((70, 15, 90, 30))
    assert not room.has((100, 10, 120, 20), (5, 5, 11, 11))  # one of a name's boxes is enough
    assert room.has((81, 10, 120, 20))
    assert not room.has((150, 10, 201, 20))  # not as a whole on the map


# --- of London -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents() -> Documents:
    return pictures.known()


def picture(documents: Documents, wide: int = scene.WIDE, **asked: Any) -> Scene:
    given = {"kind": "areas", "level": "wards", "streets": "1"} | asked
    return scene.scene(request.read(given, documents.atlas, today=TODAY), documents, wide=wide)


def said(shown: Scene, words: str) -> Sequence[str]:
    return [note for note in shown.notes if words in note]


def test_a_ward_s_picture_has_its_streets_and_credits_each_licence_by_itself(
    documents: Documents,
) -> None:
    shown = picture(documents, area=DEPTFORD)
    assert shown.streets is not None
    names = {way.name for way in shown.streets.ways}
    assert {"Deptford High Street", "Evelyn Street", "New Cross Road"} <= names
    (osm,) = said(shown, "OpenStreetMap")
    assert "Open Database License v1.0" in osm
    assert "Open Government Licence" not in osm
    assert len(said(shown, "data.police.uk")) == 1
    assert ("ward-line", "Ward") in shown.legend
    drawing = svg.document(shown)
    looked = ("green", "water", "edge", "local", "main", "rail", "place")
    assert all(f'class="street-{name}"' in drawing for name in looked)
    assert f'<g fill-opacity="{looks.OVER_STREETS}">' in drawing


def test_where_lines_are_missing_names_stand_at_their_points(documents: Documents) -> None:
    shown = picture(documents, area=HORNCHURCH)
    assert said(shown, SOME_ONLY_NAMES)
    assert said(shown, "data.police.uk")
    assert shown.streets is not None
    assert shown.streets.zoom > looks.POINTS_NAMED_FROM
    drawing = svg.document(shown)
    few = svg.document(picture(documents, area=HORNCHURCH, streets=""))
    assert drawing.count('class="words"') > few.count('class="words"') + 40


def test_only_who_asks_has_streets(documents: Documents) -> None:
    shown = picture(documents, area=DEPTFORD, streets="0")
    assert shown.streets is None
    assert not said(shown, "OpenStreetMap")
    assert "street-" not in svg.document(shown)


def test_all_of_london_has_none_and_says_from_where_on(documents: Documents) -> None:
    shown = picture(documents)
    assert shown.streets is None
    assert streets.TOO_FAR in shown.notes
    units = picture(documents, kind="history", level="", area=DEPTFORD)
    assert units.streets is not None  # every kind of map has them


@pytest.mark.parametrize("step", [70, pytest.param(4, marks=pytest.mark.nightly)])
def test_the_map_of_a_ward_to_embed_is_small(step: int, documents: Documents) -> None:
    for code in sorted(documents.atlas.levels["wards"])[::step]:
        drawing = svg.fragment(picture(documents, EMBED_WIDE, area=code))
        assert len(gzip.compress(drawing.encode(), 6)) < EMBED_LIMIT - THE_REST, code


# --- one source ----------------------------------------------------------------------------------


def test_page_and_picture_have_their_looks_from_one_place() -> None:
    script = (STATIC / "streets.js").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-f]{3,8}\b", script)
    areas = (STATIC / "areas.js").read_text(encoding="utf-8")
    assert f"const STREETS_FROM = {looks.STREETS_FROM:g};" in areas
    told = looks.streets()
    used = set(re.findall(r"(?:this\.)?rules\.(\w+)", script)) - {"light", "dark"}
    assert used <= told.keys()
    assert looks.street_css() in (STATIC / "first.css").read_text(encoding="utf-8")


def test_the_page_is_told_of_tiles_credit_and_looks(drawn_by_hand: Files) -> None:
    told = streets.index(drawn_by_hand)
    assert set(told["tiles"]) == {TILE, WIDE_TILE}
    assert told["credit"] == "© OpenStreetMap contributors."
    assert (told["most"], told["look"], told["lacks"], told["far"]) == (
        streets.MOST_TILES, looks.streets(), SOME_ONLY_NAMES, FAR,
    )  # fmt: skip
    assert told["off"] == ""


def test_how_far_a_boundary_may_be_off_is_what_its_passport_says(tmp_path: Path) -> None:
    known = Files(tmp_path, {BORDERS: {"max_error_m": 3.0}})
    assert streets.index(known)["off"] == "A boundary may be up to 3 m off here."
    assert known.tiles == ()  # there is no street to draw


def test_a_line_of_a_coarse_tile_is_as_long_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "context").mkdir()
    coarse = {"streets": [[0, "Far Road", line((250, 250), (750, 250))]], "unit": 4}
    places = product(range(-4, 6, 2), repeat=2)  # too many for a view
    small = {f"2-{EAST + x}-{NORTH + y}": {} for x, y in places}
    write(tmp_path / ROADS, {WIDE_TILE: coarse, **small})
    seen = view(8_500)
    shown = streets.of(Files(tmp_path, {ROADS: OSM}), seen)
    assert shown is not None
    (left, _), (right, _) = shown.ways[0].line
    assert (right - left) * seen.dot == pytest.approx(2000, abs=20)


def test_whose_files_are_is_said_with_the_licence_once() -> None:
    known = Files(Path(), {ROADS: OSM, GROUND: OSM, STREET_POINTS: POLICE})
    assert known.credits([ROADS, GROUND, STREET_POINTS]) == [
        "Streets and places: © OpenStreetMap contributors. Open Database License v1.0."
        " https://osm.example",
        "Streets and places: Contains data under the Open Government Licence v3.0."
        " https://police.example",
    ]
