"""The folder of downloads: what is put into it, and what its page says of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bcumap import load

CHECKSUMS = "SHA256SUMS"


def fill(folder: Path, *, data: Path | None = None) -> None:
    """Write the downloads into an empty folder: the one place that decides what they are.

    Parameters
    ----------
    folder
        Where to; it exists and is empty.
    data
        The folder of data to take them from.
    """
    contents = load.public_files(data=data)
    for name, content in contents.items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    lines = (f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents))
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def described(folder: Path, sources: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return every file of the folder with what sources.json says of it, by path.

    Returns
    -------
    list of dict
        `path` (from the folder), `title`, `edition`, `licence`, `attribution` and `size` as text;
        "" for what nothing is said of.
    """
    entries = {entry["file"]: entry for entry in sources["files"]}
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = file.relative_to(folder).as_posix()
        entry = entries.get(path, {})
        words = {
            key: str(entry.get(key, "")) for key in ("title", "edition", "licence", "attribution")
        }
        found.append({"path": path, "size": size(file.stat().st_size), **words})
    return found


def size(count: int) -> str:
    """Write a number of bytes as people read it."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1000)):,} KB"
