"""Pictures as bytes: colours where they belong, text that stays text, the same each time."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
import shapely
from PIL import Image

from bcumap.base.errors import BcuMapError
from bcumap.geo import projection
from bcumap.maps import image as picture
from bcumap.maps import looks
from bcumap.maps.scene import Mark, Name, Scene, Shape
from bcumap.web.files import STATIC

CSS = (STATIC / "page.css").read_text(encoding="utf-8")
HOSTILE = "</title><script>alert(1)</script> $x_2$ \\frac{1}{0} & <b>"
WEST, EAST = shapely.box(-0.2, 51.4, -0.1, 51.5), shapely.box(-0.1, 51.4, 0.0, 51.5)
SCENE = Scene(
    title="Two squares",
    subtitle="Nowhere",
    shapes=[
        Shape(shapely.MultiPolygon([WEST]), ("shade-0", "area-line")),
        Shape(shapely.MultiPolygon([EAST]), ("shade-4", "area-line")),
    ],
    legend=[("shade-0", "few"), ("shade-4", "many"), ("bcu-line", "BCU"), ("sign-24-7", "open")],
    notes=["A source."],
    frame=(-0.21, 51.39, 0.01, 51.51),
)


def png(scene: Scene) -> Image.Image:
    return Image.open(io.BytesIO(picture.draw(scene, ".png"))).convert("RGB")


def svg(scene: Scene) -> ET.Element:
    return ET.fromstring(picture.draw(scene, ".svg"))  # noqa: S314


def colours(image: Image.Image) -> set[str]:
    """The colours that fill at least a hundredth of a picture."""
    pixels = np.asarray(image).reshape(-1, 3)
    found, counts = np.unique(pixels, axis=0, return_counts=True)
    large = found[counts > len(pixels) / 100]
    return {"#{:02x}{:02x}{:02x}".format(*colour) for colour in large}


def test_areas_have_the_colour_of_their_class() -> None:
    found = colours(png(SCENE))
    assert {picture.LOOKS["shade-0"].fill, picture.LOOKS["shade-4"].fill} <= found
    assert picture.LOOKS["shade-2"].fill not in found


def test_colours_are_those_of_the_page() -> None:
    assert looks.css() in CSS
    rules = CSS.replace(looks.css(), "")
    for each in (*looks.TINTS.values(), *looks.SIGNS.values()):
        colour = each.colour if isinstance(each, looks.Tint) else each.fill
        assert colour not in rules
    used = set(re.findall(r"var\(--((?:tint|sign)-[\w-]+)\)", rules))
    assert used <= set(re.findall(r"--((?:tint|sign)-[\w-]+):", looks.css()))
    assert picture.mixed("#ffffff", 0.5, "#000000") in ("#7f7f7f", "#808080")


def test_the_two_forms_show_the_same_part_at_the_same_size() -> None:
    image, drawing = png(SCENE), svg(SCENE)
    _, _, wide, high = map(float, drawing.attrib["viewBox"].split())
    assert image.width / wide == pytest.approx(image.height / high, rel=0.01)
    assert image.width == pytest.approx(11 * picture.DPI, abs=2)


def test_the_same_scene_is_the_same_bytes() -> None:
    for form in (".png", ".svg"):
        assert picture.draw(SCENE, form) == picture.draw(SCENE, form)


def test_a_picture_says_what_it_is_and_whose() -> None:
    image = Image.open(io.BytesIO(picture.draw(SCENE, ".png")))
    assert image.info["Title"] == "Two squares"
    assert "A source." in image.info["Description"]
    words = "".join(svg(SCENE).itertext())
    assert "Two squares" in words
    assert "A source." in words


def test_text_of_strangers_stays_text() -> None:
    names = [Name(-0.15, 51.45, HOSTILE, HOSTILE)]
    scene = replace(SCENE, title=HOSTILE, subtitle=HOSTILE, caution=HOSTILE, names=names)
    drawing = svg(scene)
    tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert "script" not in tags
    assert not any(name.startswith("on") for each in drawing.iter() for name in each.attrib)
    assert png(scene).width == png(SCENE).width


def test_a_long_title_is_written_smaller_and_not_cut() -> None:
    assert png(replace(SCENE, title="Long " * 60)).size == png(SCENE).size


def test_names_do_not_overlap() -> None:
    alone = svg(replace(SCENE, names=[Name(-0.15, 51.45, "First")]))
    both = svg(replace(SCENE, names=[Name(-0.15, 51.45, "First"), Name(-0.149, 51.45, "Second")]))
    outside = svg(replace(SCENE, names=[Name(-0.15, 51.45, "First"), Name(3.0, 51.45, "Third")]))
    count = [len(list(each.iter())) for each in (alone, both, outside)]
    assert count[0] == count[1] == count[2]


def test_where_a_name_has_no_room_its_figure_has() -> None:
    crowd = [Name(-0.15, 51.45, "First"), Name(-0.11, 51.45, "A name that is far too long", "3.1")]
    with_figure = len(list(svg(replace(SCENE, names=crowd)).iter()))
    without = len(list(svg(replace(SCENE, names=crowd[:1])).iter()))
    assert with_figure > without


def test_a_sign_stands_where_its_counter_is() -> None:
    marks = [Mark(-0.05, 51.45, "sign-limited", announced=False, name="Here")]
    pixels = np.asarray(png(replace(SCENE, marks=marks)))
    fill = tuple(int(looks.SIGNS["sign-limited"].fill[at : at + 2], 16) for at in (1, 3, 5))
    rows, columns = np.where((pixels == fill).all(axis=2))
    # of the map: it begins an edge from the left, and is eight inches wide
    west, _, east, _ = picture._bounds(SCENE.frame)
    ((x, _),) = projection.lonlat_to_bng(np.array([(-0.05, 51.45)]))
    share = (float(np.median(columns)) / picture.DPI - picture.EDGE) / picture.MAP_WIDTH
    assert share == pytest.approx((x - west) / (east - west), abs=0.01)
    assert len(rows) > 50


@pytest.mark.parametrize(("longest", "length"), [(9999, 5000), (10_000, 10_000), (1.5, 1),
                                                 (260, 200), (4.9e4, 2e4)])  # fmt: skip
def test_scale_bars_are_of_round_lengths(longest: float, length: float) -> None:
    assert picture.round_length(longest) == length


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(BcuMapError, match="no picture as"):
        picture.draw(SCENE, ".gif")
    with pytest.raises(BcuMapError, match="beyond the British National Grid"):
        picture.draw(replace(SCENE, frame=(50.0, 10.0, 51.0, 11.0)), ".png")
