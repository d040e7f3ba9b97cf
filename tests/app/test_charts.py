"""Charts: data by link only, what is marked and promised, and nothing heavy for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from bcumap.app import charts
from bcumap.facts import demand_measures, store
from bcumap.facts.measures import MEASURES
from tests.test_floors import run

URL = "/api/v1/officers?level=boroughs"
NAMES = ["Kingston upon Thames", "Lewisham", "Barking and Dagenham", "Camden"]
FTE = MEASURES["fte_per_ward"]
HELD = [each for each in store.facts()["officers"]["timeline"] if each["status"] != "promised"]
MONTHS = [{"month": "2024-07", "fte": 3.0}, {"month": "2024-08", "fte": None},
          {"month": "2024-09", "fte": 2.25}]  # fmt: skip

RANKING = charts.ranking(URL, FTE, NAMES, chosen="E09000023", promise=3).to_dict()
PROMISED = charts.promised(HELD, "2026-11-22").to_dict()
STRENGTH = charts.months(MONTHS, promise=3).to_dict()
RATES = [{"code": "AW", "name": "Central West", "value": 219.5},
         {"code": "CN", "name": "Central North", "value": None}]  # fmt: skip
PER_1K = demand_measures.MEASURES["per_1k"]
DOTS = charts.dots(RATES, PER_1K, chosen="AW", met=100.0).to_dict()
DEMAND = charts.demand_months(
    "/api/v1/demand/months", [("2017-01", "1")], field="year_per_1k", title="a year",
    described="Offences of the Met",
).to_dict()  # fmt: skip
CONFIDENCE = charts.confidence("/api/v1/demand/confidence", "good_job", "A good job").to_dict()
SCATTER = charts.officers_and_demand("/api/v1/demand?level=boroughs", "Boroughs").to_dict()


def inside(spec: Any) -> Iterator[dict[str, Any]]:
    """Every object in a specification, however deep."""
    if isinstance(spec, dict):
        yield spec
        for each in spec.values():
            yield from inside(each)
    elif isinstance(spec, list):
        for each in spec:
            yield from inside(each)


def sources(spec: Any) -> list[dict[str, Any]]:
    return [each["data"] for each in inside(spec) if "data" in each]


def linked(source: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that a link holds."""
    head, _, body = source["url"].partition(",")
    assert head == "data:application/json;charset=utf-8"
    return list(json.loads(unquote(body, errors="strict")))


