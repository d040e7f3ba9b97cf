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
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas, demand_report, happenings
from bcumap.facts.cached import demand as known
from bcumap.facts.measures import MEASURES

COMPARED = "fte_per_ward"
TEAM_TIMEOUT_S = 12


def page() -> None:
    """Draw the page."""
    explorer()
    st.html(panels.footer(atlas(), "ward"))


@st.fragment
def explorer() -> None:
    """Search box, map, and all that is known of the chosen ward; a click reruns only this."""
    asked, _ = search.box()
    wanted = asked.wanted
    ward = wanted and wanted.ward
    st.html(briefing.title(ward) if ward else briefing.welcome())
    if ward and ward.officers:
        _team(ward)
    elif ward:
        st.html(briefing.not_of_the_met(ward))
    if ward:
        st.html(panels.shown("parts.share"))
    left, right = st.columns([5, 4], gap="medium")
    with left:
        level = level_of(asked)
        draw_map(asked, look="small")
        with st.container(key="paper-legend"):
            st.html(panels.legend())
        save_bar()(key="save", data=save_data("areas", level, wanted, level=level))
    if ward is None or not ward.officers:
        return
    told = known().strengths.last(ward.code), known().teams.get(ward.code, ())
    right.html(briefing.standing(ward, *told, own=_own(ward.code)))
    with st.container(key="ward-demand"):  # on paper the questions below have the sums
        _demand(ward)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        with st.container(key="ward-compared"):
            _compared(ward)
        _to_ask(ward)
    with right:
        st.html(briefing.neighbours(ward))
        _history(ward)


def _own(code: str) -> briefing.OwnFigure | None:
    """What the visitor's own list, if there is one, says of the ward."""
    listed = own_list.current()
    month, known = own_list.latest("wards")
    if listed is None or code not in known:
        return None
    return briefing.OwnFigure(known[code] or 0.0, month, listed.name)


def _demand(ward: Area) -> None:
    """What is asked of the ward's police: offences by group, months, and what to ask about it."""
    st.html("<h2>What is asked of its police</h2>")
    if not known().wards.months:
        st.html(panels.shown("demand.no_data"))
        return
    told = demand_report("wards")
    st.html(panels.explained(demand_views.ward_told(told, ward)))
    rows = demand.months_told(known(), atlas(), ward)
    left, right = st.columns([5, 4], gap="medium")
    left.html(panels.shown("demand.minded", *demand_views.of_ward(known(), told, ward)))
    draw_chart(
        charts.demand_months(
            f"{base_path()}{DEMAND}/months?area={ward.code}",
            [(demand.NEW_SYSTEM_FROM, "new system")],
            field="per_1k",
            title="in a month, per 1,000",
            described=demand_views.months_told(rows),
        ),
        right,
    )


def _to_ask(ward: Area) -> None:
    """What a councillor could ask the ward officers about what is asked of them; it is printed."""
    if known().wards.months:
        told = demand_report("wards")
        asked = demand_views.to_ask(told, known(), ward)
        st.html(panels.shown("demand.to_ask", demand_views.ward_told(told, ward), asked))


def _compared(ward: Area) -> None:
    """The ward's borough among the others."""
    promise = atlas().promise
    boroughs = measures.ranked(atlas(), "boroughs", COMPARED)
    st.html("<h2>Its borough among those of the Met</h2>")
    draw_chart(
        charts.ranking(
            f"{base_path()}{OFFICERS}?level=boroughs",
            MEASURES[COMPARED],
            [atlas()[each].name for each in boroughs],
            chosen=ward.borough.code if ward.borough else None,
            promise=promise["dwo"] + promise["pcso"],
        )
    )
    st.html(briefing.comparison_note(atlas()))


def _history(ward: Area) -> None:
    """How the promise changed, and the strength if the visitor brought it."""
    listed = own_list.months_of(ward)
    rows = listed or known().strengths.of(ward.code)
    if len(rows) > 1:
        committed = ward.officers["committed"]
        st.html(f"<h2>{'Your list' if listed else 'Ward officers'}, month by month</h2>")
        draw_chart(charts.months(rows, promise=committed))
    st.html("<h2>The promise through time</h2>")
    held = [each for each in atlas().promise["timeline"] if each["status"] in COMMITMENT_HOLDS]
    with st.container(key="promised"):
        draw_chart(charts.promised(held, dates.today().isoformat()))
    st.html(briefing.timeline(atlas()))
    changes = views.changes(happenings(), ward)
    st.html(panels.shown("parts.folded", changes, page="ward"))


def _team(ward: Area) -> None:
    """Ask for the team when the visitor does, and say so where there is no answer."""
    st.html(briefing.contact_note())
    place = st.empty()
    if not st.button("Show the team and contact details", key=f"team-{ward.code}"):
        return
    from bcumap.services import police_uk

    with place, st.spinner("Asking data.police.uk …"):
        try:
            told = briefing.team(police_uk.live_team(ward.code, timeout_s=TEAM_TIMEOUT_S), atlas())
        except NotThereError:
            told = briefing.no_team(ward.name, listed=False)
        except BcuMapError:
            told = briefing.no_team(ward.name, listed=True)
    place.html(told)
