"""Asks data.police.uk for the Met's neighbourhood teams; never writes, never keeps who they are.

The service: data.police.uk/docs. It has no key and allows 15 requests a second, 30 at once.
"""

from __future__ import annotations

import logging
import math
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter

from bcumap.base import __version__
from bcumap.base.errors import BcuMapError, DownloadError, NotThereError
from bcumap.base.safe import plain, web_link
from bcumap.services import http as asking
from bcumap.services.http import Limits, PassingError

API_URL = "https://data.police.uk/api"
FORCE = "metropolitan"
RATE_PER_S = 15.0  # what the service allows
# Of the 30 requests that it allows at once we use 10: the network may bunch some, and a fetch that
# is killed and started again would find its bucket anything but full.
BURST = 10
CONNECTIONS = 16  # enough for the rate while an answer takes less than a second
LIMITS = Limits(
    connect_s=10,
    read_s=20,
    deadline_s=40,
    attempts=5,
    backoff_min_s=1,
    backoff_max_s=300,  # a longer Retry-After is not waited for in full
    max_bytes=2_000_000,  # the longest answer, the list, is about 40 KB
)

LONGEST_TEXT = 400  # of a priority or event: the most letters of each text
MOST_TOLD = 5  # priorities, and events
POLICE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
TELEPHONE = re.compile(r"\+?\(?\d[\d ()-]+\d(?: ?(?:ext|x)\.? ?\d+)?", re.ASCII)
TITLES = frozenset(
    ("pc", "pcso", "ps", "sgt", "sergeant", "insp", "inspector", "dc", "ds", "dwo", "constable",
     "officer", "mr", "mrs", "ms", "miss", "dr")
)  # fmt: skip
# The kinds of rank that are counted, in the order in which a rank is tried; others are "other".
RANKS = {
    "pcsos": re.compile(r"\bpcso\b|community support"),
    "other_ranks": re.compile(r"\bspecial\b"),
    "sergeants": re.compile(r"sergeant|\bp?sgt\b|\bps\b|\bds\b"),
    "constables": re.compile(r"constable|\bpc\b|\bdc\b|\bdwo\b"),
}

Json = dict[str, Any]
T = TypeVar("T")
log = logging.getLogger(__name__)


# --- What is known of a team


@dataclass(frozen=True)
class Neighbourhood:
    """A neighbourhood that the service lists, and the ward that it is."""

    police_id: str  # what the service calls it
    name: str

    @property
    def ward_code(self) -> str:
        """The GSS code of the ward."""
        return ward_code(self.police_id)


@dataclass(frozen=True, kw_only=True)
class Team:
    """A ward's team as the service describes it, without anything about its individuals.

    Attributes
    ----------
    name
        The ward's name as the service has it, "" if it gives none; so are the contacts.
    social
        Other links of the team, http or https.
    constables, pcsos, sergeants, other_ranks
        How many people of such ranks are listed.
    fetched_on
        The day that it was asked (UTC).
    """

    police_id: str
    name: str
    fetched_on: date
    constables: int = 0
    pcsos: int = 0
    sergeants: int = 0
    other_ranks: int = 0
    email: str = ""
    telephone: str = ""
    mobile: str = ""
    web: str = ""
    social: tuple[str, ...] = ()

    @property
    def ward_code(self) -> str:
        """The GSS code of the ward."""
        return ward_code(self.police_id)

    @property
    def people_total(self) -> int:
        """How many people are listed."""
        return self.constables + self.pcsos + self.sergeants + self.other_ranks


@dataclass(frozen=True)
class Person:
    """Someone of a team, to be shown to whoever asks, and never to be kept."""

    name: str = field(repr=False)  # so that no log or traceback shows it
    rank: str


@dataclass(frozen=True)
class Priority:
    """What a team says it works on.

    Attributes
    ----------
    action
        What it did or will do about it, "" if it does not say.
    since
        The day that it was set, if that is said.
    """

    issue: str
    action: str
    since: date | None


@dataclass(frozen=True)
class Event:
    """A meeting or other event of a team."""

    title: str
    description: str
    address: str
    on: date


