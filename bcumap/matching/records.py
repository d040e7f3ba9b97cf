"""The bytes of a CSV -> pieces of whole rows, each of as many cells as the header; decodes none.

Pieces that are even already, as nearly all are, are only counted; rows that are short, long or
blank are mended one by one, and what was mended is told.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bcumap.base.errors import SourceError

PIECE_BYTES = 1 << 21
ROW_BYTES = 1 << 18  # of the longest row: a quote that is never closed is told from a long cell
CTRL_Z = b"\x1a"  # how DOS ended a text
FIRST_ROWS = 5  # how many numbers of mended rows are told

LF, CR, QUOTE = b'\n\r"'

Places = npt.NDArray[np.intp]


class Piece(NamedTuple):
    """Some whole rows, and what numbers a spreadsheet gives them."""

    text: bytes
    numbers: npt.NDArray[np.int64]


@dataclass
class Mended:
    """How many rows were uneven in which way, and the numbers of the first."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        """Count one row."""
        self.counts[what] = self.counts.get(what, 0) + 1
        first = self.first.setdefault(what, [])
        if len(first) < FIRST_ROWS:
            first.append(number)

    def notes(self) -> list[str]:
        """Say what was mended, in sentences."""
        return [
            f"{count:,} row{'s' if count > 1 else ''}"
            f" ({', '.join(map(str, self.first[what]))}"
            f"{', …' if count > FIRST_ROWS else ''}) {what}"
            for what, count in self.counts.items()
        ]


SHORT = "had fewer cells than the header: the missing ones are empty"
LONG = "had delimiters too many at the end, with nothing after them: they are left out"


class Records:
    """Cuts a stream into pieces of whole rows.

    Parameters
    ----------
    read
        Returns the next bytes, as many as it is asked for; none at the end.
    delimiter
        What stands between cells.
    width
        How many cells the header has.
    first_row
        The number that a spreadsheet gives the first of these rows.
    where
        The file, for errors.
    """

    def __init__(
        self, read: Callable[[int], bytes], delimiter: str, width: int, first_row: int, where: str
    ) -> None:
        self._read = read
        self._delimiter = delimiter.encode()
        self._width = width
        self._next = first_row
        self._where = where
        self.mended = Mended()

    def __iter__(self) -> Iterator[Piece]:
        """Give the pieces in order."""
        rest = b""
        while True:
            new = self._read(PIECE_BYTES)
            text = rest + new
            if not new:
                text = text.rstrip(CTRL_Z)
            if not new and text and not text.endswith((b"\n", b"\r")):
                text += b"\n"
            piece, rest = self._cut(text, at_end=not new)
            if len(rest) > ROW_BYTES:
                raise self._too_long()
            if len(piece.numbers):
                yield piece
            if not new:
                return

    def _cut(self, text: bytes, *, at_end: bool) -> tuple[Piece, bytes]:
        """Cut off the whole rows at the beginning; return them even, and the rest."""
        found = _ends(text, self._delimiter)
        if found is None:
            return self._cut_slowly(text, at_end=at_end)
        ends, delimiters, is_open = found
        if at_end and is_open:
            raise self._unclosed()
        if not len(ends):
            return Piece(b"", np.empty(0, np.int64)), text
        end = int(ends[-1]) + 1
        starts = np.concatenate([[0], ends[:-1] + 1])
        uneven = np.flatnonzero(delimiters != self._width - 1)
        if self._width == 1:
            uneven = np.union1d(uneven, np.flatnonzero(ends - starts <= 2))
        return self._even(text[:end], starts, ends + 1, delimiters + 1, uneven), text[end:]

    def _cut_slowly(self, text: bytes, *, at_end: bool) -> tuple[Piece, bytes]:
        """Do the same row by row, for quotes and line ends in odd places."""
        lines = iter(io.StringIO(text.decode("latin-1"), newline=""))
        taken = 0

        def counted() -> Iterator[str]:
            nonlocal taken
            for line in lines:
                taken += len(line)
                yield line

        starts, ends, widths, last = [0], [], [], [""]
        try:
            for last in csv.reader(counted(), delimiter=self._delimiter.decode()):
                ends.append(taken)
                widths.append(len(last) or 1)
                starts.append(taken)
        except csv.Error as error:  # Python reads cells of up to 128 KB
            raise self._too_long() from error
        if not at_end and ends:  # the last row may go on
            del ends[-1], widths[-1], starts[-1]
        elif at_end and text.count(b'"') % 2 and last and "\n" in last[-1]:
            raise self._unclosed()
        if not ends:
            return Piece(b"", np.empty(0, np.int64)), text
        wide = np.array(widths)
        first, after = np.array(starts[: len(ends)]), np.array(ends)
        uneven = np.flatnonzero(wide != self._width)
        if self._width == 1:
            uneven = np.union1d(uneven, np.flatnonzero(after - first <= 2))
        return self._even(text[: ends[-1]], first, after, wide, uneven), text[ends[-1] :]

    def _even(
        self, text: bytes, starts: Places, ends: Places, widths: Places, uneven: Places
    ) -> Piece:
        """Give every row as many cells as the header has, and leave out those that are blank."""
        count = len(ends)
        if (ends - starts).max() > ROW_BYTES:
            raise self._too_long()
        numbers = np.arange(self._next, self._next + count)
        self._next += count
        if not len(uneven):
            return Piece(text, numbers)
        parts, done = [], 0
        kept = np.ones(count, bool)
        for row in uneven:
            start, end, width, number = starts[row], ends[row], int(widths[row]), int(numbers[row])
            line = text[start:end]
            bare = line.rstrip(b"\r\n")
            parts.append(text[done:start])
            done = end
            if not bare.strip(b" \t\x1a") and width == 1:
                kept[row] = False
                continue
            if width < self._width:
                self.mended.add(SHORT, number)
                bare += self._delimiter * (self._width - width)
            elif width > self._width:
                bare = self._shortened(bare, width, number)
            parts.append(bare + line[len(line.rstrip(b"\r\n")) :])
        parts.append(text[done:])
        return Piece(b"".join(parts), numbers[kept])

    def _shortened(self, bare: bytes, width: int, number: int) -> bytes:
        surplus = width - self._width
        cut = bare
        for _ in range(surplus):
            cut = cut.rstrip(b" ")
            if not cut.endswith(self._delimiter):
                raise SourceError(
                    f"{self._where}: cannot be read (row {number:,}: expected {self._width}"
                    f" columns, got {width}: {bare[:60].decode('latin-1')}); put a cell with a"
                    " delimiter in it into quotes"
                )
            cut = cut[: -len(self._delimiter)]
        self.mended.add(LONG, number)
        return cut

    def _too_long(self) -> SourceError:
        return SourceError(
            f"{self._where}: cannot be read (a row is longer than {ROW_BYTES:,} bytes: perhaps a"
            " quote is not closed); repair the file"
        )

    def _unclosed(self) -> SourceError:
        return SourceError(f"{self._where}: a quote near the end is never closed; repair the file")


def _ends(text: bytes, delimiter: bytes) -> tuple[Places, Places, bool] | None:
    """Return where rows end, how many delimiters each has, and whether a quote is open at the end.

    None where quotes or line ends are in odd places, so that one has to read on to know.
    """
    data = np.frombuffer(text, np.uint8)
    line_end = LF
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n") + text.endswith(b"\r"):
        if b"\n" in text or b'"' in text:
            return None
        line_end = CR  # an old Mac's
    marks = np.flatnonzero((data == line_end) | (data == delimiter[0]))
    is_open = False
    if b'"' in text:
        quotes = np.flatnonzero(data == QUOTE)
        opening, closing = quotes[::2], quotes[1::2]
        apart = np.zeros(256, bool)
        apart[[LF, CR, QUOTE, delimiter[0]]] = True
        before = data[opening[opening > 0] - 1]
        after = data[closing[closing < len(data) - 1] + 1]
        if not (apart[before].all() and apart[after].all()):
            return None
        is_open = len(quotes) % 2 == 1
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    is_end = data[marks] == line_end
    at = np.flatnonzero(is_end)
    return marks[at], np.diff(at, prepend=-1) - 1, is_open
