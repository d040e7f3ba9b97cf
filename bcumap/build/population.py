"""Read ward populations into one form; never estimates a figure that its source does not give."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.schema import BOROUGH_CODE, check_table
from bcumap.matching.spreadsheets import as_text, open_book

MID_2024 = "2024-06-30"
MID_2024_SOURCE = "Office for National Statistics, ward population estimates, mid-2024"

YEAR = "2024"
# Names of columns without case, blanks and marks: ours, and the headings of the ONS's workbooks.
CODE = r"wd\d\dcd|ward(20\d\d)?code"
MID = r"popmid\d{4}|mid\d{4}(population)?|allages|total|residents|population"
CENSUS = r"census2021(popbestfit)?"
BOROUGH = r"lad\d\dcd|lad(20\d\d)?code"


def read_population(path: Path) -> pd.DataFrame:
    """Read a table of ONS ward populations, as CSV or workbook.

    Its columns are `WD25CD` (of any year), `pop_mid2024` or a `Total` that something says is of
    mid-2024, and `census2021_pop_bestfit` if it has that; rows outside London are left out if it
    says where they are.

    Returns
    -------
    DataFrame
        `ward_code`, `residents` (mid-2024 estimate, empty where ONS gives none), `census_2021`
        (the sum of output areas that fit best, not an exact count), `as_of` and `source` (of
        `residents`); a row per ward, by code.

    Raises
    ------
    SourceError
        If the file is not such a table.
    """
    try:
        book = open_book(path)
        of_year = [sheet for sheet in book.sheets if YEAR in sheet]
        sheet = of_year[0] if len(of_year) == 1 else book.find(None)
        raw = book.read(sheet)
        plain = {re.sub(r"[\W_]", "", str(name)).casefold(): str(name) for name in raw.columns}
        code, mid, census, borough = (
            next((plain[name] for name in plain if re.fullmatch(usual, name)), None)
            for usual in (CODE, MID, CENSUS, BOROUGH)
        )
        if code is None or mid is None:
            raise SourceError(f"found {', '.join(map(repr, list(raw.columns)[:12]))}")
        if YEAR not in f"{mid} {sheet} {path.name}":
            raise SourceError(f"nothing says that {mid!r} is of mid-{YEAR}")
        if borough is not None:
            raw = raw[raw[borough].map(as_text).str.fullmatch(BOROUGH_CODE)]
        table = pd.DataFrame(
            {
                "ward_code": raw[code].map(as_text),
                "residents": raw[mid].map(_count),
                "census_2021": raw[census].map(_count) if census else None,
                "as_of": MID_2024,
                "source": MID_2024_SOURCE,
            }
        ).astype({"residents": "Int64", "census_2021": "Int64"})
    except (OSError, ValueError, TypeError, KeyError, SourceError) as error:
        said = str(error).removeprefix(f"{path}: ")
        raise SourceError(
            f"{path}: not a table of ward populations ({said}); expected a CSV or workbook with"
            " WD25CD, pop_mid2024 and census2021_pop_bestfit"
        ) from error
    check_table(table, "population table", where=str(path))
    return table.sort_values("ward_code", ignore_index=True)


def _count(cell: object) -> int | None:
    """Read a number of people, with commas between thousands; None where there is none."""
    text = as_text(cell)
    if not text:
        return None
    if not (re.fullmatch(r"(\d+|\d{1,3}([, ]\d{3})+)(\.0+)?", text, re.ASCII)):
        raise ValueError(f"{text[:40]!r} is no number of people")
    return int(re.sub(r"[, ]|\.0+$", "", text))
