"""The static site in a real browser, served from a sub-folder by a server that only has files."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bcumap.facts import store, views
from bcumap.facts.find import Finder
from bcumap.facts.postcodes import unpack
from tests.browser.conftest import DESK, Visit, until, visited
from tests.browser.test_streets import IS_DRAWN, MOST_TILES
from tests.conftest import SiteOf
from tests.hostile import QUERIES

SAMPLE = 400  # postcodes at night, and of all other kinds in proportion
BY_DAY = 10  # of so many one


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(site: Path, root: Path) -> Iterator[str]:
    """Serve a site from a sub-folder of a server on loopback."""
    (root / "of").mkdir()
    (root / "of" / "london").symlink_to(site)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/of/london/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(site, tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def tour(browser: Browser, address: str, desk: BrowserContext) -> Iterator[Visit]:
    for visit in visited(browser, address, desk):
        yield visit
        assert visit.strangers() == []
        assert visit.console == []


@pytest.fixture(scope="module")
def finder(few_postcodes: Path) -> Finder:
    return store.finder(data=few_postcodes)


def ask(page: Page, text: str) -> str:
    """Ask with the keyboard alone; return what is answered."""
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [text])
    answer = page.locator(".bcumap-answer")
    answer.wait_for()
    return answer.inner_text()


# --- pages and their maps ------------------------------------------------------------------------


def test_a_ward_s_map_has_the_streets_of_the_site_s_own_tiles(tour: Visit, address: str) -> None:
    page = tour.go("ward/E05013719.html")
    page.wait_for_function(IS_DRAWN)
    asked = [each.url for each in tour.requests if "/streets/" in each.url]
    assert f"{address}streets/tiles.json" in asked
    assert 1 < len(asked) <= 1 + MOST_TILES
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")


@pytest.mark.parametrize(
    ("link", "name"),
    [("bcu/NA.html", "North Area"), ("borough/E09000001.html", "City of London"),
     ("borough/E09000007.html", "Camden"), ("ward/E05013719.html", "Deptford"),
     ("ward/E05009288.html", "Aldersgate")],
)  # fmt: skip
def test_the_map_of_an_area_is_drawn_with_it_marked_and_in_view(
    tour: Visit, link: str, name: str
) -> None:
    page = tour.go(link)
    line = page.locator("path.chosen-line").first
    line.wait_for(state="attached")
    current = page.locator("path.bcumap-area[aria-current]")
    expect(current).to_have_count(1)
    assert (current.get_attribute("aria-label") or "").startswith(f"{name}, ")
    around, inside = page.locator("#map_bcumap").bounding_box(), line.bounding_box()
    assert around is not None
    assert inside is not None
    assert around["x"] <= inside["x"] + 3
    assert inside["x"] + inside["width"] <= around["x"] + around["width"] + 3
    assert max(inside["width"] / around["width"], inside["height"] / around["height"]) > 0.2


def test_the_front_page_has_all_bcus_and_the_city_and_asks_for_no_wards(tour: Visit) -> None:
    page = tour.go("index.html")
    expect(page.locator("path.bcumap-area")).to_have_count(13)
    assert not [each.url for each in tour.requests if "wards-" in each.url]


def test_an_area_is_reached_with_arrows_and_its_page_opened_with_enter(tour: Visit) -> None:
    page = tour.go("index.html")
    page.locator('path[data-code="CE"]').focus()
    page.keyboard.press("ArrowUp")
    focused = page.evaluate("document.activeElement.dataset.code")
    assert focused == "NE"
    page.keyboard.press("Enter")
    page.wait_for_url("**/of/london/bcu/NE.html")


def test_an_area_is_opened_with_a_click(tour: Visit) -> None:
    page = tour.go("index.html")
    page.locator('path[data-code="SN"]').click()
    page.wait_for_url("**/of/london/bcu/SN.html")
    page.locator("path.chosen-line").first.wait_for(state="attached")


def test_the_first_tab_skips_to_the_content(tour: Visit) -> None:
    page = tour.go("ward/E05013719.html")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\#main$"))


def test_a_phone_shows_every_page_without_scrolling_sideways(
    browser: Browser, address: str
) -> None:
    visit = Visit(browser, address, viewport={"width": 360, "height": 740}, is_mobile=True,
                    has_touch=True)  # fmt: skip
    page = visit.page
    for link in ("index.html", "wards.html", "downloads/index.html", "404.html", "bcu/NW.html",
                 "borough/E09000020.html", "ward/E05013719.html"):  # fmt: skip
        page.goto(address + link, wait_until="networkidle")
        for scheme, colour in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 24, 31)")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, link
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert link == "404.html" or ground == colour  # that one is as the browser has it
    assert visit.strangers() == visit.console == []
    visit.context.close()


def test_paper_has_the_facts_and_not_the_finder(tour: Visit) -> None:
    page = tour.go("ward/E05013719.html")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".bcumap-search")).to_be_hidden()
    expect(page.locator("#map_bcumap")).to_be_visible()
    expect(page.get_by_text("since 28 December 2017")).to_be_visible()
    expect(page.locator(".bcumap-footer")).to_contain_text("Crown copyright")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_tables_are_there_without_scripts(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, java_script_enabled=False)
    page = visit.page
    page.goto(address + "borough/E09000023.html")
    expect(page.locator("table").first.locator("tbody tr")).to_have_count(19)
    expect(page.locator("noscript .bcumap-notice")).to_contain_text("need JavaScript")
    visit.context.close()


# --- the finder ----------------------------------------------------------------------------------


def test_a_postcode_is_answered_with_two_small_files(tour: Visit) -> None:
    page = tour.go("index.html")
    told = ask(page, "se84rx")
    sentence = "SE8 4RX is in Deptford ward, Lewisham, policed by South East BCU."
    assert sentence in told
    expect(page.locator(".bcumap-answer h2")).to_be_focused()
    expect(page.locator(".bcumap-search [role=status].said")).to_have_text(sentence)
    assert page.locator("#answer").get_attribute("aria-live") is None  # it is heard once
    fetched = [each.url for each in tour.requests if "/postcodes-" in each.url]
    names = {url.rsplit("/", 1)[1] for url in fetched}
    assert {"index.json", "SE8-4.json"} <= names
    assert all(re.fullmatch(r"index.json|SE8?-\d.json", each) for each in names)  # while typing
    assert len(fetched) == len(names)
    expect(page.locator("path.chosen-line").first).to_be_attached()
    expect(page.locator("path.found-point")).to_be_attached()
    page.locator(".bcumap-answer a", has_text="Deptford").click()
    page.wait_for_url("**/ward/E05013719.html")


def test_an_answer_says_whom_to_call(tour: Visit) -> None:
    page = tour.go("index.html?q=SE8 4RX")
    expect(page.locator("#answer a[href='tel:101']")).to_be_visible()
    page = tour.go("index.html?q=EC2V 7HH")
    expect(page.locator("#answer")).to_contain_text("City of London Police, 101")


def test_what_is_not_a_met_postcode_is_said_so(tour: Visit) -> None:
    page = tour.go("index.html")
    for asked, words in (
        ("BN1 1AA", "BN1 1AA is outside London."),
        ("EC2V 7HH", "City of London Police, not the Met"),
        ("ZZ9 9ZZ", "There is no postcode district ZZ9."),
        ("Dept ford", "called “Dept ford”"),
        ("51.5, -0.1", "it cannot look up a point"),
    ):
        ask(page, asked)
        expect(page.locator(".bcumap-answer")).to_contain_text(words)


def test_a_postcode_that_may_be_elsewhere_names_the_other_wards(
    tour: Visit, finder: Finder
) -> None:
    code = "SE8 4BA"
    known = finder.find(code)
    assert known.others
    page = tour.go("index.html")
    told = ask(page, code)
    assert known.notes[-1] in told
    assert "Or perhaps" in told
    expect(page.locator(".bcumap-answer.unsure")).to_be_visible()
    expect(page.locator("path.possible-line").first).to_be_attached()


def test_suggestions_lead_to_a_page_by_arrows(tour: Visit) -> None:
    page = tour.go("ward/E05013719.html")
    page.keyboard.press("/")
    page.keyboard.type("lewisham cen")
    expect(page.locator("#bcumap-options li").first).to_contain_text("Lewisham Central")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/of/london/ward/E05013727.html")
    expect(page.locator("h1")).to_have_text("Lewisham Central")


def test_a_question_on_any_page_is_answered_on_the_front_and_back_goes_back(tour: Visit) -> None:
    page = tour.go("ward/E05013719.html")
    page.keyboard.press("/")
    page.keyboard.type("SE8 4RX")
    page.keyboard.press("Enter")
    page.wait_for_url("**/of/london/index.html?q=SE8%204RX")
    page.locator(".bcumap-answer").wait_for()
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("Camden")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=Camden")
    page.go_back()
    expect(page.locator(".bcumap-answer h2")).to_have_text("SE8 4RX")
    expect(page.locator("#bcumap-q")).to_have_value("SE8 4RX")


def test_what_is_asked_stays_text(tour: Visit) -> None:
    page = tour.go("index.html?q=<img src=x onerror=alert(1)>")
    told = page.locator(".bcumap-answer")
    expect(told).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".bcumap-answer img")).to_have_count(0)


@pytest.mark.parametrize(
    ("link", "path"),
    [("?ward=E05013719", "ward/E05013719.html"), ("?borough=e09000007", "borough/E09000007.html"),
     ("?bcu=NA", "bcu/NA.html")],
)  # fmt: skip
def test_links_of_the_app_lead_to_pages(tour: Visit, link: str, path: str) -> None:
    tour.page.goto(tour.address + link)
    tour.page.wait_for_url(f"**/of/london/{path}")
    tour.page.locator("path.chosen-line").first.wait_for(state="attached")


def test_a_finder_that_cannot_fetch_says_so(browser: Browser, address: str) -> None:
    visit = Visit(browser, address)
    page = visit.page
    page.route(re.compile("/postcodes-"), lambda route: route.abort())
    visit.go("index.html")
    page.fill("#bcumap-q", "SE8 4RX")
    page.keyboard.press("Enter")
    expect(page.locator("#answer [role=alert]")).to_contain_text("Please try again")
    visit.context.close()


# --- the same answers as `find.Finder` ---------------------------------------------------------

COMPARE = """async ([queries, script]) => {
  const { Finder } = await import(new URL(script, document.baseURI).href);
  const finder = new Finder(JSON.parse(document.getElementById("bcumap-page").textContent));
  const told = [];
  for (const each of queries) told.push([await finder.find(each), await finder.suggest(each)]);
  return told;
}"""


def questions(data: Path, of: int) -> list[str]:
    """Postcodes, their beginnings, slips in them, districts of everywhere, names and nonsense.

    One of so many of each kind.
    """
    chance = random.Random(6)  # noqa: S311
    texts = unpack(data / store.POSTCODES)
    rows, districts = ([line.split(",") for line in text.splitlines()[1:]] for text in texts)
    known = chance.sample([row[0] for row in rows], SAMPLE // of)
    in_no_ward = [row[0] for row in rows if row[9] == "0"]
    estimated = [row[0] for row in rows if row[6] and int(row[6]) >= 50]
    facts = store.facts()
    strays = [row[0] for row in rows if facts["wards"][row[7]]["borough_code"] != row[8]]
    areas = [(code, row["name"]) for level in ("bcus", "boroughs", "wards")
             for code, row in facts[level].items()]  # fmt: skip
    some = [text for area in chance.sample(areas, 100 // of) for text in area]
    hostile = [each for each in QUERIES if not any(0xD800 <= ord(sign) <= 0xDFFF for sign in each)]
    return [
        *known,
        *(
            each
            for kind in (in_no_ward, estimated, strays)
            for each in kind[:: len(kind) * of // 20 + 1]
        ),
        *(each.replace(" ", "").lower() for each in known[: 40 // of]),
        *(each[:-2] for each in known[: 30 // of]),
        *(each.split()[0] for each in known[: 10 // of]),
        *(
            "SW1",
            "N1",
            "EC1",
            "W",
            "the city",
            "st mary’s",
            "Kensington & Chelsea",
            "Area",
            "LB Camden",
        ),
        *(each[:-1] + chance.choice("ABDEFGHJLNPQRSTUWXYZ") for each in known[: 60 // of]),
        *(
            f"{each}{chance.choice(['', ' 9', ' 9ZZ'])}"
            for each, *_ in chance.sample(districts, 120 // of)
        ),
        *some,
        *(each.replace("e", "a", 1) for each in some[: 100 // of]),
        *(each[:4] for each in some[: 100 // of]),
        *hostile[::of],
    ]


# Each way in which questions for streets and places are read.
STREETS = (
    "Deptford High Street", "High Street, Bromley", "high st in lewisham", "Lewisham station",
    "Crystal Palace", "Soho", "Heathrow", "New Cross Road", "10 Downing Street",
    "flat 2, 14 Evelyn St SE8", "London SE8", "Deptford SE8", "Deptfrod High Street", "Brockley",
    "High Street", "a road, bromley", "Lewisham Hospital", "kings college hospital camberwell",
    "Strand London", "Station Road near Sidcup", "The Cut Lambeth", "crystal palace park",
    "streets near SE8 3JF", "streets near SE8 4RX", "streets near nowhere", "SE8 area", "E2O 1EJ",
    "SEI 8XX", "SE08 4RX", "a r", "vict", "Bayswater Road, 51.5129, -0.1634",
)  # fmt: skip


def street_questions(finder: Finder, of: int) -> list[str]:
    """Names of streets and places with what people write around them, and what choices ask."""
    chance = random.Random(16)  # noqa: S311
    rows = [row for table in store.context().tables for row in table]
    asked = list(STREETS)
    for row in chance.sample(rows, 60 // of):
        ward = store.facts()["wards"][row.wards[0].code]["name"]
        asked += [
            row.name, f"{row.name} {row.district}", f"{row.name}, {ward}".lower(),
            f"{chance.randint(1, 99)} {row.name}, London", row.name[: chance.randint(3, 8)],
            row.name.replace("a", "e", 1), row.name.replace("Road", "Rd"), f"{row.name} station",
        ]  # fmt: skip
    asked += [each.code for query in asked[: 200 // of] for each in finder.find(query).options[:2]]
    return asked


def test_answers_and_suggestions_are_those_of_the_app(
    each_site: SiteOf, browser: Browser, tmp_path: Path
) -> None:
    (script,) = (each_site.out / "assets").glob("finder-*.js")
    finder, of = store.finder(data=each_site.data), 1 if each_site.is_whole else BY_DAY
    asked = [*questions(each_site.data, of), *street_questions(finder, of)]
    with (
        served(each_site.out, tmp_path) as address,
        closing(browser.new_context()) as context,
        closing(context.new_page()) as page,
    ):
        page.goto(address + "wards.html")
        told = page.evaluate(COMPARE, [asked, f"assets/{script.name}"])
    differ, compared = [], 0
    for query, (answer, suggested) in zip(asked, told, strict=True):
        known = finder.find(query)
        wanted = json.loads(json.dumps(asdict(views.card(known))))
        if known.lat is not None and known.kind != "point":
            wanted["point"] = {"lat": known.lat, "lon": known.lon}
        answer.pop("kind", None)
        options = [asdict(each) for each in finder.suggest(query)]
        if "is a point on the map" in answer["text"]:
            assert known.kind == "point" or "point" in known.text or "no place" in known.text
            continue
        compared += 1
        if (answer, suggested) != (wanted, options):
            differ.append((query, wanted["text"], answer["text"]))
    assert differ == []
    assert compared > (SAMPLE + 1100) / of


def test_a_street_is_suggested_answered_and_marked_on_the_map(tour: Visit) -> None:
    page = tour.go("index.html")
    page.keyboard.press("/")
    page.keyboard.type("new cross r")
    expect(page.locator("#bcumap-options")).to_contain_text("New Cross Road")
    told = ask(page, "New Cross Road")
    assert "New Cross Road runs through 4 wards, or along them." in told
    assert "Names of streets and places: © OpenStreetMap contributors" in told
    expect(page.locator("path.found-point")).to_be_attached()
    expect(page.locator("path.possible-line")).to_have_count(4)
    shards = [each.url for each in tour.requests if re.search(r"/places-.*\.json", each.url)]
    assert 1 < len(shards) <= 3  # the rules, and the letters "ne" of each licence
    ask(page, "Crystal Palace")
    expect(page.locator(".bcumap-answer.unsure")).to_contain_text("is a place, not a ward")
    page.locator(".bcumap-answer a", has_text="Gipsy Hill").click()
    page.wait_for_url("**/ward/*.html")


def test_a_split_postcode_is_decided_by_the_point_that_is_marked(tour: Visit) -> None:
    page = tour.go("index.html?q=SE8 4DD")
    page.get_by_role("button", name="Mark where you live on the map").click()
    expect(page.locator(".bcumap-marker [role=status]")).to_contain_text("The cross is in")
    page.get_by_role("button", name="This is where I live").click()
    said = page.locator(".bcumap-marking [role=status]")
    expect(said).to_contain_text("By the point you marked, your home is in")
    said.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/ward/E05\d{6}\.html$"))


def test_opened_as_a_file_it_says_what_cannot_work_and_shows_the_rest(
    browser: Browser, site: Path
) -> None:
    with closing(browser.new_context(**DESK)) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto((site / "ward/E05013719.html").as_uri())
        expect(page.locator("#from-file")).to_be_visible()
        expect(page.locator("#from-file")).to_contain_text("need a web server")
        expect(page.locator(".bcumap-panel").first).to_contain_text("Promised")
        page.get_by_role("link", name="How areas changed").click()
        picture = page.locator(".site-maps img").first
        picture.scroll_into_view_if_needed()
        until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"))
        page.get_by_role("link", name="All wards", exact=True).click()
        expect(page.locator("tbody tr").first).to_be_visible()


def test_served_it_says_nothing_of_files_and_shares_its_link(tour: Visit, address: str) -> None:
    tour.page.goto(f"{address}ward/E05013719.html")
    expect(tour.page.locator("#from-file")).to_be_hidden()
    expect(tour.page.get_by_role("button", name="Copy the link")).to_be_visible()
