"""Events that cannot be so: each fault names the site, what was found and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from bcumap.base.errors import DataError
from bcumap.build import events as counter_events
from bcumap.facts import store
from tests.facts.test_counters import event

BARNET = ["E09000003"]
REDUCED = {"kind": "reduced", "hours": "Mon-Fri 10:00-22:00"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [event("A", "2020"), event("A", "2020-01", "closed")],
            "A: 'open' and 'closed' are both from 2020-01; expected one event at a time",
        ),
        (
            [event("A", "2020-05-01"), event("A", "2020-05-01", **REDUCED)],
            "A: 'open' and 'open' are both from 2020-05-01",
        ),
        (
            [event("A", "2026-03-01", "closed")],
            "A: closes on 2026-03-01, and no row says that it was open before",
        ),
        (
            [
                event("A", "2019", "to close"),
                event("A", "2026-03", "closed"),
                event("A", "2026-05"),
            ],
            "A: closes on 2026-03, before it opens on 2026-05; correct the dates, or call the"
            " opening 'reopened'",
        ),
        (
            [event("A", "2020"), event("A", "2021", "closed"), event("A", "2022", "closed")],
            "A: is closed since 2021, so it cannot be 'closed' on 2022",
        ),
        (
            [event("A", "2020"), event("A", "2021", "closed"), event("A", "2022", "hours changed")],
            "A: is closed since 2021, so it cannot be 'hours changed' on 2022",
        ),
        (
            [event("A", "2020"), event("A", "2021", "reopened")],
            "A: is 'reopened' on 2021, but was not closed before",
        ),
        (
            [event("A", "2020", borough_code="E09000001")],
            "A: E09000001 is none of the Met's boroughs; correct the borough_code",
        ),
        (
            [event("A", "2020", borough_code="E09000099")],
            "A: E09000099 is none of the Met's boroughs",
        ),
        (
            [event("A", "2020", postcode="SE8 4RX"), event("A", "2021", "to close")],
            "A: has more than one postcode: , SE8 4RX; expected the same in every row",
        ),
        ([event("A", "2020-02-30")], "A: '2020-02-30' is no date; expected one as 2018"),
        ([event("A", "1820")], "A: 1820 is out of range; expected 1829 to 2099"),
        ([event("A", "2120")], "A: 2120 is out of range; expected 1829 to 2099"),
        ([event("A", "2020", state="closed", kind="", hours="")], "A: is closed after 'open'"),
        (
            [event("A", "2020"), event("A", "2021", "closed", hours="24/7", kind="24/7")],
            "A: is closed on 2021 and has hours all the same; leave them empty",
        ),
        (
            [event("A", "2020", kind="reduced")],
            "A: is of the kind 'reduced' with the hours '24/7' on 2020",
        ),
        (
            [event("A", "2020", kind="reduced", hours="10 to 4")],
            "A: hours '10 to 4' cannot be read; write them as",
        ),
        (
            [event("A", "2020", due="2021")],
            "A: 'open' on 2020 is due on 2021; only a closing can be",
        ),
    ],
)
def test_what_cannot_be_so_is_named(rows: list[dict[str, Any]], said: str) -> None:
    faults = counter_events.event_faults(rows, BARNET)
    assert len(faults) == 1, faults
    assert faults[0].startswith(said)


def test_a_closing_before_the_opening_is_told_from_both_sides() -> None:
    rows = [event("A", "2026-05-01"), event("A", "2026-03-01", "closed")]
    alone, before = counter_events.event_faults(rows, BARNET)
    assert alone.startswith("A: closes on 2026-03-01, and no row says that it was open before")
    assert before.startswith("A: closes on 2026-03-01, before it opens on 2026-05-01")


def test_a_site_may_close_and_reopen() -> None:
    rows = [
        event("A", "2019"),
        event("A", "2020", "to close", due="2021"),
        event("A", "2021", "closed"),
        event("A", "2022", "reopened", **REDUCED),
        event("B", "2021", "proposed"),
    ]
    assert counter_events.event_faults(rows, BARNET) == []


def test_all_faults_are_listed_in_one_error() -> None:
    rows = [event("A", "2020", "closed"), event("B", "2020", borough_code="E09000099")]
    with pytest.raises(DataError, match=r"counters\.csv: A: closes on .*; B: E09000099 is none"):
        counter_events.check_events(rows, BARNET, where="counters.csv")


def test_the_shipped_events_can_be_so_and_add_up() -> None:
    boroughs = [row["borough_code"] for row in store.records("borough table") if row["bcu_code"]]
    events, dates = store.records("front counters"), store.records("counter dates")
    assert counter_events.event_faults(events, boroughs) == []
    assert counter_events.total_faults(events, dates) == []
    fewer = [row for row in events if row["name"] != "Acton"]
    assert counter_events.total_faults(fewer, dates)[:2] == [
        "36 counters are open on 2025-08, but its source says 37",
        "31 counters never close on 2025-08, but its source says 32",
    ]
