"""Cells that say a place -> numbers: coordinates as people write them, grid references, points."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# What is a number; the cast to one would take "nan" as well.
_NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^-?(?i:inf(inity)?)$"
_PLAIN = re.compile(_NUMBER, re.ASCII)
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_FORMULA = re.compile(r'="(.*)"')  # how some make Excel keep a cell as text
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_POINTS_BETWEEN = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)
_DMS = re.compile(
    r"([NSEW])?\s*([-+])?\s*(\d{1,3}(?:\.\d+)?)\s*(?:°|º|˚|deg|d|\s)?\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:'|′|’|‘|m|\s)\s*)?"
    r"""(?:(\d{1,2}(?:\.\d+)?)\s*(?:"|″|”|“|''|′′|’’|s)?\s*)?([NSEW])?""",
    re.IGNORECASE | re.ASCII,
)
_GRID = re.compile(r"([A-HJ-Z])([A-HJ-Z])\s*(\d{2,10}|\d{1,5}\s+\d{1,5})", re.IGNORECASE | re.ASCII)
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # of the National Grid: there is no I


def numbers(column: pd.Series, *, metres: bool) -> tuple[Floats, Mask]:
    """Read a column as coordinates: NaN for what is none; and say which cells are empty.

    Degrees may have decimal commas, signs, letters (N, W), minutes and seconds; metres may have
    commas between thousands.
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return values, np.isnan(values)
    text = _text(column)
    try:
        read = text.cast(pa.float64())
    except pa.ArrowInvalid:
        plain = pc.replace_substring_regex(text, r"^\+", "")
        is_number = pc.match_substring_regex(plain, _NUMBER)
        read = pc.if_else(is_number, plain, None).cast(pa.float64())
        return _each(text, read, _metres if metres else _degrees)
    return read.to_numpy(zero_copy_only=False), text.is_null().to_numpy(zero_copy_only=False)


def unusual(column: pd.Series, *, metres: bool) -> tuple[str, float] | None:
    """Return the first cell that is a coordinate but not plainly a number, and how it is read."""
    values, _ = numbers(column, metres=metres)
    for cell, value in zip(column, values, strict=True):
        if isinstance(cell, str) and value == value and not _PLAIN.fullmatch(cell.strip()):
            return cell, round(float(value), 7)
    return None


def grid_references(column: pd.Series) -> tuple[Floats, Floats, Mask]:
    """Read references of the National Grid ("TQ 389 773"): the middle of their squares (metres).

    Returns
    -------
    easting, northing, empty
        NaN for what is none, or is a square of more than 100 m.
    """
    text = _text(column)
    pairs = {cell: grid_reference(cell) for cell in text.unique().to_pylist() if cell is not None}
    none = (np.nan, np.nan)
    both = np.array([pairs.get(cell, none) for cell in text.to_pylist()], np.float64)
    both = both.reshape(-1, 2)
    return both[:, 0], both[:, 1], text.is_null().to_numpy(zero_copy_only=False)


def grid_reference(text: str) -> tuple[float, float]:
    """Read one reference of the National Grid: easting and northing (metres), NaN if it is none."""
    found = _GRID.fullmatch(text.translate(_MINUS).strip())
    digits = re.sub(r"\s", "", found[3]) if found else ""
    halves = found[3].split() if found else []
    uneven = len(halves) == 2 and len(halves[0]) != len(halves[1])
    if not found or len(digits) % 2 or len(digits) < 6 or uneven:
        return np.nan, np.nan
    first, second = (_LETTERS.index(letter.upper()) for letter in found.group(1, 2))
    east = ((first - 2) % 5) * 5 + second % 5
    north = 19 - first // 5 * 5 - second // 5
    half = len(digits) // 2
    size = 10 ** (5 - half)
    middle = size / 2 if size > 1 else 0.0
    x, y = (int(part) * size for part in (digits[:half], digits[half:]))
    return east * 100_000 + x + middle, north * 100_000 + y + middle


def points(column: pd.Series) -> tuple[Floats, Floats, Mask]:
    """Read a column of geometry (WKT, GeoJSON, WKB, or "51.5, -0.1"): x and y of its points.

    Returns
    -------
    x, y, empty
        NaN for what is no point.
    """
    present = column.notna().to_numpy(bool)
    cells = column.to_numpy(object)
    nothing = np.full(len(cells), None, object)
    if present.any() and isinstance(cells[present][0], bytes):
        shapes = shapely.from_wkb(np.where(present, cells, nothing), on_invalid="ignore")
    else:
        text = np.array([str(cell).strip() if is_there else "" for cell, is_there in
                         zip(cells, present, strict=True)], object)  # fmt: skip
        present = text != ""
        shapes = shapely.from_wkt(np.where(present, text, nothing), on_invalid="ignore")
        for place in np.flatnonzero(present & shapely.is_missing(shapes)):
            shapes[place] = _other_point(text[place])
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    lone = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes = np.where(lone, shapely.get_geometry(shapes, 0), shapes)
    shapes = np.where(is_point | lone, shapes, nothing)
    return shapely.get_x(shapes), shapely.get_y(shapes), ~present


def _other_point(text: str) -> shapely.Geometry | None:
    """Read GeoJSON, EWKT, WKB in hex, or latitude and longitude."""
    try:
        if text.startswith("{"):
            told = json.loads(text)
            return shapely.from_geojson(json.dumps(told.get("geometry", told)))
        if text.upper().startswith("SRID="):
            return shapely.from_wkt(text.partition(";")[2])
        if re.fullmatch(r"[0-9A-Fa-f]{42,}", text):
            return shapely.from_wkb(text)
    except (ValueError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return None
    between = r"\s*;\s*" if ";" in text else r"\s*[,\s]\s*"  # of 51,5; -0,1 the semicolon
    parts = [part for part in re.split(between, text.strip("()[] ")) if part]
    if len(parts) == 2:
        lat, lon = (_degrees(part) for part in parts)
        return shapely.Point(lon, lat) if np.isfinite([lat, lon]).all() else None
    return None


def _text(column: pd.Series) -> pa.Array:
    """Return a column as text without blanks around it; missing where there is nothing."""
    text = pa.array(column.astype("str"), pa.string(), from_pandas=True)
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), None, text)


def _each(text: pa.Array, read: pa.Array, reading: Callable[[str], float]) -> tuple[Floats, Mask]:
    """Read one by one what is there and has not been read."""
    values = read.to_numpy(zero_copy_only=False).copy()
    empty = text.is_null().to_numpy(zero_copy_only=False)
    left = np.flatnonzero(np.isnan(values) & ~empty)
    for place, cell in zip(left, text.take(pa.array(left)).to_pylist(), strict=True):
        values[place] = reading(cell)
    return values, empty


def _plain(text: str) -> str:
    text = text.translate(_MINUS).strip().strip("'").strip()
    if found := _FORMULA.fullmatch(text):
        text = found[1].strip()
    return text


def _metres(text: str) -> float:
    text = _plain(text).removesuffix("m").strip()
    text = re.sub(r"^[EN]\s*(?=\d)|(?<=\d)\s*[EN]$", "", text, flags=re.IGNORECASE)
    if re.fullmatch(r"\d{1,3}( \d{3})+(\.\d+)?", text):
        text = text.replace(" ", "")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif _POINTS_BETWEEN.fullmatch(text) and ("," in text or text.count(".") > 1):
        text = text.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text) if _PLAIN.fullmatch(text.removeprefix("+")) else np.nan


def _degrees(text: str) -> float:
    """Read degrees, with minutes and seconds if they are there; NaN if it is none."""
    text = _plain(text)
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if _PLAIN.fullmatch(text.removeprefix("+")):
        return float(text)
    found = _DMS.fullmatch(re.sub(r"(?<=\d),(?=\d)", ".", text))
    if not found:
        return np.nan
    before, sign, degrees, minutes, seconds, after = found.groups()
    if before and after:
        return np.nan
    parts = [float(degrees), float(minutes or 0), float(seconds or 0)]
    if parts[1] >= 60 or parts[2] >= 60:
        return np.nan
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    side = (before or after or "").upper()
    return -value if sign == "-" or side in ("S", "W") else value
