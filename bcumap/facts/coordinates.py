"""The ways in which people write a point, read into two numbers; looks nothing up.

Degrees in decimals or minutes and seconds, with decimal commas, as POINT(…), geo: and links of
maps; metres and references of the National Grid.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBER = r"([+-]?[0-9]{1,7}(?:\.[0-9]{1,20})?)"
_POINT = re.compile(
    rf"[(\[]?{_NUMBER}°? ?([NS]?)[,; ] ?{_NUMBER}°? ?([EW]?)[)\]]?(?: ?± ?([0-9]{{1,7}}) ?m?)?",
    re.IGNORECASE,
)
_SIDES_FIRST = re.compile(rf"([NS]) ?{_NUMBER}°?[,; ]* ?([EW]) ?{_NUMBER}°?", re.IGNORECASE)
_METRES = r"([0-9]{6}|[0-9]{3},[0-9]{3})"
_EAST_NORTH = re.compile(
    rf"(?:E(?:asting)?)?[:= ]*{_METRES}[,; ]+(?:N(?:orthing)?)?[:= ]*{_METRES}", re.IGNORECASE
)
_COMMAS = re.compile(r"([+-]?[0-9]{1,2},[0-9]{2,15})(?:°| |;|, )+([+-]?[0-9]{1,2},[0-9]{2,15})")
_LAT_LON = re.compile(
    rf"lat(?:itude)?[:= ]*{_NUMBER}[,;& ]+(?:lon|lng|long|longitude)[:= ]*{_NUMBER}", re.IGNORECASE
)
_WKT = re.compile(rf"(?:SRID=4326;)?POINT ?\( ?{_NUMBER} {_NUMBER} ?\)", re.IGNORECASE)
_GEO = re.compile(rf"geo:{_NUMBER},{_NUMBER}(?:[,;?].*)?", re.IGNORECASE)
_SECONDS = r"(?:([0-9]{1,2}(?:\.[0-9]{1,9})?)(?:[\"”″s]|''|′′)? ?)?"
_PART = rf"([0-9]{{1,3}})[°ºd ] ?([0-9]{{1,2}})['’′m ] ?{_SECONDS}"
_DMS = re.compile(rf"{_PART}([NS])[, ]*{_PART}([EW])", re.IGNORECASE)
_GRID = re.compile(r"([HJNOST][A-HJ-Z]) ?([0-9]{2,5}) ?([0-9]{2,5})", re.IGNORECASE)
_DEGREES = r"(-?[0-9]{1,3}\.[0-9]{1,20})"
# In links of maps: the place that is marked before the middle of what is shown.
_IN_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{_DEGREES}!4d{_DEGREES}",
        rf"[?&]mlat={_DEGREES}&mlon={_DEGREES}",
        rf"[?&](?:q|query|ll|sll|daddr|cp|center)=(?:loc:)?{_DEGREES}(?:,|%2C|~){_DEGREES}",
        rf"[?&]lat={_DEGREES}&(?:lon|lng)={_DEGREES}",
        rf"/@{_DEGREES},{_DEGREES}",
        rf"#map=[0-9.]+/{_DEGREES}/{_DEGREES}",
        rf"/(?:place|search)/{_DEGREES},{_DEGREES}",
    )
)
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # of the grid's squares: there is no I
_GRID_DIGITS = 5  # to the metre


class Numbers(NamedTuple):
    """Latitude and longitude, or easting and northing, as `Surroundings.of` takes them."""

    first: float
    second: float
    exact_to_m: float = 0.0


def read(text: str) -> Numbers | None:
    """Return the point that a text is, or None if it is none."""
    text = text.replace("−", "-")
    if found := _POINT.fullmatch(text):
        first, second = float(found[1]), float(found[3])
        first = -abs(first) if found[2].upper() == "S" else first
        second = -abs(second) if found[4].upper() == "W" else second
        return Numbers(first, second, float(found[5] or 0))
    if found := _SIDES_FIRST.fullmatch(text):
        north, east = (-1 if side.upper() in "SW" else 1 for side in (found[1], found[3]))
        return Numbers(north * float(found[2]), east * float(found[4]))
    if found := _EAST_NORTH.fullmatch(text):
        return Numbers(*(float(metres.replace(",", "")) for metres in found.groups()))
    if found := _GRID.fullmatch(text):
        return _of_grid(found[1].upper(), found[2], found[3])
    if found := _COMMAS.fullmatch(text):
        return Numbers(float(found[1].replace(",", ".")), float(found[2].replace(",", ".")))
    if found := _WKT.fullmatch(text):
        return Numbers(float(found[2]), float(found[1]))
    if found := _GEO.fullmatch(text) or _LAT_LON.fullmatch(text):
        return Numbers(float(found[1]), float(found[2]))
    if found := _DMS.fullmatch(text):
        return Numbers(_of_sixtieths(*found.groups()[:4]), _of_sixtieths(*found.groups()[4:]))
    if re.match(r"(?:https?://|www\.|maps\.)", text):
        return _of_link(text)
    return None


def _of_sixtieths(degrees: str, minutes: str, seconds: str | None, side: str) -> float:
    value = int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600
    return -value if side.upper() in "SW" else value


def _of_grid(square: str, east: str, north: str) -> Numbers | None:
    """Return the middle of a square of the National Grid, exact to half of its diagonal."""
    if len(east) != len(north):
        return None
    first, second = (_LETTERS.index(letter) for letter in square)
    columns = (first % 5 - 2) * 5 + second % 5
    rows = (3 - first // 5) * 5 + 4 - second // 5
    side = 10 ** (_GRID_DIGITS - len(east))
    easting = columns * 100_000 + int(east) * side + side / 2
    northing = rows * 100_000 + int(north) * side + side / 2
    return Numbers(easting, northing, round(side * 0.71) if side > 1 else 0)


def _of_link(text: str) -> Numbers | None:
    for pattern in _IN_LINKS:
        if found := pattern.search(text):
            return Numbers(float(found[1]), float(found[2]))
    return None
