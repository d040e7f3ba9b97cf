"""The names of a link's parameters: one list, of which the browser writes some."""

from __future__ import annotations

import re

import pytest

from bcumap.app import links
from bcumap.app.links import Asked, Chosen, level_of
from bcumap.web.files import STATIC


def test_what_the_browser_writes_is_on_the_list() -> None:
    script = (STATIC / "links.js").read_text("utf-8")
    table = re.search(r"const SEEN = \{(.*?)\};", script, re.S)
    assert table
    written = re.findall(r"^  (\w+): /", table[1], re.M)
    assert set(written) == {"at", "sort", "streets", "background"}
    assert set(written) <= {*links.KEPT, *links.OF_ONE}
    names = (*links.PLACE, *links.KEPT, *links.OF_ONE)
    assert len(set(names)) == len(names)


DEPTFORD, LEWISHAM = Chosen("wards", "E05013719"), Chosen("boroughs", "E09000023")


@pytest.mark.parametrize(
    ("page", "wanted", "asked", "level"),
    [
        ("", None, "", "bcus"),
        ("officers", None, "", "boroughs"),
        ("", DEPTFORD, "", "wards"),
        ("", DEPTFORD, "boroughs", "boroughs"),
        ("officers", LEWISHAM, "nonsense", "boroughs"),
        ("ward", LEWISHAM, "", "wards"),
    ],
)
def test_the_level_is_the_link_s_or_the_area_s_or_the_page_s(
    page: str, wanted: Chosen | None, asked: str, level: str
) -> None:
    assert level_of(Asked(page, {"level": asked}, wanted=wanted)) == level
