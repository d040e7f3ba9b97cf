"""The prepared documents of the pages: small, complete, and what the tables say."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import pytest

from bcumap.base import compact, dates
from bcumap.build import timeline
from bcumap.facts import counters, history, store

COUNTERS, HISTORY = store.counters_web(), store.history_web()


def area(on: str, code: str) -> dict[str, Any]:
    return counters.picture(COUNTERS, dt.date.fromisoformat(on)).areas[code]


def test_they_are_small() -> None:
    files = store.web_files()
    sizes = {name: len(gzip.compress(files[f"{name}.json"], 9)) for name in ("counters", "history")}
    assert sizes["counters"] < 30_000
    assert sizes["history"] < 8_000


def test_they_hold_no_text_for_what_is_not_known() -> None:
    text = json.dumps([COUNTERS, HISTORY])
    assert "NaN" not in text
    assert '"nan"' not in text
    assert "<NA>" not in text


def test_a_state_begins_wherever_an_event_does() -> None:
    days = {dates.starts(row["from"]).isoformat() for row in store.records("front counters")}
    days |= {dates.starts(row["from"]).isoformat() for row in COUNTERS["key_dates"]}
    assert [state["from"] for state in COUNTERS["states"]] == sorted(days)


def test_every_state_has_every_area() -> None:
    codes = {"MET"} | set(store.facts()["bcus"]) | set(store.facts()["boroughs"]) - {"E09000001"}
    for state in COUNTERS["states"]:
        assert set(state["areas"]) == codes


def test_boroughs_add_up_to_bcus_and_bcus_to_the_met() -> None:
    facts = store.facts()
    for state in COUNTERS["states"]:
        found = counters.picture(COUNTERS, dt.date.fromisoformat(state["from"])).areas
        for measure in ("counters", "open_24_7", "announced", "within_2km"):
            for bcu, row in facts["bcus"].items():
                parts = [found[code][measure] for code in row["boroughs"]]
                if None in parts:
                    assert found[bcu][measure] is None
                else:  # residents are rounded
                    assert sum(parts) == pytest.approx(found[bcu][measure], abs=len(parts))


def test_there_are_distances_just_where_all_counters_are_known() -> None:
    for on, known in (("2018-12-31", False), ("2025-07-31", False), ("2025-08-01", True)):
        assert (area(on, "MET")["nearest_m"] is not None) is known
        found = counters.picture(COUNTERS, dt.date.fromisoformat(on))
        assert (len(found.wards) == 679) is known
    assert area("2018-12-31", "MET")["counters"] == 3


def test_a_picture_says_how_many_counters_are_in_no_distance() -> None:
    assert counters.picture(COUNTERS, dt.date(2025, 9, 1)).left_out == 2
    assert counters.picture(COUNTERS, dt.date(2026, 4, 1)).left_out == 0


def test_shorter_hours_move_the_nearest_24_7_counter_and_no_other() -> None:
    before, after = area("2026-03-02", "NW"), area("2026-03-03", "NW")
    assert before["nearest_m"] == after["nearest_m"]
    assert before["nearest_24_7_m"] == before["nearest_m"]
    assert after["nearest_24_7_m"] > 3 * before["nearest_24_7_m"]


def test_harrow_has_no_counter_within_a_kilometre_after_the_closings() -> None:
    harrow = area("2026-04-01", "E09000015")
    assert (harrow["counters"], harrow["promise"], harrow["basis"]) == (0, "not held", "announced")
    assert harrow["within_1km"] == 0
    assert harrow["nearest_m"] > area("2025-09-01", "E09000015")["nearest_m"] + 2000


def test_a_ward_s_row_is_its_own() -> None:
    """Hackney's counter is in Stoke Newington, and residents within reach are no more than all."""
    wards = counters.picture(COUNTERS, dt.date(2025, 9, 1)).wards
    facts = store.facts()["wards"]
    stoke = next(c for c, w in facts.items() if w["name"] == "Stoke Newington")
    assert wards[stoke]["nearest"] == "Stoke Newington"
    assert wards[stoke]["nearest_m"] < 1000
    for code, row in wards.items():
        assert row["within_1km"] <= row["within_2km"] <= row["within_5km"]
        assert row["within_5km"] <= facts[code]["residents"]
        assert row["nearest_m"] <= row["nearest_24_7_m"]


def test_closings_name_the_wards_that_are_worse_off() -> None:
    told = {each["counter"]: each for each in COUNTERS["closings"]}
    assert set(told) == {"Barking Learning Centre", "Chingford", "Harrow", "Kensington", "Mitcham",
                         "Pinner", "Twickenham", "Wimbledon"}  # fmt: skip
    assert {each["from"] for each in told.values()} == {"2026-02-28"}
    position, metres, residents = told["Pinner"]["wards"][0]
    ward = store.facts()["wards"][COUNTERS["ward_codes"][position]]
    assert ward["borough_code"] == "E09000015"
    assert 0 < residents <= ward["residents"]
    before = counters.picture(COUNTERS, dt.date(2026, 2, 27)).wards[
        COUNTERS["ward_codes"][position]
    ]
    after = counters.picture(COUNTERS, dt.date(2026, 2, 28)).wards[COUNTERS["ward_codes"][position]]
    assert metres == pytest.approx(after["nearest_m"] - before["nearest_m"], abs=2)


def test_history_tells_the_units_of_every_change_date() -> None:
    past = store.past()
    for change in HISTORY["changes"]:
        on = dt.date.fromisoformat(change["from"])
        units = history.units_on(past, on)
        told = [HISTORY["units"][position] for position in change["units"]]
        assert [each["kind"] for each in told] == [units[b].kind for b in HISTORY["boroughs"]]
        assert [each["name"] for each in told] == [units[b].name for b in HISTORY["boroughs"]]


def test_history_names_the_boroughs_of_every_bcu() -> None:
    found = {row["bcu_code"]: row["boroughs"] for row in HISTORY["bcus"]}
    assert found == {code: row["boroughs"] for code, row in store.facts()["bcus"].items()}


def test_the_same_tables_give_the_same_bytes() -> None:
    document = timeline.history_document(store.past())
    assert compact.encode(document) == store.web_files()["history.json"]


def test_a_build_without_postcodes_has_no_distances_and_all_else() -> None:
    import pandas as pd

    from bcumap.build import distances, steps

    wards = pd.DataFrame(store.areas("wards").drop(columns="geometry"))
    events = store.records("front counters")
    areas = {row["borough_code"]: row["bcu_code"] for row in store.records("borough table")}
    document = timeline.counters_document(
        events,
        store.records("counter dates"),
        counters.sites(events, None),
        distances.homes(wards, steps.NO_POSTCODES),
        areas,
    )
    found = counters.picture(json.loads(compact.encode(document)), dt.date(2025, 9, 1))
    assert found.areas["MET"]["counters"] == 37
    assert found.areas["MET"]["nearest_m"] is None
    assert found.areas["MET"]["within_1km"] is None
    assert found.left_out == 37
