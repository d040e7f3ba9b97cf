"""An answer as HTML: what it says, how sure it looks, and that nothing asked can become a tag."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcumap.app.panels import answer_card, legend
from bcumap.facts import store, views
from bcumap.facts.answers import Option, nothing
from tests.hostile import QUERIES

FINDER = store.finder()
TAGS = {"div", "section", "h2", "p", "strong", "ul", "li", "a", "small"}
CITY_SITE = re.escape("https://www.cityoflondon.police.uk/")


class Page(HTMLParser):
    """What a browser would see: the tags, their attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def card(query: str) -> Page:
    return Page(answer_card(FINDER.find(query)))


def is_harmless(query: str) -> None:
    """The card has our tags only, our links only, and shows the query as it is."""
    answer = FINDER.find(query)
    page = Page(answer_card(answer))
    assert set(page.tags) <= TAGS
    assert {name for name, _ in page.attributes} <= {
        "class", "aria-label", "href", "target", "tabindex", "rel",
    }  # fmt: skip
    for name, value in page.attributes:
        if name == "href":
            link = r"(/ward|/compare)?\?(ward|borough|bcu|q|a)=[A-Za-z0-9%]+"
            link += r"|/counter\?site=[A-Za-z%0-9]+&q=[A-Za-z0-9%.,-]+"
            assert re.fullmatch(f"{link}|tel:(999|101)|{CITY_SITE}", value or "")
    assert answer.text in page.text


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: ascii(query)[:30])
def test_nothing_asked_becomes_a_tag(query: str) -> None:
    is_harmless(query)


@given(st.text("<>\"'&/=; abscript(1)") | st.text())
def test_no_text_becomes_a_tag(query: str) -> None:
    is_harmless(query)


def test_a_script_is_shown_as_text() -> None:
    html = answer_card(FINDER.find("<script>alert(1)</script>"))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_name_that_is_found_is_shown_as_text_too() -> None:
    answer = FINDER.find("<West>")
    assert (answer.kind, answer.title) == ("choice", "“<West>”")
    assert '<h2 tabindex="-1">“&lt;West&gt;”</h2>' in answer_card(answer)


def test_an_option_cannot_break_out_of_its_link() -> None:
    options = [
        Option("query", '"><script>', '"><script>', "<b>"),
        Option("wards", '"><script>', '"><script>', "<b>"),
    ]
    page = Page(answer_card(nothing("No.", options=options)))
    assert set(page.tags) <= TAGS


def test_a_certain_answer_says_how_far_the_boundary_is() -> None:
    page = card("SE8 4RX")
    assert ("class", "bcumap-answer") in page.attributes
    assert re.search(r"\d+ m from its ward’s boundary\.", page.text)
    assert "As of: postcodes of November 2025; wards of 2025." in page.text


def test_an_answer_that_is_not_certain_looks_so_and_links_the_others() -> None:
    page = card("RM7 0JJ")
    assert ("class", "bcumap-answer unsure") in page.attributes
    assert page.text.count("Or perhaps") == 3
    assert "m from its ward’s boundary." not in page.text


def test_a_choice_links_each() -> None:
    page = card("West")
    assert ("class", "bcumap-answer choice") in page.attributes
    assert {("href", "?bcu=AW"), ("href", "?bcu=WA")} <= set(page.attributes)


def test_a_postcode_that_may_be_meant_is_a_link_that_asks() -> None:
    answer = nothing("No.", options=[Option("query", "SE8 4RX", "SE8 4RX", "postcode")])
    assert ("href", "?q=SE8%204RX") in Page(answer_card(answer)).attributes


def test_the_answer_says_whom_to_call() -> None:
    page = answer_card(FINDER.find("SE8 4RX"))
    assert '<a class="go" href="/ward?ward=E05013719" target="_self">' in page
    assert '<a href="tel:999">999</a> · otherwise <a href="tel:101">101</a>' in page
    assert "Nearest front counter: " in page
    city = answer_card(FINDER.find("EC2V 7HH"))
    assert "City of London Police, " in city
    assert "cityoflondon.police.uk" in city
    assert "front counter" not in city  # the Met's are not theirs


def test_a_legend_of_a_live_map_tells_its_marks_and_its_classes_can_be_lit() -> None:
    told = views.shading_legend(["below 3.0", "3.0 or more"], "no figure")
    live, drawn = legend(told), legend(told, is_live=False)
    for mark in ("Chosen area", "Possible ward", "The place you asked for"):
        assert mark in live
        assert mark not in drawn
    assert re.findall(r'data-look="([^"]+)" tabindex="0"', live) == [
        "shade-0", "shade-3", "no-figure",
    ]  # fmt: skip
    assert "data-look" not in drawn
