"""Measures of ward officers on the shipped facts: what is known, its classes and their words."""

from __future__ import annotations

import re

import pytest

from bcumap.base.schema import LEVELS
from bcumap.facts import store
from bcumap.facts.measures import (
    CLASSES,
    MEASURES,
    OF_STRENGTH,
    Measure,
    breaks,
    labels,
    ranked,
    records,
    shades,
    values,
)

ATLAS = store.atlas()
FACTS = ATLAS.facts
CAMDEN, CITY, ISLINGTON, LEWISHAM = "E09000007", "E09000001", "E09000019", "E09000023"
TENTHS, SHARE = MEASURES["fte_per_ward"], MEASURES["share_of_commitment"]
EVERYWHERE = [(level, key) for level in LEVELS for key in MEASURES]


# --- what is known -----------------------------------------------------------------------------


def test_every_measure_is_a_fact_of_every_borough_of_the_met() -> None:
    assert all(key == measure.key for key, measure in MEASURES.items())
    for area in FACTS["boroughs"].values():
        if area["bcu_code"]:
            assert set(MEASURES) <= set(area["officers"])


@pytest.mark.parametrize("key", [key for key, each in MEASURES.items() if each.is_of_strength])
def test_camden_and_islington_have_no_strength_and_no_ward_has_one(key: str) -> None:
    known = values(ATLAS, "boroughs", key)
    assert [code for code, value in known.items() if value is None] == [CAMDEN, ISLINGTON]
    assert set(values(ATLAS, "wards", key).values()) == {None}


@pytest.mark.parametrize("key", ["committed", "residents_per_committed"])
def test_what_was_promised_is_known_of_every_area(key: str) -> None:
    assert not MEASURES[key].is_of_strength
    for level, areas in (("bcus", 12), ("boroughs", 32), ("wards", 679)):
        known = values(ATLAS, level, key)
        assert len(known) == areas
        assert None not in known.values()


@pytest.mark.parametrize(("level", "key"), EVERYWHERE)
def test_the_city_is_in_no_level(level: str, key: str) -> None:
    known = values(ATLAS, level, key)
    assert CITY not in known
    if level == "wards":
        assert not any(FACTS["wards"][code]["borough_code"] == CITY for code in known)


def test_lewisham_has_four_officers_a_ward_or_nearly() -> None:
    value = values(ATLAS, "boroughs", "fte_per_ward")[LEWISHAM]
    assert value == 3.99
    assert TENTHS.text(value) == "4.0"


def test_values_are_written_as_people_read_them() -> None:
    assert SHARE.text(1.332) == "133%"
    assert MEASURES["fte"].text(1234.56) == "1,234.6"
    assert MEASURES["residents_per_committed"].text(5285) == "5,285"


def test_only_what_is_made_of_a_strength_is_a_bound_where_a_part_of_that_is_not_known() -> None:
    assert set(OF_STRENGTH) == {"fte", "fte_per_ward", "fte_per_10k", "share_of_commitment"}
    assert not Measure("own", "Your list", "Yours", 1, "").is_of_strength
    part = {"at_least": True}
    assert MEASURES["fte"].text(9, of=part) == "≥ 9.0"
    assert MEASURES["fte"].text(9, of={"at_least": False}) == MEASURES["fte"].text(9) == "9.0"
    assert MEASURES["committed"].text(9, of=part) == "9"


def test_the_highest_comes_first_and_the_unknown_last() -> None:
    known = values(ATLAS, "boroughs", "fte_per_ward")
    order = ranked(ATLAS, "boroughs", "fte_per_ward")
    assert sorted(order) == sorted(known)
    assert order[-2:] == [CAMDEN, ISLINGTON]
    listed = [known[code] or 0 for code in order[:-2]]
    assert listed == sorted(listed, reverse=True)
    assert FACTS["boroughs"][order[0]]["name"] == "Tower Hamlets"


def test_areas_of_one_value_are_ranked_by_name() -> None:
    names = [FACTS["wards"][code]["name"] for code in ranked(ATLAS, "wards", "committed")]
    assert names == sorted(names)


# --- classes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "key"), EVERYWHERE)
def test_breaks_are_rounded_and_ordered(level: str, key: str) -> None:
    at = breaks(values(ATLAS, level, key).values(), MEASURES[key])
    assert at == sorted(set(at))
    assert len(at) < CLASSES
    decimals = MEASURES[key].decimals
    assert at == [round(value, 2 if decimals is None else decimals) for value in at]


def holds(label: str, value: float, measure: Measure) -> bool:
    """Whether a value is within what a label of the legend says."""
    parts = [
        float(number.replace(",", "")) / (100 if measure.decimals is None else 1)
        for number in re.findall(r"[\d,.]+", label)
    ]
    if label.startswith("below"):
        return value < parts[0]
    if label.endswith("or more"):
        return value >= parts[0]
    if "to below" in label:
        return parts[0] <= value < parts[1]
    return value == parts[0]


def class_of(value: float, at: list[float]) -> int:
    """The class of a value as the map works it out (web/static/areas.js)."""
    return sum(value >= limit for limit in at)


def as_shown(value: float, measure: Measure) -> float:
    return round(value, 2 if measure.decimals is None else measure.decimals)


