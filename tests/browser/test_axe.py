"""axe-core finds no fault of WCAG 2.2 A and AA nor of good practice, whatever a page looks like."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESK, PHONE, Visit, at_night

from .test_paper import paper_is_light_and_no_text_on_it_is_below_nine_points

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Those that another colour scheme can break: all else is the same element in both.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
PAGES = ("/officers", "/counters?on=2025-09-01")
PAGES_BY_NIGHT = ("/demand?borough=E09000023", "/about", "/download", "/")
ON_PAPER = ("/history?on=2018-12-31", "/?q=SE8 4RX", "/ward?ward=E05013719")
ON_PAPER_BY_NIGHT = (
    "/counters?q=SE8 4RX&day=Sun&time=20:00", "/counter?site=Pinner", "/compare?a=E05013719&b=SE",
)  # fmt: skip
LOOKS = (
    ("light", {"color_scheme": "light"}, RULES),
    ("dark", {"color_scheme": "dark"}, OF_COLOURS),
    ("forced colours", {"color_scheme": "light", "forced_colors": "active"}, OF_COLOURS),
    ("phone", {"forced_colors": "none"}, RULES),
)
# Streamlit's own parts, which we cannot mend.
NOT_OURS = [["[data-testid=stSidebar]"], ["[data-testid=stHeader]"]]
# It has a name, which browsers heed more than the role.
UPLOADER = ("presentation-role-conflict", "stFileUploaderDropzone")


@pytest.mark.parametrize(
    "path", [*PAGES, *ON_PAPER, *map(at_night, PAGES_BY_NIGHT), *map(at_night, ON_PAPER_BY_NIGHT)]
)
def test_axe_finds_nothing_and_it_can_be_read_on_paper(visit: Visit, path: str) -> None:
    page = visit.page
    page.goto(visit.address + path)
    page.locator(".bcumap-footer").wait_for()
    visit.settle()
    faults = []
    for look, media, rules in LOOKS:
        page.emulate_media(**media)  # type: ignore[arg-type]
        if look == "phone":
            page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
            visit.settle()
        # What is good is not wanted: to tell of it takes three times as long as to find it.
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = Axe().run(page, context={"exclude": NOT_OURS}, options=options)
        faults += [
            f"{look}: {each['id']}: {node['html'][:160]}"
            for each in found.response["violations"]
            for node in each["nodes"]
            if each["id"] != UPLOADER[0] or UPLOADER[1] not in node["html"]
        ]
    page.set_viewport_size(DESK["viewport"])  # type: ignore[arg-type]
    assert not faults, "\n".join(faults)
    if path in (*ON_PAPER, *ON_PAPER_BY_NIGHT):
        paper_is_light_and_no_text_on_it_is_below_nine_points(page, path)
