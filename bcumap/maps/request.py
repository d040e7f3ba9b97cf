"""What picture of a map is wanted: read from a link or a command, checked; standard library only.

The serving process checks with it what it is asked for; drawing is done in another one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.safe import plain
from bcumap.base.schema import LEVELS, area_code
from bcumap.facts import counter_measures, demand_measures, measures
from bcumap.facts.areas import Atlas

Frame = tuple[float, float, float, float]  # west, south, east, north (degrees, EPSG:4326)

AREAS, OFFICERS, COUNTERS, HISTORY = "areas", "officers", "counters", "history"
DEMAND = "demand"
KINDS = (AREAS, OFFICERS, COUNTERS, HISTORY, DEMAND)
FORMS = (".png", ".svg")
DATED = (COUNTERS, HISTORY)
# The measures of the kinds that have some, and the one to begin with.
MEASURES: Mapping[str, tuple[Iterable[str], str]] = {
    OFFICERS: (measures.EVERY, measures.FIRST),
    COUNTERS: (counter_measures.MEASURES, counter_measures.FIRST),
    DEMAND: (demand_measures.WITH_GROUPS, demand_measures.FIRST),
}
OWN_TITLE = "Your list"
LONGEST_TITLE = 120  # characters
LARGEST = 1e9  # of figures of somebody's own
SMALLEST, FARTHEST = 0.0005, 3.0  # sides of a view (degrees)
VIEW_STEPS = 500  # a view is rounded to this part of its side, or less


@dataclass(frozen=True)
class Wish:
    """What is wanted.

    Attributes
    ----------
    kind
        One of `KINDS`: the maps of the pages.
    level, measure
        Which areas are drawn, and by what they are shaded; "" where the kind has none.
    area
        The code of an area to outline; the picture shows it and what is around it.
    on
        The date; None where the map has none.
    view
        Which part of London is shown, instead of what `area` asks for.
    closed
        Whether closed counters are shown too.
    streets
        Whether streets are drawn below the areas, where the map is near enough.
    values, title
        Codes and figures of somebody's own, which are shaded instead of a measure, and their name.
    """

    kind: str
    level: str = ""
    measure: str = ""
    area: str = ""
    on: dt.date | None = None
    view: Frame | None = None
    closed: bool = False
    streets: bool = False
    values: tuple[tuple[str, float], ...] = ()
    title: str = ""

    @property
    def name(self) -> str:
        """A name for the file, without its suffix, that says what it is."""
        what = "own" if self.values else self.measure
        on = self.on.isoformat() if self.on else ""
        return "-".join(filter(None, (self.kind, self.level, what, self.area, on)))


def read(asked: Mapping[str, str], atlas: Atlas, *, today: dt.date) -> Wish:
    """Read a wish from texts and check it.

    Parameters
    ----------
    asked
        `kind`, `level`, `measure`, `area`, `on` (a date), `view` (w,s,e,n), `closed` and `streets`
        (1), `title` and `values` (CSV with the columns code and value); what is missing or "" takes
        the default.
    atlas
        Every area.
    today
        The date of what has one, if none is asked for.

    Raises
    ------
    BcuMapError
        If anything of it is none, or not for this kind.
    """
    kind = asked.get("kind", "")
    if kind not in KINDS:
        raise BcuMapError(f"there is no picture of {kind[:40]!r}; give one of {', '.join(KINDS)}")
    given = {name: text for name, text in asked.items() if text}
    level = _level(kind, given)
    closed, streets = (given.get(name, "") not in ("", "0") for name in ("closed", "streets"))
    for of, is_given, what in (
        (OFFICERS, "values" in given, "figures of your own"),
        (COUNTERS, closed, "closed counters"),
    ):
        if is_given and kind != of:
            raise BcuMapError(f"{what} are for {of}, not for {kind}")
    values = _values(given.get("values", ""), level, atlas)
    return Wish(
        kind=kind,
        level=level,
        measure="" if values else _measure(kind, given),
        area=_area(given.get("area", ""), atlas),
        on=_on(kind, given, today),
        view=_view(given.get("view", "")),
        closed=closed,
        streets=streets,
        values=values,
        title=_title(given.get("title", "")) if values else "",
    )


def _title(text: str) -> str:
    return plain(text, length=LONGEST_TITLE) or OWN_TITLE


def _level(kind: str, given: Mapping[str, str]) -> str:
    if kind == HISTORY:
        if "level" in given:
            raise BcuMapError(f"{HISTORY} has no level: it shows the units of a date")
        return ""
    level = given.get("level", "bcus" if kind == AREAS else "boroughs")
    if level not in LEVELS:
        raise BcuMapError(f"there is no level {level[:40]!r}; give one of {', '.join(LEVELS)}")
    return level


def _measure(kind: str, given: Mapping[str, str]) -> str:
    if kind not in MEASURES:
        if "measure" in given:
            raise BcuMapError(f"{kind} has no measure; that is for {' and '.join(MEASURES)}")
        return ""
    known, first = MEASURES[kind]
    measure = given.get("measure", first)
    if measure not in known:
        raise BcuMapError(f"there is no measure {measure[:40]!r}; give one of {', '.join(known)}")
    return measure


def _area(text: str, atlas: Atlas) -> str:
    code = area_code(text)
    if code and atlas.get(code) is None:
        raise BcuMapError(
            f"there is no area {text[:40]!r};"
            " give the code of a BCU (NA), borough (E09…) or ward (E05…)"
        )
    return code


def _on(kind: str, given: Mapping[str, str], today: dt.date) -> dt.date | None:
    if kind in DATED:
        return dates.day(given["on"][:40]) if "on" in given else today
    if "on" in given:
        raise BcuMapError(f"{kind} has no date; that is for {' and '.join(DATED)}")
    return None


def _view(text: str) -> Frame | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text[:200].split(","))
    except ValueError as error:
        raise BcuMapError(
            f"{text[:60]!r} is no view;"
            " give west,south,east,north in degrees, as -0.2,51.4,0.1,51.6"
        ) from error
    sides = (east - west, north - south)
    on_earth = -180 <= west <= 180 and -85 <= south <= 85
    if not on_earth or not all(SMALLEST <= side <= FARTHEST for side in sides):
        raise BcuMapError(
            f"{text[:60]!r} is no view of London; west comes before east, south before north, and"
            f" each is {SMALLEST} to {FARTHEST} degrees from the other"
        )
    step = _step(max(sides))
    found = tuple(round(round(each / step) * step, 6) for each in (west, south, east, north))
    return found[0], found[1], found[2], found[3]


def _step(side: float) -> float:
    """Return to what a view is rounded: to less than a dot or two of a picture of 1,200.

    So that people who look at the same place get the same picture, which is made once.
    """
    return 10.0 ** math.floor(math.log10(side)) / VIEW_STEPS


def _values(text: str, level: str, atlas: Atlas) -> tuple[tuple[str, float], ...]:
    """Read a CSV of codes and values, each code once."""
    if not text:
        return ()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    if not rows or not {"code", "value"} <= set(rows[0]):
        raise BcuMapError("the figures need the columns code and value, and a row for each area")
    found: dict[str, float] = {}
    for number, row in enumerate(rows, 2):
        code = (row["code"] or "").strip().upper()
        area = atlas.levels[level].get(code)
        if area is None or not area.officers:
            raise BcuMapError(
                f"line {number}: there is no area {code[:40]!r} among the Met's {level}"
            )
        if code in found:
            raise BcuMapError(f"line {number}: {code} comes twice; give each area once")
        found[code] = _number(row["value"], number)
    return tuple(sorted(found.items()))


def _number(text: str | None, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:  # nor NaN
        raise BcuMapError(f"line {line}: {(text or '')[:40]!r} is no number; leave the area out")
    return value
