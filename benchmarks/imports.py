"""`bcumap officers import` of a workbook of the London Datastore's size, a whole process."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, alternate, seconds
from benchmarks.process import Process
from tests.datastore_workbook import ABSTRACTION_ROWS, STRENGTH_ROWS, write_full

TITLE = f"Import the Datastore's workbook ({STRENGTH_ROWS:,} and {ABSTRACTION_ROWS:,} rows)"
ROUNDS = 3

AT_MOST_S = 20
SOME_ARE_OPEN = 1  # what the command says of the teams that are no wards


def run(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        book = write_full(Path(folder, "DWO_Abstraction.xlsx"))
        command = [sys.executable, "-m", "bcumap", "officers", "import", str(book), "--out", folder]
        ours = Process(command, fine=(0, SOME_ARE_OPEN))
        taken = alternate({"bcumap": ours}, rounds)
        yield seconds("bcumap officers import, a whole process", taken["bcumap"], at_most=AT_MOST_S)
        yield Figure("peak memory", ours.peak_mb, "MB")
