"""Ward officers: what was promised and what is known to be there, by ward, borough and BCU; pure.

What nobody knows stays unknown through every sum: where a borough of a BCU has no reliable figure,
the BCU has "at least" what its others have, and no figure if none of them has one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bcumap.base.errors import DataError
from bcumap.base.schema import COMMITMENT_HOLDS


@dataclass(frozen=True)
class Commitment:
    """What every ward was promised on a date.

    Attributes
    ----------
    dwo, pcso
        Dedicated ward officers (constables) and police community support officers in each ward.
    since
        From when on this number has held, as precise as known; `restated` if it was said again.
    wards_then
        How many wards there were when it was made, if its source says: other wards than today's.
    """

    dwo: int
    pcso: int
    since: str
    restated: str | None
    wards_then: int | None
    source: str

    @property
    def officers(self) -> int:
        """Both together."""
        return self.dwo + self.pcso


def commitment_on(commitments: pd.DataFrame, on: dt.date) -> Commitment:
    """Return the commitment in force on a date.

    Parameters
    ----------
    commitments
        The table of commitments.

    Raises
    ------
    DataError
        If none is known so early.
    """
    day = on.isoformat()
    held = commitments[commitments["status"].isin(COMMITMENT_HOLDS) & (commitments["from"] <= day)]
    if held.empty:
        first = commitments["from"].min()
        raise DataError(f"no commitment is known for {day}; the first is of {first}")
    last = held.sort_values("from").iloc[-1]
    same = held[(held["dwo"] == last["dwo"]) & (held["pcso"] == last["pcso"])].sort_values("from")
    first_row = same.iloc[0]
    return Commitment(
        dwo=int(last["dwo"]),
        pcso=int(last["pcso"]),
        since=str(first_row["from"]),
        restated=str(last["from"]) if len(same) > 1 else None,
        wards_then=None if pd.isna(first_row["wards"]) else int(first_row["wards"]),
        source=str(first_row["source"]),
    )


def strengths_on(strengths: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """Return the table of strengths with no figure where its months begin after a date."""
    later = strengths["from_month"] > on.isoformat()
    figures = ["fte", "fte_per_10k"]
    return strengths.assign(**{name: strengths[name].mask(later) for name in figures})


def by_ward(wards: pd.DataFrame, commitment: Commitment) -> pd.DataFrame:
    """Return what each of the Met's wards was promised; the Met's strength by ward is not shipped.

    Parameters
    ----------
    wards
        `ward_code`, `ward`, `borough_code`, `borough`, `bcu_code`, `bcu`, `residents` of each ward.

    Returns
    -------
    DataFrame
        Those columns for the wards of the Met, and the measures of docs/data.md with the strength,
        and what is made of it, missing.
    """
    met = wards[wards["bcu_code"].notna()].reset_index(drop=True)
    unknown = pd.Series(float("nan"), index=met.index)
    return _measured(met.assign(wards=1, fte=unknown, residents_2021=unknown), commitment)


def by_borough(
    wards: pd.DataFrame, strengths: pd.DataFrame, commitment: Commitment
) -> pd.DataFrame:
    """Return commitment and strength of the Met's 32 boroughs.

    Parameters
    ----------
    wards
        As for `by_ward`.
    strengths
        The table of borough strengths: FTE of dedicated ward officers and PCSOs together, a mean of
        several months; empty where there is no reliable figure.

    Returns
    -------
    DataFrame
        `borough_code`, `borough`, `bcu_code`, `bcu`, `wards`, `residents`, the measures,
        `at_least`
        (False here), `no_figure_for` (the borough itself, if it has none), and `rank` by share of
        the commitment, 1 the highest. `fte_per_10k` is the published rate, of Census residents.
    """
    keys = ["borough_code", "borough", "bcu_code", "bcu"]
    met = wards[wards["bcu_code"].notna()]
    counted = met.groupby(keys, as_index=False).agg(
        wards=("ward_code", "size"), residents=("residents", _sum)
    )
    known = strengths.set_index("borough_code")[["fte", "residents_2021"]]
    frame = _measured(counted.join(known, on="borough_code"), commitment)
    published = strengths.set_index("borough_code")["fte_per_10k"]
    names = zip(frame["borough"], frame["fte"].isna(), strict=True)
    unknown: list[Any] = [[name] if is_unknown else [] for name, is_unknown in names]
    return _ranked(
        frame.assign(
            fte_per_10k=frame["borough_code"].map(published),
            at_least=False,
            no_figure_for=pd.Series(unknown, index=frame.index, dtype=object),
        )
    )


def by_bcu(boroughs: pd.DataFrame, commitment: Commitment) -> pd.DataFrame:
    """Return commitment and strength of the 12 BCUs, from those of their boroughs.

    Parameters
    ----------
    boroughs
        What `by_borough` returned.

    Returns
    -------
    DataFrame
        As for boroughs; where some boroughs have no reliable figure, `no_figure_for` names them and
        `at_least` says that the strength, and what is made of it, is a lower bound. Such a BCU has
        no rank, nor has one without any figure.
    """
    summed = boroughs.groupby(["bcu_code", "bcu"], as_index=False).agg(
        wards=("wards", "sum"),
        residents=("residents", _sum),
        residents_2021=("residents_2021", _sum),
        fte=("fte", lambda parts: parts.sum(min_count=1)),
        known=("fte", "count"),
        of=("fte", "size"),
        no_figure_for=("no_figure_for", "sum"),
    )
    frame = summed.drop(columns=["known", "of"]).assign(
        at_least=(summed["known"] > 0) & (summed["known"] < summed["of"])
    )
    return _ranked(_measured(frame, commitment))


def by_level(
    level: str, wards: pd.DataFrame, strengths: pd.DataFrame, commitment: Commitment
) -> pd.DataFrame:
    """Return commitment and strength of the areas of one of schema.LEVELS: see `by_…`."""
    if level == "wards":
        return by_ward(wards, commitment)
    boroughs = by_borough(wards, strengths, commitment)
    return boroughs if level == "boroughs" else by_bcu(boroughs, commitment)


def _sum(parts: pd.Series) -> float:
    """Add up, to nothing known if a part is not known."""
    return float(parts.astype("Float64").sum(skipna=False)) if parts.notna().all() else float("nan")


def _measured(frame: pd.DataFrame, commitment: Commitment) -> pd.DataFrame:
    """Add the measures to `wards`, `residents`, `residents_2021` and `fte` of areas."""
    committed = frame["wards"] * commitment.officers
    return frame.assign(
        committed_dwo=frame["wards"] * commitment.dwo,
        committed_pcso=frame["wards"] * commitment.pcso,
        committed=committed,
        fte_per_ward=frame["fte"] / frame["wards"],
        fte_per_10k=frame["fte"] / frame["residents_2021"] * 10_000,
        share_of_commitment=frame["fte"] / committed,
        residents_per_committed=frame["residents"].astype("Float64") / committed,
    )


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Rank areas by the share of their commitment, those with a whole figure only."""
    whole = frame["share_of_commitment"].where(~frame["at_least"])
    return frame.assign(rank=whole.rank(ascending=False, method="min").astype("Int64"))
