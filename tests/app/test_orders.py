"""Files made to order: the command's bytes, its errors as sentences, nothing left behind."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO

import pytest

from bcumap.app import orders
from bcumap.app.kept import Kept
from bcumap.app.orders import AnyOrder, Order, PictureOrder
from bcumap.app.pages import download
from bcumap.base.errors import BcuMapError, BusyError
from bcumap.cli import main as cli
from bcumap.export import formats, layers, write
from bcumap.maps import files as pictures
from bcumap.maps import image, request, scene
from bcumap.maps.request import Wish

DEPTFORD = "E05013719"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have temporary folders where they can be seen, and none left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.glob("bcumap-*")) == []
    orders._kept.clear()


@contextmanager
def _in_this_process(
    _module: str, *words: str, errors: TextIO, **_: object
) -> Iterator[SimpleNamespace]:
    """The same command as in a process of its own, in a tenth of the time."""
    code = 0
    with (
        pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()),
        redirect_stderr(errors),
    ):  # fmt: skip
        patch.setattr(sys, "argv", ["bcumap", *words])
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    yield SimpleNamespace(poll=lambda: code, returncode=code)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make files in this process: how its own is started and ended, other tests show."""
    monkeypatch.setattr(orders, "process", _in_this_process)


def test_one_ward_as_geojson() -> None:
    collection = json.loads(orders.make(Order("wards", ".geojson", "web", DEPTFORD)))
    (feature,) = collection["features"]
    assert (feature["id"], feature["properties"]["ward"]) == (DEPTFORD, "Deptford")


@pytest.mark.usefixtures("here")
def test_officers_of_a_date_and_level_as_csv() -> None:
    order = Order("officers", ".csv", "full", "", "2026-04-01", "bcus")
    assert order.name == "officers-bcus-2026-04-01.csv"
    rows = list(csv.DictReader(io.StringIO(orders.make(order).decode("utf-8-sig"))))
    assert len(rows) == 12
    assert {row["bcu_code"]: row["fte"] for row in rows}["CN"] == ""
    assert "NA" in {row["bcu_code"] for row in rows}


@pytest.mark.usefixtures("here")
def test_the_same_is_made_once() -> None:
    order = Order("bcus", ".csv")
    assert orders.make(order) is orders.make(Order("bcus", ".csv"))


def test_what_a_process_of_its_own_refuses_is_told() -> None:
    with pytest.raises(BcuMapError, match="there is no layer 'streets'"):
        orders.make(Order("streets", ".csv"))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order("streets", ".csv"), "there is no layer 'streets'"),
        (Order("../../x", ".csv"), "there is no layer"),
        (Order("wards", ".csv", "full", "E05999999"), "E05999999"),
        (Order("wards", ".csv", "finest"), "finest"),
        (Order("counters", ".csv", "full", "", "soon"), "is no date"),
        (Order("wards", ".exe"), "the suffix names no format"),
    ],
)
def test_what_cannot_be_made_is_told_in_the_commands_words(order: Order, said: str) -> None:
    with pytest.raises(BcuMapError) as raised:
        orders.make(order)
    assert said in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "WALL_S", 0.05)
    with pytest.raises(BcuMapError, match="takes too long to make"):
        orders.make(Order("wards", ".geojson"))


def test_who_waits_too_long_for_a_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "PATIENCE_S", 0.05)
    with ExitStack() as taken:
        for _ in range(orders.AT_ONCE):
            taken.enter_context(orders._queue.turn(patience_s=1))
        with pytest.raises(BusyError, match="other files are being made"):
            orders.make(Order("boroughs", ".csv"))


def test_what_is_kept_is_bounded_in_bytes() -> None:
    kept = Kept(10)
    one, two, three = (Order("wards", ".csv", area=name) for name in "abc")
    for order in (one, two):
        kept.put(order, b"12345")
    assert kept.get(one)  # wanted again, so it stays longer
    kept.put(three, b"1234")
    assert [bool(kept.get(order)) for order in (one, two, three)] == [True, False, True]
    kept.put(two, b"x" * 11)
    assert kept.get(two) is None


