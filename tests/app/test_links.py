"""The names of a link's parameters: one list, of which the browser writes some."""

from __future__ import annotations

import re

import pytest

from bcumap.app import links
from bcumap.app.links import Asked, level_of
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas
from bcumap.web.files import STATIC


def test_what_the_browser_writes_is_on_the_list() -> None:
    script = (STATIC / "links.js").read_text("utf-8")
    table = re.search(r"const SEEN = \{(.*?)\};", script, re.S)
    assert table
    written = re.findall(r"^  (\w+): /", table[1], re.M)
    assert set(written) == set(links.SEEN)
    assert set(written) <= {*links.KEPT, *links.OF_ONE}
    names = (*links.PLACE, *links.KEPT, *links.OF_ONE)
    assert len(set(names)) == len(names)


DEPTFORD, LEWISHAM = atlas()["E05013719"], atlas()["E09000023"]


@pytest.mark.parametrize(
    ("page", "wanted", "asked", "level"),
    [
        ("", None, "", "bcus"),
        ("officers", None, "", "boroughs"),
        ("", DEPTFORD, "", "wards"),
        ("", DEPTFORD, "boroughs", "boroughs"),
        ("officers", LEWISHAM, "nonsense", "boroughs"),
        ("ward", LEWISHAM, "", "wards"),
        ("ward", DEPTFORD, "bcus", "wards"),  # there is no switch back
    ],
)
def test_the_level_is_the_link_s_or_the_area_s_or_the_page_s(
    page: str, wanted: Area | None, asked: str, level: str
) -> None:
    assert level_of(Asked(page, {"level": asked}, wanted=wanted)) == level


class Browser:
    """As much of Streamlit as has a link: what the browser sends, and what it is given."""

    def __init__(self, **sent: str) -> None:
        self.session_state: dict[str, object] = {}
        self.query_params = self
        self.sent = sent

    def to_dict(self) -> dict[str, str]:
        return dict(self.sent)

    def from_dict(self, parameters: dict[str, str]) -> None:
        self.sent = dict(parameters)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser(layer="bcus", at="51.5,-0.1,10")
    monkeypatch.setattr(links, "st", browser)
    links.follow()
    return browser


def test_what_was_put_into_a_link_counts_before_the_browser_has_it(browser: Browser) -> None:
    links.put_in(format=".csv")
    browser.sent = {"layer": "bcus", "at": "51.6,-0.2,11"}  # of the run before, moved meanwhile
    assert links.link() == {"layer": "bcus", "format": ".csv", "at": "51.6,-0.2,11"}
    links.put_in(detail="web")
    assert browser.sent == {
        "layer": "bcus", "format": ".csv", "detail": "web", "at": "51.6,-0.2,11",
    }  # fmt: skip


def test_another_link_counts_whole(browser: Browser) -> None:
    links.put_in(format=".csv", layer=None)
    assert browser.sent == {"format": ".csv", "at": "51.5,-0.1,10"}
    browser.sent = {"layer": "wards"}
    links.follow()
    assert links.link() == {"layer": "wards"}


def test_nothing_asks_the_browser_for_the_link_but_links() -> None:
    app = STATIC.parents[1] / "app"
    named = [each.name for each in app.rglob("*.py") if re.search(r"\bst\.query", each.read_text())]
    assert named == ["links.py"]
