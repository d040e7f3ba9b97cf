"""Every promise that geodata/ makes, one small function each, listed in `PROMISES`; never writes.

A function returns what is wrong, in words; an empty list means that the promise is kept.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from bcumap.base import compact, sources
from bcumap.base.bases import PLANNED
from bcumap.base.dates import LAST_DAY
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import (
    CITY_OF_LONDON,
    FETCHED,
    KEYS,
    LEVELS,
    LONDON_BOUNDS_BNG,
    MET,
    TEAM_RANKS,
)
from bcumap.base.words import ODBL
from bcumap.build import addresses, borders, context, london, passports, timeline
from bcumap.build import events as counter_events
from bcumap.facts import counters, demand, events, history, places, store
from bcumap.facts.postcodes import OUTSIDE, count_rows
from bcumap.geo import coverage, projection
from bcumap.geo.coverage import Polygons
from bcumap.geo.locate import Locator

# How far the area of a generalised ward may lie from the area it states (share of the whole).
AREA_TOLERANCE = 0.01
# How far the area of all wards together may: errors on shared edges cancel out.
TOTAL_AREA_TOLERANCE = 0.0001
# What the page may load at most, compressed (bytes).
WEB_LAYERS_LIMIT = 250_000

# By how much boroughs may exceed their wards in a month (share of the wards): revisions only,
# until the new recording system came; since then some offences have a borough but no ward.
WITHOUT_WARD = {False: (-0.005, 0.005), True: (-0.005, 0.1)}

# The share of live postcodes whose ward must be in the borough that the ONS directory gives.
BOROUGHS_AGREEING = 0.999
# What a file of data ends in; every one has its entry in sources.json.
DATA_SUFFIXES = (".parquet", ".csv", ".topojson", ".js", ".wkb", ".zip", ".xz")

# What the roll-out table of 2018 has for the units that were on trial: "from late 2016".
PILOT = "2016"

Faults = list[str]


@dataclass(frozen=True)
class Data:
    """A folder of data, each file read once, when a promise first asks for it."""

    folder: Path

    @cached_property
    def levels(self) -> dict[str, gpd.GeoDataFrame]:
        """The three levels by name, EPSG:4326."""
        return {level: store.areas(level, data=self.folder) for level in LEVELS}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of facts by name."""
        return {name: store.table(name, data=self.folder) for name in store.TABLE_FILES}

    @cached_property
    def demand(self) -> dict[str, pd.DataFrame]:
        """The tables of demand that there are, by what stands in them."""
        return store.demand_tables(data=self.folder)

    @cached_property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The entries of sources.json by file name."""
        return {entry["file"]: entry for entry in store.sources(data=self.folder)["files"]}

    @cached_property
    def has_city(self) -> bool:
        """Whether the City of London is in the data at all (data.police.uk leaves it out)."""
        return CITY_OF_LONDON in set(self.levels["wards"]["borough_code"])

    def holes_allowed(self, level: str) -> int:
        """How many holes a level may have: the City's, in BCUs and where the City is not there."""
        return 1 if level == "bcus" or not self.has_city else 0

    def polygons(self, level: str) -> Polygons:
        """The geometries of a level, EPSG:4326."""
        shapes: Polygons = self.levels[level].geometry.to_numpy()
        return shapes


def check(
    folder: Path, promises: Mapping[str, Callable[[Data], Faults]] | None = None
) -> dict[str, Faults]:
    """Test every promise of a folder of data; return what is wrong under the name of each."""
    data = Data(folder)
    promises = promises or PROMISES
    with ThreadPoolExecutor() as pool:  # most of the work is GEOS's, which leaves Python free
        faults = pool.map(lambda promise: _test(promise, data), promises.values())
        return dict(zip(promises, faults, strict=True))


def _test(promise: Callable[[Data], Faults], data: Data) -> Faults:
    try:
        return promise(data)
    except BcuMapError as error:
        return [str(error)]
    except Exception as error:  # whatever a damaged file makes a library raise
        return [f"cannot be checked: {type(error).__name__}: {error}"]


