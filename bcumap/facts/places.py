"""Streets and places by name, and the tiles of the map below the areas; reads what the build wrote.

A table is kept as the sorted text that it is and looked up by bisection: 55,000 streets then take
a few megabytes of a serving process and are ready at once. Tables of different licences are
different files, and every row says whose it is.
"""

from __future__ import annotations

import csv
import itertools
import json
import lzma
import math
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from bcumap.base import compact, plane, zips
from bcumap.base.errors import DataError
from bcumap.facts.areas import normalise

FOLDER = "context"
ROADS, GROUND = f"{FOLDER}/roads.zip", f"{FOLDER}/ground.zip"
BORDERS = "web/borders.zip"  # the edges of wards, in the small tiles
STREET_LINES = f"{FOLDER}/street_lines.csv.xz"
STREET_POINTS = f"{FOLDER}/street_points.csv.xz"
PLACES, GREEN_SPACES = f"{FOLDER}/places.csv.xz", f"{FOLDER}/green_spaces.csv.xz"
TABLES = (STREET_LINES, STREET_POINTS, PLACES, GREEN_SPACES)
FILES = (ROADS, GROUND, *TABLES)

CLASSES = ("motorway", "trunk", "A road", "B road", "local")
LABELLED = ("locality", "station", "park", "hospital")  # the kinds whose names tiles hold
# Sides of the tiles in metres: the small ones hold all, the large ones what is seen from afar. A
# small one is there twice: `FAR` after its name, it has what is seen where local streets bear no
# names.
TILE_M, WIDE_M = 2_000, 10_000
FAR = "-far"
TILE_NAMES = "names.txt"  # in a file of tiles
SQUARES_KEPT = 4  # of a file, unpacked: some hundred thousand bytes each
UNREADABLE = (OSError, EOFError, lzma.LZMAError)
NO_ROADS: Mapping[str, Any] = {"streets": (), "incomplete": True}  # of a tile that has none

# The kinds of places, and how far around its centre a place without a boundary is taken to reach.
REACH_M = {
    "locality": 800, "station": 100, "tram stop": 50, "park": 250, "hospital": 150,
    "police building": 50,
}  # fmt: skip

# What people write for the words that streets end in.
ENDINGS = {
    "av": "avenue", "ave": "avenue", "cl": "close", "cres": "crescent", "cresc": "crescent",
    "ct": "court", "dr": "drive", "gdns": "gardens", "gdn": "gardens", "gr": "grove",
    "grn": "green", "hl": "hill", "la": "lane", "ln": "lane", "mws": "mews", "pde": "parade",
    "pk": "park", "pl": "place", "rd": "road", "sq": "square", "st": "street", "str": "street",
    "ter": "terrace", "tce": "terrace", "wlk": "walk", "wy": "way",
}  # fmt: skip


def street_key(text: str) -> str:
    """Write a name as streets are sorted by: normalised, its last word in full."""
    words = normalise(text).split()
    if len(words) > 1:
        words[-1] = ENDINGS.get(words[-1], words[-1])
    return " ".join(words)


class InWard(NamedTuple):
    """A ward in which something lies."""

    code: str
    metres: int  # of a street, inside of it; of a place, how far its centre is from it
    along_m: int = 0  # of a street, within 5 m of the ward's edge, if it runs along it


class Found(NamedTuple):
    """A street or a place.

    Attributes
    ----------
    kind
        "street", or one of `REACH_M`.
    lat, lon
        A point on the street near its middle, or the centre of a place (EPSG:4326).
    district
        The postcode district of the nearest postcode in use, or "".
    wards
        Of a street by metres, longest first; of a place by distance, nearest first.
    table
        The file it is from, whose passport says whose it is.
    is_cut
        Whether the line goes on beyond where the layer ends.
    also
        Another file that some of the wards are from, or "".
    """

    name: str
    kind: str
    lat: float
    lon: float
    district: str
    wards: tuple[InWard, ...]
    table: str
    is_cut: bool = False
    also: str = ""


