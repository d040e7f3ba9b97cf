"""How a text of delimited cells is written, told by its first rows; never changes a cell."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

DELIMITERS = ",;\t|"
HEAD_ROWS = 200  # that tell how a text is written
TITLE_ROWS = 20  # at most, before the header
CTRL_Z = "\x1a"  # how DOS ended a text

_SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own first line
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def named(delimiter: str) -> str:
    """Say in words what stands between cells."""
    return _NAMES.get(delimiter, repr(delimiter))


def stated(line: str) -> str | None:
    """Return the delimiter that a first line such as `sep=;` states."""
    found = _SEP.fullmatch(line.strip("\r\n\ufeff").strip('"'))
    return found[1] if found else None


def delimiter(text: str) -> str:
    """Return what stands between the cells: what cuts most rows into equally many.

    Marks within quotes count for nothing, and marks within some cells do not outweigh the one that
    is in all rows. Of two that are as good, the one that is in the first row; then the one that
    cuts more.
    """

    def evenness(mark: str) -> tuple[float, bool, int]:
        rows = [row for row in head_rows(text, mark) if any(map(str.strip, row))]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return 0, False, 0
        width, often = max(widths.items(), key=lambda item: (item[1], item[0]))
        return often / len(rows), len(rows[0]) > 1, width

    return max(DELIMITERS, key=evenness)


def head_rows(text: str, mark: str) -> list[list[str]]:
    """Read the first rows."""
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), HEAD_ROWS))
    except csv.Error:  # a cell of more than 128 KB, which Python takes for an error
        return []


def header_at(filled: Sequence[int], widths: Sequence[int]) -> int:
    """Return which row names the columns: titles may stand before it, and fill half of it or less.

    Parameters
    ----------
    filled, widths
        How many cells of each of the first rows say something, and where the last of these stands.
    """
    usual = Counter(width for width in widths if width > 0)
    if not usual:
        return 0
    width = max(usual.items(), key=lambda item: (item[1], item[0]))[0]
    for number, count in enumerate(filled[:TITLE_ROWS]):
        if count and count * 2 > min(width, max(filled[:TITLE_ROWS])):
            return number
    return next(number for number, count in enumerate(filled) if count)


def fill(rows: Sequence[Sequence[object]]) -> tuple[list[int], list[int]]:
    """Say of rows how many cells say something, and where the last of these stands."""
    said = [[cell is not None and bool(str(cell).strip()) for cell in row] for row in rows]
    return [sum(row) for row in said], [
        max((place for place, is_said in enumerate(row, 1) if is_said), default=0) for row in said
    ]


def decoded(data: bytes) -> tuple[str, str]:
    """Return a text and its encoding: UTF-8 or UTF-16, else Windows-1252 or Latin-1.

    Windows-1252 is what Excel writes; Latin-1 gives every byte a meaning.
    """
    for encoding in (utf16(data), "utf-8-sig", "cp1252"):
        try:
            if encoding:
                return data.decode(encoding).removeprefix("\ufeff"), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def utf16(data: bytes) -> str | None:
    """Return which UTF-16 a text is in, by its mark or because every other byte is zero."""
    if encoding := UTF16_BOMS.get(data[:2]):
        return encoding
    head = data[: 1 << 10]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[start::2], head[1 - start :: 2]
        if len(head) > 3 and zeros.count(0) > 0.8 * len(zeros) and not others.count(0):
            return encoding
    return None
