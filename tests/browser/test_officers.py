"""Ward officers in a real Chromium: a measure on the map, and a visitor's own list end to end."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests import datastore_workbook
from tests.browser.conftest import Visit, at_night, start_server, until

FACTS = json.loads((Path(__file__).parents[2] / "geodata/web/facts.json").read_text("utf-8"))
CLICK_LIMIT = 20_000  # bytes on the websocket
DEPTFORD = "E05013719"
LIST = """Ward;Borough;DWO;PCSO;Contact
Deptford;Lewisham;2;1;Ada Byron
Brokley;Lewisham;1,5;1;
"=HYPERLINK(""http://evil.example"",""x"")";Lewisham;1;1;
<script>window.ran=1</script><img src=x onerror=window.ran=1>;Lewisham;1;1;@SUM(1)
Abbey;;2;1;
Evelyn Ward;LB Lewisham;1;0;
"""


def area(page: Page, code: str) -> Locator:
    return page.locator(f'.bcumap path[data-code="{code}"]')


def shaded(page: Page, code: str) -> None:
    expect(area(page, code)).to_have_class(re.compile(r"shade-\d"))


def select(page: Page, label: str, option: str) -> None:
    field = page.get_by_role("combobox", name=label, exact=True)
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # a list that opens while the page scrolls closes again
    field.click()
    field.press_sequentially(option)  # a long list has only the part in view
    page.get_by_role("option", name=option, exact=True).click()


def choose_measure(page: Page, title: str) -> None:
    select(page, "What to compare", title)


def row(page: Page, name: str) -> str:
    return page.locator(".bcumap-table tr", has_text=name).first.inner_text()


# --- measures on the map -------------------------------------------------------------------------


def test_the_boroughs_are_shaded_and_two_have_no_figure(looks: Visit) -> None:
    page = looks.go("/officers")
    shaded(page, "E09000023")
    for code in ("E09000007", "E09000019"):
        expect(area(page, code)).to_have_class(re.compile("no-figure"))
        expect(area(page, code)).to_have_attribute("aria-label", re.compile("no reliable figure"))
    expect(area(page, "E09000001")).not_to_have_class(re.compile("shade|no-figure"))
    label = area(page, "E09000023").get_attribute("aria-label")
    assert label == "Lewisham, borough, Officers for each ward: 4.0"
    expect(page.locator(".area-value b")).to_have_count(30)  # names stand there too
    legend = page.locator(".bcumap-legend").inner_text()
    assert "no reliable figure" in legend
    assert "4.4 or more" in legend
    assert looks.console == []
    assert looks.strangers() == []


def test_the_table_has_the_same_figures_highest_first(looks: Visit) -> None:
    page = looks.go("/officers")
    expect(page.locator(".bcumap-table tbody tr")).to_have_count(33)
    first = page.locator(".bcumap-table tbody tr").first.inner_text()
    assert first.split("\t")[:4] == ["Tower Hamlets", "Central East", "5.6", "111.2"]
    assert "no reliable figure" in row(page, "Camden")
    names = page.locator(".bcumap-table tbody th").all_inner_texts()
    assert names[-3:] == ["Camden", "Islington", "City of London"]


def test_an_entry_of_the_legend_lights_its_areas_under_the_pointer_and_with_focus(
    visit: Visit,
) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    entry, dimmed = page.locator("[data-look=no-figure]"), page.locator(".bcumap-area.dimmed")
    entry.hover()
    expect(dimmed).to_have_count(31)  # all but Camden and Islington
    expect(area(page, "E09000007")).not_to_have_class(re.compile("dimmed"))
    page.mouse.move(1, 1)
    expect(dimmed).to_have_count(0)
    entry.focus()
    expect(dimmed).to_have_count(31)
    page.keyboard.press("Shift+Tab")  # to the class before it
    expect(area(page, "E09000007")).to_have_class(re.compile("dimmed"))
    entry.evaluate("() => document.activeElement.blur()")
    expect(dimmed).to_have_count(0)


def test_another_measure_shades_the_map_anew_and_is_in_the_link(visit: Visit) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    before = visit.received
    choose_measure(page, "Residents for each officer promised")
    expect(page.locator(".bcumap-table caption")).to_have_text(
        "Residents for each officer promised: Boroughs"
    )
    shaded(page, "E09000007")  # known of every borough
    expect(page).to_have_url(re.compile(r"measure=residents_per_committed"))
    assert visit.received - before < CLICK_LIMIT
    page = visit.go("/officers?measure=share_of_commitment")
    expect(page.locator(".bcumap-table caption")).to_have_text(
        "Strength as a share of the promise: Boroughs"
    )
    expect(area(page, "E09000023")).to_have_attribute("aria-label", re.compile("133%"))


def test_the_wards_have_no_strength_but_residents_for_each_promised(visit: Visit) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    page.locator(".bcumap-levels span", has_text="Wards").click()
    expect(area(page, DEPTFORD)).to_have_class(re.compile("no-figure"))
    expect(page.locator(".bcumap-table caption")).to_have_text("Officers for each ward: Wards")
    assert "published by the Met, not included here" in page.locator(".bcumap-legend").inner_text()
    choose_measure(page, "Residents for each officer promised")
    shaded(page, DEPTFORD)
    expect(area(page, DEPTFORD)).to_have_attribute("aria-label", re.compile("promised: 5,791"))
    expect(page.locator(".bcumap-table caption")).to_have_text(
        "Residents for each officer promised: Wards"
    )
    assert "5,791" in row(page, "Deptford")


def test_a_bcu_is_shaded_by_what_its_boroughs_have(visit: Visit) -> None:
    page = visit.go("/officers?bcu=SE")
    shaded(page, "SE")
    expect(area(page, "CN")).to_have_class(re.compile("no-figure"))
    expect(area(page, "SE")).to_have_attribute("aria-label", re.compile("ward: 3.8"))


def test_a_strength_of_which_a_part_is_unknown_is_at_least_that(visit: Visit) -> None:
    part = deepcopy(FACTS)
    part["bcus"]["SE"]["officers"]["at_least"] = True
    visit.context.route("**/facts-*.json", lambda route: route.fulfill(json=part))
    page = visit.go("/officers?bcu=SE")
    expect(area(page, "SE")).to_have_attribute("aria-label", re.compile("ward: ≥ 3.8"))
    expect(page.locator("tr.chosen")).to_have_text(re.compile(r"South East≥ 3.8≥ [\d.]+\d{3}"))
    page = visit.go("/officers?bcu=SE&measure=committed")
    expect(area(page, "SE")).to_have_attribute("aria-label", re.compile(r"promised: \d+"))
    expect(page.locator("tr.chosen")).to_have_text(re.compile(r"South East\d{3}≥ [\d.]+"))


def test_a_choice_keeps_the_measure(visit: Visit) -> None:
    page = visit.go("/officers?measure=fte_per_10k")
    shaded(page, "E09000023")
    page.locator(".bcumap-table tbody button", has_text="Lewisham").click()
    expect(page).to_have_url(re.compile(r"borough=E09000023&measure=fte_per_10k"))
    expect(page.locator(".bcumap .chosen-line")).to_have_count(1)


def test_a_chosen_area_has_its_facts_and_the_way_to_its_team(visit: Visit) -> None:
    page = visit.go("/officers")
    expect(page.locator("#bcumap-panel")).to_have_count(0)
    page.locator(".bcumap-table tbody button", has_text="Lewisham").click()
    told = page.locator("#bcumap-panel")
    expect(told).to_contain_text("75.9 FTE")
    page = visit.go(f"/officers?ward={DEPTFORD}")
    told.get_by_role("link", name="Your ward team, officers and contacts").click()
    expect(page.locator("h1")).to_have_text("Deptford")


@pytest.mark.parametrize(
    "link", ["/officers?measure=<script>", at_night("/officers?measure=own&bcu=zz")]
)
def test_a_wrong_link_shows_the_first_measure(visit: Visit, link: str) -> None:
    page = visit.go(link)
    shaded(page, "E09000023")
    expect(page.locator(".bcumap-table caption")).to_have_text("Officers for each ward: Boroughs")


def test_the_map_of_the_first_page_keeps_its_colours(visit: Visit) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    page.get_by_role("link", name="Map", exact=True).first.click()
    expect(page.locator(".bcumap path.bcumap-area")).to_have_count(13)
    expect(page.locator(".bcumap.shaded")).to_have_count(0)
    assert visit.console == []


# --- a list of one's own -------------------------------------------------------------------------

DEPTFORD, EVELYN = "E05013719", "E05013721"


def bring(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def verdict(page: Page) -> str:
    page.locator(".bcumap-verdict").wait_for(timeout=60_000)
    return page.locator(".bcumap-verdict").inner_text()


def counted(page: Page, what: str) -> int:
    pair = page.locator(".bcumap-verdict dl > div", has_text=what)
    return int(pair.locator("dt").inner_text().replace(",", ""))


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("button", name=button).click()
    return Path(coming.value.path()).read_bytes()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "Ward officers <b>2026.csv"
    path.write_text(LIST)
    return path


def test_a_councils_list_is_matched_decided_upon_drawn_and_downloaded(
    visit: Visit, listed: Path
) -> None:
    page = visit.go("/officers")
    bring(page, listed)
    assert "Read 6 rows" in verdict(page)
    assert counted(page, "matched for certain") == 2
    assert counted(page, "needs your yes") == 1
    assert counted(page, "may be of several wards") == 1
    assert counted(page, "without a ward") == 2
    assert counted(page, "wards without any row") == 16

    rows = page.locator(".bcumap-decide tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Take all suggestions").click()
    page.get_by_label("The ward of row 6").select_option("E05014053")  # Abbey, Barking
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".bcumap-verdict dl > div", has_text="matched for")).to_contain_text("4")
    assert counted(page, "without a ward") == 2

    shaded(page, DEPTFORD)
    shaded(page, "E05014053")
    expect(area(page, DEPTFORD)).to_have_attribute("aria-label", re.compile("in all: 3.0"))
    expect(area(page, "E05013732")).to_have_class(re.compile("no-figure"))
    expect(page.locator(".bcumap-table caption")).to_have_text("Your list: officers in all: Wards")
    assert row(page, "Brockley").split("\t")[:3] == ["Brockley", "Lewisham", "2.5"]

    table = list(csv.DictReader(io.StringIO(downloaded(page, "reconciliation").decode())))
    outcomes = [line["outcome"] for line in table if line["row"]]
    assert outcomes == ["matched", "matched", "unknown", "unknown", "matched", "matched"]
    assert table[1]["note"] == "decided by hand"
    archive = zipfile.ZipFile(io.BytesIO(downloaded(page, "all tables")))
    assert set(archive.namelist()) == {"officers.csv", "reconciliation.csv", "strengths.csv"}
    assert visit.console == []
    assert visit.strangers() == []


def test_a_list_that_was_read_is_heard_gone_to_and_not_lost_without_a_word(
    visit: Visit, listed: Path
) -> None:
    page = visit.go("/officers")
    page.locator("h1").click()
    bring(page, listed)
    verdict(page)
    expect(page.locator(".bcumap-search .said")).to_have_text(
        "Ward officers 2026.csv: 6 rows read, 2 matched, 4 to decide."
    )
    expect(page.locator(".bcumap-verdict h3")).to_be_focused()
    expect(page.locator(".bcumap-verdict h3")).to_be_in_viewport()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.evaluate("location.reload()")
    until(lambda: asked == ["beforeunload"])
    expect(page.locator(".bcumap-verdict")).to_be_visible()
    page.get_by_role("button", name="Forget your list").click()
    expect(page.locator(".bcumap-verdict")).to_have_count(0)
    page.reload()
    assert asked == ["beforeunload"]


def test_what_a_list_leaves_open_is_asked_once_and_counts_then(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.go("/officers")
    path = tmp_path / "list.csv"
    path.write_text(
        "Ward,Borough,Officers,PCSOs\nDeptford,Lewisham,2,1\nEvelyn,Lewisham,2,1\n"
        "Brockley,Lewisham,2,0\nEvelyn,Lewisham,1,0\n"
    )
    bring(page, path)
    verdict(page)
    deptford = page.locator(f'.bcumap-table tr[data-code="{DEPTFORD}"]')
    evelyn = page.locator(f'.bcumap-table tr[data-code="{EVELYN}"]')
    expect(deptford).to_contain_text("no figure in your list")
    page.get_by_text("No, without PCSOs").click()
    expect(deptford).to_contain_text("3.0", timeout=20_000)
    expect(evelyn).to_contain_text("no figure in your list")
    page.get_by_text("The second", exact=True).click()
    expect(evelyn).to_contain_text("1.0", timeout=20_000)
    page.get_by_text("Add both").click()
    expect(evelyn).to_contain_text("4.0", timeout=20_000)
    assert visit.console == []


def test_a_hostile_list_runs_nowhere_is_seen_by_nobody_else_and_is_forgotten(
    visit: Visit, browser: Browser, listed: Path
) -> None:
    page = visit.go("/officers")
    bring(page, listed)
    verdict(page)
    expect(page.locator(".bcumap-decide")).to_contain_text("<script>window.ran=1</script><img")
    expect(page.locator(".bcumap-decide")).to_contain_text('=HYPERLINK("http://evil.example","x")')
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    expect(page.locator(":is(.bcumap-verdict, .bcumap-decide) :is(img, script, b)")).to_have_count(
        0
    )
    archive = zipfile.ZipFile(io.BytesIO(downloaded(page, "all tables")))
    for name in archive.namelist():
        for line in csv.reader(io.StringIO(archive.read(name).decode())):
            for cell in line:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)
    assert visit.strangers() == []

    other = Visit(browser, visit.address)
    theirs = other.go("/officers")
    shaded(theirs, "E09000023")
    expect(theirs.locator(".bcumap-verdict")).to_have_count(0)
    other.context.close()

    page.get_by_role("button", name="Forget this list").click()
    expect(page.locator(".bcumap-verdict")).to_have_count(0)
    expect(page.locator(".bcumap-table caption")).to_have_text("Officers for each ward: Wards")
    page.locator("[data-testid=stSelectbox]").first.click()
    expect(page.get_by_role("option", name=re.compile("Your list"))).to_have_count(0)


def test_the_datastores_workbook_is_imported_and_drawn_month_by_month(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.go("/officers")
    bring(page, datastore_workbook.write(tmp_path / "DWO_Abstraction.xlsx"))
    told = verdict(page)
    assert counted(page, "teams matched for certain") == 678
    assert "Camden: no rows since 2024-08: no reliable figure." in told
    assert "No rows of strengths for 2024-10, 2024-11: the file has a gap there." in told
    expect(page.locator(".bcumap-table caption")).to_have_text(
        "Your list: officers in all, December 2024: Wards"
    )
    shaded(page, DEPTFORD)
    camden = next(c for c, w in FACTS["wards"].items() if w["borough_code"] == "E09000007")
    expect(area(page, camden)).to_have_class(re.compile("no-figure"))
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(1)
    page.locator(".bcumap-levels span", has_text="Boroughs").click()
    shaded(page, "E09000023")
    expect(area(page, "E09000007")).to_have_class(re.compile("no-figure"))

    page.get_by_role("link", name="My ward").first.click()
    expect(page.locator("h1")).to_have_text("My ward")
    page.keyboard.press("/")
    page.keyboard.type("deptford")
    page.keyboard.press("Enter")
    panel = page.locator("#bcumap-panel")
    expect(panel).to_contain_text("FTE by your own list, DWO_Abstraction.xlsx, December 2024")
    expect(page.get_by_text("Your list, month by month")).to_be_visible()
    assert visit.console == []
    assert visit.strangers() == []


def test_a_column_that_is_not_recognised_is_chosen_by_hand(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Patch,Number\nDeptford,3\nEvelyn,2\n")
    page = visit.go("/officers")
    bring(page, path)
    notice = page.locator(".bcumap-notice")
    expect(notice).to_contain_text("no column says which ward a row is of")
    select(page, "Ward", "Patch")
    select(page, "Officers in all (FTE)", "Number")
    select(page, "Borough of all rows", "Lewisham")
    page.get_by_role("button", name="Read it again so").click()
    assert "Read 2 rows" in verdict(page)
    assert counted(page, "matched for certain") == 2
    shaded(page, DEPTFORD)


BAD = {
    "empty.csv": (b"", "is empty"),
    "picture.csv": (b"%PDF-1.4 rubbish", "a PDF"),
    "rubbish.xlsx": (bytes(range(256)) * 50, "rubbish.xlsx"),
    "no-ward.csv": (b"a,b\n1,2\n", "no column says which ward"),
}


def test_a_bad_file_gets_one_clear_sentence_and_the_page_lives_on(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.go("/officers")
    shaded(page, "E09000023")
    for name, (content, said) in BAD.items():
        (tmp_path / name).write_bytes(content)
        bring(page, tmp_path / name)
        expect(page.locator(".bcumap-notice")).to_contain_text(f"{name} was not read.")
        expect(page.locator(".bcumap-notice")).to_contain_text(said)
        shaded(page, "E09000023")
        expect(page.locator(".bcumap-verdict")).to_have_count(0)
    assert visit.console == []


def test_too_large_a_file_is_refused_before_it_is_sent(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    page = visit.go("/officers")
    bring(page, path)
    expect(page.get_by_text(re.compile("must be 50.*MB or smaller"))).to_be_visible()
    assert [request for request in visit.requests if request.method == "PUT"] == []
    expect(page.locator(".bcumap-verdict, .bcumap-notice")).to_have_count(0)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server whose temporary files can be looked at."""
    folder = tmp_path / "temp"
    folder.mkdir()
    process, address = start_server(TMPDIR=str(folder))
    yield address, folder
    process.terminate()
    process.wait(10)


def test_nothing_of_a_list_is_left_on_the_disk(
    browser: Browser, watched: tuple[str, Path], listed: Path
) -> None:
    address, folder = watched
    visit = Visit(browser, address)
    page = visit.go("/officers")
    bring(page, listed)
    verdict(page)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert left == []
    assert list(folder.glob("bcumap-*")) == []
    visit.context.close()
