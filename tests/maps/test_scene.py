"""What a picture shows agrees with the facts, and with what the pages show of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import shapely

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.facts import counter_measures, counters, measures, store
from bcumap.facts.areas import Atlas
from bcumap.maps import files as pictures
from bcumap.maps import looks, request
from bcumap.maps import scene as scenes
from bcumap.maps.scene import Documents, Scene, Shape

ATLAS = store.atlas()
TODAY = dt.date(2026, 11, 22)
FILLS = {name for name, look in looks.LOOKS.items() if look.fill and name != "thames"}
LONDON = (-0.52, 51.28, 0.34, 51.70)


@pytest.fixture(scope="module")
def documents() -> Documents:
    return pictures.known()


def scene(documents: Documents, **asked: str) -> Scene:
    return scenes.scene(request.read(asked, ATLAS, today=TODAY), documents)


def counted(shown: Scene) -> Counter[str]:
    return Counter(look for shape in shown.shapes for look in shape.looks)


def by_code(shown: Scene, documents: Documents, level: str) -> dict[str, Shape]:
    """The shapes of a level by code."""
    by_rings = {shape.rings: shape for shape in shown.shapes if FILLS & set(shape.looks)}
    return {code: by_rings[area] for code, area in documents.shapes.of_level(level).items()}


# --- areas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "met", "city"), [("bcus", 12, 1), ("boroughs", 32, 1),
                                                    ("wards", 679, 25)])  # fmt: skip
def test_every_area_is_there_and_the_city_is_hatched(
    level: str, met: int, city: int, documents: Documents
) -> None:
    shown = scene(documents, kind="areas", level=level)
    found = counted(shown)
    assert found["city"] == city
    assert sum(count for look, count in found.items() if FILLS & {look}) == met + city
    assert str(met) in shown.title
    assert "Wards of 2025" in shown.subtitle
    assert ("area-line", "Ward") in shown.legend or level != "wards"
    assert any("Open Government Licence" in note for note in shown.notes)


def test_a_chosen_ward_is_outlined_and_in_the_middle(documents: Documents) -> None:
    shown = scene(documents, kind="areas", level="wards", area="E05013719")
    assert shown.title == "Deptford"
    assert shown.subtitle == "Ward (E05013719) in Lewisham, South East BCU, wards of 2025"
    (chosen,) = (shape for shape in shown.shapes if "chosen-line" in shape.looks)
    xs, ys = zip(*shown.view.rings(chosen.rings)[0], strict=True)
    assert 0 < min(xs) < max(xs) < shown.view.wide
    assert 0 < min(ys) < max(ys) < shown.view.high
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    assert max(across / shown.view.wide, down / shown.view.high) > 0.8
    names = {name.text for name in shown.names}
    assert {"Deptford", "Evelyn", "Brockley"} <= names


def test_names_are_those_of_the_bcus_where_the_areas_are_too_many(documents: Documents) -> None:
    shown = scene(documents, kind="areas", level="wards")
    assert {name.text for name in shown.names} == {
        bcu.name for bcu in ATLAS.levels["bcus"].values()
    }


def test_a_name_stands_within_its_area(documents: Documents) -> None:
    shown = scene(documents, kind="areas", level="boroughs")
    codes = {area.name: code for code, area in ATLAS.levels["boroughs"].items()}
    areas = documents.shapes.of_level("boroughs")
    assert len(shown.names) == 33
    for name in shown.names:
        outer = max(shown.view.rings(areas[codes[name.text]]), key=len)
        assert shapely.contains_xy(shapely.Polygon(outer), *name.at)


@pytest.mark.parametrize("level", LEVELS)
def test_each_border_is_drawn_once_as_that_of_the_highest_level(
    level: str, documents: Documents
) -> None:
    shown = scene(documents, kind="areas", level=level)
    numbers = {
        look: [number for shape in shown.shapes if look in shape.looks for number in shape.rings[0]]
        for look in ("area-line", "borough-line", "bcu-line")
    }
    drawn = [number for each in numbers.values() for number in each]
    assert len(drawn) == len(set(drawn))
    of = documents.shapes.of_level("wards" if level == "wards" else "boroughs")
    assert set(drawn) == {max(n, ~n) for area in of.values() for ring in area for n in ring}
    assert bool(numbers["area-line"]) == (level == "wards")
    if level != "wards":
        bcus = documents.shapes.of_level("bcus").values()
        around = {max(n, ~n) for area in bcus for ring in area for n in ring}
        city = {max(n, ~n) for ring in of["E09000001"] for n in ring}
        assert around <= set(numbers["bcu-line"]) <= around | city


# --- views ---------------------------------------------------------------------------------------


def test_a_view_is_cut_to_london(documents: Documents) -> None:
    west, south, east, north = scene(documents, kind="areas", view="-1.4,50.5,1.4,52.5").view.frame
    assert LONDON[0] - 0.1 < west < LONDON[0] < LONDON[2] < east < LONDON[2] + 0.1
    assert LONDON[1] - 0.1 < south < LONDON[1] < LONDON[3] < north < LONDON[3] + 0.1
    inner = scene(documents, kind="areas", view="-0.2,51.4,0.1,51.6")
    assert inner.view.frame == pytest.approx((-0.2, 51.4, 0.1, 51.6))


def test_a_view_of_elsewhere_is_refused(documents: Documents) -> None:
    with pytest.raises(BcuMapError, match="shows no part of London"):
        scene(documents, kind="areas", view="-3,51,-2,52")


# --- ward officers -------------------------------------------------------------------------------


def test_a_strength_of_which_a_part_is_unknown_is_at_least_that(documents: Documents) -> None:
    facts = deepcopy(dict(ATLAS.facts))
    facts["bcus"]["SE"]["officers"]["at_least"] = True
    part = replace(documents, atlas=Atlas(facts))
    for measure, figure in (("fte_per_ward", "≥ 3.8"), ("committed", "177")):
        shown = scene(part, kind="officers", level="bcus", measure=measure)
        assert next(each.figure for each in shown.names if each.text == "South East") == figure


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("key", list(measures.MEASURES))
def test_shades_are_the_classes_of_the_legend(key: str, level: str, documents: Documents) -> None:
    shown = scene(documents, kind="officers", level=level, measure=key)
    known = measures.values(ATLAS, level, key)
    measure = measures.MEASURES[key]
    limits = measures.breaks(known.values(), measure)
    shapes = by_code(shown, documents, level)
    for code, value in known.items():
        expected = "no-figure"
        if value is not None:
            written = float(measure.text(value).rstrip("%").replace(",", ""))
            shown_as = written / 100 if measure.decimals is None else written
            expected = f"shade-{sum(shown_as >= limit for limit in limits)}"
        assert shapes[code].looks[0] == expected
    texts = dict(shown.legend)
    for shade in {shape.looks[0] for shape in shapes.values()}:
        assert shade in texts


def test_what_is_written_is_what_the_table_says(documents: Documents) -> None:
    shown = scene(documents, kind="officers")
    figures = {name.text: name.figure for name in shown.names}
    assert figures["Havering"] == "4.3"  # 4.25: the browser writes halves up
    assert figures["Camden"] == ""
    assert len(figures) == 33
    assert shown.title == "Officers for each ward: boroughs"
    assert shown.subtitle.startswith("Mean of ")
    assert ("no-figure", "no reliable figure") in shown.legend


def test_figures_of_one_s_own_are_marked_as_such(documents: Documents) -> None:
    values = "code,value\nE09000023,7.25\nE09000012,2"
    shown = scene(documents, kind="officers", values=values, title="Council list")
    assert shown.title == "Council list: boroughs"
    assert "nobody else has checked" in shown.caution
    figures = {name.text: name.figure for name in shown.names}
    assert (figures["Lewisham"], figures["Hackney"], figures["Camden"]) == ("7.3", "2.0", "")
    assert counted(shown)["no-figure"] == 30


# --- front counters ------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["2014-06-01", "2025-09-01", "2026-04-01"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("key", list(counter_measures.MEASURES))
def test_counters_are_those_of_the_date(
    key: str, level: str, on: str, documents: Documents
) -> None:
    shown = scene(documents, kind="counters", level=level, measure=key, on=on)
    picture = counters.picture(store.counters_web(), dt.date.fromisoformat(on))
    points = {site["name"]: site for site in store.counters_web()["sites"]}
    placed = [each for each in picture.standings if points[each.name]["lat"] is not None]
    assert {mark.name for mark in shown.marks} == {each.name for each in placed if each.is_open}
    never = {each.name for each in placed if each.never_closes}
    assert {mark.name for mark in shown.marks if mark.look == "sign-24-7"} == never
    assert {mark.look for mark in shown.marks} <= dict(shown.legend).keys()
    assert bool(shown.caution) == (on != "2025-09-01")
    known = counter_measures.values(key, level, picture, store.counters_web())
    shapes = by_code(shown, documents, level)
    limits = counter_measures.MEASURES[key].breaks
    for code, shape in shapes.items():
        value = known.get(code)
        if shape.looks[0] != "city":
            assert (shape.looks[0] == "no-figure") == (value is None)
        if value is not None and value % 100 != 50:
            shown_as = value if key == "promise" else round(value / 100) * 100
            place = sum(shown_as >= limit for limit in limits)
            assert shape.looks[0] == f"shade-{3 * place if key == 'promise' else place}"


def test_closed_counters_are_shown_when_they_are_wanted(documents: Documents) -> None:
    asked: Any = {"kind": "counters", "on": "2026-04-01"}
    assert "sign-closed" not in {mark.look for mark in scene(documents, **asked).marks}
    shown = scene(documents, **asked, closed="1")
    assert sum(mark.look == "sign-closed" for mark in shown.marks) > 10
    assert ("sign-closed", "closed") in shown.legend


def test_nothing_is_known_before_the_first_fact(documents: Documents) -> None:
    with pytest.raises(BcuMapError, match="nothing is known of front counters"):
        scene(documents, kind="counters", on="1990-01-01")
    with pytest.raises(BcuMapError, match="nothing is known of police units"):
        scene(documents, kind="history", on="1990-01-01")


# --- police units --------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "alone", "merged"), [("2012-06-01", 32, 0), ("2018-12-31", 10, 8),
                                                     ("2026-11-22", 0, 12)])  # fmt: skip
def test_units_of_a_date(on: str, alone: int, merged: int, documents: Documents) -> None:
    shown = scene(documents, kind="history", on=on)
    found = counted(shown)
    assert found["unit-own"] == alone
    assert sum(count for look, count in found.items() if look.startswith("bcu-")) == merged
    assert f"{alone} unit" in shown.subtitle
    assert f"{merged} Basic Command Unit" in shown.subtitle
    assert found["city"] == 1


def test_within_its_month_a_unit_is_dashed_and_afterwards_not(documents: Documents) -> None:
    shown = scene(documents, kind="history", on="2018-11-15")
    assert counted(shown)["unit-unsure"] == 2  # North West and South East
    assert "the day on which one took over is not known" in shown.caution
    assert counted(scene(documents, kind="history", on="2018-12-31"))["unit-unsure"] == 0


def test_offences_are_drawn_with_their_months_and_cautions() -> None:
    known = pictures.known()
    asked = {"kind": "demand", "level": "bcus", "measure": "per_1k.burglary"}
    made = scenes.scene(request.read(asked, known.atlas, today=dt.date(2026, 11, 26)), known)
    assert made.title == "Offences for every 1,000 residents, burglary: BCUs"
    assert made.subtitle == "July 2025 to June 2026"
    assert "4.3" in {name.figure for name in made.names}
    assert any("Recorded crime is not all crime" in note for note in made.notes)
    assert "somebody" not in " ".join(made.notes)
