"""The first page in a real Chromium: what it shows, what it asks for, how it is worked."""

from __future__ import annotations

import gzip
import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import Visit, at_night, start_server, until

FACTS = json.loads((Path(__file__).parents[2] / "geodata/web/facts.json").read_text("utf-8"))
CLICK_LIMIT = 10_000  # bytes on the websocket
LAYERS_LIMIT = 250_000  # bytes, compressed


def panel(page: Page) -> str:
    return page.locator("#bcumap-panel").inner_text()


def area(page: Page, code: str) -> Locator:
    return page.locator(f'.bcumap path[data-code="{code}"]')


def click_on(page: Page, code: str) -> None:
    """Click where the name of a BCU stands: inside its polygon."""
    name = page.locator(f'.bcu-name span[data-code="{code}"]').bounding_box()
    page.mouse.click(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)


# --- what it shows -------------------------------------------------------------------------------


def test_a_phone_has_the_names_of_all_bcus_in_words(phone: Visit) -> None:
    page = phone.go()
    names = page.locator(".bcu-name span")
    expect(names).to_have_count(12)
    assert "Central\nNorth" in names.all_inner_texts() or "Central North" in names.all_inner_texts()
    boxes = [name.bounding_box() for name in names.all()]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = [
                max(one[at], other[at]) - min(one[at] + one[size], other[at] + other[size])
                for at, size in (("x", "width"), ("y", "height"))
            ]
            assert max(apart) > -1, (one, other)


def test_the_map_has_the_twelve_bcus_and_the_city(looks: Visit) -> None:
    page = looks.go()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(13)
    codes = page.locator(".bcumap path.bcumap-area").evaluate_all(
        "paths => paths.map((path) => path.dataset.code)"
    )
    assert set(codes) == set(FACTS["bcus"]) | {"E09000001"}
    expect(page.locator(".bcu-name")).to_have_count(12)
    expect(page.locator(".bcumap path.thames")).to_have_count(1)
    expect(page.locator(".bcumap path.borough-line")).to_have_count(33)
    assert "not the Met" in page.locator(".bcumap-legend").inner_text()


def test_the_decoded_outlines_are_those_of_the_data(looks: Visit) -> None:
    """Decoding TopoJSON is our own code: its corners must be GDAL's."""
    geopandas = pytest.importorskip("geopandas")
    path = Path(__file__).parents[2] / "geodata/web/areas.topojson"
    known = geopandas.read_file(path, layer="boroughs").set_index("code").geometry
    page = looks.go()
    shapes = page.evaluate(
        "bcumap.load('areas.topojson').then((all) => bcumap.features(all, 'boroughs'))"
    )
    from shapely.geometry import shape

    assert len(shapes) == 33
    for feature in shapes:
        drawn = shape(feature["geometry"])
        assert drawn.is_valid
        assert drawn.symmetric_difference(known[feature["properties"]["code"]]).area < 1e-12


def test_the_attribution_is_on_the_map_and_below(looks: Visit) -> None:
    page = looks.go()
    for place in (".leaflet-control-attribution", ".bcumap-footer"):
        text = page.locator(place).inner_text()
        assert "Office for National Statistics licensed under the Open Government" in text
        assert "Contains OS data © Crown copyright and database right 2026" in text


def test_a_click_opens_a_bcu(visit: Visit) -> None:
    page = visit.go()
    page.locator(".bcu-name").first.wait_for(state="attached")
    click_on(page, "NA")
    expect(page.locator("#bcumap-panel h2")).to_have_text("North Area")
    text = panel(page)
    for fact in ("Enfield", "Haringey", "46", "111.80 km²", "591,284", "30 June 2024"):
        assert fact in text
    assert "9 January 2019\nThe day is in the council's minutes. Planned for November 2018." in text
    expect(page).to_have_url(re.compile(r"/\?bcu=NA$"))
    expect(page.locator(".bcumap .chosen-line")).to_have_count(1)
    expect(area(page, "NA")).to_have_attribute("aria-current", "true")


