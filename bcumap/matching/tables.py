"""Users' own tables in and out, block by block and cell for cell; knows nothing of wards.

Cells of a CSV are bytes from end to end: whatever they say, in whatever encoding, is what is
written. What may differ is quoting, which is put where a cell needs it and nowhere else.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bcumap.base.errors import BcuMapError, SourceError
from bcumap.base.files import beside

CSV, CSV_GZ, PARQUET = ".csv", ".csv.gz", ".parquet"
SUFFIXES = (CSV, CSV_GZ, PARQUET)

# What is read of a CSV at a time: Arrow reads up to 32 pieces ahead, so they are small; lookups are
# slow in small blocks, so the pieces are put together.
CSV_PIECE_BYTES = 1 << 18
CSV_BLOCK_PIECES = 8
PARQUET_BLOCK_ROWS = 1 << 15
ROW_GROUP_ROWS = 1 << 17  # of a Parquet file that is written; readers are slow with small ones
HEAD_BYTES = 1 << 16  # where the header line must end
HEAD_ROWS = 1000
MESSAGE_LENGTH = 160  # of Arrow's, which quotes a bad row in full

DELIMITERS = ",;\t|"
BOM = b"\xef\xbb\xbf"

Stream = IO[bytes] | gzip.GzipFile
Progress = Callable[[int, int], object]  # so much of so much is read


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written: the output is written as the input was."""

    delimiter: str = ","
    newline: bytes = b"\n"
    bom: bool = False
    encoding: str = "utf-8"  # of the header; cells are not decoded


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
        How the file is written, if it is a CSV.
    """

    schema: pa.Schema
    head: pa.RecordBatch
    blocks: Iterator[pa.RecordBatch]
    dialect: Dialect | None = None


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
def reading(path: Path, *, progress: Progress | None = None) -> Iterator[Table]:
    """Open a table to read it block by block.

    Raises
    ------
    SourceError
        At once or at any block, if the file is not there, empty, damaged or not what its name says.
    """
    suffix = suffix_of(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise SourceError(f"{path}: {what}; give a table as {', '.join(SUFFIXES)}")
    tell = progress or (lambda _done, _total: None)
    with _clear_errors(path):
        file = path.open("rb", buffering=0)
    with file:
        if suffix == PARQUET:
            yield _read_parquet(file, path, tell)
        else:
            yield _read_csv(file, path, tell, packed=suffix == CSV_GZ)


def write(
    path: Path,
    schema: pa.Schema,
    blocks: Iterable[pa.RecordBatch],
    *,
    dialect: Dialect | None = None,
) -> None:
    """Write blocks as the file's name says; it appears when it is whole, or stays as it was.

    Parameters
    ----------
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
            _check_flat(schema, text=dialect is not None)
            with _open_csv(temporary, packed=suffix == CSV_GZ) as stream:
                _write_csv(stream, schema, blocks, dialect or Dialect())


# --- in ----------------------------------------------------------------------------------------


def _table(
    schema: pa.Schema, blocks: Iterator[pa.RecordBatch], dialect: Dialect | None = None
) -> Table:
    first = next(blocks, None) or pa.RecordBatch.from_pylist([], schema)
    return Table(schema, first.slice(0, HEAD_ROWS), chain([first], blocks), dialect)


def _read_parquet(file: IO[bytes], path: Path, tell: Progress) -> Table:
    with _clear_errors(path):
        parquet = pq.ParquetFile(file, pre_buffer=False)

    def blocks() -> Iterator[pa.RecordBatch]:
        done = 0
        with _clear_errors(path):
            for block in parquet.iter_batches(PARQUET_BLOCK_ROWS):
                done += block.num_rows
                tell(done, parquet.metadata.num_rows)
                yield block

    return _table(parquet.schema_arrow, blocks())


def _read_csv(file: IO[bytes], path: Path, tell: Progress, *, packed: bool) -> Table:
    with _clear_errors(path):
        stream: Stream = gzip.GzipFile(fileobj=file) if packed else file
        text = _Text(stream, path)
        names, skip, dialect = _describe(text.head, path)
        reader = pacsv.open_csv(text, **_csv_options(names, skip, dialect))

    def blocks() -> Iterator[pa.RecordBatch]:
        size = os.fstat(file.fileno()).st_size
        last_cell = None
        with _clear_errors(path):
            while pieces := list(islice(reader, CSV_BLOCK_PIECES)):
                tell(file.tell(), size)
                block = pa.concat_batches(pieces)
                last_cell = block.columns[-1][-1].as_py()
                yield block
            if text.quotes % 2 and b"\n" in (last_cell or b""):  # Arrow lets it pass
                raise SourceError(f"{path}: a quote near the end is never closed; repair the file")

    return _table(reader.schema, blocks(), dialect)


