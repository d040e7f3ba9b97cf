"""Layers as GeoJSON, newline-delimited GeoJSON and TopoJSON, and back; pure, reads no file.

GDAL writes these too, but has no place for members of our own beside the features.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from bcumap.base import compact
from bcumap.export.layers import Layer
from bcumap.geo import tiers, topojson
from bcumap.geo.projection import WGS84_CRS
from bcumap.geo.topojson import Grid

Json = dict[str, Any]


def geojson(layer: Layer) -> bytes:
    """Encode a layer as RFC 7946 has it: a feature on each line, the passport as top members."""
    head: Json = {"type": "FeatureCollection", **layer.passport, **_bbox(layer.frame.geometry)}
    features = ",\n".join(_features(layer))
    return f'{compact.text(head)[:-1]},"features":[\n{features}\n]}}\n'.encode()


def geojson_lines(layer: Layer) -> bytes:
    """Encode a layer as one feature on each line; there is no place for a passport."""
    return "".join(f"{feature}\n" for feature in _features(layer)).encode()


def read_geojson(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read either back as GDAL does."""
    del layer
    return pyogrio.read_dataframe(content)


def topology(layer: Layer) -> bytes:
    """Encode a layer as TopoJSON whose grid is the layer's own, so that nothing is lost.

    Outer rings are clockwise, as d3-geo wants them; RFC 7946 is for GeoJSON.
    """
    steps = 10**layer.decimals
    west, south = np.floor(np.array(_extent(layer.frame.geometry)[:2]) * steps) / steps
    corner = (round(float(west), layer.decimals), round(float(south), layer.decimals))
    grid = Grid(scale=(10.0**-layer.decimals,) * 2, translate=corner)
    cells = tiers.cells(layer.frame.geometry.to_numpy(), grid)
    if layer.is_coverage:
        arcs, shapes = topojson.share({layer.name: tiers.rings(cells)})
    else:
        arcs, shapes = [], {layer.name: [*map(_point, cells)]}
    rows = zip(shapes[layer.name], _properties(layer), strict=True)
    geometries = [{**shape, "id": told[layer.key], "properties": told} for shape, told in rows]
    return topojson.encode(
        {layer.name: geometries}, arcs, grid,
        bbox=_bbox(layer.frame.geometry).get("bbox"), members=layer.passport,
    )  # fmt: skip


def read_topology(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read TopoJSON back as GDAL does, with the rows without a geometry, which GDAL leaves out."""
    frame = pyogrio.read_dataframe(content, layer=layer.name).set_crs(WGS84_CRS)
    rows = json.loads(content)["objects"][layer.name]["geometries"]
    without = [row["properties"] for row in rows if row["type"] is None]
    if not without:
        return frame
    told = pd.DataFrame(without, columns=layer.columns).assign(geometry=None)
    both = pd.concat([frame.astype(object), told.astype(object)], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=frame.crs)


def _features(layer: Layer) -> Iterator[str]:
    """Return each feature as text, its geometry as GEOS writes it: the fewest digits that do."""
    encoded = shapely.to_geojson(layer.frame.geometry.to_numpy())
    bounds = layer.frame.geometry.bounds.to_numpy().tolist()
    for told, text, bbox in zip(_properties(layer), encoded, bounds, strict=True):
        head: Json = {"type": "Feature", "id": told[layer.key]}
        if layer.is_coverage:
            head["bbox"] = bbox
        tail = compact.text({"properties": told})
        yield f'{compact.text(head)[:-1]},"geometry":{text or "null"},{tail[1:]}'


def _properties(layer: Layer) -> Iterator[Json]:
    """Return the columns of each row; what is not known is null."""
    table = pd.DataFrame(layer.frame[layer.columns]).astype(object)
    for row in table.where(table.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _extent(shapes: gpd.GeoSeries) -> list[float]:
    values: list[float] = shapes.total_bounds.tolist()
    return values


def _bbox(shapes: gpd.GeoSeries) -> Json:
    return {"bbox": _extent(shapes)} if shapes.notna().any() else {}


def _point(cell: shapely.Point | None) -> Json:
    if cell is None:
        return {"type": None}
    return {"type": "Point", "coordinates": [round(cell.x), round(cell.y)]}
