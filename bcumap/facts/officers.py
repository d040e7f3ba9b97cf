"""Ward officers on any date: what was promised and what is known to be there, area by area; pure.

What nobody knows stays unknown (None) through every sum: where a borough of a BCU has no reliable
figure, the BCU has "at least" what its others have, and no figure if none of them has one. It needs
nothing but the standard library; tables are plain rows, as `store.records` gives them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bcumap.base.dates import Row
from bcumap.base.errors import DataError
from bcumap.base.schema import COMMITMENT_HOLDS, KEYS
from bcumap.facts.teams import NO_LISTING, Listing


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


def commitment_on(commitments: Iterable[Row], on: dt.date) -> Commitment:
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
    rows, day = sorted(commitments, key=lambda row: str(row["from"])), on.isoformat()
    held = [row for row in rows if row["status"] in COMMITMENT_HOLDS and str(row["from"]) <= day]
    if not held:
        raise DataError(f"no commitment is known for {day}; the first is of {rows[0]['from']}")
    last = held[-1]
    first, *again = (row for row in held if all(row[of] == last[of] for of in ("dwo", "pcso")))
    return Commitment(
        dwo=last["dwo"],
        pcso=last["pcso"],
        since=str(first["from"]),
        restated=str(last["from"]) if again else None,
        wards_then=first["wards"],
        source=str(first["source"]),
    )


def strengths_on(strengths: Iterable[Row], on: dt.date) -> list[Row]:
    """Return the table of strengths with no figure where its months begin after a date."""
    none, day = {"fte": None, "fte_per_10k": None}, on.isoformat()
    return [{**row, **(none if str(row["from_month"]) > day else {})} for row in strengths]


def by_level(
    level: str,
    wards: Iterable[Row],
    strengths: Iterable[Row],
    commitment: Commitment,
    *,
    by_ward: Mapping[str, float | None] | None = None,
    listed: Mapping[str, Listing] | None = None,
) -> list[dict[str, Any]]:
    """Return what the Met's areas of a level were promised, and their strength.

    Parameters
    ----------
    level
        One of `schema.LEVELS`.
    wards
        `Area.columns` and `residents` of every ward, and what else is kept of wards.
    strengths
        The table of borough strengths: FTE of dedicated ward officers and PCSOs together, a mean of
        several months; None where there is no reliable figure.
    by_ward
        The same of wards by their codes, where a deployer has read the Met's workbook.
    listed
        Their teams by data.police.uk, where one has asked for them.

    Returns
    -------
    list of dict
        In the order of codes: code and name of each area and of what it lies in, `wards` (how
        many), `residents`, `residents_2021` and the measures of docs/data.md; of wards, where their
        teams were asked for, the columns of a `Listing`; above wards also
        `no_figure_for`, the boroughs without a figure; `at_least`, that the strength of a BCU, and
        what is made of it, is therefore a lower bound; and `rank` by share of the commitment, 1 the
        highest, of those with a whole figure. `fte_per_10k` of a borough is the published rate.
    """
    met = [row for row in wards if row["bcu_code"]]
    if level == "wards":
        fte, one = by_ward or {}, {"wards": 1, "residents_2021": None}
        return [
            _measured({**row, **one, "fte": fte.get(row["ward_code"])}, commitment)
            | _listing(row["ward_code"], listed)
            for row in met
        ]
    known = {row["borough_code"]: row for row in strengths}
    boroughs = [_borough(rows, known.get(rows[0]["borough_code"], {}), commitment)
                for rows in _grouped(met, "boroughs")]  # fmt: skip
    if level == "boroughs":
        return _ranked(boroughs)
    return _ranked([_bcu(rows, commitment) for rows in _grouped(boroughs, "bcus")])


def _listing(ward_code: str, listed: Mapping[str, Listing] | None) -> dict[str, Any]:
    """What is listed of a ward: no columns where nobody asked, empty ones where none answered."""
    if listed is None:
        return {}
    return listed[ward_code].columns() if ward_code in listed else NO_LISTING


def _grouped(rows: Iterable[Row], level: str) -> list[list[Row]]:
    """Return the rows of each area of a level, in the order of their codes."""
    code, _ = KEYS[level]
    ordered = sorted(rows, key=lambda row: str(row[code]))
    return [list(group) for _, group in groupby(ordered, lambda row: row[code])]


def _borough(wards: Sequence[Row], known: Row, commitment: Commitment) -> dict[str, Any]:
    row = {
        **{name: wards[0][name] for name in (*KEYS["boroughs"], *KEYS["bcus"])},
        "wards": len(wards),
        "residents": _sum(wards, "residents"),
        "fte": known.get("fte"),
        "residents_2021": known.get("residents_2021"),
    }
    return _measured(row, commitment) | {
        "fte_per_10k": known.get("fte_per_10k"),
        "at_least": False,
        "no_figure_for": [row["borough"]] if row["fte"] is None else [],
    }


def _bcu(boroughs: Sequence[Row], commitment: Commitment) -> dict[str, Any]:
    fte = [row["fte"] for row in boroughs if row["fte"] is not None]
    row = {
        **{name: boroughs[0][name] for name in KEYS["bcus"]},
        **{name: _sum(boroughs, name) for name in ("wards", "residents", "residents_2021")},
        "fte": sum(fte) if fte else None,
        "no_figure_for": [name for borough in boroughs for name in borough["no_figure_for"]],
        "at_least": 0 < len(fte) < len(boroughs),
    }
    return _measured(row, commitment)


def _sum(rows: Iterable[Row], name: str) -> Any:
    """Add up, to nothing known if a part is not known."""
    parts = [row[name] for row in rows]
    return None if None in parts else sum(parts)


def _measured(row: dict[str, Any], commitment: Commitment) -> dict[str, Any]:
    """Add the measures to `wards`, `residents`, `residents_2021` and `fte` of an area."""
    wards, fte = row["wards"], row["fte"]
    committed = wards * commitment.officers
    return row | {
        "committed_dwo": wards * commitment.dwo,
        "committed_pcso": wards * commitment.pcso,
        "committed": committed,
        "fte_per_ward": _over(fte, wards),
        "fte_per_10k": _over(fte, row["residents_2021"], 10_000),
        "share_of_commitment": _over(fte, committed),
        "residents_per_committed": _over(row["residents"], committed),
    }


def _over(value: float | None, by: float | None, times: int = 1) -> float | None:
    return None if value is None or not by else value / by * times


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rank areas by the share of their commitment, those with a whole figure only."""
    shares = [None if row["at_least"] else row["share_of_commitment"] for row in rows]
    whole = sorted((share for share in shares if share is not None), reverse=True)
    return [
        row | {"rank": None if share is None else whole.index(share) + 1}
        for row, share in zip(rows, shares, strict=True)
    ]
