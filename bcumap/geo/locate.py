"""Which polygon of a coverage holds a point, exactly, for millions of points; reads no file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

NOWHERE = -1  # in no polygon: outside all of them, or exactly on a boundary
_EDGE = -2  # a boundary passes through the cell: only the geometry can tell

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
    in one polygon or in none, so its points are answered by looking it up; points of any other
    cell are tested against the polygons themselves. The answers are those of
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
        self._tree = shapely.STRtree(polygons)
        self._cell = np.array(cell)
        left, bottom, right, top = shapely.total_bounds(polygons)
        # A rim that no boundary touches: whatever lies farther out is looked up there.
        self._origin = np.array([left, bottom]) - 2 * self._cell
        size = np.array([right, top]) - self._origin
        self._columns, self._rows = (int(n) for n in np.ceil(size / self._cell) + 2)
        self._grid = self._lay_out(self._touched()).ravel()

    def __call__(self, x: Floats, y: Floats) -> Places:
        """Return for each point the position of its polygon, or `NOWHERE` (also for NaN)."""
        row, column = self._cells(y, 1, self._rows), self._cells(x, 0, self._columns)
        places: Places = self._grid[row * self._columns + column]
        edge = np.flatnonzero(places == _EDGE)
        places[edge] = self._test(x[edge], y[edge])
        return places

    def _cells(self, values: Floats, axis: int, number: int) -> npt.NDArray[np.int32]:
        """Return the columns (axis 0) or rows (axis 1) of coordinates; the rim for what is none."""
        cells: Floats = (values - self._origin[axis]) / self._cell[axis]
        np.fmax(cells, 0, out=cells)  # also NaN
        np.fmin(cells, number - 1, out=cells)
        return cells.astype(np.int32)

    def _test(self, x: Floats, y: Floats) -> Places:
        """Test points against the polygons whose bounds hold them.

        One polygon after the other, which is twice as quick as from one to another and back.
        """
        point, polygon = self._tree.query(shapely.points(x, y))
        order = np.argsort(polygon.astype(np.int16), kind="stable")
        point, polygon = point[order], polygon[order]
        inside = shapely.contains_xy(self._polygons[polygon], x[point], y[point])
        places = np.full(len(x), NOWHERE, np.int16)
        places[point[inside]] = polygon[inside]
        return places

    def _touched(self) -> npt.NDArray[np.bool_]:
        """Mark every cell that a boundary touches, and a few that it only comes near to.

        Boundaries are cut into pieces no longer than a cell, and all cells of a piece's bounds are
        marked: to mark one too many costs time, never exactness.
        """
        rings = shapely.get_parts(shapely.boundary(self._polygons))
        pieces = shapely.segmentize(rings, self._cell.min())
        ends, ring = shapely.get_coordinates(pieces, return_index=True)
        joined = ring[1:] == ring[:-1]
        places = (ends - self._origin) / self._cell
        start, end = places[:-1][joined], places[1:][joined]
        first = np.floor(np.minimum(start, end) - _MARGIN).astype(np.int32)
        last = np.floor(np.maximum(start, end) + _MARGIN).astype(np.int32)
        touched = np.zeros((self._rows, self._columns), bool)
        wide, high = (last - first).max(axis=0)
        for right in range(wide + 1):
            for up in range(high + 1):
                column, row = np.minimum(first + np.array([right, up]), last).T
                touched[row, column] = True
        return touched

    def _lay_out(self, touched: npt.NDArray[np.bool_]) -> Places:
        """Name the polygon of every cell that no boundary touches.

        No boundary lies between neighbours that are both untouched, so one test per run of such
        cells in a row is enough.
        """
        begins = ~touched
        begins[:, 1:] &= touched[:, :-1]
        row, column = np.nonzero(begins)
        centres = self._origin + (np.column_stack([column, row]) + 0.5) * self._cell
        found = self._test(*np.ascontiguousarray(centres.T))
        found = np.append(found, np.int16(NOWHERE))  # run -1: touched cells before any other
        run = np.cumsum(begins, dtype=np.int32) - 1
        grid = np.where(touched.ravel(), np.int16(_EDGE), found[run])
        return grid.reshape(touched.shape)
