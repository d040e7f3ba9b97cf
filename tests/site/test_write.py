"""The static site: pages whole and linked, nothing of data runs, nothing strange is replaced."""

from __future__ import annotations

import copy
import datetime as dt
import gzip
import hashlib
import json
import os
import re
import stat
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import pytest

from bcumap.base.errors import BcuMapError, DataError
from bcumap.base.sources import read as read_sources
from bcumap.base.words import ATTRIBUTION
from bcumap.export import write as export
from bcumap.export.layers import LAYERS
from bcumap.facts import cached, counters, store, views
from bcumap.facts.areas import Atlas
from bcumap.facts.places import street_key
from bcumap.facts.postcodes import OUTSIDE, Prefix
from bcumap.site import downloads, drawings, finding, pages
from bcumap.site import write as writing
from bcumap.site.render import Renderer, Site
from bcumap.web.files import SITE_FILES
from tests.commands import everything, run_here
from tests.conftest import SITE_DAY, SiteOf
from tests.markup import Page
from tests.small import BCUS, CITY_WARDS, MET_WARDS, Small

FACTS = store.facts()
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"
# Where the sources of facts are: the only links that leave the site.
SOURCES = {
    each.link
    for name in store.TABLE_FILES
    for column in store.table(name).filter(like="source")
    for text in store.table(name)[column].dropna().unique()
    for each in read_sources(str(text))
}
WARD_PAGE_LIMIT = 60_000  # bytes, compressed, beyond what is shared
CONTACTS = {
    "tel:999", "tel:101", "https://www.met.police.uk/a/your-area/",
    "https://www.cityoflondon.police.uk/",
}  # fmt: skip


