"""Tables out of anybody's file: each bad one refused in one clear line, no cell lost."""

from __future__ import annotations

import datetime as dt
import io
import math
import os
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from bcumap.base.errors import SourceError
from bcumap.matching import spreadsheets
from bcumap.matching.spreadsheets import as_month, as_number, as_text, open_book

HEADER = ["Ward", "Borough", "FTE"]
ROWS = [["St Mary's", "Wandsworth", 2.5], ["Cann Hall", "Waltham Forest", 3]]

Workbook = Callable[..., Path]


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    """Write sheets of rows; what else there is in a sheet, a function may add."""

    def write(
        sheets: dict[str, list[list[Any]]], more: Callable[[Any], None] = lambda _: None
    ) -> Path:
        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
                more(sheet)
        return path

    return write


@pytest.fixture
def text(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def read(path: Path) -> pd.DataFrame:
    book = open_book(path)
    return book.read(book.find(None))


def refused(path: Path) -> str:
    """The one line with which a file is refused, and that it names the file."""
    with pytest.raises(SourceError) as error:
        read(path)
    line = str(error.value)
    assert line.startswith(str(path))
    assert "\n" not in line
    assert len(line) < 400 + len(str(path))
    return line


# --- what can be read --------------------------------------------------------------------------


def test_cells_come_as_they_are(workbook: Workbook) -> None:
    day = dt.date(2025, 8, 31)

    def add_a_day(sheet: Any) -> None:
        sheet.write_datetime(1, 3, dt.datetime(2025, 8, 31), None)
        sheet.write(0, 3, "Date")

    frame = read(workbook({"Wards": [HEADER, *ROWS]}, add_a_day))
    assert list(frame.columns) == [*HEADER, "Date"]
    assert list(frame.index) == [2, 3]  # as the spreadsheet numbers its rows
    assert list(frame["FTE"]) == [2.5, 3.0]
    assert frame["Date"][2] in (day, dt.datetime(2025, 8, 31), 45900.0)
    assert frame["Date"][3] is None


def test_blank_rows_and_titles_are_left_out_and_numbers_kept(workbook: Workbook) -> None:
    rows = [["Ward officers 2025"], [], HEADER, ROWS[0], [], ROWS[1], []]
    frame = read(workbook({"Wards": rows}))
    assert list(frame.columns) == HEADER
    assert list(frame.index) == [4, 6]


def test_a_merged_title_above_the_header_does_no_harm(workbook: Workbook) -> None:
    path = workbook(
        {"Wards": [[], HEADER, *ROWS]}, lambda sheet: sheet.merge_range("A1:C1", "Officers")
    )
    assert list(read(path).columns) == HEADER


def test_the_only_sheet_that_is_filled(workbook: Workbook) -> None:
    path = workbook({"Sheet1": [], "Wards": [HEADER, *ROWS], "Sheet3": []})
    assert len(read(path)) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_semicolons_tabs_and_bars(delimiter: str, text: Callable[..., Path]) -> None:
    lines = [delimiter.join(map(str, row)) for row in (HEADER, *ROWS)]
    frame = read(text("\r\n".join(lines)))
    assert list(frame["Borough"]) == ["Wandsworth", "Waltham Forest"]
    assert list(frame["FTE"]) == ["2.5", "3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_latin_1_and_other_encodings(encoding: str, text: Callable[..., Path]) -> None:
    frame = read(text("Ward;Borough\nSt Mary’s é;Wandsworth\n".encode(encoding)))
    assert list(frame["Ward"]) == ["St Mary’s é"]


def test_every_byte_of_latin_1_is_kept(text: Callable[..., Path]) -> None:
    """0x81 is nothing in Windows' code page."""
    assert list(read(text(b"Ward,Borough\n\x81\xe9,X\n"))["Ward"]) == ["\x81é"]


def test_quotes_line_breaks_and_short_rows(text: Callable[..., Path]) -> None:
    frame = read(text('Ward,Borough,Note\n"Ham, Petersham","Richmond","two\nlines"\nTown\n'))
    assert list(frame["Ward"]) == ["Ham, Petersham", "Town"]
    assert list(frame["Note"]) == ["two\nlines", None]


def test_a_workbook_by_another_name(workbook: Workbook, tmp_path: Path) -> None:
    path = workbook({"Wards": [HEADER, *ROWS]}).rename(tmp_path / "list.csv")
    assert len(read(path)) == 2


def test_a_column_without_a_name_is_kept(text: Callable[..., Path]) -> None:
    assert list(read(text("Ward,,Borough\nTown,kept,Enfield\n")).columns) == [
        "Ward",
        "column B",
        "Borough",
    ]


def test_formulas_give_the_result_that_is_kept_with_them(workbook: Workbook) -> None:
    path = workbook(
        {"Wards": [HEADER, *ROWS]}, lambda sheet: sheet.write_formula("C2", "=1+1", None, 2)
    )
    assert list(read(path)["FTE"]) == [2.0, 3.0]


def test_error_cells_are_empty_and_noted(workbook: Workbook) -> None:
    path = workbook(
        {"Wards": [HEADER, *ROWS]}, lambda sheet: sheet.write_formula("C2", "=NA()", None, "#N/A")
    )
    book = open_book(path)
    assert book.read("Wards")["FTE"][2] is None
    assert book.notes == ["1 cells hold an error such as #N/A and are read as empty"]


def test_text_that_looks_like_code_is_only_text(workbook: Workbook) -> None:
    attack = ['<script>alert("x")</script>', "=HYPERLINK(1)", "+1"]
    path = workbook({"Wards": [HEADER]}, lambda sheet: [
        sheet.write_string(1, place, cell) for place, cell in enumerate(attack)
    ] and None)  # fmt: skip
    assert list(read(path).iloc[0]) == attack


def test_the_progress_is_told(workbook: Workbook) -> None:
    told: list[tuple[int, int]] = []
    open_book(
        workbook({"Wards": [HEADER, *ROWS]}), progress=lambda done, of: told.append((done, of))
    )
    assert told[-1][0] == told[-1][1] > 0


def old_workbook(rows: list[list[str | float]]) -> bytes:
    """An .xls as small as can be: an OLE file with one stream, a sheet in BIFF8."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    cells = b""
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            at = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                coded = struct.pack("<HB", len(cell), 0) + cell.encode("latin-1")
                cells += record(0x0204, at + coded)
            else:
                cells += record(0x0203, at + struct.pack("<d", cell))
    start, end = (
        (lambda kind: record(0x0809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))),
        0x0A,
    )
    named = struct.pack("<HBB", 0, 5, 0) + b"Wards"
    size = len(start(5)) + 4 + 4 + len(named) + 4
    book = start(5) + record(0x85, struct.pack("<I", size) + named) + record(end)
    book = (book + start(0x10) + cells + record(end)).ljust(4096, b"\0")
    sectors = len(book) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))

    def entry(name: str, kind: int, child: int, first: int, length: int) -> bytes:
        coded = name.encode("utf-16-le")
        links = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        place = struct.pack("<III", first, length, 0)
        return (
            coded.ljust(64, b"\0") + struct.pack("<H", len(coded) + 2) + links + bytes(36) + place
        )

    head = spreadsheets.OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        "Workbook", 2, 0xFFFFFFFF, 2, len(book)
    )
    return head + struct.pack("<128I", *fat) + folder.ljust(512, b"\0") + book


def test_an_old_workbook(text: Callable[..., Path]) -> None:
    frame = read(text(old_workbook([HEADER, *ROWS]), "list.xls"))
    assert list(frame.columns) == HEADER
    assert frame.to_numpy().tolist() == [[*ROWS[0][:2], 2.5], [*ROWS[1][:2], 3.0]]


# --- what is refused ---------------------------------------------------------------------------


def test_no_file(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "missing.xlsx")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("content", ["", "\n\n  \n", "\ufeff"])
def test_empty_file(content: str, text: Callable[..., Path]) -> None:
    assert "is empty; expected a header" in refused(text(content))


def test_empty_workbook(workbook: Workbook) -> None:
    assert "is empty" in refused(workbook({"Wards": []}))
    assert "nothing but blanks" in refused(workbook({"Wards": [], "Sheet2": []}))


def test_a_header_and_nothing_below(workbook: Workbook, text: Callable[..., Path]) -> None:
    assert "a header in row 1 but no rows below it" in refused(workbook({"Wards": [HEADER]}))
    assert "a header in row 1 but no rows below it" in refused(text("Ward,Borough\n"))


def test_wrong_sheet(workbook: Workbook) -> None:
    book = open_book(workbook({"Wards": [HEADER, *ROWS], "Notes": [["x"]]}))
    assert book.find("wards") == "Wards"
    with pytest.raises(SourceError, match="no sheet 'Strength'; found 'Wards', 'Notes'"):
        book.find("Strength")
    with pytest.raises(SourceError, match=r"2 sheets \('Wards', 'Notes'\); say with --sheet"):
        book.find(None)


def test_a_file_of_500_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    path.touch()
    os.truncate(path, 500_000_000)  # a hole: it takes no room
    began = time.monotonic()
    assert "500 MB; at most 100 MB are read" in refused(path)
    assert time.monotonic() - began < 0.5


def bomb(path: Path, member_name: str, *, stated: int | None = None) -> Path:
    """A workbook of half a megabyte that unpacks to 500 MB, whatever its directory states."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(member_name, "w") as member:
            for _ in range(50):
                member.write(b" " * 10_000_000)
    if stated is not None:
        data = bytearray(path.read_bytes())
        start = data.rindex(b"PK\x01\x02", 0, data.rindex(member_name.encode()))
        data[start + 24 : start + 28] = struct.pack("<I", stated)
        path.write_bytes(data)
    return path


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.xlsx", "xl/sharedStrings.xml")
    assert path.stat().st_size < 5_000_000
    assert "unpacks to 500 MB, far more than a table of wards has (a zip bomb?)" in refused(path)


def test_a_zip_bomb_that_states_another_size(tmp_path: Path) -> None:
    line = refused(bomb(tmp_path / "bomb.xlsx", "xl/sharedStrings.xml", stated=1000))
    assert "unpacks to more than 400 MB" in line


def test_a_worksheet_that_is_one_row_without_end(tmp_path: Path) -> None:
    line = refused(bomb(tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", stated=1000))
    assert "a row of more than 17 MB" in line


def test_a_small_file_that_packs_too_well(tmp_path: Path) -> None:
    path = tmp_path / "dense.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", " " * 30_000_000)
    assert "(a zip bomb?)" in refused(path)


def sheet_xml(path: Path, cells: str) -> Path:
    """A workbook whose sheet is written by hand, as no spreadsheet would."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Wards").write(0, 0, "Ward")
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                head, _, rest = data.partition(b"<sheetData>")
                tail = rest.partition(b"</sheetData>")[2]
                data = head + b"<sheetData>" + cells.encode() + b"</sheetData>" + tail
            new.writestr(member, data)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"/></row><row r="1048576"><c r="ALL1048576"><v>1</v></c></row>',
        "<x:row r='1048576' xmlns:x='y'><x:c r='ZZ1048576'><x:v>1</x:v></x:c></x:row>",
        '<row r="1048576">' + "<c><v>1</v></c>" * 500 + "</row>",
    ],
)
def test_two_cells_that_are_a_continent_apart(cells: str, tmp_path: Path) -> None:
    """Opened, they would be a table of a thousand million cells."""
    line = refused(sheet_xml(tmp_path / "apart.xlsx", cells))
    assert "at most" in line


def test_10_000_columns(workbook: Workbook, text: Callable[..., Path]) -> None:
    wide = [f"c{number}" for number in range(10_000)]
    assert "10,000 columns; at most 1,000 are read" in refused(workbook({"Wards": [wide, wide]}))
    assert "10,000 columns; at most 1,000 are read" in refused(text(",".join(wide) + "\n1,2\n"))


def test_columns_without_places(tmp_path: Path) -> None:
    cells = "<row>" + "<c><v>1</v></c>" * 10_000 + "</row>"
    assert "10,000 columns" in refused(sheet_xml(tmp_path / "wide.xlsx", cells))


def test_too_many_cells_in_a_csv(
    text: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "CELLS", 100)
    assert "more than 100 cells" in refused(text("Ward,Borough\n" * 60))


def test_merged_headers(workbook: Workbook) -> None:
    across = workbook(
        {"Wards": [HEADER, *ROWS]}, lambda sheet: sheet.merge_range("B1:C1", "Officers")
    )
    assert "merged cells in its header (row 1); unmerge them" in refused(across)
    two_lines = workbook(
        {"Wards": [HEADER, *ROWS]}, lambda sheet: sheet.merge_range("A1:A2", "Ward")
    )
    assert "merged cells" in refused(two_lines)


def test_merged_cells_below_the_header(workbook: Workbook) -> None:
    """One borough written beside all of its wards: each of them has it, and that is told."""
    path = workbook(
        {"Wards": [HEADER, *ROWS]}, lambda sheet: sheet.merge_range("B2:B3", "Wandsworth")
    )
    book = open_book(path)
    assert book.read(book.find(None)).iloc[:2, 1].tolist() == ["Wandsworth", "Wandsworth"]
    assert book.notes == ["1 merged cells are filled down"]


def test_commas_in_notes_are_no_delimiter(text: Callable[..., Path]) -> None:
    lines = ["Ward;DWO;Notes", *(f"Ward {n};2;shared with A, B, C, D and E" for n in range(5))]
    book = open_book(text("\n".join(lines)))
    assert list(book.read("").columns) == ["Ward", "DWO", "Notes"]


def test_delimiters_in_quotes_do_not_count(text: Callable[..., Path]) -> None:
    book = open_book(text('"Ward; its name",DWO\n"A; b; c",2\nD,1\n'))
    assert list(book.read("").columns) == ["Ward; its name", "DWO"]


def test_formula_cells_without_a_result(workbook: Workbook) -> None:
    def add(sheet: Any) -> None:
        sheet.write_formula("C2", "=1+1", None, "")
        sheet.write_formula("C3", "=1+2", None, "")

    line = refused(workbook({"Wards": [HEADER, *ROWS]}, add))
    assert "the cell C2 and 1 more holds a formula without its result; open the file in a" in line


def test_two_columns_of_one_name(text: Callable[..., Path]) -> None:
    line = refused(text("Ward,FTE,fte\nTown,1,2\n"))
    assert "two columns called 'fte' (B and C); rename one" in line


def test_a_quote_that_is_never_closed(text: Callable[..., Path]) -> None:
    assert "cannot be read" in refused(text('Ward,Borough\n"Town,Enfield\n'))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PAR1....", "Parquet"),
        (b"\x1f\x8b\x08\0", "packed with gzip"),
        (b"<html><table>", "a web page or XML"),
        (b'{"wards": []}', "JSON"),
        (b"Ward\0,Borough\n", "NUL bytes"),
    ],
)
def test_files_of_another_kind(content: bytes, kind: str, text: Callable[..., Path]) -> None:
    assert kind in refused(text(content, "list.xls"))


def test_an_opendocument_spreadsheet_is_read(tmp_path: Path) -> None:
    cells = "".join(
        f"<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>"
        for text in ("Ward", "DWO", "Deptford", "2")
    ).split("</table:table-cell>")
    rows = [
        "".join(f"{cell}</table:table-cell>" for cell in pair) for pair in (cells[:2], cells[2:4])
    ]
    content = (
        "<office:document-content"
        " xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
        " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
        " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'><office:body>"
        "<office:spreadsheet><table:table table:name='Wards'>"
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    assert open_book(path).read("Wards").to_dict("list") == {"Ward": ["Deptford"], "DWO": ["2"]}


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ],
)
def test_archives_of_another_kind(member: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    assert kind in refused(path)


def test_damaged_workbooks(workbook: Workbook, tmp_path: Path) -> None:
    data = workbook({"Wards": [HEADER, *ROWS]}).read_bytes()
    for broken in (data[:2000], data[:-30], data[:300] + b"\0" * 400 + data[700:]):
        path = tmp_path / "broken.xlsx"
        path.write_bytes(broken)
        assert "repair it or save it anew" in refused(path)


def test_an_old_or_protected_workbook_that_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(spreadsheets.OLE + b"\0" * 2000)
    refused(path)


# --- cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "number"),
    [(2.5, 2.5), (3, 3.0), ("2.5", 2.5), (" 1,234.5 ", 1234.5), ("2,5", 2.5), ("1,500", 1500.0),
     ("-1", -1.0), (".5", 0.5)],
)  # fmt: skip
def test_numbers(cell: object, number: float) -> None:
    assert as_number(cell) == number


@pytest.mark.parametrize("cell", [None, "", "two", "-", ".", "1.2.3", "nan", "inf", True, "1e5"])
def test_what_is_no_number(cell: object) -> None:
    assert math.isnan(as_number(cell))


@pytest.mark.parametrize(
    "cell",
    [dt.date(2025, 8, 31), dt.datetime(2025, 8, 1), 45900.0, "2025-08-31", "31/08/2021 ".strip()
     .replace("2021", "2025"), "2025-08-31 00:00:00", "Aug-25", "August 2025", "202508", "08/2025"],
)  # fmt: skip
def test_months(cell: object) -> None:
    assert as_month(cell) == "2025-08"


@pytest.mark.parametrize("cell", [None, "", "soon", "2025", 3.0, "13/2025", True])
def test_what_is_no_month(cell: object) -> None:
    assert as_month(cell) is None


def test_text() -> None:
    assert [as_text(cell) for cell in (None, 3.0, 2.5, " x ", 5)] == ["", "3", "2.5", "x", "5"]
