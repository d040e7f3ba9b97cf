"""What *Compare* tells, in the words of `web/templates/compare.html`; the first picture, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from bcumap.app import assets, panels
from bcumap.app.embed import address
from bcumap.app.links import Asked, in_slots
from bcumap.app.pages.counter_words import signs
from bcumap.app.panels import legend, shown
from bcumap.app.routes import small_map
from bcumap.base import dates
from bcumap.base.words import COMPARE
from bcumap.facts import counter_measures, demand_measures, views
from bcumap.facts.answers import Option
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas, counters, demand, demand_report, happenings
from bcumap.facts.comparing import SLOTS, Known, nearby, sections
from bcumap.facts.counter_measures import CounterMeasure
from bcumap.facts.measures import Measure
from bcumap.maps import request

MOST_OFFERED = 8
_MEASURES: Mapping[str, CounterMeasure | Measure] = {
    request.COUNTERS: counter_measures.MEASURES[counter_measures.FIRST],
    request.DEMAND: demand_measures.MEASURES[demand_measures.FIRST],
}


def link(areas: Sequence[Area]) -> str:
    """Where some areas are compared."""
    return f"{assets.base_path()}/{COMPARE}?{urlencode(in_slots(areas))}"


def href(asked: Asked, level: str, code: str) -> str:
    """Where a link of this page leads: an area is set beside the others."""
    if level == "query":
        return f"{link(asked.compared)}&{urlencode({'q': code})}"
    return link((*asked.compared, atlas()[code])[: len(SLOTS)])


def card(asked: Asked) -> str:
    """The answer to a question; "" if it is an area for certain, which stands beside the others."""
    answer = asked.answer
    if answer is None or (answer.certain and asked.wanted):
        return ""
    return panels.answer_card(answer, href=partial(href, asked))


def body(asked: Asked) -> Iterator[str]:
    """Give what the page tells below its search box."""
    places = asked.compared
    leads = partial(href, asked)
    if not places:
        first = views.by_name(atlas().levels["boroughs"].values())
        yield shown("compare.start", [*map(Option.of, first)], href=leads)
        return
    names = [place.called for place in places]
    yield shown("compare.areas", [_area(places, place) for place in places])
    if len(places) < len(SLOTS):
        near = [Option(each.level, each.code, each.called) for each in
                nearby(places)[:MOST_OFFERED]]  # fmt: skip
        yield shown("compare.add", near, names, href=leads)
    known = Known(atlas(), counters(), demand(), demand_report, dates.today())
    for section in sections(places, known):
        yield shown("compare.section", section, names)
        if section.map:
            yield from _maps(section.map, places)
    for place in places:
        yield shown("parts.folded", views.changes(happenings(), place), page=COMPARE)


def _area(all_: Sequence[Area], one: Area) -> dict[str, object]:
    """An area with its maps, and what leads away from it."""
    return {
        "name": one.called,
        "page": address(one),
        "summary": views.summary(one),
        "without": link([each for each in all_ if each is not one]),
        "src": small_map(request.AREAS, one.code),
    }


def _maps(kind: str, areas: Sequence[Area]) -> Iterator[str]:
    """A small map of each area with one legend: of the same classes, whatever the area."""
    measure = _MEASURES[kind]
    shown_of = [{"name": area.called, "src": small_map(kind, area.code)} for area in areas]
    yield shown("compare.maps", shown_of, f"{measure.title}, by ward")
    if isinstance(measure, CounterMeasure):
        yield legend(views.shading_legend(measure.classes, measure.unknown), is_live=False)
        yield signs()
    else:
        rates = demand_measures.values(demand(), atlas(), demand_report("wards"), measure.key)
        unknown = demand_measures.unknown("wards", measure.key)
        yield legend(views.measure_legend(measure, rates.values(), unknown), is_live=False)
