"""Streets on the map: fetched when somebody comes near, by few tiles, and switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, until

MOST_TILES = 12
SET_ZOOM = """zoom => {
  const { map } = document.querySelector('.bcumap');
  map.setView([51.4779, -0.0264], zoom, { animate: false });
}"""
IS_DRAWN = """() => {
  const canvas = document.querySelector('.leaflet-bcumap-streets-pane canvas');
  if (!canvas?.width || canvas.hidden) return false;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}"""


def asked(visit: Visit) -> list[str]:
    """What was fetched of streets."""
    return [each.url for each in visit.requests if "/streets" in each.url]


def test_streets_are_loaded_when_somebody_comes_near(visit: Visit) -> None:
    page = visit.go()
    page.evaluate(SET_ZOOM, 12)
    assert asked(visit) == []
    page.evaluate(SET_ZOOM, 15)
    page.wait_for_function(IS_DRAWN)
    tiles = [url for url in asked(visit) if url.split("/")[-1].startswith("2-")]
    assert 0 < len(tiles) <= MOST_TILES
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    assert [said for said in visit.console if "readback" not in said] == []
    page.get_by_label("Streets", exact=True).select_option("none")
    expect(page.locator(".bcumap.with-streets")).to_have_count(0)
    assert not page.evaluate(IS_DRAWN)


def test_where_streets_have_no_lines_the_map_says_so(visit: Visit) -> None:
    page = visit.go("/?q=Hornchurch+station")
    page.evaluate("document.querySelector('.bcumap').map.setZoom(15, { animate: false })")
    note = page.locator(".bcumap-streets-note p")
    expect(note).to_have_text(
        "Streets are not available everywhere here yet: some only have names."
    )


LIGHT_STREETS = """() => {
  const canvas = document.querySelector('.leaflet-bcumap-streets-pane canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4)
    if (data[at] + data[at + 1] + data[at + 2] === 765 && data[at + 3] === 255) return true;
  return false;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_has_light_streets_and_the_ward_in_the_middle(visit: Visit, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = visit.go("/ward?ward=E05013719")
    page.wait_for_function(IS_DRAWN)
    assert page.evaluate(LIGHT_STREETS) == (scheme == "light")
    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="Print this page").first.click()
    until(lambda: page.evaluate("window.printed === true"))
    until(lambda: page.evaluate(LIGHT_STREETS))
    seen = page.evaluate("""() => {
      const { map } = document.querySelector('.bcumap');
      return [map.getBounds().contains(map.bcumapGoal.bounds), map.getZoom()];
    }""")
    assert seen == [True, 14]
