"""The ward, borough and BCU of every row of a table of points; frames in and out, reads no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import LONDON_BOUNDS_BNG
from bcumap.facts.areas import Atlas
from bcumap.geo.locate import NOWHERE, Floats, Locator, Places, prepare
from bcumap.matching import cells
from bcumap.matching.tables import Block, Longer

if TYPE_CHECKING:
    import geopandas as gpd

AREA_COLUMNS = ("ward_code", "ward", "borough_code", "borough", "bcu_code", "bcu")

POSTCODE_COLUMNS = ("postcode_certainty", "postcode_in_use", "other_wards")

# Usual names of the two columns of coordinates, and whether they are metres (None: their values
# tell); case, spaces, underscores and @ do not matter.
USUAL_NAMES = (
    ({"lon", "lng", "long", "longitude"}, {"lat", "latitude"}, False),
    (
        {"easting", "eastings", "east1m", "oseast1m", "gridgb1e", "bngeasting"},
        {"northing", "northings", "north1m", "osnrth1m", "gridgb1n", "bngnorthing"},
        True,
    ),
)
# Looked for only where a table has none of the above, nor one of `SINGLE_NAMES`.
SHORT_NAMES = (({"e"}, {"n"}, True), ({"x", "pointx", "xcoord"}, {"y", "pointy", "ycoord"}, None))
# Usual names of a column that says it alone, the surest first.
GRID_NAMES = {"gridref", "gridreference", "osgridref", "osgridreference", "ngr", "osgb"}
GEOMETRY_NAMES = {"wkt", "geometry", "geom", "thegeom", "wkbgeometry", "geojson", "point",
                  "geopoint", "geopoint2d", "latlon", "latlng", "latlong", "coordinates",
                  "shape"}  # fmt: skip
POSTCODE_NAMES = {"postcode", "postcodes", "pcd", "pcds", "pcd2", "pcd7", "pcd8", "postalcode",
                  "zip"}  # fmt: skip

# What a coordinate can be at all: degrees, and the extent of the National Grid (metres).
WORLD = (-180.0, -90.0, 180.0, 90.0)
NATIONAL_GRID = (0.0, 0.0, 700_000.0, 1_300_000.0)
APART_M = 100.0  # two pairs of coordinates of one row may lie so far apart

M_PER_DEGREE = (69_400.0, 111_250.0)  # of longitude and latitude, in London
APART = "apart"  # of `Found.columns`: the two pairs of coordinates of a row disagree

# A whole postcode, without blanks.
_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$"

FIRST_ROWS = 5  # how many numbers of bad rows are kept for the report
LISTED = 40  # how many columns an error names

T = TypeVar("T")
Mask = npt.NDArray[np.bool_]
Bounds = tuple[float, float, float, float]
Kinds = Sequence[tuple[set[str], set[str], bool | None]]


class Outcome(StrEnum):
    """How a row came out; every row has exactly one."""

    MET = "in a Met ward"
    CITY = "in the City of London"
    THAMES = "in the tidal Thames"
    ELSEWHERE = "elsewhere"
    EMPTY = "empty"
    NOT_A_NUMBER = "not a number"
    SWAPPED = "swapped"
    OUT_OF_RANGE = "out of range"
    NOT_READABLE = "not readable"
    NO_POSTCODE = "not a postcode"
    NOT_KNOWN = "not in London's list"


BAD = (Outcome.EMPTY, Outcome.NOT_A_NUMBER, Outcome.SWAPPED, Outcome.OUT_OF_RANGE,
       Outcome.NOT_READABLE, Outcome.NO_POSTCODE, Outcome.NOT_KNOWN)  # fmt: skip
_OUTCOMES = pd.CategoricalDtype([str(outcome) for outcome in Outcome])


@dataclass(frozen=True)
class Found:
    """Where the rows of a table are.

    Attributes
    ----------
    places
        The position of each row's ward, or `NOWHERE`.
    outcomes
        Rows by how they came out; the first that is true of a row is its outcome.
    columns
        What else is known of each row, by the name of its column.
    """

    places: Places
    outcomes: dict[Outcome, Mask]
    columns: dict[str, Any] = field(default_factory=dict)


class Where(Protocol):
    """Which columns of a table say where its rows are."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def adds(self) -> tuple[str, ...]:
        """Names of what it adds beside the `AREA_COLUMNS`."""

    def example(self, head: pd.DataFrame) -> str:
        """Show how a cell of some rows is read, if it is not written plainly; else ""."""

    def find(self, frame: pd.DataFrame, areas: Areas) -> Found:
        """Look the rows up; the frame has the columns, under their names."""


