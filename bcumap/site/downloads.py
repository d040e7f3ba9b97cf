"""The folder of downloads: every layer in every format, what the pages are made of, and its page.

`fill` alone decides what is in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bcumap.base.words import file_size
from bcumap.export import layers, write
from bcumap.facts import store

# The tiers of detail that are offered, each as a folder of `bcumap export all`; the third takes a
# quarter of the whole site's time and is one command away.
TIERS = ("full", "web")
DATA = "data"  # the folder of what the pages are made of


@dataclass(frozen=True)
class File:
    """A file of the folder.

    Attributes
    ----------
    path
        From the folder.
    text
        What its link says.
    size
        In words.
    """

    path: str
    text: str
    size: str


@dataclass(frozen=True)
class Row:
    """One layer in every format."""

    title: str
    files: Sequence[File]


@dataclass(frozen=True)
class Tier:
    """All layers in one tier of detail.

    Attributes
    ----------
    name
        Of the tier, and of its folder.
    error_m
        How far a boundary is from the official one, at most (m).
    formats
        The heads of the columns.
    rows
        A layer each.
    files
        What else is in the folder: README and checksums.
    """

    name: str
    error_m: float
    formats: Sequence[str]
    rows: Sequence[Row]
    files: Sequence[File]


@dataclass(frozen=True)
class Offered:
    """What the page of downloads lists.

    Attributes
    ----------
    tiers
        Exports.
    data
        For each file that the pages are made of: `path`, `title`, `edition`, `licence`,
        `attribution` and `size`; "" for what nothing is said of.
    """

    tiers: Sequence[Tier]
    data: Sequence[Mapping[str, str]]


def fill(
    folder: Path,
    *,
    on: dt.date,
    data: Path | None = None,
    progress: Callable[[], object] = lambda: None,
) -> Offered:
    """Write the downloads into an empty folder.

    Parameters
    ----------
    folder
        Where to; it exists and is empty.
    on
        The date of what changes with the date.
    data
        The folder of data to take them from.
    progress
        Called after each of the `count()` files that take time.
    """
    facts = write.known(data)
    tiers = []
    for name in TIERS:
        target = folder / name
        written = write.write_all(
            target, facts, on=on, tier=name, progress=lambda _done, _all: progress()
        )
        tiers.append(_tier(folder, name, written))
    _copy(store.public_files(data=data), folder / DATA)
    return Offered(tiers, list(_described(folder, store.sources(data=data))))


def count() -> int:
    """How often `fill` tells of progress."""
    return len(TIERS) * len(layers.LAYERS) * len(write.FORMATS)


def _tier(folder: Path, name: str, written: Sequence[write.Written]) -> Tier:
    named = {(each.layer.name, each.path.name): each for each in written}
    made = {each.layer.name: each.layer for each in written}
    rows = [
        Row(
            str(layer.passport["title"]),
            [_file(folder, named[key, f"{key}{suffix}"].path) for suffix in write.FORMATS],
        )
        for key, layer in made.items()
    ]
    error_m = max(float(layer.passport.get("measured_error_m") or 0) for layer in made.values())
    others = [folder / name / other for other in (write.README, write.SUMS)]
    return Tier(
        name,
        error_m,
        [each.name for each in write.FORMATS.values()],
        rows,
        [_file(folder, each, text=each.name) for each in others],
    )


def _file(folder: Path, path: Path, *, text: str = "") -> File:
    words = file_size(path.stat().st_size)
    return File(path.relative_to(folder).as_posix(), text or words, words)


def _copy(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files with their checksums."""
    for name, content in contents.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    lines = (f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents))
    (folder / write.SUMS).write_text("".join(lines), encoding="utf-8")


def _described(folder: Path, sources: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Give every file that the pages are made of, with what sources.json says of it, by path."""
    entries = {entry["file"]: entry for entry in sources["files"]}
    for file in sorted(path for path in (folder / DATA).rglob("*") if path.is_file()):
        entry = entries.get(file.relative_to(folder / DATA).as_posix(), {})
        words = {
            key: str(entry.get(key, "")) for key in ("title", "edition", "licence", "attribution")
        }
        path = file.relative_to(folder).as_posix()
        yield {"path": path, "size": file_size(file.stat().st_size), **words}