class Table:
    """A sorted table, looked up by the keys of its names.

    Parameters
    ----------
    name
        Of the file.
    text
        CSV with a header, sorted by `street_key` of its first column.
    """

    def __init__(self, name: str, text: bytes) -> None:
        self.name = name
        self._text = text
        header, _, _ = text.partition(b"\n")
        self._columns = header.decode().split(",")
        self._starts = array("I", _line_starts(text))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[Found]:
        return map(self._found, range(len(self)))

    def starting(self, key: str) -> Iterator[Found]:
        """Yield all whose key begins with a key, in the order of the keys."""
        for place in range(self._place(key), len(self)):
            if not self._key(place).startswith(key):
                return
            yield self._found(place)

    def exact(self, key: str) -> list[Found]:
        """Return all of this key."""
        found = []
        for place in range(self._place(key), len(self)):
            if self._key(place) != key:
                break
            found.append(self._found(place))
        return found

    def keys_from(self, letter: str) -> Iterator[str]:
        """Yield every key that begins with a letter, once."""
        last = ""
        for place in range(self._place(letter), len(self)):
            key = self._key(place)
            if not key.startswith(letter):
                return
            if key != last:
                yield key
            last = key

    def _place(self, key: str) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._key(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def _key(self, place: int) -> str:
        return _key_of(self._line(place).split('"')[1] if self._is_quoted(place) else
                       self._line(place).partition(",")[0])  # fmt: skip

    def _is_quoted(self, place: int) -> bool:
        return self._text[self._starts[place]] == ord('"')

    def _line(self, place: int) -> str:
        return self._text[self._starts[place] : self._starts[place + 1] - 1].decode()

    def _found(self, place: int) -> Found:
        row = dict(zip(self._columns, next(csv.reader([self._line(place)])), strict=True))
        return Found(
            row["name"],
            row.get("kind", "street"),
            float(row["lat"]),
            float(row["lon"]),
            row["district"],
            tuple(read_wards(row["wards"])),
            self.name,
            row.get("is_cut") == "yes",
        )


@lru_cache(4_000)
def _key_of(name: str) -> str:
    return street_key(name)


def _line_starts(text: bytes) -> Iterator[int]:
    at = text.find(b"\n") + 1
    while 0 < at <= len(text):
        yield at
        following = text.find(b"\n", at) + 1
        if not following:
            return
        at = following


def write_wards(wards: Iterable[InWard]) -> str:
    """Write wards as a cell of a table: "E05009317:420:35 E05009318:12"."""
    return " ".join(
        f"{each.code}:{each.metres}" + (f":{each.along_m}" if each.along_m else "")
        for each in wards
    )


def read_wards(text: str) -> Iterator[InWard]:
    """Read a cell that `write_wards` wrote."""
    for each in text.split():
        code, *numbers = each.split(":")
        yield InWard(code, *map(int, numbers))


def write_lines(lines: Iterable[Iterable[Sequence[int]]]) -> str:
    """Write lines of whole numbers as text, a space between two.

    A point is the step from the one before it, in the same line or the last one: five bits a sign,
    the lowest first (as in Google's polylines).
    """
    written, x, y = [], 0, 0
    for line in lines:
        signs = []
        for u, v in line:
            signs += [_signs(u - x), _signs(v - y)]
            x, y = u, v
        written.append("".join(signs))
    return " ".join(written)


def _signs(step: int) -> str:
    rest = ~(step << 1) if step < 0 else step << 1
    signs = ""
    while rest >= 32:
        signs += chr((32 | rest & 31) + 63)
        rest >>= 5
    return signs + chr(rest + 63)


def read_lines(text: str, unit: float = 1) -> list[list[tuple[float, float]]]:
    """Read lines of a tile, written in units of so many metres.

    Returns
    -------
    list of list
        Metres east and north of the tile's corner, point by point, of each line.
    """
    at, number, shift, axis = [0, 0], 0, 0, 0
    lines = []
    for word in text.split():
        points = []
        for sign in word.encode():
            bits = sign - 63
            number |= (bits & 31) << shift
            shift += 5
            if bits < 32:
                at[axis] += ~(number >> 1) if number & 1 else number >> 1
                if axis:
                    points.append((at[0] * unit, at[1] * unit))
                number, shift, axis = 0, 0, 1 - axis
        lines.append(points)
    return lines


def read_streets(tile: Mapping[str, Any]) -> Iterator[tuple[int, str, list[tuple[float, float]]]]:
    """Yield the class (its place in `CLASSES`), name and line of each street of a tile.

    A line is in metres east and north of the tile's corner.
    """
    roads = tile.get("roads", NO_ROADS)
    for kind, name, text in roads["streets"]:
        for line in read_lines(text, roads.get("unit", 1)):
            yield kind, name, line


def corners(name: str) -> list[list[float]]:
    """Latitude and longitude of the corners SW, SE, NW, NE of a tile, to half a metre."""
    side, east, north = (int(number) * 1000 for number in name.split("-"))
    found = []
    for y in (north, north + side):
        for x in (east, east + side):
            lon, lat = plane.degrees(x, y)
            found.append([round(lat, 6), round(lon, 6)])
    return found


def write_tiles(tiles: Mapping[str, bytes]) -> bytes:
    """Pack tiles as `Tiles` reads them, the same bytes whenever it is done.

    Together tiles of roads take a fifth less than each by itself: names come again and again.
    """
    squares: dict[str, list[bytes]] = {}
    for name in sorted(tiles, key=lambda name: (_square(name), name.endswith(FAR), name)):
        squares.setdefault(_square(name), []).append(f"{name} ".encode() + tiles[name])
    members = {square: b"\n".join(lines) for square, lines in squares.items()}
    names = " ".join(sorted(tiles)).encode()
    return zips.packed({TILE_NAMES: names, **members}, zipfile.ZIP_LZMA)


class Tiles(Mapping[str, bytes]):
    """A file of tiles, as JSON by name: a ZIP in which those of a square of `WIDE_M` are together.

    A member of it has a line for each tile: its name, a blank, JSON; `TILE_NAMES` has all names.

    Raises
    ------
    DataError
        If the file cannot be opened, and when it turns out to be damaged.
    """

    def __init__(self, path: Path) -> None:
        self._archive = zips.opened(path)
        self._in_square = lru_cache(SQUARES_KEPT)(self._unpacked)
        self._names = frozenset(self._read(TILE_NAMES).decode().split())

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return self._in_square(_square(name))[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names, key=_place))

    def __len__(self) -> int:
        return len(self._names)

    def _unpacked(self, square: str) -> Mapping[str, bytes]:
        named = (line.partition(b" ") for line in self._read(square).splitlines())
        return {name.decode(): tile for name, _, tile in named}

    def _read(self, member: str) -> bytes:
        try:
            return self._archive.read(member)
        except (*UNREADABLE, zipfile.BadZipFile, KeyError) as error:
            path = self._archive.filename
            raise DataError(f"{path}: {member} cannot be read ({error}); restore it") from error


