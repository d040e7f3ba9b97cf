"""What *My ward* tells, in the words of `web/templates/ward.html`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bcumap.app.panels import comparing, shown
from bcumap.base.safe import plain
from bcumap.base.words import (
    BY_WARD,
    BY_WARD_NOTE,
    LIST_NOTE,
    NO_FIGURE,
    NOT_KNOWN,
    WORKBOOK,
    counted,
    date,
    figure,
    listed,
    percent,
)
from bcumap.facts import views
from bcumap.facts.answers import Option
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.measures import MEASURES
from bcumap.facts.teams import Listing
from bcumap.facts.views import Said, Table, number

if TYPE_CHECKING:
    from bcumap.services.police_uk import Live

STATUS = {
    "in force": "in force",
    "promised": "promised",
    "delivered": "said to be delivered",
    "restated": "said again",
}
NOT_MET = "not the Met"
# Where anybody can find the team when data.police.uk does not answer.
MET_PAGE = "https://www.met.police.uk/a/your-area/"


def welcome() -> str:
    """What stands on the page as long as no ward is chosen."""
    return shown("ward.welcome")


def title(ward: Area) -> str:
    """The ward's name, and where it is."""
    within = (ward.name, ward.within, ward.policed_by)
    return shown("ward.title", *within, ward.code, ward.atlas.edition)


def not_of_the_met(ward: Area) -> str:
    """What is said of a ward of the City."""
    return shown("ward.not_of_the_met", ward.name, views.police(ward), comparing(ward.code))


@dataclass(frozen=True)
class OwnFigure:
    """What a visitor's own list says of a ward; `month` is "" if the list has none."""

    fte: float
    month: str
    name: str


def standing(
    ward: Area,
    published: Mapping[str, Any] | None = None,
    listings: Sequence[Listing] = (),
    *,
    own: OwnFigure | None = None,
) -> str:
    """What the ward was promised, and how its borough and BCU stand.

    Parameters
    ----------
    published
        The last `month` of which the Met's workbook has a figure, and its `fte`, if it is here.
    listings
        How its team was listed, day by day, if that is here.
    """
    per = ward.officers["residents_per_committed"]
    share = Said(NOT_KNOWN)
    if per is not None:
        share = Said(f"{number(per)} residents", "for each officer promised")
    return shown("ward.standing", (
        ("Promised", views.promised(ward.atlas)),
        ("Strength", _strength(own, published, ward.atlas)),
        *views.team_listed(ward, views.listed_before(listings[:-1])),
        *((kind, _stands(area)) for kind, area in (("Borough", ward.borough), ("BCU", ward.bcu))
          if area),
        ("Residents", views.residents(ward.residents, ward.atlas)),
        ("Share", share),
    ), comparing(ward.code))  # fmt: skip


def _strength(own: OwnFigure | None, published: Mapping[str, Any] | None, atlas: Atlas) -> Said:
    """How many officers a ward has, by a visitor's own list or the Met's workbook."""
    if own is None and published:
        when = f"in {date(published['month'])}, by {WORKBOOK}"
        return Said(f"{figure(published['fte'], 1)} FTE", when)
    if own is None:
        if atlas.ward_months:
            return Said(NO_FIGURE, "the Met’s workbook has none of this ward that can be used")
        return Said(BY_WARD, f"{BY_WARD_NOTE} Figures for its borough and BCU are below.")
    when = f", {date(own.month)}" if own.month else ""
    said = f"by your own list, {plain(own.name)}{when}; nobody here has checked it."
    return Said(f"{figure(own.fte, 1)} FTE", said)


def _stands(area: Area) -> Said:
    """How a borough or BCU stands against the promise."""
    told, name = area.officers, (Option("map", f"{area.level}/{area.code}", area.name),)
    if told["fte"] is None:
        missing = listed(told["no_figure_for"])
        return Said(f": {NO_FIGURE}", f"the published one of {missing} cannot be used", name)
    least = "at least " if told["at_least"] else ""
    rank = f"; rank {told['rank']} of {told['ranked']}" if told["rank"] else ""
    return Said(
        f": {least}{figure(told['fte_per_ward'], 1)} FTE a ward",
        f"{least}{figure(told['fte'], 1)} FTE for {number(len(area.wards))} wards,"
        f" {views.months(area.atlas)}: {least}{percent(told['share_of_commitment'])} of the promise"
        f"{rank}",
        name,
    )


