"""Read anybody's list of wards into one form: which column says what; never matches a ward."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.schema import WARD_CODE
from bcumap.matching.spreadsheets import as_month, as_number, as_text
from bcumap.matching.workbook import each

# What a column can say, and its usual names (regular expressions) without case, blanks and marks,
# the surest first.
ROLES: Mapping[str, tuple[str, ...]] = {
    "ward_code": (r"wardcode|wardgsscode|gsscode|gss|wd\d\dcd|wardgss|wardid|onswardcode", r"code"),
    "ward": (r"ward|wardname|wd\d\dnm|nameofward|electoralward|councilward",
             r"team|teamname|wardteam|neighbourhood|saferneighbourhoodteam|snt"),
    "borough": (r"borough|boroughname|londonborough|boroughcode|lad\d\d(nm|cd)",
                r"localauthority|council|district|la|department"),
    "month": (r"month|date|asat|asof|period|monthofdate",),
    "rank": (r"rank|grade|role",),
    "fte": (r"fte|strength|totalfte|ftetotal|totalstrength",
            r"total|grandtotal|totalofficers|officers(total|inall)|allofficers|headcount",
            r"officers|officersfte|policeofficers"),
    "dwo": (r"dwos?|dedicatedwardofficers?|dwofte", r"pcs?|constables?|policeconstables?|pcfte",
            r"officers|policeofficers"),
    "pcso": (r"pcsos?|policecommunitysupportofficers?|pcsofte",),
}  # fmt: skip
NUMBERS = ("fte", "dwo", "pcso")
ROWS = 250_000  # ten years of every ward, month by month, in two ranks, are 163,000
_A_SHARE = re.compile(r"%|per ?cent|share|rate\b", re.IGNORECASE)  # and no number of officers
LISTED = 20  # how many columns an error names


def find_columns(frame: pd.DataFrame, given: Mapping[str, str]) -> dict[str, str]:
    """Say which column of a list is which: those that are given, or found by their usual names.

    Parameters
    ----------
    given
        Names of columns by what they say, one of `ROLES`.

    Raises
    ------
    SourceError
        If it has more than `ROWS`, there is no such column or role, several could be meant, or
        none says which ward.
    """
    if len(frame) > ROWS:
        raise SourceError(
            f"{len(frame):,} rows; a list of wards has at most {ROWS:,}: split it, or leave out"
            " what is not of ward officers"
        )
    names = [str(name) for name in frame.columns]
    found = {role: _given(role, name, names) for role, name in given.items()}
    for role, patterns in ROLES.items():
        left = [name for name in names if name not in found.values()]
        if role not in found and (name := _usual(role, patterns, left)):
            found[role] = name
    if "ward_code" not in found and (coded := _with_codes(frame, found)):
        found["ward_code"] = coded
    if not {"ward", "ward_code"} & set(found):
        raise SourceError(
            "no column says which ward a row is of; name it with --column ward=NAME or"
            f" --column ward_code=NAME; the columns are {_list(names)}"
        )
    return found


def tidy(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a list in one form.

    Returns
    -------
    DataFrame
        A row for each, under its number: `ward_code`, `ward`, `borough`, `rank` as text ("" where
        the list says nothing), `month` as YYYY-MM, `fte`, `dwo`, `pcso` as numbers; missing where
        they cannot be read.
    """
    out = pd.DataFrame(index=frame.index)
    for role in ROLES:
        cells = frame[columns[role]] if role in columns else [None] * len(frame)
        series = pd.Series(cells, index=frame.index, dtype=object)
        if role == "month":
            out[role] = pd.Series(each(series, as_month), frame.index, dtype="str")
        elif role in NUMBERS:
            out[role] = pd.Series(each(series, as_number), frame.index, dtype="float64")
        else:
            out[role] = pd.Series(each(series, as_text), frame.index, dtype="str")
    return out


def _given(role: str, name: str, names: list[str]) -> str:
    if role not in ROLES:
        raise SourceError(f"--column {role}=…: a column can be {', '.join(ROLES)}")
    for each_name in names:
        if each_name.casefold() == name.strip().casefold():
            return each_name
    raise SourceError(f"there is no column {name!r}; the columns are {_list(names)}")


def _usual(role: str, patterns: tuple[str, ...], names: list[str]) -> str | None:
    """Return the one column that has a usual name; of two, the surer."""
    if role in NUMBERS:
        names = [name for name in names if not _A_SHARE.search(name)]
    for pattern in patterns:
        usual = [n for n in names if re.fullmatch(pattern, re.sub(r"[\W_]", "", n).casefold())]
        if len(usual) > 1:
            raise SourceError(
                f"{len(usual)} columns may be the {role}: {_list(usual)};"
                f" say which with --column {role}=NAME"
            )
        if usual:
            return usual[0]
    return None


def _with_codes(frame: pd.DataFrame, found: Mapping[str, str]) -> str | None:
    """Return the one other column most of whose cells are codes of wards."""
    coded = [
        str(name)
        for name in frame.columns
        if name not in found.values()
        and frame[name].map(as_text).str.fullmatch(rf"{WARD_CODE}N?").mean() > 0.5
    ]
    return coded[0] if len(coded) == 1 else None


def _list(names: list[str]) -> str:
    more = ", …" if len(names) > LISTED else ""
    return ", ".join(repr(name) for name in names[:LISTED]) + more
