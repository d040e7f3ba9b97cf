"""Asks outside services over HTTP, within limits of time, size and attempts; never writes."""

from __future__ import annotations

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
from typing import Any

import requests
import tenacity

from bcumap.base.errors import DownloadError, NotThereError

CHUNK_BYTES = 1024  # small: a slow or endless body is noticed within one chunk

log = logging.getLogger(__name__)


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
    result: Future[bytes] = Future()

    def work() -> None:
        try:
            result.set_result(_fetch(session, url, limits, params))
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
