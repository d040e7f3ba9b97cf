"""What one would write without bcumap: python writers.py GEODATA OUT.

Areas in the formats that geopandas writes as they come; nothing is read back or checked, and a file
says nothing of itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd

data, out = map(Path, sys.argv[1:])

for level in ("bcus", "boroughs", "wards"):
    frame = gpd.read_parquet(data / f"{level}.parquet")
    frame.to_file(out / f"{level}.geojson", driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=6)
    frame.to_file(out / f"{level}.geojsonl", driver="GeoJSONSeq")
    frame.to_file(out / f"{level}.gpkg", driver="GPKG")
    frame.to_file(out / f"{level}.fgb", driver="FlatGeobuf")
    frame.to_file(out / f"{level}.kml", driver="LIBKML")
    frame.to_file(out / f"{level}.shp.zip", driver="ESRI Shapefile")
    frame.to_parquet(out / f"{level}.parquet", write_covering_bbox=True, schema_version="1.1.0")
    frame.to_wkt().to_csv(out / f"{level}.wkt.csv", index=False)
    frame.drop(columns="geometry").to_csv(out / f"{level}.csv", index=False)
