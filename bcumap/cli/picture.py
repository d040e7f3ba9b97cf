"""`bcumap picture …`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bcumap.base import dates
from bcumap.cli.terminal import out


def picture(
    kind: Annotated[str, typer.Argument(help="areas, officers, counters, history or demand.")],
    to: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="What to write, as map.png or map.svg.")
    ],
    level: Annotated[
        str, typer.Option(help="bcus, boroughs or wards [bcus for areas, else boroughs].")
    ] = "",
    measure: Annotated[
        str, typer.Option(help="What areas are shaded by [fte_per_ward, nearest_m].")
    ] = "",
    area: Annotated[
        str, typer.Option(metavar="CODE", help="One BCU (NA), borough or ward to show and outline.")
    ] = "",
    on: Annotated[
        str, typer.Option(metavar="DATE", help="Of counters and history, as 2026-04-01 [today].")
    ] = "",
    view: Annotated[
        str,
        typer.Option(metavar="W,S,E,N", help="The part of London to show, in degrees."),
    ] = "",
    closed: Annotated[bool, typer.Option(help="Show closed counters too.")] = False,
    streets: Annotated[
        bool, typer.Option(help="Show streets below the areas, on a map of 9 km or less.")
    ] = False,
    values: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A table of code and value to shade by: figures of your own."
        ),
    ] = None,
    sheet: Annotated[str, typer.Option(metavar="NAME", help="The sheet of a workbook.")] = "",
    title: Annotated[str, typer.Option(help="What your own figures are called.")] = "",
    card: Annotated[
        bool, typer.Option(help="1200 × 630 dots, for the preview of a link; no legend.")
    ] = False,
) -> None:
    """Draw a map of the pages as a PNG or SVG for a report, with legend, date and sources."""
    from bcumap.cli import text as reporting
    from bcumap.maps import files as pictures

    asked = {
        "kind": kind,
        "level": level,
        "measure": measure,
        "area": area,
        "on": on,
        "view": view,
        "closed": "1" if closed else "",
        "streets": "1" if streets else "",
        "title": title,
    }
    notes: list[str] = []
    if values is not None:
        from bcumap.matching.values import read_values

        asked["values"], notes = read_values(values, sheet=sheet or None)
    size = pictures.write(to, asked, today=dates.today(), as_card=card)
    for note in notes:
        out.print(f"{values}: {note}", markup=False)
    out.print(reporting.picture_line(to, size), markup=False)