def test_the_city_is_not_the_mets(visit: Visit) -> None:
    page = visit.go("/?borough=E09000001")
    text = panel(page)
    assert "City of London Police" in text
    assert "not known" in text  # ONS has no estimate for 15 of its 25 wards
    assert "city" in (area(page, "E09000001").get_attribute("class") or "")


def test_a_ward_names_its_borough_and_bcu(visit: Visit) -> None:
    page = visit.go("/?ward=E05013653")
    text = panel(page)
    for fact in ("Bloomsbury", "Camden", "Central North", "E05013653", "30 June 2024"):
        assert fact in text
    expect(area(page, "E05013653")).to_be_visible()
    expect(page.locator('.bcumap-levels input[value="wards"]')).to_be_checked()
    expect(page.locator(".bcumap-table caption")).to_contain_text("Wards")


def test_the_table_tells_what_is_promised_there_and_not_known(visit: Visit) -> None:
    page = visit.go("/?borough=E09000007")
    page.locator(".bcumap-table tbody tr").nth(32).wait_for()
    rows = page.locator(".bcumap-table tbody tr").all_inner_texts()
    cells = {row.split("\t")[0].strip(): row.split("\t") for row in rows}
    assert cells["Lewisham"][-3:] == ["57", "75.9", "133%"]
    assert cells["Camden"][-3:] == ["60", "no reliable figure", "not known"]
    assert [cell.strip() for cell in cells["City of London"][-3:]] == ["", "", ""]
    page.get_by_role("button", name="Of the promise").click()
    first = page.locator(".bcumap-table tbody tr").first
    expect(first).to_contain_text("Tower Hamlets")


# --- what it asks for ----------------------------------------------------------------------------


def test_no_request_leaves_the_server_and_the_console_stays_silent(visit: Visit) -> None:
    page = visit.go()
    page.get_by_text("Wards", exact=True).first.click()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(704)
    click = page.locator(".bcumap-table tbody button").first
    click.click()
    visit.settle()
    assert visit.strangers() == []
    assert visit.console == []


def test_layers_are_linked_hashed_compressed_and_kept(visit: Visit, server: str) -> None:
    page = visit.go()
    visit.settle()
    links = {r.url for r in visit.requests if "/assets/" in r.url and ".topojson" in r.url}
    assert len(links) == 1  # wards are fetched when they are wanted
    page.get_by_text("Wards", exact=True).first.click()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(704)
    links = {r.url for r in visit.requests if "/assets/" in r.url and ".topojson" in r.url}
    size = 0
    for link in links:
        request = urllib.request.Request(link, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            body = answer.read()
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]
            assert json.loads(gzip.decompress(body))["type"] == "Topology"
        size += len(body)
    assert len(links) == 2
    assert size <= LAYERS_LIMIT


def test_a_click_is_small_and_does_not_redraw_the_map(visit: Visit) -> None:
    page = visit.go()
    page.locator(".bcu-name").first.wait_for(state="attached")
    visit.settle()
    page.evaluate("document.querySelector('.bcumap path').mine = true")
    before, asked = visit.received, len(visit.requests)
    click_on(page, "WA")
    expect(page.locator("#bcumap-panel h2")).to_have_text("West Area")
    visit.settle()
    assert 0 < visit.received - before <= CLICK_LIMIT
    assert visit.asked_since(asked) == []
    assert page.evaluate("document.querySelector('.bcumap path').mine") is True


def test_the_street_map_is_asked_for_only_when_turned_on(visit: Visit) -> None:
    tiles: list[str] = []

    def refuse(route: Route) -> None:
        tiles.append(route.request.headers.get("referer", ""))
        route.abort()

    visit.context.route("https://tile.openstreetmap.org/**", refuse)
    page = visit.go()
    visit.settle()
    assert tiles == []
    page.get_by_label("Streets", exact=True).select_option("OpenStreetMap’s own map")
    expect(page.locator(".bcumap-tools [role=status]")).to_have_text(
        "The street map could not be loaded."
    )
    assert set(tiles) == {f"{visit.address}/"}  # whose map it is, and not which page
    expect(page.get_by_label("Streets", exact=True)).to_have_value("own")  # what is there


