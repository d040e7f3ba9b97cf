"""Hand-drawn squares: small coverages that a test can name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Polygons = npt.NDArray[np.object_]

SIDE = 100.0  # metres
LONDON = (530_000.0, 180_000.0)  # a place to draw in that OSTN15 covers


def square(column: float, row: float, *, side: float = SIDE) -> shapely.Polygon:
    """One square of a grid whose squares are 100 m wide, or another of the same corner."""
    east, north = column * SIDE, row * SIDE
    return shapely.box(east, north, east + side, north + side)


def row_of(number: int) -> Polygons:
    """Squares in a row, each sharing an edge with the next."""
    return np.array([square(column, 0) for column in range(number)])


def grid(size: int) -> Polygons:
    """Squares that fill a square, row by row."""
    return np.array([square(column, row) for row in range(size) for column in range(size)])


def in_london(polygons: Polygons) -> Polygons:
    """The same squares where London is, EPSG:27700."""
    return shapely.transform(polygons, lambda xy: xy + LONDON)


def wavy(column: int, *, steps: int = 200, height: float = 4.0) -> shapely.Polygon:
    """A square whose left and right edges wave, so that there is something to simplify."""
    up = np.linspace(0.0, SIDE, steps)
    wave = height * np.sin(up / 3.0)
    left = np.column_stack([column * SIDE + wave, up])
    right = np.column_stack([(column + 1) * SIDE + wave, up])
    return shapely.Polygon(np.vstack([left, right[::-1]]))


def wavy_row(number: int) -> Polygons:
    """Squares in a row that share their waving edges vertex for vertex."""
    return np.array([wavy(column) for column in range(number)])
