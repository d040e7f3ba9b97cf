"""axe-core finds no fault of WCAG 2.1 A and AA on the maps and the timeline, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/?q=SE8 4RX",
    "/officers",
    "/demand?borough=E09000023",
    "/counters?on=2025-09-01",
    "/history?on=2018-12-31",
    "/counters?q=SE8 4RX&day=Sun&time=20:00",
    "/counter?site=Pinner",
    "/about",
    "/ward?ward=E05013719",
    "/compare?a=E05013719&b=SE",
)
# Streamlit's own parts, which we cannot mend.
NOT_OURS = [["[data-testid=stSidebar]"], ["[data-testid=stHeader]"]]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visit: Visit, path: str) -> None:
    page = visit.page
    page.goto(visit.address + path)
    page.locator(".bcumap-footer").wait_for()
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, context={"exclude": NOT_OURS}, options={"runOnly": RULES})
        faults += [
            f"{scheme}: {each['id']}: {node['html'][:160]}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
    page.emulate_media(color_scheme="light")
    assert not faults, "\n".join(faults)
