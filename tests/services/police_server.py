"""data.police.uk on loopback, with its rate limit, told ward by ward how to misbehave.

Answers have the shapes of the recorded ones; the names of people are made up, and each is unlike
anything else that is sent, so that a search for them finds them wherever they went.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.services.serving import Fault, Handler, State, served

LIST = "neighbourhoods"
RANKS = ("PC", "PC", "PCSO", "Sergeant", "Inspector", None)


def neighbourhood(number: int) -> dict[str, Any]:
    """One of the list; some ids have an N, some names an apostrophe."""
    names = ("Campden", "Earl's Court", "St Mary's & St James")
    code = f"E0500{9317 + number}{'N' if number % 5 == 3 else ''}"
    return {"id": code, "name": f"{names[number % 3]} {number}"}


def detail(listed: dict[str, Any]) -> dict[str, Any]:
    """What the service says of a team: HTML, numbers as text, coordinates that are null."""
    here = f"https://www.met.police.uk/area/{listed['id']}"
    return listed | {
        "description": "<p>Welcome to <b>the team</b>.</p>",
        "url_force": here,
        "population": "13937",
        "centre": {"latitude": "51.4945", "longitude": "-0.132436"},
        "contact_details": {
            "email": f"{listed['id']}.snt@met.police.uk",
            "telephone": "0208 721 2876",
            "twitter": "https://twitter.com/MetTeam",
            "facebook": "javascript:alert(1)",
        },
        "links": [{"title": None, "url": here, "description": None}],
        "locations": [{"type": "station", "latitude": None, "longitude": None}],
    }


def people(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """The people of a team, one of each of RANKS."""
    return [
        {
            "name": f"Zebedee Quillfeather{listed['id']}x{number}",
            "rank": rank,
            "bio": "<p>Likes zucchetto hats</p>" if number else None,
            "contact_details": {"email": f"zq{number}@private.example"} if number else {},
        }
        for number, rank in enumerate(RANKS)
    ]


def priorities(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """What a team works on: HTML, the oldest first, some without an action."""
    return [
        {
            "issue": f"<p>Burglary in {listed['name']}</p>",
            "issue-date": "2024-03-05T00:00:00",
            "action": "<p>Patrols &amp; advice</p>",
            "action-date": "2024-06-01T00:00:00",
        },
        {"issue": "<p>Moped theft</p>", "issue-date": "2026-10-01T00:00:00", "action": None},
    ]


def events(listed: dict[str, Any]) -> list[dict[str, Any]]:
    """A meeting long past, and one that is still to come."""
    return [
        {
            "title": title,
            "description": "<p>Meet the team</p>",
            "address": f"{listed['name']} library",
            "type": "meeting",
            "start_date": start,
            "end_date": None,
            "contact_details": {},
        }
        for title, start in (("Ward panel", "2999-01-31T18:30:00"), ("Old", "2019-01-01T10:00:00"))
    ]


PRIVATE = re.compile(r"zebedee|quillfeather|zucchetto|private\.example|zq\d", re.IGNORECASE)


# --- The server


@dataclass
class PoliceServer(State):
    """What the server has, how it misbehaves (`faults`, by path and turn) and what it saw."""

    wards: list[dict[str, Any]] = field(
        default_factory=lambda: [neighbourhood(number) for number in range(12)]
    )
    per_s: float = 1000.0
    burst: int = 1000
    latency_s: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)  # by id, instead of the usual ones
    people: dict[str, Any] = field(default_factory=dict)
    priorities: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Any] = field(default_factory=dict)
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    violations: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    turns: Counter[str] = field(default_factory=Counter)
    tokens: float = -1.0
    filled: float = 0.0

    def fail(self, path: str, fault: Fault, turns: Iterable[int] = (1,)) -> None:
        """Answer a path ("E05009317/people") with a fault at its first turn, or at these."""
        self.faults.update({(path, turn): fault for turn in turns})

    def seen(self, path: str) -> tuple[int, bool]:
        """Note a request; give whose turn it is and whether the rate allows it."""
        with self.lock:
            now = time.monotonic()
            full = self.burst if self.tokens < 0 else self.tokens
            self.tokens = min(self.burst, full + (now - self.filled) * self.per_s)
            self.filled = now
            allowed = self.tokens >= 1
            self.tokens -= allowed
            self.violations += not allowed
            self.requests.append(path)
            self.times.append(now)
            self.turns[path] += allowed
            return self.turns[path], allowed

    def answer(self, path: str) -> Any:
        """Answer as a faultless server does; None if there is no such thing."""
        if path == LIST:
            return self.wards
        police_id, _, what = path.partition("/")
        listed = next((ward for ward in self.wards if ward["id"] == police_id), None)
        if listed is None or what not in ("", "people", "priorities", "events"):
            return None
        if what:
            own = getattr(self, what)
            usual = {"people": people, "priorities": priorities, "events": events}[what]
            return own.get(police_id, usual(listed))
        return detail(listed) | self.details.get(police_id, {})


class _Handler(Handler):
    state: PoliceServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/metropolitan/")
        turn, allowed = self.state.seen(path)
        time.sleep(self.state.latency_s)
        answer = self.state.answer(path)
        if not allowed:
            self.answer(429, b"too many", Retry_After="1")
        elif fault := self.state.faults.get((path, turn)):
            fault(self, answer)
        elif answer is None:
            self.answer(404, b"Not Found")
        else:
            self.answer(200, json.dumps(answer).encode())


def running(**settings: Any) -> AbstractContextManager[PoliceServer]:
    """Serve on a free port of loopback until left."""
    return served(PoliceServer(**settings), _Handler, path="/api", waits=False)
