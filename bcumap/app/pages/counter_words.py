"""What *Front counters* tells, in the words of `web/templates/counters.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bcumap.app.links import Asked
from bcumap.app.panels import legend, shown
from bcumap.base.bases import KNOWN, UNCONFIRMED
from bcumap.base.words import NOT_KNOWN, counted, date, kilometres, listed
from bcumap.facts import views
from bcumap.facts.answers import Answer, Option
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.counters import Closing, Picture, Standing, nearest
from bcumap.facts.views import Key, Legend, Said, Table, Told, number
from bcumap.maps import looks, scene

# The signs on the map: the shape says as much as the colour.
SIGNS = Legend(
    tuple(
        Key(name.replace("sign-", "kind-"), said, looks.LETTERS[looks.SIGNS[name].shape])
        for name, said in (*scene.SIGNS, scene.CLOSED_SIGN)
    ),
    f"Dashed: {UNCONFIRMED[:1].lower()}{UNCONFIRMED[1:]}",
    "Signs",
)


def heading() -> str:
    """The page's title and what it shows."""
    return shown("counters.heading")


def signs() -> str:
    """What the signs on the map are."""
    return legend(SIGNS, is_live=False)


def place(asked: Asked, picture: Picture, document: Mapping[str, Any]) -> str:
    """How far it is from the place that was asked for; "" if none was."""
    answer, ward = asked.answer, asked.wanted and asked.wanted.ward
    if answer is not None and answer.easting is not None:
        title, told = f"From {answer.title}", _from_point(answer, picture, document)
    elif ward is None or not ward.officers:
        return ""
    else:
        title, told = f"From {ward.name}, on average", views.near(picture, ward.code)
    return shown("counters.place", title, told, views.distances_note(picture))


def _from_point(answer: Answer, picture: Picture, document: Mapping[str, Any]) -> Told:
    points = {site["name"]: site for site in document["sites"]}
    always = [site for site in picture.standings if site.never_closes]
    found, ever = (
        nearest(answer.easting or 0, answer.northing or 0, sites, points)
        for sites in (picture.standings, always)
    )
    return (("Nearest", _far(found)), ("Open 24 hours", _far(ever)))


def _far(found: tuple[Standing, int] | None) -> Said:
    if found is None:
        return Said(NOT_KNOWN)
    site, metres = found
    ground = "" if site.known_as == KNOWN else f", {site.known_as}"
    return Said(
        f", {kilometres(metres)}",
        f"{site.hours or 'hours not known'}{ground}",
        links=(Option("counter", site.name, site.name),),
    )


def closings(rows: Sequence[Closing], unplaced: Sequence[str], atlas: Atlas) -> str:
    """What each closing changed, and for whom; the unplaced ones changed what nobody can say."""
    told = Table(
        "What each closing changed",
        ("Counter", "Since", "Wards farther away", "Residents", "Most of all"),
        tuple(_closing(each, atlas[each.most[0]]) for each in rows),
    )
    return shown("counters.closings", told, listed(unplaced), UNCONFIRMED)


def _closing(each: Closing, ward: Area) -> tuple[Said, ...]:
    farther = f", {ward.within}: {kilometres(each.most[1])} farther"
    most = replace(views.linked(ward), text=farther)
    told = (each.counter, date(each.since), str(each.wards), number(each.residents))
    return (*map(Said, told), most)


def unlocated(document: Mapping[str, Any]) -> str:
    """Which counters stand in no distance, because nobody says where they are."""
    names = [site["name"] for site in document["sites"] if site["lat"] is None]
    return shown("counters.unlocated", counted(len(names), "counter"), ", ".join(names))