@dataclass(frozen=True)
class Live:
    """A team as the service describes it just now, to be shown to whoever asks and never kept.

    Attributes
    ----------
    priorities, events
        The newest priorities, and the events that are still to come; None where the service gave
        no usable answer.
    """

    team: Team
    people: tuple[Person, ...]
    priorities: tuple[Priority, ...] | None
    events: tuple[Event, ...] | None


def ward_code(police_id: str) -> str:
    """Return the GSS code of an id, which is that code, in some cases with an N after it."""
    return police_id.removesuffix("N")


# --- Asking


class RateLimiter:
    """A token bucket: lets `burst` requests go at once and then `per_s` in a second.

    It is kept as one number, the time at which the bucket will be full again, and may be shared by
    threads.
    """

    def __init__(
        self,
        *,
        per_s: float = RATE_PER_S,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token_s = 1 / per_s
        self._depth_s = burst / per_s
        self._clock, self._sleep = clock, sleep
        self._full_at = clock()
        self._lock = threading.Lock()

    def wait(self, *, at_most_s: float = math.inf) -> None:
        """Take a token, when there is one.

        Raises
        ------
        PassingError
            At once, and without taking one, if that would be later than `at_most_s`.
        """
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at, now) + self._token_s
            pause_s = full_at - now - self._depth_s
            if pause_s > at_most_s:
                raise PassingError(f"found that all requests of the next {pause_s:.0f} s are taken")
            self._full_at = full_at
        if pause_s > 0:
            self._sleep(pause_s)

    def hold(self, seconds: float) -> None:
        """Give no token for so long, because the service said so, and then one at a time."""
        with self._lock:
            full_at = self._clock() + seconds + self._depth_s - self._token_s
            self._full_at = max(self._full_at, full_at)


@dataclass(frozen=True)
class PoliceApi:
    """The service, asked through one session, at one rate, by any number of threads."""

    url: str
    session: requests.Session
    limits: Limits
    limiter: RateLimiter
    patience_s: float = math.inf  # how long a request may wait for its turn
    sleep: Callable[[float], None] = time.sleep
    today: Callable[[], date] = lambda: datetime.now(UTC).date()

    def address(self, *parts: str) -> str:
        """Return where the service keeps something of the Met's."""
        return "/".join((self.url.rstrip("/"), FORCE, *parts))

    def neighbourhoods(self) -> list[Neighbourhood]:
        """List the neighbourhoods, about 680, in the order of the service.

        Raises
        ------
        DownloadError
            If there is no usable answer, or it lists nobody.
        """
        return self._ask(self.address("neighbourhoods"), _read_neighbourhoods)

    def team(self, police_id: str) -> Team:
        """Ask for a team and its people, count these by rank and forget them.

        Raises
        ------
        DownloadError
            If there is no usable answer to one of the two requests.
        """
        detail = self._detail(police_id)
        return _team(police_id, detail, self._of(police_id, "people", _read_people), self.today())

    def live(self, police_id: str) -> Live:
        """Ask for a team, its people, and what it works on; for who must name them.

        What follows the description is asked for at once; a team without priorities or events is
        told all the same.

        Raises
        ------
        DownloadError
            As `team` does.
        """
        detail, today = self._detail(police_id), self.today()
        with ThreadPoolExecutor(3) as pool:
            people = pool.submit(self._of, police_id, "people", _read_people)
            priorities = pool.submit(self._of, police_id, "priorities", _read_priorities)
            coming = partial(_read_events, today=today)
            events = pool.submit(self._of, police_id, "events", coming)
        who = people.result()
        return Live(
            _team(police_id, detail, who, today), who, _if_told(priorities), _if_told(events)
        )

    def _detail(self, police_id: str) -> Json:
        if not POLICE_ID.fullmatch(police_id):
            raise BcuMapError(f"{police_id[:40]!r} is no id of a team; expected one like E05013653")
        return self._ask(self.address(police_id), partial(_read_detail, police_id=police_id))

    def _of(self, police_id: str, what: str, read: Callable[[Any], T]) -> T:
        return self._ask(f"{self.address(police_id)}/{what}", read)

    def _ask(self, url: str, read: Callable[[Any], T]) -> T:
        """What `read` makes of an answer, asked for again while a fault may pass."""
        retrying = asking.retrying(self.limits, sleep=self.sleep)
        try:
            return retrying(lambda: read(asking.parse(self._body(url))))
        except PassingError as error:
            asked = f"asked {self.limits.attempts} times" if self.limits.attempts > 1 else "asked"
            raise DownloadError(f"{url}: {error}; {asked}; try again later") from error
        except DownloadError as error:
            told = f"{url}: {error}; open that address to see what it says"
            raise type(error)(told) from error

    def _body(self, url: str) -> bytes:
        """Ask once, when it is this request's turn."""
        self.limiter.wait(at_most_s=self.patience_s)
        try:
            return asking.body(self.session, url, self.limits)
        except PassingError as error:
            if error.wait_s is not None:
                self.limiter.hold(min(error.wait_s, self.limits.backoff_max_s))
            raise


