"""Front counters in a real Chromium: known dates, and a date that moves without the server."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bcumap.facts import counters, store
from tests.browser.conftest import CONTRAST, Visit, at_night

DOCUMENT = store.counters_web()
FACTS = store.facts()
NONE_LEFT = {"Harrow", "Kensington and Chelsea", "Merton", "Richmond upon Thames", "Waltham Forest"}
STEP_LIMIT = 20_000  # bytes on the websocket


def panel(page: Page) -> str:
    return page.locator("#bcumap-panel").inner_text()


def figures(page: Page) -> list[str]:
    return page.locator("#bcumap-panel dt").all_inner_texts()


def open_signs(page: Page) -> Locator:
    return page.locator(".leaflet-marker-pane .counter, .leaflet-bcumap-counters-pane .counter")


def drawn(visit: Visit, link: str) -> Page:
    page = visit.go(link)
    expect(page.locator("#bcumap-panel dt")).to_have_count(6)
    return page


def move(page: Page, on: str) -> None:
    page.locator(".bcumap-time .day").fill(on)
    page.locator(".bcumap-time .day").press("Tab")


def test_before_the_changes_every_borough_has_one_that_never_closes(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2025-09-01")
    signs_have_their_colours_on_the_map_and_in_its_legend(page)
    assert figures(page)[:3] == ["37", "32", "32 of 32"]
    assert "Announced" not in panel(page)
    expect(page.locator(".bcumap-counters .list .held")).to_have_count(32)
    expect(open_signs(page)).to_have_count(35)  # two have no postcode
    assert "Church Street" in page.locator(".bcumap-counters .list").inner_text()
    assert visit.console == []
    assert visit.strangers() == []


def test_the_changes_of_2026_are_announced_and_closed_counters_can_be_shown(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2026-04-01")
    assert figures(page)[:3] == ["27", "2", "2 of 32"]
    assert "We have found nothing that confirms it happened." in panel(page)
    rows = page.locator(".bcumap-counters .list tr")
    expect(rows).to_have_count(32)
    none = {
        text.split("\t")[0].split("\n")[0]
        for text in rows.all_inner_texts()
        if "\tnone\t" in text.replace("\n", "\t")
    }
    assert none == NONE_LEFT
    expect(open_signs(page)).to_have_count(27)
    expect(page.locator(".counter.kind-24-7")).to_have_count(2)
    expect(page.locator(".counter.announced")).to_have_count(27)
    expect(page.locator(".counter.kind-closed")).to_have_count(0)
    page.get_by_text("Show closed counters too").click()
    expect(page.locator(".counter.kind-closed").first).to_be_visible()
    assert page.locator(".counter.kind-closed").count() >= 8


def test_before_all_are_known_no_figure_is_made_up(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2018-06-01")
    assert figures(page) == ["not known"] * 6
    assert "Not all counters of this date are known" in panel(page)
    expect(page.locator('.bcumap path[data-code="E09000023"]')).to_have_class(
        re.compile("no-figure")
    )


@pytest.mark.parametrize("each", [3, at_night(1)])
def test_every_date_is_drawn_as_the_module_says(visit: Visit, each: int) -> None:
    first, *later = [state["from"] for state in DOCUMENT["states"]]
    page = drawn(visit, f"/counters?on={first}")
    is_as_the_module_says(page, first)
    for state in later[::-each]:  # the last among them
        move(page, state)
        expect(page).to_have_url(re.compile(rf"on={state}"))
        is_as_the_module_says(page, state)


def is_as_the_module_says(page: Page, state: str) -> None:
    on = dt.date.fromisoformat(state)
    expect(page.locator(".bcumap-time .date")).to_have_text(f"{on.day} {on:%B %Y}")
    expected = counters.picture(DOCUMENT, on)
    placed = {site["name"] for site in DOCUMENT["sites"] if site["lat"] is not None}
    labels = {
        sign.split(":")[0]
        for sign in open_signs(page).evaluate_all("all => all.map((e) => e.ariaLabel)")
    }
    assert labels == {site.name for site in expected.standings if site.is_open} & placed
    for text in page.locator(".bcumap-counters .list tr").all_inner_texts():
        name = text.split("\n")[0].split("\t")[0]
        code = next(c for c, b in FACTS["boroughs"].items() if b["name"] == name)
        assert expected.areas[code]["promise"] in text
        metres = expected.areas[code]["nearest_m"]
        far = text.replace("\n", "\t").split("\t")[-1]
        assert far == ("not known" if metres is None else f"{metres / 1000:.1f}")


def test_a_move_needs_no_request_and_little_of_the_websocket(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2025-09-01")
    visit.settle()
    asked, received = len(visit.requests), visit.received
    map_before = page.evaluate("document.getElementById('map_bcumap').map._leaflet_id")
    move(page, "2026-04-01")
    assert figures(page)[0] == "27"  # at once
    visit.settle()
    expect(page).to_have_url(re.compile(r"on=2026-04-01"))
    assert visit.asked_since(asked) == []
    assert visit.received - received < STEP_LIMIT
    assert page.evaluate("document.getElementById('map_bcumap').map._leaflet_id") == map_before
    assert figures(page)[0] == "27"


def test_the_slider_and_the_steps_work_by_keyboard(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2026-03-03")
    page.locator(".bcumap-time .range").focus()
    page.keyboard.press("ArrowLeft")  # from change to change
    expect(page.locator(".bcumap-time .date")).to_have_text("28 February 2026")
    expect(page.locator(".bcumap-time .label")).to_have_text("Ten close, as announced")
    said = page.locator(".bcumap-time [role=status]")  # once, when it has come to rest
    expect(said).to_have_text("28 February 2026. Ten close, as announced")
    page.get_by_role("button", name="Earlier change").press("Enter")
    expect(page.locator(".bcumap-time .date")).to_have_text("15 October 2025")
    page.get_by_label("Key date").select_option(label="6 August 2025: A plan to close 18")
    expect(page.locator(".bcumap-time .label")).to_have_text("A plan to close 18")
    expect(page.locator('.counter[tabindex="0"]')).to_have_count(1)
    page.locator('.counter[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    sign = page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("Enter")
    about = page.locator(".counter-about")
    expect(about).to_be_focused()
    expect(about).to_have_attribute("role", "dialog")
    assert "Source:" in about.inner_text()
    page.keyboard.press("Escape")
    expect(about).to_have_count(0)
    assert page.evaluate("document.activeElement.ariaLabel") == sign


def test_a_borough_of_the_list_keeps_the_focus(visit: Visit) -> None:
    page = drawn(visit, "/counters")
    barnet = page.locator(".bcumap-counters .list").get_by_role("button", name="Barnet")
    barnet.press("Enter")
    expect(page).to_have_url(re.compile("borough=E09000003"))
    visit.settle()
    expect(barnet).to_be_focused()


def test_a_sign_tells_of_the_date_that_is_shown(visit: Visit) -> None:
    """It looks the same before and after the decision, and says another thing."""
    page = drawn(visit, "/counters?on=2025-09-01")
    harrow = page.locator('.counter[aria-label^="Harrow:"]')
    expect(harrow).to_have_count(1)
    move(page, "2025-10-20")
    harrow.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".counter-about")).to_contain_text("Since 15 October 2025")
    expect(page.locator(".counter-about strong a")).to_have_text("Harrow")
    expect(page.locator(".figures dd").nth(1)).to_have_text("open 24 hours")


def signs_have_their_colours_on_the_map_and_in_its_legend(page: Page) -> None:
    look = "getComputedStyle(document.querySelector(css))"
    fill = page.evaluate(f"(css) => {look}.fill", ".counter.kind-limited svg *")
    key = page.evaluate(f"(css) => {look}.color", ".bcumap-sign.kind-limited")
    assert fill == key == "rgb(200, 100, 42)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_boxes_of_the_date_have_an_edge_that_is_seen(visit: Visit, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = drawn(visit, "/counters")
    edge = f"""(box) => {{
      const {{ borderTopColor, backgroundColor }} = getComputedStyle(box);
      return ({CONTRAST})([backgroundColor], [backgroundColor, borderTopColor]);
    }}"""
    for name in (".day", ".key"):
        assert page.locator(f".bcumap-time {name}").evaluate(edge) >= 3


def test_playing_goes_from_change_to_change(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2025-09-01")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".bcumap-time .date")).to_have_text("15 October 2025")
    expect(page.locator(".bcumap-time .date")).to_have_text("28 February 2026")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_postcode_has_its_nearest_counter_on_the_date(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2025-09-01&q=E17 3NX")
    card = page.locator(".bcumap-panel", has_text="From E17 3NX")
    expect(card).to_contain_text("in a straight line")
    assert "/counter?site=" in (card.get_by_role("link").first.get_attribute("href") or "")
    before = card.inner_text()
    move(page, "2026-04-01")
    expect(card).to_contain_text("Announced. We have found nothing that confirms it happened.")
    assert card.inner_text() != before
    expect(page.locator(".bcumap .found-point")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=E17"))


def test_a_ward_has_the_average_of_its_residents(visit: Visit) -> None:
    page = drawn(visit, "/counters?on=2025-09-01&ward=E05013719")
    card = page.locator(".bcumap-panel", has_text="From Deptford, on average")
    expect(card).to_contain_text("for most, Lewisham")


@pytest.mark.parametrize("measure", ["promise", *map(at_night, ["nearest_24_7_m", "change"])])
def test_the_areas_are_shaded_by_each_measure(visit: Visit, measure: str) -> None:
    page = drawn(visit, f"/counters?on=2026-04-01&measure={measure}")
    harrow = page.locator('.bcumap path[data-code="E09000015"]')
    expect(harrow).to_have_class(re.compile(r"shade-\d"))
    said = {
        "nearest_24_7_m": r"open 24 hours: \d+\.\d km",
        "promise": "2012: not held",
        "change": r"September 2025: \d\.\d km",
    }
    expect(harrow).to_have_attribute("aria-label", re.compile(said[measure]))
    page.locator(".bcumap-levels span", has_text="Wards").click()
    ward = page.locator('.bcumap path[data-code="E05013719"]')
    expect(ward).to_have_class(
        re.compile("no-figure" if measure == "promise" else r"shade-\d"), timeout=15_000
    )


def test_today_says_what_is_open_now_and_who_is_worse_off(visit: Visit) -> None:
    page = drawn(visit, "/counters")
    the_closings_say_who_is_worse_off(page)
    text = page.locator(".bcumap-counters").inner_text()
    assert "“Open now” is as of" in text
    assert re.search(r"Charing Cross\n?open 24/7 \(announced\); now open", text)
    page.locator(".bcumap-time .back").click()
    expect(page.locator(".bcumap-counters .none")).to_have_text("")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        at_night("2011-12-31", "Nothing is known of front counters on 2011-12-31"),
        ("<script>alert(1)</script>", "is no date"),
        at_night("31.12.2018", "is no date; write it as 2018-12-31"),
        at_night("2999-01-01", "is out of range"),
        at_night("2099-01-01", "is still to come"),
        at_night("", "is no date"),
    ],
)
def test_a_wrong_date_is_told_kindly(visit: Visit, asked: str, said: str) -> None:
    page = drawn(visit, f"/counters?on={asked}")
    expect(page.locator(".bcumap-notice")).to_contain_text(said)
    assert visit.console == []


def the_closings_say_who_is_worse_off(page: Page) -> None:
    table = page.locator("table.bcumap-plain", has_text="What each closing changed")
    expect(table.locator("tbody tr")).to_have_count(8)
    assert "Pinner, Harrow: 6.9 km farther" in table.inner_text()
    text = page.locator("[data-testid=stMain]").inner_text()
    assert "Church Street and Royalty Studios close too" in text


def test_it_fits_a_phone_and_prints(phone: Visit) -> None:
    page = drawn(phone, "/counters?on=2026-04-01")
    wide = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth")
    assert wide <= 390  # it is Streamlit's main part that would scroll, never the document
    page.emulate_media(media="print")
    expect(page.locator(".bcumap-search")).to_be_hidden()
    expect(page.locator("#bcumap-panel")).to_be_visible()
