"""Counters by hour, distance and name, and what happened to each."""

from __future__ import annotations

import datetime as dt

import pytest

from bcumap.base.schema import CLOSED, MET, OPEN
from bcumap.facts import counter_sites, counters
from bcumap.facts.cached import counters as document
from bcumap.facts.counter_sites import moment
from bcumap.facts.hours import LONDON

TODAY = dt.date(2026, 11, 26)  # a Thursday
SE8_4RX = (537_000.0, 177_600.0)


@pytest.mark.parametrize(
    ("day", "time", "on"),
    [
        ("Sun", "20:00", "2026-11-29T20:00"),
        ("sunday", "8", "2026-11-29T08:00"),
        ("Thu", "09:30", "2026-11-26T09:30"),
        ("Wed", "0930", "2026-12-02T09:30"),
    ],
)
def test_a_day_and_an_hour_are_the_next_ones(day: str, time: str, on: str) -> None:
    found = moment(day, time, TODAY)
    assert found == dt.datetime.fromisoformat(on).replace(tzinfo=LONDON)


def test_a_bank_holiday_is_no_ordinary_day() -> None:
    # 25 and 28 December 2026 are bank holidays: the Friday and the Monday after.
    assert moment("Fri", "10:00", dt.date(2026, 12, 25)) == dt.datetime(
        2027, 1, 8, 10, tzinfo=LONDON
    )


@pytest.mark.parametrize(("day", "time"), [("", ""), ("Sun", ""), ("x", "10"), ("Sun", "24:00")])
def test_what_is_no_hour_is_none(day: str, time: str) -> None:
    assert moment(day, time, TODAY) is None


def test_on_a_sunday_evening_the_open_ones_come_by_distance() -> None:
    when = moment("Sun", "20:00", TODAY)
    assert when is not None
    picture = counters.picture(document(), TODAY)
    all_ = counter_sites.nearest_first(picture, document(), when, SE8_4RX)
    assert len(all_) == picture.areas[MET]["counters"]
    far = [each.metres for each in all_ if each.metres is not None]
    assert far == sorted(far)
    found = counter_sites.may_be_open(all_)
    assert [each.standing.name for each in found if each.state == OPEN] == [
        "Lewisham", "Charing Cross",
    ]  # fmt: skip
    assert CLOSED not in {each.state for each in found}
    # The nearest is the one that the answer to a postcode names.
    points = {site["name"]: site for site in document()["sites"]}
    nearest = counters.nearest(*SE8_4RX, picture.standings, points)
    assert nearest == (all_[0].standing, all_[0].metres)


def test_without_a_place_they_come_by_name() -> None:
    picture = counters.picture(document(), TODAY)
    when = dt.datetime(2026, 11, 26, 12, tzinfo=LONDON)
    all_ = counter_sites.nearest_first(picture, document(), when, None)
    names = [each.standing.name for each in all_]
    assert names == sorted(names)


def test_hours_that_nobody_states_come_last_and_say_so() -> None:
    on = dt.date(2025, 9, 1)  # five have limited hours, which no source states
    picture = counters.picture(document(), on)
    when = moment("Sun", "20:00", on)
    assert when is not None
    all_ = counter_sites.nearest_first(picture, document(), when, SE8_4RX)
    states = [each.state for each in counter_sites.may_be_open(all_)]
    assert states == [OPEN] * 32 + ["not known"] * 5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Pinner", ["Pinner"]),
        ("pinner police station", ["Pinner"]),
        ("Wood Green front counter", ["Wood Green"]),
        ("barking l", []),
        ("Barking", ["Barking"]),
        ("west", ["West End Central", "West Wickham"]),
        ("SE8 4RX", []),
        ("police station", []),
        ("", []),
    ],
)
def test_a_counter_is_found_by_its_name(text: str, names: list[str]) -> None:
    assert counter_sites.meant(document(), text) == names


def test_each_counter_has_its_own_past() -> None:
    assert [row["event"] for row in counter_sites.past(document(), "Pinner")] == [
        "closed", "to close", "open",
    ]  # fmt: skip
    assert counter_sites.site(document(), " PINNER ") == counter_sites.site(document(), "Pinner")
    assert counter_sites.site(document(), "Nowhere") is None