def files_are_as_described(data: Data) -> Faults:
    """Each file has its entry in sources.json with its hash and rows, and the other way round."""
    faults = []
    shipped = {
        path.relative_to(data.folder).as_posix()
        for path in data.folder.rglob("*")
        if path.suffix in DATA_SUFFIXES or path.name in store.WEB_FILES
    }
    faults += [f"{name} has no entry" for name in sorted(shipped - set(data.entries))]
    faults += [f"{name} is missing" for name in sorted(set(data.entries) - shipped)]
    for name in sorted(shipped & set(data.entries)):
        entry = data.entries[name]
        if passports.sha256(data.folder / name) != entry["sha256"]:
            faults.append(f"{name} is not the file that was described (sha256)")
        if "rows" in entry and rows(data.folder / name) != entry["rows"]:
            faults.append(f"{name} does not have {entry['rows']} rows")
        faults += [f"{name}: no {key}" for key in ("title", "publisher", "licence", "command")
                   if not entry.get(key)]  # fmt: skip
    return faults


def documents_are_as_described(data: Data) -> Faults:
    """Licence and README are the ones that the build vouched for, and its report is whole."""
    described = store.sources(data=data.folder).get("documents", {})
    there = {name for name in store.DOCUMENTS if (data.folder / name).exists()}
    faults = [f"{name} is missing" for name in sorted(set(described) - there)]
    faults += [f"{name} has no hash" for name in sorted(there - set(described))]
    faults += [
        f"{name} is not the file that was described (sha256)"
        for name in sorted(set(described) & there)
        if passports.sha256(data.folder / name) != described[name]
    ]
    report = data.folder / store.REPORT
    if report.exists() and not passports.is_sealed(report.read_bytes()):
        faults.append(f"{store.REPORT} is not as the build wrote it")
    return faults


def tables_keep_their_schema(data: Data) -> Faults:
    """Every table reads back and keeps the rules of schema.py (loading checks them)."""
    return [] if data.levels and data.tables and data.demand is not None else ["no tables"]


def counts_are_right(data: Data) -> Faults:
    """As many BCUs, boroughs and wards of the edition as sources.json and each area state."""
    levels, stated = data.levels, store.sources(data=data.folder)
    numbers = london.numbers(stated, where="sources.json")
    city = int((levels["wards"]["borough_code"] == CITY_OF_LONDON).sum())
    met = len(levels["wards"]) - city
    entry = data.entries["wards.parquet"]
    expected_met = entry.get("met_wards") or numbers.met_wards(entry["edition"])
    found = {
        "BCUs": (len(levels["bcus"]), numbers.bcus),
        "boroughs": (len(levels["boroughs"]), numbers.boroughs - (not data.has_city)),
        "Met wards": (met, met if expected_met is None else expected_met),
        "City wards": (city, numbers.city_wards if data.has_city else 0),
    }
    faults = [
        f"{number} {what}, expected {expected}"
        for what, (number, expected) in found.items()
        if number != expected
    ]
    parts_of = (
        ("boroughs", "borough_code", "wards"),
        ("bcus", "bcu_code", "wards"),
        ("bcus", "bcu_code", "boroughs"),
    )
    for level, key, parts in parts_of:
        counted = levels[level][key].map(levels[parts][key].value_counts())
        if not counted.equals(levels[level][parts]):
            faults.append(f"{level} do not state the number of their {parts}")
    return faults


def codes_and_names_agree(data: Data) -> Faults:
    """Each area names the borough and BCU that the tables name, and only the City has no BCU."""
    boroughs = data.tables["borough table"].set_index("borough_code")
    bcus = data.tables["bcu table"].set_index("bcu_code")
    faults = []
    for level, frame in data.levels.items():
        told = {"bcu": frame["bcu_code"].map(bcus["bcu"])}
        if level != "bcus":
            told |= {
                name: frame["borough_code"].map(boroughs[name]) for name in ("borough", "bcu_code")
            }
        for column, expected in told.items():
            wrong = int((frame[column].fillna("") != expected.fillna("")).sum())
            if wrong:
                faults.append(f"{wrong} {level} with another {column} than the tables say")
    without = set(boroughs.index[boroughs["bcu_code"].isna()]) - {CITY_OF_LONDON}
    return faults + [f"borough {code} has no BCU" for code in sorted(without)]


