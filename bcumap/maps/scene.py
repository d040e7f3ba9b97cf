"""What a picture of a map shows: shapes and their looks, names, signs, a legend, sources; pure.

The same facts and the same generalised shapes as on the pages, so that a picture agrees with the
map that it was taken of. `svg` draws it. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from bcumap.base import dates
from bcumap.base.bases import ANNOUNCED, KNOWN, UNCONFIRMED
from bcumap.base.bases import NOT_KNOWN as UNCERTAIN
from bcumap.base.dates import check_known, last_on
from bcumap.base.schema import MET
from bcumap.base.words import (
    ATTRIBUTION,
    CITY_POLICE,
    LEVEL_WORDS,
    NO_FIGURE_IN_LIST,
    NOT_KNOWN,
    counted,
    date,
    rounded,
)
from bcumap.facts import counter_measures, counters, demand, demand_measures, measures, views
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.demand import Demand
from bcumap.facts.demand_measures import OF_OFFENCES
from bcumap.facts.hours import ALWAYS
from bcumap.facts.measures import Measure
from bcumap.facts.places import Files
from bcumap.maps import streets
from bcumap.maps.looks import COLOURS
from bcumap.maps.request import AREAS, COUNTERS, DEMAND, HISTORY, OFFICERS, Wish
from bcumap.maps.shapes import Point, Rings, Shapes, View, middle
from bcumap.maps.streets import Streets

Document = Mapping[str, Any]

NAMED = 40  # so many areas at most have their name and value written on them
WIDE = 1600  # dots of a map from left to right

CITY = ("city", f"City of London: {CITY_POLICE}, not the Met")
SIGNS = (
    ("sign-24-7", "open 24/7"),
    ("sign-reduced", "shorter hours, seven days"),
    ("sign-limited", "limited hours"),
    ("sign-daytime", "open by day, or hours not known"),
)
CLOSED_SIGN = ("sign-closed", "closed")
# Of units of a date, on the page as in a picture.
OWN_UNIT = "a borough with a unit of its own"
MERGED = "a BCU; colours only tell neighbours apart"
UNSURE = "it took over in the course of this month, or was due"
UNSURE_UNITS = (
    "Which units were live on this date is known for some only: others are told by evidence, and"
    " within its month the day on which one took over is not known (dashed)."
)


@dataclass(frozen=True)
class Documents:
    """What scenes are made of, as `load` reads it from geodata/web.

    Attributes
    ----------
    atlas
        Every area.
    counters, history
        The prepared facts.
    shapes
        The prepared shapes.
    demand
        What is asked of the police.
    streets
        Streets and places, as far as there are any.
    """

    atlas: Atlas
    counters: Document
    history: Document
    shapes: Shapes
    demand: Demand
    streets: Files


@dataclass(frozen=True)
class Shape:
    """An area, or a line, and how it looks: names of looks, from the ground up."""

    rings: Rings
    looks: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A sign at a place (degrees), and its name."""

    lon: float
    lat: float
    look: str
    announced: bool
    name: str


@dataclass(frozen=True)
class Name:
    """A name at a point and a figure below it; where two would overlap, the first is written."""

    at: Point
    text: str
    figure: str = ""


@dataclass(frozen=True)
class Scene:
    """Everything that one picture shows.

    Attributes
    ----------
    title, subtitle
        What it is of, and of when.
    caution
        What must be known to read it; "" for nothing.
    shapes, marks, names
        In the order in which they are drawn.
    legend
        Looks and what they stand for.
    notes
        What the colours mean, sources, licence.
    view
        What part of London is shown, and on how large a map.
    streets
        What is drawn below the areas.
    """

    title: str
    subtitle: str
    shapes: Sequence[Shape]
    legend: Sequence[tuple[str, str]]
    notes: Sequence[str]
    view: View
    caution: str = ""
    marks: Sequence[Mark] = ()
    names: Sequence[Name] = ()
    streets: Streets | None = None


