"""Streets, railways, green and water of publishers' files, as lines and areas; writes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import BNG, LONDON_BOUNDS_BNG, WGS84
from bcumap.build.vectors import opened
from bcumap.facts.places import CLASSES
from bcumap.geo import projection
from bcumap.geo.coverage import Polygons

MOTORWAY, TRUNK, A_ROAD, B_ROAD, LOCAL = range(len(CLASSES))
RIM_M = 300.0  # what is kept around London

# The publishers, as passports.toml calls their origins.
OSM_TILES, OSM_EXTRACT, OPEN_ROADS = "osm tiles", "osm extract", "os open roads"

_TILES_CLASS = {"motorway": MOTORWAY, "trunk": TRUNK, "primary": A_ROAD, "secondary": B_ROAD}
_OSM_CLASS = _TILES_CLASS | {
    f"{name}_link": number for name, number in _TILES_CLASS.items()
} | dict.fromkeys(
    ("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "pedestrian",
     "road", "service"), LOCAL)  # fmt: skip
_OS_CLASS = {"Motorway": MOTORWAY, "A Road": A_ROAD, "B Road": B_ROAD}
_OS_LAYERS = ("road_link", "RoadLink")

# What is cut short in names, and only at the end of one ("St" at the beginning is a saint).
_SHORT = {
    "Ave": "Avenue", "Cl": "Close", "Cres": "Crescent", "Ct": "Court", "Dr": "Drive",
    "Gdns": "Gardens", "Gr": "Grove", "Hwy": "Highway", "La": "Lane", "Ln": "Lane", "Pde": "Parade",
    "Pl": "Place", "Rd": "Road", "Sq": "Square", "St": "Street", "Ter": "Terrace",
}  # fmt: skip
_LAST_WORD = re.compile(rf"(?<= )(?:{'|'.join(_SHORT)})\.?$")
_CAPITAL_S = re.compile(r"(?<=\w['’])S\b")


@dataclass(frozen=True)
class Drawn:
    """What can be drawn of one file, each a frame in EPSG:27700 or None.

    Attributes
    ----------
    origin
        The publisher, as passports.toml calls it.
    edition
        As far as the file says; else "".
    roads
        `name` ("" where it has none) and `road_class` (a number of `CLASSES`), lines.
    rail
        `tunnel`, lines.
    green, water
        Polygons.
    """

    origin: str
    edition: str = ""
    roads: gpd.GeoDataFrame | None = None
    rail: gpd.GeoDataFrame | None = None
    green: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None


def read(path: Path) -> Drawn:
    """Read OS Open Roads (.gpkg or .zip), an OpenStreetMap extract (.osm.pbf) or a .parquet.

    Raises
    ------
    SourceError
        If it is none of them, is damaged, or has nothing of London.
    """
    reader: Callable[[Path], Drawn]
    if path.suffix == ".parquet":
        reader = _read_parquet
    elif path.suffix in (".gpkg", ".zip"):
        reader = _read_open_roads
    elif path.name.endswith(".pbf"):
        reader = _read_extract
    else:
        raise SourceError(
            f"{path}: streets are read from OS Open Roads (.gpkg, .zip), an OpenStreetMap extract"
            " (.osm.pbf) or a prepared .parquet"
        )
    try:
        with opened(path) as files:
            drawn = reader(files[0])
    except (
        OSError,
        ValueError,
        pyogrio.errors.DataSourceError,
        shapely.errors.ShapelyError,
    ) as error:
        raise SourceError(f"{path}: cannot be read ({error}); fetch it again") from error
    layers = (drawn.roads, drawn.rail, drawn.green, drawn.water)
    if not any(layer is not None and _is_in_london(layer) for layer in layers):
        raise SourceError(f"{path}: nothing in it lies in London; take one that holds London")
    return drawn


def _is_in_london(frame: gpd.GeoDataFrame) -> bool:
    left, bottom, right, top = LONDON_BOUNDS_BNG
    return len(frame.cx[left:right, bottom:top]) > 0


def tidy(name: object) -> str:
    """Write a street's name in full, with small letters after its apostrophes.

    >>> tidy("Queen'S Rd")
    "Queen's Road"
    """
    if not isinstance(name, str):
        return ""
    words = _CAPITAL_S.sub("s", " ".join(name.split()))
    return _LAST_WORD.sub(lambda found: _SHORT[found[0].rstrip(".")], words)


# --- readers -----------------------------------------------------------------------------------


def _read_parquet(path: Path) -> Drawn:
    frame = projection.frame_to_bng(gpd.read_parquet(path))
    columns = set(frame.columns)
    is_line = frame.geom_type.str.contains("Line").all()
    if {"class", "subclass", "name"} <= columns and is_line:
        return Drawn(
            OSM_TILES, roads=_roads(frame, frame["class"].map(_TILES_CLASS), frame["name"])
        )
    if {"class", "subclass", "brunnel"} <= columns and is_line:
        return Drawn(OSM_TILES, rail=_rail(frame, frame["brunnel"] == "tunnel"))
    if columns == {"geometry"} | (columns & {"__index_level_0__"}) and is_line:
        nothing = pd.Series([None] * len(frame), index=frame.index)
        return Drawn(OSM_TILES, roads=_roads(frame, nothing, nothing))
    if "kind" in columns and not is_line:
        return Drawn(OSM_TILES, green=frame[["geometry"]])
    if "ha" in columns and not is_line:
        return Drawn(OSM_TILES, water=frame[["geometry"]])
    found = ", ".join(sorted(columns))
    raise SourceError(f"{path}: the columns {found} are those of no layer of streets")


def _read_open_roads(path: Path) -> Drawn:
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    layer = next((name for name in _OS_LAYERS if name in layers), None)
    if layer is None:
        raise SourceError(
            f"{path}: found the layers {', '.join(layers) or 'none'}; expected road_link, as in"
            " OS Open Roads"
        )
    info = pyogrio.read_info(path, layer=layer)
    wanted = {"road_classification", "name_1"}
    if missing := sorted(wanted - set(info["fields"])):
        raise SourceError(f"{path}: {layer} has no {missing[0]}, as OS Open Roads has")
    if not info["crs"] or "27700" not in str(info["crs"]):
        raise SourceError(f"{path}: its CRS is {info['crs']}; OS Open Roads is in {BNG}")
    frame = pyogrio.read_dataframe(path, layer=layer, bbox=LONDON_BOUNDS_BNG)
    classes = frame["road_classification"].map(_OS_CLASS)
    if "trunk_road" in frame:
        is_trunk = frame["trunk_road"].astype(str).str.lower().isin(("true", "1"))
        classes = classes.mask(is_trunk & (classes == A_ROAD), TRUNK)
    return Drawn(OPEN_ROADS, _last_change(path, layer), _roads(frame, classes, frame["name_1"]))


def _last_change(path: Path, layer: str) -> str:
    """Return the day on which a GeoPackage says that a layer last changed."""
    query = "SELECT table_name, last_change FROM gpkg_contents"
    found = pyogrio.read_dataframe(path, sql=query, read_geometry=False)
    changed = found.loc[found["table_name"] == layer, "last_change"]
    return str(changed.iloc[0])[:10] if len(changed) else ""


def _read_extract(path: Path) -> Drawn:
    box = tuple(projection.bng_to_lonlat(np.reshape(LONDON_BOUNDS_BNG, (2, 2))).ravel())
    lines = pyogrio.read_dataframe(path, layer="lines", bbox=box)
    areas = pyogrio.read_dataframe(path, layer="multipolygons", bbox=box)
    lines = projection.frame_to_bng(lines.set_crs(WGS84, allow_override=True))
    highway = lines["highway"]
    streets = lines[highway.isin(_OSM_CLASS) & (lines["name"].notna() | (highway != "service"))]
    railway = lines["railway"] if "railway" in lines else _tag(lines, "railway")
    rails = lines[railway.isin(("rail", "subway", "light_rail", "tram"))]
    areas = projection.frame_to_bng(areas.set_crs(WGS84, allow_override=True))
    green = areas["leisure"].isin(("park", "nature_reserve", "common", "golf_course"))
    green |= areas["landuse"].isin(("forest", "cemetery", "grass", "recreation_ground"))
    green |= areas["natural"].isin(("wood", "heath", "grassland"))
    dated = re.search(r"-(\d{2})(\d{2})(\d{2})\.osm\.pbf$", path.name)
    return Drawn(
        OSM_EXTRACT,
        f"20{dated[1]}-{dated[2]}-{dated[3]}" if dated else "",
        _roads(streets, streets["highway"].map(_OSM_CLASS), streets["name"]),
        _rail(rails, _tag(rails, "tunnel") == "yes"),
        areas.loc[green, ["geometry"]],
        areas.loc[areas["natural"] == "water", ["geometry"]],
    )


def _tag(frame: gpd.GeoDataFrame, key: str) -> pd.Series:
    """Return a tag that GDAL's OSM driver keeps among the others."""
    found: pd.Series = frame["other_tags"].str.extract(rf'"{key}"=>"([^"]*)"', expand=False)
    return found


