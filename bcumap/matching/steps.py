"""Somebody's file of ward officers -> tidy tables and a reconciliation; the steps, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from bcumap.base.errors import BcuMapError
from bcumap.base.safe import TEXT_LENGTH, spreadsheet_safe
from bcumap.facts.areas import Atlas
from bcumap.matching import figures, lists, months, tables, workbook
from bcumap.matching.names import A_TOTAL, Outcome, Wards, reconcile, without_row
from bcumap.matching.spreadsheets import Book, as_text, open_book
from bcumap.matching.workbook import ABSTRACTIONS, STRENGTHS

NO_ROW = "no row"  # what the reconciliation says of a ward that nothing was found for
RECONCILIATION = "reconciliation.csv"
FIRST_ROWS = 5  # how many numbers of bad rows a note names

# How much of the work, in per cent, is done when a file is looked through, read and matched.
LOOKED, READ, MATCHED = 40, 75, 90

STRENGTH_COLUMNS = ["month", "bcu_code", "borough_code", "ward_code", "team", "rank", "fte"]
ABSTRACTION_COLUMNS = ["month", "bcu_code", "borough_code", "ward_code", "team", "from_duty",
                       "kind", "minutes"]  # fmt: skip
AREA_COLUMNS = ["ward", "borough_code", "borough", "bcu_code", "bcu"]

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Request:
    """What to import, where to, and how.

    Attributes
    ----------
    columns
        Names of columns by what they say (`lists.ROLES`), for a list.
    borough
        The borough of all rows, if the list does not say; else "".
    accept
        Take what was only suggested for matched.
    decided
        The code of a row's ward, or "" for none, by what the reconciliation calls the row.
    duplicates
        What is done with a ward that is given twice: see `figures.settle`.
    officers_include_pcsos
        Whether a column of officers has the PCSOs in it; None where nobody said.
    """

    path: Path
    out: Path
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    borough: str = ""
    accept: bool = False
    decided: Mapping[str, str] = field(default_factory=dict)
    duplicates: str = ""
    officers_include_pcsos: bool | None = None


@dataclass
class Report:
    """What an import found.

    Attributes
    ----------
    rows
        How many rows each table of the file has.
    official
        Whether it is the Datastore's workbook; what is counted are its teams then, else rows.
    counts
        How many of them came out how.
    examples
        Some that did not match: what the file says, the outcome and what was found.
    without_row
        Wards that nothing was found for, as "name, borough".
    gaps
        Months that a table has no row of, by table.
    unreliable
        Boroughs without a reliable figure, and why, in words.
    notes
        What else one should know.
    written
        Names of the files.
    columns
        Which column of a list says what.
    series
        Strengths month by month, see `months.series`.
    unclear
        The heading of a column of officers that may include PCSOs or not; "" if that is clear.
    """

    rows: dict[str, int]
    official: bool
    counts: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    without_row: list[str] = field(default_factory=list)
    gaps: dict[str, list[str]] = field(default_factory=dict)
    unreliable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    series: months.Series = field(default_factory=dict)
    accepted: bool = False
    unclear: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits for somebody's decision."""
        open_ones = [Outcome.AMBIGUOUS, Outcome.UNKNOWN, Outcome.DUPLICATE]
        if not self.accepted:
            open_ones.append(Outcome.SUGGESTED)
        return not self.unclear and not any(self.counts.get(each, 0) for each in open_ones)


