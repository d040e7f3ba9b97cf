"""The words about a visitor's own list, as HTML; every value of it is escaped here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bcumap.base.safe import STARTS_A_FORMULA, plain
from bcumap.base.words import counted

OPEN = ("suggested", "ambiguous", "unknown", "duplicate")  # outcomes that wait for a decision
MEANING = {
    "matched": "matched for certain",
    "suggested": "matched by a suggestion: needs your yes",
    "ambiguous": "may be one of several wards",
    "unknown": "no ward found",
    "duplicate": "give a ward again: not counted until you decide",
    "left out": "left out: totals, or by you",
}
MOST_NAMED = 30  # wards without a row that are named on the page; the download has all


def heading() -> str:
    """What a visitor may bring, and what becomes of it."""
    return (
        '<header class="bcumap-heading"><h2>Bring your own list</h2><p>A council’s list of ward'
        " officers, or the London Datastore’s workbook <em>DWO_Abstraction.xlsx</em>: a CSV or an"
        " Excel file of up to 50 MB. Its wards are matched to the wards of today, nothing is"
        " dropped silently, and the map above shows it. The file stays in this server’s memory for"
        " your visit only; nobody else sees it, and nothing of it is kept.</p></header>"
    )


def failed(name: str, error: str) -> str:
    """Why a file could not be read."""
    return (
        '<p class="bcumap-notice" role="alert">'
        f"<strong>{escape(plain(name))} was not read.</strong>"
        f" {escape(plain(error, length=600))}. Where that names an option such as --column or"
        " --sheet, choose it in “How the list is read” below.</p>"
    )


def verdict(name: str, report: Mapping[str, Any]) -> str:
    """How the rows of a list came out."""
    what = "teams" if report["official"] else "rows"
    read = ", ".join(
        f"{counted(rows, 'row')} of {escape(plain(of))}" for of, rows in report["rows"].items()
    )
    counts = "".join(
        f"<div><dt>{count:,}</dt><dd>{what} {MEANING[outcome]}</dd></div>"
        for outcome, count in report["counts"].items()
    )
    missing = len(report["without_row"])
    counts += f"<div><dt>{missing:,}</dt><dd>wards without any row</dd></div>"
    return (
        f'<section class="bcumap-verdict" aria-live="polite" aria-label="What came of the list">'
        f"<h3>{escape(plain(name))}</h3><p>Read {read}.</p><dl>{counts}</dl>{_notes(report)}"
        "</section>"
    )


def _notes(report: Mapping[str, Any]) -> str:
    lines = [
        f"No rows of {plain(what)} for {', '.join(months)}: the file has a gap there."
        for what, months in report["gaps"].items()
        if months
    ]
    lines += [f"{plain(each)}." for each in (*report["unreliable"], *report["notes"])]
    if report["without_row"]:
        named = "; ".join(report["without_row"][:MOST_NAMED])
        more = len(report["without_row"]) - MOST_NAMED
        lines.append(f"Without a row: {named}{f'; and {more} more' if more > 0 else ''}.")
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


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
    return '<p class="bcumap-explained">Every row has its ward; there is nothing to decide.</p>'


def too_many(shown: int, of: int) -> str:
    """What is said when not all open rows are shown."""
    return (
        f'<p class="bcumap-explained">The first {counted(shown, "row")} of {of:,}; the'
        " reconciliation to download has all of them.</p>"
    )
