"""Resources and demand in a real Chromium: questions, states, phone, dark, paper."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from bcumap.facts import store
from tests.browser.conftest import Visit
from tests.browser.test_officers import area, select, shaded

LEWISHAM, DEPTFORD = "E09000023", "E05013719"
FIRST_LIMIT, STATE_LIMIT = 80_000, 45_000  # bytes on the websocket, unpacked: 23 and 15 KB packed


def said(page: Page) -> str:
    """All that can be read on the page, in one line."""
    return " ".join(page.locator("#root").inner_text().split())


def charts(page: Page) -> list[str]:
    """What the charts say of themselves to who cannot see them."""
    labels = page.locator("[data-testid=stVegaLiteChart] [aria-label]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    return [label for label in labels if label]


def test_three_questions_are_answered_with_figure_date_and_caution(visit: Visit) -> None:
    page = visit.go("/demand")
    text = said(page)
    # Which BCU has the most offences per promised ward officer?
    assert re.search(r"[^.]*Central West[^.]*697[^.]*promised", text), text[:3000]
    assert "from July 2025 to June 2026" in text or "July 2025 to June 2026" in text
    # Did confidence fall before or after 2018?
    survey = store.demand().survey
    first, last = survey.quarters[0], survey.quarters[-1]
    assert (first, last) == ("2014-12", "2025-09")
    told = page.locator("p", has_text="December 2014").first.inner_text()
    assert re.search(r"67.?% in December 2014, 68.?% in December 2017 \(before the twelve", told)
    assert re.search(r"46.?% in September 2025", told)
    assert "survey" in text
    # How does Deptford compare with Lewisham and the Met?
    page = visit.go(f"/demand?ward={DEPTFORD}")
    beside = page.locator("table", has_text="Deptford").filter(has_text="The Met").first
    rows = [line.split("	")[0] for line in beside.inner_text().splitlines()]
    assert {"Deptford", "Lewisham", "The Met"} <= set(rows), rows
    assert visit.console == []
    assert visit.strangers() == []


def test_another_group_and_level_change_map_table_legend_and_charts(visit: Visit) -> None:
    page = visit.go("/demand")
    visit.settle()
    assert visit.received < FIRST_LIMIT
    legend, before = page.locator(".bcumap-legend").inner_text(), charts(page)
    received = visit.received
    select(page, "Which offences", "Burglary")
    expect(page.locator(".bcumap-table caption", has_text="Burglary")).to_be_visible()
    visit.settle()
    assert visit.received - received < STATE_LIMIT
    assert page.locator(".bcumap-legend").inner_text() != legend
    assert "group=burglary" in page.url
    after = charts(page)
    assert after[0] != before[0]
    label = area(page, "SE").get_attribute("aria-label") or ""
    assert "Burglary" in label
    figure = label.rpartition(": ")[2]
    assert figure in page.locator(".bcumap-table tr", has_text="South East").last.inner_text()
    page.locator(".bcumap-levels span", has_text="Boroughs").click()
    shaded(page, LEWISHAM)
    expect(page.locator(".bcumap-table caption", has_text="boroughs").last).to_be_visible()
    visit.settle()
    label = area(page, LEWISHAM).get_attribute("aria-label") or ""
    figure = label.rpartition(": ")[2]
    assert figure in page.locator(".bcumap-table tr", has_text="Lewisham").last.inner_text()
    assert visit.console == []


def test_a_phone_shows_all_of_it_in_its_width_in_light_and_dark(phone: Visit) -> None:
    page = phone.go(f"/demand?borough={LEWISHAM}")
    colours = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        phone.settle()
        wide = page.evaluate(
            "() => [document.scrollingElement.scrollWidth, innerWidth,"
            " ...[...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
            ".map(each => Math.round(each.getBoundingClientRect().right))]"
        )
        assert max(wide) <= wide[1], wide
        colours[scheme] = page.evaluate("() => getComputedStyle(document.body).color")
    assert len(charts(page)) >= 4


def test_it_is_printed_with_its_tables_and_cautions(visit: Visit) -> None:
    page = visit.go(f"/demand?borough={LEWISHAM}")
    visit.settle()
    page.emulate_media(media="print")
    text = page.locator("#root").inner_text()
    for words in ("Central West", "Cautions", "Lewisham"):
        assert words in text
    for hidden in (page.locator(".bcumap-search").first, page.get_by_role("combobox").first):
        expect(hidden).to_be_hidden()
    pdf = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 14
