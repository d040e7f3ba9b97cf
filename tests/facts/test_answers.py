"""The sentences: they say what is known, in English, and what is not."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from bcumap.base.words import counted, listed
from bcumap.facts import store
from bcumap.facts.answers import (
    Answer,
    Nearby,
    Option,
    are_in,
    area_is,
    exact_to,
    lies_in,
    may_be_in,
    may_reach,
    nothing,
    why,
    with_article,
)
from bcumap.facts.areas import Area

ATLAS = store.atlas()
DEPTFORD, EVELYN, CREEKSIDE, ALDGATE, LEWISHAM, CITY, SOUTH_EAST = (
    ATLAS[code]
    for code in ("E05013719", "E05013721", "E05014080", "E05009289", "E09000023", "E09000001", "SE")
)


def test_who_polices_a_place() -> None:
    assert DEPTFORD.police == LEWISHAM.police == SOUTH_EAST.police == "Metropolitan Police"
    assert ALDGATE.police == CITY.police == "City of London Police"


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (DEPTFORD, "X is in Deptford ward, Lewisham, policed by South East BCU."),
        (LEWISHAM, "X is in Lewisham, policed by South East BCU."),
        (
            ALDGATE,
            "X is in Aldgate ward, City of London, policed by the City of London Police,"
            " not the Met.",
        ),
        (CITY, "X is in the City of London, policed by the City of London Police, not the Met."),
    ],
)
def test_where_something_is(place: Area, sentence: str) -> None:
    assert lies_in("X", place) == sentence


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (DEPTFORD, "A ward of Lewisham, policed by South East BCU."),
        (LEWISHAM, "A borough, policed by South East BCU."),
        (
            SOUTH_EAST,
            "A Basic Command Unit of the Metropolitan Police: Bexley, Greenwich and Lewisham.",
        ),
        (
            ALDGATE,
            "A ward of the City of London, policed by the City of London Police, not the Met.",
        ),
        (
            CITY,
            "A local authority of its own kind, policed by the City of London Police, not the Met.",
        ),
    ],
)
def test_what_an_area_is(place: Area, sentence: str) -> None:
    assert area_is(place) == sentence


def test_another_ward_of_the_same_borough_and_of_another() -> None:
    assert may_reach(DEPTFORD, [Nearby(EVELYN, 12), Nearby(CREEKSIDE, 40)]) == (
        "This postcode’s centre is 12 m from the boundary with Evelyn ward and 40 m from the"
        " boundary with Greenwich Creekside ward in Greenwich: some of its addresses may be there."
    )


def test_a_ward_of_the_city_and_the_edge_of_london() -> None:
    assert may_reach(DEPTFORD, [Nearby(ALDGATE, 0)]) == (
        "This postcode’s centre is less than 1 m from the boundary with Aldgate ward in the City"
        " of London: some of its addresses may be there."
    )
    assert may_reach(DEPTFORD, [Nearby(None, 9)]) == (
        "This postcode’s centre is 9 m from the edge of London: some of its addresses may be there."
    )


@pytest.mark.parametrize(
    ("addresses", "others", "sentence"),
    [
        (41, [], "All of its 41 addresses are in this ward."),
        (1, [], "Its 1 address is in this ward."),
        (41, [(EVELYN, 12)], "Of its 41 addresses 29 are in Deptford ward and 12 in Evelyn ward."),
        (2, [(EVELYN, 1)], "Of its 2 addresses 1 is in Deptford ward and 1 in Evelyn ward."),
        (
            1_009,
            [(CREEKSIDE, 5), (None, 4)],
            "Of its 1,009 addresses 1,000 are in Deptford ward, 5 in Greenwich Creekside ward in"
            " Greenwich and 4 outside London.",
        ),
        (6, [(None, 0)], "All of its 6 addresses in London are in this ward."),
        (1, [(None, 0)], "Its 1 address in London is in this ward."),
        (
            7,
            [(EVELYN, 3), (None, 0)],
            "Of its 7 addresses in London 4 are in Deptford ward and 3 in Evelyn ward.",
        ),
        (
            20,
            [(EVELYN, 4), (CREEKSIDE, 3), (ALDGATE, 3), (EVELYN, 2), (EVELYN, 1), (None, 1)],
            "Of its 20 addresses 6 are in Deptford ward, 4 in Evelyn ward, 3 in Greenwich"
            " Creekside ward in Greenwich, 3 in Aldgate ward in the City of London, 3 in 2 more"
            " wards and 1 outside London.",
        ),
    ],
)
def test_addresses_are_told_with_their_wards(
    addresses: int, others: list[tuple[Area | None, int]], sentence: str
) -> None:
    nearby = [Nearby(place, None, number or None) for place, number in others]
    assert are_in(DEPTFORD, addresses, nearby) == sentence


def test_why_another_ward_may_be_the_right_one() -> None:
    told = [why(each) for each in (Nearby(EVELYN, 12), Nearby(EVELYN, 0), Nearby(EVELYN, None, 2))]
    assert told == ["12 m away", "less than 1 m away", "2 addresses"]


def test_of_many_wards_three_are_named_and_the_rest_counted() -> None:
    others = [Nearby(replace(EVELYN, name=f"W{n}"), n) for n in range(1, 6)]
    text = may_reach(DEPTFORD, [*others, Nearby(None, 7)])
    assert "W3 ward" in text
    assert "W4" not in text
    assert "7 m from the edge of London and near 2 more wards:" in text
    text = may_reach(DEPTFORD, others[:4])
    assert text.endswith(" and near 1 more ward: some of its addresses may be there.")


def test_a_point_that_may_be_elsewhere() -> None:
    assert may_be_in([Nearby(EVELYN, 2)], exact_to_m=3) == (
        "It may be in Evelyn ward (2 m away):"
        " the position and the boundaries are exact to 3 m here."
    )
    others = [Nearby(replace(EVELYN, name=f"W{n}"), n) for n in range(6)]
    assert may_be_in(others[:2], exact_to_m=3).startswith(
        "It may be in W0 ward (less than 1 m away) or W1 ward (1 m away):"
    )
    assert ", W2 ward (2 m away) or 3 more: " in may_be_in(others, exact_to_m=3)
    assert exact_to(20_003) == "the position and the boundaries are exact to 20,003 m here"


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_written_as_people_do(items: list[str], text: str) -> None:
    assert listed(items) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 wards"), (1, "1 ward"), (2, "2 wards"), (1_200, "1,200 wards")]
)
def test_a_number_of_things(number: int, text: str) -> None:
    assert counted(number, "ward") == text


def test_only_the_city_takes_an_article() -> None:
    assert with_article("City of London") == "the City of London"
    assert with_article("Westminster") == "Westminster"


def test_nothing_says_why_and_what_to_do() -> None:
    option = Option("query", "SE8 4RX", "SE8 4RX")
    answer = nothing("No.", "Ask again.", [option])
    assert (answer.kind, answer.text, answer.certain) == ("nothing", "No.", False)
    assert (answer.notes, answer.options) == (("Ask again.",), (option,))
    assert nothing("No.").notes == ()


def test_json_has_every_attribute_and_the_force() -> None:
    answer = Answer(
        "postcode", "SE8", "“&<é", place=ALDGATE, others=(Nearby(None, 3), Nearby(EVELYN, 4)),
        options=(Option("wards", "E05013719", "Deptford"),), as_of={"wards": "2025"},
    )  # fmt: skip
    value = json.loads(answer.to_json())
    assert set(value) == {field.name for field in fields(Answer)}
    assert value["place"]["police"] == "City of London Police"
    assert value["text"] == "“&<é"
    assert value["lat"] is None
    assert value["others"][0] == {"place": None, "distance_m": 3, "addresses": None}
    assert value["others"][1]["place"]["ward"] == "Evelyn"
    assert value["options"][0]["code"] == "E05013719"
    assert json.loads(nothing("No.").to_json())["place"] is None
