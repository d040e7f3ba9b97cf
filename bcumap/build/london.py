"""Which wards are London's, of which borough, and whether they all are there; reads no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from bcumap.base.errors import DataError, SourceError
from bcumap.base.schema import CITY_OF_LONDON, some
from bcumap.build.wards import place_in_boroughs


@dataclass(frozen=True)
class Numbers:
    """How many areas there are, as a folder of data states it: a test's London may be small.

    Attributes
    ----------
    boroughs
        With the City of London.
    met_wards_since
        Met wards by the first year of the editions that have so many.
    """

    bcus: int
    boroughs: int
    city_wards: int
    met_wards_since: Mapping[str, int]

    def met_wards(self, edition: str) -> int | None:
        """Return how many an edition ("2025", "2025-12") has, or None if that is not stated."""
        first = edition[:4]
        since = [year for year in self.met_wards_since if first.isdecimal() and year <= first]
        return self.met_wards_since[max(since)] if since else None


def numbers(stated: Mapping[str, Any], *, where: str) -> Numbers:
    """Read what a document (passports.toml, sources.json) states as its `london`.

    Raises
    ------
    DataError
        If it states none, or something else.
    """
    try:
        found = stated["london"]
        since = {year: int(count) for year, count in found["met_wards_since"].items()}
        one_each = {name: int(found[name]) for name in ("bcus", "boroughs", "city_wards")}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{where}: does not state how many areas London has ({error}); take the passports.toml"
            " that bcumap comes with and rebuild"
        ) from error
    return Numbers(**one_each, met_wards_since=since)


@dataclass(frozen=True)
class London:
    """London's wards, one row each by code, and what their own layer did not say of them."""

    wards: gpd.GeoDataFrame
    named_by_table: int
    not_named: int
    placed_by_area: int


def keep_london(
    frame: gpd.GeoDataFrame,
    *,
    known: gpd.GeoDataFrame | None,
    boroughs: Callable[[], gpd.GeoDataFrame],
) -> London:
    """Give every ward its borough and name, and leave out those of no London borough.

    Parameters
    ----------
    frame
        `ward_code`, `ward` and `borough_code` (empty where the layer does not say), EPSG:27700.
    known
        An earlier build's wards, which say it of the codes that they have.
    boroughs
        Gives the boroughs in EPSG:27700, to place the other wards in by area; only then called.
    """
    frame = frame.copy()
    nameless = frame["ward"].isna()
    if known is not None:
        told = known.set_index("ward_code")
        for column in ("ward", "borough_code"):
            frame[column] = frame[column].fillna(frame["ward_code"].map(told[column]))
    homeless = frame["borough_code"].isna()
    if homeless.any():
        frame.loc[homeless, "borough_code"] = place_in_boroughs(frame[homeless], boroughs())
    kept = frame["borough_code"].notna()
    still_nameless = frame["ward"].isna()
    frame["ward"] = frame["ward"].fillna(frame["ward_code"])
    return London(
        wards=frame[kept].sort_values("ward_code", ignore_index=True),
        named_by_table=int((kept & nameless & ~still_nameless).sum()),
        not_named=int((kept & still_nameless).sum()),
        placed_by_area=int((kept & homeless).sum()),
    )


def check_boroughs(wards: gpd.GeoDataFrame, table: pd.DataFrame, *, where: str) -> None:
    """Raise a SourceError unless the wards' boroughs are those of the table (the City may lack)."""
    unknown = wards[~wards["borough_code"].isin(table["borough_code"])]
    if len(unknown):
        raise SourceError(
            f"{where}: wards of an unknown borough:"
            f" {some(unknown['ward_code'] + ' in ' + unknown['borough_code'])};"
            f" boroughs.csv lists the {len(table)} there are"
        )
    met = table[table["borough_code"] != CITY_OF_LONDON]
    absent = met[~met["borough_code"].isin(wards["borough_code"])]
    if len(absent):
        raise SourceError(
            f"{where}: no ward of {some(absent['borough'])};"
            f" expected all {len(met)} boroughs that the Met polices"
        )


def check_counts(
    wards: gpd.GeoDataFrame, expected: Numbers, *, edition: str, stated: int | None, where: str
) -> tuple[int, int]:
    """Return the numbers of Met and City wards, or raise a SourceError if the edition has others.

    Parameters
    ----------
    stated
        The number of Met wards to expect instead of the one known of the edition.
    """
    city = int((wards["borough_code"] == CITY_OF_LONDON).sum())
    met = len(wards) - city
    wanted = stated or expected.met_wards(edition)
    if wanted is not None and met != wanted:
        raise SourceError(
            f"{where}: {met} Met wards; expected {wanted} in the {edition or 'stated'} edition:"
            " the layer is incomplete or of another edition (say which with --edition or"
            " --met-wards)"
        )
    if city not in (0, expected.city_wards):
        raise SourceError(
            f"{where}: {city} wards of the City of London; expected {expected.city_wards},"
            " or none at all"
        )
    return met, city
