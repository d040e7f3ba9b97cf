"""Official files in, geodata/ out: the only module that writes geodata/.

`build` reads as the list of its steps. Nothing in the output folder changes until everything has
been written beside it, read back and checked; then each file is renamed into place, sources.json
last.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bcumap.base import compact, dates
from bcumap.base.errors import CoverageError, DataError, SourceError
from bcumap.base.files import filling
from bcumap.base.schema import BNG, LEVELS
from bcumap.build import (
    addresses,
    borders,
    check,
    context,
    demand,
    distances,
    documents,
    london,
    passports,
    placing,
    population,
    strength,
    timeline,
    wards,
    workbook,
)
from bcumap.build import events as counter_events
from bcumap.build import postcodes as postcode_packages
from bcumap.build.levels import Levels, dissolve, with_facts
from bcumap.facts import counters, officers, postcodes, store, teams
from bcumap.facts import demand as asked
from bcumap.facts.places import BORDERS, FILES, FOLDER
from bcumap.geo import coverage, projection
from bcumap.geo.coverage import Polygons
from bcumap.maps import leaflet

log = logging.getLogger(__name__)

# How far a boundary may lie from its source, by tier (m), and the tolerance to start from.
FULL_MAX_ERROR_M, FULL_TOLERANCE = 3.0, 3.0
WEB_MAX_ERROR_M, WEB_TOLERANCE = 15.0, 6.5

# Kept by hand, with a source for every row; a build into another folder takes them along.
HAND_KEPT = (
    "bcus.csv",
    "boroughs.csv",
    "commitments.csv",
    "borough_strengths.csv",
    "front_counters.csv",
    "counter_dates.csv",
    "policing_models.csv",
    "policing_units.csv",
    "policing_structures.csv",
    "policing_money.csv",
    "events.csv",
    "roll_out_2018.csv",
    "force_strength.csv",
)

WARD_OPTIONS = ("crs", "edition", "layer", "code", "name")  # how to read the ward layer

# What stands for the postcodes in a build that has none.
NO_POSTCODES = pd.DataFrame(columns=["live", "easting", "northing", "ward_code"])


@dataclass(frozen=True)
class Request:
    """What to build, from what.

    Attributes
    ----------
    wards
        The ward layer; `crs` and `edition` override what it says of itself, `layer`, `code` and
        `name` say where in it the wards, their codes and their names are.
    out
        The folder to write.
    data
        The folder with the tables of facts and, for what the ward layer lacks (names, boroughs,
        populations, the Thames), an earlier build.
    boroughs, thames, population, strength
        Official files to take instead of the earlier build's.
    demand
        Files of the Datastore on offences, survey, strength and abstraction, or folders of them.
    streets, places
        Files to make the part of streets and places of (see `context`), instead of keeping the
        earlier build's.
    ward_strengths
        The Met's workbook of ward officers.
    teams
        What `officers fetch` wrote: how many data.police.uk lists on each ward's team.
    addresses
        The ONS's UPRN files, to count addresses by postcode and ward instead of keeping the
        earlier build's counts.
    postcodes
        Read a new edition of the postcodes from their packages, instead of placing those of the
        earlier build in the wards.
    met_wards
        How many wards the Met part must have, for an edition that bcumap does not know.
    """

    wards: Path
    out: Path
    data: Path
    boroughs: Path | None = None
    thames: Path | None = None
    population: Path | None = None
    strength: Path | None = None
    demand: tuple[Path, ...] = ()
    ward_strengths: Path | None = None
    teams: Path | None = None
    streets: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()
    addresses: tuple[Path, ...] = ()
    postcodes: bool = False
    crs: str | None = None
    edition: str | None = None
    met_wards: int | None = None
    layer: str | None = None
    code: str | None = None
    name: str | None = None


@dataclass
class Report:
    """What a build did; written as build-report.json and shown by the command line."""

    source: str
    dialect: str = ""
    edition: str = ""
    rows_read: int = 0
    met_wards: int = 0
    city_wards: int = 0
    wards_added: list[str] = field(default_factory=list)
    wards_removed: list[str] = field(default_factory=list)
    names_from_table: int = 0
    names_not_known: int = 0
    boroughs_placed_by_area: int = 0
    coverage_valid_before: bool = False
    coverage_valid_after: bool = False
    wards_repaired: list[str] = field(default_factory=list)
    repair_moved_m: float = 0.0
    repair_area_change_m2: float = 0.0
    measured_error_m: float = 0.0
    web_measured_error_m: float = 0.0
    area_km2: float = 0.0
    area_km2_by_bcu: dict[str, float] = field(default_factory=dict)
    postcodes: int = 0
    postcodes_unsure: float = 0.0  # share of those in use whose addresses may be in several wards
    addresses: dict[str, Any] = field(default_factory=dict)  # see `_addresses_told`
    demand: dict[str, Any] = field(default_factory=dict)  # see `_demand_told`
    promises_kept: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def build(request: Request, *, on_step: Callable[[str], None] = log.info) -> Report:
    """Build geodata/ from an official ward layer.

    Parameters
    ----------
    on_step
        Called with the name of each step as it starts.

    Raises
    ------
    BcuMapError
        If an input cannot be used, a promise would be broken or the disk is full; the output
        folder is then as it was.
    """
    report = Report(source=request.wards.name)
    step = _Steps(report.seconds, on_step)

    with step("read the ward layer"):
        said = {name: getattr(request, name) for name in WARD_OPTIONS}
        source = wards.read_wards(request.wards, **said)
        tables = {
            name: store.table(name, data=request.data)
            for name in ("bcu table", "borough table", "commitments", "borough strengths")
        }
        kept = passports.read(request.data)
    with step("keep London, one row per ward"):
        numbers = london.numbers(kept, where=store.PASSPORTS)
        frame = _keep_london(source, request, tables["borough table"], numbers, report)
    with step("check the coverage"):
        frame = _as_coverage(frame, report)
    with step("simplify as one coverage"):
        full = coverage.simplify(
            frame.geometry.to_numpy(), max_error_m=FULL_MAX_ERROR_M, tolerance=FULL_TOLERANCE
        )
    with step("simplify again for the web"):
        overview = coverage.simplify(
            full.polygons,
            max_error_m=WEB_MAX_ERROR_M,
            tolerance=WEB_TOLERANCE,
            source=frame.geometry.to_numpy(),
        )
    with step("dissolve to boroughs and BCUs, and reproject"):
        people = _population(request)
        facts = with_facts(
            frame,
            borough_table=tables["borough table"],
            bcu_table=tables["bcu table"],
            people=people,
        )
        levels = dissolve(facts, full.polygons)
        web_levels = dissolve(facts, overview.polygons)
        river = _river(request)
    with step("read what is asked of the police"):
        told = _demand(request, facts, source.edition, report)
    with step("place the postcodes"):
        book = _postcodes(request, placing.Ground(frame, river), report)

    _describe(report, source, facts, full, overview)
    with filling(request.out, last="sources.json") as staging:
        with step("write beside the output"):
            # An earlier build's river has been fitted; only one from a file has to grow first.
            margin_m = full.error_m if request.thames else 0.0
            _write_frames(staging, levels, _between_banks(river, full.polygons, margin_m))
            _write_tables(staging, request, people)
            _write_demand(staging, told)
            if book is not None:
                (staging / store.POSTCODES).write_bytes(book.packed)
            web_river = _between_banks(river, overview.polygons, overview.error_m)
            _write_web(staging, web_levels, web_river, tables, source.edition)
            (staging / BORDERS).write_bytes(borders.pack(levels.wards))
            _write_through_time(staging, facts)
            report.demand = _demand_told(staging, told)
            part = _context(staging, request, kept, report)
            part += _addresses(staging, request, kept, report)
            (staging / "web" / "map.js").write_text(leaflet.map_script(), encoding="utf-8")
            editions = demand.editions(told.frames)
            _write_sources(staging, request, source, report, book, kept, editions, part)
        with step("read back and verify"):
            report.promises_kept = _verify(staging, _promises(book))
        _write_json(staging / store.REPORT, passports.sealed(asdict(report)))
    _forget((*FILES, store.ADDRESSES), request.out, {entry["file"] for entry in part})
    return report


def build_context(
    out: Path, data: Path, *, streets: Sequence[Path], places: Sequence[Path]
) -> list[passports.Entry]:
    """Build the part of streets and places alone, for the wards of an earlier build.

    Returns
    -------
    list of dict
        The passports of its files.

    Raises
    ------
    BcuMapError
        If a source cannot be used, a promise would be broken or the disk is full; the output
        folder is then as it was.
    """
    described = dict(store.sources(data=data))
    kept = passports.read(data)
    made = context.make(streets, places, context.ground(data))
    wards_entry = next(each for each in described["files"] if each["file"] == "wards.parquet")
    command = " ".join(["bcumap build", *_context_words(streets, places)])
    part = context.entries(made, kept, command, wards_entry)
    with filling(out, last="sources.json") as staging:
        shutil.copytree(data, staging, dirs_exist_ok=True)
        shutil.rmtree(staging / FOLDER, ignore_errors=True)
        context.put(made, staging)
        others = [each for each in described["files"] if not each["file"].startswith(FOLDER)]
        described["files"] = sorted([*others, *part], key=lambda entry: entry["file"])
        there = [name for name in store.DOCUMENTS if (data / name).exists()]
        described["documents"] = {name: passports.sha256(data / name) for name in there}
        _write_json(staging / "sources.json", described)
        _verify(staging, check.OF_STREETS)
    _forget(FILES, out, set(made))
    return part


def _context_words(streets: Sequence[Path], places: Sequence[Path]) -> list[str]:
    return [*(f"--streets {path.name}" for path in streets),
            *(f"--places {path.name}" for path in places)]  # fmt: skip


def _forget(names: Iterable[str], out: Path, written: set[str]) -> None:
    """Remove those files of a part that an earlier build wrote and this one did not."""
    for name in set(names) - written:
        (out / name).unlink(missing_ok=True)


def add_addresses(part: addresses.Part, *, out: Path, data: Path) -> Report:
    """Put counts of addresses into a folder of data, and leave everything else as it is.

    Parameters
    ----------
    part
        What was counted (`addresses.count`), by the postcodes and wards of `data`.
    out
        The folder to write.
    data
        The folder with an earlier build.

    Returns
    -------
    Report
        With `addresses` and `promises_kept`.

    Raises
    ------
    BcuMapError
        If a promise would be broken or the disk is full; the folder is then as it was.
    """
    report, described = Report(source=part.command), dict(store.sources(data=data))
    with filling(out, last="sources.json") as staging:
        shutil.copytree(data, staging, dirs_exist_ok=True)
        entry = addresses.put(part, staging, passports.read(data), f"bcumap build {part.command}")
        others = [each for each in described["files"] if each["file"] != store.ADDRESSES]
        described["files"] = sorted([*others, entry], key=lambda each: each["file"])
        _write_json(staging / "sources.json", described)
        report.addresses = _addresses_told(staging, part.tally)
        _add_to_report(staging, addresses=report.addresses)
        report.promises_kept = _verify(staging, check.OF_ADDRESSES)
    return report


def _add_to_report(staging: Path, **told: dict[str, Any]) -> None:
    """Write an earlier build's report with what a part of it says now."""
    earlier = json.loads((staging / store.REPORT).read_bytes())
    earlier = {key: value for key, value in earlier.items() if key != "sha256"}
    _write_json(staging / store.REPORT, passports.sealed({**earlier, **told}))


