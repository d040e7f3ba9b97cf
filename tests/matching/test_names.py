"""Wards by code, name and borough: nothing wrong without asking, and nearly all found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from bcumap.base.errors import SourceError
from bcumap.facts import store
from bcumap.facts.areas import bare, normalise
from bcumap.matching.names import (
    ELSEWHERE_NOW,
    ONCE_ELSEWHERE,
    Finding,
    Outcome,
    Wards,
    _key,
    reconcile,
    without_row,
)
from tests.damaged import DAMAGES, damaged_list

LISTS = 5


@pytest.fixture(scope="module")
def wards() -> Wards:
    return Wards(store.atlas())


def find(wards: Wards, name: str = "", borough: str = "", code: str = "") -> tuple[str, str]:
    """The outcome, and the ward that comes first."""
    found = wards.find(code, name, borough)
    return found.outcome, wards.by_code[found.codes[0]].label if found.codes else ""


# --- the labelled lists ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(LISTS))
def test_a_list_with_30_percent_damaged_names(seed: int, wards: Wards) -> None:
    """Measured on the first eight: 97.6 to 98.7 % right, of the damaged 92 to 96 %, none wrong."""
    given = damaged_list(seed)
    damaged = given["damage"] != ""
    assert damaged.mean() == pytest.approx(0.3, abs=0.001)
    found = reconcile(given, wards)
    right = found["ward_code"] == given["truth"]
    automatic = found["outcome"] == Outcome.MATCHED
    assert list(given[automatic & ~right]["ward"]) == []
    right &= found["outcome"].isin([Outcome.MATCHED, Outcome.SUGGESTED])
    assert right.mean() >= 0.97
    assert right[damaged].mean() >= 0.90
    assert right[~damaged].all()


def test_every_kind_of_damage_is_in_the_lists() -> None:
    kinds = Counter(kind for seed in range(LISTS) for kind in damaged_list(seed)["damage"])
    assert set(kinds) == {"", *DAMAGES, "older name", "borough swapped"}


def test_nothing_wrong_among_all_older_wards_with_their_codes(
    shared_data: Path, wards: Wards
) -> None:
    """A ward of 2011 is matched to the one of its name in its borough, or not without asking."""
    older = pd.read_csv(shared_data / "lookup_wd11_wd22_london.csv")
    facts = store.facts()
    for borough in (True, False):
        for row in older.drop_duplicates("WD11CD").itertuples():
            found = wards.find("", row.WD11NM, row.LAD11NM if borough else "")
            if found.outcome == Outcome.MATCHED:
                assert facts["wards"][found.codes[0]]["borough_code"] == row.LAD11CD, row


# --- one row -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "borough"),
    [
        ("Blackwall & Cubitt Town", "Tower Hamlets"),
        ("BLACKWALL AND CUBITT TOWN WARD", "London Borough of Tower Hamlets"),
        ("Blackwall + Cubitt  Tn", "tower hamlets borough"),
        ("Blackwall/Cubitt Town", "E09000030"),
    ],
)
def test_one_name_in_many_forms(name: str, borough: str, wards: Wards) -> None:
    assert find(wards, name, borough) == ("matched", "Blackwall & Cubitt Town, Tower Hamlets")


@pytest.mark.parametrize("apostrophe", ["'", "’", "", "`", " ", "\x92"])
def test_apostrophes(apostrophe: str, wards: Wards) -> None:
    label = "St Katharine's & Wapping, Tower Hamlets"
    name = f"Saint Katharine{apostrophe}s and Wapping"
    assert find(wards, name, "Tower Hamlets") == ("matched", label)


@pytest.mark.parametrize(
    ("written", "borough"),
    [
        ("Barking & Dagenham Borough", "Barking and Dagenham"),
        ("Hammersmith & Fulham Borough", "Hammersmith and Fulham"),
        ("Kensington & Chelsea Borough", "Kensington and Chelsea"),
        ("Kingston Borough", "Kingston upon Thames"),
        ("Richmond Borough", "Richmond upon Thames"),
        ("City of Westminster", "Westminster"),
        ("LB Camden", "Camden"),
    ],
)
def test_boroughs_as_others_write_them(written: str, borough: str, wards: Wards) -> None:
    code = wards.borough(written)
    assert code is not None
    assert store.facts()["boroughs"][code]["name"] == borough


def test_same_names_in_several_boroughs(wards: Wards) -> None:
    assert find(wards, "Abbey", "Merton") == ("matched", "Abbey, Merton")
    found = wards.find("", "Abbey", "")
    assert found.outcome == Outcome.AMBIGUOUS
    assert {wards.by_code[code].label for code in found.codes[:2]} == {
        "Abbey, Merton",
        "Abbey, Barking and Dagenham",
    }


def test_a_name_without_a_borough(wards: Wards) -> None:
    assert find(wards, "Cann Hall") == ("matched", "Cann Hall, Waltham Forest")


def test_a_name_without_a_borough_that_an_older_ward_elsewhere_had(wards: Wards) -> None:
    """St George's was a ward of Islington, too."""
    assert find(wards, "St George's") == ("suggested", "St George's, Southwark")


