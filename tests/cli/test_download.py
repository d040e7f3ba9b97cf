"""`bcumap build --download` end to end: the portal's protocol in, a checked folder of data out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from bcumap.facts import store
from bcumap.geo import projection
from tests.commands import Outcome, environment, run
from tests.services.arcgis_server import OBJECT_ID, ArcgisServer, running
from tests.services.serving import reset, status, truncated
from tests.small import CITY_WARDS, MET_WARDS, Small

COLUMNS = [OBJECT_ID, "WD25CD", "WD25NM", "LAD25CD"]


def wards_of(small: Small) -> list[dict[str, Any]]:
    """The wards of a small London as the portal would send them: metres, ONS columns."""
    frame = store.areas("wards", data=small.built)
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


def build(server: ArcgisServer, out: Path, small: Small) -> Outcome:
    settings = {"BCUMAP_ONS_SERVICES": server.url, "NO_PROXY": "127.0.0.1"}
    return run("build", "--download", "--out", out,
               env=environment(BCUMAP_DATA=str(small.known), **settings))  # fmt: skip


def test_the_newest_layer_is_fetched_through_faults_and_built(
    small_london: Small, tmp_path: Path
) -> None:
    with running() as server:
        server.wards, server.columns, server.max_record_count = wards_of(small_london), COLUMNS, 15
        server.faults = {4: status(429, Retry_After="1"), 7: truncated, 9: reset}
        done = build(server, tmp_path / "data", small_london)
    assert done.code == 0, done.err
    assert f"{MET_WARDS} Met + {CITY_WARDS} City" in done.out
    assert done.err == ""  # no progress bar in a pipe
    passport = store.sources(data=tmp_path / "data")["files"]
    wards = next(entry for entry in passport if entry["file"] == "wards.parquet")
    assert wards["source_file"] == "WD_DEC_2025_UK_BFC.geojson"
    assert wards["edition"] == "2025-12"
    areas = store.areas("wards", data=tmp_path / "data")["area_km2"]
    assert abs(areas.sum() - store.areas("wards", data=small_london.built)["area_km2"].sum()) < 0.2


def test_a_portal_that_refuses_leaves_nothing(small_london: Small, tmp_path: Path) -> None:
    with running() as server:
        server.faults = dict.fromkeys(range(1, 50), status(404))
        done = build(server, tmp_path / "data", small_london)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "404" in done.err
    assert list(tmp_path.iterdir()) == []
