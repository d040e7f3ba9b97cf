"""London's wards and boroughs and the Met's 12 Basic Command Units, as checked open data.

For analysts, all of it loaded when it is first used (docs/python.md)::

    bcumap.areas("wards")             # a GeoDataFrame of wards, boroughs or BCUs
    bcumap.find("SE8 4RX")            # ward, borough and BCU, and how sure that is
    bcumap.assign(frame)              # ward, borough and BCU of every row of a table
    bcumap.folium_map("wards")        # a map for a notebook
"""

from typing import TYPE_CHECKING, Any

from bcumap.base import __version__ as __version__

if TYPE_CHECKING:
    from bcumap.python import areas as areas
    from bcumap.python import assign as assign
    from bcumap.python import find as find
    from bcumap.python import folium_map as folium_map

_INTERFACE = ("areas", "assign", "find", "folium_map")


def __getattr__(name: str) -> Any:
    if name in _INTERFACE:
        from bcumap import python

        return getattr(python, name)
    raise AttributeError(f"module 'bcumap' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_INTERFACE])
