"""Named points of publishers' files: stations, localities, parks, and streets; writes nothing."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import BNG
from bcumap.build.streets import OSM_TILES, tidy
from bcumap.geo import projection

POLICE_STREETS, OSM_POINTS, GREENSPACE = "police streets", "osm points", "os open greenspace"

# Kinds of the OpenMapTiles schema, by what its `subclass` says.
_KINDS = {
    "station": "station", "subway": "station", "halt": "station", "tram_stop": "tram stop",
    "park": "park", "hospital": "hospital", "police": "police building",
}  # fmt: skip
# What data.police.uk names beside streets: kinds of places, and numbers of roads.
_NO_STREET = re.compile(
    r"[ABM]\d+(\(M\))?|.*/.*|parking area|supermarket|petrol station|shopping area|nightclub"
    r"|hospital|police station|pedestrian subway|prison|ferry terminal|motorway service area"
    r"|race ?track.*|.* \(station\)",
    re.IGNORECASE,
)
_IS_POLICE = re.compile(r"\bpolice\b", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """Named points of one publisher: `name`, `kind`, points in EPSG:27700."""

    origin: str
    points: gpd.GeoDataFrame


def read(path: Path) -> Named:
    """Read a file of named points; what it is, is seen by its columns.

    Raises
    ------
    SourceError
        If it is none known, or is damaged.
    """
    readers: dict[str, Callable[[Path], Named]] = {
        ".parquet": _read_tiles, ".gz": _read_police, ".csv": _read_police,
        ".json": _read_points, ".shp": _read_greenspace, ".gpkg": _read_greenspace,
    }  # fmt: skip
    if path.suffix not in readers:
        raise SourceError(
            f"{path}: places are read from .parquet, .csv.gz, .json, .shp and .gpkg (see"
            " docs/data.md)"
        )
    try:
        return readers[path.suffix](path)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error,
            pyogrio.errors.DataSourceError, shapely.errors.ShapelyError) as error:  # fmt: skip
        raise SourceError(f"{path}: cannot be read as places ({error}); fetch it again") from error


def _named(names: pd.Series, kinds: pd.Series | str, points: np.ndarray) -> gpd.GeoDataFrame:
    told = {"name": names.map(tidy).to_numpy(), "kind": kinds}
    frame = gpd.GeoDataFrame(told, geometry=points, crs=BNG)
    return frame[(frame["name"] != "") & ~shapely.is_empty(points)].reset_index(drop=True)


def _read_tiles(path: Path) -> Named:
    frame = projection.frame_to_bng(gpd.read_parquet(path))
    points = shapely.centroid(frame.geometry.to_numpy())
    if "subclass" not in frame:  # the place names
        kept = frame["class"].isin(("suburb", "neighbourhood", "town", "village", "hamlet"))
        return Named(OSM_TILES, _named(frame.loc[kept, "name"], "locality", points[kept]))
    kinds = frame["subclass"].map(_KINDS)
    is_police = frame["name"].str.contains(_IS_POLICE, na=False)
    kept = kinds.notna() & ((kinds != "police building") | is_police)
    return Named(OSM_TILES, _named(frame.loc[kept, "name"], kinds[kept].to_numpy(), points[kept]))


def _read_points(path: Path) -> Named:
    rows = [row for row in json.loads(path.read_bytes()) if row["tags"].get("railway")]
    lonlat = np.array([(row["lng"], row["lat"]) for row in rows], float).reshape(-1, 2)
    points = shapely.points(projection.lonlat_to_bng(lonlat))
    return Named(OSM_POINTS, _named(pd.Series([row["name"] for row in rows]), "station", points))


def _read_police(path: Path) -> Named:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    rows = pd.read_csv(io.BytesIO(content), usecols=["lon", "lat", "location"])
    names = rows["location"].str.removeprefix("On or near ").str.strip()
    kept = names.notna() & ~names.str.fullmatch(_NO_STREET).fillna(True).astype(bool)
    points = shapely.points(
        projection.lonlat_to_bng(rows.loc[kept, ["lon", "lat"]].to_numpy(float))
    )
    return Named(POLICE_STREETS, _named(names[kept], "street", points))


def _read_greenspace(path: Path) -> Named:
    frame = projection.frame_to_bng(pyogrio.read_dataframe(path))
    name = next(each for each in ("distName1", "distinctive_name_1") if each in frame)
    kept = frame[name].notna() & frame["function"].isin(
        ("Public Park Or Garden", "Playing Field", "Cemetery", "Golf Course")
    )
    points = shapely.centroid(frame.geometry.to_numpy())
    return Named(GREENSPACE, _named(frame.loc[kept, name], "park", points[kept]))
