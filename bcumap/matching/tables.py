"""Users' own tables in and out, block by block and cell for cell; knows nothing of wards.

Cells of a CSV are bytes from end to end: whatever they say, in whatever encoding, is what is
written. What may differ is quoting, which is put where a cell needs it and nowhere else.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import re
import shutil
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import shapely

from bcumap.base.errors import BcuMapError, SourceError
from bcumap.base.files import beside, scratch
from bcumap.matching import delimited, spreadsheets
from bcumap.matching.delimited import UTF8_BOM as BOM
from bcumap.matching.records import CR, LF, QUOTE, Piece, Records

CSV, CSV_GZ, PARQUET = ".csv", ".csv.gz", ".parquet"
SUFFIXES = (CSV, CSV_GZ, PARQUET)

PARQUET_BLOCK_ROWS = 1 << 15
ROW_GROUP_ROWS = 1 << 17  # of a Parquet file that is written; readers are slow with small ones
HEAD_BYTES = 1 << 16  # where the header line must end
HEAD_ROWS = 1000
MESSAGE_LENGTH = 160  # of Arrow's, which quotes a bad row in full
STDIN = Path("-")
GZIP, PARQUET_MARK, SQLITE = b"\x1f\x8b", b"PAR1", b"SQLite format 3\0"
GEOMETRY = "geometry"  # the column of text in which points of a vector file are given

Stream = IO[bytes] | gzip.GzipFile
Progress = Callable[[int, int], object]  # so much of so much is read


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written: the output is written as the input was."""

    delimiter: str = ","
    newline: bytes = b"\n"
    bom: bool = False
    encoding: str = "utf-8"  # of the header; cells are not decoded


class Block(NamedTuple):
    """Some rows, and what numbers a spreadsheet gives them.

    Attributes
    ----------
    lines
        The rows as they are written, each with the line end before it, where that says all: no cell
        is in quotes. Then `cells` are only the columns that are needed (`Table.need`).
    """

    cells: pa.RecordBatch
    numbers: npt.NDArray[np.int64]
    lines: pa.BinaryArray | None = None


class Longer(NamedTuple):
    """Rows of a CSV as they are written (`Block.lines`), and the columns that come after."""

    lines: pa.BinaryArray
    columns: list[pa.Array]


@dataclass(frozen=True)
class Table:
    """A table that is being read.

    Attributes
    ----------
    schema
        Names and types of the columns; those of a CSV are all bytes, null where a cell is empty and
        not quoted.
    head
        Some first rows, which `blocks` gives again.
    blocks
        Its rows, some thousands at a time; can be gone through once.
    dialect
        How the file is written, if its cells are text.
    geometry
        The column of points and its CRS (as `EPSG:4326`), if the file says.
    notes
        What was read how, in sentences; those on single rows come while the blocks are read.
    need
        Takes the names of the columns that are needed; the others need not be told apart in the
        blocks that are still to be read (`Block.lines`).
    """

    schema: pa.Schema
    head: pa.RecordBatch
    blocks: Iterator[Block]
    dialect: Dialect | None = None
    geometry: tuple[str, str] | None = None
    notes: Callable[[], list[str]] = list
    need: Callable[[Iterable[str]], object] = lambda _names: None


def suffix_of(path: Path) -> str:
    """Return which of `SUFFIXES` a file has; the case of its letters does not matter.

    Raises
    ------
    SourceError
        If it has another.
    """
    for suffix in (CSV_GZ, CSV, PARQUET):
        if path.name.lower().endswith(suffix):
            return suffix
    raise SourceError(f"{path}: the name must end in one of {', '.join(SUFFIXES)}")


def check_target(target: Path, *, source: Path) -> None:
    """Raise a `BcuMapError` if a table cannot be written there, before any of it is read."""
    suffix_of(target)
    if target.is_dir():
        raise BcuMapError(f"{target}: is a folder; name the file to write")
    if not target.parent.is_dir():
        raise BcuMapError(f"{target.parent}: there is no such folder to write to; make it first")
    if target.exists() and source.exists() and target.samefile(source):
        raise BcuMapError(f"{target}: is the table itself; give --out another name")


