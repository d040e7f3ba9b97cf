"""What a build or a check says on the terminal, as lines of text; never prints."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bcumap.base.dates import Row
from bcumap.base.safe import plain
from bcumap.base.schema import KEYS
from bcumap.base.words import LIST_NOTE, counted, date, figure, file_size, percent
from bcumap.facts.answers import why
from bcumap.facts.teams import LISTED, LISTED_ON

if TYPE_CHECKING:
    from bcumap.build.addresses import Compared
    from bcumap.build.steps import Report
    from bcumap.facts.answers import Answer
    from bcumap.facts.officers import Commitment
    from bcumap.matching.points import Tally, Where
    from bcumap.matching.steps import Report as ImportReport
    from bcumap.services.teams import Fetched
    from bcumap.site.write import Report as SiteReport


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
            f" {figure(report.repair_moved_m, 2)} m,"
            f" area by {figure(report.repair_area_change_m2, 0)} m²"
        )
    full, web = report.measured_error_m, report.web_measured_error_m
    yield f"Measured error          {figure(full, 2)} m; for the web {figure(web, 2)} m"
    yield f"Area                    {figure(report.area_km2, 2)} km²"
    for code, area in report.area_km2_by_bcu.items():
        yield f"  {code}                    {figure(area, 2):>8} km²"
    if report.postcodes:
        yield (
            f"Postcodes placed        {report.postcodes:,};"
            f" {percent(report.postcodes_unsure, 1)} of those in use may have"
            " addresses in another ward"
        )
    yield from addresses_lines(report.addresses)
    yield f"Promises kept           {report.promises_kept} of {report.promises_kept}"
    yield from report.notes
    yield f"Time                    {figure(sum(report.seconds.values()), 1)} s"
    for step, seconds in report.seconds.items():
        yield f"  {figure(seconds, 2):>6} s  {step}"


def addresses_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Tell what was counted of addresses, and how the rule by distance fares against it."""
    if "rows" in told:
        yield (
            f"Addresses counted       {told['counted']:,} of {told['rows']:,} rows, in"
            f" {counted(told['certain'] + told['uncertain'], 'postcode')}"
        )
        yield (
            f"  left out              {told['without_postcode']:,} without a postcode,"
            f" {told['of_other_postcodes']:,} of postcodes that are not London’s,"
            f" {told['not_in_london']:,} with a position far from London"
        )
        if column := told["ward_column"]:
            yield f"  other wards           {told['placed_otherwise']:,} than {column} of the file"
    if "certain" in told:
        yield (
            f"The rule by distance    {told['astray']:,} of {told['certain']:,} postcodes that it"
            " calls certain have addresses in another ward;"
        )
        yield (
            f"                        {told['settled']:,} of {told['uncertain']:,} that it calls"
            " uncertain have all in one ward"
        )


def check_lines(
    outcome: Mapping[str, list[str]], folder: Path, compared: Compared | None = None
) -> Iterator[str]:
    """Tell of each promise whether it is kept, and what is wrong if not."""
    for promise, faults in outcome.items():
        yield f"{'FAILED' if faults else 'ok    '}  {promise}"
        yield from (f"          {fault}" for fault in faults)
    yield from addresses_lines(compared._asdict() if compared else {})
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
        for name, area in zip(("ward", "borough", "BCU"), place.upwards, strict=True):
            if area:
                yield f"  {name:<20}{area.name} ({area.code})"
        yield f"  {'police':<20}{place.police}"
    if answer.boundary_m:
        yield f"  {'to its boundary':<20}{answer.boundary_m:,} m"
    for other in answer.others:
        where = other.place.label if other.place else "outside London"
        yield f"  {'or perhaps':<20}{where} ({why(other)})"
    for option in answer.options:
        code = f" ({option.code})" if option.level != "query" else ""
        yield f"  {option.label}{code}, {option.detail}"
    if answer.as_of:
        yield "As of: " + ", ".join(f"{name} {date(of)}" for name, of in answer.as_of.items())


