"""Postcodes: how they are written, and the archive that holds London's; computes no geometry.

The archive is a ZIP of CSV files, one per postcode sector ("SE8 4.csv"), so that a look-up reads a
few kilobytes and needs nothing but the standard library. `districts.csv` in it tells of every
postcode district of Great Britain how many of its postcodes are London's. Where addresses have been
counted, a second archive of the same sectors has how many of each postcode are in which ward.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bcumap.base import zips
from bcumap.base.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DISTRICTS = "districts.csv"
_SECTOR = slice(None, -2)  # of a postcode as it is written: "SE8 4"
# What may stand for a ward among the others that a postcode reaches: the land beyond London.
OUTSIDE = "outside"
# Code-Point Open's qualities from which on a position is only estimated from its surroundings.
ESTIMATED = 50

# Royal Mail's format: a district, then a sector's digit and a unit's letters as far as given.
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_INWARD = re.compile(r"([0-9][A-Z]{0,2})?")
_LONGEST = 7  # letters and digits of a full postcode


class Reach(NamedTuple):
    """Another ward (or OUTSIDE) that a postcode may reach, and how far from its centre it is."""

    ward_code: str
    distance_m: int


class Share(NamedTuple):
    """How many addresses of a postcode are in a ward, or OUTSIDE London.

    Outside 0 stands for "not known": the files that were counted end at London's edge.
    """

    ward_code: str
    addresses: int


class Postcode(NamedTuple):
    """One postcode of London; the columns are described in docs/data.md.

    `addresses` is empty where none are counted; else it has the wards with the most first, and
    OUTSIDE last.
    """

    postcode: str
    live: bool
    easting: int
    northing: int
    lat: float
    lon: float
    quality: int | None
    ward_code: str
    borough_code: str
    boundary_m: int
    reach_m: int
    others: tuple[Reach, ...]
    addresses: tuple[Share, ...] = ()

    @property
    def home(self) -> str:
        """The ward with most of its addresses; where none are counted, that of its centre."""
        return self.addresses[0].ward_code if self.addresses else self.ward_code

    @property
    def is_estimated(self) -> bool:
        """Whether its position is only estimated."""
        return self.quality is not None and self.quality >= ESTIMATED

    @property
    def is_sure_by_distance(self) -> bool:
        """Whether its addresses are too near to its centre to be in another ward."""
        return not (self.others or self.is_estimated or self.boundary_m == 0)

    @property
    def is_sure(self) -> bool:
        """Whether its ward is the only one, by its addresses if they are counted."""
        return len(self.addresses) == 1 if self.addresses else self.is_sure_by_distance


# What stands in the archive of postcodes, and in that of their addresses.
COLUMNS = Postcode._fields[:-1]
ADDRESS_COLUMNS = ("postcode", "addresses")


class District(NamedTuple):
    """How many postcodes of a district are London's, and how many lie elsewhere."""

    district: str
    london_live: int
    london_terminated: int
    elsewhere: int


@dataclass(frozen=True)
class Prefix:
    """The beginning of a postcode: a district, a sector, or a sector and its first letters."""

    district: str
    digit: str = ""
    letters: str = ""

    @property
    def sector(self) -> str:
        """The sector that all its postcodes are in, as "SE8 4"."""
        return f"{self.district} {self.digit}"

    @property
    def is_full(self) -> bool:
        """Whether it is one postcode."""
        return len(self.letters) == 2

    def __str__(self) -> str:
        """Write it as the Royal Mail does: "SE8 4RX"."""
        return f"{self.district} {self.digit}{self.letters}".rstrip()


def readings(text: str) -> list[Prefix]:
    """Return the ways to read a text as a postcode or the beginning of one, likeliest first.

    Case, spaces and punctuation do not matter, but a space can tell "E1 1" from "E11".
    """
    compact = re.sub(r"[^A-Z0-9]", "", text.upper()) if text.isascii() else ""
    if not compact or len(compact) > _LONGEST:
        return []
    found = [_read(compact[:cut], compact[cut:]) for cut in range(len(compact), 1, -1)]
    known = [prefix for prefix in found if prefix is not None]
    words = text.upper().split()
    if len(words) == 2:  # the writer says where the district ends
        known.sort(key=lambda prefix: prefix.district != words[0])
    return known


def _read(district: str, inward: str) -> Prefix | None:
    if _DISTRICT.fullmatch(district) and _INWARD.fullmatch(inward):
        return Prefix(district, inward[:1], inward[1:])
    return None