@contextmanager
def reading(
    path: Path,
    *,
    sheet: str | None = None,
    member: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Table]:
    """Open a table to read it block by block; what kind it is, its first bytes say.

    Parameters
    ----------
    path
        A CSV (also packed with gzip or in a ZIP of one file), Parquet, a workbook, GeoPackage or
        GeoJSON; `STDIN` is the standard input.
    sheet
        The sheet of a workbook, or layer of a GeoPackage, if there are several.
    member
        The CSV in a ZIP of several files.

    Raises
    ------
    SourceError
        At once or at any block, if the file is not there, empty or damaged.
    """
    tell = progress or (lambda _done, _total: None)
    with ExitStack() as stack:
        if path == STDIN:
            path = stack.enter_context(_kept(sys.stdin.buffer))
        elif not path.is_file():
            what = "is a folder" if path.is_dir() else "there is no such file"
            raise SourceError(f"{path}: {what}; give a table, as CSV, Parquet or a workbook")
        with _clear_errors(path):
            file = stack.enter_context(path.open("rb", buffering=0))
            head = file.read(512)
            file.seek(0)
            if head.startswith(PARQUET_MARK):
                yield _read_parquet(file, path, tell)
            elif head.startswith(SQLITE) or _is_geojson(head):
                yield stack.enter_context(_read_vector(path, sheet))
            elif head.startswith(spreadsheets.OLE):
                yield _read_book(path, sheet)
            elif head.startswith(spreadsheets.ZIP):
                member = member or spreadsheets.only_member(path)
                if member is None:
                    yield _read_book(path, sheet)
                else:
                    packed = stack.enter_context(zipfile.ZipFile(file))
                    stream = stack.enter_context(packed.open(member))
                    yield _read_csv(stream, file, path, tell)
            else:
                is_packed = head.startswith(GZIP)
                if not is_packed and (kind := spreadsheets.not_text(head)):
                    raise SourceError(f"{path}: is {kind}; give a table, as CSV or Parquet")
                yield _read_csv(
                    gzip.GzipFile(fileobj=file) if is_packed else file, file, path, tell
                )


@contextmanager
def _kept(stream: IO[bytes]) -> Iterator[Path]:
    """Keep what comes on a stream in a file, for as long as it is needed."""
    with scratch() as folder:
        kept = folder / "standard input"
        with kept.open("wb") as file:
            shutil.copyfileobj(stream, file)
        yield kept


def keeps_lines(path: Path, table: Table) -> bool:
    """Whether rows of a table can be written to a file as they are written in the table."""
    return table.dialect is not None and suffix_of(path) != PARQUET


def write(
    path: Path,
    schema: pa.Schema,
    blocks: Iterable[pa.RecordBatch | Longer],
    *,
    dialect: Dialect | None = None,
) -> None:
    """Write blocks as the file's name says; it appears when it is whole, or stays as it was.

    Parameters
    ----------
    blocks
        `Longer` only where the file `keeps_lines` of the table that they are of.
    dialect
        The `Table.dialect` of what the blocks were read from: how to write a CSV, and whether bytes
        are text.

    Raises
    ------
    BcuMapError
        If the file cannot be written, or a column cannot be written in its format.
    """
    suffix = suffix_of(path)
    with beside(path) as temporary:
        if suffix == PARQUET:
            _write_parquet(temporary, schema, blocks, text=dialect is not None)
        else:
            if dialect is None and (geometry := _geometry_of(schema)):
                schema, blocks = _in_text(schema, blocks, geometry[0])
            _check_flat(schema, text=dialect is not None)
            with _open_csv(temporary, packed=suffix == CSV_GZ) as stream:
                _write_csv(stream, schema, blocks, dialect or Dialect())


# --- in ----------------------------------------------------------------------------------------


