"""Read geodata/, the only module that does: checked frames, tables and the prepared web files.

The frames need geopandas, which costs a serving process 100 MB, and polygons need shapely, which
costs 20 MB; they are therefore imported by the functions that use them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bcumap.base.errors import DataError
from bcumap.base.schema import LEVELS, WGS84, check_table
from bcumap.facts.postcodes import Archive, unpack, unpack_addresses

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely

    from bcumap.facts.areas import Atlas
    from bcumap.facts.demand import Demand
    from bcumap.facts.find import Finder
    from bcumap.facts.history import Past
    from bcumap.facts.named import Places
    from bcumap.facts.places import Files
    from bcumap.facts.surroundings import Surroundings
    from bcumap.geo.coverage import Polygons

_PACKAGE = Path(__file__).resolve().parents[1]
# In the package where it is installed, beside it in the repository.
SHIPPED = next(filter(Path.is_dir, [_PACKAGE / "geodata"]), _PACKAGE.parent / "geodata")

TABLE_FILES = {
    "bcu table": "bcus.csv",
    "borough table": "boroughs.csv",
    "population table": "ward_population.csv",
    "commitments": "commitments.csv",
    "borough strengths": "borough_strengths.csv",
    "front counters": "front_counters.csv",
    "counter dates": "counter_dates.csv",
    "policing models": "policing_models.csv",
    "policing units": "policing_units.csv",
    "policing structures": "policing_structures.csv",
    "policing money": "policing_money.csv",
    "events": "events.csv",
    "roll-out 2018": "roll_out_2018.csv",
    "officers in all": "force_strength.csv",
}
# What is asked of the police and thought of them, by what stands in it; each may be missing.
DEMAND_FILES = {
    "wards": "ward_offences.csv",
    "boroughs": "borough_offences.csv",
    "survey": "confidence.csv",
    "minutes": "abstraction.csv",
    "strengths": "ward_strengths.csv",  # only where a deployer has read the Met's workbook
    "teams": "ward_teams.csv",  # only where one has asked data.police.uk
}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
POSTCODES = "postcodes.zip"
ADDRESSES = "addresses.zip"  # only where a deployer has counted them: `bcumap build --addresses`
# What the page links to, all of it public.
WEB_FILES = (
    "areas.topojson",
    "wards.topojson",
    "facts.json",
    "map.js",
    "counters.json",
    "history.json",
    "events.json",
)
# What says whose the data are and what is in them; sources.json has their hashes.
PASSPORTS = "passports.toml"
DOCUMENTS = ("LICENCE.md", "README.md", PASSPORTS)
REPORT = "build-report.json"  # has its own hash, because it says how long the build took
# What others may want as it is, with its licence and its passport.
PUBLIC_FILES = (
    "LICENCE.md",
    "README.md",
    "sources.json",
    "bcus.parquet",
    "boroughs.parquet",
    "wards.parquet",
    "thames.parquet",
    *(f"web/{name}" for name in WEB_FILES if name != "map.js"),
)


def data_dir() -> Path:
    """Return the folder of data in use: BCUMAP_DATA, or the geodata/ that ships with bcumap."""
    return Path(os.environ.get("BCUMAP_DATA", SHIPPED))


def areas(level: str, *, data: Path | None = None) -> gpd.GeoDataFrame:
    """Read one level of the coverage.

    Parameters
    ----------
    level
        "bcus", "boroughs" or "wards"; the columns of each are in docs/data.md.

    Returns
    -------
    GeoDataFrame
        A row per area in the order of its code, EPSG:4326.

    Raises
    ------
    DataError
        If the file is missing, unreadable or breaks its table's rules.
    """
    if level not in LEVELS:
        raise DataError(f"there is no level {level!r}; expected one of {', '.join(LEVELS)}")
    frame = _read_parquet((data or data_dir()) / f"{level}.parquet")
    check_table(frame, level, where=f"{level}.parquet")
    return frame


def ward_polygons(*, data: Path | None = None) -> tuple[list[str], Polygons]:
    """Read the polygons of `areas("wards")` alone: quick, and without geopandas.

    Returns
    -------
    codes, polygons
        GSS codes and their polygons (EPSG:4326), in the order of the codes.

    Raises
    ------
    DataError
        If the file is missing, unreadable or not of the wards in facts.json.
    """
    codes = list(facts(data=data)["wards"])
    path = (data or data_dir()) / "wards.wkb"
    polygons = _read_wkb(path)
    if len(polygons) != len(codes):
        raise DataError(
            f"{path}: {len(polygons)} polygons, but facts.json has {len(codes)} wards; rebuild"
        )
    return codes, polygons


def thames_polygon(*, data: Path | None = None) -> shapely.Geometry:
    """Read the polygon of `thames()` alone (EPSG:4326); an empty one if the river is not known."""
    import shapely

    path = (data or data_dir()) / "thames.wkb"
    return shapely.union_all(_read_wkb(path)) if path.exists() else shapely.Polygon()


def thames(*, data: Path | None = None) -> gpd.GeoDataFrame:
    """Read the tidal Thames below mean high water: one row, `name`, EPSG:4326."""
    return _read_parquet((data or data_dir()) / "thames.parquet")


def table(name: str, *, data: Path | None = None) -> pd.DataFrame:
    """Read a table of facts by its name in `TABLE_FILES`, with the BCU code NA kept as text."""
    return _read_csv(TABLE_FILES[name], name, data)


def records(name: str, *, data: Path | None = None) -> list[dict[str, Any]]:
    """Read a table as `table` does, into a dict per row, without pandas; not known is None."""
    path = (data or data_dir()) / TABLE_FILES[name]
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            heads, *lines = csv.reader(stream, strict=True)
        columns = dict(zip(heads, map(_typed, zip(*lines, strict=True)), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            f"{path}: cannot be read as CSV ({error}); restore it or rebuild"
        ) from error
    check_table(columns, name, where=path.name)
    return [dict(zip(heads, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _typed(texts: Sequence[str]) -> list[Any]:
    """Read a column as numbers if it holds nothing else, whole ones if all are; "" is None."""
    if not all(_NUMBER.fullmatch(text) for text in texts if text):
        return [text or None for text in texts]
    numbers = [float(text) if text else None for text in texts]
    is_whole = all(number is None or number.is_integer() for number in numbers)
    return [int(number) if is_whole and number is not None else number for number in numbers]


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as a dict per row, whole numbers as such; what is not known is None."""
    plain = frame.convert_dtypes().astype(object)
    found: Any = plain.where(frame.notna(), None).to_dict("records")
    return list(found)


