"""Maps that the server draws for pages: from the scenes of pictures, kept as long as there is room.

They are of areas and dates, never of what somebody asked; a point is added to a copy.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from bcumap.app.heads import KINDS
from bcumap.app.kept import Kept
from bcumap.app.links import Asked, level_of
from bcumap.base import dates, plane
from bcumap.base.errors import BcuMapError
from bcumap.facts import store
from bcumap.facts.cached import atlas, context, counters, demand, history
from bcumap.maps import request, scene, svg
from bcumap.maps.request import AREAS, COUNTERS, HISTORY, Frame, Wish
from bcumap.maps.scene import Documents
from bcumap.maps.shapes import Shapes

NO_MAP = b'<div class="bcumap first-map"></div>'  # of the same size, if it is not drawn yet
WIDE = 720  # dots, and pixels of a page
KEPT_BYTES = 3_000_000
SMALL = 360  # dots of a map that stands beside others
SMALL_BYTES = 1_000_000
PATIENCE_S = 0.4  # so long a page waits for a map that is not drawn yet
PREFIX = re.compile(r'(id="|href="#|url\(#)bcumap-')


@dataclass(frozen=True)
class Drawn:
    """A map as SVG to stand in a page, the part of London that it shows, and whose streets are.

    `credits` are sentences; none if there are no streets on it.
    """

    text: str
    frame: Frame
    credits: tuple[str, ...] = ()


_maps: Kept[Wish] = Kept(KEPT_BYTES)
_small: Kept[Wish] = Kept(SMALL_BYTES)
# One at a time: what the server sends never waits for more than one drawing.
_thread = ThreadPoolExecutor(1, thread_name_prefix="maps")
_wanted: dict[Wish, Future[None]] = {}


@cache
def _documents() -> Documents:
    files = store.web_files()
    shapes = Shapes(*(json.loads(files[name]) for name in ("areas.topojson", "wards.topojson")))
    return Documents(atlas(), counters(), history(), shapes, demand(), context())


def wish(asked: Asked) -> Wish | None:
    """Return the map that a page begins with; None if it has none."""
    if asked.page not in KINDS:
        return None
    kind, wanted = KINDS[asked.page], asked.wanted
    given = {"kind": kind}
    if kind in (COUNTERS, HISTORY):
        given["on"] = asked.on.isoformat()
    if kind != HISTORY:
        given["level"] = level_of(asked)
        given["area"] = wanted.code if wanted else ""
    measure = asked.query.get("measure", "")
    if kind in request.MEASURES and measure in request.MEASURES[kind][0]:
        given["measure"] = measure
    try:
        return request.read(given, atlas(), today=dates.today())
    except BcuMapError:
        return None


def prepare(pages: Iterable[str]) -> None:
    """Draw what each page begins with, in the background: the first visitor has it, too."""
    for page in pages:
        if of := wish(Asked(page, {}, on=dates.today())):
            _thread.submit(_draw, of)


async def drawn(of: Wish, *, patience_s: float) -> Drawn | None:
    """Return a map, or None if it takes long: it will be there for the next who wants it."""
    if found := _kept(of):
        return found
    making = _wanted.get(of)
    if making is None:
        making = _wanted[of] = _thread.submit(_draw, of)
        making.add_done_callback(lambda _: _wanted.pop(of, None))
    await asyncio.wait({asyncio.wrap_future(making)}, timeout=patience_s)
    return _kept(of)


def _kept(of: Wish) -> Drawn | None:
    packed = _maps.get(of)
    if packed is None:
        return None
    head, _, text = zlib.decompress(packed).decode().partition("\n")
    (west, south, east, north), credits = json.loads(head)
    return Drawn(text, (west, south, east, north), tuple(credits))


def _draw(of: Wish) -> None:
    made = scene.scene(of, _documents(), wide=WIDE)
    looks = "bcumap first-map" if of.kind in (AREAS, HISTORY) else "bcumap first-map shaded"
    text = PREFIX.sub(r"\1first-", svg.fragment(made)).replace('class="bcumap"', f'class="{looks}"')
    # Beyond the map lines are not exact: what is there is cut, whatever shape a page's box has.
    within = f'</defs><svg width="{made.view.wide}" height="{made.view.high}">'
    text = text.rstrip().replace("</defs>", within, 1) + "</svg>"
    head = json.dumps([made.view.frame, made.streets.notes if made.streets else []])
    _maps.put(of, zlib.compress(f"{head}\n{text}".encode(), 9))
    _documents().shapes.view.cache_clear()  # its lines are of this drawing alone


@cache
def middle(level: str, code: str) -> tuple[float, float]:
    """Return the middle of an area: easting and northing, to half a metre."""
    return plane.metres(*_documents().shapes.middle(level, code))


async def small(of: Wish) -> bytes:
    """Return a small map as an SVG of its own."""
    if packed := _small.get(of):
        return zlib.decompress(packed)
    return await asyncio.wrap_future(_thread.submit(_draw_small, of))


def _draw_small(of: Wish) -> bytes:
    text = svg.fragment(scene.scene(of, _documents(), wide=SMALL)).encode()
    _documents().shapes.view.cache_clear()
    _small.put(of, zlib.compress(text, 9))
    return text


def pointed(map_: Drawn, lon: float, lat: float) -> str:
    """Return a copy of a map with a point on it."""
    x, y = _documents().shapes.view(map_.frame, WIDE).at(lon, lat)
    point = f'<circle class="found-point" r="8" cx="{round(x, 1)}" cy="{round(y, 1)}"/></svg>'
    return map_.text.rstrip().removesuffix("</svg>") + point
