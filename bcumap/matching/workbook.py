"""Read the London Datastore's workbook of ward officers into two tidy tables; never fills a gap.

"MPS Dedicated Ward Officer Abstractions and Strengths" (dataset e16kd), monthly. Its two sheets are
told by their columns, because the publisher is rebuilding the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.matching.spreadsheets import Book, as_month, as_number, as_text

STRENGTHS, ABSTRACTIONS = "strengths", "abstractions"

# Our columns, and the publisher's without case, blanks and marks. `Department` is the borough.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    STRENGTHS: {
        "month": ("date", "month"),
        "bcu": ("ocu", "bcu"),
        "borough": ("department", "borough"),
        "ward": ("team",),
        "rank": ("rank",),
        "fte": ("fte",),
    },
    ABSTRACTIONS: {
        "month": ("monthofabstraction",),
        "bcu": ("bcu", "ocu"),
        "borough": ("borough", "department"),
        "ward": ("team",),
        "from_duty": ("abstractedfromduty",),
        "kind": ("abstractedtype", "abstractiontype"),
        "minutes": ("abstractionminutes",),
        "ward_code": ("wardcode",),
    },
}
OPTIONAL = ("bcu", "ward_code")
# Without these a sheet is another table.
TELLING = {STRENGTHS: ("ward", "fte"), ABSTRACTIONS: ("ward", "minutes")}
# Only the publisher's sheets have one of these.
MARKS = {"buisnessgroup", "businessgroup", "monthofabstraction", "abstractedfromduty"}
NUMBERS = ("fte", "minutes")

T = TypeVar("T")


def read_sheets(book: Book, *, sheet: str | None = None) -> dict[str, pd.DataFrame]:
    """Find the publisher's sheets in a workbook, by their columns, and read them.

    Parameters
    ----------
    sheet
        The only sheet to look at.

    Returns
    -------
    dict
        Under `STRENGTHS` and `ABSTRACTIONS`, where there is such a sheet, its rows with the
        columns of `COLUMNS` and their numbers in the sheet: `month` as YYYY-MM, `fte` and `minutes`
        as numbers (missing where they cannot be read), the others as text ("" where empty).

    Raises
    ------
    SourceError
        If a sheet is the publisher's but lacks a column.
    """
    found: dict[str, pd.DataFrame] = {}
    for name in [sheet] if sheet is not None else book.sheets:
        try:
            frame = book.read(name)
        except SourceError:
            if sheet is not None:
                raise
            continue  # an empty sheet, or notes beside the tables
        for kind in COLUMNS:
            if (columns := _recognise(frame, kind, f"{book.path}: the sheet {name!r}")) is not None:
                if kind in found:
                    raise SourceError(
                        f"{book.path}: two sheets of {kind}; say with --sheet which is meant"
                    )
                found[kind] = _tidy(frame, columns)
                break
    return found


def _recognise(frame: pd.DataFrame, kind: str, where: str) -> dict[str, str] | None:
    """Say which column is which, or None if the sheet is of another kind."""
    plain = {re.sub(r"[\W_]", "", name).casefold(): name for name in map(str, frame.columns)}
    columns = {}
    for role, names in COLUMNS[kind].items():
        if name := next((plain[each] for each in names if each in plain), None):
            columns[role] = name
    if not all(role in columns for role in TELLING[kind]):
        return None
    missing = [role for role in COLUMNS[kind] if role not in columns and role not in OPTIONAL]
    if missing and not MARKS & set(plain):
        return None  # a list of somebody else's
    if missing:
        raise SourceError(
            f"{where} is the Datastore's of {kind} but has no column for {missing[0]};"
            f" expected one called {' or '.join(COLUMNS[kind][missing[0]])}"
        )
    return columns


def _tidy(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    tidy = pd.DataFrame(index=frame.index)
    for role, name in columns.items():
        if role == "month":
            tidy[role] = pd.Series(each(frame[name], as_month), frame.index, dtype="str")
        elif role in NUMBERS:
            tidy[role] = pd.Series(each(frame[name], as_number), frame.index, dtype="float64")
        else:
            tidy[role] = pd.Series(each(frame[name], as_text), frame.index, dtype="str")
    return tidy.reindex(columns=[*dict.fromkeys([*columns, *OPTIONAL])], fill_value="")


def each(cells: pd.Series, read: Callable[[object], T]) -> list[T]:
    """Read every cell of a column, each value once."""
    known: dict[tuple[type, object], T] = {}
    values = []
    for cell in cells:
        key = (type(cell), cell)
        if key not in known:
            known[key] = read(cell)
        values.append(known[key])
    return values