def _addresses(
    staging: Path, request: Request, kept: dict[str, Any], report: Report
) -> list[passports.Entry]:
    """Write the counts of addresses beside the rest; return their passport, if there are any."""
    if request.addresses:
        part = addresses.count(request.addresses, staging)
        entries = [addresses.put(part, staging, kept, _command(request))]
        report.addresses = _addresses_told(staging, part.tally)
        return entries
    entries, note = addresses.carry_over(request.data, staging)
    report.notes += [note] if note else []
    report.addresses = _addresses_told(staging, None) if entries else {}
    return entries


def _addresses_told(staging: Path, tally: addresses.Tally | None) -> dict[str, Any]:
    """Return what a report says of addresses: what was counted, and what the rule says of them."""
    compared = addresses.compared(store.postcodes(data=staging))
    return {**(asdict(tally) if tally else {}), **compared._asdict()}


def _context(
    staging: Path, request: Request, kept: dict[str, Any], report: Report
) -> list[passports.Entry]:
    """Write streets and places beside the rest; return their passports."""
    if not request.streets and not request.places:
        part, note = context.carry_over(request.data, staging)
        report.notes += [note] if note else []
        return part
    made = context.make(request.streets, request.places, context.ground(staging))
    context.put(made, staging)
    return context.entries(made, kept, _command(request), {"edition": report.edition})


