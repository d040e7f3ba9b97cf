"""The one transformation between the British National Grid and WGS 84: OSTN15, nothing less.

pyproj's wheels carry no OSTN15 grid, so their EPSG:27700 <-> EPSG:4326 is off by 1.3 to 2.0 m in
London. `convertbng` carries the grid. Its results agree with Ordnance Survey's published test
points to a millimetre (tests/geo/test_projection.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from convertbng.cutil import convert_bng, convert_lonlat
from pyproj import CRS

from bcumap.base.errors import SourceError
from bcumap.base.schema import BNG, WGS84

if TYPE_CHECKING:
    import geopandas as gpd

TRANSFORMATION = "OSTN15 (convertbng)"

# Decimals of a degree that are kept: 8 is about 1 mm, far below the 3 m generalisation.
DECIMALS = 8

# Made at import: PROJ describes EPSG:4326 differently in a process whose first look at its database
# comes after GDAL's, and GeoParquet files would differ from build to build.
WGS84_CRS = CRS(WGS84)

# The ellipsoid of the OSGB36 datum, and of no other. The datum itself goes by several names:
# "Ordnance Survey of Great Britain 1936" (EPSG), "D_OSGB_1936" (Esri), "Unknown" (PROJ strings).
AIRY_1830_M = 6_377_563.396  # semi-major axis

Coordinates = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


def lonlat_to_bng(lonlat: Coordinates) -> Coordinates:
    """Transform an (n, 2) array of WGS 84 degrees to metres; NaN where OSTN15 has no cover."""
    lon, lat = np.ascontiguousarray(lonlat.T)
    return np.column_stack(convert_bng(lon, lat))


def bng_to_lonlat(metres: Coordinates) -> Coordinates:
    """Transform an (n, 2) array of metres to WGS 84 degrees; NaN where OSTN15 has no cover."""
    easting, northing = np.ascontiguousarray(metres.T)
    return np.column_stack(convert_lonlat(easting, northing))


def to_wgs84(geometries: Geometries) -> Geometries:
    """Transform British National Grid geometries to WGS 84, kept to `DECIMALS` decimals."""
    moved: Geometries = shapely.transform(geometries, lambda xy: bng_to_lonlat(xy).round(DECIMALS))
    return moved


def to_bng(geometries: Geometries) -> Geometries:
    """Transform WGS 84 geometries to the British National Grid (metres)."""
    moved: Geometries = shapely.transform(geometries, lonlat_to_bng)
    return moved


def frame_to_bng(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy of a frame of any CRS in the British National Grid.

    A CRS on the OSGB36 datum is projected exactly; any other goes to WGS 84 first (pyproj) and on
    through OSTN15.

    Raises
    ------
    SourceError
        If the coordinates do not fit the CRS that the frame claims.
    """
    crs = CRS.from_user_input(frame.crs)
    if crs.is_bound and crs.source_crs:  # to a Helmert shift (TOWGS84), which is not wanted
        crs = crs.source_crs
        frame = frame.set_crs(crs, allow_override=True)
    if crs.equals(CRS(BNG), ignore_axis_order=True):
        return frame.copy()
    if crs.ellipsoid and abs(crs.ellipsoid.semi_major_metre - AIRY_1830_M) < 0.01:
        return frame.to_crs(BNG)
    degrees = frame if crs.equals(WGS84_CRS, ignore_axis_order=True) else frame.to_crs(WGS84_CRS)
    shapes = degrees.geometry.to_numpy()
    metres = lonlat_to_bng(shapely.get_coordinates(shapes))
    if not np.isfinite(metres).all():  # now: GEOS makes no ring of NaN
        bounds = ", ".join(f"{value:.6g}" for value in frame.total_bounds)
        raise SourceError(
            f"the coordinates ({bounds}) are not on the British National Grid when read as"
            f" {crs.name}: the file's CRS is wrong, or it lies outside Great Britain;"
            " say which CRS it has with --crs"
        )
    return frame.set_geometry(shapely.transform(shapes, lambda _: metres), crs=BNG)