def every_level_is_a_coverage(data: Data) -> Faults:
    """0 overlaps and identical shared edges in wards, boroughs and BCUs as they are stored."""
    return [
        f"{level} overlap or do not match at their edges"
        for level in LEVELS
        if not coverage.is_coverage(data.polygons(level))
    ]


def there_are_no_gaps(data: Data) -> Faults:
    """No level has a hole, but for the City's in BCUs, and in all where the City is not there.

    The City lies on the Thames, so its hole is open where the source leaves the river out.
    """
    faults = []
    for level in LEVELS:
        allowed = data.holes_allowed(level)
        found = len(coverage.holes(data.polygons(level)))
        if found > allowed:
            faults.append(f"{level} have {found} holes, expected {allowed}")
    return faults


def points_are_looked_up_in_the_same_wards(data: Data) -> Faults:
    """The polygons that points are looked up in are those of the wards and the river."""
    codes, polygons = store.ward_polygons(data=data.folder)
    wards = data.levels["wards"]
    if codes != wards["ward_code"].tolist():
        return ["facts.json has other wards, or in another order"]
    same = shapely.equals_exact(polygons, wards.geometry.to_numpy())
    faults = [] if same.all() else [f"{int((~same).sum())} polygons of wards.wkb differ"]
    if (data.folder / "thames.parquet").exists():
        river = store.thames(data=data.folder).geometry.union_all()
        if not shapely.equals_exact(river, store.thames_polygon(data=data.folder)):
            faults.append("thames.wkb is not the river of thames.parquet")
    return faults


def levels_nest(data: Data) -> Faults:
    """Each borough is exactly its wards and each BCU exactly its boroughs, vertex for vertex."""
    faults = []
    for inner, outer, key in (
        ("wards", "boroughs", "borough_code"),
        ("boroughs", "bcus", "bcu_code"),
    ):
        inside = data.levels[inner].dropna(subset=key)
        whole = data.levels[outer]
        if not coverage.nests(
            inside.geometry.to_numpy(), inside[key].to_numpy(),
            whole.geometry.to_numpy(), whole[key].to_numpy(),
        ):  # fmt: skip
            faults.append(f"{outer} are not exactly their {inner}")
    return faults


def areas_are_conserved(data: Data) -> Faults:
    """Stated areas add up from level to level, and the outlines have the area that is stated."""
    wards, boroughs, bcus = (data.levels[level] for level in ("wards", "boroughs", "bcus"))
    faults = []
    for frame, key in ((boroughs, "borough_code"), (bcus, "bcu_code")):
        parts = wards.groupby(key)["area_km2"].sum().reindex(frame[key]).to_numpy()
        if not np.allclose(parts, frame["area_km2"], rtol=0, atol=1e-4):
            faults.append(f"areas by {key} are not the sums of their wards")
    drawn = shapely.area(projection.to_bng(data.polygons("wards"))) / 1e6
    stated = wards["area_km2"].to_numpy()
    off = np.abs(drawn - stated) / stated
    if off.max() > AREA_TOLERANCE:
        faults.append(f"{wards['ward_code'][off.argmax()]} is drawn {off.max():.1%} off its area")
    if abs(drawn.sum() - stated.sum()) > TOTAL_AREA_TOLERANCE * stated.sum():
        faults.append(f"{drawn.sum():.2f} km² drawn, {stated.sum():.2f} km² stated")
    return faults


