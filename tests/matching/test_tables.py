"""Users' tables in and out: every cell stays as it was, and nothing is half written."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bcumap.base.errors import BcuMapError, SourceError
from bcumap.matching import records, tables
from tests.commands import everything
from tests.police import street_crime

CRIMES = street_crime(12_000).encode()  # more than one block


def copy(source: Path, target: Path) -> None:
    """Read a table and write it, with nothing done to it."""
    with tables.reading(source) as table:
        blocks = (block.cells for block in table.blocks)
        tables.write(target, table.schema, blocks, dialect=table.dialect)


def copied(text: bytes, folder: Path) -> bytes:
    (folder / "in.csv").write_bytes(text)
    copy(folder / "in.csv", folder / "out.csv")
    return (folder / "out.csv").read_bytes()


def complaint(source: Path) -> str:
    """What is said of a table that cannot be read, at once or at any block."""
    with pytest.raises(SourceError) as raised, tables.reading(source) as table:
        list(table.blocks)
    assert str(raised.value).startswith(f"{source}: ")
    return str(raised.value).removeprefix(f"{source}: ")


# --- every cell as it was ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"a,b\n1,2\n3,4\n", id="plain"),
        pytest.param(b"a,b\r\n1,2\r\n3,4\r\n", id="new lines of Windows"),
        pytest.param(b"\xef\xbb\xbfa,b\n\xc3\xa9,2\n", id="byte order mark"),
        pytest.param(b"a;b\n1,5;2\n", id="semicolons"),
        pytest.param(b"a\tb\n1\t2\n", id="tabs"),
        pytest.param(b"a|b\n1|2\n", id="bars"),
        pytest.param(b"code,b\n007,NA\n1e5,null\n", id="what looks like a number or nothing"),
        pytest.param(b'a,b\n,""\n"",\n', id="empty, quoted or not"),
        pytest.param(b'a,b\n"x,y","say ""hi"""\n"two\nlines",2\n', id="quotes that are needed"),
        pytest.param(b'"a,b","c\nd"\n1,2\n', id="quotes that a header needs"),
        pytest.param(b"Caf\xe9,b\nM\xfcnch,2\n", id="Latin-1"),
        pytest.param(b"a,b\nM\xfcnch,\xff\xfe\n", id="bytes that are no text we know"),
        pytest.param(b"a,a,\n1,2,3\n", id="names twice, and none"),
        pytest.param(b"a,b\n =1+1 ,@x\n-1,+1\n", id="what a spreadsheet would run"),
        pytest.param(b"a,b\n", id="a header only"),
        pytest.param("ward,b\nSt Mary’s & St James,🚓\n".encode(), id="any letter"),
        pytest.param(b'a,b\n"""",1\n""",""",\n', id="cells of marks"),
    ],
)
def test_a_csv_comes_out_as_it_went_in(text: bytes, tmp_path: Path) -> None:
    assert copied(text, tmp_path) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b'"a","b"\n"1","2"\n', b"a,b\n1,2\n", id="quotes that nothing needs"),
        pytest.param(b"a,b\n1,2", b"a,b\n1,2\n", id="no new line at the end"),
        pytest.param(b"a,b", b"a,b\n", id="nor after the header"),
        pytest.param(b"\n\na,b\n\n1,2\n\n", b"a,b\n1,2\n", id="blank lines"),
        pytest.param(b'a,b\n5" pipe,2\n', b'a,b\n"5"" pipe",2\n', id="a mark within a cell"),
        pytest.param(b"a,b\r1,2\r3,4\r", b"a,b\r1,2\r3,4\r", id="new lines of old Macs"),
        pytest.param(b"a,b\n1,2\r\n3,4\n", b"a,b\n1,2\n3,4\n", id="mixed new lines"),
    ],
)
def test_what_changes_is_never_a_cell(text: bytes, expected: bytes, tmp_path: Path) -> None:
    assert copied(text, tmp_path) == expected


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["", '"', '""', ",", ";", "\n", "\r\n", "\t", "NA", "007", " "]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=12))
def test_any_cells_that_python_writes_are_read_alike(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("a", "b", "c"), *rows])
    out = copied(text.getvalue().encode(), tmp_path).decode()
    assert list(csv.reader(io.StringIO(out, newline=""))) == [["a", "b", "c"], *map(list, rows)]


