"""`kill -9` at ten moments of each command that writes: no half file, no leftovers for long."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bcumap.base.schema import CITY_OF_LONDON
from bcumap.facts import store
from tests.cli.test_officers_fetch import SOME, listed
from tests.commands import COMMAND, environment, everything
from tests.services import police_server as fake

pytestmark = pytest.mark.nightly
MOMENTS = 10


@dataclass(frozen=True)
class Job:
    """A command and its environment."""

    words: list[str]
    settings: dict[str, str]

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*COMMAND, *self.words], env=environment(**self.settings),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip


def assign(folder: Path, place: Path, _: Path) -> list[str]:
    points = folder / "points.csv"
    rows = (f"{number},{51.3 + number % 997 / 2500},{-0.4 + number % 991 / 1500}\n"
            for number in range(60_000))  # fmt: skip
    points.write_text("id,lat,lon\n" + "".join(rows))
    return ["assign", str(points), "--out", str(place / "out.csv")]


def export_all(_: Path, place: Path, __: Path) -> list[str]:
    return ["export", "all", "--out", str(place / "all")]


def site(_: Path, place: Path, __: Path) -> list[str]:
    return ["site", "--out", str(place / "site")]


def build(_: Path, place: Path, shared: Path) -> list[str]:
    wards = shared / "wards_2025_ons_bgc.geojson"
    return ["build", "--wards", str(wards), "--out", str(place / "gd")]


def officers_import(folder: Path, place: Path, _: Path) -> list[str]:
    wards = store.facts()["wards"].items()
    path = folder / "list.csv"
    met = (f"{code},2\n" for code, ward in wards if ward["borough_code"] != CITY_OF_LONDON)
    path.write_text("Ward code,DWO\n" + "".join(met))
    return ["officers", "import", str(path), "--out", str(place / "officers")]


def officers_fetch(_: Path, place: Path, __: Path) -> list[str]:
    return ["officers", "fetch", "--out", str(place / "teams.csv")]


Prepare = Callable[[Path, Path, Path], list[str]]
COMMANDS: list[Prepare] = [assign, export_all, site, build, officers_import, officers_fetch]


@pytest.fixture
def service() -> Iterator[dict[str, str]]:
    with fake.running(wards=listed(SOME)) as state:
        yield {
            "BCUMAP_POLICE_API": state.url, "BCUMAP_POLICE_RATE": "1000", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip


@pytest.mark.parametrize("prepare", COMMANDS, ids=lambda prepare: prepare.__name__)
def test_a_killed_run_loses_nothing_and_the_next_one_clears_up(
    prepare: Prepare, tmp_path: Path, shared_data: Path, service: dict[str, str]
) -> None:
    temporary, place = tmp_path / "tmp", tmp_path / "place"
    temporary.mkdir()
    place.mkdir()
    words = prepare(tmp_path, place, shared_data)
    job = Job(words, {**service, "TMPDIR": str(temporary)})
    began = time.monotonic()
    whole(job)
    lasts = time.monotonic() - began
    good = seen(place)
    for moment in range(MOMENTS):
        with job.start() as process:
            time.sleep(lasts * (moment + 0.5) / MOMENTS)
            os.killpg(process.pid, 9)
        there = {path: told for path, told in seen(place).items() if not path.startswith(".")}
        assert there == good
    whole(job)
    assert seen(place) == good
    assert [path.name for path in temporary.iterdir()] == []


def whole(job: Job) -> None:
    with job.start() as process:
        told = process.communicate(timeout=300)[1].decode()
    assert process.returncode in (0, 1), told  # 1: some could not be placed, which is told


def seen(place: Path) -> dict[str, str]:
    """Every path and content; of a build's report, which holds its seconds, the path alone."""
    told = everything(place)
    dated = ("build-report.json", "sources.json", "teams.csv", "report.json")
    return {path: "there" if path.endswith(dated) else content for path, content in told.items()}
