"""What picture is asked for: defaults, and one sentence for whatever is none."""

from __future__ import annotations

import datetime as dt

import pytest

from bcumap.base.errors import BcuMapError
from bcumap.facts import store
from bcumap.maps import request
from bcumap.maps.request import Wish

ATLAS = store.atlas()
TODAY = dt.date(2026, 11, 22)


def read(**asked: str) -> Wish:
    return request.read(asked, ATLAS, today=TODAY)


def test_each_kind_has_the_first_level_and_measure_of_its_page() -> None:
    assert read(kind="areas") == Wish("areas", "bcus")
    assert read(kind="officers") == Wish("officers", "boroughs", "fte_per_ward")
    assert read(kind="counters") == Wish("counters", "boroughs", "nearest_m", on=TODAY)
    assert read(kind="history") == Wish("history", on=TODAY)


def test_everything_that_can_be_asked() -> None:
    wish = read(kind="counters", level="wards", measure="change", area="e09000023", on="2026-04-01",
                view="-0.2,51.4,0.1,51.6", closed="1", streets="1")  # fmt: skip
    assert wish == Wish("counters", "wards", "change", "E09000023", dt.date(2026, 4, 1),
                        (-0.2, 51.4, 0.1, 51.6), closed=True, streets=True)  # fmt: skip
    assert not read(kind="areas", streets="0").streets
    assert wish.name == "counters-wards-change-E09000023-2026-04-01"


def test_figures_of_one_s_own_take_the_place_of_a_measure() -> None:
    values = "code,value\r\nE09000007, 3\r\ne09000008,4.5\r\n"
    wish = read(kind="officers", values="\ufeff" + values, measure="fte", title=" My\n list ")
    assert (wish.measure, wish.title) == ("", "My list")
    assert wish.values == (("E09000007", 3.0), ("E09000008", 4.5))
    assert wish.name == "officers-boroughs-own"
    assert read(kind="officers", values=values).title == "Your list"
    assert len(read(kind="officers", values=values, title="x" * 500).title) == 120


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "there is no picture of ''; give one of areas, officers, counters, history"),
        ({"kind": "../../x"}, "there is no picture of '../../x'"),
        ({"kind": "areas", "level": "streets"}, "there is no level 'streets'"),
        ({"kind": "history", "level": "wards"}, "history has no level"),
        ({"kind": "areas", "measure": "fte"}, "areas has no measure"),
        ({"kind": "officers", "measure": "nearest_m"}, "there is no measure 'nearest_m'"),
        ({"kind": "areas", "area": "ZZ"}, "there is no area 'ZZ'"),
        ({"kind": "areas", "on": "2026-01-01"}, "areas has no date"),
        ({"kind": "history", "on": "soon"}, "'soon' is no date"),
        ({"kind": "areas", "closed": "1"}, "closed counters are for counters"),
        ({"kind": "areas", "values": "code,value\nNA,1"}, "figures of your own are for officers"),
        ({"kind": "areas", "view": "1,2,3"}, "'1,2,3' is no view"),
        ({"kind": "areas", "view": "a,b,c,d"}, "is no view"),
        ({"kind": "areas", "view": "nan,51,1,52"}, "is no view of London"),
        ({"kind": "areas", "view": "1,51,0,52"}, "is no view of London; west comes before east"),
        ({"kind": "areas", "view": "0,51,0.0001,52"}, "is no view of London"),
        ({"kind": "areas", "view": "-90,51,90,52"}, "is no view of London"),
        ({"kind": "officers", "values": "a,b\n1,2"}, "need the columns code and value"),
        ({"kind": "officers", "values": "code,value"}, "a row for each area"),
        ({"kind": "officers", "values": "code,value\nE09000001,1"}, "line 2: there is no area"),
        ({"kind": "officers", "values": "code,value\nNA,1"}, "among the Met's boroughs"),
        ({"kind": "officers", "values": "code,value\nE09000007,x"}, "line 2: 'x' is no number"),
        ({"kind": "officers", "values": "code,value\nE09000007,inf"}, "'inf' is no number"),
        ({"kind": "officers", "values": "code,value\nE09000007,nan"}, "'nan' is no number"),
        ({"kind": "officers", "values": "code,value\nE09000007"}, "line 2: '' is no number"),
        (
            {"kind": "officers", "values": "code,value\nE09000007,1\nE09000007,2"},
            "line 3: E09000007 comes twice",
        ),
    ],
)
def test_what_is_none_is_said_in_a_sentence(asked: dict[str, str], said: str) -> None:
    with pytest.raises(BcuMapError) as error:
        read(**asked)
    assert said in str(error.value)
    assert len(str(error.value)) < 300


def test_views_that_no_eye_tells_apart_are_the_same() -> None:
    """The browser sends the view to the last digit, and each would be a picture of its own."""
    views = {
        request.read({"kind": "areas", "view": text}, ATLAS, today=TODAY).view
        for text in ("-0.2,51.4,0.1,51.6", "-0.20004,51.39998,0.10003,51.60002")
    }
    assert views == {(-0.2, 51.4, 0.1, 51.6)}
    (small,) = {
        request.read({"kind": "areas", "view": text}, ATLAS, today=TODAY).view
        for text in ("-0.001,51.5,0.001,51.502",)
    }
    assert small == (-0.001, 51.5, 0.001, 51.502)
