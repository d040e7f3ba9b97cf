"""The `bcumap` command: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.files import scratch
from bcumap.cli.counters import counters_app
from bcumap.cli.demand import demand_app
from bcumap.cli.export import export
from bcumap.cli.officers import officers_app
from bcumap.cli.picture import picture
from bcumap.cli.site import site
from bcumap.cli.terminal import (
    BAD_INPUT,
    DONE,
    FAILED,
    INTERRUPTED,
    err,
    out,
    prepare_streams,
    progress,
)
from bcumap.facts import store
from bcumap.facts.history import police_sentence

if TYPE_CHECKING:
    from bcumap.services import datastore

app = typer.Typer(
    name="bcumap",
    help="London's wards and boroughs dissolved into the Met's 12 Basic Command Units.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(officers_app)
app.add_typer(counters_app)
app.add_typer(demand_app)
app.command()(export)
app.command()(picture)
app.command()(site)


@app.callback()
def _root() -> None:
    """Keep `bcumap` a command with subcommands."""


@app.command()
def build(
    wards: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An official ward layer, of any edition.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the newest ONS ward layer instead.")
    ] = False,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Which layer of the file holds the wards; or which ONS layer to download, as"
            " WD_DEC_2025_UK_BFC."
        ),
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of ward codes (E05…).")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of ward names.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", file_okay=False, help="Where to write [geodata/]."),
    ] = None,
    boroughs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, help="Boroughs to place the wards in by area."),
    ] = None,
    thames: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, help="The tidal Thames as a polygon."),
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, help="ONS ward populations as CSV."),
    ] = None,
    strength: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, help="The Met's strength by month as CSV."),
    ] = None,
    demand: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="The Datastore's files of offences, survey, strength and abstraction, the Met's"
            " workbook, or a folder of them; repeat it. Alone, only this part is built.",
        ),
    ] = None,
    download_demand: Annotated[
        bool,
        typer.Option(
            "--download-demand",
            help="Fetch the newest of these files, and the workbook, from the London Datastore.",
        ),
    ] = False,
    streets: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", exists=True, help="Streets: OS Open Roads or OpenStreetMap."),
    ] = None,
    download_streets: Annotated[
        bool,
        typer.Option("--download-streets", help="Fetch OS Open Roads (1 GB) for it first."),
    ] = False,
    places: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", exists=True, help="Stations, places, names of streets."),
    ] = None,
    ward_strengths: Annotated[
        Path | None,
        typer.Option(
            "--strengths",
            metavar="FILE",
            exists=True,
            help="The Met's workbook DWO_Abstraction.xlsx: strength by ward, for everybody.",
        ),
    ] = None,
    teams: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            help="The table of `bcumap officers fetch`: people listed by ward, for everybody.",
        ),
    ] = None,
    addresses: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="The ONS UPRN Directory or Lookup (a CSV of a region, or its ZIP): how many"
            " addresses of each postcode are in which ward; repeat it.",
        ),
    ] = None,
    postcodes: Annotated[
        bool, typer.Option("--postcodes", help="Read a new edition of the postcodes' packages.")
    ] = False,
    crs: Annotated[
        str | None, typer.Option(help="The CRS of the ward layer, if it does not say (rightly).")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="The edition of the ward layer, as 2025 or 2025-12.")
    ] = None,
    met_wards: Annotated[
        int | None, typer.Option(min=1, help="How many Met wards an edition new to bcumap has.")
    ] = None,
) -> None:
    """Build geodata/ from an official ward layer: --wards FILE, or --download.

    With --demand, --strengths, --teams, --streets or --places (or what fetches them) or --addresses
    and no ward layer, only that part is built.
    """
    to = to or store.data_dir()
    with ExitStack() as held:
        from bcumap.build import workbook

        files, book = workbook.set_aside(demand or ())
        ward_strengths, roads = ward_strengths or book, list(streets or ())
        if download_demand:
            fetched = _fetch_demand(held.enter_context(scratch()))
            files, ward_strengths = (*files, *fetched.files), ward_strengths or fetched.workbook
        if download_streets:
            roads.append(held.enter_context(_fetched_streets(to)))
        if wards is None and not download:
            if of_demand := bool(files or ward_strengths or teams):
                _add_demand(files, ward_strengths, teams, to)
            if roads or places:
                _build_context(to, roads, places or [])
            if addresses:
                _add_addresses(addresses, to)
            if of_demand or roads or places or addresses:
                return
        if download == (wards is not None):
            raise BcuMapError("give one of --wards FILE and --download")
        if wards is None:
            wards, published = _download(held.enter_context(scratch()), layer)
            edition = edition or published
        from bcumap.build import steps as building
        from bcumap.cli import text as reporting

        request = building.Request(
            wards=wards,
            out=to,
            data=store.data_dir(),
            boroughs=boroughs,
            thames=thames,
            population=population,
            strength=strength,
            demand=files,
            ward_strengths=ward_strengths,
            teams=teams,
            streets=tuple(roads),
            places=tuple(places or ()),
            addresses=tuple(addresses or ()),
            postcodes=postcodes,
            crs=crs,
            edition=edition,
            met_wards=met_wards,
            layer=None if download else layer,
            code=code,
            name=name,
        )
        with err.status("Building …") as status:
            result = building.build(
                request, on_step=lambda name: status.update(f"Building: {name}")
            )
    for line in reporting.build_lines(result):
        out.print(line, markup=False)


def _add_demand(
    paths: tuple[Path, ...], ward_strengths: Path | None, teams: Path | None, to: Path
) -> None:
    """Build the part of the data that changes every month."""
    from bcumap.build import steps as building
    from bcumap.cli import demand_text as reporting

    with err.status("Reading what is asked of the police …"):
        result = building.add_demand(
            paths, out=to, data=store.data_dir(), ward_strengths=ward_strengths, teams=teams
        )
    for line in reporting.build_lines(result):
        out.print(line, markup=False)


def _build_context(to: Path, streets: list[Path], places: list[Path]) -> None:
    from bcumap.build import steps as building

    with err.status("Building streets and places …"):
        part = building.build_context(to, store.data_dir(), streets=streets, places=places)
    for entry in part:
        out.print(f"{entry['file']}: {entry['licence']}, {entry['coverage']}", markup=False)


def _add_addresses(paths: list[Path], to: Path) -> None:
    """Count addresses by postcode and ward."""
    from bcumap.build import addresses as counting

    with err.status("Counting addresses …"):
        part = counting.count(paths, store.data_dir())
        from bcumap.build import steps as building  # now: it is not small, nor is counting
        from bcumap.cli import text as reporting

        result = building.add_addresses(part, out=to, data=store.data_dir())
    for line in reporting.addresses_lines(result.addresses):
        out.print(line, markup=False)
    out.print(f"Promises kept           {result.promises_kept} of {result.promises_kept}")


@app.command()
def check(
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to check [geodata/].")
    ] = None,
) -> None:
    """Verify every promise of geodata/; exit code 1 if one is broken."""
    from bcumap.build import check as checking
    from bcumap.cli import text as reporting

    folder = data or store.data_dir()
    if not folder.is_dir():
        raise BcuMapError(f"{folder}: there is no such folder; give one that `bcumap build` wrote")
    outcome = checking.check(folder)
    compared = checking.rule_compared(folder)
    for line in reporting.check_lines(outcome, folder, compared):
        out.print(line, markup=False)
    if any(outcome.values()):
        raise typer.Exit(FAILED)


@app.command(context_settings={"ignore_unknown_options": True})  # a query may be -0.1,51.5
def find(
    query: Annotated[
        list[str], typer.Argument(help="A postcode or its beginning, lat,lon, a GSS code, a name.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Say who policed it then, as 2018-12-31.")
    ] = None,
) -> None:
    """Find the ward, borough and BCU of a postcode, place or point; exit code 1 if not found."""
    from bcumap.cli import text as reporting

    if strange := [word for word in query if word[:1] == "-" and not word[1:2].isdigit()]:
        raise BcuMapError(f"no such option: {strange[0]}; see `bcumap find --help`")
    asked = " ".join(query).strip()
    if not asked:
        raise BcuMapError("nothing was asked; give a postcode, lat,lon, a GSS code or a name")
    day = None if on is None else dates.day(on)
    answer = store.finder().find(asked)
    if day:
        then = police_sentence(store.history_web(), answer.place, day)
        answer = replace(answer, notes=(*answer.notes, *filter(None, [then])))
    if as_json:
        out.print(answer.to_json(), markup=False)
    else:
        for line in reporting.find_lines(answer):
            out.print(line, markup=False)
    if answer.kind == "nothing":
        raise typer.Exit(FAILED)


@app.command()
def assign(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            allow_dash=True,
            help="A CSV (also .gz, .zip), Parquet, workbook, GeoPackage or GeoJSON; - is the"
            " standard input.",
        ),
    ],
    to: Annotated[
        Path, typer.Option("--out", metavar="OUT", help="A .csv, .csv.gz or .parquet to write.")
    ],
    lon: Annotated[str | None, typer.Option(metavar="COLUMN", help="Longitudes.")] = None,
    lat: Annotated[str | None, typer.Option(metavar="COLUMN", help="Latitudes.")] = None,
    easting: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Eastings (EPSG:27700) instead.")
    ] = None,
    northing: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Northings (EPSG:27700) instead.")
    ] = None,
    postcode: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Postcodes, instead of coordinates.")
    ] = None,
    gridref: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Grid references, as TQ 389 773.")
    ] = None,
    geometry: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Points as WKT, GeoJSON or WKB.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="The sheet or layer to read.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before the names of the new columns.")] = "",
) -> None:
    """Add ward, borough and BCU to a table of points of any size.

    Coordinates or postcodes are found by the usual names of their columns if they are not named.
    Rows that have none, or impossible ones, are kept, left blank and reported. OUT is written
    beside itself and renamed when it is whole, in place of a file of that name.
    """
    from bcumap.cli import text as reporting
    from bcumap.matching import points as assigning
    from bcumap.matching import tables

    tables.check_target(to, source=table)
    with (
        progress(f"Assigning {table.name}") as tell,
        tables.reading(table, sheet=sheet, progress=tell) as rows,
    ):
        named = {"postcode": postcode, "gridref": gridref, "geometry": geometry}
        coordinates = assigning.find_coordinates(
            assigning.as_frame(rows.head),
            lon=lon,
            lat=lat,
            easting=easting,
            northing=northing,
            single={kind: name for kind, name in named.items() if name is not None},
            geometry=rows.geometry,
            postcodes=lambda: assigning.PostcodeBook(store.postcode_tables()[0]),
        )
        example = coordinates.example(assigning.as_frame(rows.head))
        schema = assigning.widened(rows.schema, coordinates, prefix=prefix)
        areas = assigning.Areas(*store.ward_polygons(), store.atlas(), store.thames_polygon())
        tally = assigning.Tally()
        if tables.keeps_lines(to, rows):
            rows.need(coordinates.columns)
        blocks = assigning.widen(rows.blocks, schema, areas, coordinates, tally=tally)
        tables.write(to, schema, blocks, dialect=rows.dialect)
    for line in reporting.assign_lines(
        tally, coordinates, table, to, [*rows.notes(), *filter(None, [example])]
    ):
        out.print(line, markup=False)


def _download(folder: Path, layer: str | None) -> tuple[Path, str]:
    """Fetch a ward layer with a progress bar (not in a pipe); return the file and its edition."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from bcumap.services import ons

    services = os.environ.get("BCUMAP_ONS_SERVICES", ons.SERVICES_URL)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("Wards from the ONS", total=None)
        target = folder / "download.geojson"
        chosen = ons.download_wards(
            target,
            services_url=services,
            layer=layer,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    named = folder / f"{chosen.name}.geojson"
    target.rename(named)
    return named, chosen.edition


def _fetch_demand(folder: Path) -> datastore.Fetched:
    """Fetch the Datastore's files; say which, and what was not to be had."""
    from bcumap.services import datastore

    with err.status("Asking the London Datastore …") as status:
        fetched = datastore.download_demand(
            folder, progress=lambda name: status.update(f"Fetching {name}")
        )
    for path in (*fetched.files, *filter(None, [fetched.workbook])):
        out.print(f"fetched {path.name}", markup=False)
    for note in fetched.notes:
        out.print(note, markup=False)
    return fetched


@contextmanager
def _fetched_streets(to: Path) -> Iterator[Path]:
    """Give OS Open Roads, and remove it when it has been read; show its fetch, not in a pipe."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from bcumap.services import ordnance

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("OS Open Roads", total=None)
        path = ordnance.download_streets(
            to, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    yield path
    shutil.rmtree(path.parent)  # it stays where the build failed: it may be wanted again


def main() -> None:
    """Run the command; end with exit code 2 and one line on stderr for bad use or input."""
    prepare_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that what was begun is cleaned up
        signal.signal(number, _stop)
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except BcuMapError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'the output'}: {error.strerror or error}")
    except Exception as error:  # click's usage errors, whichever click typer brings
        if not hasattr(error, "format_message"):
            raise
        _fail(error.format_message() or "no command given; choose one of these")
    if code == INTERRUPTED:
        _fail("interrupted; nothing was changed", code=INTERRUPTED)
    sys.exit(code or DONE)


def _stop(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _fail(message: str, *, code: int = BAD_INPUT) -> None:
    err.print(f"bcumap: {' '.join(message.split())}", markup=False)
    sys.exit(code)
