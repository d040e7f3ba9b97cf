"""What is told of resources and demand: figures with their dates and cautions."""

from __future__ import annotations

import re

from bcumap.facts import demand
from bcumap.facts import demand_views as views
from bcumap.facts.cached import around, atlas, demand_report
from bcumap.facts.cached import demand as known
from bcumap.facts.demand import CAUTIONS
from bcumap.facts.views import Table

DEPTFORD, WEST_END = "E05013719", "E05013808"


def text(table: Table) -> str:
    return "\n".join(" | ".join(cell.text for cell in row) for row in table.rows)


def test_each_part_of_the_question_is_measured_or_not_known() -> None:
    told = text(views.question(known(), demand_report("bcus"), around()["strength"]))
    assert "31,181 officers and 1,389 PCSOs of the whole Met in March 2026" in told
    assert "910,619 offences recorded from July 2025 to June 2026: 1% more than 3 years" in told
    assert "The fear of crime | not known" in told
    assert "Investigate crime | not known: no open data were found on how many crimes" in told
    assert "67% in December 2014, 68% in December 2017, 62% in December 2018, 46%" in told


def test_the_bcu_with_the_most_for_each_officer_is_named_with_its_date() -> None:
    told = views.highest(known(), demand_report("bcus"))
    assert "promised: Central West, 697 from July 2025 to June 2026" in told
    assert "Central North: no reliable figure" in told
    lines = text(views.side_by_side(demand_report("bcus"), {"AW": 0.1})).splitlines()
    assert lines[0] == "Central West | 119,224 | 219 | 697 | 482 | −6% | 10%"
    assert lines[1].endswith("no reliable figure | +9% | not known")
    assert lines[-1].startswith("The Met | 910,619 | 100")


def test_a_ward_stands_beside_its_borough_its_bcu_and_the_met() -> None:
    reports = {level: demand_report(level) for level in ("bcus", "boroughs", "wards")}
    table, minded = views.beside(atlas()[DEPTFORD], reports)
    assert text(table).splitlines() == [
        "Deptford | 2,278 | 131 | 1,780 | 759 | −8% in 2 years | 95 of 679 |"
        " April 2025 to March 2026",
        "Lewisham | 30,273 | 100 | 861 | 531 | +5% in 3 years | 12 of 32 | July 2025 to June 2026",
        "South East | 74,301 | 87 | 519 | 420 | +4% in 3 years | 8 of 12 | July 2025 to June 2026",
        "The Met | 910,619 | 100 | 580 | 447 | +1% in 3 years |  | July 2025 to June 2026",
    ]
    assert minded == []
    table, minded = views.beside(atlas()[WEST_END], reports)
    assert "2,426" in text(table)
    assert minded == [CAUTIONS["residents"]]


def test_tables_stand_beside_charts() -> None:
    rows = demand.months_told(known(), atlas(), atlas()["AW"])
    assert "June 2026 | 219 | 100" in text(views.through_time(rows, "all"))
    assert views.time_told(rows, "all") == (
        "All offences in twelve months for every 1,000 residents: Central West 193 to March 2011,"
        " 219 to June 2026; the Met 89 to March 2011, 100 to June 2026."
    )
    asked = demand.survey_told(known(), atlas())
    assert "December 2018 | 62%" in text(views.shares(asked, "good_job"))
    assert views.shares_told(asked, "good_job").endswith(
        "the Met 67% in December 2014, 68% in December 2017 (before the twelve BCUs of 2018 and"
        " 2019), 46% in September 2025."
    )
    officers = text(views.officers(demand_report("boroughs"), atlas()))
    assert re.search(r"Camden \| \d+ \| no reliable figure \| no reliable figure", officers)


def test_a_ward_is_told_by_group_with_what_may_be_asked() -> None:
    told, ward = demand_report("wards"), atlas()[WEST_END]
    table, minded = views.of_ward(known(), told, ward)
    first = table.rows[0]
    assert first[0].text == "Theft"
    counts = [int(row[1].text.replace(",", "")) for row in table.rows]
    assert sum(counts) == 29_924
    assert counts == sorted(counts, reverse=True)
    assert CAUTIONS["residents"] in minded
    assert CAUTIONS["system"] in minded
    months = demand.months_told(known(), atlas(), ward)
    assert views.months_told(months).startswith(
        "Offences in a month for every 1,000 residents, Apr"
    )
    assert "2,426 for every 1,000 residents (rank 1 of 679 wards" in views.ward_told(told, ward)
    asked = views.to_ask(told, known(), ward)
    assert asked[0].startswith("Theft is the largest group here")
    assert "21% fewer than 2 years before" in asked[1]


def test_every_caution_can_be_read() -> None:
    assert views.cautions(CAUTIONS) == list(CAUTIONS.values())
