"""Read official boundary files in all their dialects into one form; never repairs or writes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj.exceptions import CRSError, ProjError

from bcumap.base.errors import SourceError
from bcumap.base.schema import BOROUGH_CODE, LONDON_BOUNDS_BNG, WARD_CODE, some
from bcumap.build import vectors
from bcumap.geo.projection import frame_to_bng

PARQUET_SUFFIXES = (".parquet", ".geoparquet")
# Formats that hold their data themselves; others of GDAL's may fetch it (VRT, WFS).
OGR_SUFFIXES = (".geojson", ".json", ".topojson", ".gpkg", ".shp", ".fgb", ".kml", ".gdb")
ZIP_SUFFIX = ".zip"
KNOWN_LAYERS = ("district_borough_unitary_ward",)  # of Boundary-Line, which holds many

GSS_CODE = r"[EWNS]\d{8}"  # any area of the United Kingdom

EDITION = r"20\d\d(?:-(?:0[1-9]|1[0-2]))?"

# A ward belongs to the borough that holds at least this share of its area.
PLACED_SHARE = 0.5
MOSTLY = 0.5  # of the names, that end in "Ward" where a publisher adds it


@dataclass(frozen=True)
class Dialect:
    """How one publisher names its columns, as regular expressions without regard to case.

    Attributes
    ----------
    evidence
        A column that only this publisher's layers have, where the others could be anybody's.
    """

    name: str
    ward_code: str
    ward: str | None = None
    borough_code: str | None = None
    evidence: str | None = None


NOT_STATED = "not stated"
POLICE = "data.police.uk"
DIALECTS = (
    Dialect("ONS", r"WD\d\dCD", r"WD\d\dNM", r"LAD\d\dCD"),
    Dialect("GLA", r"GSS_CODE", r"NAME", r"LAGSSCODE|LB_GSS_CD", r"LAGSSCODE|LB_GSS_CD"),
    Dialect("bcumap", r"ward_code", r"ward", r"borough_code"),
    Dialect("OS Boundary-Line", r"CODE|Census_Code", r"NAME", evidence=r"FILE_NAME|AREA_CODE"),
    Dialect("planning.data.gov.uk", r"reference", r"name", evidence=r"entity|dataset"),
    Dialect(POLICE, r"neighbourhood", r"name"),
    Dialect(NOT_STATED, r"gss_code|gss|code|id|reference|ward_?code", r"name|ward|ward_?name"),
)


@dataclass(frozen=True)
class WardFile:
    """A ward layer in one form, whatever the publisher called things.

    Attributes
    ----------
    wards
        One row per ward; `ward_code`, `ward` and `borough_code` (the last two empty where the
        file does not say), geometry in EPSG:27700, two-dimensional.
    dialect
        The publisher's column naming that was recognised.
    edition
        The year (or year and month) that the columns or the file name state, or "".
    rows_read
        How many rows the file has, before those outside London were left out.
    geometry_sources
        What a `geom_source` column says of where the outlines come from.
    """

    wards: gpd.GeoDataFrame
    dialect: str
    edition: str
    rows_read: int
    geometry_sources: tuple[str, ...]


def read_layer(path: Path, *, crs: str | None = None, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a vector file with a stated CRS; `crs` overrides what the file says.

    Parameters
    ----------
    layer
        Which layer of a file with several, or which file in a ZIP.

    Raises
    ------
    SourceError
        If it is no vector file that bcumap reads, has no rows, no geometry or no CRS.
    """
    suffix = path.suffix.lower()
    if not path.is_file() and not (path.is_dir() and suffix == ".gdb"):
        raise SourceError(f"{path}: there is no such file; give the path of a vector layer")
    if suffix not in (*PARQUET_SUFFIXES, *OGR_SUFFIXES, ZIP_SUFFIX):
        raise SourceError(
            f"{path}: not a vector file by its suffix {suffix!r}; expected one of"
            f" {', '.join((*OGR_SUFFIXES, ZIP_SUFFIX, *PARQUET_SUFFIXES))}"
        )
    with _quietly():
        if suffix in PARQUET_SUFFIXES:
            frame = _read_parquet(path)
        else:
            with vectors.opened(path, layer=layer) as files:
                frame = _read_files(files, path, layer)
    if frame.crs is not None and frame.crs.is_engineering:  # "undefined", in metres of nowhere
        frame = frame.set_crs(None, allow_override=True)
    if crs is not None:
        frame = _label(frame, crs)
    if frame.crs is None:
        raise SourceError(
            f"{path}: the file names no CRS, so its coordinates mean nothing;"
            " add it (a .prj for a Shapefile) or say which with --crs EPSG:27700"
        )
    if frame.empty:
        raise SourceError(f"{path}: the layer has no rows; expected one row per ward")
    return frame