@pytest.mark.parametrize(("level", "key"), EVERYWHERE)
def test_every_area_is_in_a_class_whose_words_hold_its_value(level: str, key: str) -> None:
    measure, known = MEASURES[key], values(ATLAS, level, key)
    at = breaks(known.values(), measure)
    said = labels(known.values(), at, measure)
    for value in known.values():
        if value is not None:
            value = as_shown(value, measure)
            place = class_of(value, at)
            assert [holds(label, value, measure) for label in said] == [
                number == place for number in range(len(said))
            ]


@pytest.mark.parametrize(("level", "key"), EVERYWHERE)
def test_every_class_has_an_area_and_the_lowest_has_the_lowest(level: str, key: str) -> None:
    known = [
        as_shown(value, MEASURES[key])
        for value in values(ATLAS, level, key).values()
        if value is not None
    ]
    at = breaks(known, MEASURES[key])
    found = {class_of(value, at) for value in known}
    assert found == set(range(len(labels(known, at, MEASURES[key]))))
    if known:
        assert class_of(min(known), at) == 0


def test_classes_have_about_as_many_areas_each() -> None:
    known = [
        value
        for value in values(ATLAS, "wards", "residents_per_committed").values()
        if value is not None
    ]
    at = breaks(known, MEASURES["residents_per_committed"])
    sizes = [[class_of(value, at) for value in known].count(place) for place in range(CLASSES)]
    assert len(at) == CLASSES - 1
    assert all(134 <= size <= 138 for size in sizes)  # 679 wards


def test_where_most_have_the_same_value_the_others_are_still_told_apart() -> None:
    known = [2.0] * 90 + [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    at = breaks(known, TENTHS)
    assert len(at) == CLASSES - 1
    said = labels(known, at, TENTHS)
    assert holds(said[0], 2.0, TENTHS)
    assert holds(said[-1], 8.0, TENTHS)


def test_nothing_known_has_no_class() -> None:
    assert breaks([None, None], TENTHS) == []
    assert labels([None, None], [], TENTHS) == []
    assert labels([], [], TENTHS) == []


def test_one_known_value_is_a_class_of_its_own() -> None:
    assert breaks([None, 3.25], TENTHS) == []
    assert labels([None, 3.25], [], TENTHS) == ["3.3"]


def test_two_values_are_two_classes() -> None:
    at = breaks([2.0, 3.0, 2.0, None], TENTHS)
    assert at == [3.0]
    assert labels([2.0, 3.0], at, TENTHS) == [
        "below 3.0", "3.0 or more (the promise: 3.0)",
    ]  # fmt: skip


def test_few_values_have_a_class_each() -> None:
    at = breaks([1, 2, 3, 4, 5, 5, 5], MEASURES["committed"])
    assert at == [2, 3, 4, 5]
    assert labels([1, 2, 3, 4, 5], at, MEASURES["committed"]) == [
        "below 2", "2 to below 3", "3 to below 4", "4 to below 5", "5 or more",
    ]  # fmt: skip


def test_no_class_lies_below_the_lowest_value() -> None:
    """A fifth of the areas and more have the lowest value of all."""
    known = [1.0] * 6 + [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    at = breaks(known, TENTHS)
    assert at
    assert min(at) > 1.0


def test_the_legend_of_a_share_is_in_per_cent_and_marks_the_promise() -> None:
    assert labels([1.0, 1.5], [1.25], SHARE) == [
        "below 125% (the promise: 100%)", "125% or more",
    ]  # fmt: skip
    assert labels([0.5, 0.7, 0.9], [0.6, 0.8], SHARE)[-1] == "80% or more (the promise: 100%)"


@pytest.mark.parametrize(
    ("classes", "looks"),
    [
        (0, []),
        (1, ["shade-0"]),
        (2, ["shade-0", "shade-3"]),
        (3, ["shade-0", "shade-1", "shade-2"]),
    ],
)
def test_yes_and_no_have_shades_far_apart(classes: int, looks: list[str]) -> None:
    assert shades(classes) == looks


# --- records -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "areas", "above"),
    [
        ("bcus", 12, set()),
        ("boroughs", 32, {"bcu_code", "bcu"}),
        ("wards", 679, {"borough_code", "borough", "bcu_code", "bcu"}),
    ],
)
def test_records_have_the_areas_above_by_code_and_name(
    level: str, areas: int, above: set[str]
) -> None:
    rows = records(ATLAS, level)
    assert len({row["code"] for row in rows}) == len(rows) == areas
    every = {"borough_code", "borough", "bcu_code", "bcu"}
    for row in rows:
        assert set(row) & every == above
        for code, name, of in (
            ("borough_code", "borough", "boroughs"),
            ("bcu_code", "bcu", "bcus"),
        ):
            if code in above:
                assert FACTS[of][row[code]]["name"] == row[name]


def test_a_record_is_flat_and_null_where_nobody_knows() -> None:
    rows = {row["name"]: row for row in records(ATLAS, "boroughs")}
    assert rows["Lewisham"] | {
        "code": LEWISHAM, "bcu_code": "SE", "bcu": "South East", "residents": 301255,
        "fte": 75.9, "fte_per_ward": 3.99, "committed": 57,
    } == rows["Lewisham"]  # fmt: skip
    assert rows["Camden"]["fte"] is None
    assert rows["Camden"]["no_figure_for"] == ["Camden"]
    assert "City of London" not in rows


def test_a_ward_s_record_says_where_it_is() -> None:
    (row,) = [row for row in records(ATLAS, "wards") if row["name"] == "Cann Hall"]
    assert (row["borough"], row["bcu"], row["committed"]) == ("Waltham Forest", "North East", 3)
    assert row["residents"] == FACTS["wards"][row["code"]]["residents"]
