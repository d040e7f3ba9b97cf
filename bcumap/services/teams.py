"""Fetches the teams of all wards into one CSV, and goes on where it was interrupted.

Never writes who the people of a team are: a `Team` does not know.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from bcumap.base.errors import BcuMapError, DownloadError
from bcumap.base.files import beside
from bcumap.base.safe import spreadsheet_safe
from bcumap.base.schema import FAILED, FETCHED, NOT_LISTED, TEAM_RANKS
from bcumap.services import journal
from bcumap.services.police_uk import CONNECTIONS, Neighbourhood, PoliceApi, Team

COUNTS = (*TEAM_RANKS, "people_total")
COLUMNS = (
    "ward_code", "police_id", "ward", "status", "fetched_on", *COUNTS,
    "email", "telephone", "mobile", "web", "social", "source",
)  # fmt: skip
GIVE_UP_AFTER = 20  # wards that fail one after another: the service is gone, not a ward


@dataclass
class Fetched:
    """What a fetch of teams brought.

    Attributes
    ----------
    on
        The day on which it began.
    teams
        By the code of their ward.
    failed
        Why the service gave no team, by the code of the ward, though it lists it.
    not_listed
        Wards of ours that the service does not list.
    others
        What the service lists and is no ward of ours, or one twice.
    resumed
        How many teams an earlier run had left.
    discarded
        Why what an earlier run had left was not used; "" if it was, or if there was nothing.
    """

    on: date
    source: str
    wards: int
    teams: dict[str, Team] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    not_listed: list[str] = field(default_factory=list)
    others: list[Neighbourhood] = field(default_factory=list)
    resumed: int = 0
    discarded: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many people are listed, by the kind of their rank and in all."""
        return {kind: sum(getattr(team, kind) for team in self.teams.values()) for kind in COUNTS}


def fetch(
    api: PoliceApi,
    wards: Collection[str],
    out: Path,
    *,
    now: datetime,
    tell: Callable[[int, int], None],
) -> Fetched:
    """Fetch the team of every ward and write a table of them.

    A finished ward is kept in a journal beside `out` and not asked for again by the next call, if
    that comes within a day. At the end the table replaces `out` and the journal is removed.

    Parameters
    ----------
    api
        The service.
    wards
        Codes of the wards to fetch, and to have a row each.
    out
        The CSV to write; see docs/data.md for its columns.
    now
        The time (UTC).
    tell
        Called with (wards done, wards to do) for each ward.

    Raises
    ------
    DownloadError
        If the service does not answer at all, or no longer; the journal keeps what it gave.
    BcuMapError
        If `out` cannot be written.
    """
    _check_target(out)
    asked, others = _sort(api.neighbourhoods(), wards)
    result = Fetched(now.date(), api.address(), len(wards), others=others)
    result.not_listed = sorted(set(wards) - set(asked))
    if not asked:
        raise DownloadError(
            f"{result.source}: found none of our {len(wards)} wards among {len(others)} listed;"
            " expected most of them: is geodata/ of another edition?"
        )
    with journal.opened(_journal_of(out), of=_mark(api.url, asked), now=now) as kept:
        result.teams = {team.ward_code: team for team in map(_restored, kept.entries)}
        result.resumed, result.discarded = len(result.teams), kept.discarded
        _fetch_rest(api, asked, result, kept, tell)
        _write(out, _rows(result, sorted(wards), asked, api))
        kept.remove()
    return result


def _check_target(out: Path) -> None:
    """Raise if the table cannot be written there, before anything is asked."""
    if out.suffix.casefold() != ".csv":
        raise BcuMapError(f"{out}: is not named as a CSV; give --out FILE.csv")
    if out.is_dir():
        raise BcuMapError(f"{out}: is a folder; name the file to write")
    if not out.parent.is_dir():
        raise BcuMapError(f"{out.parent}: there is no such folder to write to; make it first")


def _journal_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.part")


