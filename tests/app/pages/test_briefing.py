"""My ward in words: what each ward is told, with its sources, and no text becomes a tag."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from bcumap.app.pages import briefing
from bcumap.app.pages.briefing import OwnFigure
from bcumap.base.sources import read as read_sources
from bcumap.facts import store
from bcumap.facts.areas import Atlas
from bcumap.services.police_uk import Event, Live, Person, Priority, Team
from tests.hostile import QUERIES

ATLAS = store.atlas()
FACTS = ATLAS.facts
CITY = "E09000001"
HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "</section></li><h1>x", "<!--", "&lt;script&gt;", "]]><svg/onload=alert(1)>",
]  # fmt: skip


class Page(HTMLParser):
    """What a browser would see: the tags, their attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"<!--{data}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name == "href"]

    @property
    def text(self) -> str:
        return "".join(self.words).replace("\n", "")  # of the templates


def read(html: str) -> Page:
    page = Page(html)
    assert page.open == []  # every tag is closed, in its place
    return page


def ward(name: str, borough: str) -> str:
    (code,) = [
        code
        for code, each in FACTS["wards"].items()
        if (each["name"], FACTS["boroughs"][each["borough_code"]]["name"]) == (name, borough)
    ]
    return code


BROCKLEY = ward("Brockley", "Lewisham")
ALDERSGATE = ward("Aldersgate", "City of London")
OF_CAMDEN = ward("Bloomsbury", "Camden")


# --- where it is -------------------------------------------------------------------------------


def test_the_title_says_where_a_ward_is_and_who_polices_it() -> None:
    text = read(briefing.title(ATLAS[BROCKLEY])).text
    assert text == (
        f"BrockleyA ward of Lewisham, policed by South East BCU. {BROCKLEY},"
        f" edition of {FACTS['edition']}"
    )
    assert "policed by City of London Police." in briefing.title(ATLAS[ALDERSGATE])


def test_every_ward_has_a_page_of_sound_html() -> None:
    for code, told in FACTS["wards"].items():
        is_city = told["borough_code"] == CITY
        main = briefing.not_of_the_met if is_city else briefing.standing
        page = read(briefing.title(ATLAS[code]) + main(ATLAS[code]))
        assert told["name"] in page.text
        assert page.text.isprintable()
        near = read(briefing.neighbours(ATLAS[code]))
        for each in (page.text, near.text):
            assert "None" not in each
            assert "nan" not in each.split()
        assert near.tags.count("tr") == 1 + len(told["neighbours"])


def test_a_ward_of_the_city_is_not_the_met_s() -> None:
    page = read(briefing.not_of_the_met(ATLAS[ALDERSGATE]))
    assert "Aldersgate is in the City of London, which has a police force" in page.text
    assert "otherwise City of London Police, 101" in page.text
    assert "no figure here is of the City" in page.text
    assert "in no BCU of the Met" in page.text
    assert page.links() == [
        "tel:999", "tel:101", "https://www.cityoflondon.police.uk/", f"/compare?a={ALDERSGATE}",
    ]  # fmt: skip


# --- what it was promised ----------------------------------------------------------------------


def lines(html: str) -> dict[str, str]:
    """What a list of definitions says, by its terms."""
    return {
        name: read(told).text for name, told in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    }


def test_a_ward_s_promise_and_how_its_borough_and_bcu_stand() -> None:
    told = lines(briefing.standing(ATLAS[BROCKLEY]))
    assert list(told) == [
        "Promised", "Strength", "Borough", "BCU", "Residents", "Share", "Compare",
    ]  # fmt: skip
    assert told["Promised"] == (
        "2 ward officers, 1 PCSO since 28 December 2017, restated February 2022"
    )
    assert told["Strength"].startswith("published by the Met, not included here Strength by ward")
    assert told["Borough"] == (
        "Lewisham: 4.0 FTE a ward 75.9 FTE for 19 wards, mean of August 2025 to July 2026:"
        " 133% of the promise; rank 18 of 30"
    )
    assert told["BCU"].startswith("South East: ")
    assert told["Share"].endswith(" residents for each officer promised")
    links = read(briefing.standing(ATLAS[BROCKLEY])).links()
    assert links == ["/about#fte", "/?borough=E09000023", "/?bcu=SE", f"/compare?a={BROCKLEY}"]