def test_what_nobody_waits_for_is_not_made() -> None:
    unwanted = threading.Event()
    threading.Timer(0.3, unwanted.set).start()
    began = time.monotonic()
    with pytest.raises(BusyError, match="nobody waits"):
        orders.make(Order("wards", ".gpkg"), unwanted=unwanted)
    assert time.monotonic() - began < 2


def test_many_at_once_are_refused_at_once_and_the_same_is_made_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[AnyOrder] = []
    go_on = threading.Event()

    def slow(order: AnyOrder, *, unwanted: threading.Event) -> bytes:
        made.append(order)
        go_on.wait(10)
        return order.name.encode()

    async def stays() -> bool:
        return False

    async def all_of_them() -> list[bytes | BaseException]:
        wanted = [Order("wards", ".csv", area=str(number)) for number in range(80)]
        tasks = [asyncio.ensure_future(orders.deliver(each, stays)) for each in wanted]
        tasks += [asyncio.ensure_future(orders.deliver(wanted[0], stays)) for _ in range(5)]
        await asyncio.sleep(0.3)
        refused = [task for task in tasks if task.done()]
        assert len(refused) == 80 - orders.AT_ONCE - orders.WAITING
        go_on.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    monkeypatch.setattr(orders, "make", slow)
    answers = asyncio.run(all_of_them())
    assert len(made) == orders.AT_ONCE + orders.WAITING
    assert answers[80:] == [b"wards-0-full.csv".replace(b"-full", b"")] * 5
    assert orders._wanted == {}


def test_a_client_that_leaves_ends_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def slow(_order: AnyOrder, *, unwanted: threading.Event) -> bytes:
        assert unwanted.wait(10)
        ended.set()
        raise BusyError("nobody waits for this any more")

    async def gone() -> bool:
        return True

    monkeypatch.setattr(orders, "make", slow)
    with pytest.raises(BusyError):
        asyncio.run(orders.deliver(Order("wards", ".csv"), gone))
    assert ended.wait(5)


def test_who_comes_when_the_others_have_left_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, calls = threading.Event(), []

    def slow(_order: AnyOrder, *, unwanted: threading.Event) -> bytes:
        calls.append(unwanted)
        if len(calls) > 1:
            return b"a file"
        assert unwanted.wait(10)
        assert let_go.wait(10)  # while its process ends
        raise BusyError("nobody waits for this any more")

    async def gone() -> bool:
        return True

    async def here() -> bool:
        return False

    async def come() -> bytes:
        with pytest.raises(BusyError):
            await orders.deliver(Order("wards", ".csv"), gone)
        content = await orders.deliver(Order("wards", ".csv"), here)
        let_go.set()
        return content

    monkeypatch.setattr(orders, "make", slow)
    assert asyncio.run(asyncio.wait_for(come(), 10)) == b"a file"


def test_the_page_offers_what_can_be_exported() -> None:
    assert set(download.LAYERS) == set(layers.LAYERS)
    assert set(formats.TITLES) == set(write.FORMATS)
    assert list(download.DETAILS) == ["full", "web", "overview"]


@pytest.mark.usefixtures("here")
def test_a_picture_is_what_the_command_draws() -> None:
    wish = Wish("counters", "wards", "change", "E09000023", dt.date(2026, 4, 1),
                (-0.08, 51.44, 0.02, 51.5), closed=True, streets=True)  # fmt: skip
    order = PictureOrder(wish, ".png")
    assert order.name == "counters-wards-change-E09000023-2026-04-01.png"
    content = orders.make(order)
    asked = {"kind": "counters", "level": "wards", "measure": "change", "area": "E09000023",
             "on": "2026-04-01", "view": "-0.08,51.44,0.02,51.5", "closed": "1",
             "streets": "1"}  # fmt: skip
    documents = pictures.known()
    wished = request.read(asked, documents.atlas, today=dt.date(2026, 11, 22))
    assert wished == wish
    assert content == image.draw(scene.scene(wished, documents), ".png")


def test_figures_of_one_s_own_reach_the_picture() -> None:
    wish = Wish("officers", "boroughs", values=(("E09000023", 7.0),), title="--out=/tmp/x $(id)")
    assert b"--out=/tmp/x $(id): boroughs" in orders.make(PictureOrder(wish, ".svg"))