# Postcodes that are written as ours are, and lie nowhere here.
BEYOND = {
    "JE": "Jersey", "GY": "Guernsey", "IM": "the Isle of Man", "BFPO": "the British forces abroad",
    "BF": "the British forces abroad", "BX": "", "XX": "", "XM": "", "GIR": "", "AI": "Anguilla",
    "GX": "Gibraltar", "FIQQ": "the Falkland Islands",
}  # fmt: skip
NON_GEOGRAPHIC = {
    "E98", "EC1P", "EC2P", "EC3P", "EC4P", "N1P", "N81", "NW1W", "NW26", "SE1P", "SW95", "SW99",
}  # fmt: skip
# What is typed for what, in the first half of a postcode.
SLIPS = {"O": "0", "0": "O", "I": "1", "1": "I", "L": "1", "S": "5", "5": "S", "Z": "2", "B": "8"}
_FIRST_HALF = slice(None, -3)


def beyond(text: str) -> str:
    """Say of a postcode that is outside London for good where it is, or "" if it is none such."""
    compact = re.sub(r"[^A-Z0-9]", "", text.upper()) if text.isascii() else ""
    found = re.fullmatch(r"(BFPO|GIR|FIQQ|[A-Z]{2})([0-9]{1,4}[A-Z]{0,2}|0AA|1ZZ)", compact)
    if found and found[1] in BEYOND:
        where = BEYOND[found[1]]
        lies = f"is a postcode of {where}" if where else "is a postcode of no place"
        return f"{text.upper()} {lies}: it lies outside London."
    district = compact if len(compact) <= 4 else compact[_FIRST_HALF]
    if district in NON_GEOGRAPHIC:
        return (
            f"{district} is for large senders of mail and PO boxes: it lies in no ward of London."
        )
    return ""


def first_half_slips(text: str) -> list[Prefix]:
    """Return the postcodes that may be meant by one with a slip in its first half.

    A letter for a digit or the other way round (E2O 1EJ, SEI 8XX), or a 0 too many (SE08 4RX).
    """
    compact = re.sub(r"[^A-Z0-9]", "", text.upper()) if text.isascii() else ""
    district, inward = compact[_FIRST_HALF], compact[-3:]
    inward = inward.replace("O", "0", 1) if inward[:1] == "O" else inward
    if not (2 <= len(district) <= 5 and re.fullmatch(r"[0-9][A-Z]{2}", inward)):
        return []
    meant = {re.sub(r"(?<=[A-Z])0(?=[0-9])", "", district)}
    for place, sign in enumerate(district):
        if other := SLIPS.get(sign):
            meant.add(district[:place] + other + district[place + 1 :])
    found = (_read(each, inward) for each in sorted(meant - {district}))
    return [prefix for prefix in found if prefix is not None]


