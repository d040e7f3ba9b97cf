"""How postcodes are read, and what the archive gives back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bcumap.base.errors import DataError
from bcumap.facts import store
from bcumap.facts.postcodes import (
    COLUMNS,
    DISTRICTS,
    OUTSIDE,
    Archive,
    Postcode,
    Prefix,
    Reach,
    Share,
    count_rows,
    pack,
    pack_addresses,
    read_others,
    read_shares,
    readings,
    unpack,
    unpack_addresses,
    write_others,
)


@pytest.fixture(scope="module")
def archive() -> Archive:
    """London's postcodes, as shipped."""
    return store.postcodes()


@pytest.fixture(scope="module")
def everything() -> list[str]:
    """All of London's postcodes, in order."""
    names: list[str] = store.postcode_tables()[0]["postcode"].tolist()
    return names


# --- readings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["SE8 4RX", "se8 4rx", "Se84rX", "SE84RX", " SE8  4RX ", "SE8-4RX", "SE8.4RX", "S E 8 4 R X",
     "SE 84 RX", "(SE8 4RX)", "SE8,4RX", "SE8\t4RX"],
)  # fmt: skip
def test_one_postcode_however_it_is_typed(text: str) -> None:
    assert readings(text) == [Prefix("SE8", "4", "RX")]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("E1 1AA", "E1 1AA"),
        ("e11aa", "E1 1AA"),
        ("E111AA", "E11 1AA"),
        ("E11 1AA", "E11 1AA"),
        ("E1W1NG", "E1W 1NG"),
        ("ec1a1bb", "EC1A 1BB"),
        ("W1A0AX", "W1A 0AX"),
        ("CR0 1AA", "CR0 1AA"),
        ("br11aa", "BR1 1AA"),
    ],
)
def test_the_space_goes_where_the_royal_mail_puts_it(text: str, written: str) -> None:
    assert [str(each) for each in readings(text)] == [written]
    assert readings(text)[0].is_full


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SE8", ["SE8"]),
        ("SE8 4", ["SE8 4", "SE84"]),
        ("SE8 4R", ["SE8 4R"]),
        ("E1", ["E1"]),
        ("E1W", ["E1W"]),
        ("SW1A", ["SW1A"]),
        ("SW1A 1", ["SW1A 1"]),
        ("E11", ["E11", "E1 1"]),  # the district, or the beginning of E1's sector
        ("E1 1", ["E1 1", "E11"]),
        ("E11 1", ["E11 1"]),
        ("E1 1A", ["E1 1A"]),
        ("SE84", ["SE84", "SE8 4"]),
        ("E111", ["E11 1"]),
    ],
)
def test_the_beginning_of_a_postcode(text: str, written: list[str]) -> None:
    found = readings(text)
    assert [str(each) for each in found] == written
    assert not any(each.is_full for each in found)


def test_the_parts_of_a_prefix() -> None:
    (prefix,) = readings("sw1a 1a")
    assert prefix == Prefix("SW1A", "1", "A")
    assert prefix.sector == "SW1A 1"


@pytest.mark.parametrize(
    "text",
    ["", " ", "S", "SE", "8", "84", "RX", "SE8 4RXX", "SE8 4RX 1", "SE88 44X", "SE8 4R4", "8SE 4RX",
     "SEE8 4RX", "Deptford", "E05009390", "51.5,-0.1", "SE٨ ٤RX", "ЅЕ8 4RХ", "ſE8 4RX", "-",
     "SE8" * 99],
)  # fmt: skip
def test_what_is_no_postcode(text: str) -> None:
    assert readings(text) == []


def test_every_shipped_postcode_reads_as_itself_with_its_space_and_without(
    everything: list[str],
) -> None:
    for postcode in everything[::100]:
        assert [str(each) for each in readings(postcode)] == [postcode]
        assert postcode in map(str, readings(postcode.replace(" ", "").lower()))


# --- the shipped archive -----------------------------------------------------------------------


def test_a_postcode_is_looked_up(archive: Archive) -> None:
    (found,) = archive.starting(Prefix("SE8", "4", "RX"))
    assert (found.postcode, found.live, found.quality) == ("SE8 4RX", True, 10)
    assert (found.ward_code, found.borough_code) == ("E05013719", "E09000023")
    assert 51.47 < found.lat < 51.49
    assert -0.04 < found.lon < -0.02
    assert found.boundary_m > 0


