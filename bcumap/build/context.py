"""Streets and places → geodata/context: clipped, simplified, named, placed in wards, in tiles.

Wards are those of the folder's own 3 m tier, so the part can be built without their source. Tables
and tiles of different licences are different files, each with its passport.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import lzma
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bcumap.base import compact
from bcumap.base.errors import SourceError
from bcumap.base.words import OGL
from bcumap.build import passports, places, streets, tiles
from bcumap.build.streets import B_ROAD, LOCAL, Edges
from bcumap.facts import store
from bcumap.facts.places import (
    CLASSES,
    FAR,
    FOLDER,
    GREEN_SPACES,
    GROUND,
    LABELLED,
    PLACES,
    REACH_M,
    ROADS,
    STREET_LINES,
    STREET_POINTS,
    TABLES,
    TILE_M,
    WIDE_M,
    InWard,
    Table,
    street_key,
    unpacked,
    write_tiles,
    write_wards,
)
from bcumap.geo import projection
from bcumap.geo.coverage import Polygons

log = logging.getLogger(__name__)

# How far a line of streets may be moved, and of what its coordinates are whole numbers, in metres:
# near, from further away, and in the wide tiles.
SIMPLIFIED_M, FAR_SIMPLIFIED_M, WIDE_SIMPLIFIED_M = 1.9, 4.0, 12.0
UNIT_M, FAR_UNIT_M, WIDE_UNIT_M = 1, 2, 4
LEAST_GREEN_M2, LEAST_WATER_M2 = 10_000.0, 3_000.0
LEAST_WIDE_M2 = 100_000.0
LEAST_RAIL = 40  # a railway shorter than this share of a tile is a siding
SAME_STREET_M = 150.0  # lines of a name that are nearer than this are one street
SAME_POINTS_M = 400.0  # points of a name likewise
SAME_PLACE_M = 800.0
NEAR_WARD_M = 5.0  # a point so near to another ward counts for both
# A window that holds a whole table, and no more of the memory of who reads it.
PACKING = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 22}]
MOST_BYTES = 2_600_000  # of all files together
AREA, LINE = (3,), (1,)

Files = dict[str, bytes]


@dataclass(frozen=True)
class Ground:
    """What streets and places are placed in.

    Attributes
    ----------
    codes, polygons
        The wards of the 3 m tier, EPSG:27700.
    london
        All of them together.
    districts
        Says the postcode district of points.
    """

    codes: list[str]
    polygons: Polygons
    london: shapely.Geometry
    districts: Callable[[Polygons], list[str]]


@dataclass(frozen=True)
class Part:
    """One file of the part: its content, its origin's name in passports.toml, its edition."""

    content: bytes
    origin: str
    edition: str = ""
    coverage: str = "London"
    rows: int | None = None


def ground(data: Path) -> Ground:
    """Read from a folder of data what streets and places are placed in."""
    codes, polygons = store.ward_polygons(data=data)
    metres = projection.to_bng(polygons)
    london = shapely.union_all(metres)
    shapely.prepare(london)
    return Ground(codes, metres, london, _districts(data))


def _districts(data: Path) -> Callable[[Polygons], list[str]]:
    if not (data / store.POSTCODES).exists():
        return lambda points: [""] * len(points)
    table, _ = store.postcode_tables(data=data)
    live = table[table["live"]]
    tree = shapely.STRtree(shapely.points(live[["easting", "northing"]].to_numpy(float)))
    names = live["postcode"].str.split().str[0].to_numpy()
    return lambda points: names[tree.nearest(points)].tolist()


def make(
    street_files: Sequence[Path], place_files: Sequence[Path], where: Ground
) -> dict[str, Part]:
    """Make the files of the part that the sources allow, by name.

    Raises
    ------
    SourceError
        If a source cannot be used, or all files together are too large to ship.
    """
    made: dict[str, Part] = {}
    named = [places.read(path) for path in place_files]
    lacking = where.london
    if street_files:
        drawn = streets.together([streets.read(path) for path in street_files])
        lines, lacking = _of_lines(drawn, named, where)
        made |= lines
    made |= _of_points(named, where, lacking)
    if (size := sum(len(part.content) for part in made.values())) > MOST_BYTES:
        raise SourceError(
            f"streets and places take {size:,} bytes; at most {MOST_BYTES:,} are shipped: leave a"
            " source out"
        )
    return made