@dataclass(frozen=True)
class _Shading:
    """How the areas of a level look by a measure: looks and texts by code, and their legend."""

    looks: Mapping[str, str]
    texts: Mapping[str, str]
    legend: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Part:
    """What the kind of a picture adds to its areas."""

    title: str
    subtitle: str
    notes: Sequence[str]
    shading: _Shading | None = None
    caution: str = ""
    marks: Sequence[Mark] = field(default_factory=tuple)
    signs: Sequence[tuple[str, str]] = ()


def scene(wish: Wish, documents: Documents, *, wide: int = WIDE) -> Scene:
    """Work out what a picture shows.

    Parameters
    ----------
    wish
        As `request.read` made it.
    wide
        How many dots the map has from left to right.

    Raises
    ------
    BcuMapError
        If nothing is known of the date, or the view shows no part of London.
    """
    chosen = _chosen(wish, documents)
    view = documents.shapes.view(documents.shapes.frame(wish.view, chosen), wide)
    make = _units if wish.kind == HISTORY else _of_level
    made = make(wish, documents, view)
    return _upon_streets(made, documents.streets) if wish.streets else made


def _of_level(wish: Wish, documents: Documents, view: View) -> Scene:
    """Draw the areas of a level."""
    level = wish.level
    areas = _level_areas(documents, level)
    part = {AREAS: _areas, OFFICERS: _officers, COUNTERS: _counters, DEMAND: _demand}[wish.kind](
        wish, level, documents
    )
    fills = [Shape(area, (_look(documents.atlas[code], part),)) for code, area in areas]
    return Scene(
        title=part.title,
        subtitle=part.subtitle,
        caution=part.caution,
        shapes=[
            _thames(documents.shapes),
            *fills,
            *_borders(level, documents),
            *_outline(_chosen(wish, documents)),
        ],
        marks=part.marks,
        names=[] if part.marks else _names(dict(areas), part, documents, view),
        legend=[*_legend(part, level), *part.signs],
        notes=[*part.notes, _ground_notes(documents.atlas), f"{ATTRIBUTION}."],
        view=view,
    )


def _upon_streets(made: Scene, files: Files) -> Scene:
    """Put streets below the areas, and say whose they are; wards then have darker edges."""
    found = streets.of(files, made.view)
    if found is None:
        return replace(made, notes=[*made.notes, streets.TOO_FAR])
    edges = {"area-line": ("ward-casing", "ward-line")}
    shapes = [
        Shape(shape.rings, tuple(chain.from_iterable(edges.get(n, (n,)) for n in shape.looks)))
        for shape in made.shapes
    ]
    legend = [(edges.get(look, (look,))[-1], text) for look, text in made.legend]
    notes = [*made.notes, *found.notes]
    return replace(made, shapes=shapes, legend=legend, notes=notes, streets=found)


# --- shapes and names ----------------------------------------------------------------------------


def _level_areas(documents: Documents, level: str) -> list[tuple[str, Rings]]:
    """Return the areas of a level by code; the City is one of its own among the BCUs."""
    found = documents.shapes.of_level(level)
    if level == "bcus":
        boroughs = documents.shapes.of_level("boroughs")
        found = found | {
            code: area for code, area in boroughs.items() if documents.atlas[code].bcu is None
        }
    return list(found.items())


def _chosen(wish: Wish, documents: Documents) -> Rings | None:
    """Return the area that is asked for, of any level."""
    if not wish.area:
        return None
    return documents.shapes.of_level(documents.atlas[wish.area].level)[wish.area]


def _thames(shapes: Shapes) -> Shape:
    return Shape(shapes.thames, ("thames",))


