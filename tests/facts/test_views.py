"""What is told of an answer, an area and a date, before it is HTML."""

from __future__ import annotations

import datetime as dt

import pytest

from bcumap.base.bases import UNCONFIRMED
from bcumap.facts import counters, store, views
from bcumap.facts.cached import happenings

ATLAS = store.atlas()
FINDER = store.finder()
DEPTFORD, ALDERSGATE = "E05013719", "E05009288"


def test_a_sure_answer_says_how_far_the_boundary_is_and_names_its_areas() -> None:
    card = views.card(FINDER.find("SE8 4RX"))
    assert card.look == ""
    assert card.notes[0].endswith(" m from its ward’s boundary.")
    assert [each.level for each in card.own] == ["wards", "boroughs", "bcus"]
    assert card.as_of == "postcodes of November 2025; wards of 2025"


def test_an_unsure_answer_names_the_others_with_whose_they_are() -> None:
    card = views.card(FINDER.find("RM7 0JJ"))
    assert card.look == "unsure"
    assert len(card.perhaps) == 3
    assert all(each.detail.endswith("BCU") for each in card.perhaps)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (DEPTFORD, "Deptford is a ward of Lewisham, policed by South East BCU of the"
         " Metropolitan Police."),
        (ALDERSGATE, "Aldersgate is a ward of City of London, policed by the City of"
         " London Police, not by the Met."),
        ("SE", "South East is one of the Metropolitan Police’s 12 Basic Command Units, of"
         " 3 boroughs and 59 wards."),
    ],
)  # fmt: skip
def test_an_area_is_told_in_a_sentence(code: str, words: str) -> None:
    assert views.summary(ATLAS[code]) == words


def test_changes_of_a_bcu_are_its_own_and_those_of_the_city_name_no_bcu() -> None:
    bcu = views.changes(happenings(), ATLAS["SE"])
    assert bcu.title == "What changed in South East BCU"
    assert all("SE" in each.areas for _, shown in bcu.years for each in shown)
    city = views.changes(happenings(), ATLAS[ALDERSGATE])
    assert city.title == "What changed in City of London"


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (dt.date(2026, 4, 7), UNCONFIRMED),
        (dt.date(2025, 9, 1), ""),
        (dt.date(2013, 1, 1), "Of the counters that are known; there may have been others."),
    ],
)
def test_how_sure_a_date_is_stands_once(on: dt.date, words: str) -> None:
    assert views.ground(counters.picture(store.counters_web(), on)) == words
