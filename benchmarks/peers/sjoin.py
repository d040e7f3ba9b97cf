"""What one would write without bcumap: python sjoin.py CRIMES GEODATA OUT."""

from __future__ import annotations

import sys

import geopandas as gpd
import pandas as pd

crimes, data, out = sys.argv[1:]
columns = ["ward_code", "ward", "borough_code", "borough", "bcu_code", "bcu"]

table = pd.read_csv(crimes)
wards = gpd.read_parquet(f"{data}/wards.parquet")[[*columns, "geometry"]]
places = gpd.points_from_xy(table["Longitude"], table["Latitude"])
points = gpd.GeoDataFrame(table, geometry=places, crs=wards.crs)
joined = gpd.sjoin(points, wards, how="left", predicate="within")
joined.drop(columns=["geometry", "index_right"]).to_csv(out, index=False)
