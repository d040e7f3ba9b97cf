"""Fetches London's wards from the ONS Open Geography Portal into a file; never repairs them.

The portal speaks ArcGIS REST: developers.arcgis.com/rest/services-reference, "Feature Service".
"""

from __future__ import annotations

import difflib
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import requests

from bcumap.base.errors import BcuMapError, DownloadError
from bcumap.base.files import beside
from bcumap.base.schema import LONDON_BOUNDS_BNG
from bcumap.services import http as asking
from bcumap.services.http import PassingError, one_line

SERVICES_URL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
SERVICE_NAME = re.compile(
    r"(?:WD|Wards)_(?P<month>[A-Z]{3})[A-Z]*_(?P<year>(?:19|20)\d\d)_(?:[A-Z]+_)*?"
    r"(?P<resolution>B[FGSU][CE])(?:_V(?P<version>\d{1,3})|_\d{4})*",
    re.IGNORECASE | re.ASCII,
)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BEST = "BFC"  # full resolution, clipped to the coast: what geodata/ is generalised from
WARD_CODE = re.compile(r"(?:E05|W05|S13|N08)[0-9]{6}")  # GSS: England, Wales, Scotland, N. Ireland
MARGIN_M = 30_000  # a ward that touches London's box may reach this far out of it
AS_JSON = {"f": "json"}
BY_HAND = "or save it in EPSG:27700 from https://geoportal.statistics.gov.uk and pass --wards FILE"

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class WardLayer:
    """A ward layer of the portal, as its service name describes it."""

    name: str
    edition: str  # "2025-12"
    resolution: str  # full, generalised ... (BF, BG, BS, BU), to the coast (C) or all of it (E)
    url: str
    version: int = 1  # the name's "_V2"

    @property
    def rank(self) -> tuple[bool, str, int, str]:
        """Higher is better: BFC before the rest, then the newer edition and version."""
        return self.resolution == BEST, self.edition, self.version, self.name


@dataclass(frozen=True)
class Limits(asking.Limits):
    """`http.Limits`, whose time is enough for a page of full-resolution wards, and its size."""

    page_size: int = 100  # wards: a few megabytes


DEFAULT_LIMITS = Limits()


def choose_layer(layers: Iterable[WardLayer], *, name: str | None = None) -> WardLayer:
    """Choose the newest BFC layer, or the one called `name` (in any case).

    Raises
    ------
    DownloadError
        When there is none; for an unknown name the message lists near ones.
    """
    ranked = sorted(layers, key=lambda layer: layer.rank, reverse=True)
    if name is None:
        if ranked and ranked[0].resolution == BEST:
            return ranked[0]
        found = ", ".join(layer.name for layer in ranked[:5]) or "no ward layer"
        raise DownloadError(
            f"found {found}; expected one like WD_DEC_2025_UK_{BEST}; name a layer, {BY_HAND}"
        )
    by_name = {layer.name.casefold(): layer for layer in ranked}
    if name.casefold() in by_name:
        return by_name[name.casefold()]
    near = difflib.get_close_matches(name.casefold(), by_name, n=5) or list(by_name)[:5]
    names = ", ".join(by_name[key].name for key in near) or "any (the portal lists none)"
    raise DownloadError(f"found no ward layer {name!r}; expected a name of the portal's: {names}")


def download_wards(
    out: Path,
    *,
    services_url: str = SERVICES_URL,
    layer: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int, int], None] | None = None,
) -> WardLayer:
    """Write London's wards of one portal layer to `out`, as GeoJSON in EPSG:27700 (metres).

    Only London is asked for: by borough code (E09...) when the layer carries a LADyyCD column.
    When it does not, by London's bounding box: then wards around London come along, and whoever
    reads the file must place wards by area.

    Parameters
    ----------
    out : Path
        File to write, in a folder that exists. It is replaced whole or not touched.
    services_url : str
        The ArcGIS REST folder that holds the layer.
    layer : str, optional
        Service name; by default the newest BFC one.
    limits : Limits
        Time, attempts and size allowed.
    progress : callable, optional
        Called with (wards so far, wards in all), first with 0.

    Returns
    -------
    WardLayer
        The layer that was written.

    Raises
    ------
    DownloadError
        When the portal gives no usable answer, when what came is not the wards it counted (each
        with a unique GSS code and a polygon near London, in metres), or `out` cannot be written.
    """
    if not out.parent.is_dir():
        raise DownloadError(f"cannot write {out}: found no folder {out.parent}; make it first")
    with _portal(services_url, limits) as portal:
        chosen = choose_layer(portal.layers(), name=layer)
        table = portal.ask(chosen.url, _read_table)
        count = table.london() | AS_JSON | {"returnCountOnly": "true"}
        total = portal.ask(f"{chosen.url}/query", _read_count, count)
        wards = _fetch_wards(portal, chosen, table, total, progress or _tell_nobody)
    _check(chosen, table, wards, total)
    _write(out, chosen, wards)
    return chosen


