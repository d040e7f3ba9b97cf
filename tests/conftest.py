"""What several tests need: the shipped data, the official files if they are here, no network."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import is_hypothesis_test, settings

from bcumap.base.schema import LEVELS
from bcumap.facts import store
from tests import small

if TYPE_CHECKING:  # heavy: whoever needs them pays for them
    import geopandas as gpd

    from bcumap.build.postcodes import Directory
    from bcumap.build.steps import Report

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
LOOPBACK = ("127.", "::1", "localhost")

# A shell that starts the suite in the background has it, and all that it starts, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Files whose tests start processes or work on all of London: not for `make quick`.
SLOW_FILES = {
    "test_bad_input.py", "test_check.py", "test_download.py", "test_files.py",
    "test_lists.py", "test_main.py", "test_officers_fetch.py", "test_orders.py", "test_steps.py",
    "test_write.py",
}  # fmt: skip
# Files whose tests look at one thing that costs seconds to make.
ONE_WORKER = {
    "test_guard.py", "test_locate.py", "test_officers_import.py", "test_placing.py",
    "test_workbook.py",
}  # fmt: skip
# So many examples for each property by day; `make nightly` tries ten times as many.
settings.register_profile("day", max_examples=50, deadline=None)
settings.register_profile("night", max_examples=500, deadline=None)
settings.load_profile("day")
# What is made once and looked at by many tests: these stay with one worker, those that take the
# longest first, then the other slow ones, then the quick ones.
MADE_ONCE = ("build", "directory", "whole_site", "drawn", "site")
TOGETHER = {"directory": "build"}  # it is read for a build
# A worker that has driven a browser has a loop that goes on: who wants a loop of its own is first.
LAST = "site"  # the pages that a browser visits, too
# Of its groups those first that take longest: what is left at the end should be short.
LONGEST = (
    LAST, "test_officers", "test_ward", "test_areas", "test_axe", "test_counters", "test_search",
    "test_save", "test_first", "test_download", "test_demand", "test_headers", "test_streets",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its worker, and mark those that take a browser, all of London or the night."""
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        wanted = {*getattr(item, "fixturenames", ()), given.get("each_site")}
        made = [name for name in MADE_ONCE if name in wanted]
        if made or item.path.name in SLOW_FILES:
            item.add_marker(pytest.mark.slow)
        if made:
            item.add_marker(pytest.mark.xdist_group(TOGETHER.get(made[0], made[0])))
        elif item.path.parent.name == "browser" or item.path.name in ONE_WORKER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        # Of these the machine may have been too busy: tried once more, and told if that was needed.
        if item.path.parent.name in ("browser", "services", "cli") or item.path.name in ONE_WORKER:
            item.add_marker(pytest.mark.flaky(reruns=1))
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.property)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    """Return when a test has its turn: with what stage, and when in it."""
    group = item.get_closest_marker("xdist_group")
    name = group.args[0] if group else ""
    if item.path.parent.name == "browser" or name == LAST:
        return len(MADE_ONCE) + 2, LONGEST.index(name) if name in LONGEST else len(LONGEST)
    if name in MADE_ONCE:
        return MADE_ONCE.index(name), 0
    is_slow = group or item.get_closest_marker("slow")
    return len(MADE_ONCE) + (not is_slow), 0


class NetworkUsed(AssertionError):
    """A test tried to reach another host."""


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let sockets reach this machine only."""

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
                raise NetworkUsed(f"a test tried to reach {address}")
            return original(self, address)

        return connect

    def look_up(host: Any, *details: Any, **options: Any) -> Any:
        if host is not None and not str(host).startswith(LOOPBACK):
            raise NetworkUsed(f"a test tried to look up {host}")
        return original_look_up(host, *details, **options)

    original_look_up = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.delenv("BCUMAP_DATA", raising=False)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of official source files, which stands beside the repository and not in it."""
    if not SHARED.is_dir():
        pytest.skip("the official source files (../shared/data) are not here")
    return SHARED


@pytest.fixture(scope="session")
def levels() -> dict[str, gpd.GeoDataFrame]:
    """The shipped wards, boroughs and BCUs, EPSG:4326; not to be changed."""
    return {level: store.areas(level) for level in LEVELS}


