"""Layers to files of every format: each is read back and checked before it takes its place.

It reads nothing but geodata/, through `load`, and writes only where it is told to. A caller that
wants bytes and no file has `prepare` and `encode`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from bcumap.base import files as folders
from bcumap.base.errors import BcuMapError, DataError
from bcumap.base.files import beside
from bcumap.base.schema import LEVELS
from bcumap.export import columns, describe, fields, gdal, layers, reread
from bcumap.export import json as export_json
from bcumap.export.formats import TITLES
from bcumap.export.layers import Known, Layer, Wish
from bcumap.facts import store
from bcumap.geo import tiers

SUMS, README = "SHA256SUMS", "README.md"
AT_ONCE = 2  # so many files are made at a time: most of the work is Python's

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Format:
    """How a layer becomes bytes and how those are read back.

    Attributes
    ----------
    clockwise
        Whether its outer rings are, as for Shapefiles and d3; RFC 7946 has it the other way round.
    """

    name: str
    encode: Callable[[Layer], bytes]
    decode: Callable[[bytes, Layer], pd.DataFrame]
    clockwise: bool = False
    placed: bool = False  # rows without a geometry are left out: its readers stop at one

    def takes(self, layer: Layer) -> Layer:
        """Return what the format can hold of a layer."""
        has = layer.frame.geometry.notna()
        if not self.placed or has.all():
            return layer
        return replace(layer, frame=layer.frame[has].reset_index(drop=True))


FORMATS = {
    ".geojson": Format(TITLES[".geojson"], export_json.geojson, export_json.read_geojson),
    ".geojsonl": Format(TITLES[".geojsonl"], export_json.geojson_lines, export_json.read_geojson),
    ".topojson": Format(
        TITLES[".topojson"], export_json.topology, export_json.read_topology, clockwise=True
    ),
    ".gpkg": Format(TITLES[".gpkg"], gdal.geopackage, gdal.read_geopackage),
    ".parquet": Format(TITLES[".parquet"], columns.geoparquet, columns.read_geoparquet),
    ".fgb": Format(TITLES[".fgb"], gdal.flatgeobuf, gdal.read, placed=True),
    ".kml": Format(TITLES[".kml"], gdal.kml, gdal.read),
    ".shp.zip": Format(TITLES[".shp.zip"], gdal.shapefile, gdal.read_shapefile, clockwise=True),
    ".wkt.csv": Format(TITLES[".wkt.csv"], columns.csv_wkt, columns.read_csv),
    ".csv": Format(TITLES[".csv"], columns.csv, columns.read_csv),
}
ALSO = {".ndjson": ".geojsonl", ".geoparquet": ".parquet"}


@dataclass(frozen=True)
class Written:
    """A file that was written: its layer, its format, its size."""

    path: Path
    layer: Layer
    format: Format
    size: int


def suffix_of(path: Path) -> str:
    """Return the suffix that names the format of a file.

    Raises
    ------
    BcuMapError
        If it is none of `FORMATS` and `ALSO`.
    """
    name = path.name.lower()
    for suffix in (*FORMATS, *ALSO):
        if name.endswith(suffix) and name != suffix:
            return ALSO.get(suffix, suffix)
    hint = "; a Shapefile is several files: .shp.zip" if name.endswith((".shp", ".zip")) else ""
    raise BcuMapError(
        f"{path}: the suffix names no format; give one of {', '.join((*FORMATS, *ALSO))}{hint}"
    )


def known(data: Path | None = None) -> Known:
    """Read what exports are made of.

    Raises
    ------
    DataError
        If a file of geodata/ is missing or cannot be read.
    """
    return Known(
        levels={level: store.areas(level, data=data) for level in LEVELS},
        commitments=store.records("commitments", data=data),
        strengths=store.records("borough strengths", data=data),
        counters=store.counters_web(data=data),
        demand=store.demand(data=data),
        atlas=store.atlas(data=data),
        entries={entry["file"]: entry for entry in store.sources(data=data)["files"]},
    )


def prepare(wish: Wish, facts: Known) -> Layer:
    """Make the layer that is wished for, of what `known` read.

    Raises
    ------
    BcuMapError
        If there is no such layer, detail, column, area, measure or date.
    """
    layers.check_wish(wish, facts)
    return layers.layer(wish, facts, _drawn(facts, wish.detail))


def encode(layer: Layer, suffix: str) -> bytes:
    """Encode a layer in the format of a suffix, read it back from memory and check it.

    Raises
    ------
    DataError
        If what was read back is not the layer.
    """
    made = FORMATS[suffix]
    layer = made.takes(layer)
    content = made.encode(layer)
    _check(content, layer, made)
    return content


def write(path: Path, layer: Layer) -> Written:
    """Write a layer as the file's suffix says; it appears whole and checked, or not at all.

    Raises
    ------
    BcuMapError
        If it cannot be written there, or what was read back is not the layer; a file that was
        there is then as it was.
    """
    made = FORMATS[suffix_of(path)]
    layer = made.takes(layer)
    content = made.encode(layer)
    with beside(path) as staged:
        staged.write_bytes(content)
        _check(staged.read_bytes(), layer, made)
    return Written(path, layer, made, len(content))


def check_target(path: Path) -> None:
    """Raise a BcuMapError if a file cannot be written there, before anything is made."""
    suffix_of(path)
    if path.is_dir():
        raise BcuMapError(f"{path}: is a folder; name the file to write")
    if not path.parent.is_dir():
        raise BcuMapError(f"{path.parent}: there is no such folder to write to; make it first")


def write_all(
    folder: Path,
    facts: Known,
    *,
    on: dt.date,
    tier: str = "full",
    area: str | None = None,
    progress: Progress = lambda _done, _all: None,
) -> list[Written]:
    """Write every layer in every format, with README, checksums and JSON Schemas, as one folder.

    Layers that have nothing in the area are left out: there are no boroughs in a ward.

    Raises
    ------
    BcuMapError
        If the folder cannot be written or has anything in it but an earlier export; it is then as
        it was.
    """
    drawn = _drawn(facts, tier)
    made = list(_layers(facts, drawn, Wish("wards", on, detail=tier, area=area)))
    with folders.replacing(folder, check_folder) as staging:
        tasks = [(layer, suffix) for suffix in _costly_first() for layer in made]
        written = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            names = (staging / f"{layer.name}{suffix}" for layer, suffix in tasks)
            try:
                for each in pool.map(write, names, (layer for layer, _ in tasks)):
                    written.append(each)
                    progress(len(written), len(tasks))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for layer in made:
            _write_json(staging / f"{layer.name}.schema.json", _schema(layer))
            table = describe.csv_metadata(layer)
            _write_json(staging / f"{layer.name}.csv-metadata.json", table)
        formats = {suffix: each.name for suffix, each in FORMATS.items()}
        text = describe.readme(made, formats)
        (staging / README).write_text(text, encoding="utf-8")
        (staging / SUMS).write_text(_sums(staging), encoding="utf-8")
    order = {name: place for place, name in enumerate(layer.name for layer in made)}
    placed = (replace(each, path=folder / each.path.name) for each in written)
    return sorted(placed, key=lambda each: (order[each.layer.name], each.path.name))


def check_folder(folder: Path) -> None:
    """Raise a BcuMapError if a folder is there with anything in it but an earlier export."""
    folders.check_place(folder)
    if not folder.exists():
        return
    found = {each.name for each in folder.iterdir()}  # an export has no folders in it
    foreign = sorted(found - _exported(folder))
    if foreign:
        raise BcuMapError(
            f"{folder}: has files that are no export of ours ({foreign[0]}{_more(foreign)});"
            " give an empty or a new folder"
        )


def _more(names: list[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _exported(folder: Path) -> set[str]:
    """Return the names of the files that an earlier export says it wrote, and that are so still."""
    sums = folder / SUMS
    if not sums.is_file():
        return set()
    lines = (line.split("  ", 1) for line in sums.read_text("utf-8", "replace").splitlines())
    told = {line[1]: line[0] for line in lines if len(line) == 2}
    return {SUMS} | {
        name
        for name, digest in told.items()
        if (folder / name).is_file() and _sha256(folder / name) == digest
    }


def _drawn(facts: Known, tier: str) -> tiers.Drawn:
    error_m = float(facts.entries["wards.parquet"]["measured_error_m"])
    return tiers.draw(facts.levels, tier, source_error_m=error_m)


def _layers(facts: Known, drawn: tiers.Drawn, wish: Wish) -> Iterator[Layer]:
    if wish.area is not None:
        layers.check_wish(wish, facts)
    for name in layers.LAYERS:
        try:
            yield layers.layer(replace(wish, layer=name), facts, drawn)
        except layers.NothingThereError:
            continue


def _costly_first() -> list[str]:
    """Return the suffixes, those that take longest first, so that none of them is left over."""
    costly = [".topojson", ".geojson", ".geojsonl", ".kml"]
    return costly + [suffix for suffix in FORMATS if suffix not in costly]


def _check(content: bytes, layer: Layer, made: Format) -> None:
    faults = reread.faults(layer, made.decode(content, layer), clockwise=made.clockwise)
    if faults:
        raise DataError(
            f"{layer.name} as {made.name}: what was read back is not what was written"
            f" ({'; '.join(faults)}); nothing was changed, please report it"
        )


def _schema(layer: Layer) -> dict[str, object]:
    return fields.json_schema(layer.columns, title=f"Properties of {layer.name}")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _sums(folder: Path) -> str:
    """Return what `sha256sum --check` reads."""
    return "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
