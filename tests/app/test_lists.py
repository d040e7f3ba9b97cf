"""Strangers' files, read in a process of their own: one answer each, and nothing left behind."""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlsxwriter

from bcumap.app import lists
from bcumap.app.jobs import Queue
from bcumap.app.lists import Imported, Wish, import_apart
from bcumap.base.errors import BcuMapError
from bcumap.base.safe import STARTS_A_FORMULA
from bcumap.facts import store
from bcumap.matching import steps
from tests import datastore_workbook as fake
from tests.commands import environment

LIST = (
    b"Ward,Council,PCs,Remark\n"
    b"Cann Hall,Waltham Forest,2,fine\n"
    b"Leytonston,Waltham Forest,1,=1+1\n"
    b"<script>alert(1)</script>,Camden,1,<b>\n"
    b"=cmd|' /C calc'!A0,Camden,1,+1\n"
)
ONE = b"Place,FTE\nCann Hall,2\n"
CODES = {ward["name"]: code for code, ward in store.facts()["wards"].items()}
CANN_HALL, LEYTONSTONE = CODES["Cann Hall"], CODES["Leytonstone"]
LIMIT_S = 60  # for a process to start, read a short list and end, on a busy machine


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for all that is temporary, which each test must leave empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@contextmanager
def _in_this_process(_module: str, place: str, **_limits: object) -> Iterator[SimpleNamespace]:
    """The same steps as in a process of its own, without its limits, in a tenth of the time."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
        patch.setattr(resource, "setrlimit", lambda *_: None)
        patch.chdir(Path(place) / lists.GIVEN)
        lists.main(Path(place))
    yield SimpleNamespace(stdout=told.getvalue().splitlines(), wait=lambda: 0)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: how its own is started, limited and ended, other tests show."""
    monkeypatch.setattr(lists, "process", _in_this_process)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return import_apart(LIST, "list.csv", Wish())


def table(found: Imported, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.tables[name].decode("utf-8"))))


def read(content: bytes, name: str = "list.csv", **wish: object) -> Imported:
    return import_apart(content, name, Wish(**wish))  # type: ignore[arg-type]


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()


# --- a good list -------------------------------------------------------------------------------


def test_a_good_list_gives_a_report_its_tables_and_its_columns(imported: Imported) -> None:
    assert imported.error == ""
    assert imported.report["rows"] == {"list.csv": 4}
    assert imported.report["counts"] | {"matched": 1, "suggested": 1} == imported.report["counts"]
    assert not imported.report["is_settled"]
    assert not imported.report["official"]
    assert imported.report["series"]["wards"] == {CANN_HALL: [2.0]}
    assert set(imported.tables) == {"officers.csv", "strengths.csv", "reconciliation.csv"}
    assert imported.columns == ("Ward", "Council", "PCs", "Remark")
    assert imported.sheets == ("",)


