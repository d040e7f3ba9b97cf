"""Files of everything, the static site and pictures: whole processes beside what they replace."""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.measure import Figure, alternate, ratio, seconds
from benchmarks.process import Process

TITLE = "Files, the static site and pictures"
ROUNDS = 3

ALL_S, SITE_S = 20, 60
TOPOJSON_KB, WARD_PAGE_KB = 150, 60
DATA = str(machine.ROOT / "geodata")


def run(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        (out / "plain").mkdir()
        ours = _bcumap("export", "all", "--out", str(out / "all"))
        peer = _peer("writers.py", str(out / "plain"))
        taken = alternate({"bcumap": ours, "peer": peer}, rounds)
        yield seconds("bcumap export all: 5 layers, 10 formats", taken["bcumap"], at_most=ALL_S)
        yield ratio(
            "export all ÷ geopandas writing 3 layers unchecked", taken["bcumap"], taken["peer"]
        )
        yield Figure("peak memory of export all", ours.peak_mb, "MB")
        _bcumap("export", "wards", "--detail", "web", "--out", str(out / "w.topojson"))()
        yield Figure(
            "wards as TopoJSON, web detail, gzip -9", _packed_kb(out / "w.topojson"), "KB",
            at_most=TOPOJSON_KB,
        )  # fmt: skip
        site = alternate({"site": _bcumap("site", "--out", str(out / "site"))}, rounds)
        yield seconds("bcumap site, whole", site["site"], at_most=SITE_S)
        pages = [_packed_kb(page) for page in (out / "site" / "ward").iterdir()]
        yield Figure(
            "largest page of a ward, gzip -9", max(pages), "KB", at_most=WARD_PAGE_KB,
            detail=f"{median(pages):.1f} KB in the middle",
        )  # fmt: skip
        sides = {
            "bcumap": _bcumap("picture", "areas", "--level", "wards", "--out", f"{out}/ours.png"),
            "peer": _peer("plot.py", f"{out}/peer.png"),
        }
        drawn = alternate(sides, rounds)
        yield ratio("picture of the wards ÷ GeoDataFrame.plot()", drawn["bcumap"], drawn["peer"])


def _bcumap(*words: str) -> Process:
    return Process([sys.executable, "-m", "bcumap", *words])


def _peer(script: str, out: str) -> Process:
    return Process([sys.executable, f"benchmarks/peers/{script}", DATA, out])


def _packed_kb(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 9)) / 1000
