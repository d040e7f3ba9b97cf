"""A postcode that is split between wards is decided by the point where somebody lives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bcumap.facts import store
from bcumap.geo.projection import lonlat_to_bng, to_bng
from tests.browser.conftest import Visit, start_server, until

SPLIT, CERTAIN = "/?q=SE8 4DD", "/?q=SE8 4RX"
MARK, HERE = "Mark where you live on the map", "This is where I live"
HOME = re.compile(r"#home=(-?\d+\.\d+),(-?\d+\.\d+)$")
LOOK = """async ([south, west, north, east]) => {
  const { beside } = await import(new URL(window.bcumap.urls["mark.js"], document.baseURI));
  const { map } = document.querySelector(".bcumap");
  const streets = await window.bcumap.streets(map);
  const found = [];
  for (let lat = south; lat < north; lat += (north - south) / 40)
    for (let lng = west; lng < east; lng += (east - west) / 40) {
      const borders = await streets.bordersAround(L.latLng(lat, lng));
      const { wards, metres } = beside(borders, { lat, lng });
      found.push([lat, lng, wards[0], metres]);
    }
  return found;
}"""


def start(visit: Visit, link: str = SPLIT) -> Page:
    page = visit.go(link)
    page.get_by_role("button", name=MARK).click()
    page.get_by_role("button", name=HERE).wait_for()
    return page


@pytest.mark.parametrize(
    "box",
    [
        (51.4770, -0.0330, 51.4830, -0.0230),  # Deptford
        (51.5150, -0.1250, 51.5210, -0.1150),  # Holborn
        (51.4840, -0.0320, 51.4880, -0.0250),  # the river's bank, where London has no ward
    ],
)
def test_a_point_is_in_the_ward_that_the_full_boundaries_say(
    visit: Visit, box: tuple[float, ...]
) -> None:
    page = visit.go(SPLIT)
    page.get_by_role("button", name=MARK).wait_for()
    found = page.evaluate(LOOK, box)
    codes, polygons = store.ward_polygons()
    polygons = to_bng(polygons)
    at = lonlat_to_bng(np.array([(lng, lat) for lat, lng, _, _ in found]))
    points = shapely.points(at)
    where, inside = shapely.STRtree(polygons).query(points, predicate="intersects")
    own = dict(zip(where.tolist(), [codes[place] for place in inside], strict=True))
    edges = shapely.union_all(shapely.boundary(polygons[np.unique(inside)]))
    away = shapely.distance(points, edges)
    wrong = [
        (lat, lng, ward, own.get(row), round(away[row], 1))
        for row, (lat, lng, ward, _) in enumerate(found)
        if away[row] > 3 and ward != own.get(row)
    ]
    assert wrong == []
    off = np.abs(away - [metres for *_, metres in found])
    assert off[away < 100].max() < 3.5  # a line may be up to 3 m off
    assert len({ward for _, _, ward, _ in found}) > 1


def test_arrows_and_enter_mark_a_home_in_the_fragment_alone(visit: Visit) -> None:
    page = visit.go(SPLIT)
    button = page.get_by_role("button", name=MARK)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=HERE)).to_be_focused()
    under = page.locator(".bcumap-marker [role=status]")
    expect(under).to_have_text(re.compile("^The cross is "))
    before = len(visit.requests)
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(under).to_have_text(re.compile(r"^The cross is in \w"))
    ward = re.sub(r"^The cross is in |\.$", "", under.inner_text())
    page.keyboard.press("Enter")
    said = page.locator(".bcumap-marking [role=status]")
    expect(said).to_contain_text(f"By the point you marked, your home is in {ward}.")
    link = said.get_by_role("link", name=re.compile("Your ward team"))
    assert re.search(r"/ward\?ward=E05\d{6}$", link.get_attribute("href") or "")
    found = HOME.search(page.url)
    assert found
    # To 5 m: on a grid of that size, and of no more digits than it has.
    for text, step in zip(found.groups(), (0.000045, 0.000072), strict=True):
        assert abs(float(text) / step - round(float(text) / step)) < 0.02
    visit.settle()
    asked = [request.url + str(request.post_data) for request in visit.requests[before:]]
    assert not [each for each in asked if any(text in each for text in found.groups())]
    page.reload()
    expect(said).to_contain_text(f"By the point you marked, your home is in {ward}.")
    page.get_by_role("button", name="Remove the point").click()
    expect(said).to_have_text("")
    assert "#" not in page.url
    assert visit.console == []


def test_a_finger_taps_where_the_cross_goes_and_a_point_on_the_line_is_of_both(
    phone: Visit,
) -> None:
    page = start(phone)
    box = page.locator(".bcumap").bounding_box()
    assert box
    middle = "() => document.querySelector('.bcumap').map.getCenter().lng"
    before = page.evaluate(middle)
    page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.3)
    until(lambda: page.evaluate(middle) > before + 0.0002)
    point = page.evaluate("""async () => {
      const { map } = document.querySelector(".bcumap");
      const streets = await window.bcumap.streets(map);
      const [edge] = (await streets.bordersAround(map.getCenter())).filter(({ left, right }) => left.length && right.length);
      const [a, b] = edge.lines[0];
      map.setView([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], 17, { animate: false });
    }""")  # noqa: E501
    assert point is None
    page.get_by_role("button", name=HERE).click()
    said = page.locator(".bcumap-marking [role=status]")
    expect(said).to_contain_text(re.compile("on the boundary between .+ and "))
    expect(said.get_by_role("link")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_escape_leaves_all_as_it_was(visit: Visit) -> None:
    page = start(visit)
    page.keyboard.press("Escape")
    expect(page.locator(".bcumap-marker, .bcumap-cross, .bcumap.marking")).to_have_count(0)
    expect(page.get_by_role("button", name=MARK)).to_be_focused()
    assert "#" not in page.url


def test_a_certain_postcode_offers_no_mark_and_another_postcode_forgets_it(visit: Visit) -> None:
    page = visit.go(f"{CERTAIN}#home=51.516,-0.0748")
    page.wait_for_timeout(1000)
    expect(page.locator(".bcumap-marking")).to_have_count(0)
    page = visit.go(f"{SPLIT}#home=51.6,-0.3")  # of somewhere else
    page.get_by_role("button", name=MARK).wait_for()
    expect(page.locator(".bcumap-marking [role=status]")).to_have_text("")


def test_a_shaded_map_names_the_ward_alone_and_another_question_takes_the_mark_away(
    visit: Visit,
) -> None:
    page = start(visit, f"/officers{SPLIT[1:]}&level=wards&measure=residents_per_committed")
    expect(page.locator(".bcumap-marker [role=status]")).to_have_text(
        re.compile(r"^The cross is (in|on the boundary between) [A-Z]")
    )
    named = page.locator(".bcumap-marker [role=status]").inner_text()
    assert not re.search(r"\d", named.removesuffix(", as far as the map can tell."))
    page.get_by_role("button", name=HERE).click()
    expect(page.locator(".bcumap-marking [role=status]")).to_contain_text("your home is")
    box = page.get_by_role("combobox", name=re.compile("postcode", re.I)).first
    box.fill("SE8 4RX")
    box.press("Enter")
    expect(page.locator(".bcumap-answer h2")).to_contain_text("SE8 4RX")
    expect(page.locator(".bcumap-marking, .bcumap-marker, .bcumap-cross")).to_have_count(0)
    expect(page.locator(".leaflet-bcumap-point-pane path.found-point")).to_have_count(1)
    assert "home=" not in page.url


def test_axe_finds_nothing_while_marking(visit: Visit) -> None:
    page = start(visit)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page, context={"include": [[".bcumap-frame"], [".bcumap-answer"]]})
        assert [each["id"] for each in found.response["violations"]] == []


def test_no_home_is_in_the_servers_log(browser: Browser, tmp_path: Path) -> None:
    process, address = start_server(tmp_path / "log")
    try:
        visit = Visit(browser, address)
        start(visit).keyboard.press("Enter")
        expect(visit.page.locator(".bcumap-marking [role=status]")).to_contain_text("your home is")
        found = HOME.search(visit.page.url)
        assert found
        visit.page.reload()
        visit.settle()
    finally:
        process.terminate()
        process.wait()
    assert not any(text in (tmp_path / "log").read_text() for text in found.groups())
