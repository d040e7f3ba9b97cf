"""What the first picture of each page holds: views of facts, in the templates of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from bcumap.app import panels
from bcumap.app.api import V1
from bcumap.app.embed import code
from bcumap.app.links import Asked, in_slots, level_of
from bcumap.app.origins import public_address
from bcumap.app.pages import (
    about_words,
    briefing,
    compare_words,
    counter_site_words,
    counter_words,
    history_words,
)
from bcumap.app.panels import shown
from bcumap.base.schema import LEVELS, MET
from bcumap.base.words import (
    ABOUT,
    COMPARE,
    COUNTER,
    LEVEL_WORDS,
    NOT_KNOWN,
    date,
)
from bcumap.facts import counter_measures, counters, events, history, measures, views
from bcumap.facts.areas import Area
from bcumap.facts.cached import around, atlas, happenings
from bcumap.facts.cached import counters as counters_web
from bcumap.facts.cached import demand as asked_of_police
from bcumap.facts.cached import history as history_web
from bcumap.facts.find import LONGEST_QUERY
from bcumap.facts.views import Panel, Said, Table
from bcumap.web.render import html

# Where the live page has buttons and choices that need scripts.
ROOM, CHOOSER = '<div class="first-room"></div>', '<div class="first-room chooser"></div>'


def of(asked: Asked, drawn: str) -> Iterator[str]:
    """Give the parts of a page in the order of the live one; `drawn` is its map, "" for none."""
    make = PARTS.get(asked.page, _with_nothing)
    yield from make(asked, drawn)
    yield panels.footer(atlas(), asked.page)


def _top(asked: Asked, instead: str = "Choose an area in the table instead.") -> Iterator[str]:
    """Give the search box, the answer, and what is wrong with the link."""
    typed = asked.query.get("q", "")[:LONGEST_QUERY]
    yield shown("parts.search", LONGEST_QUERY, "?", typed)
    if asked.answer:
        yield panels.answer_card(asked.answer, own=True)
    for text, instead_of_it in ((asked.problem, instead), (asked.late, "")):
        if text:
            yield panels.notice(text, instead=instead_of_it)


def _keep(asked: Asked) -> dict[str, str]:
    """Return the parameter of the area, for a form that asks for something else."""
    wanted = asked.wanted
    return {LEVEL_WORDS[wanted.level].parameter: wanted.code} if wanted else {}


def _columns(left: Iterator[str], right: Iterator[str], look: str = "wide") -> str:
    return shown("first.columns", html("".join(left)), html("".join(right)), look)


# --- areas ---------------------------------------------------------------------------------------


def _map(asked: Asked, drawn: str) -> Iterator[str]:
    told = panels.panel(asked.wanted, atlas(), calls=asked.answer is None)
    yield panels.heading(atlas())
    yield from _top(asked)
    yield _columns(iter((ROOM, drawn, panels.legend())), iter((told,)), "")
    yield _choices(asked.wanted)


@lru_cache(maxsize=64)
def _choices(wanted: Area | None) -> str:
    """Show what there is to choose from within an area, or in all of London."""
    table = _within(wanted)
    return shown("parts.table", table, False) if table else ""


def _within(wanted: Area | None) -> Table | None:
    """Return the areas that the chosen one is made of, or all boroughs."""
    if wanted is None:
        boroughs = atlas().levels["boroughs"].values()
        return _areas("boroughs", boroughs, views.caption("boroughs", atlas()))
    if wanted.level == "bcus":
        return _areas("boroughs", wanted.boroughs, f"Boroughs of {wanted.called}")
    if wanted.level == "boroughs":
        return _areas("wards", wanted.wards, f"Wards of {wanted.name}")
    return None


def _areas(level: str, areas: Iterable[Area], caption: str) -> Table:
    rows = []
    for each in views.by_name(areas):
        people = NOT_KNOWN if each.residents is None else views.number(each.residents)
        cells = [views.linked(each)]
        if level == "boroughs":
            cells.append(views.police(each))
        rows.append((*cells, Said(views.square_km(each.area_km2)), Said(people)))
    heads = (LEVEL_WORDS[level].one.capitalize(), "Policed by", "Area", "Residents#")
    return Table(caption, heads if level == "boroughs" else (heads[0], *heads[2:]), tuple(rows))


def _ward(asked: Asked, drawn: str) -> Iterator[str]:
    yield from _top(asked)
    ward = asked.wanted and asked.wanted.ward
    if ward is None:
        yield briefing.welcome()
        yield _columns(iter((drawn,)), iter((_choices(asked.wanted),)))
        return
    yield briefing.title(ward)
    if not ward.officers:
        yield _columns(iter((drawn,)), iter((briefing.not_of_the_met(ward),)))
        return
    yield ROOM
    team = iter((ROOM, drawn, ROOM, briefing.contact_note()))
    known = asked_of_police()
    told = known.strengths.last(ward.code), known.teams.get(ward.code, ())
    yield _columns(team, iter((briefing.standing(ward, *told),)))
    yield briefing.neighbours(ward)
    yield "<h2>The promise through time</h2>"
    yield briefing.timeline(atlas())
    yield shown("parts.folded", views.changes(happenings(), ward), page="ward")


# --- ward officers -------------------------------------------------------------------------------


def _officers(asked: Asked, drawn: str) -> Iterator[str]:
    promise, known = atlas().promise, measures.offered(atlas())
    told = (views.pcsos(promise), views.since(promise), *views.strength_months(atlas()))
    yield shown("officers.heading", promise["dwo"], *told)
    yield from _top(asked)
    key = asked.query.get("measure", "")
    measure = known[key if key in known else measures.FIRST]
    choices = [(each.key, each.title) for each in known.values()]
    yield shown("first.measures", choices, measure.key, _keep(asked))
    yield panels.explained(measure.what)
    level = level_of(asked)
    values = measures.values(atlas(), level, measure.key)
    unknown = measures.unknown(atlas(), level, measure)
    legend = views.measure_legend(measure, values.values(), unknown)
    told_as = {
        code: unknown if value is None else measure.text(value, of=atlas()[code].officers)
        for code, value in values.items()
    }
    rows = tuple(
        (views.linked(each), Said(told_as[each.code]))
        for each in views.by_name(map(atlas().__getitem__, values))
    )
    heads = (LEVEL_WORDS[level].one.capitalize(), f"{measure.short}#")
    table = Table(f"{measure.title}: {LEVEL_WORDS[level].plural}", heads, rows)
    chosen = asked.wanted
    right = [panels.panel(chosen, atlas(), calls=asked.answer is None)] if chosen else []
    right += [shown("parts.table", table, False)] if level != "wards" else []
    yield _columns(iter((ROOM, drawn, panels.legend(legend))), iter(right))
    told_of = events.about(happenings(), theme=events.OFFICERS)
    yield panels.folded("What was promised and said of ward officers", told_of, "officers")


# --- dates ---------------------------------------------------------------------------------------


def _counters(asked: Asked, drawn: str) -> Iterator[str]:
    document = counters_web()
    picture = counters.picture(document, asked.on)
    yield counter_words.heading()
    yield from _top(asked)
    yield counter_site_words.named(asked)
    yield counter_words.place(asked, picture, document)
    yield counter_site_words.by_time(asked)
    first = document["key_dates"][0]["from"]
    yield shown("first.day", asked.on.isoformat(), first, _keep(asked))
    key = asked.query.get("measure", "")
    measures_of = counter_measures.MEASURES
    measure = measures_of[key if key in measures_of else counter_measures.FIRST]
    legend = panels.legend(views.shading_legend(measure.classes, measure.unknown))
    sites = {site["name"]: site for site in document["sites"]}
    table = Table(
        "Open front counters",
        ("Counter", "Hours", "Since", "Source"),
        tuple(views.counter(each, sites[each.name]) for each in picture.standings if each.is_open),
    )
    panel = Panel(
        date(asked.on.isoformat()),
        views.ground(picture) or picture.key_date["label"],
        views.counters_of(picture, MET),
    )
    right = shown("parts.panel", panel) + shown("parts.table", table, False)
    yield _columns(iter((CHOOSER, ROOM, drawn, legend, counter_words.signs())), iter((right,)))
    yield counter_words.closings(*counters.closings(document), atlas())
    yield counter_words.unlocated(document)


def _history(asked: Asked, drawn: str) -> Iterator[str]:
    document, on = history_web(), asked.on
    yield history_words.heading()
    yield from _top(asked, "Ask for another place.")
    if told := history_words.unit_then(asked.wanted, on, document):
        yield told
    yield shown("first.day", on.isoformat(), document["models"][0]["from"], _keep(asked))
    rows = tuple(
        (views.linked(atlas()[row["bcu_code"]]),
         Said(history.stage_on(row, on)), Said(date(row["go_live"]), source=row["go_live_source"]))
        for row in document["bcus"]
    )  # fmt: skip
    table = Table(f"The 12 BCUs on {date(on.isoformat())}", ("BCU", "Then", "Live from"), rows)
    legend = panels.legend(panels.UNITS_LEGEND)
    right = shown("parts.table", table, False)
    yield _columns(iter((ROOM, drawn, legend)), iter((right,)), "")
    yield history_words.structures(document["structures"])
    yield history_words.money(document["money"])
    yield history_words.models(document["models"])
    yield history_words.timeline_heading()
    yield history_words.timeline(happenings())
    yield history_words.tables(around(), atlas())


# --- the rest ------------------------------------------------------------------------------------


def _download(asked: Asked, _drawn: str) -> Iterator[str]:
    yield shown("download.heading", atlas().edition)
    yield from _top(asked, "This is for all of London.")
    files = []
    if wanted := asked.wanted:
        path = f"{V1}/{wanted.level}/{wanted.code}.geojson"
        files.append((path, f"{wanted.name} (GeoJSON)"))
    files += [(f"{V1}/{each}.geojson", f"{LEVEL_WORDS[each].plural} (GeoJSON)") for each in LEVELS]
    files.append((f"{V1}/counters", "Front counters today (JSON)"))
    files.append((f"{V1}/officers?level=boroughs", "Ward officers by borough (JSON)"))
    files.append((f"{V1}/events.csv", "Everything by date (CSV)"))
    yield shown("first.files", files)
    if asked.wanted:
        yield embedding(asked.wanted)
    yield shown("download.everything")


def embedding(wanted: Area) -> str:
    """Show the code for a frame of another site."""
    return shown("download.embed", wanted.called, code(wanted, public_address()))


def _demand(asked: Asked, _drawn: str) -> Iterator[str]:
    yield shown("demand.heading")
    yield from _top(asked)


def _compare(asked: Asked, _drawn: str) -> Iterator[str]:
    yield shown("compare.heading")
    typed = asked.query.get("q", "")[:LONGEST_QUERY]
    yield shown("parts.search", LONGEST_QUERY, "?", typed, in_slots(asked.compared))
    yield compare_words.card(asked)
    for text in asked.problems:
        yield panels.notice(text, instead="Choose another area.")
    if asked.compared:
        yield ROOM
    yield from compare_words.body(asked)


def _counter(asked: Asked, _drawn: str) -> Iterator[str]:
    yield from counter_site_words.heading(asked)
    typed = asked.query.get("q", "")[:LONGEST_QUERY]
    site = asked.query.get("site", "")[:LONGEST_QUERY]
    yield shown("parts.search", LONGEST_QUERY, "?", typed, {"site": site} if site else {})
    if asked.answer and counter_site_words.is_unsure(asked):
        yield panels.answer_card(asked.answer, own=True)
    yield from counter_site_words.body(asked)


def _about(asked: Asked, _drawn: str) -> Iterator[str]:
    yield about_words.heading()
    yield from _top(asked, about_words.INSTEAD)
    yield from about_words.body()


def _with_nothing(asked: Asked, _drawn: str) -> Iterator[str]:
    yield from _top(asked)


PARTS: Mapping[str, Callable[[Asked, str], Iterator[str]]] = {
    "": _map,
    "ward": _ward,
    "officers": _officers,
    "demand": _demand,
    "counters": _counters,
    "history": _history,
    "download": _download,
    COMPARE: _compare,
    COUNTER: _counter,
    ABOUT: _about,
}
