"""Prepare what the page links to: layers as TopoJSON and the facts of every area; pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bcumap.base import compact
from bcumap.base.dates import Row
from bcumap.base.errors import CoverageError
from bcumap.base.schema import KEYS
from bcumap.facts import teams
from bcumap.facts.measures import FACT_DECIMALS
from bcumap.facts.officers import Commitment
from bcumap.geo import tiers, topojson

# Steps of the integer grid on which a layer's coordinates lie, across its width and height: over
# Greater London 0.6 m by 0.5 m for the first. Rounding can fold a sliver of a polygon over itself
# on any grid, so the first on which none is folded is taken.
GRIDS = (100_000, 90_000, 80_000, 70_000, 60_000)

# How exactly the place of a name is sought (degrees).
LABEL_STEP = 0.002


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
    bbox = _bbox(layers)
    for steps in GRIDS:
        grid = _grid(bbox, steps)
        cells = {
            level: tiers.without_specks(tiers.cells(frame.geometry.to_numpy(), grid))
            for level, frame in layers.items()
        }
        if all(shapely.is_valid(shapes).all() for shapes in cells.values()):
            break
    else:
        raise CoverageError(f"every grid of {GRIDS} folds a polygon over itself; add another")
    arcs, shapes = topojson.share({level: tiers.rings(each) for level, each in cells.items()})
    objects = {
        level: [
            {**shape, "properties": told}
            for shape, told in zip(shapes[level], _properties(level, frame), strict=True)
        ]
        for level, frame in layers.items()
    }
    return topojson.encode(objects, arcs, grid, bbox=bbox)


def _bbox(layers: Mapping[str, gpd.GeoDataFrame]) -> list[float]:
    """West, south, east and north of all layers."""
    bounds = np.array([frame.total_bounds for frame in layers.values()])
    return [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]


def _grid(bbox: list[float], steps: int) -> topojson.Grid:
    west, south, east, north = bbox
    scale = ((east - west) / (steps - 1), (north - south) / (steps - 1))
    return topojson.Grid(scale, translate=(west, south))


def neighbours(document: bytes, level: str = "wards") -> dict[str, list[str]]:
    """Return the codes of the areas that each area of a TopoJSON document shares an edge with.

    Across the tidal Thames, which the areas end at, no two are neighbours.
    """
    users: dict[int, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = {}
    for shape in json.loads(document)["objects"][level]["geometries"]:
        code = shape["properties"]["code"]
        found[code] = set()
        for arc in chain.from_iterable(chain.from_iterable(topojson.polygons(shape))):
            users[max(arc, ~arc)].add(code)
    for sharing in users.values():
        for code in sharing:
            found[code] |= sharing - {code}
    return {code: sorted(others) for code, others in found.items()}


def area_facts(
    bcus: pd.DataFrame,
    boroughs: pd.DataFrame,
    wards: pd.DataFrame,
    *,
    bcu_table: pd.DataFrame,
    edition: str,
    residents_as_of: str,
    commitments: Sequence[Row],
    commitment: Commitment,
    officers: Mapping[str, Sequence[Row]],
    strength_months: tuple[str, str],
    added: Mapping[str, tuple[str, str]],
    neighbours: Mapping[str, list[str]],
    seen_on: tuple[str, str],
) -> bytes:
    """Encode what the pages say of each area, as JSON.

    Parameters
    ----------
    commitments
        The table of commitments.
    commitment
        What every ward was promised, the last of them.
    officers
        What `officers.by_level` returned, by level.
    strength_months
        The first and last month that the strengths are a mean of.
    added
        What `of_wards` returned.
    neighbours
        What `neighbours` returned.
    seen_on
        The first and last day on which sources of the tables were seen.

    Returns
    -------
    bytes
        `edition`, `residents_as_of`, `seen_on`, `officers` (the commitment, with all before it as
        its `timeline`), and under `bcus`, `boroughs` and `wards` one object per code with `name`,
        the codes above it, `area_km2`, `residents` (null where a source gives none); for a BCU its
        aliases, the codes of its boroughs and its go-live date with basis, note and source; for a
        ward the codes of its `neighbours`. Areas of the Met have `officers`: those of
        `FACT_DECIMALS` (null where no figure is reliable) and, above wards, `at_least`,
        `no_figure_for`, `rank` and `ranked`; wards whose teams were asked for have the columns of
        `teams.Listing`.
    """
    told = bcu_table.set_index("bcu_code")[
        ["aliases", *(name for name in bcu_table if str(name).startswith("go_live"))]
    ].assign(aliases=lambda b: b["aliases"].str.split(";"))
    facts = {
        "edition": edition,
        "residents_as_of": residents_as_of,
        "seen_on": seen_on,
        "officers": {
            **asdict(commitment),
            "months": strength_months,
            **added,
            "timeline": [
                {name: value for name, value in row.items() if name != "as_of"}
                for row in commitments
            ],
        },
        "bcus": _by_code(
            bcus.rename(columns={"boroughs": "borough_count"})
            .join(told, on="bcu_code")
            .assign(boroughs=lambda b: b["bcu_code"].map(_members(boroughs)))
            .assign(officers=lambda b: b["bcu_code"].map(officers_told(officers["bcus"], "bcus"))),
            "bcu",
        ),
        "boroughs": _by_code(
            boroughs.drop(columns="bcu").assign(
                officers=lambda b: b["borough_code"].map(
                    officers_told(officers["boroughs"], "boroughs")
                )
            ),
            "borough",
        ),
        "wards": _by_code(
            wards.drop(columns=["borough", "bcu", "bcu_code"]).assign(
                neighbours=lambda w: w["ward_code"].map(neighbours),
                officers=lambda w: w["ward_code"].map(officers_told(officers["wards"], "wards")),
            ),
            "ward",
        ),
    }
    return compact.encode(facts)


def _properties(level: str, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """What each area of a layer says of itself."""
    if level not in KEYS:
        return _rows(frame[["name"]])
    code, name = KEYS[level]
    parent = {"boroughs": "bcu_code", "wards": "borough_code"}.get(level)
    columns = {code: "code", name: "name"} | ({parent: "parent"} if parent else {})
    renamed = pd.DataFrame(frame[[*columns]]).rename(columns=columns)
    if parent:
        renamed["parent"] = renamed["parent"].fillna("")
    if level == "bcus":
        spots = shapely.get_point(shapely.maximum_inscribed_circle(frame.geometry, LABEL_STEP), 0)
        renamed = renamed.assign(
            lat=shapely.get_y(spots).round(4), lon=shapely.get_x(spots).round(4)
        )
    return _rows(renamed)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: Any = frame.to_dict("records")
    return list(rows)


def of_wards(
    months: tuple[str, str] | None, days: tuple[str, str] | None
) -> dict[str, tuple[str, str]]:
    """Return from when to when what a deployer has added of wards is: what there is of it.

    `ward_months` that the strengths are a mean of, `listed_on` the days on which the teams were
    listed.
    """
    told = {"ward_months": months, teams.LISTED_ON: days}
    return {name: span for name, span in told.items() if span}


def officers_told(rows: Sequence[Row], level: str) -> dict[str, dict[str, Any]]:
    """Return what the pages say of the ward officers of each area of a level, by code.

    Parameters
    ----------
    rows
        What `officers.by_level` returned.
    """
    above_wards = level != "wards"
    names = [
        name for name in FACT_DECIMALS
        if above_wards or any(row[name] is not None for row in rows)
    ]  # fmt: skip
    ranked = {"ranked": sum(row["rank"] is not None for row in rows)} if above_wards else {}
    also = ("at_least", "no_figure_for", "rank") if above_wards else ()
    return {
        row[KEYS[level][0]]: {name: _known(row[name], FACT_DECIMALS[name]) for name in names}
        | {name: row[name] for name in (*also, *teams.NO_LISTING) if name in row}
        | ranked
        for row in rows
    }


def _known(value: float | None, decimals: int) -> float | None:
    if value is None:
        return None
    return round(float(value), decimals) if decimals else round(value)


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