def _csv_options(names: list[str], skip: int, dialect: Dialect) -> dict[str, Any]:
    """Say to Arrow: leave every cell alone, and tell an empty one from one that is quoted."""
    return {
        "read_options": pacsv.ReadOptions(
            column_names=names,
            skip_rows_after_names=skip,
            block_size=CSV_PIECE_BYTES,
            use_threads=False,  # else a bad row has no number
        ),
        "parse_options": pacsv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    }


class _Text(io.RawIOBase):
    """The bytes of a CSV, refused if they are no text; the first are there to be looked at."""

    def __init__(self, stream: Stream, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.quotes = 0
        self.head = self._next(HEAD_BYTES)
        if self.head and not any(end in self.head for end in (b"\n", b"\r")):
            self.head += b"\n"  # Arrow takes no header that does not end
        self._ahead = self.head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes: what is left of the head, then the others."""
        ahead, self._ahead = self._ahead[:size], self._ahead[size:]
        return ahead or self._next(size)

    def _next(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.quotes += data.count(b'"')
        if b"\0" in data:
            raise SourceError(
                f"{self._path}: holds NUL bytes, as no text does (or it is UTF-16);"
                " save the table as CSV in UTF-8"
            )
        return data


def _describe(head: bytes, path: Path) -> tuple[list[str], int, Dialect]:
    """Read the header from the first bytes: names, how many lines they take, how it is written."""
    bom = head.startswith(BOM)
    text = head.removeprefix(BOM).decode("latin-1")
    line = text.lstrip("\r\n").splitlines(keepends=True)[:1]
    if not line:
        raise SourceError(f"{path}: is empty; expected a line with the names of columns, then rows")
    delimiter = max(DELIMITERS, key=line[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    blank = 0
    while not (cells := next(rows)):
        blank += 1
    newline = next((end for end in ("\r\n", "\r") if line[0].endswith(end)), "\n")
    try:
        names, encoding = [cell.encode("latin-1").decode() for cell in cells], "utf-8"
    except UnicodeDecodeError:
        names, encoding = cells, "latin-1"
    return names, blank + 1, Dialect(delimiter, newline.encode(), bom, encoding)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Turn what reading a damaged file raises into one line that says what to do."""
    try:
        yield
    except (pa.ArrowException, zlib.error, EOFError, OSError, csv.Error, UnicodeError) as error:
        said = str(error).removeprefix("CSV parse error: ")[:MESSAGE_LENGTH]
        if "straddling" in said:
            said = f"a row is longer than {CSV_PIECE_BYTES:,} bytes: perhaps a quote is not closed"
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
    stream: Stream, schema: pa.Schema, blocks: Iterable[pa.RecordBatch], dialect: Dialect
) -> None:
    names = [name.encode(dialect.encoding, errors="replace") for name in schema.names]
    if dialect.bom:
        stream.write(BOM)
    _write_rows(stream, [pa.array([name or None], pa.binary()) for name in names], dialect)
    for block in blocks:
        if block.num_rows:
            _write_rows(stream, [_cells(column) for column in block.columns], dialect)


def _write_rows(stream: Stream, columns: list[pa.BinaryArray], dialect: Dialect) -> None:
    quoted = [_quoted(column, dialect.delimiter) for column in columns]
    delimiter = pa.scalar(dialect.delimiter.encode(), pa.binary())
    rows = pc.binary_join_element_wise(*quoted, delimiter, null_handling="replace")
    (text,) = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), dialect.newline)
    stream.write(text.as_buffer())
    stream.write(dialect.newline)


def _check_flat(schema: pa.Schema, *, text: bool) -> None:
    """Refuse columns that a CSV cannot hold: lists and the like, and bytes that are no text."""
    for field in schema:
        try:
            _cells(pa.array([], field.type))
            flat = text or not _is_bytes(field.type)
        except pa.ArrowNotImplementedError:
            flat = False
        if not flat:
            raise BcuMapError(
                f"the column {field.name!r} holds {field.type}, which a CSV cannot;"
                f" write a {PARQUET}"
            )


def _cells(column: pa.Array) -> pa.BinaryArray:
    """Return a column as bytes."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not _is_bytes(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.binary())


def _is_bytes(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)
    return any(test(kind) for test in (*tests, pa.types.is_fixed_size_binary))


def _quoted(cells: pa.BinaryArray, delimiter: str) -> pa.BinaryArray:
    """Put into quotes what needs them: cells with a mark in them, and empty text (null is none)."""
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
