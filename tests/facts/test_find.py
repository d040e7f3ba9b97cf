"""One question, one honest answer: postcodes, codes, names and points of the shipped data."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcumap.facts import store
from bcumap.facts.answers import Answer, Option
from bcumap.facts.find import LONGEST_QUERY, MOST_OPTIONS, MOST_SUGGESTIONS, Finder, clean
from bcumap.facts.postcodes import Prefix
from tests.hostile import QUERIES

ATLAS = store.atlas()
FACTS = ATLAS.facts
FINDER = store.finder()
KINDS = {"postcode", "point", "area", "postcodes", "street", "place", "choice", "nothing"}
SLOWEST_S = 1.0  # for any question at all; a usual one takes a thousandth of it


def find(query: str) -> Answer:
    return FINDER.find(query)


def where(answer: Answer) -> tuple[str | None, str | None, str | None]:
    """The ward, borough and BCU of an answer."""
    assert answer.place is not None
    ward, borough, bcu = (area and area.name for area in answer.place.upwards)
    return ward, borough, bcu


# --- clean -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "cleaned"),
    [
        ("SE8 4RX", "SE8 4RX"),
        ("  SE8\t4RX\r\n", "SE8 4RX"),
        ("SE8\u00a04RX", "SE8 4RX"),
        ("ＳＥ８　４ＲＸ", "SE8 4RX"),
        ("\u202aSE8 4RX\u202c\u200e", "SE8 4RX"),  # as copied from a page written right to left
        ("\ufeffDept\u00adford\u200b", "Deptford"),
        ("Dept\x00ford", "Dept ford"),
        ("\ud800\udc80", ""),
        ("St Mary´s", "St Mary’s"),
        ("\x1b[31m", "[31m"),
        (" \n ", ""),
        ("ﷺ" * 9_999, " ".join(["صلى الله عليه وسلم" * 1_000])),
    ],
)
def test_a_query_is_cleaned(query: str, cleaned: str) -> None:
    assert clean(query) == cleaned


# --- postcodes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["SE8 4RX", "se84rx", " Se8-4rX ", "ＳＥ８４ＲＸ"])
def test_a_postcode_whose_ward_is_certain(query: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.title, answer.certain, answer.live) == (
        "postcode", "SE8 4RX", True, True,
    )  # fmt: skip
    assert answer.text == "SE8 4RX is in Deptford ward, Lewisham, policed by South East BCU."
    assert where(answer) == ("Deptford", "Lewisham", "South East")
    assert (answer.notes, answer.others, answer.options) == ((), (), ())
    assert answer.boundary_m
    assert answer.as_of == {"postcodes": "2025-11", "wards": "2025"}


def test_a_postcode_that_may_reach_another_ward() -> None:
    answer = find("EC3N 4DT")
    assert not answer.certain
    (other,) = answer.others
    assert other.place is not None
    assert other.place.within == "City of London"
    assert (
        "Tower ward in the City of London: some of its addresses may be there." in answer.notes[1]
    )


def test_a_postcode_near_the_edge_of_london() -> None:
    answer = find("BR6 7GJ")
    assert not answer.certain
    assert [other.place for other in answer.others] == [None]
    assert "m from the edge of London: some of its addresses may be there." in answer.notes[0]


def test_a_postcode_that_is_no_longer_in_use() -> None:
    answer = find("BR1 1AD")
    assert answer.live is False
    assert answer.certain
    assert answer.notes[0].startswith("It is no longer in use")


def test_a_position_that_is_estimated() -> None:
    """The whole of RM7 0JJ is new, and its position the middle of RM7 0."""
    answer = find("RM7 0JJ")
    assert not answer.certain
    assert answer.notes[0] == (
        "Its position is estimated from its surroundings, so its ward is not certain."
    )
    assert answer.notes[-1] == "The ONS Postcode Directory gives its borough as Havering."
    assert where(answer)[1] == "Barking and Dagenham"
    assert "0 m from" not in answer.notes[1].replace("610 m from", "")


def test_a_postcode_on_the_river() -> None:
    answer = find("E1W 1NG")
    assert (answer.boundary_m, answer.certain) == (0, False)
    assert where(answer)[1] == "Tower Hamlets"
    assert answer.notes == ("Its centre is on the river, in no ward: the nearest one is given.",)


def test_a_postcode_that_lies_just_outside_london_is_not_on_the_river() -> None:
    answer = find("IG9 6FB")
    assert (answer.boundary_m, answer.certain) == (0, False)
    assert answer.notes[0] == "Its centre is outside London, in no ward: the nearest one is given."


def test_a_postcode_that_the_ons_counts_to_another_borough() -> None:
    answer = find("EC4Y 9BE")
    assert where(answer) == ("St James's", "Westminster", "Central West")
    assert answer.notes[-1] == "The ONS Postcode Directory gives its borough as City of London."
    assert not answer.certain


@pytest.mark.parametrize("query", ["E1 7AD", "EC4Y 0AA", "EC2V 7HH"])
def test_a_postcode_of_the_city_is_not_the_mets(query: str) -> None:
    answer = find(query)
    assert answer.place is not None
    assert where(answer)[1:] == ("City of London", None)
    assert answer.place.police == "City of London Police"
    assert answer.text.endswith("policed by the City of London Police, not the Met.")


@pytest.mark.parametrize(
    ("query", "text", "note"),
    [
        ("M1 1AA", "M1 1AA is outside London.", "The Met does not police any postcode of M1."),
        ("m1", "M1 is outside London.", "The Met does not police any postcode of M1."),
        ("ZZ1 1AA", "There is no postcode district ZZ1.", "Type a postcode such as SE8 4RX"),
        ("ZZ1", "There is no postcode district ZZ1.", "Type a postcode such as SE8 4RX"),
        (
            "CR3 5AA",
            "London has no postcode CR3 5AA.",
            "It is outside London, or not in the ONS Postcode Directory of November 2025.",
        ),
        (
            "WD6 1",
            "London has no postcode that begins with WD6 1.",
            "It is outside London, or not in the ONS Postcode Directory of November 2025.",
        ),
        (
            "SE8 1",
            "London has no postcode that begins with SE8 1.",
            "It is not in the ONS Postcode Directory of November 2025.",
        ),
    ],
)
def test_a_postcode_that_is_not_londons(query: str, text: str, note: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.text, answer.place) == ("nothing", text, None)
    assert answer.notes[0].startswith(note)


def test_a_postcode_with_a_slip_is_offered_those_in_use_that_are_like_it() -> None:
    answer = find("SE8 4VX")
    assert answer.text == "London has no postcode SE8 4VX."
    assert 1 <= len(answer.options) <= MOST_SUGGESTIONS
    for option in answer.options:
        assert option.level == "query"
        assert find(option.code).live
        assert sum(a != b for a, b in zip(option.code, "SE8 4VX", strict=True)) == 1


@pytest.mark.parametrize(
    ("query", "postcode"),
    [
        ("10 Downing Street, London SW1A 2AA", "SW1A 2AA"),
        ("Deptford SE8 4RX", "SE8 4RX"),
        ("SE8 4RX UK", "SE8 4RX"),
        ("my postcode is se84rx", "SE8 4RX"),
        ("E1 OAA", "E1 0AA"),  # the letter for the number
        ("e1oaa", "E1 0AA"),
    ],
)
def test_a_postcode_among_other_words_or_with_an_o_for_a_zero(query: str, postcode: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.title) == ("postcode", postcode)
    assert answer.query == query


def test_a_foreign_postcode_among_other_words_says_so() -> None:
    assert find("Piccadilly, Manchester M1 1AA").text == "M1 1AA is outside London."


# --- beginnings of postcodes -------------------------------------------------------------------


@pytest.mark.parametrize("prefix", [Prefix("SE8"), Prefix("SE8", "4"), Prefix("SE8", "4", "R")])
def test_the_beginning_of_a_postcode_has_the_wards_of_all_in_use(prefix: Prefix) -> None:
    answer = find(str(prefix))
    assert (answer.kind, answer.title) == ("postcodes", str(prefix))
    live = [each for each in store.postcodes().starting(prefix) if each.live]
    wards = Counter(each.ward_code for each in live)
    told = {option.code: int(option.detail.split(": ")[1].split()[0]) for option in answer.options}
    assert told == wards
    assert list(told.values()) == sorted(told.values(), reverse=True)
    boroughs = {ATLAS[code].borough for code in wards}
    ward_s, borough_s = "s" * (len(wards) > 1), "s" * (len(boroughs) > 1)
    assert answer.text == (
        f"{prefix} has {len(live)} postcodes in use, in {len(wards)} ward{ward_s}"
        f" of {len(boroughs)} borough{borough_s}."
    )
    assert answer.certain == (len(wards) == 1)


def test_a_space_tells_e1_1_from_e11() -> None:
    assert find("E11").title == "E11"
    assert find("E1 1").title == "E1 1"
    assert {option.detail.split(":")[0] for option in find("E1 1").options} == {"Tower Hamlets"}


def test_the_boroughs_of_a_beginning_are_those_of_its_wards() -> None:
    """The ONS counts one of these to Ealing, though all are in a ward of Hounslow."""
    assert find("TW8 9L").text == "TW8 9L has 16 postcodes in use, in 1 ward of 1 borough."


def test_the_beginning_of_what_is_no_longer_in_use() -> None:
    assert find("EC3B").text == "EC3B has 1 postcode no longer in use, in 1 ward of 1 borough."


def test_a_district_that_is_partly_outside_london() -> None:
    answer = find("CR3")
    assert answer.notes == ("Part of CR3 is outside London.",)
    assert not answer.certain
    assert not find("CR3 5").certain  # though all that London has of it is in one ward


def test_the_likes_of_sw1_are_answered_as_people_mean_them() -> None:
    for area in ("SW1", "EC2", "W1", "WC2"):
        answer = find(area)
        assert answer.kind == "postcodes"
        assert "in use" in answer.text
        assert answer.notes == ()
        assert len(answer.options) > 5


# --- codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["E05009390", "e05009390", "E05009390N", "e05009390n", " E05009390 "]
)
def test_the_code_of_a_ward_also_as_the_police_write_it(query: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.title, answer.certain) == ("area", "Campden", True)
    assert answer.text == "A ward of Kensington and Chelsea, policed by Central West BCU."


def test_every_code_is_found() -> None:
    for level in ("wards", "boroughs"):
        for code in ATLAS.levels[level]:
            answer = find(code)
            assert answer.kind == "area"
            assert answer.place
            assert answer.place.code == code


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("E05000001", "There is no ward of London with the code E05000001."),
        ("E05999999N", "There is no ward of London with the code E05999999."),
        ("E09000099", "There is no borough of London with the code E09000099."),
    ],
)
def test_a_code_that_london_has_not(query: str, text: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.text) == ("nothing", text)
    assert "another edition" in answer.notes[0]


# --- names -------------------------------------------------------------------------------------


def test_a_ward_a_borough_and_a_bcu() -> None:
    assert find("deptford").text == "A ward of Lewisham, policed by South East BCU."
    assert find("Lewisham").text == "A borough, policed by South East BCU."
    assert find("South East BCU").text == (
        "A Basic Command Unit of the Metropolitan Police: Bexley, Greenwich and Lewisham."
    )
    assert where(find("South East BCU")) == (None, None, "South East")


def test_the_city_is_not_the_mets() -> None:
    for query in ("City of London", "Aldgate"):
        answer = find(query)
        assert answer.text.endswith("policed by the City of London Police, not the Met.")
        assert answer.place is not None
        assert answer.place.bcu is None


def test_every_area_answers_to_its_name() -> None:
    for level in ("bcus", "boroughs", "wards"):
        for code, row in FACTS[level].items():
            answer = find(row["name"])
            if answer.kind == "choice":
                assert code in {option.code for option in answer.options}
                assert not answer.certain
            else:
                assert answer.kind == "area"
                assert answer.title == row["name"]


def test_part_of_a_name_that_fits_one_area_says_so() -> None:
    answer = find("Heathrow")
    assert (answer.kind, answer.title) == ("area", "Heathrow Villages")
    assert answer.notes == ("It is the only name that fits “Heathrow”.",)
    assert find("Heathrow Villages").notes == ()


def test_one_name_of_two_areas_is_a_choice() -> None:
    answer = find("West")
    assert (answer.kind, answer.certain, answer.place) == ("choice", False, None)
    assert answer.text == "2 areas have this name. Which one is meant?"
    assert {option.code for option in answer.options} == {"AW", "WA"}
    answer = find("Abbey")
    assert {option.detail for option in answer.options} == {
        "ward in Merton", "ward in Barking and Dagenham",
    }  # fmt: skip


def test_many_areas_are_cut_and_it_is_said() -> None:
    answer = find("east")
    assert answer.title == "East Area"  # it is called so
    answer = find("hill")
    assert answer.kind == "choice"
    number = int(answer.text.split()[0])
    assert number > MOST_OPTIONS == len(answer.options)
    assert answer.text.endswith(f"The first {MOST_OPTIONS} are listed.")


def test_a_misspelt_name_is_offered_the_right_one() -> None:
    answer = find("Deptfrod")
    assert answer.text == "Nothing in London that is known here is called “Deptfrod”."
    assert answer.notes == ("Is one of these meant?",)
    assert answer.options == (Option("wards", "E05013719", "Deptford", "ward in Lewisham"),)


def test_what_is_called_nothing_is_told_what_to_type() -> None:
    answer = find("Ankh-Morpork")
    assert answer.text == "Nothing in London that is known here is called “Ankh-Morpork”."
    assert answer.notes[0].startswith("Type a postcode such as SE8 4RX")
    assert answer.options == ()


# --- points ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["51.5, -0.1", "51.5,-0.1", "51.5 -0.1", "51.5;-0.1", "(51.5, -0.1)", "51.5°, -0.1°",
     "51.5N 0.1W", "51.5° N, 0.1° W", "51.5, −0.1", "+51.5,-0.1", "51.500000 , -0.100000",
     "51.5, -0.1W"],
)  # fmt: skip
def test_a_point_however_it_is_written(query: str) -> None:
    answer = find(query)
    assert (answer.kind, answer.title, answer.certain) == ("point", "51.50000, -0.10000", True)
    assert answer.text == (
        "This point is in Borough & Bankside ward, Southwark, policed by Central South BCU."
    )
    assert (answer.lat, answer.lon, answer.notes) == (51.5, -0.1, ())


def test_a_point_given_longitude_first() -> None:
    answer = find("-0.1 51.5")
    assert where(answer) == where(find("51.5 -0.1"))
    assert answer.notes == (
        "Longitude was given before latitude; it was read the other way round.",
    )


def test_easting_and_northing() -> None:
    answer = find("530020, 180360")
    assert where(answer) == ("St James's", "Westminster", "Central West")


def test_a_point_in_the_thames() -> None:
    for query in ("51.5072, -0.0780", "-0.0780, 51.5072"):
        answer = find(query)
        assert answer.kind == "nothing"
        assert answer.text == "This point is in the tidal Thames, which is in no ward here."
        assert len(answer.options) == 3
        assert answer.options[0].detail.endswith(" m away")
        assert answer.notes[-1] == "The nearest wards:"
    assert "Longitude was given before latitude" in answer.notes[0]


@pytest.mark.parametrize("query", ["51.28, -0.1", "52.2,0.1", "51.28,-0.1 ±10"])
def test_a_point_outside_london(query: str) -> None:
    answer = find(query)
    assert answer.kind == "nothing"
    assert answer.text == "This point is outside London: the Met does not police it."
    assert (answer.notes, answer.options) == ((), ())
    assert answer.lat is not None


def test_a_point_outside_london_that_is_not_exact() -> None:
    answer = find("51.28,-0.1 ±5000 m")
    assert answer.text == (
        "This point is outside London by 1,470 m,"
        " but the position and the boundaries are exact to 5,003 m here."
    )
    assert answer.options[0].label == "Old Coulsdon"


@pytest.mark.parametrize("query", ["0,0", "999,999", "48.85, 2.35", "51.5,-0.1S", "1000, 1000000"])
def test_a_point_that_is_not_in_great_britain(query: str) -> None:
    answer = find(query)
    assert answer.kind == "nothing"
    if query == "51.5,-0.1S":  # no such point of the compass for a longitude: no point
        assert "is called" in answer.text
    else:
        assert "is no place in Great Britain." in answer.text
        assert answer.notes[0].startswith("Give latitude and longitude")


def test_a_point_that_is_not_exact_names_the_other_wards() -> None:
    exact, rough = find("51.5,-0.1"), find("51.5,-0.1 ±30")
    assert exact.certain
    assert not rough.certain
    assert rough.others
    assert all(other.distance_m <= 33 for other in rough.others)
    assert "It may be in " in rough.notes[0]
    assert "exact to 33 m here" in rough.notes[0]


def test_a_very_rough_point_lists_the_nearest_wards_only() -> None:
    """A desktop that guesses its place by its address is off by kilometres."""
    answer = find("51.5,-0.1 ± 20000m")
    assert not answer.certain
    assert len(answer.others) == MOST_OPTIONS
    assert "hundreds" not in answer.text
    assert int(answer.notes[0].split(" or ")[1].split()[0]) > 400  # of them are counted, not named
    assert len(find("51.28,-0.1 ±50000").options) == MOST_OPTIONS


def test_a_point_beside_the_edge_is_not_certain_though_no_ward_is_near() -> None:
    answer = find("51.6171, 0.0447")
    assert where(answer)[1] == "Redbridge"
    assert not answer.certain
    assert answer.notes == (
        "It may be in no ward of London: the position and the boundaries are exact to 3 m here.",
    )


# --- suggestions -------------------------------------------------------------------------------


def suggested(text: str) -> list[str]:
    return [option.label for option in FINDER.suggest(text)]


def test_every_stage_of_typing_a_postcode() -> None:
    assert suggested("S")[:3] == ["South Area", "South East", "South West"]
    assert suggested("SE")[:2] == ["SE1", "SE10"]
    assert suggested("SE8") == ["SE8 3", "SE8 4", "SE8 5", "SE8 9"]
    assert suggested("SE8 ") == suggested("se8")
    assert len(suggested("SE8 4")) == MOST_OPTIONS
    assert all(label.startswith("SE8 4") for label in suggested("SE8 4"))
    assert "SE8 4RX" in suggested("SE8 4R")
    assert suggested("SE8 4RX") == suggested("se84rx") == ["SE8 4RX"]
    (option,) = FINDER.suggest("SE8 4RX")
    assert option == Option("query", "SE8 4RX", "SE8 4RX", "postcode")


def test_postcodes_in_use_come_first_and_others_say_so() -> None:
    details = [option.detail for option in FINDER.suggest("SE8 4Z")]
    assert details == sorted(details)
    assert "postcode no longer in use" in details


@pytest.mark.parametrize("length", range(3, 9))
def test_every_stage_of_typing_a_name(length: int) -> None:
    option = FINDER.suggest("Deptford"[:length])[0]  # streets come after areas
    assert option == Option("wards", "E05013719", "Deptford", "ward in Lewisham")


def test_the_exact_name_comes_first() -> None:
    assert suggested("Barnet")[0] == "Barnet"
    assert {option.code for option in FINDER.suggest("West")[:2]} == {"AW", "WA"}
    assert len(set(FINDER.suggest("West"))) == len(FINDER.suggest("West"))


def test_a_slip_is_suggested_the_right_name() -> None:
    assert suggested("Deptfrod") == ["Deptford"]


def test_what_is_suggested_is_found() -> None:
    for text in ("S", "SE", "SE8", "E1", "EC", "W1", "Dep", "st ma", "north", "Deptfrod"):
        for option in FINDER.suggest(text):
            asked = option.code
            assert find(asked).kind not in {"nothing"}, option


def test_nothing_is_suggested_for_nothing() -> None:
    for text in ("", " ", "\x00", "😀", "51.5,-0.1", "x" * 10_000):
        assert FINDER.suggest(text) == []


# --- as JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["SE8 4RX", "RM7 0JJ", "SE8", "West", "Lewisham", "51.5,-0.1", "0,0", "Deptfrod", ""]
)
def test_every_answer_is_json_with_every_attribute(query: str) -> None:
    value = json.loads(find(query).to_json())
    assert set(value) == {field.name for field in fields(Answer)}
    assert value["query"] == query
    if value["place"]:
        assert "Police" in value["place"]["police"]


# --- anything at all ---------------------------------------------------------------------------


def holds(query: str) -> None:
    """Ask anything: there is an answer, soon, and it is fit to be shown."""
    began = time.process_time()
    answer, options = FINDER.find(query), FINDER.suggest(query)
    assert time.process_time() - began < SLOWEST_S
    assert answer.kind in KINDS
    assert len(answer.query) <= LONGEST_QUERY
    assert len(options) <= MOST_OPTIONS
    for text in (answer.title, answer.text, *answer.notes, answer.query):
        assert text.isprintable()
        assert len(text) < 4 * LONGEST_QUERY
    assert (answer.kind == "nothing") <= (answer.place is None)
    json.loads(answer.to_json().encode())


def test_there_are_hundreds_of_hostile_questions() -> None:
    assert len(set(QUERIES)) == len(QUERIES) > 300


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: ascii(query)[:30])
def test_a_hostile_question_has_an_answer(query: str) -> None:
    holds(query)


def test_most_hostile_questions_find_nothing() -> None:
    found = [query for query in QUERIES if find(query).kind != "nothing"]
    assert len(found) < 30, found


@given(st.text())
def test_any_text_has_an_answer(query: str) -> None:
    holds(query)


@given(st.text("SEW EC1480RXAN.,-'°±\u200b\ud800٣"))
def test_any_text_like_a_question_has_an_answer(query: str) -> None:
    holds(query)


@given(st.floats(), st.floats(), st.floats(0, 1e6))
def test_any_two_numbers_have_an_answer(first: float, second: float, exact_to_m: float) -> None:
    holds(f"{first},{second}")
    holds(f"{first:f} {second:f} ±{exact_to_m:.0f}")


# --- what it costs -----------------------------------------------------------------------------


def test_postcodes_and_names_need_no_geometry() -> None:
    """Each of these libraries costs a serving process tens of megabytes."""
    code = (
        "import sys\nfrom bcumap.facts import store\nfinder = store.finder()\n"
        "for query in ('SE8 4RX', 'SE8', 'Deptford', 'Deptfrod', 'E05009390', 'M1 1AA', ''):\n"
        "    finder.find(query).to_json(), finder.suggest(query)\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(store.__file__).parents[2], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "rapidfuzz" in loaded
    assert loaded & {"numpy", "shapely", "pandas", "geopandas", "pyproj", "convertbng"} == set()


def test_geometry_is_read_once_and_only_for_points() -> None:
    asked = []

    def surroundings() -> object:
        asked.append("geometry")
        raise RuntimeError("read")

    finder = Finder(ATLAS, store.postcodes(), edition="2025-11", surroundings=surroundings)  # type: ignore[arg-type]
    for query in ("SE8 4RX", "Deptford", "E05009390", "nobody", ""):
        finder.find(query)
    assert asked == []
    with pytest.raises(RuntimeError, match="read"):
        finder.find("51.5,-0.1")
