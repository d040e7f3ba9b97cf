"""Streets and places as questions, on the shipped data: what is said, how sure, and whose it is."""

from __future__ import annotations

import json
from unittest.mock import Mock

import numpy as np
import pytest
import shapely

from bcumap.facts import store
from bcumap.facts.answers import Answer
from bcumap.facts.find import Finder
from bcumap.facts.places import STREET_LINES, read_streets, street_key
from bcumap.geo.projection import to_bng

FINDER = store.finder()
WARDS = store.facts()["wards"]


def find(query: str) -> Answer:
    return FINDER.find(query)


def wards(answer: Answer) -> list[str]:
    """The names of the wards that an answer offers."""
    return [option.label for option in answer.options if option.level == "wards"]


@pytest.mark.parametrize("query", ["Deptford High Street", "deptford high st", "DEPTFORD HIGH ST."])
def test_a_street_in_one_ward_is_certain(query: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.title, answer.certain) == ("street", "Deptford High Street", True)
    assert answer.place is not None
    assert (answer.place.label, answer.place.policed_by) == (
        "Deptford, Lewisham", "South East BCU",
    )  # fmt: skip
    assert "© OpenStreetMap contributors" in answer.notes[-1]


def test_a_street_that_crosses_names_all_its_wards_and_shares() -> None:
    answer = find("New Cross Road")
    assert not answer.certain
    assert set(wards(answer)) == {"New Cross Gate", "Deptford", "Brockley", "Telegraph Hill"}
    shares = [int(option.detail.split(": ")[1].split(" %")[0]) for option in answer.options]
    assert 98 <= sum(shares) <= 102
    assert any("along the boundary" in note for note in answer.notes)


def test_a_street_answers_each_ward_in_which_its_drawn_line_lies() -> None:
    """More than 5 m of it beyond 5 m of the edge, and 2 m by which the line is drawn simpler."""
    files, found = store.context(), 0
    codes, polygons = store.ward_polygons()
    polygons = to_bng(polygons)
    deep = shapely.buffer(polygons, -7)
    tree = shapely.STRtree(deep)
    lines = next(table for table in files.tables if table.name == STREET_LINES)
    for name in [each for each in files.tiles if each.startswith("2-")][::20]:
        _, east, north = (int(each) * 1000 for each in name.split("-"))
        for _, street, points in read_streets(json.loads(files.tile(name) or b"{}")):
            if not street:
                continue
            line = shapely.linestrings(np.add(points, (east, north)))
            own = {codes[at] for at in tree.query(line, predicate="intersects")
                   if shapely.length(shapely.intersection(line, deep[at])) > 5}  # fmt: skip
            named = lines.exact(street_key(street))
            assert own <= {ward.code for each in named for ward in each.wards}, name
            found += len(own)
    assert found > 1000


def test_a_repeated_name_is_a_choice_with_ward_borough_and_district() -> None:
    answer = find("High Street, Bromley")
    assert (answer.kind, answer.certain) == ("choice", False)
    assert ("High Street, BR4", "street in West Wickham, Bromley (BR4)") in [
        (option.code, option.detail) for option in answer.options
    ]
    for option in answer.options:
        assert find(option.code).kind in {"street", "choice"}, option


@pytest.mark.parametrize(
    ("query", "some"),
    [
        ("Crystal Palace", {"Crystal Palace & Anerley", "Gipsy Hill"}),
        ("Soho", {"West End"}),
        ("Lewisham station", {"Lewisham Central"}),
        ("Hornchurch station", {"St Andrew's"}),
        ("Romford", {"St Edward's"}),
        ("Lewisham Hospital", {"Ladywell"}),
        ("Lewisham Police Station", {"Blackheath"}),
    ],
)
def test_a_place_without_a_boundary_is_never_certain(query: str, some: set[str]) -> None:
    answer = find(query)
    assert (answer.kind, answer.certain) == ("place", False)
    assert some <= set(wards(answer))


def test_a_ward_that_is_a_place_too_says_so() -> None:
    answer = find("Brockley")
    assert (answer.kind, answer.certain) == ("area", True)
    assert any("the name for a place too" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("10 Downing Street", "Downing Street"),
        ("flat 2, 14 Evelyn St SE8", "Evelyn Street"),
        ("London SE8", "SE8"),
        ("Deptford SE8", "Deptford"),
        ("Heathrow", "Heathrow Villages"),
        ("SE8 area", "SE8"),
        ("SE8 London", "SE8"),
        ("SE8–4RX", "SE8 4RX"),
        ("Westminster City Council", "Westminster"),
        ("Camden and Islington", "Central North"),
        ("Bexley, Greenwich & Lewisham", "South East"),
        ("E05013719.", "Deptford"),
    ],
)
def test_longer_questions_are_taken_apart(query: str, title: str) -> None:
    assert find(query).title == title


