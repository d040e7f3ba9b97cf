"""London's wards and boroughs and the Met's 12 Basic Command Units, as checked open data."""

__version__ = "0.1.0"
