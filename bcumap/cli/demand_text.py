"""What `bcumap demand` and a build of it say on the terminal, as lines of text; never prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from bcumap.base.words import LEVEL_WORDS, date, figure, percent
from bcumap.facts.demand import CAUTIONS, Report, Row, rate_text
from bcumap.facts.demand_views import named, offences, signed

if TYPE_CHECKING:
    from bcumap.build import steps

NAME_WIDTH = 34


def build_lines(report: steps.Report) -> Iterator[str]:
    """Tell what months there are now, and what wards and boroughs differ by."""
    yield f"Read {report.source}"
    told = report.demand
    for name, (first, last) in told["months"].items():
        yield f"  {name:<22}{first} to {last}"
    if told["months_with_both"]:
        share = percent(told["without_ward"] / told["wards"], 1)
        yield (
            f"In {told['months_with_both']} months with both: {told['wards']:,} offences in wards,"
            f" {told['without_ward']:,} ({share}) more in boroughs and at airports,"
            f" {told['unknown']:,} in no borough"
        )
    yield f"Promises kept           {report.promises_kept} of {report.promises_kept}"
    yield from report.notes


def report_json(report: Report) -> Iterator[str]:
    """Write a report as one JSON document."""
    yield json.dumps([row_told(report, row) for row in report.rows], ensure_ascii=False, indent=2)


def row_told(report: Report, row: Row) -> dict[str, object]:
    """Return a row with the months it is of."""
    return {**asdict(row), "from": report.first, "to": report.last}


def report_lines(report: Report) -> Iterator[str]:
    """Tell of every area, the highest rate first, and what to mind."""
    what = offences(report.group)
    years = report.met.change_years
    one, first, last = LEVEL_WORDS[report.level].one, date(report.first), date(report.last)
    yield f"{what} recorded from {first} to {last}, by {one}"
    heads = ("offences", "per 1,000", "per promised", "per known", f"in {years} years", "rank")
    yield f"{'':<{NAME_WIDTH}}" + "".join(f"{head:>14}" for head in heads)
    for row in (*report.rows, report.met):
        cells = (
            figure(row.offences, 0),
            rate_text(row.per_1k),
            rate_text(row.per_promised_officer),
            rate_text(row.per_officer),
            signed(row.change),
            str(row.rank or ""),
        )
        yield f"{named(row)[: NAME_WIDTH - 1]:<{NAME_WIDTH}}" + "".join(
            f"{cell:>14}" for cell in cells
        )
    yield "Residents: mid-2024. Promised, known: ward officers and PCSOs together."
    found = dict.fromkeys([*report.cautions, *(key for row in report.rows for key in row.cautions)])
    yield from (CAUTIONS[key] for key in found)
