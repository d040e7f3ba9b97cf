"""The charts: the one module that knows Altair. Data are linked, so a chart is a kilobyte or two.

All return a chart for `ui.draw_chart`. One whose data are inline would cost the process that
serves it pandas and pyarrow, 75 MB. Altair holds every part of a chart against its schema as it is
made, which takes longer than all else of a page; the tests have it do that, the server does not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import altair as alt
from altair.utils import schemapi

from bcumap.base import compact
from bcumap.base.words import NO_FIGURE, NOT_KNOWN, date, figure
from bcumap.facts.measures import Measure

schemapi.disable_debug_mode()
alt.theme.enable("none")  # the page's own

# Colours come from Streamlit's theme but for these; both are told apart on white and on black.
PLAIN, CHOSEN, PROMISE, OTHER = "#8fa3b5", "#2f6db5", "#c8642a", "#6b7b8a"
# What is written, on light and on dark: at least 7 : 1 on either.
INKS = {"light": "#46525e", "dark": "#b4bfca"}
ROW_PX = 17  # height of a bar with its gap
MOST_TICKS = 7  # of months below a chart
# What a mark is called: its name and its figure.
_CALLED = "datum.name + ': ' + datum.shown"
_YEAR = {"interval": "year", "step": 1}
_YEARS = alt.Axis(format="%Y", grid=False, labelAngle=0, labelOverlap=True, tickCount=_YEAR)


def on_theme(chart: Any, theme: str | None) -> dict[str, Any]:
    """Return a chart for a theme, "light" or "dark", with words darker than Streamlit's own.

    It is not validated here: tests validate every chart.
    """
    ink = INKS[theme or "light"]
    words = {"labelColor": ink, "titleColor": ink}
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec["config"] = {
        **spec.get("config", {}),
        "axis": words,
        "legend": words,
        "text": {"color": ink},
    }
    return spec


def ranking(
    url: str,
    measure: Measure,
    names: Sequence[str],
    *,
    chosen: str | None,
    promise: float | None = None,
) -> Any:
    """Draw the areas of a level as bars, one of them marked.

    Parameters
    ----------
    url
        Where `measures.records` of the level are served.
    names
        Their names, in the order in which they are drawn.
    chosen
        The code of the area to mark.
    promise
        The value that was promised, drawn as a line.
    """
    linked = alt.UrlData(url=url, format={"type": "json", "property": "areas"})
    style = ".0%" if measure.decimals is None else f",.{measure.decimals}f"
    least = "(datum.at_least ? '≥ ' : '') + " if measure.is_of_strength else ""
    base = alt.Chart(linked).transform_calculate(
        shown=f"datum['{measure.key}'] === null ? '{NO_FIGURE}' :"
        f" {least}format(datum['{measure.key}'], '{style}')",
        value=f"datum['{measure.key}'] === null ? 0 : datum['{measure.key}']",
        told=_CALLED,
    )
    down = alt.Y(
        "name:N",
        title=None,
        sort=list(names),
        axis=alt.Axis(
            labelLimit=190, labelOverlap=False, labelBound=False, ticks=False, domain=False
        ),
    )
    axis = alt.Axis(grid=False, format=style, tickCount=6)
    across = alt.X("value:Q", title=measure.title, axis=axis)
    colour = alt.condition(f"datum.code === '{chosen or ''}'", alt.value(CHOSEN), alt.value(PLAIN))
    bars = base.mark_bar().encode(
        y=down, x=across, color=colour, tooltip=["name:N", "shown:N"], description="told:N"
    )
    words = base.mark_text(align="left", dx=4, fontSize=11, aria=False).encode(
        y=down, x="value:Q", text="shown:N"
    )
    layers: list[Any] = [bars, words]
    if promise is not None:
        line = alt.Chart(linked).mark_rule(
            color=PROMISE, strokeWidth=2, strokeDash=[5, 3], aria=False
        )
        layers.append(line.encode(x=alt.datum(promise)))
    described = f"{measure.title}: {len(names)} areas as bars, from {names[0]} down to {names[-1]}."
    return alt.layer(*layers).properties(height=len(names) * ROW_PX, description=described)


def promised(timeline: Sequence[Mapping[str, Any]], until: str) -> Any:
    """Draw the officers that every ward has been promised, by the time since which they are.

    Parameters
    ----------
    timeline
        The commitments that held: `from`, `dwo`, `pcso`.
    until
        The day at which the lines end.
    """
    steps = [
        {"from": each["from"], "kind": kind, "officers": each[key] or 0}
        for each in [*timeline, {**timeline[-1], "from": until}]
        for key, kind in (("dwo", "Dedicated ward officers"), ("pcso", "PCSOs"))
    ]
    across = alt.X("from:T", title=None, axis=alt.Axis(format="%Y", grid=False))
    up = alt.Y(
        "officers:Q",
        title="in each ward",
        scale=alt.Scale(domain=[0, 2.4]),
        axis=alt.Axis(values=[0, 1, 2], format="d"),
    )
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(range=[CHOSEN, PROMISE]),
        legend=alt.Legend(orient="top"),
    )
    base = alt.Chart(_data(steps))
    lines = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        x=across, y=up, color=colour, strokeDash=alt.StrokeDash("kind:N", title=None)
    )
    told = "; ".join(
        f"{date(each['from'])}: {each['dwo'] or 0} ward officers, {each['pcso'] or 0} PCSOs"
        for each in timeline
    )
    return alt.layer(lines).properties(height=150, description=f"Promised to each ward: {told}.")


def months(rows: Sequence[Mapping[str, Any]], *, promise: float, title: str = "FTE") -> Any:
    """Draw a strength month by month; a month without a reliable figure is a gap in the line.

    Parameters
    ----------
    rows
        `month` as YYYY-MM and `fte`, None where there is no figure.
    promise
        The officers promised, drawn as a line.
    """
    # Without an offset a time is the visitor's own, so that a month begins when it does.
    base = alt.Chart(_data([{**row, "month": f"{row['month']}-01T00:00"} for row in rows]))
    step = {"interval": "month", "step": math.ceil(len(rows) / MOST_TICKS)}
    axis = alt.Axis(format="%b %Y", grid=False, labelAngle=0, tickCount=step)
    across = alt.X("month:T", title=None, axis=axis)
    up = alt.Y("fte:Q", title=title, scale=alt.Scale(zero=True))
    line = base.mark_line(
        color=CHOSEN, point=alt.OverlayMarkDef(size=18), invalid="break-paths-show-domains"
    )
    told = [alt.Tooltip("month:T", format="%B %Y"), alt.Tooltip("fte:Q", format=",.1f")]
    rule = alt.Chart(_data([{"promised": promise}])).mark_rule(
        color=PROMISE, strokeWidth=2, strokeDash=[5, 3], aria=False
    )
    known = [
        f"{date(each['month'])} {figure(each['fte'], 1)}"
        for each in rows
        if each["fte"] is not None
    ]
    described = (
        f"{title}, month by month, against {promise:g} promised: from {known[0]} to {known[-1]}."
        if known
        else f"{title}, month by month: none is known."
    )
    return alt.layer(
        line.encode(x=across, y=up, tooltip=told), rule.encode(y="promised:Q")
    ).properties(height=220, description=described)


def dots(
    rows: Sequence[Mapping[str, Any]], measure: Measure, *, chosen: str | None, met: float | None
) -> Any:
    """Draw areas as dots on a line each, in the given order; what is not known says so.

    Parameters
    ----------
    rows
        `code`, `name` and `value`, None where there is no figure.
    met
        The value of the Met, drawn as a line.
    """
    style = ".0%" if measure.decimals is None else f",.{measure.decimals}f"
    names = [row["name"] for row in rows]
    base = alt.Chart(_data(rows)).transform_calculate(
        shown=f"datum.value === null ? '{NOT_KNOWN}' : format(datum.value, '{style}')",
        at="datum.value === null ? 0 : datum.value",
        told=_CALLED,
    )
    down = alt.Y(
        "name:N",
        title=None,
        sort=names,
        axis=alt.Axis(labelLimit=190, labelOverlap=False, ticks=False, domain=False, grid=True),
    )
    across = alt.X("at:Q", title=measure.short, axis=alt.Axis(format=style, tickCount=6))
    colour = alt.condition(f"datum.code === '{chosen or ''}'", alt.value(CHOSEN), alt.value(OTHER))
    points = base.mark_circle(size=70, opacity=1).encode(
        y=down, x=across, color=colour, tooltip=["name:N", "shown:N"], description="told:N",
        opacity=alt.condition("datum.value === null", alt.value(0), alt.value(1)),
    )  # fmt: skip
    words = base.mark_text(align="left", dx=8, fontSize=11, aria=False).encode(
        y=down, x="at:Q", text="shown:N"
    )
    layers: list[Any] = [points, words]
    if met is not None:
        layers.append(_rule().encode(x=alt.datum(met)))
    told = "; ".join(
        f"{row['name']} {NOT_KNOWN if row['value'] is None else measure.text(row['value'])}"
        for row in rows
    )
    described = f"{measure.title}, by area: {told}."
    return alt.layer(*layers).properties(height=len(names) * ROW_PX, description=described)


def demand_months(
    url: str, events: Sequence[tuple[str, str]], *, field: str, title: str, described: str
) -> Any:
    """Draw the offences of areas by month as lines, with what changed as numbered lines.

    Parameters
    ----------
    url
        Where `demand.months_told` is served.
    events
        The month (YYYY-MM) and the number of each.
    field
        `year_per_1k` or `per_1k`.
    described
        What the chart shows, in words.
    """
    # Without an offset a time is the visitor's own, so that a month begins when it does.
    base = alt.Chart(_served(url, "months")).transform_calculate(
        at="toDate(datum.month + '-01T00:00')"
    )
    lines = base.mark_line(strokeWidth=2).encode(
        x=alt.X("at:T", title=None, axis=_YEARS),
        y=alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=True)),
        color=_by_name(),
        strokeDash=alt.StrokeDash("name:N", title=None, sort=None),
        tooltip=["name:N", alt.Tooltip("at:T", title="month", format="%B %Y"),
                 alt.Tooltip(f"{field}:Q", title=title, format=",.1f")],
    )  # fmt: skip
    layers: list[Any] = [lines]
    if events:
        marks = alt.Chart(_data([{"at": f"{on}-01T00:00", "label": word} for on, word in events]))
        layers.append(marks.mark_rule(color=OTHER, strokeDash=[2, 3], aria=False).encode(x="at:T"))
        layers.append(
            marks.mark_text(baseline="top", align="left", dx=3, fontSize=11, aria=False).encode(
                x="at:T", y=alt.value(0), text="label:N"
            )
        )
    return alt.layer(*layers).properties(height=260, description=described)


def confidence(url: str, question: str, described: str) -> Any:
    """Draw the shares of a question by quarter: of a borough, if one is in the data, and the Met.

    Parameters
    ----------
    url
        Where `demand.survey_told` is served.
    """
    base = (
        alt.Chart(_served(url, "quarters"))
        .transform_filter(f"datum.question === '{question}'")
        .transform_calculate(at="toDate(datum.quarter + '-01T00:00')")
    )
    lines = base.mark_line(strokeWidth=2).encode(
        x=alt.X("at:T", title=None, axis=_YEARS),
        y=alt.Y("share:Q", title="agree", axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=True)),
        color=_by_name(),
        strokeDash=alt.StrokeDash("name:N", title=None, sort=None),
        tooltip=["name:N", alt.Tooltip("at:T", title="quarter to", format="%B %Y"),
                 alt.Tooltip("share:Q", format=".0%")],
    )  # fmt: skip
    return alt.layer(lines).properties(height=220, description=described)


def officers_and_demand(url: str, described: str) -> Any:
    """Draw boroughs by offences for each ward officer promised and officers there for each ward.

    Parameters
    ----------
    url
        Where `demand.Row`s of boroughs are served, with `fte_per_ward`.
    """
    base = alt.Chart(_served(url, "areas")).transform_filter("datum.fte_per_ward !== null")
    across = alt.X(
        "per_promised_officer:Q",
        title="offences per officer promised",
        scale=alt.Scale(type="log", base=2, nice=False, padding=16),
        axis=alt.Axis(values=[200, 400, 800, 1600], grid=True),
    )
    scale = alt.Scale(zero=False, padding=12)
    up = alt.Y("fte_per_ward:Q", title="officers in post, FTE a ward", scale=scale)
    points = base.mark_circle(size=60, color=CHOSEN, opacity=1).encode(
        x=across, y=up,
        tooltip=["name:N", alt.Tooltip("per_promised_officer:Q", title="offences per promised",
                                       format=",.0f"),
                 alt.Tooltip("fte_per_ward:Q", title="FTE a ward", format=".1f")],
    )  # fmt: skip
    # Names find no room on a phone, where the table has them.
    names = base.mark_text(
        align="left", dx=6, fontSize=10, aria=False, opacity=alt.ExprRef("width > 520 ? 1 : 0")
    ).encode(x=across, y=up, text="name:N")
    return alt.layer(points, names).properties(height=460, description=described)


def _by_name() -> alt.Color:
    return alt.Color(
        "name:N",
        title=None,
        sort=None,
        scale=alt.Scale(range=[CHOSEN, PROMISE, OTHER]),
        legend=alt.Legend(orient="top"),
    )


def _rule() -> alt.Chart:
    rule: alt.Chart = alt.Chart(_data([{}])).mark_rule(
        color=PROMISE, strokeWidth=2, strokeDash=[5, 3], aria=False
    )
    return rule


def _served(url: str, rows: str) -> alt.UrlData:
    """Rows that the API serves under a name."""
    return alt.UrlData(url=url, format={"type": "json", "property": rows})


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.UrlData:
    """A few rows as a link that holds them."""
    url = f"data:application/json;charset=utf-8,{quote(compact.text(list(rows)))}"
    return alt.UrlData(url=url, format={"type": "json"})
