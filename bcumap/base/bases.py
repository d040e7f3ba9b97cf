"""How a fact is known: the one vocabulary of all tables, with its meaning; reads no file."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN, ANNOUNCED, PLANNED = "known", "announced", "planned"
EVIDENCE, REPORTED, NOT_KNOWN = "evidence", "reported", "not known"

MEANING: Mapping[str, str] = {
    KNOWN: "a source from those concerned says so",
    ANNOUNCED: "a source says it will happen; none says it did",
    PLANNED: "a plan or proposal, which may have changed",
    EVIDENCE: "worked out from data or from what sources leave out; none says it outright",
    REPORTED: "a newspaper or another third party says so",
    NOT_KNOWN: "no source found says",
}
# Said where all that is told of a date rests on an announcement.
UNCONFIRMED = "Announced. We have found nothing that confirms it happened."
PATTERN = "|".join(MEANING)  # for a column of a table
