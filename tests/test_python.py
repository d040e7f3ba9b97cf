"""What analysts import: small, lazy, and as the documentation has it."""

from __future__ import annotations

import json
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


@pytest.mark.slow
def test_a_wheel_works_in_another_folder(tmp_path: Path) -> None:
    """It is put on the path as pip would unpack it; what it needs is in this environment."""
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
         "-w", str(tmp_path), str(source)], check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("bcumap-*.whl")
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
