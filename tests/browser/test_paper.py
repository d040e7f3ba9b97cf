"""What is printed can be read: 9 points and more, dark on white, with date, address and notes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CONTRAST, Visit

POINT = 4 / 3  # pixels of a page
LEAST = 9 * POINT
# Text that is seen, but for the map's own names and credit: its size and how far it is from white.
SMALLEST = """() => {
  const words = document.createTreeWalker(document.querySelector('[data-testid=stMain]'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    const box = words.currentNode.parentElement;
    if (!words.currentNode.nodeValue.trim() || !box.checkVisibility({ visibilityProperty: true })) continue;
    if (box.closest('.bcumap, svg, script, style, select, .bcumap-heard, [data-testid=stVegaLiteChart]')) continue;
    if (!box.getClientRects().length || box.getBoundingClientRect().width < 2) continue;
    const size = parseFloat(getComputedStyle(box).fontSize) * box.currentCSSZoom;
    found.push([Math.round(size * 100) / 100, words.currentNode.nodeValue.trim().slice(0, 40)]);
  }
  return found.sort((a, b) => a[0] - b[0]).slice(0, 5);
}"""  # noqa: E501


def paper_is_light_and_no_text_on_it_is_below_nine_points(page: Page, path: str) -> None:
    """See it of a page that test_axe.py has opened and seen to be whole."""
    page.emulate_media(media="print", color_scheme="dark")
    smallest = page.evaluate(SMALLEST)
    assert smallest[0][0] >= LEAST, smallest
    ground = "box => getComputedStyle(box).backgroundColor"
    for part in ("body", "[data-testid=stApp]"):
        assert page.locator(part).evaluate(ground) == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = page.locator(".bcumap-paper").inner_text()
    assert re.match(r"Printed on \d+ \w+ \d{4} from http://127\.0\.0\.1:\d+/", printed)
    assert path.split("?")[0] in printed
    assert printed.endswith("Notes:")
    assert page.locator(".bcumap-notes").bounding_box()["height"] > 100  # type: ignore[index]


def test_names_on_a_printed_map_have_nine_points_and_do_not_touch(visit: Visit) -> None:
    page = visit.go("/officers?level=boroughs")
    names = page.locator(".bcumap .area-value span")
    names.first.wait_for()
    before = names.count()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(
              '.bcumap :is(.area-value span, .bcu-name span, .leaflet-control-attribution)')]
            .map((name) => parseFloat(getComputedStyle(name).fontSize) * name.currentCSSZoom)"""
    )
    assert min(sizes) >= LEAST
    assert 20 < names.count() <= before  # those for which there is no room are left out
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(names).to_have_count(before)


def test_signs_have_their_colours_on_paper_too(visit: Visit) -> None:
    page = visit.go("/counters")
    page.emulate_media(media="print")
    colour = "sign => getComputedStyle(sign).color"
    assert page.locator(".bcumap-sign.kind-limited").evaluate(colour) == "rgb(200, 100, 42)"


# The contrast of a mark of the legend with what lies below it; 0 of none that is drawn.
MARKED = f"""mark => {{
  const {{ borderTopWidth, borderTopColor, backgroundColor }} = getComputedStyle(mark);
  const isDot = mark.matches(".found-point");
  if (!isDot && borderTopWidth === "0px") return 0;
  const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  return ({CONTRAST})([ground], [ground, isDot ? backgroundColor : borderTopColor]);
}}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_marks_of_the_legend_are_seen_on_screen_and_paper(visit: Visit, scheme: str) -> None:
    page = visit.go("/?q=SE8 4DD")
    for media in ("screen", "print"):
        page.emulate_media(media=media, color_scheme=scheme)  # type: ignore[arg-type]
        for mark in ("chosen-line", "possible-line", "found-point"):
            key = page.locator(f".bcumap-key.{mark}")
            expect(key).to_be_visible()
            assert key.evaluate(MARKED) >= 3, (media, mark)


def test_an_answer_is_printed_without_the_wards_of_all_london(visit: Visit) -> None:
    page = visit.go("/?q=E1 6AN")
    page.locator(".bcumap-table tr").first.wait_for()
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 2
