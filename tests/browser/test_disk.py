"""What a visitor brings when the disk is full, and what of it is left when the server is killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bcumap.app import uploads
from bcumap.app.jobs import PREFIX
from tests.browser.conftest import Visit, start_server, until

pytestmark = pytest.mark.nightly

SMALL_DISK_MB = 40  # more than the server spares, less than it spares and a list


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, which is nearly full; only root can have one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def many_rows(path: Path, rows: int) -> Path:
    """Write a list whose names must be searched for one by one: it takes a while."""
    lines = (f"Deptfrod{number % 9973},Lewishxm,2" for number in range(rows))
    path.write_text("\n".join(["Ward,Borough,PCs", *lines]))
    return path


def test_a_full_disk_is_told_and_a_list_is_taken_once_there_is_room(
    browser: Browser, small_disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (small_disk / "others").write_bytes(bytes((SMALL_DISK_MB - 6) * uploads.MEGABYTE))
    process, address = start_server(TMPDIR=str(small_disk))
    try:
        visit = Visit(browser, address)
        visit.go("/officers")
        path = many_rows(tmp_path_factory.mktemp("list") / "list.csv", 200_000)
        with visit.page.expect_response("**/_stcore/upload_file/**") as told:
            visit.page.locator("input[type=file]").set_input_files(path)
        assert (told.value.status, told.value.text().strip()) == (503, uploads.NO_DISK)
        (small_disk / "others").unlink()
        visit.go("/officers")
        with visit.page.expect_response("**/_stcore/upload_file/**") as told:
            visit.page.locator("input[type=file]").set_input_files(path)
        assert told.value.status == 204
        assert str(small_disk) not in visit.page.content()
    finally:
        process.kill()
        process.wait()


def test_nothing_of_a_list_is_left_by_a_server_that_is_killed_while_it_is_read(
    browser: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    process, address = start_server(TMPDIR=str(tmp_path))
    visit = Visit(browser, address)
    visit.go("/officers")
    path = many_rows(tmp_path_factory.mktemp("list") / "list.csv", 100_000)
    visit.page.locator("input[type=file]").set_input_files(path)
    until(lambda: any(tmp_path.glob(f"{PREFIX}*/*")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    again, address = start_server(TMPDIR=str(tmp_path))
    try:
        until(lambda: not any(tmp_path.iterdir()))
        visit = Visit(browser, address)
        visit.go("/officers")
        expect(visit.page.locator("input[type=file]")).to_be_attached()
    finally:
        again.kill()
        again.wait()
