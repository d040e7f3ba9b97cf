"""The first picture in a real Chromium: handed over whole, and a working site without scripts."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DESK, PHONE, Visit, at_night, until

DEPTFORD = "E05013719"
PAGES = ("/", "/?q=SE8 4RX", f"/ward?ward={DEPTFORD}", "/counters?on=2025-09-01")
# What moved, and at every frame how many mains, titles and ids twice there are.
WATCH = """
window.moved = 0; window.most = [0, 0]; window.twice = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.moved += each.value;
}).observe({ type: "layout-shift", buffered: true });
const look = () => {
  const count = (what) => document.querySelectorAll(what).length;
  const seen = [count("main, [role=main]"), count("h1")];
  window.most = window.most.map((each, place) => Math.max(each, seen[place]));
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  window.twice.push(...ids.filter((each, place) => ids.indexOf(each) !== place));
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def handed_over(page: Page) -> None:
    page.wait_for_selector("#bcumap-first", state="detached")


@pytest.mark.parametrize(
    ("path", "look"),
    [
        (path, look) if number % 2 == (look is PHONE) else at_night(path, look)
        for number, path in enumerate(PAGES)
        for look in (DESK, PHONE)
    ],
)
def test_it_gives_way_to_the_live_page_and_nothing_jumps(
    browser: Browser, server: str, path: str, look: dict[str, object]
) -> None:
    with closing(browser.new_context(**look)) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(server + path, wait_until="commit")
        expect(page.locator("#bcumap-first .bcumap-heading").first).to_be_visible()
        handed_over(page)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".bcumap path.bcumap-area:not([d='M0 0'])").first).to_be_visible()
        page.wait_for_timeout(1000)
        moved, most, twice = page.evaluate("[moved, most, twice]")
        assert most == [1, 1]
        assert twice == []
        assert moved <= 0.1


def test_what_was_typed_goes_along_with_focus_and_selection(browser: Browser, server: str) -> None:
    with closing(browser.new_context(**DESK)) as context:  # type: ignore[arg-type]
        page = context.new_page()
        held: list[Route] = []  # the live page waits until everything is typed
        typed: list[str] = []
        page.route(
            "**/static/js/index.*.js",
            lambda route: route.continue_() if typed else held.append(route),
        )
        page.goto(server, wait_until="commit")
        box = page.locator("#bcumap-first input[name=q]")
        box.click()
        box.press_sequentially("Deptf")
        box.press("Shift+Home")
        page.locator("#bcumap-first").evaluate("element => element.scrollTop = 120")
        typed.append("Deptf")
        for route in held:
            route.continue_()
        handed_over(page)
        live = page.locator("#bcumap-q")
        expect(live).to_have_value("Deptf")
        expect(live).to_be_focused()
        assert live.evaluate("box => [box.selectionStart, box.selectionEnd]") == [0, 5]
        live_page = page.locator("[data-testid=stMain]")
        until(lambda: live_page.evaluate("main => main.scrollTop") == 120)


def test_without_scripts_it_is_a_working_site(browser: Browser, server: str) -> None:
    with closing(browser.new_context(**DESK, java_script_enabled=False)) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(server)
        page.locator("input[name=q]").fill("Deptford, Lewisham")
        page.get_by_role("button", name="Find").click()
        expect(page.locator(".bcumap-answer")).to_contain_text("Lewisham")
        page.locator(".bcumap-answer a", has_text="Deptford").first.click()
        expect(page.locator(".bcumap-panel h2").first).to_have_text("Deptford")
        expect(page.locator("svg.first-map")).to_be_visible()
        page.get_by_role("link", name="Your ward team, officers and contacts").click()
        expect(page.locator("h1")).to_have_text("Deptford")
        page.locator(".first-head").get_by_role("link", name="Front counters").click()
        page.locator("input[name=on]").fill("2025-09-01")
        page.get_by_role("button", name="Show this date").click()
        expect(page.locator(".first-main")).to_contain_text("1 September 2025")
        page.locator(".first-head").get_by_role("link", name="Download").click()
        with page.expect_download() as coming:
            page.get_by_role("link", name="Wards (GeoJSON)").click()
        assert coming.value.path().read_bytes().startswith(b'{"type":"FeatureCollection"')


def test_a_hostile_link_runs_nothing(visit: Visit) -> None:
    evil = quote('"><img src=x onerror=window.ran=1><script>window.ran=1</script>')
    for link in (
        f"/?q={evil}",
        f"/?title={evil}&at={evil}&sort={evil}&level={evil}",
        f"/ward?ward={evil}",
        f"/counters?on={evil}&measure={evil}",
    ):
        visit.page.goto(visit.address + link)
        assert visit.page.evaluate("window.ran") is None
    with closing(visit.context.new_page()) as frame:
        frame.goto(f"{visit.address}/embed?ward={DEPTFORD}&title={evil}&show={evil}")
        assert frame.evaluate("window.ran") is None


def test_the_title_follows_what_is_chosen(visit: Visit) -> None:
    page = visit.go("/?borough=E09000023")
    expect(page).to_have_title("Lewisham: who polices it")
    page.locator("#bcumap-q").fill("SE8 4RX")
    page.locator("#bcumap-q").press("Enter")
    expect(page).to_have_title("SE8 4RX: who polices it")
    page.go_back()
    expect(page).to_have_title("Lewisham: who polices it")