def _borders(level: str, documents: Documents) -> Iterator[Shape]:
    """Draw each border once, as that of the highest level that ends there."""
    level = "wards" if level == "wards" else "boroughs"
    sides: dict[int, list[str]] = {}
    for code, area in documents.shapes.of_level(level).items():
        for number in chain.from_iterable(area):
            sides.setdefault(max(number, ~number), []).append(code)
    found: dict[str, list[int]] = {"area-line": [], "borough-line": [], "bcu-line": []}
    for number, codes in sides.items():
        found[_border([documents.atlas[code] for code in codes])].append(number)
    yield from (Shape((tuple(numbers),), (look,)) for look, numbers in found.items() if numbers)


def _border(sides: Sequence[Area]) -> str:
    """Say what ends between two areas, or at the edge of one."""
    if len(sides) == 1 or len({area.bcu for area in sides}) > 1:
        return "bcu-line"
    return "borough-line" if len({area.borough for area in sides}) > 1 else "area-line"


def _outline(chosen: Rings | None) -> Iterator[Shape]:
    if chosen is not None:
        yield Shape(chosen, ("chosen-halo", "chosen-line"))


def _look(area: Area, part: _Part) -> str:
    if area.bcu is None:
        return "city"
    if part.shading:
        return part.shading.looks.get(area.code, "no-figure")
    return f"bcu-{COLOURS[area.bcu.code]}"


def _names(areas: Mapping[str, Rings], part: _Part, documents: Documents, view: View) -> list[Name]:
    """Name the areas in view, with their values; the BCUs where there are too many for that."""
    seen = view.seen(areas)
    if len(seen) > NAMED:
        seen = view.seen(documents.shapes.of_level("bcus"))
    texts = part.shading.texts if part.shading else {}
    return [
        Name(middle(rings), documents.atlas[code].name, texts.get(code, ""))
        for code, rings in seen.items()
    ]


# --- areas ---------------------------------------------------------------------------------------


def _areas(wish: Wish, level: str, documents: Documents) -> _Part:
    atlas = documents.atlas
    if wish.area:
        area = atlas[wish.area]
        title, subtitle = area.name, f"{_where(area)}, wards of {atlas.edition}"
    else:
        number = len(atlas.met(level))
        title = {
            "bcus": f"The {number} Basic Command Units of the Metropolitan Police",
            "boroughs": f"The {number} boroughs of the Metropolitan Police",
            "wards": f"The {number} wards of the Metropolitan Police",
        }[level]
        subtitle = f"Wards of {atlas.edition}"
    return _Part(title, subtitle, ["Fill colours only tell BCUs apart."])


def _where(area: Area) -> str:
    """What kind of area one is, and what it is in."""
    words = f"{LEVEL_WORDS[area.level].one} ({area.code})"
    words = words[:1].upper() + words[1:]
    if area.level == "bcus":
        return words
    if area.bcu is None and not area.ward:  # the City is no borough
        words = area.code
    inside = f" in {area.within}" if area.within else ""
    return f"{words}{inside}, {area.policed_by}"


def _ground_notes(atlas: Atlas) -> str:
    return (
        f"Boundaries: wards of {atlas.edition}, generalised for a map of this size."
        " Made with bcumap."
    )


def _legend(part: _Part, level: str) -> list[tuple[str, str]]:
    lines = [("bcu-line", "BCU"), ("borough-line", "Borough")]
    if level == "wards":
        lines.append(("area-line", "Ward"))
    fills = list(part.shading.legend) if part.shading else []
    return [*fills, CITY, *lines, ("thames", "Tidal Thames")]


DEMAND_SOURCES = (
    "Offences, survey and abstraction: Met Police and MOPAC through the London Datastore, Open"
    " Government Licence v3.0."
)


# --- ward officers -------------------------------------------------------------------------------


def _officers(wish: Wish, level: str, documents: Documents) -> _Part:
    atlas = documents.atlas
    if wish.values:
        return _own(wish, level, atlas)
    measure = measures.EVERY[wish.measure]
    known = measures.values(atlas, level, measure.key)
    unknown = measures.unknown(atlas, level, measure)
    when = views.measure_when(atlas, level, measure)
    return _Part(
        title=f"{measure.title}: {_plural(level)}",
        subtitle=f"{when[:1].upper()}{when[1:]}",
        notes=[measure.what, views.officer_sources(atlas)],
        shading=_shaded(known, measure, unknown, atlas),
    )