@dataclass(frozen=True)
class Coordinates:
    """The two columns that say where a point is.

    Attributes
    ----------
    x, y
        Names of the columns: longitude and latitude, or easting and northing.
    metres
        Whether they are British National Grid metres (EPSG:27700) and not degrees (EPSG:4326).
    beside
        Longitude and latitude beside metres: where they are more than `APART_M` away, that is told.
    """

    x: str
    y: str
    metres: bool = False
    beside: tuple[str, str] | None = None
    adds: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return (self.x, self.y, *(self.beside or ()))

    def find(self, frame: pd.DataFrame, areas: Areas) -> Found:
        """Look the rows up; see `Where`."""
        x, x_empty = cells.numbers(frame[self.x], metres=self.metres)
        y, y_empty = cells.numbers(frame[self.y], metres=self.metres)
        found = _of_points(x, y, x_empty | y_empty, areas, metres=self.metres)
        if self.beside is None:
            return found
        lon, _ = cells.numbers(frame[self.beside[0]], metres=False)
        lat, _ = cells.numbers(frame[self.beside[1]], metres=False)
        at_lon, at_lat = _degrees(x, y, metres=True)
        east, north = (lon - at_lon) * M_PER_DEGREE[0], (lat - at_lat) * M_PER_DEGREE[1]
        return replace(found, columns={APART: np.hypot(east, north) > APART_M})

    def example(self, head: pd.DataFrame) -> str:
        """Show how a cell is read; see `Where`."""
        for name in (self.x, self.y):
            if example := cells.unusual(head[name], metres=self.metres):
                return "{!r} is read as {}".format(*example)
        return ""


@dataclass(frozen=True)
class GridReferences:
    """The column of references of the National Grid, such as TQ 389 773."""

    column: str
    adds: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return (self.column,)

    def find(self, frame: pd.DataFrame, areas: Areas) -> Found:
        """Look the rows up; see `Where`."""
        x, y, empty = cells.grid_references(frame[self.column])
        return _of_points(x, y, empty, areas, metres=True, unreadable=Outcome.NOT_READABLE)

    def example(self, head: pd.DataFrame) -> str:
        """Show how a cell is read; see `Where`."""
        x, y, _ = cells.grid_references(head[self.column])
        return next(
            (
                f"{cell!r} is read as {east:.0f}, {north:.0f}, the middle of its square"
                for cell, east, north in zip(head[self.column], x, y, strict=True)
                if east == east
            ),
            "",
        )


@dataclass(frozen=True)
class Geometries:
    """The column of points as WKT, GeoJSON, WKB, or latitude and longitude.

    Attributes
    ----------
    metres
        Whether they are British National Grid metres (EPSG:27700) and not degrees (EPSG:4326).
    """

    column: str
    metres: bool = False
    adds: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return (self.column,)

    def find(self, frame: pd.DataFrame, areas: Areas) -> Found:
        """Look the rows up; see `Where`."""
        x, y, empty = cells.points(frame[self.column])
        return _of_points(x, y, empty, areas, metres=self.metres, unreadable=Outcome.NOT_READABLE)

    def example(self, head: pd.DataFrame) -> str:  # noqa: ARG002
        """Say nothing; see `Where`."""
        return ""


