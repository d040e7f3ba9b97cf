"""What a link or a component may choose, and what the panel then says."""

from __future__ import annotations

import pytest
from markupsafe import escape

from bcumap.app import panels
from bcumap.app.links import from_link
from bcumap.app.ui import sent
from bcumap.facts import store
from bcumap.facts.areas import Atlas

ATLAS = store.atlas()
FACTS = ATLAS.facts


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({"bcu": "NA"}, "NA"),
        ({"bcu": " na "}, "NA"),
        ({"borough": "E09000001"}, "E09000001"),
        ({"bcu": "NA", "ward": "E05013653"}, "E05013653"),
        ({}, None),
        ({"utm_source": "x"}, None),
    ],
)
def test_a_link_names_the_most_local_area(query: dict[str, str], chosen: str | None) -> None:
    assert from_link(query, ATLAS) == (ATLAS.get(chosen), None)


@pytest.mark.parametrize("code", ["ZZ", "", "E09000001", "<b>", "x" * 5000])
def test_a_link_to_nothing_says_so(code: str) -> None:
    chosen, problem = from_link({"bcu": code}, ATLAS)
    assert chosen is None
    assert problem is not None
    assert "no Basic Command Unit" in problem
    assert len(problem) < 150


def test_a_notice_cannot_run() -> None:
    assert "<script" not in panels.notice("<script>alert(1)</script>")


def test_a_month_is_told_as_evidence_beside_the_plan() -> None:
    text = panels.panel(ATLAS["SE"], ATLAS)
    assert "November 2018 (by the Met’s own data; the day is not known)" in text
    assert "Planned for September 2018." in text
    assert '<a href="https://data.london.gov.uk/dataset/e16kd"' in text


def test_a_known_day_is_told_in_full() -> None:
    text = panels.panel(ATLAS["WA"], ATLAS)
    assert "6 June 2018 <small>" in text


def test_three_are_told_to_the_day_and_none_by_a_plan() -> None:
    basis = [row["go_live_basis"] for row in FACTS["bcus"].values()]
    assert (basis.count("evidence"), basis.count("announced"), basis.count("known")) == (7, 1, 4)
    days = [code for code, row in FACTS["bcus"].items() if len(row["go_live"]) == 10]
    assert days == ["NA", "NE", "WA"]


def test_what_nobody_knows_is_not_zero() -> None:
    text = panels.panel(ATLAS["E09000001"], ATLAS)
    assert "not known" in text
    assert "City of London Police" in text


def test_all_of_the_met_adds_up() -> None:
    text = panels.panel(None, ATLAS)
    for figure in (">12<", ">32<", ">679<", "1,570.48 km²"):
        assert figure in text


def test_every_area_has_a_panel() -> None:
    for area in ATLAS:
        assert str(escape(area.name)) in panels.panel(area, ATLAS)


def test_a_name_from_data_is_escaped() -> None:
    atlas = Atlas({**FACTS, "wards": {"E05000001": {
        "name": "<img src=x onerror=alert(1)> & Co", "borough_code": "E09000007",
        "area_km2": 1.0, "residents": None,
    }}})  # fmt: skip
    text = panels.panel(atlas["E05000001"], atlas)
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; Co" in text


def test_data_for_a_component_is_no_dict() -> None:
    """Streamlit imports pandas to look into one (75 MB)."""
    assert sent(level="bcus") == [{"level": "bcus"}]


def test_a_borough_s_officers_are_told_with_their_months() -> None:
    text = panels.panel(ATLAS["E09000023"], ATLAS)
    for words in ("57", "38 ward officers and 19 PCSOs", "75.9 FTE", "133% of the promise",
                  "rank 18 of the 30", "mean of August 2025 to July 2026",
                  "since 28 December 2017, restated February 2022"):  # fmt: skip
        assert words in text


def test_a_figure_that_is_not_reliable_is_not_shown() -> None:
    """Islington's published rate would be 12.2 FTE."""
    for code in ("E09000007", "E09000019"):
        text = panels.panel(ATLAS[code], ATLAS)
        assert "no reliable figure" in text
        assert "FTE" not in text
    bcu = panels.panel(ATLAS["CN"], ATLAS)
    assert "Camden and Islington is missing or wrong" in bcu
    assert "FTE" not in bcu


def test_a_ward_was_promised_three_and_has_a_strength_that_is_not_shipped() -> None:
    text = panels.panel(ATLAS["E05013719"], ATLAS)
    assert "2 ward officers, 1 PCSO" in text
    assert "published by the Met, not included here" in text
    assert "Lewisham has 4.0 FTE for each of its wards" in text


def test_the_city_was_promised_nothing_by_the_met() -> None:
    for code in ("E09000001", "E05009288"):
        assert "Promised" not in panels.panel(ATLAS[code], ATLAS)


def test_a_bcu_with_one_unknown_borough_has_at_least_the_others() -> None:
    told = {"committed": 10, "fte": 9.0, "at_least": True, "no_figure_for": ["B & C"],
            "share_of_commitment": 0.9, "rank": None, "ranked": 3}  # fmt: skip
    row = dict(FACTS["bcus"]["NA"], officers=told)
    atlas = Atlas({**FACTS, "bcus": {**FACTS["bcus"], "NA": row}})
    text = panels.panel(atlas["NA"], atlas)
    assert "at least 9.0 FTE" in text
    assert "at least 90% of the promise" in text
    assert "no reliable figure for B &amp; C" in text