def _plural(level: str) -> str:
    words = LEVEL_WORDS[level].plural
    return words if level == "bcus" else words.lower()


def _demand(wish: Wish, level: str, documents: Documents) -> _Part:
    key, _, group = wish.measure.partition(".")
    measure = demand_measures.of_group(key, group or demand.ALL)
    told = demand.report(documents.demand, documents.atlas, level, group=group or demand.ALL)
    known = demand_measures.values(documents.demand, documents.atlas, told, key)
    of = f", {demand.GROUPS[group].lower()}" if group else ""
    cautions = demand_measures.cautions(level, key)
    return _Part(
        title=f"{measure.title}{of}: {_plural(level)}",
        subtitle=f"{date(told.first)} to {date(told.last)}" if key in OF_OFFENCES else "",
        notes=[measure.what, *(demand.CAUTIONS[each] for each in cautions), DEMAND_SOURCES],
        shading=_shaded(known, measure, demand_measures.unknown(level, key), documents.atlas),
    )


def _own(wish: Wish, level: str, atlas: Atlas) -> _Part:
    given = dict(wish.values)
    title = wish.title
    measure = Measure("own", title, title, 1, "")
    met = {code: given.get(code) for code in measures.values(atlas, level, "")}
    return _Part(
        title=f"{title}: {_plural(level)}",
        subtitle=f"{counted(len(given), 'figure')}, on wards of {atlas.edition}",
        caution="Figures of somebody’s own list, which nobody else has checked.",
        notes=[],
        shading=_shaded(met, measure, NO_FIGURE_IN_LIST, atlas),
    )


def _shaded(
    known: Mapping[str, float | None], measure: Measure, unknown: str, atlas: Atlas
) -> _Shading:
    limits = measures.breaks(known.values(), measure)
    names = measures.labels(known.values(), limits, measure)
    return _Shading(
        looks=_looks(known, limits, 2 if measure.decimals is None else measure.decimals),
        texts={
            code: measure.text(value, of=atlas[code].officers)
            for code, value in known.items()
            if value is not None
        },
        legend=_shades(names, unknown if None in known.values() else None),
    )


def _looks(
    known: Mapping[str, float | None], limits: Sequence[float], decimals: int
) -> dict[str, str]:
    """Return the shade of each area; a value counts as it is shown, as on the page's map."""
    shades = measures.shades(len(limits) + 1)
    return {
        code: shades[sum(float(rounded(value, decimals)) >= limit for limit in limits)]
        for code, value in known.items()
        if value is not None
    }


def _shades(names: Sequence[str], unknown: str | None) -> list[tuple[str, str]]:
    classes = list(zip(measures.shades(len(names)), names, strict=True))
    return classes + ([("no-figure", unknown)] if unknown else [])


# --- front counters ------------------------------------------------------------------------------


def _counters(wish: Wish, level: str, documents: Documents) -> _Part:
    measure = counter_measures.MEASURES[wish.measure]
    on = wish.on or dates.today()
    check_known(on, documents.counters["key_dates"], "front counters")
    picture = counters.picture(documents.counters, on)
    known = counter_measures.values(measure.key, level, picture, documents.counters)
    decimals = -2 if measure.is_distance else 0  # written with one decimal of a kilometre
    marks = list(_marks(picture, documents.counters, closed=wish.closed))
    used = {mark.look for mark in marks}
    signs = [each for each in (*SIGNS, CLOSED_SIGN) if each[0] in used]
    return _Part(
        title=f"Front counters on {date(on.isoformat())}",
        subtitle=f"Areas show: {measure.title[:1].lower()}{measure.title[1:]}"
        + (", average of residents" if measure.is_distance else ""),
        caution=_known_how(picture),
        notes=[
            f"{picture.key_date['label']}. Source: {picture.key_date['source']}",
            "Distances are straight lines."
            + (
                f" {counted(picture.left_out, 'open counter')} without a published postcode:"
                " neither on the map nor in a distance."
                if picture.left_out
                else ""
            ),
        ],
        shading=_Shading(
            looks=_looks(known, measure.breaks, decimals),
            texts={},
            legend=_shades(measure.classes, measure.unknown),
        ),
        marks=marks,
        signs=signs,
    )