def _roads(frame: gpd.GeoDataFrame, classes: pd.Series, names: pd.Series) -> gpd.GeoDataFrame:
    told = {"name": names.map(tidy), "road_class": classes.fillna(LOCAL).astype(int)}
    return gpd.GeoDataFrame(told, geometry=shapely.force_2d(frame.geometry.to_numpy()), crs=BNG)


def _rail(frame: gpd.GeoDataFrame, tunnel: pd.Series) -> gpd.GeoDataFrame:
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    return gpd.GeoDataFrame({"tunnel": tunnel.to_numpy(bool)}, geometry=shapes, crs=BNG)


# --- London's, and where there are none ----------------------------------------------------------


def together(drawn: Sequence[Drawn]) -> Drawn:
    """Put the layers of several files of one publisher together.

    Raises
    ------
    SourceError
        If they are of several: their licences must stay apart.
    """
    origins = sorted({each.origin for each in drawn if each.roads is not None})
    if len(origins) != 1:
        found = " and ".join(origins) or "none"
        raise SourceError(f"streets of one publisher are needed, and at least some; found {found}")
    parts: dict[str, gpd.GeoDataFrame] = {}
    for layer in ("roads", "rail", "green", "water"):
        frames = [getattr(each, layer) for each in drawn if getattr(each, layer) is not None]
        if frames:
            parts[layer] = pd.concat(frames, ignore_index=True)
    edition = max((each.edition for each in drawn if each.roads is not None), default="")
    return Drawn(origins[0], edition, **parts)


