"""`bcumap demand …`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

from typing import Annotated

import typer

from bcumap.cli.terminal import out
from bcumap.facts import store

demand_app = typer.Typer(
    name="demand", help="What is asked of the police: offences by area.", no_args_is_help=True
)


@demand_app.callback()
def _root() -> None:
    """Keep `bcumap demand` a command with subcommands."""


@demand_app.command()
def report(
    level: Annotated[str, typer.Option(help="bcus, boroughs or wards.")] = "bcus",
    on: Annotated[
        str | None, typer.Option(metavar="MONTH", help="The last of twelve, as 2026-03 [newest].")
    ] = None,
    group: Annotated[str, typer.Option(help="A group of offences, as burglary.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell the offences of twelve months, area by area: for residents and for ward officers."""
    from bcumap.cli import demand_text as reporting
    from bcumap.facts import demand

    told = demand.report(store.demand(), store.atlas(), level, on=on, group=group)
    lines = reporting.report_json if as_json else reporting.report_lines
    for line in lines(told):
        out.print(line, markup=False)