def layers(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [each for each in spec["layer"] if each["mark"]["type"] == mark]


@pytest.mark.parametrize(
    "spec",
    [RANKING, PROMISED, STRENGTH, DOTS, DEMAND, CONFIDENCE, SCATTER],
    ids=["ranking", "promised", "months", "dots", "demand", "confidence", "scatter"],
)
def test_all_data_are_linked(spec: dict[str, Any]) -> None:
    assert sources(spec)
    for source in sources(spec):
        assert set(source) == {"url", "format"}
        assert source["format"]["type"] == "json"
    assert not any("datasets" in each for each in inside(spec))
    assert len(json.dumps(spec)) < 4_000


# --- areas side by side ------------------------------------------------------------------------


def test_the_areas_come_from_where_programs_get_them() -> None:
    assert sources(RANKING) == [{"url": URL, "format": {"type": "json", "property": "areas"}}]


def test_areas_are_drawn_in_the_given_order() -> None:
    for mark in ("bar", "text"):
        (layer,) = layers(RANKING, mark)
        assert (layer["encoding"]["y"]["field"], layer["encoding"]["y"]["sort"]) == ("name", NAMES)


def test_every_area_has_its_room() -> None:
    more = charts.ranking(URL, FTE, NAMES * 8, chosen=None).to_dict()
    assert more["height"] == 8 * RANKING["height"] >= 32 * 12


def test_the_chosen_area_is_marked_and_no_other() -> None:
    (bars,) = layers(RANKING, "bar")
    colour = bars["encoding"]["color"]
    assert colour["condition"]["test"] == "datum.code === 'E09000023'"
    assert colour["condition"]["value"] != colour["value"]
    (bars,) = layers(charts.ranking(URL, FTE, NAMES, chosen=None).to_dict(), "bar")
    assert bars["encoding"]["color"]["condition"]["test"] == "datum.code === ''"


def test_the_promise_is_a_line_at_3() -> None:
    (rule,) = layers(RANKING, "rule")
    assert rule["encoding"] == {"x": {"datum": 3}}
    assert layers(charts.ranking(URL, FTE, NAMES, chosen=None).to_dict(), "rule") == []


def test_an_area_without_a_figure_says_so_and_is_no_longer_than_nothing() -> None:
    (bars,) = layers(RANKING, "bar")
    told = {each["as"]: each["calculate"] for each in bars["transform"]}
    assert told["shown"].startswith("datum['fte_per_ward'] === null ? 'no reliable figure' : ")
    assert "datum.at_least ? '≥ '" in told["shown"]
    assert told["value"].startswith("datum['fte_per_ward'] === null ? 0 : ")
    (words,) = layers(RANKING, "text")
    assert words["encoding"]["text"]["field"] == "shown"


@pytest.mark.parametrize(
    ("key", "style"),
    [("fte_per_ward", ",.1f"), ("share_of_commitment", ".0%"), ("committed", ",.0f")],
)
def test_a_measure_is_written_as_everywhere(key: str, style: str) -> None:
    spec = charts.ranking(URL, MEASURES[key], NAMES, chosen=None).to_dict()
    (bars,) = layers(spec, "bar")
    assert bars["encoding"]["x"]["axis"]["format"] == style
    assert bars["encoding"]["x"]["title"] == MEASURES[key].title
    is_bound = any("at_least" in each["calculate"] for each in bars["transform"])
    assert is_bound == MEASURES[key].is_of_strength
    assert f"format(datum['{key}'], '{style}')" in bars["transform"][0]["calculate"]


# --- the promise through time ------------------------------------------------------------------


def test_the_promise_is_two_lines_that_end_when_they_are_told_to() -> None:
    (source,) = sources(PROMISED)
    rows = linked(source)
    lines = {
        kind: [(row["from"], row["officers"]) for row in rows if row["kind"] == kind]
        for kind in ("Dedicated ward officers", "PCSOs")
    }
    assert lines["Dedicated ward officers"] == [
        ("2013", 1), ("2017-12-28", 2), ("2020-07-17", 2), ("2022-02", 2), ("2026-11-22", 2),
    ]  # fmt: skip
    assert lines["PCSOs"] == [(day, 1) for day, _ in lines["Dedicated ward officers"]]
    assert len(rows) == 10
    (line,) = layers(PROMISED, "line")
    assert line["mark"]["interpolate"] == "step-after"


def test_what_was_not_promised_is_drawn_as_none() -> None:
    only = [{"from": "2016-11-18", "dwo": 2, "pcso": None}]
    rows = linked(sources(charts.promised(only, "2017-01-01").to_dict())[0])
    assert [row["officers"] for row in rows if row["kind"] == "PCSOs"] == [0, 0]
    assert only == [{"from": "2016-11-18", "dwo": 2, "pcso": None}]


# --- months ------------------------------------------------------------------------------------


def test_a_month_without_a_figure_stays_a_gap() -> None:
    (line,) = layers(STRENGTH, "line")
    assert [row["fte"] for row in linked(line["data"])] == [3.0, None, 2.25]
    assert "null" in unquote(line["data"]["url"])
    assert line["mark"]["invalid"] == "break-paths-show-domains"


def test_a_month_is_of_the_visitor_s_own_time() -> None:
    """A time of day without an offset is local; a date alone would be London's or Greenwich's."""
    (line,) = layers(STRENGTH, "line")
    assert [row["month"] for row in linked(line["data"])] == [
        "2024-07-01T00:00", "2024-08-01T00:00", "2024-09-01T00:00",
    ]  # fmt: skip
    assert line["encoding"]["x"]["type"] == "temporal"


def test_the_promise_of_an_area_is_a_line_across() -> None:
    (rule,) = layers(STRENGTH, "rule")
    assert linked(rule["data"]) == [{"promised": 3}]
    assert rule["encoding"]["y"]["field"] == "promised"


@pytest.mark.parametrize(("months", "step"), [(2, 1), (7, 1), (8, 2), (60, 9)])
def test_few_enough_months_are_named_to_be_read(months: int, step: int) -> None:
    rows = [{"month": f"{2020 + n // 12}-{n % 12 + 1:02}", "fte": 1.0} for n in range(months)]
    (line,) = layers(charts.months(rows, promise=3).to_dict(), "line")
    assert line["encoding"]["x"]["axis"]["tickCount"] == {"interval": "month", "step": step}


def test_months_can_be_of_another_unit() -> None:
    (line,) = layers(charts.months(MONTHS, promise=3, title="minutes").to_dict(), "line")
    assert line["encoding"]["y"]["title"] == "minutes"


# --- nothing gets out, nothing heavy comes in --------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["</script><script>alert(1)</script>", '"}],"x":[{"', "'", "\\", "#top", "?a=b&c", "%22", "50%",
     "a,b", "a b\nc\t", "“é😀”", "&quot;"],
)  # fmt: skip
def test_no_text_leaves_the_link_that_holds_it(text: str) -> None:
    step = {"from": text, "dwo": 2, "pcso": 1}
    (source,) = sources(charts.promised([step], text).to_dict())
    body = source["url"].partition(",")[2]
    assert not set(body) & set("<>\"'`\\{}[]#?& \n\t,")
    assert body.isascii()
    assert {row["from"] for row in linked(source)} == {text}


