"""Fetches OS Open Roads from the OS Downloads API; reads nothing of it.

The service: osdatahub.os.uk/docs/downloads. It has no key for open data, and says size and MD5.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bcumap.base.errors import DownloadError
from bcumap.services import http as asking
from bcumap.services.http import Limits, PassingError, Progress, Published

ADDRESS = "https://api.os.uk/downloads/v1"
PRODUCT = "OpenRoads"
KEPT = ".bcumap-download-"
WANTED = {"area": "GB", "format": "GeoPackage"}
# The file had 1,016,021,285 bytes in April 2026; a line of 2 Mbit/s needs 70 minutes for it.
LIMITS = Limits(deadline_s=4 * 3600, attempts=20, max_bytes=4_000_000_000)
BY_HAND = (
    "or save OS Open Roads as GeoPackage from https://osdatahub.os.uk/downloads/open/OpenRoads"
    " and pass it with --streets"
)


def download_streets(
    beside: Path,
    *,
    address: str | None = None,
    limits: Limits = LIMITS,
    progress: Progress | None = None,
) -> Path:
    """Fetch OS Open Roads and return the ZIP that is published, alone in a folder of its own.

    That lies beside the output and is named by its hash, so that a fetch that was ended goes on
    where it was. Whoever has read the file removes its folder.

    Parameters
    ----------
    beside
        The folder that is built.
    address
        The service's [BCUMAP_OS_DOWNLOADS, or api.os.uk].
    progress
        Called with (bytes so far, bytes in all).

    Raises
    ------
    DownloadError
        If it does not come, or is not what the service says of it.
    """
    base = (address or os.environ.get("BCUMAP_OS_DOWNLOADS") or ADDRESS).rstrip("/")
    folder = beside.resolve().parent
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        try:
            wanted = _published(session, base, limits)
            path = folder / f"{KEPT}{wanted.md5}" / wanted.name
            for older in folder.glob(f"{KEPT}{'[0-9a-f]' * 32}"):
                if older != path.parent:
                    shutil.rmtree(older)
            path.parent.mkdir(exist_ok=True)
            asking.to_file(session, wanted, path, limits, progress=progress)
        except DownloadError as error:
            raise DownloadError(f"{error}; {BY_HAND}") from error
        except OSError as error:
            raise DownloadError(f"{folder}: cannot be written ({error.strerror})") from error
    return path


def _published(session: requests.Session, base: str, limits: Limits) -> Published:
    """Ask what the newest edition is called, and what its size and hash are."""
    url = f"{base}/products/{PRODUCT}/downloads"

    def ask() -> Published:
        answer = asking.parse(asking.body(session, url, limits, params=WANTED))
        if not isinstance(answer, list):
            raise PassingError("found broken JSON or no list, expected a list of files")
        files = [
            each for each in answer if isinstance(each, dict) and each.items() >= WANTED.items()
        ]
        if len(files) != 1:
            raise DownloadError(
                f"found {len(files)} files, expected the one GeoPackage of {PRODUCT}"
            )
        return _described(files[0], {"https", urlsplit(base).scheme})

    try:
        return asking.retrying(limits)(ask)
    except DownloadError as error:
        raise DownloadError(f"{url}: {error}") from error


def _described(file: dict[str, Any], schemes: set[str]) -> Published:
    url, name, size, md5 = (file.get(key) for key in ("url", "fileName", "size", "md5"))
    if (
        not (isinstance(url, str) and urlsplit(url).scheme in schemes)
        or not (isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_]{1,60}\.zip", name))
        or not (isinstance(size, int) and 0 < size <= LIMITS.max_bytes)
        or not (isinstance(md5, str) and re.fullmatch(r"[0-9a-fA-F]{32}", md5))
    ):
        raise DownloadError("found a file without url, fileName, size or md5, expected all of them")
    return Published(url, name, size, md5.lower())
