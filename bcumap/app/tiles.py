"""The background of the deployer's choice: raster tiles of another host or of our disk.

Nothing of it is fetched until a visitor turns it on. What is served from disk is a picture by its
first bytes, at a place of whole numbers, and in no case behind a link.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bcumap.app.bodies import A_WHILE
from bcumap.base.words import STREET_TILES

# A URL with {z}, {x} and {y}, a folder of z/x/y pictures, or an .mbtiles or .pmtiles; whom to
# credit; and the highest zoom that it has.
SOURCE, CREDIT, MAX_ZOOM = "BCUMAP_TILES", "BCUMAP_TILES_CREDIT", "BCUMAP_TILES_MAX_ZOOM"
TILES = "/background"
HIGHEST, MOST_BYTES = 22, 2_000_000
# By their first bytes; WebP has its name after four bytes of length.
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
_ENDINGS = ("png", "jpg", "jpeg", "webp")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,7}")

Read = Callable[[int, int, int], bytes | None]


@dataclass(frozen=True)
class Background:
    """Where tiles are from: their address for the browser, whom to credit, and how to read them.

    Attributes
    ----------
    url
        A template of another host; "" if they are served by ourselves.
    """

    url: str
    credit: str
    max_zoom: int
    read: Read | None = None

    @property
    def host(self) -> str:
        """The origin that the browser asks, "" for our own."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if self.url else ""

    def options(self, base: str) -> dict[str, object]:
        """Return what the map is told; the credit is text, which Leaflet takes for HTML."""
        own = f"{base}{TILES}/{{z}}/{{x}}/{{y}}"
        return {
            "url": self.url or own,
            "credit": html.escape(self.credit),
            "maxZoom": self.max_zoom,
        }


def background(settings: Mapping[str, str] = os.environ) -> Background | None:
    """Return the background that is set, or None for OpenStreetMap's own.

    Raises
    ------
    SystemExit
        If it is none; the line says what was found and what to write.
    """
    source = settings.get(SOURCE, "").strip()
    if not source:
        return None
    credit, zoom = settings.get(CREDIT, "").strip(), settings.get(MAX_ZOOM, "19").strip()
    if not credit:
        raise SystemExit(f"{SOURCE} is set and {CREDIT} is not: say whom the map must credit")
    if not (zoom.isdecimal() and int(zoom) <= HIGHEST):
        raise SystemExit(f"{MAX_ZOOM}: found {zoom!r}; write a zoom from 0 to {HIGHEST}")
    if "://" in source:
        return Background(_checked(source), credit, int(zoom))
    path = Path(source)
    if path.is_dir():
        return Background("", credit, int(zoom), _of_folder(path.resolve()))
    if path.suffix == ".mbtiles" and path.is_file():
        return Background("", credit, int(zoom), _of_mbtiles(path.resolve()))
    if path.suffix == ".pmtiles" and path.is_file():
        return Background("", credit, int(zoom), _of_pmtiles(path.resolve()))
    raise SystemExit(
        f"{SOURCE}: found {source!r}; write a URL with {{z}}, {{x}} and {{y}}, a folder of tiles or"
        " an .mbtiles or .pmtiles that is there"
    )


def _checked(url: str) -> str:
    parts = urlsplit(url)
    host_is_plain = re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", parts.netloc)
    has_all = all(f"{{{name}}}" in url for name in "zxy")
    if parts.scheme not in ("http", "https") or not host_is_plain or not has_all:
        raise SystemExit(
            f"{SOURCE}: found {url!r}; write it as https://tiles.example.org/{{z}}/{{x}}/{{y}}.png,"
            " without a name or password before the host"
        )
    return url


def _of_folder(folder: Path) -> Read:
    def read(z: int, x: int, y: int) -> bytes | None:
        for ending in _ENDINGS:
            path = folder / str(z) / str(x) / f"{y}.{ending}"
            # Whoever resolves to another place goes through a link.
            if path.is_file() and path.resolve() == path and path.stat().st_size <= MOST_BYTES:
                return path.read_bytes()
        return None

    return read


def _of_mbtiles(path: Path) -> Read:
    import sqlite3

    select = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"

    def read(z: int, x: int, y: int) -> bytes | None:
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                row = database.execute(
                    select, (z, x, 2**z - 1 - y)
                ).fetchone()  # rows from the south
        except sqlite3.Error:
            return None
        is_tile = row is not None and isinstance(row[0], bytes) and len(row[0]) <= MOST_BYTES
        return row[0] if is_tile else None

    return read


def _of_pmtiles(path: Path) -> Read:
    from pmtiles.reader import Reader
    from pmtiles.tile import Compression, TileType

    def piece(offset: int, length: int) -> bytes:
        if length > MOST_BYTES:
            raise ValueError(f"a piece of {length} bytes")
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    archive = Reader(piece)
    try:
        header = archive.header()
    except Exception as error:  # whatever the library says of bytes that are none
        raise SystemExit(f"{SOURCE}: {path.name} is no .pmtiles that can be read") from error
    pictures = (TileType.PNG, TileType.JPEG, TileType.WEBP)
    if header["tile_type"] not in pictures or header["tile_compression"] is not Compression.NONE:
        raise SystemExit(
            f"{SOURCE}: {path.name} has tiles of {header['tile_type'].name}; expected pictures"
            " (PNG, JPEG or WebP): vector tiles are not drawn here"
        )

    def read(z: int, x: int, y: int) -> bytes | None:
        try:
            found: bytes | None = archive.get(z, x, y)
        except Exception:  # a damaged directory is no tile
            return None
        return found

    return read


@cache
def chosen() -> Background | None:
    """The background of this process."""
    return background()


def image_hosts() -> str:
    """Return the hosts that pages may show pictures of: the chosen one, or OpenStreetMap's."""
    own = chosen()
    if own is not None:
        return own.host
    parts = urlsplit(STREET_TILES)
    return f"{parts.scheme}://{parts.netloc}"


def tile(request: Request) -> Response:
    """Answer with a tile of the folder or file; 404 for whatever is none."""
    own = chosen()
    numbers = [request.path_params[name] for name in "zxy"]
    missing = PlainTextResponse("no such tile", 404, {"X-Content-Type-Options": "nosniff"})
    if own is None or own.read is None or not all(map(_NUMBER.fullmatch, numbers)):
        return missing
    z, x, y = map(int, numbers)
    if z > own.max_zoom or x >= 2**z or y >= 2**z:
        return missing
    content = own.read(z, x, y) or b""
    kind = next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
    if kind is None or (kind == "image/webp" and content[8:12] != b"WEBP"):
        return missing
    headers = {"Cache-Control": A_WHILE, "X-Content-Type-Options": "nosniff"}
    return Response(content, 200, headers, kind)
