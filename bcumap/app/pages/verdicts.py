"""What came of a visitor's own list, in the words of `web/templates/officers.html`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from bcumap.app.panels import shown
from bcumap.base.safe import STARTS_A_FORMULA, plain
from bcumap.base.words import counted

OPEN = ("suggested", "ambiguous", "unknown", "duplicate")  # outcomes that wait for a decision
MEANING = {
    "matched": "matched for certain",
    "suggested": "matched by a suggestion: needs your yes",
    "ambiguous": "that may be of several wards",
    "unknown": "without a ward that was found",
    "duplicate": "of a ward that was given before: not counted until you decide",
    "left out": "left out: totals, or by you",
}
MOST_NAMED = 30  # wards without a row that are named on the page; the download has all


def heading() -> str:
    """What a visitor may bring, and what becomes of it."""
    return shown("officers.own_list")


def failed(name: str, error: str) -> str:
    """Why a file could not be read."""
    return shown("officers.failed", plain(name), plain(error, length=600))


def verdict(name: str, report: Mapping[str, Any]) -> str:
    """How the rows of a list came out."""
    read = ", ".join(
        f"{counted(rows, 'row')} of {plain(of)}" for of, rows in report["rows"].items()
    )
    what = "team" if report["official"] else "row"
    counts = [
        (*_parted(count, what), MEANING[outcome])
        for outcome, count in report["counts"].items()
        if count
    ]
    return shown(
        "officers.verdict",
        plain(name),
        read,
        counts,
        _parted(len(report["without_row"]), "ward"),
        any(report["counts"].get(outcome) for outcome in OPEN),
        list(_notes(report)),
    )


def heard(name: str, report: Mapping[str, Any]) -> str:
    """Say in a sentence how the rows of a list came out."""
    counts = report["counts"]
    read = counted(sum(report["rows"].values()), "row")
    left = sum(counts.get(outcome, 0) for outcome in OPEN)
    return f"{plain(name)}: {read} read, {counts.get('matched', 0):,} matched, {left:,} to decide."


def _parted(number: int, noun: str) -> tuple[str, str]:
    """Write a number of things in two parts: the figure stands large above the rest."""
    figure, _, things = counted(number, noun).partition(" ")
    return figure, things


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    for what, months in report["gaps"].items():
        if months:
            yield f"No rows of {plain(what)} for {', '.join(months)}: the file has a gap there."
    yield from (f"{plain(each)}." for each in (*report["unreliable"], *report["notes"]))
    if report["without_row"]:
        named = "; ".join(report["without_row"][:MOST_NAMED])
        more = len(report["without_row"]) - MOST_NAMED
        yield f"Without a row: {named}{f'; and {more} more' if more > 0 else ''}."


def open_rows(reconciliation: bytes) -> list[dict[str, Any]]:
    """Return the rows that wait for a decision, and those decided by hand, for the table.

    Parameters
    ----------
    reconciliation
        The reconciliation as the import writes it (CSV).
    """
    rows = csv.DictReader(io.StringIO(reconciliation.decode("utf-8")))
    return [
        {
            "row": row["row"],
            "said": ", ".join(filter(None, _said(row))),
            "outcome": row["outcome"],
            "note": row["note"],
            "options": [each.split(" ", 1) for each in row["suggestions"].split("; ") if each],
            "chosen": row["ward_code"] if row["outcome"] == "matched" else "",
        }
        for row in rows
        if row["outcome"] in OPEN or row["note"].startswith("decided by hand")
    ]


def _said(row: Mapping[str, str]) -> Iterator[str]:
    """What a row says of its ward, without the mark that keeps a spreadsheet from running it."""
    for name in ("given_ward_code", "given_ward", "given_borough"):
        text = row[name]
        yield text[1:] if text[:1] == "'" and text[1:].startswith(STARTS_A_FORMULA) else text


def nothing_open() -> str:
    """What is said when every row has its ward."""
    return shown("officers.nothing_open")


def too_many(rows: int, of: int) -> str:
    """What is said when not all open rows are shown."""
    return shown("officers.too_many", counted(rows, "row"), f"{of:,}")
