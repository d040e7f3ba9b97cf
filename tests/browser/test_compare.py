"""Areas beside each other, as a visitor comes to them, adds one and goes on."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit

DEPTFORD = "E05013719"


def test_an_area_is_compared_by_its_link_and_another_by_the_box(visit: Visit) -> None:
    page = visit.go(f"/?ward={DEPTFORD}")
    page.get_by_role("link", name="Compare with another area").click()
    expect(page.get_by_role("heading", name="Compare areas")).to_be_visible()
    areas = page.locator(".bcumap-beside > section")
    expect(areas).to_have_count(1)
    for number, name in ((2, "Pinner"), (3, "Hackney")):
        page.locator("#bcumap-q").fill(name)
        page.locator("#bcumap-q").press("Enter")
        expect(areas).to_have_count(number)
    # What was asked before stays: all three, in a link of their own.
    assert f"a={DEPTFORD}" in page.url
    assert "b=E05013555" in page.url
    expect(page).to_have_title("Deptford, Lewisham; Pinner, Harrow; Hackney: compared")
    rows = page.locator("table.bcumap-plain", has_text="Officers promised")
    expect(rows.locator("tr", has_text="Officers promised").locator("td")).to_have_text(
        ["3", "3", "63"]
    )
    page.get_by_role("link", name="Remove Pinner, Harrow").click()
    expect(areas).to_have_count(2)
    maps = page.locator("img.bcumap-small")
    expect(maps).to_have_count(6)
    drawn = "images => Promise.all(images.map(each => each.decode().then(() => each.naturalWidth)))"
    assert maps.evaluate_all(drawn) == [360] * 6
    assert visit.strangers() == []
    assert visit.console == []


def test_a_comparison_is_of_what_its_link_names_alone(visit: Visit) -> None:
    page = visit.go(f"/?ward={DEPTFORD}")
    page.evaluate(
        "history.pushState(null, '', '/compare?a=SE&b=NA');"
        " dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(page.locator(".bcumap-beside > section")).to_have_count(2)
    assert page.url.endswith("/compare?a=SE&b=NA")


def test_a_phone_shows_two_areas_without_scrolling_sideways(phone: Visit) -> None:
    page = phone.page
    page.goto(f"{phone.address}/compare?a={DEPTFORD}&b=SE")
    table = page.locator(".bcumap-compare").first
    expect(table).to_be_visible()
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
