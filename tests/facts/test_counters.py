"""Front counters on a date: hand-written events, and the shipped ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LONDON_BOUNDS_BNG
from bcumap.facts import counter_measures, counters, store
from bcumap.geo.projection import bng_to_lonlat

Rows = list[dict[str, Any]]
FIVE = {"Harrow", "Kensington and Chelsea", "Merton", "Richmond upon Thames", "Waltham Forest"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def event(name: str, since: str, what: str = "open", **more: Any) -> dict[str, Any]:
    """An event of a site in Barnet; open ones never close unless `more` says otherwise."""
    state = {"closed": "closed", "proposed": "closed"}.get(what, "open")
    always = "24/7" if state == "open" else ""
    row = dict.fromkeys(("address", "postcode", "due", "inferred", "note"), "")
    row |= {"name": name, "borough_code": "E09000003", "from": since, "event": what}
    row |= {"state": state, "kind": always, "hours": always, "basis": "known", "source": "x"}
    return row | more


# --- hand-written ------------------------------------------------------------------------------

TWO = [
    event("B", "2020", kind="limited", hours=""),
    event("A", "2019-05"),
    event("A", "2021-03-01", "closed", basis="announced"),
]


@pytest.mark.parametrize(
    ("on", "states"),
    [
        ("2019-04-30", {}),
        ("2019-05-01", {"A": "open"}),
        ("2020-01-01", {"A": "open", "B": "open"}),
        ("2021-02-28", {"A": "open", "B": "open"}),
        ("2021-03-01", {"A": "closed", "B": "open"}),
    ],
)
def test_the_last_event_of_each_site_holds(on: str, states: dict[str, str]) -> None:
    assert {s.name: s.state for s in counters.standing_on(TWO, day(on))} == states


def test_an_area_stands_on_its_weakest_ground() -> None:
    def basis(*rows: dict[str, Any]) -> str:
        sites = counters.standing_on(rows, day("2022-01-01"))
        return counters.tally(sites, complete=True).basis

    sure, guessed = event("A", "2020"), event("B", "2020", inferred="kind")
    said = event("C", "2020", basis="announced", inferred="site")
    missing = event("D", "2020", "closed", basis="evidence")
    assert basis() == "not known"
    assert basis(sure) == "known"
    assert basis(sure, guessed) == "evidence"
    assert basis(sure, guessed, said) == "announced"
    assert basis(sure, missing) == "known"  # that it is not among those open says nothing of A


def test_the_promise_is_not_broken_where_not_all_counters_are_known() -> None:
    sites = counters.standing_on(TWO, day("2022-01-01"))  # B, and B's hours are limited
    assert counters.tally(sites, complete=True).promise == "not held"
    assert counters.tally(sites, complete=False).promise == "not known"
    earlier = counters.standing_on(TWO, day("2020-06-01"))
    assert counters.tally(earlier, complete=False).promise == "held"


def test_an_area_without_a_counter_has_a_row_and_the_city_none() -> None:
    sites = counters.standing_on(TWO, day("2020-06-01"))
    areas = {"E09000001": None, "E09000003": "NW", "E09000004": "SE"}
    found = counters.by_area(sites, areas, complete=True)
    assert {code: tally.counters for code, tally in found.items()} == {"NW": 2, "SE": 0}


def test_the_nearest_open_counter_with_a_point_is_found() -> None:
    rows = [event(name, "2020") for name in "ABC"] + [event("D", "2020", "closed")]
    at: dict[str, dict[str, int | None]] = {
        "A": {"easting": 531_000, "northing": 180_000},
        "B": {"easting": 530_000, "northing": 180_300},
        "C": {"easting": None, "northing": None},
        "D": {"easting": 530_000, "northing": 180_000},
    }
    sites = counters.standing_on(rows, day("2022-01-01"))
    found = counters.nearest(530_000, 180_000, sites, at)
    assert found is not None
    assert (found[0].name, found[1]) == ("B", 300)
    assert counters.nearest(530_000, 180_000, [s for s in sites if s.name == "C"], at) is None


def test_distances_agree_with_the_geodesic_to_a_thousandth() -> None:
    """pyproj's geodesic on WGS 84 knows nothing of the National Grid or its scale."""
    random = np.random.default_rng(20261122)
    west, south, east, north = LONDON_BOUNDS_BNG
    ends = random.uniform((west, south), (east, north), (2, 1000, 2))
    (lon_a, lat_a), (lon_b, lat_b) = (bng_to_lonlat(each).T for each in ends)
    truth = Geod(ellps="WGS84").inv(lon_a, lat_a, lon_b, lat_b)[2]
    ours = counters.distance_m(*ends[0].T, *ends[1].T)
    off = np.abs(ours / truth - 1)
    assert len(off) == 1000
    assert off.max() < 0.001
    # The correction for the scale is worth having: without it, it would be four times as much.
    assert off.max() < 0.0001
    uncorrected = np.hypot(*(ends[0] - ends[1]).T)
    assert np.abs(uncorrected / truth - 1).max() > 0.0002


