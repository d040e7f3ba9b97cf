"""What the link of a page asks for, and how a choice becomes a link; the same on every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import area_code
from bcumap.base.words import ABOUT, COMPARE, LEVEL_WORDS
from bcumap.facts.answers import Answer
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.cached import atlas
from bcumap.facts.comparing import SLOTS

COMPARED = "compared"  # in the session: the areas that the page compares
PAGE = "page"  # in the session: the path of the page that is shown
LEFT = "left"  # in the session: the link as a part of the page left it
# Parameters that name a place.
PLACE = ("q", "ward", "borough", "bcu")
# All others, which say what is seen of it: those that outlive the choice of another area, and those
# that are of the one; each is one of what its page offers, or as if it were not there.
KEPT = (
    "measure", "group", "on", "closed", "theme", "layer", "format", "detail", "sort", "streets",
    "background", "day", "time", "site",
)  # fmt: skip
OF_ONE = ("level", "at", "about", "area")
# Of these, what the browser writes without asking the server; see web/static/links.js.
SEEN = ("at", "sort", "streets", "background")
# The level that a page begins with, where it is not the boroughs.
_FIRST_LEVELS = {"": "bcus", "ward": "wards", "demand": "bcus"}


@dataclass(frozen=True)
class Asked:
    """What an address asks of a page.

    Attributes
    ----------
    page
        Its path (`PAGES`).
    query
        Its parameters, the last of several alike.
    answer, wanted
        The answer to `?q=`, and the area that this or the link names.
    compared
        The areas that the page of comparisons shows.
    problem, late
        What to say of a link to no area, and of a date that cannot be shown.
    on, is_dated
        The date, and whether the link names it.
    """

    page: str
    query: Mapping[str, str]
    answer: Answer | None = None
    wanted: Area | None = None
    compared: tuple[Area, ...] = ()
    problem: str | None = None
    late: str | None = None
    on: dt.date = dt.date.min
    is_dated: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        """All that is wrong with the link."""
        return tuple(each for each in (self.problem, self.late) if each)


def link() -> dict[str, str]:
    """Return the parameters of this page's link, the last of several alike.

    A part of the page may run again before the browser has what an earlier run put into its link
    (`put`): what was put counts until the whole page runs, as it does for every other link.
    """
    told: dict[str, str] = st.query_params.to_dict()
    left: dict[str, str] | None = st.session_state.get(LEFT)
    if left is None:
        return told
    ours = {name: value for name, value in left.items() if name not in SEEN}
    return ours | {name: told[name] for name in SEEN if name in told}


def put(parameters: Mapping[str, str]) -> None:
    """Make these the parameters of this page's link."""
    st.session_state[LEFT] = dict(parameters)
    st.query_params.from_dict(parameters)


def put_in(**parameters: str | None) -> None:
    """Put some parameters into this page's link; None takes one out."""
    named = {**link(), **parameters}
    put({name: value for name, value in named.items() if value is not None})


def follow() -> None:
    """Take the browser's link for the page's: somebody came by it."""
    st.session_state.pop(LEFT, None)


def query() -> dict[str, str]:
    """Return what the link of this page asks; where it names no place, the last one of the visit.

    Only a page that is come to from another takes that up: where somebody went back to a link
    without a place, or forgot theirs, there is none. A comparison is of what its link names alone,
    and *About* of no place.
    """
    asked = link()
    state = st.session_state
    here = state.get(PAGE, "")
    if named := {name: asked[name] for name in PLACE if name in asked}:
        state["place"], state["taken_up"] = named, {}
    elif here in (COMPARE, ABOUT):
        state["taken_up"] = {}
    elif state.get("came_to") != here:
        state["taken_up"] = state.get("place", {})
    state["came_to"] = here
    return {**state.get("taken_up", {}), **asked}


def forget() -> None:
    """Forget the place of the visit, on this page as well."""
    for name in ("place", "taken_up"):
        st.session_state.pop(name, None)
    put(kept())


def from_link(query: Mapping[str, str], known: Atlas) -> tuple[Area | None, str | None]:
    """Return the area that a link names, or what to say about a link that names none we know.

    Parameters
    ----------
    query
        The page's parameters: `?bcu=NA`, `?borough=E09000007` or `?ward=E05013653`; the most
        local of them counts.
    """
    for level in ("wards", "boroughs", "bcus"):
        words = LEVEL_WORDS[level]
        code = query.get(words.parameter)
        if code is None:
            continue
        if area := known.levels[level].get(area_code(code)):
            return area, None
        return None, f"There is no {words.one} with the code “{code[:40]}” in this edition."
    return None, None