def _table(
    schema: pa.Schema, blocks: Iterator[Block], dialect: Dialect | None = None, **told: Any
) -> Table:
    empty = Block(pa.RecordBatch.from_pylist([], schema), np.empty(0, np.int64))
    first = next(blocks, None) or empty
    return Table(schema, first.cells.slice(0, HEAD_ROWS), chain([first], blocks), dialect, **told)


def _read_parquet(file: IO[bytes], path: Path, tell: Progress) -> Table:
    parquet = pq.ParquetFile(file, pre_buffer=False)

    def blocks() -> Iterator[Block]:
        done = 0
        with _clear_errors(path):
            for block in parquet.iter_batches(PARQUET_BLOCK_ROWS):
                numbers = np.arange(done + 1, done + 1 + block.num_rows)
                done += block.num_rows
                tell(done, parquet.metadata.num_rows)
                yield Block(block, numbers)

    return _table(parquet.schema_arrow, blocks(), geometry=_geometry_of(parquet.schema_arrow))


def _geometry_of(schema: pa.Schema) -> tuple[str, str] | None:
    """Return the column of geometry and its CRS, as the metadata of GeoParquet have them."""
    try:
        said = json.loads((schema.metadata or {})[b"geo"])
        column = said["primary_column"]
        described = said["columns"][column].get("crs", {"id": {"authority": "EPSG", "code": 4326}})
        if said["columns"][column]["encoding"] != "WKB" or not described:
            return None
        crs = described.get("id", {})
        return column, f"{crs.get('authority')}:{crs.get('code')}"
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _read_book(path: Path, sheet: str | None) -> Table:
    """Read a sheet of a workbook, whose cells become text as the spreadsheet shows them."""
    book = spreadsheets.open_book(path)
    name = book.find(sheet)
    frame = book.read(name)
    columns = [
        pa.array([spreadsheets.as_text(cell) or None for cell in frame[column]], pa.string())
        for column in frame.columns
    ]
    cells = pa.RecordBatch.from_arrays(columns, [str(column) for column in frame.columns])
    numbers = frame.index.to_numpy(np.int64)
    blocks = (
        Block(cells.slice(start, PARQUET_BLOCK_ROWS), numbers[start : start + PARQUET_BLOCK_ROWS])
        for start in range(0, cells.num_rows, PARQUET_BLOCK_ROWS)
    )
    read = [f"read the sheet {name!r}"] if len(book.sheets) > 1 else []
    return _table(cells.schema, blocks, Dialect(), notes=lambda: [*read, *book.notes])


@contextmanager
def _read_vector(path: Path, layer: str | None) -> Iterator[Table]:
    """Read points of a GeoPackage or GeoJSON; their geometry becomes a column of text (WKT)."""
    import pyogrio
    from pyogrio.raw import open_arrow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            if layer is None and len(layers) != 1:
                raise SourceError(
                    f"{path}: {len(layers)} layers of geometry: {', '.join(layers[:10])};"
                    " name one of them with --sheet"
                )
            source = open_arrow(
                path, layer=layer or layers[0], batch_size=PARQUET_BLOCK_ROWS, use_pyarrow=True
            )
            with source as (told, reader):
                column = told["geometry_name"] or "wkb_geometry"
                at = reader.schema.get_field_index(column)
                schema = reader.schema.set(at, pa.field(GEOMETRY, pa.string()))
                schema = schema.remove_metadata()

                def blocks() -> Iterator[Block]:
                    done = 0
                    for block in reader:
                        text = _as_wkt(block.column(at))
                        cells = [*block.columns[:at], text, *block.columns[at + 1 :]]
                        numbers = np.arange(done + 1, done + 1 + block.num_rows)
                        done += block.num_rows
                        yield Block(pa.RecordBatch.from_arrays(cells, schema=schema), numbers)

                yield _table(schema, blocks(), geometry=(GEOMETRY, told["crs"] or ""))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise SourceError(f"{path}: cannot be read ({str(error)[:MESSAGE_LENGTH]})") from error


