"""How many people data.police.uk lists on each ward's team, by rank and day; never who; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcumap.base.schema import FAILED, FETCHED, TEAM_RANKS

LISTED, LISTED_ON = "listed", "listed_on"
# What is told of a ward: all, then rank by rank.
COUNTS = (LISTED, *(f"listed_{rank}" for rank in TEAM_RANKS))


@dataclass(frozen=True)
class Listing:
    """A ward's team on a day (YYYY-MM-DD).

    Attributes
    ----------
    ranks
        How many people are listed of each of `TEAM_RANKS`; None: the service lists no such team.
    """

    on: str
    ranks: tuple[int, ...] | None

    def columns(self) -> dict[str, Any]:
        """Return it as columns: `COUNTS` and `listed_on`."""
        counts = [None] * len(COUNTS) if self.ranks is None else [sum(self.ranks), *self.ranks]
        return {**dict(zip(COUNTS, counts, strict=True)), LISTED_ON: self.on}


NO_LISTING = {**dict.fromkeys(COUNTS), LISTED_ON: None}  # of a ward that no answer came of

# By the code of the ward, in the order of days.
Teams = Mapping[str, Sequence[Listing]]


def read(rows: Iterable[Mapping[str, str]]) -> Teams:
    """Read the table of teams; a day on which the service gave no answer of a ward is no listing.

    Raises
    ------
    KeyError, ValueError
        If a column is missing or a number is none.
    """
    told: dict[str, list[Listing]] = {}
    for row in sorted(rows, key=lambda row: row["listed_on"]):
        if row["status"] == FAILED:
            continue
        is_there = row["status"] == FETCHED
        ranks = tuple(int(row[rank]) for rank in TEAM_RANKS) if is_there else None
        told.setdefault(row["ward_code"], []).append(Listing(row["listed_on"], ranks))
    return told


def last(teams: Teams, by: str = "9999") -> dict[str, Listing] | None:
    """Return the last listing of each ward by a day (YYYY-MM-DD); None where nobody has asked."""
    if not teams:
        return None
    known = {code: [each for each in listings if each.on <= by] for code, listings in teams.items()}
    return {code: listings[-1] for code, listings in known.items() if listings}


def days(listings: Mapping[str, Listing] | None) -> tuple[str, str] | None:
    """Return the first and the last day of some listings; None without any."""
    told = [each.on for each in (listings or {}).values()]
    return (min(told), max(told)) if told else None
