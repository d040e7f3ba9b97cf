"""What can be exported: areas, counters and officers as frames with their passports; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import KEYS, LEVELS
from bcumap.export import fields
from bcumap.facts import counters, demand, officers, store, teams
from bcumap.facts.areas import Atlas
from bcumap.facts.measures import FACT_DECIMALS
from bcumap.geo import projection
from bcumap.geo.tiers import Drawn

COUNTERS, OFFICERS = "counters", "officers"
LAYERS = (*LEVELS, COUNTERS, OFFICERS)
WORKBOOK = "Metropolitan Police, DWO_Abstraction.xlsx, https://data.london.gov.uk/dataset/e16kd"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

COORDINATES = "EPSG:4326, longitude and latitude in degrees"

# Measures that can be joined to areas. The Met's strength by ward is there only where a deployer
# has read its workbook, teams where one has asked for them, and counters are counted by borough.
PROMISED = ("committed", "committed_dwo", "committed_pcso", "residents_per_committed")
STRENGTH = ("fte", "fte_per_ward", "fte_per_10k", "share_of_commitment", "rank")
COUNTED = ("counters", "open_24_7")
REACHED = ("nearest_m", "nearest_24_7_m", "within_1km", "within_2km", "within_5km")
# Offences of the twelve months to the last that is known on the date, by the attribute of a row.
ASKED = {
    "offences": "offences",
    "offences_per_1k": "per_1k",
    "offences_per_km2": "per_km2",
    "offences_per_committed": "per_promised_officer",
    "offences_per_fte": "per_officer",
    "offences_change": "change",
    "offences_rank": "rank",
}
BY_GROUP = tuple(f"offences_{group}" for group in demand.GROUPS)
_OF_WARDS = tuple(name for name in ASKED if name != "offences_per_fte")
MEASURES = {
    "wards": (*PROMISED, *REACHED, *_OF_WARDS, *BY_GROUP),
    "boroughs": (*PROMISED, *STRENGTH, *COUNTED, "promise", *REACHED, *ASKED, *BY_GROUP),
    "bcus": (*PROMISED, *STRENGTH, *COUNTED, *REACHED, *ASKED, *BY_GROUP),
}
# What a figure may not be read without: whether it is one, and for when.
WITH_PROMISED = ("commitment_since",)
WARD_STRENGTH = ("fte", "fte_per_ward", "share_of_commitment")
WITH_WARD_STRENGTH = ("fte_from", "fte_to")
WITH_STRENGTH = ("at_least", "no_figure_for", *WITH_WARD_STRENGTH)
WITH_COUNTED = ("counters_basis", "counters_complete")
WITH_ASKED = ("offences_from", "offences_to", "offences_cautions")

# The files of geodata/ that a layer is made of, by what it tells.
BOUNDARIES = ("ward_population.csv",)
OF_OFFICERS = ("commitments.csv", "borough_strengths.csv")
OF_COUNTERS = ("front_counters.csv", "postcodes.zip")
OF_DEMAND = {"wards": "ward_offences.csv", "boroughs": "borough_offences.csv"}

Row = Mapping[str, Any]


class NothingThereError(BcuMapError):
    """There is such an area or date, but nothing of the layer in it."""


@dataclass(frozen=True)
class Wish:
    """What to export.

    Attributes
    ----------
    level
        Of officers: one of schema.LEVELS.
    detail
        One of geo.tiers.TIERS.
    columns
        Those wanted; all if there is none. The key is always there.
    area
        The code of one BCU, borough or ward.
    on
        The date of counters, officers and measures.
    measures
        Columns to join to the areas: see `MEASURES`.
    """

    layer: str
    on: dt.date
    level: str = "boroughs"
    detail: str = "full"
    columns: tuple[str, ...] = ()
    area: str | None = None
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What geodata/ holds for exports.

    Attributes
    ----------
    levels
        The full coverage, by level.
    entries
        The entries of sources.json by file.
    counters
        The prepared front counters: see `store.counters_web`.
    demand
        What is asked of the police.
    """

    levels: dict[str, gpd.GeoDataFrame]
    commitments: Sequence[Row]
    strengths: Sequence[Row]
    counters: Mapping[str, Any]
    demand: demand.Demand
    atlas: Atlas
    entries: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Layer:
    """A frame to write, EPSG:4326, and all that a file should say of it.

    Attributes
    ----------
    name
        The layer's own name in a file.
    key, label
        The columns that identify and name a row.
    frame
        Columns of `fields.FIELDS` and the geometry, in the order of the key.
    passport
        Title, attribution, licence, edition and so on, ready for JSON.
    decimals
        Of the degrees: coordinates are multiples of that step.
    """

    name: str
    key: str
    label: str
    frame: gpd.GeoDataFrame
    passport: Mapping[str, Any]
    decimals: int

    @property
    def columns(self) -> list[str]:
        """All columns but the geometry."""
        return [name for name in self.frame.columns if name != "geometry"]

    @property
    def is_coverage(self) -> bool:
        """Whether it is made of areas, not of points."""
        return self.name != COUNTERS


