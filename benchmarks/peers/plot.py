"""What one would draw without bcumap: python plot.py GEODATA OUT."""

from __future__ import annotations

import sys

import geopandas as gpd
import matplotlib as mpl

mpl.use("Agg")
data, out = sys.argv[1:]
wards = gpd.read_parquet(f"{data}/wards.parquet").to_crs(27700)
axes = wards.plot("bcu_code", figsize=(11, 8), edgecolor="white", linewidth=0.5, legend=True)
gpd.read_parquet(f"{data}/boroughs.parquet").to_crs(27700).boundary.plot(ax=axes, color="black")
axes.figure.savefig(out, dpi=200)
