"""The errors bcumap raises on purpose; each says what was found, expected and to be done."""

from __future__ import annotations


class BcuMapError(Exception):
    """Bad use or bad input: the command line ends with exit code 2 and this one line."""


class SourceError(BcuMapError):
    """An input file is not what its step needs (format, CRS, columns, codes, geometry)."""


class CoverageError(BcuMapError):
    """Polygons do not form a coverage and cannot be repaired within the stated limits."""


class DownloadError(BcuMapError):
    """An outside service did not answer, or answered with something that cannot be used."""


class DataError(BcuMapError):
    """A file of geodata/ is missing, altered or breaks a promise."""


class NotThereError(DownloadError):
    """A service that answers has no such thing."""


class BusyError(BcuMapError):
    """Too much is asked at once; the same may be had a little later."""
