"""Asks a real server on loopback for teams; never the real service."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bcumap.base.errors import BcuMapError, DownloadError, NotThereError
from bcumap.services import police_uk
from bcumap.services.http import Limits, PassingError
from bcumap.services.police_uk import Event, PoliceApi, Priority, RateLimiter, Team
from tests.services import police_server as fake
from tests.services import serving
from tests.services.police_server import PRIVATE, PoliceServer
from tests.services.serving import Fault, status

LIMITS = Limits(
    connect_s=2, read_s=5, deadline_s=8, attempts=3, backoff_min_s=0.01, backoff_max_s=5,
    max_bytes=1_000_000,
)  # fmt: skip
WARD, WITH_N = "E05009317", "E05009320N"
PEOPLE = f"{WARD}/people"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "facts" / "police_api_samples"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PoliceServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake.running() as state:
        monkeypatch.setenv("BCUMAP_POLICE_API", state.url)
        yield state
    for thread in threading.enumerate():  # late requests end with the server, not with Python
        if thread.name == "bcumap-request":
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def api(server: PoliceServer) -> Iterator[PoliceApi]:
    with police_uk.opened(limits=LIMITS, limiter=RateLimiter(per_s=1000)) as opened:
        yield opened


def team(server: PoliceServer, *, limits: Limits = LIMITS, police_id: str = WARD) -> Team:
    with police_uk.opened(limits=limits, limiter=RateLimiter(per_s=1000)) as opened:
        return opened.team(police_id)


def contacts(server: PoliceServer, **details: Any) -> Team:
    """The team whose contacts are these."""
    server.details[WARD] = {"contact_details": details}
    return team(server)


# --- The rate


class Clock:
    """A clock that moves when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(clock: Clock, *, per_s: float = 15, burst: int = 10) -> RateLimiter:
    return RateLimiter(per_s=per_s, burst=burst, clock=clock, sleep=clock.sleep)


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(clock: Clock) -> None:
    bucket = limiter(clock)
    for _ in range(10):
        bucket.wait()
    assert clock.slept == []
    for _ in range(30):
        bucket.wait()
    assert clock.slept == pytest.approx([1 / 15] * 30)


def test_idle_time_fills_the_bucket_and_no_more(clock: Clock) -> None:
    bucket = limiter(clock)
    for _ in range(10):
        bucket.wait()
    clock.now += 3600
    for _ in range(11):
        bucket.wait()
    assert clock.slept == pytest.approx([1 / 15])


def test_679_wards_take_no_more_than_10_percent_over_the_limit(clock: Clock) -> None:
    """1,359 requests, 30 at once and 15 a second: 88.6 s."""
    bucket, start = limiter(clock), clock.now
    for _ in range(1359):
        bucket.wait()
    assert 88.6 <= clock.now - start <= 88.6 * 1.1


def test_no_token_is_given_while_the_service_wants_a_rest(clock: Clock) -> None:
    bucket = limiter(clock)
    bucket.hold(20)
    bucket.wait()
    bucket.wait()
    assert clock.slept == pytest.approx([20, 1 / 15])


def test_a_short_rest_never_makes_a_long_one_shorter(clock: Clock) -> None:
    bucket = limiter(clock)
    bucket.hold(20)
    bucket.hold(1)
    bucket.wait()
    assert clock.slept == pytest.approx([20])


def test_who_cannot_wait_is_told_at_once_and_takes_no_token(clock: Clock) -> None:
    bucket = limiter(clock, burst=1)
    bucket.wait()
    for _ in range(3):
        with pytest.raises(PassingError, match="are taken"):
            bucket.wait(at_most_s=0.01)
    bucket.wait()
    assert clock.slept == pytest.approx([1 / 15])


def test_threads_share_the_rate() -> None:
    bucket, start = RateLimiter(per_s=100, burst=5), time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bucket.wait(), range(25)))
    assert 0.19 < time.monotonic() - start < 1  # 20 tokens of 10 ms


def test_the_real_service_is_never_asked_more_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCUMAP_POLICE_API", raising=False)
    monkeypatch.setenv("BCUMAP_POLICE_RATE", "1000")
    with police_uk.opened() as api:
        assert api.url == "https://data.police.uk/api"
        assert api.limiter._token_s == pytest.approx(1 / 15)