@contextmanager
def opened(
    *,
    url: str | None = None,
    limits: Limits = LIMITS,
    limiter: RateLimiter | None = None,
    patience_s: float = math.inf,
) -> Iterator[PoliceApi]:
    """Open the service; at the end close its connections and let nobody wait for it any longer.

    Parameters
    ----------
    url
        Its address [BCUMAP_POLICE_API, or data.police.uk].
    limits
        Time, attempts and size allowed.
    limiter
        Who says when to ask [one of its own].
    patience_s
        How long a request may wait for its turn.
    """
    closed = threading.Event()

    def sleep(seconds: float) -> None:
        if closed.wait(seconds):
            raise DownloadError("found that nobody waits for the answer any longer")

    with requests.Session() as session:
        session.headers["User-Agent"] = f"bcumap/{__version__}"
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # shared by threads
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS))
        limiter = limiter or RateLimiter(per_s=_rate_per_s(), sleep=sleep)
        try:
            yield PoliceApi(url or _address(), session, limits, limiter, patience_s, sleep)
        finally:
            closed.set()


def _address() -> str:
    return os.environ.get("BCUMAP_POLICE_API") or API_URL


def _rate_per_s() -> float:
    """The rate of the service; only one that stands in for it may be asked more quickly."""
    if _address() == API_URL:
        return RATE_PER_S
    try:
        rate = float(os.environ.get("BCUMAP_POLICE_RATE", RATE_PER_S))
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise BcuMapError("BCUMAP_POLICE_RATE is no number of requests a second; expected 15 or so")
    return rate


_live_limiter = RateLimiter()  # all visitors of a process share what the service allows it


def live_team(ward_code: str, *, timeout_s: float) -> Live:
    """Ask once for a ward's team with the names of its people, to be shown and never to be kept.

    Parameters
    ----------
    ward_code
        The GSS code of the ward; the service calls some wards by their code with an N after it.
    timeout_s
        After so many seconds there is an error instead of an answer.

    Raises
    ------
    NotThereError
        If the service has no such ward.
    DownloadError
        If there is no usable answer in that time.
    BcuMapError
        If that is no code.
    """
    each_s = timeout_s / 6  # three requests after one another, each with a wait for its turn
    limits = replace(LIMITS, attempts=1, connect_s=each_s, read_s=each_s, deadline_s=each_s)
    with opened(limits=limits, limiter=_live_limiter, patience_s=each_s) as api:
        try:
            return api.live(ward_code)
        except NotThereError:
            return api.live(f"{ward_code}N")


# --- Reading the answers. Messages never quote an answer, because it may name people.


def _objects(answer: Any, what: str) -> list[Json]:
    """Give the list of objects that an answer must be."""
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        raise PassingError(f"found broken JSON or no list, expected a list of {what}")
    return answer


def _read_neighbourhoods(answer: Any) -> list[Neighbourhood]:
    """Neighbourhoods with a usable id; the others are left to be missed."""
    found = [
        Neighbourhood(police_id, plain(item.get("name")))
        for item in _objects(answer, "neighbourhoods")
        if isinstance(police_id := item.get("id"), str) and POLICE_ID.fullmatch(police_id)
    ]
    if len(found) < len(answer):
        log.warning("%d neighbourhoods are listed without a usable id", len(answer) - len(found))
    if not found:
        raise DownloadError("found a list of nothing, expected about 680 neighbourhoods")
    return found


