"""Resources and demand: what is asked of the police beside the officers there, area by area."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

import streamlit as st

from bcumap.app import charts, panels, search
from bcumap.app.api import DEMAND
from bcumap.app.assets import base_path
from bcumap.app.links import level_of
from bcumap.app.panels import shown
from bcumap.app.ui import choice, draw_chart, draw_map, draw_table, save_bar, save_data
from bcumap.base.schema import LEVELS
from bcumap.base.words import LEVEL_WORDS, date, listed, rounded
from bcumap.facts import demand, demand_measures
from bcumap.facts import demand_views as views
from bcumap.facts.areas import Area
from bcumap.facts.cached import around, atlas, demand_report, history
from bcumap.facts.cached import demand as known
from bcumap.facts.demand import ALL, GROUPS, NEW_SYSTEM_FROM, QUESTIONS
from bcumap.facts.demand_measures import FIRST, MEASURES, OF_OFFENCES
from bcumap.facts.measures import Measure
from bcumap.facts.views import measure_legend

NAMES = {
    "bcus": [("name", "BCU", "")],
    "boroughs": [("name", "Borough", ""), ("bcu", "BCU", "")],
    "wards": [("name", "Ward", ""), ("borough", "Borough", "")],
}
# The changes of the model that the line through time is marked with, and the Met's new system.
MARKED = ("2013-06-24", "2017-01", "2018-05", "2019-02")
NEW_SYSTEM = "The Met’s new recording system, CONNECT"


def page() -> None:
    """Draw the page."""
    st.html(shown("demand.heading"))
    if not known().boroughs.months:
        st.html(shown("demand.no_data"))
        return
    told = demand_report("bcus")
    st.html(shown("parts.table", views.question(known(), told, around()["strength"])))
    st.html("<h2>The BCUs side by side</h2>")
    st.html(shown("parts.table", views.side_by_side(told, views.time_taken(known(), atlas()))))
    st.html(panels.explained(views.highest(known(), told)))
    _minded(told.cautions)
    explorer()
    _officers()
    st.html("<h2>Cautions</h2>")
    _minded(demand.CAUTIONS)
    st.html(panels.footer(atlas(), "demand"))


def _minded(keys: Iterable[str]) -> None:
    """The cautions of what stands above."""
    st.html(shown("demand.cautions", views.cautions(keys)))


@st.fragment
def explorer() -> None:
    """Search box, measure, map, ranking, table, and the chosen area through time."""
    st.html("<h2>Area by area</h2>")
    asked, _ = search.box()
    wanted = asked.wanted
    level = level_of(asked)
    one, two = st.columns(2, gap="medium")
    measure = _measure(one)
    group = _group(two, measure)
    measure = demand_measures.of_group(measure.key, group)
    reports = {each: demand_report(each, None, group) for each in _levels()}
    if level not in reports:
        level = "boroughs"
    values = {each: _values(told, measure) for each, told in reports.items()}
    if wanted and wanted.level in reports and wanted.officers:
        st.html(shown("demand.minded", *views.beside(wanted, reports)))
    left, right = st.columns([5, 4], gap="medium")
    title = measure.title + (f": {GROUPS[group]}" if group != ALL else "")
    with left:
        draw_map(
            asked,
            level=level,
            shading={
                each: panels.measured(
                    measure,
                    values[each].values(),
                    demand_measures.unknown(each, measure.key),
                    title=title,
                    values=values[each],
                )
                for each in values
            },
        )
        unknown = demand_measures.unknown(level, measure.key)
        st.html(panels.legend(measure_legend(measure, values[level].values(), unknown)))
        save_bar()(
            key="save",
            data=save_data(
                "demand",
                level,
                wanted,
                level=level,
                measure=measure.key if group == ALL else f"{measure.key}.{group}",
            ),
        )
    with right:
        offences = {row.code: row.offences for row in reports[level].rows}
        draw_table(
            asked,
            level,
            columns=[
                *NAMES[level],
                (measure.key, measure.short, panels.KINDS[measure.decimals]),
                *([] if measure.key == "offences" else [("offences", "Offences", "count")]),
            ],
            sort=measure.key,
            caption=f"{title}: {LEVEL_WORDS[level].plural}",
            unknown={measure.key: unknown, "offences": "", "bcu": ""},
            of_met=[measure.key, "offences"],
            given={"offences": offences, measure.key: values[level]},
        )
    _ranking(level, measure, values[level], reports[level].met, wanted)
    _minded(demand_measures.cautions(level, measure.key))
    _through_time(wanted, group)
    _confidence(wanted, measure)


def _values(told: demand.Report, measure: Measure) -> dict[str, float | None]:
    """A measure as it is shown: what is sent for 679 wards is a third smaller so."""
    known_values = demand_measures.values(known(), atlas(), told, measure.key)
    decimals = 2 if measure.decimals is None else measure.decimals
    return {
        code: None if value is None else float(rounded(value, decimals))
        for code, value in known_values.items()
    }


def _levels() -> list[str]:
    return [level for level in LEVELS if known().offences(level).months]


def _measure(place: Any) -> Measure:
    """Let the visitor choose a measure; it is part of the link."""
    titles = {key: each.title for key, each in MEASURES.items()}
    key = choice(
        "What to compare",
        titles,
        key="demand-measure",
        parameter="measure",
        first=FIRST,
        place=place,
    )
    place.html(panels.explained(MEASURES[key].what))
    return MEASURES[key]


def _group(place: Any, measure: Measure) -> str:
    """Let the visitor choose a group of offences; it is part of the link."""
    group = choice(
        "Which offences",
        {each: views.offences(each) for each in (ALL, *GROUPS)},
        key="demand-group",
        parameter="group",
        first=ALL,
        place=place,
        disabled=measure.key not in OF_OFFENCES,
    )
    return group if measure.key in OF_OFFENCES else ALL


def _ranking(
    level: str,
    measure: Measure,
    values: dict[str, float | None],
    met: demand.Row,
    wanted: Area | None,
) -> None:
    """The areas of a level in order; wards are too many for it."""
    if level == "wards":
        return
    rows = [
        {"code": code, "name": atlas()[code].name, "value": value}
        for code, value in sorted(
            values.items(), key=lambda item: (item[1] is None, -(item[1] or 0))
        )
    ]
    of_met = getattr(met, measure.key, None) if measure.key != "offences" else None
    st.html(f"<h3>{LEVEL_WORDS[level].plural} in order</h3>")
    unknown = demand_measures.unknown(level, measure.key)
    st.html(panels.explained(views.ranking(rows, measure, unknown)))
    if any(row["value"] is not None for row in rows):
        draw_chart(charts.dots(rows, measure, chosen=wanted.code if wanted else None, met=of_met))


def _through_time(wanted: Area | None, group: str) -> None:
    """Offences of twelve months to each month, of the chosen area and the Met."""
    chosen = wanted if wanted and wanted.officers else None
    rows = demand.months_told(known(), atlas(), chosen, group)
    names = list(dict.fromkeys(row.name for row in rows))
    st.html(f"<h3>Through time: {escape(listed(names))}</h3>")
    marked = [(on, text) for on, text in _marks() if on[:7] >= rows[0].month]
    told = views.time_told(rows, group)
    url = f"{base_path()}{DEMAND}/months?group={group}" + (f"&area={chosen.code}" if chosen else "")
    draw_chart(
        charts.demand_months(
            url,
            [(on[:7], str(number)) for number, (on, _) in enumerate(marked, start=1)],
            field="year_per_1k",
            title="in twelve months, per 1,000",
            described=told,
        )
    )
    st.html(shown("demand.marks", [(date(on), text) for on, text in marked]))
    st.html(shown("demand.time_note", told))
    st.html(shown("demand.folded", views.through_time(rows, group)))


def _marks() -> list[tuple[str, str]]:
    """What changed, by date."""
    models = {row["from"]: row["label"] for row in history()["models"]}
    marked = [(on, models[on]) for on in MARKED if on in models]
    return [*marked, (NEW_SYSTEM_FROM, NEW_SYSTEM)]


def _confidence(wanted: Area | None, measure: Measure) -> None:
    """What people think of the police through time: the Met's and the borough's."""
    question = measure.key if measure.key in QUESTIONS else "good_job"
    borough = wanted.borough if wanted and wanted.officers else None
    rows = demand.survey_told(known(), atlas(), borough)
    if not rows:
        return
    st.html(f"<h3>Confidence: “{QUESTIONS[question]}”</h3>")
    told = views.shares_told(rows, question)
    url = f"{base_path()}{DEMAND}/confidence" + (f"?area={borough.code}" if borough else "")
    draw_chart(charts.confidence(url, question, told))
    st.html(panels.explained(told))
    st.html(shown("demand.folded", views.shares(rows, question)))
    _minded(["survey"])


def _officers() -> None:
    """Officers against demand by borough."""
    told = demand_report("boroughs")
    described = views.officers_told(told)
    st.html("<h2>Officers against demand, by borough</h2>")
    draw_chart(charts.officers_and_demand(f"{base_path()}{DEMAND}?level=boroughs", described))
    st.html(panels.explained(described))
    st.html(shown("demand.folded", views.officers(told, atlas())))