def postcodes_lie_in_their_wards(data: Data) -> Faults:
    """Each postcode's ward is the one drawn around it, and mostly the directory's borough."""
    if store.POSTCODES not in data.entries and not (data.folder / store.POSTCODES).exists():
        return []  # a build without them says so
    postcodes, _ = store.postcode_tables(data=data.folder)
    placed = postcodes[postcodes["ward_code"] != ""]
    wards = data.levels["wards"]
    stated = pd.Index(wards["ward_code"]).get_indexer(placed["ward_code"])
    if (stated < 0).any():
        return [f"{int((stated < 0).sum())} postcodes are in wards that wards.parquet has not"]
    boroughs = wards["borough_code"].astype("category")
    told = boroughs.cat.categories.get_indexer(placed["borough_code"])
    agreeing = (boroughs.cat.codes.to_numpy()[stated] == told)[placed["live"]].mean()
    faults = []
    if agreeing < BOROUGHS_AGREEING:
        faults.append(f"only {agreeing:.2%} of live postcodes are in the directory's borough")
    drawn = Locator(data.polygons("wards"))(placed["lon"].to_numpy(), placed["lat"].to_numpy())
    # Postcodes lie on whole metres, and boundaries are drawn to so many.
    margin = math.ceil(data.entries["wards.parquet"]["measured_error_m"]) + 1
    wrong = int(((drawn != stated) & (placed["boundary_m"] > margin)).sum())
    return faults + (
        [f"{wrong} postcodes are drawn in other wards than they state"] if wrong else []
    )


def residents_add_up(data: Data) -> Faults:
    """Residents are those of the population table, and unknown wherever a part is unknown."""
    wards = data.levels["wards"]
    table = data.tables["population table"].set_index("ward_code")["residents"].astype("Int64")
    faults = []
    if not wards["ward_code"].map(table).astype("Int64").equals(wards["residents"].astype("Int64")):
        faults.append("residents of wards are not those of the population table")
    for level in ("boroughs", "bcus"):
        frame, key = data.levels[level], KEYS[level][0]
        sums = wards.groupby(key)["residents"].agg(lambda parts: parts.sum(skipna=False))
        told = frame.set_index(key)["residents"].astype("Float64")
        if not sums.reindex(told.index).astype("Float64").equals(told):
            faults.append(f"residents of {level} are not the sums of their wards")
    return faults


def strengths_are_of_the_met(data: Data) -> Faults:
    """Each of the Met's boroughs has a row of strengths, and a figure just if it is reliable."""
    boroughs = data.tables["borough table"].dropna(subset="bcu_code")
    strengths = data.tables["borough strengths"]
    faults = []
    if set(strengths["borough_code"]) != set(boroughs["borough_code"]):
        faults.append("the boroughs of borough_strengths.csv are not the Met's")
    reliable = strengths["reliable"] == "yes"
    for column in ("fte", "fte_per_10k"):
        if wrong := int((strengths[column].notna() != reliable).sum()):
            faults.append(f"{wrong} boroughs have {column} though not reliable, or none though so")
    worked_out = strengths["fte_per_10k"] * strengths["residents_2021"] / 10_000
    if ((worked_out - strengths["fte"]).abs() > 0.06).any():  # kept to 0.1
        faults.append("fte is not fte_per_10k of residents_2021")
    return faults


def front_counters_can_be_so(data: Data) -> Faults:
    """Events of a site follow from one another, add up to stated totals, and lie in its borough."""
    events = store.records("front counters", data=data.folder)
    boroughs = data.tables["borough table"].dropna(subset="bcu_code")["borough_code"]
    if faults := counter_events.event_faults(events, boroughs):
        return faults
    document = store.counters_web(data=data.folder)
    ordered = sorted(events, key=lambda row: (row["name"], row["from"]))
    told = counters.events_of(document)
    if [{name: row[name] or "" for name in told[0]} for row in ordered] != told:
        faults.append("counters.json has other events than front_counters.csv")
    dates = store.records("counter dates", data=data.folder)
    faults += counter_events.total_faults(events, dates)
    if store.POSTCODES in data.entries:
        borough_of = data.levels["wards"].set_index("ward_code")["borough_code"]
        faults += [
            f"{site['name']}: {site['postcode']} is no postcode of a ward of its borough"
            for site in document["sites"]
            if site["postcode"] and borough_of.get(site["ward_code"]) != site["borough_code"]
        ]
    return faults


