"""Words are explained where they stand, without losing the visit."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_what_a_word_means_is_one_press_away(visit: Visit) -> None:
    page = visit.go("/?q=SE8 4RX")
    page.evaluate("window.isTheSame = true")
    page.get_by_role("link", name="What is a BCU?").click()
    expect(page.locator("#bcu")).to_be_in_viewport()
    assert page.evaluate("window.isTheSame")
    page.go_back()
    expect(page.get_by_role("heading", name="SE8 4RX")).to_be_visible()
    page.locator(".bcumap-footer").get_by_role("link", name="About, privacy").click()
    expect(page.get_by_role("heading", name="Accessibility statement")).to_be_visible()
    assert visit.strangers() == []