def measures_of(level: str, known: Known) -> tuple[str, ...]:
    """Return the measures that can be joined to areas of a level."""
    if level != "wards":
        return MEASURES[level]
    strength = WARD_STRENGTH if known.demand.strengths.months else ()
    return (*MEASURES[level], *strength, *(teams.COUNTS if known.demand.teams else ()))


def check_wish(wish: Wish, known: Known) -> None:
    """Raise a BcuMapError that says what of a wish there is not, and what there is."""
    if wish.layer not in LAYERS:
        raise BcuMapError(f"there is no layer {wish.layer!r}; give one of {', '.join(LAYERS)}")
    if wish.level not in LEVELS:
        raise BcuMapError(f"there is no level {wish.level!r}; give one of {', '.join(LEVELS)}")
    if wish.measures and wish.layer not in LEVELS:
        raise BcuMapError(f"{wish.layer} have their own columns; --measure is for {_or(LEVELS)}")
    for measure in wish.measures:
        if measure not in (there := measures_of(wish.layer, known)):
            raise BcuMapError(
                f"{wish.layer} have no measure {measure!r}; there are {', '.join(there)}"
            )
    if wish.area is not None:
        level = _level_of(wish.area, known)
        drawn = wish.level if wish.layer == OFFICERS else wish.layer
        if drawn in LEVELS and LEVELS.index(level) > LEVELS.index(drawn):
            raise NothingThereError(
                f"{wish.area} is smaller than the areas of {drawn}; give --area one of"
                f" {_or(LEVELS[: LEVELS.index(drawn) + 1])}, or export {level}"
            )


def layer(wish: Wish, known: Known, drawn: Drawn) -> Layer:
    """Make the layer that is wished for.

    Parameters
    ----------
    drawn
        The coverage in the detail of the wish: see `tiers.draw`.

    Raises
    ------
    BcuMapError
        If there is no such layer, column, area or measure, nothing is known of so early a date, or
        nothing is left.
    """
    check_wish(wish, known)
    level = wish.level if wish.layer == OFFICERS else wish.layer
    if wish.layer == COUNTERS:
        frame, key, label = _counters(known, wish.on), "counter", "counter"
    else:
        frame = drawn.levels[level]
        key, label = KEYS[level]
        if wish.layer == OFFICERS:
            frame = _joined(
                frame[[key, "geometry"]], _officers(known, level, wish.on), key, "inner"
            )
        elif wish.measures:
            frame = _joined(frame, _measured(known, wish), key, "left")
    frame = _within(frame, wish, known)
    frame = _ordered(frame, key, wish.columns)
    decimals = 6 if wish.layer == COUNTERS else drawn.decimals
    passport = _passport(wish, known, drawn, frame)
    return Layer(wish.layer, key, label, frame, passport, decimals)


def _joined(areas: gpd.GeoDataFrame, table: pd.DataFrame, key: str, how: str) -> gpd.GeoDataFrame:
    merged = pd.DataFrame(areas).merge(table, on=key, how=how, validate="one_to_one")  # type: ignore[arg-type]
    return gpd.GeoDataFrame(merged, geometry="geometry", crs=projection.WGS84_CRS)