@pytest.fixture(scope="session")
def ward_layer(levels: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """The shipped wards as the ONS would name their columns, EPSG:4326; not to be changed."""
    names = {
        "ward_code": "WD25CD",
        "ward": "WD25NM",
        "borough_code": "LAD25CD",
        "borough": "LAD25NM",
    }
    return levels["wards"].rename(columns=names)[[*names.values(), "geometry"]]


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of the shipped data, to be broken."""
    return Path(shutil.copytree(store.SHIPPED, tmp_path / "geodata"))


@pytest.fixture(scope="session")
def small_london(tmp_path_factory: pytest.TempPathFactory) -> small.Small:
    """A small London, built once for all workers of a run; not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return small.made_once(shared / "small-london")


@pytest.fixture(scope="session")
def no_postcodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data without postcodes, which take longer to place than all else to build."""
    folder = tmp_path_factory.mktemp("known") / "geodata"
    return Path(
        shutil.copytree(store.SHIPPED, folder, ignore=shutil.ignore_patterns(store.POSTCODES))
    )


@dataclass(frozen=True)
class Built:
    """A build: what it said of itself, and the folder it wrote."""

    report: Report
    out: Path

    def level(self, name: str) -> gpd.GeoDataFrame:
        return store.areas(name, data=self.out)


Build = Callable[..., Built]


@pytest.fixture(scope="session")
def directory() -> Directory:
    """The postcodes of their packages, which take as long to read as a build: not to be changed."""
    from bcumap.build import postcodes

    return postcodes.read_directory()


@pytest.fixture(scope="session")
def build(
    tmp_path_factory: pytest.TempPathFactory, no_postcodes: Path, request: pytest.FixtureRequest
) -> Build:
    """Build a ward layer, once with the same options however many tests look at it."""
    from bcumap.build import postcodes, steps

    done: dict[tuple[Any, ...], Built] = {}

    def once(wards: Path, **options: Any) -> Built:
        key = (wards, *sorted(options.items()))
        if key not in done:
            out = tmp_path_factory.mktemp(wards.stem) / "geodata"
            wanted = steps.Request(**{"wards": wards, "out": out, "data": no_postcodes} | options)
            with pytest.MonkeyPatch.context() as patch:
                if wanted.postcodes:
                    read = request.getfixturevalue("directory")
                    patch.setattr(postcodes, "read_directory", lambda: read)
                done[key] = Built(steps.build(wanted), out)
        return done[key]

    return once


SITE_DAY = dt.date(2026, 4, 7)


@pytest.fixture(scope="session")
def few_postcodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data with the postcodes of 80 sectors, some of them asked for by tests."""
    folder = tmp_path_factory.mktemp("few") / "geodata"
    shutil.copytree(store.SHIPPED, folder)
    small.thin_out(folder / store.POSTCODES, 80)
    return folder


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, few_postcodes: Path, small_london: small.Small
) -> Path:
    """The static site on a day after the last change of counters: all pages, streets and places.

    With few postcodes, and downloads of a small London: these take three quarters of the time.
    """
    from bcumap.export import write as export
    from bcumap.site import write

    out, known = tmp_path_factory.mktemp("static") / "site", export.known
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "known", lambda _data: known(small_london.built))
        write.write(write.Request(out, SITE_DAY), data=few_postcodes)
    return out


@pytest.fixture(scope="session")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static site of the shipped data, whole."""
    from bcumap.site import write

    out = tmp_path_factory.mktemp("static") / "site"
    write.write(write.Request(out, SITE_DAY))
    return out


@dataclass(frozen=True)
class SiteOf:
    """A site and the data that it is made of; of a small London's wards are its downloads."""

    out: Path
    data: Path
    is_whole: bool


@pytest.fixture(params=["site", pytest.param("whole_site", marks=pytest.mark.nightly)])
def each_site(request: pytest.FixtureRequest) -> SiteOf:
    """The site of the day, and at night the whole one."""
    is_whole = request.param == "whole_site"
    data = store.SHIPPED if is_whole else request.getfixturevalue("few_postcodes")
    return SiteOf(request.getfixturevalue(request.param), data, is_whole)
