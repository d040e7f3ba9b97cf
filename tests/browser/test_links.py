"""The whole view is in the link: Back, Forward and a link opened anew show what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit, at_night, until

# All that a page shows of its address, as far as the page has it.
SEEN = """() => {
  const one = (what) => document.querySelector(what);
  const all = (what) => [...document.querySelectorAll(what)];
  const text = (what) => one(what)?.innerText ?? null;
  const code = (what) => one(what)?.closest("[data-code]")?.dataset.code ?? null;
  const map = document.getElementById("map_bcumap")?.map;
  const at = new URLSearchParams(location.search).get("at");
  const { lat, lng } = map?.getCenter() ?? {};
  const sorted = one(".bcumap-table th[aria-sort]");
  return {
    address: location.pathname + location.search,
    title: document.title,
    level: one(".bcumap-levels input:checked")?.value,
    chosen: code(".bcumap path[aria-current]"),
    mark: all(".bcumap .chosen-line:not(.exact)").length,
    view: at && map && [lat.toFixed(4), lng.toFixed(4), +map.getZoom().toFixed(2)].join(),
    row: code(".bcumap-table tr.chosen"),
    caption: text(".bcumap-table caption"),
    sorted: sorted && `${sorted.innerText} ${sorted.ariaSort}`,
    first: text(".bcumap-table tbody tr"),
    legend: text(".bcumap-legend"),
    selects: all("[data-testid=stSelectbox]").map((each) => each.innerText),
    ticks: all("[data-testid=stCheckbox] input").map((each) => each.checked),
    date: text(".bcumap-time .date") ?? one("[data-testid=stDateInput] input")?.value ?? null,
    closed: all(".counter.kind-closed").length,
    panel: text("#bcumap-panel h2"),
    answer: text(".bcumap-answer h2"),
    question: one("#bcumap-q").value,
  };
}"""

Step = Callable[[Page], None]


def seen(page: Page) -> dict[str, object]:
    found: dict[str, object] = page.evaluate(SEEN)
    return found


def settled(page: Page) -> dict[str, object]:
    """What is seen when nothing has changed for a while, and the server has answered."""
    last, same = seen(page), 0
    while same < 5:
        page.wait_for_timeout(200)
        now = seen(page)
        busy = page.locator(".bcumap-waiting, [data-test-script-state=running]").count()
        same = 0 if now != last or busy else same + 1
        last = now
    return last


def differing(page: Page, wanted: dict[str, object]) -> dict[str, object]:
    """What is seen and wanted, where these differ."""
    now = seen(page)
    return {name: (now[name], wanted[name]) for name in now if now[name] != wanted[name]}


# --- what somebody does on a page ----------------------------------------------------------------


def ask(text: str) -> Step:
    def step(page: Page) -> None:
        page.locator("#bcumap-q").fill(text)
        page.locator("#bcumap-q").press("Enter")

    return step


def level(name: str) -> Step:
    return lambda page: page.locator(".bcumap-levels span", has_text=name).click()


def row(name: str) -> Step:
    button = {"role": "button", "name": name, "exact": True}
    return lambda page: page.locator(".bcumap-table").get_by_role(**button).first.click()  # type: ignore[arg-type]


def on_map(code: str) -> Step:
    return lambda page: page.locator(f'.bcumap path[data-code="{code}"]').press("Enter")


def pick(label: str, option: str) -> Step:
    def step(page: Page) -> None:
        box = page.get_by_role("combobox", name=label)
        wanted = page.get_by_role("option", name=option, exact=True)

        def is_open() -> bool:  # its list closes when the page moves
            box.scroll_into_view_if_needed()
            box.fill("")  # or the same text once more would not open it again
            box.fill(option)  # of many, some are not drawn
            page.wait_for_timeout(400)
            return wanted.is_visible()

        until(is_open, 20)
        box.press("Enter")

    return step


def tick(label: str) -> Step:
    return lambda page: page.get_by_text(label).click()


def day(iso: str) -> Step:
    def step(page: Page) -> None:
        page.locator(".bcumap-time .day").fill(iso)
        page.locator(".bcumap-time .day").dispatch_event("change")

    return step


def neighbour(name: str) -> Step:
    return lambda page: page.locator("a[href^='?ward=']", has_text=name).first.click()


def forget(page: Page) -> None:
    page.get_by_role("button", name="Forget your place").click()


def zoom(page: Page) -> None:
    """This is no step of Back, but of the view that a step has."""
    settled(page)  # or the map goes to what was asked afterwards
    page.locator(".bcumap .leaflet-control-zoom-in").click()
    page.wait_for_url(re.compile("[?&]at="))


def sort(title: str) -> Step:
    def step(page: Page) -> None:
        page.locator(".bcumap-table thead").get_by_role("button", name=title).click()
        page.wait_for_url(re.compile("[?&]sort="))

    return step


WALKS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "/": (
        (ask("SE8 4RX"),),
        (level("Boroughs"), sort("Residents")),
        (row("Camden"), zoom),
        (level("BCUs"),),
        (on_map("NA"),),
        (row("South East"),),
        (forget,),
        (level("Wards"), sort("Area, km²")),
        (ask("Hackney"), zoom),
        (on_map("E09000023"),),
        (ask("Deptford, Lewisham"),),
        (level("Boroughs"), sort("Borough")),
    ),
    "/officers": (
        (pick("What to compare", "Officers promised"), sort("Borough")),
        (ask("SE8 4RX"),),
        (level("Boroughs"), zoom),
        (row("Hackney"),),
        (pick("What to compare", "Strength as a share of the promise"),),
        (level("BCUs"),),
        (on_map("SE"),),
        (forget,),
        (level("Wards"), sort("Borough")),
        (row("Abbey"),),
        (pick("What to compare", "Officers for every 10,000 residents"),),
        (level("Boroughs"),),
    ),
    "/demand": (
        (pick("What to compare", "Change of offences"),),
        (pick("Which offences", "Burglary"), sort("Offences")),
        (level("Boroughs"), sort("Borough")),
        (row("Hackney"), zoom),
        (level("Wards"),),
        (ask("SE8 4RX"),),
        (pick("What to compare", "Offences in all"),),
        (forget,),
        (level("Boroughs"),),
        (on_map("E09000007"),),
        (pick("Which offences", "Robbery"),),
        (ask("Camden"),),
    ),
    "/counters": (
        (tick("Show closed counters too"),),
        (day("2025-09-01"),),
        (ask("SE8 4RX"), zoom),
        (pick("What the areas show", "A counter open 24 hours, as promised in 2012"),),
        (level("Boroughs"),),
        (on_map("E09000007"),),
        (day("2013-06-30"),),
        (tick("Show closed counters too"),),
        (forget,),
        (level("BCUs"),),
        (on_map("SE"),),
        (day("2026-01-01"),),
    ),
    "/history": (
        (day("2018-12-31"),),
        (pick("Theme", "Money"),),
        (ask("Hackney"),),
        (day("2017-06-01"),),
        (pick("What concerns", "Lewisham"),),
        (forget,),
        (pick("Theme", "Structure"),),
        (ask("SE8 4RX"),),
        (day("2019-02-01"),),
        (pick("Theme", "Front counters"),),
        (day("2012-06-01"),),
        (ask("Camden"),),
    ),
    "/ward": (
        (ask("SE8 4RX"), zoom),
        (on_map("E05013720"),),
        (forget,),
        (on_map("E05013653"),),
        (ask("Hackney"), zoom),
        (on_map("E05009372"),),
        (ask("Deptford, Lewisham"),),
        (neighbour("Evelyn"),),
        (neighbour("Deptford"), zoom),
        (forget,),
        (ask("51.5,-0.1"),),
        (ask("Heathrow"),),
    ),
    "/download": (
        (pick("Layer", "Front counters on a date"),),
        (pick("Format", "GeoPackage"),),
        (ask("Lewisham"),),
        (pick("Detail", "Web: within 24 m, smaller"),),
        (pick("Area", "All of London"),),
        (pick("Layer", "Ward officers on a date"),),
        (pick("Level", "Wards"),),
        (ask("Hackney"),),
        (pick("Level", "BCUs"),),
        (forget,),
        (pick("Format", "KML"),),
        (pick("Layer", "Wards"),),
    ),
}


def opened(visit: Visit, path: str) -> Page:
    if path != "/download":
        return visit.go(path)
    visit.page.goto(visit.address + path)
    return visit.page


def test_the_view_stays_in_the_link_while_the_place_does(visit: Visit) -> None:
    """The server is never told of it, and writes the link when something is chosen."""
    page = opened(visit, "/officers?q=SE8 4RX")
    settled(page)
    zoom(page)
    before = settled(page)
    assert "at=" in str(before["address"])
    pick("What to compare", "Residents for each officer promised")(page)
    after = settled(page)
    assert "measure=" in str(after["address"])
    assert after["view"] == before["view"]
    on_map("E05013716")(page)  # beside it: what has the focus is moved into the view, no nearer
    chosen = settled(page)
    assert "ward=E05013716" in str(chosen["address"])
    assert str(chosen["view"]).split(",")[-1] == str(before["view"]).split(",")[-1]
    page.locator(".bcumap-table tbody tr").nth(1).get_by_role("button").click()
    assert "at=" not in str(settled(page)["address"])  # the map goes there


@pytest.mark.parametrize("path", [path if path == "/" else at_night(path) for path in WALKS])
def test_back_and_forward_show_what_was_seen(visit: Visit, path: str) -> None:
    page = opened(visit, path)
    steps = [settled(page)]
    for walk in WALKS[path]:
        for step in walk:
            step(page)
        steps.append(settled(page))
        assert steps[-1]["address"] != steps[-2]["address"]
    assert len(steps) == 13
    for go, wanted in (
        *((page.go_back, each) for each in reversed(steps[:-1])),
        *((page.go_forward, each) for each in steps[1:]),
    ):
        go()
        agree(page, wanted)


def agree(page: Page, wanted: dict[str, object]) -> None:
    """Wait until all that is seen is what was seen."""

    def differing() -> dict[str, object]:
        now = seen(page)
        return {name: (now[name], wanted[name]) for name in now if now[name] != wanted[name]}

    until(lambda: not differing(), 20, differing)