def test_a_layer_that_fails_is_owned_up_to(visit: Visit) -> None:
    visit.context.route("**/areas-*.topojson", lambda route: route.abort())
    visit.page.goto(visit.address)
    expect(visit.page.locator(".bcumap-failed").first).to_contain_text("could not be loaded")
    expect(visit.page.locator(".bcumap-table tbody tr")).to_have_count(12)


def test_a_table_whose_facts_fail_to_come_asks_for_them_again(
    browser: Browser, server: str
) -> None:
    visited = Visit(browser, server)
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.fulfill(status=503, body="busy")

    visited.context.route("**/facts-*.json", fail_once)
    page = visited.go("/")
    expect(page.locator(".bcumap-table tbody tr")).to_have_count(12, timeout=10_000)
    assert len(failed) == 1
    visited.context.close()


def test_it_works_under_a_base_path(browser: Browser) -> None:
    process, address = start_server(STREAMLIT_SERVER_BASE_URL_PATH="/police")
    try:
        under = Visit(browser, f"{address}/police")
        page = under.go("/?bcu=CN")
        expect(page.locator("#bcumap-panel h2")).to_have_text("Central North")
        expect(page.locator(".bcumap-table tbody tr")).to_have_count(12)
        page.locator("#bcumap-q").fill("brockl")
        expect(page.locator("#bcumap-option-0")).to_contain_text("ward in Lewisham")
        assert under.console == []
        under.context.close()
    finally:
        process.terminate()
        process.wait(10)


# --- how it is worked ----------------------------------------------------------------------------


FOCUSED = "document.activeElement.getAttribute('aria-label')"


def test_the_map_is_one_tab_stop_and_arrows_go_to_the_area_beside(visit: Visit) -> None:
    page = visit.go("/?borough=E09000023")
    lewisham, greenwich = area(page, "E09000023"), area(page, "E09000011")
    expect(lewisham).to_have_attribute("aria-current", "true")
    expect(page.locator('.bcumap path[tabindex="0"]')).to_have_count(1)
    page.get_by_role("button", name="Full screen").focus()
    page.keyboard.press("Tab")
    expect(lewisham).to_be_focused()  # it begins at the chosen one
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED) == "Greenwich, borough"
    page.keyboard.press("Enter")
    expect(page.locator("#bcumap-panel h2")).to_have_text("Greenwich")
    expect(greenwich).to_be_focused()  # so that the arrows go on from here
    page.keyboard.press("Escape")
    expect(page.locator(".bcumap .leaflet-tooltip")).to_have_count(0)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "bcumap-after-map"


def test_arrows_reach_every_ward_and_each_has_a_name(visit: Visit) -> None:
    page = visit.go()
    page.get_by_text("Wards", exact=True).first.click()
    paths = page.locator(".bcumap path.bcumap-area")
    expect(paths).to_have_count(704)
    labels = paths.evaluate_all("all => all.map((path) => path.getAttribute('aria-label'))")
    assert "Bloomsbury, ward in Camden" in labels
    assert sum("ward in the City of London (City of London Police, n" in x for x in labels) == 25
    reached = page.evaluate(
        """() => {
          const layer = map_bcumap.map.bcumapLevels[2];
          const all = [...layer.byCode.values()];
          const seen = new Set([layer.entry]);
          for (const each of seen) {
            for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
              const next = bcumap.beside(each, all, key);
              if (next) seen.add(next);
            }
          }
          return seen.size;
        }"""
    )
    assert reached == 704