def policing_models_agree(data: Data) -> Faults:
    """Every BCU has names by date, the last one today's, and history.json follows the tables."""
    past = store.past(data=data.folder)
    faults = []
    for row in past.bcus:
        code = str(row["bcu_code"])
        if not any(each["bcu_code"] == code for each in past.units):
            faults.append(f"policing_units.csv has no name of {code}")
        elif (name := history.name_on(past.units, code, LAST_DAY)) != row["bcu"]:
            faults.append(f"the last name of {code} is {name}, but bcus.csv has {row['bcu']}")
    if not faults:
        expected = compact.encode(timeline.history_document(past))
        if json.loads(expected) != store.history_web(data=data.folder):
            faults.append("history.json does not follow from the tables")
    return faults


def events_have_grounds(data: Data) -> Faults:
    """Every event has a source, a basis and areas that exist; events.json follows the tables."""
    document = store.events_web(data=data.folder)
    told = events.read(document)
    tables = data.tables["bcu table"]["bcu_code"], data.tables["borough table"]["borough_code"]
    faults = events.faults(told, {str(code) for table in tables for code in table})
    if json.loads(compact.encode(timeline.events_document(data.folder))) != document:
        faults.append("events.json does not follow from the tables")
    return faults


def nothing_planned_is_known(data: Data) -> Faults:
    """No table states as known what its basis calls planned, and tables agree on plans of units.

    That the dates of units are those of the events is held by `events_have_grounds`.
    """
    past = store.past(data=data.folder)
    faults = [
        f"policing_models.csv has {row['label']!r} as holding, and as planned"
        for row in past.models
        if row["basis"] == PLANNED
    ]
    printed = data.tables["roll-out 2018"].set_index("bcu_code")["planned"]
    return faults + [
        f"{row['bcu_code']} was planned for {row['go_live_planned']} by bcus.csv, but for"
        f" {printed[row['bcu_code']]} by roll_out_2018.csv"
        for row in past.bcus
        if printed[row["bcu_code"]] not in (row["go_live_planned"], PILOT)
    ]


def sources_can_be_followed(data: Data) -> Faults:
    """Every source of every table has a name; no bare address stands in one."""
    return [
        f"{store.TABLE_FILES[name]}: {text[:80]!r} is an address without its publisher's name"
        for name, table in data.tables.items()
        for column in table.columns
        if str(column).endswith("source")
        for text in map(str, table[column].dropna().unique())
        if any("://" in each.name for each in sources.read(text))
    ]


def offences_add_up(data: Data) -> Faults:
    """Offences are of the Met's areas, month by month; wards fall short of boroughs by little."""
    tables, known = data.demand, store.demand(data=data.folder)
    atlas = store.atlas(data=data.folder)
    faults = []
    for kind, level in (("wards", "wards"), ("boroughs", "boroughs")):
        if kind not in tables or tables[kind].empty:
            continue
        name, table = store.DEMAND_FILES[kind], known.offences(level)
        if set(table.counts) - set(demand.UNALLOCATED) != set(atlas.met(level)):
            faults.append(f"the areas of {name} are not the Met's {level}")
        if strange := {tuple(sorted(of)) for of in table.counts.values()} - {
            tuple(sorted(demand.GROUPS))
        }:
            faults.append(f"{name} has an area without some group: it has {sorted(strange)[0]}")
        first = f"{table.months[0]}-01"
        if table.months != tuple(
            pd.period_range(first, periods=len(table.months), freq="M").strftime("%Y-%m")
        ):
            faults.append(f"{name} leaves a month out")
    for row in demand.sums(known, atlas):
        share = row["without_ward"] / row["wards"]
        low, high = WITHOUT_WARD[row["month"] >= demand.NEW_SYSTEM_FROM]
        if not low <= share <= high:
            faults.append(
                f"of {row['month']} the boroughs have {share:.1%} more offences than the wards,"
                f" expected {low:.1%} to {high:.1%}"
            )
    return faults