def read_wards(
    path: Path,
    *,
    crs: str | None = None,
    edition: str | None = None,
    layer: str | None = None,
    code: str | None = None,
    name: str | None = None,
) -> WardFile:
    """Read a ward layer of any known dialect, format and CRS, and keep what may be London.

    Parameters
    ----------
    layer
        Which layer of a file with several.
    code, name
        The columns of ward codes and names, if they are not those of a known dialect.

    Rows whose own borough code is outside London are left out; where the layer carries no
    borough column all rows stay, to be placed by area (`place_in_boroughs`).

    Raises
    ------
    SourceError
        If the file cannot be read, its dialect is unknown, a code is repeated, or a geometry is
        missing, empty, not polygonal or not finite, or lies off the British National Grid.
    """
    if edition is not None and not re.fullmatch(EDITION, edition):
        raise SourceError(f"the edition {edition!r} is no year or month; expected 2025 or 2025-12")
    raw = read_layer(path, crs=crs, layer=layer)
    dialect, columns = recognise(raw, path, code=code, name=name)
    wards = _rename(raw, columns)
    if "borough_code" in columns:
        wards = wards[wards["borough_code"].str.fullmatch(BOROUGH_CODE).fillna(False)]
        if wards.empty:
            raise SourceError(f"{path}: no row has a London borough code (E09…)")
    else:
        wards["borough_code"] = pd.Series(None, index=wards.index, dtype="str")
    if "ward" not in columns:
        wards["ward"] = pd.Series(None, index=wards.index, dtype="str")
    _check_codes(wards["ward_code"], path, london="borough_code" in columns)
    _check_geometry(wards, path)
    wards = _to_bng(wards.reset_index(drop=True), path)
    _check_in_london(wards, path, london="borough_code" in columns)
    return WardFile(
        wards=wards[["ward_code", "ward", "borough_code", "geometry"]],
        dialect=dialect.name,
        edition=edition or _edition(columns["ward_code"], path),
        rows_read=len(raw),
        geometry_sources=_distinct(raw, "geom_source"),
    )


def read_boroughs(path: Path) -> gpd.GeoDataFrame:
    """Read a borough layer: `borough_code` and geometry, EPSG:27700.

    Raises
    ------
    SourceError
        If the file cannot be read or has no column of London borough codes.
    """
    raw = read_layer(path)
    for column in map(str, raw.columns):
        if re.fullmatch(r"LAD\d\dCD|GSS_CODE|LAGSSCODE|borough_code", column, re.IGNORECASE):
            codes = raw[column].astype("str")
            frame = gpd.GeoDataFrame({"borough_code": codes}, geometry=raw.geometry)
            frame = frame[codes.str.fullmatch(BOROUGH_CODE).fillna(False)]
            if len(frame):
                return _to_bng(frame, path)
    raise SourceError(f"{path}: no column holds London borough codes (E09…); expected LAD25CD")


