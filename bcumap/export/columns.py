"""Layers as GeoParquet and CSV, and back, in memory; touches no file."""

from __future__ import annotations

import io
import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import shapely

from bcumap.export import fields
from bcumap.export.layers import Layer
from bcumap.geo import projection

WKT = "WKT"  # the column in which GDAL looks for a geometry


def geoparquet(layer: Layer) -> bytes:
    """Encode a layer as GeoParquet 1.1 with the bounding box of every row, for quick searches."""
    stream = io.BytesIO()
    layer.frame.to_parquet(stream, schema_version="1.1.0", write_covering_bbox=True)
    table = pq.read_table(stream)
    told = dict(table.schema.metadata)
    geo = json.loads(told[b"geo"])
    if layer.is_coverage:
        geo["columns"]["geometry"]["orientation"] = "counterclockwise"
    told[b"geo"] = json.dumps(geo).encode()
    for name, value in layer.passport.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        told[name.encode()] = text.encode()
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(told), out, compression="zstd")
    return out.getvalue()


def read_geoparquet(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read GeoParquet back."""
    del layer
    return gpd.read_parquet(io.BytesIO(content))


def csv(layer: Layer) -> bytes:
    """Encode the columns of a layer as CSV: UTF-8, commas, an empty cell for what is not known."""
    return _csv(pd.DataFrame(layer.frame[layer.columns]))


def csv_wkt(layer: Layer) -> bytes:
    """Encode a layer as CSV with its geometry as well-known text in a first column."""
    shapes = layer.frame.geometry.to_numpy()
    texts = shapely.to_wkt(shapes, rounding_precision=layer.decimals)
    return _csv(pd.DataFrame({WKT: texts, **layer.frame[layer.columns]}))


def read_csv(content: bytes, layer: Layer) -> pd.DataFrame:
    """Read either back, as pandas users should: or NA, North Area, is taken for nothing."""
    kinds: dict[str, Any] = {
        name: fields.DTYPES[fields.FIELDS[name].kind] for name in layer.columns
    }
    frame = pd.read_csv(
        io.BytesIO(content), keep_default_na=False, na_values=[""], dtype={**kinds, WKT: "str"}
    )
    if WKT not in frame.columns:
        return frame
    shapes = shapely.from_wkt(frame.pop(WKT).astype(object).where(lambda cell: cell.notna(), None))
    found: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs=projection.WGS84_CRS)
    return found


def _csv(table: pd.DataFrame) -> bytes:
    text: str = table.to_csv(index=False, lineterminator="\r\n")
    return text.encode()
