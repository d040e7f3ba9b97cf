"""The passport of every file in geodata/: who published it, under what licence, what was done.

What is known beforehand stands in `passports.toml`; a build adds what it measured. Never writes.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bcumap.base.errors import DataError
from bcumap.base.schema import WGS84
from bcumap.base.words import OGL
from bcumap.facts import store
from bcumap.geo.projection import TRANSFORMATION

BOUNDARIES = "boundaries"  # the origin of what is made of the ward layer
CONTEXT = "context"  # of streets and places
ADDRESSES = "addresses"  # of their counts; the builds of both describe them themselves

Entry = dict[str, Any]


@dataclass(frozen=True)
class PostcodeOrigin:
    """Which postcodes they are: the edition of the ONS directory, and who says which are in use."""

    edition: str
    listed: str
    command: str  # that placed them; a later build may have kept them


@dataclass(frozen=True)
class Origin:
    """What the boundary files of one build were made from, and how closely they follow it.

    Attributes
    ----------
    max_error_m, measured_error_m
        By tier, "full" and "web".
    """

    source_file: str
    source_sha256: str
    dialect: str
    edition: str
    geometry_sources: tuple[str, ...]
    command: str
    max_error_m: Mapping[str, float]
    measured_error_m: Mapping[str, float]
    met_wards: int | None = None  # stated for an edition that bcumap does not know
    postcodes: PostcodeOrigin | None = None
    # What the texts of the passports of demand name, as `wards_edition`: see `demand.editions`.
    demand: Mapping[str, str] = field(default_factory=dict)


def read(folder: Path) -> dict[str, Any]:
    """Return what `passports.toml` of a folder says: `london` and the passports.

    Raises
    ------
    DataError
        If it is missing or damaged.
    """
    path = folder / store.PASSPORTS
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read ({error}); take the one of the geodata/ that bcumap comes with"
        ) from error
    if missing := [
        name for name in ("rights", "publishers", "files", "origins") if name not in kept
    ]:
        raise DataError(f"{path}: found no [{missing[0]}]; every file needs its passport")
    return kept


def passports(
    folder: Path, origin: Origin, rows: Mapping[str, int], kept: Mapping[str, Any]
) -> list[Entry]:
    """Return the entry of every data file in a folder, in the order of their names.

    Parameters
    ----------
    rows
        The number of rows of each file that has rows, by name.
    kept
        What `read` returned. Its texts may name, in braces, its `rights`, what it says of the
        publisher, and of a build `edition`, `source_file`, `source_sha256` and of its postcodes
        `postcodes_edition`, `postcodes_stated`, `postcodes_listed` and `postcodes_command`.

    Raises
    ------
    DataError
        If a passport names what there is not.
    """
    said = _said(origin, kept)
    return [
        {
            "file": name,
            "title": file["title"],
            "licence": file.get("licence", OGL),
            "command": origin.command,
            **_filled(name, file, said, kept),
            **_measured(file, origin),
            "sha256": sha256(folder / name),
            **({"rows": rows[name]} if name in rows else {}),
        }
        for name, file in sorted(kept["files"].items())
        if (folder / name).exists() and file["origin"] not in (CONTEXT, ADDRESSES)
    ]


def renewed(
    entries: list[Entry],
    folder: Path,
    changed: Mapping[str, int | None],
    told: Mapping[str, str],
    command: str,
    kept: Mapping[str, Any],
) -> list[Entry]:
    """Return the entries of a folder in which some files were written anew.

    Parameters
    ----------
    changed
        The names of those files, with their rows; None if only the hash is another.
    told
        What their passports name: see `Origin.demand`.

    Raises
    ------
    DataError
        If a passport names what there is not.
    """
    by_name = {entry["file"]: entry for entry in entries}
    for name, rows in changed.items():
        entry = by_name.get(name, {})
        if rows is not None:
            file = kept["files"][name]
            entry = {
                "file": name,
                "title": file["title"],
                "licence": file.get("licence", OGL),
                "command": command,
                **_filled(name, file, {**kept["rights"], **told}, kept),
                "rows": rows,
            }
        by_name[name] = {**entry, "sha256": sha256(folder / name)}
    return [by_name[name] for name in sorted(by_name)]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _said(origin: Origin, kept: Mapping[str, Any]) -> dict[str, str]:
    """What the texts of passports may name."""
    rights = kept["rights"]
    said = {
        **rights,
        "edition": origin.edition,
        "source_file": origin.source_file,
        "source_sha256": origin.source_sha256,
        **origin.demand,
    }
    if book := origin.postcodes:
        said |= {
            "postcodes_edition": book.edition,
            "postcodes_stated": book.edition or "not stated",
            "postcodes_listed": book.listed,
            "postcodes_command": book.command,
        }
    publisher = kept["publishers"].get(origin.dialect, {})
    return said | {name: text.format_map(rights) for name, text in publisher.items()}


def _filled(
    name: str, file: Entry, said: Mapping[str, str], kept: Mapping[str, Any]
) -> dict[str, str]:
    try:
        told = kept["origins"][file["origin"]]
        return {key: text.format_map(said) for key, text in told.items()}
    except (KeyError, ValueError) as error:
        raise DataError(f"{store.PASSPORTS}: the passport of {name} lacks {error}") from error


def _measured(file: Entry, origin: Origin) -> Entry:
    """What a build adds to the passport of what it made of the ward layer."""
    if file["origin"] != BOUNDARIES:
        return {}
    entry: Entry = {}
    if origin.geometry_sources:
        entry["geometry_sources"] = list(origin.geometry_sources)
    if origin.met_wards is not None:
        entry["met_wards"] = origin.met_wards
    if tier := file.get("tier"):
        entry |= {
            "crs": file.get("crs", WGS84),
            "transformation": TRANSFORMATION,
            "max_error_m": origin.max_error_m[tier],
            "measured_error_m": origin.measured_error_m[tier],
        }
    return entry


def sealed(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with the hash of all that it says, so that a change is seen."""
    said = json.dumps(report, sort_keys=True).encode()
    return {**report, "sha256": hashlib.sha256(said).hexdigest()}


def is_sealed(content: bytes) -> bool:
    """Say whether a report is as it was sealed."""
    try:
        report = json.loads(content)
        return bool(report == sealed({key: report[key] for key in report if key != "sha256"}))
    except (ValueError, TypeError):
        return False
