"""Every map saved as a picture and every table as CSV, in a real Chromium."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Download, Page, expect

from tests.browser.conftest import Visit, at_night

from .test_officers import choose_measure, shaded

DRAWING_MS = 90_000


def saved(page: Page, form: str) -> Download:
    with page.expect_download(timeout=DRAWING_MS) as coming:
        page.locator(f'.bcumap-save button[data-form="{form}"]').click()
    expect(page.locator(".bcumap-save .said")).to_contain_text("is saved")
    return coming.value


def text(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8-sig")


def rows(page: Page, caption: str) -> tuple[str, list[dict[str, str]]]:
    """The name and the rows of a table that was saved."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=f"Save “{caption}” as CSV").click()
    return coming.value.suggested_filename, list(csv.DictReader(io.StringIO(text(coming.value))))


# --- maps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "name", "title"),
    [
        ("/", "areas-bcus", "The 12 Basic Command Units"),
        ("/ward?ward=E05013719", "areas-wards-E05013719", "Deptford"),
        at_night("/?ward=E05013719", "areas-wards-E05013719", "Deptford"),
        at_night("/officers?measure=committed", "officers-boroughs-committed", "Officers promised"),
        ("/counters?on=2025-09-01", "counters-boroughs-nearest_m-2025-09-01", "1 September 2025"),
        ("/history?on=2018-12-31", "history-2018-12-31", "Police units on 31 December 2018"),
    ],
)
def test_a_map_is_saved_as_it_is_seen(visit: Visit, link: str, name: str, title: str) -> None:
    page = visit.go(link)
    drawing = saved(page, ".svg")
    assert drawing.suggested_filename == f"{name}.svg"
    assert title in text(drawing)
    assert visit.console == []
    assert visit.strangers() == []


def test_streets_are_in_the_picture_if_they_are_on_the_map(visit: Visit) -> None:
    page = visit.go("/?at=51.4779,-0.0264,14.5")
    page.locator(".bcumap.with-streets").wait_for()
    assert "© OpenStreetMap contributors" in text(saved(page, ".svg"))
    page.get_by_label("Streets", exact=True).select_option("none")
    page.locator(".bcumap:not(.with-streets)").wait_for()
    assert "© OpenStreetMap contributors" not in text(saved(page, ".svg"))


def test_a_png_is_a_picture(visit: Visit) -> None:
    picture = saved(visit.go("/"), ".png")
    assert picture.suggested_filename == "areas-bcus.png"
    with Image.open(picture.path()) as image:
        assert image.format == "PNG"
        assert image.width > 2000


def test_what_is_asked_for_is_the_part_that_is_seen(visit: Visit) -> None:
    page = visit.go("/")
    zoom = "document.getElementById('map_bcumap').map.getZoom()"
    wanted = page.evaluate(zoom) + 4
    while page.evaluate(zoom) < wanted:  # a click while the map still moves is lost
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(400)
    saved(page, ".svg")
    (asked,) = (each.url for each in visit.requests if "/picture/" in each.url)
    west, south, east, north = map(float, re.findall(r"-?\d+\.\d{4}", asked))
    assert 0.05 < east - west < 0.4
    assert 51.3 < south < north < 51.7


def test_the_date_that_the_page_moved_to_is_that_of_the_picture(visit: Visit) -> None:
    page = visit.go("/counters?on=2025-09-01")
    page.locator(".bcumap-time .day").fill("2026-04-01")
    page.locator(".bcumap-time .day").press("Tab")
    expect(page.locator("#bcumap-panel h2")).to_have_text("1 April 2026")
    assert saved(page, ".svg").suggested_filename == "counters-boroughs-nearest_m-2026-04-01.svg"
    page.locator(".bcumap-save .data").click()
    page.wait_for_url(re.compile(r"/download\?.*on=2026-04-01"))
    expect(page.get_by_role("combobox", name="Layer")).to_have_value("Front counters on a date")
    for part, value in (("year", "2026"), ("month", "04"), ("day", "01")):
        expect(page.get_by_role("spinbutton", name=f"{part}, Date")).to_have_text(value)


def test_its_data_is_chosen_on_the_page_of_downloads(visit: Visit) -> None:
    page = visit.go("/officers?ward=E05013719")
    page.locator(".bcumap-save .data").click()
    page.wait_for_url(re.compile(r"/download\?layer=officers&level=wards&ward=E05013719"))
    expect(page.get_by_role("combobox", name="Layer")).to_have_value("Ward officers on a date")
    expect(page.get_by_role("combobox", name="Area")).to_have_value("Deptford (ward)")
    page = visit.go("/?borough=E09000023")
    page.locator(".bcumap-save .data").click()
    expect(page.get_by_role("combobox", name="Layer")).to_have_value("Wards")
    expect(page.get_by_role("combobox", name="Area")).to_have_value("Lewisham (borough)")


