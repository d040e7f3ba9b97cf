"""What a build or a check says on the terminal, as lines of text; never prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def _yes(value: bool) -> str:
    return "yes" if value else "no"
