"""ZIP files of our own: the same bytes whenever they are written, one clear error if damaged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bcumap.base.errors import DataError


def packed(
    members: Mapping[str, str] | Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a ZIP of some members (text in UTF-8), in their order and without a date."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return written.getvalue()


def opened(path: Path) -> zipfile.ZipFile:
    """Open a ZIP; a DataError if it is missing or none."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be opened ({error}); restore it or rebuild") from error
