"""Streets on the map: fetched when somebody comes near, by few tiles, and switched off."""

from __future__ import annotations

import re

import pytest
import shapely
from playwright.sync_api import Route, expect

from bcumap.facts import store
from tests.app.test_routes import MAP_PX, seen
from tests.browser.conftest import Visit, at_night, until

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


DEPTFORD = "E05013719"
NOTE = ".bcumap-streets-note p:not([role])"  # what is known of what is seen
# How many lines of a kind are seen.
SEEN = """css => [...document.querySelectorAll(`.bcumap path.${css}`)].filter((path) =>
  getComputedStyle(path).display !== 'none' && path.getAttribute('d') !== 'M0 0').length"""
# How many points around the chosen ward a tile has, and how far at most one is from what is drawn.
OFF = """async ([tile, code]) => {
  const { map } = document.querySelector('.bcumap');
  const { read } = await import(new URL(bcumap.urls['streets.js'], document.baseURI));
  const { borders } = read(tile, await (await fetch(`${bcumap.urls.streets}/${tile}.json`)).json());
  const own = borders.filter(({ left, right }) => left.includes(code) !== right.includes(code));
  const known = own.flatMap(({ lines }) => lines.flat()).map((point) => L.latLng(point));
  const drawn = [];
  map.eachLayer(({ options, ...layer }) => {
    if (options.className === 'exact chosen-line') drawn.push(...layer._latlngs.flat());
  });
  const off = known.map((at) => Math.min(...drawn.map((each) => at.distanceTo(each))));
  return [known.length, Math.max(...off)];
}"""


def test_from_near_boundaries_come_from_the_tiles_and_the_map_says_how_exact_they_are(
    visit: Visit,
) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    page.wait_for_function(IS_DRAWN)
    note = page.locator(NOTE)
    expect(note).not_to_contain_text("off here")
    assert page.evaluate(SEEN, "exact") == 0
    assert page.evaluate(SEEN, "chosen-line") == 1
    number = len(asked(visit))
    page.evaluate(SET_ZOOM, 15)
    expect(page.locator(".bcumap.with-borders")).to_have_count(1)
    expect(note).to_contain_text("A boundary may be up to 3 m off here.")
    assert 0 < len(asked(visit)[number:]) <= MOST_TILES
    for css in ("ward-line", "borough-line", "chosen-line"):
        assert page.evaluate(SEEN, css) == page.evaluate(SEEN, f"{css}.exact") == 1
    points, off = page.evaluate(OFF, ["2-536-176", DEPTFORD])
    assert points > 10
    assert off < 0.1
    page.evaluate(SET_ZOOM, 14)
    expect(page.locator(".bcumap.with-borders")).to_have_count(0)
    assert page.evaluate(SEEN, "exact") == 0
    assert page.evaluate(SEEN, "chosen-line") == 1


def test_until_a_tile_has_come_the_coarse_line_is_seen(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    page.wait_for_function(IS_DRAWN)
    held: list[Route] = []
    visit.context.route(re.compile(r"/streets/2-\d+-\d+\.json"), lambda route: held.append(route))
    page.evaluate(SET_ZOOM, 15)
    until(lambda: held or page.wait_for_timeout(50))
    assert page.evaluate(SEEN, "chosen-line") == 1
    assert page.evaluate(SEEN, "exact") == 0
    assert page.evaluate(IS_DRAWN)  # by what is there of the streets
    for route in held:
        route.continue_()
    expect(page.locator(".bcumap.with-borders")).to_have_count(1)


def test_boundaries_are_exact_without_streets_too(visit: Visit) -> None:
    page = visit.go()
    page.evaluate(SET_ZOOM, 15)
    page.get_by_label("Streets", exact=True).select_option("none")
    expect(page.locator(".bcumap.with-borders")).to_have_count(1)
    assert not page.evaluate(IS_DRAWN)
    expect(page.locator(NOTE)).to_have_text("A boundary may be up to 3 m off here.")


def test_a_view_is_as_large_as_the_test_of_its_bytes_takes_it_to_be(visit: Visit) -> None:
    page = visit.go(f"/?ward={DEPTFORD}")
    size = page.evaluate("(({ x, y }) => [x, y])(document.querySelector('.bcumap').map.getSize())")
    assert size == [*MAP_PX]
    page.wait_for_function(IS_DRAWN)
    codes, polygons = store.ward_polygons()
    zoom, wanted = seen(shapely.bounds(polygons[codes.index(DEPTFORD)]).tolist())
    assert page.evaluate("document.querySelector('.bcumap').map.getZoom()") == zoom
    tiles = {url.split("/")[-1].removesuffix(".json") for url in asked(visit) if "/2-" in url}
    assert tiles == wanted


def test_where_streets_have_no_lines_the_map_says_so(visit: Visit) -> None:
    page = visit.go("/?q=Hornchurch+station")
    page.evaluate("void document.querySelector('.bcumap').map.setZoom(15, { animate: false })")
    note = page.locator(NOTE)
    expect(note).to_contain_text(
        "Streets are not available everywhere here yet: some only have names."
    )


LIGHT_STREETS = """() => {
  const canvas = document.querySelector('.leaflet-bcumap-streets-pane canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4)
    if (data[at] + data[at + 1] + data[at + 2] === 765 && data[at + 3] === 255) return true;
  return false;
}"""


@pytest.mark.parametrize("scheme", ["dark", at_night("light")])
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
