"""`bcumap officers fetch` end to end: killed and started again, through faults, without a name."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bcumap.base.errors import BcuMapError, DownloadError
from bcumap.base.schema import CITY_OF_LONDON
from bcumap.cli import text as report
from bcumap.facts import store
from bcumap.services import police_uk, teams
from bcumap.services.http import Limits
from bcumap.services.police_uk import RateLimiter
from tests.commands import COMMAND, Outcome, environment, run
from tests.services import police_server as fake
from tests.services import serving
from tests.services.police_server import PRIVATE, PoliceServer
from tests.services.serving import status

WARDS = {
    code: ward["name"]
    for code, ward in store.facts()["wards"].items()
    if ward["borough_code"] != CITY_OF_LONDON
}
SOME = {code: WARDS[code] for code in sorted(WARDS)[:12]}
FIRST, SECOND, THIRD = list(SOME)[:3]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits(
    connect_s=2, read_s=5, deadline_s=8, attempts=2, backoff_min_s=0.01, backoff_max_s=1
)


def listed(wards: dict[str, str], *, with_n: int = 7) -> list[dict[str, str]]:
    """The list of the service: every seventh id has an N."""
    return [
        {"id": code + "N" * (number % with_n == 0), "name": name}
        for number, (code, name) in enumerate(wards.items(), 1)
    ]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PoliceServer]:
    """A server of all Met wards."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake.running(wards=listed(WARDS)) as state:
        yield state


@pytest.fixture
def few(server: PoliceServer) -> PoliceServer:
    """The same with twelve of them."""
    server.wards = listed(SOME)
    return server


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "teams.csv"


def setting(server: PoliceServer, rate: int = 1000) -> dict[str, str]:
    return environment(BCUMAP_POLICE_API=server.url, BCUMAP_POLICE_RATE=str(rate))


def fetch(server: PoliceServer, out: Path) -> Outcome:
    """Run the command as a process of its own."""
    return run("officers", "fetch", "--out", out, env=setting(server))


def fetch_here(
    server: PoliceServer, out: Path, *, now: datetime = NOW, wards: dict[str, str] = SOME
) -> tuple[teams.Fetched, str]:
    """Fetch in this process; give the result and the report."""
    with police_uk.opened(
        url=server.url, limits=LIMITS, limiter=RateLimiter(per_s=1000, burst=100)
    ) as api:
        result = teams.fetch(api, wards, out, now=now, tell=lambda *_: None)
    return result, "\n".join(report.fetch_lines(result, wards, out))