def _is_geojson(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b'"type"' in head


def _read_csv(stream: Stream, file: IO[bytes], path: Path, tell: Progress) -> Table:
    text = _Text(stream, path)
    layout = _describe(text.head, path)
    text.skip(layout.header_bytes)
    records = Records(
        text.read, layout.dialect.delimiter, len(layout.names), layout.first_row, str(path)
    )
    schema = pa.schema([pa.field(name, pa.binary()) for name in layout.names])
    needed: list[str] = []

    def blocks() -> Iterator[Block]:
        size = os.fstat(file.fileno()).st_size
        with _clear_errors(path):
            for piece in records:
                tell(file.tell(), size)
                lines = _lines(piece) if needed else None
                columns = needed if lines is not None else ()
                cells = _parsed(piece.text, schema, layout.dialect, columns)
                yield Block(cells, piece.numbers, lines)

    notes = [*text.notes, *layout.notes]
    return _table(
        schema,
        blocks(),
        layout.dialect,
        notes=lambda: [*notes, *records.mended.notes()],
        need=needed.extend,
    )


def _lines(piece: Piece) -> pa.BinaryArray | None:
    """Return rows as they are written, each with the line end before it.

    None where quotes or odd line ends may hide what is a cell.
    """
    text = np.frombuffer(piece.text, np.uint8)
    ends = np.flatnonzero(text == LF)
    before = 1 if CR in piece.text else 0
    if QUOTE in piece.text or len(ends) != len(piece.numbers):
        return None
    if before and (piece.text.count(CR) != len(ends) or (text[ends - 1] != CR).any()):
        return None
    offsets = np.append(0, ends - before).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(piece.text)]
    return pa.BinaryArray.from_buffers(pa.binary(), len(ends), buffers)


def _parsed(
    text: bytes, schema: pa.Schema, dialect: Dialect, needed: Collection[str] = ()
) -> pa.RecordBatch:
    """Read whole rows: every cell is left alone, and an empty one told from one that is quoted.

    Parameters
    ----------
    needed
        The columns, if not all.
    """
    places = [str(place) for place in range(len(schema))]  # names may come twice
    taken = [place for place in places if not needed or schema.names[int(place)] in needed]
    table = pacsv.read_csv(
        pa.BufferReader(text),
        # In this thread: what reads ahead in another may outlive the interpreter and abort it.
        pacsv.ReadOptions(column_names=places, block_size=len(text) + 1, use_threads=False),
        pacsv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            include_columns=taken,
        ),
    )
    columns = [column.combine_chunks() for column in table.columns]
    fields = [schema.field(int(place)) for place in taken]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