@pytest.mark.usefixtures("here")
def test_a_list_without_open_rows_is_settled() -> None:
    found = read(ONE, columns={"ward": "Place"})
    assert found.report["is_settled"]
    assert found.report["columns"] == {"ward": "Place", "fte": "FTE"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "text",
    [
        "Ward,Borough,DWO,PCSO,Total\nDeptford,Lewisham,2,1,3\nTotal,Lewisham,2,1,3\n",
        "Ward,Borough,Officers,PCSOs\nDeptford,Lewisham,2,1\nEvelyn,Lewisham,2,0\n",
        'Ward,DWO\n"Abbey, Merton",2\nDeptford (Lewisham),2\nDeptford - Lewisham,1\n',
    ],
)
def test_the_page_counts_as_the_command_does(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    report = steps.import_file(steps.Request(path, tmp_path / "out"), store.atlas())
    found = read(text.encode())
    assert found.report["series"]["wards"] == report.series["wards"]
    assert found.report["is_settled"] is report.is_settled
    assert found.report["notes"] == report.notes
    assert table(found, "strengths.csv") == list(
        csv.DictReader(io.StringIO((tmp_path / "out" / "strengths.csv").read_text()))
    )


def test_hostile_cells_come_back_as_text_that_no_spreadsheet_runs(imported: Imported) -> None:
    rows = table(imported, "officers.csv")
    assert [row["given_Ward"] for row in rows[2:]] == [
        "<script>alert(1)</script>", "'=cmd|' /C calc'!A0",
    ]  # fmt: skip
    assert [row["given_Remark"] for row in rows] == ["fine", "'=1+1", "<b>", "'+1"]
    for name in imported.tables:
        cells = [cell for row in table(imported, name) for cell in row.values()]
        assert [cell for cell in cells if cell.startswith(STARTS_A_FORMULA)] == []


def test_how_far_it_is_is_told_and_never_goes_back() -> None:
    told: list[tuple[int, int]] = []
    import_apart(ONE, "list.csv", Wish(columns={"ward": "Place"}),
                 progress=lambda done, of: told.append((done, of)))  # fmt: skip
    assert len(told) >= 2
    assert told == sorted(told)
    assert {of for _, of in told} == {100}
    assert told[-1] == (100, 100)


# --- what its owner says of it -----------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_rows_are_decided_by_hand() -> None:
    found = read(LIST, decided={"3": LEYTONSTONE, "4": "", "5": CANN_HALL})
    rows = table(found, "officers.csv")
    assert [row["outcome"] for row in rows] == ["matched", "matched", "left out", "duplicate"]
    assert (rows[1]["ward_code"], rows[1]["ward"]) == (LEYTONSTONE, "Leytonstone")
    assert rows[2]["ward_code"] == ""
    notes = [row["note"] for row in table(found, "reconciliation.csv")[1:4]]
    assert notes == [
        "decided by hand",
        "decided by hand: no ward of today",
        "decided by hand; its ward is in row 2 already",
    ]


@pytest.mark.usefixtures("here")
def test_a_decision_for_a_ward_that_is_none_is_an_error_in_a_sentence() -> None:
    found = read(LIST, decided={"3": "E05<b>"})
    assert found.error.endswith("is no ward of today; decide for one, or for none")
    assert "<" not in found.error
    assert found.tables == {}
    assert found.columns == ("Ward", "Council", "PCs", "Remark")


@pytest.mark.usefixtures("here")
def test_a_list_that_does_not_say_its_ward_asks_which_column_does() -> None:
    found = read(ONE)
    assert found.error.startswith("no column says which ward a row is of")
    assert (found.report, found.tables) == ({}, {})
    assert found.columns == ("Place", "FTE")
    assert "there is no column 'Nowhere'" in read(ONE, columns={"ward": "Nowhere"}).error


@pytest.mark.usefixtures("here")
def test_a_borough_for_all_rows() -> None:
    abbey = b"Ward\nAbbey\n"
    assert read(abbey).report["counts"]["ambiguous"] == 1
    assert read(abbey, borough="Merton").report["counts"]["matched"] == 1


@pytest.mark.usefixtures("here")
def test_of_several_sheets_one_is_to_be_chosen() -> None:
    content = workbook({"Notes": [["Read", "me"], ["a", "b"]],
                        "Wards": [["Ward", "FTE"], ["Cann Hall", "2"]]})  # fmt: skip
    asked = read(content, "list.xlsx")
    assert asked.error.startswith("list.xlsx: 2 sheets ('Notes', 'Wards'); say with --sheet which")
    assert asked.sheets == ("Notes", "Wards")
    assert asked.columns == ()
    chosen = read(content, "list.xlsx", sheet="Wards")
    assert (chosen.error, chosen.columns) == ("", ("Ward", "FTE"))
    assert chosen.report["counts"]["matched"] == 1
    assert "there is no sheet 'X'" in read(content, "list.xlsx", sheet="X").error


# --- bad files ---------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return content.getvalue()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"Ward\n", "has a header in row 1 but no rows below it"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF"),
        (bytes(range(256)) * 9, "holds NUL bytes, as no text does"),
        (b"PK\x03\x04" + b"\xff\x07" * 500, "cannot be read"),
        (b"Ward" + b"," * 1000 + b"\nAbbey\n", "1,001 columns; at most 1,000 are read"),
        (b"x" * 100_000_001, "100 MB; at most 100 MB are read"),
        (zip_bomb(), "(a zip bomb?)"),
    ],
    ids=["nothing", "blanks", "no rows", "PDF", "bytes", "no ZIP", "wide", "large", "bomb"],
)  # fmt: skip
def test_a_bad_file_has_one_clear_error(content: bytes, why: str) -> None:
    found = read(content)
    assert why in found.error
    assert found.error.startswith("list.csv: ")
    assert "\n" not in found.error
    assert len(found.error) <= 600
    assert (found.report, found.tables, found.columns) == ({}, {}, ())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("/etc/passwd", "etcpasswd"),
        ("..\\..\\list.csv", "list.csv"),
        ("<b>.csv", "csv"),
        ("<script>alert('x')</script>.csv", "alert(x) .csv"),
        ("", "list"),
        ("....", "list"),
        ("\x00\n\u202e", "list"),
        ("-rf *;$(reboot)", "-rf (reboot)"),
        ("Liste für März.csv", "Liste für März.csv"),
        ("x" * 500, "x" * 60),
        ("😀" * 99, "list"),
        ("\ud800.csv", "csv"),
    ],
    ids=ascii,
)  # fmt: skip
def test_the_name_on_the_disk_is_harmless(name: str, told: str) -> None:
    kept = lists._file_name(name)
    assert kept == told
    assert Path(kept).name == kept
    assert kept not in (".", "..")


