"""What analysts import: small, lazy, and as the documentation has it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import bcumap
from bcumap.base.errors import BcuMapError
from tests.commands import ROOT, environment


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, bcumap; print({'pandas', 'geopandas', 'folium', 'shapely'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout == "set()\n"
    assert {"areas", "assign", "find", "folium_map"} <= set(dir(bcumap))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bcumap.nothing


@pytest.mark.parametrize(("level", "count"), [("wards", 704), ("boroughs", 33), ("bcus", 12)])
def test_areas(level: str, count: int) -> None:
    frame = bcumap.areas(level)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert (len(frame), frame.crs.to_epsg()) == (count, 4326)


def test_a_level_that_there_is_not() -> None:
    with pytest.raises(BcuMapError, match="there is no level 'towns'; give one of"):
        bcumap.areas("towns")
    with pytest.raises(BcuMapError, match="there is no area 'E0' among the bcus"):
        bcumap.folium_map("bcus", {"E0": 1.0})


def test_find_and_assign_say_the_same() -> None:
    place = bcumap.find("SE8 4RX").place
    assert place is not None
    found = bcumap.assign(pd.DataFrame({"pc": ["SE8 4RX"]}), postcode="pc", outcome="how")
    assert found["ward_code"].tolist() == [place.code]
    assert found["how"].tolist() == ["in a Met ward"]


def test_assign_takes_the_points_of_a_geodataframe_in_any_crs() -> None:
    points = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=gpd.points_from_xy([-0.0015, -3], [51.4779, 55]), crs=4326,
        index=[7, 9],
    )  # fmt: skip
    for crs in (4326, 27700, 3857):
        found = bcumap.assign(points.to_crs(crs))
        assert found["ward"].fillna("").tolist() == ["Greenwich Park", ""]
        assert found.index.tolist() == [7, 9]


def test_a_map_asks_nobody(tmp_path: Path) -> None:
    made = bcumap.folium_map("bcus", {"NA": 1.0, "SE": 2.0}, title="<b>Mine")
    made.save(tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    linked = [part.split('"')[0] for part in text.split('src="')[1:] + text.split('href="')[1:]]
    assert linked
    assert all(each.startswith("data:") for each in linked)
    assert "tile" not in text.split("</head>")[1]


def test_the_notebook_of_the_documentation_runs() -> None:
    cells = json.loads((ROOT / "docs" / "example.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102
    found = names["found"]
    assert isinstance(found, pd.DataFrame)
    assert found["ward"].tolist() == ["Deptford", "Caledonian"]


def wheel_in(folder: Path) -> Path:
    """A wheel of what is committed here."""
    source = folder / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
         "-w", str(folder), str(source)], check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("bcumap-*.whl")
    return wheel


@pytest.mark.slow
def test_a_wheel_works_in_another_folder(tmp_path: Path) -> None:
    """It is put on the path as pip would unpack it; what it needs is in this environment."""
    wheel = wheel_in(tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-m", "bcumap", "find", "SE8 4RX"], cwd=tmp_path, capture_output=True,
        text=True, env=environment(PYTHONPATH=str(tmp_path / "installed")), check=True,
    )  # fmt: skip
    assert "Deptford" in done.stdout
    code = "import bcumap, bcumap.facts.store as store; print(bcumap.__file__, store.SHIPPED)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=environment(PYTHONPATH=str(tmp_path / "installed")),
    )  # fmt: skip
    assert told.stdout.count(str(tmp_path / "installed")) == 2


LIST = "Ward,Borough,DWO,PCSO\nDeptford,Lewisham,2,1\n"
POINTS = "name,lat,lon\nA,51.4779,-0.0015\n"
OF_THE_README = {  # what each says, or the file that it leaves
    "find SE8 4RX": "Deptford",
    "officers report": "Lewisham",
    "demand report --level bcus": "Central North",
    "counters report --on 2026-04-01": "Lewisham",
    "officers import list.csv --out imported": "imported/strengths.csv",
    "export wards --out wards.gpkg": "wards.gpkg",
    "picture officers --out officers.png": "officers.png",
    "check": "ok",
    "assign points.csv --out with_wards.csv": "with_wards.csv",
    "site --out public --url https://police.example": "public/ward/E05013719.html",
}


def python_of(version: str) -> Path | None:
    """A Python of a version on this machine."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    found = installed[-1:] or [shutil.which(f"python{version}")]
    return Path(found[0]) if found[0] else None


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_a_wheel_in_an_empty_environment_does_what_the_readme_says(
    version: str, tmp_path: Path
) -> None:
    python = python_of(version)
    if not python:
        pytest.skip(f"no Python {version} here")
    bin = tmp_path / "venv" / "bin"
    lock = ROOT / "requirements.txt"
    for words in (
        [python, "-m", "venv", tmp_path / "venv"],
        [bin / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", lock],
        [bin / "python", "-m", "pip", "install", "-q", "--no-deps", wheel_in(tmp_path)],
    ):
        subprocess.run([*map(str, words)], check=True, capture_output=True, timeout=900)
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    (empty / "list.csv").write_text(LIST)
    (empty / "points.csv").write_text(POINTS)
    settings = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    for words, told in OF_THE_README.items():
        done = subprocess.run(
            [str(bin / "bcumap"), *words.split()],
            cwd=empty, env=settings, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), words
        assert told in done.stdout or (empty / told).stat().st_size > 0, words
    code = "import bcumap; print(len(bcumap.areas('wards')), bcumap.__file__)"
    done = subprocess.run(
        [str(bin / "python"), "-c", code],
        cwd=empty, env=settings, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(f"704 {bin.parent}")
