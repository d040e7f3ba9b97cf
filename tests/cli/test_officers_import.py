"""`bcumap officers import` as people call it: tables, reconciliation, report, bad input."""

from __future__ import annotations

import csv
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bcumap.facts import store
from bcumap.matching.steps import RECONCILIATION
from tests import datastore_workbook as fake
from tests.commands import COMMAND, Outcome, environment, everything, run, run_here

LIST = (
    "Ward;Council;PCs;PCSOs\n"
    "Cann Hall;Waltham Forest;2;1\n"
    "Can Hal;Waltham Forest;2;1\n"
    "Leytonston;Waltham Forest;1,5;one\n"
    "Bethnal Green;Tower Hamlets;2;1\n"
    "Cann Hall Ward;LB Waltham Forest;2;1\n"
    "Neptune Bay;Waltham Forest;2;1\n"
)


@pytest.fixture
def import_(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Import a file, in a folder of its own, to `out` in that folder."""
    monkeypatch.chdir(tmp_path)

    def run_import(content: str | bytes | Path, *words: str) -> Outcome:
        path = content if isinstance(content, Path) else tmp_path / "list.csv"
        if not isinstance(content, Path):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ("officers", "import", str(path), "--out", "out", *words)
        return run_here(*words, monkeypatch=monkeypatch, capsys=capsys)

    return run_import


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- the Datastore's workbook ------------------------------------------------------------------


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("official")
    path = fake.write(folder / "DWO_Abstraction.xlsx", first="2024-07", last="2024-12")
    return folder / "out", run("officers", "import", path, "--out", folder / "out")


def test_the_report_tells_the_traps(imported: tuple[Path, Outcome]) -> None:
    _, done = imported
    assert (done.code, done.err) == (1, "")  # quiet in a pipe; some teams need a look
    assert "the Datastore's workbook" in done.out
    assert "Gap in strengths: no rows for 2024-10, 2024-11" in done.out
    assert "Camden: no rows since 2024-08: no reliable figure" in done.out
    assert "Islington: far too few officers since 2024-08: no reliable figure" in done.out
    assert "Town Centre Team, Tower Hamlets Borough" in done.out
    assert "Turkey Street Ward, Enfield Borough → Bullsmoor, Enfield" in done.out


def test_every_row_is_in_the_tables_with_our_codes(imported: tuple[Path, Outcome]) -> None:
    out, _ = imported
    strengths = pd.read_parquet(out / "strengths.parquet")
    assert list(strengths.columns) == [
        "month", "bcu_code", "borough_code", "ward_code", "team", "rank", "fte",
    ]  # fmt: skip
    given = list(fake.strength_rows("2024-07", "2024-12"))
    assert len(strengths) == len(given)
    assert strengths["fte"].sum() == pytest.approx(sum(row[-1] for row in given))
    assert strengths["borough_code"].notna().all()
    assert strengths["bcu_code"].notna().all()
    assert "NA" in set(strengths["bcu_code"])  # North Area, not a missing value
    truth = {(row[1], row[2]): row[3] for row in fake.teams()}
    assert len(truth) == 679
    facts = store.facts()
    names = {team.removesuffix(" Ward"): code for (_, team), code in truth.items()}
    brockley = strengths[strengths["team"] == "Brockley Ward"]["ward_code"].unique()
    assert list(brockley) == [names["Brockley"]]
    placed = strengths.dropna(subset="ward_code")
    for team, code in placed[["team", "ward_code"]].drop_duplicates().to_numpy():
        assert fake.OLDER_TEAMS.get(name := facts["wards"][code]["name"], name) in team
    lost = strengths[strengths["ward_code"].isna()]["team"].unique()
    assert list(lost) == ["Turkey Street Ward"]
    abstractions = pd.read_parquet(out / "abstractions.parquet")
    assert len(abstractions) == len(list(fake.abstraction_rows("2024-07", "2024-12")))


def test_the_series_of_wards_and_boroughs(imported: tuple[Path, Outcome]) -> None:
    out, _ = imported
    boroughs = rows(out / "borough_months.csv")
    assert len(boroughs) == 32 * 6
    flags = {(row["borough"], row["month"]): row["strength_flag"] for row in boroughs}
    assert flags["Camden", "2024-07"] == "ok"
    assert flags["Camden", "2024-09"] == "missing"
    assert flags["Islington", "2024-09"] == "suspect"
    assert flags["Sutton", "2024-10"] == "gap"
    assert Counter(flags.values()) == {"ok": 30 * 4 + 2, "gap": 64, "missing": 3, "suspect": 3}
    for row in boroughs:
        assert (row["fte"] == "") == (row["strength_flag"] != "ok")
    assert len(rows(out / "ward_months.csv")) == 679 * 6


def test_every_team_is_in_the_reconciliation(imported: tuple[Path, Outcome]) -> None:
    out, _ = imported
    lines = rows(out / "reconciliation.csv")
    assert Counter(line["outcome"] for line in lines) == {
        "matched": 678,
        "suggested": 1,
        "unknown": 1,
    }
    total = len(list(fake.strength_rows("2024-07", "2024-12")))
    total += len(list(fake.abstraction_rows("2024-07", "2024-12")))
    assert sum(int(line["rows"]) for line in lines) == total


def test_the_workbook_again_with_its_suggestions(
    imported: tuple[Path, Outcome], import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    source = imported[0].parent / "DWO_Abstraction.xlsx"
    done = import_(source, "--accept-suggestions", "--sheet", "strengths")
    assert done.code == 1  # Ward_Code is in the other sheet: nothing says what Turkey Street is
    assert "the file has no sheet of abstractions" in done.out
    assert not (tmp_path / "out" / "abstractions.parquet").exists()


# --- lists -------------------------------------------------------------------------------------


def test_a_list_from_end_to_end(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    done = import_(LIST)
    assert done.code == 1
    lines = rows(tmp_path / "out" / "officers.csv")
    assert [line["outcome"] for line in lines] == [
        "matched", "ambiguous", "suggested", "ambiguous", "duplicate", "unknown",
    ]  # fmt: skip
    assert [line["given_Ward"] for line in lines] == [
        line.split(";")[0] for line in LIST.splitlines()[1:]
    ]
    assert [line["row"] for line in lines] == ["2", "3", "4", "5", "6", "7"]
    assert [bool(line["ward_code"]) for line in lines] == [True, False, False, False, True, False]
    assert (lines[0]["borough"], lines[0]["bcu"]) == ("Waltham Forest", "North East")
    found = rows(tmp_path / "out" / "reconciliation.csv")
    assert [line["outcome"] for line in found[:6]] == [line["outcome"] for line in lines]
    assert "Bethnal Green East, Tower Hamlets" in found[3]["suggestions"]
    assert "its ward is in row 2 already" in found[4]["note"]
    none = [line["ward"] for line in found if line["outcome"] == "no row"]
    assert "Hoe Street" in none
    assert "Cann Hall" not in none
    assert "1 row (4) without a usable pcso" in done.out


def test_numbers_become_strengths(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    import_(LIST)
    strengths = rows(tmp_path / "out" / "strengths.csv")
    assert len(strengths) == 7  # "one" is no number, and Cann Hall is given twice
    assert [row["rank"] for row in strengths[:2]] == ["Constable", "PCSO"]
    assert strengths[2]["fte"] == "1.5"


def test_a_ward_given_twice_is_added_when_asked(
    import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    done = import_("Ward,Borough,DWO\nDeptford,Lewisham,2\nDeptford,Lewisham,1\n")
    assert done.code == 1
    assert "--duplicates add, first or second" in done.out
    done = import_(tmp_path / "list.csv", "--duplicates", "add")
    assert done.code == 0
    assert [row["fte"] for row in rows(tmp_path / "out" / "strengths.csv")] == ["2", "1"]


def test_officers_beside_pcsos_are_asked_for(
    import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    done = import_("Ward,Borough,Officers,PCSOs\nDeptford,Lewisham,2,1\n")
    assert done.code == 1
    assert "--officers-include-pcsos or --officers-exclude-pcsos" in done.out
    done = import_(tmp_path / "list.csv", "--officers-include-pcsos")
    assert done.code == 0
    assert [row["fte"] for row in rows(tmp_path / "out" / "strengths.csv")] == ["2"]


def test_suggestions_are_taken_only_when_asked(
    import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    text = "ward,borough\nLeytonston,Waltham Forest\n"
    assert import_(text).code == 1
    assert rows(tmp_path / "out" / "officers.csv")[0]["ward_code"] == ""
    done = import_(text, "--accept-suggestions")
    assert done.code == 0
    assert rows(tmp_path / "out" / "officers.csv")[0]["ward"] == "Leytonstone"


def test_a_clean_list_is_done(import_: Callable[..., Outcome]) -> None:
    done = import_("ward,borough\nCann Hall,Waltham Forest\n")
    assert (done.code, done.err) == (0, "")
    assert "not matched for certain" not in done.out


def test_columns_by_hand(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    text = "Place,Where\nCann Hall,Waltham Forest\n"
    line = import_(text).line
    assert "no column says which ward a row is of; name it with --column ward=NAME" in line
    assert "the columns are 'Place', 'Where'" in line
    assert import_(text, "--column", "ward=Place", "--column", "borough=where").code == 0
    assert "no column 'Nowhere'" in import_(text, "--column", "ward=Nowhere").line
    assert "--column colour=…: a column can be" in import_(text, "--column", "colour=x").line
    assert "write it as ward=NAME" in import_(text, "--column", "Place").line


def code_of(name: str) -> str:
    (code,) = [code for code, ward in store.facts()["wards"].items() if ward["name"] == name]
    return code


def test_rows_decided_one_by_one(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    text = "ward,borough\nLeytonston,Waltham Forest\nBethnal Green,Tower Hamlets\n"
    assert import_(text).code == 1
    east = code_of("Bethnal Green East")
    decided = ("--decide", f"2={code_of('Leytonstone')}", "--decide", f" 3 = {east} ")
    done = import_(text, *decided)
    assert (done.code, done.err) == (0, "")
    lines = rows(tmp_path / "out" / "officers.csv")
    assert [line["outcome"] for line in lines] == ["matched", "matched"]
    assert [line["ward"] for line in lines] == ["Leytonstone", "Bethnal Green East"]
    found = rows(tmp_path / "out" / "reconciliation.csv")
    assert [line["note"] for line in found[:2]] == ["decided by hand", "decided by hand"]
    assert east not in {line["ward_code"] for line in found if line["outcome"] == "no row"}


def test_a_row_decided_for_no_ward(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    done = import_("ward,borough\nCann Hall,Waltham Forest\n", "--decide", "2=")
    assert done.code == 0
    (line,) = rows(tmp_path / "out" / "officers.csv")
    assert (line["outcome"], line["ward_code"]) == ("left out", "")
    found = rows(tmp_path / "out" / "reconciliation.csv")
    assert found[0]["note"] == "decided by hand: no ward of today"


@pytest.mark.parametrize("text", ["2", "", "=", "=E05013882", "Cann Hall"])
def test_a_decision_that_is_none(text: str, import_: Callable[..., Outcome]) -> None:
    done = import_("ward\nCann Hall\n", "--decide", text)
    assert done.code == 2
    assert done.line == f"bcumap: --decide {text}: write it as 12=E05013719, or 12= for no ward"


@pytest.mark.parametrize("code", ["E05000026", "Leytonstone", "\x1b[2J"])
def test_a_decision_for_a_ward_that_is_not_of_today(
    code: str, import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    done = import_("ward\nCann Hall\n", "--decide", f"2={code}")
    assert done.code == 2
    assert done.line == f"bcumap: {code!r} is no ward of today; decide for one, or for none"
    assert not (tmp_path / "out").exists()


def test_a_team_of_the_workbook_is_decided_by_its_sheet_and_row(
    imported: tuple[Path, Outcome], import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    source, before = imported[0].parent / "DWO_Abstraction.xlsx", rows(imported[0] / RECONCILIATION)
    (team,) = [line for line in before if line["given_ward"] == "Turkey Street Ward"]
    done = import_(source, "--decide", f"{team['row']}={code_of('Bullsmoor')}")
    assert done.code == 1  # the Town Centre Team is still open
    after = pd.read_parquet(tmp_path / "out" / "strengths.parquet")
    decided = after[after["team"] == "Turkey Street Ward"]["ward_code"]
    assert set(decided) == {code_of("Bullsmoor")}


def test_one_borough_for_all(import_: Callable[..., Outcome]) -> None:
    assert import_("ward\nAbbey\n").code == 1
    assert import_("ward\nAbbey\n", "--borough", "Merton").code == 0
    assert "there is no borough 'Mars'" in import_("ward\nAbbey\n", "--borough", "Mars").line


def test_a_column_of_codes_by_any_name(import_: Callable[..., Outcome]) -> None:
    code = next(iter(store.facts()["wards"]))
    assert import_(f"reference,officers\n{code},3\n").code == 0


def test_two_columns_that_may_be_the_ward(import_: Callable[..., Outcome]) -> None:
    line = import_("Ward,Ward Name\nx,y\n").line
    assert "2 columns may be the ward: 'Ward', 'Ward Name'; say which with --column ward=" in line


# --- nothing lost, nothing run -----------------------------------------------------------------

ATTACKS = ["<script>alert(1)</script>", '=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(1)"]


def test_text_never_runs_in_a_spreadsheet(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    with (tmp_path / "list.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ward", "=cmd|' /C calc'!A0"])
        table.writerows([attack, attack] for attack in ATTACKS)
    done = import_(tmp_path / "list.csv")
    assert done.code == 1
    for name in ("officers.csv", "reconciliation.csv"):
        written = rows(tmp_path / "out" / name)
        cells = [cell for row in written for pair in row.items() for cell in pair]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    kept = [row["given_ward"] for row in rows(tmp_path / "out" / "officers.csv")]
    assert kept == [ATTACKS[0], *(f"'{attack}" for attack in ATTACKS[1:])]


def test_text_never_speaks_to_the_terminal(import_: Callable[..., Outcome]) -> None:
    done = import_("ward,borough\n\x1b[2J\x1b]0;x\x07Nowhere,Camden\n")
    assert done.code == 1
    assert "\x1b" not in done.out


def test_a_refused_file_leaves_all_as_it_was(
    import_: Callable[..., Outcome], tmp_path: Path
) -> None:
    import_("ward,borough\nCann Hall,Waltham Forest\n")
    before = everything(tmp_path / "out")
    for text in ("", "x", "ward\n", b"%PDF-1.4", b"PK\x03\x04broken"):
        refused = import_(text)
        assert refused.code == 2
        assert refused.line.startswith("bcumap: ")
    assert everything(tmp_path / "out") == before


def test_a_list_that_is_in_the_way(import_: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert "is a file; name a folder" in import_("ward\nAbbey\n").line
    assert (tmp_path / "out").read_text() == "mine"


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("ward,borough\nCann Hall,Waltham Forest\n")
    ours, theirs = os.openpty()
    command = [*COMMAND, "officers", "import", "list.csv", "--out", "out"]
    subprocess.run(
        command, cwd=tmp_path, env=environment(TERM="xterm"), stdout=subprocess.DEVNULL,
        stderr=theirs, check=True, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    assert b"Reading list.csv" in os.read(ours, 100_000)
    os.close(ours)