def test_in_camden_no_figure_is_reliable() -> None:
    told = lines(briefing.standing(ATLAS[OF_CAMDEN]))
    assert told["Borough"] == (
        "Camden: no reliable figure the published one of Camden cannot be used"
    )
    assert told["BCU"] == (
        "Central North: no reliable figure the published one of Camden and Islington cannot be used"
    )
    assert "0.0" not in briefing.standing(ATLAS[OF_CAMDEN])


def test_a_figure_that_is_too_low_for_sure_says_at_least() -> None:
    facts = {**FACTS, "boroughs": {**FACTS["boroughs"]}}
    lewisham = FACTS["boroughs"]["E09000023"]
    told = {**lewisham["officers"], "at_least": True, "rank": None}
    facts["boroughs"]["E09000023"] = {**lewisham, "officers": told}
    assert lines(briefing.standing(Atlas(facts)[BROCKLEY]))["Borough"] == (
        "Lewisham: at least 4.0 FTE a ward at least 75.9 FTE for 19 wards, mean of August 2025 to"
        " July 2026: at least 133% of the promise"
    )


def test_a_figure_of_one_s_own_is_told_as_one_s_own() -> None:
    own = OwnFigure(2.25, "2025-11", "list.csv")
    strength = lines(briefing.standing(ATLAS[BROCKLEY], own=own))["Strength"]
    assert strength == (
        "2.3 FTE by your own list, list.csv, November 2025; nobody here has checked it."
    )
    undated = lines(briefing.standing(ATLAS[BROCKLEY], own=OwnFigure(0.0, "", "list.csv")))
    assert undated["Strength"].startswith("0.0 FTE by your own list, list.csv; nobody here")


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_one_s_own_list_is_text(name: str) -> None:
    plain = read(briefing.standing(ATLAS[BROCKLEY], own=OwnFigure(1, "", "list.csv")))
    page = read(briefing.standing(ATLAS[BROCKLEY], own=OwnFigure(1, "", name)))
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)


def test_residents_that_nobody_knows_are_not_known() -> None:
    unknown = FACTS["wards"][BROCKLEY] | {"residents": None}
    unknown["officers"] = unknown["officers"] | {"residents_per_committed": None}
    facts = {**FACTS, "wards": {**FACTS["wards"], BROCKLEY: unknown}}
    told = lines(briefing.standing(Atlas(facts)[BROCKLEY]))
    assert told["Residents"].startswith("not known ")
    assert told["Share"] == "not known"


def test_the_comparison_says_who_has_no_figure_and_what_the_line_is() -> None:
    text = read(briefing.comparison_note(ATLAS)).text
    assert "The dashed line is the promise of 3 in each ward" in text
    assert text.endswith("Camden and Islington: no reliable figure.")


def test_every_commitment_is_told_with_its_source() -> None:
    commitments = store.table("commitments")
    page = read(briefing.timeline(ATLAS))
    assert page.tags.count("li") == len(commitments) == 5
    for source in commitments["source"]:
        told = "; ".join(each.name for each in read_sources(source))
        assert f"Source: {told}" in page.text
    assert "2013: 1 ward officer and 1 PCSO in each ward, in force." in page.text
    assert "21 July 2016: 2 ward officers and 1 PCSO in each ward, promised." in page.text
    assert "28 December 2017: 2 ward officers and 1 PCSO in each ward, said to be" in page.text
    assert page.links()[-1] == "/officers"
    assert all(link.startswith("https://") for link in page.links()[:-1])


# --- neighbours --------------------------------------------------------------------------------


