"""How areas changed in a real Chromium: boroughs that merge into BCUs as the date moves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, at_night

STEP_LIMIT = 20_000  # bytes on the websocket


def drawn(visit: Visit, link: str) -> Page:
    page = visit.go(link)
    page.locator(".bcumap path.unit").first.wait_for(state="attached")
    expect(page.locator("#bcumap-panel dt")).to_have_count(3)
    return page


def figures(page: Page) -> list[str]:
    return page.locator("#bcumap-panel dt").all_inner_texts()


def listed(page: Page) -> dict[str, str]:
    rows = page.locator(".bcumap-units .list tr").all_inner_texts()
    return {row.split("\t")[0]: row.split("\t")[1] for row in rows}


def test_at_first_every_borough_has_its_own_unit(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2014-01-01")
    assert figures(page) == ["32", "0", "1 + 1"]
    expect(page.locator(".bcumap path.unit")).to_have_count(33)
    expect(page.locator(".bcumap path.unit.city")).to_have_count(1)
    assert set(listed(page).values()) == {"not yet"}
    assert visit.console == []
    assert visit.strangers() == []


def test_at_the_end_of_2018_eight_are_live_and_four_not_yet(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2018-12-31")
    then = listed(page)
    assert {name for name, said in then.items() if said.startswith("live")} == {
        "Central North", "East Area", "South West", "West Area", "North East", "Central East",
        "North West", "South East",
    }  # fmt: skip
    assert {name for name, said in then.items() if said == "not yet"} == {
        "Central South", "North Area", "South Area", "Central West"
    }  # fmt: skip
    assert then["South East"] == "live (evidence)"
    expect(page.locator(".bcumap path.unit.planned")).to_have_count(0)
    names = page.locator(".unit-name").all_inner_texts()
    assert {"West", "East Area", "South East"} < set(names)
    # The other pages are as they were.
    page.get_by_role("link", name="Map", exact=True).first.click()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(13)
    expect(page.locator(".bcumap.units")).to_have_count(0)
    page.get_by_role("link", name="Front counters").first.click()
    expect(page.locator("#bcumap-panel dt")).to_have_count(6)
    assert visit.console == []


def test_today_there_are_twelve(looks: Visit) -> None:
    page = drawn(looks, "/history")
    assert figures(page) == ["0", "12", "2 + 1"]
    expect(page.locator(".bcumap path.unit")).to_have_count(13)
    assert "Contains OS data" in page.locator(".leaflet-control-attribution").inner_text()


def test_structures_money_and_sources_are_told(looks: Visit) -> None:
    page = drawn(looks, "/history")
    expect(page.locator(".bcumap-structures section")).to_have_count(5)
    text = page.locator("[data-testid=stMain]").inner_text()
    for fact in ("£73 million", "−1,583", "£600 million", "£325 million", "Baroness Casey"):
        assert fact in text
    assert "6 × Chief inspectors" in text


def test_the_boroughs_merge_as_the_date_moves(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2016-12-31")
    visit.settle()
    asked, received = len(visit.requests), visit.received
    page.get_by_role("button", name="Later change").click()
    expect(page.locator(".bcumap-time .date")).to_have_text("1 January 2017")
    expect(page.locator(".bcumap path.unit")).to_have_count(30)
    expect(page.locator('.bcumap path[data-code="EA"]')).to_have_attribute(
        "aria-label", re.compile("East Area BCU, test unit took over in the course of January 2017")
    )
    visit.settle()
    expect(page).to_have_url(re.compile("on=2017-01-01"))
    assert visit.asked_since(asked) == []
    assert visit.received - received < STEP_LIMIT


def test_playing_ends_with_the_last_change(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2018-11-15")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".bcumap path.unit")).to_have_count(13)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=15_000)
    expect(page.locator(".bcumap-time .date")).to_have_text("18 July 2023")


def test_a_place_is_told_who_policed_it_then(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2018-12-31&q=SE8 4RX")
    text = page.locator("[data-testid=stMain]").inner_text()
    assert "On 31 December 2018 it was policed by South East BCU (evidence)." in text
    page.locator(".bcumap-time .day").fill("2015-05-05")
    page.locator(".bcumap-time .day").press("Tab")
    expect(page.get_by_text("On 5 May 2015 it was policed by its own borough unit")).to_be_visible()


def test_a_place_is_marked_and_shown(visit: Visit) -> None:
    page = drawn(visit, "/history?on=2018-12-31&ward=E05013719")
    expect(page.locator(".bcumap .chosen-line")).to_have_count(1)
    assert page.evaluate("map_bcumap.map.getBounds().contains(map_bcumap.map.bcumapGoal.bounds)")
    assert page.evaluate("map_bcumap.map.getZoom()") > 12
    expect(page.locator(".bcumap path.bcumap-area:not(.unit)")).to_have_count(0)
    page.get_by_role("button", name="Forget your place").click()
    expect(page.locator(".bcumap .chosen-line")).to_have_count(0)


@pytest.mark.parametrize(
    "asked", ["<b>", at_night("1828-01-01"), at_night("soon"), at_night("2100-01-01")]
)
def test_a_wrong_date_is_told_kindly(visit: Visit, asked: str) -> None:
    page = drawn(visit, f"/history?on={asked}")
    expect(page.locator(".bcumap-notice")).to_be_visible()
    assert figures(page)[1] == "12"
