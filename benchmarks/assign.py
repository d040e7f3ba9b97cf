"""`bcumap assign` on street crime, a process from start to end, against pandas and geopandas."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from bcumap.facts import store
from bcumap.matching.points import AREA_COLUMNS
from benchmarks.measure import Figure, alternate, ratio, seconds
from benchmarks.process import Process

TITLE = "Assign a ward to 1 million rows of street crime"
ROUNDS = 3

ROWS, TIMES_MORE = 1_000_000, 10
PEAK_MB = 300
PEER = Path(__file__).with_name("peers") / "sjoin.py"
DUCKDB = PEER.with_name("duckdb_join.py")
OF_DUCKDB = 1 / 0.8  # its time by ours, at least
FORCE = "Metropolitan Police Service"
LONDON = ((-0.51, 51.29), (0.33, 51.69))


def run(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        crimes, more = Path(folder, "crimes.csv"), Path(folder, "more.csv")
        write_crimes(crimes)
        out, peer_out = Path(folder, "out.csv"), Path(folder, "peer.csv")
        ours = Process(_bcumap(crimes, out))
        peer = Process([sys.executable, str(PEER), str(crimes), str(store.SHIPPED), str(peer_out)])
        duck_out = Path(folder, "duck.csv")
        duck = Process(
            [sys.executable, str(DUCKDB), str(crimes), str(store.SHIPPED), str(duck_out)]
        )
        taken = alternate({"bcumap": ours, "peer": peer, "duckdb": duck}, rounds)
        yield seconds("bcumap assign, a whole process", taken["bcumap"])
        yield ratio(
            "read_csv + sjoin + to_csv ÷ bcumap assign", taken["peer"], taken["bcumap"], at_least=3
        )
        yield ratio(
            "DuckDB's spatial join, two threads ÷ bcumap assign", taken["duckdb"], taken["bcumap"],
            at_least=OF_DUCKDB,
        )  # fmt: skip
        yield Figure("peak memory of DuckDB", duck.peak_mb, "MB")
        yield Figure("peak memory of bcumap assign", ours.peak_mb, "MB", at_most=PEAK_MB)
        yield Figure("peak memory of the peer", peer.peak_mb, "MB")
        yield Figure("rows that differ", _differences(out, peer_out), "", at_most=0)
        yield Figure("rows that differ from DuckDB's", _unlike(out, duck_out), "", at_most=0)
        peer_out.unlink()
        duck_out.unlink()
        repeated(crimes, more)
        large = Process(_bcumap(more, out))
        taken_large = alternate({"bcumap": large}, 1, warm=False)
        yield Figure("peak memory on 10 million rows", large.peak_mb, "MB", at_most=PEAK_MB)
        yield seconds("10 million rows", taken_large["bcumap"])


def _bcumap(crimes: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "bcumap", "assign", str(crimes), "--out", str(out)]


def write_crimes(path: Path) -> None:
    """Write rows as data.police.uk does; 2 % have no place, as in its files."""
    random = np.random.default_rng(1)
    places = random.uniform(*LONDON, (ROWS, 2))
    known = random.uniform(size=ROWS) > 0.02
    lon, lat = (pa.array([f"{value:.6f}" for value in column], mask=~known) for column in places.T)
    codes = random.integers(0, 256, (ROWS, 32), np.uint8)
    same = {
        "Month": "2025-09", "Reported by": FORCE, "Falls within": FORCE, "Longitude": lon,
        "Latitude": lat, "Location": "On or near Petrol Station", "LSOA code": "E01000006",
        "LSOA name": "Barking and Dagenham 016A", "Crime type": "Violence and sexual offences",
        "Last outcome category": "Status update unavailable", "Context": None,
    }  # fmt: skip
    columns = {"Crime ID": pa.array([row.tobytes().hex() for row in codes])} | {
        name: pa.array([value] * ROWS, pa.string()) if not isinstance(value, pa.Array) else value
        for name, value in same.items()
    }
    options = pacsv.WriteOptions(quoting_style="none")
    pacsv.write_csv(pa.table(columns), path, options)


def repeated(crimes: Path, more: Path) -> None:
    """Write the same rows several times, under one header."""
    with more.open("wb") as target:
        for turn in range(TIMES_MORE):
            with crimes.open("rb") as source:
                header = source.readline()
                if turn == 0:
                    target.write(header)
                while block := source.read(1 << 20):
                    target.write(block)


def _differences(ours: Path, theirs: Path) -> int:
    """Count the rows whose new columns are not the same text."""
    with ours.open(newline="") as first, theirs.open(newline="") as second:
        pairs = zip(csv.reader(first), csv.reader(second), strict=True)
        return sum(a[-len(AREA_COLUMNS) :] != b[-len(AREA_COLUMNS) :] for a, b in pairs)


def _unlike(ours: Path, theirs: Path) -> int:
    """Count the same where the rows of the other file are in any order, by their IDs."""
    with ours.open(newline="") as first, theirs.open(newline="") as second:
        known = {row[0]: row[-len(AREA_COLUMNS) :] for row in csv.reader(first)}
        return sum(known.pop(row[0], None) != row[-len(AREA_COLUMNS) :]
                   for row in csv.reader(second)) + len(known)  # fmt: skip