def _tell_nobody(done: int, total: int) -> None:
    """Report no progress."""


# --- Asking


@dataclass(frozen=True)
class _Portal:
    """A folder of ArcGIS services, asked through one session and within limits."""

    services_url: str
    limits: Limits
    session: requests.Session

    def layers(self) -> list[WardLayer]:
        """Ward layers of the folder, best first."""
        return self.ask(self.services_url, partial(_read_layers, services_url=self.services_url))

    def ask(self, url: str, read: Callable[[Json], T], params: Mapping[str, str] = AS_JSON) -> T:
        """What `read` makes of the answer, asked for again while a fault may pass."""
        retrying = asking.retrying(self.limits)
        try:
            return retrying(
                lambda: read(_parse(asking.body(self.session, url, self.limits, params=params)))
            )
        except PassingError as error:
            asked = f"asked {self.limits.attempts} times; try again later"
            raise DownloadError(f"{url}: {error}; {asked}, {BY_HAND}") from error
        except DownloadError as error:
            advice = f"check the address, choose another layer, {BY_HAND}"
            raise DownloadError(f"{url}: {error}; {advice}") from error


@contextmanager
def _portal(services_url: str, limits: Limits) -> Iterator[_Portal]:
    """Open a session whose requests each end their own connection: none lingers or goes stale."""
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        yield _Portal(services_url.rstrip("/"), limits, session)


def _parse(body: bytes) -> Json:
    """Parse an answer; ArcGIS reports its errors inside an HTTP 200."""
    answer = asking.parse(body)
    if not isinstance(answer, dict):
        raise PassingError(f"found {body[:40]!r}, expected a whole JSON object")
    if error := answer.get("error"):
        code = error.get("code") if isinstance(error, dict) else None
        may_pass = isinstance(code, int) and (code == 429 or 500 <= code < 600)
        found = f"found the error {one_line(error)}, expected an answer"
        raise PassingError(found) if may_pass else DownloadError(found)
    return answer


# --- Reading the answers


@dataclass(frozen=True)
class _Table:
    """What a layer's metadata says about its columns and pages."""

    object_id: str
    ward_code: str
    borough_code: str | None
    page_limit: int

    def london(self) -> dict[str, str]:
        """Query for London's wards or, without borough codes, for those that touch its box."""
        if self.borough_code:
            return {"where": f"{self.borough_code} LIKE 'E09%'"}
        return {
            "where": "1=1",
            "geometry": ",".join(map(str, LONDON_BOUNDS_BNG)),
            "geometryType": "esriGeometryEnvelope",
            "inSR": "27700",
            "spatialRel": "esriSpatialRelIntersects",
        }


def _read_list(answer: Json, key: str) -> list[Json]:
    """Give the list of objects that an ArcGIS answer must have under a key."""
    items = answer.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DownloadError(f"found no list of {key}, expected an ArcGIS answer")
    return items


def _read_layers(answer: Json, services_url: str) -> list[WardLayer]:
    """Ward layers among the services of a folder, best first."""
    services = [s for s in _read_list(answer, "services") if s.get("type") == "FeatureServer"]
    layers = (_read_name(str(s.get("name")), services_url) for s in services)
    return sorted(filter(None, layers), key=lambda layer: layer.rank, reverse=True)


def _read_name(name: str, services_url: str) -> WardLayer | None:
    """Read a service's name; None when it does not name a ward layer."""
    match = SERVICE_NAME.fullmatch(name)
    if match is None or match["month"].upper() not in MONTHS:
        return None
    return WardLayer(
        name=name,
        edition=f"{match['year']}-{MONTHS.index(match['month'].upper()) + 1:02d}",
        resolution=match["resolution"].upper(),
        url=f"{services_url}/{name}/FeatureServer/0",
        version=int(match["version"] or 1),
    )


def _read_table(answer: Json) -> _Table:
    """Find the columns that matter in a layer's metadata; of several years, the newest."""
    names = [str(field.get("name")) for field in _read_list(answer, "fields")]
    wards, boroughs = (
        sorted((n for n in names if re.fullmatch(rf"{kind}\d\dCD", n, re.I)), key=str.upper)
        for kind in ("WD", "LAD")
    )
    object_id, limit = answer.get("objectIdField"), answer.get("maxRecordCount")
    if not wards or not isinstance(object_id, str):
        found = one_line(", ".join(names)) or "none"
        raise DownloadError(f"found columns {found}, expected WDyyCD and an objectIdField")
    page_limit = limit if isinstance(limit, int) and limit > 0 else sys.maxsize
    return _Table(object_id, wards[-1], boroughs[-1] if boroughs else None, page_limit)


