"""The ONS's UPRN files → how many addresses of each postcode are in which ward; writes nothing.

Only numbers come out: no UPRN is read, a point is forgotten when its ward is known, and no message
quotes a row.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import LONDON_BOUNDS_BNG
from bcumap.base.words import listed, percent
from bcumap.build import passports
from bcumap.facts import store
from bcumap.facts.postcodes import OUTSIDE, Archive, Postcode, Share, count_rows, pack_addresses
from bcumap.geo.coverage import Polygons
from bcumap.geo.locate import NOWHERE, Locator
from bcumap.geo.projection import to_bng
from bcumap.matching import cells, points, records, tables

MOST_BYTES = 2_000_000  # of what is written
LEAST_SHARE = 0.5  # of London's postcodes in use that must have addresses: nearly all have
CELL_M = (100.0, 100.0)  # larger than usual, for less memory
CREEK_M = 50.0  # so near to a ward a point in no ward is on a creek, a dock or a pier of it

# Regions, as the publisher ends the names of files: ONSUD_MAY_2026_LN.csv.
LONDON, AROUND = "LN", ("EE", "SE")
_REGION = re.compile(rf"_({LONDON}|{'|'.join(AROUND)})\.csv", re.IGNORECASE)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATED = re.compile(rf"({'|'.join(_MONTHS)})[A-Z]*_(20\d\d)", re.IGNORECASE)
_PRODUCTS = {"ONSUD": "ONS UPRN Directory", "NSUL": "National Statistics UPRN Lookup"}
UPRN, EASTING, NORTHING, POSTCODE = COLUMNS = ("UPRN", "GRIDGB1E", "GRIDGB1N", "PCDS")

# Longer than any postcode or code, so that a longer cell is no other's beginning.
Text = np.dtype("S10")
Texts = npt.NDArray[np.bytes_]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


class _Unusable(SourceError):
    """A fault of a file in our own words, which quote nothing of it."""


class Compared(NamedTuple):
    """What the rule by distance says of the postcodes whose addresses are counted.

    Of those that it calls certain `astray` have addresses in another ward, and of the uncertain
    ones `settled` have all in one.
    """

    certain: int
    astray: int
    uncertain: int
    settled: int


@dataclass
class Tally:
    """How many rows were read, and what they were; shown by the command line.

    Attributes
    ----------
    counted
        Those that are addresses of a postcode in a ward, or outside London.
    without_postcode, of_other_postcodes, not_in_london
        Those that are left out: no postcode, one that geodata/ has not, a position far from London.
    ward_column
        The file's own wards, if they are of our edition; `placed_otherwise` are not in ours.
    """

    rows: int = 0
    counted: int = 0
    without_postcode: int = 0
    of_other_postcodes: int = 0
    not_in_london: int = 0
    ward_column: str = ""
    placed_otherwise: int = 0


@dataclass(frozen=True)
class Part:
    """The file to write, and what is told of it.

    Attributes
    ----------
    told
        What its passport names: see `origins.addresses` in passports.toml.
    command
        The options that make it.
    """

    content: bytes
    told: dict[str, str]
    command: str
    tally: Tally


@dataclass(frozen=True)
class _File:
    """A CSV, by itself or in a ZIP."""

    path: Path
    member: str | None

    @property
    def name(self) -> str:
        return PurePosixPath(self.member or self.path.name).name

    @property
    def region(self) -> str:
        """What its name ends in; a file that is called otherwise is taken for London's."""
        found = _REGION.search(self.name)
        return found[1].upper() if found else LONDON

    @property
    def as_of(self) -> str:
        """The month in its name, as 2026-05; "" if there is none."""
        found = _DATED.search(self.name) or _DATED.search(self.path.name)
        return f"{found[2]}-{_MONTHS.index(found[1].upper()) + 1:02}" if found else ""

    @property
    def product(self) -> str:
        of = next((of for of in _PRODUCTS if self.name.upper().startswith(of)), "")
        return _PRODUCTS.get(of, "UPRN file of the ONS")