class Archive:
    """London's postcodes, opened from their file; every look-up reads one sector.

    Parameters
    ----------
    path
        geodata/postcodes.zip.
    addresses
        geodata/addresses.zip; it may be missing.

    Raises
    ------
    DataError
        If one of them is no archive.
    """

    def __init__(self, path: Path, addresses: Path | None = None) -> None:
        self._zip = zips.opened(path)
        self._addresses = zips.opened(addresses) if addresses and addresses.exists() else None
        self._counted = frozenset(self._addresses.namelist() if self._addresses else ())

    @cached_property
    def sectors(self) -> Mapping[str, list[str]]:
        """The sectors of London by district.

        People say SW1 and mean SW1A to SW1Y, so those count as its sectors too; but not N1C as
        N1's, which has postcodes in use of its own.
        """
        found: dict[str, list[str]] = {}
        for name in self._zip.namelist():
            if name == DISTRICTS:
                continue
            sector = name.removesuffix(".csv")
            district = sector.split()[0]
            found.setdefault(district, []).append(sector)
            wider = self.districts.get(district[:-1])
            if district[-1].isalpha() and not (wider and wider.london_live):
                found.setdefault(district[:-1], []).append(sector)
        return found

    @cached_property
    def districts(self) -> Mapping[str, District]:
        """Every district of Great Britain that the directory knows."""
        rows = _rows(self._zip, DISTRICTS)
        return {name: District(name, *(int(count) for count in rest)) for name, *rest in rows}

    def starting(self, prefix: Prefix) -> list[Postcode]:
        """Return the postcodes that begin so, in their order; none if there are none in London.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        sectors = self.sectors.get(prefix.district, [])
        if prefix.digit:
            sectors = [prefix.sector] if prefix.sector in sectors else []
        start = str(prefix)
        return [found for sector in sectors for found in self._of(f"{sector}.csv", start)]

    def __iter__(self) -> Iterator[Postcode]:
        """Give every postcode, in their order."""
        for name in self._zip.namelist():
            if name != DISTRICTS:
                yield from self._of(name)

    def _of(self, name: str, start: str = "") -> Iterator[Postcode]:
        """Give the postcodes of a sector that begin so, with their addresses."""
        counted: dict[str, str] = {}
        if self._addresses and name in self._counted:
            counted = dict(_rows(self._addresses, name))
        for row in _rows(self._zip, name):
            if row[0].startswith(start):
                yield _postcode(row, counted.get(row[0], ""))


def pack(table: pd.DataFrame, districts: pd.DataFrame) -> bytes:
    """Write an archive; the same tables give the same bytes.

    Parameters
    ----------
    table
        The columns of `Postcode` (`others` as `write_others` writes it), in the order of postcodes.
    districts
        The columns of `District`.
    """
    rows = table[list(COLUMNS)].astype({"live": int}).to_csv(index=False, header=False)
    members = _by_sector(COLUMNS, rows.splitlines(True))
    members[DISTRICTS] = districts[list(District._fields)].to_csv(index=False)
    return zips.packed(members)


def pack_addresses(counted: Iterable[tuple[str, Iterable[Share]]]) -> bytes:
    """Write the archive of addresses, from the shares of postcodes in their order."""
    lines = (f"{postcode},{_write_pairs(shares)}\n" for postcode, shares in counted)
    return zips.packed(_by_sector(ADDRESS_COLUMNS, lines))


def unpack_addresses(path: Path) -> dict[str, str]:
    """Read a whole archive of addresses: a cell for each postcode, as `read_shares` reads it."""
    with zips.opened(path) as archive:
        return {
            postcode: cell for name in archive.namelist() for postcode, cell in _rows(archive, name)
        }


def _by_sector(columns: Sequence[str], lines: Iterable[str]) -> dict[str, str]:
    """Return a CSV for each sector, from lines in the order of postcodes."""
    head = ",".join(columns) + "\n"
    return {
        f"{sector}.csv": head + "".join(rows)
        for sector, rows in groupby(lines, key=lambda line: line.split(",", 1)[0][_SECTOR])
    }


def unpack(path: Path) -> tuple[str, str]:
    """Read a whole archive: all its postcodes as one CSV text, and its districts as another."""
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    districts = texts.pop(DISTRICTS)
    head = ",".join(COLUMNS) + "\n"
    return head + "".join(text.partition("\n")[2] for text in texts.values()), districts


def count_rows(path: Path) -> int:
    """Count the postcodes of an archive of postcodes, or of their addresses."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name != DISTRICTS]
        return sum(archive.read(name).count(b"\n") - 1 for name in names)


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[list[str]]:
    """Read the rows of a member, without its header."""
    try:
        text = archive.read(name).decode()
    except (KeyError, EOFError, OSError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(
            f"{archive.filename}: {name} in it cannot be read ({error}); restore it or rebuild"
        ) from error
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return rows


def _postcode(row: list[str], addresses: str) -> Postcode:
    name, live, easting, northing, lat, lon, quality, ward, borough, boundary, reach, others = row
    return Postcode(
        name,
        live == "1",
        int(easting),
        int(northing),
        float(lat),
        float(lon),
        int(quality) if quality else None,
        ward,
        borough,
        int(boundary),
        int(reach),
        read_others(others) if others else (),
        read_shares(addresses) if addresses else (),
    )


def write_others(others: Iterable[Reach]) -> str:
    """Write other wards and their distances in one cell: "E05009390:23 outside:140"."""
    return _write_pairs(others)


def read_others(cell: str) -> tuple[Reach, ...]:
    """Read what `write_others` wrote."""
    return tuple(Reach(code, number) for code, number in _read_pairs(cell))


def read_shares(cell: str) -> tuple[Share, ...]:
    """Read a cell of the archive of addresses: "E05009390:29 E05009391:12"."""
    return tuple(Share(code, number) for code, number in _read_pairs(cell))


def _write_pairs(pairs: Iterable[tuple[str, int]]) -> str:
    return " ".join(f"{code}:{number}" for code, number in pairs)


def _read_pairs(cell: str) -> Iterator[tuple[str, int]]:
    for item in cell.split():
        code, number = item.split(":")
        yield code, int(number)
