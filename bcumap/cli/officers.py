"""`bcumap officers …`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.cli.terminal import FAILED, INTERRUPTED, err, out, progress
from bcumap.facts import store

officers_app = typer.Typer(
    name="officers", help="Ward officers: promised, published, listed.", no_args_is_help=True
)


@officers_app.callback()
def _root() -> None:
    """Keep `bcumap officers` a command with subcommands."""


@officers_app.command()
def report(
    level: Annotated[str, typer.Option(help="bcus, boroughs or wards.")] = "boroughs",
    on: Annotated[str | None, typer.Option(metavar="DATE", help="As 2018-12-31 [today].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell what was promised on a date and what is known to be there, area by area."""
    from bcumap.cli import text as reporting
    from bcumap.facts import officers, teams

    if level not in LEVELS:
        raise BcuMapError(f"there is no level {level!r}; give one of {', '.join(LEVELS)}")
    day = _day(on) if on else dates.today()
    commitment = officers.commitment_on(store.records("commitments"), day)
    strengths = officers.strengths_on(store.records("borough strengths"), day)
    wards = [
        {**ward.columns(), "area_km2": ward.area_km2, "residents": ward.residents}
        for ward in store.atlas().levels["wards"].values()
    ]
    known = store.demand()
    by_ward, listed = known.strengths.means(day), teams.last(known.teams, by=day.isoformat())
    rows = officers.by_level(level, wards, strengths, commitment, by_ward=by_ward, listed=listed)
    lines = reporting.officers_json if as_json else reporting.officers_lines
    for line in lines(rows, level, commitment, day):
        out.print(line, markup=False)


@officers_app.command()
def fetch(
    to: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The table to write.")],
) -> None:
    """Fetch every ward's team from data.police.uk: people by rank, contacts, never a name.

    It takes a minute and a half: the service allows 15 requests a second. When interrupted, the
    same command goes on from there within a day. Exit code 1 if a ward could not be fetched.
    """
    from bcumap.cli import text as reporting
    from bcumap.services import police_uk, teams

    wards = {code: ward.name for code, ward in store.atlas().met("wards").items()}
    now = dt.datetime.now(dt.UTC)
    try:
        with progress("Teams of the wards") as tell, police_uk.opened() as api:
            result = teams.fetch(api, wards, to, now=now, tell=tell)
    except KeyboardInterrupt:
        err.print("bcumap: interrupted; the same command goes on from there within a day")
        sys.exit(INTERRUPTED)
    for line in reporting.fetch_lines(result, wards, to):
        out.print(line, markup=False)
    if result.failed:
        raise typer.Exit(FAILED)


@officers_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or an Excel workbook.")],
    to: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="The sheet to read.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT=NAME", help="Which column is which, as ward=Place; repeat it."),
    ] = None,
    borough: Annotated[str, typer.Option(help="The borough, if no column says it.")] = "",
    accept: Annotated[
        bool, typer.Option("--accept-suggestions", help="Take what is suggested for matched.")
    ] = False,
    decide: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROW=CODE",
            help="The ward of a row, as the reconciliation calls it; ROW= for none; repeat it.",
        ),
    ] = None,
    duplicates: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help="What to do with a ward that is given twice: add, first or second"
            " [it is left out of every figure].",
        ),
    ] = "",
    officers_include_pcsos: Annotated[
        bool | None,
        typer.Option(
            "--officers-include-pcsos/--officers-exclude-pcsos",
            help="Whether a column of officers has the PCSOs in it, where the list does not show.",
        ),
    ] = None,
) -> None:
    """Match a list of ward officers to the wards: the Datastore's workbook, or a list of your own.

    Writes tidy tables and reconciliation.csv, which says of every row what was found and of every
    ward whether it has a row. Exit code 1 if rows are left that are not matched for certain.
    """
    from bcumap.cli import text as reporting
    from bcumap.matching import steps

    columns = dict(
        _pair(text, "--column", "ward=NAME, with the name of a column") for text in column or ()
    )
    decided = dict(
        _pair(text, "--decide", "12=E05013719, or 12= for no ward", may_be_empty=True)
        for text in decide or ()
    )
    request = steps.Request(
        file, to, sheet, columns, borough, accept, decided, duplicates, officers_include_pcsos
    )
    with progress(f"Reading {file.name}") as tell:
        result = steps.import_file(request, store.atlas(), progress=tell)
    for line in reporting.import_lines(result, file, to):
        out.print(line, markup=False)
    if not result.is_settled:
        raise typer.Exit(FAILED)


def _pair(text: str, option: str, form: str, *, may_be_empty: bool = False) -> tuple[str, str]:
    what, sign, value = (part.strip() for part in text.partition("="))
    if not (what and sign and (value or may_be_empty)):
        raise BcuMapError(f"{option} {text}: write it as {form}")
    return what, value


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BcuMapError(f"{text!r} is no date; write it as 2018-12-31") from error