def past(*, data: Path | None = None) -> Past:
    """Read the tables of policing models and units."""
    from bcumap.facts.history import Past

    names = ("models", "units", "structures", "money")
    told = {name: records(f"policing {name}", data=data) for name in names}
    return Past(
        **told,
        bcus=records("bcu table", data=data),
        boroughs=records("borough table", data=data),
        commitments=records("commitments", data=data),
    )


def demand(*, data: Path | None = None) -> Demand:
    """Read offences, survey and abstraction: quick, and without pandas; what is missing is empty.

    Raises
    ------
    DataError
        If a table cannot be read.
    """
    from bcumap.facts import demand as asked
    from bcumap.facts import teams

    def rows(kind: str) -> Iterator[list[str]]:
        path = (data or data_dir()) / DEMAND_FILES[kind]
        if path.exists():
            with path.open(encoding="utf-8", newline="") as stream:
                yield from csv.reader(stream)

    def by_name(kind: str) -> Iterator[dict[str, str]]:
        lines = rows(kind)
        head = next(lines, [])
        yield from (dict(zip(head, row, strict=True)) for row in lines)

    try:
        minutes = list(by_name("minutes"))
        return asked.Demand(
            wards=asked.read_offences(rows("wards")),
            boroughs=asked.read_offences(rows("boroughs")),
            survey=asked.read_survey(by_name("survey")),
            minutes=asked.read_minutes(minutes),
            second_hand=asked.second_hand_months(minutes),
            strengths=asked.read_strengths(rows("strengths")),
            teams=teams.read(by_name("teams")),
        )
    except (OSError, KeyError, ValueError, OverflowError) as error:
        tables = ", ".join(DEMAND_FILES.values())
        raise DataError(f"{tables}: cannot be read ({error}); restore them or rebuild") from error


