"""docs/privacy.md is true: nothing that a visitor asks or brings is in a log or on the disk."""

from __future__ import annotations

import secrets
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Visit, start_server

NOT_WRITTEN_BY_THE_APP = {".git", ".venv", "__pycache__"}


def test_nothing_that_a_visitor_asks_or_brings_is_logged_or_kept(
    browser: Browser, tmp_path: Path
) -> None:
    # Made anew in each run, so that no source, cache or earlier run holds them.
    question, name, person, title = (f"zz{secrets.token_hex(6)}" for _ in range(4))
    lat, lon = (secrets.randbelow(10**8) for _ in range(2))
    point = f"51.47{lat:08},-0.02{lon:08}"
    marks = (question, name, person, title, f"{lat:08}", f"{lon:08}")
    log, temporary, home = (tmp_path / each for each in ("log", "tmp", "home"))
    temporary.mkdir()
    home.mkdir()
    folders, began = (temporary, home, ROOT), time.time()
    process, address = start_server(log, TMPDIR=str(temporary), HOME=str(home))
    try:
        visit = Visit(browser, address)
        _ask(visit, question, point)
        _bring(visit, tmp_path / f"{name}.csv", person)
        _post_a_picture(address, title)
        assert _holding(marks, log, folders, began) == []
        visit.context.close()
    finally:
        process.terminate()
        process.wait(10)
    assert "GET /api/v1/find 200" in log.read_text()
    assert "POST /picture/officers.svg 200" in log.read_text()
    assert _holding(marks, log, folders, began) == []
    assert [path.name for path in temporary.iterdir()] == []


def _ask(visit: Visit, *questions: str) -> None:
    """On the page, of the suggestions and of the API."""
    for question in questions:
        quoted = urllib.parse.quote(question)
        expect(visit.go(f"/?q={quoted}").locator(".bcumap-answer")).to_be_visible()
        for path in (f"/suggest?q={quoted}", f"/api/v1/find?q={quoted}"):
            with urllib.request.urlopen(visit.address + path) as answer:
                assert answer.status == 200


def _bring(visit: Visit, path: Path, person: str) -> None:
    path.write_text(f"Ward,Borough,DWO,PCSO,Contact\nDeptford,Lewisham,2,1,{person}\n")
    page = visit.go("/officers")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator(".bcumap-verdict")).to_contain_text("Read 1 row", timeout=60_000)


def _post_a_picture(address: str, title: str) -> None:
    """Of figures of one's own, whose title is in the picture and nowhere else."""
    link = f"{address}/picture/officers.svg?level=boroughs&title={title}"
    figures = b"code,value\nE09000023,3.5\n"
    with urllib.request.urlopen(urllib.request.Request(link, figures), timeout=90) as picture:
        assert title in picture.read().decode()


def _holding(
    marks: tuple[str, ...], log: Path, folders: tuple[Path, ...], began: float
) -> list[str]:
    """Return the files, by name or content, that hold a mark."""
    return [
        f"{mark} in {path}"
        for path in (log, *(path for folder in folders for path in _files(folder, began)))
        for mark in marks
        if mark in path.name or mark.encode() in path.read_bytes()
    ]


def _files(folder: Path, since: float) -> Iterator[Path]:
    """Return the files below a folder that were written since a time."""
    for path in folder.rglob("*"):
        if NOT_WRITTEN_BY_THE_APP.isdisjoint(path.relative_to(folder).parts):
            with suppress(FileNotFoundError):  # another test's, gone meanwhile
                if path.is_file() and path.stat().st_mtime >= since:
                    yield path