def test_the_skip_link_goes_to_what_follows_the_map(visit: Visit) -> None:
    page = visit.go()
    page.get_by_role("link", name="Skip the map").focus()
    expect(page.get_by_role("link", name="Skip the map")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "bcumap-after-map"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "PNG"


def test_escape_takes_the_name_beside_the_pointer_away(visit: Visit) -> None:
    page = visit.go()
    box = page.locator(".bcumap").bounding_box()
    for x in (300, 305):
        page.mouse.move(box["x"] + x, box["y"] + 250)  # type: ignore[index]
    expect(page.locator(".bcumap-tip")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".bcumap-tip")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "said"),
    [("/", "The map and the table show boroughs."), ("/counters", "The map shows wards.")],
)
def test_another_level_is_heard(visit: Visit, path: str, said: str) -> None:
    page = visit.go(path)
    page.locator(".bcumap-levels input:checked").press("ArrowRight")
    expect(page.locator(".bcumap-tools [role=status]")).to_have_text(said)


def test_the_panel_of_an_area_says_whom_to_call(visit: Visit) -> None:
    page = visit.go("/?ward=E05013719")
    told = page.locator("#bcumap-panel")
    page.evaluate("window.mine = true")
    expect(told.locator("a[href='tel:999'], a[href='tel:101']")).to_have_count(2)
    told.get_by_role("link", name="Your ward team, officers and contacts").click()
    expect(page.locator("h1")).to_have_text("Deptford")
    assert page.evaluate("window.mine") is True
    page = visit.go("/?ward=E05009288")  # in the City
    expect(told).to_contain_text("City of London Police, 101")
    page = visit.go("/?q=SE8 4RX")
    expect(page.locator("a[href='tel:101']")).to_have_count(1)  # in the answer


def test_the_map_leads_back_to_what_was_asked_for(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    point = page.locator(".bcumap .found-point")
    expect(point).to_be_visible()
    page.get_by_role("button", name="All of London").click()
    named = page.locator(".area-value span", has_text="Deptford")  # where there is room for it
    expect(named).to_have_count(0)
    page.get_by_role("button", name="Back to SE8 4RX").click()
    expect(named).to_be_visible()


def test_links_in_the_panel_open_their_area_without_loading_the_page_again(visit: Visit) -> None:
    page = visit.go("/?bcu=NA")
    page.evaluate("window.mine = true")
    page.locator("#bcumap-panel a", has_text="Haringey").click()
    expect(page.locator("#bcumap-panel h2")).to_have_text("Haringey")
    expect(page).to_have_url(re.compile(r"/\?borough=E09000014$"))
    assert page.evaluate("window.mine") is True
    expect(page.locator(".bcumap-table caption")).to_contain_text("Boroughs")


def test_the_table_has_the_same_facts_and_sorts(visit: Visit) -> None:
    page = visit.go()
    rows = page.locator(".bcumap-table tbody tr")
    expect(rows).to_have_count(12)
    told = {row["name"]: f"{row['residents']:,}" for row in FACTS["bcus"].values()}
    shown = {
        cells[0]: cells[4]
        for cells in rows.evaluate_all(
            "all => all.map((row) => [...row.cells].map((c) => c.innerText))"
        )
    }
    assert shown == told
    page.locator(".bcumap-table thead button", has_text="Residents").click()
    most = max(FACTS["bcus"].values(), key=lambda row: row["residents"])
    expect(rows.first).to_contain_text(most["name"])
    header = page.locator(".bcumap-table thead th", has_text="Residents")
    expect(header).to_have_attribute("aria-sort", "descending")
    page.locator(".bcumap-table thead button", has_text="Residents").press("Enter")
    least = min(FACTS["bcus"].values(), key=lambda row: row["residents"])
    expect(rows.first).to_contain_text(least["name"])


def test_unknown_residents_come_last_either_way(visit: Visit) -> None:
    page = visit.go()
    page.get_by_text("Boroughs", exact=True).first.click()
    rows = page.locator(".bcumap-table tbody tr")
    expect(rows).to_have_count(33)
    for _ in range(2):
        page.locator(".bcumap-table thead button", has_text="Residents").click()
        expect(rows.last).to_contain_text("not known")
        expect(rows.last).to_contain_text("City of London")


def test_a_row_opens_its_area_on_the_map(visit: Visit) -> None:
    page = visit.go()
    page.locator(".bcumap-table tbody button", has_text="South West").click()
    expect(page.locator("#bcumap-panel h2")).to_have_text("South West")
    expect(page.locator(".bcumap .chosen-line")).to_be_visible()
    expect(area(page, "SW")).to_have_attribute("aria-current", "true")
    expect(page.locator(".bcumap-table tr.chosen")).to_contain_text("South West")


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("/?bcu=na", "North Area"),
        at_night("/?borough=E09000007", "Camden"),  # by day others open a borough and a ward
        at_night("/?ward=E05009288", "Aldersgate"),
        at_night("/?bcu=NA", "North Area"),
        at_night("/", "Metropolitan Police"),
    ],
)
def test_a_link_opens_its_area(visit: Visit, link: str, title: str) -> None:
    page = visit.go(link)
    expect(page.locator("#bcumap-panel h2")).to_have_text(title)


