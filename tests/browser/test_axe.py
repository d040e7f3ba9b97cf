"""axe-core finds no fault of WCAG 2.1 A and AA on the maps and the timeline, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit

from .test_paper import paper_is_light_and_no_text_on_it_is_below_nine_points

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Those that another colour scheme can break: all else is the same element in both.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
PAGES = (
    "/officers",
    "/demand?borough=E09000023",
    "/counters?on=2025-09-01",
    "/about",
    "/history?on=2018-12-31",
    "/?q=SE8 4RX",
    "/counters?q=SE8 4RX&day=Sun&time=20:00",
    "/counter?site=Pinner",
    "/ward?ward=E05013719",
    "/compare?a=E05013719&b=SE",
)
ON_PAPER = PAGES[4:]
SCHEMES = {"light": RULES, "dark": OF_COLOURS}
# Streamlit's own parts, which we cannot mend.
NOT_OURS = [["[data-testid=stSidebar]"], ["[data-testid=stHeader]"]]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_it_can_be_read_on_paper(visit: Visit, path: str) -> None:
    page = visit.page
    page.goto(visit.address + path)
    page.locator(".bcumap-footer").wait_for()
    visit.settle()
    faults = []
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # What is good is not wanted: to tell of it takes three times as long as to find it.
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = Axe().run(page, context={"exclude": NOT_OURS}, options=options)
        faults += [
            f"{scheme}: {each['id']}: {node['html'][:160]}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
    assert not faults, "\n".join(faults)
    if path in ON_PAPER:
        paper_is_light_and_no_text_on_it_is_below_nine_points(page, path)
