"""The search box in a real Chromium: keyboard first, kind to slips, shared by link."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from bcumap.base.words import PAGES
from tests.browser.conftest import Visit

ANSWER_LIMIT = 10_000  # bytes on the websocket


def box(page: Page) -> None:
    """Go to the search box as a keyboard does; an answer that comes meanwhile takes the focus."""
    field = page.locator("#bcumap-q")
    for _ in range(10):
        if field.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("/")
        page.wait_for_timeout(200)
    expect(field).to_be_focused()


def options(page: Page) -> list[str]:
    """What is suggested, once it no longer changes: half a word has suggestions, too."""
    listed = page.locator("#bcumap-options li")
    listed.first.wait_for()
    seen: list[str] = []
    while (now := listed.all_inner_texts()) != seen:
        seen = now
        page.wait_for_timeout(300)
    return seen


def answer(page: Page) -> str:
    return page.locator(".bcumap-answer").inner_text()


# --- asking --------------------------------------------------------------------------------------


def test_a_postcode_typed_and_entered_is_answered(visit: Visit) -> None:
    page = visit.go()
    box(page)
    page.keyboard.type("se84rx")
    page.keyboard.press("Enter")
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")
    assert "SE8 4RX is in Deptford ward, Lewisham, policed by South East BCU." in answer(page)
    assert "62 m from its ward’s boundary" in answer(page)
    assert "postcodes of November 2025; wards of 2025" in answer(page)
    expect(page.locator("#bcumap-panel h2")).to_have_text("Deptford")
    expect(page).to_have_url(re.compile(r"/\?q=se84rx$"))


def test_the_map_shows_the_ward_and_the_point_in_it(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    expect(page.locator(".bcumap .found-point")).to_have_count(1)
    expect(page.locator(".bcumap .chosen-line")).to_have_count(1)
    ward = page.locator('.bcumap path[data-code="E05013719"]').bounding_box()
    point = page.locator(".bcumap .found-point").bounding_box()
    assert ward["x"] < point["x"] + point["width"] / 2 < ward["x"] + ward["width"]
    assert ward["y"] < point["y"] + point["height"] / 2 < ward["y"] + ward["height"]
    assert page.evaluate("document.getElementById('map_bcumap').map.getZoom()") >= 12
    lat, lon = page.evaluate(
        "(() => { const all = document.getElementById('map_bcumap').map.bcumapPoint.getLayers();"
        " return [all[0].getLatLng().lat, all[0].getLatLng().lng]; })()"
    )
    assert (lat, lon) == (51.47538, -0.02377)  # OS's own conversion of 537342, 177009


def test_what_is_not_certain_is_said_listed_and_outlined(visit: Visit) -> None:
    page = visit.go("/?q=SW2 1AA")
    expect(page.locator(".bcumap .possible-line")).to_have_count(1)
    assert "25 m from the boundary with Brixton Acre Lane ward" in answer(page)
    assert "some of its addresses may be there" in answer(page)
    assert "unsure" in (page.locator(".bcumap-answer").get_attribute("class") or "")
    page.locator(".bcumap-answer a", has_text="Brixton Acre Lane").click()
    expect(page.locator("#bcumap-panel h2")).to_have_text("Brixton Acre Lane")
    expect(page.locator(".bcumap-answer")).to_have_count(0)
    expect(page.locator(".bcumap .found-point")).to_have_count(0)
    expect(page.locator(".bcumap .possible-line")).to_have_count(0)


def test_a_second_question_moves_the_point(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    for query, ward in (("SE8 4AG", "Deptford"), ("E1 1AA", "Whitechapel"), ("NA", "North Area")):
        box(page)
        page.keyboard.press("Control+A")
        page.keyboard.type(query)
        page.keyboard.press("Enter")
        expect(page.locator("#bcumap-panel h2")).to_have_text(ward)
        expect(page.locator(".bcumap .found-point")).to_have_count(0 if query == "NA" else 1)
        expect(page.locator(".bcumap .chosen-line")).to_have_count(1)


def test_the_thames_and_the_country_have_no_ward(visit: Visit) -> None:
    page = visit.go("/?q=51.50715,-0.1165")
    assert "in the tidal Thames" in answer(page)
    expect(page.locator(".bcumap .found-point")).to_have_count(1)
    page = visit.go("/?q=M1 1AA")
    assert "M1 1AA is outside London." in answer(page)
    expect(page.locator(".bcumap .found-point")).to_have_count(0)


def test_a_choice_is_made_with_a_link(visit: Visit) -> None:
    page = visit.go("/?q=abbey")
    assert "2 areas have this name" in answer(page)
    page.locator(".bcumap-answer a").first.click()
    expect(page.locator("#bcumap-panel h2")).to_have_text("Abbey")
    expect(page).to_have_url(re.compile(r"\?ward=E05\d{6}$"))


def test_a_slip_is_answered_kindly(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RI")
    assert "London has no postcode SE8 4RI." in answer(page)
    page.locator(".bcumap-answer a").first.click()
    expect(page.locator(".bcumap-answer h2")).not_to_have_text("SE8 4RI")
    expect(page.locator(".bcumap-answer h2")).to_contain_text("SE8 4")
    assert "Deptford" in answer(page) or "Brockley" in answer(page)


def test_a_click_on_the_map_ends_the_question(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")
    page.locator('.bcumap path[data-code="E05013716"]').dispatch_event("click")
    expect(page.locator("#bcumap-panel h2")).to_have_text("Brockley")
    expect(page.locator(".bcumap-answer")).to_have_count(0)
    expect(page.locator("#bcumap-q")).to_have_value("")
    expect(page).to_have_url(re.compile(r"/\?ward=E05013716$"))


# --- suggestions ---------------------------------------------------------------------------------


def test_suggestions_come_while_typing_and_are_picked_with_the_arrows(visit: Visit) -> None:
    page = visit.go()
    box(page)
    page.keyboard.type("brock")
    assert options(page)[0] == "Brockley ward in Lewisham"
    field = page.locator("#bcumap-q")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "bcumap-option-0")
    expect(page.locator("#bcumap-option-0")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#bcumap-panel h2")).to_have_text("Brockley")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_postcode_is_suggested_part_by_part(visit: Visit) -> None:
    page = visit.go()
    box(page)
    page.keyboard.type("se8")
    assert options(page)[:2] == ["SE8 3 postcodes", "SE8 4 postcodes"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#bcumap-q")).to_have_value("SE8 4")
    expect(page.locator("#bcumap-option-0")).to_contain_text("SE8 4AA")
    page.keyboard.type("rx")
    expect(page.locator("#bcumap-options li")).to_have_count(1)
    page.locator("#bcumap-option-0").click()
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")


def test_the_arrows_go_round_and_escape_closes(visit: Visit) -> None:
    page = visit.go()
    box(page)
    page.keyboard.type("abbey")
    number = len(options(page))
    field = page.locator("#bcumap-q")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", f"bcumap-option-{number - 1}")
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    expect(page.locator("#bcumap-options")).to_be_hidden()
    expect(field).to_have_value("abbey")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_the_box_is_the_first_thing_that_tab_reaches_after_the_pages(visit: Visit) -> None:
    page = visit.go()
    page.mouse.click(2, 2)
    reached: list[str] = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.innerText")
        )
        if reached[-1] == "bcumap-q":
            break
    pages = [title for _, title in PAGES]
    assert [each for each in reached if each] == [*pages, "stMain", "bcumap-q"]


def test_the_box_has_names_for_a_screen_reader(visit: Visit) -> None:
    page = visit.go()
    expect(
        page.get_by_role("combobox", name="Postcode, street, place, ward, borough or BCU")
    ).to_be_visible()
    expect(page.get_by_role("search")).to_be_visible()
    box(page)
    page.keyboard.type("se8 4rx")
    options(page)
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    expect(page.locator(".bcumap-search .status")).to_have_text("1 suggestion")


# --- what it costs, and what it withstands -------------------------------------------------------


def test_asking_sends_little_and_to_nobody_else(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    visit.settle()
    before, asked = visit.received, len(visit.requests)
    box(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("SE8 4AG", delay=30)
    page.keyboard.press("Enter")
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4AG")
    visit.settle()
    assert visit.received - before < ANSWER_LIMIT
    urls = visit.asked_since(asked)
    assert all("/suggest?q=" in url for url in urls), urls
    assert visit.strangers() == []
    assert visit.console == []


HOSTILE = [
    "<script>window.hurt = 1</script>",
    '"><img src=x onerror="window.hurt = 1">',
    "javascript:window.hurt=1",
    "'; DROP TABLE wards; --",
    "{{7*7}} ${7*7} %s %n",
    "\u202eXR4 8ES\u202c",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 SE8",
    "../../etc/passwd",
]


def test_nothing_that_is_asked_can_run(visit: Visit) -> None:
    page = visit.go()
    for query in HOSTILE:
        box(page)
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(query)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, query=query: asked(url) == query)
        expect(page.locator(".bcumap-answer")).to_have_count(1)
        visit.settle()
        assert page.evaluate("window.hurt") is None
    expect(page.locator(".bcumap-answer script, .bcumap-answer img")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert visit.console == []


def asked(url: str) -> str:
    """What a link asks."""
    return parse_qs(urlsplit(url).query).get("q", [""])[0]


def test_the_box_works_without_suggestions(visit: Visit) -> None:
    visit.page.route("**/suggest?*", lambda route: route.abort())
    page = visit.go()
    box(page)
    page.keyboard.type("SE8 4RX", delay=20)
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")


# --- on a phone ----------------------------------------------------------------------------------


def test_on_a_phone_the_answer_is_what_one_sees(phone: Visit) -> None:
    page = phone.go("/?q=SE8 4RX")
    for shown in ("h2", "a[href^='tel:999']", "a[href^='tel:101']"):  # who it is and whom to call
        box = page.locator(".bcumap-answer").locator(shown).bounding_box()
        assert box["y"] + box["height"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_where_a_phone_is(browser: Browser, server: str) -> None:
    """The device is asked, and told nobody else."""
    there = {"latitude": 51.47538, "longitude": -0.02377, "accuracy": 100}
    visit = Visit(
        browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        geolocation=there, permissions=["geolocation"],
    )  # fmt: skip
    page = visit.go()
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("#bcumap-panel h2")).to_have_text("Deptford")
    assert "It may be in" in answer(page)
    assert "exact to 103 m" in answer(page)
    assert visit.strangers() == []
    visit.context.close()


def test_a_phone_that_may_not_say_where_it_is(browser: Browser, server: str) -> None:
    visit = Visit(
        browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = visit.go()
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator(".bcumap-search .status")).to_contain_text("Type a postcode instead")
    visit.context.close()


def test_a_desk_is_not_asked_where_it_is(visit: Visit) -> None:
    """It has no receiver: its browser would ask another host."""
    page = visit.go()
    expect(page.get_by_role("button", name="Use my location")).to_have_count(0)