def rows(out: Path) -> dict[str, dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return {row["ward_code"]: row for row in csv.DictReader(file)}


def left(out: Path) -> list[str]:
    """What a fetch leaves in its folder."""
    return sorted(path.name for path in out.parent.iterdir())


def assert_no_names(out: Path, *said: str) -> None:
    for path in out.parent.rglob("*"):
        assert not PRIVATE.search(path.name)
        assert not PRIVATE.search(path.read_text(encoding="utf-8")), path
    assert not PRIVATE.search("".join(said))


# --- All wards


def test_all_wards_survive_a_kill_and_none_is_asked_for_twice(
    server: PoliceServer, out: Path
) -> None:
    command = [*COMMAND, "officers", "fetch", "--out", str(out)]
    process = subprocess.Popen(command, env=setting(server, rate=400))
    journal = out.with_name(".teams.csv.part")
    until(lambda: journal.exists() and len(journal.read_bytes().splitlines()) > 150)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert left(out) == [".teams.csv.part"]  # no table that looks whole
    assert_no_names(out)
    with journal.open("a") as file:
        file.write('{"police_id": "E050')  # as a kill in the middle of a write would leave it
    finished = {json.loads(line)["police_id"] for line in journal.read_text().splitlines()[1:-1]}
    assert 150 <= len(finished) < len(WARDS)

    before = len(server.requests)
    done = fetch(server, out)
    again = server.requests[before:]
    assert (done.code, done.err) == (0, "")
    assert finished & {path.partition("/")[0] for path in again} == set()
    assert len(again) == 1 + 2 * (len(WARDS) - len(finished))
    assert f"from an earlier run   {len(finished)} wards" in done.out
    assert left(out) == ["teams.csv"]
    assert_no_names(out, done.out)
    table = rows(out)
    assert list(table) == sorted(WARDS)
    assert {row["status"] for row in table.values()} == {"fetched"}
    assert sum(int(row["people_total"]) for row in table.values()) == 679 * 6
    assert stat.S_IMODE(out.stat().st_mode) & 0o444 == 0o444


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert true()


def test_the_command_through_faults(few: PoliceServer, out: Path) -> None:
    few.fail(FIRST, status(429, Retry_After="1"))
    few.fail(f"{FIRST}/people", serving.truncated)
    few.fail(SECOND, status(500))
    few.fail(f"{THIRD}/people", serving.reset)
    done = fetch(few, out)
    assert (done.code, done.err) == (0, "")  # no progress bar in a pipe
    assert "Fetched the teams of 12 of 679 wards" in done.out
    assert "not listed            667: " in done.out
    assert "constables            24" in done.out
    assert len(rows(out)) == 679


def test_interrupted_it_says_how_to_go_on(server: PoliceServer, out: Path) -> None:
    command = [*COMMAND, "officers", "fetch", "--out", str(out)]
    process = subprocess.Popen(
        command, env=setting(server, rate=100), stderr=subprocess.PIPE, text=True
    )
    part = out.with_name(".teams.csv.part")
    until(lambda: part.is_file() and len(part.read_bytes().splitlines()) > 5)  # some are done
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "bcumap: interrupted; the same command goes on from there within a day\n"
    assert left(out) == [".teams.csv.part"]


def test_on_a_terminal_a_bar_shows_the_time_left(few: PoliceServer, out: Path) -> None:
    """Not in a pipe, which the other tests are."""
    ours, theirs = pty.openpty()
    command = [*COMMAND, "officers", "fetch", "--out", str(out)]
    few.latency_s = 0.1
    process = subprocess.Popen(
        command, env=setting(few, rate=20) | {"TERM": "xterm"}, stderr=theirs, stdout=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # how Linux says that the other side has closed
        pass
    os.close(ours)
    assert process.wait() == 0
    assert b"Teams of the wards" in said
    assert b"0:00:0" in said


def test_a_service_that_cannot_be_reached(out: Path) -> None:
    settings = environment(BCUMAP_POLICE_API="ftp://127.0.0.1")  # fails at once: no attempts
    done = run("officers", "fetch", "--out", out, env=settings)
    assert done.code == 2
    assert done.line.startswith("bcumap: ftp://127.0.0.1/metropolitan/neighbourhoods: found ")
    assert left(out) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("teams.txt", "not named as a CSV"), ("no/teams.csv", "no such folder"), ("", "not named")],
)
def test_an_output_that_cannot_be_is_said_before_anything_is_asked(
    few: PoliceServer, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(BcuMapError, match=said):
        fetch_here(few, tmp_path / name)
    assert few.requests == []


# --- The table


def test_a_row(few: PoliceServer, out: Path) -> None:
    fetch_here(few, out)
    code = list(SOME)[6]
    assert rows(out)[code] == {
        "ward_code": code, "police_id": f"{code}N", "ward": SOME[code], "status": "fetched",
        "fetched_on": datetime.now(UTC).date().isoformat(),
        "constables": "2", "pcsos": "1", "sergeants": "1", "other_ranks": "2", "people_total": "6",
        "email": f"{code}N.snt@met.police.uk", "telephone": "0208 721 2876", "mobile": "",
        "web": f"https://www.met.police.uk/area/{code}N", "social": "https://twitter.com/MetTeam",
        "source": f"{few.url}/metropolitan/{code}N",
    }  # fmt: skip


def test_nobody_is_zero_and_not_listed_is_unknown(few: PoliceServer, out: Path) -> None:
    few.people[FIRST] = []
    few.wards.remove(next(ward for ward in few.wards if ward["id"] == SECOND))
    result, said = fetch_here(few, out)
    table = rows(out)
    assert (table[FIRST]["people_total"], table[FIRST]["status"]) == ("0", "fetched")
    told = {name: text for name, text in table[SECOND].items() if text}
    assert told == {
        "ward_code": SECOND, "status": "not listed", "fetched_on": "2026-11-22",
        "source": f"{few.url}/metropolitan/neighbourhoods",
    }  # fmt: skip
    assert result.not_listed == [SECOND]
    assert f"lists nobody          1: {SOME[FIRST]} ({FIRST})" in said
    assert f"not listed            1: {SOME[SECOND]} ({SECOND})" in said


def test_neighbourhoods_that_are_not_our_wards_are_reported(few: PoliceServer, out: Path) -> None:
    few.wards += [{"id": "00BK19N", "name": "Vincent Square"}, {"id": FIRST + "N", "name": "Twice"}]
    result, said = fetch_here(few, out)
    assert f"not our wards         2: Vincent Square (00BK19N), Twice ({FIRST}N)" in said
    assert len(result.teams) == len(rows(out)) == 12
    assert "00BK19N" not in few.requests


def test_a_ward_without_an_answer_fails_alone(few: PoliceServer, out: Path) -> None:
    few.fail(f"{SECOND}/people", status(500), range(1, 9))
    few.fail(THIRD, status(404))
    _, said = fetch_here(few, out)
    table = rows(out)
    assert [table[code]["status"] for code in (FIRST, SECOND, THIRD)] == [
        "fetched", "failed", "failed"
    ]  # fmt: skip
    assert {table[SECOND][name] for name in teams.COUNTS} == {""}
    assert f"FAILED                {SOME[SECOND]} ({SECOND}): {few.url}" in said
    assert "found HTTP 500, expected 200; asked 2 times" in said
    assert left(out) == ["teams.csv"]


def test_a_ward_that_fails_ends_the_command_with_1(few: PoliceServer, out: Path) -> None:
    few.fail(THIRD, status(404))
    done = fetch(few, out)
    assert (done.code, done.err) == (1, "")
    assert f"FAILED                {SOME[THIRD]} ({THIRD}): {few.url}" in done.out
    assert left(out) == ["teams.csv"]


def test_what_the_service_says_cannot_run_in_a_spreadsheet(few: PoliceServer, out: Path) -> None:
    bad = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>=1", "\t=1", "\r=1")
    for ward, name in zip(few.wards, bad, strict=False):
        contacts = {"telephone": "+44 20 8721 2876", "email": "-x@met.police.uk", "web": name}
        few.details[ward["id"]] = {"name": name, "url_force": None, "contact_details": contacts}
    fetch_here(few, out)
    table = rows(out)
    names = [table[code]["ward"] for code in list(SOME)[: len(bad)]]
    assert names == ["'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(A1)", "alert(1) =1", "'=1", "'=1"]
    assert table[FIRST]["telephone"] == "'+44 20 8721 2876"
    assert table[FIRST]["email"] == "'-x@met.police.uk"
    assert table[FIRST]["web"] == ""
    cells = [text for row in table.values() for text in row.values()]
    assert not [text for text in cells if text.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "<" not in out.read_text()


def test_null_fields_take_the_name_of_the_list(few: PoliceServer, out: Path) -> None:
    few.details[FIRST] = {"name": None, "contact_details": None, "url_force": None, "links": None}
    fetch_here(few, out)
    row = rows(out)[FIRST]
    assert (row["ward"], row["email"], row["web"]) == (SOME[FIRST], "", "")


def test_another_edition_of_wards_is_said_and_writes_nothing(few: PoliceServer, out: Path) -> None:
    few.wards = [{"id": "E05000001", "name": "Old"}]
    with pytest.raises(DownloadError, match="none of our 12 wards among 1 listed"):
        fetch_here(few, out)
    assert left(out) == []


# --- Going on, or not


def interrupted(server: PoliceServer, out: Path, *, after: int = 1) -> Path:
    """Leave the journal of a fetch that ended after so many wards."""

    def stop(done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        police_uk.opened(url=server.url, limiter=RateLimiter(per_s=1000)) as api,
    ):
        teams.fetch(api, SOME, out, now=NOW, tell=stop)
    seen = -1
    while seen != (seen := len(server.requests)):  # some were under way
        time.sleep(0.3)
    server.requests.clear()
    return out.with_name(".teams.csv.part")


def test_within_a_day_it_goes_on_with_the_date_of_then(few: PoliceServer, out: Path) -> None:
    journal = interrupted(few, out)
    entry = json.loads(journal.read_text().splitlines()[1])
    then = f'"fetched_on": "{entry["fetched_on"]}"'
    journal.write_text(journal.read_text().replace(then, '"fetched_on": "2026-11-21"'))
    result, said = fetch_here(few, out, now=NOW + timedelta(hours=23))
    assert result.resumed == 1
    assert "from an earlier run   1 ward\n" in said
    assert "Began anew" not in said
    assert rows(out)[police_uk.ward_code(entry["police_id"])]["fetched_on"] == "2026-11-21"
    assert entry["police_id"] not in few.requests


def test_a_line_cut_in_two_spoils_no_other(few: PoliceServer, out: Path) -> None:
    with interrupted(few, out).open("a") as journal:
        journal.write('{"police_id": "E050')
    interrupted(few, out, after=3)
    result, _ = fetch_here(few, out)
    assert result.resumed == 3
    assert len(few.requests) == 1 + 2 * 9


@pytest.mark.parametrize("hours", [25, -1])
def test_an_old_journal_is_discarded(few: PoliceServer, out: Path, hours: int) -> None:
    interrupted(few, out)
    result, said = fetch_here(few, out, now=NOW + timedelta(hours=hours))
    assert said.startswith("Began anew: what an earlier run had left was older than a day\n")
    assert result.resumed == 0
    assert len(few.requests) == 25


def test_a_journal_of_another_list_is_discarded(few: PoliceServer, out: Path) -> None:
    interrupted(few, out)
    few.wards.pop()
    _, said = fetch_here(few, out)
    assert said.startswith("Began anew: what an earlier run had left was of another list of wards")


@pytest.mark.parametrize("text", ["", "no", "[]\n", "{}\n", '{"since": 5}\n', '{"since": "x"}\n'])
def test_what_is_no_journal_is_discarded(few: PoliceServer, out: Path, text: str) -> None:
    out.with_name(".teams.csv.part").write_text(text)
    result, said = fetch_here(few, out)
    assert said.startswith("Began anew: what an earlier run had left was not a journal")
    assert len(result.teams) == 12


def test_a_service_that_goes_away_is_given_up_and_gone_on_with(out: Path) -> None:
    wards = {code: WARDS[code] for code in sorted(WARDS)[:200]}
    with fake.running(wards=listed(wards)) as server:
        for ward in server.wards[20:]:
            server.fail(ward["id"], status(404))
        with pytest.raises(DownloadError, match=r"20 wards failed in a row and \d+ are kept"):
            fetch_here(server, out, wards=wards)
        assert left(out) == [".teams.csv.part"]
        assert len(server.requests) < 150  # of the list's, 20 × 2 and 180 × 1
        server.faults.clear()
        result, _ = fetch_here(server, out, wards=wards)
        assert result.resumed > 0
        assert left(out) == ["teams.csv"]


def test_wards_that_fail_here_and_there_are_no_reason_to_give_up(out: Path) -> None:
    wards = {code: WARDS[code] for code in sorted(WARDS)[:60]}
    with fake.running(wards=listed(wards)) as server:
        for ward in server.wards[::2]:
            server.fail(ward["id"], status(404))
        result, _ = fetch_here(server, out, wards=wards)
    assert (len(result.teams), len(result.failed)) == (30, 30)


def test_where_no_ward_is_answered_nothing_is_left(few: PoliceServer, out: Path) -> None:
    out.write_text("old")
    for ward in few.wards:
        few.fail(ward["id"], status(404))
    with pytest.raises(DownloadError, match="12 wards failed in a row and 0 are kept"):
        fetch_here(few, out)
    assert left(out) == ["teams.csv"]
    assert out.read_text() == "old"


def test_progress_counts_wards_to_the_last(few: PoliceServer, out: Path) -> None:
    told: list[Any] = []
    with police_uk.opened(url=few.url, limiter=RateLimiter(per_s=1000)) as api:
        teams.fetch(api, SOME, out, now=NOW, tell=lambda *counts: told.append(counts))
    assert told == [(number, 12) for number in range(13)]