def test_a_borough_nobody_knows(wards: Wards) -> None:
    assert find(wards, "Cann Hall", "Atlantis") == ("suggested", "Cann Hall, Waltham Forest")


def test_a_ward_in_the_wrong_borough(wards: Wards) -> None:
    assert find(wards, "Cann Hall", "Sutton") == ("suggested", "Cann Hall, Waltham Forest")


def test_a_slip_of_the_finger_is_suggested_and_not_matched(wards: Wards) -> None:
    assert find(wards, "Spitalfeilds and Banglatown", "Tower Hamlets") == (
        "suggested",
        "Spitalfields & Banglatown, Tower Hamlets",
    )


def test_between_east_and_west_nothing_is_suggested(wards: Wards) -> None:
    found = wards.find("", "Bethnal Green", "Tower Hamlets")
    assert found.outcome == Outcome.AMBIGUOUS
    assert {"Bethnal Green East, Tower Hamlets", "Bethnal Green West, Tower Hamlets"} == {
        wards.by_code[code].label for code in found.codes[:2]
    }


def test_a_name_that_is_only_somewhat_alike_is_offered_and_not_suggested(wards: Wards) -> None:
    """Of four letters one is wrong: it stands alone, and yet is not sure enough."""
    assert find(wards, "Toin", "Enfield") == ("ambiguous", "Town, Enfield")


@pytest.mark.parametrize("name", ["", "  ", "Ward", "???"])
def test_a_row_that_names_no_ward(name: str, wards: Wards) -> None:
    assert find(wards, name, "Camden") == ("unknown", "")


def test_a_total_is_no_ward(wards: Wards) -> None:
    assert find(wards, "Grand total", "") == ("left out", "")


# --- codes -------------------------------------------------------------------------------------

ABBEY = "E05014053"  # Abbey, Barking and Dagenham


def test_a_code_of_today(wards: Wards) -> None:
    (code,) = wards.find("", "Cann Hall", "Waltham Forest").codes
    for written in (code, f" {code.lower()} ", f"{code}N"):
        assert find(wards, code=written) == ("matched", "Cann Hall, Waltham Forest")


def test_a_code_and_the_name_of_another_ward(wards: Wards) -> None:
    (code,) = wards.find("", "Cann Hall", "Waltham Forest").codes
    found = wards.find(code, "Leytonstone", "Waltham Forest")
    assert found.outcome == Outcome.AMBIGUOUS
    assert [wards.by_code[each].label for each in found.codes] == [
        "Cann Hall, Waltham Forest",
        "Leytonstone, Waltham Forest",
    ]


