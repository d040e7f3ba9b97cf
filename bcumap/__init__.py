"""London's wards and boroughs and the Met's 12 Basic Command Units, as checked open data."""

from bcumap.base import __version__ as __version__
