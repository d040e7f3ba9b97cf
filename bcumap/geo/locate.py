"""Which polygon of a coverage holds a point, exactly, for millions of points; reads no file."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

NOWHERE = -1  # in no polygon: outside all of them, or exactly on a boundary
# From here down: a boundary passes through the cell, and only the geometries can tell.
_EDGE = -2

# The cells of the grid over London in degrees: about 28 m by 28 m. Smaller ones answer more points
# at once, but the grid takes longer to lay out: at half the size, 1.7 times as fast for 4 times the
# memory.
CELL_DEGREES = (0.0004, 0.00025)
# How far from a boundary a cell may lie and still count as touched by it (share of a cell): far
# more than rounding can move a coordinate, far less than matters.
_MARGIN = 1e-6

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int16]


def prepare(polygons: npt.NDArray[np.object_]) -> None:
    """Prepare polygons for quick tests of points, in any thread.

    GEOS makes what is quick about a prepared polygon at its first two tests, and takes no lock:
    threads that meet there crash the process. So those two are done here.
    """
    shapely.prepare(polygons)
    left, bottom, right, top = shapely.bounds(polygons).T
    for _ in range(2):
        shapely.contains_xy(polygons, (left + right) / 2, (bottom + top) / 2)


class Locator:
    """Tell in which polygon of a coverage points lie.

    A grid of small cells is laid over the coverage. A cell that no boundary touches lies as a whole
    in one polygon or in none, so its points are answered by looking it up; any other cell has a few
    candidates, against which its points are tested. The answers are those of
    ``geopandas.sjoin(..., predicate="within")``: a point on a boundary lies in no polygon.

    Parameters
    ----------
    polygons
        A valid coverage (no overlaps) of fewer than 32,768 polygons in any CRS.
    cell
        Width and height of a cell, in units of that CRS.
    """

    def __init__(
        self, polygons: npt.NDArray[np.object_], *, cell: tuple[float, float] = CELL_DEGREES
    ) -> None:
        self._polygons = polygons
        prepare(polygons)
        self._cell = np.array(cell)
        left, bottom, right, top = shapely.total_bounds(polygons)
        # A rim that no boundary touches: whatever lies farther out is looked up there.
        self._origin = np.array([left, bottom]) - 2 * self._cell
        size = np.array([right, top]) - self._origin
        self._columns, self._rows = (int(n) for n in np.ceil(size / self._cell) + 2)
        self._grid, self._candidates = self._lay_out()

    def __call__(self, x: Floats, y: Floats) -> Places:
        """Return for each point the position of its polygon, or `NOWHERE` (also for NaN)."""
        row, column = self._cells(y, 1, self._rows), self._cells(x, 0, self._columns)
        found = self._grid[row * self._columns + column]
        edge = np.flatnonzero(found <= _EDGE)
        candidates = self._candidates[_EDGE - found[edge]]
        places: Places = found.astype(np.int16, copy=False)
        places[edge] = self._test(x[edge], y[edge], candidates)
        return places

    def _cells(self, values: Floats, axis: int, number: int) -> npt.NDArray[np.int32]:
        """Return the columns (axis 0) or rows (axis 1) of coordinates; the rim for what is none."""
        cells: Floats = (values - self._origin[axis]) / self._cell[axis]
        np.fmax(cells, 0, out=cells)  # also NaN
        np.fmin(cells, number - 1, out=cells)
        return cells.astype(np.int32)

    def _test(self, x: Floats, y: Floats, candidates: Places) -> Places:
        """Test points against their candidates (one row for each; `NOWHERE` is none).

        One polygon after the other, which is twice as quick as from one to another and back.
        """
        places = np.full(len(x), NOWHERE, np.int16)
        for polygon in candidates.T:
            point = np.flatnonzero((places == NOWHERE) & (polygon != NOWHERE))
            point = point[np.argsort(polygon[point], kind="stable")]
            inside = shapely.contains_xy(self._polygons[polygon[point]], x[point], y[point])
            point = point[inside]
            places[point] = polygon[point]
        return places

    def _search(self, tree: shapely.STRtree, places: Floats) -> Places:
        """Return the polygons of points (x and y in columns) of which no candidates are known."""
        point, polygon = tree.query(shapely.points(places))
        inside = shapely.contains_xy(self._polygons[polygon], *places[point].T)
        found = np.full(len(places), NOWHERE, np.int16)
        found[point[inside]] = polygon[inside]
        return found

    def _touched(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return every cell that a boundary touches, and the polygon whose boundary it is.

        Some come that it is only near to. Boundaries are cut into pieces no longer than a cell, and
        all cells of a piece's bounds are taken: one too many costs time, never exactness.
        """
        outlines, polygon = shapely.get_parts(shapely.boundary(self._polygons), return_index=True)
        pieces = shapely.segmentize(outlines, self._cell.min())
        ends, ring = shapely.get_coordinates(pieces, return_index=True)
        joined = ring[1:] == ring[:-1]
        of_polygon = polygon[ring[1:]][joined]
        places = (ends - self._origin) / self._cell
        start, end = places[:-1][joined], places[1:][joined]
        first = np.floor(np.minimum(start, end) - _MARGIN).astype(np.int32)
        last = np.floor(np.maximum(start, end) + _MARGIN).astype(np.int32)
        touched = []
        wide, high = (last - first).max(axis=0)
        for right in range(wide + 1):
            for up in range(high + 1):
                there = first + np.array([right, up])
                is_of = (there <= last).all(axis=1)
                column, row = there[is_of].astype(np.int64).T
                cell = row * self._columns + column
                touched.append(cell * len(self._polygons) + of_polygon[is_of])
        codes = np.sort(np.concatenate(touched))
        return np.divmod(codes[np.diff(codes, prepend=-1) > 0], len(self._polygons))

    def _lay_out(self) -> tuple[npt.NDArray[np.signedinteger[Any]], Places]:
        """Return the grid, and the candidates that its cells at boundaries name by their row.

        No boundary lies between neighbours that are both untouched, so one test per run of such
        cells in a row is enough. Whatever lies in a cell that a boundary touches is a candidate by
        its own boundary; but one that it is only near to may be all within another polygon.
        """
        tree = shapely.STRtree(self._polygons)
        cells, polygon = self._touched()
        cell, starts, counts = np.unique(cells, return_index=True, return_counts=True)
        candidates = np.full((len(cell), counts.max() + 1), NOWHERE, np.int16)
        at = np.repeat(np.arange(len(cell)), counts)
        candidates[at, np.arange(len(cells)) - starts[at]] = polygon
        middles = self._middles(cell)
        x, y = np.ascontiguousarray(middles.T)
        other = np.flatnonzero(self._test(x, y, candidates) == NOWHERE)
        candidates[other, -1] = self._search(tree, middles[other])
        which = np.zeros(len(cell), np.int64)  # of the sets there are, column by column
        for column in candidates.T:
            which = which * (len(self._polygons) + 1) + column
            _, some, which = np.unique(which, return_index=True, return_inverse=True)
        sets: Places = candidates[some]

        touched = np.zeros((self._rows, self._columns), bool)
        touched.ravel()[cell] = True
        begins = ~touched
        begins[:, 1:] &= touched[:, :-1]
        found = self._search(tree, self._middles(np.flatnonzero(begins)))
        run = np.cumsum(begins, dtype=np.int32) - 1
        run[touched.ravel()] = 0  # of which nothing is taken; there may be none before the first
        fits = len(sets) < np.iinfo(np.int16).max
        grid: npt.NDArray[np.signedinteger[Any]] = found[run].astype(np.int16 if fits else np.int32)
        grid[cell] = _EDGE - which
        return grid, sets

    def _middles(self, cells: npt.NDArray[np.int64]) -> Floats:
        """Return the middles of cells, x and y in columns."""
        row, column = np.divmod(cells, self._columns)
        middles: Floats = self._origin + (np.column_stack([column, row]) + 0.5) * self._cell
        return middles
