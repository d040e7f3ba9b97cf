"""Counts of addresses, from a made file of the ONS's layout: what they say, and that no more stays.

No real file is here. The columns and names are those of the NSUL of June 2026.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.errors import DataError, SourceError
from bcumap.build import addresses, check, passports, steps
from bcumap.facts import store, views
from bcumap.facts.answers import Answer
from bcumap.facts.postcodes import (
    OUTSIDE,
    Archive,
    Postcode,
    Prefix,
    Share,
    pack,
    pack_addresses,
    readings,
)
from bcumap.geo.projection import lonlat_to_bng, to_bng
from bcumap.matching import points
from bcumap.site import finding
from tests.commands import Outcome, run_here
from tests.small import Small

HEAD = (
    "UPRN,GRIDGB1E,GRIDGB1N,PCDS,OA21CD,CTY25CD,CED25CD,LAD25CD,WD25CD,HLTH19CD,CTRY25CD,RGN25CD,"
    "PCON24CD,EER20CD,TTWA15CD,ITL25CD,NPARK16CD,LSOA21CD,MSOA21CD,WZ11CD,SICBL26CD,BUA24CD,"
    "BUASD11CD,RUC21IND,OAC21IND,LEP21CD1,LEP21CD2,PFA23CD,IMD19IND"
)
LN, SE, EE = (f"NSUL_E127_JUN_2026_{region}.csv" for region in ("LN", "SE", "EE"))
EACH = 6  # addresses of a postcode of which nothing else is said
PROMISE = "addresses are counted in wards there are"

Run = Callable[..., Outcome]


@dataclass(frozen=True)
class Row:
    """An address; what else a row says does not matter."""

    easting: object
    northing: object
    postcode: str
    ward: str = "E05009999"


def write(path: Path, rows: Sequence[Row], *, head: str = HEAD, quote: str = "") -> Path:
    """Write a file as the ONS does: a byte order mark, CRLF, 29 columns."""
    lines = [head]
    for number, row in enumerate(rows):
        cells = [f"{100_020_000_000 + 7 * number}", row.easting, row.northing, row.postcode]
        cells += ["E00084004", "E99999999", "E99999999", "E09000030", row.ward, *["X"] * 20]
        lines.append(",".join(f"{quote}{cell}{quote}" for cell in cells))
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())
    return path


@pytest.fixture
def data(small_london: Small, tmp_path: Path) -> Path:
    """A small London, to be built into."""
    return Path(shutil.copytree(small_london.built, tmp_path / "geodata"))


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("BCUMAP_DATA", str(data))
    return lambda *words: run_here(*words, monkeypatch=monkeypatch, capsys=capsys)


def everywhere(data: Path, *but: str) -> list[Row]:
    """Six addresses at the centre of each postcode in use, but for some postcodes."""
    return [
        Row(each.easting, each.northing, each.postcode, each.ward_code)
        for each in store.postcodes(data=data)
        if each.live and each.boundary_m > 5 and each.postcode not in but
        for _ in range(EACH)
    ]


def inside(data: Path, ward: str) -> tuple[int, int]:
    """A point well within a ward (metres)."""
    codes, polygons = store.ward_polygons(data=data)
    point = shapely.point_on_surface(to_bng(polygons[[codes.index(ward)]])[0])
    return round(point.x), round(point.y)


def rows_in(data: Path, ward: str, postcode: str, number: int) -> list[Row]:
    return [Row(*inside(data, ward), postcode, ward)] * number


def first(data: Path, is_wanted: Callable[[Postcode], object]) -> Postcode:
    return next(each for each in store.postcodes(data=data) if each.live and is_wanted(each))


def near_one_ward(each: Postcode) -> bool:
    return len(each.others) == 1 and each.others[0].ward_code != OUTSIDE and each.boundary_m > 5


def far_from_others(each: Postcode) -> bool:
    return each.is_sure_by_distance and each.boundary_m > 5


def find(data: Path, postcode: str) -> Answer:
    return store.finder(data=data).find(postcode)


def passport(data: Path) -> dict[str, Any]:
    entries = {entry["file"]: entry for entry in store.sources(data=data)["files"]}
    return dict(entries[store.ADDRESSES])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- what is counted, and what is said of it ----------------------------------------------------


def test_a_split_postcode_says_how_many_addresses_are_where(
    data: Path, tmp_path: Path, run: Run
) -> None:
    split = first(data, near_one_ward)
    other = split.others[0].ward_code
    rows = everywhere(data, split.postcode)
    rows += rows_in(data, split.ward_code, split.postcode, 29)
    rows += rows_in(data, other, split.postcode, 12)
    done = run("build", "--addresses", write(tmp_path / LN, rows))
    assert done.code == 0, done.err
    assert f"{len(rows):,} of {len(rows):,} rows" in done.out
    assert not any(check.check(data).values())

    answer = find(data, split.postcode)
    atlas = store.atlas(data=data)
    own, theirs = atlas[split.ward_code], atlas[other]
    where = "" if theirs.borough is own.borough else f" in {theirs.within}"
    assert answer.place is not None
    assert answer.place.code == own.code
    assert (answer.certain, answer.addresses, answer.boundary_m) == (False, 41, None)
    assert (
        f"Of its 41 addresses 29 are in {own.name} ward and 12 in {theirs.name} ward"
        in (answer.notes[0])
    )
    assert answer.notes[0].endswith(f"ward{where}.".replace(" in City", " in the City"))
    assert not any(" m from" in note for note in answer.notes)
    assert answer.as_of["addresses"] == "2026-06"
    (told,) = answer.plain()["others"]
    assert (told["place"]["ward_code"], told["distance_m"], told["addresses"]) == (other, None, 12)
    assert "addresses of June 2026" in views.card(answer).as_of
    said = run("find", split.postcode)
    assert f"{theirs.label} (12 addresses)" in said.out
    _is_in_the_shard(data, split.postcode, answer)
    assert _assigned(data, split.postcode) == (split.ward_code, "uncertain", other)


def _is_in_the_shard(data: Path, postcode: str, answer: Answer) -> None:
    """The static site says the same, to the word."""
    (prefix,) = (each for each in readings(postcode) if each.is_full)
    sector = Prefix(prefix.district, prefix.digit)
    shard = finding.shard(store.postcodes(data=data).starting(sector), store.finder(data=data))
    row = next(row for row in shard["rows"] if row[0] == postcode[-2:])
    assert row[2] == (finding.SPLIT if answer.options else int(answer.certain))
    assert row[6:8] == [0, list(answer.notes)]
    perhaps = [shard["places"][place][0] for place in row[8:]]
    assert perhaps == [other.place.code for other in answer.others if other.place]


def _assigned(data: Path, postcode: str) -> tuple[str, str, str]:
    """What `bcumap assign` adds to a row with the postcode."""
    book = points.PostcodeBook(store.postcode_tables(data=data)[0])
    atlas = store.atlas(data=data)
    areas = points.Areas(*store.ward_polygons(data=data), atlas, store.thames_polygon(data=data))
    frame = pd.DataFrame({"postcode": [postcode]})
    row = points.add_areas(frame, areas, points.Postcodes("postcode", book)).iloc[0]
    told = row[["ward_code", "postcode_certainty", "other_wards"]].fillna("").tolist()
    return (told[0], told[1], told[2])


def test_addresses_in_one_ward_are_certain_however_near_the_next(
    data: Path, tmp_path: Path, run: Run
) -> None:
    near = first(data, near_one_ward)
    assert not find(data, near.postcode).certain
    done = run("build", "--addresses", write(tmp_path / LN, everywhere(data)))
    assert done.code == 0, done.err
    answer = find(data, near.postcode)
    assert (answer.certain, answer.others, answer.options) == (True, (), ())
    assert answer.notes == ("All of its 6 addresses are in this ward.",)
    _is_in_the_shard(data, near.postcode, answer)
    assert _assigned(data, near.postcode) == (near.ward_code, "certain", "")


def test_the_ward_with_the_most_addresses_is_the_answer(
    data: Path, tmp_path: Path, run: Run
) -> None:
    """Its centre lies elsewhere, and is far from there: what the rule by distance cannot know."""
    moved = first(data, far_from_others)
    codes = [code for code in store.ward_polygons(data=data)[0] if code != moved.ward_code][:5]
    rows = everywhere(data, moved.postcode) + rows_in(data, moved.ward_code, moved.postcode, 1)
    for number, code in enumerate(codes, start=2):
        rows += rows_in(data, code, moved.postcode, number)
    sector = moved.postcode[:-2]
    before = {option.code: option.detail for option in find(data, sector).options}
    done = run("build", "--addresses", write(tmp_path / LN, rows))
    assert done.code == 0, done.err
    answer = find(data, moved.postcode)
    assert answer.place is not None
    assert answer.place.code == codes[-1]
    assert [other.place.code for other in answer.others if other.place] == [
        *reversed(codes[:-1]), moved.ward_code
    ]  # fmt: skip
    assert answer.notes[0].startswith("Of its 21 addresses 6 are in ")
    assert answer.notes[0].endswith(" and 3 in 2 more wards.")
    assert _assigned(data, moved.postcode)[0] == codes[-1]
    after = {option.code: option.detail for option in find(data, sector).options}
    assert after[codes[-1]] != before.get(codes[-1])  # one postcode more
    assert re.search(r"The rule by distance +1 of [\d,]+ postcodes that it calls", done.out)


def test_a_postcode_without_counts_is_told_by_its_distance(
    data: Path, tmp_path: Path, run: Run
) -> None:
    left = first(data, near_one_ward)
    before = find(data, left.postcode).plain()
    run("build", "--addresses", write(tmp_path / LN, everywhere(data, left.postcode)))
    after = find(data, left.postcode).plain()
    assert {name for name in after if after[name] != before[name]} == {"as_of"}


def test_the_rule_by_distance_is_held_against_the_addresses(
    data: Path, tmp_path: Path, run: Run
) -> None:
    split = first(data, near_one_ward)
    rows = everywhere(data) + rows_in(data, split.others[0].ward_code, split.postcode, 1)
    done = run("build", "--addresses", write(tmp_path / LN, rows))
    known = [each for each in store.postcodes(data=data) if each.addresses]
    unsure = [each for each in known if not each.is_sure_by_distance]
    settled = [each for each in unsure if len(each.addresses) == 1]
    said = [
        f"The rule by distance    0 of {len(known) - len(unsure):,} postcodes that it calls certain"
        " have addresses in another ward;",
        f"                        {len(settled):,} of {len(unsure):,} that it calls uncertain have"
        " all in one ward",
    ]
    assert len(settled) == len(unsure) - 1 > 0
    assert [line for line in done.out.splitlines() if line in said] == said
    checked = run("check", "--data", data)
    assert [line for line in checked.out.splitlines() if line in said] == said
    told = json.loads((data / store.REPORT).read_bytes())["addresses"]
    assert (told["astray"], told["settled"], told["uncertain"]) == (0, len(settled), len(unsure))


# --- at the edge, and on the water --------------------------------------------------------------


def put_at_the_edge(data: Path) -> Postcode:
    """Say of a postcode that it reaches beyond London; the small one has none such."""
    some = first(data, far_from_others)
    table, districts = store.postcode_tables(data=data)
    table.loc[table["postcode"] == some.postcode, "others"] = f"{OUTSIDE}:30"
    (data / store.POSTCODES).write_bytes(pack(table, districts))
    described = json.loads((data / "sources.json").read_bytes())
    for entry in described["files"]:
        entry["sha256"] = passports.sha256(data / entry["file"])
    (data / "sources.json").write_text(json.dumps(described))
    return some


def test_at_london_s_edge_the_files_around_it_decide(data: Path, tmp_path: Path, run: Run) -> None:
    edge = put_at_the_edge(data)
    london = write(tmp_path / LN, everywhere(data))
    done = run("build", "--addresses", london)
    assert done.code == 0, done.err
    answer = find(data, edge.postcode)
    assert not answer.certain
    assert answer.notes[0] == "All of its 6 addresses in London are in this ward."
    assert "30 m from the edge of London: some of its addresses may be there" in answer.notes[1]
    assert _assigned(data, edge.postcode) == (edge.ward_code, "uncertain", OUTSIDE)
    _is_in_the_shard(data, edge.postcode, answer)

    around = [write(tmp_path / SE, []), write(tmp_path / EE, [Row(1, 2, "CM1 1AA")])]
    done = run("build", *(word for path in (london, *around) for word in ("--addresses", path)))
    assert done.code == 0, done.err
    assert find(data, edge.postcode).certain
    assert passport(data)["coverage"] == "London and around it"

    beyond = write(tmp_path / EE, [Row(560_000, 190_000, edge.postcode)] * 2)
    done = run("build", *(word for path in (london, around[0], beyond)
                          for word in ("--addresses", path)))  # fmt: skip
    answer = find(data, edge.postcode)
    assert not answer.certain
    (note,) = answer.notes
    assert note.startswith("Of its 8 addresses 6 are in ")
    assert note.endswith(" ward and 2 outside London.")
    assert [(other.place, other.addresses) for other in answer.others] == [(None, 2)]


def test_an_address_on_the_water_is_in_the_nearest_ward(data: Path, tmp_path: Path) -> None:
    river = store.thames_polygon(data=data)
    lonlat = np.array([shapely.point_on_surface(river).coords[0]])
    (x, y), some = lonlat_to_bng(lonlat)[0], first(data, far_from_others)
    rows = [*everywhere(data, some.postcode), Row(round(x), round(y), some.postcode)]
    part = addresses.count([write(tmp_path / LN, rows)], data)
    (share,) = _of(part, tmp_path, data, some.postcode)
    codes, polygons = store.ward_polygons(data=data)
    metres = shapely.distance(to_bng(polygons), shapely.Point(x, y))
    assert share == Share(codes[metres.argmin()], 1)


def _of(part: addresses.Part, tmp_path: Path, data: Path, postcode: str) -> tuple[Share, ...]:
    path = tmp_path / store.ADDRESSES
    path.write_bytes(part.content)
    archive = Archive(data / store.POSTCODES, path)
    return next(each.addresses for each in archive if each.postcode == postcode)


def test_rows_that_are_no_address_of_london_are_left_out_and_told(
    data: Path, tmp_path: Path
) -> None:
    some = first(data, far_from_others)
    x, y = some.easting, some.northing
    rows = [
        *everywhere(data), Row(x, y, ""), Row(x, y, "M1 1AA"), Row(x, y, f"{some.postcode}X"),
        Row(0, 0, some.postcode), Row(0, y, some.postcode), Row("", "", some.postcode),
        Row("many", y, some.postcode),
    ]  # fmt: skip
    part = addresses.count([write(tmp_path / LN, rows)], data)
    tally = part.tally
    assert (tally.rows, tally.counted) == (len(rows), len(rows) - 7)
    assert (tally.without_postcode, tally.of_other_postcodes, tally.not_in_london) == (1, 2, 4)
    assert _of(part, tmp_path, data, some.postcode) == (Share(some.ward_code, EACH),)


# --- forms of the file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "compared"),
    [("WD25CD", "WD25CD"), ("wd25cd", "WD25CD"), ("WD26CD", ""), ("WD24CD", "")],
)
def test_its_own_wards_are_compared_if_they_are_of_our_edition(
    column: str, compared: str, data: Path, tmp_path: Path
) -> None:
    """Points are placed in our wards whatever the year."""
    rows = everywhere(data)
    rows[:2] = [Row(row.easting, row.northing, row.postcode, "E05000001") for row in rows[:2]]
    path = write(tmp_path / LN, rows, head=HEAD.replace("WD25CD", column))
    tally = addresses.count([path], data).tally
    assert tally.counted == len(rows)
    assert (tally.ward_column.upper(), tally.placed_otherwise) == (compared, 2 if compared else 0)


def test_the_publisher_s_zip_quotes_and_gzip(data: Path, tmp_path: Path) -> None:
    rows = everywhere(data)
    plain = addresses.count([write(tmp_path / LN, rows)], data)
    assert plain.told["addresses_edition"] == "National Statistics UPRN Lookup 2026-06"
    quoted = addresses.count([write(tmp_path / "ONSUD_DEC_2025_LN.csv", rows, quote='"')], data)
    assert quoted.content == plain.content
    assert quoted.told["addresses_edition"] == "ONS UPRN Directory 2025-12"
    packed = tmp_path / "NSUL_E127_JUN_2026.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / LN, f"Data/{LN}")
        archive.writestr(f"Data/{SE}", HEAD + "\r\n")
        archive.writestr(f"Data/{EE}", HEAD + "\r\n")
        archive.writestr(f"Data/{LN.replace('LN', 'NW')}", "never read")
        archive.writestr("Documents/LAD names and codes.csv", "LAD25CD,LAD25NM\r\n")
    both = addresses.count([packed], data)
    assert both.told["addresses_coverage"] == "London and around it"
    assert both.tally.counted == len(rows)
    unnamed = addresses.count([Path(shutil.copy(tmp_path / LN, tmp_path / "mine.csv"))], data)
    assert unnamed.content == plain.content
    assert unnamed.told["addresses_edition"] == "UPRN file of the ONS not stated"


def _cut(path: Path, by: int) -> Path:
    path.write_bytes(path.read_bytes()[:-by])
    return path


def _zip_of(path: Path) -> Path:
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    return packed


def _faults(folder: Path, data: Path) -> Iterator[tuple[str, list[Path], str]]:
    """Each way in which a file is wrong, and what is said of it."""

    def file(name: str, rows: Sequence[Row] = (), **how: str) -> Path:
        made = folder / name.replace("/", "-")
        made.mkdir()
        return write(made / name.split("/")[0], rows or everywhere(data), **how)

    for column in ("UPRN", "GRIDGB1E", "PCDS"):
        without = HEAD.replace(column, "OTHER")
        yield column, [file(f"{LN}/{column}", head=without)], f"has not one column {column}; found"
    twice = HEAD.replace("OA21CD", "PCDS")
    yield "twice", [file(f"{LN}/2", head=twice)], "has not one column PCDS"
    yield "cut off", [_cut(file(f"{LN}/cut"), 80)], "a row of .* ends early; it is cut off"
    half = file(f"{LN}/half", everywhere(data)[: len(everywhere(data)) // 3])
    yield "a third", [half], "have an address there, expected nearly all; is a file cut off"
    elsewhere = [Row(384_000, 398_000, f"M1 1A{letter}") for letter in "ABDEFGHJ"]
    yield "none of London", [file(f"{LN}/M", elsewhere)], "0% of London’s postcodes in use"
    yield "another region", [file(f"{SE}/SE")], r"0% of London’s .*\(…_LN.csv\) missing"
    yield "a packed one cut off", [_cut(_zip_of(file(f"{LN}/zip")), 4_000)], "damaged or cut off"
    long = file(f"{LN}/long")
    long.write_bytes(long.read_bytes().replace(b",X\r\n", b",X,more,and more\r\n"))
    yield "a row too long", [long], "damaged or cut off"
    empty = folder / "empty.csv"
    empty.touch()
    yield "empty", [empty], "damaged or cut off"
    picture = folder / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    yield "no table", [picture], "damaged or cut off"
    both = [file(f"{LN}/a"), file("ONSUD_JUN_2026_LN.csv/b")]
    yield "London twice", both, "both are of the region LN"
    months = [file(f"{LN}/c"), file("NSUL_E126_MAY_2026_SE.csv/d")]
    yield "two months", months, "are of 2026-05 and 2026-06; give those of one month"
    strange = folder / "strange.zip"
    with zipfile.ZipFile(strange, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    yield "a ZIP of something else", [strange], "a ZIP without a file …_LN.csv"


def test_a_file_that_cannot_be_used_is_one_line_and_nothing_changes(
    data: Path, tmp_path: Path, run: Run
) -> None:
    before, told, folder = contents(data), [], tmp_path / "files"
    folder.mkdir()
    for what, paths, said in _faults(folder, data):
        done = run("build", *(word for path in paths for word in ("--addresses", path)))
        assert done.code == 2, what
        assert re.search(said, done.line), (what, done.line)
        assert not re.search(r"1000200|\d{6}", done.line.replace(str(tmp_path), "")), what
        told.append(what)
    assert len(told) == 15
    assert contents(data) == before


# --- what stays, and what does not --------------------------------------------------------------


def test_no_uprn_and_no_point_is_left_in_any_file(data: Path, tmp_path: Path, run: Run) -> None:
    some = first(data, far_from_others)
    rows = [*everywhere(data), Row(some.easting + 3, some.northing - 4, some.postcode)]
    before = contents(data)
    done = run("build", "--addresses", write(tmp_path / LN, rows))
    changed = {Path(name).name: content for name, content in contents(data).items()
               if content != before.get(name)}  # fmt: skip
    assert set(changed) == {store.ADDRESSES, "sources.json", store.REPORT}
    with zipfile.ZipFile(io.BytesIO(changed.pop(store.ADDRESSES))) as archive:
        lines = [line for name in archive.namelist()
                 for line in archive.read(name).decode().splitlines()[1:]]  # fmt: skip
    line = re.compile(r"[A-Z0-9]{2,4} [0-9][A-Z]{2},(E05[0-9]{6}:[0-9]{1,4} ?)+(outside:[0-9]+)?")
    assert all(line.fullmatch(each) for each in lines)
    for text in (*changed.values(), done.out.encode(), done.err.encode()):
        for secret in ("100020000", str(some.easting + 3), str(some.northing - 4)):
            assert secret.encode() not in text.replace(b"\n", b" ").split(b'"sha256"')[0]


def test_it_has_a_passport(data: Path, tmp_path: Path, run: Run) -> None:
    run("build", "--addresses", write(tmp_path / LN, everywhere(data)))
    entry = passport(data)
    for words in ("Contains OS data", "Royal Mail", "GeoPlace", "Office for National Statistics"):
        assert words in entry["attribution"]
    assert (entry["as_of"], entry["ward_edition"]) == ("2026-06", "2025")
    assert (entry["licence"], entry["coverage"]) == ("Open Government Licence v3.0", "London")
    assert entry["command"] == f"bcumap build --addresses {LN}"
    assert entry["rows"] == sum(bool(each.addresses) for each in store.postcodes(data=data))


def test_a_build_of_the_wards_keeps_the_counts_to_the_byte(
    data: Path, tmp_path: Path, small_london: Small, run: Run
) -> None:
    path = write(tmp_path / LN, everywhere(data))
    run("build", "--addresses", path)
    counted = (data / store.ADDRESSES).read_bytes()
    again = run("build", "--wards", small_london.layer)
    assert again.code == 0, again.err
    assert "The rule by distance" in again.out
    assert (data / store.ADDRESSES).read_bytes() == counted
    (data / store.ADDRESSES).unlink()
    both = run("build", "--wards", small_london.layer, "--addresses", path)
    assert both.code == 0, both.err
    assert (data / store.ADDRESSES).read_bytes() == counted
    assert not any(check.check(data).values())


def test_counts_of_wards_that_are_gone_are_dropped_loudly(
    data: Path, tmp_path: Path, small_london: Small, run: Run
) -> None:
    some = first(data, far_from_others)
    run("build", "--addresses", write(tmp_path / LN, everywhere(data)))
    layer = gpd.read_parquet(small_london.layer)
    layer = layer.replace({"WD25CD": {some.ward_code: "E05099999"}})
    layer.to_parquet(tmp_path / "wards_2025.parquet")
    done = run("build", "--wards", tmp_path / "wards_2025.parquet")
    assert done.code == 0, done.err
    assert "Counts of addresses were left out: they are of 1 wards" in done.out
    assert some.ward_code in done.out
    assert not (data / store.ADDRESSES).exists()
    assert not any(check.check(data).values())


def test_counts_of_postcodes_that_are_gone_are_left_out_and_told(
    data: Path, tmp_path: Path
) -> None:
    shares = [(each.postcode, [Share(each.ward_code, 3)]) for each in store.postcodes(data=data)]
    content = pack_addresses([*shares, ("ZZ1 1ZZ", [Share(shares[0][1][0].ward_code, 3)])])
    (data / store.ADDRESSES).write_bytes(content)
    path = data / "sources.json"
    described = json.loads(path.read_bytes())
    entry = {"file": store.ADDRESSES, "coverage": "London and around it", "rows": len(shares) + 1}
    path.write_text(json.dumps(described | {"files": [*described["files"], entry]}))
    staging = Path(shutil.copytree(data, tmp_path / "staging"))
    ((kept,), note) = addresses.carry_over(data, staging)
    assert note == "Counts of addresses of 1 postcodes that are no longer there were left out."
    assert kept["rows"] == len(shares)
    assert (staging / store.ADDRESSES).read_bytes() == pack_addresses(shares)


def test_next_month_s_offences_leave_the_counts_as_they_are(
    data: Path, tmp_path: Path, run: Run
) -> None:
    run("build", "--addresses", write(tmp_path / LN, everywhere(data)))
    counted = (data / store.ADDRESSES).read_bytes()
    steps.add_demand((), out=data, data=data)
    assert (data / store.ADDRESSES).read_bytes() == counted
    assert not any(check.check(data, check.OF_ADDRESSES).values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda shares: shares | {"ZZ1 1ZZ": [Share("E05009317", 1)]},
            "addresses of 1 postcodes that are",
        ),
        (lambda shares: shares | {min(shares): [Share("E05099999", 1)]}, "which is no ward here"),
        (lambda shares: shares | {min(shares): [Share(OUTSIDE, 1)]}, "is not the first"),
        (
            lambda shares: shares | {min(shares): [*shares[min(shares)], Share("E05009317", 9)]},
            "the ward with the most addresses is not the first",
        ),
        (
            lambda shares: shares | {min(shares): [Share(OUTSIDE, 1), *shares[min(shares)]]},
            "is not the first",
        ),
    ],
)
def test_counts_that_cannot_be_so_break_the_promise(
    change: Callable[[dict[str, list[Share]]], dict[str, list[Share]]], said: str, data: Path
) -> None:
    shares = {each.postcode: [Share(each.ward_code, 2)] for each in store.postcodes(data=data)}
    (data / store.ADDRESSES).write_bytes(pack_addresses(shares.items()))
    promise = check.PROMISES[PROMISE]
    assert promise(check.Data(data)) == []
    (data / store.ADDRESSES).write_bytes(pack_addresses(sorted(change(shares).items())))
    assert said in "; ".join(promise(check.Data(data)))


def test_counts_are_small_enough(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST_BYTES", 100)
    shares = [(each.postcode, [Share(each.ward_code, 2)]) for each in store.postcodes(data=data)]
    (data / store.ADDRESSES).write_bytes(pack_addresses(shares))
    assert "at most 100" in "; ".join(check.PROMISES[PROMISE](check.Data(data)))


def test_without_postcodes_nothing_is_counted(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / LN, everywhere(data))
    (data / store.POSTCODES).unlink()
    with pytest.raises(SourceError, match="no postcodes to count addresses of; add --postcodes"):
        addresses.count([path], data)


def test_a_damaged_archive_of_addresses_is_told(data: Path) -> None:
    (data / store.ADDRESSES).write_bytes(b"not a zip")
    for read in (store.postcodes, store.postcode_tables):
        with pytest.raises(DataError, match=r"addresses\.zip"):
            read(data=data)
