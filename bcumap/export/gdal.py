"""Layers as GeoPackage, FlatGeobuf, KML and Shapefile, and back, by GDAL; keeps no file.

A Shapefile is several files, so it is made in a temporary folder and comes out as one ZIP.
"""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from bcumap.base.files import scratch
from bcumap.export import fields
from bcumap.export.layers import Layer, description

# The same export is the same bytes whenever it is made.
GEOPACKAGE_DATE = "1980-01-01T00:00:00.000Z"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# A text of a Shapefile has room for so many bytes; longer ones go on in a column of their own.
SHAPEFILE_TEXT_BYTES = 254

# Not .txt or .json, which mapshaper takes for layers.
README = "README.md"

_dating = threading.Lock()


def geopackage(layer: Layer) -> bytes:
    """Encode a layer as GeoPackage, its passport in the metadata tables and the description."""
    told = _texts(layer.passport)
    named = {"IDENTIFIER": told["title"], "DESCRIPTION": description(layer.passport)}
    with _dated():
        return _written(
            layer.frame,
            driver="GPKG",
            layer=layer.name,
            layer_metadata=told,
            dataset_metadata=told,
            layer_options=named,
            dataset_options={"VERSION": "1.3"},  # what GDAL of 2022 knows, as in QGIS 3.22
        )


def flatgeobuf(layer: Layer) -> bytes:
    """Encode a layer, whose rows all have a geometry, as FlatGeobuf with a spatial index."""
    return _written(
        layer.frame,
        driver="FlatGeobuf",
        layer=layer.name,
        layer_metadata=_texts(layer.passport),
        layer_options={
            "TITLE": str(layer.passport["title"]),
            "DESCRIPTION": description(layer.passport),
            "SPATIAL_INDEX": "YES",
        },
    )


def kml(layer: Layer) -> bytes:
    """Encode a layer as KML: the passport as the document's description, columns as extended data.

    KML has no whole numbers beyond 32 bits, which GDAL would write as text. Yes or no is 1 or 0:
    QGIS of 2022 (GDAL 3.6) reads "true" as 0.
    """
    small = {
        name: "Int32"
        for name in layer.columns
        if fields.FIELDS[name].kind in ("whole", "yes or no")
    }
    named = layer.frame.astype(small).assign(Name=layer.frame[_shown(layer)])
    return _written(
        named,
        driver="LIBKML",
        layer=layer.name,
        dataset_options={
            "NAME": str(layer.passport["title"]),
            "DESCRIPTION": description(layer.passport),
        },
        layer_options={"NAME": str(layer.passport["title"])},
    )


def read(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read FlatGeobuf or KML back."""
    del layer
    return pyogrio.read_dataframe(content)


def read_geopackage(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read a GeoPackage back, from a file, because GDAL warns of any without its suffix."""
    return _read_as(f"{layer.name}.gpkg", content)


def shapefile(layer: Layer) -> bytes:
    """Encode a layer as a zipped Shapefile in UTF-8, with a README that says what its names mean.

    Names have ten letters (`Field.short`), and texts of more than 254 bytes go on in a second
    column, and a third.
    """
    frame, names = _short(layer)
    with scratch() as folder:
        path = folder / f"{layer.name}.shp"
        pyogrio.write_dataframe(
            frame,
            path,
            driver="ESRI Shapefile",
            layer_options={"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": "1980-01-01"},
        )
        parts = {each.name: each.read_bytes() for each in sorted(folder.iterdir())}
    parts[README] = _shapefile_readme(layer, names).encode()
    return _zipped(parts)


def read_shapefile(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """Read a zipped Shapefile back, under the layer's own names."""
    _, names = _short(layer)
    frame = _read_as(f"{layer.name}.shp.zip", content)
    whole: dict[str, pd.Series] = {}
    for short, name in names.items():
        part = frame[short]
        whole[name] = whole[name] + (" " + part).fillna("") if name in whole else part
    return gpd.GeoDataFrame(pd.DataFrame(whole), geometry=frame.geometry, crs=frame.crs)


def _read_as(name: str, content: bytes) -> gpd.GeoDataFrame:
    with scratch() as folder:
        path = folder / name
        path.write_bytes(content)
        return pyogrio.read_dataframe(path)


@contextmanager
def _dated() -> Iterator[None]:
    """Let GDAL take one date for today: its only switch for it is for the whole process."""
    with _dating:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": GEOPACKAGE_DATE})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _written(frame: gpd.GeoDataFrame, **options: Any) -> bytes:
    stream = io.BytesIO()
    pyogrio.write_dataframe(frame, stream, **options)
    return stream.getvalue()


def _shown(layer: Layer) -> str:
    """The column to label a row with: its name, or its code where the name is not wanted."""
    return layer.label if layer.label in layer.columns else layer.key


def _texts(passport: Mapping[str, Any]) -> dict[str, str]:
    """Return a passport as texts, what is not a text as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in passport.items()
    }


def _short(layer: Layer) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return a layer under short names, and which column each of them is (a part of)."""
    columns: dict[str, pd.Series] = {}
    names = {}
    for name in layer.columns:
        for number, part in enumerate(_pieces(layer.frame[name]), start=1):
            short = fields.FIELDS[name].short
            short = short if number == 1 else f"{short[:8]}_{number}"
            columns[short], names[short] = part, name
    frame = gpd.GeoDataFrame(columns, geometry=layer.frame.geometry, crs=layer.frame.crs)
    return frame, names


def _pieces(values: pd.Series) -> list[pd.Series]:
    """Cut texts into as many columns as the longest needs; anything else is one piece."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return [values.astype("Int32")]
    if not isinstance(values.dtype, pd.StringDtype):
        return [values]
    cut = [_cut(value) if isinstance(value, str) else [] for value in values]
    most = max(map(len, cut), default=0)
    return [
        pd.Series(
            [row[n] if n < len(row) else None for row in cut], index=values.index, dtype="str"
        )
        for n in range(max(most, 1))
    ]


def _cut(text: str) -> list[str]:
    """Cut a text into pieces that fit, never within a letter, nor at a blank, which is lost."""
    pieces = [""]
    for word in text.split(" "):
        joined = f"{pieces[-1]} {word}" if pieces[-1] else word
        if len(joined.encode()) <= SHAPEFILE_TEXT_BYTES:
            pieces[-1] = joined
        else:
            pieces.append(word)
    return pieces


def _shapefile_readme(layer: Layer, names: Mapping[str, str]) -> str:
    lines = [description(layer.passport), "", "Sources:", ""]
    lines += [f"- {', '.join(source.values())}" for source in layer.passport["sources"]]
    lines += ["", "Text is UTF-8. Columns:", ""]
    for short, name in names.items():
        meaning = fields.FIELDS[name].meaning
        more = "" if short == fields.FIELDS[name].short else " (goes on after a blank)"
        lines.append(f"- `{short}` is {name}{more}: {meaning}")
    lines += ["", "Yes or no is 1 or 0. What is not known is null."]
    return "\n".join(lines) + "\n"


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
