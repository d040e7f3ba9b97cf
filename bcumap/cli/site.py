"""`bcumap site`: reads its arguments, calls one function, prints; never computes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bcumap.base import dates
from bcumap.cli.terminal import out, progress


def site(
    to: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The folder to write; new, or a site.")
    ],
    url: Annotated[
        str,
        typer.Option(metavar="URL", help="Where it will be, for sitemap.xml; else there is none."),
    ] = "",
    on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The date of the front counters, as 2026-04-01 [today]."),
    ] = None,
) -> None:
    """Write the public part as static files for any web server: maps, pages, finder, downloads.

    DIR is written beside itself and renamed when it is whole. An earlier site is replaced; any
    other folder that is not empty is refused.
    """
    from bcumap.base import feedback
    from bcumap.cli import text as reporting
    from bcumap.site import write as writing

    day = dates.today() if on is None else dates.day(on)
    with progress("Writing the site") as tell:
        result = writing.write(writing.Request(to, day, url, feedback.stated()), progress=tell)
    for line in reporting.site_lines(result, to):
        out.print(line, markup=False)
