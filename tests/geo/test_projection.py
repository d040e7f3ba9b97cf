"""OSTN15 against Ordnance Survey's own answers, and what the usual way of projecting gets wrong."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import BNG, LONDON_BOUNDS_BNG, WGS84
from bcumap.geo import projection

# Ordnance Survey, OSTN15 developer pack (ordnancesurvey.co.uk, "OS Net: coordinate
# transformations"): OSTN15_TestInput_ETRStoOSGB.txt and OSTN15_TestOutput_ETRStoOSGB.txt.
# Longitude, latitude, easting, northing; TP09 is in London, the others lie all round it.
TEST_POINTS = {
    "TP03": (-4.10864563561, 50.43885825610, 250359.811, 62016.569),
    "TP05": (-1.45051433700, 50.93127937910, 438710.920, 114792.250),
    "TP07": (1.44454730409, 51.37447025550, 639821.835, 169565.858),
    "TP08": (-2.54407618349, 51.42754743020, 362269.991, 169978.690),
    "TP09": (-0.11992557180, 51.48936564950, 530624.974, 178388.464),
    "TP11": (0.89724327012, 51.89436637350, 599445.590, 225722.826),
    "TP12": (-2.15458614387, 52.25529381630, 389544.190, 261912.153),
}
PUBLISHED_TO_M = 0.002  # the points are given to a millimetre in each direction
LONLAT = np.array([point[:2] for point in TEST_POINTS.values()])
METRES = np.array([point[2:] for point in TEST_POINTS.values()])
TP09 = TEST_POINTS["TP09"]

WEST, SOUTH, EAST, NORTH = LONDON_BOUNDS_BNG
LONDON_POINTS = np.array(
    [(east, north) for east in np.linspace(WEST, EAST, 9) for north in np.linspace(SOUTH, NORTH, 9)]
)


def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.hypot(*(first - second).T)


def one_square(side: float = 100.0) -> gpd.GeoDataFrame:
    """A square at TP09, EPSG:27700."""
    east, north = TP09[2:]
    return gpd.GeoDataFrame(geometry=[shapely.box(east, north, east + side, north + side)], crs=BNG)


def corners(frame: gpd.GeoDataFrame) -> np.ndarray:
    return shapely.get_coordinates(frame.geometry.to_numpy())


# --- OSTN15 ------------------------------------------------------------------------------------


def test_degrees_become_the_metres_that_ordnance_survey_publishes() -> None:
    assert distance(projection.lonlat_to_bng(LONLAT), METRES).max() < PUBLISHED_TO_M


def test_metres_become_the_degrees_that_ordnance_survey_publishes() -> None:
    degrees = projection.bng_to_lonlat(METRES)
    assert np.abs(degrees - LONLAT).max() < 3e-8  # about 2 mm


def test_there_and_back_is_less_than_a_millimetre_all_over_london() -> None:
    there = projection.bng_to_lonlat(LONDON_POINTS)
    assert distance(projection.lonlat_to_bng(there), LONDON_POINTS).max() < 0.001


def test_the_kept_decimals_move_nothing_by_more_than_a_millimetre() -> None:
    points = shapely.points(LONDON_POINTS)
    back = projection.to_bng(projection.to_wgs84(points))
    assert shapely.distance(points, back).max() < 0.0015


def test_pyproj_alone_is_off_by_one_to_two_metres_in_london() -> None:
    """The trap that this module is there for: pyproj's wheels carry no OSTN15 grid."""
    points = gpd.GeoSeries.from_xy(*LONDON_POINTS.T, crs=BNG)
    by_pyproj = shapely.get_coordinates(points.to_crs(WGS84).to_numpy())
    off = distance(projection.lonlat_to_bng(by_pyproj), LONDON_POINTS)
    assert off.min() > 1.2
    assert 1.9 < off.max() < 2.2


def test_points_far_from_britain_have_no_metres() -> None:
    assert np.isnan(projection.lonlat_to_bng(np.array([(100.0, 10.0)]))).all()


def test_transforming_leaves_the_geometries_as_they_were() -> None:
    square = one_square().geometry.to_numpy()
    before = square[0].wkb
    projection.to_wgs84(square)
    assert square[0].wkb == before


# --- frames of any CRS -------------------------------------------------------------------------


def test_a_frame_in_degrees_goes_through_ostn15() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(TP09[:2])], crs=WGS84)
    moved = projection.frame_to_bng(frame)
    assert moved.crs.to_epsg() == 27700
    assert distance(corners(moved), np.array([TP09[2:]])).max() < PUBLISHED_TO_M


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4258", "OGC:CRS84", "EPSG:32630"])
def test_a_frame_in_another_crs_comes_back_to_the_same_place(crs: str) -> None:
    """Web Mercator, ETRS89, longitude first, UTM: all are WGS 84 within what OSTN15 asks for."""
    square = one_square()
    degrees = square.set_geometry(projection.to_wgs84(square.geometry.to_numpy()), crs=WGS84)
    moved = projection.frame_to_bng(degrees.to_crs(crs))
    assert distance(corners(moved), corners(square)).max() < 0.002


PROJ_STRING = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m"
)
NAMES_OF_THE_GRID = {
    "with heights": "EPSG:7405",
    "PROJ string": PROJ_STRING,
    "PROJ string with a shift": PROJ_STRING
    + " +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489",
    "Esri .prj": 'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",'
    'SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],'
    'PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],'
    'PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]',
}


@pytest.mark.parametrize("crs", NAMES_OF_THE_GRID.values(), ids=NAMES_OF_THE_GRID)
def test_the_national_grid_under_its_other_names_is_not_shifted(crs: str) -> None:
    """Through WGS 84 and back it would be 1.7 m off: pyproj goes one way, OSTN15 the other."""
    square = one_square()
    moved = projection.frame_to_bng(square.set_crs(crs, allow_override=True))
    assert distance(corners(moved), corners(square)).max() < 0.001


def test_degrees_on_the_osgb36_datum_are_projected_and_not_shifted() -> None:
    square = one_square()
    moved = projection.frame_to_bng(square.to_crs("EPSG:4277"))
    assert distance(corners(moved), corners(square)).max() < 0.001


def test_a_frame_on_the_national_grid_is_copied_as_it_is() -> None:
    square = one_square()
    moved = projection.frame_to_bng(square)
    assert moved is not square
    assert (corners(moved) == corners(square)).all()


@pytest.mark.parametrize(
    "crs", [WGS84, "EPSG:3857", "EPSG:32630"], ids=["degrees", "Web Mercator", "UTM"]
)
def test_metres_of_the_national_grid_under_another_name_are_refused(crs: str) -> None:
    frame = one_square().set_crs(crs, allow_override=True)
    with pytest.raises(SourceError, match="the file's CRS is wrong") as caught:
        projection.frame_to_bng(frame)
    assert "530625" in str(caught.value)  # what was found


def test_latitude_before_longitude_is_refused() -> None:
    lon, lat = TP09[:2]
    frame = gpd.GeoDataFrame(geometry=[shapely.box(lat, lon, lat + 1, lon + 1)], crs=WGS84)
    with pytest.raises(SourceError, match="not on the British National Grid"):
        projection.frame_to_bng(frame)
