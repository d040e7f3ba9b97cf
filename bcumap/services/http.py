"""Asks outside services over HTTP, within limits of time, size and attempts.

Writes nothing but what a caller asks to be put into a file, and nothing beyond its size.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity

from bcumap.base.errors import DownloadError, NotThereError

CHUNK_BYTES = 1024  # small: a slow or endless body is noticed within one chunk
FILE_CHUNK_BYTES = 1 << 16  # of a file, which may have a gigabyte
REDIRECTS = 5

log = logging.getLogger(__name__)
T = TypeVar("T")
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Published:
    """A file that a publisher offers: its address, and what is said of it, if anything.

    Attributes
    ----------
    name
        To be kept under; a name without folders.
    size
        In bytes.
    md5
        As 32 hexadecimal digits; "" if none is published.
    """

    url: str
    name: str
    size: int | None = None
    md5: str = ""


@dataclass(frozen=True)
class Limits:
    """How long, how often and how much; no answer goes beyond these."""

    connect_s: float = 10.0
    read_s: float = 60.0  # of silence
    deadline_s: float = 120.0  # of one request, from name look-up to last byte
    attempts: int = 5
    backoff_min_s: float = 2.0  # doubled at each further attempt
    backoff_max_s: float = 60.0  # caps Retry-After too
    max_bytes: int = 200_000_000  # of one answer, unpacked


class PassingError(DownloadError):
    """A fault that may pass; `wait_s` is how long the server asks us to wait, if it does."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def retrying(limits: Limits, *, sleep: Callable[[float], None] = time.sleep) -> tenacity.Retrying:
    """Return what calls a function again, after a pause, while it raises a `PassingError`."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(PassingError),
        stop=tenacity.stop_after_attempt(limits.attempts),
        wait=partial(_pause_s, limits),
        sleep=sleep,
        before_sleep=tenacity.before_sleep_log(log, logging.INFO),
        reraise=True,
    )


def _pause_s(limits: Limits, state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt: the server's wish, within our limits, or twice the last."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, PassingError) and error.wait_s is not None:
        return min(max(error.wait_s, limits.backoff_min_s), limits.backoff_max_s)
    return tenacity.wait_exponential(limits.backoff_min_s, limits.backoff_max_s)(state)


def body(
    session: requests.Session,
    url: str,
    limits: Limits,
    *,
    params: Mapping[str, str] | None = None,
) -> bytes:
    """Return the body of one answer, unpacked; redirects are not followed.

    The request runs in a thread that is left behind when it is late: no timeout of requests covers
    name look-ups and slow headers.

    Raises
    ------
    PassingError
        After a fault that may pass: no or no whole answer in time, HTTP 429 or 5xx.
    DownloadError
        After one that will not: another status, too large an answer, an impossible address.
    """
    return _in_time(limits, partial(_fetch, session, url, limits, params))


def _in_time(limits: Limits, ask: Callable[[], T]) -> T:
    """Return what `ask` does, or leave it behind; put faults in words."""
    result: Future[T] = Future()

    def work() -> None:
        try:
            result.set_result(ask())
        except BaseException as error:  # handed to the caller
            result.set_exception(error)

    threading.Thread(target=work, name="bcumap-request", daemon=True).start()
    try:
        return result.result(timeout=limits.deadline_s)
    except ValueError as error:  # what requests thinks wrong in itself: an address, a header
        raise DownloadError(f"found {one_line(error)}, expected an answer") from error
    except OSError as error:  # all of requests' other errors, and TimeoutError
        cause = one_line(str(error).rpartition("(Caused by ")[2])
        found = cause or f"no whole answer within {limits.deadline_s:g} s"
        raise PassingError(f"found {found}, expected an answer") from error


def _fetch(
    session: requests.Session, url: str, limits: Limits, params: Mapping[str, str] | None
) -> bytes:
    ends = time.monotonic() + limits.deadline_s
    timeout = (limits.connect_s, limits.read_s)
    received = bytearray()
    with session.get(
        url, params=params, timeout=timeout, stream=True, allow_redirects=False
    ) as response:
        _check_status(response)
        for chunk in response.iter_content(CHUNK_BYTES):
            received += chunk
            if len(received) > limits.max_bytes:
                raise DownloadError(f"found an answer of more than {limits.max_bytes} bytes")
            if time.monotonic() > ends:
                raise TimeoutError  # the caller has left; this lets go of the socket
    return bytes(received)


def to_file(
    session: requests.Session,
    wanted: Published,
    path: Path,
    limits: Limits,
    *,
    progress: Progress | None = None,
) -> None:
    """Fetch a file; what is in `path` already is its beginning, and is not asked for again.

    A fetch that breaks off goes on where it was; redirects are followed, but none from https
    to http.

    Parameters
    ----------
    progress
        Called with (bytes so far, bytes in all or None).

    Raises
    ------
    DownloadError
        If it does not come, or what came has another size or hash; of the latter nothing is left.
    """
    validator: list[str] = []  # what says that an answer goes on with the one before

    def ask() -> None:
        _in_time(limits, partial(_append, session, wanted, path, limits, validator, progress))

    host = urlsplit(wanted.url).netloc
    try:
        retrying(limits)(ask)
    except PassingError as error:
        told = f"{host}: {wanted.name}: {error}; asked {limits.attempts} times; try again later"
        raise DownloadError(told) from error
    except DownloadError as error:
        raise type(error)(f"{host}: {wanted.name}: {error}; see what {wanted.url} says") from error


def _append(
    session: requests.Session,
    wanted: Published,
    path: Path,
    limits: Limits,
    validator: list[str],
    progress: Progress | None,
) -> None:
    """Ask for what is missing, and check the whole."""
    ends = time.monotonic() + limits.deadline_s
    there = path.stat().st_size if path.exists() else 0
    if there and not (validator or wanted.md5):  # nothing says of what it is the beginning
        path.unlink()
        there = 0
    headers = {"Accept-Encoding": "identity"}
    if there:
        headers |= {"Range": f"bytes={there}-"} | ({"If-Range": validator[0]} if validator else {})
    if wanted.size is None or there < wanted.size:
        with _followed(session, wanted.url, headers, limits) as response:
            if response.status_code != 206:
                _check_status(response)
                there = 0
            tag = response.headers.get("ETag", "")
            validator[:] = [tag] if tag.startswith('"') else []  # a weak one does not say it
            length = response.headers.get("Content-Length", "")
            total = there + int(length) if length.isdecimal() else None
            with path.open("ab" if there else "wb") as file:
                for chunk in response.iter_content(FILE_CHUNK_BYTES):
                    there += len(chunk)
                    if there > min(limits.max_bytes, wanted.size or limits.max_bytes):
                        path.unlink()
                        raise DownloadError(f"found more than {there - len(chunk)} bytes")
                    if time.monotonic() > ends:
                        raise TimeoutError
                    file.write(chunk)
                    file.flush()  # what has come is there for the next attempt
                    if progress:
                        progress(there, wanted.size or total)
            if total is not None and there < total:
                raise PassingError(f"found {there} of {total} bytes")
    _check_whole(wanted, path)


def _check_whole(wanted: Published, path: Path) -> None:
    size = path.stat().st_size
    if wanted.size is not None and size != wanted.size:
        if size > wanted.size:
            path.unlink()
        raise PassingError(f"found {size} bytes, expected {wanted.size}")
    if wanted.md5:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "md5").hexdigest()
        if found != wanted.md5:
            path.unlink()
            raise PassingError(f"found the hash {found}, expected {wanted.md5}")


def _followed(
    session: requests.Session, url: str, headers: Mapping[str, str], limits: Limits
) -> requests.Response:
    """Ask, and follow redirects as long as they are no riskier than the address that was asked."""
    timeout = (limits.connect_s, limits.read_s)
    for _ in range(REDIRECTS + 1):
        response = session.get(
            url, headers=headers, timeout=timeout, stream=True, allow_redirects=False
        )
        if not response.is_redirect:
            return response
        response.close()
        there = urljoin(url, response.headers["Location"])
        if urlsplit(there).scheme not in {"https", urlsplit(url).scheme} & {"https", "http"}:
            raise DownloadError(f"found a redirect to {one_line(there)}, expected one to https")
        url = there
    raise DownloadError(f"found more than {REDIRECTS} redirects")


def _check_status(response: requests.Response) -> None:
    """Sort HTTP statuses into good, may pass, and will not."""
    found = f"found HTTP {response.status_code}, expected 200"
    if response.status_code == 429 or response.status_code >= 500:
        raise PassingError(found, _retry_after_s(response.headers.get("Retry-After", "")))
    if response.status_code == 404:
        raise NotThereError(found)
    if response.status_code != 200:
        raise DownloadError(found)


def _retry_after_s(header: str) -> float | None:
    """Seconds that a Retry-After header (seconds or a date) asks for; None when unreadable."""
    if header.strip().isdecimal():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def parse(body: bytes) -> Any:
    """Parse JSON; None when it is broken."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def one_line(text: object) -> str:
    """Cut what others wrote to one line of reasonable length."""
    return " ".join(str(text).split())[:200]
