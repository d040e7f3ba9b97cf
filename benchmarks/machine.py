"""The folders, files and programs that benchmarks find on this machine, and how it is described."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil
import shapely

from benchmarks.measure import Skipped

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"  # git-ignored

MAPSHAPER_VERSION = "0.7.70"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("shapely", "geopandas", "streamlit", "folium", "streamlit-folium", "playwright")


def source(name: str) -> Path:
    """Return an official file from BCUMAP_SOURCES, or from shared/data beside the repository."""
    folder = Path(os.environ.get("BCUMAP_SOURCES", ROOT.parent / "shared" / "data"))
    if not (folder / name).is_file():
        raise Skipped(f"needs {name}; name the folder that holds it in BCUMAP_SOURCES")
    return folder / name


def chromium() -> str:
    """Return the command that starts Chromium."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise Skipped("needs Chromium; install it with the system's package manager")


def description() -> dict[str, str]:
    """Say when and on what the figures were taken."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "Date": dt.datetime.now(dt.UTC).date().isoformat(),
        "Machine": f"{psutil.cpu_count()} cores, {_cpu_model()},"
        f" {psutil.virtual_memory().total / 1e9:.0f} GB; {platform.system()},"
        f" load average at the start {psutil.getloadavg()[0]:.1f}",
        "Versions": f"Python {platform.python_version()}, GEOS {shapely.geos_version_string},"
        f" {packages}, mapshaper {MAPSHAPER_VERSION}, {_browser_version()}",
    }


def _browser_version() -> str:
    try:
        said = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=True)
    except (Skipped, subprocess.CalledProcessError):
        return "no Chromium"
    return " ".join(said.stdout.split()[:2])


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