def count(paths: Sequence[Path], data: Path) -> Part:
    """Count the addresses of UPRN files by postcode and ward.

    Parameters
    ----------
    paths
        CSVs of regions, or ZIPs with them: London's, and those around it for postcodes at its edge.
    data
        The folder with the postcodes and wards (3 m tier) to count by.

    Raises
    ------
    SourceError
        If a file cannot be used, a region comes twice, or most of London is missing.
    """
    files = _files(paths)
    if not (data / store.POSTCODES).exists():
        raise SourceError(f"{data}: has no postcodes to count addresses of; add --postcodes")
    ground, tally = _Ground.of(data), Tally()
    counts: Counter[int] = Counter()
    for file in files:
        _read(file, ground, counts, tally)
    _check_whole(counts, ground, files)
    around = {*AROUND} <= {file.region for file in files}
    content = pack_addresses(
        (ground.postcodes[place].decode(), _with_edge(shares, ground.at_edge[place] and not around))
        for place, shares in _shares(counts, ground)
    )
    first = min(files, key=lambda file: file.region != LONDON)
    told = {
        "edition": f"{first.product} {first.as_of or 'not stated'}",
        "as_of": first.as_of,
        "coverage": "London and around it" if around else "London",
        "wards": ground.edition,
    }
    command = " ".join(f"--addresses {path.name}" for path in paths)
    return Part(content, {f"addresses_{key}": text for key, text in told.items()}, command, tally)


def _files(paths: Sequence[Path]) -> list[_File]:
    """Return the files of London and around it, each region once and all of one month."""
    files = [_File(path, member) for path in paths for member in _members(path)]
    regions: dict[str, _File] = {}
    for file in files:
        if (other := regions.setdefault(file.region, file)) is not file:
            raise SourceError(
                f"{other.name} and {file.name}: both are of the region {file.region}, by their"
                " names; give each region once, called as the ONS calls it"
            )
    if len(months := sorted({file.as_of for file in files if file.as_of})) > 1:
        raise SourceError(f"the files are of {listed(months)}; give those of one month")
    return files


def _members(path: Path) -> list[str | None]:
    """Return which CSVs of a ZIP are of London and around it; None stands for the file itself."""
    if not zipfile.is_zipfile(path):
        return [None]
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX")]
    csvs = [name for name in names if name.lower().endswith(".csv")]
    found = [name for name in csvs if _REGION.search(name)] or csvs
    if len(found) > len({LONDON, *AROUND}) or not found:
        raise SourceError(
            f"{path}: a ZIP without a file …_{LONDON}.csv, as the ONS’s has; give the CSV itself"
        )
    return [*found]