def _known_how(picture: counters.Picture) -> str:
    if not picture.complete:
        return f"Not all counters of this date are known, so distances are {NOT_KNOWN}."
    if picture.areas[MET]["basis"] == ANNOUNCED:
        return f"{UNCONFIRMED} Such signs are dashed."
    return ""


def _marks(picture: counters.Picture, document: Document, *, closed: bool) -> Iterator[Mark]:
    points = {site["name"]: site for site in document["sites"]}
    for site in picture.standings:
        point = points[site.name]
        if point["lat"] is None or not (site.is_open or closed):
            continue
        yield Mark(point["lon"], point["lat"], _sign(site), site.basis == ANNOUNCED, site.name)


def _sign(site: counters.Standing) -> str:
    if not site.is_open:
        return CLOSED_SIGN[0]
    kinds = {ALWAYS: "24-7", "reduced": "reduced", "limited": "limited"}
    return f"sign-{kinds.get(site.kind, 'daytime')}"


# --- police units --------------------------------------------------------------------------------


def _units(wish: Wish, documents: Documents, view: View) -> Scene:
    """The units of a date: boroughs of their own, and BCUs."""
    document, on = documents.history, wish.on or dates.today()
    check_known(on, document["models"], "police units")
    change = last_on(document["changes"], on) or document["changes"][0]
    units = [document["units"][place] for place in dict.fromkeys(change["units"])]
    areas = documents.shapes.of_level("boroughs") | documents.shapes.of_level("bcus")
    merged = [unit for unit in units if unit["kind"] in ("BCU", "pathfinder")]
    model = last_on(document["models"], on) or document["models"][0]
    shown = view.seen({unit["code"]: areas[unit["code"]] for unit in units})
    called = {unit["code"]: unit["name"] for unit in units}
    unsure = any(unit["basis"] != KNOWN for unit in units)
    legend = [
        ("unit-own", OWN_UNIT),
        ("bcu-0", MERGED),
        ("unit-unsure", f"{UNSURE}: not known for certain"),
        CITY,
        ("thames", "Tidal Thames"),
    ]
    return Scene(
        title=f"Police units on {date(on.isoformat())}",
        subtitle=(
            f"{counted(len(units) - len(merged) - 1, 'unit')} of one borough each,"
            f" {counted(len(merged), 'Basic Command Unit')}"
        ),
        caution=UNSURE_UNITS if unsure else "",
        shapes=[
            _thames(documents.shapes),
            *(Shape(areas[unit["code"]], _unit_looks(unit)) for unit in units),
            *_outline(_chosen(wish, documents)),
        ],
        names=[Name(middle(rings), called[code]) for code, rings in shown.items()],
        legend=legend,
        notes=[
            f"{model['label']}. Source: {model['source']}",
            f"Boroughs as they are today. {_ground_notes(documents.atlas)}",
            f"{ATTRIBUTION}.",
        ],
        view=view,
    )


def _unit_looks(unit: Mapping[str, Any]) -> tuple[str, ...]:
    if unit["kind"] == "own force":
        return ("city", "unit-line")
    if unit["kind"] not in ("BCU", "pathfinder"):
        return ("unit-own", "unit-line")
    line = "unit-unsure" if unit["basis"] in (ANNOUNCED, UNCERTAIN) else "unit-line"
    return (f"bcu-{COLOURS[unit['code']]}", line)