def read_slots(query: Mapping[str, str], known: Atlas) -> tuple[tuple[Area, ...], str | None]:
    """Return the areas that a link compares (`?a=E05013719&b=SE`), and what to say of others."""
    found: dict[Area, None] = {}
    problem = None
    for slot in SLOTS:
        code = query.get(slot, "").strip()
        if area := known.get(area_code(code)):
            found[area] = None
        elif code:
            problem = f"There is no area with the code “{code[:40]}” in this edition."
    return tuple(found), problem


def in_slots(areas: Sequence[Area]) -> dict[str, str]:
    """Return the parameters of a link that compares some areas."""
    return {slot: each.code for slot, each in zip(SLOTS, areas, strict=False)}


def answered(answer: Answer) -> Area | None:
    """Return the area that an answer is about."""
    place = answer.place
    # Of a street or place in several wards the map shows the middle, and not their borough.
    return place if answer.kind not in ("street", "place") or (place and place.ward) else None


def found(answer: Answer | None) -> dict[str, object] | None:
    """Return what the map marks of an answer: a point, and the other wards that are possible.

    `splits`: they are of a postcode, so whoever lives there can mark where.
    """
    if answer is None or answer.lat is None:
        return None
    others = [other.place.code for other in answer.others if other.place]
    if answer.kind in ("street", "place"):
        others = [option.code for option in answer.options if option.level == "wards"]
    splits = answer.kind == "postcode" and bool(others)
    at = {"lat": answer.lat, "lon": answer.lon, "label": answer.title}
    return {**at, "others": others, "splits": splits}


def choose(area: Any, *others: str) -> None:
    """Put the area that a component names into the page's link, if there is such an area.

    Parameters
    ----------
    *others
        What else of the link stays (`kept`).
    """
    if not isinstance(area, dict):
        return
    level, code = str(area.get("level")), str(area.get("code"))
    if code in atlas().levels.get(level, ()):
        put({LEVEL_WORDS[level].parameter: code, **kept(*others)})


def choose_here(area: Any) -> None:
    """Choose an area that somebody sees on the map, which stays where they moved it."""
    choose(area, "at")


def kept(*others: str) -> dict[str, str]:
    """Return the part of the link that another question does not change, and `others` of it.

    What a file is of is no level of a map, and stays.
    """
    page = st.session_state.get(PAGE)
    if page == COMPARE:
        return in_slots(st.session_state.get(COMPARED, ()))
    names = (*KEPT, *others, *(("level",) if page == "download" else ()))
    asked = link()
    return {name: asked[name] for name in names if name in asked}


def day_of(
    asked: str | None, rows: Sequence[Mapping[str, Any]], what: str
) -> tuple[dt.date, str | None]:
    """Return the date that a link asks for (?on=), today if none, and what is wrong with it.

    Parameters
    ----------
    asked
        The text of the link.
    rows
        What is known of the past; nothing is before the first of them.
    what
        What that is of.
    """
    today = dates.today()
    if asked is None:
        return today, None
    try:
        on = dates.day(asked.strip()[:40])
        dates.check_known(on, rows, what)
    except BcuMapError as error:
        return today, f"{str(error)[:1].upper()}{str(error)[1:]}."
    if on > today:
        return today, f"{asked} is still to come; this is today."
    return on, None


def move_to(on: Any) -> None:
    """Put the date that a component names into the page's link, if it is one."""
    try:
        put_in(on=dates.day(str(on)).isoformat())
    except BcuMapError:
        return


def first_level(page: str) -> str:
    """Return the level that a page begins with."""
    return _FIRST_LEVELS.get(page, "boroughs")


def level_of(asked: Asked) -> str:
    """Return the level that the page shows: the link's (?level=), the area's, or the first."""
    if asked.page == "ward":  # whose map is for choosing one
        return first_level(asked.page)
    if (level := asked.query.get("level")) in LEVEL_WORDS:
        return str(level)
    return asked.wanted.level if asked.wanted else first_level(asked.page)


def ignored(_: Any) -> None:
    """Do nothing with what a component tells."""


def show_level(level: Any) -> None:
    """Put the level that the map shows into the page's link; the table follows."""
    if level in LEVEL_WORDS:
        put_in(level=level)
