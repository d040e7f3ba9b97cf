"""What a build or a check says on the terminal, as lines of text; never prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bcumap.answers import metres
from bcumap.words import date

if TYPE_CHECKING:
    from bcumap.answers import Answer
    from bcumap.assign import Coordinates, Tally
    from bcumap.build import Report


def build_lines(report: Report) -> Iterator[str]:
    """Tell what a build read, repaired, measured and wrote, and how long each step took."""
    yield f"Read {report.rows_read} rows of {report.source} ({report.dialect} columns)"
    yield f"  edition               {report.edition or 'not stated'}"
    yield f"  wards                 {report.met_wards} Met + {report.city_wards} City"
    if report.boroughs_placed_by_area:
        yield f"  placed by area        {report.boroughs_placed_by_area} wards"
    if report.names_from_table:
        yield f"  named by the table    {report.names_from_table} wards"
    if report.names_not_known:
        yield f"  name not known        {report.names_not_known} wards (their code stands instead)"
    if report.wards_added or report.wards_removed:
        added, removed = len(report.wards_added), len(report.wards_removed)
        yield f"  since the last build  +{added} −{removed} wards"
    before, after = _yes(report.coverage_valid_before), _yes(report.coverage_valid_after)
    yield f"Coverage valid          {before} before, {after} after"
    if report.wards_repaired:
        yield (
            f"  repaired              {len(report.wards_repaired)} wards, moved by at most"
            f" {report.repair_moved_m:.2f} m, area by {report.repair_area_change_m2:,.0f} m²"
        )
    full, web = report.measured_error_m, report.web_measured_error_m
    yield f"Measured error          {full:.2f} m; for the web {web:.2f} m"
    yield f"Area                    {report.area_km2:,.2f} km²"
    for code, area in report.area_km2_by_bcu.items():
        yield f"  {code}                    {area:8,.2f} km²"
    if report.postcodes:
        yield (
            f"Postcodes placed        {report.postcodes:,}; {report.postcodes_unsure:.1%} of those"
            " in use may have addresses in another ward"
        )
    yield f"Promises kept           {report.promises_kept} of {report.promises_kept}"
    yield from report.notes
    yield f"Time                    {sum(report.seconds.values()):.1f} s"
    for step, seconds in report.seconds.items():
        yield f"  {seconds:6.2f} s  {step}"


def check_lines(outcome: Mapping[str, list[str]], folder: Path) -> Iterator[str]:
    """Tell of each promise whether it is kept, and what is wrong if not."""
    for promise, faults in outcome.items():
        yield f"{'FAILED' if faults else 'ok    '}  {promise}"
        yield from (f"          {fault}" for fault in faults)
    broken = sum(bool(faults) for faults in outcome.values())
    yield (
        f"{folder}: {broken} of {len(outcome)} promises are broken"
        if broken
        else f"{folder}: all {len(outcome)} promises are kept"
    )


def find_lines(answer: Answer) -> Iterator[str]:
    """Tell an answer: what it is sure of, what it is not, and of when its sources are."""
    yield answer.text
    yield from answer.notes
    if place := answer.place:
        for name, area, code in (
            ("ward", place.ward, place.ward_code),
            ("borough", place.borough, place.borough_code),
            ("BCU", place.bcu, place.bcu_code),
        ):
            if area:
                yield f"  {name:<20}{area} ({code})"
        yield f"  {'police':<20}{place.police}"
    if answer.boundary_m:
        yield f"  {'to its boundary':<20}{answer.boundary_m:,} m"
    for other in answer.others:
        where = f"{other.place.ward}, {other.place.borough}" if other.place else "outside London"
        yield f"  {'or perhaps':<20}{where} ({metres(other)} away)"
    for option in answer.options:
        code = f" ({option.code})" if option.level != "query" else ""
        yield f"  {option.label}{code}, {option.detail}"
    if answer.as_of:
        yield "As of: " + ", ".join(f"{name} {date(of)}" for name, of in answer.as_of.items())


def assign_lines(tally: Tally, coordinates: Coordinates, table: Path, out: Path) -> Iterator[str]:
    """Tell how the rows of a table came out, and which are the first of the bad ones."""
    unit = "metres" if coordinates.metres else "degrees"
    yield (
        f"Read {tally.rows:,} rows of {table.name} ({coordinates.x} and {coordinates.y}, in {unit})"
    )
    for outcome, count in tally.counts.items():
        if count or outcome not in tally.first:
            yield f"  {outcome:<22}{count:12,}{_first_rows(tally.first.get(outcome, []), count)}"
    if tally.counts.get("swapped"):
        yield (
            f"  Swapped: {coordinates.x} holds what {coordinates.y} should; exchange the two cells,"
            " or the two options if it is so in all rows"
        )
    yield f"Wrote {out}"


def _first_rows(rows: list[int], count: int) -> str:
    """Say which rows came out so."""
    listed = ", ".join(f"{row:,}" for row in rows)
    more = ", …" if count > len(rows) else ""
    return f"  row{'s' if count > 1 else ''} {listed}{more}" if rows else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"