def test_a_code_and_another_borough(wards: Wards) -> None:
    (code,) = wards.find("", "Cann Hall", "Waltham Forest").codes
    assert wards.find(code, "Cann Hall", "Sutton").outcome == Outcome.SUGGESTED


def test_a_code_that_someone_made_of_the_name_counts_less_than_the_name(wards: Wards) -> None:
    (wrong,) = wards.find("", "Leytonstone", "Waltham Forest").codes
    found = wards.find(wrong, "Cann Hall", "Waltham Forest", codes_from_names=True)
    assert (found.outcome, wards.by_code[found.codes[0]].label) == (
        Outcome.MATCHED,
        "Cann Hall, Waltham Forest",
    )


def test_an_older_code_with_a_name(wards: Wards) -> None:
    found = wards.find("E05000590", "Cann Hall", "Waltham Forest")
    assert found.outcome == Outcome.MATCHED
    assert "E05000590 is not of this edition" in found.note


def test_an_older_code_of_a_ward_that_has_moved(wards: Wards) -> None:
    """Barking's Abbey of 2018 is mostly Northbury now."""
    assert find(wards, "Abbey", "Barking and Dagenham")[0] == "matched"
    assert find(wards, "Abbey", "Barking and Dagenham", "E05000026")[0] == "suggested"


def test_an_older_code_without_a_name(wards: Wards) -> None:
    found = wards.find("E05000026", "", "")
    assert found.outcome == Outcome.UNKNOWN
    assert "E05000026 is not of this edition" in found.note


def test_what_is_no_code(wards: Wards) -> None:
    assert "X1 is no ward's code" in wards.find("X1", "", "").note


# --- whole lists -------------------------------------------------------------------------------