def test_a_csv_of_many_pieces(tmp_path: Path) -> None:
    assert len(CRIMES) > records.PIECE_BYTES
    (tmp_path / "in.csv").write_bytes(CRIMES)
    with tables.reading(tmp_path / "in.csv") as table:
        sizes = [block.cells.num_rows for block in table.blocks]
    assert len(sizes) > 1
    assert sum(sizes) == 12_000
    assert copied(CRIMES, tmp_path) == CRIMES


def test_a_quoted_cell_of_many_lines_across_pieces(tmp_path: Path) -> None:
    long = b'"' + b"line, and line\n" * 10_000 + b'"'
    text = b"a,b\n" + (b"1," + long + b"\n") * 8
    assert copied(text, tmp_path) == text


def test_the_first_rows_can_be_looked_at_before_all(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3,4\n")
    with tables.reading(tmp_path / "in.csv") as table:
        assert table.head.to_pydict() == {"a": [b"1", b"3"], "b": [b"2", b"4"]}
        assert [block.cells.num_rows for block in table.blocks] == [2]


@pytest.mark.parametrize("name", ["in.csv.gz", "in.parquet"])
def test_progress_goes_from_the_start_to_the_end(name: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(CRIMES))
    copy(tmp_path / "in.csv.gz", tmp_path / "in.parquet")
    told: list[tuple[int, int]] = []
    with tables.reading(tmp_path / name, progress=lambda *so: told.append(so)) as table:
        list(table.blocks)
    end = {"in.csv.gz": (tmp_path / "in.csv.gz").stat().st_size, "in.parquet": 12_000}[name]
    assert told == sorted(told)
    assert told[-1] == (end, end)


CELLS = st.text(st.sampled_from('ab "é\r\n,;'), max_size=4)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=30),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_that_are_lengthened_as_written_are_as_if_cell_by_cell(
    rows: list[list[str]], newline: str, quoting: int, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    if any(sign in cell for row in rows for cell in row for sign in "\r\n"):
        quoting = csv.QUOTE_ALL  # Python before 3.13 quotes only those of the newline in use
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator=newline, quoting=quoting)
        writer.writerows([["a", "b", "c"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "PIECE_BYTES", 40)
        cell_by_cell, as_written = (lengthened(source, needed) for needed in ([], ["b"]))
    assert cell_by_cell == as_written


def lengthened(source: Path, needed: list[str]) -> bytes:
    """Copy a table with its column b once more, as a dictionary that has a mark in it."""
    target = source.with_name("out.csv")
    with tables.reading(source) as table:
        table.need(needed)
        schema = table.schema.append(pa.field("d", pa.binary()))
        blocks: list[pa.RecordBatch | tables.Longer] = []
        for block in table.blocks:
            new = pa.array(block.cells["b"], pa.binary()).dictionary_encode()
            blocks.append(
                tables.Longer(block.lines, [new])
                if block.lines is not None
                else pa.RecordBatch.from_arrays(
                    [*block.cells.columns, new.cast(pa.binary())], schema=schema
                )
            )
        tables.write(target, schema, blocks, dialect=table.dialect)
    return target.read_bytes()


def test_rows_without_quotes_are_not_taken_apart(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"a,b\n" + b"1,2\n" * 50_000)
    with tables.reading(tmp_path / "in.csv") as table:
        assert tables.keeps_lines(tmp_path / "out.csv", table)
        assert not tables.keeps_lines(tmp_path / "out.parquet", table)
        table.need(["b"])
        first, *others = table.blocks
    assert first.lines is None  # it was read before anybody said what they need
    assert [block.cells.schema.names for block in others] == [["b"]] * len(others)
    assert others
    for block in others:
        assert block.lines is not None
        assert len(block.lines) == block.cells.num_rows == len(block.numbers)


# --- what others write -------------------------------------------------------------------------


def read(content: bytes, folder: Path, name: str = "in.csv") -> tuple[list[list[str]], list[str]]:
    """Every row of a table with its number in front, and what is said of how it was read."""
    (folder / name).write_bytes(content)
    found = []
    with tables.reading(folder / name) as table:
        found.append(["", *table.schema.names])
        for block in table.blocks:
            columns = [column.cast(pa.string()).to_pylist() for column in block.cells.columns]
            rows = zip(*columns, strict=True)
            found += [
                [str(number), *(cell or "" for cell in row)]
                for number, row in zip(block.numbers, rows, strict=True)
            ]
    return found, table.notes()


@pytest.mark.parametrize(
    ("content", "last", "said"),
    [
        pytest.param(b"a,b,c\n1,2,3\n4,5\n", ["3", "4", "5", ""], "fewer", id="a short row"),
        pytest.param(b"a,b\n1,2,\n3,4, ,\n", ["3", "3", "4"], "too many", id="a comma too many"),
        pytest.param(b"a,b\n1,2\n\x1a", ["2", "1", "2"], "", id="the end of DOS"),
        pytest.param(b"sep=;\na;b\n1,5;2\n", ["2", "1,5", "2"], "semicolons", id="sep="),
        pytest.param(b'"sep=|"\r\na|b\r\n1|2\r\n', ["2", "1", "2"], "bars", id="sep= in quotes"),
        pytest.param(b"a,b\n\n1,2\n\n\n3,4\n", ["6", "3", "4"], "", id="blank lines are counted"),
        pytest.param(b"a\n\n1\n\n2\n", ["5", "2"], "", id="blank lines in one column"),
        pytest.param(b'"a, b, c, d";e\nx;1\n', ["2", "x", "1"], "", id="commas in a header"),
        pytest.param(b"a;b;c\n1;x, y, z, z, z;2\n3;x, y;4\n", ["3", "3", "x, y", "4"], "semicolons",
                     id="commas in cells"),
        pytest.param("Å;b\n1;2\n".encode(), ["2", "1", "2"], "", id="the byte 0x85 in a letter"),
        pytest.param(b"b\x85;c\n1;2\n", ["2", "1", "2"], "", id="the byte 0x85 of Windows"),
        pytest.param("a;b\n1;é\n".encode("utf-16"), ["2", "1", "é"], "UTF-16", id="UTF-16"),
        pytest.param("a,b\n1,é\n".encode("utf-16-be"), ["2", "1", "é"], "UTF-16", id="no mark"),
        pytest.param(b"Title\n\nOf,2026,,\na,b,c,d\n1,2,3,4\n5,6,7,8\n", ["6", "5", "6", "7", "8"],
                     "the header is row 4; 2 rows before it", id="titles"),
        pytest.param(b'a,b\n5" pipe,2\n6" pipe\n', ["3", '6" pipe', ""], "fewer",
                     id="quotes that are none, and a short row"),
        pytest.param(b'a,b\n"x\ny",2\n"z"\n', ["3", "z", ""], "fewer", id="a cell of two lines"),
        pytest.param(b"a,b\r1,2\r3\r", ["3", "3", ""], "fewer", id="old Mac, and a short row"),
    ],
)  # fmt: skip
def test_a_table_as_somebody_wrote_it(
    content: bytes, last: list[str], said: str, tmp_path: Path
) -> None:
    rows, notes = read(content, tmp_path)
    assert rows[-1] == last
    assert said in "; ".join(notes)


def test_uneven_rows_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PIECE_BYTES", 64)
    monkeypatch.setattr(tables, "HEAD_BYTES", 64)
    lines = [b"%d,x\n" % number if number % 7 else b"%d\n\n" % number for number in range(2, 900)]
    rows, notes = read(b"a,b\n" + b"".join(lines), tmp_path)
    numbers = [int(row[0]) for row in rows[1:]]
    assert [row[1] for row in rows[1:]] == [str(number) for number in range(2, 900)]
    assert numbers[-1] == 899 + 128  # a blank line follows each seventh row
    assert notes == [
        "128 rows (7, 15, 23, 31, 39, …) had fewer cells than the header:"
        " the missing ones are empty"
    ]


CELLS = st.lists(
    st.lists(st.text('ab",;\n\r ', max_size=5), min_size=1, max_size=3), min_size=1, max_size=9
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CELLS, st.integers(1, 40), st.sampled_from(["\n", "\r\n"]))
def test_short_rows_are_read_as_python_reads_them(
    tmp_path: Path, cells: list[list[str]], piece: int, end: str
) -> None:
    """However it is cut into pieces; the header is the widest row, and no row is blank."""
    text = io.StringIO(newline="")
    write = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL)
    write.writerows([["h1", "h2", "h3"]] * 30 + cells)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(records, "PIECE_BYTES", piece)
        rows, _ = read(text.getvalue().encode(), tmp_path)
    assert [row[1:] for row in rows[30:]] == [[*row, "", ""][:3] for row in cells]


def test_one_table_in_a_zip_and_not_two(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("July/points.csv", "a,b\n1,2\n")
        archive.writestr("__MACOSX/July/._points.csv", "x")
    assert read(packed.getvalue(), tmp_path, "in.zip")[0][-1] == ["2", "1", "2"]
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", "a,b\n")
    (tmp_path / "in.zip").write_bytes(packed.getvalue())
    assert "is a ZIP of 2 files: 'July/points.csv', 'more.csv'" in complaint(tmp_path / "in.zip")


def test_the_first_bytes_say_what_a_file_is(tmp_path: Path) -> None:
    assert read(b"a,b\n1,2\n", tmp_path, "in.parquet")[0][-1] == ["2", "1", "2"]
    assert read(gzip.compress(b"a,b\n1,2\n"), tmp_path, "in.txt")[0][-1] == ["2", "1", "2"]


def test_a_workbook_has_the_rows_of_its_sheet(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "in.xlsx") as book:
        sheet = book.add_worksheet("Points")
        sheet.write_row(0, 0, ["Title"])
        sheet.write_row(2, 0, ["name", "lat", "lon"])
        sheet.write_row(4, 0, ["A", 51.4779, -0.0015])
        book.add_worksheet("Notes")
    rows, notes = read((tmp_path / "in.xlsx").read_bytes(), tmp_path, "in.xlsx")
    assert rows == [["", "name", "lat", "lon"], ["5", "A", "51.4779", "-0.0015"]]
    assert notes == ["read the sheet 'Points'"]


def test_points_of_a_geojson_and_a_geopackage(tmp_path: Path) -> None:
    here = {"type": "Point", "coordinates": [-0.0015, 51.4779]}
    feature = {"type": "Feature", "properties": {"name": "A"}, "geometry": here}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    rows, _ = read(text.encode(), tmp_path, "in.geojson")
    assert rows == [["", "name", "geometry"], ["1", "A", "POINT (-0.0015 51.4779)"]]
    gpd.read_file(tmp_path / "in.geojson").to_file(tmp_path / "in.gpkg", layer="one")
    rows, _ = read((tmp_path / "in.gpkg").read_bytes(), tmp_path, "in.gpkg")
    assert rows[1][-2:] == ["A", "POINT (-0.0015 51.4779)"]


# --- from format to format ---------------------------------------------------------------------


def test_gzip_in_and_out(tmp_path: Path) -> None:
    text = CRIMES
    (tmp_path / "in.CSV.GZ").write_bytes(gzip.compress(text))
    copy(tmp_path / "in.CSV.GZ", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == text
    copy(tmp_path / "out.csv", tmp_path / "back.csv.gz")
    assert gzip.decompress((tmp_path / "back.csv.gz").read_bytes()) == text
    assert (tmp_path / "back.csv.gz").read_bytes()[4:8] == bytes(4)  # no time of day in it


def test_several_gzip_files_in_one(tmp_path: Path) -> None:
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"))
    copy(tmp_path / "in.csv.gz", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"a,b\n1,2\n3,4\n"


def test_a_csv_as_parquet_is_text_and_back_the_same(tmp_path: Path) -> None:
    text = b'a,b\n007,"x\ny"\n,""\n'
    (tmp_path / "in.csv").write_bytes(text)
    copy(tmp_path / "in.csv", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.schema.types == [pa.string(), pa.string()]
    assert table.to_pydict() == {"a": ["007", None], "b": ["x\ny", ""]}
    copy(tmp_path / "out.parquet", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_bytes() == text


def any_types() -> pa.Table:
    noon = dt.datetime(2025, 9, 1, 12, 0, 0, 123_456)
    return pa.table(
        {
            "int": pa.array([2**60 + 1, None, -1]),
            "float": pa.array([0.1, None, 1e300]),
            "decimal": pa.array([Decimal("1.10"), None, Decimal("-2.00")]),
            "time": pa.array([noon, None, noon], pa.timestamp("us")),
            "day": pa.array([noon.date(), None, noon.date()]),
            "true": pa.array([True, None, False]),
            "category": pa.array(["x", None, "y"]).dictionary_encode(),
            "text": pa.array(["", None, "a,b"]),
            "none": pa.nulls(3),
        }
    ).replace_schema_metadata({"geo": "kept"})


def test_parquet_keeps_every_type_and_what_is_said_of_the_table(tmp_path: Path) -> None:
    table = any_types().append_column("list", pa.array([[1, 2], None, []]))
    table = table.append_column("bytes", pa.array([b"\xff\0", None, b""]))
    pq.write_table(table, tmp_path / "in.parquet")
    copy(tmp_path / "in.parquet", tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.equals(table)
    assert found.schema.metadata == table.schema.metadata


def test_parquet_as_csv(tmp_path: Path) -> None:
    pq.write_table(any_types(), tmp_path / "in.parquet")
    copy(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "int,float,decimal,time,day,true,category,text,none",
        '1152921504606846977,0.1,1.10,2025-09-01 12:00:00.123456,2025-09-01,true,x,"",',
        ",,,,,,,,",
        '-1,1e+300,-2.00,2025-09-01 12:00:00.123456,2025-09-01,false,y,"a,b",',
    ]


def test_row_groups_are_of_a_good_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP_ROWS", 100)
    schema = pa.schema({"a": pa.int64()})
    blocks = [pa.record_batch([pa.array(range(30))], schema=schema) for _ in range(7)]
    tables.write(tmp_path / "out.parquet", schema, blocks)
    written = pq.ParquetFile(tmp_path / "out.parquet").metadata
    assert [written.row_group(n).num_rows for n in range(written.num_row_groups)] == [120, 90]


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_no_rows(name: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n")
    copy(tmp_path / "in.csv", tmp_path / name)
    with tables.reading(tmp_path / name) as table:
        assert table.schema.names == ["a", "b"]
        assert sum(block.cells.num_rows for block in table.blocks) == 0


@pytest.mark.parametrize(
    ("name", "column"),
    [("list", [[1], None]), ("bytes", [b"\xff", None])],
)
def test_what_a_csv_cannot_hold(name: str, column: list[object], tmp_path: Path) -> None:
    pq.write_table(pa.table({name: column}), tmp_path / "in.parquet")
    with pytest.raises(BcuMapError, match=rf"the column '{name}' holds .*write a \.parquet"):
        copy(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert list(everything(tmp_path)) == ["in.parquet"]


def test_what_parquet_cannot_hold(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"a,b\nM\xfcnch,2\n")
    with pytest.raises(SourceError, match=r"not in UTF-8, which out\.parquet needs"):
        copy(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert list(everything(tmp_path)) == ["in.csv"]


# --- files that are no tables ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty; expected a line with the names of columns, then rows"),
        ("a.csv", b"\n\r\n\n", "is empty"),
        ("a.csv", b"\xef\xbb\xbf", "is empty"),
        ("a.csv", b"a,b\n1,2,3\n", "row 2: expected 2 columns, got 3: 1,2,3"),
        ("a.csv", b"a,b\n\n1,2\n\n1,2,3\n", "row 5: expected 2 columns, got 3: 1,2,3"),
        ("a.csv", CRIMES + b"," * 11 + b"1,2\n", "row 12,002: expected 12 columns, got 13"),
        ("a.csv", b"a,b\n1,\x002\n", "NUL bytes"),
        ("a.csv", CRIMES + b"\0", "NUL bytes"),
        ("a.csv", b'a,b\n1,"2\n3,4\n', "a quote near the end is never closed"),
        ("a.csv", b'a,b\n1,"' + b"2\n" * 500_000, "perhaps a quote is not closed"),
        ("a.csv", b'a,"b\n1,2\n', "perhaps a quote is not closed"),
        ("a.csv", b"a,b\n1," + b"2" * 600_000 + b"\n", "a row is longer than 262,144 bytes"),
        ("a.csv.gz", b"", "is empty"),
        ("a.csv.gz", gzip.compress(CRIMES, mtime=0)[:-500], "ended before the end"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6] + b"\0" * 6, "CRC check failed"),
        ("a.csv.gz", gzip.compress(b"", mtime=0)[:10] + b"\xff" * 99, "invalid block type"),
        ("a.parquet", b"PAR1" + b"a,b\n1,2\n" * 9, "magic bytes not found"),
        ("a.csv", b"%PDF-1.7", "is a PDF; give a table"),
        ("a.csv", b"<html><body>Sign in", "is a web page or XML"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 40, "cannot be read"),
        ("a.parquet", b"PAR1" + b"\0" * 90 + b"PAR1", "cannot be read"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in (line := complaint(tmp_path / name))
    assert len(line) < 300


def test_a_parquet_file_with_a_damaged_page(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path, compression="zstd")
    whole = path.read_bytes()
    path.write_bytes(whole[:20] + b"\xff" * 500 + whole[520:])
    assert complaint(path).startswith("cannot be read")


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert complaint(tmp_path / "folder.csv").startswith("is a folder")
    assert complaint(tmp_path / "no.csv").startswith("there is no such file")


# --- where it is written -----------------------------------------------------------------------


def failing() -> Iterator[pa.RecordBatch]:
    yield pa.record_batch({"a": [1]})
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_an_interrupted_run_leaves_the_old_file_whole(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("old")
    with pytest.raises(KeyboardInterrupt):
        tables.write(tmp_path / name, pa.schema({"a": pa.int64()}), failing())
    assert (tmp_path / name).read_text() == "old"
    assert list(everything(tmp_path)) == [name]


def test_a_damaged_input_leaves_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CRIMES + b"," * 11 + b"1,2\n")
    (tmp_path / "out.csv").write_text("old")
    with pytest.raises(SourceError, match="row 12,002"):
        copy(tmp_path / "in.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "old"
    assert sorted(everything(tmp_path)) == ["in.csv", "out.csv"]


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")

    def blocks() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"a": [1]})
        assert out.read_text() == "old"

    with out.open() as who_reads_meanwhile:
        tables.write(out, pa.schema({"a": pa.int64()}), blocks())
        assert who_reads_meanwhile.read() == "old"
    assert out.read_text() == "a\n1\n"
    assert list(everything(tmp_path)) == ["out.csv"]


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    tables.write(tmp_path / "out.csv", pa.schema({"a": pa.int64()}), [])
    (tmp_path / "any").touch()
    assert (tmp_path / "out.csv").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("a,b\n")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to(source)
    for target, said in (
        (source, "is the table itself"),
        (tmp_path / "link.csv", "is the table itself"),
        (tmp_path / "folder.csv", "is a folder"),
        (tmp_path / "no" / "out.csv", "there is no such folder"),
        (tmp_path / "out.xlsx", "must end in one of"),
    ):
        with pytest.raises(BcuMapError, match=said):
            tables.check_target(target, source=source)
    with pytest.raises(BcuMapError, match="cannot be written"):
        tables.write(Path("/proc/out.csv"), pa.schema({"a": pa.int64()}), [])