def demand_tables(*, data: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read the tables of `DEMAND_FILES` that there are, by what stands in them.

    Raises
    ------
    DataError
        If one cannot be read or breaks its rules.
    """
    names = {kind: name for kind, name in DEMAND_FILES.items()
             if ((data or data_dir()) / name).exists()}  # fmt: skip
    return {
        kind: _read_csv(name, f"demand {kind}", data).convert_dtypes()  # whole numbers stay whole
        for kind, name in names.items()
    }


def postcodes(*, data: Path | None = None) -> Archive:
    """Open London's postcodes for looking some of them up: quick, and without pandas.

    Raises
    ------
    DataError
        If there is no such file, or it is no archive.
    """
    folder = data or data_dir()
    return Archive(folder / POSTCODES, folder / ADDRESSES)


def postcode_tables(*, data: Path | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read all of London's postcodes, and the districts of Great Britain, as tables.

    Returns
    -------
    postcodes, districts
        The columns of `postcodes.Postcode`, with `others` and `addresses` as text, and of
        `postcodes.District`.

    Raises
    ------
    DataError
        If the file cannot be read or breaks its table's rules.
    """
    import pandas as pd

    path = (data or data_dir()) / POSTCODES
    try:
        texts = unpack(path)
        frames = [
            pd.read_csv(
                io.StringIO(text),
                keep_default_na=False,
                na_values={"quality": [""]},
                dtype={"quality": "Int64", "live": "bool"},
            )
            for text in texts
        ]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}); restore it or rebuild") from error
    for frame, table in zip(frames, ("postcodes", "districts"), strict=True):
        check_table(frame, table, where=path.name)
    cells = addresses(data=data)
    return frames[0].assign(addresses=[cells.get(name, "") for name in frames[0]["postcode"]]), (
        frames[1]
    )