def listed(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ward_code", "ward", "borough"])
    return frame.set_index(frame.index + 2)


def test_duplicates_are_marked_and_say_of_which_row(wards: Wards) -> None:
    rows = listed(("", "Cann Hall", ""), ("", "Cann Hall ward", "Waltham Forest"))
    found = reconcile(rows, wards)
    assert list(found["outcome"]) == ["matched", "duplicate"]
    assert found["note"][3].endswith("its ward is in row 2 already")


def test_a_row_for_every_month_is_no_duplicate(wards: Wards) -> None:
    rows = listed(("", "Cann Hall", ""), ("", "Cann Hall", "")).assign(month=["2025-01", "2025-02"])
    assert list(reconcile(rows, wards, key=["month"])["outcome"]) == ["matched", "matched"]
    assert list(reconcile(rows, wards)["outcome"]) == ["matched", "duplicate"]


def test_a_ward_that_is_taken_is_not_suggested_again(wards: Wards) -> None:
    rows = listed(("", "Can Hall", "Waltham Forest"), ("", "Cann Hall", "Waltham Forest"))
    assert list(reconcile(rows, wards)["outcome"]) == ["ambiguous", "matched"]


def test_wards_with_no_row(wards: Wards) -> None:
    sutton = [code for code in wards.by_code if wards.by_code[code].label.endswith(", Sutton")]
    assert without_row(sutton[1:], wards) == sutton[:1]
    assert without_row([], wards) == []


def test_nothing_given_is_changed(wards: Wards) -> None:
    rows = listed(("", "Cann Hall", ""), ("", "?", ""))
    before = rows.copy()
    reconcile(rows, wards)
    pd.testing.assert_frame_equal(rows, before)


# --- what somebody decided ---------------------------------------------------------------------


def test_a_decision_comes_before_what_would_be_found(wards: Wards) -> None:
    (leytonstone,) = wards.find("", "Leytonstone", "Waltham Forest").codes
    rows = listed(("", "Cann Hall", "Waltham Forest"), ("", "zzz", ""), ("", "Cann Hall", ""))
    found = reconcile(rows, wards, decided={"2": leytonstone, "3": ""})
    assert list(found["outcome"]) == ["matched", "left out", "matched"]
    assert found["ward_code"][2] == leytonstone
    assert found["codes"][2] == (leytonstone,)
    assert pd.isna(found["ward_code"][3])
    assert list(found["note"])[:2] == ["decided by hand", "decided by hand: no ward of today"]
    assert wards.by_code[found["ward_code"][4]].label == "Cann Hall, Waltham Forest"


def test_of_rows_that_say_the_same_only_that_which_was_decided_is_another(wards: Wards) -> None:
    rows = listed(("", "Bethnal Green", "Tower Hamlets"), ("", "Bethnal Green", "Tower Hamlets"))
    east = wards.find("", "Bethnal Green East", "Tower Hamlets").codes[0]
    found = reconcile(rows, wards, decided={"3": east})
    assert list(found["outcome"]) == ["ambiguous", "matched"]


def test_two_rows_decided_for_one_ward_are_duplicates(wards: Wards) -> None:
    (code,) = wards.find("", "Cann Hall", "Waltham Forest").codes
    found = reconcile(listed(("", "a", ""), ("", "b", "")), wards, decided={"2": code, "3": code})
    assert list(found["outcome"]) == ["matched", "duplicate"]
    assert found["note"][3] == "decided by hand; its ward is in row 2 already"


def test_rows_for_several_months_may_be_decided_for_one_ward(wards: Wards) -> None:
    (code,) = wards.find("", "Cann Hall", "Waltham Forest").codes
    rows = listed(("", "a", ""), ("", "a", "")).assign(month=["2025-01", "2025-02"])
    found = reconcile(rows, wards, key=["month"], decided={"2": code, "3": code})
    assert list(found["outcome"]) == ["matched", "matched"]


@pytest.mark.parametrize("code", ["E05000026", "E09000023", "Cann Hall", "x" * 500])
def test_only_a_ward_of_today_can_be_decided_for(code: str, wards: Wards) -> None:
    with pytest.raises(SourceError, match="is no ward of today; decide for one, or for none") as no:
        reconcile(listed(("", "Cann Hall", "")), wards, decided={"2": code})
    assert len(str(no.value)) < 120


# --- what the rules rest on --------------------------------------------------------------------


def test_no_two_wards_of_a_borough_are_written_alike(wards: Wards) -> None:
    keys = Counter((ward.facts["borough_code"], _key(ward.name)) for ward in wards.by_code.values())
    assert max(keys.values()) == 1


def test_the_names_that_were_elsewhere_are_those_of_the_older_editions(
    shared_data: Path, wards: Wards
) -> None:
    import pyogrio

    lookup = pd.read_csv(shared_data / "lookup_wd11_wd22_london.csv")
    gla = pyogrio.read_dataframe(shared_data / "wards_2018_gla_full.gpkg", read_geometry=False)
    older = {*zip(lookup["LAD11CD"], lookup["WD11NM"], strict=True)}
    older |= {*zip(gla["LAGSSCODE"], gla["NAME"], strict=True)}
    today: dict[str, set[str]] = {}
    for ward in wards.by_code.values():
        today.setdefault(_key(ward.name), set()).add(ward.facts["borough_code"])
    plain = {
        (borough, "".join(w for w in bare(normalise(name)).split() if w not in ("and", "with")))
        for borough, name in older
    }
    elsewhere = {key for borough, key in plain if key in today and borough not in today[key]}
    assert elsewhere == ONCE_ELSEWHERE


def test_the_wards_that_moved_exist(wards: Wards) -> None:
    keys = {(ward.facts["borough_code"], _key(ward.name)) for ward in wards.by_code.values()}
    assert keys >= ELSEWHERE_NOW


def test_a_finding_names_what_it_offers(wards: Wards) -> None:
    for name in ("Cann Hall", "Bethnal Green", "zzz", "Hobbayne"):
        found = wards.find("", name, "")
        assert isinstance(found, Finding)
        assert found.note
        assert (found.outcome == Outcome.UNKNOWN) == (not found.codes)
