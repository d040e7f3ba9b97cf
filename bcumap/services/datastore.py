"""Fetches the London Datastore's files on crime, survey, strength and ward officers; reads none.

A data set's files have other addresses after each edition, so its list is asked first:
https://data.london.gov.uk/api/v2/dataset/exy3m.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from bcumap.base.errors import DownloadError
from bcumap.services import http as asking
from bcumap.services.http import Limits, PassingError, Published

ADDRESS = "https://data.london.gov.uk"
LIMITS = Limits(deadline_s=300, max_bytes=50_000_000)  # the largest file has 7 MB
BY_HAND = "or save the files by hand and pass them with --demand and --strengths"


@dataclass(frozen=True)
class Wanted:
    """A file of a data set: what its title or name says, and whether nothing goes without it."""

    dataset: str
    page: str  # the data set's, for people
    called: re.Pattern[str]
    is_needed: bool = False
    is_workbook: bool = False


def _called(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CRIME = ("exy3m", "mps-recorded-crime-geographic-breakdown-exy3m")
WANTED: Sequence[Wanted] = (
    Wanted(*_CRIME, _called(r"borough level crime \(historical\)")),
    Wanted(*_CRIME, _called(r"borough level crime \(most recent"), is_needed=True),
    Wanted(*_CRIME, _called(r"ward level crime \(most recent"), is_needed=True),
    Wanted("e7xoj", "police-force-strength-e7xoj", _called(r"force.strength")),
    Wanted("2lz3x", "public-perceptions-of-the-police-2lz3x", _called(r"public.perception")),
    Wanted("e16kd", "e16kd", _called(r"dwo.abstraction"), is_workbook=True),
)


@dataclass(frozen=True)
class Fetched:
    """What was fetched.

    Attributes
    ----------
    files
        CSV files of offences, survey and strength.
    workbook
        The Met's workbook of ward officers, if it is published.
    notes
        What was not to be had.
    """

    files: tuple[Path, ...]
    workbook: Path | None
    notes: tuple[str, ...]


def download_demand(
    folder: Path,
    *,
    address: str | None = None,
    limits: Limits = LIMITS,
    progress: Callable[[str], None] | None = None,
) -> Fetched:
    """Fetch the newest edition of each file of `WANTED` into a folder that exists.

    Parameters
    ----------
    address
        The Datastore's [BCUMAP_DATASTORE, or data.london.gov.uk].
    progress
        Called with the name of each file before it is fetched.

    Raises
    ------
    DownloadError
        If the Datastore gives no usable answer, or has no file of offences where there was one.
    """
    base = (address or os.environ.get("BCUMAP_DATASTORE") or ADDRESS).rstrip("/")
    files: list[Path] = []
    workbook, notes = None, []
    lists: dict[str, list[tuple[str, Published]]] = {}
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        for wanted in WANTED:
            try:
                if wanted.dataset not in lists:
                    lists[wanted.dataset] = _listed(session, base, wanted.dataset, limits)
                chosen = _chosen(lists[wanted.dataset], wanted)
                if progress:
                    progress(chosen.name)
                path = folder / chosen.name
                asking.to_file(session, chosen, path, limits)
            except DownloadError as error:
                if wanted.is_needed:
                    raise DownloadError(f"{error}; {BY_HAND}") from error
                notes.append(f"not fetched, so what is there stays: {error}")
                continue
            if wanted.is_workbook:
                workbook = path
            else:
                files.append(path)
    return Fetched(tuple(files), workbook, tuple(notes))


def _listed(
    session: requests.Session, base: str, dataset: str, limits: Limits
) -> list[tuple[str, Published]]:
    """Ask for the files of a data set: each with its title."""
    url = f"{base}/api/v2/dataset/{dataset}"

    def ask() -> list[tuple[str, Published]]:
        answer = asking.parse(asking.body(session, url, limits))
        if not isinstance(answer, dict):
            raise PassingError("found broken JSON or no object, expected a description of data")
        return list(_files(answer, base, dataset))

    try:
        return asking.retrying(limits)(ask)
    except DownloadError as error:
        raise DownloadError(f"{url}: {error}") from error


def _files(answer: Mapping[str, Any], base: str, dataset: str) -> Iterator[tuple[str, Published]]:
    """Read the list of files, by their ids or each with its own."""
    listed = answer.get("resources")
    if isinstance(listed, list):
        listed = {str(each.get("id")): each for each in listed if isinstance(each, dict)}
    if not isinstance(listed, dict):
        raise DownloadError("found no list of resources, expected the files of a data set")
    for key, each in listed.items():
        if not isinstance(each, dict) or not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key):
            continue
        name = unquote(urlsplit(str(each.get("url", ""))).path).rpartition("/")[2]
        if re.fullmatch(r"[\w ()&.,%+-]{1,150}\.(csv|xlsx)", name, re.IGNORECASE):
            place = f"{base}/download/{dataset}/{key}/{quote(name)}"
            yield str(each.get("title", "")), Published(place, name)


def _chosen(listed: Sequence[tuple[str, Published]], wanted: Wanted) -> Published:
    suffix = ".xlsx" if wanted.is_workbook else ".csv"
    found = [
        file
        for title, file in listed
        if file.name.lower().endswith(suffix)
        and (wanted.called.search(file.name) or wanted.called.search(title))
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(file.name for _, file in listed[:6]) or "no file"
    raise DownloadError(
        f"{ADDRESS}/dataset/{wanted.page}: found {names}; expected one that is called as"
        f" {wanted.called.pattern!r}"
    )