def _read_detail(answer: Any, police_id: str) -> Json:
    """The description of a team, which must be the one that was asked for."""
    if not isinstance(answer, dict):
        raise PassingError("found broken JSON or no object, expected a description of a team")
    if ward_code(str(answer.get("id"))) != ward_code(police_id):
        raise PassingError(f"found another team than {police_id}, expected that one")
    return answer


def _read_people(answer: Any) -> tuple[Person, ...]:
    """The people of a team; their biographies and own contacts end here."""
    items = _objects(answer, "people")
    return tuple(Person(plain(item.get("name")), plain(item.get("rank"))) for item in items)


def _if_told(answer: Future[T]) -> T | None:
    try:
        return answer.result()
    except DownloadError:
        return None


def _read_priorities(answer: Any) -> tuple[Priority, ...]:
    """The newest priorities, first the newest; one that says nothing is left out."""
    told = [
        Priority(
            plain(item.get("issue"), length=LONGEST_TEXT),
            plain(item.get("action"), length=LONGEST_TEXT),
            _day(item.get("issue-date")),
        )
        for item in _objects(answer, "priorities")
    ]
    newest = sorted(told, key=lambda each: each.since or date.min, reverse=True)
    return tuple(each for each in newest if each.issue)[:MOST_TOLD]


def _read_events(answer: Any, *, today: date) -> tuple[Event, ...]:
    """The events that are still to come, the next one first."""
    told = [
        Event(
            plain(item.get("title")),
            plain(item.get("description"), length=LONGEST_TEXT),
            plain(item.get("address")),
            on,
        )
        for item in _objects(answer, "events")
        if (on := _day(item.get("start_date"))) and on >= today
    ]
    return tuple(sorted(told, key=lambda each: each.on))[:MOST_TOLD]


def _day(text: object) -> date | None:
    """The day of a time as the service writes it."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _team(police_id: str, detail: Json, people: Iterable[Person], today: date) -> Team:
    """Put together what may be kept of a team."""
    contacts = detail.get("contact_details")
    contacts = contacts if isinstance(contacts, dict) else {}
    name = plain(detail.get("name"))
    names = [person.name for person in people]

    def kept(value: str) -> str:
        return "" if any(names_someone(value, each, ward=name) for each in names) else value

    links = {key: kept(web_link(value)) for key, value in contacts.items()}
    web = links.pop("web", "") or kept(web_link(detail.get("url_force")))
    return Team(
        police_id=police_id,
        name=name,
        fetched_on=today,
        email=kept(_first(EMAIL, contacts.get("email"))),
        telephone=kept(_first(TELEPHONE, contacts.get("telephone"))),
        mobile=kept(_first(TELEPHONE, contacts.get("mobile"))),
        web=web,
        social=tuple(sorted({link for link in links.values() if link} - {web})),
        **Counter(_kind(person.rank) for person in people),
    )


def _first(pattern: re.Pattern[str], text: object) -> str:
    """The first thing in a text that looks as expected; "" if there is none."""
    found = pattern.search(plain(text))
    return found.group() if found else ""


def _kind(rank: str) -> str:
    """The column that counts a rank."""
    kinds = (kind for kind, pattern in RANKS.items() if pattern.search(rank.casefold()))
    return next(kinds, "other_ranks")


def names_someone(contact: str, person: str, *, ward: str) -> bool:
    """Whether a team's contact is made of a person's name, as jane.doe@ or /pcjanedoe.

    Parameters
    ----------
    ward
        The ward's name: its words are no one's, as in stjames@.
    """
    words = [word for word in _words(person) if len(word) > 1 and word not in TITLES]
    if not words or not contact:
        return False
    first, last = words[0], words[-1]
    whole = len(words) > 1 and all(word in contact.casefold() for word in words)
    parts = set(_words(contact)) - set(_words(ward))
    return whole or not parts.isdisjoint({last, first[0] + last, last + first[0]})


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
