"""The ward, borough and BCU of every row of a table of points; frames in and out, reads no file."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import LONDON_BOUNDS_BNG
from bcumap.geo.locate import NOWHERE, Floats, Locator, Places, prepare

AREA_COLUMNS = ("ward_code", "ward", "borough_code", "borough", "bcu_code", "bcu")

# Usual names of the two columns of coordinates, and whether they are metres (None: their values
# tell); case, spaces and underscores do not matter.
USUAL_NAMES = (
    ({"lon", "lng", "long", "longitude"}, {"lat", "latitude"}, False),
    (
        {"easting", "eastings", "east1m", "oseast1m"},
        {"northing", "northings", "north1m", "osnrth1m"},
        True,
    ),
)
# Looked for only where a table has none of the above.
SHORT_NAMES = (({"e"}, {"n"}, True), ({"x"}, {"y"}, None))

# What a coordinate can be at all: degrees, and the extent of the National Grid (metres).
WORLD = (-180.0, -90.0, 180.0, 90.0)
NATIONAL_GRID = (0.0, 0.0, 700_000.0, 1_300_000.0)

# What is a number; the cast to one would take "nan" as well.
_NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^-?(?i:inf(inity)?)$"

FIRST_ROWS = 5  # how many numbers of bad rows are kept for the report
LISTED = 40  # how many columns an error names

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


BAD = (Outcome.EMPTY, Outcome.NOT_A_NUMBER, Outcome.SWAPPED, Outcome.OUT_OF_RANGE)
_OUTCOMES = pd.CategoricalDtype([str(outcome) for outcome in Outcome])


@dataclass(frozen=True)
class Coordinates:
    """The two columns that say where a point is.

    Attributes
    ----------
    x, y
        Names of the columns: longitude and latitude, or easting and northing.
    metres
        Whether they are British National Grid metres (EPSG:27700) and not degrees (EPSG:4326).
    """

    x: str
    y: str
    metres: bool = False


class Areas:
    """What rows are looked up in: the wards, the names of all areas, and the tidal Thames.

    It is pickled as what it was made of, because prepared geometries cannot be sent to another
    process; Dask sends it once to each worker if it is made `dask.delayed`.

    Parameters
    ----------
    codes, polygons
        GSS codes of the wards and their polygons (EPSG:4326), see `store.ward_polygons`.
    facts
        The facts of every area, see `store.facts`.
    river
        The tidal Thames (EPSG:4326), empty if it is not known, see `store.thames_polygon`.
    """

    def __init__(
        self,
        codes: Sequence[str],
        polygons: npt.NDArray[np.object_],
        facts: Mapping[str, Any],
        river: shapely.Geometry,
    ) -> None:
        self._made_of = (codes, polygons, facts, river)
        self._locator = Locator(polygons)
        self._river = river
        prepare(np.array([river]))
        self._table = _area_table(codes, facts)
        self._of_met = self._table["bcu_code"].notna().to_numpy(bool)
        self.bounds: Bounds = tuple(shapely.total_bounds(polygons))

    def __reduce__(self) -> tuple[type[Areas], tuple[Any, ...]]:
        return Areas, self._made_of

    def locate(self, lon: Floats, lat: Floats) -> Places:
        """Return for each point (degrees) the position of its ward, or `NOWHERE`."""
        return self._locator(lon, lat)

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


def add_areas(
    frame: pd.DataFrame,
    areas: Areas,
    coordinates: Coordinates,
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
        Any table with the two columns of `coordinates`, as numbers or as text.
    prefix
        Put before the name of every new column.
    outcome
        Name of one more column, categorical, that says with an `Outcome` how each row came out.

    Returns
    -------
    DataFrame
        The frame's columns, then `AREA_COLUMNS` as text: missing where a row is in no ward, and
        `bcu_code, bcu` also where it is in the City of London.

    Raises
    ------
    SourceError
        If the frame has one of the new columns already.
    """
    names = new_names(frame.columns, prefix=prefix)
    x, x_empty = _numbers(frame[coordinates.x])
    y, y_empty = _numbers(frame[coordinates.y])
    possible = _within(x, y, NATIONAL_GRID if coordinates.metres else WORLD)
    lon, lat = _degrees(np.where(possible, x, np.nan), np.where(possible, y, np.nan), coordinates)
    places = areas.locate(lon, lat)
    new = dict(zip(names, areas.columns(places), strict=True))
    if outcome is not None:
        near = LONDON_BOUNDS_BNG if coordinates.metres else areas.bounds
        # In this order: the first that is true of a row is its outcome.
        conditions = {
            Outcome.EMPTY: x_empty | y_empty,
            Outcome.NOT_A_NUMBER: np.isnan(x) | np.isnan(y),
            Outcome.OUT_OF_RANGE: ~possible,
            Outcome.MET: areas.in_met(places),
            Outcome.CITY: places != NOWHERE,
            Outcome.THAMES: areas.in_thames(lon, lat),
            Outcome.SWAPPED: _within(y, x, near),
        }
        new[outcome] = _outcomes(conditions)
    return pd.concat([frame, pd.DataFrame(new, index=frame.index)], axis=1)