class _Steps:
    """Times the steps of a build and says when one starts."""

    def __init__(self, seconds: dict[str, float], on_step: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._on_step = on_step

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self._on_step(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = round(time.perf_counter() - start, 3)


# --- keep London, one row per ward -------------------------------------------------------------


def _keep_london(
    source: wards.WardFile,
    request: Request,
    borough_table: pd.DataFrame,
    numbers: london.Numbers,
    report: Report,
) -> gpd.GeoDataFrame:
    """Return London's wards, each with borough and name, checked against the edition."""
    known = _earlier(request.data, "wards")
    kept = london.keep_london(source.wards, known=known, boroughs=lambda: _borough_layer(request))
    london.check_boroughs(kept.wards, borough_table, where=report.source)
    report.met_wards, report.city_wards = london.check_counts(
        kept.wards,
        numbers,
        edition=source.edition,
        stated=request.met_wards,
        where=report.source,
    )
    report.names_from_table, report.names_not_known = kept.named_by_table, kept.not_named
    report.boroughs_placed_by_area = kept.placed_by_area
    if known is not None:
        before, now = set(known["ward_code"]), set(kept.wards["ward_code"])
        report.wards_added, report.wards_removed = sorted(now - before), sorted(before - now)
    if not report.city_wards:
        report.notes.append("The source has no City of London: built without it.")
    if not source.edition:
        report.notes.append("The edition is not stated, so the number of wards was not checked.")
    return kept.wards


def _earlier(data: Path, level: str) -> gpd.GeoDataFrame | None:
    return store.areas(level, data=data) if (data / f"{level}.parquet").exists() else None


def _borough_layer(request: Request) -> gpd.GeoDataFrame:
    """Return the boroughs in metres, from the file given or the earlier build."""
    if request.boroughs is not None:
        return wards.read_boroughs(request.boroughs)
    earlier = _earlier(request.data, "boroughs")
    if earlier is None:
        raise SourceError(
            f"{request.wards}: the wards name no borough and {request.data} has no borough layer"
            " to place them in; give one with --boroughs FILE"
        )
    return projection.frame_to_bng(earlier)


# --- check and repair --------------------------------------------------------------------------


def _as_coverage(frame: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """Return the wards as a valid coverage without holes, repaired where that is allowed."""
    polygons = frame.geometry.to_numpy()
    report.coverage_valid_before = coverage.is_coverage(polygons)
    if not report.coverage_valid_before or _stray_holes(polygons, report):
        repaired = coverage.repair(polygons)
        report.wards_repaired = frame["ward_code"][repaired.changed].tolist()
        report.repair_moved_m = round(repaired.moved_m, 3)
        report.repair_area_change_m2 = round(repaired.area_change_m2, 1)
        polygons = repaired.polygons
        if left := _stray_holes(polygons, report):
            raise CoverageError(
                f"{report.source}: the wards leave {left} holes that are wider than"
                f" {coverage.REPAIR_GAP_WIDTH_M:g} m: parts of London are missing"
            )
    report.coverage_valid_after = True  # as it was, or `repair` would have raised
    return frame.set_geometry(polygons, crs=BNG)


def _stray_holes(polygons: Polygons, report: Report) -> int:
    """Count the holes in a coverage, but for the one that the City leaves if it is not there."""
    return max(0, len(coverage.holes(polygons)) - (0 if report.city_wards else 1))


# --- facts, levels, the Thames -----------------------------------------------------------------


def _population(request: Request) -> pd.DataFrame:
    if request.population is not None:
        return population.read_population(request.population)
    # Whole numbers stay whole, though some are missing.
    return store.table("population table", data=request.data).convert_dtypes()


def _river(request: Request) -> Polygons | None:
    """Return the tidal Thames in metres, from the file given or the earlier build."""
    if request.thames is not None:
        frame = wards.read_layer(request.thames)
    elif (request.data / "thames.parquet").exists():
        frame = store.thames(data=request.data)
    else:
        return None
    shapes: Polygons = projection.frame_to_bng(frame).geometry.to_numpy()
    return shapes


def _between_banks(
    river: Polygons | None, banks: Polygons, margin_m: float
) -> gpd.GeoDataFrame | None:
    """Fit the river to the banks that wards of some detail draw."""
    if river is None:
        return None
    fitted = coverage.fill_between(river, banks, margin_m=margin_m)
    shapes = projection.to_wgs84(np.array([fitted]))
    return gpd.GeoDataFrame({"name": ["River Thames"]}, geometry=shapes, crs=projection.WGS84_CRS)


# --- demand --------------------------------------------------------------------------------------


def add_demand(
    paths: tuple[Path, ...],
    *,
    out: Path,
    data: Path,
    ward_strengths: Path | None = None,
    teams: Path | None = None,
) -> Report:
    """Put next month's files into a folder of data, and leave everything else as it is.

    Parameters
    ----------
    paths
        Files of the Datastore on offences, survey, strength and abstraction, or folders of them.
    out
        The folder to write.
    data
        The folder with an earlier build.
    ward_strengths, teams
        As in a `Request`.

    Returns
    -------
    Report
        With `demand`, `notes` and `promises_kept`.

    Raises
    ------
    BcuMapError
        If a file cannot be used or a promise would be broken; the folder is then as it was.
    """
    kept, described = passports.read(data), dict(store.sources(data=data))
    named = [("demand", path) for path in paths]
    named += [("strengths", ward_strengths)] if ward_strengths else []
    named += [("teams", teams)] if teams else []
    report = Report(source=", ".join(path.name for _, path in named))
    edition = next(e["edition"] for e in described["files"] if e["file"] == "wards.parquet")
    command = " ".join(["bcumap build", *(f"--{option} {path.name}" for option, path in named)])
    wards = store.areas("wards", data=data)
    told = _demand_read(paths, wards, edition, data, ward_strengths, teams)
    with filling(out, last="sources.json") as staging:
        for entry in described["files"]:
            _copy(data, staging, entry["file"])
        for name in (*described["documents"], store.REPORT):
            _copy(data, staging, name)
        hashes = {entry["file"]: entry["sha256"] for entry in described["files"]}
        changed: dict[str, int | None] = {
            name: rows
            for name, rows in _write_demand(staging, told).items()
            if passports.sha256(staging / name) != hashes.get(name)
        }
        report.notes = told.notes
        report.demand = _demand_told(staging, told)
        if ward_strengths or teams:
            (staging / "web" / "facts.json").write_bytes(_with_wards(wards, data, staging))
            changed["web/facts.json"] = None
        if told.strength is not None:
            events = compact.encode(timeline.events_document(staging))
            (staging / "web" / "events.json").write_bytes(events)
            changed["web/events.json"] = None
        described["files"] = passports.renewed(
            described["files"], staging, changed, demand.editions(told.frames), command, kept
        )
        described["documents"] = {
            name: passports.sha256(staging / name) for name in described["documents"]
        }
        _write_json(staging / "sources.json", described)
        _add_to_report(staging, demand=report.demand)
        report.promises_kept = _verify(staging, check.OF_DEMAND)
    return report


def _with_wards(wards: pd.DataFrame, data: Path, staging: Path) -> bytes:
    """Return the facts of an earlier build with what a folder has now of the teams of wards."""
    facts: dict[str, Any] = json.loads((data / "web" / "facts.json").read_bytes())
    known = store.demand(data=staging)
    rows = officers.by_level(
        "wards",
        store.rows(pd.DataFrame(wards.drop(columns="geometry"))),
        (),
        officers.commitment_on(store.records("commitments", data=data), dt.date.max),
        by_ward=known.strengths.means(dt.date.max),
        listed=(listed := teams.last(known.teams)),
    )
    for code, told in documents.officers_told(rows, "wards").items():
        facts["wards"][code]["officers"] = told
    facts["officers"] |= documents.of_wards(known.strengths.mean_of, teams.days(listed))
    return compact.encode(facts)


def _copy(data: Path, staging: Path, name: str) -> None:
    (staging / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data / name, staging / name)


def _demand(request: Request, wards: pd.DataFrame, edition: str, report: Report) -> demand.Tables:
    """Read the files given, or keep what the earlier build has of these very areas."""
    given = request.ward_strengths, request.teams
    told = _demand_read(request.demand, wards, edition, request.data, *given)
    report.notes += told.notes
    return told


def _demand_read(
    paths: tuple[Path, ...],
    wards: pd.DataFrame,
    edition: str,
    data: Path,
    ward_strengths: Path | None,
    teams: Path | None,
) -> demand.Tables:
    places, today = demand.Places.of(wards, edition), dates.today()
    told = demand.kept(store.demand_tables(data=data), places)
    if paths:
        read = demand.read(paths, places, told.frames, today=today)
        told = demand.Tables(
            {**told.frames, **read.frames}, read.strength, [*told.notes, *read.notes]
        )
    if ward_strengths is not None:
        book = workbook.read_workbook(ward_strengths, store.atlas(data=data))
        minutes = told.frames.get("minutes")
        told.notes += [*book.notes, *workbook.compared(book.minutes, minutes)]
        told.frames["strengths"] = book.strengths
        if len(book.minutes):
            told.frames["minutes"] = demand.with_workbook(book.minutes, minutes)
    if teams is not None:
        earlier = told.frames.get("teams")
        told.frames["teams"] = demand.read_teams(teams, places, earlier, today=today)
    return told


def _write_demand(staging: Path, told: demand.Tables) -> dict[str, int]:
    """Write the tables; return how many rows each has, by its name."""
    rows = {}
    for kind, frame in told.frames.items():
        name = store.DEMAND_FILES[kind]
        frame.to_csv(staging / name, index=False, lineterminator="\n")
        rows[name] = len(frame)
    if told.strength is not None:
        told.strength.to_csv(staging / demand.STRENGTH, index=False, lineterminator="\n")
        rows[demand.STRENGTH] = len(told.strength)
    return rows


def _demand_told(staging: Path, told: demand.Tables) -> dict[str, Any]:
    """Return what a report says of demand: months, and what wards and boroughs differ by."""
    rows = asked.sums(store.demand(data=staging), store.atlas(data=staging))
    return {
        "months": {
            store.DEMAND_FILES[kind]: demand.months_of(frame, kind)
            for kind, frame in told.frames.items()
            if len(frame)
        },
        "months_with_both": len(rows),
        **{
            column: sum(row[column] for row in rows)
            for column in ("wards", "boroughs", "airports", "unknown", "without_ward")
        },
        "notes": told.notes,
    }


# --- postcodes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Book:
    """London's postcodes in these wards, as the file to write."""

    packed: bytes
    origin: passports.PostcodeOrigin
    is_new: bool = True  # or the earlier build's, placed in the same wards then


def _postcodes(request: Request, ground: placing.Ground, report: Report) -> _Book | None:
    """Place the postcodes of the packages or of the earlier build in the wards."""
    if request.postcodes:
        directory = postcode_packages.read_directory()
        table = directory.london.assign(reach_m=placing.spread(directory.london))
        origin = passports.PostcodeOrigin(directory.edition, directory.listed, _command(request))
        return _placed(table, directory.districts, ground, origin, report)
    earlier = request.data / store.POSTCODES
    if not earlier.exists():
        report.notes.append("There are no postcodes: --postcodes reads them from their packages.")
        return None
    entries = {entry["file"]: entry for entry in store.sources(data=request.data)["files"]}
    entry = entries[store.POSTCODES]
    origin = passports.PostcodeOrigin(entry["as_of"], entry["listed_by"], entry["command"])
    if entry["ward_source_sha256"] == passports.sha256(request.wards):
        return _Book(earlier.read_bytes(), origin, is_new=False)
    table, districts = store.postcode_tables(data=request.data)
    origin = replace(origin, command=_command(request))
    return _placed(table, districts, ground, origin, report)


def _placed(
    table: pd.DataFrame,
    districts: pd.DataFrame,
    ground: placing.Ground,
    origin: passports.PostcodeOrigin,
    report: Report,
) -> _Book:
    placed = placing.place(table, ground)
    report.postcodes = len(placed)
    unsure = placed.loc[placed["live"], "others"] != ""
    report.postcodes_unsure = round(float(unsure.mean()), 4)
    return _Book(postcodes.pack(placed, districts), origin)


# --- describe, write, verify, publish ----------------------------------------------------------


def _describe(
    report: Report,
    source: wards.WardFile,
    facts: gpd.GeoDataFrame,
    full: coverage.Simplified,
    overview: coverage.Simplified,
) -> None:
    report.dialect, report.edition = source.dialect, source.edition
    report.rows_read = source.rows_read
    report.measured_error_m = round(full.error_m, 3)
    report.web_measured_error_m = round(overview.error_m, 3)
    report.area_km2 = round(float(facts["area_km2"].sum()), 3)
    by_bcu = facts.groupby("bcu_code")["area_km2"].sum().round(3)
    report.area_km2_by_bcu = {str(code): float(area) for code, area in by_bcu.items()}


def _write_frames(staging: Path, levels: Levels, river: gpd.GeoDataFrame | None) -> None:
    frames = {"wards": levels.wards, "boroughs": levels.boroughs, "bcus": levels.bcus}
    if river is not None:
        frames["thames"] = river
    for name, frame in frames.items():
        frame.to_parquet(staging / f"{name}.parquet", compression="zstd", index=False)
    for name in frames.keys() & {"wards", "thames"}:
        polygons = shapely.geometrycollections(frames[name].geometry.to_numpy())
        (staging / f"{name}.wkb").write_bytes(shapely.to_wkb(polygons))


def _write_tables(staging: Path, request: Request, people: pd.DataFrame) -> None:
    for name in HAND_KEPT:
        shutil.copyfile(request.data / name, staging / name)
    if request.strength is not None:
        table = strength.read_strength(request.strength)
        table.to_csv(staging / "force_strength.csv", index=False, lineterminator="\n")
    people.to_csv(staging / "ward_population.csv", index=False, lineterminator="\n")


def _write_web(
    staging: Path,
    levels: Levels,
    river: gpd.GeoDataFrame | None,
    tables: dict[str, pd.DataFrame],
    edition: str,
) -> None:
    folder = staging / "web"
    folder.mkdir()
    layers = {"bcus": levels.bcus, "boroughs": levels.boroughs}
    if river is not None:
        layers["thames"] = river
    (folder / "areas.topojson").write_bytes(documents.topology(layers))
    ward_layer = documents.topology({"wards": levels.wards})
    (folder / "wards.topojson").write_bytes(ward_layer)
    commitments, strengths, ward_rows = (
        store.rows(frame)
        for frame in (
            tables["commitments"], tables["borough strengths"],
            pd.DataFrame(levels.wards.drop(columns="geometry")),
        )
    )  # fmt: skip
    commitment = officers.commitment_on(commitments, dt.date.max)
    known = store.demand(data=staging)
    by_ward, listed = known.strengths, teams.last(known.teams)
    means = by_ward.means(dt.date.max)
    facts = documents.area_facts(
        levels.bcus,
        levels.boroughs,
        levels.wards,
        bcu_table=tables["bcu table"],
        edition=edition,
        residents_as_of=population.MID_2024,
        commitments=commitments,
        commitment=commitment,
        officers={
            level: officers.by_level(
                level, ward_rows, strengths, commitment, by_ward=means, listed=listed
            )
            for level in LEVELS
        },
        strength_months=(
            min(row["from_month"] for row in strengths),
            max(row["to_month"] for row in strengths),
        ),
        added=documents.of_wards(by_ward.mean_of, teams.days(listed)),
        neighbours=documents.neighbours(ward_layer),
        seen_on=_seen_on(tables.values()),
    )
    (folder / "facts.json").write_bytes(facts)


def _seen_on(tables: Iterable[pd.DataFrame]) -> tuple[str, str]:
    """Return the first and last day on which sources of the tables were seen."""
    days = pd.concat([table["seen_on"] for table in tables if "seen_on" in table])
    return str(days.min()), str(days.max())


def _write_through_time(staging: Path, wards: pd.DataFrame) -> None:
    """Write what the pages say of any date, from the tables that have been written."""
    events = store.records("front counters", data=staging)
    areas = {
        str(row["borough_code"]): row["bcu_code"]
        for row in store.records("borough table", data=staging)
    }
    met = [code for code, bcu in areas.items() if bcu]
    counter_events.check_events(events, met, where="front_counters.csv")
    has_postcodes = (staging / store.POSTCODES).exists()
    archive = store.postcodes(data=staging) if has_postcodes else None
    at = store.postcode_tables(data=staging)[0] if has_postcodes else NO_POSTCODES
    document = timeline.counters_document(
        events,
        store.records("counter dates", data=staging),
        counters.sites(events, archive),
        distances.homes(wards, at),
        areas,
    )
    (staging / "web" / "counters.json").write_bytes(compact.encode(document))
    past = timeline.history_document(store.past(data=staging))
    (staging / "web" / "history.json").write_bytes(compact.encode(past))
    told = compact.encode(timeline.events_document(staging))
    (staging / "web" / "events.json").write_bytes(told)


def _promises(book: _Book | None) -> dict[str, Callable[[check.Data], list[str]]]:
    """What to check of a build.

    Postcodes that are the earlier build's to the byte, in the same wards, were checked then: that
    takes as long as everything else.
    """
    promises = dict(check.PROMISES)
    if book is not None and not book.is_new:
        del promises["postcodes lie in their wards"]
    return promises


def _verify(staging: Path, promises: Mapping[str, Callable[[check.Data], list[str]]]) -> int:
    """Check promises on the written files; return how many there are."""
    outcome = check.check(staging, promises)
    if broken := [f"{promise}: {fault}" for promise, faults in outcome.items() for fault in faults]:
        raise DataError(f"the build breaks a promise and was not published: {'; '.join(broken)}")
    return len(outcome)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_sources(
    staging: Path,
    request: Request,
    source: wards.WardFile,
    report: Report,
    book: _Book | None,
    kept: dict[str, Any],
    editions: dict[str, str],
    part: list[passports.Entry],
) -> None:
    origin = passports.Origin(
        source_file=request.wards.name,
        source_sha256=passports.sha256(request.wards),
        dialect=source.dialect,
        edition=source.edition,
        geometry_sources=source.geometry_sources,
        command=_command(request),
        max_error_m={"full": FULL_MAX_ERROR_M, "web": WEB_MAX_ERROR_M},
        measured_error_m={"full": report.measured_error_m, "web": report.web_measured_error_m},
        met_wards=request.met_wards,
        postcodes=book.origin if book else None,
        demand=editions,
    )
    files = [path for path in staging.iterdir() if path.suffix in (".parquet", ".csv", ".zip")]
    rows = {path.name: check.rows(path) for path in files}
    documents = {name: request.data / name for name in store.DOCUMENTS}
    for name, path in documents.items():
        if path.exists():
            shutil.copyfile(path, staging / name)
    described = {
        "london": kept["london"],
        "files": sorted(
            [*passports.passports(staging, origin, rows, kept), *part],
            key=lambda entry: entry["file"],
        ),
        "documents": {
            name: passports.sha256(path) for name, path in documents.items() if path.exists()
        },
    }
    _write_json(staging / "sources.json", described)


def _command(request: Request) -> str:
    """Return the command that makes this build, with the names of its files."""
    words = ["bcumap build", f"--wards {request.wards.name}"]
    for option in ("boroughs", "thames", "population", "strength"):
        if path := getattr(request, option):
            words.append(f"--{option} {path.name}")
    words += [f"--demand {path.name}" for path in request.demand]
    if request.ward_strengths:
        words.append(f"--strengths {request.ward_strengths.name}")
    if request.teams:
        words.append(f"--teams {request.teams.name}")
    words += _context_words(request.streets, request.places)
    words += [f"--addresses {path.name}" for path in request.addresses]
    if request.postcodes:
        words.append("--postcodes")
    for option in (*WARD_OPTIONS, "met_wards"):
        if value := getattr(request, option):
            words.append(f"--{option.replace('_', '-')} {value}")
    return " ".join(words)