def comparison_note(atlas: Atlas) -> str:
    """What the bars compare, and who has none."""
    missing = [each.name for each in atlas.force.boroughs if each.officers["fte"] is None]
    promised = atlas.promise["dwo"] + atlas.promise["pcso"]
    return shown("ward.comparison", views.months(atlas), promised, listed(missing))


def timeline(atlas: Atlas) -> str:
    """How the promise changed, each step with its source."""
    steps = [
        {
            "name": date(each["from"]),
            "text": f"{_each_ward(each)}, {STATUS[each['status']]}",
            "note": each["note"],
            "source": each["source"],
            "seen": date(each["seen_on"]),
        }
        for each in atlas.promise["timeline"]
    ]
    return shown("ward.timeline", steps, bool(atlas.ward_months), views.to_add(atlas))


def _each_ward(promise: Mapping[str, Any]) -> str:
    more = f" and {views.pcsos(promise)}" if promise["pcso"] else ""
    return f"{counted(promise['dwo'], 'ward officer')}{more} in each ward"


def neighbours(ward: Area) -> str:
    """The wards that share a boundary with this one."""
    near = views.by_name(ward.neighbours)
    heads = (
        "Ward", "Residents", MEASURES["residents_per_committed"].short, "Borough’s FTE a ward",
    )  # fmt: skip
    return shown("parts.table", Table(
        "Neighbours, on this side of the Thames",
        heads,
        tuple(map(_neighbour, near)),
        tuple(each.code for each in near),
    ))  # fmt: skip


def _neighbour(ward: Area) -> tuple[Said, ...]:
    told = (ward.borough or ward).officers
    per, fte = ward.officers.get("residents_per_committed"), told.get("fte_per_ward")
    return (
        views.linked(ward, note=ward.within),
        Said(NOT_KNOWN if ward.residents is None else number(ward.residents)),
        Said(number(per) if per is not None else NOT_KNOWN if told else NOT_MET),
        Said(figure(fte, 1) if fte is not None else NO_FIGURE if told else NOT_MET),
    )


# --- the team ----------------------------------------------------------------------------------


def contact_note() -> str:
    """What to do at once, whoever the team is."""
    return shown("ward.contact_note")


def _dialled(number: str) -> str:
    """A link that dials a number; "" for what is none."""
    return f"tel:{number.replace(' ', '')}" if re.fullmatch(r"\+?[0-9 ]{3,20}", number) else ""


def team(live: Live, atlas: Atlas) -> str:
    """A team as data.police.uk describes it just now."""
    told = live.team
    known = {
        "Email": [(f"mailto:{told.email}", told.email)],
        "Telephone": [(_dialled(told.telephone), told.telephone)],
        "Mobile": [(_dialled(told.mobile), told.mobile)],
        "Page": [(told.web, told.web)],
        "Also": [(each, each) for each in told.social],
    }
    contacts = [(name, all_) for name, all_ in known.items() if any(text for _, text in all_)]
    promise = atlas.promise
    return shown(
        "ward.team",
        contacts,
        counted(told.constables, "constable"),
        counted(told.pcsos, "PCSO"),
        f"{promise['dwo']} ward officers and {views.pcsos(promise)}",
        live.people,
        date(told.fetched_on.isoformat()),
        LIST_NOTE,
        _agenda(live),
    )


def _agenda(live: Live) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What a team works on and its next events: title, what is said of none, and each with when."""
    priorities = [
        (
            f"{each.issue} {each.action}".strip(),
            f"set on {date(each.since.isoformat())}" if each.since else "",
        )
        for each in live.priorities or ()
    ]
    events = [
        (
            ". ".join(filter(None, (each.title, each.description))),
            ", ".join(filter(None, (date(each.on.isoformat()), each.address))),
        )
        for each in live.events or ()
    ]
    return [
        ("Its priorities", _none(live.priorities, "None is given."), priorities),
        ("Its next events", _none(live.events, "None is announced."), events),
    ]


def _none(told: object, words: str) -> str:
    return "data.police.uk did not say." if told is None else words


def no_team(ward: str, *, listed: bool) -> str:
    """What to do where data.police.uk has no answer."""
    return shown("ward.no_team", ward, listed, MET_PAGE)
