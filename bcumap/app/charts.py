"""The charts: the one module that knows Altair. Data are linked, so a chart is a kilobyte or two.

All return a chart for `st.altair_chart`. One whose data are inline would cost the process that
serves it pandas and pyarrow, 75 MB.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import altair as alt

from bcumap.base.words import NO_FIGURE
from bcumap.facts.measures import Measure

# Colours come from Streamlit's theme but for these; both are told apart on white and on black.
PLAIN, CHOSEN, PROMISE, WORDS = "#8fa3b5", "#2f6db5", "#c8642a", "#6b7b8a"
ROW_PX = 17  # height of a bar with its gap
MOST_TICKS = 7  # of months below a chart


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
    base = alt.Chart(linked).transform_calculate(
        shown=f"datum['{measure.key}'] === null ? '{NO_FIGURE}' :"
        f" (datum.at_least ? '≥ ' : '') + format(datum['{measure.key}'], '{style}')",
        value=f"datum['{measure.key}'] === null ? 0 : datum['{measure.key}']",
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
    bars = base.mark_bar().encode(y=down, x=across, color=colour, tooltip=["name:N", "shown:N"])
    words = base.mark_text(align="left", dx=4, fontSize=11, color=WORDS).encode(
        y=down, x="value:Q", text="shown:N"
    )
    layers: list[Any] = [bars, words]
    if promise is not None:
        line = alt.Chart(linked).mark_rule(color=PROMISE, strokeWidth=2, strokeDash=[5, 3])
        layers.append(line.encode(x=alt.datum(promise)))
    return alt.layer(*layers).properties(height=len(names) * ROW_PX)


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
    return alt.layer(lines).properties(height=150)


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
        color=PROMISE, strokeWidth=2, strokeDash=[5, 3]
    )
    return alt.layer(
        line.encode(x=across, y=up, tooltip=told), rule.encode(y="promised:Q")
    ).properties(height=220)


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.UrlData:
    """A few rows as a link that holds them."""
    text = json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))
    url = f"data:application/json;charset=utf-8,{quote(text)}"
    return alt.UrlData(url=url, format={"type": "json"})