@pytest.mark.parametrize(
    "prefix",
    [Prefix("SE8"), Prefix("SE8", "4"), Prefix("SE8", "4", "R"), Prefix("E1"), Prefix("E1", "1")],
)
def test_all_that_begin_so_and_no_others(
    archive: Archive, everything: list[str], prefix: Prefix
) -> None:
    """E1 is not the beginning of E11, nor of E1W."""
    district, _, inward = str(prefix).partition(" ")
    wanted = [each for each in everything if each.startswith(f"{district} {inward}")]
    assert [each.postcode for each in archive.starting(prefix)] == wanted
    assert len(wanted) > 10


@pytest.mark.parametrize(
    "prefix",
    [
        Prefix("SE8", "4", "VV"),
        Prefix("SE8", "9", "Z"),
        Prefix("M1"),
        Prefix("ZZ1", "1", "AA"),
        Prefix("SW1", "1", "AA"),
    ],
)
def test_what_london_has_not(archive: Archive, prefix: Prefix) -> None:
    assert archive.starting(prefix) == []


def test_the_likes_of_sw1_are_all_of_their_districts(archive: Archive) -> None:
    """No postcode in use begins with "SW1 ", and a single old one with "W1 "."""
    for area in ("SW1", "W1", "EC2", "WC1"):
        found = archive.starting(Prefix(area))
        districts = {each.postcode.split()[0] for each in found}
        assert len(districts) > 4
        assert all(each[:-1] == area for each in districts - {area})
        assert sum(each.live for each in found) == sum(
            row.london_live for name, row in archive.districts.items() if name in districts
        )


def test_the_districts_of_great_britain(archive: Archive) -> None:
    districts = archive.districts
    assert districts["SE8"].london_live > 500
    assert districts["SE8"].elsewhere == 0
    assert districts["CR3"].london_live < districts["CR3"].elsewhere
    assert districts["M1"].london_live == districts["M1"].london_terminated == 0
    assert "ZZ1" not in districts
    in_london = {name for name, each in districts.items() if each.london_live}
    assert in_london <= set(archive.sectors)


# --- written and read --------------------------------------------------------------------------

DISTRICT_TABLE = pd.DataFrame(
    {
        "district": ["E1", "E11", "M1"],
        "london_live": [2, 1, 0],
        "london_terminated": [1, 0, 0],
        "elsewhere": [0, 0, 900],
    }
)


def row(postcode: str, **differing: object) -> dict[str, object]:
    """A row of the table of postcodes."""
    return {
        "postcode": postcode, "live": True, "easting": 533_000, "northing": 181_000,
        "lat": 51.5, "lon": -0.05, "quality": 10, "ward_code": "E05009336",
        "borough_code": "E09000030", "boundary_m": 12, "reach_m": 40, "others": "",
    } | differing  # fmt: skip


TABLE = pd.DataFrame(
    [
        row("E1 1AA", others="E05009333:12 outside:40"),
        row("E1 1AB", live=False, quality=pd.NA),
        row("E1 2AA", ward_code=""),
        row("E11 1AA"),
    ]
).astype({"quality": "Int64"})


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "postcodes.zip"
    path.write_bytes(pack(TABLE, DISTRICT_TABLE))
    return path


def test_what_is_packed_is_found(packed: Path) -> None:
    archive = Archive(packed)
    (first,) = archive.starting(Prefix("E1", "1", "AA"))
    assert first == Postcode(
        "E1 1AA", True, 533_000, 181_000, 51.5, -0.05, 10, "E05009336", "E09000030", 12, 40,
        (Reach("E05009333", 12), Reach(OUTSIDE, 40)),
    )  # fmt: skip
    (second,) = archive.starting(Prefix("E1", "1", "AB"))
    assert (second.live, second.quality, second.others) == (False, None, ())
    assert [each.postcode for each in archive.starting(Prefix("E1"))] == TABLE.postcode[:3].tolist()
    assert archive.sectors == {"E1": ["E1 1", "E1 2"], "E11": ["E11 1"]}
    assert archive.districts["M1"].elsewhere == 900


def test_what_is_packed_is_unpacked(packed: Path) -> None:
    postcodes, districts = unpack(packed)
    assert postcodes.splitlines()[0] == ",".join(COLUMNS)
    assert [line.split(",")[0] for line in postcodes.splitlines()[1:]] == TABLE.postcode.tolist()
    assert districts == DISTRICT_TABLE.to_csv(index=False)