def shares_are_of_the_met(data: Data) -> Faults:
    """Survey and abstraction are of the Met's boroughs; no share is above the whole."""
    met = set(data.tables["borough table"].dropna(subset="bcu_code")["borough_code"])
    faults = []
    if (survey := data.demand.get("survey")) is not None:
        if set(survey["area"]) - met - {MET}:
            faults.append("confidence.csv has areas that are not the Met's")
        if (survey[[*demand.QUESTIONS]] > 100).any(axis=None):
            faults.append("confidence.csv has shares above 100 per cent")
    if (minutes := data.demand.get("minutes")) is not None:
        if set(minutes["borough_code"]) - met:
            faults.append("abstraction.csv has areas that are not the Met's")
        if (minutes["abstracted"] > minutes["minutes"]).any():
            faults.append("abstraction.csv has more minutes taken than there are")
    return faults


def teams_are_of_the_mets_wards(data: Data) -> Faults:
    """Strengths and lists of teams, where they are, name each of the Met's wards and no other."""
    wards = data.levels["wards"].dropna(subset="bcu_code")["ward_code"]
    faults = []
    for kind in ("strengths", "teams"):
        table = data.demand.get(kind)
        if table is not None and len(table) and set(table["ward_code"]) != set(wards):
            faults.append(f"the wards of {store.DEMAND_FILES[kind]} are not the Met's")
    teams = data.demand.get("teams")
    if teams is not None:
        if teams.duplicated(["listed_on", "ward_code"]).any():
            faults.append("ward_teams.csv has a ward twice on a day")
        counts, fetched = teams[[*TEAM_RANKS]].notna(), teams["status"] == FETCHED
        if counts.ne(fetched, axis=0).any(axis=None):
            faults.append(
                "ward_teams.csv has counts without a team that was fetched, or none of it"
            )
    return faults


def errors_are_within_limits(data: Data) -> Faults:
    """Every boundary file states a measured error that keeps to its limit."""
    measured = {name: e for name, e in data.entries.items() if "crs" in e}
    faults = [
        f"{name}: {entry['measured_error_m']} m, at most {entry['max_error_m']} m allowed"
        for name, entry in measured.items()
        if not entry["measured_error_m"] <= entry["max_error_m"]
    ]
    return faults or ([] if measured else ["no file states an error"])


def the_thames_lies_between_the_wards(data: Data) -> Faults:
    """The tidal Thames touches wards, and overlaps none by more than rounding."""
    if not (data.folder / "thames.parquet").exists():
        return ["thames.parquet is missing"]
    river = store.thames(data=data.folder).geometry.to_numpy()
    wards = data.polygons("wards")
    near = shapely.STRtree(wards).query(river[0], predicate="intersects")
    if not len(near):
        return ["it touches no ward"]
    shared = shapely.area(projection.to_bng(shapely.intersection(wards[near], river[0]))).sum()
    return [f"it covers {shared:,.0f} m² of wards"] if shared > 200 else []


def web_layers_match(data: Data) -> Faults:
    """What the page draws is small, has the codes of the data, and is a coverage without gaps."""
    files = store.web_files(data=data.folder)
    layers = {name: content for name, content in files.items() if name.endswith(".topojson")}
    size = sum(len(gzip.compress(content, 6)) for content in layers.values())
    faults = [f"{size:,} bytes compressed"] if size > WEB_LAYERS_LIMIT else []
    facts = json.loads(files["facts.json"])
    for name, level in (("areas", "bcus"), ("areas", "boroughs"), ("wards", "wards")):
        frame = gpd.read_file(data.folder / "web" / f"{name}.topojson", layer=level)
        expected = set(data.levels[level][KEYS[level][0]])
        if set(frame["code"]) != expected or set(facts[level]) != expected:
            faults.append(f"{level} of the page are not those of the data")
        shapes = frame.geometry.to_numpy()
        if not coverage.is_coverage(shapes):
            faults.append(f"{level} of the page are no coverage")
        elif len(coverage.holes(shapes)) > data.holes_allowed(level):
            faults.append(f"{level} of the page have gaps")
    return faults


