"""Download in a real Chromium: chosen, made, looked at and taken."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

from .test_officers import select

MAKING_MS = 90_000


def opened(visit: Visit, link: str) -> Page:
    page = visit.page
    page.goto(visit.address + link)
    page.get_by_role("button", name="Make the file").wait_for()
    return page


def made(page: Page, name: str) -> bytes:
    page.get_by_role("button", name="Make the file").click()
    button = page.get_by_role("button", name=f"Download {name}")
    button.wait_for(timeout=MAKING_MS)
    with page.expect_download() as coming:
        button.click()
    assert coming.value.suggested_filename == name
    return Path(coming.value.path()).read_bytes()


def test_a_ward_is_asked_for_made_and_taken(visit: Visit) -> None:
    page = opened(visit, "/download?ward=E05013719")
    collection = json.loads(made(page, "wards-E05013719-full.geojson"))
    assert [feature["id"] for feature in collection["features"]] == ["E05013719"]
    panel = page.locator(".bcumap-panel")
    expect(panel).to_contain_text("KB, checked")
    expect(panel.locator("tbody tr")).to_have_count(1)
    assert visit.console == []
    assert visit.strangers() == []


def test_officers_of_all_london_as_a_table(visit: Visit) -> None:
    page = opened(visit, "/download")
    select(page, "Layer", "Ward officers on a date")
    expect(page.get_by_text("Date", exact=True)).to_be_visible()
    select(page, "Format", "CSV, without outlines")
    page.get_by_role("button", name="Make the file").click()
    button = page.get_by_role("button", name="Download officers-boroughs")
    button.wait_for(timeout=MAKING_MS)
    with page.expect_download() as coming:
        button.click()
    text = Path(coming.value.path()).read_bytes().decode("utf-8-sig")
    rows = {row["borough"]: row for row in csv.DictReader(io.StringIO(text))}
    assert len(rows) == 32
    assert (rows["Lewisham"]["fte"], rows["Camden"]["fte"]) == ("75.9", "")


def test_what_has_changed_since_is_made_anew(visit: Visit) -> None:
    page = opened(visit, "/download?bcu=SE")
    select(page, "Layer", "Basic Command Units")
    select(page, "Format", "CSV, without outlines")
    assert b"South East" in made(page, "bcus-SE.csv")
    select(page, "Layer", "Boroughs")
    expect(page.get_by_role("button", name="Download bcus-SE.csv")).to_have_count(0)


def test_a_wrong_link_is_told_kindly(visit: Visit) -> None:
    page = opened(visit, "/download?ward=E05999999")
    expect(page.locator(".bcumap-notice")).to_contain_text("There is no ward")