def import_file(request: Request, atlas: Atlas, *, progress: Progress | None = None) -> Report:
    """Read a file, match its wards, and write the tables that docs/data.md describes.

    Parameters
    ----------
    atlas
        Every area, see `store.atlas`.

    Raises
    ------
    SourceError
        If the file cannot be read, or does not say which wards it is of.
    BcuMapError
        If a table cannot be written.
    """
    if request.out.exists() and not request.out.is_dir():
        raise BcuMapError(f"{request.out}: is a file; name a folder to write to")
    wards = Wards(atlas)
    if request.borough and wards.borough(request.borough) is None:
        raise BcuMapError(f"there is no borough {request.borough!r}; give its name or its code")
    tell = progress or (lambda _done, _all: None)
    book = open_book(request.path, progress=lambda done, of: tell(done * LOOKED // of, 100))
    sheet = book.find(request.sheet) if request.sheet is not None else None
    sheets = {} if request.columns else workbook.read_sheets(book, sheet=sheet)
    tell(READ, 100)
    if sheets:
        report, written = _workbook(sheets, wards, request)
    else:
        report, written = _list(book, wards, request)
    report.notes = [*book.notes, *report.notes]
    tell(MATCHED, 100)
    _write(written, request.out)
    report.written = list(written)
    tell(100, 100)
    return report


# --- the Datastore's workbook ------------------------------------------------------------------


def _workbook(
    sheets: Mapping[str, pd.DataFrame], wards: Wards, request: Request
) -> tuple[Report, dict[str, pd.DataFrame]]:
    teams = _teams(sheets, wards)
    found = reconcile(teams, wards, key=None, codes_from_names=True, decided=request.decided)
    placed = {
        kind: _placed(frame, teams, found, wards, accept=request.accept)
        for kind, frame in sheets.items()
    }
    strengths = placed.get(STRENGTHS, pd.DataFrame(columns=STRENGTH_COLUMNS, dtype="str"))
    abstractions = placed.get(ABSTRACTIONS, pd.DataFrame(columns=ABSTRACTION_COLUMNS, dtype="str"))
    strengths = strengths[STRENGTH_COLUMNS].astype({"fte": "float64"})
    abstractions = abstractions[ABSTRACTION_COLUMNS].astype({"minutes": "float64"})
    by_borough = months.borough_months(strengths, abstractions, _boroughs(wards))
    by_ward = months.ward_months(strengths, abstractions, _met_wards(wards), by_borough)
    report = Report({kind: len(frame) for kind, frame in sheets.items()}, official=True)
    _fill(report, teams, found, wards, request)
    report.gaps = {kind: months.gaps(frame) for kind, frame in sheets.items()}
    report.series = months.series({"wards": by_ward, "boroughs": by_borough})
    report.unreliable = _unreliable(by_borough) if STRENGTHS in sheets else []
    report.notes += [note for kind, frame in sheets.items() for note in _unread(kind, frame)]
    report.notes += _not_there(sheets)
    tidied = {STRENGTHS: strengths, ABSTRACTIONS: abstractions}
    written = {f"{kind}.parquet": tidied[kind] for kind in sheets}
    written |= {"borough_months.csv": by_borough, "ward_months.csv": by_ward}
    return report, written | {RECONCILIATION: _reconciliation(teams, found, wards)}


def _teams(sheets: Mapping[str, pd.DataFrame], wards: Wards) -> pd.DataFrame:
    """Return every team once, with the code of today that most of its rows state, if any do."""
    said = ["ward", "borough"]
    parts = [
        frame[[*said, "ward_code"]].assign(sheet=kind, row=frame.index)
        for kind, frame in sheets.items()
    ]
    every = pd.concat(parts, ignore_index=True)
    teams = every.groupby(said, sort=False, as_index=False).agg(
        sheet=("sheet", "first"), row=("row", "first"), rows=("row", "size")
    )
    of_today = every[every["ward_code"].isin(wards.by_code)]
    most = of_today.groupby(said)["ward_code"].agg(lambda codes: codes.mode()[0])
    teams = teams.join(most, on=said).fillna({"ward_code": ""})
    return teams.set_index(teams["sheet"] + " " + teams["row"].astype("str"))


def _placed(
    frame: pd.DataFrame, teams: pd.DataFrame, found: pd.DataFrame, wards: Wards, *, accept: bool
) -> pd.DataFrame:
    """Return a sheet with our codes instead of the publisher's names."""
    known = teams[["ward", "borough"]].assign(ward_code=_taken(found, accept=accept))
    placed = frame.drop(columns="ward_code").merge(known, on=["ward", "borough"], how="left")
    boroughs = {text: wards.borough(text) for text in placed["borough"].unique()}
    bcus = {text: wards.bcu(text) for text in placed["bcu"].unique()}
    of_borough = {text: wards.bcu_of(code) for text, code in boroughs.items()}
    placed["borough_code"] = placed["borough"].map(boroughs).astype("str")
    placed["bcu_code"] = placed["borough"].map(of_borough).fillna(placed["bcu"].map(bcus))
    return placed.rename(columns={"ward": "team"})


def _taken(found: pd.DataFrame, *, accept: bool) -> pd.Series:
    """Return the wards that rows are given: of what was suggested only if that is accepted."""
    outcomes = [Outcome.MATCHED, Outcome.DUPLICATE, *([Outcome.SUGGESTED] if accept else [])]
    return found["ward_code"].where(found["outcome"].isin(outcomes))


def _boroughs(wards: Wards) -> pd.DataFrame:
    met = _met_wards(wards)
    keys = ["borough_code", "borough", "bcu_code"]
    return met.groupby(keys, as_index=False).agg(wards=("ward_code", "size"))


def _met_wards(wards: Wards) -> pd.DataFrame:
    rows = [ward.columns() for ward in wards.by_code.values()]
    return pd.DataFrame(rows).drop(columns="bcu").dropna(subset="bcu_code")


def _unreliable(by_borough: pd.DataFrame) -> list[str]:
    """Say which boroughs have no reliable strength in the last month, and since when."""
    flags = by_borough.pivot(index="month", columns="borough", values="strength_flag")
    flags = flags[(flags != months.Flag.GAP).any(axis=1)]
    lines = []
    for borough, series in flags.items():
        last = series.iloc[-1]
        if last in (months.Flag.MISSING, months.Flag.SUSPECT):
            good = series[series == months.Flag.OK]
            since = (
                series.index[0] if good.empty else series[series.index > good.index[-1]].index[0]
            )
            why = "no rows" if last == months.Flag.MISSING else "far too few officers"
            lines.append(f"{borough}: {why} since {since}: no reliable figure")
    return lines


def _unread(kind: str, frame: pd.DataFrame) -> list[str]:
    """Say how many rows of a sheet have no month or number that can be read."""
    return [
        f"{kind}: {_rows(list(frame.index[frame[column].isna()]))} without a usable {column}"
        for column in ("month", "fte", "minutes", "dwo", "pcso")
        if column in frame and frame[column].isna().any()
    ]


def _rows(numbers: Sequence[Any]) -> str:
    first = ", ".join(f"{number:,}" for number in numbers[:FIRST_ROWS])
    more = ", …" if len(numbers) > FIRST_ROWS else ""
    return f"{len(numbers):,} row{'s' if len(numbers) > 1 else ''} ({first}{more})"


def _not_there(sheets: Iterable[str]) -> list[str]:
    return [f"the file has no sheet of {kind}" for kind in workbook.COLUMNS if kind not in sheets]


# --- a list ------------------------------------------------------------------------------------


def _list(book: Book, wards: Wards, request: Request) -> tuple[Report, dict[str, pd.DataFrame]]:
    raw = book.read(book.find(request.sheet))
    columns = lists.find_columns(raw, request.columns)
    rows = lists.tidy(raw, columns)
    if request.borough:
        rows["borough"] = rows["borough"].mask(rows["borough"] == "", request.borough)
    apart = [wards.split(*cells) for cells in rows[["ward", "borough"]].to_numpy()]
    rows[["ward", "borough"]] = pd.DataFrame(apart, index=rows.index, columns=["ward", "borough"])
    key = ["month", "rank"]
    found = reconcile(rows, wards, key=key, decided=request.decided)
    found = figures.settle(found, rows, key, request.duplicates)
    report = Report({book.path.name: len(rows)}, official=False, columns=columns)
    _fill(report, rows, found, wards, request)
    report.notes.append(
        "columns: " + ", ".join(f"{name!r} is the {role}" for role, name in columns.items())
    )
    said = [role for role in columns if role in ("month", *lists.NUMBERS)]
    report.notes += _unread("list", rows[said])
    taken = _taken(found, accept=request.accept)
    areas = pd.DataFrame(
        [wards.by_code[code].columns() if isinstance(code, str) else {} for code in taken],
        columns=AREA_COLUMNS, index=rows.index, dtype="str",
    )  # fmt: skip
    officers = pd.DataFrame({"row": rows.index, "outcome": found["outcome"], "ward_code": taken})
    given = raw.map(as_text).add_prefix("given_")
    written = {"officers.csv": pd.concat([officers, areas, given], axis=1)}
    if set(columns) & set(lists.NUMBERS):
        counted = figures.count(
            rows.assign(ward_code=taken)[found["counts"] & (found["outcome"] != Outcome.LEFT_OUT)],
            columns,
            officers_include_pcsos=request.officers_include_pcsos,
        )
        report.notes += [*counted.notes, *_twice(found), *_totals(found)]
        report.unclear = counted.unclear
        written["strengths.csv"] = strengths = _strengths(rows, taken, areas, counted.numbers)
        report.series = months.series({"wards": _by_ward(strengths)})
    return report, written | {RECONCILIATION: _reconciliation(rows, found, wards)}


def _twice(found: pd.DataFrame) -> list[str]:
    """Say which rows are of a ward that is given twice, and that nothing of it is counted."""
    open_rows = list(found.index[~found["counts"]])
    if not open_rows:
        return []
    return [
        f"{_rows(open_rows)} of wards that are given twice: they are left out of every figure until"
        " you say whether to add them, or to take the first or the second"
    ]


def _totals(found: pd.DataFrame) -> list[str]:
    """Say which rows are totals of others, and so of no ward."""
    totals = list(found.index[found["note"] == A_TOTAL])
    return [f"{_rows(totals)}: totals of others, which are left out"] if totals else []


def _strengths(
    rows: pd.DataFrame, taken: pd.Series, areas: pd.DataFrame, numbers: pd.DataFrame
) -> pd.DataFrame:
    """Return the numbers of a list that count as the Datastore's: a row for each rank."""
    base = pd.concat(
        [rows[["month"]], areas[["bcu_code", "borough_code"]], taken, rows["ward"].rename("team")],
        axis=1,
    )
    return base.join(numbers, how="inner")[STRENGTH_COLUMNS]


def _by_ward(strengths: pd.DataFrame) -> pd.DataFrame:
    """Add up the ranks of every ward and month; a list without months is of one, ""."""
    known = strengths.dropna(subset="ward_code").fillna({"month": ""})
    return known.groupby(["ward_code", "month"], as_index=False).agg(fte=("fte", "sum"))


# --- what both have ----------------------------------------------------------------------------


def _fill(
    report: Report, rows: pd.DataFrame, found: pd.DataFrame, wards: Wards, request: Request
) -> None:
    """Count how the rows came out and name some that did not match."""
    counted = Counter(found["outcome"])
    report.counts = {str(outcome): counted.get(str(outcome), 0) for outcome in Outcome}
    report.accepted = request.accept
    missing = without_row(_certain(found), wards)
    report.without_row = [wards.by_code[code].label for code in missing]
    for outcome in (Outcome.UNKNOWN, Outcome.AMBIGUOUS, Outcome.DUPLICATE, Outcome.SUGGESTED):
        some = found[found["outcome"] == outcome].iloc[:FIRST_ROWS]
        said_of = rows.reindex(some.index)[["ward_code", "ward", "borough"]]
        for (number, row), cells in zip(some.iterrows(), said_of.to_numpy(), strict=True):
            said = ", ".join(filter(None, cells))
            meant = " or ".join(wards.by_code[code].label for code in row["codes"])
            arrow = f" → {meant}" if meant else ""
            report.examples.append(f"{outcome}: row {number}: {said}{arrow} ({row['note']})")


def _certain(found: pd.DataFrame) -> Iterable[str]:
    return found["ward_code"].dropna().unique()


def _reconciliation(rows: pd.DataFrame, found: pd.DataFrame, wards: Wards) -> pd.DataFrame:
    """Return a line for each row or team, and one for each ward that has none."""
    areas = [wards.by_code.get(code) for code in found["ward_code"]]
    lines = pd.DataFrame(
        {
            "row": [str(number) for number in rows.index],
            "rows": rows.get("rows", 1),
            "given_ward_code": rows["ward_code"].str[:TEXT_LENGTH],
            "given_ward": rows["ward"].str[:TEXT_LENGTH],
            "given_borough": rows["borough"].str[:TEXT_LENGTH],
            "outcome": found["outcome"],
            "ward_code": found["ward_code"],
            "ward": [each and each.name for each in areas],
            "borough": [each and each.within for each in areas],
            "suggestions": [_offered(codes, wards) for codes in found["codes"]],
            "note": found["note"].str[:TEXT_LENGTH],
        }
    )
    missing = without_row(_certain(found), wards)
    none = pd.DataFrame(
        {
            "rows": 0,
            "outcome": NO_ROW,
            "ward_code": missing,
            "ward": [wards.by_code[code].name for code in missing],
            "borough": [wards.by_code[code].within for code in missing],
        }
    )
    return pd.concat([lines, none], ignore_index=True) if missing else lines


def _offered(codes: Sequence[str], wards: Wards) -> str:
    return "; ".join(f"{code} {wards.by_code[code].label}" for code in codes)


def _write(written: Mapping[str, pd.DataFrame], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BcuMapError(f"{out}: cannot be made ({error.strerror})") from error
    for name, frame in written.items():
        table = pa.Table.from_pandas(
            _plain(frame, safe=name.endswith(".csv")), preserve_index=False
        )
        tables.write(out / name, table.schema, table.to_batches())


def _plain(frame: pd.DataFrame, *, safe: bool) -> pd.DataFrame:
    """Make empty text missing, and for a CSV make text harmless in a spreadsheet."""
    plain = frame.copy()
    for name in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            column = plain[name].astype("str")
            column = column.mask(column == "")
            plain[name] = column.map(spreadsheet_safe, na_action="ignore") if safe else column
    return plain
