"""mapshaper, pinned and installed with npm into the git-ignored build/ folder, as a peer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bcumap.build.steps import FULL_MAX_ERROR_M, WEB_MAX_ERROR_M
from bcumap.facts import store
from benchmarks.machine import BUILD, MAPSHAPER_VERSION
from benchmarks.measure import Skipped

PROGRAM = BUILD / "node_modules" / ".bin" / "mapshaper"
INSTALL_TIMEOUT_S = 900  # one of its dependencies may have to be compiled


def program() -> Path:
    """Return the pinned mapshaper, installing it first if need be."""
    if not PROGRAM.exists() or _version() != MAPSHAPER_VERSION:
        _install()
    return PROGRAM


def command(wards: Path, folder: Path) -> list[str]:
    """Return the command that does what `bcumap build` does, writing into a folder.

    It makes both tiers of detail, with the same bounds on the error: the interval of mapshaper's
    `dp` is the furthest that a boundary may move, which is not so of its other two methods. The CRS
    is named because the file's own description lacks the datum shift: 120 m without it.
    """
    table = folder / "bcus.csv"
    boroughs = store.table("borough table").dropna(subset="bcu_code")
    boroughs[["borough_code", "bcu_code"]].to_csv(table, index=False)
    full = folder / "full"
    full.mkdir(exist_ok=True)
    return [
        str(program()), "-i", str(wards), "name=wards",
        "-join", str(table), "keys=LAD25CD,borough_code", "string-fields=borough_code,bcu_code",
        "-simplify", "dp", f"interval={FULL_MAX_ERROR_M:g}", "keep-shapes",
        "-dissolve", "LAD25CD", "copy-fields=LAD25NM,bcu_code", "+", "name=boroughs",
        "-dissolve", "bcu_code", "+", "name=bcus", "target=wards",
        "-filter", "!!bcu_code", "target=bcus",
        "-proj", "wgs84", "init=EPSG:27700", "target=*",
        "-o", str(full), "format=geojson", "precision=0.000001", "target=*",
        "-simplify", "dp", f"interval={WEB_MAX_ERROR_M:g}", "keep-shapes", "target=*",
        "-o", str(folder / "web.topojson"), "format=topojson", "quantization=65536", "target=*",
    ]  # fmt: skip


def _version() -> str:
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).strip()


def _install() -> None:
    if shutil.which("npm") is None:
        raise Skipped("needs npm, to install mapshaper with")
    BUILD.mkdir(exist_ok=True)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(BUILD)]
    try:
        subprocess.run(
            [*install, f"mapshaper@{MAPSHAPER_VERSION}"],
            check=True,
            capture_output=True,
            timeout=INSTALL_TIMEOUT_S,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Skipped(f"mapshaper {MAPSHAPER_VERSION} could not be installed ({error})") from error
