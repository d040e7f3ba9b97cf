"""Ward officers month by month, for every ward and borough; what is missing stays missing; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import pandas as pd

# A borough with less than this share of the median of all boroughs, per ward, is plainly wrong:
# Islington's published figure is a fifth of it; of the others none is below a half.
SUSPECT_SHARE = 1 / 3

Series = dict[str, Any]

CONSTABLE, PCSO = "Constable", "PCSO"


class Flag(StrEnum):
    """Whether there is a reliable figure of a month, and if not, why."""

    OK = "ok"
    GAP = "gap"  # the file has no row of any borough for the month
    MISSING = "missing"  # it has rows of others, but none of this borough or ward
    SUSPECT = "suspect"  # it has rows of this borough, but far too few


def all_months(*frames: pd.DataFrame) -> list[str]:
    """Return every month from the first to the last of the frames, gaps too, as YYYY-MM."""
    known = pd.concat([frame["month"] for frame in frames]).dropna()
    if known.empty:
        return []
    return list(pd.period_range(known.min(), known.max(), freq="M").strftime("%Y-%m"))


def gaps(frame: pd.DataFrame) -> list[str]:
    """Return the months between the first and the last of which a frame has no row."""
    return sorted(set(all_months(frame)) - set(frame["month"].dropna()))


def borough_months(
    strengths: pd.DataFrame, abstractions: pd.DataFrame, boroughs: pd.DataFrame
) -> pd.DataFrame:
    """Put strengths and abstractions of every borough side by side, a row for each month.

    Parameters
    ----------
    strengths
        `month`, `borough_code`, `rank`, `fte`.
    abstractions
        `month`, `borough_code`, `from_duty`, `minutes`.
    boroughs
        `borough_code`, `borough`, `bcu_code` and `wards` (how many) of the Met's boroughs.

    Returns
    -------
    DataFrame
        The columns of `boroughs` without `wards`; `month`; `dwo_fte`, `pcso_fte`, `fte` (both and
        any other rank), `minutes`, `abstracted_minutes` (those from duty), missing unless their
        flag is ok; `strength_flag`, `abstraction_flag`: a `Flag`.
    """
    keys = ["borough_code", "month"]
    frame = _every(boroughs, "borough_code", all_months(strengths, abstractions))
    frame = _with_figures(frame, strengths, abstractions, keys)
    per_ward = frame["fte"] / frame["wards"]
    median = per_ward.groupby(frame["month"]).transform("median")
    suspect = (per_ward < SUSPECT_SHARE * median) & frame["fte"].notna()
    frame = frame.drop(columns="wards")
    return _without(frame, suspect)


def ward_months(
    strengths: pd.DataFrame,
    abstractions: pd.DataFrame,
    wards: pd.DataFrame,
    boroughs: pd.DataFrame,
) -> pd.DataFrame:
    """Put strengths and abstractions of every ward side by side, a row for each month.

    Parameters
    ----------
    strengths, abstractions
        As for `borough_months`, with `ward_code`; rows without one count for no ward.
    wards
        `ward_code`, `ward`, `borough_code`, `borough`, `bcu_code` of the Met's wards.
    boroughs
        What `borough_months` returned: a suspect borough has no reliable figure of a ward.

    Returns
    -------
    DataFrame
        The columns of `wards`, then as for `borough_months`.
    """
    keys = ["ward_code", "month"]
    frame = _every(wards, "ward_code", all_months(strengths, abstractions))
    frame = _with_figures(frame, strengths, abstractions, keys)
    bad = boroughs.loc[boroughs["strength_flag"] == Flag.SUSPECT, ["borough_code", "month"]]
    pairs = pd.MultiIndex.from_frame(frame[["borough_code", "month"]])
    suspect = pd.Series(pairs.isin(pd.MultiIndex.from_frame(bad)), index=frame.index)
    return _without(frame, suspect & frame["fte"].notna())


def series(tables: Mapping[str, pd.DataFrame]) -> Series:
    """Return strengths month by month, ready for JSON.

    Parameters
    ----------
    tables
        By level ("wards", "boroughs"), `ward_code` or `borough_code`, `month` and `fte`.

    Returns
    -------
    dict
        `months`: all of them in order; and by level and code the FTE of each month, None where
        there is no reliable figure.
    """
    months = sorted({month for table in tables.values() for month in table["month"]})
    told: Series = {"months": months}
    for level, table in tables.items():
        wide = table.pivot(index=f"{level.removesuffix('s')}_code", columns="month", values="fte")
        rows = wide.reindex(columns=months).astype("float64").round(2)
        told[level] = {
            str(code): [None if value != value else float(value) for value in row]
            for code, row in zip(rows.index, rows.to_numpy(), strict=True)
        }
    return told


def _every(areas: pd.DataFrame, code: str, months: Sequence[str]) -> pd.DataFrame:
    """Return a row for each area and month."""
    frame = areas.merge(pd.DataFrame({"month": pd.Series(months, dtype="str")}), how="cross")
    return frame.sort_values([code, "month"], ignore_index=True)


def _with_figures(
    frame: pd.DataFrame, strengths: pd.DataFrame, abstractions: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Add the sums of both tables and the flags, by what rows there are."""
    rank = strengths["rank"].str.casefold()
    parts = strengths[keys].assign(
        dwo_fte=strengths["fte"].where(rank == CONSTABLE.casefold()),
        pcso_fte=strengths["fte"].where(rank == PCSO.casefold()),
        fte=strengths["fte"],
    )
    from_duty = abstractions["from_duty"].str.casefold().isin(("yes", "y", "true"))
    minutes = abstractions[keys].assign(
        minutes=abstractions["minutes"],
        abstracted_minutes=abstractions["minutes"].where(from_duty, 0.0),
    )
    for table, flag, measure in (
        (parts, "strength_flag", "fte"),
        (minutes, "abstraction_flag", "minutes"),
    ):
        sums = table.dropna(subset=keys).groupby(keys, as_index=False).sum(min_count=1)
        frame = frame.merge(sums, on=keys, how="left")
        here = frame["month"].isin(set(table["month"].dropna()))
        frame[flag] = str(Flag.OK)
        frame[flag] = frame[flag].mask(frame[measure].isna(), str(Flag.MISSING))
        frame[flag] = frame[flag].mask(~here, str(Flag.GAP))
    return frame


def _without(frame: pd.DataFrame, suspect: pd.Series) -> pd.DataFrame:
    """Take out what is plainly wrong and say so; it stays in the table of rows."""
    measures = ["dwo_fte", "pcso_fte", "fte"]
    frame[measures] = frame[measures].mask(suspect)
    frame["strength_flag"] = frame["strength_flag"].mask(suspect, str(Flag.SUSPECT))
    return frame
