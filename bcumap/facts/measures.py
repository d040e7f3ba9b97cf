"""What can be compared of ward officers, area by area: measures, their words and classes; pure.

Works on the prepared facts (see `documents.area_facts`), so that a page needs no table for it.
"""

from __future__ import annotations

import statistics
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bcumap.base.schema import KEYS
from bcumap.base.words import (
    BY_WARD,
    BY_WARD_ONLY,
    LIST_NOTE,
    NO_FIGURE,
    NO_LIST,
    figure,
    percent,
    rounded,
)
from bcumap.facts.teams import LISTED, LISTED_ON

if TYPE_CHECKING:
    from bcumap.facts.areas import Atlas

FIRST = "fte_per_ward"
CLASSES = 5  # of areas with about as many in each

# What is known of the ward officers of an area (see officers.py), and to how many decimals.
FACT_DECIMALS = {
    "committed": 0, "committed_dwo": 0, "committed_pcso": 0,
    "fte": 1, "fte_per_ward": 2, "fte_per_10k": 2, "share_of_commitment": 3,
    "residents_per_committed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One figure of an area.

    Attributes
    ----------
    key
        What `officers.py` calls it, and so the facts.
    title, short
        Its name, and one that fits the head of a column.
    decimals
        How many are shown; None for a share, shown in per cent.
    what
        What it is of, in a sentence.
    promise
        What was promised, in its unit, if anything was.
    is_of_strength
        Whether it is made of a strength, which of wards is only where a deployer has built it.
    """

    key: str
    title: str
    short: str
    decimals: int | None
    what: str
    promise: float | None = None
    is_of_strength: bool = False

    def text(self, value: float, *, of: Mapping[str, Any] | None = None) -> str:
        """Write a value as people read it; with the officers `of` its area, ≥ if it is a bound."""
        least = "≥ " if self.is_least(of) else ""
        return least + (percent(value) if self.decimals is None else figure(value, self.decimals))

    def is_least(self, officers: Mapping[str, Any] | None) -> bool:
        """Whether an area has "at least" its value, because the strength of a part is not known."""
        return bool(self.is_of_strength and officers and officers.get("at_least"))


_COUNTED = "Dedicated ward officers and PCSOs together, in full-time equivalents (FTE)"

MEASURES = {
    measure.key: measure
    for measure in (
        Measure("fte_per_ward", "Officers for each ward", "FTE a ward", 1,
                f"{_COUNTED}, for each ward of an area. The promise is 3 in each.",
                promise=3, is_of_strength=True),
        Measure("share_of_commitment", "Strength as a share of the promise", "Of the promise", None,
                f"{_COUNTED}, as a share of the officers promised to the area’s wards.",
                promise=1, is_of_strength=True),
        Measure("fte_per_10k", "Officers for every 10,000 residents", "FTE per 10,000", 1,
                f"{_COUNTED}, for every 10,000 residents of the Census of 2021.",
                is_of_strength=True),
        Measure("fte", "Officers in all", "Strength, FTE", 1, f"{_COUNTED}.", is_of_strength=True),
        Measure("committed", "Officers promised", "Promised", 0,
                "Two dedicated ward officers and one PCSO in each ward: what was promised, whether"
                " or not they are there."),
        Measure("residents_per_committed", "Residents for each officer promised",
                "Residents per promised", 0,
                "How many residents share each officer that was promised. It is known of every"
                " ward, because every ward was promised the same."),
    )
}  # fmt: skip
OF_STRENGTH = [key for key, each in MEASURES.items() if each.is_of_strength]


# Where a deployer has asked data.police.uk for the teams of wards.
OF_TEAMS = {
    LISTED: Measure(LISTED, "People listed on the ward’s team", "Listed", 0,
                    "People of all ranks that data.police.uk lists on a ward’s team. Every ward was"
                    f" promised two ward officers and one PCSO. {LIST_NOTE}"),
}  # fmt: skip
EVERY = MEASURES | OF_TEAMS


def offered(atlas: Atlas) -> dict[str, Measure]:
    """Return the measures that there is something of."""
    return EVERY if atlas.promise.get(LISTED_ON) else MEASURES


def unknown(atlas: Atlas, level: str, measure: Measure) -> str:
    """Say why a measure is not known: no figure, or nobody has brought those of wards."""
    if measure.key == LISTED and atlas.promise.get(LISTED_ON):
        return NO_LIST if level == "wards" else BY_WARD_ONLY
    is_absent = level == "wards" and measure.is_of_strength and not atlas.promise.get("ward_months")
    return BY_WARD if is_absent else NO_FIGURE


def values(atlas: Atlas, level: str, key: str) -> dict[str, float | None]:
    """Return a measure of the Met's areas of a level by their code; None where it is not known."""
    return {
        code: area.officers.get(key) for code, area in atlas.levels[level].items() if area.officers
    }


def ranked(atlas: Atlas, level: str, key: str) -> list[str]:
    """Return the codes of the Met's areas of a level, the highest first, the unknown last."""
    known = values(atlas, level, key)
    order = {code: (value is None, -(value or 0)) for code, value in known.items()}
    return sorted(order, key=lambda code: (order[code], atlas[code].name))


def breaks(known: Iterable[float | None], measure: Measure) -> list[float]:
    """Return the values at which one class ends and the next begins, so that each has as many.

    They are rounded as the measure is shown, so that the legend says just where they are.
    """
    decimals = 2 if measure.decimals is None else measure.decimals
    numbers = [float(rounded(value, decimals)) for value in known if value is not None]
    if len(set(numbers)) <= CLASSES:
        return sorted(set(numbers))[1:]
    fifths = _fifths(numbers, decimals)
    # Where most areas have the same value, it takes the different ones to tell the others apart.
    return fifths if len(fifths) == CLASSES - 1 else _fifths(set(numbers), decimals)


def _fifths(numbers: Iterable[float], decimals: int) -> list[float]:
    """Return where the fifths of some numbers begin, but for the first."""
    ordered = sorted(numbers)
    between = statistics.quantiles(ordered, n=CLASSES, method="inclusive")
    return sorted({float(rounded(value, decimals)) for value in between if value > ordered[0]})


def labels(known: Iterable[float | None], at: Sequence[float], measure: Measure) -> list[str]:
    """Say in words what each class holds, and in which the promise lies."""
    numbers = [value for value in known if value is not None]
    if not numbers:
        return []
    if not at:
        return [measure.text(numbers[0])]
    named = list(_ranges(at, measure))
    if measure.promise is not None:
        named[bisect(at, measure.promise)] += f" (the promise: {measure.text(measure.promise)})"
    return named


def shades(classes: int) -> list[str]:
    """Return the look of each of some classes: of two, which say yes or no, those far apart."""
    return [f"shade-{place * (3 if classes == 2 else 1)}" for place in range(classes)]


def _ranges(at: Sequence[float], measure: Measure) -> Iterator[str]:
    yield f"below {measure.text(at[0])}"
    for low, high in pairwise(at):
        yield f"{measure.text(low)} to below {measure.text(high)}"
    yield f"{measure.text(at[-1])} or more"


def records(atlas: Atlas, level: str) -> list[dict[str, Any]]:
    """Return the officers of the Met's areas of a level as flat records, for charts and programs.

    Returns
    -------
    list of dict
        `code`, `name`, the codes and names of the areas above, `residents`, and what the facts
        have under `officers`, null where nobody knows.
    """
    own = KEYS[level]
    return [
        {
            "code": code,
            "name": area.name,
            **{name: text for name, text in area.columns().items() if text and name not in own},
            "residents": area.residents,
            **area.officers,
        }
        for code, area in atlas.levels[level].items()
        if area.officers
    ]