# --- tables --------------------------------------------------------------------------------------


def _packed(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> tuple[bytes, int]:
    """Write a table as its reader looks it up: sorted by key, a row a line."""
    ordered = sorted(rows, key=lambda row: (street_key(str(row["name"])), *map(str, row.values())))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(ordered)
    return lzma.compress(text.getvalue().encode(), filters=PACKING), len(ordered)


def _clusters(keys: Sequence[str], shapes: Polygons, reach_m: float) -> np.ndarray:
    """Number things so that those of one key that hang together have one number."""
    number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of_key = np.array([number[key] for key in keys])
    leader = np.arange(len(shapes))
    for rows in _members(of_key):
        if len(rows) == 1:
            continue
        first, second = shapely.STRtree(shapes[rows]).query(
            shapes[rows], predicate="dwithin", distance=reach_m
        )
        group = np.arange(len(rows))
        while True:  # the lowest number spreads to all that hang together
            lowest = group.copy()
            np.minimum.at(lowest, first, group[second])
            if (lowest == group).all():
                break
            group = lowest
        leader[rows] = rows[group]
    return leader


def _degrees(points: Polygons) -> list[dict[str, str]]:
    lonlat = projection.bng_to_lonlat(shapely.get_coordinates(points))
    return [{"lat": f"{lat:.4f}", "lon": f"{lon:.4f}"} for lon, lat in lonlat]


def _street_lines(
    roads: gpd.GeoDataFrame, extent: shapely.Geometry, where: Ground
) -> tuple[bytes, int]:
    """Write the table of streets that have a line."""
    named = roads[roads["name"] != ""].reset_index(drop=True)
    shapes, all_names = named.geometry.to_numpy(), named["name"].to_numpy(object)
    group = _clusters([street_key(name) for name in all_names], shapes, SAME_STREET_M)
    members = _members(group)
    lines = np.array([shapely.multilinestrings(shapes[rows]) for rows in members])
    names = [_commonest(all_names[rows]) for rows in members]
    wards = streets.lie_in(lines, Edges(where.codes, where.polygons))
    # A street goes on if it reaches where the layer ends within London.
    end = shapely.boundary(extent)
    end = shapely.difference(end, shapely.buffer(shapely.boundary(where.london), 100))
    is_cut = shapely.dwithin(lines, end, 60)
    middle = _on_line(lines)
    districts, degrees = where.districts(middle), _degrees(middle)
    rows = [
        {
            "name": names[place],
            **degrees[place],
            "district": districts[place],
            "is_cut": "yes" if is_cut[place] else "",
            "wards": write_wards(_by_metres(wards[place])),
        }
        for place in range(len(members))
        if wards[place]
    ]
    return _packed(rows, ("name", "lat", "lon", "district", "is_cut", "wards"))


def _members(group: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each group, in the order of their numbers."""
    ordered = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[ordered])) + 1
    return np.split(ordered, starts)


def _commonest(names: np.ndarray) -> str:
    return str(Counter(names.tolist()).most_common(1)[0][0])


def _by_metres(wards: streets.Wards) -> list[InWard]:
    found = [InWard(code, metres, along) for code, (metres, along) in wards.items()]
    return sorted(found, key=lambda each: (-each.metres, each.code))


def _on_line(lines: Polygons) -> Polygons:
    """Return a point on each line, the nearest to the middle of it."""
    middle = shapely.centroid(lines)
    ends = shapely.get_coordinates(shapely.shortest_line(lines, middle)).reshape(-1, 2, 2)
    return np.asarray(shapely.points(ends[:, 0]))


def _near_wards(points: Polygons, reach_m: float | np.ndarray, where: Ground) -> list[list[InWard]]:
    """Return for each point the wards within reach, nearest first."""
    reach = np.broadcast_to(np.asarray(reach_m, float), len(points))
    found: list[list[InWard]] = [[] for _ in points]
    point, ward = shapely.STRtree(where.polygons).query(points, predicate="dwithin", distance=reach)
    metres = shapely.distance(points[point], where.polygons[ward]).round().astype(int)
    for at, place, away in zip(point, ward, metres, strict=True):
        found[at].append(InWard(where.codes[place], int(away)))
    return [sorted(each, key=lambda near: (near.metres, near.code)) for each in found]


def _street_points(points: gpd.GeoDataFrame, where: Ground) -> tuple[bytes, int]:
    """Write the table of streets that are known by points."""
    shapes = points.geometry.to_numpy()
    near, names = _near_wards(shapes, NEAR_WARD_M, where), points["name"].to_numpy(object)
    group = _clusters([street_key(name) for name in names], shapes, SAME_POINTS_M)
    members = _members(group)
    middle = np.array([shapes[rows[len(rows) // 2]] for rows in members])
    districts, degrees = where.districts(middle), _degrees(middle)
    rows = []
    for place, own in enumerate(members):
        nearest = {each.code: each for row in reversed(own) for each in reversed(near[row])}
        if wards := sorted(nearest.values(), key=lambda each: (each.metres, each.code)):
            told = {"name": names[own[0]], **degrees[place], "district": districts[place]}
            rows.append(told | {"wards": write_wards(InWard(each.code, 0) for each in wards)})
    return _packed(rows, ("name", "lat", "lon", "district", "wards"))


def _place_table(points: gpd.GeoDataFrame, where: Ground) -> tuple[bytes, int]:
    """Write a table of places, each with the wards around its centre."""
    shapes = points.geometry.to_numpy()
    keys = [
        f"{kind} {street_key(name)}"
        for name, kind in zip(points["name"], points["kind"], strict=True)
    ]
    once = np.unique(_clusters(keys, shapes, SAME_PLACE_M))
    points, shapes = points.iloc[once], shapes[once]
    near = _near_wards(shapes, points["kind"].map(REACH_M).to_numpy(float), where)
    districts, degrees = where.districts(shapes), _degrees(shapes)
    rows = [
        {"name": name, "kind": kind, **degrees[place], "district": districts[place],
         "wards": write_wards(near[place])}
        for place, (name, kind) in enumerate(zip(points["name"], points["kind"], strict=True))
        if near[place]
    ]  # fmt: skip
    return _packed(rows, ("name", "kind", "lat", "lon", "district", "wards"))


def _of_points(
    named: Sequence[places.Named], where: Ground, lacking: shapely.Geometry
) -> dict[str, Part]:
    """Make the tables of points, those of each publisher apart; of streets where lines lack."""
    made = {}
    tables = (
        (STREET_POINTS, (places.POLICE_STREETS,), _street_points),
        (PLACES, (places.OSM_POINTS, streets.OSM_TILES), _place_table),
        (GREEN_SPACES, (places.GREENSPACE,), _place_table),
    )
    for file, origins, write in tables:
        frames = [each.points for origin in origins for each in named if each.origin == origin]
        if frames:
            points = pd.concat(frames, ignore_index=True)
            if file == STREET_POINTS:
                points = points[shapely.intersects(lacking, points.geometry.to_numpy())]
            content, rows = write(points.reset_index(drop=True), where)
            origin = next(each for each in origins if any(n.origin == each for n in named))
            told = (
                "where lines lack"
                if file == STREET_POINTS and lacking != where.london
                else "London"
            )
            made[file] = Part(content, origin, coverage=told, rows=rows)
    return made


# --- tiles ---------------------------------------------------------------------------------------


def _of_lines(
    drawn: streets.Drawn, named: Sequence[places.Named], where: Ground
) -> tuple[dict[str, Part], shapely.Geometry]:
    """Make the table of streets and the tiles of roads and ground; return too where lines lack.

    Names at points are cut by ward, not street by street, so that the tables stay independent.
    """
    rim = shapely.buffer(where.london, streets.RIM_M, quad_segs=4)
    shapely.prepare(rim)
    if drawn.roads is None:
        raise SourceError("no streets were found in the files given")
    roads = streets.clip(drawn.roads, rim, LINE)
    extent = streets.covered(roads, where.london)
    inside = shapely.area(shapely.intersection(where.polygons, extent))
    share = inside / shapely.area(where.polygons)
    coverage = f"{int((share > WHOLE).sum())} of {len(share)} wards"
    content, rows = _street_lines(roads, extent, where)
    made = {STREET_LINES: Part(content, drawn.origin, drawn.edition, coverage, rows)}
    missing = shapely.difference(where.london, shapely.buffer(extent, 60))
    shapely.prepare(missing)
    content = write_tiles(_road_tiles(roads, missing))
    made[ROADS] = Part(content, drawn.origin, drawn.edition, coverage)
    if any(layer is not None for layer in (drawn.rail, drawn.green, drawn.water)):
        content = write_tiles(_ground_tiles(drawn, named, rim))
        made[GROUND] = Part(content, streets.OSM_TILES, coverage=coverage)
    lacking = shapely.union_all(where.polygons[share <= WHOLE])
    shapely.prepare(lacking)
    return made, lacking


WHOLE = 0.9  # the share of a ward from which on it counts as covered


def _joined(roads: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Join the lines of each name and class as far as they go on, and simplify them."""
    shapes, names = roads.geometry.to_numpy(), roads["name"].to_numpy(object)
    classes = roads["road_class"].to_numpy()
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    group = np.array([number[name] for name in names]) * len(CLASSES) + classes
    rows: list[tuple[str, int, shapely.Geometry]] = []
    for own in _members(group):
        merged = shapely.line_merge(shapely.multilinestrings(shapes[own]))
        rows += [(names[own[0]], classes[own[0]], part) for part in shapely.get_parts(merged)]
    rows.sort(key=lambda row: (row[1], row[0]))
    frame = gpd.GeoDataFrame(rows, columns=["name", "road_class", "geometry"], geometry="geometry")
    return frame.set_geometry(shapely.simplify(frame.geometry.to_numpy(), tolerance))


def _road_tiles(roads: gpd.GeoDataFrame, missing: shapely.Geometry) -> Files:
    """Make the tiles of roads: all in the small ones, from far without the names of local ones.

    The wide ones hold the large roads alone.
    """
    is_local = roads["road_class"] == LOCAL
    tiers = (
        (roads, TILE_M, "", SIMPLIFIED_M, UNIT_M),
        (roads.assign(name=roads["name"].mask(is_local, "")), TILE_M, FAR, FAR_SIMPLIFIED_M,
         FAR_UNIT_M),
        (roads[roads["road_class"] <= B_ROAD], WIDE_M, "", WIDE_SIMPLIFIED_M, WIDE_UNIT_M),
    )  # fmt: skip
    made = {}
    for part, side, ending, tolerance, unit in tiers:
        frame = _joined(part, tolerance)
        shapes, told = frame.geometry.to_numpy(), frame[["road_class", "name"]].to_numpy().tolist()
        for tile, square, rows in tiles.squares(shapes, side):
            said = [
                [*street, text]
                for street, own in groupby(rows, told.__getitem__)
                if (text := tiles.written(tiles.cut(shapes[list(own)], square), square, unit))
            ]
            if said:
                value: dict[str, Any] = {"streets": said, **({} if unit == 1 else {"unit": unit})}
                if missing.intersects(square):
                    value["incomplete"] = True
                made[f"{tile}{ending}"] = compact.encode(value)
    return made


def _ground_tiles(
    drawn: streets.Drawn, named: Sequence[places.Named], rim: shapely.Geometry
) -> Files:
    """Make the tiles of what lies below the roads, with the names of places."""
    values: dict[str, dict[str, Any]] = {}

    def tile(name: str) -> dict[str, Any]:
        return values.setdefault(name, {})

    def add(kind: str, shapes: Polygons, side: int, least_m2: float) -> None:
        for name, square, rows in tiles.squares(shapes, side):
            rings = [ring for part in tiles.cut(shapes[rows], square)
                     for ring in (part.exterior, *part.interiors)
                     if shapely.area(shapely.polygons(ring)) > least_m2 / 4]  # fmt: skip
            if text := tiles.written(rings, square):
                tile(name)[kind] = text

    areas = (("green", drawn.green, LEAST_GREEN_M2), ("water", drawn.water, LEAST_WATER_M2))
    for kind, layer, least in areas:
        if layer is not None:
            shapes = _merged_areas(layer, rim)
            shapes = shapes[shapely.area(shapes) > least]
            add(kind, shapely.simplify(shapes, 5.0), TILE_M, least)
            large = shapes[shapely.area(shapes) > LEAST_WIDE_M2]
            add(kind, shapely.simplify(large, 25.0), WIDE_M, LEAST_WIDE_M2)
    if drawn.rail is not None:
        open_air = streets.clip(drawn.rail[~drawn.rail["tunnel"]], rim, LINE)
        whole = shapely.line_merge(shapely.multilinestrings(open_air.geometry.to_numpy()))
        for side, tolerance in ((TILE_M, 3.0), (WIDE_M, 15.0)):
            lines = shapely.simplify(shapely.get_parts(whole), tolerance)
            lines = lines[shapely.length(lines) > side / LEAST_RAIL]
            for name, square, rows in tiles.squares(lines, side):
                if text := tiles.written(tiles.cut(lines[rows], square), square):
                    tile(name)["rail"] = text
    for side in (TILE_M, WIDE_M):
        _label(named, rim, side, tile)
    return {name: compact.encode(value) for name, value in values.items()}


def _merged_areas(layer: gpd.GeoDataFrame, rim: shapely.Geometry) -> Polygons:
    """Return the areas of a layer around London, those that touch as one."""
    inside = streets.clip(layer, rim, AREA).geometry.to_numpy()
    return np.asarray(shapely.get_parts(shapely.union_all(inside, grid_size=1)))


def _label(
    named: Sequence[places.Named],
    rim: shapely.Geometry,
    side: int,
    tile: Callable[[str], dict[str, Any]],
) -> None:
    """Put the names of stations, localities and, in small tiles, parks into their tiles."""
    kinds = LABELLED[: 2 if side == WIDE_M else None]
    frames = [
        each.points for each in named if each.origin in (streets.OSM_TILES, places.OSM_POINTS)
    ]
    if not frames:
        return
    points = pd.concat(frames, ignore_index=True)
    points = points[points["kind"].isin(kinds)].reset_index(drop=True)
    shapes = points.geometry.to_numpy()
    keys = [f"{kind} {name}" for name, kind in zip(points["name"], points["kind"], strict=True)]
    once = np.unique(_clusters(keys, shapes, SAME_PLACE_M))
    once = once[shapely.intersects(rim, shapes[once])]
    for name, square, rows in tiles.squares(shapes[once], side):
        origin = np.array(square.bounds[:2])
        for row in once[rows]:
            x, y = np.round(shapely.get_coordinates(shapes[row])[0] - origin).astype(int)
            label = [kinds.index(points["kind"][row]), points["name"][row], int(x), int(y)]
            tile(name).setdefault("labels", []).append(label)


# --- the part of a folder ------------------------------------------------------------------------


def entries(
    made: Mapping[str, Part], kept: Mapping[str, Any], command: str, wards: Mapping[str, Any]
) -> list[passports.Entry]:
    """Return the passports of the files made.

    Parameters
    ----------
    kept
        What `passports.read` returned.
    wards
        The entry of wards.parquet, in which they were placed.
    """
    found = []
    for name, part in sorted(made.items()):
        told = {key: text.format_map(kept["rights"])
                for key, text in kept["origins"][part.origin].items()}  # fmt: skip
        edition = {"edition": part.edition, "as_of": part.edition} if part.edition else {}
        entry = {"file": name, "title": kept["files"][name]["title"], "licence": OGL}
        entry |= {"command": command, **told, **edition, "coverage": part.coverage}
        entry |= {"ward_edition": wards["edition"],
                  "sha256": hashlib.sha256(part.content).hexdigest()}  # fmt: skip
        found.append(entry if part.rows is None else entry | {"rows": part.rows})
    return found


def carry_over(data: Path, staging: Path) -> tuple[list[passports.Entry], str]:
    """Take an earlier build's part along, if the wards in it are still there.

    Returns
    -------
    entries, note
        The passports of what was taken, and what to tell if it could not be.
    """
    if not (data / "sources.json").exists():
        return [], ""
    earlier = [each for each in store.sources(data=data)["files"]
               if each["file"].startswith(f"{FOLDER}/")]  # fmt: skip
    if not earlier:
        return [], ""
    known = set(store.facts(data=staging)["wards"])
    used = {ward.code for name in TABLES if (data / name).exists()
            for row in Table(name, unpacked(data / name)) for ward in row.wards}  # fmt: skip
    if gone := sorted(used - known):
        note = (
            f"Streets and places were left out: they are placed in {len(gone)} wards that are no"
            f" longer there ({', '.join(gone[:3])} …); build them anew with --streets and --places."
        )
        log.warning(note)
        return [], note
    for each in earlier:
        (staging / FOLDER).mkdir(exist_ok=True)
        shutil.copyfile(data / each["file"], staging / each["file"])
    return earlier, ""


def put(made: Mapping[str, Part], staging: Path) -> None:
    """Write the files made."""
    (staging / FOLDER).mkdir(exist_ok=True)
    for name, part in made.items():
        (staging / name).write_bytes(part.content)
