"""What is pressed is large enough: 24 px everywhere, 44 px of what a page is for."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit, at_night

# What is too small, but for a link within a text and what the framework hides beside the page.
SMALL = """() => {
  const all = document.querySelectorAll("a[href], button, select, summary, input:not([type=hidden]), .counter");
  const isSeen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isInText = (e) => e.matches("a") && getComputedStyle(e).display === "inline"
    && [...e.parentElement.childNodes].some((n) => n.nodeType === 3 && n.nodeValue.trim().length > 1);
  const found = [];
  for (const e of all) {
    if (!isSeen(e) || isInText(e) || e.closest("[data-testid=stSidebar], [data-testid=stHeader], small")) continue;
    const box = (e.matches("input") && e.closest("label") || e).getBoundingClientRect();
    if (box.width < 2 || Math.min(box.width, box.height) >= 24) continue;
    found.push([Math.round(box.width), Math.round(box.height), (e.ariaLabel || e.textContent || e.id).trim()]);
  }
  return found;
}"""  # noqa: E501


@pytest.mark.parametrize(
    "path",
    [
        "/?q=E1 6AN",
        "/ward?ward=E05013719",
        "/counters?q=SE8 4RX&day=Sun&time=20:00&closed=1",
        at_night("/?ward=E05013719"),
        at_night("/compare?a=E05013719&b=SE"),
        at_night("/counter?site=Pinner"),
    ],
)
def test_what_is_pressed_is_24_pixels_wide_and_high(phone: Visit, path: str) -> None:
    page = phone.page
    page.goto(phone.address + path)
    page.locator(".bcumap-footer").wait_for()
    phone.settle()
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/ward?ward=E05013719", ["Show the team and", "Copy the link", "Print this page", "PNG"]),
        ("/counters", ["Find", "Play", "Earlier change", "SVG", "Full screen"]),
        ("/download", ["Make the file"]),
    ],
)
def test_what_a_page_is_for_is_44_pixels_high(phone: Visit, path: str, names: list[str]) -> None:
    page = phone.page
    page.goto(phone.address + path)
    page.locator(".bcumap-footer").wait_for()
    phone.settle()
    for name in names:
        box = page.get_by_role("button", name=name).first.bounding_box()
        assert box, name
        assert box["height"] >= 44, name
