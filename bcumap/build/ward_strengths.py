"""Read the strength of every ward's team by month from the Met's workbook; never fills a gap."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.files import scratch
from bcumap.facts.areas import Atlas
from bcumap.matching import steps

WARD_MONTHS = "ward_months.csv"


def read_ward_strengths(path: Path, atlas: Atlas) -> tuple[pd.DataFrame, list[str]]:
    """Read "MPS Dedicated Ward Officer Abstractions and Strengths" (e16kd).

    Returns
    -------
    table, notes
        `ward_code`, and for each month (YYYY-MM) the FTE of all ranks, missing where there is no
        reliable figure; and what a deployer should know.

    Raises
    ------
    SourceError
        If it is not that workbook.
    """
    with scratch() as folder:
        report = steps.import_file(steps.Request(path, folder / "read"), atlas)
        if not report.official or "strengths" not in report.rows:
            raise SourceError(
                f"{path}: is not the Met's workbook of ward officers; expected"
                " DWO_Abstraction.xlsx of the London Datastore (e16kd)"
            )
        rows = pd.read_csv(folder / "read" / WARD_MONTHS, keep_default_na=False, na_values=[""])
    wide = rows.pivot(index="ward_code", columns="month", values="fte").round(2)
    notes = [f"{path.name}: {line}" for line in report.unreliable]
    notes += [f"{path.name}: no row of any ward in {month}" for month in report.gaps["strengths"]]
    if report.without_row:
        notes.append(f"{path.name}: {len(report.without_row)} wards have no team in it")
    return wide.rename_axis(columns=None).reset_index(), notes
