"""Read tables out of anybody's CSV or Excel file, within limits; never runs or guesses a cell.

Which kind a file is, its first bytes say and not its name. A workbook is looked through before it
is opened, because a few kilobytes can unpack to all memory there is.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from bcumap.base.errors import SourceError
from bcumap.base.files import scratch
from bcumap.matching import delimited

Cell = object  # text, a number, a date, a truth value, or None where there is nothing
# Merged cells: row and column (from 0) of the first and the last.
Range = tuple[tuple[int, int], tuple[int, int]]
Progress = Callable[[int, int], object]

FILE_BYTES = 100_000_000  # the official workbook has 8 million
UNPACKED_BYTES = 400_000_000  # and 70 million when unpacked
# Worksheets pack to a tenth or a twentieth; a bomb to a thousandth. Small ones do no harm.
RATIO, RATIO_FROM_BYTES = 150, 20_000_000
COLUMNS = 1000
CELLS = 3_000_000  # of a sheet; the official workbook has 2 million
PIECE_BYTES = 1 << 22
ROW_BYTES = 1 << 24

LARGEST = 1e12  # no number of officers or minutes comes near

ZIP, OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
NOT_TEXT = {b"%PDF": "a PDF", b"PAR1": "Parquet", b"\x1f\x8b": "packed with gzip", b"{": "JSON",
            b"<": "a web page or XML"}  # fmt: skip
SHOWN = 12  # how many names an error lists

_SHEET = re.compile(r"xl/(?:work|macro)sheets/[^/]+\.xml", re.IGNORECASE)
_ROWS = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["'](\d+)""")
_LETTERS = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([A-Z]+)""")
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_CELL_START = re.compile(rb"<(?:\w+:)?c\b")
# A formula without a result; one whose result is empty text is marked t="str".
_UNCOMPUTED = re.compile(
    rb"""<(?:\w+:)?c\b(?![^>]*\bt\s*=\s*["']str)[^>]*?\sr\s*=\s*["']([A-Z]+\d+)[^>]*>\s*"""
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\bt\s*=\s*["']e["']""")

_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")
# Excel counts days from here; the range is 1982 to 2119.
DAY_ZERO, DAYS = dt.date(1899, 12, 30), (30_000, 80_000)
MONTH_FORMATS = ("%Y-%m-%d", "%Y-%m", "%d/%m/%Y", "%m/%Y", "%d-%m-%Y", "%b-%y", "%b %y", "%b-%Y",
                 "%b %Y", "%B %Y", "%B-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%y", "%d-%b-%Y", "%Y%m",
                 "%Y/%m/%d", "%Y/%m")  # fmt: skip


@dataclass(frozen=True)
class Book:
    """A file of one or more tables.

    Attributes
    ----------
    sheets
        Their names in order; that of a CSV is empty.
    notes
        What of the file cannot be read and is left empty, in sentences.
    """

    path: Path
    sheets: tuple[str, ...]
    _rows: Callable[[str], tuple[list[list[Cell]], list[Range]]]
    notes: list[str] = field(default_factory=list)

    def read(self, sheet: str) -> pd.DataFrame:
        """Read one table: the first row with two cells in it is the header.

        Returns
        -------
        DataFrame
            Its cells as they are, None where there is nothing; a row for each that is not blank,
            under its number in the spreadsheet; columns named by the header.

        Raises
        ------
        SourceError
            If the table is empty, too wide, or its header is not clear.
        """
        where = f"{self.path}: the sheet {sheet!r}" if sheet else f"{self.path}: the table"
        rows, merged = self._rows(sheet)
        table, filled = _table(rows, merged, where)
        if filled and (note := f"{filled:,} merged cells are filled down") not in self.notes:
            self.notes.append(note)
        return table

    def find(self, name: str | None) -> str:
        """Return the sheet of that name, or the only one that is not empty.

        Raises
        ------
        SourceError
            If there is none, or several could be meant.
        """
        if name is not None:
            for sheet in self.sheets:
                if sheet.casefold() == name.strip().casefold():
                    return sheet
            raise SourceError(
                f"{self.path}: there is no sheet {name!r}; found {_listed(self.sheets)};"
                " name one of them with --sheet"
            )
        filled = [sheet for sheet in self.sheets if len(self.sheets) == 1 or self._rows(sheet)[0]]
        if len(filled) != 1:
            found = f"{len(filled)} sheets ({_listed(filled)})" if filled else "nothing but blanks"
            raise SourceError(f"{self.path}: {found}; say with --sheet which holds the wards")
        return filled[0]


def open_book(path: Path, *, progress: Progress | None = None) -> Book:
    """Look at a CSV or Excel file and open it; no limit is passed on the way.

    Parameters
    ----------
    progress
        Told of the bytes that have been looked through, of all.

    Raises
    ------
    SourceError
        If the file is not there, empty, too large, damaged, protected, or of another kind.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise SourceError(f"{path}: {what}; give a CSV or an Excel workbook")
    size = path.stat().st_size
    if size > FILE_BYTES:
        raise SourceError(
            f"{path}: {size / 1e6:,.0f} MB; at most {FILE_BYTES / 1e6:,.0f} MB are read:"
            " save the sheet that holds the wards to a file of its own"
        )
    with _clear_errors(path):
        with path.open("rb") as file:
            head = file.read(512)
        if not head.strip():
            raise SourceError(f"{path}: is empty; expected a header, then a row for each ward")
        if head.startswith(ZIP) and (member := only_member(path)):
            return _open_member(path, member)
        if head.startswith(ZIP):
            return _open_excel(path, _look_through(path, progress or (lambda _done, _all: None)))
        if head.startswith(OLE):
            return _open_excel(path, [])
        return _open_csv(path, head)


def not_text(head: bytes) -> str | None:
    """Say what a file is that is no text with delimiters, by its first bytes."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((kind for mark, kind in NOT_TEXT.items() if start.startswith(mark)), None)


def only_member(path: Path) -> str | None:
    """Return the one file in a ZIP, or None if the ZIP is a workbook itself.

    Raises
    ------
    SourceError
        If there is none, or several; what macOS adds does not count.
    """
    with _clear_errors(path), zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    if names & {"xl/workbook.xml", "xl/workbook.bin", "[Content_Types].xml", "content.xml"}:
        return None
    found = sorted(
        name
        for name in names
        if not name.endswith("/") and not re.search(r"(^|/)(__MACOSX/|\.)", name)
    )
    if len(found) != 1:
        listed = f": {_listed(found)}" if found else ""
        raise SourceError(
            f"{path}: is a ZIP of {len(found)} files{listed};"
            " unpack it and give the one that is meant"
        )
    return found[0]


def _open_member(path: Path, member: str) -> Book:
    """Open the one file in a ZIP, within the limits of a file."""
    with scratch() as folder:
        inner = folder / "table"
        with zipfile.ZipFile(path) as archive, inner.open("wb") as file:
            for piece in _unpack(archive, archive.getinfo(member)):
                if file.tell() + len(piece) > FILE_BYTES:
                    raise _bomb(path, f"more than {FILE_BYTES / 1e6:,.0f} MB")
                file.write(piece)
        if zipfile.is_zipfile(inner) and only_member(inner):
            raise SourceError(f"{path}: is a ZIP in a ZIP; unpack it")
        book = open_book(inner)
        for sheet in book.sheets:
            book._rows(sheet)  # while it is there
    return replace(book, path=path)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Turn what reading a damaged file raises into one line that says what to do."""
    try:
        yield
    except SourceError:
        raise
    except CalamineError as error:
        said = type(error).__name__ + str(error)
        if "assword" in said or "ncrypt" in said:
            raise SourceError(
                f"{path}: is protected by a password; save a copy without it"
            ) from error
        raise SourceError(
            f"{path}: cannot be read as an Excel workbook ({str(error)[:120]});"
            " open it and save it as .xlsx or .csv"
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, csv.Error, ValueError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise SourceError(
            f"{path}: cannot be read ({str(error)[:120]}); repair it or save it anew"
        ) from error


# --- Excel -------------------------------------------------------------------------------------


def _open_excel(path: Path, notes: list[str]) -> Book:
    workbook = CalamineWorkbook.from_path(path)
    read: dict[str, tuple[list[list[Cell]], list[Range]]] = {}

    def rows(name: str) -> tuple[list[list[Cell]], list[Range]]:
        if name not in read:
            with _clear_errors(path):
                read[name] = _excel_rows(workbook.get_sheet_by_name(name), path)
        return read[name]

    return Book(path, tuple(workbook.sheet_names), rows, notes)


def _excel_rows(sheet: CalamineSheet, path: Path) -> tuple[list[list[Cell]], list[Range]]:
    """Return the cells of a sheet, and the ranges of its merged cells."""
    if sheet.total_width > COLUMNS:
        raise _too_wide(f"{path}: the sheet {sheet.name!r}", sheet.total_width)
    rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    return rows, list(sheet.merged_cell_ranges or [])


def _look_through(path: Path, tell: Progress) -> list[str]:
    """Refuse a workbook that is none or not safe to open; return notes on cells without a value."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_kind({member.filename for member in members}, path)
        stated = sum(member.file_size for member in members)
        if stated > UNPACKED_BYTES or any(map(_is_bomb, members)):
            raise _bomb(path, f"{stated / 1e6:,.0f} MB")
        done, errors = 0, 0
        for member in members:
            look = _Look(path, member.filename) if _SHEET.fullmatch(member.filename) else None
            for piece in _unpack(archive, member):
                done += len(piece)
                if done > UNPACKED_BYTES:
                    raise _bomb(path, f"more than {UNPACKED_BYTES / 1e6:,.0f} MB")
                tell(done, stated)
                if look:
                    look.at(piece)
            if look:
                errors += look.end()
    return [f"{errors:,} cells hold an error such as #N/A and are read as empty"] if errors else []


def _check_kind(names: set[str], path: Path) -> None:
    if "xl/workbook.xml" in names or {"content.xml", "META-INF/manifest.xml"} <= names:
        return
    kind = "a ZIP archive without a workbook in it"
    if "xl/workbook.bin" in names:
        kind = "a binary workbook (.xlsb)"
    raise SourceError(f"{path}: is {kind}; save the table as .xlsx, .ods or .csv")


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    large = member.file_size > RATIO_FROM_BYTES
    return large and member.file_size > RATIO * member.compress_size


def _bomb(path: Path, size: str) -> SourceError:
    return SourceError(
        f"{path}: unpacks to {size}, far more than a table of wards has (a zip bomb?);"
        " save the sheet that holds the wards to a file of its own"
    )


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a member piece by piece, all that it really holds, whatever size its entry states."""
    member.file_size = UNPACKED_BYTES + 2 * PIECE_BYTES
    with archive.open(member) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


class _Look:
    """Watches the XML of a worksheet go by: how large it is, and which cells have no value."""

    def __init__(self, path: Path, name: str) -> None:
        self._where = f"{path}: {name.rpartition('/')[2]}"
        self._rest = b""
        self._rows = 0
        self._columns = 0
        self._errors = 0
        self._uncomputed: list[str] = []

    def at(self, piece: bytes) -> None:
        """Look at the whole rows of what has come so far."""
        text = self._rest + piece
        # A row that is empty may have no end of its own: it ends where the next one starts.
        last = max(text.rfind(b"<row "), text.rfind(b"<", 0, max(text.rfind(b":row "), 0)))
        cut = max(text.rfind(b"row>") + 4, last)
        if cut > 3:
            self._see(text[:cut])
            text = text[cut:]
        if len(text) > ROW_BYTES:
            raise SourceError(
                f"{self._where}: a row of more than {ROW_BYTES / 1e6:,.0f} MB, which no table of"
                " wards has; save the sheet that holds the wards to a file of its own"
            )
        self._rest = text

    def end(self) -> int:
        """Look at what is left, refuse what cannot be read, and count the cells with errors."""
        self._see(self._rest)
        if self._uncomputed:
            more = f" and {len(self._uncomputed) - 1:,} more" if len(self._uncomputed) > 1 else ""
            raise SourceError(
                f"{self._where}: the cell {self._uncomputed[0]}{more} holds a formula without its"
                " result; open the file in a spreadsheet, save it, and try again"
            )
        return self._errors

    def _see(self, text: bytes) -> None:
        # Rows and cells may state their places, or just follow each other.
        self._rows = max([self._rows + text.count(b"row>"), *map(int, _ROWS.findall(text))])
        letters = _LETTERS.findall(text)
        stated = max(map(_column_number, set(letters)), default=0)
        counted = 0
        if len(letters) < len(_CELL_START.findall(text)):
            counted = max(len(_CELL_START.findall(row)) for row in _ROW_START.split(text))
        self._columns = max(self._columns, stated + counted)
        self._check_size()
        if b"<f" in text or b":f" in text:
            self._uncomputed += [cell.decode() for cell in _UNCOMPUTED.findall(text)]
        if b't="e"' in text or b"t='e'" in text:
            self._errors += len(_ERROR_CELL.findall(text))

    def _check_size(self) -> None:
        if self._columns > COLUMNS:
            raise _too_wide(self._where, self._columns)
        if self._rows * self._columns > CELLS:
            raise SourceError(
                f"{self._where}: {self._rows:,} rows of {self._columns:,} columns; at most"
                f" {CELLS:,} cells are read: delete what stands below or beside the table"
            )


def _too_wide(where: str, columns: int) -> SourceError:
    return SourceError(
        f"{where}: {columns:,} columns; at most {COLUMNS:,} are read:"
        " delete those that say nothing of the wards"
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number


def _column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- CSV ---------------------------------------------------------------------------------------


def _open_csv(path: Path, head: bytes) -> Book:
    if kind := not_text(head):
        raise SourceError(f"{path}: is {kind}; give a CSV or an Excel workbook")
    data = path.read_bytes()
    if b"\0" in data and not delimited.utf16(data):
        raise SourceError(
            f"{path}: holds NUL bytes, as no text does; give a CSV or an Excel workbook"
        )
    text, encoding = delimited.decoded(data)
    rows, delimiter = _csv_rows(text.rstrip(delimited.CTRL_Z), path)
    notes = []
    if delimiter != "," or encoding != "utf-8":
        how = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}.get(encoding, encoding.upper()[:6])
        notes.append(f"read as text in {how} with {delimited.named(delimiter)} between the cells")
    return Book(path, ("",), lambda _: (rows, []), notes)


def _csv_rows(text: str, path: Path) -> tuple[list[list[Cell]], str]:
    """Return the rows of a text, and what stands between their cells."""
    first_line = text.partition("\n")[0]
    if delimiter := delimited.stated(first_line):
        text = text[len(first_line) + 1 :]
    delimiter = delimiter or delimited.delimiter(text[: 1 << 16])
    rows: list[list[Cell]] = []
    cells = 0
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        cells += len(row)
        if len(row) > COLUMNS:
            raise _too_wide(str(path), len(row))
        if cells > CELLS:
            raise SourceError(f"{path}: more than {CELLS:,} cells; split the table")
        rows.append(list(row))
    return rows, delimiter


# --- tables ------------------------------------------------------------------------------------


def _table(rows: list[list[Cell]], merged: Sequence[Range], where: str) -> tuple[pd.DataFrame, int]:
    """Return the table of a sheet, and how many of its cells were merged with one above."""
    filled = [number for number, row in enumerate(rows) if any(map(_is_filled, row))]
    if not filled:
        raise SourceError(f"{where} is empty; expected a header, then a row for each ward")
    header = delimited.header_at(*delimited.fill(rows[: delimited.HEAD_ROWS]))
    if not any(map(_is_filled, rows[header])):  # blank as far as it was looked at
        header = filled[0]
    if any(start[0] <= header <= end[0] for start, end in merged):
        raise SourceError(
            f"{where} has merged cells in its header (row {header + 1}); unmerge them, so that"
            " every column has one name"
        )
    below = [(start, end) for start, end in merged if start[0] > header]
    copied = _fill_down(rows, below, where)
    filled = sorted({*filled, *copied})
    body = [number for number in filled if number > header]
    if not body:
        raise SourceError(f"{where} has a header in row {header + 1} but no rows below it")
    width = max(len(rows[number]) for number in (header, *body))
    names = _names(rows[header], [rows[n] for n in body], width, where)
    cells = [[*rows[n], *[None] * (width - len(rows[n]))] for n in body]
    frame = pd.DataFrame(cells, dtype=object, index=pd.Index(body, name="row") + 1)
    kept = frame.iloc[:, list(names)].set_axis(list(names.values()), axis=1)
    return kept.where(kept != "", None), len(copied)


def _fill_down(rows: list[list[Cell]], merged: Sequence[Range], where: str) -> list[int]:
    """Give every row of a column of merged cells what they say; return the rows that got it."""
    copied = []
    for (top, left), (bottom, right) in merged:
        if left != right:
            if bottom > top:
                raise SourceError(
                    f"{where} has merged cells over several rows and columns (row {top + 1});"
                    " unmerge them, so that every row has its own cells"
                )
            continue  # a line across the table, such as a heading
        for number in range(top + 1, min(bottom + 1, len(rows))):
            row = rows[number]
            if any(map(_is_filled, row)) and left < len(row):
                row[left] = rows[top][left]
                copied.append(number)
    return copied


def _is_filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or not (cell == "" or cell.isspace()))


def _names(header: list[Cell], body: list[list[Cell]], width: int, where: str) -> dict[int, str]:
    """Name the columns that hold anything, by their place; one without a name by its letter."""
    names = {}
    for place in range(width):
        cell = header[place] if place < len(header) else None
        if _is_filled(cell):
            names[place] = " ".join(as_text(cell).split())
        elif any(place < len(row) and _is_filled(row[place]) for row in body):
            names[place] = f"column {_column_letters(place)}"
    seen: dict[str, int] = {}
    for place, name in names.items():
        if (other := seen.setdefault(name.casefold(), place)) != place:
            raise SourceError(
                f"{where} has two columns called {name!r} ({_column_letters(other)} and"
                f" {_column_letters(place)}); rename one"
            )
    return names


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > SHOWN else ""
    return ", ".join(repr(name) for name in names[:SHOWN]) + more


# --- cells -------------------------------------------------------------------------------------


def as_text(cell: Cell) -> str:
    """Write a cell as the spreadsheet shows it; nothing as empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def as_number(cell: Cell) -> float:
    """Read a cell as a number, with commas between thousands or before decimals; else NaN."""
    number = _number(cell)
    return number if abs(number) <= LARGEST else float("nan")


def _number(cell: Cell) -> float:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    text = as_text(cell)
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    if _NUMBER.fullmatch(text) and any(map(str.isdigit, text)):
        return float(text.replace(",", ""))
    return float("nan")


def as_figure(cell: Cell) -> float:
    """Read a cell as a number with a percent or degree sign, or a typed minus; else NaN."""
    text = as_text(cell).translate({ord("−"): "-", 0xA0: " ", 0x202F: " "}).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return as_number(text.removesuffix("%").removesuffix("°").strip())


def as_month(cell: Cell) -> str | None:
    """Read a date in any usual form, day before month, as a month (YYYY-MM); else None."""
    if isinstance(cell, (dt.date, dt.datetime)):
        return f"{cell.year:04}-{cell.month:02}"
    number = as_number(cell)
    if DAYS[0] <= number <= DAYS[1]:
        return f"{DAY_ZERO + dt.timedelta(days=int(number)):%Y-%m}"
    text = as_text(cell).replace("T", " ").removesuffix(" 00:00:00").replace("Sept ", "Sep ")
    for form in MONTH_FORMATS:
        try:
            read = dt.datetime.strptime(text, form)
        except ValueError:
            continue
        return f"{read.year:04}-{read.month:02}"
    return None
