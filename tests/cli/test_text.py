"""What a build or a check says, line by line."""

from __future__ import annotations

from pathlib import Path

from bcumap.build.addresses import Compared
from bcumap.build.steps import Report
from bcumap.cli import text as report
from bcumap.matching.points import Coordinates, Outcome, Tally


def text(**facts: object) -> str:
    return "\n".join(report.build_lines(Report(source="wards.gpkg", **facts)))


def test_a_plain_build_says_what_it_read_and_measured() -> None:
    said = text(
        rows_read=704, dialect="ONS", edition="2025", met_wards=679, city_wards=25,
        measured_error_m=2.753, web_measured_error_m=14.06, area_km2=1573.4,
        area_km2_by_bcu={"NA": 111.8}, promises_kept=12, seconds={"read": 1.25, "write": 0.5},
    )  # fmt: skip
    for words in (
        "704 rows of wards.gpkg (ONS columns)",
        "679 Met + 25 City",
        "2.75 m",
        "14.06 m",
        "1,573.40 km²",
        "NA",
        "111.80 km²",
        "12 of 12",
        "1.8 s",
    ):
        assert words in said
    for only_if in ("repaired", "placed by area", "named by the table", "since the last build"):
        assert only_if not in said


def test_a_build_says_what_it_had_to_do() -> None:
    said = text(
        wards_repaired=["E05000001", "E05000002"], repair_moved_m=6.5, repair_area_change_m2=1487,
        boroughs_placed_by_area=704, names_from_table=679, names_not_known=3,
        wards_added=["E05000001"], wards_removed=["E05000002", "E05000003"],
        notes=["The source has no City of London: built without it."],
    )  # fmt: skip
    for words in (
        "2 wards, moved by at most 6.50 m, area by 1,487 m²",
        "704 wards",
        "679 wards",
        "3 wards (their code stands instead)",
        "+1 −2 wards",
        "no City of London",
        "not stated",  # the edition
    ):
        assert words in said


def test_a_build_says_what_was_counted_of_addresses() -> None:
    told = {"rows": 4_000_000, "counted": 3_960_225, "without_postcode": 39_000,
            "of_other_postcodes": 700, "not_in_london": 75, "ward_column": "WD25CD",
            "placed_otherwise": 4_671, **COMPARED._asdict()}  # fmt: skip
    said = text(addresses=told)
    for words in (
        "3,960,225 of 4,000,000 rows, in 9,000 postcodes",
        "39,000 without a postcode, 700 of postcodes that are not London’s, 75 with a position",
        "4,671 than WD25CD of the file",
        *RULE,
    ):
        assert words in said
    assert "of the file" not in text(addresses=told | {"ward_column": ""})
    kept = text(addresses=COMPARED._asdict())
    assert RULE[0] in kept
    assert "counted" not in kept


COMPARED = Compared(certain=7_000, astray=43, uncertain=2_000, settled=618)
RULE = (
    "43 of 7,000 postcodes that it calls certain have addresses in another ward;",
    "618 of 2,000 that it calls uncertain have all in one ward",
)


def test_a_check_says_how_the_rule_fares_where_addresses_are_counted() -> None:
    *_, first, second, last = report.check_lines({"one": []}, Path("geodata"), COMPARED)
    assert (first.endswith(RULE[0]), second.endswith(RULE[1])) == (True, True)
    assert last.startswith("geodata: all 1 promises")


def test_a_check_says_ok_or_failed_and_why() -> None:
    lines = list(report.check_lines({"one": [], "two": ["a fault", "another"]}, Path("geodata")))
    assert lines == [
        "ok      one",
        "FAILED  two",
        "          a fault",
        "          another",
        "geodata: 1 of 2 promises are broken",
    ]
    assert list(report.check_lines({"one": []}, Path("geodata")))[-1] == (
        "geodata: all 1 promises are kept"
    )


def assigned(tally: Tally, coordinates: Coordinates) -> list[str]:
    return list(report.assign_lines(tally, coordinates, Path("a/in.csv"), Path("out.csv")))


def test_a_table_without_bad_rows_says_nothing_of_them() -> None:
    lines = assigned(Tally(rows=1_000, counts={Outcome.MET: 1_000}), Coordinates("x", "y", True))
    assert lines == [
        "Read 1,000 rows of in.csv (x and y, in metres)",
        "  in a Met ward                1,000",
        "Wrote out.csv",
    ]


def test_a_table_says_which_rows_are_bad_and_what_to_do_if_they_are_swapped() -> None:
    tally = Tally(
        rows=1_009,
        counts={Outcome.ELSEWHERE: 0, Outcome.EMPTY: 1, Outcome.SWAPPED: 1_008},
        first={Outcome.EMPTY: [1_001], Outcome.SWAPPED: [2, 3]},
    )
    assert assigned(tally, Coordinates("lon", "lat"))[1:-1] == [
        "  elsewhere                        0",
        "  empty                            1  row 1,001",
        "  swapped                      1,008  rows 2, 3, …",
        "  Swapped: lon holds what lat should; exchange the two cells, or the two options if it is"
        " so in all rows",
    ]
