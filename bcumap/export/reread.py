"""Whether what was read back from a file is the layer that it was made of; pure, reads no file."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bcumap.export import fields
from bcumap.export.layers import Layer
from bcumap.geo import coverage

# How far a coordinate that was written in text may come back (degrees; 0.1 mm): the last bit of a
# number, not more.
TOLERANCE = 1e-9


def faults(layer: Layer, back: pd.DataFrame, *, clockwise: bool = False) -> list[str]:
    """List in what the rows, values and geometries that were read differ from a layer's.

    Parameters
    ----------
    back
        What was read, in any order of rows; without geometry if the format has none.
    clockwise
        Whether the format has its outer rings so.
    """
    missing = [name for name in layer.columns if name not in back.columns]
    if missing:
        return [f"columns are missing: {', '.join(missing)}"]
    found = layer.frame[layer.key].astype(str)
    order = pd.Index(back[layer.key].astype(str)).get_indexer(pd.Index(found))
    if len(back) != len(found) or (order < 0).any() or len(set(order)) < len(found):
        return [f"{len(back)} rows with other codes than the {len(found)} that were written"]
    back = back.iloc[order].reset_index(drop=True)
    wrong = [name for name in layer.columns if not _same(layer.frame[name], back[name], name)]
    told = [f"values of {name} changed" for name in wrong]
    if isinstance(back, gpd.GeoDataFrame):
        told += _geometry_faults(layer, back, clockwise=clockwise)
    return told


def _same(written: pd.Series, read: pd.Series, name: str) -> bool:
    """Say whether a column has its values still, whatever type the format has given it."""
    if pd.api.types.is_datetime64_any_dtype(read):  # GDAL takes text such as 2025-08-06 for dates
        read = read.dt.strftime("%Y-%m-%d")
    kind = fields.FIELDS[name].kind
    if kind == "text":
        values = read.astype(object)
        return bool((values.where(values.notna(), None) == written.astype(object)).where(
            written.notna(), values.isna()).all())  # fmt: skip
    numbers = pd.to_numeric(read.astype(object), errors="coerce").astype("float64").to_numpy()
    expected = written.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    return bool(np.array_equal(numbers, expected, equal_nan=True))


def _geometry_faults(layer: Layer, back: gpd.GeoDataFrame, *, clockwise: bool) -> list[str]:
    if back.crs is None or back.crs.to_epsg() not in (4326, None):
        return [f"the CRS is {back.crs}, not EPSG:4326"]
    expected = layer.frame.geometry.to_numpy()
    shapes = shapely.force_2d(back.geometry.to_numpy())
    none = shapely.is_missing(expected) | shapely.is_empty(expected)
    if not np.array_equal(none, shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        return ["other rows are without a geometry"]
    told = []
    if not _in_place(shapes[~none], expected[~none], layer.decimals):
        told.append("coordinates changed")
    if layer.is_coverage:
        if not _same_bits(shapes, expected):  # or they are as valid as those that were written
            if not shapely.is_valid(shapes).all():
                told.append("a polygon is not valid")
            elif not coverage.is_coverage(shapes):
                told.append("the areas are no coverage any more")
        if not _oriented(shapes, clockwise=clockwise):
            told.append("rings are not oriented as they should be")
    return told


def _in_place(shapes: coverage.Polygons, expected: coverage.Polygons, decimals: int) -> bool:
    """Say whether shapes are those expected, but for the last bits of their coordinates."""
    rounded = shapely.transform(shapes, lambda xy: xy.round(decimals))
    off = np.abs(shapely.get_coordinates(rounded) - shapely.get_coordinates(shapes))
    pair = (_single(shapely.normalize(each)) for each in (rounded, expected))
    return bool(off.max(initial=0.0) <= TOLERANCE and shapely.equals_exact(*pair).all())


def _same_bits(shapes: coverage.Polygons, expected: coverage.Polygons) -> bool:
    """Say whether shapes have every coordinate of those expected, to the last bit."""
    pair = (_single(shapely.normalize(each)) for each in (shapes, expected))
    return bool(shapely.equals_exact(*pair, tolerance=0.0).all())


def _single(shapes: coverage.Polygons) -> coverage.Polygons:
    """Return collections of one polygon, as some formats have them, as that polygon."""
    alone = shapely.get_num_geometries(shapes) == 1
    return np.where(alone, shapely.get_geometry(shapes, 0), shapes)


def _oriented(shapes: coverage.Polygons, *, clockwise: bool) -> bool:
    """Say whether outer rings run one way and holes the other."""
    rings, part = shapely.get_rings(shapely.get_parts(shapes), return_index=True)
    outer = np.r_[True, part[1:] != part[:-1]]
    return bool((shapely.is_ccw(rings) == (outer != clockwise)).all())