def test_drawing_them_needs_neither_pandas_nor_pyarrow() -> None:
    loaded = run(
        "import sys\n"
        "from bcumap.app import charts\nfrom bcumap.facts import measures\n"
        "from bcumap.app.ui import draw_chart\n"
        "fte = measures.MEASURES['fte_per_ward']\n"
        "rows = [{'month': '2024-07', 'fte': 3.0}, {'month': '2024-08', 'fte': None}]\n"
        "one = charts.ranking('/x', fte, ['A', 'B'], chosen='A', promise=3)\n"
        "two = charts.promised([{'from': '2013', 'dwo': 1, 'pcso': 1}], '2026-11-22')\n"
        "three = charts.months(rows, promise=3)\n"
        "for chart in (one, two, three):\n"
        "    draw_chart(chart)\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert {"altair", "streamlit"} <= set(loaded)
    assert [name for name in ("pandas", "pyarrow", "numpy", "geopandas") if name in loaded] == []


# --- for everybody -------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [RANKING, PROMISED, STRENGTH, DOTS, DEMAND, CONFIDENCE, SCATTER])
def test_every_chart_says_in_words_what_it_shows(spec: dict[str, Any]) -> None:
    assert spec["description"]


def test_the_words_of_lines_have_their_first_and_last() -> None:
    assert "28 December 2017: 2 ward officers, 1 PCSO" in PROMISED["description"]
    assert STRENGTH["description"].endswith("from July 2024 3.0 to September 2024 2.3.")


@pytest.mark.parametrize("spec", [RANKING, DOTS])
def test_a_mark_is_called_by_its_name_and_figure(spec: dict[str, Any]) -> None:
    (marks,) = layers(spec, "bar") or layers(spec, "circle")
    assert marks["encoding"]["description"] == {"field": "told", "type": "nominal"}
    assert all(words["mark"]["aria"] is False for words in layers(spec, "text"))


@pytest.mark.parametrize(
    ("theme", "paper"), [("light", "#ffffff"), ("dark", "#12181f"), (None, "#ffffff")]
)
def test_words_of_charts_can_be_read(theme: str | None, paper: str) -> None:
    config = charts.on_theme(charts.promised(HELD, "2026-11-22"), theme)["config"]
    inks = {
        config["axis"]["labelColor"], config["axis"]["titleColor"],
        config["legend"]["labelColor"], config["text"]["color"],
    }  # fmt: skip
    assert len(inks) == 1
    assert contrast(inks.pop(), paper) >= 7


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    dark, bright = sorted(map(light, (one, other)))
    return bright / dark


# --- demand --------------------------------------------------------------------------------------


def test_dots_say_what_they_show_and_what_is_not_known() -> None:
    assert DOTS["description"] == (
        "Offences for every 1,000 residents, by area: Central West 220; Central North not known."
    )
    (points,) = layers(DOTS, "circle")
    assert points["encoding"]["opacity"]["condition"]["test"] == "datum.value === null"
    (rule,) = layers(DOTS, "rule")
    assert rule["encoding"]["x"]["datum"] == 100.0


def test_lines_through_time_are_served_by_the_api_and_marked() -> None:
    (lines,) = layers(DEMAND, "line")
    assert lines["data"]["url"] == "/api/v1/demand/months"
    assert lines["encoding"]["y"]["field"] == "year_per_1k"
    (marks,) = layers(DEMAND, "rule")
    assert linked(marks["data"]) == [{"at": "2017-01-01T00:00", "label": "1"}]


def test_names_of_boroughs_leave_a_phone_free() -> None:
    (names,) = layers(SCATTER, "text")
    assert names["mark"]["opacity"] == {"expr": "width > 520 ? 1 : 0"}