def test_figures_of_one_s_own_are_drawn_and_go_nowhere_else(visit: Visit) -> None:
    page = visit.go("/officers")
    given = {"name": "own.csv", "mimeType": "text/csv",
             "buffer": b"Ward,Officers\nDeptford,7\nEvelyn,2\n"}  # fmt: skip
    page.locator('[data-testid="stFileUploader"] input').set_input_files(given)
    page.get_by_text("Forget this list").wait_for()
    expect(page.locator(".bcumap-table caption")).to_contain_text("Your list")
    drawing = saved(page, ".svg")
    assert drawing.suggested_filename == "officers-wards-own.svg"
    assert "Your list: officers in all: wards" in text(drawing)
    (asked,) = (each for each in visit.requests if "/picture/" in each.url)
    assert asked.method == "POST"
    assert sorted((asked.post_data or "").split()) == ["E05013719,7", "E05013721,2", "code,value"]


def test_a_picture_that_cannot_be_drawn_is_said(visit: Visit) -> None:
    page = visit.go("/")
    page.route("**/picture/**", lambda route: route.fulfill(status=503, body="try again later"))
    page.locator('.bcumap-save button[data-form=".png"]').click()
    expect(page.locator(".bcumap-save .said")).to_have_text("No picture: try again later.")


# --- tables --------------------------------------------------------------------------------------


def test_the_bcus_are_saved_as_bare_figures(visit: Visit) -> None:
    name, found = rows(visit.go("/"), "BCUs (wards of 2025)")
    assert name == "bcumap-bcus-wards-of-2025.csv"
    by_code = {row["Code"]: row for row in found}
    assert len(by_code) == 12
    assert by_code["NA"]["BCU"] == "North Area"
    assert by_code["NA"]["Residents"] == "591284"
    assert by_code["CN"]["Strength, FTE"] == "no reliable figure"


def test_another_order_and_level_is_saved_as_it_is_seen(visit: Visit) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    choose_measure(page, "Residents for each officer promised")
    caption = "Residents for each officer promised: Boroughs"
    expect(page.locator(".bcumap-table caption")).to_have_text(caption)
    _, found = rows(page, caption)
    shown = page.locator(".bcumap-table tbody th").all_inner_texts()
    assert [row["Borough"] for row in found] == shown
    assert found[0]["Residents per promised"].isdigit()


@pytest.mark.parametrize(
    ("link", "caption", "number", "first"),
    [
        ("/counters?on=2026-04-01", "Counters by borough", 32, {"Code": "E09000002"}),
        ("/counters", "What each closing changed", 8, {"Residents": "191467"}),
        at_night("/history?on=2018-12-31", "The 12 BCUs", 12, {"Code": "CN", "Then": "live"}),
        at_night("/history", "What it was to save", 3, {"Money": "£8 million"}),
        ("/ward?ward=E05013719", "Neighbours, on this side of the Thames", 5,
         {"Code": "E05013716", "Ward": "Brockley (Lewisham)", "Residents": "17238"}),
    ],
)  # fmt: skip
def test_every_table_is_saved(
    visit: Visit, link: str, caption: str, number: int, first: dict[str, str]
) -> None:
    page = visit.go(link)
    page.get_by_role("button", name=f"Save “{caption}” as CSV").wait_for()
    expect(page.get_by_role("table", name=caption).locator("tbody tr").first).to_be_visible()
    _, found = rows(page, caption)
    assert len(found) >= number
    assert first.items() <= found[0].items()


def test_text_of_strangers_is_no_formula(visit: Visit) -> None:
    page = visit.go("/")
    page.evaluate(
        """() => {
          const cell = document.querySelector(".bcumap-table tbody td");
          cell.textContent = '=HYPERLINK("http://x","y")';
        }"""
    )
    with page.expect_download() as coming:
        page.get_by_role("button", name="Save “BCUs (wards of 2025)” as CSV").click()
    lines = list(csv.reader(io.StringIO(text(coming.value))))
    assert lines[1][2] == '\'=HYPERLINK("http://x","y")'


def test_a_table_is_saved_by_keyboard(visit: Visit) -> None:
    page = visit.go("/")
    page.get_by_role("button", name="Save “BCUs (wards of 2025)” as CSV").focus()
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename.endswith(".csv")


# --- a page that does not answer -----------------------------------------------------------------


def test_a_page_whose_session_is_gone_says_so(browser: Browser, server: str) -> None:
    visited = Visit(browser, server)
    page = visited.page
    page.clock.install()
    page.route_web_socket("**/_stcore/stream", lambda socket: _deaf_after_a_question(socket))
    visited.go("/")
    box = page.locator("#bcumap-q")
    box.fill("Deptford")
    box.press("Enter")
    page.clock.run_for(16_000)
    link = page.locator(".bcumap-search .status a")
    expect(link).to_have_attribute("href", "?q=Deptford")
    visited.context.close()


def _deaf_after_a_question(socket) -> None:  # type: ignore[no-untyped-def]
    server = socket.connect_to_server()

    def pass_on(message: str | bytes) -> None:
        if not (isinstance(message, bytes) and b"Deptford" in message):
            server.send(message)

    socket.on_message(pass_on)
