"""Vector files as publishers pack them -> plain files that GDAL can name; reads no layer.

GDAL takes `!` in a path, capitals in `.ZIP` and folders within a ZIP for something else. So what is
packed, or is called so, is put into a folder of its own for as long as it is read.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from bcumap.base.errors import SourceError
from bcumap.base.files import scratch

LAYERS = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".fgb", ".kml", ".parquet",
          ".geoparquet")  # fmt: skip
UNPACKED_BYTES = 8_000_000_000  # Boundary-Line has 1.5 GB
FILES = 20_000  # data.police.uk gives one for each neighbourhood of the country
PIECE_BYTES = 1 << 22
LISTED = 8


@contextmanager
def opened(path: Path, *, layer: str | None = None) -> Iterator[list[Path]]:
    """Give the file to read; or, of data.police.uk, one file for each ward.

    Parameters
    ----------
    layer
        The name of one file in a ZIP of several, without its suffix.

    Raises
    ------
    SourceError
        If a ZIP is damaged or too large, or holds no layer, or several.
    """
    if path.suffix.lower() == ".zip":
        with scratch() as folder:
            yield _chosen(_unpacked(path, folder), path, layer)
    elif "!" in str(path.absolute()):
        with scratch() as folder:
            for file in path.parent.glob(f"{_escaped(path.stem)}.*"):  # a Shapefile is several
                (folder / file.name.replace("!", "_")).symlink_to(file.absolute())
            yield [folder / path.name.replace("!", "_")]
    else:
        yield [path]


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """Unpack a ZIP into a folder, but for what macOS adds; return its layers."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _is_wanted(member)]
            if len(members) > FILES or sum(each.file_size for each in members) > UNPACKED_BYTES:
                raise SourceError(f"{path}: unpacks to far more than a layer of wards has")
            left = UNPACKED_BYTES
            for member in members:
                target = folder.joinpath(*_safe(member.filename))
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("wb") as file:
                    while piece := packed.read(PIECE_BYTES):
                        left -= len(piece)
                        if left < 0:
                            raise SourceError(f"{path}: unpacks to far more than it states")
                        file.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
            NotImplementedError) as error:  # fmt: skip
        raise SourceError(
            f"{path}: not a vector file that can be unpacked ({str(error)[:120]});"
            " expected a ZIP with a layer in it"
        ) from error
    found = [file for file in folder.rglob("*") if file.suffix.lower() in LAYERS and file.is_file()]
    geodatabases = [file for file in folder.rglob("*.gdb") if file.is_dir()]
    return sorted(found) + sorted(geodatabases)


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    hidden = any(part == "__MACOSX" or part.startswith(".") for part in parts)
    return not member.is_dir() and bool(parts) and not hidden


def _safe(name: str) -> list[str]:
    """Return the parts of a name within a ZIP that cannot lead out of a folder, in small letters.

    Small, because a Shapefile is found by the suffixes of what lies beside it.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = [part.replace("!", "_").replace(":", "_") for part in parts if part not in ("/", "..")]
    stem, dot, suffix = kept[-1].rpartition(".")
    return [*kept[:-1], f"{stem}{dot}{suffix.lower()}"]


def _chosen(files: list[Path], path: Path, layer: str | None) -> list[Path]:
    """Return the layer that is meant; all, if each is the KML of one neighbourhood."""
    named = [file for file in files if layer is not None and file.stem == layer]
    if len(files) == 1 or len(named) == 1:
        return named or files
    if not files:
        raise SourceError(f"{path}: no layer with geometry; expected one")
    if all(file.suffix.lower() == ".kml" for file in files):
        return files
    listed = ", ".join(file.name for file in files[:LISTED]) + (", …" if files[LISTED:] else "")
    raise SourceError(
        f"{path}: {len(files)} layers: {listed}; say which holds the wards with --layer NAME"
    )
