"""What analysts call: areas and answers as frames and objects; `import bcumap` loads none of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    import pandas as pd

    from bcumap.facts.answers import Answer


def areas(level: str = "wards") -> gpd.GeoDataFrame:
    """Return all areas of a level.

    Parameters
    ----------
    level
        "wards", "boroughs" or "bcus".

    Returns
    -------
    GeoDataFrame
        A row for each area, by code: the columns of docs/data.md, outlines in EPSG:4326, at most
        3 m from the official ones.

    Raises
    ------
    BcuMapError
        If there is no such level, or the data cannot be read.
    """
    from bcumap.facts import store

    _check_level(level)
    return store.areas(level)


def find(question: str) -> Answer:
    """Return the ward, borough and BCU of a postcode, a point, a code or a name.

    Returns
    -------
    Answer
        `place` has codes and names (None if nothing was found), `certain` and `notes` say how
        sure that is, `others` which other wards are possible.
    """
    from bcumap.facts import store

    return store.finder().find(question)


def assign(
    frame: pd.DataFrame,
    *,
    lon: str | None = None,
    lat: str | None = None,
    easting: str | None = None,
    northing: str | None = None,
    postcode: str | None = None,
    gridref: str | None = None,
    geometry: str | None = None,
    prefix: str = "",
    outcome: str | None = None,
) -> pd.DataFrame:
    """Return the same rows with the ward, borough and BCU of each, as `bcumap assign` does.

    Parameters
    ----------
    lon, lat, easting, northing, postcode, gridref, geometry
        The columns that say where a row is, if not by their usual names. Of a GeoDataFrame it is
        the geometry, in any CRS.
    prefix
        Put before the names of the new columns.
    outcome
        Name of one more column that says how each row came out.

    Raises
    ------
    SourceError
        If it is not clear which columns are meant, or one of the new ones is there already.
    """
    from bcumap.facts import store
    from bcumap.matching import points

    known = points.Areas(*store.ward_polygons(), store.atlas(), store.thames_polygon())
    named = {"postcode": postcode, "gridref": gridref, "geometry": geometry}
    single = {kind: name for kind, name in named.items() if name is not None}
    has_points = hasattr(frame, "geometry") and hasattr(frame, "crs")
    if has_points and not single and lon is None and easting is None:
        joined: pd.DataFrame = points.add_areas_to_points(
            frame, known, prefix=prefix, outcome=outcome
        )
        return joined
    where_found = points.find_coordinates(
        frame, lon=lon, lat=lat, easting=easting, northing=northing, single=single,
        postcodes=lambda: points.PostcodeBook(store.postcode_tables()[0]),
    )  # fmt: skip
    return points.add_areas(frame, known, where_found, prefix=prefix, outcome=outcome)


def folium_map(
    level: str = "bcus", values: Mapping[str, float] | None = None, *, title: str = ""
) -> folium.Map:
    """Return a map of all areas of a level that stands by itself: no script or tile from elsewhere.

    Parameters
    ----------
    values
        Figures by code, by which the areas are shaded; those without one stay white.
    title
        What the figures are called.

    Raises
    ------
    BcuMapError
        If there is no such level, or a code is none of its areas.
    """
    from bcumap.maps import notebook

    frame = areas(level)
    if values is not None and (unknown := set(values) - set(frame.iloc[:, 0])):
        raise BcuMapError(f"there is no area {min(unknown)!r} among the {level}")
    return notebook.drawn(frame, values, title=title)


def _check_level(level: str) -> None:
    if level not in LEVELS:
        raise BcuMapError(f"there is no level {level!r}; give one of {', '.join(LEVELS)}")
