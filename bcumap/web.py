"""Prepare what the page links to: layers as TopoJSON and the facts of every area; pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import topojson

from bcumap.errors import CoverageError
from bcumap.officers import Commitment

# Steps of the integer grid on which a layer's coordinates lie, across its width and height: over
# Greater London 0.6 m by 0.5 m for the first. Rounding can fold a sliver of a polygon over itself
# on any grid, so the first on which none is folded is taken.
GRIDS = (100_000, 90_000, 80_000, 70_000, 60_000)

# How exactly the place of a name is sought (degrees).
LABEL_STEP = 0.002

KEYS = {"bcus": ("bcu_code", "bcu"), "boroughs": ("borough_code", "borough")}
KEYS |= {"wards": ("ward_code", "ward")}


def topology(layers: dict[str, gpd.GeoDataFrame]) -> bytes:
    """Encode levels of one coverage as one TopoJSON document whose objects share their arcs.

    Parameters
    ----------
    layers
        Frames in EPSG:4326 by object name. Those of `KEYS` carry `code`, `name` and, below BCUs,
        the code of the area above as `parent`; BCUs also the place for their name (`lat`, `lon`).
        Any other layer carries its `name`.

    Raises
    ------
    CoverageError
        If every grid of `GRIDS` folds a polygon over itself.
    """
    frames = [_properties(level, frame) for level, frame in layers.items()]
    for steps in GRIDS:
        encoded = topojson.Topology(
            frames, object_name=list(layers), prequantize=steps, shared_coords=False
        )
        document = str(encoded.to_json()).encode()
        if all(_is_valid(document, level) for level in layers):
            return document
    raise CoverageError(f"every grid of {GRIDS} folds a polygon over itself; add another")


def area_facts(
    bcus: pd.DataFrame,
    boroughs: pd.DataFrame,
    wards: pd.DataFrame,
    *,
    bcu_table: pd.DataFrame,
    edition: str,
    residents_as_of: str,
    commitment: Commitment,
    strengths: dict[str, pd.DataFrame],
    strength_months: tuple[str, str],
) -> bytes:
    """Encode what the page says of each area, as JSON.

    Parameters
    ----------
    commitment
        What every ward was promised.
    strengths
        What `officers.by_bcu` and `officers.by_borough` returned, under "bcus" and "boroughs".
    strength_months
        The first and last month that the strengths are a mean of.

    Returns
    -------
    bytes
        `edition`, `residents_as_of`, `officers` (the commitment), and under `bcus`, `boroughs` and
        `wards` one object per code with `name`, the codes above it, `area_km2`, `residents` (null
        where a source gives none) and, for a BCU, its aliases, the codes of its boroughs and its
        go-live date with basis, note and source. BCUs and boroughs of the Met have `officers`:
        `committed`, `fte` (null where no figure is reliable), `at_least`, `no_figure_for`,
        `share`, `rank` and `ranked`.
    """
    told = bcu_table.set_index("bcu_code")[
        ["aliases", "go_live", "go_live_basis", "go_live_note", "go_live_source"]
    ].assign(aliases=lambda b: b["aliases"].str.split(";"))
    facts = {
        "edition": edition,
        "residents_as_of": residents_as_of,
        "officers": {**asdict(commitment), "months": strength_months},
        "bcus": _by_code(
            bcus.rename(columns={"boroughs": "borough_count"})
            .join(told, on="bcu_code")
            .assign(boroughs=lambda b: b["bcu_code"].map(_members(boroughs)))
            .assign(officers=lambda b: b["bcu_code"].map(_strengths(strengths, "bcus"))),
            "bcu",
        ),
        "boroughs": _by_code(
            boroughs.drop(columns="bcu").assign(
                officers=lambda b: b["borough_code"].map(_strengths(strengths, "boroughs"))
            ),
            "borough",
        ),
        "wards": _by_code(wards.drop(columns=["borough", "bcu", "bcu_code"]), "ward"),
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _properties(level: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if level not in KEYS:
        return frame[["name", "geometry"]]
    code, name = KEYS[level]
    parent = {"boroughs": "bcu_code", "wards": "borough_code"}.get(level)
    columns = {code: "code", name: "name"} | ({parent: "parent"} if parent else {})
    renamed = frame.rename(columns=columns)[[*columns.values(), "geometry"]]
    if parent:
        renamed["parent"] = renamed["parent"].fillna("")
    if level == "bcus":
        spots = shapely.get_point(shapely.maximum_inscribed_circle(frame.geometry, LABEL_STEP), 0)
        renamed = renamed.assign(
            lat=shapely.get_y(spots).round(4), lon=shapely.get_x(spots).round(4)
        )
    return renamed


def _is_valid(document: bytes, level: str) -> bool:
    """Say whether the polygons of a TopoJSON object are valid, as GDAL reads them."""
    shapes = pyogrio.read_dataframe(document, layer=level, columns=[]).geometry
    return bool(shapes.is_valid.all())


def _strengths(strengths: dict[str, pd.DataFrame], level: str) -> dict[str, dict[str, Any]]:
    """What the page says of the ward officers of each area of a level, by code."""
    frame = strengths[level].set_index(KEYS[level][0])
    ranked = int(frame["rank"].count())
    return {
        str(code): {
            "committed": int(row["committed"]),
            "fte": _known(row["fte"], 1),
            "at_least": bool(row["at_least"]),
            "no_figure_for": row["no_figure_for"],
            "share": _known(row["share_of_commitment"], 3),
            "rank": None if pd.isna(row["rank"]) else int(row["rank"]),
            "ranked": ranked,
        }
        for code, row in frame.iterrows()
    }


def _known(value: float, decimals: int) -> float | None:
    return None if pd.isna(value) else round(float(value), decimals)


def _members(boroughs: pd.DataFrame) -> dict[str, list[str]]:
    met = boroughs.dropna(subset="bcu_code")
    return {str(code): list(rows["borough_code"]) for code, rows in met.groupby("bcu_code")}


def _by_code(frame: pd.DataFrame, level: str) -> dict[str, dict[str, Any]]:
    """Rows by code, without geometry, missing values as null and areas to the hectare."""
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    table = table.rename(columns={level: "name"}).set_index(f"{level}_code")
    table["area_km2"] = table["area_km2"].round(2)
    rows: Any = table.astype(object).where(table.notna(), None).to_dict("index")
    return {str(code): row for code, row in rows.items()}