class _Text:
    """The bytes of a CSV in an encoding that has ASCII in it; the first are there to be looked at.

    UTF-16 becomes UTF-8; other bytes stay as they are, and are refused if they are no text.
    """

    def __init__(self, stream: Stream, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.notes: list[str] = []
        first = stream.read(HEAD_BYTES)
        encoding = delimited.utf16(first)
        self._decoder = codecs.getincrementaldecoder(encoding)() if encoding else None
        if encoding:
            self.notes.append("it is in UTF-16; a CSV is written in UTF-8")
        self._ahead = self._as_text(first)
        if self._decoder and self._ahead.startswith(BOM):
            self._ahead = self._ahead.removeprefix(BOM)
        self.head = self._ahead

    def skip(self, count: int) -> None:
        """Leave out so many of the first bytes."""
        self._ahead = self._ahead[count:]

    def read(self, size: int) -> bytes:
        """Return the next bytes: what is left of the head, then the others."""
        ahead, self._ahead = self._ahead, b""
        return ahead or self._as_text(self._stream.read(size))

    def _as_text(self, data: bytes) -> bytes:
        if self._decoder:
            return self._decoder.decode(data, final=not data).encode()
        if b"\0" in data:
            raise SourceError(
                f"{self._path}: holds NUL bytes, as no text does; save the table as CSV in UTF-8"
            )
        return data


@dataclass(frozen=True)
class _Layout:
    """Where the header of a CSV stands, what it says, and how the file is written."""

    names: list[str]
    header_bytes: int  # that end with the header
    first_row: int  # the number of the row after it
    dialect: Dialect
    notes: list[str]


def _describe(head: bytes, path: Path) -> _Layout:
    """Find the header among the first rows."""
    bom = head.startswith(BOM)
    text = head.removeprefix(BOM).decode("latin-1")
    if not text.strip(" \t\r\n\x1a"):
        raise SourceError(f"{path}: is empty; expected a line with the names of columns, then rows")
    first_line = next(io.StringIO(text, newline=""))
    skipped, notes = 0, []
    stated = delimited.stated(first_line)
    if stated:
        skipped = len(first_line)
        notes.append(f"its first line says that {delimited.named(stated)} stand between cells")
    text = text[skipped:]
    delimiter = stated or delimited.delimiter(text)
    if not stated and delimiter != ",":
        notes.append(f"{delimited.named(delimiter)} stand between cells")
    rows, ends = [], [0]
    with suppress(csv.Error):
        taken = 0

        def lines() -> Iterator[str]:
            nonlocal taken
            for line in io.StringIO(text, newline=""):
                taken += len(line)
                yield line

        for row in islice(csv.reader(lines(), delimiter=delimiter), delimited.HEAD_ROWS):
            rows.append(row)
            ends.append(taken)
    if not rows or (len(rows) == 1 and text.count('"') % 2):
        raise SourceError(
            f"{path}: cannot be read (no header ends in the first {HEAD_BYTES:,} bytes: perhaps a"
            " quote is not closed); repair the file"
        )
    at = delimited.header_at(*delimited.fill(rows))
    cells = rows[at]
    if titles := sum(any(map(str.strip, row)) for row in rows[:at]):
        before = "a row before it is" if titles == 1 else f"{titles} rows before it are"
        notes.append(f"the header is row {at + 1}; {before} left out, as titles")
    newline = next(
        (end for end in ("\r\n", "\r") if text[ends[at] : ends[at + 1]].endswith(end)), "\n"
    )
    names, encoding = cells, "latin-1"
    for encoding in ("utf-8", "cp1252", "latin-1"):
        with suppress(UnicodeDecodeError):
            names = [cell.encode("latin-1").decode(encoding) for cell in cells]
            break
    used = (len(BOM) if bom else 0) + skipped + ends[at + 1]
    return _Layout(names, used, at + 2, Dialect(delimiter, newline.encode(), bom, encoding), notes)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Turn what reading a damaged file raises into one line that says what to do."""
    try:
        yield
    except (
        pa.ArrowException,
        zlib.error,
        EOFError,
        OSError,
        csv.Error,
        UnicodeError,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
    ) as error:
        said = str(error).removeprefix("CSV parse error: ")[:MESSAGE_LENGTH]
        raise SourceError(f"{path}: cannot be read ({said}); repair the file") from error


# --- out ---------------------------------------------------------------------------------------


def _write_parquet(
    path: Path, schema: pa.Schema, blocks: Iterable[pa.RecordBatch], *, text: bool
) -> None:
    typed = schema
    if text:
        fields = [field.with_type(pa.string()) for field in schema]
        typed = pa.schema(fields, metadata=schema.metadata)
    with pq.ParquetWriter(path, typed) as writer:
        for group in _grouped(blocks, ROW_GROUP_ROWS):
            try:
                table = pa.Table.from_batches(group, schema).cast(typed)
            except pa.ArrowInvalid as error:
                raise SourceError(
                    f"the table is not in UTF-8, which {path.name} needs ({error});"
                    " save it in UTF-8, or write a CSV"
                ) from error
            writer.write_table(table)


def _grouped(blocks: Iterable[pa.RecordBatch], rows: int) -> Iterator[list[pa.RecordBatch]]:
    """Gather blocks until they have so many rows."""
    group: list[pa.RecordBatch] = []
    for block in blocks:
        group.append(block)
        if sum(each.num_rows for each in group) >= rows:
            yield group
            group = []
    if group:
        yield group


@contextmanager
def _open_csv(path: Path, *, packed: bool) -> Iterator[Stream]:
    with path.open("wb") as file:
        if not packed:
            yield file
            return
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as gz:
            yield gz


def _write_csv(
    stream: Stream,
    schema: pa.Schema,
    blocks: Iterable[pa.RecordBatch | Longer],
    dialect: Dialect,
) -> None:
    names = [name.encode(dialect.encoding, errors="replace") for name in schema.names]
    if dialect.bom:
        stream.write(BOM)
    delimiter = dialect.delimiter
    header = [_quoted(pa.array([name or None], pa.binary()), delimiter) for name in names]
    _write_rows(stream, header, dialect)
    for block in blocks:
        quoted = [_quoted(column, delimiter) for column in block.columns]
        if isinstance(block, Longer):
            _write_rows(stream, [block.lines, *quoted], dialect, between=b"")
        elif block.num_rows:
            _write_rows(stream, quoted, dialect, between=dialect.newline)


def _write_rows(
    stream: Stream, columns: list[pa.BinaryArray], dialect: Dialect, *, between: bytes = b""
) -> None:
    delimiter = pa.scalar(dialect.delimiter.encode(), pa.binary())
    rows = pc.binary_join_element_wise(*columns, delimiter, null_handling="replace")
    (text,) = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), between)
    stream.write(text.as_buffer())
    stream.write(dialect.newline)


def _check_flat(schema: pa.Schema, *, text: bool) -> None:
    """Refuse columns that a CSV cannot hold: lists and the like, and bytes that are no text."""
    for field in schema:
        try:
            _quoted(pa.array([], field.type), "")
            flat = text or not _is_bytes(field.type)
        except pa.ArrowNotImplementedError:
            flat = False
        if not flat:
            raise BcuMapError(
                f"the column {field.name!r} holds {field.type}, which a CSV cannot;"
                f" write a {PARQUET}"
            )


def _as_wkt(column: pa.Array) -> pa.StringArray:
    """Return geometries (WKB) as text, to the last digit."""
    shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    return pa.array(shapely.to_wkt(shapes, rounding_precision=-1), pa.string())


def _in_text(
    schema: pa.Schema, blocks: Iterable[pa.RecordBatch], geometry: str
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the blocks of a GeoParquet with their geometry as text, which a CSV can hold."""
    at = schema.get_field_index(geometry)
    schema = schema.set(at, pa.field(geometry, pa.string()))

    def told() -> Iterator[pa.RecordBatch]:
        for block in blocks:
            try:
                text = _as_wkt(block.column(at))
            except shapely.errors.ShapelyError as error:
                raise SourceError(f"the column {geometry!r} holds what is no WKB") from error
            cells = [*block.columns[:at], text, *block.columns[at + 1 :]]
            yield pa.RecordBatch.from_arrays(cells, schema=schema)

    return schema, told()


def _cells(column: pa.Array) -> pa.BinaryArray:
    """Return a column as bytes."""
    if not _is_bytes(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.binary())


def _is_bytes(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
    return any(test(kind) for test in (*tests, pa.types.is_fixed_size_binary))


def _quoted(column: pa.Array, delimiter: str) -> pa.BinaryArray:
    """Put into quotes what needs them: cells with a mark in them, and empty text (null is none)."""
    if pa.types.is_dictionary(column.type):
        return _quoted(column.dictionary, delimiter).take(column.indices)
    cells = _cells(column)
    marks = [b'"', delimiter.encode(), b"\r", b"\n"]
    empty = pc.equal(pc.binary_length(cells), 0)
    data = cells.buffers()[2]
    seen = data.to_pybytes() if data else b""
    if not any(mark in seen for mark in marks) and not pc.any(empty).as_py():
        return cells
    special = pc.match_substring_regex(cells, f'["{re.escape(delimiter)}\r\n]')
    inner = pc.replace_substring(cells, '"', '""')
    wrapped = pc.binary_join_element_wise(b'"', inner, b'"', b"")
    return pc.if_else(pc.or_(special, empty), wrapped, cells)
