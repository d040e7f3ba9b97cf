"""London's wards, boroughs and the Metropolitan Police's 12 Basic Command Units, as checked open data."""

__version__ = "0.1.0"