def recognise(
    frame: gpd.GeoDataFrame, path: Path, *, code: str | None = None, name: str | None = None
) -> tuple[Dialect, dict[str, str]]:
    """Find the dialect of a layer and which of its columns hold code, name and borough.

    A column counts as the ward code only if most of its values look like ward codes, so that a
    column that merely is called `code` does not pass. Whose layer it is, is told by columns that no
    other publisher has, or by the N after codes of data.police.uk; else it is not stated.
    """
    given = {
        role: _named(frame, column, path)
        for role, column in (("ward_code", code), ("ward", name))
        if column is not None
    }
    for dialect in DIALECTS:
        columns = {
            role: column
            for role in ("ward_code", "ward", "borough_code")
            if (pattern := getattr(dialect, role))
            and (column := _column_named(frame, pattern, codes=role == "ward_code"))
        } | given
        proven = not dialect.evidence or _column_named(frame, dialect.evidence, codes=False)
        if "ward_code" not in columns or not proven:
            continue
        of_police = frame[columns["ward_code"]].astype("str").str.fullmatch(r"\s*E\d{8}N\s*").any()
        if dialect.name == NOT_STATED and of_police:
            dialect = replace(dialect, name=POLICE)
        elif given and not re.fullmatch(dialect.ward_code, columns["ward_code"], re.IGNORECASE):
            dialect = replace(dialect, name=NOT_STATED)
        return dialect, columns
    found = ", ".join(str(column) for column in frame.columns if column != "geometry")
    raise SourceError(
        f"{path}: no column holds ward codes (E05…); found {found or 'no columns'}; expected"
        " WD25CD (ONS, any year), GSS_CODE (GLA), Census_Code or CODE (OS Boundary-Line),"
        " reference (planning.data.gov.uk), or code or id (data.police.uk); name another with"
        " --code COLUMN and --name COLUMN"
    )


def _named(frame: gpd.GeoDataFrame, name: str, path: Path) -> str:
    """Return the column of that name, without regard to case."""
    for column in map(str, frame.columns):
        if column.casefold() == name.casefold() and column != frame.geometry.name:
            return column
    found = ", ".join(str(column) for column in frame.columns if column != frame.geometry.name)
    raise SourceError(f"{path}: there is no column {name!r}; found {found or 'no columns'}")


def place_in_boroughs(wards: gpd.GeoDataFrame, boroughs: gpd.GeoDataFrame) -> pd.Series:
    """Return the borough code of each ward by area; empty for wards outside London.

    Parameters
    ----------
    wards, boroughs
        Frames in EPSG:27700; `boroughs` has `borough_code`.
    """
    tree = shapely.STRtree(boroughs.geometry.to_numpy())
    polygons = wards.geometry.to_numpy()
    ward, borough = tree.query(polygons, predicate="intersects")
    shared = shapely.area(
        shapely.intersection(polygons[ward], boroughs.geometry.to_numpy()[borough])
    )
    placed = shared / shapely.area(polygons[ward]) >= PLACED_SHARE
    codes = pd.Series(None, index=wards.index, dtype="str")
    codes.iloc[ward[placed]] = boroughs["borough_code"].to_numpy()[borough[placed]]
    return codes


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError, TypeError, KeyError, shapely.errors.ShapelyError) as error:
        raise SourceError(
            f"{path}: not a GeoParquet file ({_first_line(error)}); expected a layer of wards"
        ) from error


def _read_files(files: list[Path], path: Path, layer: str | None) -> gpd.GeoDataFrame:
    """Read the one layer, or the files of one ward each that data.police.uk gives."""
    if len(files) == 1:
        return _read_ogr(files[0], path, layer)
    parts = [_read_ogr(file, path, None).assign(neighbourhood=file.stem) for file in files]
    whole = pd.concat([part[["neighbourhood", part.geometry.name]] for part in parts])
    return gpd.GeoDataFrame(whole, geometry=parts[0].geometry.name, crs=parts[0].crs).dissolve(
        "neighbourhood", as_index=False
    )