def test_open_now_is_asked_of_the_state_first() -> None:
    noon = dt.datetime(2022, 1, 4, 12)  # a Tuesday
    sites = {s.name: s for s in counters.standing_on(TWO, noon.date())}
    assert counters.open_at(sites["A"], noon) == "closed"
    assert counters.open_at(sites["B"], noon) == "not known"


# --- the shipped tables ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def events() -> Rows:
    return store.records("front counters")


@pytest.fixture(scope="module")
def boroughs() -> dict[str, str]:
    """The names of the Met's boroughs by code."""
    rows = store.records("borough table")
    return {row["borough_code"]: row["borough"] for row in rows if row["bcu_code"]}


def tallies(events: Rows, boroughs: dict[str, str], on: str) -> dict[str, counters.Tally]:
    """The counters of every borough, by its name."""
    complete = counters.all_known(store.records("counter dates"), day(on))
    sites = counters.standing_on(events, day(on))
    found = counters.by_area(sites, {code: code for code in boroughs}, complete=complete)
    return {boroughs[code]: tally for code, tally in found.items()}


def test_in_september_2025_37_were_open_and_one_in_each_borough_never_closed(
    events: Rows, boroughs: dict[str, str]
) -> None:
    found = tallies(events, boroughs, "2025-09-01")
    assert sum(tally.counters for tally in found.values()) == 37
    assert [tally.open_24_7 for tally in found.values()] == [1] * 32
    assert {tally.promise for tally in found.values()} == {"held"}
    assert {tally.basis for tally in found.values()} == {"known", "evidence"}


def test_in_april_2026_27_are_open_as_announced_and_five_boroughs_have_none(
    events: Rows, boroughs: dict[str, str]
) -> None:
    found = tallies(events, boroughs, "2026-04-01")
    assert sum(tally.counters for tally in found.values()) == 27
    assert {name for name, tally in found.items() if tally.counters == 0} == FIVE
    held = {name for name, tally in found.items() if tally.promise == "held"}
    assert held == {"Lewisham", "Westminster"}
    assert Counter(t.promise for t in found.values()) == {"held": 2, "not held": 30}
    assert {tally.basis for tally in found.values()} == {"announced"}


def test_between_the_closings_and_the_new_hours_27_never_close(
    events: Rows, boroughs: dict[str, str]
) -> None:
    found = tallies(events, boroughs, "2026-03-02")
    assert sum(tally.counters for tally in found.values()) == 27
    assert sum(tally.open_24_7 for tally in found.values()) == 27
    assert {name for name, tally in found.items() if tally.promise == "not held"} == FIVE


def test_in_2018_nobody_knows_what_was_open_in_most_boroughs(
    events: Rows, boroughs: dict[str, str]
) -> None:
    found = tallies(events, boroughs, "2018-12-31")
    held = {name for name, tally in found.items() if tally.promise == "held"}
    assert held == {"Barking and Dagenham", "Bexley"}
    assert {t.promise for name, t in found.items() if name not in held} == {"not known"}