@dataclass(frozen=True)
class Postcodes:
    """The column of postcodes, looked up in London's, of which terminated ones are known too."""

    column: str
    book: PostcodeBook = field(repr=False, compare=False)
    adds: ClassVar[tuple[str, ...]] = POSTCODE_COLUMNS

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return (self.column,)

    def find(self, frame: pd.DataFrame, areas: Areas) -> Found:
        """Look the rows up; see `Where`."""
        text = pa.array(frame[self.column].astype("str"), pa.string(), from_pandas=True)
        compact = pc.replace_substring_regex(pc.utf8_upper(text), r"[\s\x{00A0}.]", "")
        empty = pc.fill_null(pc.equal(compact, ""), True).to_numpy(zero_copy_only=False)
        written = pc.fill_null(pc.match_substring_regex(compact, _POSTCODE), False)
        at = pc.fill_null(pc.index_in(compact, value_set=self.book.names), -1)
        at = at.to_numpy(zero_copy_only=False)
        known = at >= 0
        places = np.where(known, areas.positions(self.book.ward_codes)[at], NOWHERE)
        unsure, live = self.book.others[at] != "", self.book.live[at]
        columns = {
            "postcode_certainty": np.where(unsure, "uncertain", "certain"),
            "postcode_in_use": np.where(live, "yes", "no"),
            "other_wards": self.book.others[at],
        }
        outcomes = {
            Outcome.EMPTY: empty,
            Outcome.MET: areas.in_met(places),
            Outcome.CITY: places != NOWHERE,
            Outcome.NOT_KNOWN: written.to_numpy(zero_copy_only=False),
            Outcome.NO_POSTCODE: ~known,
        }
        told = {name: np.where(known, values, "") for name, values in columns.items()}
        return Found(places, outcomes, told)

    def example(self, head: pd.DataFrame) -> str:  # noqa: ARG002
        """Say nothing; see `Where`."""
        return ""


