"""One front counter, and which is reached at an hour, in the words of `counters.html`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from bcumap.app import drawn
from bcumap.app.links import PLACE, Asked
from bcumap.app.panels import counter_page, notice, shown
from bcumap.app.routes import small_map
from bcumap.base import dates, plane
from bcumap.base.bases import EVIDENCE, KNOWN, REPORTED
from bcumap.base.schema import CLOSED
from bcumap.base.words import NOT_KNOWN, date, kilometres
from bcumap.facts import counters, views
from bcumap.facts.cached import atlas
from bcumap.facts.cached import counters as read_document
from bcumap.facts.counter_sites import (
    Point,
    Reach,
    may_be_open,
    meant,
    moment,
    nearest_first,
    past,
    site,
    where,
)
from bcumap.facts.counters import Picture, Standing, distance_m, events_of, standing_on
from bcumap.facts.find import LONGEST_QUERY
from bcumap.facts.hours import DAYS, LONDON
from bcumap.facts.views import Said
from bcumap.maps.request import AREAS

HOURS = tuple(f"{hour:02d}:00" for hour in range(24))
MOST_SHOWN, MOST_BESIDE = 5, 3  # counters of a list before the rest is folded, and near another


def _origin(asked: Asked) -> tuple[str, Point] | None:
    """From where counters are reached: the place asked for, or the middle of the area."""
    answer = asked.answer
    if answer and answer.easting is not None and answer.northing is not None:
        return answer.title, (answer.easting, answer.northing)
    if answer and answer.lat is not None and answer.lon is not None:
        return answer.title, plane.metres(answer.lon, answer.lat)
    if wanted := asked.wanted:
        return f"the middle of {wanted.called}", drawn.middle(wanted.level, wanted.code)
    return None


def by_time(asked: Asked) -> str:
    """Which counters are open at a day and hour, the nearest first.

    Where a place was asked for and no hour, it is now; where neither was, there is the form alone.
    """
    now, document = dt.datetime.now(LONDON), read_document()
    day, time = (asked.query.get(name, "") for name in ("day", "time"))
    wanted = moment(day, time, asked.on)
    when = wanted or now
    keep = {name: asked.query[name] for name in (*PLACE, "measure", "on") if name in asked.query}
    clock = f"{when:%H}:00"
    form = shown("counters.open_at", DAYS, f"{when:%a}", HOURS, clock, keep)
    origin = _origin(asked)
    if wanted is None and (origin is None or asked.on != now.date()):
        return form
    picture = counters.picture(document, asked.on)
    found = may_be_open(nearest_first(picture, document, when, origin and origin[1]))
    rows = [_reach(each) for each in found]
    title = f"Open on {DAYS[f'{wanted:%a}']} at {wanted:%H:%M}" if wanted else "Open now"
    if origin:
        title += f", nearest to {origin[0]} first"
    far = "Distances are straight lines: the journey is longer. " if origin else ""
    note = f"{far}Hours may differ on bank holidays. {views.ground(picture)}"
    told = {"title": title, "rows": rows[:MOST_SHOWN]}
    return form + shown("counters.reached", told, note, rows[MOST_SHOWN:])


def _reach(each: Reach) -> dict[str, str]:
    standing = each.standing
    basis = "" if standing.known_as == KNOWN else f" ({standing.known_as})"
    return {
        "name": standing.name,
        "href": counter_page(standing.name),
        "far": "" if each.metres is None else kilometres(each.metres),
        "state": each.state if standing.hours else "hours not known",
        "where": ", ".join(where(each.site)) or "address not known",
        "hours": f"{standing.hours or 'hours not known'}{basis}",
    }


def named(asked: Asked) -> str:
    """The counters whose name was asked for; "" if none is."""
    document = read_document()
    names = meant(document, asked.query.get("q", "")[:LONGEST_QUERY])
    if not names:
        return ""
    states = {each.name: _state(each) for each in standing_on(events_of(document), asked.on)}
    told = [{"name": name, "href": counter_page(name), "state": states.get(name, NOT_KNOWN)}
            for name in names]  # fmt: skip
    return shown("counters.named", told)


def _state(standing: Standing) -> str:
    """Say in words where a counter stands."""
    ground = "" if standing.known_as == KNOWN else f" ({standing.known_as})"
    if standing.is_open:
        due = f"; to close on {date(standing.due)}" if standing.due else ""
        return f"Open, {standing.hours or 'hours not known'}{ground}{due}"
    said = "Closed" if standing.state == CLOSED else "Not known whether it is open,"
    # Of many it is only known that they are not among those that were open then.
    when = "by" if standing.basis in (EVIDENCE, REPORTED) else "since"
    return f"{said} {when} {date(standing.since)}{ground}"


# --- one counter ---------------------------------------------------------------------------------


def heading(asked: Asked) -> Iterator[str]:
    """Give the title of a counter's page, and how it stands today."""
    known = site(read_document(), asked.query.get("site", ""))
    if known is None:
        yield shown("counters.heading")
        return
    standing = _standing(known["name"])
    yield shown("counters.counter_heading", known["name"], _state(standing))


