"""Wards to boroughs to BCUs: the facts of each and one polygon for each; reads no file."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from bcumap.geo import coverage, projection
from bcumap.geo.coverage import Polygons

WARD_COLUMNS = ["ward_code", "ward", "borough_code", "borough", "bcu_code", "bcu"]
WARD_COLUMNS += ["area_km2", "residents"]
BOROUGH_COLUMNS = ["borough_code", "borough", "bcu_code", "bcu", "wards", "area_km2", "residents"]
BCU_COLUMNS = ["bcu_code", "bcu", "boroughs", "wards", "area_km2", "residents"]


@dataclass(frozen=True)
class Levels:
    """Wards, boroughs and BCUs of one tier of detail, EPSG:4326, by code."""

    wards: gpd.GeoDataFrame
    boroughs: gpd.GeoDataFrame
    bcus: gpd.GeoDataFrame


def with_facts(
    frame: gpd.GeoDataFrame,
    *,
    borough_table: pd.DataFrame,
    bcu_table: pd.DataFrame,
    people: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Add to wards the names of borough and BCU, the area, and the residents.

    Parameters
    ----------
    frame
        `ward_code`, `ward`, `borough_code` and unsimplified polygons, EPSG:27700: areas are
        measured here, on the National Grid.
    """
    boroughs = borough_table.set_index("borough_code")
    bcus = bcu_table.set_index("bcu_code")
    bcu_code = frame["borough_code"].map(boroughs["bcu_code"])
    return frame.assign(
        borough=frame["borough_code"].map(boroughs["borough"]),
        bcu_code=bcu_code,
        bcu=bcu_code.map(bcus["bcu"]),
        area_km2=(shapely.area(frame.geometry.to_numpy()) / 1e6).round(6),
        residents=frame["ward_code"]
        .map(people.set_index("ward_code")["residents"])
        .astype("Int64"),
    )


def dissolve(facts: gpd.GeoDataFrame, polygons: Polygons) -> Levels:
    """Dissolve wards to boroughs to BCUs, and reproject all three alike.

    Parameters
    ----------
    facts
        The wards as `with_facts` returns them.
    polygons
        Their outlines in the detail wanted: a valid coverage, EPSG:27700.
    """
    met = facts["bcu_code"].notna().to_numpy()
    borough_codes, boroughs = coverage.dissolve(polygons, facts["borough_code"].to_numpy())
    by_borough = _totals(facts, "borough_code").loc[borough_codes]
    policed = by_borough["bcu_code"].notna().to_numpy()
    bcu_codes, bcus = coverage.dissolve(
        boroughs[policed], by_borough["bcu_code"].to_numpy()[policed]
    )
    by_bcu = _totals(facts[met], "bcu_code").loc[bcu_codes]
    return Levels(
        wards=_frame(facts[WARD_COLUMNS], polygons),
        boroughs=_frame(by_borough.reset_index()[BOROUGH_COLUMNS], boroughs),
        bcus=_frame(by_bcu.reset_index()[BCU_COLUMNS], bcus),
    )


def _totals(facts: gpd.GeoDataFrame, key: str) -> pd.DataFrame:
    """Count and add up wards by a key; a total with an unknown part is itself unknown."""
    groups = pd.DataFrame(facts.drop(columns="geometry")).groupby(key)
    known = groups["residents"].count() == groups.size()
    return pd.DataFrame(
        {
            "borough": groups["borough"].first(),
            "bcu_code": groups["bcu_code"].first(),
            "bcu": groups["bcu"].first(),
            "boroughs": groups["borough_code"].nunique(),
            "wards": groups.size(),
            "area_km2": groups["area_km2"].sum().round(6),
            "residents": groups["residents"].sum().where(known),
        }
    ).drop(columns=key, errors="ignore")


def _frame(table: pd.DataFrame, polygons: Polygons) -> gpd.GeoDataFrame:
    shapes = projection.to_wgs84(polygons)
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=shapes, crs=projection.WGS84_CRS)
