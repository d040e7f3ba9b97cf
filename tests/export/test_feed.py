"""The Atom feed as a subscriber's program reads it, and the CSV."""

from __future__ import annotations

import csv
import io

import feedparser
import pytest

from bcumap.export import feed
from bcumap.facts import events, store
from bcumap.facts.events import Event

ALL = events.read(store.events_web())
URL = "https://map.example/police/"


@pytest.mark.parametrize("url", ["", URL])
def test_the_feed_is_read_without_a_complaint(url: str) -> None:
    read = feedparser.parse(feed.atom(ALL, url=url, page="history", feed="changes.atom"))
    assert not read.bozo
    assert read.version == "atom10"
    assert len(read.entries) == sum(not each.local for each in ALL)
    assert all(entry.id.startswith("tag:bcumap.invalid,2026:event/") for entry in read.entries)
    assert len({entry.id for entry in read.entries}) == len(read.entries)
    assert all(entry.title and entry.updated and entry.content for entry in read.entries)


def test_it_links_only_where_its_address_is_known() -> None:
    assert b"href" not in feed.atom(ALL)
    read = feedparser.parse(feed.atom(ALL, url=URL, page="history", feed="changes.atom"))
    assert read.feed.links[0].href == f"{URL}changes.atom"
    assert all(entry.link.startswith(f"{URL}history#") for entry in read.entries)


def test_an_entry_is_updated_when_its_row_was_seen_and_keeps_its_id() -> None:
    event = Event(
        "a-b", "2018-01", "quarter", "structure", (), "<b>It began & went.", "known", "A & B",
        "2026-11-20", "copy",
    )  # fmt: skip
    (entry,) = feedparser.parse(feed.atom([event])).entries
    assert (entry.id, entry.updated) == (
        "tag:bcumap.invalid,2026:event/a-b", "2026-11-20T00:00:00Z",
    )  # fmt: skip
    assert entry.title == "January to March 2018: <b>It began & went"
    assert "Source: A & B." in entry.content[0].value


def test_the_csv_has_every_event_and_runs_nothing() -> None:
    risky = Event("x", "2018", "year", "money", ("NA", "SE"), "=1+1.", "known", "s", "2026-11-26",
                  "copy")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(feed.table([*ALL, risky]).decode())))
    assert len(rows) == len(ALL) + 1
    assert rows[-1]["text"] == "'=1+1."
    assert rows[-1]["areas"] == "NA;SE"