def clip(
    frame: gpd.GeoDataFrame, mask: shapely.Geometry, kinds: tuple[int, ...]
) -> gpd.GeoDataFrame:
    """Cut a frame to a polygon and keep what is of some of shapely's kinds, in single parts."""
    shapes = shapely.make_valid(frame.geometry.to_numpy())
    inside = shapely.contains_properly(mask, shapes)
    touching = ~inside & shapely.intersects(mask, shapes)
    shapes[touching] = shapely.intersection(shapes[touching], mask)
    kept = frame.set_geometry(shapes, crs=BNG)[inside | touching].explode(ignore_index=True)
    return kept[np.isin(shapely.get_type_id(kept.geometry.to_numpy()), kinds)].reset_index(
        drop=True
    )


def covered(
    roads: gpd.GeoDataFrame, london: shapely.Geometry, *, reach_m: float = 250.0
) -> shapely.Geometry:
    """Return the part of London where streets are drawn: around local ones, without holes."""
    local = roads.geometry.to_numpy()[roads["road_class"].to_numpy() == LOCAL]
    cells = np.unique(np.floor(shapely.get_coordinates(local) / 100), axis=0) * 100 + 50
    around = shapely.union_all(shapely.buffer(shapely.points(cells), reach_m, quad_segs=2))
    parts = shapely.get_parts(around)
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
    # Back to what the streets themselves reach, where the layer ends inside London.
    return shapely.intersection(shapely.buffer(filled, 50 - reach_m, quad_segs=2), london)


# --- what a street's wards are -------------------------------------------------------------------


@dataclass(frozen=True)
class Edges:
    """Wards made ready for lines: `near_m` from their edge a line counts as along it."""

    codes: Sequence[str]
    polygons: Polygons
    near_m: float = 5.0
    least_m: float = 5.0  # of a line in a ward, beyond `near_m`, for which the ward is named
    along_m: float = 30.0  # of a line near a ward's edge that is more than crossing it


def lie_in(lines: Polygons, edges: Edges) -> list[dict[str, tuple[int, int]]]:
    """Say for each line in which wards it lies and along which it runs.

    Returns
    -------
    list of dict
        By ward code the metres inside of it (whole), and the metres within `near_m` of its edge,
        on either side, if they are more than crossing it takes (else 0).
    """
    inner = shapely.buffer(edges.polygons, -edges.near_m)
    outer = shapely.buffer(edges.polygons, edges.near_m)
    found: list[dict[str, tuple[int, int]]] = [{} for _ in lines]
    line, ward = shapely.STRtree(outer).query(lines, predicate="intersects")
    for part in np.array_split(np.arange(len(line)), max(1, len(line) // 20_000)):
        shapes, place = lines[line[part]], ward[part]
        inside = shapely.length(shapely.intersection(shapes, edges.polygons[place]))
        deep = shapely.length(shapely.intersection(shapes, inner[place]))
        near = shapely.length(shapely.intersection(shapes, outer[place])) - deep
        along = np.where(near > edges.along_m, near, 0)
        whole = shapely.length(shapes)
        along = np.where((near > whole * 0.9), near, along)  # short, and at the edge as a whole
        named = (deep > edges.least_m) | (along > 0)
        for row in np.flatnonzero(named):
            code = edges.codes[place[row]]
            found[line[part[row]]][code] = (round(inside[row]), round(along[row]))
    return found


Wards = Mapping[str, tuple[int, int]]