def _read_count(answer: Json) -> int:
    """How many wards a query has; one without any is of no use."""
    count = answer.get("count")
    if not isinstance(count, int) or count < 1:
        raise DownloadError(f"found {one_line(answer)}, expected a count of London's wards")
    return count


def _read_page(answer: Json, object_id: str, seen: Container[int]) -> tuple[dict[int, Json], bool]:
    """Wards of a page by object id, and whether the server says that more remain."""
    page: dict[int, Json] = {}
    for feature in _read_list(answer, "features"):
        properties = feature.get("properties")
        key = properties.get(object_id) if isinstance(properties, dict) else None
        if not isinstance(key, int):
            found = one_line(f"a ward with {object_id} {key!r}")
            raise DownloadError(f"found {found}, expected a number")
        if key in seen or key in page:
            raise PassingError(f"found {object_id} {key} again, expected other wards")
        page[key] = feature
    extra = answer.get("properties")  # where GeoJSON answers carry the flag
    flags = (answer, extra if isinstance(extra, dict) else {})
    return page, any(flag.get("exceededTransferLimit") is True for flag in flags)


def _fetch_wards(
    portal: _Portal, layer: WardLayer, table: _Table, total: int, tell: Callable[[int, int], None]
) -> list[Json]:
    """All pages of London's wards, up to one that brings nothing or too much."""
    wards: dict[int, Json] = {}
    size = min(portal.limits.page_size, table.page_limit)
    query = {"f": "geojson", "outSR": "27700", "outFields": "*", "orderByFields": table.object_id}
    query |= table.london() | {"resultRecordCount": str(size)}
    read = partial(_read_page, object_id=table.object_id, seen=wards)
    more = True
    tell(0, total)
    while more or len(wards) < total:
        offset = {"resultOffset": str(len(wards))}
        page, more = portal.ask(f"{layer.url}/query", read, query | offset)
        wards |= page
        tell(len(wards), total)
        if not page or len(wards) > total:
            break
    return list(wards.values())


# --- Checking and writing


def _check(layer: WardLayer, table: _Table, wards: list[Json], total: int) -> None:
    """List every fault of what came in one error."""
    codes = [str(ward["properties"].get(table.ward_code)) for ward in wards]
    shapes = list(zip(codes, map(_points, wards), strict=True))
    strays = [f"{code} at {points[0]}" for code, points in shapes if not _near_london(points)]
    culprits = {
        f"without a GSS code in {table.ward_code}": [
            c for c in codes if not WARD_CODE.fullmatch(c)
        ],
        "with a code used twice": [code for code, times in Counter(codes).items() if times > 1],
        "without a polygon": [code for code, points in shapes if not points],
        "far from London in EPSG:27700 metres": strays,
    }
    faults = [
        f"{len(who)} {what} ({one_line(', '.join(who[:3]))})"
        for what, who in culprits.items()
        if who
    ]
    if len(wards) != total:
        faults.insert(0, f"{len(wards)} where {total} were counted")
    if faults:
        found = f"{layer.name}: found wards: {'; '.join(faults)}"
        raise DownloadError(f"{found}; try again, name another layer, {BY_HAND}")


def _points(feature: Json) -> list[tuple[float, float]]:
    """All corners of a ward's polygons; none when it is not a polygon of finite numbers."""
    try:
        shape = feature["geometry"]["coordinates"]
        polygons = {"Polygon": [shape], "MultiPolygon": shape}[feature["geometry"]["type"]]
        points = [(x, y) for polygon in polygons for ring in polygon for x, y, *_ in ring]
        return points if all(math.isfinite(x) and math.isfinite(y) for x, y in points) else []
    except (KeyError, TypeError, ValueError, OverflowError):
        return []


def _near_london(points: list[tuple[float, float]]) -> bool:
    """Whether no corner is far from London."""
    west, south, east, north = LONDON_BOUNDS_BNG
    return all(
        west - MARGIN_M <= x <= east + MARGIN_M and south - MARGIN_M <= y <= north + MARGIN_M
        for x, y in points
    )


def _write(out: Path, layer: WardLayer, wards: list[Json]) -> None:
    """Write all or nothing; GDAL takes the CRS from the `crs` member."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    head = {"type": "FeatureCollection", "name": layer.name, "crs": crs}
    try:
        text = json.dumps(head | {"features": wards}, allow_nan=False)
        with beside(out) as part:
            part.write_text(text, encoding="utf-8")
    except (BcuMapError, ValueError) as error:
        raise DownloadError(f"cannot write {out}: {one_line(error)}") from error