def new_names(names: Iterable[Hashable], *, prefix: str = "") -> list[str]:
    """Return the names of the new columns.

    Raises
    ------
    SourceError
        If a table with columns of these names has one of them already.
    """
    new = [prefix + name for name in AREA_COLUMNS]
    if taken := [name for name in names if name in new]:
        raise SourceError(
            f"the table already has a column {taken[0]!r};"
            " say with --prefix what to put before the names of the new columns"
        )
    return new


def widened(schema: pa.Schema, *, prefix: str = "") -> pa.Schema:
    """Return the columns of a table, then the new ones; see `new_names` for its errors."""
    new = [pa.field(name, pa.string()) for name in new_names(schema.names, prefix=prefix)]
    return pa.schema([*schema, *new], metadata=schema.metadata)


def widen(
    blocks: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    areas: Areas,
    coordinates: Coordinates,
    *,
    tally: Tally,
) -> Iterator[pa.RecordBatch]:
    """Do what `add_areas` does for every block of a table in Arrow, and count the rows.

    The table's own columns are handed on as they are, whatever their type; text may be bytes.

    Parameters
    ----------
    schema
        What `widened` made of the table's own.
    """
    degrees_or_metres = Coordinates("x", "y", coordinates.metres)
    for block in blocks:
        x, y = block[coordinates.x], block[coordinates.y]
        pair = pd.DataFrame({"x": as_pandas(x), "y": as_pandas(y)})
        found = add_areas(pair, areas, degrees_or_metres, outcome="outcome")
        tally.add(found["outcome"])
        new = [pa.array(found[name], pa.string(), from_pandas=True) for name in AREA_COLUMNS]
        yield pa.RecordBatch.from_arrays([*block.columns, *new], schema=schema)


def as_frame(block: pa.RecordBatch) -> pd.DataFrame:
    """Return a block of a table in Arrow as a DataFrame; see `as_pandas`."""
    frame = pd.DataFrame(dict(enumerate(as_pandas(column) for column in block.columns)))
    return frame.set_axis(block.schema.names, axis=1)


def as_pandas(column: pa.Array) -> pd.Series:
    """Return a column in Arrow as a Series; bytes become text, Latin-1 if they are not UTF-8."""
    if pa.types.is_binary(column.type):
        try:
            column = column.cast(pa.string())
        except pa.ArrowInvalid:
            column = pa.array([cell and cell.decode("latin-1") for cell in column.to_pylist()])
    series: pd.Series = column.to_pandas()
    return series


@dataclass
class Tally:
    """How many rows came out how, and the numbers of the first bad ones.

    Attributes
    ----------
    first_row
        The number of the first row: 2 where a header is row 1, as a spreadsheet has it.
    """

    first_row: int = 1
    rows: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    first: dict[str, list[int]] = field(default_factory=lambda: {each: [] for each in BAD})

    def add(self, outcomes: pd.Series) -> None:
        """Count the next rows."""
        codes = outcomes.cat.codes.to_numpy()
        counted = np.bincount(codes, minlength=len(Outcome))
        for code, outcome in enumerate(Outcome):
            self.counts[outcome] += int(counted[code])
            if outcome in BAD and counted[code] and len(self.first[outcome]) < FIRST_ROWS:
                rows = np.flatnonzero(codes == code) + self.rows + self.first_row
                self.first[outcome] += rows.tolist()
                del self.first[outcome][FIRST_ROWS:]
        self.rows += len(codes)