def _sort(
    listed: Iterable[Neighbourhood], wards: Collection[str]
) -> tuple[dict[str, Neighbourhood], list[Neighbourhood]]:
    """Tell the neighbourhoods that are our wards, each once, from the others."""
    ours: dict[str, Neighbourhood] = {}
    others: list[Neighbourhood] = []
    for each in listed:
        if each.ward_code in wards and each.ward_code not in ours:
            ours[each.ward_code] = each
        else:
            others.append(each)
    return ours, others


def _mark(url: str, asked: Mapping[str, Neighbourhood]) -> str:
    """What is the same for two runs that ask the same service for the same."""
    ids = sorted(each.police_id for each in asked.values())
    known = [each.name for each in fields(Team)]
    return hashlib.sha256(repr((url, known, ids)).encode()).hexdigest()


# --- Fetching


def _fetch_rest(
    api: PoliceApi,
    asked: Mapping[str, Neighbourhood],
    result: Fetched,
    kept: journal.Journal,
    tell: Callable[[int, int], None],
) -> None:
    """Ask for the teams that are not there yet and put them into the result and the journal."""
    rest = [code for code in asked if code not in result.teams]
    tell(len(result.teams), len(asked))
    in_a_row = 0
    with _threads() as pool:
        coming = {pool.submit(api.team, asked[code].police_id): code for code in rest}
        for done in _as_they_come(coming):
            fault = _take(done, coming[done], result, kept)
            in_a_row = in_a_row + 1 if fault else 0
            if in_a_row == min(GIVE_UP_AFTER, len(asked)):
                raise DownloadError(
                    f"{fault}; {in_a_row} wards failed in a row and {len(result.teams)} are kept:"
                    " the same command goes on from there within a day"
                )
            tell(len(result.teams) + len(result.failed), len(asked))


def _as_they_come(futures: Collection[Future[Team]]) -> Iterator[Future[Team]]:
    """Give each when it is done, in that order; `as_completed` mixes those done before it began."""
    done: SimpleQueue[Future[Team]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    return (done.get() for _ in futures)


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Start threads; whoever leaves does not wait for the answers that are still to come."""
    pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="police")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take(done: Future[Team], code: str, result: Fetched, kept: journal.Journal) -> str:
    """Put an answer into the result and the journal; return why there is none, or ""."""
    try:
        team = done.result()
    except DownloadError as error:
        result.failed[code] = str(error)
        return str(error)
    kept.add(asdict(team) | {"fetched_on": team.fetched_on.isoformat()})
    result.teams[code] = team
    return ""


def _restored(entry: journal.Entry) -> Team:
    """Make a team from its line in the journal."""
    told: dict[str, Any] = {**entry}
    told["fetched_on"] = date.fromisoformat(told["fetched_on"])
    told["social"] = tuple(told["social"])
    return Team(**told)


# --- Writing


def _rows(
    result: Fetched, wards: Iterable[str], asked: Mapping[str, Neighbourhood], api: PoliceApi
) -> Iterator[dict[str, str]]:
    """A row for each ward; what is not known of it is empty."""
    for code in wards:
        row = {"ward_code": code, "fetched_on": result.on.isoformat()}
        if code not in asked:
            yield row | {"status": NOT_LISTED, "source": api.address("neighbourhoods")}
            continue
        each = asked[code]
        row |= {"police_id": each.police_id, "ward": each.name}
        row |= {"status": FAILED, "source": api.address(each.police_id)}
        if code in result.teams:
            row |= {"status": FETCHED, **_cells(result.teams[code], each)}
        yield row


def _cells(team: Team, listed: Neighbourhood) -> dict[str, str]:
    """What is known of a team, as text."""
    told = {name: str(getattr(team, name)) for name in COLUMNS if hasattr(team, name)}
    return told | {"ward": team.name or listed.name, "social": " ".join(team.social)}


def _write(out: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write the table whole or not at all, with no cell that a spreadsheet would work out."""
    with beside(out) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(
            {name: spreadsheet_safe(text) for name, text in row.items()} for row in rows
        )