def rows(code: str) -> dict[str, list[str]]:
    """The table of neighbours: the cells of each by its name."""
    found = re.findall(
        r'<tr data-code="E05\d+"><th scope="row">(.*?)</th>(.*?)</tr>',
        briefing.neighbours(ATLAS[code]),
    )
    return {
        read(name).text: [read(cell).text for cell in re.findall(r"<td.*?>(.*?)</td>", cells)]
        for name, cells in found
    }


def test_neighbours_are_told_with_their_boroughs_figure() -> None:
    listed = rows(BROCKLEY)
    assert list(listed) == sorted(listed)
    near = [FACTS["wards"][each] for each in FACTS["wards"][BROCKLEY]["neighbours"]]
    assert set(listed) == {
        f"{each['name']} {FACTS['boroughs'][each['borough_code']]['name']}" for each in near
    }
    assert listed["Ladywell Lewisham"][2] == "4.0"
    assert "Greenwich Park Greenwich" in listed


def test_a_neighbour_in_the_city_is_not_the_met_s() -> None:
    edge = next(
        code
        for code, told in FACTS["wards"].items()
        if told["borough_code"] != CITY
        and any(FACTS["wards"][each]["borough_code"] == CITY for each in told["neighbours"])
    )
    city = {name: cells for name, cells in rows(edge).items() if name.endswith("City of London")}
    assert city
    for _, share, strength in city.values():
        assert (share, strength) == ("not the Met", "not the Met")
    assert any(strength != "not the Met" for _, _, strength in rows(edge).values())


def test_a_neighbour_in_camden_has_no_reliable_figure() -> None:
    told = rows(OF_CAMDEN)
    assert {cells[2] for name, cells in told.items() if name.endswith("Camden")} == {
        "no reliable figure"
    }


# --- the team ----------------------------------------------------------------------------------


def a_team(**told: object) -> Team:
    known = {"police_id": BROCKLEY, "name": "Brockley", "fetched_on": dt.date(2026, 11, 22)}
    return Team(**(known | told))  # type: ignore[arg-type]


KNOWN = a_team(
    constables=3,
    pcsos=1,
    email="brockley@met.example",
    telephone="101",
    web="https://www.met.police.uk/a",
    social=("https://x.com/a", "https://x.com/b"),
)


def live(team: Team, *people: Person, said: str = "") -> Live:
    priorities = (Priority(said, said, None),) if said else ()
    events = (Event(said, said, said, dt.date(2026, 12, 1)),) if said else ()
    return Live(team, people, priorities, events)


def test_a_team_says_what_it_works_on_and_what_is_next() -> None:
    told = Live(
        a_team(), (),
        (Priority("Moped theft", "Patrols", dt.date(2026, 10, 1)),),
        (Event("Ward panel", "Meet us", "The library", dt.date(2026, 12, 1)),),
    )  # fmt: skip
    text = read(briefing.team(told, ATLAS)).text
    assert "Its prioritiesMoped theft Patrols set on 1 October 2026" in text
    assert "Its next eventsWard panel. Meet us 1 December 2026, The library" in text
    none = read(briefing.team(Live(a_team(), (), None, ()), ATLAS)).text
    assert "Its prioritiesdata.police.uk did not say." in none
    assert "Its next eventsNone is announced." in none


def test_a_team_is_told_as_it_answers_just_now() -> None:
    page = read(
        briefing.team(live(KNOWN, Person("A. Name", "PC"), Person("B. Name", "PCSO")), ATLAS)
    )
    assert page.links() == [
        "mailto:brockley@met.example", "tel:101", "https://www.met.police.uk/a", "https://x.com/a",
        "https://x.com/b",
    ]  # fmt: skip
    assert "3 constables and 1 PCSO listed" in page.text
    assert "the promise: 2 ward officers and 1 PCSO" in page.text
    assert "A. Name PC" in page.text
    assert "asked on 22 November 2026; neither kept nor printed" in page.text
    assert page.tags.count("a") == [
        value for name, value in page.attributes if name == "rel"
    ].count("noopener noreferrer nofollow")


