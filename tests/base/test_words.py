"""Numbers as people read them: the same in the pages, the tables and the pictures."""

from __future__ import annotations

import pytest

from bcumap.base.words import figure, percent, rounded


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(4.25, 1, "4.3"), (4.35, 1, "4.4"), (2.675, 2, "2.68"), (0.5, 0, "1"), (1234567.25, 1,
     "1,234,567.3"), (-0.25, 1, "-0.3"), (0, 1, "0.0"), (4.2499, 1, "4.2"), (1e-9, 2, "0.00")],
)  # fmt: skip
def test_halves_are_rounded_up_by_their_decimal_digits(
    value: float, decimals: int, written: str
) -> None:
    assert figure(value, decimals) == written
    assert float(rounded(value, decimals)) == float(written.replace(",", ""))


@pytest.mark.parametrize(
    ("share", "written"),
    [(1.545, "155%"), (0.005, "1%"), (0.0, "0%"), (12.5, "1250%"), (1, "100%")],
)
def test_shares_are_whole_per_cent(share: float, written: str) -> None:
    assert percent(share) == written
