"""Jobs end with their server, leave nothing on the disk, and wait in a queue with an end."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from bcumap.app import jobs, lists, orders
from bcumap.base.errors import BusyError
from tests.commands import environment

SERVER = """
from bcumap.app import jobs, lists, orders
with jobs.folder() as place:
    (place / "secret staff list.csv").write_text("Ward\\nDeptford\\n")
    with jobs.process("this_job_sleeps", within=place, wall_s=60) as job:
        print(place, job.pid, flush=True)
        job.wait()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def gone(what: Path | int, *, within_s: float = 5) -> bool:
    """Whether a folder or a process has gone in time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        there = what.exists() if isinstance(what, Path) else Path(f"/proc/{what}/cmdline").exists()
        if not there:
            return True
        time.sleep(0.05)
    return False


def test_a_job_ends_with_a_server_that_is_killed_and_takes_its_folder_along(
    tmp_path: Path, temporary: Path
) -> None:
    (tmp_path / "this_job_sleeps.py").write_text("import time; time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        env=environment(TMPDIR=str(temporary)),
    ) as server:  # fmt: skip
        assert server.stdout
        place, number = server.stdout.readline().rsplit(maxsplit=1)
        assert Path(place).stat().st_mode & 0o777 == 0o700
        server.send_signal(signal.SIGKILL)
        assert gone(int(number))
        assert gone(Path(place))


def test_folders_of_servers_that_are_gone_go_and_no_others(temporary: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left, mine = (temporary / f"{jobs.PREFIX}{pid}-x" for pid in (ended.pid, os.getpid()))
    others = temporary / f"{jobs.PREFIX}notes"
    for folder in (left, mine, others):
        folder.mkdir()
    with jobs.folder():
        assert [folder.exists() for folder in (left, mine, others)] == [False, True, True]


def test_a_server_removes_what_dead_ones_left_at_its_start_and_every_so_often(
    temporary: Path,
) -> None:
    same_number, old, young = (
        temporary / f"{jobs.PREFIX}{pid}-x" for pid in (os.getpid(), os.getppid(), os.getppid())
    )
    young = young.with_name(f"{young.name}y")
    for folder in (same_number, old, young):
        folder.mkdir()

    async def serve() -> None:
        async with jobs.swept(every_s=0.05):
            assert (same_number.exists(), old.exists()) == (False, True)
            same_number.mkdir()  # and this one is the server's own
            os.utime(old, (0, time.time() - jobs.OLD_S - 1))
            await asyncio.sleep(0.5)
            assert [each.exists() for each in (same_number, old, young)] == [True, False, True]

    asyncio.run(serve())


def test_no_job_lasts_until_its_folder_is_old() -> None:
    assert max(lists.WALL_S, orders.WALL_S) < jobs.OLD_S
    assert jobs.OLD_S + jobs.SWEEP_S < 15 * 60


def test_a_queue_that_is_full_refuses_at_once() -> None:
    queue = jobs.Queue(1, 0, "others work")
    with ExitStack() as taken:
        taken.enter_context(queue.turn(patience_s=9))
        began = time.monotonic()
        with pytest.raises(BusyError, match="others work just now"), queue.turn(patience_s=9):
            pass
        assert time.monotonic() - began < 1
    with queue.turn(patience_s=0.1):
        pass


def test_a_full_disk_is_said_without_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/secret")

    monkeypatch.setattr(tempfile, "mkdtemp", lambda *_, **__: full())
    with pytest.raises(BusyError) as raised, jobs.folder():
        pass
    assert str(raised.value) == jobs.NO_ROOM


def test_the_app_imports_where_there_is_no_resource_module() -> None:
    """As on Windows."""
    code = "import sys; sys.modules['resource'] = None; import app"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
