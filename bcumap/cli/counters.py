"""`bcumap counters …`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

from typing import Annotated

import typer

from bcumap.base import dates
from bcumap.cli.terminal import out
from bcumap.facts import store

counters_app = typer.Typer(
    name="counters", help="Front counters: open, how far, and as promised.", no_args_is_help=True
)


@counters_app.callback()
def _root() -> None:
    """Keep `bcumap counters` a command with subcommands."""


@counters_app.command()
def report(
    on: Annotated[str | None, typer.Option(metavar="DATE", help="As 2026-04-01 [today].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every ward.")] = False,
) -> None:
    """Tell by borough and BCU which counters were open on a date, and how far residents lived."""
    from bcumap.cli import counters_text as reporting
    from bcumap.facts import counters

    day = dates.today() if on is None else dates.day(on)
    found = counters.picture(store.counters_web(), day)
    lines = reporting.report_json if as_json else reporting.report_lines
    for line in lines(found, store.atlas()):
        out.print(line, markup=False)
