"""What came of somebody's list, in words: counts, open rows, and nothing of it becomes a tag."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from bcumap.app.pages import verdicts
from tests.app.pages.test_briefing import Page

HOSTILE = [
    "<script>alert(1)</script>.csv", "\"><img src=x onerror=alert(1)>", "' onmouseover='x",
    "</h3></section><h1>x", "&lt;b&gt;x", "<!-- x", "a\x00\x1b[2J\u202eb",
]  # fmt: skip

COLUMNS = ["row", "rows", "given_ward_code", "given_ward", "given_borough", "outcome", "ward_code",
           "ward", "borough", "suggestions", "note"]  # fmt: skip
EAST, WEST = "E05009318", "E05009319"


def report(**told: Any) -> dict[str, Any]:
    return {
        "rows": {"list.csv": 1234},
        "official": False,
        "counts": {"matched": 1200, "suggested": 1, "ambiguous": 3, "unknown": 30, "duplicate": 0},
        "without_row": [],
        "gaps": {},
        "unreliable": [],
        "notes": [],
    } | told


def reconciliation(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


# --- in one glance -----------------------------------------------------------------------------


def test_a_verdict_counts_the_rows_by_how_they_came_out() -> None:
    page = verdicts.verdict("list.csv", report())
    assert "Read 1,234 rows of list.csv." in Page(page).text
    assert re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page) == [
        ("1,200", "rows matched for certain"),
        ("1", "row matched by a suggestion: needs your yes"),
        ("3", "rows that may be of several wards"),
        ("30", "rows without a ward that was found"),
        ("0", "wards without any row so far: rows that wait for your decision may be theirs"),
    ]
    assert "<ul>" not in page


def test_a_verdict_is_heard_in_a_sentence() -> None:
    told = verdicts.heard("list.csv", report())
    assert told == "list.csv: 1,234 rows read, 1,200 matched, 34 to decide."


def test_of_the_official_workbook_teams_are_counted() -> None:
    told = report(official=True, rows={"strengths": 9, "abstractions": 10})
    page = verdicts.verdict("book.xlsx", told)
    assert "Read 9 rows of strengths, 10 rows of abstractions." in Page(page).text
    assert "teams matched for certain" in page


def test_every_outcome_has_its_words() -> None:
    from bcumap.matching.names import Outcome

    assert set(verdicts.MEANING) == {str(each) for each in Outcome}
    assert set(verdicts.OPEN) == set(verdicts.MEANING) - {"matched", "left out"}


def test_gaps_figures_that_are_none_and_notes_are_told() -> None:
    told = report(
        gaps={"strengths": ["2024-10", "2024-11"], "abstractions": []},
        unreliable=["Camden: no rows since 2024-08: no reliable figure"],
        notes=["list: 1 row (4) without a usable pcso"],
    )
    assert re.findall("<li>(.*?)</li>", verdicts.verdict("x", told)) == [
        "No rows of strengths for 2024-10, 2024-11: the file has a gap there.",
        "Camden: no rows since 2024-08: no reliable figure.",
        "list: 1 row (4) without a usable pcso.",
    ]


@pytest.mark.parametrize(("wards", "end"), [(2, "Ward 0; Ward 1."), (30, "; Ward 29."),
                                            (33, "; Ward 29; and 3 more.")])  # fmt: skip
def test_wards_without_a_row_are_named_as_far_as_they_can_be_read(wards: int, end: str) -> None:
    text = Page(verdicts.verdict("x", report(without_row=[f"Ward {n}" for n in range(wards)]))).text
    assert "Without a row: Ward 0; " in text
    assert text.endswith(end)
    assert f"{wards}wards without any row" in text


def test_a_failure_says_which_file_and_why() -> None:
    page = Page(verdicts.failed("list.csv", "list.csv: is empty; expected a header"))
    assert page.text.startswith("list.csv was not read. list.csv: is empty; expected a header. ")
    assert ("role", "alert") in page.attributes


def with_text(text: str) -> str:
    """Everything on the page, with a text wherever a list can bring one."""
    told = report(
        rows={text: 1},
        gaps={text: ["2024-10"]},
        **{where: [text] for where in ("notes", "unreliable", "without_row")},
    )
    return verdicts.verdict(text, told) + verdicts.failed(text, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_or_note_becomes_a_tag(text: str) -> None:
    page, plain = Page(with_text(text)), Page(with_text("x"))
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)


def test_controls_and_marks_that_reorder_text_are_not_shown() -> None:
    text = "a\x00\x1b[2J\u202eb"
    told = report(rows={text: 1}, gaps={text: ["2024-10"]}, notes=[text], unreliable=[text])
    shown = Page(verdicts.verdict(text, told) + verdicts.failed(text, text)).text
    assert shown.isprintable()
    assert shown.count("a [2J b") == 7


def test_what_is_only_spelled_like_a_tag_is_shown_as_it_is_spelled() -> None:
    text = "&amp;lt;b&amp;gt;"
    told = report(rows={text: 1}, gaps={text: ["2024-10"]}, notes=[text], unreliable=[text])
    for html, times in ((verdicts.failed(text, text), 2), (verdicts.verdict(text, told), 5)):
        shown = Page(html).text
        assert (shown.count("&lt;b&gt;"), shown.count("<")) == (times, 0)


def test_a_name_and_an_error_without_end_are_cut() -> None:
    page = Page(verdicts.failed("n" * 5000, "e" * 5000))
    assert (page.text.count("n" * 300), page.text.count("n" * 301)) == (1, 0)
    assert (page.text.count("e" * 600), page.text.count("e" * 601)) == (1, 0)


# --- row by row --------------------------------------------------------------------------------


def test_open_rows_come_with_what_may_be_meant() -> None:
    rows = verdicts.open_rows(
        reconciliation(
            {"row": "2", "given_ward": "Cann Hall", "outcome": "matched", "ward_code": "E05013882",
             "note": "by its name"},
            {"row": "3", "given_ward": "Bethnal Green", "given_borough": "Tower Hamlets",
             "outcome": "ambiguous", "note": "several wards may be meant",
             "suggestions": f"{EAST} Bethnal Green East, Tower Hamlets;"
                            f" {WEST} Bethnal Green West, Tower Hamlets"},
            {"row": "", "outcome": "no row", "ward_code": "E05013883"},
        )
    )  # fmt: skip
    assert rows == [
        {
            "row": "3",
            "said": "Bethnal Green, Tower Hamlets",
            "outcome": "ambiguous",
            "note": "several wards may be meant",
            "options": [
                [EAST, "Bethnal Green East, Tower Hamlets"],
                [WEST, "Bethnal Green West, Tower Hamlets"],
            ],
            "chosen": "",
        }
    ]


@pytest.mark.parametrize("outcome", ["suggested", "ambiguous", "unknown", "duplicate"])
def test_every_outcome_but_a_match_is_open_and_chooses_nothing(outcome: str) -> None:
    (row,) = verdicts.open_rows(reconciliation({"row": "2", "outcome": outcome, "ward_code": EAST}))
    assert (row["outcome"], row["chosen"], row["options"]) == (outcome, "", [])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("'=1+1", "=1+1"),
        ("'+1", "+1"),
        ("'-1", "-1"),
        ("'@SUM(1)", "@SUM(1)"),
        ("'Abbey'", "'Abbey'"),
        ("''", "''"),
        ("<b>Abbey</b>", "<b>Abbey</b>"),
        ('St Mary\'s, "North"\nEnd', 'St Mary\'s, "North"\nEnd'),
    ],
)
def test_what_a_row_says_is_shown_without_the_spreadsheet_s_apostrophe(
    written: str, shown: str
) -> None:
    line = {"row": "2", "outcome": "unknown", "given_ward_code": written, "given_ward": written,
            "given_borough": written}  # fmt: skip
    (row,) = verdicts.open_rows(reconciliation(line))
    assert row["said"] == ", ".join([shown] * 3)


def test_rows_that_were_decided_stay_and_can_be_decided_anew() -> None:
    rows = verdicts.open_rows(
        reconciliation(
            {"row": "2", "outcome": "matched", "ward_code": EAST, "note": "decided by hand"},
            {"row": "3", "outcome": "unknown", "note": "decided by hand: no ward of today"},
            {"row": "4", "outcome": "unknown", "note": "no ward has a name like it"},
            {"row": "5", "outcome": "matched", "ward_code": WEST, "note": "by its name"},
        )
    )
    assert [(row["row"], row["chosen"]) for row in rows] == [("2", EAST), ("3", ""), ("4", "")]


def test_nothing_to_decide_and_too_much_of_it_are_said() -> None:
    assert verdicts.open_rows(reconciliation()) == []
    assert "nothing to decide" in Page(verdicts.nothing_open()).text
    assert Page(verdicts.too_many(200, 1234)).text.startswith("The first 200 rows of 1,234;")