def _read_ogr(file: Path, path: Path, layer: str | None) -> gpd.GeoDataFrame:
    if file.suffix.lower() in PARQUET_SUFFIXES:
        return _read_parquet(file)
    try:
        name = _layer(file, path, layer)
        try:
            frame = gpd.read_file(file, engine="pyogrio", use_arrow=True, layer=name)
            for column in frame.columns:
                if pd.api.types.is_string_dtype(frame[column]):
                    pa.array(frame[column]).validate(full=True)
        except pa.ArrowException:  # a .dbf of Windows that does not say so
            frame = gpd.read_file(file, engine="pyogrio", layer=name, encoding="cp1252")
        except (RuntimeError, ValueError) as error:
            if "onlinear" not in str(error):  # curves, which Arrow does not have
                raise
            frame = gpd.read_file(file, engine="pyogrio", layer=name)
    except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as error:
        said = _first_line(error).replace(str(file), path.name)
        raise SourceError(
            f"{path}: not a vector file that GDAL can read ({said});"
            " expected GeoJSON, GeoPackage, Shapefile or GeoParquet"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(f"{path}: the file has a table but no geometry; expected ward polygons")
    # TopoJSON has no place to name a CRS; it is of degrees, as GeoJSON, if it can be.
    if frame.crs is None and pyogrio.read_info(file, layer=name)["driver"] == "TopoJSON":
        west, south, east, north = frame.total_bounds
        if west >= -180 and east <= 180 and south >= -90 and north <= 90:
            return frame.set_crs("EPSG:4326")
    return frame


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep GDAL's and NumPy's remarks on odd geometry off the terminal: it is all checked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _layer(file: Path, path: Path, layer: str | None) -> str | None:
    """Name the layer to read of a file that may hold several; None is the only one."""
    found = pyogrio.list_layers(file)
    layers = [str(name) for name, kind in found if kind is not None]
    if layer is not None and layer != file.stem:
        for name in layers:
            if name.casefold() == layer.casefold():
                return name
        raise SourceError(f"{path}: there is no layer {layer!r}; found {', '.join(layers[:12])}")
    known = [name for name in layers if name in KNOWN_LAYERS]
    if len(layers) > 1 and len(known) != 1:
        raise SourceError(
            f"{path}: {len(layers)} layers: {some(pd.Series(layers))};"
            " say which holds the wards with --layer NAME"
        )
    if not len(found):
        raise SourceError(f"{path}: no layer with geometry; expected one of ward polygons")
    return next(iter(known or layers), None)


def _label(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    try:
        return frame.set_crs(crs, allow_override=True)
    except CRSError as error:
        raise SourceError(f"there is no CRS {crs!r}; expected one such as EPSG:27700") from error


def _to_bng(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    try:
        return frame_to_bng(frame)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    except ProjError as error:
        raise SourceError(
            f"{path}: its CRS cannot be turned into the British National Grid"
            f" ({_first_line(error)}); say the right one with --crs EPSG:27700"
        ) from error


def _column_named(frame: gpd.GeoDataFrame, pattern: str, *, codes: bool) -> str | None:
    for column in map(str, frame.columns):
        if re.fullmatch(pattern, column, flags=re.IGNORECASE) and (
            not codes or _looks_like_codes(frame[column])
        ):
            return column
    return None


def _looks_like_codes(values: pd.Series) -> bool:
    return bool(values.astype("str").str.fullmatch(r"\s*[EWNS]\d{8}N?\s*").mean() > 0.5)


def _rename(raw: gpd.GeoDataFrame, columns: dict[str, str]) -> gpd.GeoDataFrame:
    """Keep the known columns under our names, tidy the text and drop the police's trailing N."""
    wards = gpd.GeoDataFrame(
        {role: _tidy(raw[column]) for role, column in columns.items()},
        geometry=_polygons(shapely.force_2d(raw.geometry.to_numpy())),
        crs=raw.crs,
    )
    wards["ward_code"] = wards["ward_code"].str.replace(r"^(E\d{8})N$", r"\1", regex=True)
    if "ward" in wards and wards["ward"].str.endswith(" Ward").mean() > MOSTLY:  # as OS has it
        wards["ward"] = wards["ward"].str.removesuffix(" Ward")
    return wards


def _polygons(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the polygons of collections, in which repairs leave stray lines and points too."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for place in mixed:
        parts = shapely.get_parts(shapely.get_parts(shapes[place]))
        polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        shapes[place] = shapely.multipolygons(polygons) if len(polygons) else None
    return shapes


def _tidy(values: pd.Series) -> pd.Series:
    """Text without blanks around it; what is nothing but blanks is missing.

    A letter of Windows that was read as Latin-1, which has a control character there, is put right.
    """
    text = values.astype("str").str.strip()
    of_windows = text.str.contains(r"[\x80-\x9f]").fillna(False)
    put_right = text[of_windows].map(
        lambda name: name.encode("latin-1", "replace").decode("cp1252", "replace")
    )
    text = put_right.reindex(text.index).fillna(text)
    return text.mask(text == "")


def _check_codes(codes: pd.Series, path: Path, *, london: bool) -> None:
    wrong = codes[~codes.str.fullmatch(WARD_CODE if london else GSS_CODE).fillna(False)]
    if len(wrong):
        raise SourceError(
            f"{path}: {len(wrong)} ward codes are not of the form E05 and six figures (E05009288):"
            f" {some(wrong)}; correct them or take those rows out"
        )
    repeated = codes[codes.duplicated()]
    if len(repeated):
        raise SourceError(
            f"{path}: {repeated.nunique()} ward codes stand in more than one row:"
            f" {some(repeated)}; expected one row per ward (merge the parts of a ward)"
        )


def _check_geometry(wards: gpd.GeoDataFrame, path: Path) -> None:
    shapes = wards.geometry.to_numpy()
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)  # NaN for a missing or empty one
    polygonal = np.isin(
        shapely.get_type_id(shapes),
        (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
    )
    # Bounds pass over a NaN vertex; a sum of all coordinates does not.
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    bad = wards["ward_code"][~(finite & polygonal)]
    if len(bad):
        raise SourceError(
            f"{path}: {len(bad)} wards have no usable geometry (missing, empty, NaN or not a"
            f" polygon): {some(bad)}; take the layer from its publisher again"
        )


def _check_in_london(wards: gpd.GeoDataFrame, path: Path, *, london: bool) -> None:
    """Check that London rows lie in London, or, for an unplaced layer, that some do."""
    west, south, east, north = LONDON_BOUNDS_BNG
    bounds = wards.geometry.bounds
    inside = (bounds.minx >= west) & (bounds.miny >= south)
    inside &= (bounds.maxx <= east) & (bounds.maxy <= north)
    if inside.all() or (not london and inside.any()):
        return
    found = ", ".join(f"{value:,.0f}" for value in wards.total_bounds)
    raise SourceError(
        f"{path}: its wards lie at {found} on the British National Grid, expected within"
        f" {west:,.0f}, {south:,.0f}, {east:,.0f}, {north:,.0f}: the file's CRS does not fit its"
        " coordinates; say the right one with --crs"
    )


def _edition(ward_code_column: str, path: Path) -> str:
    """Read the edition off a column such as WD25CD, else off a file name such as wards_2018_…."""
    if year := re.fullmatch(r"WD(\d\d)CD", ward_code_column, flags=re.IGNORECASE):
        return f"20{year[1]}"
    stated = re.search(rf"(?<!\d){EDITION}(?!\d)", path.stem)
    return stated[0] if stated else ""


def _distinct(raw: gpd.GeoDataFrame, column: str) -> tuple[str, ...]:
    return tuple(sorted(raw[column].dropna().unique())) if column in raw.columns else ()


def _first_line(error: Exception) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return line.partition("; It might help")[0][:200]  # GDAL adds advice for programmers
