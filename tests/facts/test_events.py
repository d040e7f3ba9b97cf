"""The timeline: what the tables give, what is about an area, and what no event may be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bcumap.base import bases
from bcumap.base.schema import THEMES
from bcumap.facts import events, store

ALL = events.read(store.events_web())
BY_ID = {each.id: each for each in ALL}
AREAS = [*store.facts()["bcus"], *store.facts()["boroughs"]]


def test_every_event_has_its_grounds_and_ids_are_unique() -> None:
    assert events.faults(ALL, AREAS) == []
    assert {each.basis for each in ALL} <= set(bases.MEANING)
    assert {each.theme for each in ALL} == set(THEMES)


def test_9_the_24_7_promise_is_told_from_2012_to_its_end() -> None:
    told = [each for each in reversed(ALL) if "24-7-promise" in each.id]
    assert [each.date[:4] for each in told] == [
        "2013", "2017", "2019", "2021", "2022", "2023", "2024", "2024", "2025"
    ]  # fmt: skip
    assert told[-1].id == "2025-10-15-24-7-promise-given-up"
    assert "counters-2012" in BY_ID
    assert BY_ID["2025-11-13-assembly-motion"].basis == "known"


def test_what_other_tables_hold_is_derived_from_them() -> None:
    north = BY_ID["unit-na-live"]
    assert (north.date, north.basis, north.areas) == ("2019-01-09", "known", ("NA",))
    assert BY_ID["unit-na-planned"].basis in (bases.ANNOUNCED, bases.PLANNED)
    assert BY_ID["promise-2016-07-21"].theme == "ward officers"
    assert "£73 million" in BY_ID["money-expected-of-the-12-bcus-2018-02"].text
    own = {row["id"] for row in store.records("events")}
    assert own < set(BY_ID)


def test_what_concerns_a_borough_is_of_all_london_of_its_bcu_or_of_itself() -> None:
    enfield = events.about(ALL, borough="E09000010", bcu="NA")
    assert {"unit-na-live", "2020-07-17-monthly-review", "2019-north-area-leadership"} <= {
        each.id for each in enfield
    }
    (ward, *_) = store.atlas()["E09000010"].wards
    for code in ("E09000010", ward.code):
        assert events.about(ALL, **events.of_area(store.atlas()[code])) == enfield
    assert events.of_area(store.atlas()["NA"]) == {"bcu": "NA"}
    assert events.of_area(store.atlas()["E09000001"]) == {"borough": "E09000001"}
    assert events.of_area(None) == {}
    assert any(each.local and "Edmonton" in each.text for each in enfield)
    assert not any(each.areas and not {"E09000010", "NA"} & set(each.areas) for each in enfield)
    assert not any(each.local for each in events.about(ALL))
    assert {each.theme for each in events.about(ALL, theme="money")} == {"money"}


def test_dates_are_told_as_precisely_as_they_are_known() -> None:
    assert BY_ID["2021-10-town-centre-teams"].when == "October to December 2021"
    assert BY_ID["2012-reasons"].when == "2012"
    assert BY_ID["2025-11-13-assembly-motion"].when == "13 November 2025"
    dates = [dt.date.fromisoformat(each.seen_on) for each in ALL]
    assert max(dates) <= dt.date(2026, 11, 26)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"source": ""}, "has no source"),
        ({"areas": ("XX",)}, "which is no area"),
        ({"precision": "month"}, "is no month"),
        ({"precision": "quarter", "date": "2018-02"}, "is no quarter"),
        ({"text": "It was planned to begin.", "basis": "known"}, "told as a plan"),
    ],
)
def test_what_no_event_may_be(change: dict[str, str], fault: str) -> None:
    (found,) = events.faults([replace(BY_ID["2025-11-13-assembly-motion"], **change)], AREAS)
    assert fault in found
    (twice,) = events.faults([BY_ID["2012-reasons"]] * 2, AREAS)
    assert "twice" in twice


def test_the_roll_out_is_whole_and_the_met_s_strength_is_of_every_month() -> None:
    document = store.events_web()
    assert len(document["roll_out"]) == 12
    boroughs = [code for row in document["roll_out"] for code in row["borough_codes"].split(";")]
    assert len(set(boroughs)) == len(boroughs) == 32
    strength = {row["month"]: row for row in document["strength"]}
    assert len(strength) == 155
    assert strength["2023-04"]["officers"] == max(row["officers"] for row in strength.values())
    assert (strength["2023-04"]["officers"], strength["2026-03"]["officers"]) == (34523, 31181)
    assert (strength["2013-05"]["pcsos"], strength["2026-03"]["pcsos"]) == (2497, 1389)


def test_commanders_stand_in_the_roll_out_of_2018_alone() -> None:
    """A public office in a public paper, as printed; nowhere else, least of all as a contact."""
    names = [row["commander"] for row in store.events_web()["roll_out"]]
    for name, table in store.TABLE_FILES.items():
        if name != "roll-out 2018":
            text = (store.SHIPPED / table).read_text(encoding="utf-8")
            assert [
                each
                for each in names
                if each in text and each not in ("Tucker", "Rose", "Jones", "Williams", "Martin")
            ] == []