def officers_lines(
    rows: Sequence[Row], level: str, commitment: Commitment, on: dt.date
) -> Iterator[str]:
    """Tell what every area was promised on a date, and what is known to be there."""
    each = f"{counted(commitment.dwo, 'ward officer')} and {counted(commitment.pcso, 'PCSO')}"
    since = f"since {date(commitment.since)}"
    if commitment.restated:
        since += f", restated {date(commitment.restated)}"
    yield f"Promised on {date(on.isoformat())}: {each} in each ward, {since}"
    yield f"  source: {commitment.source}"
    if commitment.wards_then:
        yield f"  made for the {commitment.wards_then} wards of its time; counted here for today's"
    heads = f"{'':<28}{'wards':>6}{'promised':>10}{'FTE':>12}{'of promise':>12}{'rank':>6}"
    is_listed = any(LISTED in row for row in rows)
    yield heads + (f"{'listed':>8}" if is_listed else "")
    name = KEYS[level][1]
    for row in rows:
        least, fte, share = (
            "≥ " if row.get("at_least") else "",
            row["fte"],
            row["share_of_commitment"],
        )
        yield (
            f"{row[name]:<28.28}{row['wards']:>6}{row['committed']:>10}"
            f"{'–' if fte is None else least + figure(fte, 1):>12}"
            f"{'–' if share is None else least + percent(share):>12}{row.get('rank') or '–':>6}"
            + (f"{'–' if row[LISTED] is None else row[LISTED]:>8}" if is_listed else "")
        )
    wards, committed = (sum(row[name] for row in rows) for name in ("wards", "committed"))
    yield f"{'all':<28}{wards:>6}{committed:>10}"
    yield "FTE: ward officers and PCSOs together; – is no reliable figure, ≥ at least"
    if days := sorted({row[LISTED_ON] for row in rows if row.get(LISTED_ON)}):
        span = " to ".join(map(date, dict.fromkeys((days[0], days[-1]))))
        yield f"Listed: people of all ranks, by data.police.uk on {span}. {LIST_NOTE}"


def officers_json(
    rows: Sequence[Row], level: str, commitment: Commitment, on: dt.date
) -> Iterator[str]:
    """The same as JSON: what is not known is null."""
    areas = [
        {name: round(value, 4) if isinstance(value, float) else value
         for name, value in row.items()}
        for row in rows
    ]  # fmt: skip
    told = {"on": on.isoformat(), "level": level, "commitment": asdict(commitment), "areas": areas}
    yield json.dumps(told, ensure_ascii=False, indent=2)


def assign_lines(
    tally: Tally, coordinates: Where, table: Path, out: Path, notes: Iterable[str] = ()
) -> Iterator[str]:
    """Tell how the rows of a table came out, and which are the first of the bad ones."""
    metres = getattr(coordinates, "metres", None)
    unit = {None: "", True: ", in metres", False: ", in degrees"}[metres]
    columns = " and ".join(coordinates.columns[:2])
    yield f"Read {tally.rows:,} rows of {table.name} ({columns}{unit})"
    for note in notes:
        yield f"  {note}"
    if len(coordinates.columns) > 2:
        yield (
            f"  {' and '.join(coordinates.columns[2:])} were compared: {tally.apart:,} rows are of"
            " places more than 100 m away"
        )
    for outcome, count in tally.counts.items():
        if count or outcome not in tally.first:
            yield f"  {outcome:<22}{count:12,}{_first_rows(tally.first.get(outcome, []), count)}"
    if tally.counts.get("swapped"):
        x, y = coordinates.columns if len(coordinates.columns) == 2 else ("x", "y")
        yield (
            f"  Swapped: {x} holds what {y} should; exchange the two cells,"
            " or the two options if it is so in all rows"
        )
    yield f"Wrote {out}"


