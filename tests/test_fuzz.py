"""Thousands of broken inputs: each ends in an answer or in one sentence, within ten seconds."""

from __future__ import annotations

import gzip
import io
import random
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import httpx
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from bcumap.base import dates
from bcumap.base.errors import BcuMapError
from bcumap.facts import store
from bcumap.maps import request
from bcumap.matching import points, steps, tables
from bcumap.matching.values import read_values
from tests.app.test_api import get

LONGEST_S = 10
TIMES = 700

TOKENS = [
    b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\x1a", b"\0", b"\xff\xfe", b"\x85",
    b"\xef\xbb\xbf", b"sep=;\n", b"-", b"\xe2\x88\x92", b"=1+1", b"E05013719N", b"SE8 4RX",
    b"1e999", b"nan", b"51\xc2\xb0", b"POINT (", b"{", b"[", b"<", b"PAR1", b"PK\x03\x04",
    b"\x1f\x8b",
]  # fmt: skip


def workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Wards")
        sheet.write_row(0, 0, ["Ward", "Borough", "DWO", "lat", "lon"])
        sheet.write_row(1, 0, ["Deptford", "Lewisham", 2, 51.4779, -0.0015])
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"lat": [51.5], "lon": [-0.1], "ward_": ["x"]}), file)
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("points.csv", "lat,lon\n51.5,-0.1\n")
    return file.getvalue()


SEEDS = [
    b"name,lat,lon\nA,51.4779,-0.0015\nB,51.5,-0.1\n",
    b'Title,,\n\n"na""me";easting;northing\r\n"a\r\nb";538900;177300\r\n',
    b"postcode\tnote\nSE8 4RX\tx\nN1 9GU\t\n",
    "gridref|wkt\nTQ 389 773|POINT (-0.1 51.5)\n".encode("utf-16"),
    b"Ward,Borough,DWO,PCSO,Total\nDeptford,Lewisham,2,1,3\nEvelyn,Lewisham,1,1,2\n",
    b"Code,Value\nNA,12%\nSE,7\n",
    b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1},'
    b' "geometry": {"type": "Point", "coordinates": [-0.1, 51.5]}}]}',
    gzip.compress(b"lat,lon\n51.5,-0.1\n", mtime=0),
]


def mutated(seed: bytes, chance: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice([1, 2, 8, 40]))
        match chance.randrange(4):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.choice([1, 3, 50])
            case 3 if at < len(data):
                data[at] = chance.randrange(256)
    return bytes(data)


@cache
def areas() -> points.Areas:
    return points.Areas(*store.ward_polygons(), store.atlas(), store.thames_polygon())


@cache
def book() -> points.PostcodeBook:
    return points.PostcodeBook(store.postcode_tables()[0])


def assign(path: Path, out: Path) -> None:
    with tables.reading(path) as table:
        where = points.find_coordinates(
            points.as_frame(table.head), geometry=table.geometry, postcodes=book
        )
        schema = points.widened(table.schema, where)
        tally = points.Tally()
        blocks = points.widen(table.blocks, schema, areas(), where, tally=tally)
        tables.write(out / "out.csv", schema, blocks, dialect=table.dialect)
    assert sum(tally.counts.values()) == tally.rows
    where.example(pd.DataFrame({name: [] for name in where.columns}))
    table.notes()


def listed(path: Path, out: Path) -> None:
    steps.import_file(steps.Request(path, out / "list"), store.atlas())


def valued(path: Path, out: Path) -> None:
    del out
    text, _ = read_values(path)
    asked = {"kind": "officers", "level": "bcus", "values": text}
    request.read(asked, store.atlas(), today=dates.today())


@pytest.mark.nightly
@pytest.mark.parametrize("work", [assign, listed, valued], ids=lambda work: work.__name__)
def test_broken_tables(work: Callable[[Path, Path], None], tmp_path: Path) -> None:
    chance = random.Random(18)  # noqa: S311
    seeds = [*SEEDS, workbook(), parquet(), zipped()]
    areas(), book()  # made once
    read = 0
    for number in range(TIMES):
        content = mutated(chance.choice(seeds), chance)
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        start = time.process_time()
        try:
            work(path, tmp_path)
            read += 1
        except BcuMapError:
            pass
        except Exception as error:
            raise AssertionError((number, content[:400])) from error
        assert time.process_time() - start < LONGEST_S, (number, content)
    assert read  # not all of them are refused


@pytest.mark.nightly
def test_broken_questions() -> None:
    chance = random.Random(4)  # noqa: S311
    finder = store.finder()
    seeds = [b"SE8 4RX", b"51.4779, -0.0015", b"Abbey, Merton", b"E05013719", b"TQ 389 773",
             b"\xc3\x85ngstr\xc3\xb6m", b"538900 177300"]  # fmt: skip
    for _ in range(TIMES):
        question = mutated(chance.choice(seeds), chance).decode("utf-8", "replace")
        start = time.process_time()
        finder.find(question).to_json()
        assert time.process_time() - start < LONGEST_S, question


@pytest.mark.nightly
def test_broken_requests() -> None:
    chance = random.Random(7)  # noqa: S311
    names = ["q", "on", "level", "group", "area", "theme", "values", "x"]
    paths = ["find", "units", "events", "officers", "counters", "demand", "wards/E05013719",
             "demand/months", "bcus.geojson", "status"]  # fmt: skip
    seeds = [b"SE8 4RX", b"2018-12-31", b"wards", b"burglary", b"E09000023"]
    asked = [
        f"/api/v1/{chance.choice(paths)}?"
        + str(httpx.QueryParams({chance.choice(names): mutated(chance.choice(seeds), chance)
                                 .decode("utf-8", "replace")}))
        for _ in range(TIMES)
    ]  # fmt: skip
    for path, answer in zip(asked, get(*asked), strict=True):
        assert answer.status_code in (200, 400, 404), path
        answer.json()


@pytest.mark.nightly
def test_broken_wishes_for_pictures() -> None:
    chance = random.Random(9)  # noqa: S311
    good = {"kind": "counters", "level": "wards", "measure": "nearest_m", "area": "E09000023",
            "on": "2026-04-01", "view": "-0.2,51.4,0.1,51.6", "closed": "1", "title": "Mine",
            "values": "code,value\nNA,1\n"}  # fmt: skip
    known = store.atlas()
    for _ in range(TIMES):
        asked = dict(chance.sample(sorted(good.items()), chance.randint(1, len(good))))
        name = chance.choice(sorted(asked))
        asked[name] = mutated(asked[name].encode(), chance).decode("utf-8", "replace")
        with suppress(BcuMapError):
            request.read({"kind": "officers"} | asked, known, today=dates.today())
