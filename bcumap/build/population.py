"""Read ward populations into one form; never estimates a figure that its source does not give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.schema import check_table

MID_2024 = "2024-06-30"
MID_2024_SOURCE = "Office for National Statistics, ward population estimates, mid-2024"


def read_population(path: Path) -> pd.DataFrame:
    """Read a CSV of ONS ward populations (`WD25CD`, `pop_mid2024`, `census2021_pop_bestfit`).

    Returns
    -------
    DataFrame
        `ward_code`, `residents` (mid-2024 estimate, empty where ONS gives none), `census_2021`
        (the sum of output areas that fit best, not an exact count), `as_of` and `source` (of
        `residents`); a row per ward, by code.

    Raises
    ------
    SourceError
        If the file is not such a table.
    """
    try:
        raw = pd.read_csv(path, keep_default_na=False, na_values=[""])
        table = pd.DataFrame(
            {
                "ward_code": raw["WD25CD"],
                "residents": raw["pop_mid2024"].astype("Int64"),
                "census_2021": raw["census2021_pop_bestfit"].astype("Int64"),
                "as_of": MID_2024,
                "source": MID_2024_SOURCE,
            }
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourceError(
            f"{path}: not a table of ward populations ({error}); expected a CSV with"
            " WD25CD, pop_mid2024 and census2021_pop_bestfit"
        ) from error
    check_table(table, "population table", where=str(path))
    return table.sort_values("ward_code", ignore_index=True)