def test_a_bad_file_has_one_clear_error_from_a_process_of_its_own() -> None:
    assert "(a zip bomb?)" in read(zip_bomb()).error


@pytest.mark.parametrize("name", ["../../elsewhere.csv", "<b>" * 200, "pandas.py", "result.json"])
def test_a_list_of_any_name_is_read(name: str) -> None:
    found = read(b"Ward\nCann Hall\n", name)
    assert (found.error, found.report["counts"]["matched"]) == ("", 1)
    (called,) = found.report["rows"]
    assert not set("<>/\\") & set(called)
    assert len(called) <= 60


# --- limits ------------------------------------------------------------------------------------


def test_what_takes_too_long_is_ended(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "WALL_S", 0.2)
    with pytest.raises(BcuMapError, match="takes more time or memory to read than a list of wards"):
        read(ONE)
    assert list(temporary.iterdir()) == []


def reader(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run the process that reads, as `import_apart` starts it, with something changed before."""
    folder.mkdir()
    (folder / "list.csv").write_bytes(LIST)
    wish = {"file": "list.csv", "sheet": None, "columns": {}, "borough": "", "decided": {}}
    (folder / lists.WISH).write_text(json.dumps(wish))
    start = "import resource; from pathlib import Path; from bcumap.app import lists\n"
    return subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=LIMIT_S,
    )  # fmt: skip


def test_the_process_that_reads_has_little_memory_and_time(tmp_path: Path) -> None:
    done = reader(
        tmp_path / "mine",
        "lists.main(Path())\n"
        "print(resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU))",
    )
    memory, time_s = lists.MEMORY_BYTES, lists.CPU_S
    assert done.stdout.splitlines()[-1] == f"{(memory, memory)} {(time_s, time_s)}"
    assert (tmp_path / "mine" / lists.RESULT).exists()


def test_without_memory_there_is_no_result(tmp_path: Path) -> None:
    done = reader(tmp_path / "mine", "lists.MEMORY_BYTES = 100_000_000\nlists.main(Path())")
    assert done.returncode != 0
    assert not (tmp_path / "mine" / lists.RESULT).exists()


def test_a_result_of_a_process_that_failed_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho '{}' > \"$3/result.json\"\nexit 9\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(BcuMapError, match="more time or memory"):
        read(ONE)


def test_who_leaves_meanwhile_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of a visitor who is gone is ended at the next progress it would show."""
    monkeypatch.setattr(lists, "_queue", Queue(1, 0, "other lists are being read"))
    monkeypatch.setattr(lists, "PATIENCE_S", 0)

    def gone(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_apart(LIST, "list.csv", Wish(), progress=gone)
    assert read(b"").error  # its turn is free again


# --- several at once ---------------------------------------------------------------------------


class Held:
    """An import that stops at its first progress until it is let go."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self.future = pool.submit(
            import_apart, b"Ward\nCann Hall\n", "list.csv", Wish(), progress=self._wait
        )

    def _wait(self, _done: int, _of: int) -> None:
        self._begun.set()
        self._go_on.wait(LIMIT_S)

    def begun(self, *, within_s: float = LIMIT_S) -> bool:
        return self._begun.wait(within_s)

    def let_go(self) -> None:
        self._go_on.set()

    def result(self) -> Imported:
        self.let_go()
        return self.future.result(LIMIT_S)


@pytest.fixture
def hold() -> Iterator[Callable[[], Held]]:
    """Begin an import and hold it; whatever a test sees, all are let go in the end."""
    every: list[Held] = []
    with ThreadPoolExecutor(3) as pool:

        def begin() -> Held:
            every.append(Held(pool))
            return every[-1]

        yield begin
        for each in every:
            each.let_go()


def test_two_are_read_at_once_and_a_third_is_refused(
    hold: Callable[[], Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lists.AT_ONCE == 2
    monkeypatch.setattr(lists, "PATIENCE_S", 0.1)
    two = [hold(), hold()]
    assert all(each.begun() for each in two)
    began = time.monotonic()
    with pytest.raises(BcuMapError, match="other lists are being read just now; try again in a"):
        read(b"Ward\nCann Hall\n")
    assert time.monotonic() - began < 5
    assert [each.result().error for each in two] == ["", ""]
    assert read(b"").error


def test_a_third_waits_for_its_turn(hold: Callable[[], Held], temporary: Path) -> None:
    two = [hold(), hold()]
    assert all(each.begun() for each in two)
    third = hold()
    assert not third.begun(within_s=0.5)
    assert len(list(temporary.iterdir())) == 2  # its file is not even written
    assert two[0].result().error == ""
    assert third.begun()
    assert third.result().report["counts"]["matched"] == 1
    two[1].result()


# --- the Datastore's workbook ------------------------------------------------------------------


def test_the_datastore_s_workbook_with_its_series(tmp_path: Path) -> None:
    content = fake.write(tmp_path / "book.xlsx", first="2024-07", last="2024-12").read_bytes()
    told: list[int] = []
    found = import_apart(
        content, "DWO_Abstraction.xlsx", Wish(), progress=lambda done, _: told.append(done)
    )
    assert found.error == ""
    assert found.report["official"]
    assert (found.sheets, found.columns) == ((), ())  # there is nothing to choose
    assert "Camden: no rows since 2024-08: no reliable figure" in found.report["unreliable"]
    series = found.report["series"]
    assert series["months"] == fake.months("2024-07", "2024-12")
    assert (len(series["wards"]), len(series["boroughs"])) == (679, 32)
    codes = {area["name"]: code for code, area in store.facts()["boroughs"].items()}
    camden, sutton = (series["boroughs"][codes[name]] for name in ("Camden", "Sutton"))
    assert [fte is None for fte in camden] == [False, *[True] * 5]
    assert [fte is None for fte in sutton] == [False, False, False, True, True, False]
    assert set(found.tables) == {
        "strengths.parquet", "abstractions.parquet", "borough_months.csv", "ward_months.csv",
        "reconciliation.csv",
    }  # fmt: skip
    assert told == sorted(told)
    assert any(0 < done < 40 for done in told)  # it is looked through piece by piece