@cache
def read(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def html(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@pytest.fixture(params=[8, pytest.param(1, marks=pytest.mark.nightly)], ids=["some", "all"])
def read_here(site: Path, request: pytest.FixtureRequest) -> list[Path]:
    """The pages to read: by day those of every eighth ward, at night all of them."""
    found = html(site)
    wards = [path for path in found if path.parent.name == "ward"]
    return [path for path in found if path not in set(wards) - set(wards[:: request.param])]


def area(site: Path, name: str) -> Page:
    return read(site / name)


# --- what there is -------------------------------------------------------------------------------


def test_every_area_has_a_page(site: Path) -> None:
    for folder, level, number in (("bcu", "bcus", 12), ("borough", "boroughs", 33),
                                  ("ward", "wards", 704)):  # fmt: skip
        found = {path.stem for path in (site / folder).iterdir()}
        assert found == set(FACTS[level])
        assert len(found) == number


def test_every_page_is_well_formed(read_here: list[Path]) -> None:
    faults = {path.name: read(path).faults for path in read_here if read(path).faults}
    assert faults == {}


def test_the_parser_of_these_tests_sees_what_is_wrong() -> None:
    assert Page("<p><b>x</p>").faults
    assert Page("<p id=a></p><p id=a></p>").faults
    assert Page("<p>x</p><br>").faults == []


def test_every_page_has_one_heading_a_title_and_a_language(read_here: list[Path]) -> None:
    titles = []
    for path in read_here:
        page = read(path)
        assert page.count("h1") == 1, path
        assert page.count("main") == 1
        assert page.elements[0] == ("html", {"lang": "en-GB"})
        titles.append(page.text("title"))
    assert all(titles)


def test_all_links_are_relative_and_lead_somewhere(read_here: list[Path]) -> None:
    broken = []
    for path in read_here:
        page = read(path)
        for link in page.links:
            if link == "data:," or link in SOURCES or link in CONTACTS:
                continue
            parts = urlsplit(link)
            target = path if not parts.path else path.parent / unquote(parts.path)
            is_there = target.is_file() and not parts.scheme and not link.startswith("/")
            anchored = not parts.fragment or parts.fragment in read(target.resolve()).ids
            if not (is_there and anchored):
                broken.append((path.name, link))
    assert broken[:5] == []


def test_what_is_asked_of_the_police_is_a_page_and_stands_on_every_area_s(site: Path) -> None:
    told = read(site / "demand.html").text("main")
    assert "Central West, 697 from July 2025 to June 2026" in told
    assert "not known: no open data were found on how many crimes are solved" in told
    ward = read(site / "ward" / "E05013719.html").text("main")
    assert "95 of 679" in ward
    assert "Since March 2024 some offences have a borough but no ward" in ward
    assert "1,000 residents" not in read(site / "borough" / "E09000001.html").text("main")


def test_the_timeline_is_a_page_and_a_feed(site: Path) -> None:
    page = read(site / "changes.html")
    assert {"unit-na-live", "2025-11-13-assembly-motion"} <= set(page.ids)
    assert "Jason Gwillim" in page.text("main")
    assert "unit-na-live" in read(site / "bcu" / "NA.html").ids
    assert "2025-11-harrow-letter-before-action" in read(site / "borough" / "E09000015.html").ids
    assert "34,523" in page.text("main")
    told = feedparser.parse((site / "changes.atom").read_bytes())
    assert not told.bozo
    assert len(told.entries) > 100


def test_maps_of_key_dates_stand_on_the_timeline(site: Path) -> None:
    page = read(site / "changes.html")
    shown = [told for tag, told in page.elements if tag == "img"]
    assert len(shown) >= 15
    assert {told["src"] for told in shown} == {
        f"maps/{each.name}" for each in (site / "maps").iterdir()
    }
    assert "Map: Police units, May 2018" in [told["alt"] for told in shown]
    assert (site / "maps/counters-2025-10-15.svg").read_bytes().startswith(b"<svg")


def test_what_scripts_and_styles_link_to_is_there(site: Path) -> None:
    for path in (site / "assets").glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / name).is_file(), name
            assert re.search(r"-[0-9a-f]{12}\.js$", name)
    (leaflet,) = (site / "assets").glob("leaflet-*.css")
    assert "images/layers.png" in leaflet.read_text(encoding="utf-8")
    assert (site / "assets" / "images" / "layers.png").is_file()


def test_hashed_names_are_those_of_their_content(site: Path) -> None:
    for path in (each for each in (site / "assets").iterdir() if each.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stem.endswith(f"-{digest[:12]}"), path.name


def test_every_page_has_its_attribution_and_edition(read_here: list[Path]) -> None:
    for path in read_here:
        if path.name == "404.html":
            continue
        text = read(path).text()
        assert ATTRIBUTION in text, path
        assert "Royal Mail data © Royal Mail copyright and database right 2026" in text
        assert f"Wards of {FACTS['edition']}" in text
        assert "Made on" in path.read_text("utf-8").rpartition("<footer")[2]  # within a landmark


def test_no_page_can_ask_another_host_but_for_street_tiles(read_here: list[Path]) -> None:
    for path in read_here:
        policies = [told["content"] for tag, told in read(path).elements
                    if tag == "meta" and told.get("http-equiv")]  # fmt: skip
        if path.name == "404.html":
            assert read(path).links == ["data:,"]
            continue
        (policy,) = policies
        assert policy.startswith("default-src 'self';")
        assert re.findall(r"https?://[^ ;]+", policy) == ["https://tile.openstreetmap.org"]


def test_a_ward_page_is_small(site: Path) -> None:
    sizes = {
        path.name: len(gzip.compress(path.read_bytes(), 6)) for path in (site / "ward").iterdir()
    }
    assert max(sizes.values()) <= WARD_PAGE_LIMIT / 8
    assert min(sizes.values()) > 1000


# --- what the pages say --------------------------------------------------------------------------


def test_a_ward_page_tells_its_facts_with_their_dates(site: Path) -> None:
    page = area(site, "ward/E05013719.html")
    text = page.text("main")
    for words in (
        "Deptford is a ward of Lewisham, policed by South East BCU of the Metropolitan Police.",
        "Ward · E05013719",
        "17,373",
        "ONS estimate, 30 June 2024",
        "2 ward officers, 1 PCSO",
        "since 28 December 2017, restated February 2022",
        "published by the Met, not included here",
        "Lewisham has 4.0 FTE for each of its wards",
        "Mayor of London, 28 December 2017",
        "On 7 April 2026",
        "We have found nothing that confirms it happened.",
        "43 Lewisham High Street, SE13 5JZ",
    ):
        assert words in text, words
    for link in ("../bcu/SE.html", "../borough/E09000023.html", "E05013719", "E05014080"):
        assert any(link in each for each in page.links)


@pytest.mark.parametrize("code", sorted(FACTS["wards"])[::24])
def test_a_ward_page_links_to_its_neighbours_and_what_it_lies_in(site: Path, code: str) -> None:
    page, ward = area(site, f"ward/{code}.html"), FACTS["wards"][code]
    bcu = FACTS["boroughs"][ward["borough_code"]]["bcu_code"]
    wanted = {f"../ward/{each}.html" for each in ward["neighbours"]}
    wanted |= {f"../borough/{ward['borough_code']}.html"} | (
        {f"../bcu/{bcu}.html"} if bcu else set()
    )
    assert wanted <= set(page.links)
    assert ward["name"] == page.text("h1")


def test_a_borough_page_has_all_its_wards_and_the_boroughs_beside(site: Path) -> None:
    page = area(site, "borough/E09000023.html")
    wards = {link for link in page.links if link.startswith("../ward/")}
    assert len(wards) == 19
    beside = {link for link in page.links if link.startswith("../borough/")}
    assert beside - {"../borough/E09000023.html"} == {
        "../borough/E09000006.html",  # Bromley
        "../borough/E09000011.html",  # Greenwich
        "../borough/E09000028.html",  # Southwark
    }


def test_a_page_says_whom_to_call(site: Path) -> None:
    for name, city in (("ward/E05013719", False), ("ward/E05009288", True), ("bcu/NA", False),
                       ("borough/E09000001", True)):  # fmt: skip
        links = read(site / f"{name}.html").links
        assert {"tel:999", "tel:101"} <= set(links)
        assert ("https://www.cityoflondon.police.uk/" in links) == city
        assert ("https://www.met.police.uk/a/your-area/" in links) != city


def test_a_bcu_page_has_its_boroughs_and_says_what_is_not_known(site: Path) -> None:
    text = area(site, "bcu/CN.html").text("main")
    assert "Camden" in text
    assert "no reliable figure" in text
    assert "January 2017" in text
    assert (
        "November 2018 (by the Met’s own data; the day is not known)"
        in area(site, "bcu/NW.html").text()
    )


def test_the_city_is_not_the_mets(site: Path) -> None:
    for name in ("borough/E09000001.html", "ward/E05009288.html"):
        text = area(site, name).text("main")
        assert "City of London Police" in text
        for words in ("Promised", "Front counters of", "Open 24 hours"):
            assert words not in text


def test_a_borough_without_a_counter_says_so(site: Path) -> None:
    assert "none known" in area(site, "borough/E09000015.html").text("main")  # Harrow


def test_all_wards_are_in_the_list_and_all_boroughs_on_the_front(site: Path) -> None:
    listed = {link for link in area(site, "wards.html").links if link.startswith("ward/")}
    assert len(listed) == 704
    front = set(area(site, "index.html").links)
    assert {f"borough/{code}.html" for code in FACTS["boroughs"]} <= front
    assert {f"bcu/{code}.html" for code in FACTS["bcus"]} <= front


# --- text from strangers --------------------------------------------------------------------------


def hostile_facts() -> dict[str, Any]:
    """One BCU of one borough of two wards, whose names try to break out."""
    bcu, borough = FACTS["boroughs"]["E09000023"]["bcu_code"], "E09000023"
    wards = ("E05013719", "E05013721")
    facts = copy.deepcopy({key: FACTS[key] for key in ("residents_as_of", "officers", "seen_on")})
    facts["edition"] = HOSTILE
    facts["officers"]["source"] = HOSTILE
    of_bcu = ("name", "go_live_note", "go_live_source")
    named = dict.fromkeys(of_bcu, HOSTILE) | {"boroughs": [borough], "aliases": [HOSTILE]}
    facts["bcus"] = {bcu: FACTS["bcus"][bcu] | named}
    told = FACTS["boroughs"][borough]["officers"] | {"no_figure_for": [HOSTILE], "at_least": True}
    facts["boroughs"] = {borough: FACTS["boroughs"][borough] | {"name": HOSTILE, "officers": told}}
    facts["wards"] = {code: FACTS["wards"][code] | {"name": HOSTILE, "neighbours": [other]}
                      for code, other in zip(wards, wards[::-1], strict=True)}  # fmt: skip
    return facts


def test_names_of_strangers_stay_text() -> None:
    atlas, document = Atlas(hostile_facts()), copy.deepcopy(dict(store.counters_web()))
    texts = {"note": HOSTILE, "source": HOSTILE}
    document["events"] = [each | texts for each in document["events"]]
    document["sites"] = [each | {"address": HOSTILE} for each in document["sites"]]
    picture = counters.picture(document, SITE_DAY)
    links = dict.fromkeys((*SITE_FILES, *writing.SHARED_FILES, *writing.PREPARED_FILES,
                           "names.json"), f"assets/{HOSTILE}")  # fmt: skip
    renderer = Renderer(Site(atlas, links, f"{HOSTILE}/", HOSTILE, ""))
    every = pages.all_pages(atlas, picture, document["sites"])
    made = [renderer.area(page) for page in every]
    made += [renderer.front(), renderer.wards()]
    keys = ("path", "title", "edition", "licence", "attribution", "size")
    file = downloads.File(HOSTILE, HOSTILE, HOSTILE)
    tier = downloads.Tier(HOSTILE, 3.0, [HOSTILE], [downloads.Row(HOSTILE, [file])], [file])
    made.append(renderer.downloads(downloads.Offered([tier], [dict.fromkeys(keys, HOSTILE)])))
    assert len(made) == 7
    for text in made:
        page = Page(text)
        assert page.faults == []
        assert page.count("img") == 0
        assert [
            told for tag, told in page.elements if any(name.startswith("on") for name in told)
        ] == []
        assert page.count("script") in (3, 6)
        assert "7*7" in page.text()
        assert "49" not in page.text("h1")
        (data,) = re.findall(r'id="bcumap-page">(.*?)</script>', text)
        assert "<" not in data
        assert json.loads(data)["names"].endswith(HOSTILE)


@pytest.mark.parametrize("code", ["../x", "a/b", "", "E05\n", "E0501371900000", "x.html"])
def test_a_code_that_is_no_file_name_is_refused(code: str) -> None:
    with pytest.raises(DataError):
        pages.path("wards", code)


def test_a_figure_is_the_same_in_the_panel_and_in_every_table() -> None:
    """Merton has 112.5 % of its promise, and West Area 3,150 m to a counter."""
    document = store.counters_web()
    picture = counters.picture(document, dt.date(2026, 4, 1))
    made = {
        page.panel.title: page
        for page in pages.all_pages(store.atlas(), picture, document["sites"])
    }
    assert "113% of the promise" in dict(made["Merton"].panel.told)["Strength"].note
    rows = {row[0].links[0].label: row[-1].text for row in made["South West"].tables[0].rows}
    assert rows["Merton"] == "113%"
    assert dict(made["West Area"].counters)["Nearest"].text == "3.2 km"


@pytest.mark.parametrize("code", ["E09000023", "E05013719"])  # Lewisham, Deptford in it
def test_a_borough_and_its_wards_tell_what_changed_there_and_in_their_bcu(
    site: Path, code: str
) -> None:
    """The app told the BCU's events beside the borough's; the site left them out."""
    folder = "borough" if code.startswith("E09") else "ward"
    ids = area(site, f"{folder}/{code}.html").ids
    assert {"unit-se-live", "counter-lewisham-2026-03-03"} <= set(ids)
    told = views.changes(cached.happenings(), cached.atlas()[code])
    assert told.title == "What changed in Lewisham and its BCU"
    assert {each.id for _, shown in told.years for each in shown} <= set(ids)


def test_a_ward_without_a_known_counter_says_so() -> None:
    none = dict.fromkeys(("nearest", "nearest_m", "nearest_24_7_m", "within_2km"))
    picture = counters.picture(store.counters_web(), SITE_DAY)
    told = views.near(replace(picture, wards={"E05013719": none}), "E05013719")
    assert [(name, said.text) for name, said in told] == [
        ("Nearest", "not known"), ("Open 24 hours", "not known"), ("Within 2 km", "not known")
    ]  # fmt: skip


# --- the finder's documents ----------------------------------------------------------------------


def shard_folder(site: Path) -> Path:
    (folder,) = site.glob("postcodes-*")
    return folder


def test_there_is_a_shard_for_every_sector_and_it_is_small(each_site: SiteOf) -> None:
    folder = shard_folder(each_site.out)
    directory = json.loads((folder / "index.json").read_bytes())
    sectors = {each for listed in directory["sectors"].values() for each in listed}
    assert {path.stem for path in folder.iterdir()} == {
        "index",
        *map(finding.file_name, (*sectors, *directory["sectors"])),
    }
    assert max(len(gzip.compress(path.read_bytes())) for path in folder.iterdir()) < 25_000


def test_shards_say_what_the_archive_says(each_site: SiteOf) -> None:
    archive, total = store.postcodes(data=each_site.data), 0
    finder = store.finder(data=each_site.data)
    for number, path in enumerate(sorted(shard_folder(each_site.out).glob("*-*.json"))):
        shard = json.loads(path.read_bytes())
        total += len(shard["rows"])
        if number % 20:
            continue
        district, digit = path.stem.split("-")
        places, (north, east) = shard["places"], shard["at"]
        for row, known in zip(
            shard["rows"], archive.starting(Prefix(district, digit)), strict=True
        ):
            unit, live, sure, up, right, place, near, *more = row
            answer = finder.of_postcode(known)
            card = views.card(answer)
            assert f"{district} {digit}{unit} {places[place][1]}" == card.text
            assert (bool(live), sure == 1) == (known.live, answer.certain)
            assert (sure == 2) == bool(answer.options)
            assert ((north + up) / 1e5, (east + right) / 1e5) == (known.lat, known.lon)
            assert near == (known.boundary_m if answer.certain else 0)
            assert (more.pop(0) if answer.notes else []) == list(answer.notes)
            assert [places[each][0] for each in more] == [each.code for each in card.perhaps]
    assert total == (331_981 if each_site.is_whole else sum(1 for _ in archive))


def test_a_shard_has_all_that_is_told_of_a_postcode_that_is_in_doubt() -> None:
    known = store.postcodes().starting(Prefix("SE8", "4", "RX"))[0]
    stray = known._replace(borough_code="E09000001", quality=60, live=False)
    beyond = known._replace(others=((OUTSIDE, 12),))  # type: ignore[arg-type]
    told = finding.shard([known, stray, beyond], store.finder())
    ((code, text),) = told["places"]
    assert (code, text.split(" ward")[0]) == (known.ward_code, "is in Deptford")
    assert told["rows"][0] == ["RX", 1, 1, 0, 0, 0, known.boundary_m]
    *_, notes = told["rows"][1]
    assert told["rows"][1][1:3] == [0, 0]
    assert [note.split()[2] for note in notes] == ["no", "is", "Postcode"]
    assert told["rows"][2][2] == 2  # a street would decide it
    assert told["rows"][2][6:] == [0, [
        "This postcode’s centre is 12 m from the edge of London: some of its addresses may be"
        " there."
    ]]  # fmt: skip


def test_districts_outside_london_are_known_as_such() -> None:
    told = finding.directory(store.postcodes(), "2025-11", "")
    assert told["edition"] == "November 2025"
    assert (told["districts"]["SE8"], told["districts"]["KT22"]) == (0, 1)
    assert told["beyond"]["JE"] == "is a postcode of Jersey: it lies outside London."
    assert told["apart"]["SW95"].startswith("SW95 is for large senders of mail")
    elsewhere = told["elsewhere"].split()
    assert "M1" in elsewhere
    assert not set(elsewhere) & set(told["districts"])
    assert len(elsewhere) + len(told["districts"]) == len(store.postcodes().districts)


# --- streets and places --------------------------------------------------------------------------

LARGEST_SHARD = 45_000  # bytes, compressed
KINDS = {"open-database-license-v1-0": {0, 1, 2, 3}, "open-government-licence-v3-0": {1, 3}}


def named(site: Path) -> dict[str, Any]:
    """What there is of streets and places, by path without suffix."""
    (folder,) = site.glob("places-*")
    return {
        path.relative_to(folder).with_suffix("").as_posix(): json.loads(path.read_bytes())
        for path in folder.rglob("*.json")
    }


def test_every_street_and_place_is_in_a_small_shard_of_its_licence(site: Path) -> None:
    found = named(site)
    shards = found["index"]["shards"]
    assert set(shards) == set(KINDS)
    total = 0
    for licence, beginnings in shards.items():
        assert beginnings == sorted(set(beginnings))
        for number, letters in enumerate(beginnings):
            shard = found[f"{licence}/{number}"]
            total += len(shard["rows"])
            assert {street_key(row[1])[:2] for row in shard["rows"]} == {letters}
            tables = {table for _, tables, *_ in shard["sorts"] for table in tables}
            assert tables <= KINDS[licence]
            assert ("OpenStreetMap" in shard["attribution"]) == bool(tables & {0, 2})
            assert (licence == "open-database-license-v1-0") == bool(tables & {0, 2})
            assert len(gzip.compress(json.dumps(shard).encode())) < LARGEST_SHARD
    places = store.finder().places
    assert places is not None
    assert total == sum(len(things) for _, things in places.everything())
    assert len(found) == sum(map(len, shards.values())) + len(shards) + 1


def test_a_shard_says_what_the_finder_says(site: Path) -> None:
    found, finder = named(site), store.finder()
    wards = list(store.facts()["wards"])
    places = finder.places
    assert places is not None
    for licence, beginnings in found["index"]["shards"].items():
        for number in range(0, len(beginnings), 40):
            shard = found[f"{licence}/{number}"]
            for sort, name, district, north, east, *more in shard["rows"]:
                kind, _, sure, notes = shard["sorts"][sort]
                same = [each for each in places._named(street_key(name)) if each.name == name]
                told = (kind, district, north, east)
                (thing,) = (
                    each
                    for each in same
                    if told
                    == (each.kind, each.district, round(each.lat * 1e4), round(each.lon * 1e4))
                )
                answer = places.of(thing)
                assert (bool(sure), tuple(notes)) == (answer.certain, answer.notes[:-1])
                codes = [wards[each] for each in (more[0] if len(more) > 1 else more)]
                assert codes == [ward.code for ward in thing.wards]
                if len(more) > 1:
                    assert more[1] == answer.text
                    assert len(more[2]) == len(answer.options)


def test_tiles_of_streets_are_those_of_the_app_with_their_borders(site: Path) -> None:
    known = store.context()
    assert {path.stem for path in (site / "streets").iterdir()} == {"tiles", *known.served}
    tile = (site / "streets" / "2-536-176.json").read_bytes()
    assert tile == known.tile("2-536-176")
    assert json.loads(tile)["borders"]["lines"]


def test_without_streets_there_is_no_folder_of_them(tmp_path: Path) -> None:
    assert writing._write_places(tmp_path, []) == ""
    assert list(tmp_path.iterdir()) == []


# --- downloads, robots, sitemap ------------------------------------------------------------------


def sums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return dict(reversed(line.split("  ")) for line in lines)


def test_downloads_of_the_data_are_as_shipped_and_their_sums_are_right(each_site: SiteOf) -> None:
    folder = each_site.out / "downloads" / "data"
    named = sums(folder)
    for name in ("web/wards.topojson", "wards.parquet", "sources.json", "web/facts.json"):
        assert name in named
    for name, digest in named.items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert content == (each_site.data / name).read_bytes()
    offered = set(area(each_site.out, "downloads/index.html").links)
    assert {f"data/{name}" for name in (*named, "SHA256SUMS")} <= offered


@pytest.mark.parametrize("tier", downloads.TIERS)
def test_every_layer_is_offered_in_every_format(each_site: SiteOf, tier: str) -> None:
    folder = each_site.out / "downloads" / tier
    offered = set(area(each_site.out, "downloads/index.html").links)
    for layer, suffix in product(LAYERS, export.FORMATS):
        assert (folder / f"{layer}{suffix}").stat().st_size > 100
        assert f"{tier}/{layer}{suffix}" in offered
    assert {f"{tier}/{name}" for name in ("README.md", "SHA256SUMS")} <= offered
    for name, digest in sums(folder).items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    wards = json.loads((folder / "wards.geojson").read_bytes())
    assert len(wards["features"]) == (704 if each_site.is_whole else MET_WARDS + CITY_WARDS)
    assert wards["measured_error_m"] < {"full": 3, "web": 25}[tier]


def test_without_an_address_there_is_no_sitemap_and_nothing_absolute(site: Path) -> None:
    assert not (site / "sitemap.xml").exists()
    assert (site / "robots.txt").read_text(encoding="utf-8") == "User-agent: *\nAllow: /\n"
    assert "canonical" not in (site / "index.html").read_text(encoding="utf-8")


def test_a_sitemap_names_its_pages_in_full() -> None:
    paths = ["index.html", "ward/E05013719.html"]
    found = ET.fromstring(writing.sitemap("https://example.org/a&b/", paths))  # noqa: S314
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert [each.text for each in found.iter(f"{space}loc")] == [
        "https://example.org/a&b/", "https://example.org/a&b/ward/E05013719.html"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org", "https://", "https://x/?q=1", "https://x/#a",
            "https://x/ y", "javascript:alert(1)", "https://[", "//example.org"]
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BcuMapError, match="write it as https"):
        writing.checked_url(url)


def test_an_address_ends_in_one_slash() -> None:
    assert writing.checked_url("https://example.org") == "https://example.org/"
    assert writing.checked_url("https://example.org/x//") == "https://example.org/x/"


# --- the command, and what it may replace --------------------------------------------------------


@pytest.mark.nightly
def test_the_command_writes_the_same_again(
    whole_site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "again"
    told = run_here("site", "--out", out, "--on", SITE_DAY.isoformat(),
                    monkeypatch=monkeypatch, capsys=capsys)  # fmt: skip
    assert told.code == 0
    assert told.err == ""  # quiet in a pipe
    assert "755 pages; 1,449 shards" in told.out
    assert "give --url" in told.out
    assert everything(out) == everything(whole_site)
    assert list(tmp_path.iterdir()) == [out]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, small_london: Small) -> Path:
    """Make a site of three areas and two shards, no exports: quick, as only the folder matters."""
    all_pages, shards = pages.all_pages, finding.shards
    monkeypatch.setattr(pages, "all_pages", lambda *given: islice(all_pages(*given), 3))
    monkeypatch.setattr(finding, "shards", lambda *given: islice(shards(*given), 2))
    monkeypatch.setattr(downloads, "TIERS", ())
    monkeypatch.setattr(drawings, "_draw", lambda *_, **__: b'<svg viewBox="0 0 2 1"/>')
    monkeypatch.setenv("BCUMAP_DATA", str(small_london.built))
    return small_london.built


def write(out: Path, **options: Any) -> writing.Report:
    return writing.write(writing.Request(out, SITE_DAY, options.pop("url", "")), **options)


@pytest.mark.usefixtures("few")
def test_with_an_address_there_are_sitemap_canonical_links_and_a_way_back(tmp_path: Path) -> None:
    report = write(tmp_path / "site", url="https://example.org/police")
    assert report.has_sitemap
    site = tmp_path / "site"
    ours = "https://example.org/police/"
    assert f"Sitemap: {ours}sitemap.xml" in (site / "robots.txt").read_text(encoding="utf-8")
    listed = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert listed.count("<loc>") == report.pages - 1 == 8
    assert "404" not in listed
    page = (site / "bcu/CE.html").read_text("utf-8")
    assert f'rel="canonical" href="{ours}bcu/CE.html"' in page
    assert f'<meta property="og:image" content="{ours}cards/CE.png">' in page
    title = re.search("<title>(.*?)</title>", page)
    assert title
    assert f'<meta property="og:title" content="{title[1]}">' in page
    assert len(list((site / "cards").iterdir())) == 1 + len(BCUS)  # London, and each BCU
    assert f'rel="canonical" href="{ours}"' in (site / "index.html").read_text("utf-8")
    assert ours in read(site / "404.html").links


@pytest.mark.usefixtures("few")
def test_an_earlier_site_is_replaced_and_others_can_read_it(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()  # an empty folder will do
    write(out)
    (out / "bcu" / "old.html").write_text("of an earlier edition")
    write(out)
    assert not (out / "bcu" / "old.html").exists()
    assert (out / "index.html").is_file()
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
    assert list(tmp_path.iterdir()) == [out]


def refused(out: Path) -> str:
    with pytest.raises(BcuMapError) as error:
        write(out)
    return str(error.value)


@pytest.mark.usefixtures("few")
def test_what_is_no_site_of_ours_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    assert "did not write" in refused(folder)
    (folder / writing.MARKER).write_text("{}")
    assert "did not write" in refused(folder)
    pages_of_others = tmp_path / "www"
    pages_of_others.mkdir()
    (pages_of_others / "index.html").write_text("my own")
    assert "did not write" in refused(pages_of_others)
    file = tmp_path / "file"
    file.write_text("x")
    assert "is a file" in refused(file)
    assert "no such folder" in refused(tmp_path / "no" / "such")
    assert (folder / "thesis.txt").read_text() == "years of work"
    assert {path.name for path in tmp_path.iterdir()} == {"home", "file", "www"}


@pytest.mark.usefixtures("few")
def test_a_site_that_somebody_keeps_other_things_in_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out)
    (out / ".git").mkdir()
    before = everything(out)
    assert "'.git'" in refused(out)
    assert everything(out) == before


@pytest.mark.usefixtures("few")
def test_an_interrupted_run_leaves_the_old_site_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out)
    before = everything(out)

    def interrupt(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(out, progress=interrupt)
    assert everything(out) == before
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("few")
def test_the_old_site_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    write(out)
    before = everything(out)
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, os.strerror(28))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    assert "space" in refused(out)
    assert everything(out) == before
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("few")
def test_progress_ends_at_all_of_it(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write(tmp_path / "site", progress=lambda *each: told.append(each))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len({total for _, total in told}) == 1


def test_a_damaged_folder_of_data_is_one_clear_line(data_copy: Path, tmp_path: Path) -> None:
    (data_copy / "web" / "map.js").unlink()
    with pytest.raises(DataError, match="run `bcumap build`"):
        write(tmp_path / "site", data=data_copy)
    assert not (tmp_path / "site").exists()
