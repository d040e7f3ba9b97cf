"""How far residents live from the open front counters, in a straight line; pure.

Where in a ward its residents live is taken from its postcodes in use: the ward's residents of
mid-2024 are spread evenly over them. That is an estimate: postcodes differ in size, and some are
only of offices. A straight line is shorter than any way on foot. Counters of which no source gives
a postcode are left out, and each result says how many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from bcumap.base.dates import Row
from bcumap.facts.counters import Standing, distance_m

WITHIN_KM = (1, 2, 5)
NO_ONE = -1  # the position of the nearest counter where none is open

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Homes:
    """Where the Met's residents live, as far as postcodes tell.

    Attributes
    ----------
    wards
        `ward_code`, `borough_code`, `bcu_code`, `residents` of each of the Met's wards, by code.
    easting, northing
        Of each postcode in use (m, EPSG:27700).
    ward
        The position of its ward in `wards`.
    """

    wards: pd.DataFrame
    easting: Floats
    northing: Floats
    ward: Places

    def mean(self, values: npt.ArrayLike) -> Floats:
        """Return the mean of each ward's postcodes: of its residents, if they are spread evenly."""
        number = np.bincount(self.ward, minlength=len(self.wards))
        sums = np.bincount(self.ward, np.asarray(values, float), minlength=len(self.wards))
        with np.errstate(invalid="ignore"):
            means: Floats = sums / number
        return means


@dataclass(frozen=True)
class Access:
    """The nearest open counter of each postcode of some homes.

    Attributes
    ----------
    names
        The open counters that have a point.
    metres, place
        The distance to the nearest of them, and its position in `names`; NaN and `NO_ONE` if there
        is none.
    left_out
        How many open counters have no point.
    """

    names: tuple[str, ...]
    metres: Floats
    place: Places
    left_out: int


def homes(wards: pd.DataFrame, postcodes: pd.DataFrame) -> Homes:
    """Place the residents of the Met's wards at their postcodes in use.

    Parameters
    ----------
    wards
        `ward_code`, `borough_code`, `bcu_code` (empty in the City, which is left out), `residents`.
    postcodes
        `live`, `easting`, `northing`, `ward_code`.
    """
    columns = ["ward_code", "borough_code", "bcu_code", "residents"]
    met = wards.loc[wards["bcu_code"].notna(), columns].sort_values("ward_code")
    place = pd.Index(met["ward_code"]).get_indexer(postcodes["ward_code"])
    taken = postcodes["live"].to_numpy(bool) & (place >= 0)
    at = postcodes.loc[taken, ["easting", "northing"]].to_numpy(float)
    return Homes(met.reset_index(drop=True), at[:, 0], at[:, 1], place[taken].astype(np.int64))


def access(
    living: Homes, standings: Iterable[Standing], points: Mapping[str, Row], *, always: bool = False
) -> Access:
    """Find the nearest open counter of every postcode.

    Parameters
    ----------
    points
        `easting` and `northing` of each site by name (m, EPSG:27700), None where not known.
    always
        Only counters that never close.
    """
    wanted = [site for site in standings if (site.never_closes if always else site.is_open)]
    placed = [site.name for site in wanted if points[site.name]["easting"] is not None]
    metres = np.full(len(living.ward), np.inf)
    place = np.full(len(living.ward), NO_ONE)
    for position, name in enumerate(placed):
        at = points[name]
        away = distance_m(living.easting, living.northing, at["easting"], at["northing"])
        nearer = away < metres
        metres[nearer], place[nearer] = away[nearer], position
    metres = np.where(np.isfinite(metres), metres, np.nan)
    return Access(tuple(placed), metres, place, len(wanted) - len(placed))


def by_ward(living: Homes, any_counter: Access, always: Access) -> pd.DataFrame:
    """Return how far the residents of each ward are from a counter.

    Parameters
    ----------
    any_counter, always
        The access to counters that are open at all, and to those that never close.

    Returns
    -------
    DataFrame
        The columns of `Homes.wards` and
        `nearest` (the counter that most postcodes of the ward are nearest to; None without any),
        `nearest_m` and `nearest_24_7_m` (the mean of the ward's postcodes, in metres), and
        `within_1km`, `within_2km`, `within_5km` (residents so near to a counter; missing where the
        ward's residents are).
    """
    wards = living.wards
    residents = wards["residents"].astype("Float64")
    within = {
        f"within_{km}km": residents * living.mean(any_counter.metres <= km * 1000)
        for km in WITHIN_KM
    }
    return wards.assign(
        nearest=_mostly(living, any_counter),
        nearest_m=living.mean(any_counter.metres),
        nearest_24_7_m=living.mean(always.metres),
        **within,
    )


def _mostly(living: Homes, found: Access) -> pd.Series:
    """Name for each ward the counter that most of its postcodes are nearest to."""
    if not found.names:
        return pd.Series([None] * len(living.wards), dtype=object)
    width = len(found.names)
    shape = (len(living.wards), width)
    number = np.bincount(living.ward * width + found.place, minlength=shape[0] * width)
    most = number.reshape(shape).argmax(axis=1)
    return pd.Series([found.names[position] for position in most], dtype=object)


def by_area(wards: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add up wards to areas, weighed by their residents.

    Parameters
    ----------
    wards
        What `by_ward` returned.
    key
        "borough_code" or "bcu_code", or another column that names the area of each ward.

    Returns
    -------
    DataFrame
        `residents`, `nearest_m`, `nearest_24_7_m` (means of the residents) and `within_…`, a row
        per area, in the order of its code; missing where a ward's residents are.
    """
    residents = wards["residents"].astype("Float64")
    sums = ["residents", *(f"within_{km}km" for km in WITHIN_KM)]
    means = ["nearest_m", "nearest_24_7_m"]
    weighed = wards[[*sums, *means]].astype("Float64")
    for name in means:
        weighed[name] = weighed[name] * residents
    totals = weighed.groupby(wards[key]).sum(skipna=False)
    for name in means:
        totals[name] = totals[name] / totals["residents"]
    return totals


def worse_off(living: Homes, before: Access, after: Access) -> pd.DataFrame:
    """Say which wards each closing made worse off, and by how much.

    A postcode whose nearest counter is gone is worse off by the way that its new nearest one is
    farther; that is put down to the counter that it had. So the effects of counters that close on
    one day add up to that of all together.

    Parameters
    ----------
    before, after
        The access of the same homes before and after.

    Returns
    -------
    DataFrame
        `counter` (that closed, or no longer is of the kind asked for), `ward_code`, `farther_m`
        (the mean of all the ward's residents, in metres; NaN if none is left anywhere),
        `affected` (the share of its residents), `residents` (how many that is); by counter, and
        the wards that lost most first.
    """
    frames = []
    for position, name in enumerate(before.names):
        if name in after.names:
            continue
        lost = before.place == position
        farther = np.where(lost, after.metres - before.metres, 0)
        share = living.mean(lost)
        frame = pd.DataFrame(
            {
                "counter": name,
                "ward_code": living.wards["ward_code"],
                "farther_m": living.mean(farther),
                "affected": share,
                "residents": living.wards["residents"].astype("Float64") * share,
            }
        )
        frames.append(frame[share > 0].sort_values("farther_m", ascending=False, kind="stable"))
    columns = ["counter", "ward_code", "farther_m", "affected", "residents"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
