"""A table of somebody's own figures, one for each area -> code and value; knows no area."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from bcumap.base.errors import SourceError
from bcumap.matching.spreadsheets import as_figure, as_text, open_book

CODE_NAMES = r"code|(ward|borough|bcu|area|gss|lad|ons)code|gss|(wd|lad)\d\dcd|area"
VALUE_NAMES = r"value|values|figure|number|count|total|rate|percent|percentage"


def read_values(path: Path, *, sheet: str | None = None) -> tuple[str, list[str]]:
    """Read figures out of a CSV or workbook.

    Parameters
    ----------
    sheet
        The sheet to read, if several are filled.

    Returns
    -------
    text, notes
        A CSV with the columns `code` and `value`, and what of the table was read how. A trailing N
        of data.police.uk and percent signs are left out, blank rows too.

    Raises
    ------
    SourceError
        If it is no such table.
    """
    book = open_book(path)
    frame = book.read(book.find(sheet))
    plain = {str(name): re.sub(r"[\W_]", "", str(name)).casefold() for name in frame.columns}
    columns = [
        [name for name, text in plain.items() if re.fullmatch(usual, text)]
        for usual in (CODE_NAMES, VALUE_NAMES)
    ]
    if len(frame.columns) == 2 and len(columns[0]) == 1:  # the other one is the figure
        columns[1] = [name for name in plain if name not in columns[0]]
    if any(len(found) != 1 for found in columns):
        raise SourceError(
            f"{path}: the figures need the columns code and value, and a row for each area;"
            f" found {', '.join(map(repr, list(plain)[:12]))}"
        )
    (code,), (value,) = columns
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(["code", "value"])
    percents = 0
    for row, said, cell in zip(frame.index, frame[code], frame[value], strict=True):
        figure, shown = as_figure(cell), as_text(cell)
        if figure != figure:
            raise SourceError(f"{path}: row {row}: {shown[:40]!r} is no number; leave the area out")
        percents += shown.endswith("%")
        write([re.sub(r"^(E\d{8})N$", r"\1", as_text(said).upper()), repr(figure)])
    notes = (
        [f"{code!r} is the code, {value!r} the value"] if (code, value) != ("code", "value") else []
    )
    if percents:
        notes.append(f"{percents} figures are percents: the sign is left out")
    return text.getvalue(), [*book.notes, *notes]