def test_a_team_without_contacts_says_so() -> None:
    page = read(briefing.team(live(a_team()), ATLAS))
    assert "data.police.uk gives none" in page.text
    assert page.links() == []


TEXTS = ("email", "telephone", "mobile", "web")


@pytest.mark.parametrize("text", [*HOSTILE, "javascript:alert(1)", *QUERIES[60:240:9]], ids=ascii)
def test_nothing_a_team_says_of_itself_becomes_a_tag(text: str) -> None:
    plain, told = (
        a_team(social=(each,), name=each, **dict.fromkeys(TEXTS, each)) for each in ("x", text)
    )
    expected = read(briefing.team(live(plain, Person("x", "x"), said="x"), ATLAS))
    page = read(briefing.team(live(told, Person(text, text), said=text), ATLAS))
    assert page.tags == expected.tags
    assert [name for name, _ in page.attributes] == [name for name, _ in expected.attributes]
    assert [value for name, value in page.attributes if name != "href"] == [
        value for name, value in expected.attributes if name != "href"
    ]


def test_no_team_says_whom_to_call() -> None:
    page = read(briefing.no_team("Brockley", listed=False))
    assert page.text.startswith("data.police.uk has no team for Brockley. Call 101 and ask for")
    away = read(briefing.no_team("Brockley", listed=True))
    assert away.text.startswith("data.police.uk cannot be reached just now. Call 101")
    assert page.links() == away.links() == [briefing.MET_PAGE]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("listed", [True, False])
def test_the_name_of_a_ward_without_a_team_is_text(name: str, listed: bool) -> None:
    plain = read(briefing.no_team("x", listed=listed))
    page = read(briefing.no_team(name, listed=listed))
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)
    assert name in page.text


def test_what_to_do_at_once_is_told_before_anything_is_asked() -> None:
    assert "Emergency 999 · otherwise 101" in read(briefing.contact_note()).text


# --- data that is hostile ----------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_or_source_in_the_data_becomes_a_tag(text: str) -> None:
    borough = FACTS["wards"][BROCKLEY]["borough_code"]
    bcu = FACTS["boroughs"][borough]["bcu_code"]
    near = FACTS["wards"][BROCKLEY]["neighbours"][0]
    wards = {each: FACTS["wards"][each] | {"name": text} for each in (BROCKLEY, ALDERSGATE, near)}
    timeline = [each | {"note": text, "source": text} for each in FACTS["officers"]["timeline"]]
    atlas = Atlas({
        **FACTS,
        "edition": text,
        "wards": {**FACTS["wards"], **wards},
        "boroughs": {**FACTS["boroughs"], borough: FACTS["boroughs"][borough] | {"name": text}},
        "bcus": {**FACTS["bcus"], bcu: FACTS["bcus"][bcu] | {"name": text}},
        "officers": FACTS["officers"] | {"timeline": timeline},
    })  # fmt: skip
    for part in (briefing.title, briefing.standing, briefing.neighbours):
        page, plain = read(part(atlas[BROCKLEY])), read(part(ATLAS[BROCKLEY]))
        assert sorted(page.tags) == sorted(plain.tags)
        assert sorted(page.attributes) == sorted(plain.attributes)
        assert text in page.text
    assert text in read(briefing.not_of_the_met(atlas[ALDERSGATE])).text
    unsourced = [each | {"source": "x"} for each in FACTS["officers"]["timeline"]]
    safe = Atlas({**FACTS, "officers": FACTS["officers"] | {"timeline": unsourced}})
    page, plain = read(briefing.timeline(atlas)), read(briefing.timeline(safe))
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)


def test_a_ward_has_the_strength_that_the_data_of_this_server_has() -> None:
    told = briefing.standing(ATLAS["E05013719"], published={"month": "2024-12", "fte": 2.5})
    assert "2.5 FTE" in told
    assert "in December 2024, by the Met’s workbook" in told
