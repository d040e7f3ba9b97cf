"""The counters that are open at an hour, and the page of one."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE, Visit


def test_sunday_evening_is_asked_for_and_a_counter_opened(visit: Visit) -> None:
    page = visit.go("/counters?q=SE8 4RX")
    page.locator(".bcumap-ask-form [name=day]").select_option("Sunday")
    page.locator(".bcumap-ask-form [name=time]").select_option("20:00")
    page.get_by_role("button", name="Show", exact=True).click()
    list_ = page.get_by_role("region", name="Open on Sunday at 20:00, nearest to SE8 4RX first")
    expect(list_.locator("li")).to_have_count(2)
    assert "day=Sun&time=20" in page.url
    page.evaluate("window.isTheSame = true")
    list_.get_by_role("link", name="Charing Cross").click()
    expect(page.get_by_role("heading", name="Charing Cross front counter")).to_be_visible()
    # The place is kept, and no page was loaded anew.
    expect(page.get_by_text("from SE8 4RX, in a straight line")).to_be_visible()
    assert page.evaluate("window.isTheSame")
    assert visit.strangers() == []


def test_pinner_s_counter_is_found_by_its_name(visit: Visit) -> None:
    page = visit.go("/counters")
    page.locator("#bcumap-q").fill("Pinner")
    page.locator("#bcumap-q").press("Enter")
    found = page.get_by_role("region", name="Front counters of that name")
    expect(found).to_contain_text("Closed since 28 February 2026 (announced)")
    found.get_by_role("link", name="Pinner").click()
    expect(page.get_by_role("heading", name="What happened to it")).to_be_visible()


def test_directions_are_the_device_s_own(browser: Browser, server: str) -> None:
    agent = "Mozilla/5.0 (Linux; Android 16) Mobile"
    page = browser.new_context(**PHONE, user_agent=agent).new_page()
    page.goto(f"{server}/counter?site=Lewisham")
    page.locator("#bcumap-first").wait_for(state="detached")
    link = page.get_by_role("link", name="Directions")
    expect(link).to_have_attribute("data-point", "51.46327,-0.00976")
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url))
    link.click()
    page.wait_for_timeout(500)
    assert not [url for url in told if "openstreetmap" in url]
    assert len(page.context.pages) == 1
    page.context.close()