@dataclass(frozen=True)
class _Ground:
    """What addresses are counted by.

    Attributes
    ----------
    postcodes, live, at_edge
        All of London's in their order; which are in use, and which may reach beyond London.
    codes
        Of the wards, and `OUTSIDE` at their end.
    polygons, river
        The wards and the tidal Thames, EPSG:27700.
    """

    postcodes: Texts
    live: Mask
    at_edge: Mask
    codes: Texts
    polygons: Polygons
    river: shapely.Geometry
    edition: str
    locator: Locator = field(repr=False)

    @classmethod
    def of(cls, data: Path) -> _Ground:
        """Read it from a folder of data."""
        archive = Archive(data / store.POSTCODES)
        rows = ((each.postcode.encode(), each.live, _reaches_out(each)) for each in archive)
        known = np.fromiter(rows, np.dtype([("name", Text), ("live", bool), ("at_edge", bool)]))
        names, live, at_edge = (
            np.ascontiguousarray(known[name]) for name in ("name", "live", "at_edge")
        )
        codes, degrees = store.ward_polygons(data=data)
        polygons = to_bng(degrees)
        (river,) = to_bng(np.array([store.thames_polygon(data=data)]))
        edition = str(store.facts(data=data)["edition"])
        return cls(names, live, at_edge, np.array([*codes, OUTSIDE], Text), polygons, river,
                   edition, Locator(polygons, cell=CELL_M))  # fmt: skip

    @property
    def outside(self) -> int:
        """The place in `codes` of `OUTSIDE`."""
        return len(self.codes) - 1

    def find(self, names: Texts) -> tuple[Places, Mask]:
        """Return the places of postcodes, and which of them there are."""
        at = np.searchsorted(self.postcodes, names).clip(max=len(self.postcodes) - 1)
        return at, self.postcodes[at] == names

    def wards(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Places:
        """Return the places in `codes` of points; on the water, that of the nearest ward."""
        found = self.locator(x, y).astype(np.int64)
        stray = np.flatnonzero(found == NOWHERE)
        if len(stray):
            spots = shapely.points(x[stray], y[stray])
            nearest = shapely.STRtree(self.polygons).nearest(spots)
            is_near = shapely.distance(self.polygons[nearest], spots) <= CREEK_M
            is_near |= shapely.contains(self.river, spots)
            found[stray] = np.where(is_near, nearest, self.outside)
        return found


def _read(file: _File, ground: _Ground, counts: Counter[int], tally: Tally) -> None:
    """Add the rows of a file to the counts."""
    try:
        with tables.reading(file.path, member=file.member) as rows:
            _count(rows, file, ground, counts, tally)
    except _Unusable:
        raise
    except SourceError:  # which may quote a row
        raise SourceError(
            f"{file.path}: {file.name} cannot be read as a CSV; it is damaged or cut off: fetch it"
            " again"
        ) from None


def _count(
    rows: tables.Table, file: _File, ground: _Ground, counts: Counter[int], tally: Tally
) -> None:
    """Add the rows of a file to the counts, by place of postcode times wards + place of ward."""
    names, ward_column = _columns(rows.schema.names, file, ground)
    rows.need([*names.values(), *filter(None, [ward_column])])
    left, bottom, right, top = LONDON_BOUNDS_BNG
    for block in rows.blocks:
        tally.rows += block.cells.num_rows
        written = _texts(block.cells[names[POSTCODE]])
        at, is_known = ground.find(written)
        tally.without_postcode += int((written == b"").sum())
        tally.of_other_postcodes += int((~is_known & (written != b"")).sum())
        kept = np.flatnonzero(is_known)
        ward = np.full(len(kept), ground.outside)
        if file.region == LONDON:
            x, y = (_metres(block.cells[names[axis]].take(pa.array(kept)))
                    for axis in (EASTING, NORTHING))  # fmt: skip
            near = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
            tally.not_in_london += int((~near).sum())
            kept, ward = kept[near], ground.wards(x[near], y[near])
            if ward_column:
                stated = _texts(block.cells[ward_column])[kept]
                tally.placed_otherwise += int((stated != ground.codes[ward]).sum())
        tally.counted += len(kept)
        counts.update((at[kept] * len(ground.codes) + ward).tolist())
    if any(records.SHORT in note for note in rows.notes()):
        raise _Unusable(
            f"{file.path}: a row of {file.name} ends early; it is cut off: fetch it again"
        )
    tally.ward_column = ward_column or tally.ward_column


def _columns(
    found: Sequence[str], file: _File, ground: _Ground
) -> tuple[dict[str, str], str | None]:
    """Return how the columns are written here, and that of the wards if it is of our edition."""
    heads = [name.strip().upper() for name in found]
    if missing := [name for name in COLUMNS if heads.count(name) != 1]:
        raise _Unusable(
            f"{file.path}: {file.name} has not one column {listed(missing)}; found"
            f" {', '.join(heads[:8])}; expected {', '.join(COLUMNS)} and others, as in the ONS UPRN"
            " Directory"
        )
    names = dict(zip(heads, found, strict=True))
    ours = f"WD{ground.edition[2:4]}CD"
    return {name: names[name] for name in COLUMNS[1:]}, (
        names.get(ours) if file.region == LONDON else None
    )


def _texts(column: pa.Array) -> Texts:
    texts: Texts = column.fill_null(b"").to_numpy(zero_copy_only=False).astype(Text)
    return np.char.strip(texts)


def _metres(column: pa.Array) -> npt.NDArray[np.float64]:
    return cells.numbers(points.as_pandas(column), metres=True)[0]


def _check_whole(counts: Counter[int], ground: _Ground, files: Sequence[_File]) -> None:
    """Refuse files that have no addresses of most of London."""
    at, ward = np.divmod(np.fromiter(counts, np.int64), len(ground.codes))
    places = np.unique(at[ward != ground.outside])
    if (share := ground.live[places].sum() / ground.live.sum()) < LEAST_SHARE:
        raise SourceError(
            f"{', '.join(file.name for file in files)}: {percent(share)} of London’s postcodes in"
            " use have an address there, expected nearly all; is a file cut off, or London’s"
            f" (…_{LONDON}.csv) missing?"
        )


def _shares(counts: Counter[int], ground: _Ground) -> Iterator[tuple[int, list[Share]]]:
    """Give the places of postcodes with their wards, the one with the most addresses first.

    OUTSIDE is the last; a postcode of which no address is in London is left out.
    """
    codes = [code.decode() for code in ground.codes.tolist()]
    for place, keys in groupby(sorted(counts), key=lambda key: key // len(codes)):
        shares = [Share(codes[key % len(codes)], counts[key]) for key in keys]
        shares.sort(key=lambda share: (share.ward_code == OUTSIDE, -share.addresses))
        if shares[0].ward_code != OUTSIDE:
            yield place, shares


def _reaches_out(postcode: Postcode) -> bool:
    return any(code == OUTSIDE for code, _ in postcode.others)


def _with_edge(shares: Iterable[Share], is_open: bool) -> list[Share]:
    """Say so if a postcode may have addresses beyond London's edge and nobody counted there."""
    counted = [share for share in shares if share.addresses]
    if is_open and counted[-1].ward_code != OUTSIDE:
        counted.append(Share(OUTSIDE, 0))
    return counted


def compared(postcodes: Iterable[Postcode]) -> Compared:
    """Hold the rule by distance against the addresses of the postcodes that have some counted."""
    found: Counter[str] = Counter()
    for each in postcodes:
        if each.addresses:
            wards = {share.ward_code for share in each.addresses if share.addresses}
            is_sure = each.is_sure_by_distance
            found["certain" if is_sure else "uncertain"] += 1
            found["astray"] += is_sure and wards != {each.ward_code}
            found["settled"] += not is_sure and each.is_sure
    return Compared(*(found[name] for name in Compared._fields))


def put(part: Part, staging: Path, kept: dict[str, Any], command: str) -> passports.Entry:
    """Write what was counted; return its passport."""
    path = staging / store.ADDRESSES
    path.write_bytes(part.content)
    rows = {store.ADDRESSES: count_rows(path)}
    (entry,) = passports.renewed([], staging, rows, part.told, command, kept)
    return entry


def carry_over(data: Path, staging: Path) -> tuple[list[passports.Entry], str]:
    """Take an earlier build's counts along for the postcodes that are still there.

    Returns
    -------
    entries, note
        The passport of what was taken, and what to tell if some or all of it could not be.
    """
    path = data / store.ADDRESSES
    if not path.exists():
        return [], ""
    if not (staging / store.POSTCODES).exists():
        return [], "Counts of addresses were left out: there are no postcodes."
    entries = {entry["file"]: entry for entry in store.sources(data=data)["files"]}
    entry = entries[store.ADDRESSES]
    around = entry["coverage"] != "London"
    archive = Archive(staging / store.POSTCODES, path)
    counted = [
        (each.postcode, _with_edge(each.addresses, _reaches_out(each) and not around))
        for each in archive
        if each.addresses
    ]
    used = {share.ward_code for _, shares in counted for share in shares}
    if gone := sorted(used - {OUTSIDE, *store.facts(data=staging)["wards"]}):
        return [], (
            f"Counts of addresses were left out: they are of {len(gone)} wards that are no longer"
            f" there ({', '.join(gone[:3])} …); count anew with --addresses."
        )
    (staging / store.ADDRESSES).write_bytes(pack_addresses(counted))
    lost = entry["rows"] - len(counted)
    note = f"Counts of addresses of {lost:,} postcodes that are no longer there were left out."
    changed = {"rows": len(counted), "sha256": passports.sha256(staging / store.ADDRESSES)}
    return [{**entry, **changed}], note if lost else ""