def _square(name: str) -> str:
    """Return the member that has a tile: of the square of `WIDE_M` that it lies in, or is."""
    _, *corner = (int(number) for number in name.removesuffix(FAR).split("-"))
    side = WIDE_M // 1000
    return "-".join(str(number // side * side) for number in (side, *corner)) + ".txt"


def _place(name: str) -> tuple[str, str]:
    """Return where a tile stands among others: with those of its square, which are read once."""
    return _square(name), name


def unpacked(path: Path) -> bytes:
    """Read a table's text; a DataError if the file is missing or damaged."""
    try:
        return lzma.decompress(path.read_bytes())
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read ({error}); restore it or rebuild") from error


@dataclass(frozen=True)
class Files:
    """Everything below the areas that a folder of data has.

    Attributes
    ----------
    folder
        The folder of data.
    passports
        The entries of sources.json of its files, by name.
    """

    folder: Path
    passports: Mapping[str, Mapping[str, Any]]

    @cached_property
    def tables(self) -> Sequence[Table]:
        """The tables that there are: streets before places."""
        return [
            Table(name, unpacked(self.folder / name)) for name in TABLES if name in self.passports
        ]

    @cached_property
    def _layers(self) -> Mapping[str, Tiles]:
        """Roads, ground and borders, as far as there are any."""
        layers = {"roads": ROADS, "ground": GROUND, "borders": BORDERS}
        return {
            layer: Tiles(self.folder / name)
            for layer, name in layers.items()
            if name in self.passports
        }

    @cached_property
    def tiles(self) -> tuple[str, ...]:
        """The names of all tiles: "2-536-176" is the one of 2 km from 536 km E, 176 km N.

        There are none where nothing but borders is known.
        """
        if not self.drawn_files:
            return ()
        names = {name.removesuffix(FAR) for each in self._layers.values() for name in each}
        return tuple(sorted(names | set(self._points), key=_place))

    @cached_property
    def served(self) -> tuple[str, ...]:
        """The names that `tile` knows: of all tiles, and of the small ones from further away."""
        small = f"{TILE_M // 1000}-"
        return (*self.tiles, *(f"{name}{FAR}" for name in self.tiles if name.startswith(small)))

    @property
    def drawn_files(self) -> list[str]:
        """The files that tiles are made of."""
        return [name for name in (ROADS, GROUND, STREET_POINTS) if name in self.passports]

    @cached_property
    def _points(self) -> Mapping[str, list[tuple[str, int, int]]]:
        """By small tile the names that stand at points, where streets have no lines."""
        found: dict[str, list[tuple[str, int, int]]] = {}
        for table in self.tables:
            for row in table if table.name == STREET_POINTS else ():
                x, y = (int(metres) for metres in plane.metres(row.lon, row.lat))
                east, north = x - x % TILE_M, y - y % TILE_M
                name = f"{TILE_M // 1000}-{east // 1000}-{north // 1000}"
                found.setdefault(name, []).append((row.name, x - east, y - north))
        return found

    def tile(self, name: str) -> bytes | None:
        """Return a tile as JSON, with its `corners` and `points`; None if there is no such one.

        What a tile holds is described in docs/data.md.
        """
        if name not in self._known:
            return None
        square = name.removesuffix(FAR)
        parts = [f'"corners":{json.dumps(corners(square))}'.encode()]
        for layer, tiles in self._layers.items():
            content = tiles.get(square if layer == "ground" else name)
            if content is not None:
                parts.append(f'"{layer}":'.encode() + content)
        if square in self._points:
            parts.append(b'"points":' + compact.encode(self._points[square]))
        return b"{" + b",".join(parts) + b"}"

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.served)

    def streets_near(self, x: float, y: float, reach_m: float) -> Iterator[tuple[str, float]]:
        """Yield names of streets that pass within reach of a point (EPSG:27700), and how far.

        A street may come several times. Streets are looked for in the point's own small tile.
        """
        east, north = int(x) // TILE_M * TILE_M, int(y) // TILE_M * TILE_M
        tile = self.tile(f"{TILE_M // 1000}-{east // 1000}-{north // 1000}")
        if tile is None:
            return
        document = json.loads(tile)
        at = (x - east, y - north)
        for _, name, line in read_streets(document):
            if name and (away := _distance(at, line)) <= reach_m:
                yield name, away
        for name, *point in document.get("points", []):
            if (away := math.dist(at, point)) <= reach_m:
                yield name, away

    def credit(self, tables: Iterable[str]) -> str:
        """Return the attributions of some files, each once."""
        lines = (str(self.passports[name]["attribution"]) for name in tables)
        return " ".join(dict.fromkeys(lines))

    def credits(self, tables: Iterable[str]) -> list[str]:
        """Return whose some files are, and under which licence: those of each stay apart."""
        found: dict[str, None] = {}
        for name in tables:
            told = self.passports[name]
            said, licence = str(told["attribution"]), str(told["licence"])
            said += "" if licence in said else f" {licence}."
            found[f"Streets and places: {said} {told['url']}"] = None
        return list(found)


def _distance(at: tuple[float, float], line: Sequence[tuple[float, float]]) -> float:
    """Metres from a point to a line."""
    return min((_to_piece(at, *piece) for piece in itertools.pairwise(line)), default=math.inf)


def _to_piece(
    at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    whole = dx * dx + dy * dy
    along = ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / whole if whole else 0.0
    share = min(1.0, max(0.0, along))
    return math.dist(at, (start[0] + share * dx, start[1] + share * dy))