def test_a_plan_that_was_replaced_closes_nothing(events: Rows) -> None:
    planned = {s.name: s for s in counters.standing_on(events, day("2025-09-01"))}
    assert sum(s.event == "to close" and s.is_open for s in planned.values()) == 18
    decided = {s.name: s for s in counters.standing_on(events, day("2025-11-01"))}
    assert (planned["Tottenham"].event, decided["Tottenham"].event) == ("to close", "stays")
    leaving = {s.name for s in decided.values() if s.due == "2026-02-28"}
    assert len(leaving) == 10
    assert "Pinner" in leaving
    assert planned["Pinner"].event == "open"  # it was not in the first plan


def test_of_the_27_eight_are_named_and_19_inferred(events: Rows) -> None:
    staying = [s for s in counters.standing_on(events, day("2026-04-01")) if s.is_open]
    assert Counter(s.inferred for s in staying) == {"": 8, "site": 19}


def test_two_counters_have_no_point_and_the_others_lie_in_their_borough(events: Rows) -> None:
    sites = counters.sites(events, store.postcodes())
    wards = store.facts()["wards"]
    open_then = {s.name for s in counters.standing_on(events, day("2025-09-01")) if s.is_open}
    without = {name for name in open_then if sites[name]["easting"] is None}
    assert without == {"Church Street", "Royalty Studios"}
    for site in sites.values():
        assert (site["postcode"] == "") == (site["lat"] is None)
        if site["postcode"]:
            assert wards[site["ward_code"]]["borough_code"] == site["borough_code"]
    lewisham = sites["Lewisham"]  # 43 Lewisham High Street
    assert (round(lewisham["lat"], 3), round(lewisham["lon"], 3)) == (51.463, -0.01)


def test_without_postcodes_there_are_no_points(events: Rows) -> None:
    assert {site["lat"] for site in counters.sites(events, None).values()} == {None}


@pytest.mark.parametrize(
    ("on", "said"),
    [("2011-12-31", "nothing is known of front counters on 2011-12-31; the first fact is of 2012"),
     ("2100-01-01", "out of range")],
)  # fmt: skip
def test_a_date_that_nothing_is_known_of_says_so(on: str, said: str) -> None:
    with pytest.raises(BcuMapError, match=said):
        counters.all_known(store.records("counter dates"), day(on))


def test_the_prepared_events_are_the_table_s(events: Rows) -> None:
    told = counters.events_of(store.counters_web())
    for on in ("2013-06-01", "2018-12-31", "2025-09-01", "2026-04-01"):
        assert counters.standing_on(told, day(on)) == counters.standing_on(events, day(on))


def test_a_picture_says_what_the_tables_say(events: Rows, boroughs: dict[str, str]) -> None:
    for on in ("2012-01-01", "2018-12-31", "2025-09-01", "2026-02-28", "2026-04-01"):
        found = counters.picture(store.counters_web(), day(on))
        for code, tally in tallies(events, boroughs, on).items():
            row = found.areas[next(c for c, name in boroughs.items() if name == code)]
            assert row["counters"] == tally.counters
            assert (row["promise"], row["basis"]) == (tally.promise, tally.basis)


# --- folders of less ---------------------------------------------------------------------------


def test_where_facts_begin_after_september_2025_nobody_is_known_to_be_farther() -> None:
    document = dict(store.counters_web())
    for table in ("states", "key_dates"):
        rows = document[table]
        document[table] = [row | {"from": "2026-03-01"} for row in rows[-1:]]
    picture = counters.picture(document, day("2026-04-01"))
    for level, number in (("bcus", 12), ("boroughs", 32), ("wards", 679)):
        found = counter_measures.values("change", level, picture, document)
        assert len(found) == number
        assert set(found.values()) == {None}
