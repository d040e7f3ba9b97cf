"""Degrees ↔ metres of the National Grid around London, to half a metre; standard library only.

For what is drawn. What is measured goes through `projection`, which is exact and takes NumPy.
"""

from __future__ import annotations

# By least squares on OSTN15 within 0.6° W to 0.45° E and 51.2° to 51.8° N; of u = longitude + 0.1,
# v = latitude - 51.5 the factors of 1, u, v, u², u·v, v².
_EAST = (531_977.6, 69_405.2, -2_886.5, -4.1, -1_520.0, -21.1)
_NORTH = (179_606.8, 1_801.6, 111_200.9, 474.2, -14.1, 6.9)
FACTORS = (_EAST, _NORTH)


def metres(lon: float, lat: float) -> tuple[float, float]:
    """Return easting and northing (metres, EPSG:27700) of a point in or near London."""
    u, v = lon + 0.1, lat - 51.5
    a, b, c, d, e, f = _EAST
    p, q, r, s, t, w = _NORTH
    return (
        a + u * (b + d * u + e * v) + v * (c + f * v),
        p + u * (q + s * u + t * v) + v * (r + w * v),
    )


def degrees(easting: float, northing: float) -> tuple[float, float]:
    """Return longitude and latitude (EPSG:4326) of a point in or near London: `metres` undone."""
    lon, lat = -0.1, 51.5
    for _ in range(4):  # each step is a thousand times nearer
        east, north = metres(lon, lat)
        lon += (easting - east) / _EAST[1]
        lat += (northing - north) / _NORTH[2]
    return lon, lat
