"""The content security policy in a real Chromium: every page works under it, and it holds."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

DEPTFORD = "E05013719"


def test_every_page_works_under_the_policy_and_breaks_no_rule(visit: Visit, tmp_path: Path) -> None:
    _map_and_search(visit.go())
    _charts(visit.go(f"/ward?ward={DEPTFORD}"))
    _list(visit.go("/officers"), tmp_path)
    _slider(visit.go("/counters?on=2026-03-03"))
    _slider(visit.go("/history?on=2018-12-31"))
    visit.page.goto(visit.address + "/download")
    visit.page.get_by_role("button", name="Make the file").wait_for()
    visit.page.goto(visit.address + "/api")
    expect(visit.page.get_by_role("heading", name="The API")).to_be_visible()
    assert visit.console == []
    assert visit.strangers() == []


def test_what_the_policy_forbids_does_not_run(visit: Visit) -> None:
    page = visit.go()
    page.evaluate(
        "const script = document.createElement('script');"
        "script.textContent = 'window.ran = 1'; document.head.append(script);"
        "setTimeout('window.evaluated = 1'); fetch('http://127.0.0.1:9/').catch(() => 0); 0"
    )
    page.wait_for_timeout(500)
    assert page.evaluate("[window.ran, window.evaluated]") == [None, None]
    broken = "".join(line for line in visit.console if "Content Security Policy" in line)
    for rule in ("inline script", "as JavaScript", "Refused to connect"):
        assert rule in broken


def _map_and_search(page: Page) -> None:
    page.locator(".bcumap path.bcumap-area").first.press("Enter")
    page.locator("#bcumap-panel h2").wait_for()
    page.locator("#bcumap-q").fill("SE8 4RX")
    page.locator("#bcumap-options li").first.wait_for()
    page.locator("#bcumap-q").press("Enter")
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")


def _charts(page: Page) -> None:
    """Bars, whose texts and colours Vega works out from expressions."""
    charts = page.locator("[data-testid=stVegaLiteChart]")
    bars = charts.locator("[aria-roledescription=bar]")
    expect(charts.locator("[aria-label*='Camden: no reliable figure']").first).to_be_attached()
    assert len({bar.get_attribute("fill") for bar in bars.all()}) == 2  # one is chosen


def _list(page: Page, folder: Path) -> None:
    path = folder / "list.csv"
    path.write_text("Ward,Borough,DWO,PCSO\nDeptford,Lewisham,2,1\nEvelyn,Lewisham,1,0\n")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator(".bcumap-verdict")).to_contain_text("Read 2 rows", timeout=60_000)


def _slider(page: Page) -> None:
    date = page.locator(".bcumap-time .date")
    before = date.inner_text()
    page.locator(".bcumap-time .range").press("ArrowLeft")
    expect(date).not_to_have_text(before)
    expect(date).to_have_text(re.compile(r"20\d\d"))
