"""Areas side by side say the same as the pages of each, and what nobody knows in words."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy

import pytest

from bcumap.facts import comparing, demand, views
from bcumap.facts import counters as past
from bcumap.facts.areas import Atlas
from bcumap.facts.cached import atlas, counters, demand_report
from bcumap.facts.cached import demand as asked
from bcumap.facts.comparing import NOT_MET, Known, Section

TODAY = dt.date(2026, 11, 26)
DEPTFORD, LEWISHAM, HARROW, CITY = "E05013719", "E09000023", "E09000015", "E09000001"


def compared(
    *codes: str, known_of: demand.Demand | None = None, areas: Atlas | None = None
) -> dict[str, Section]:
    areas = areas or atlas()
    known = Known(areas, counters(), known_of or asked(), demand_report, TODAY)
    return {each.title: each for each in comparing.sections([areas[code] for code in codes], known)}


def row(section: Section, name: str) -> list[str]:
    return [cell.text for cell in dict(section.rows)[name]]


def test_each_row_has_a_cell_for_each_area() -> None:
    for section in compared(DEPTFORD, LEWISHAM, "SE", CITY).values():
        assert {len(cells) for _, cells in section.rows} == {4}
        assert len(dict(section.rows)) == len(section.rows)  # no name twice


def test_figures_are_those_of_the_pages_of_each_area() -> None:
    told = compared(LEWISHAM, HARROW)
    officers = [atlas()[code].officers for code in (LEWISHAM, HARROW)]
    assert row(told["Ward officers"], "Officers promised") == [
        str(each["committed"]) for each in officers
    ]
    picture = past.picture(counters(), TODAY)
    far = [dict(views.counters_of(picture, code))["Nearest"].text for code in (LEWISHAM, HARROW)]
    assert row(told["Front counters"], "To the nearest, on average") == far
    open_ = dict(told["Front counters"].rows)["Open"]
    assert [(cell.text, cell.note) for cell in open_] == [("1", "Lewisham"), ("0", "")]


def test_offences_of_all_levels_are_of_the_same_months() -> None:
    told = compared(DEPTFORD, LEWISHAM)["What is asked of the police"]
    last = min(asked().wards.months[-1], asked().boroughs.months[-1])
    numbers = demand.series(asked(), "boroughs", atlas()[LEWISHAM])
    at = asked().boroughs.months.index(last) + 1
    assert row(told, "Offences in all")[1] == views.number(sum(numbers[at - 12 : at]))
    past_ = compared(DEPTFORD, LEWISHAM)["Through time"]
    years = [cells for name, cells in past_.rows if name.startswith("Offences")]
    assert years[-1][1].text == row(told, "Offences for every 1,000 residents")[1]
    assert years[0][0].text == "not known"  # wards begin later
    assert years[0][1].text != "not known"


def test_the_city_is_not_of_the_met() -> None:
    told = compared(CITY, HARROW)
    assert row(told["Ward officers"], "Officers promised")[0] == NOT_MET
    assert row(told["Front counters"], "Open")[0] == NOT_MET
    assert row(told["What is asked of the police"], "Offences in all")[0] == NOT_MET


def test_a_part_that_is_unsound_is_said_to_be_one() -> None:
    central_north = row(compared("CN", "SE")["Ward officers"], "Officers in all")[0]
    told = atlas()["CN"].officers
    assert central_north == (
        f"at least {told['fte']}" if told["fte"] is not None else "no reliable figure"
    )


def test_the_strength_of_a_ward_is_what_was_built_and_says_of_which_months() -> None:
    before = compared(DEPTFORD, LEWISHAM)["Ward officers"]
    assert row(before, "Officers in all")[0] == "published by the Met, not included here"
    assert "; of wards" not in before.note
    built = deepcopy(dict(atlas().facts))
    built["officers"]["ward_months"] = ("2025-01", "2025-12")
    built["wards"][DEPTFORD]["officers"] |= {"fte": 2.4, "share_of_commitment": 0.8}
    told = compared(DEPTFORD, "E05013718", areas=Atlas(built))["Ward officers"]
    assert row(told, "Officers in all") == ["2.4", "no reliable figure"]
    assert row(told, "Strength as a share of the promise")[0] == "80%"
    assert told.note == (
        "Strengths are full-time equivalents, mean of August 2025 to July 2026;"
        " of wards, mean of January 2025 to December 2025."
    )


def test_without_offences_the_rest_is_compared() -> None:
    none = demand.Demand(demand.Offences((), {}), demand.Offences((), {}), asked().survey, {})
    told = compared(DEPTFORD, HARROW, known_of=none)
    assert "What is asked of the police" not in told
    assert not [name for name, _ in told["Through time"].rows if name.startswith("Offences")]


@pytest.mark.parametrize(
    ("code", "first"), [(DEPTFORD, ["Lewisham", "South East"]), (LEWISHAM, ["South East"])]
)
def test_what_lies_above_and_beside_is_offered(code: str, first: list[str]) -> None:
    near = comparing.nearby([atlas()[code]])
    assert [each.name for each in near[: len(first)]] == first
    assert {each.code for each in near[len(first) :]} == {
        each.code for each in atlas()[code].neighbours
    }