class PostcodeBook:
    """All of London's postcodes in arrays, to look up many at once.

    Parameters
    ----------
    table
        See `store.postcode_tables`.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.names = pa.array(table["postcode"].str.replace(" ", ""), pa.string())
        self.live = table["live"].to_numpy(bool)
        # Where addresses are counted their wards stand for those of the centre and around it.
        is_counted = table["addresses"] != ""
        shares = table["addresses"].str.partition(" ")
        wards = table["ward_code"].mask(is_counted, shares[0])
        others = table["others"].fillna("").mask(is_counted, shares[2])
        self.ward_codes, self.others = (
            column.str.replace(r":\d+", "", regex=True).to_numpy(object)
            for column in (wards, others)
        )


class Areas:
    """What rows are looked up in: the wards, the names of all areas, and the tidal Thames.

    It is pickled as what it was made of, because prepared geometries cannot be sent to another
    process; Dask sends it once to each worker if it is made `dask.delayed`.

    Parameters
    ----------
    codes, polygons
        GSS codes of the wards and their polygons (EPSG:4326), see `store.ward_polygons`.
    atlas
        Every area, see `store.atlas`.
    river
        The tidal Thames (EPSG:4326), empty if it is not known, see `store.thames_polygon`.
    """

    def __init__(
        self,
        codes: Sequence[str],
        polygons: npt.NDArray[np.object_],
        atlas: Atlas,
        river: shapely.Geometry,
    ) -> None:
        self._made_of = (codes, polygons, atlas, river)
        self._locator = Locator(polygons)
        self._river = river
        prepare(np.array([river]))
        self._table = pd.DataFrame(
            [atlas[code].columns() for code in codes], columns=list(AREA_COLUMNS), dtype="str"
        )
        self._names = [pa.array(self._table[name], pa.string()) for name in AREA_COLUMNS]
        self._of_met = self._table["bcu_code"].notna().to_numpy(bool)
        self.bounds: Bounds = tuple(shapely.total_bounds(polygons))

    def __reduce__(self) -> tuple[type[Areas], tuple[Any, ...]]:
        return Areas, self._made_of

    def locate(self, lon: Floats, lat: Floats) -> Places:
        """Return for each point (degrees) the position of its ward, or `NOWHERE`."""
        return self._locator(lon, lat)

    def positions(self, codes: npt.NDArray[np.object_]) -> Places:
        """Return the positions of wards by their codes; `NOWHERE` for one that there is not."""
        known = pd.Index(self._table["ward_code"]).get_indexer(pd.Index(codes))
        places: Places = np.where(known < 0, NOWHERE, known).astype(np.int32)
        return places

    def in_met(self, places: Places) -> Mask:
        """Say which wards belong to a BCU; those of the City of London do not."""
        met: Mask = (places != NOWHERE) & self._of_met[places]
        return met

    def in_thames(self, lon: Floats, lat: Floats) -> Mask:
        """Say which points (degrees) lie in the river below mean high water, where no ward is."""
        inside = _within(lon, lat, tuple(shapely.bounds(self._river)))
        inside[inside] = shapely.contains_xy(self._river, lon[inside], lat[inside])
        return inside

    def columns(self, places: Places) -> list[Any]:
        """Return the `AREA_COLUMNS` of wards by position: text, missing where there is none."""
        return [self._table[name].array.take(places, allow_fill=True) for name in AREA_COLUMNS]

    def arrow_columns(self, places: Places) -> list[pa.DictionaryArray]:
        """Return the same in Arrow."""
        at = pa.array(places, mask=places == NOWHERE)
        return [pa.DictionaryArray.from_arrays(at, names) for names in self._names]


def add_areas(
    frame: pd.DataFrame,
    areas: Areas,
    coordinates: Where,
    *,
    prefix: str = "",
    outcome: str | None = None,
) -> pd.DataFrame:
    """Return the same rows with the ward, borough and BCU that each lies in.

    A partition of a larger table gets the same answers as the whole. On Dask::

        empty = add_areas(ddf.head(0), areas, coordinates)
        ddf.map_partitions(add_areas, dask.delayed(areas), coordinates, meta=empty)

    Parameters
    ----------
    frame
        Any table with the columns of `coordinates`, as numbers or as text.
    prefix
        Put before the name of every new column.
    outcome
        Name of one more column, categorical, that says with an `Outcome` how each row came out.

    Returns
    -------
    DataFrame
        The frame's columns, then `AREA_COLUMNS` as text: missing where a row is in no ward, and
        `bcu_code, bcu` also where it is in the City of London; then what `coordinates` adds.

    Raises
    ------
    SourceError
        If the frame has one of the new columns already.
    """
    names = new_names(frame.columns, coordinates, prefix=prefix)
    found = coordinates.find(frame, areas)
    added = [pd.array(found.columns[name], "str") for name in coordinates.adds]
    added = [pd.Series(each).mask(each == "").array for each in added]
    new = dict(zip(names, [*areas.columns(found.places), *added], strict=True))
    if outcome is not None:
        new[outcome] = _outcomes(found.outcomes)
    return pd.concat([frame, pd.DataFrame(new, index=frame.index)], axis=1)


def add_areas_to_points(
    frame: gpd.GeoDataFrame, areas: Areas, *, prefix: str = "", outcome: str | None = None
) -> gpd.GeoDataFrame:
    """Return `add_areas` of a frame whose geometry, in any CRS, are its points."""
    from bcumap.geo.projection import frame_to_bng  # here: OSTN15 is 13 MB

    where = Coordinates("easting", "northing", metres=True)
    new_names(frame.columns, where, prefix=prefix)
    metres = frame_to_bng(frame).geometry
    pair = pd.DataFrame({"easting": metres.x, "northing": metres.y})
    new = add_areas(pair, areas, where, prefix=prefix, outcome=outcome)
    return frame.join(new.drop(columns=["easting", "northing"]))


def new_names(
    names: Iterable[Hashable], coordinates: Where | None = None, *, prefix: str = ""
) -> list[str]:
    """Return the names of the new columns.

    Raises
    ------
    SourceError
        If a table with columns of these names has one of them already.
    """
    adds = coordinates.adds if coordinates else ()
    new = [prefix + name for name in (*AREA_COLUMNS, *adds)]
    if taken := [name for name in names if name in new]:
        raise SourceError(
            f"the table already has a column {taken[0]!r};"
            " say with --prefix what to put before the names of the new columns"
        )
    return new


def widened(schema: pa.Schema, coordinates: Where, *, prefix: str = "") -> pa.Schema:
    """Return the columns of a table, then the new ones; see `new_names` for its errors."""
    names = new_names(schema.names, coordinates, prefix=prefix)
    new = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*schema, *new], metadata=schema.metadata)


def widen(
    blocks: Iterable[Block],
    schema: pa.Schema,
    areas: Areas,
    coordinates: Where,
    *,
    tally: Tally,
) -> Iterator[pa.RecordBatch | Longer]:
    """Do what `add_areas` does for every block of a table in Arrow, and count the rows.

    The table's own columns are handed on as they are, whatever their type; text may be bytes.
    Reading, looking up and what the caller does with a block have a thread each.

    Parameters
    ----------
    schema
        What `widened` made of the table's own.
    """

    def look_up(block: Block) -> tuple[pa.RecordBatch | Longer, Block, Found]:
        batch = block.cells
        frame = pd.DataFrame({name: as_pandas(batch[name]) for name in coordinates.columns})
        found = coordinates.find(frame, areas)
        told = [_as_text(found.columns[name]) for name in coordinates.adds]
        new = [
            *areas.arrow_columns(found.places),
            *(pc.if_else(pc.equal(each, ""), None, each) for each in told),
        ]
        if block.lines is not None:
            return Longer(block.lines, new), block, found
        cells = [*batch.columns, *(each.cast(pa.string()) for each in new)]
        return pa.RecordBatch.from_arrays(cells, schema=schema), block, found

    with (
        closing(_ahead(blocks)) as read,
        closing(_ahead(map(look_up, read))) as looked_up,
    ):
        for batch, block, found in looked_up:
            tally.add(_outcomes(found.outcomes), block.numbers)
            if (apart := found.columns.get(APART)) is not None:
                tally.apart += int(apart.sum())
            yield batch


def _ahead(items: Iterable[T]) -> Generator[T]:
    """Make each item in a thread of its own, while the one before it is used."""
    source = iter(items)
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, source, None)
            yield item


def _as_text(values: npt.NDArray[Any]) -> pa.StringArray:
    return pa.array(values.astype(object), pa.string())


def as_frame(block: pa.RecordBatch) -> pd.DataFrame:
    """Return a block of a table in Arrow as a DataFrame; see `as_pandas`."""
    frame = pd.DataFrame(dict(enumerate(as_pandas(column) for column in block.columns)))
    return frame.set_axis(block.schema.names, axis=1)


def as_pandas(column: pa.Array) -> pd.Series:
    """Return a column in Arrow as a Series; bytes become text, Latin-1 if they are not UTF-8.

    Geometry (WKB) stays bytes: it begins with how its numbers are written, as no text does.
    """
    if pa.types.is_binary(column.type) and not _is_wkb(column):
        try:
            column = column.cast(pa.string())
        except pa.ArrowInvalid:
            column = pa.array([cell and cell.decode("latin-1") for cell in column.to_pylist()])
    series: pd.Series = column.to_pandas()
    return series


def _is_wkb(column: pa.Array) -> bool:
    first = next((cell.as_py() for cell in column if cell.is_valid), b"")
    return first[:1] in (b"\x00", b"\x01")


@dataclass
class Tally:
    """How many rows came out how, and the numbers of the first bad ones.

    Attributes
    ----------
    apart
        Rows whose two pairs of coordinates are of different places.
    """

    rows: int = 0
    apart: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    first: dict[str, list[int]] = field(default_factory=lambda: {each: [] for each in BAD})

    def add(self, outcomes: pd.Categorical, numbers: npt.NDArray[np.int64]) -> None:
        """Count some rows, which a spreadsheet would give these numbers."""
        codes = outcomes.codes
        counted = np.bincount(codes, minlength=len(Outcome))
        for code, outcome in enumerate(Outcome):
            self.counts[outcome] += int(counted[code])
            if outcome in BAD and counted[code] and len(self.first[outcome]) < FIRST_ROWS:
                self.first[outcome] += numbers[codes == code][:FIRST_ROWS].tolist()
                del self.first[outcome][FIRST_ROWS:]
        self.rows += len(codes)


def find_coordinates(
    head: pd.DataFrame,
    *,
    lon: str | None = None,
    lat: str | None = None,
    easting: str | None = None,
    northing: str | None = None,
    single: Mapping[str, str] | None = None,
    geometry: tuple[str, str] | None = None,
    postcodes: Callable[[], PostcodeBook] | None = None,
) -> Where:
    """Say which columns of a table hold its coordinates: those that are named, or guessed.

    Parameters
    ----------
    head
        Some first rows of the table; they tell degrees from metres where the names are x and y.
    lon, lat, easting, northing
        Names of two columns, if they are not to be guessed.
    single
        The name of one column instead, by what it holds: "gridref", "geometry" or "postcode".
    geometry
        The column of points and its CRS, if the file says.
    postcodes
        Opens London's postcodes, if they are needed.

    Raises
    ------
    SourceError
        If a named column is not there once, or none or several could be meant.
    """
    names = [str(name) for name in head.columns]
    if (lon is None) != (lat is None) or (easting is None) != (northing is None):
        raise SourceError("coordinates come in pairs: --lon with --lat, --easting with --northing")
    single = dict(single or {})
    if (lon is not None) + (easting is not None) + len(single) > 1:
        raise SourceError(
            "give one of --lon and --lat, --easting and --northing, --gridref, --geometry and"
            " --postcode, not both"
        )
    if lon is not None and lat is not None:
        return Coordinates(_given(lon, names), _given(lat, names))
    if easting is not None and northing is not None:
        return Coordinates(_given(easting, names), _given(northing, names), metres=True)
    if single:
        ((kind, name),) = single.items()
        return _single(kind, _given(name, names), head, geometry, postcodes)
    if geometry is not None:
        return _single("geometry", geometry[0], head, geometry, postcodes)
    return _guess(head, names, postcodes)


def _single(
    kind: str,
    name: str,
    head: pd.DataFrame,
    geometry: tuple[str, str] | None,
    postcodes: Callable[[], PostcodeBook] | None,
) -> Where:
    """Return what one column says."""
    if kind == "gridref":
        return GridReferences(name)
    if kind == "postcode" and postcodes is not None:
        return Postcodes(name, postcodes())
    crs = geometry[1] if geometry and geometry[0] == name else None
    if crs in ("EPSG:27700", "EPSG:4326", "OGC:CRS84"):
        return Geometries(name, crs == "EPSG:27700")
    if crs is not None:
        raise SourceError(
            f"the points are in {crs or 'no stated CRS'}; save them in EPSG:4326 or EPSG:27700"
        )
    x, y, _ = cells.points(head[name])
    return Geometries(name, _mostly_metres(x, y))


def _guess(
    head: pd.DataFrame, names: list[str], postcodes: Callable[[], PostcodeBook] | None
) -> Where:
    """Take the one pair of columns with usual names, else the one column that says it alone."""
    pairs = _pairs(names, USUAL_NAMES)
    whole = [pair for pair in pairs if len(pair[0]) == len(pair[1]) == 1]
    if len(whole) == len(pairs) == 2:  # of the same place, as NaPTAN and the ONS give both
        (degrees,), (metres,) = ([p for p in whole if p[2] is kind] for kind in (False, True))
        return Coordinates(
            metres[0][0], metres[1][0], metres=True, beside=(degrees[0][0], degrees[1][0])
        )
    if not pairs:
        plain = _plain_names(names)
        for kind, usual in (
            ("gridref", GRID_NAMES), ("geometry", GEOMETRY_NAMES), ("postcode", POSTCODE_NAMES),
        ):  # fmt: skip
            found = [name for name in names if plain[name] in usual]
            if len(found) == 1 and (kind != "postcode" or not _pairs(names, SHORT_NAMES)):
                return _single(kind, found[0], head, None, postcodes)
    pairs = pairs or _pairs(names, SHORT_NAMES)
    if len(pairs) != 1 or any(len(found) != 1 for found in pairs[0][:2]):
        raise SourceError(
            "which columns hold the coordinates is not clear; name them with --lon and --lat, or"
            " --easting and --northing, or one column with --postcode, --gridref or --geometry; the"
            f" columns are {_list(names)}"
        )
    ((x,), (y,), in_metres) = pairs[0]
    return Coordinates(x, y, _in_metres(head[x], head[y]) if in_metres is None else in_metres)


def _given(name: str, names: list[str]) -> str:
    if names.count(name) != 1:
        found = "no column" if name not in names else f"{names.count(name)} columns"
        raise SourceError(f"the table has {found} {name!r}; its columns are {_list(names)}")
    return name


def _pairs(names: list[str], usual: Kinds) -> list[tuple[list[str], list[str], bool | None]]:
    """Find the columns of every kind of coordinates of which there is a column at all."""
    plain = _plain_names(names)
    pairs = [
        ([n for n in names if plain[n] in xs], [n for n in names if plain[n] in ys], metres)
        for xs, ys, metres in usual
    ]
    return [pair for pair in pairs if pair[0] or pair[1]]


def _plain_names(names: list[str]) -> dict[str, str]:
    return {name: re.sub(r"[\s_@]", "", name).casefold() for name in names}


def _in_metres(x: pd.Series, y: pd.Series) -> bool:
    """Tell metres from degrees by what most values are."""
    return _mostly_metres(cells.numbers(x, metres=True)[0], cells.numbers(y, metres=True)[0])


def _mostly_metres(x: Floats, y: Floats) -> bool:
    known = np.isfinite(x) & np.isfinite(y)
    return bool(known.any()) and _within(x[known], y[known], WORLD).mean() < 0.5


def _list(names: list[str]) -> str:
    more = ", …" if len(names) > LISTED else ""
    return ", ".join(repr(name) for name in names[:LISTED]) + more


def _within(x: Floats, y: Floats, bounds: Bounds) -> Mask:
    """Say which points lie in a box; NaN lies in none."""
    left, bottom, right, top = bounds
    return (x >= left) & (x <= right) & (y >= bottom) & (y <= top)


def _of_points(
    x: Floats,
    y: Floats,
    empty: Mask,
    areas: Areas,
    *,
    metres: bool,
    unreadable: Outcome = Outcome.NOT_A_NUMBER,
) -> Found:
    """Look points up; NaN is what could not be read."""
    possible = _within(x, y, NATIONAL_GRID if metres else WORLD)
    known_x, known_y = np.where(possible, x, np.nan), np.where(possible, y, np.nan)
    lon, lat = _degrees(known_x, known_y, metres=metres)
    places = areas.locate(lon, lat)
    nowhere = places == NOWHERE
    in_thames = np.zeros(len(x), bool)
    in_thames[nowhere] = areas.in_thames(lon[nowhere], lat[nowhere])
    return Found(
        places,
        # In this order: the first that is true of a row is its outcome.
        {
            Outcome.EMPTY: empty,
            unreadable: np.isnan(x) | np.isnan(y),
            Outcome.OUT_OF_RANGE: ~possible,
            Outcome.MET: areas.in_met(places),
            Outcome.CITY: ~nowhere,
            Outcome.THAMES: in_thames,
            Outcome.SWAPPED: _within(y, x, LONDON_BOUNDS_BNG if metres else areas.bounds),
        },
    )


def _degrees(x: Floats, y: Floats, *, metres: bool) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes; NaN for what is nowhere near London, if in metres."""
    if not metres:
        return x, y
    from bcumap.geo.projection import bng_to_lonlat  # here: OSTN15 is 13 MB that degrees need not

    near = _within(x, y, LONDON_BOUNDS_BNG)
    lonlat = np.full((len(x), 2), np.nan)
    lonlat[near] = bng_to_lonlat(np.column_stack([x[near], y[near]]))
    return lonlat[:, 0], lonlat[:, 1]


def _outcomes(conditions: Mapping[Outcome, Mask]) -> pd.Categorical:
    """Give every row the first outcome whose condition it meets."""
    order = list(Outcome)
    codes = np.select(
        list(conditions.values()),
        [order.index(outcome) for outcome in conditions],
        default=order.index(Outcome.ELSEWHERE),
    )
    return pd.Categorical.from_codes(codes, dtype=_OUTCOMES)
