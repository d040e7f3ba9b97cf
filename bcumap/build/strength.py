"""Read the Met's strength by month from the publisher's file; changes no figure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.schema import check_table

# The publisher's columns, and ours.
COLUMNS = {
    "Police Officer Strength": "officers",
    "PCSO Strength": "pcsos",
    "Police Staff Strength": "staff",
}


def read_strength(path: Path) -> pd.DataFrame:
    """Read "MPS Police Force Strength" of the London Datastore.

    Returns
    -------
    DataFrame
        `month` (YYYY-MM, in order), `officers`, `pcsos`, `staff`: full-time equivalents of the
        whole Met at the end of each month.

    Raises
    ------
    SourceError
        If it is not that file.
    """
    try:
        frame = pd.read_csv(path)
        months = pd.to_datetime(frame["Date"], format="%b-%y").dt.strftime("%Y-%m")
        numbers = {ours: frame[theirs].round().astype(int) for theirs, ours in COLUMNS.items()}
    except (OSError, ValueError, KeyError) as error:
        expected = ", ".join(["Date", *COLUMNS])
        raise SourceError(
            f"{path}: is not the Met's strength by month ({error}); expected a CSV with {expected}"
        ) from error
    table = pd.DataFrame({"month": months, **numbers}).sort_values("month", ignore_index=True)
    check_table(table, "officers in all", where=path.name)
    return table