def find_coordinates(
    head: pd.DataFrame,
    *,
    lon: str | None = None,
    lat: str | None = None,
    easting: str | None = None,
    northing: str | None = None,
) -> Coordinates:
    """Say which columns of a table hold its coordinates: those that are named, or guessed.

    Parameters
    ----------
    head
        Some first rows of the table; they tell degrees from metres where the names are x and y.
    lon, lat, easting, northing
        Names of two columns, if they are not to be guessed.

    Raises
    ------
    SourceError
        If a named column is not there once, or none or several could be meant.
    """
    names = [str(name) for name in head.columns]
    if (lon is None) != (lat is None) or (easting is None) != (northing is None):
        raise SourceError("coordinates come in pairs: --lon with --lat, --easting with --northing")
    if lon is not None and easting is not None:
        raise SourceError("give --lon and --lat, or --easting and --northing, not both")
    if lon is not None and lat is not None:
        return Coordinates(_given(lon, names), _given(lat, names))
    if easting is not None and northing is not None:
        return Coordinates(_given(easting, names), _given(northing, names), metres=True)
    return _guess(head, names)


def _given(name: str, names: list[str]) -> str:
    if names.count(name) != 1:
        found = "no column" if name not in names else f"{names.count(name)} columns"
        raise SourceError(f"the table has {found} {name!r}; its columns are {_list(names)}")
    return name


def _guess(head: pd.DataFrame, names: list[str]) -> Coordinates:
    """Take the one pair of columns with usual names."""
    pairs = _pairs(names, USUAL_NAMES) or _pairs(names, SHORT_NAMES)
    if len(pairs) != 1 or any(len(found) != 1 for found in pairs[0][:2]):
        raise SourceError(
            "which columns hold the coordinates is not clear; name them with --lon and --lat, or"
            f" --easting and --northing; the columns are {_list(names)}"
        )
    ((x,), (y,), metres) = pairs[0]
    return Coordinates(x, y, _in_metres(head[x], head[y]) if metres is None else metres)


def _pairs(names: list[str], usual: Kinds) -> list[tuple[list[str], list[str], bool | None]]:
    """Find the columns of every kind of coordinates of which there is a column at all."""
    plain = {name: re.sub(r"[\s_]", "", name).casefold() for name in names}
    pairs = [
        ([n for n in names if plain[n] in xs], [n for n in names if plain[n] in ys], metres)
        for xs, ys, metres in usual
    ]
    return [pair for pair in pairs if pair[0] or pair[1]]


def _in_metres(x: pd.Series, y: pd.Series) -> bool:
    """Tell metres from degrees by what most values are."""
    numbers, _ = _numbers(x)
    others, _ = _numbers(y)
    known = np.isfinite(numbers) & np.isfinite(others)
    return bool(known.any()) and _within(numbers[known], others[known], WORLD).mean() < 0.5


def _list(names: list[str]) -> str:
    more = ", …" if len(names) > LISTED else ""
    return ", ".join(repr(name) for name in names[:LISTED]) + more


def _numbers(column: pd.Series) -> tuple[Floats, Mask]:
    """Read a column as numbers: NaN for what is none; and say which cells are empty."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return values, np.isnan(values)
    text = pa.array(column.astype("str"), pa.string(), from_pandas=True)
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.equal(text, ""), None, text)
    try:
        numbers = text.cast(pa.float64())
    except pa.ArrowInvalid:
        text = pc.replace_substring_regex(text, r"^\+", "")
        written = pc.match_substring_regex(text, _NUMBER)
        numbers = pc.if_else(written, text, None).cast(pa.float64())
    return numbers.to_numpy(zero_copy_only=False), text.is_null().to_numpy(zero_copy_only=False)


def _within(x: Floats, y: Floats, bounds: Bounds) -> Mask:
    """Say which points lie in a box; NaN lies in none."""
    left, bottom, right, top = bounds
    return (x >= left) & (x <= right) & (y >= bottom) & (y <= top)


def _degrees(x: Floats, y: Floats, coordinates: Coordinates) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes; NaN for what is nowhere near London, if in metres."""
    if not coordinates.metres:
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


def _area_table(codes: Sequence[str], facts: Mapping[str, Any]) -> pd.DataFrame:
    """Return the `AREA_COLUMNS` of every ward, in the order of the codes."""
    rows = []
    for code in codes:
        ward = facts["wards"][code]
        borough = facts["boroughs"][ward["borough_code"]]
        bcu = borough["bcu_code"]
        bcu_name = facts["bcus"][bcu]["name"] if bcu else None
        rows.append((code, ward["name"], ward["borough_code"], borough["name"], bcu, bcu_name))
    return pd.DataFrame(rows, columns=list(AREA_COLUMNS), dtype="str")