@pytest.mark.parametrize(
    "value",
    [
        "<script>window.hit=1</script>",
        *map(at_night, ["XX", "", "%00", "E0900000199", "🚓" * 50]),
    ],
)
def test_a_link_to_nothing_gets_a_friendly_word(visit: Visit, value: str) -> None:
    page = visit.go(f"/?bcu={value}")
    expect(page.locator(".bcumap-notice")).to_contain_text("There is no Basic Command Unit")
    expect(page.locator("#bcumap-panel h2")).to_have_text("Metropolitan Police")
    assert page.evaluate("window.hit") is None
    expect(page.locator("[data-testid='stException']")).to_have_count(0)


# --- small screens, dark and light ---------------------------------------------------------------


def test_it_fits_a_phone(phone: Visit) -> None:
    page = phone.go("/?bcu=SW")
    expect(page.locator("#bcumap-panel h2")).to_have_text("South West")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(".bcumap").bounding_box()
    assert box["x"] >= 0
    assert box["width"] <= 390
    assert box["height"] < 844 * 0.65  # the page can be scrolled past the map
    page.locator(".bcumap-levels label", has_text="Boroughs").tap()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(33)
    assert phone.console == []


def test_a_swipe_that_begins_on_the_map_scrolls_the_page(phone: Visit) -> None:
    page = phone.go()
    page.locator(".bcu-name").first.wait_for(state="attached")
    centre = page.evaluate("map_bcumap.map.getCenter()")
    devtools = phone.context.new_cdp_session(page)

    def finger(kind: str, *points: dict[str, int]) -> None:
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", {"x": 195, "y": 750})  # on the map
    for y in range(720, 200, -30):
        finger("touchMove", {"x": 195, "y": y})
    finger("touchEnd")
    expect(page.locator("h1")).not_to_be_in_viewport()
    assert page.evaluate("map_bcumap.map.getCenter()") == centre
    assert page.evaluate("getComputedStyle(map_bcumap).touchAction") == "pan-x pan-y"


def test_colours_follow_the_theme(visit: Visit) -> None:
    page = visit.go()
    page.locator("#bcumap-panel").wait_for()

    def seen() -> list[str]:
        found: list[str] = page.evaluate(
            "['.bcumap path.bcu-0', '.bcumap path.bcu-line'].map((css) => {"
            " const style = getComputedStyle(document.querySelector(css));"
            " return css.endsWith('line') ? style.stroke : style.fill; })"
        )
        return found

    light = seen()
    page.emulate_media(color_scheme="dark")
    until(lambda: all(one != other for one, other in zip(light, seen(), strict=True)))
