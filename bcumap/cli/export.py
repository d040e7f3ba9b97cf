"""`bcumap export …`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.cli.terminal import out, progress
from bcumap.export.formats import TITLES

ALL = "all"


def export(
    layer: Annotated[str, typer.Argument(help="bcus, boroughs, wards, counters, officers or all.")],
    to: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help=f"What to write; the name ends in one of {', '.join(TITLES)}.",
        ),
    ],
    detail: Annotated[str, typer.Option(help="full, web or overview.")] = "full",
    columns: Annotated[
        str | None, typer.Option(metavar="A,B", help="The columns wanted [all].")
    ] = None,
    area: Annotated[
        str | None, typer.Option(metavar="CODE", help="One BCU (NA), borough or ward (E05…).")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="As 2026-04-01 [today].")] = None,
    measure: Annotated[
        str | None, typer.Option(metavar="A,B", help="Measures to join to the areas, as fte.")
    ] = None,
    level: Annotated[
        str | None, typer.Option(help="Of officers: bcus, boroughs or wards [boroughs].")
    ] = None,
) -> None:
    """Write a layer in the format that the file's name ends in.

    `export all --out DIR` writes every layer in every format. Each file is read back and checked
    before it takes its place.
    """
    from bcumap.export import describe as reporting
    from bcumap.export import layers
    from bcumap.export import write as exporting

    area = area and area.strip().upper()
    _check_use(layer, columns=columns, on=on, measure=measure, level=level)
    day = dates.today() if on is None else dates.day(on)
    if layer == ALL:
        exporting.check_folder(to)
        with progress("Exporting") as tell:
            files = exporting.write_all(
                to, exporting.known(), on=day, tier=detail, area=area, progress=tell
            )
        lines = reporting.all_lines(files, to)
    else:
        wish = layers.Wish(
            layer=layer,
            on=day,
            level=level or "boroughs",
            detail=detail,
            columns=_listed(columns),
            area=area,
            measures=_listed(measure),
        )
        exporting.check_target(to)
        lines = reporting.file_lines(
            exporting.write(to, exporting.prepare(wish, exporting.known()))
        )
    for line in lines:
        out.print(line, markup=False)


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def _check_use(layer: str, **given: str | None) -> None:
    """Refuse options that would change nothing, and layers that there are not."""
    from bcumap.export.layers import LAYERS, OFFICERS

    if layer not in (*LAYERS, ALL):
        raise BcuMapError(f"there is no layer {layer!r}; give one of {', '.join((*LAYERS, ALL))}")
    if layer == ALL and (given["columns"] or given["measure"]):
        raise BcuMapError("all are written with all their columns: no --columns and no --measure")
    if given["level"] and layer != OFFICERS:
        raise BcuMapError(f"--level is for officers, not for {layer}")
    if given["on"] and layer in LEVELS and not given["measure"]:
        raise BcuMapError(
            f"--on changes nothing in {layer}, which are of one edition; it is for counters,"
            " officers and a --measure"
        )
