"""Read the Met's workbook of ward officers: strength by ward, minutes by borough; fills no gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.files import scratch
from bcumap.base.words import percent
from bcumap.facts.areas import Atlas
from bcumap.matching import steps
from bcumap.matching.months import Flag

SUFFIX = ".xlsx"
WARD_MONTHS, BOROUGH_MONTHS = "ward_months.csv", "borough_months.csv"


@dataclass(frozen=True)
class Workbook:
    """What it says.

    Attributes
    ----------
    strengths
        `ward_code`, and for each month (YYYY-MM) the FTE of all ranks, missing where there is no
        reliable figure.
    minutes
        `month`, `borough_code`, `minutes` of ward officers, those `abstracted` from ward duty, and
        `second_hand` ("no"); only of months that have both kinds.
    notes
        What a deployer should know.
    """

    strengths: pd.DataFrame
    minutes: pd.DataFrame
    notes: list[str]


def set_aside(paths: Sequence[Path]) -> tuple[tuple[Path, ...], Path | None]:
    """Return files and folders without the workbook, and the workbook among them or in them.

    Raises
    ------
    SourceError
        If there are several.
    """
    inside = {path: sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [] for path in paths}
    books = [path for path in paths if path.suffix.lower() == SUFFIX]
    books += [book for found in inside.values() for book in found]
    if len(books) > 1:
        names = ", ".join(book.name for book in books)
        raise SourceError(f"{names}: are several workbooks; pass the newest alone with --strengths")
    others = tuple(
        path for path in paths
        if path not in books and not (inside[path] and not any(path.glob("*.csv")))
    )  # fmt: skip
    return others, books[0] if books else None


def read_workbook(path: Path, atlas: Atlas) -> Workbook:
    """Read "MPS Dedicated Ward Officer Abstractions and Strengths" (e16kd).

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
        wards, boroughs = (
            pd.read_csv(folder / "read" / name, keep_default_na=False, na_values=[""])
            for name in (WARD_MONTHS, BOROUGH_MONTHS)
        )
    wide = wards.pivot(index="ward_code", columns="month", values="fte").round(2)
    minutes, left_out = _minutes(boroughs)
    notes = [*report.unreliable, *left_out]
    notes += [f"no row of any ward in {month}" for month in report.gaps["strengths"]]
    if report.without_row:
        notes.append(f"{len(report.without_row)} wards have no team in it")
    return Workbook(
        wide.rename_axis(columns=None).reset_index(),
        minutes,
        [f"{path.name}: {note}" for note in notes],
    )


def _minutes(boroughs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the minutes of boroughs, and of which months there is no telling a share."""
    rows = boroughs[(boroughs["abstraction_flag"] == Flag.OK) & (boroughs["minutes"] > 0)]
    sums = rows.groupby("month")[["minutes", "abstracted_minutes"]].sum()
    taken = sums["abstracted_minutes"]
    told = sums[(taken > 0) & (taken < sums["minutes"])]
    notes = [
        f"{month} has only minutes of one kind, on ward duty or taken from it: left out"
        for month in sums.index.difference(told.index)
    ]
    rows = rows[rows["month"].isin(told.index)]
    table = pd.DataFrame(
        {
            "month": rows["month"],
            "borough_code": rows["borough_code"],
            "minutes": rows["minutes"].round().astype(int),
            "abstracted": rows["abstracted_minutes"].round().astype(int),
            "second_hand": "no",
        }
    )
    return table.sort_values(["month", "borough_code"], ignore_index=True), notes


def compared(minutes: pd.DataFrame, earlier: pd.DataFrame | None) -> Iterator[str]:
    """Say how the share of time taken differs from a table that others put together, if it has
    the same months and boroughs."""
    if earlier is None:
        return
    keys = ["month", "borough_code"]
    theirs = earlier[earlier["second_hand"] == "yes"]
    both = minutes.merge(theirs, on=keys, suffixes=("", "_before"))
    if both.empty:
        return
    sums = both[["minutes", "abstracted", "minutes_before", "abstracted_before"]].sum()
    ours = percent(sums["abstracted"] / sums["minutes"], 1)
    before = percent(sums["abstracted_before"] / sums["minutes_before"], 1)
    yield (
        f"abstraction.csv: of {len(both):,} months of boroughs that others had put together, the"
        f" workbook has {ours} of the time taken where they had {before}; it counts"
    )
