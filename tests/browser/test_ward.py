"""My ward in a real Chromium: promise and strength, the team, a link to share, one printed page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, at_night, start_server, until
from tests.services import police_server as fake
from tests.services.police_server import PoliceServer
from tests.services.serving import drip_headers, status, truncated

FACTS = json.loads((Path(__file__).parents[2] / "geodata/web/facts.json").read_text("utf-8"))
DEPTFORD, BROCKLEY, CITY_WARD = "E05013719", "E05013716", "E05009288"
HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>Jane "O\'Neill"'


def text(page: Page) -> str:
    return page.locator("[data-testid=stMain]").inner_text()


# --- what it shows -------------------------------------------------------------------------------


def test_a_ward_has_its_promise_and_its_boroughs_figure(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    expect(page.locator("h1")).to_have_text("Deptford")
    panel = page.locator("#bcumap-panel").inner_text()
    assert "2 ward officers, 1 PCSO" in panel
    assert "since 28 December 2017, restated February 2022" in panel
    assert "published by the Met, not included here" in panel
    assert "Lewisham: 4.0 FTE a ward" in panel
    assert "75.9 FTE for 19 wards, mean of August 2025 to July 2026: 133% of the promise" in panel
    assert "rank 18 of 30" in panel
    expect(page.locator(".bcumap .chosen-line")).to_have_count(1)
    neighbours = page.locator("table.bcumap-plain", has_text="New Cross Gate")
    expect(neighbours.locator("tbody tr")).to_have_count(5)
    assert "Mayor's Question 2014/3355" in text(page)


def test_a_borough_without_a_reliable_figure_says_so(visit: Visit) -> None:
    code = next(c for c, w in FACTS["wards"].items() if w["borough_code"] == "E09000007")
    page = visit.go(f"/ward?ward={code}")
    panel = page.locator("#bcumap-panel").inner_text()
    assert "Camden: no reliable figure" in panel
    assert "Central North: no reliable figure" in panel


def test_the_charts_are_drawn_from_linked_data(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    charts = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    expect(charts.first).to_be_visible()
    visit.settle()
    asked = [request.url for request in visit.requests if "/api/v1/officers" in request.url]
    assert asked
    assert visit.strangers() == []
    assert visit.console == []


def test_a_postcode_opens_its_ward(visit: Visit) -> None:
    page = visit.go("/ward")
    expect(page.locator("h1")).to_have_text("My ward")
    page.keyboard.press("/")
    page.keyboard.type("SE8 4RX")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Deptford")
    assert "SE8 4RX is in Deptford ward" in page.locator(".bcumap-answer").inner_text()
    expect(page.locator(".bcumap .found-point")).to_have_count(1)


def test_a_neighbour_is_a_click_away(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    page.locator("table.bcumap-plain a", has_text="Brockley").click()
    expect(page.locator("h1")).to_have_text("Brockley")
    expect(page).to_have_url(re.compile(rf"/ward\?ward={BROCKLEY}$"))


def test_a_ward_on_the_map_is_a_click_away(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    page.locator(f'.bcumap path[data-code="{BROCKLEY}"]').dispatch_event("click")
    expect(page.locator("h1")).to_have_text("Brockley")


def test_the_citys_wards_are_not_the_mets(visit: Visit) -> None:
    assert FACTS["wards"][CITY_WARD]["borough_code"] == "E09000001"
    page = visit.go(f"/ward?ward={CITY_WARD}")
    assert "City of London Police" in text(page)
    assert "a police force of its own" in text(page)
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(0)


@pytest.mark.parametrize(
    "link", ["/ward?ward=<script>", *map(at_night, ["/ward?ward=E05999999", "/ward?bcu=NA"])]
)
def test_a_link_without_a_ward_asks_for_one(visit: Visit, link: str) -> None:
    page = visit.go(link)
    expect(page.locator("h1")).to_have_text("My ward")
    # A page of no area says so in its status, which the browser repeats.
    assert [each for each in visit.console if "(Not Found)" not in each] == []


def test_the_place_is_kept_on_every_page_until_it_is_forgotten(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    expect(page.locator(".bcumap-search .kept")).to_contain_text("Your place: Deptford")
    page.evaluate("window.mine = true")  # as long as the page is not loaded anew
    page.get_by_role("link", name="Front counters").first.click()
    expect(page.locator(".bcumap-panel", has_text="From Deptford, on average")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/counters\?ward={DEPTFORD}$"))
    page.locator(".bcumap-footer nav a", has_text="My ward").click()
    expect(page.locator("h1")).to_have_text("Deptford")
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/counters\?ward={DEPTFORD}$"))
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/ward\?ward={DEPTFORD}$"))
    page.get_by_role("button", name="Forget your place").click()
    expect(page.locator("h1")).to_have_text("My ward")
    assert page.evaluate("window.mine") is True


@pytest.mark.parametrize("path", ["/", at_night("/ward")])
def test_a_ward_has_few_tab_stops(visit: Visit, path: str) -> None:
    page = visit.go(f"{path}?ward={DEPTFORD}")
    page.locator(".bcumap-table .more, [data-testid=stVegaLiteChart]").first.wait_for()
    visit.settle()
    stops = page.locator("a[href], button, input, select, summary, [tabindex]").evaluate_all(
        "all => all.filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility("
        "{contentVisibilityAuto: true, visibilityProperty: true})"
        " && (e.type !== 'radio' || e.checked)).map((e) => e.textContent)"  # a group is one
    )
    assert len(stops) <= 60


def test_few_of_them_lead_to_the_team(visit: Visit) -> None:
    page = visit.go(f"/ward?ward={DEPTFORD}")
    button = page.locator(f".st-key-team-{DEPTFORD} button")
    button.wait_for()
    visit.settle()
    page.mouse.click(2, 2)
    is_there = "(element) => element === document.activeElement"
    for _ in range(15):
        page.keyboard.press("Tab")
        if button.evaluate(is_there):
            return
    pytest.fail("15 tab stops do not lead to it")


# --- sharing and printing ------------------------------------------------------------------------


def test_the_link_is_copied(browser: Browser, server: str) -> None:
    visit = Visit(browser, server, permissions=["clipboard-read", "clipboard-write"])
    page = visit.go(f"/ward?ward={DEPTFORD}")
    page.get_by_role("button", name="Copy the link").first.click()
    said = page.locator(".bcumap-share .said").first
    expect(said).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{server}/ward?ward={DEPTFORD}"
    expect(said).to_have_text("")
    visit.context.close()


MOST_NEIGHBOURS = max(FACTS["wards"], key=lambda code: len(FACTS["wards"][code]["neighbours"]))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("visit", MOST_NEIGHBOURS),
        at_night("phone", DEPTFORD),
        at_night("visit", DEPTFORD),
        at_night("phone", MOST_NEIGHBOURS),
    ],
)
def test_it_prints_on_one_sheet(kind: str, code: str, request: pytest.FixtureRequest) -> None:
    visit: Visit = request.getfixturevalue(kind)
    page = visit.go(f"/ward?ward={code}")
    page.locator("[data-testid=stVegaLiteChart]").first.wait_for()
    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="Print this page").first.click()
    until(lambda: page.evaluate("window.printed === true"))
    visit.settle()
    pdf = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 2
    page.emulate_media(media="print")
    expect(page.locator(".bcumap-search")).to_be_hidden()
    expect(page.locator("[data-testid=stButton]").first).to_be_hidden()
    expect(page.locator("#bcumap-panel")).to_be_visible()
    expect(page.locator(".bcumap-footer")).to_be_visible()


# --- the team ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def police() -> Iterator[PoliceServer]:
    with fake.running(per_s=1000, burst=1000) as running:
        yield running


@pytest.fixture(scope="module")
def app(police: PoliceServer) -> Iterator[str]:
    process, address = start_server(BCUMAP_POLICE_API=police.url)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def asking(browser: Browser, app: str, police: PoliceServer) -> Iterator[Visit]:
    police.wards[:] = [{"id": f"{DEPTFORD}N", "name": "Deptford"}]
    for kept in (police.faults, police.details, police.people, police.turns):
        kept.clear()
    police.requests.clear()
    visited = Visit(browser, app)
    yield visited
    visited.context.close()


def ask_for_the_team(page: Page) -> str:
    page.get_by_role("button", name="Show the team and contact details").click()
    page.locator("section.bcumap-team").wait_for(timeout=20_000)
    return page.locator("section.bcumap-team").inner_text()


def test_nobody_is_asked_until_the_visitor_does(asking: Visit, police: PoliceServer) -> None:
    page = asking.go(f"/ward?ward={DEPTFORD}")
    asking.settle()
    assert police.requests == []
    assert "Emergency 999 · otherwise 101" in text(page)


def test_the_team_comes_live_from_the_service(asking: Visit, police: PoliceServer) -> None:
    police.details[f"{DEPTFORD}N"] = {
        "contact_details": {"email": "deptford.snt@met.police.uk", "telephone": "020 8721 2415"}
    }
    police.people[f"{DEPTFORD}N"] = [{"name": "Ada Byron", "rank": "PC"}]
    page = asking.go(f"/ward?ward={DEPTFORD}")
    told = ask_for_the_team(page)
    assert "deptford.snt@met.police.uk" in told
    assert "020 8721 2415" in told
    assert "Ada Byron" in told
    assert "1 constable and 0 PCSOs listed" in told
    assert "data.police.uk, asked on" in told
    assert "set on 1 October 2026" in told
    assert "31 January 2999" in told
    found = f"{DEPTFORD}N"
    about = [f"{found}/{each}" for each in ("events", "people", "priorities")]
    assert sorted(police.requests) == [DEPTFORD, found, *about]
    page.emulate_media(media="print")
    expect(page.locator("section.bcumap-team")).to_be_hidden()
    assert asking.strangers() == []


def test_what_the_service_says_never_runs(asking: Visit, police: PoliceServer) -> None:
    police.details[f"{DEPTFORD}N"] = {
        "name": HOSTILE,
        "contact_details": {
            "email": f"a@b.uk{HOSTILE}",
            "web": "javascript:window.ran=1",
            "facebook": 'https://x.uk/"onmouseover="window.ran=1',
            "twitter": "https://twitter.com/DeptfordMPS",
        },
    }
    police.people[f"{DEPTFORD}N"] = [{"name": HOSTILE, "rank": HOSTILE}]
    police.priorities[f"{DEPTFORD}N"] = [{"issue": HOSTILE, "action": HOSTILE}]
    page = asking.go(f"/ward?ward={DEPTFORD}")
    told = ask_for_the_team(page)
    assert "O'Neill" in told
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    expect(page.locator("section.bcumap-team :is(img, script)")).to_have_count(0)
    links = page.locator("section.bcumap-team a").evaluate_all("all => all.map((a) => a.href)")
    assert all(link.startswith(("https://", "mailto:", "tel:")) for link in links)


# What else may fail at a service is shown in tests/services.
@pytest.mark.parametrize("fault", ["gone", "slow", *map(at_night, ["500", "broken"])])
def test_a_service_that_fails_has_a_way_out(
    asking: Visit, police: PoliceServer, fault: str
) -> None:
    faults = {"500": status(500), "broken": truncated, "slow": drip_headers}
    if fault == "gone":
        police.wards.clear()
    else:
        police.fail(f"{DEPTFORD}N", faults[fault])
    page = asking.go(f"/ward?ward={DEPTFORD}")
    told = ask_for_the_team(page)
    why = "has no team for Deptford" if fault == "gone" else "cannot be reached just now"
    assert why in told
    assert "101" in told
    assert "met.police.uk" in told