def addresses(*, data: Path | None = None) -> dict[str, str]:
    """Read how many addresses of each postcode are in which ward; empty if nobody counted them.

    Returns
    -------
    dict
        By postcode, what `postcodes.read_shares` reads.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    path = (data or data_dir()) / ADDRESSES
    return unpack_addresses(path) if path.exists() else {}


def finder(known: Atlas | None = None, *, data: Path | None = None) -> Finder:
    """Open everything that a question may need; geometry is read when a point is first asked for.

    Parameters
    ----------
    known
        The areas, if they are read already.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.
    """
    from bcumap.facts.find import Finder

    entries = {entry["file"]: entry for entry in sources(data=data)["files"]}
    if POSTCODES not in entries:
        raise DataError(f"{data or data_dir()}: no postcodes; run `bcumap build --postcodes`")
    known = known or atlas(data=data)
    return Finder(
        known,
        postcodes(data=data),
        edition=entries[POSTCODES]["as_of"],
        counted=entries.get(ADDRESSES, {}).get("as_of", ""),
        surroundings=cache(lambda: _surroundings(data)),
        places=_places(known, data=data),
    )


def context(*, data: Path | None = None) -> Files:
    """Open streets and places, as far as there are any; each file is read when it is wanted.

    All of a process share what has been read.
    """
    folder = data or data_dir()
    changed = (folder / "sources.json").stat().st_mtime_ns
    return _context(folder, changed)


@lru_cache(1)
def _context(folder: Path, _changed: int) -> Files:
    from bcumap.facts.places import BORDERS, FOLDER, Files

    entries = {
        entry["file"]: entry
        for entry in sources(data=folder)["files"]
        if entry["file"].startswith(f"{FOLDER}/") or entry["file"] == BORDERS
    }
    return Files(folder, entries)


def _places(known: Atlas, *, data: Path | None) -> Places | None:
    from bcumap.facts.named import Places

    found = context(data=data)
    return Places(found, known) if found.passports else None


def _surroundings(data: Path | None) -> Surroundings:
    from bcumap.facts.surroundings import Surroundings

    codes, polygons = ward_polygons(data=data)
    return Surroundings(codes, polygons, thames_polygon(data=data))


def facts(*, data: Path | None = None) -> Mapping[str, Any]:
    """Read the prepared facts of every area: see `documents.area_facts` for their form."""
    return _read_json((data or data_dir()) / "web" / "facts.json")


def atlas(*, data: Path | None = None) -> Atlas:
    """Read every area, with its facts."""
    from bcumap.facts.areas import Atlas

    return Atlas(facts(data=data))


def counters_web(*, data: Path | None = None) -> Mapping[str, Any]:
    """Read the prepared front counters: see `timeline.counters_document` for their form."""
    return _read_json((data or data_dir()) / "web" / "counters.json")


def history_web(*, data: Path | None = None) -> Mapping[str, Any]:
    """Read the prepared policing models: see `timeline.history_document` for their form."""
    return _read_json((data or data_dir()) / "web" / "history.json")


def events_web(*, data: Path | None = None) -> Mapping[str, Any]:
    """Read the prepared events: see `timeline.events_document` for their form."""
    return _read_json((data or data_dir()) / "web" / "events.json")


def sources(*, data: Path | None = None) -> Mapping[str, Any]:
    """Read sources.json: the passport of every file in the folder."""
    return _read_json((data or data_dir()) / "sources.json")


def verify(*, data: Path | None = None) -> None:
    """Read every file once and compare it with its hash, before anybody is answered from it.

    Raises
    ------
    DataError
        If a file is missing or is not the one that sources.json describes; it is named.
    """
    folder = data or data_dir()
    described = sources(data=data)
    hashes = {entry["file"]: entry["sha256"] for entry in described["files"]}
    for name, expected in {**hashes, **described.get("documents", {})}.items():
        path = folder / name
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}; restore it or rebuild") from error
        if found != expected:
            raise DataError(
                f"{path}: is not the file that sources.json describes; restore it or rebuild"
            )


def web_files(*, data: Path | None = None) -> dict[str, bytes]:
    """Read the prepared files that the page links to, by name."""
    folder = (data or data_dir()) / "web"
    try:
        return {name: (folder / name).read_bytes() for name in WEB_FILES}
    except OSError as error:
        raise DataError(f"{error}; run `bcumap build`, or restore geodata/web") from error


def public_files(*, data: Path | None = None) -> dict[str, bytes]:
    """Read the files that are offered as downloads, by their path in the folder of data."""
    folder = data or data_dir()
    try:
        return {name: (folder / name).read_bytes() for name in PUBLIC_FILES}
    except OSError as error:
        raise DataError(f"{error}; run `bcumap build`, or restore geodata/") from error


def _read_csv(file: str, table: str, data: Path | None) -> pd.DataFrame:
    import pandas as pd

    path = (data or data_dir()) / file
    try:
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read as CSV ({error}); restore it or rebuild"
        ) from error
    check_table(frame, table, where=path.name)
    return frame


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd
    from shapely.errors import ShapelyError

    try:
        frame = gpd.read_parquet(path)
    except (OSError, ValueError, ShapelyError) as error:
        raise DataError(
            f"{path}: cannot be read as GeoParquet ({error}); restore it or rebuild"
        ) from error
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise DataError(f"{path}: CRS is {frame.crs}; expected {WGS84}")
    return frame


def _read_wkb(path: Path) -> Polygons:
    """Read the polygons of a collection."""
    import shapely

    try:
        polygons: Polygons = shapely.get_parts(shapely.from_wkb(path.read_bytes()))
    except (OSError, shapely.errors.ShapelyError) as error:
        raise DataError(
            f"{path}: cannot be read as WKB ({error}); restore it or rebuild"
        ) from error
    return polygons


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        value: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read as JSON ({error}); restore it or rebuild"
        ) from error
    return value
