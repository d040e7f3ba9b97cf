"""The ten facts that a review of November 2026 found wrong, on the tables that are shipped."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import pytest

from bcumap.facts import history, store

REPOSITORY = Path(__file__).resolve().parents[2]
LIVE = {
    "CN": "2017-01", "EA": "2017-01", "SW": "2018-05", "WA": "2018-06-06", "NE": "2018-10-17",
    "CE": "2018-10", "NW": "2018-11", "SE": "2018-11", "AS": "2019-01", "NA": "2019-01-09",
    "SN": "2019-02", "AW": "2019-02",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (store.SHIPPED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def row(table: str, **wanted: str) -> dict[str, str]:
    found = [r for r in rows(table) if all(r[key] == value for key, value in wanted.items())]
    assert len(found) == 1, (table, wanted, found)
    return found[0]


def test_1_nowhere_is_it_said_that_no_figure_by_ward_is_published() -> None:
    """The Met's workbook, which this program itself reads, has the strength of every ward team."""
    false = re.compile(r"no (figure|strength) by ward is\s+published", re.IGNORECASE)
    texts = [*(REPOSITORY / "bcumap").rglob("*.py"), *(REPOSITORY / "docs").glob("*.md")]
    texts += [REPOSITORY / "README.md", store.SHIPPED / "README.md"]
    wrong = [path.name for path in texts if false.search(path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_2_units_went_live_when_the_evidence_says_and_not_when_it_was_planned() -> None:
    found = {r["bcu_code"]: r["go_live"] for r in rows("bcus.csv")}
    assert found == LIVE
    basis = {r["bcu_code"]: r["go_live_basis"] for r in rows("bcus.csv")}
    assert {code for code, known in basis.items() if known == "known"} == {"CN", "EA", "WA", "NA"}
    assert {code for code, known in basis.items() if known == "announced"} == {"NE"}
    assert row("bcus.csv", bcu_code="NA")["go_live_planned"] == "2018-11"


def test_3_names_are_dated_by_their_first_sources() -> None:
    assert row("policing_units.csv", bcu_code="AW", name="Central West", **{"from": "2020-07-17"})
    assert row("policing_units.csv", bcu_code="EA", name="East Area", **{"from": "2017-10-20"})


def test_4_the_pathfinders_began_in_january_2017_and_were_complete_by_april() -> None:
    for code in ("CN", "EA"):
        unit = row("bcus.csv", bcu_code=code)
        assert "complete by April 2017" in unit["go_live_note"]
        assert "Strengthening Local Policing Programme" in unit["go_live_source"]


def test_5_the_ward_promise_is_of_july_2016_and_has_a_pcso() -> None:
    promised = row("commitments.csv", status="promised")
    assert (promised["from"], promised["dwo"], promised["pcso"]) == ("2016-07-21", "2", "1")


def test_6_the_assembly_asked_about_crime_fear_investigation_and_confidence() -> None:
    note = row("policing_models.csv", **{"from": "2023-07-18"})["note"]
    for part in ("sufficiently resourced", "reduce crime", "fear of crime", "investigate crime",
                 "improve public confidence"):  # fmt: skip
        assert part in note


def test_7_ranks_below_the_commander_are_told_after_2018() -> None:
    table = rows("policing_structures.csv")
    assert not any("not stated by any source" in r["note"] for r in table)
    of_2020 = {r["item"]: r["number"] for r in table if r["from"] == "2020-07-17"}
    assert (of_2020["Superintendents"], of_2020["Chief inspectors"]) == ("5", "6")
    assert row("policing_structures.csv", item="Neighbourhood superintendent")["from"] == "2023-03"
    assert not any("six for each" in r["note"] for r in table)


def test_8_the_local_policing_model_began_on_24_june_2013() -> None:
    model = row("policing_models.csv", model="Local Policing Model", basis="known")
    assert model["from"] == "2013-06-24"
    assert "8 July" in model["note"]
    assert "October 2013" in model["note"]
    note = row("counter_dates.csv", **{"from": "2013"})["note"]
    assert all(number in note for number in ("63", "73", "94"))


def test_10_casey_s_finding_is_of_march_2023() -> None:
    finding = [r for r in rows("policing_models.csv") if "Casey found" in r["note"]]
    assert [r["from"] for r in finding] == ["2023-03"]


@pytest.mark.parametrize(
    ("on", "live"),
    [("2018-12-31", "CN EA SW WA NE CE NW SE"), ("2019-02-01", "CN EA SW WA NE CE NW SE AS NA")],
)
def test_what_was_live_on_a_date(on: str, live: str) -> None:
    found = history.bcus_on(store.past(), dt.date.fromisoformat(on))
    assert {r["bcu_code"] for r, stage in found if stage == history.LIVE} == set(live.split())


def test_today_all_are_live_and_none_by_a_plan() -> None:
    units = history.units_on(store.past(), dt.date(2026, 11, 26)).values()
    assert {unit.kind for unit in units} == {"BCU", "own force"}
    assert {unit.basis for unit in units} == {"known"}
