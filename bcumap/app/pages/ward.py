"""My ward: what it was promised, what is known to be there, whom to call; printed on a page."""

from __future__ import annotations

import streamlit as st

from bcumap.app import charts, panels, search
from bcumap.app.api import DEMAND, OFFICERS
from bcumap.app.assets import base_path
from bcumap.app.links import level_of
from bcumap.app.pages import briefing, own_list
from bcumap.app.ui import draw_chart, draw_map, save_bar, save_data
from bcumap.base import dates
from bcumap.base.errors import BcuMapError, NotThereError
from bcumap.base.schema import COMMITMENT_HOLDS
from bcumap.facts import demand, demand_views, measures, views
from bcumap.facts.cached import atlas, demand_report, facts, happenings
from bcumap.facts.cached import demand as known
from bcumap.facts.measures import MEASURES

COMPARED = "fte_per_ward"
TEAM_TIMEOUT_S = 12


def page() -> None:
    """Draw the page."""
    explorer()
    st.html(panels.footer(facts(), "ward"))


@st.fragment
def explorer() -> None:
    """Search box, map, and all that is known of the chosen ward; a click reruns only this."""
    asked, _ = search.box()
    wanted = asked.wanted
    code = wanted.code if wanted and wanted.level == "wards" else None
    st.html(briefing.title(code, facts()) if code else briefing.welcome())
    met = bool(code and facts()["wards"][code]["officers"])
    if code and met:
        _team(code)
    elif code:
        st.html(briefing.not_of_the_met(code, facts()))
    if code:
        st.html(panels.shown("parts.share"))
    left, right = st.columns([5, 4], gap="medium")
    with left:
        level = level_of(asked)
        draw_map(asked, look="small")
        with st.container(key="paper-legend"):
            st.html(panels.legend())
        save_bar()(key="save", data=save_data("areas", level, wanted, level=level))
    if code is None or not met:
        return
    told = known().strengths.last(code), known().teams.get(code, ())
    right.html(briefing.standing(code, facts(), *told, own=_own(code)))
    with st.container(key="ward-demand"):  # on paper the questions below have the sums
        _demand(code)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        with st.container(key="ward-compared"):
            _compared(code)
        _to_ask(code)
    with right:
        st.html(briefing.neighbours(code, facts()))
        _history(code)


def _own(code: str) -> briefing.OwnFigure | None:
    """What the visitor's own list, if there is one, says of the ward."""
    listed = own_list.current()
    month, known = own_list.latest("wards")
    if listed is None or code not in known:
        return None
    return briefing.OwnFigure(known[code] or 0.0, month, listed.name)


def _demand(code: str) -> None:
    """What is asked of the ward's police: offences by group, months, and what to ask about it."""
    st.html("<h2>What is asked of its police</h2>")
    if not known().wards.months:
        st.html(panels.shown("demand.no_data"))
        return
    told = demand_report("wards")
    st.html(panels.explained(demand_views.ward_told(told, code)))
    rows = demand.months_told(known(), facts(), code)
    left, right = st.columns([5, 4], gap="medium")
    left.html(panels.shown("demand.minded", *demand_views.of_ward(known(), facts(), told, code)))
    draw_chart(
        charts.demand_months(
            f"{base_path()}{DEMAND}/months?area={code}",
            [(demand.NEW_SYSTEM_FROM, "new system")],
            field="per_1k",
            title="in a month, per 1,000",
            described=demand_views.months_told(rows),
        ),
        right,
    )


def _to_ask(code: str) -> None:
    """What a councillor could ask the ward officers about what is asked of them; it is printed."""
    if known().wards.months:
        told = demand_report("wards")
        asked = demand_views.to_ask(told, known(), facts(), code)
        st.html(panels.shown("demand.to_ask", demand_views.ward_told(told, code), asked))


def _compared(code: str) -> None:
    """The ward's borough among the others."""
    promise = facts()["officers"]
    boroughs = measures.ranked(atlas(), "boroughs", COMPARED)
    st.html("<h2>Its borough among those of the Met</h2>")
    draw_chart(
        charts.ranking(
            f"{base_path()}{OFFICERS}?level=boroughs",
            MEASURES[COMPARED],
            [facts()["boroughs"][each]["name"] for each in boroughs],
            chosen=facts()["wards"][code]["borough_code"],
            promise=promise["dwo"] + promise["pcso"],
        )
    )
    st.html(briefing.comparison_note(facts()))


def _history(code: str) -> None:
    """How the promise changed, and the strength if the visitor brought it."""
    rows = own_list.months_of("wards", code) or known().strengths.of(code)
    if len(rows) > 1:
        committed = facts()["wards"][code]["officers"]["committed"]
        listed = own_list.months_of("wards", code)
        st.html(f"<h2>{'Your list' if listed else 'Ward officers'}, month by month</h2>")
        draw_chart(charts.months(rows, promise=committed))
    st.html("<h2>The promise through time</h2>")
    held = [each for each in facts()["officers"]["timeline"] if each["status"] in COMMITMENT_HOLDS]
    with st.container(key="promised"):
        draw_chart(charts.promised(held, dates.today().isoformat()))
    st.html(briefing.timeline(facts()))
    changes = views.changes(happenings(), atlas()[code])
    st.html(panels.shown("parts.folded", changes, page="ward"))


def _team(code: str) -> None:
    """Ask for the team when the visitor does, and say so where there is no answer."""
    st.html(briefing.contact_note())
    place = st.empty()
    if not st.button("Show the team and contact details", key=f"team-{code}"):
        return
    from bcumap.services import police_uk

    name = facts()["wards"][code]["name"]
    with place, st.spinner("Asking data.police.uk …"):
        try:
            told = briefing.team(police_uk.live_team(code, timeout_s=TEAM_TIMEOUT_S), facts())
        except NotThereError:
            told = briefing.no_team(name, listed=False)
        except BcuMapError:
            told = briefing.no_team(name, listed=True)
    place.html(told)
