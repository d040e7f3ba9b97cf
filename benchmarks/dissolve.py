"""Dissolving the 679 full-resolution Met wards: bcumap against GeoDataFrame.dissolve()."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from bcumap.base.schema import CITY_OF_LONDON
from bcumap.facts import store
from bcumap.geo import coverage
from benchmarks import machine
from benchmarks.measure import Figure, alternate, ratio, timed

TITLE = "Dissolve 679 full-resolution wards"
ROUNDS = 7

LABELS = {"bcu_code": "12 BCUs", "LAD25CD": "32 boroughs"}


def run(rounds: int) -> Iterator[Figure]:
    frame = met_wards()
    for key, into in LABELS.items():
        yield from _compare(frame[[key, "geometry"]], key, into, rounds)


def met_wards() -> gpd.GeoDataFrame:
    """The wards of the Met, EPSG:27700, with the codes of borough (LAD25CD) and BCU."""
    frame = gpd.read_file(machine.source("wards_2025_full_clipped.gpkg"))
    frame = frame[frame["LAD25CD"] != CITY_OF_LONDON].reset_index(drop=True)
    assert len(frame) == 679
    bcus = store.table("borough table").set_index("borough_code")["bcu_code"]
    return frame.assign(bcu_code=frame["LAD25CD"].map(bcus))


def _compare(frame: gpd.GeoDataFrame, key: str, into: str, rounds: int) -> Iterator[Figure]:
    """Measure one dissolve in four ways; every way gets the key and the geometry only."""
    polygons, labels = frame.geometry.to_numpy(), frame[key].to_numpy()

    def checked() -> None:
        assert coverage.is_coverage(polygons)
        coverage.dissolve(polygons, labels)

    taken = alternate(
        {
            "bcumap": timed(lambda: coverage.dissolve(polygons, labels)),
            "default": timed(lambda: frame.dissolve(by=key)),
            "coverage": timed(lambda: frame.dissolve(by=key, method="coverage")),
            "checked": timed(checked),
        },
        rounds,
    )
    ours, default = taken["bcumap"], taken["default"]
    yield ratio(f"{into}: GeoDataFrame.dissolve() ÷ bcumap", default, ours, at_least=8)
    yield ratio(f"{into}: dissolve(method='coverage') ÷ bcumap", taken["coverage"], ours)
    yield ratio(f"{into}: dissolve() ÷ bcumap with its check", default, taken["checked"])
    difference = _area_difference(frame, key)
    yield Figure(f"{into}: difference in area, all in all", difference, "m²", at_most=1)


def _area_difference(frame: gpd.GeoDataFrame, key: str) -> float:
    """Add up, area by area, by how much the two results differ (m²)."""
    codes, ours = coverage.dissolve(frame.geometry.to_numpy(), frame[key].to_numpy())
    theirs = frame.dissolve(by=key).geometry.loc[codes].to_numpy()
    return float(np.abs(shapely.area(ours) - shapely.area(theirs)).sum())