def borders_are_the_edges_of_wards(data: Data) -> Faults:
    """From near the page draws all edges of wards, where its passport says that they are."""
    if places.BORDERS not in data.entries:
        return [f"{places.BORDERS} is missing: build the wards anew"]
    entry, wards = data.entries[places.BORDERS], data.levels["wards"]
    drawn = borders.read(data.folder / places.BORDERS)
    if drawn.keys() != set(wards["ward_code"]):
        return [f"{len(drawn.keys() ^ set(wards['ward_code']))} wards have none or are no wards"]
    lines = np.array([drawn[code] for code in wards["ward_code"]])
    edges = shapely.boundary(projection.to_bng(data.polygons("wards")))
    off = shapely.hausdorff_distance(lines, edges)  # at vertices, so lengths are compared, too
    is_wrong = off > entry["max_error_m"] - entry["measured_error_m"]
    is_wrong |= ~np.isclose(shapely.length(lines), shapely.length(edges), rtol=0.005)
    return [
        f"{code}: its edges are {metres:.2f} m off, or not as long"
        for code, metres in zip(wards["ward_code"][is_wrong], off[is_wrong], strict=True)
    ][:10]


def addresses_are_counted_in_wards_there_are(data: Data) -> Faults:
    """Addresses are of postcodes and wards there are, the most first, and told by numbers alone."""
    path = data.folder / store.ADDRESSES
    if store.ADDRESSES not in data.entries and not path.exists():
        return []  # nobody has counted them
    known = {OUTSIDE, *store.facts(data=data.folder)["wards"]}
    faults, of_postcodes = [], 0
    for each in store.postcodes(data=data.folder):
        of_postcodes += bool(each.addresses)
        wards = [share for share in each.addresses if share.ward_code != OUTSIDE]
        if strange := {share.ward_code for share in wards} - known:
            faults.append(f"{each.postcode}: addresses in {min(strange)}, which is no ward here")
        numbers = [share.addresses for share in wards]
        is_last = all(share.ward_code != OUTSIDE for share in each.addresses[:-1])
        if each.addresses and not (
            numbers and numbers[-1] > 0 and is_last and numbers == sorted(numbers, reverse=True)
        ):
            faults.append(f"{each.postcode}: the ward with the most addresses is not the first")
    if left := count_rows(path) - of_postcodes:
        faults.append(f"addresses of {left} postcodes that are not there")
    if (size := path.stat().st_size) > addresses.MOST_BYTES:
        faults.append(f"{path.name} takes {size:,} bytes; at most {addresses.MOST_BYTES:,}")
    return faults[:10]


def streets_lie_in_wards_there_are(data: Data) -> Faults:
    """Tables of streets and places are in order, in London, and name wards that there are."""
    known = set(data.levels["wards"]["ward_code"])
    left, bottom, right, top = projection.bng_to_lonlat(
        np.reshape(LONDON_BOUNDS_BNG, (2, 2))
    ).ravel()
    faults = []
    for name in set(places.TABLES) & set(data.entries):
        last = ""
        for row in places.Table(name, places.unpacked(data.folder / name)):
            key = places.street_key(row.name)
            if key < last:
                faults.append(f"{name}: {row.name} is out of order")
            if not row.wards or {ward.code for ward in row.wards} - known:
                faults.append(f"{name}: {row.name} is in no ward, or in one that is not there")
            if not (left < row.lon < right and bottom < row.lat < top):
                faults.append(f"{name}: {row.name} lies outside London")
            last = key
    return faults[:10]


def streets_keep_their_licences_apart(data: Data) -> Faults:
    """Each file of streets and places is under one licence and credited; all are small enough."""
    part = {name: entry for name, entry in data.entries.items() if name in places.FILES}
    faults = [
        f"{name}: {entry['licence']} but “{entry['attribution']}”"
        for name, entry in part.items()
        if (entry["licence"] == ODBL) != ("OpenStreetMap contributors" in entry["attribution"])
    ]
    faults += [f"{name}: no coverage" for name, entry in part.items() if not entry.get("coverage")]
    size = sum((data.folder / name).stat().st_size for name in part)
    if size > context.MOST_BYTES:
        faults.append(f"streets and places take {size:,} bytes; at most {context.MOST_BYTES:,}")
    return faults


