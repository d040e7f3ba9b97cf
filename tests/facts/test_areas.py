"""Names as people write them: every real one, in other spellings, and with slips of the finger."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

from bcumap.facts import store
from bcumap.facts.areas import Area, Gazetteer, normalise

ATLAS = store.atlas()
FACTS = ATLAS.facts
NAMES = Gazetteer(ATLAS)


def codes(areas: list[Area]) -> list[str]:
    return [area.code for area in areas]


def labels(areas: list[Area]) -> set[str]:
    return {area.label for area in areas}


# --- normalise ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Deptford", "deptford"),
        ("  DEPTFORD\t", "deptford"),
        ("Dépôt Fôrd", "depot ford"),
        ("De\u0301pt", "dept"),  # a letter and its accent apart
        ("Ｄｅｐｔ", "dept"),
        ("Straße", "strasse"),
        ("Coat & Badge", "coat and badge"),
        ("Coat&Badge", "coat and badge"),
        ("Coat AND Badge", "coat and badge"),
        ("Coat＆Badge", "coat and badge"),
        ("Saint Mary's", "st marys"),
        ("St. Marys", "st marys"),
        ("Saintsbury", "saintsbury"),
        ("Strand-on-the-Green", "strand on the green"),
        ("Ham, Petersham_(Riverside)", "ham petersham riverside"),
        ("", ""),
        (" -- ", ""),
        ("😀", ""),
    ],
)
def test_a_name_is_written_plainly(text: str, normal: str) -> None:
    assert normalise(text) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize("apostrophe", list("'’‘‛`´ʼʹ′＇"))
def test_an_apostrophe_of_any_kind(apostrophe: str) -> None:
    assert normalise(f"St Mary{apostrophe}s") == "st marys"


# --- what an area lies in, and who polices it ----------------------------------------------------

CODES = ("E05013719", "E09000023", "SE", "E05009289", "E09000001")
DEPTFORD, LEWISHAM, SOUTH_EAST, ALDGATE, CITY = (ATLAS[code] for code in CODES)


def test_an_area_knows_what_it_lies_in() -> None:
    assert DEPTFORD.upwards == (DEPTFORD, LEWISHAM, SOUTH_EAST)
    assert LEWISHAM.upwards == (None, LEWISHAM, SOUTH_EAST)
    assert SOUTH_EAST.upwards == (None, None, SOUTH_EAST)
    assert ALDGATE.upwards == (ALDGATE, CITY, None)
    assert [area.label for area in DEPTFORD.upwards if area] == [
        "Deptford, Lewisham", "Lewisham", "South East",
    ]  # fmt: skip


def test_one_place_knows_who_polices_what() -> None:
    for area in (DEPTFORD, LEWISHAM, SOUTH_EAST):
        assert (area.police, area.policed_by) == ("Metropolitan Police", "South East BCU")
    for area in (ALDGATE, CITY):
        assert area.police == area.policed_by == "City of London Police"
    assert {level: len(ATLAS.met(level)) for level in ATLAS.levels} == {
        "bcus": 12, "boroughs": 32, "wards": 679,
    }  # fmt: skip
    assert all(bool(area.officers) == bool(area.bcu) for area in ATLAS)
    assert ATLAS.force.boroughs == list(ATLAS.met("boroughs").values())


def test_what_is_in_an_area_and_beside_it() -> None:
    assert SOUTH_EAST.boroughs == [ATLAS[code] for code in ("E09000004", "E09000011", "E09000023")]
    assert (LEWISHAM.boroughs, DEPTFORD.boroughs) == ([LEWISHAM], [])
    for area in ATLAS:
        assert len(area.wards) == area.facts.get("wards", 1)
        assert all(area in ward.upwards for ward in area.wards)
        assert area not in area.neighbours
        assert all(area in other.neighbours for other in area.neighbours)
        assert {other.level for other in area.neighbours} <= {area.level}
    assert [ward.code for ward in DEPTFORD.neighbours] == DEPTFORD.facts["neighbours"]
    assert {area.name for area in CITY.neighbours} == {
        "Camden", "Hackney", "Islington", "Tower Hamlets", "Westminster",
    }  # fmt: skip
    assert {bcu.code for bcu in SOUTH_EAST.neighbours} == {"AS", "SN"}


def test_a_name_is_not_taken_for_another() -> None:
    called = [area.called for area in (DEPTFORD, LEWISHAM, SOUTH_EAST)]
    assert called == ["Deptford, Lewisham", "Lewisham", "South East BCU"]


def test_columns_name_what_an_area_is_in_as_tables_do() -> None:
    assert DEPTFORD.columns() == {
        "ward_code": "E05013719", "ward": "Deptford", "borough_code": "E09000023",
        "borough": "Lewisham", "bcu_code": "SE", "bcu": "South East",
    }  # fmt: skip
    assert list(CITY.columns().values()) == [None, None, "E09000001", "City of London", None, None]


def test_nobody_changes_an_area_and_an_atlas_can_be_sent_to_another_process() -> None:
    with pytest.raises(FrozenInstanceError):
        DEPTFORD.name = "X"  # type: ignore[misc]
    sent = pickle.loads(pickle.dumps(ATLAS))  # noqa: S301 - our own
    assert sent["E05013719"].label == DEPTFORD.label
    assert sent["E05013719"].bcu is sent["SE"]
    assert ATLAS.get("E05000000") is ATLAS.get(None) is None


# --- every real name ---------------------------------------------------------------------------


def test_there_are_all_areas() -> None:
    levels = Counter(area.level for area in ATLAS)
    assert levels == {"bcus": 12, "boroughs": 33, "wards": 704}


ways: list[Callable[[str], str]] = [
    str, str.upper, str.lower, lambda name: name.replace("&", "and"),
    lambda name: name.replace("'", ""), lambda name: name.replace("'", "’"),
    lambda name: name.replace("St ", "Saint "), lambda name: name.replace("-", " "),
]  # fmt: skip


@pytest.mark.parametrize("way", ways)
def test_every_area_is_found_by_its_name(way: Callable[[str], str]) -> None:
    for area in ATLAS:
        assert area in NAMES.exact(way(area.name)), area.label


def test_every_ward_is_found_by_its_name_and_borough_in_both_orders() -> None:
    for area in ATLAS:
        if area.level == "wards":
            found = NAMES.exact(f"{area.name}, {area.within}")
            assert labels(found) == {area.label}
            assert area in NAMES.containing(f"{area.within} {area.name}")


@pytest.mark.parametrize(
    "form",
    ["{} ward", "{} Ward", "ward of {}", "{} ward, {}", "{} ward in {}", "{} ({})",
     "{}, London Borough of {}", "{} ward, LB {}", "{} ward of {} council"],
)  # fmt: skip
def test_every_ward_is_found_among_words_that_say_what_it_is(form: str) -> None:
    for area in ATLAS:
        if area.level == "wards":
            assert area in NAMES.exact(form.format(area.name, area.within)), area.label


@pytest.mark.parametrize(
    "form",
    ["{}", "{} borough", "Borough of {}", "London Borough of {}", "LB {}", "LB of {}", "{} Council",
     "Royal Borough of {}", "london borough of {} council"],
)  # fmt: skip
def test_every_borough_is_found_among_words_that_say_what_it_is(form: str) -> None:
    for code, borough in FACTS["boroughs"].items():
        assert code in codes(NAMES.exact(form.format(borough["name"]))), borough["name"]


@pytest.mark.parametrize("form", ["{}", "{} BCU", "{} bcu", "{} Command Unit",
                                  "{} Basic Command Unit"])  # fmt: skip
def test_every_bcu_is_found_by_its_name_its_code_and_its_other_names(form: str) -> None:
    for code, row in FACTS["bcus"].items():
        for name in (row["name"], code, *row["aliases"]):
            assert code in codes(NAMES.exact(form.format(name))), name


# --- named cases -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("City of Westminster", {"Westminster"}),
        ("City of London", {"City of London"}),
        ("The City", {"City of London"}),
        ("the borough of Lewisham", {"Lewisham"}),
        ("Harrow-on-Hill", {"Harrow on the Hill, Harrow"}),
        ("Westminster", {"Westminster"}),
        ("Kensington & Chelsea", {"Kensington and Chelsea"}),
        ("RB of Kensington and Chelsea", {"Kensington and Chelsea"}),
        ("NA", {"North Area"}),
        ("South BCU", {"Central South"}),
        ("South", {"Central South"}),
        ("South Area", {"South Area"}),
        ("West", {"Central West", "West Area"}),  # both are called so by somebody
        ("west bcu", {"Central West", "West Area"}),
        ("North West", {"North West"}),
        ("St Mary´s", {"St Mary's, Wandsworth"}),
        ("st james", {"St James's, Westminster"}),
    ],
)
def test_who_is_called_so(text: str, found: set[str]) -> None:
    if text == "st james":  # the genitive is no other spelling
        assert found <= labels(NAMES.containing(text))
    else:
        assert labels(NAMES.exact(text)) == found


def test_a_name_in_several_boroughs_is_all_of_them() -> None:
    times = Counter(normalise(row["name"]) for row in FACTS["wards"].values())
    shared = {name: number for name, number in times.items() if number > 1}
    assert shared["abbey"] == 2
    for name, number in shared.items():
        assert len([area for area in NAMES.exact(name) if area.level == "wards"]) == number


@pytest.mark.parametrize("text", ["Abbey, Merton", "abbey merton", "Abbey ward, LB Merton"])
def test_the_borough_tells_which(text: str) -> None:
    assert labels(NAMES.exact(text)) == {"Abbey, Merton"}


def test_the_beginnings_of_words() -> None:
    assert labels(NAMES.containing("brix")) == {
        f"Brixton {part}, Lambeth" for part in ("Acre Lane", "North", "Rush Common", "Windrush")
    }
    assert labels(NAMES.containing("brix wind")) == {"Brixton Windrush, Lambeth"}
    assert labels(NAMES.containing("lamb brix win")) == {"Brixton Windrush, Lambeth"}
    assert NAMES.containing("rixton") == []


def test_a_borough_alone_is_not_all_of_its_wards() -> None:
    assert labels(NAMES.containing("lewisham")) == {
        "Lewisham", "Lewisham Central, Lewisham",
    }  # fmt: skip


def test_names_that_begin_with_the_text_come_first_then_the_larger_areas() -> None:
    found = NAMES.containing("north")
    begins = [normalise(area.name).startswith("north") for area in found]
    assert begins == sorted(begins, reverse=True)
    levels = [area.level for area, first in zip(found, begins, strict=True) if first]
    assert levels == sorted(levels, key=["bcus", "boroughs", "wards"].index)


@pytest.mark.parametrize("text", ["", " ", "-", "'", "😀", "zzzz", "ward", "bcu", "borough of"])
def test_nothing_is_called_so(text: str) -> None:
    assert NAMES.exact(text) == []
    assert NAMES.containing(text) == []


# --- slips of the finger -----------------------------------------------------------------------

SLIPS: dict[str, Callable[[str, int, str], str]] = {
    "drop": lambda name, at, _: name[:at] + name[at + 1 :],
    "double": lambda name, at, _: name[: at + 1] + name[at:],
    "swap": lambda name, at, _: name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    "replace": lambda name, at, letter: name[:at] + letter + name[at + 1 :],
}


@pytest.mark.parametrize("kind", SLIPS)
def test_one_slip_of_the_finger_in_any_real_name(kind: str) -> None:
    """All of them are offered the right name; 99 % leaves room for another edition's names."""
    chance = random.Random(5)  # noqa: S311 - the same slips in each run
    missed = []
    names = sorted({area.name for area in ATLAS if len(area.name) >= 5})
    for name in names:
        typed = SLIPS[kind](name, chance.randrange(len(name)), chance.choice("aeiornstlz"))
        offered = NAMES.alike(typed, most=5)
        if name not in {area.name for area in offered}:
            missed.append(f"{typed} for {name}")
    found = 1 - len(missed) / len(names)
    assert len(names) > 600
    assert found > 0.99, missed


def test_what_is_like_nothing_is_offered_nothing() -> None:
    for text in ("", "😀", "xyzzy", "SELECT * FROM wards", "q" * 100):
        assert NAMES.alike(text, most=5) == []


def test_no_more_is_offered_than_was_asked_for_and_the_best_first() -> None:
    offered = NAMES.alike("Brixton Nort", most=3)
    assert [area.name for area in offered][:1] == ["Brixton North"]
    assert len(set(offered)) == len(offered) <= 3
    assert len(NAMES.alike("Abbbey", most=1)) == 1  # of the two of that name