def fetch_lines(result: Fetched, wards: Mapping[str, str], out: Path) -> Iterator[str]:
    """Tell what a fetch of teams brought and what it did not.

    Parameters
    ----------
    wards
        The names of the wards by their codes.
    """
    if result.discarded:
        yield f"Began anew: what an earlier run had left was {result.discarded}"
    day = date(result.on.isoformat())
    yield f"Fetched the teams of {len(result.teams)} of {result.wards} wards on {day}"
    yield f"  source                {result.source}"
    if result.resumed:
        yield f"  from an earlier run   {counted(result.resumed, 'ward')}"
    for kind, count in result.counts.items():
        yield f"  {kind.replace('_', ' '):<22}{count:,}"
    empty = [code for code, team in result.teams.items() if not team.people_total]
    yield from _listed("lists nobody", [_ward(code, wards) for code in empty])
    yield from _listed("not listed", [_ward(code, wards) for code in result.not_listed])
    yield from _listed("not our wards", [f"{o.name} ({o.police_id})" for o in result.others])
    for code, reason in result.failed.items():
        yield f"  FAILED                {_ward(code, wards)}: {reason}"
    yield f"Wrote {out}"


def _ward(code: str, names: Mapping[str, str]) -> str:
    return f"{names[code]} ({code})"


def _listed(what: str, areas: Sequence[str], *, most: int = 5) -> Iterator[str]:
    """Say how many areas are so, and which are the first."""
    if areas:
        more = ", …" if len(areas) > most else ""
        yield f"  {what:<22}{len(areas)}: {', '.join(areas[:most])}{more}"


def import_lines(report: ImportReport, file: Path, out: Path) -> Iterator[str]:
    """Tell what an import read, matched and left open, and what is not reliable."""
    kind = "the Datastore's workbook" if report.official else "a list"
    yield f"Read {file.name}, {kind}"
    for name, rows in report.rows.items():
        yield f"  {name:<22}{rows:12,} rows"
    yield f"{'Teams' if report.official else 'Rows'} and the wards of today"
    for outcome, count in report.counts.items():
        accepted = "  accepted" if outcome == "suggested" and count and report.accepted else ""
        yield f"  {outcome:<22}{count:12,}{accepted}"
    yield f"  {'wards without a row':<22}{len(report.without_row):12,}{_some(report.without_row)}"
    yield from (f"  {plain(example)}" for example in report.examples)
    for name, months in report.gaps.items():
        if months:
            yield f"Gap in {name}: no rows for {', '.join(months)}"
    yield from report.unreliable
    yield from map(plain, report.notes)
    yield f"Wrote {', '.join(report.written)} to {out}"
    if report.unclear:
        yield (
            f"Say whether {report.unclear!r} includes PCSOs: --officers-include-pcsos or"
            " --officers-exclude-pcsos"
        )
    if report.counts.get("duplicate"):
        yield "Say what to do with a ward given twice: --duplicates add, first or second"
    if any(report.counts.get(each) for each in ("suggested", "ambiguous", "unknown")):
        yield (
            "Some are not matched for certain: see reconciliation.csv, correct the file and import"
            " it again, or take what is suggested with --accept-suggestions"
        )


def _some(names: list[str], *, most: int = 3) -> str:
    """Name the first few, for the end of a line."""
    return "  " + "; ".join(names[:most]) + ("; …" if len(names) > most else "") if names else ""


def _first_rows(rows: list[int], count: int) -> str:
    """Say which rows came out so."""
    listed = ", ".join(f"{row:,}" for row in rows)
    more = ", …" if count > len(rows) else ""
    return f"  row{'s' if count > 1 else ''} {listed}{more}" if rows else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def site_lines(report: SiteReport, out: Path) -> Iterator[str]:
    """Tell what a static site has, and what it is without."""
    yield f"Wrote {out}: {report.files:,} files, {file_size(report.bytes)}"
    yield f"  {report.pages:,} pages; {report.shards:,} shards of postcodes for the finder"
    if not report.has_sitemap:
        yield "  no sitemap.xml and no canonical links: give --url https://… to have them"


def picture_line(path: Path, size: int) -> str:
    """Tell what picture was written."""
    return f"Wrote {path}, {file_size(size)}"