def test_addresses_that_are_counted_are_found_with_their_postcodes(
    packed: Path, tmp_path: Path
) -> None:
    shares = (Share("E05009333", 29), Share("E05009336", 12), Share(OUTSIDE, 0))
    counted = {"E1 1AA": shares, "E11 1AA": (Share("E05009336", 3),)}
    path = tmp_path / "addresses.zip"
    path.write_bytes(pack_addresses(counted.items()))
    found = {each.postcode: each for each in Archive(packed, path)}
    assert {name: each.addresses for name, each in found.items() if each.addresses} == counted
    assert (found["E1 1AA"].home, found["E1 1AB"].home) == ("E05009333", "E05009336")
    (same,) = Archive(packed, path).starting(Prefix("E1", "1", "AA"))
    assert same == found["E1 1AA"]
    cells = unpack_addresses(path)
    assert cells["E1 1AA"] == "E05009333:29 E05009336:12 outside:0"
    assert {name: read_shares(cell) for name, cell in cells.items()} == counted
    assert (count_rows(path), count_rows(packed)) == (2, 4)


@pytest.mark.parametrize(
    ("differing", "is_sure"),
    [
        ({}, True),
        ({"others": (Reach("E05009333", 12),)}, False),
        ({"quality": 50}, False),
        ({"boundary_m": 0}, False),
        ({"boundary_m": 0, "addresses": (Share("E05009336", 1),)}, True),
        ({"others": (Reach(OUTSIDE, 9),), "addresses": (Share("E05009336", 1),)}, True),
        ({"addresses": (Share("E05009336", 9), Share("E05009333", 1))}, False),
        ({"addresses": (Share("E05009336", 9), Share(OUTSIDE, 0))}, False),
    ],
)
def test_a_postcode_is_sure_by_its_addresses_or_else_by_distance(
    differing: dict[str, Any], is_sure: bool, packed: Path
) -> None:
    plain = Archive(packed).starting(Prefix("E11", "1", "AA"))[0]
    assert plain._replace(**differing).is_sure == is_sure


def test_the_same_tables_give_the_same_bytes() -> None:
    before = TABLE.copy()
    assert pack(TABLE, DISTRICT_TABLE) == pack(TABLE.copy(), DISTRICT_TABLE.copy())
    pd.testing.assert_frame_equal(TABLE, before)


def test_an_archive_does_not_tell_the_time(packed: Path) -> None:
    """Two builds a minute apart would differ by it."""
    with zipfile.ZipFile(packed) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_reading_packing_and_reading_again_changes_no_value(tmp_path: Path) -> None:
    table, districts = store.postcode_tables()
    some = table[table.postcode.str.startswith(("SE8 ", "EC3", "RM7 "))].reset_index(drop=True)
    (tmp_path / "postcodes.zip").write_bytes(pack(some, districts))
    again, same = store.postcode_tables(data=tmp_path)
    pd.testing.assert_frame_equal(again, some)
    pd.testing.assert_frame_equal(same, districts)


@pytest.mark.parametrize(
    ("others", "cell"),
    [
        ((), ""),
        ((Reach("E05009390", 23),), "E05009390:23"),
        ((Reach("E05009390", 0), Reach(OUTSIDE, 140)), "E05009390:0 outside:140"),
    ],
)
def test_others_are_read_as_they_were_written(others: tuple[Reach, ...], cell: str) -> None:
    assert write_others(others) == cell
    assert read_others(cell) == others


# --- damaged -----------------------------------------------------------------------------------


def test_a_member_whose_bytes_changed(packed: Path) -> None:
    with zipfile.ZipFile(packed) as intact:
        member = intact.getinfo("E1 1.csv")
    content = bytearray(packed.read_bytes())
    content[member.header_offset + 30 + len(member.filename) + 20] ^= 0xFF
    packed.write_bytes(content)
    with pytest.raises(DataError, match=r"postcodes\.zip: E1 1\.csv in it cannot be read"):
        Archive(packed).starting(Prefix("E1", "1", "AA"))


def test_an_archive_without_its_districts(packed: Path) -> None:
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("E1 1.csv", "postcode\n")
    with pytest.raises(DataError, match=DISTRICTS):
        Archive(packed).starting(Prefix("E1"))


def test_a_file_that_is_no_archive(data_copy: Path) -> None:
    (data_copy / "postcodes.zip").write_bytes(b"not a zip")
    with pytest.raises(DataError, match=r"postcodes\.zip: cannot be opened"):
        store.postcodes(data=data_copy)
