"""`bcumap build --download` end to end: the portal's protocol in, a checked folder of data out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import shapely

from bcumap.facts import store
from bcumap.geo import projection
from tests.services.arcgis_server import OBJECT_ID, ArcgisServer, reset, running, status, truncated

COLUMNS = [OBJECT_ID, "WD25CD", "WD25NM", "LAD25CD"]


def shipped_wards() -> list[dict[str, Any]]:
    """The 704 shipped wards as the portal would send them: metres, ONS columns."""
    frame = store.areas("wards")
    shapes = projection.to_bng(frame.geometry.to_numpy())
    return [
        {
            "type": "Feature",
            "id": number,
            "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": dict(zip(COLUMNS, (number, *row), strict=True)),
        }
        for number, (row, shape) in enumerate(
            zip(
                frame[["ward_code", "ward", "borough_code"]].itertuples(index=False),
                shapes,
                strict=True,
            ),
            1,
        )
    ]


def build(server: ArcgisServer, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bcumap", "build", "--download", "--out", str(out)],
        env=os.environ | {"BCUMAP_ONS_SERVICES": server.url, "NO_PROXY": "127.0.0.1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_newest_layer_is_fetched_through_faults_and_built(tmp_path: Path) -> None:
    with running() as server:
        server.wards, server.columns, server.max_record_count = shipped_wards(), COLUMNS, 100
        server.faults = {4: status(429, Retry_After="1"), 7: truncated, 9: reset}
        done = build(server, tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "679 Met + 25 City" in done.stdout
    assert done.stderr == ""  # no progress bar in a pipe
    passport = store.sources(data=tmp_path / "data")["files"]
    wards = next(entry for entry in passport if entry["file"] == "wards.parquet")
    assert wards["source_file"] == "WD_DEC_2025_UK_BFC.geojson"
    assert wards["edition"] == "2025-12"
    areas = store.areas("wards", data=tmp_path / "data")["area_km2"]
    assert abs(areas.sum() - store.areas("wards")["area_km2"].sum()) < 0.2


def test_a_portal_that_refuses_leaves_nothing(tmp_path: Path) -> None:
    with running() as server:
        server.faults = dict.fromkeys(range(1, 50), status(404))
        done = build(server, tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "404" in done.stderr
    assert list(tmp_path.iterdir()) == []
