"""The map as a script: always the same, from here alone, in colours that tell neighbours apart."""

from __future__ import annotations

import re
from itertools import combinations

import geopandas as gpd
import pytest
import shapely

from bcumap.base.words import ATTRIBUTION
from bcumap.facts import store
from bcumap.geo import projection
from bcumap.maps import leaflet
from bcumap.maps.looks import COLOURS

# The tidal Thames is at most 750 m wide between two BCUs; other neighbours share a border.
FACING_M = 900

URL = re.compile(r"https?://[^\s\"'\\)<>]+")


@pytest.fixture(scope="module")
def script() -> str:
    return leaflet.map_script()


def test_the_script_is_the_same_at_every_call(script: str) -> None:
    leaflet.bcu_map()  # folium counts nothing and remembers nothing
    assert leaflet.map_script() == script


def test_the_shipped_script_is_the_one_that_the_code_makes(script: str) -> None:
    assert store.web_files()["map.js"].decode() == script


def test_the_script_is_small_and_holds_no_geometry(script: str) -> None:
    assert len(script) < 10_000
    assert "coordinates" not in script
    assert "arcs" not in script


def test_areas_that_touch_or_face_each_other_have_different_colours(
    levels: dict[str, gpd.GeoDataFrame],
) -> None:
    bcus = levels["bcus"].set_index("bcu_code").geometry
    shapes = dict(zip(bcus.index, projection.to_bng(bcus.to_numpy()), strict=True))
    assert set(COLOURS) == set(shapes)
    near = [
        (one, other)
        for one, other in combinations(shapes, 2)
        if shapely.distance(shapes[one], shapes[other]) <= FACING_M
    ]
    assert len(near) > 20
    assert ("AS", "CE") in near  # they face each other across the Thames
    assert [pair for pair in near if COLOURS[pair[0]] == COLOURS[pair[1]]] == []


def test_there_are_four_colours_and_all_are_used() -> None:
    assert set(COLOURS.values()) == {0, 1, 2, 3}


def test_the_only_other_host_is_that_of_the_street_map(script: str) -> None:
    hosts = {url.split("/")[2] for url in URL.findall(script)}
    assert hosts == {"tile.openstreetmap.org", "www.openstreetmap.org"}
    links = [url for url in URL.findall(script) if "www." in url]
    assert links == ["https://www.openstreetmap.org/copyright"]  # a link to click, not to load
    assert "<script" not in script
    assert "<link" not in script


def test_the_street_map_is_off_until_it_is_turned_on(script: str) -> None:
    (name,) = re.findall(r"var (\w+) = L\.tileLayer\(", script)
    assert not re.search(rf"{name}\.addTo\(", script)
    added = re.findall(r"(\w+)\.addTo\(map_bcumap\)", script)
    assert any(layer.startswith("areas") for layer in added)
    assert re.search(rf"bcumap\.levels\([^;]*{name}\)", script)  # the switch above the map has it


def test_the_street_map_sends_no_more_than_the_origin_and_names_its_makers(script: str) -> None:
    """OpenStreetMap's tiles are refused without a referrer."""
    assert re.search(r'"?referrerPolicy"?: "strict-origin-when-cross-origin"', script)
    assert "OpenStreetMap" in script
    assert "contributors" in script


def test_one_level_is_shown_at_first_and_the_attribution_with_it(script: str) -> None:
    shown = re.findall(r"(areas_\w+)\.addTo\(map_bcumap\)", script)
    assert len(shown) == 1
    definition = re.search(rf"var {shown[0]} = (.*)", script)
    assert definition is not None
    assert '"level": "bcus"' in definition[1]
    assert ATTRIBUTION.split(".")[0] in definition[1]


def test_the_map_opens_on_all_of_london(levels: dict[str, gpd.GeoDataFrame]) -> None:
    (south, west), (north, east) = leaflet.LONDON
    assert shapely.box(west, south, east, north).contains(
        shapely.box(*levels["boroughs"].total_bounds)
    )
