"""What benchmarks share: alternate the sides, take medians, state a figure beside its target."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

Side = TypeVar("Side", bound=Hashable)
Samples = list[float]  # of one side, in the order they were taken

DECIMALS = {"×": 1, "s": 2, "ms": 2, "m²": 4, "KB": 1, "MB": 0, "": 0}


class Skipped(Exception):
    """A benchmark that cannot run here, and why."""


@dataclass(frozen=True)
class Figure:
    """One measured figure and, if one is stated, its target.

    Attributes
    ----------
    unit
        One of `DECIMALS`; KB and MB are 1,000 and 1,000,000 bytes.
    at_least, at_most
        The target; a figure with neither is there for information.
    detail
        The medians that a ratio is made of, or what else a reader should know.
    """

    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    detail: str = ""

    @property
    def text(self) -> str:
        return _with_unit(f"{self.value:,.{DECIMALS[self.unit]}f}", self.unit)

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return "≥ " + _with_unit(f"{self.at_least:g}", self.unit)
        return "" if self.at_most is None else "≤ " + _with_unit(f"{self.at_most:g}", self.unit)

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        low = self.at_least is not None and self.value < self.at_least
        high = self.at_most is not None and self.value > self.at_most
        return "missed" if low or high else "met"

    def __str__(self) -> str:
        target = f"  [target {self.target}: {self.verdict}]" if self.target else ""
        detail = f"  {self.detail}" if self.detail else ""
        return f"  {self.what}: {self.text}{target}{detail}"


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Return a function that does the work and gives the seconds it took."""

    def measured() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measured


def alternate(
    sides: Mapping[Side, Callable[[], float]], rounds: int, *, warm: bool = True
) -> dict[Side, Samples]:
    """Measure the sides in turn (A B A B …), so that a machine that slows down slows them alike.

    Parameters
    ----------
    sides
        What gives one sample, by the name (or so) of the side.
    warm
        Take one sample of each first and throw it away.
    """
    samples: dict[Side, Samples] = {name: [] for name in sides}
    for turn in range(rounds + warm):
        for name, sample in sides.items():
            value = sample()
            if turn >= warm:
                samples[name].append(value)
    return samples


def ratio(
    what: str,
    of: Samples,
    to: Samples,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Return the ratio of two medians, with the medians and their ranges as detail."""
    detail = f"{spread(of)} ÷ {spread(to)}"
    return Figure(what, median(of) / median(to), "×", at_least, at_most, detail)


def seconds(what: str, samples: Samples, *, at_most: float | None = None) -> Figure:
    """Return a median time, with its range as detail."""
    return Figure(what, median(samples), "s", at_most=at_most, detail=spread(samples))


def spread(samples: Samples) -> str:
    """Say a median and, of more samples than one, their range."""
    within = f" ({min(samples):.2f}–{max(samples):.2f})" if len(samples) > 1 else ""
    return f"{median(samples):.2f} s{within}"


def _with_unit(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit == "×" else f"{number} {unit}".rstrip()