def _ordered(frame: gpd.GeoDataFrame, key: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Keep the columns wanted, the key first, typed and in the order of `fields.FIELDS`."""
    there = [name for name in fields.FIELDS if name in frame]
    for name in columns:
        if name not in there:
            raise BcuMapError(f"there is no column {name!r}; there are {', '.join(there)}")
    kept = list(dict.fromkeys((key, *(columns or there))))
    table = fields.typed(pd.DataFrame(frame[[*kept, "geometry"]]))
    table = table.sort_values(key, ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=projection.WGS84_CRS)


# --- areas --------------------------------------------------------------------------------------


def _level_of(code: str, known: Known) -> str:
    for level in LEVELS:
        if code in set(known.levels[level][KEYS[level][0]]):
            return level
    raise BcuMapError(
        f"there is no area {code!r}; give the code of a BCU (NA), borough (E09…) or ward (E05…)"
    )


def _within(frame: gpd.GeoDataFrame, wish: Wish, known: Known) -> gpd.GeoDataFrame:
    """Keep the rows that lie in the area of a wish."""
    if wish.area is None:
        return frame
    kept = frame[frame[KEYS[_level_of(wish.area, known)][0]] == wish.area]
    if kept.empty:
        raise NothingThereError(
            f"{wish.area} has no {wish.layer}: nothing to export; give another area"
        )
    return kept


# --- officers and measures ----------------------------------------------------------------------


def _officers(known: Known, level: str, on: dt.date) -> pd.DataFrame:
    """Return promise and strength of areas on a date; of wards if their strength is there."""
    commitment = officers.commitment_on(known.commitments, on)
    strengths = officers.strengths_on(known.strengths, on)
    wards = store.rows(pd.DataFrame(known.levels["wards"].drop(columns="geometry")))
    by_ward = known.demand.strengths.means(on)
    listed = teams.last(known.demand.teams, by=on.isoformat())
    rows = officers.by_level(level, wards, strengths, commitment, by_ward=by_ward, listed=listed)
    frame = pd.DataFrame(rows)
    rounded = frame.assign(
        **{name: frame[name].astype(float).round(places) for name, places in FACT_DECIMALS.items()},
        commitment_since=commitment.since,
        commitment_source=commitment.source,
    )
    if level == "wards":
        told = rounded.drop(columns=["wards", "area_km2", "fte_per_10k", "residents_2021"])
        if not (months := known.demand.strengths.mean_of):
            return told.drop(columns=[*WARD_STRENGTH])
        has = told["fte"].notna()
        return told.assign(
            fte_from=_where(has, months[0]),
            fte_to=_where(has, months[1]),
            fte_source=_where(has, WORKBOOK),
        )
    has = frame["fte"].notna()
    lists = frame["no_figure_for"]
    return rounded.assign(
        no_figure_for=lists.str.join(", ").replace("", None),
        fte_from=_where(has, min(row["from_month"] for row in strengths)),
        fte_to=_where(has, max(row["to_month"] for row in strengths)),
        fte_source=_where(has, "; ".join(dict.fromkeys(row["source"] for row in strengths))),
    )


def _where(has: pd.Series, value: str) -> pd.Series:
    return pd.Series(value, index=has.index, dtype="str").where(has)


def _measured(known: Known, wish: Wish) -> pd.DataFrame:
    """Return the measures of a wish by area, with what they may not be read without."""
    key = KEYS[wish.layer][0]
    tables = []
    wanted = set(wish.measures)
    if asked := wanted & {*PROMISED, *STRENGTH, *teams.COUNTS}:
        columns = [*sorted(asked), *(WITH_PROMISED if asked & set(PROMISED) else ())]
        columns += [teams.LISTED_ON] if asked & set(teams.COUNTS) else []
        if asked & set(STRENGTH):
            columns += WITH_WARD_STRENGTH if wish.layer == "wards" else WITH_STRENGTH
        table = _officers(known, wish.layer, wish.on)
        tables.append(table[[key, *columns]])
    if asked := wanted & {*ASKED, *BY_GROUP}:
        table = _demand(known, wish)
        tables.append(table[[key, *sorted(asked), *WITH_ASKED]])
    if asked := wanted & {*COUNTED, "promise", *REACHED}:
        companions = ("counters_complete",) if wish.layer == "wards" else WITH_COUNTED
        table = _access(known, wish)
        tables.append(table[[key, *sorted(asked), *companions]])
    first, *others = tables
    for other in others:
        first = first.merge(other, on=key, how="outer")
    return first


def _demand(known: Known, wish: Wish) -> pd.DataFrame:
    """Return the offences of areas in the twelve months to the last known month of a date."""
    months = known.demand.offences(wish.layer).months
    day = f"{wish.on:%Y-%m}"
    on = max((month for month in months if month <= day), default=day)
    told = demand.report(known.demand, known.atlas, wish.layer, on=on)
    groups = {
        f"offences_{group}": {
            row.code: row.offences
            for row in demand.report(known.demand, known.atlas, wish.layer, on=on, group=group).rows
        }
        for group in demand.GROUPS
        if f"offences_{group}" in wish.measures
    }
    rows = [
        {
            KEYS[wish.layer][0]: row.code,
            **{name: getattr(row, attribute) for name, attribute in ASKED.items()},
            **{name: counts[row.code] for name, counts in groups.items()},
            "offences_from": told.first,
            "offences_to": told.last,
            "offences_cautions": ", ".join(dict.fromkeys((*told.cautions, *row.cautions))),
        }
        for row in told.rows
    ]
    return pd.DataFrame(rows)


def _access(known: Known, wish: Wish) -> pd.DataFrame:
    """Return what is known of the counters of areas on a date."""
    picture = counters.picture(known.counters, wish.on)
    rows = picture.wards if wish.layer == "wards" else picture.areas
    key, areas = KEYS[wish.layer][0], known.levels[wish.layer]
    codes = areas.loc[areas["bcu_code"].notna(), key]
    told = [{key: code, **rows.get(code, {})} for code in codes]
    columns = [key, *COUNTED, "promise", *REACHED, "basis"]
    table = pd.DataFrame(told, columns=columns).rename(columns={"basis": "counters_basis"})
    return table.assign(counters_complete=picture.complete)


# --- counters -----------------------------------------------------------------------------------


def _counters(known: Known, on: dt.date) -> gpd.GeoDataFrame:
    """Return where every counter that anything is known of stands on a date."""
    sites = {site["name"]: site for site in known.counters["sites"]}
    standings = counters.picture(known.counters, on).standings
    names = (
        "state",
        "kind",
        "hours",
        "basis",
        "inferred",
        "since",
        "event",
        "due",
        "note",
        "source",
    )
    rows = [
        _placed(sites[each.name], known) | {name: getattr(each, name) or None for name in names}
        for each in standings
    ]
    if not rows:
        raise NothingThereError(f"no front counter of {on} is known by name; give a later date")
    frame = pd.DataFrame(rows)
    points = shapely.points(frame[["lon", "lat"]].to_numpy(float))
    known_points = np.where(frame["lat"].isna(), None, points)
    return gpd.GeoDataFrame(frame, geometry=known_points, crs=projection.WGS84_CRS)


def _placed(site: Row, known: Known) -> dict[str, Any]:
    """Return a site with the areas that it lies in."""
    boroughs = known.levels["boroughs"].set_index("borough_code")
    wards = known.levels["wards"].set_index("ward_code")["ward"]
    borough = boroughs.loc[site["borough_code"]]
    return {
        "counter": site["name"],
        "address": site["address"] or None,
        "postcode": site["postcode"] or None,
        "ward_code": site["ward_code"],
        "ward": wards.get(site["ward_code"]),
        "borough_code": site["borough_code"],
        **{name: borough[name] for name in ("borough", "bcu_code", "bcu")},
        "lat": site["lat"],
        "lon": site["lon"],
    }


# --- the passport -------------------------------------------------------------------------------


def _passport(wish: Wish, known: Known, drawn: Drawn, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return what a file should say of itself, ready for JSON."""
    level = wish.level if wish.layer == OFFICERS else wish.layer
    boundaries = "wards.parquet" if wish.layer == COUNTERS else f"{level}.parquet"
    entries = [
        known.entries[name] for name in _made_of(wish, known, boundaries) if name in known.entries
    ]
    told: dict[str, Any] = {
        "title": _title(wish, known),
        "layer": wish.layer,
        "attribution": _sentences(entry["attribution"] for entry in entries),
        "licence": entries[0]["licence"],
        "licence_url": LICENCE_URL,
        "edition": entries[0]["edition"],
        "as_of": entries[0]["as_of"],
    }
    if wish.layer not in LEVELS or wish.measures:
        told["on"] = wish.on.isoformat()
    if wish.area:
        told["area"] = wish.area
    told |= {"coordinate_system": COORDINATES, "feature_count": len(frame)}
    if wish.layer == COUNTERS:
        told["without_point"] = int(frame.geometry.isna().sum())
    else:
        told |= {
            "detail": wish.detail,
            "measured_error_m": drawn.error_m,
            "decimals": drawn.decimals,
        }
    names = ("title", "publisher", "url", "edition", "as_of", "licence")
    return told | {
        "sources": [{name: entry[name] for name in names if name in entry} for entry in entries],
        "made_by": "bcumap",
    }


def _made_of(wish: Wish, known: Known, boundaries: str) -> tuple[str, ...]:
    if wish.layer == COUNTERS:
        return (*OF_COUNTERS, boundaries)
    asked = set(wish.measures)
    is_all = wish.layer == OFFICERS
    own: tuple[str, ...] = OF_OFFICERS if is_all or asked & {*PROMISED, *STRENGTH} else ()
    if boundaries == "wards.parquet":
        own += ("ward_strengths.csv",) if own and known.demand.strengths.months else ()
        is_listed = known.demand.teams and (is_all or asked & set(teams.COUNTS))
        own += ("ward_teams.csv",) if is_listed else ()
    others = OF_COUNTERS if asked & {*COUNTED, "promise", *REACHED} else ()
    recorded = OF_DEMAND["wards" if wish.layer == "wards" else "boroughs"]
    offences = (recorded,) if asked & {*ASKED, *BY_GROUP} else ()
    return (boundaries, *BOUNDARIES, *own, *others, *offences)


def _title(wish: Wish, known: Known) -> str:
    if wish.layer == COUNTERS:
        title = f"Front counters of the Metropolitan Police on {wish.on.isoformat()}"
    elif wish.layer == OFFICERS:
        title = f"Ward officers promised and in post on {wish.on.isoformat()}, by {wish.level}"
    else:
        title = str(known.entries[f"{wish.layer}.parquet"]["title"])
    return f"{title}; only {wish.area}" if wish.area else title


def _sentences(texts: Iterable[str]) -> str:
    """Put attributions together, each sentence once."""
    found = [part.strip(" .") for text in texts for part in text.split(". ")]
    return ". ".join(dict.fromkeys(found)) + "."


def _or(words: Iterable[str]) -> str:
    return ", ".join(words)


def description(passport: Mapping[str, Any]) -> str:
    """Return a passport in sentences, for where a file has only a place for text."""
    lines = [f"{passport['title']}.", f"Edition {passport['edition']}, as of {passport['as_of']}."]
    if "on" in passport:
        lines.append(f"Facts as they were on {passport['on']}.")
    if "measured_error_m" in passport:
        lines.append(
            f"Detail: {passport['detail']}; boundaries are within"
            f" {passport['measured_error_m']:g} m of the official ones (measured)."
        )
    if passport.get("without_point"):
        lines.append(f"{passport['without_point']} without a point: no source has a postcode.")
    lines += [
        str(passport["attribution"]),
        f"Licence: {passport['licence']}, {passport['licence_url']}",
    ]
    return "\n".join(lines)