@pytest.mark.parametrize("rate", ["fast", "0", "-1", "nan", "inf", ""])
def test_a_rate_that_is_none(rate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCUMAP_POLICE_API", "http://127.0.0.1:9/api")
    monkeypatch.setenv("BCUMAP_POLICE_RATE", rate)
    with pytest.raises(BcuMapError, match="BCUMAP_POLICE_RATE"), police_uk.opened():
        pass


# --- What is asked for and read


def test_the_list(server: PoliceServer, api: PoliceApi) -> None:
    listed = api.neighbourhoods()
    assert [each.police_id for each in listed[:4]] == [
        "E05009317", "E05009318", "E05009319", "E05009320N"
    ]  # fmt: skip
    assert listed[3].ward_code == "E05009320"
    assert listed[1].name == "Earl's Court 1"
    assert server.requests == ["neighbourhoods"]


def test_ids_that_are_none_are_left_out(server: PoliceServer, api: PoliceApi) -> None:
    bad = [{"id": None, "name": "x"}, {}, {"id": "../x"}, {"id": 5}, {"id": "a b"}, {"id": "é"}]
    server.wards += bad
    assert [each.police_id for each in api.neighbourhoods()][12:] == []


def test_a_team(server: PoliceServer) -> None:
    found = team(server, police_id=WITH_N)
    assert found == Team(
        police_id="E05009320N",
        name="Campden 3",
        fetched_on=datetime.now(UTC).date(),
        constables=2,
        pcsos=1,
        sergeants=1,
        other_ranks=2,
        email="E05009320N.snt@met.police.uk",
        telephone="0208 721 2876",
        web="https://www.met.police.uk/area/E05009320N",
        social=("https://twitter.com/MetTeam",),
    )
    assert (found.ward_code, found.people_total) == ("E05009320", 6)
    assert server.requests == ["E05009320N", "E05009320N/people"]  # the N stays in calls


def test_a_team_knows_nobody(server: PoliceServer) -> None:
    assert not PRIVATE.search(repr(asdict(team(server))))


def test_recorded_answers_are_read(server: PoliceServer) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the recorded answers (../shared/facts) are not here")
    name = "metropolitan_neighbourhoods_2026-09-30_partial.json"
    server.wards = json.loads((SAMPLES / name).read_text())["neighbourhoods"]
    sample = json.loads((SAMPLES / "neighbourhood_detail_00BK19N_c2013.json").read_text())
    server.wards.append({"id": "00BK19N", "name": "Vincent Square"})
    server.details["00BK19N"] = sample["response"]
    with police_uk.opened(limits=LIMITS) as api:
        listed = api.neighbourhoods()
        found = api.team("00BK19N")
    assert [len(listed), listed[9].ward_code] == [17, "E05009390"]
    assert found.email == "VincentSquare.snt@met.police.uk"
    assert (found.telephone, found.mobile) == ("0208 721 2876", "07810 857227")
    assert found.web == sample["response"]["url_force"]


@pytest.mark.parametrize(
    ("rank", "kind"),
    [
        ("PC", "constables"),
        ("Police Constable", "constables"),
        ("DWO", "constables"),
        ("PCSO", "pcsos"),
        ("Police Community Support Officer", "pcsos"),
        ("Sgt", "sergeants"),
        ("<b>Police Sergeant</b>", "sergeants"),
        ("PS", "sergeants"),
        ("Special Constable", "other_ranks"),
        ("Inspector", "other_ranks"),
        ("", "other_ranks"),
        (None, "other_ranks"),
        (7, "other_ranks"),
    ],
)
def test_ranks_are_counted_by_kind(server: PoliceServer, rank: Any, kind: str) -> None:
    server.people[WARD] = [{"name": None, "rank": rank, "bio": None, "contact_details": None}]
    found = team(server)
    assert (getattr(found, kind), found.people_total) == (1, 1)


def test_nobody_listed_is_none(server: PoliceServer) -> None:
    server.people[WARD] = []
    assert team(server).people_total == 0


@pytest.mark.parametrize("details", [{}, None, [], "x", {"email": None, "telephone": 5, "web": {}}])
def test_fields_that_are_null_or_odd_are_empty(server: PoliceServer, details: Any) -> None:
    server.details[WARD] = {"name": None, "url_force": None, "contact_details": details}
    found = team(server)
    assert (found.name, found.email, found.telephone, found.web, found.social) == ("",) * 4 + ((),)


def test_html_is_taken_out(server: PoliceServer) -> None:
    server.details[WARD] = {
        "name": "<script>alert(1)</script>St Mary&#39;s &amp; <b>St James</b>\u202e\n",
        "contact_details": {
            "email": "<a href='mailto:a.snt@met.police.uk'>a.snt@met.police.uk</a>",
            "telephone": "Call <b>020 8721 2876</b> ext 12 <script>",
            "web": "https://met.police.uk/<script>alert(1)</script>",
        },
    }
    found = team(server)
    assert found.name == "alert(1) St Mary's & St James"
    assert found.email == "a.snt@met.police.uk"
    assert found.telephone == "020 8721 2876 ext 12"
    assert "<" not in repr(asdict(found))


def test_only_links_to_the_web_are_kept(server: PoliceServer) -> None:
    found = contacts(
        server,
        web="javascript:alert(1)",
        facebook="http://facebook.com/met",
        youtube="https://youtube.com/met",
        twitter="@MetTeam",
        blog="data:text/html,x",
        rss="ftp://met.police.uk",
        forum='https://x.org/"onclick=alert(1)',
    )
    assert found.social == ("http://facebook.com/met", "https://youtube.com/met")
    assert found.web == "https://www.met.police.uk/area/E05009317"  # the force's own page of it


@pytest.mark.parametrize(
    ("contact", "person"),
    [
        ("jane.doe@met.police.uk", "Jane Doe"),
        ("Jane.Doe@met.police.uk", "PC Jane DOE"),
        ("j.doe@met.police.uk", "Jane Doe"),
        ("jdoe@met.police.uk", "PCSO Jane Doe"),
        ("doe.j@met.police.uk", "Jane Doe"),
        ("https://twitter.com/pcjanedoe", "Jane Doe"),
        ("doe@met.police.uk", "Sgt Doe"),
    ],
)
def test_a_contact_that_is_someones_name_is_not_the_teams(
    server: PoliceServer, contact: str, person: str
) -> None:
    server.people[WARD] = [{"name": person, "rank": "PC"}]
    found = contacts(server, email=contact, twitter=contact)
    assert "doe" not in repr(asdict(found)).casefold()


@pytest.mark.parametrize(
    ("contact", "person"),
    [
        ("campden.snt@met.police.uk", "PC Alan Campden"),  # the ward's name
        ("vincentsquare.snt@met.police.uk", "Ann Vincent"),
        ("campden.snt@met.police.uk", "PC"),
        ("campden.snt@met.police.uk", ""),
        ("campden.snt@met.police.uk", None),
    ],
)
def test_a_teams_contact_stays(server: PoliceServer, contact: str, person: Any) -> None:
    server.people[WARD] = [{"name": person, "rank": "PC"}]
    assert contacts(server, email=contact).email == contact


# --- Names, for whoever asks


def test_a_live_team_has_names(server: PoliceServer) -> None:
    live = police_uk.live_team(WARD, timeout_s=8)
    assert live.team.constables == 2
    assert live.people[0].name == "Zebedee QuillfeatherE05009317x0"
    assert live.people[0].rank == "PC"
    assert not PRIVATE.search(repr(live))  # not in a log or traceback


def test_a_live_team_says_what_it_works_on_and_what_is_next(server: PoliceServer) -> None:
    live = police_uk.live_team(WARD, timeout_s=8)
    assert live.priorities == (
        Priority("Moped theft", "", date(2026, 10, 1)),
        Priority("Burglary in Campden 0", "Patrols & advice", date(2024, 3, 5)),
    )
    assert live.events == (
        Event("Ward panel", "Meet the team", "Campden 0 library", date(2999, 1, 31)),
    )


@pytest.mark.parametrize("broken", [{"error": 1}, [1], "no"])
def test_a_team_is_told_without_what_it_works_on(server: PoliceServer, broken: Any) -> None:
    server.priorities[WARD] = broken
    server.fail(f"{WARD}/events", status(500))
    live = police_uk.live_team(WARD, timeout_s=8)
    assert live.team.constables == 2
    assert live.priorities is live.events is None


def test_priorities_and_events_that_say_nothing_are_left_out(server: PoliceServer) -> None:
    server.priorities[WARD] = [
        {"issue": None}, {"issue": "<p> </p>"}, {"issue": "x" * 9000, "issue-date": "soon"},
    ]  # fmt: skip
    server.events[WARD] = [{"title": "No day"}, {"title": "Bad", "start_date": "2999-99-99"}]
    live = police_uk.live_team(WARD, timeout_s=8)
    assert live.priorities == (Priority("x" * police_uk.LONGEST_TEXT, "", None),)
    assert live.events == ()


def test_a_live_team_is_found_by_its_code_with_an_n(server: PoliceServer) -> None:
    server.wards.append({"id": "E05009390N", "name": "A ward"})
    team = police_uk.live_team("E05009390", timeout_s=8).team
    assert (team.police_id, team.ward_code) == ("E05009390N", "E05009390")
    assert server.requests[:2] == ["E05009390", "E05009390N"]
    assert sorted(server.requests[2:]) == [
        "E05009390N/events", "E05009390N/people", "E05009390N/priorities",
    ]  # fmt: skip


def test_a_ward_that_the_service_has_not_is_told_from_a_fault(server: PoliceServer) -> None:
    with pytest.raises(NotThereError, match="found HTTP 404"):
        police_uk.live_team("E05999999", timeout_s=8)
    assert server.requests == ["E05999999", "E05999999N"]
    server.fail(WARD, status(500))
    with pytest.raises(DownloadError, match="found HTTP 500") as raised:
        police_uk.live_team(WARD, timeout_s=8)
    assert not isinstance(raised.value, NotThereError)


def test_names_are_plain_text(server: PoliceServer) -> None:
    server.people[WARD] = [{"name": "<script>alert(1)</script>J<b>", "rank": "<i>PC</i>"}]
    (person,) = police_uk.live_team(WARD, timeout_s=8).people
    assert (person.name, person.rank) == ("alert(1) J", "PC")


def test_a_live_team_comes_in_time_or_not_at_all(server: PoliceServer) -> None:
    server.fail(PEOPLE, serving.drip_headers)
    start = time.monotonic()
    with pytest.raises(DownloadError, match="no whole answer within"):
        police_uk.live_team(WARD, timeout_s=6)
    assert time.monotonic() - start < 6
    assert server.requests.count(PEOPLE) == 1  # asked once


@pytest.mark.parametrize("police_id", ["", "../x", "a/b", "E05 ", "x" * 41, "E05?x", "é", "E05\n"])
def test_what_is_no_id_is_not_asked_for(server: PoliceServer, police_id: str) -> None:
    with pytest.raises(BcuMapError, match="is no id of a team"):
        police_uk.live_team(police_id, timeout_s=1)
    assert server.requests == []


# --- Faults that pass

PASSING: dict[str, Fault] = {
    "429": status(429),
    "500": status(500),
    "503 in HTML": status(503, Content_Type="text/html"),
    "truncated JSON": serving.truncated,
    "fewer bytes than promised": serving.cut_short,
    "HTML": serving.body(b"<html><body>Please wait</body></html>"),
    "nothing": serving.body(b""),
    "a number": serving.body(b"5"),
    "null": serving.body(b"null"),
    "a list of nulls": serving.body(b"[null]"),
    "nested too deep": serving.body(b"[" * 100_000),
    "connection reset": serving.reset,
    "not gzip as said": status(200, Content_Encoding="gzip"),
}


@pytest.mark.parametrize("path", ["neighbourhoods", WARD, PEOPLE])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_fault_costs_one_more_request(
    server: PoliceServer, api: PoliceApi, path: str, fault: Fault
) -> None:
    if fault is PASSING["nested too deep"]:
        gc.collect()  # what earlier tests left is not to be found at the bottom of the recursion
    server.fail(path, fault)
    assert len(api.neighbourhoods()) == 12
    assert api.team(WARD).people_total == 6
    assert server.turns == {"neighbourhoods": 1, WARD: 1, PEOPLE: 1} | {path: 2}


@pytest.mark.parametrize("fault", [serving.stall, serving.drip_headers])
def test_a_slow_server_is_asked_again(server: PoliceServer, fault: Fault) -> None:
    server.fail(PEOPLE, fault)
    assert team(server, limits=replace(LIMITS, read_s=0.2, deadline_s=0.4)).people_total == 6
    assert server.turns[PEOPLE] == 2


def test_another_team_than_asked_for_is_not_taken(server: PoliceServer) -> None:
    server.fail(WARD, serving.body(b'{"id": "E05009999", "name": "Elsewhere"}'))
    assert team(server).name == "Campden 0"
    assert server.turns[WARD] == 2


def test_a_lasting_fault_is_given_up_and_named(server: PoliceServer) -> None:
    server.fail(PEOPLE, status(503), range(1, 9))
    with pytest.raises(DownloadError) as caught:
        team(server)
    found = f"{server.url}/metropolitan/{PEOPLE}: found HTTP 503, expected 200; asked 3 times"
    assert str(caught.value).startswith(found)
    assert server.turns[PEOPLE] == 3


@pytest.mark.parametrize("fault", [status(404), status(302, Location="/x"), serving.endless])
def test_what_will_not_pass_is_asked_once(server: PoliceServer, fault: Fault) -> None:
    server.fail(PEOPLE, fault)
    with pytest.raises(DownloadError):
        team(server)
    assert server.turns[PEOPLE] == 1


def test_a_service_that_cannot_be_reached_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # not listening: refuses
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api"
        with (
            police_uk.opened(url=url, limits=LIMITS) as api,
            pytest.raises(DownloadError, match=r"neighbourhoods: found .*refused.*asked 3 times"),
        ):
            api.neighbourhoods()


def test_an_empty_list_is_no_answer(server: PoliceServer, api: PoliceApi) -> None:
    server.wards = []
    with pytest.raises(DownloadError, match="about 680"):
        api.neighbourhoods()


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_no_error_names_anyone(
    server: PoliceServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.fail(PEOPLE, fault, range(1, 9))
    with pytest.raises(DownloadError) as caught:
        team(server)
    assert not PRIVATE.search(str(caught.value))
    assert not PRIVATE.search(caplog.text)


# --- The service's own limit


def test_retry_after_is_honoured_by_all_threads(server: PoliceServer) -> None:
    server.fail(WARD, status(429, Retry_After="1"))
    slow = RateLimiter(per_s=50, burst=1)
    with police_uk.opened(limits=LIMITS, limiter=slow) as api, ThreadPoolExecutor(4) as pool:
        list(pool.map(api.team, [ward["id"] for ward in server.wards]))
    refused = server.times[server.requests.index(WARD)]
    later = [when for when in server.times if when > refused + 0.2]  # than those under way
    assert min(later) - refused > 0.95
    assert server.turns[WARD] == 2


def test_a_server_that_limits_alike_never_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as quick as the real one, with answers that take a while."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    wards = [fake.neighbourhood(number) for number in range(100)]
    with fake.running(wards=wards, per_s=150, burst=30, latency_s=0.03) as server:
        limits = RateLimiter(per_s=150)
        with (
            police_uk.opened(url=server.url, limiter=limits) as api,
            ThreadPoolExecutor(16) as pool,
        ):
            start = time.monotonic()
            list(pool.map(api.team, [ward["id"] for ward in wards]))
            taken = time.monotonic() - start
    assert server.violations == 0
    assert taken > (200 - 10) / 150


def test_a_server_that_allows_less_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with (
        fake.running(per_s=20, burst=12) as server,
        police_uk.opened(url=server.url, limiter=RateLimiter(per_s=100)) as api,
    ):
        found = [api.team(ward["id"]) for ward in server.wards]
    assert len(found) == 12
    assert 0 < server.violations < 8


def test_closing_lets_no_one_wait(server: PoliceServer) -> None:
    server.fail(WARD, status(429, Retry_After="60"))
    with ThreadPoolExecutor(1) as pool:
        with police_uk.opened(limits=replace(LIMITS, backoff_max_s=60)) as api:
            asked = pool.submit(api.team, WARD)
            _until(lambda: bool(server.turns))
        with pytest.raises(DownloadError, match="nobody waits"):
            asked.result(timeout=5)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert true()


def test_the_day_is_that_of_the_answer(server: PoliceServer, api: PoliceApi) -> None:
    found = replace(api, today=lambda: date(2026, 9, 30)).team(WARD)
    assert found.fetched_on == date(2026, 9, 30)
