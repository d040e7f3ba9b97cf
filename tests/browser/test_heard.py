"""What a screen reader is given: one answer once, and no flood while a date moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, at_night

# Every text that a live region has come to have, as soon as it has it.
LISTEN = """
window.heard = [];
const live = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off]), output";
const had = new WeakMap();
const hear = (region) => {
  const text = (region.innerText ?? "").trim();
  if (text && text !== had.get(region)) window.heard.push(text);
  had.set(region, text);
};
new MutationObserver((changes) => {
  const regions = new Set();
  for (const { target, addedNodes } of changes) {
    const element = target.closest ? target : target.parentElement;
    regions.add(element?.closest(live));
    addedNodes.forEach((node) => {
      if (node.matches?.(live)) regions.add(node);
      node.querySelectorAll?.(live).forEach((each) => regions.add(each));
    });
  }
  regions.forEach((each) => each && hear(each));
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
SETTLED_MS = 2500


@pytest.fixture
def listener(browser: Browser, server: str) -> Iterator[Visit]:
    visit = Visit(browser, server)
    visit.page.add_init_script(LISTEN)
    yield visit
    visit.context.close()


def heard(page: Page) -> list[str]:
    page.wait_for_timeout(SETTLED_MS)
    found: list[str] = page.evaluate("window.heard")
    return found


@pytest.mark.parametrize("path", ["/counters", *map(at_night, ["/", "/history", "/ward"])])
def test_an_answer_is_heard_once(listener: Visit, path: str) -> None:
    page = listener.go(path)
    heard(page)
    page.locator("#bcumap-q").fill("se84rx")
    expect(page.locator(".bcumap-search .status")).to_have_text("1 suggestion")
    page.evaluate("window.heard = []")
    page.locator("#bcumap-q").press("Enter")
    expect(page.locator(".bcumap-answer h2[tabindex]")).to_be_focused()
    told = "SE8 4RX is in Deptford ward, Lewisham, policed by South East BCU."
    assert heard(page) == [told]


@pytest.mark.parametrize("path", ["/counters?q=SE8 4RX", at_night("/history?q=SE8 4RX")])
def test_a_date_that_moves_is_heard_when_it_rests(listener: Visit, path: str) -> None:
    page = listener.go(path)
    page.locator(".bcumap-time .range").focus()
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("window.heard = []")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    (told,) = heard(page)
    assert len(told) < 100
    page.evaluate("window.heard = []")
    page.get_by_role("button", name="Play").click()
    assert heard(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert len(heard(page)) == 1
