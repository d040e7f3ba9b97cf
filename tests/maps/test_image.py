"""Pictures as bytes: the SVG, and its dots with what they are."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bcumap.base.errors import BcuMapError
from bcumap.maps import image as picture
from bcumap.maps import looks, svg
from bcumap.maps.scene import Mark, Scene
from tests.maps.squares import SCENE, SHAPES


def png(scene: Scene) -> Image.Image:
    return Image.open(io.BytesIO(picture.draw(scene, ".png")))


def colours(image: Image.Image) -> set[str]:
    """The colours that fill at least a hundredth of a picture."""
    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3) @ (65_536, 256, 1)
    found, counts = np.unique(pixels, return_counts=True)
    return {f"#{colour:06x}" for colour in found[counts > len(pixels) / 100]}


def test_a_png_is_the_svg_in_dots() -> None:
    image = png(SCENE)
    assert picture.draw(SCENE, ".svg") == svg.document(SCENE).encode()
    assert image.width == 2200
    found = colours(image)
    assert {looks.LOOKS["shade-0"].fill, looks.LOOKS["shade-4"].fill, looks.GROUND} <= found
    assert looks.LOOKS["shade-2"].fill not in found


def test_a_png_says_what_it_is_and_how_large() -> None:
    image = png(replace(SCENE, title="Zwei Vierecke – größer"))
    image.load()  # checks every chunk
    assert image.info["Title"] == "Zwei Vierecke – größer"
    assert "A source." in image.info["Description"]
    assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)


def test_the_same_scene_is_the_same_bytes() -> None:
    assert picture.draw(SCENE, ".png") == picture.draw(SCENE, ".png")


def test_a_sign_stands_where_its_counter_is() -> None:
    marks = [Mark(-0.05, 51.45, "sign-limited", announced=False, name="Here")]
    pixels = np.asarray(png(replace(SCENE, marks=marks)).convert("RGB"))
    fill = tuple(int(looks.SIGNS["sign-limited"].fill[at : at + 2], 16) for at in (1, 3, 5))
    rows, columns = np.where((pixels == fill).all(axis=2))
    x, y = SCENE.view.at(-0.05, 51.45)
    edge, top = svg.EDGE * svg.DPI, svg.TITLE_HEIGHT * svg.DPI
    assert (columns.mean() - edge, rows.mean() - top) == pytest.approx((x, y), abs=4)
    assert len(rows) > 50


def test_nothing_is_drawn_beyond_the_map() -> None:
    near = replace(SCENE, view=SHAPES.view((-0.11, 51.44, -0.09, 51.46), 1600), title="")
    pixels = np.asarray(png(near).convert("RGB"))
    left = pixels[int((svg.TITLE_HEIGHT + 1) * svg.DPI), : int(svg.EDGE * svg.DPI) - 3]
    assert (left == 255).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(BcuMapError, match="no picture as"):
        picture.draw(SCENE, ".gif")