def tiles_of_streets_can_be_drawn(data: Data) -> Faults:
    """Every line of every tile lies in its tile."""
    part = {name: entry for name, entry in data.entries.items() if name in places.FILES}
    atlas = places.Files(data.folder, part)
    faults = []
    for name in atlas.served:
        side = int(name.split("-")[0]) * 1000
        tile = json.loads(atlas.tile(name) or b"{}")
        ground = tile.get("ground", {})
        lines = [line for *_, line in places.read_streets(tile)]
        lines += [line for kind in ("green", "water", "rail")
                  for line in places.read_lines(ground.get(kind, ""))]  # fmt: skip
        if any(not (0 <= x <= side and 0 <= y <= side) for line in lines for x, y in line):
            faults.append(f"tile {name}: a line leaves it")
    return faults[:10]


PROMISES: dict[str, Callable[[Data], Faults]] = {
    "files are as sources.json describes": files_are_as_described,
    "licence, README and build report are as sources.json describes": documents_are_as_described,
    "tables keep their schema": tables_keep_their_schema,
    "counts are right": counts_are_right,
    "codes and names agree": codes_and_names_agree,
    "every level is a coverage": every_level_is_a_coverage,
    "there are no gaps": there_are_no_gaps,
    "levels nest exactly": levels_nest,
    "points are looked up in the same wards": points_are_looked_up_in_the_same_wards,
    "areas are conserved": areas_are_conserved,
    "residents add up": residents_add_up,
    "postcodes lie in their wards": postcodes_lie_in_their_wards,
    "addresses are counted in wards there are": addresses_are_counted_in_wards_there_are,
    "strengths are of the Met's boroughs": strengths_are_of_the_met,
    "front counters can be so": front_counters_can_be_so,
    "policing models agree with the BCUs": policing_models_agree,
    "events have grounds": events_have_grounds,
    "nothing planned is told as known": nothing_planned_is_known,
    "sources can be followed": sources_can_be_followed,
    "offences add up": offences_add_up,
    "survey and abstraction are of the Met's boroughs": shares_are_of_the_met,
    "strengths and teams are of the Met's wards": teams_are_of_the_mets_wards,
    "measured errors are within limits": errors_are_within_limits,
    "the Thames lies between the wards": the_thames_lies_between_the_wards,
    "the page draws the same areas": web_layers_match,
    "from near the page draws the edges of the wards": borders_are_the_edges_of_wards,
    "streets lie in wards there are": streets_lie_in_wards_there_are,
    "streets keep their licences apart": streets_keep_their_licences_apart,
    "tiles of streets can be drawn": tiles_of_streets_can_be_drawn,
}


# What a build of nothing but the demand may break.
OF_DEMAND = {
    promise: PROMISES[promise]
    for promise in (
        "files are as sources.json describes",
        "licence, README and build report are as sources.json describes",
        "tables keep their schema",
        "events have grounds",
        "offences add up",
        "survey and abstraction are of the Met's boroughs",
        "strengths and teams are of the Met's wards",
    )
}


# What a build of nothing but streets and places may break.
OF_STREETS = {
    promise: PROMISES[promise]
    for promise in (
        "files are as sources.json describes",
        "licence, README and build report are as sources.json describes",
        "streets lie in wards there are",
        "streets keep their licences apart",
        "tiles of streets can be drawn",
    )
}


# What a build of nothing but addresses may break.
OF_ADDRESSES = {
    promise: PROMISES[promise]
    for promise in (
        "files are as sources.json describes",
        "licence, README and build report are as sources.json describes",
        "addresses are counted in wards there are",
    )
}


def rule_compared(folder: Path) -> addresses.Compared | None:
    """Hold the rule by distance against counts of addresses, if there are some."""
    if not (folder / store.ADDRESSES).exists():
        return None
    return addresses.compared(store.postcodes(data=folder))


def rows(path: Path) -> int:
    """Count the rows of a CSV or Parquet file, or the postcodes of an archive."""
    if path.suffix == ".xz":
        return len(places.Table(path.name, places.unpacked(path)))
    if path.suffix == ".zip":
        return count_rows(path)
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    return len(pd.read_csv(path, dtype=str, keep_default_na=False))
