"""What exports say of themselves in words: README, CSV metadata, lines; never prints or reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bcumap.export import fields
from bcumap.export.layers import Layer, description

if TYPE_CHECKING:
    from bcumap.export.write import Written

# How CSV on the Web (https://www.w3.org/TR/tabular-metadata/) calls the kinds of columns.
CSV_TYPES = {"text": "string", "whole": "integer", "number": "number", "yes or no": "boolean"}

NOTES = """\
## Notes

- Coordinates are longitude and latitude, WGS 84 (EPSG:4326), and the same in every format. Areas
  are a coverage: neighbours share their edges vertex for vertex, boroughs are exactly their wards
  and BCUs exactly their boroughs.
- Outer rings run counter-clockwise (RFC 7946), but clockwise in Shapefiles and in TopoJSON, where
  d3-geo wants them so.
- **`NA` is a code**: the BCU North Area. In pandas, read the CSVs with
  `pandas.read_csv(…, keep_default_na=False, na_values=[""])`, or it becomes a missing value.
- GDAL, and so QGIS, leaves out the rows of a TopoJSON file that have no point; every other format
  keeps them.
- What no source says is empty or null, never 0. The City of London has a police force of its own,
  so its BCU is empty.
- `.wkt.csv` has the geometry as well-known text in the column `WKT`, `.csv` has none.
- A Shapefile has names of ten letters; the README in each ZIP says which column each is.
- `*.schema.json` describe the properties of a GeoJSON feature (JSON Schema), `*.csv-metadata.json`
  the columns of the CSV of that name (CSV on the Web). `sha256sum --check SHA256SUMS` verifies all.
"""


def readme(made: Sequence[Layer], formats: Mapping[str, str]) -> str:
    """Return the README of a folder with every layer in every format.

    Parameters
    ----------
    formats
        The name of the format of each suffix.
    """
    lines = ["# How London is policed: open data", ""]
    lines += ["Written by `bcumap export all`; every file was read back and checked.", ""]
    lines += ["| suffix | format |", "|---|---|"]
    lines += [f"| `{suffix}` | {name} |" for suffix, name in formats.items()]
    for layer in made:
        lines += ["", f"## {layer.name}", "", *_paragraphs(layer), "", "| column | |", "|---|---|"]
        lines += [f"| `{name}` | {fields.FIELDS[name].meaning} |" for name in layer.columns]
    return "\n".join([*lines, "", NOTES])


def _paragraphs(layer: Layer) -> Iterator[str]:
    yield f"{layer.passport['feature_count']} features. "
    yield from (f"{line}  " for line in description(layer.passport).splitlines())


def csv_metadata(layer: Layer) -> dict[str, Any]:
    """Return the metadata of a layer's CSV as CSV on the Web has it."""
    told = layer.passport
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{layer.name}.csv",
        "dc:title": told["title"],
        "dc:description": description(told),
        "dc:license": {"@id": told["licence_url"]},
        "dc:rights": told["attribution"],
        "tableSchema": {
            "columns": [_csv_column(name) for name in layer.columns],
            "primaryKey": layer.key,
        },
    }


def _csv_column(name: str) -> dict[str, Any]:
    field = fields.FIELDS[name]
    kind: Any = CSV_TYPES[field.kind]
    if field.kind == "yes or no":
        kind = {"base": "boolean", "format": "True|False"}
    return {"name": name, "titles": name, "dc:description": field.meaning, "datatype": kind}


def file_lines(written: Written) -> Iterator[str]:
    """Tell what was written and what a reader should know of it."""
    told = written.layer.passport
    rows = f"{told['feature_count']:,} feature{'s' if told['feature_count'] != 1 else ''}"
    yield f"{told['title']}: {rows}, {written.format.name}, {written.size:,} bytes"
    if "measured_error_m" in told:
        yield (
            f"  detail {told['detail']}: within {told['measured_error_m']:g} m of the official"
            " boundaries (measured)"
        )
    if told.get("without_point"):
        yield f"  {told['without_point']} have no point: no source gives their postcode"
    yield f"  {told['attribution']}"
    yield f"Wrote {written.path}, read back and checked"


def all_lines(files: Sequence[Written], folder: object) -> Iterator[str]:
    """Tell what an export of everything wrote."""
    made = {each.layer.name: each.layer for each in files}
    for name, layer in made.items():
        sizes = [each.size for each in files if each.layer.name == name]
        without = layer.passport.get("without_point")
        more = f", {without} without a point" if without else ""
        yield (
            f"  {name:<10}{layer.passport['feature_count']:>5} features in {len(sizes)} formats,"
            f" {sum(sizes) / 1e6:5.1f} MB{more}"
        )
    yield f"Wrote {len(files)} files to {folder}, each read back and checked"
