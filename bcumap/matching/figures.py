"""Which numbers of a list count, so that no officer counts twice; reads no file, matches no ward.

A list may give parts (ward officers, PCSOs, a row for each rank), a total of them, or both. Where
both are there the parts are never added to the total. What cannot be told stays out of every figure
until somebody says how it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from bcumap.base.errors import BcuMapError
from bcumap.matching.months import CONSTABLE, PCSO
from bcumap.matching.names import Outcome

SAME = 0.051  # FTE: two figures that are rounded to tenths and differ by no more are the same
# A heading, without case, blanks and marks, that can only be of officers and PCSOs together.
_IN_ALL = re.compile(r".*total.*|.*inall.*|headcount|all.*")
_TOTAL_RANK = re.compile(r"(grand |sub ?)?totals?( officers| strength)?|all( ranks| officers)?|sum")
FIRST_ROWS = 5  # how many row numbers a note names

# What may be done with a ward that is given twice.
ADD, FIRST, SECOND = "add", "first", "second"


@dataclass
class Counted:
    """The numbers of a list that count.

    Attributes
    ----------
    numbers
        `rank` and `fte`, under the number of their row; a row may have several.
    notes
        How the numbers were read, in words.
    unclear
        The heading of a column of officers that may include PCSOs or not; "" if that is clear.
    """

    numbers: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    unclear: str = ""


def count(
    rows: pd.DataFrame, columns: Mapping[str, str], *, officers_include_pcsos: bool | None = None
) -> Counted:
    """Say which numbers of a list count.

    Parameters
    ----------
    rows
        See `lists.tidy`, and `ward_code`.
    columns
        The heading of each column of the list, by what it says.
    officers_include_pcsos
        Whether the column of officers in all has the PCSOs in it, if somebody said so.
    """
    parts, total = rows[["dwo", "pcso"]], rows["fte"]
    if "fte" not in columns or not {"dwo", "pcso"} & set(columns):
        return _without_total_rows(rows, _parts(rows) if "fte" not in columns else _totals(rows))
    heading = columns["fte"]
    if "dwo" in columns:
        both = rows[total.notna() & parts["dwo"].notna()]
        alone = (both["fte"] - both["dwo"]).abs() <= SAME
        if "pcso" in columns:
            summed = (both["fte"] - both["dwo"] - both["pcso"].fillna(0)).abs() <= SAME
            if officers_include_pcsos is False or (
                officers_include_pcsos is None and (alone & ~summed).sum() > (summed & ~alone).sum()
            ):
                note = f"{heading!r} is the ward officers alone and is not added to them"
                return Counted(_parts(rows), [note])
        return _total_first(rows, columns)
    return _officers_and_pcsos(rows, columns, officers_include_pcsos)


def settle(found: pd.DataFrame, rows: pd.DataFrame, key: list[str], how: str) -> pd.DataFrame:
    """Do with wards that are given twice what somebody decided.

    Parameters
    ----------
    found
        See `names.reconcile`.
    key
        Columns that tell the rows of one ward from each other.
    how
        "add" their numbers, take the "first" or the "second" (of more, the last); "" leaves them.

    Returns
    -------
    DataFrame
        As `found`, and `counts`: whether the numbers of a row may be counted. Those of a ward that
        is given twice are not, as long as nobody has decided.

    Raises
    ------
    BcuMapError
        If there is nothing of the kind to do.
    """
    if how not in ("", ADD, FIRST, SECOND):
        raise BcuMapError(f"{how!r} says nothing of a ward given twice; give add, first or second")
    settled = found.copy()
    same = [settled["ward_code"], *(rows[name].fillna("") for name in key)]
    twice = settled["outcome"] == Outcome.DUPLICATE
    sure = settled["outcome"].isin((Outcome.MATCHED, Outcome.DUPLICATE))
    in_doubt = sure & twice.groupby(same, dropna=False).transform("any")
    settled["counts"] = ~in_doubt if not how else True
    if how == ADD:
        settled.loc[twice, "outcome"] = str(Outcome.MATCHED)
        settled.loc[twice, "note"] += ": both are added"
    elif how:
        order = in_doubt[in_doubt].index
        groups = [each.loc[order] for each in same]
        place = pd.Series(range(len(order)), order)
        chosen = place.groupby(groups, dropna=False).transform("first" if how == FIRST else "last")
        kept = chosen == place
        settled.loc[order[kept], "outcome"] = str(Outcome.MATCHED)
        settled.loc[order[~kept], "outcome"] = str(Outcome.LEFT_OUT)
        settled.loc[order[~kept], "note"] += f": the {how} row of the ward is taken"
    return settled


# --- columns -----------------------------------------------------------------------------------


def _numbers(rank: str | pd.Series, fte: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"rank": rank, "fte": fte}, index=fte.index).dropna(subset="fte")


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    both = [_numbers(CONSTABLE, rows["dwo"]), _numbers(PCSO, rows["pcso"])]
    return pd.concat(both).sort_index(kind="stable")


def _totals(rows: pd.DataFrame) -> pd.DataFrame:
    return _numbers(rows["rank"], rows["fte"])


def _total_first(rows: pd.DataFrame, columns: Mapping[str, str]) -> Counted:
    """Take the parts of a row where they are the total, else the total, else what there is."""
    heading = columns["fte"]
    parts = [name for name in ("dwo", "pcso") if name in columns]
    summed = rows[parts].sum(axis=1, min_count=1)
    total = rows["fte"]
    agree = (total.isna() & summed.notna()) | ((summed - total).abs() <= SAME)
    numbers = pd.concat([_parts(rows[agree]), _totals(rows[~agree])]).sort_index(kind="stable")
    named = " and ".join(repr(columns[name]) for name in parts)
    notes = [f"{heading!r} is the total of {named}: they are not added to it"]
    differ = list(rows.index[total.notna() & summed.notna() & ~agree])
    if differ and "pcso" in columns:
        notes.append(f"{_rows(differ)}: {heading!r} is not the sum of {named}; it is what counts")
    return Counted(numbers, notes)


def _officers_and_pcsos(
    rows: pd.DataFrame, columns: Mapping[str, str], said: bool | None
) -> Counted:
    """Read a column of officers beside one of PCSOs, which it may include."""
    heading, beside = columns["fte"], columns["pcso"]
    total, pcsos = rows["fte"], rows["pcso"].fillna(0)
    include = said
    if include is None and (pcsos - total > SAME).any():
        include = False  # more PCSOs than officers in all there cannot be
    if include is None and _IN_ALL.fullmatch(re.sub(r"[\W_]", "", heading).casefold()):
        include = True
    if include:
        alone = total.isna()
        numbers = pd.concat([_totals(rows), _numbers(PCSO, rows["pcso"].where(alone))])
        notes = [f"{heading!r} includes the PCSOs of {beside!r}: they are not added to it"]
        return Counted(numbers.sort_index(kind="stable"), notes)
    numbers = pd.concat([_totals(rows), _numbers(PCSO, rows["pcso"])]).sort_index(kind="stable")
    if include is False:
        return Counted(numbers, [f"{heading!r} does not include the PCSOs of {beside!r}"])
    open_rows = rows.index[(pcsos > 0) & total.notna()]
    note = (
        f"{_rows(list(open_rows))}: {heading!r} may include the PCSOs of {beside!r} or not; they"
        " are left out of every figure until you say which"
    )
    clear = numbers[~numbers.index.isin(open_rows)]
    return Counted(clear, [note] if len(open_rows) else [], heading if len(open_rows) else "")


# --- rows --------------------------------------------------------------------------------------


def _without_total_rows(rows: pd.DataFrame, numbers: pd.DataFrame) -> Counted:
    """Leave out rows whose rank is a total, where the ward's ranks are there."""
    rank = rows["rank"].str.casefold().str.strip()
    is_total = rank.map(lambda text: bool(_TOTAL_RANK.fullmatch(text)))
    if not is_total.any():
        return Counted(numbers)
    same = [rows["ward_code"].fillna(""), rows["month"].fillna("")]
    has_parts = (~is_total & (rank != "")).groupby(same).transform("any")
    left_out = rows.index[is_total & has_parts]
    notes = [f"{_rows(list(left_out))}: a total of ranks that is not added to them"]
    return Counted(numbers[~numbers.index.isin(left_out)], notes if len(left_out) else [])


def _rows(numbers: Iterable[object]) -> str:
    listed = list(numbers)
    first = ", ".join(f"{number:,}" for number in listed[:FIRST_ROWS])
    more = ", …" if len(listed) > FIRST_ROWS else ""
    return f"{len(listed):,} row{'' if len(listed) == 1 else 's'} ({first}{more})"
