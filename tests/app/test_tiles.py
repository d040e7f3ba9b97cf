"""The background of the deployer's choice: what may be set, and what is served of a disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from starlette.applications import Starlette

from bcumap.app import headers, routes, tiles

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    tiles.chosen.cache_clear()
    yield
    tiles.chosen.cache_clear()


def choose(monkeypatch: pytest.MonkeyPatch, source: Path | str) -> None:
    monkeypatch.setenv(tiles.SOURCE, str(source))
    monkeypatch.setenv(tiles.CREDIT, "© <b>Somebody</b>")
    monkeypatch.setenv(tiles.MAX_ZOOM, "16")


def get(path: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=routes.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(f"{tiles.TILES}/{path}")

    return asyncio.run(send())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a tile, a text that calls itself one, and links that lead out of it."""
    (tmp_path / "secret.png").write_bytes(PNG)
    made = tmp_path / "tiles"
    (made / "3" / "4").mkdir(parents=True)
    (made / "3" / "4" / "2.png").write_bytes(PNG)
    (made / "3" / "4" / "3.png").write_text("<svg onload=alert(1)>")
    (made / "3" / "4" / "1.png").symlink_to(tmp_path / "secret.png")
    (made / "3" / "5").symlink_to(made / "3" / "4")
    return made


def test_a_tile_of_a_folder_is_served(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    choose(monkeypatch, folder)
    answer = get("3/4/2")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["3/4/3", "3/4/1", "3/5/2", "3/4/7", "3/8/2", "3/-1/2", "3/4/2.png", "03/4/2", "3/4/%2e%2e",
     "17/4/2", "3/4/99999999999", "3/٤/2"],
)  # fmt: skip
def test_nothing_else_is_served(monkeypatch: pytest.MonkeyPatch, folder: Path, path: str) -> None:
    choose(monkeypatch, folder)
    assert get(path).status_code == 404


def test_an_mbtiles_counts_its_rows_from_the_south(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "map.mbtiles"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        database.execute("INSERT INTO tiles VALUES (3, 4, 5, ?)", (PNG,))
    choose(monkeypatch, path)
    assert get("3/4/2").content == PNG
    assert get("3/4/5").status_code == 404


def pmtiles(path: Path, kind: TileType, content: bytes = PNG) -> Path:
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(3, 4, 2), content)
        writer.finalize({"tile_type": kind, "tile_compression": Compression.NONE,
                         "min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 1, "max_lat_e7": 1,
                         "center_zoom": 3, "center_lon_e7": 0, "center_lat_e7": 0}, {})  # fmt: skip
    return path


def test_a_pmtiles_of_pictures_is_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    choose(monkeypatch, pmtiles(tmp_path / "map.pmtiles", TileType.PNG))
    answer = get("3/4/2")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    for path in ("3/4/5", "4/0/0", "16/1/1", "3/8/2"):
        assert get(path).status_code == 404
    path = tmp_path / "map.pmtiles"
    path.write_bytes(path.read_bytes()[:130])  # half a file, while it is served
    assert get("3/4/2").status_code == 404


def test_a_pmtiles_whose_pictures_are_none_serves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose(monkeypatch, pmtiles(tmp_path / "map.pmtiles", TileType.PNG, b"<svg onload=alert(1)>"))
    assert get("3/4/2").status_code == 404
    choose(monkeypatch, pmtiles(tmp_path / "big.pmtiles", TileType.PNG, PNG + bytes(2_000_000)))
    tiles.chosen.cache_clear()
    assert get("3/4/2").status_code == 404


def test_vector_tiles_and_what_is_no_archive_are_refused(tmp_path: Path) -> None:
    told = {tiles.CREDIT: "Somebody"}
    vector = pmtiles(tmp_path / "vector.pmtiles", TileType.MVT)
    with pytest.raises(SystemExit, match="tiles of MVT; expected pictures"):
        tiles.background({**told, tiles.SOURCE: str(vector)})
    (tmp_path / "none.pmtiles").write_text("none")
    with pytest.raises(SystemExit, match=r"is no \.pmtiles that can be read"):
        tiles.background({**told, tiles.SOURCE: str(tmp_path / "none.pmtiles")})


def test_without_a_background_there_are_no_tiles() -> None:
    assert get("3/4/2").status_code == 404
    assert "https://tile.openstreetmap.org" in headers.policy("", "'self'")


def test_the_host_of_tiles_joins_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, "https://tiles.example.org/{z}/{x}/{y}.png")
    policy = headers.policy("", "'self'")
    assert "https://tiles.example.org;" in policy
    assert "openstreetmap" not in policy
    own = tiles.chosen()
    assert own is not None
    assert own.options("")["credit"] == "© &lt;b&gt;Somebody&lt;/b&gt;"


@pytest.mark.parametrize(
    "source",
    ["https://tiles.example.org/{z}/{x}.png", "ftp://tiles.example.org/{z}/{x}/{y}.png",
     "https://a:b@tiles.example.org/{z}/{x}/{y}", "https://x; script-src */{z}/{x}/{y}", "nowhere"],
)  # fmt: skip
def test_what_is_no_source_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    choose(monkeypatch, source)
    with pytest.raises(SystemExit, match=tiles.SOURCE):
        tiles.chosen()


def test_a_background_without_a_credit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiles.SOURCE, "https://tiles.example.org/{z}/{x}/{y}.png")
    with pytest.raises(SystemExit, match=tiles.CREDIT):
        tiles.chosen()
