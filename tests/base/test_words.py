"""Numbers as people read them: the same in the pages, the tables and the pictures."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bcumap.base import words
from bcumap.base.words import figure, file_size, kilometres, percent, rounded


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


@pytest.mark.parametrize(
    ("metres", "written"), [(3150, "3.2 km"), (1150, "1.2 km"), (49, "0.0 km"), (0, "0.0 km")]
)
def test_distances_are_to_a_tenth_of_a_kilometre(metres: float, written: str) -> None:
    assert kilometres(metres) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "1 KB"), (1_500, "2 KB"), (999_400, "999 KB"), (1_250_000, "1.3 MB")],
)
def test_sizes_of_files_are_never_nothing(count: int, written: str) -> None:
    assert file_size(count) == written


def test_no_room_that_shows_figures_has_a_format_of_its_own() -> None:
    """Python's formats round half of all halves down; then two places tell two figures."""
    package = Path(words.__file__).parents[1]
    paths = [
        each for room in ("app", "cli", "site", "web") for each in (package / room).rglob("*.py")
    ]
    own = [
        f"{path.name}:{node.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec
        and re.search(r"\.\d+[f%]", ast.unparse(node.format_spec))
    ]
    assert paths
    assert own == []