@pytest.mark.parametrize(
    "query",
    [
        "51.4779, -0.0315", "51,4779; -0,0315", "lat 51.4779 lon -0.0315", "geo:51.4779,-0.0315",
        "POINT(-0.0315 51.4779)", "https://www.google.com/maps/@51.4779,-0.0315,15z",
        "https://www.openstreetmap.org/?mlat=51.4779&mlon=-0.0315#map=12/51.5/-0.2",
        "https://maps.example/" + "x" * 90 + "?q=51.4779,-0.0315", "51°28'40.44\"N 0°01'53.4\"W",
        "TQ 3679 7727", "TQ 36798 77276", "N51.4779 W0.0315", "[-0.0315, 51.4779]",
        "51.4779, -0.0315.", "E536798 N177276", "536,798 177,276",
    ],
)  # fmt: skip
def test_a_point_is_read_in_every_form(query: str) -> None:
    answer = find(query)
    assert answer.kind == "point"
    assert answer.lat == pytest.approx(51.4779, abs=0.0002)
    assert answer.lon == pytest.approx(-0.0315, abs=0.0002)


def test_a_sector_elsewhere_that_reads_as_a_square_of_the_grid_says_so() -> None:
    answer = find("TQ37")
    assert answer.text == "TQ3 7 is outside London."
    assert "is a square of the National Grid, too" in answer.notes[0]


def test_a_grid_reference_is_as_exact_as_it_is_long() -> None:
    assert not find("TQ 37 77").certain  # a square of a kilometre
    assert find("TQ 3712 7701").certain


@pytest.mark.parametrize(
    ("query", "meant"),
    [("E2O 1EJ", "E20 1EJ"), ("SEI 8XX", "SE1 8XX"), ("SE08 4RX", "SE8 4RX")],
)
def test_a_slip_in_the_first_half_is_offered_and_not_mended(query: str, meant: str) -> None:
    answer = find(query)
    assert answer.kind == "nothing"
    assert [option.code for option in answer.options] == [meant]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("JE2 3AB", "a postcode of Jersey"),
        ("GY1 1AA", "a postcode of Guernsey"),
        ("IM1 1AA", "a postcode of the Isle of Man"),
        ("BFPO 12", "a postcode of the British forces abroad"),
        ("SW99 1AA", "for large senders of mail"),
    ],
)
def test_postcodes_beyond_are_said_to_exist_and_lie_outside(query: str, words: str) -> None:
    answer = find(query)
    assert answer.kind == "nothing"
    assert words in answer.text


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("deptford h", "Deptford High Street"),
        ("New Cross R", "New Cross Road"),
        ("crystal palace pa", "Crystal Palace Parade"),
        ("10 downing s", "Downing Street"),
    ],
)
def test_streets_are_suggested_as_they_are_typed(typed: str, label: str) -> None:
    assert label in [option.label for option in FINDER.suggest(typed)]


def test_a_slip_in_a_street_is_offered() -> None:
    labels = [option.label for option in find("Deptfrod High Street").options]
    assert "Deptford High Street" in labels


def test_a_folder_without_streets_answers_as_before() -> None:
    without = Finder(store.atlas(), store.postcodes(), edition="2025-11", surroundings=Mock())
    assert without.find("Deptford High Street").kind == "nothing"
    assert without.find("SE8 3JF").options == ()


def test_a_split_postcode_offers_the_streets_near_it() -> None:
    answer = find("SE8 3JF")
    assert not answer.certain
    assert [option.code for option in answer.options] == ["streets near SE8 3JF"]
    near = find(answer.options[0].code)
    assert near.kind == "choice"
    assert "A postcode names no street" in near.text
    assert "Watergate Street" in [option.label for option in near.options]
    assert {find(option.code).kind for option in near.options} == {"street"}


def test_a_postcode_that_is_certain_offers_no_street() -> None:
    assert find("SE8 4RX").options == ()


def test_a_street_of_two_publishers_credits_both() -> None:
    """Its line ends where lines do, and points of it are known beyond."""
    places = FINDER.places
    assert places is not None
    found = (each for _, things in places.everything() for each in things if each.also)
    credit = places.of(next(found)).notes[-1]
    assert "OpenStreetMap" in credit
    assert "data.police.uk" in credit


def test_streets_that_no_words_tell_apart_are_asked_for_by_their_place() -> None:
    options = find("Abbey Lane").options
    asked = [option.code for option in options if option.code.startswith("Abbey Lane, 51.")]
    assert len(asked) == 2
    for code in asked:
        answer = find(code)
        assert answer.title == "Abbey Lane"
        assert f"Abbey Lane, {answer.lat}, {answer.lon}" == code