def is_unsure(asked: Asked) -> bool:
    """Whether the answer to a question is shown: not where it is only how far the counter is."""
    return not (asked.answer and asked.answer.certain)


def _standing(name: str) -> Standing:
    found = standing_on(events_of(read_document()), dates.today())
    return next(each for each in found if each.name == name)


def body(asked: Asked) -> Iterator[str]:
    """Give what is known of a counter: where it is, its hours, its past, and others near it."""
    document = read_document()
    picture = counters.picture(document, dates.today())
    known = site(document, asked.query.get("site", ""))
    if known is None:
        if asked.problem:
            yield notice(asked.problem, instead="Choose one below.")
        yield _all(picture)
        return
    standing = _standing(known["name"])
    lines: list[tuple[str, Said]] = [("Address", Said(", ".join(where(known)) or NOT_KNOWN))]
    now = dt.datetime.now(LONDON)
    if standing.is_open:
        lines.append(("Hours", Said(standing.hours or NOT_KNOWN, standing.note)))
        lines.append(("Now", Said(counters.open_at(standing, now), f"at {now:%H:%M}")))
    origin = _origin(asked)
    if origin and known["easting"] is not None:
        metres = distance_m(*origin[1], known["easting"], known["northing"])
        far = Said(kilometres(metres), f"from {origin[0]}, in a straight line")
        lines.append(("Distance", far))
    if known["ward_code"]:
        lines.append(("Ward", views.linked(atlas()[known["ward_code"]])))
    lines.append(("Borough", views.linked(atlas()[known["borough_code"]])))
    point = "" if known["lat"] is None else f"{known['lat']},{known['lon']}"
    map_ = small_map(AREAS, known["ward_code"]) if known["ward_code"] else ""
    yield shown("counters.counter", tuple(lines), point, map_, known["name"])
    yield _others(known, picture, now)
    steps = [
        {"when": date(str(row["from"])), "basis": row["basis"], "text": _event(row),
         "note": row["note"], "source": row["source"]}
        for row in past(document, known["name"])
    ]  # fmt: skip
    yield shown("counters.history", steps)


def _event(row: Mapping[str, Any]) -> str:
    said = str(row["event"]).capitalize()
    due = f", due on {date(str(row['due']))}" if row["due"] else ""
    hours = f": {row['hours']}" if row["hours"] else ""
    return f"{said}{due}{hours}"


def _others(known: Mapping[str, Any], picture: Picture, now: dt.datetime) -> str:
    """The open counters that are nearest to one."""
    if known["easting"] is None:
        return ""
    all_ = nearest_first(picture, read_document(), now, (known["easting"], known["northing"]))
    rows = [_reach(each) for each in all_ if each.standing.name != known["name"]][:MOST_BESIDE]
    told = {"title": f"Open front counters nearest to {known['name']}", "rows": rows}
    return shown("counters.reached", told, views.distances_note(picture), [])


def _all(picture: Picture) -> str:
    ordered = sorted(picture.standings, key=lambda each: (not each.is_open, each.name))
    told = [{"name": each.name, "href": counter_page(each.name), "state": _state(each)}
            for each in ordered]  # fmt: skip
    return shown("counters.counter_list", "All known front counters", told)
