"""Scenes as SVG: colours where they belong, text that stays text, names apart, small and light."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from bcumap.maps import files as pictures
from bcumap.maps import looks, request, scene, svg
from bcumap.maps.scene import Documents, Mark, Name, Scene
from bcumap.web.files import STATIC
from tests.maps.squares import FRAME, SCENE, SHAPES

CSS = (STATIC / "page.css").read_text(encoding="utf-8")
HOSTILE = "</title><script>alert(1)</script> $x_2$ & <b> \u202e漢"


@pytest.fixture(scope="module")
def documents() -> Documents:
    return pictures.known()


def drawn(shown: Scene) -> ET.Element:
    return ET.fromstring(svg.document(shown))  # noqa: S314


def lines(shown: Scene) -> int:
    """How many lines of text a picture has beside those of the squares alone."""
    return svg.document(shown).count('class="words"') - svg.document(SCENE).count('class="words"')


def at(column: int, row: int) -> tuple[float, float]:
    """A place in percent of the map, from its upper left corner."""
    return column / 100 * SCENE.view.wide, row / 100 * SCENE.view.high


def test_areas_have_the_colour_of_their_class() -> None:
    shades = re.findall(r'class="(shade-\d)" fill="(#\w+)"', svg.fragment(SCENE))
    assert shades == [(name, looks.LOOKS[name].fill) for name in ("shade-0", "shade-4")]


def test_colours_are_those_of_the_page() -> None:
    assert looks.css() in CSS
    rules = CSS.replace(looks.css(), "")
    for each in (*looks.TINTS.values(), *looks.SIGNS.values()):
        colour = each.colour if isinstance(each, looks.Tint) else each.fill
        assert colour not in rules
    used = set(re.findall(r"var\(--((?:tint|sign)-[\w-]+)\)", rules))
    assert used <= set(re.findall(r"--((?:tint|sign)-[\w-]+):", looks.css()))
    assert looks.mixed("#ffffff", 0.5, "#000000") == "#808080"
    assert {sign.shape for sign in looks.SIGNS.values()} == looks.OUTLINES.keys()


def test_areas_of_one_look_are_drawn_without_the_border_within_them() -> None:
    same = [replace(shape, looks=("shade-1",)) for shape in SCENE.shapes[:2]]
    (path,) = re.findall(
        r'class="shade-1"[^>]* d="([^"]*)"', svg.fragment(replace(SCENE, shapes=same))
    )
    assert path.count("M") == path.count("z") == 1
    both = re.findall(r'class="area-line"[^>]* d="([^"]*)"', svg.fragment(SCENE))
    assert len(both) == 1


def test_a_picture_says_what_it_is_and_whose() -> None:
    drawing = drawn(SCENE)
    names = [element.tag.rpartition("}")[2] for element in drawing]
    assert names[:2] == ["title", "desc"]
    assert drawing.attrib["role"] == "img"
    words = "".join(drawing.itertext())
    assert "Two squares" in words
    assert "A source." in words


def test_the_same_scene_is_the_same_text() -> None:
    assert svg.document(SCENE) == svg.document(SCENE)


def test_text_of_strangers_stays_text() -> None:
    names = [Name(at(25, 50), HOSTILE, HOSTILE)]
    drawing = drawn(
        replace(
            SCENE,
            title=HOSTILE,
            subtitle=HOSTILE,
            caution=HOSTILE,
            names=names,
            legend=[("shade-0", HOSTILE)],
            notes=[HOSTILE],
        )
    )
    tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert tags == {"svg", "title", "desc", "defs", "path", "g", "use"}
    assert not any(name.startswith("on") for each in drawing.iter() for name in each.attrib)
    links = {value for each in drawing.iter() for name, value in each.items() if "href" in name}
    assert all(re.fullmatch(r"#bcumap-[rb][0-9a-f]+", link) for link in links)


def test_a_long_title_is_written_smaller_and_not_cut() -> None:
    long = drawn(replace(SCENE, title="Long " * 60))
    assert long.attrib == drawn(SCENE).attrib
    scales = [
        float(s)
        for s in re.findall(
            r"scale\((\.?\d\S*)\)", svg.document(replace(SCENE, title="Long " * 60))
        )
    ]
    assert min(scales) < min(map(float, re.findall(r"scale\((\.?\d\S*)\)", svg.document(SCENE))))


def test_names_do_not_overlap() -> None:
    first, second, outside = (Name(at(25, 50), "First"), Name(at(26, 50), "Second"),
                              Name(at(120, 50), "Third"))  # fmt: skip
    assert lines(replace(SCENE, names=[first])) == 2  # with its halo
    assert lines(replace(SCENE, names=[first, second])) == 2
    assert lines(replace(SCENE, names=[first, outside])) == 2
    assert lines(replace(SCENE, names=[first, Name(at(75, 50), "Fourth")])) == 4
    assert lines(replace(SCENE, names=[Name(at(5, 97), "On the scale")])) == 0


def test_where_a_name_has_no_room_its_figure_has() -> None:
    crowd = [Name(at(25, 50), "First"), Name(at(30, 50), "Incomprehensibly", "3.1")]
    assert lines(replace(SCENE, names=crowd)) == 4
    alone = [Name(at(25, 50), "Barking and Dagenham", "3.1")]
    assert lines(replace(SCENE, names=alone)) == 6


def test_a_sign_stands_where_its_counter_is_and_its_name_beside_it() -> None:
    marks = [
        Mark(-0.05, 51.45, "sign-limited", announced=True, name="Here"),
        Mark(-0.0501, 51.45, "sign-closed", announced=False, name="There"),
    ]
    shown = replace(SCENE, marks=marks)
    x, y = SCENE.view.at(-0.05, 51.45)
    drawing = svg.fragment(shown)
    assert f'transform="translate({x:.1f} {y:.1f})' in drawing
    assert drawing.count("stroke-dasharray") == 1
    assert lines(shown) == 4  # each on a side of its own
    assert looks.SIGNS["sign-limited"].fill in drawing


def test_every_look_of_a_scene_can_be_drawn() -> None:
    every = replace(
        SCENE,
        shapes=[replace(SCENE.shapes[0], looks=tuple(looks.LOOKS))],
        legend=[(name, name) for name in (*looks.LOOKS, *looks.SIGNS)],
    )
    found = {each.attrib["class"] for each in drawn(every).iter() if "class" in each.attrib}
    assert looks.LOOKS.keys() | looks.SIGNS.keys() <= found


@pytest.mark.parametrize(("longest", "length"), [(9999, 5000), (10_000, 10_000), (1.5, 1),
                                                 (260, 200), (4.9e4, 2e4)])  # fmt: skip
def test_scale_bars_are_of_round_lengths(longest: float, length: float) -> None:
    assert svg.round_length(longest) == length


@pytest.mark.parametrize(
    ("asked", "most"),
    [
        ({"kind": "areas"}, 9_000),
        ({"kind": "areas", "level": "wards"}, 20_000),
        ({"kind": "officers", "level": "wards", "measure": "residents_per_committed"}, 28_000),
        ({"kind": "history", "on": "2018-12-31"}, 10_000),
    ],
)
def test_a_map_for_a_page_is_small(asked: dict[str, str], most: int, documents: Documents) -> None:
    wish = request.read(asked, documents.atlas, today=dt.date(2026, 11, 22))
    drawing = svg.fragment(scene.scene(wish, documents, wide=800))
    assert drawing.startswith("<svg ")
    assert 'class="bcumap" viewBox="0 0 800 ' in drawing
    assert len(gzip.compress(drawing.encode(), 9)) < most


def test_the_two_sizes_of_a_map_show_the_same_part() -> None:
    small = SHAPES.view(FRAME, 800)
    assert small.high / small.wide == pytest.approx(SCENE.view.high / SCENE.view.wide, rel=0.01)
    x, y = small.at(-0.1, 51.45)
    assert SCENE.view.at(-0.1, 51.45) == pytest.approx((2 * x, 2 * y), abs=1)
