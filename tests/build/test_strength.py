"""The Met's strength by month, from the publisher's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcumap.base.errors import BcuMapError
from bcumap.build.strength import read_strength

HEADS = "Date,Police Officer Strength,Police Staff Strength,PCSO Strength"


def test_months_come_in_order_with_whole_numbers(tmp_path: Path) -> None:
    file = tmp_path / "strength.csv"
    file.write_text(f"{HEADS}\nJun-13,30550,12166,2487\nMay-13,30636.4,12702,2497\n")
    table = read_strength(file)
    assert table["month"].tolist() == ["2013-05", "2013-06"]
    assert table["officers"].tolist() == [30636, 30550]
    assert table["pcsos"].tolist() == [2497, 2487]


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", f"{HEADS}\nsoon,1,2,3\n", f"{HEADS}\nMay-13,x,2,3\n"]
)
def test_another_file_is_told_in_a_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "strength.csv"
    file.write_text(text)
    with pytest.raises(BcuMapError, match="is not the Met's strength by month"):
        read_strength(file)
