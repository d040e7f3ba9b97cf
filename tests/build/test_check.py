"""The shipped data keep every promise, and each promise notices when it is broken."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bcumap.base.schema import LEVELS
from bcumap.build import borders, check, passports
from bcumap.facts import store
from bcumap.facts.places import BORDERS, Tiles, write_lines, write_tiles
from bcumap.facts.postcodes import pack
from tests.small import Small

Break = Callable[[Path], None]


@pytest.fixture
def data_copy(small_london: Small, tmp_path: Path) -> Path:
    """A copy of a small London, to be broken: what is broken does not depend on the size."""
    return Path(shutil.copytree(small_london.built, tmp_path / "geodata"))


FILES = "files are as sources.json describes"


def sources(folder: Path, change: Callable[[dict[str, dict[str, Any]]], None]) -> None:
    """Change the entries of sources.json, by file name."""
    path = folder / "sources.json"
    described = json.loads(path.read_bytes())
    change({entry["file"]: entry for entry in described["files"]})
    path.write_text(json.dumps(described))


def vouch_for_what_is_there(folder: Path) -> None:
    """Describe the files anew, so that only the promise that a test breaks is broken."""

    def describe(entries: dict[str, dict[str, Any]]) -> None:
        for name, entry in entries.items():
            if (folder / name).exists():
                entry["sha256"] = passports.sha256(folder / name)
                if "rows" in entry:
                    entry["rows"] = check.rows(folder / name)

    sources(folder, describe)


def edit(level: str, change: Callable[[gpd.GeoDataFrame], None]) -> Break:
    """Change a level's table."""

    def break_it(folder: Path) -> None:
        path = folder / f"{level}.parquet"
        frame = gpd.read_parquet(path)
        change(frame)
        frame.to_parquet(path)

    return break_it


def put(level: str, row: int, column: str, value: Any) -> Break:
    """Put a value into a level's table."""
    return edit(level, lambda frame: frame.isetitem(*_with(frame, row, column, value)))


def _with(frame: gpd.GeoDataFrame, row: int, column: str, value: Any) -> tuple[int, Any]:
    values = frame[column].copy()
    values[row] = value
    return frame.columns.get_loc(column), values


def in_text(name: str, old: str, new: str) -> Break:
    """Replace some text of a file, where it stands first."""

    def break_it(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return break_it


BETWEEN = '","commander":"'  # a plan and its commander in events.json


def in_sources(name: str, **values: Any) -> Break:
    return lambda folder: sources(folder, lambda entries: entries[name].update(values))


def added(name: str, text: str) -> Break:
    """Add a table that a deployer may, with its passport."""

    def break_it(folder: Path) -> None:
        (folder / name).write_text(text)
        path = folder / "sources.json"
        described = json.loads(path.read_bytes())
        like = next(each for each in described["files"] if each["file"] == "abstraction.csv")
        described["files"].append({**like, "file": name, "rows": check.rows(folder / name)})
        path.write_text(json.dumps(described))

    return break_it


def teams_listed_otherwise(folder: Path) -> None:
    """A team that was not fetched has people, and one ward is there twice."""
    wards = gpd.read_parquet(folder / "wards.parquet").dropna(subset="bcu_code")["ward_code"]
    rows = [f"2026-11-22,{code},failed,1,0,0,0" for code in (*wards, wards.iloc[0])]
    head = "listed_on,ward_code,status,constables,pcsos,sergeants,other_ranks"
    added("ward_teams.csv", "\n".join([head, *rows]))(folder)


def a_street_in_a_ward_that_is_none(folder: Path) -> None:
    path = folder / "context/places.csv.xz"
    text = lzma.decompress(path.read_bytes())
    path.write_bytes(lzma.compress(text.replace(b"E05013762:", b"E05000001:", 1)))


def in_tiles(name: str, change: Callable[[dict[str, bytes]], None]) -> Break:
    """Change an archive of tiles."""

    def break_it(folder: Path) -> None:
        path = folder / name
        kept = dict(Tiles(path))
        change(kept)
        path.write_bytes(write_tiles(kept))

    return break_it


def a_line_too_long(kept: dict[str, bytes]) -> None:
    """A street of a small tile goes 3 km to the east."""
    name = next(each for each in kept if each.startswith("2-") and "far" not in each)
    street = [4, "Endless Street", write_lines([[(0, 0), (3000, 0)]])]
    kept[name] = json.dumps({"streets": [street]}).encode()


def edges_moved(kept: dict[str, bytes]) -> None:
    """All edges of a tile lie five metres further north and east."""
    tile = json.loads(kept[name := next(iter(kept))])
    tile["corners"] = [[lat + 5 / 111_200, lon + 5 / 69_400] for lat, lon in tile["corners"]]
    kept[name] = json.dumps(tile).encode()


def of_london(**numbers: int) -> Break:
    """State other numbers of areas."""

    def break_it(folder: Path) -> None:
        described = json.loads((folder / "sources.json").read_bytes())
        described["london"].update(numbers)
        (folder / "sources.json").write_text(json.dumps(described))

    return break_it


def shapes_of_all_levels(folder: Path, change: Callable[[gpd.GeoDataFrame], np.ndarray]) -> None:
    """Change the outlines of wards, boroughs and BCUs alike."""
    for level in LEVELS:
        path = folder / f"{level}.parquet"
        frame = gpd.read_parquet(path)
        frame.set_geometry(change(frame), crs=frame.crs).to_parquet(path)
    look_up_points_in_it(folder, "wards")


def a_pond(folder: Path) -> None:
    """A square of 5 m that is left out of a ward, its borough and its BCU."""
    ward = store.areas("wards", data=folder).geometry[60]
    pond = shapely.maximum_inscribed_circle(ward).centroid.buffer(3e-5).envelope
    shapes_of_all_levels(folder, lambda frame: frame.geometry.difference(pond).to_numpy())


def an_edge_that_two_bcus_draw_differently(way: float) -> Break:
    """Move a vertex between two BCUs a centimetre, in all the areas of one of them."""

    def break_it(folder: Path) -> None:
        bcus = store.areas("bcus", data=folder).set_index("bcu_code").geometry
        corners = {
            code: set(map(tuple, shapely.get_coordinates(bcus[code]))) for code in bcus.index
        }
        shared = sorted(corners["CE"] & corners["CN"])
        vertex = np.array(shared[len(shared) // 2])

        def move(frame: gpd.GeoDataFrame) -> np.ndarray:
            def nudge(xy: np.ndarray) -> np.ndarray:
                return xy + (xy == vertex).all(axis=1)[:, None] * way * 1e-7

            shapes = frame.geometry.to_numpy()
            return np.where(frame["bcu_code"] == "CE", shapely.transform(shapes, nudge), shapes)

        shapes_of_all_levels(folder, move)

    return break_it


def one_more_vertex(folder: Path) -> None:
    """A vertex in the middle of an edge of a BCU that no other area has."""
    path = folder / "bcus.parquet"
    frame = gpd.read_parquet(path)
    shapes = frame.geometry.to_numpy()
    rings = shapely.get_coordinates(shapes[-1])
    longest = np.hypot(*np.diff(rings, axis=0).T).max()
    shapes[-1] = shapely.segmentize(shapes[-1], longest * 0.99)
    frame.set_geometry(shapes, crs=frame.crs).to_parquet(path)


def two_wards_with_each_other_s_area(folder: Path) -> None:
    """Sums stay as they are, and the outlines tell."""

    def swap(frame: gpd.GeoDataFrame) -> None:
        first, second = frame.index[frame["borough"] == "Camden"][:2]
        areas = frame["area_km2"]
        assert abs(areas[first] / areas[second] - 1) > check.AREA_TOLERANCE
        values = areas.copy()
        values[first], values[second] = areas[second], areas[first]
        frame["area_km2"] = values

    edit("wards", swap)(folder)


def unknown_counted_as_none(folder: Path) -> None:
    """The City's residents as the sum of the wards that have a figure."""
    edit(
        "boroughs",
        lambda frame: frame.__setitem__("residents", frame["residents"].fillna(8000)),
    )(folder)


def river(change: Callable[[shapely.Geometry], shapely.Geometry]) -> Break:
    """Change the course of the Thames."""

    def break_it(folder: Path) -> None:
        path = folder / "thames.parquet"
        frame = gpd.read_parquet(path)
        frame.set_geometry([change(frame.geometry[0])], crs=frame.crs).to_parquet(path)
        look_up_points_in_it(folder, "thames")

    return break_it


def look_up_points_in_it(folder: Path, name: str) -> None:
    """Let points be looked up in the polygons of a changed file, and the map draw their edges."""
    frame = gpd.read_parquet(folder / f"{name}.parquet")
    if name == "wards":
        (folder / BORDERS).write_bytes(borders.pack(frame))
    polygons = frame.geometry.to_numpy()
    (folder / f"{name}.wkb").write_bytes(shapely.to_wkb(shapely.geometrycollections(polygons)))


def a_borough_less_on_the_page(folder: Path) -> None:
    path = folder / "web" / "areas.topojson"
    document = json.loads(path.read_bytes())
    document["objects"]["boroughs"]["geometries"].pop()
    path.write_text(json.dumps(document))


def an_arc_that_two_wards_of_the_page_do_not_share(way: int) -> Break:
    """Bend the first arc of a ward's outline for that ward alone, one way or the other."""

    def break_it(folder: Path) -> None:
        path = folder / "web" / "wards.topojson"
        document = json.loads(path.read_bytes())
        arcs = document["arcs"]
        ring = document["objects"]["wards"]["geometries"][60]["arcs"][0]
        while isinstance(ring[0], list):  # a multipolygon's are one level deeper
            ring = ring[0]
        first = ring[0]
        bent = [list(step) for step in arcs[first if first >= 0 else ~first]]
        for step, back in ((bent[1], 1), (bent[2], -1)):
            step[0] += back * way
            step[1] += back * way
        arcs.append(bent)
        ring[0] = len(arcs) - 1 if first >= 0 else -len(arcs)
        path.write_text(json.dumps(document))

    return break_it


def a_page_that_weighs_too_much(folder: Path) -> None:
    path = folder / "web" / "wards.topojson"
    document = json.loads(path.read_bytes())
    random = np.random.default_rng(1)
    document["ballast"] = random.integers(0, 1 << 40, size=60_000).tolist()
    path.write_text(json.dumps(document))


def a_ward_that_the_page_cannot_describe(folder: Path) -> None:
    path = folder / "web" / "facts.json"
    facts = json.loads(path.read_bytes())
    del facts["wards"]["E05009288"]
    path.write_text(json.dumps(facts))


def postcodes(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """Change the table of postcodes."""

    def break_it(folder: Path) -> None:
        table, districts = store.postcode_tables(data=folder)
        (folder / store.POSTCODES).write_bytes(pack(change(table), districts))

    return break_it


def two_wards_with_each_other_s_postcodes(table: pd.DataFrame) -> pd.DataFrame:
    """Both of Hackney, so that the boroughs agree as before."""
    swapped = {"E05009372": "E05009370", "E05009370": "E05009372"}
    return table.assign(ward_code=table["ward_code"].replace(swapped))


def a_borough_s_postcodes_in_another(table: pd.DataFrame) -> pd.DataFrame:
    """As the directory has them: where they lie stays as it is."""
    return table.assign(borough_code=table["borough_code"].replace("E09000012", "E09000019"))


def a_ward_elsewhere(folder: Path) -> None:
    """Points would be looked up in a ward that is drawn otherwise."""
    path = folder / "wards.wkb"
    polygons = shapely.get_parts(shapely.from_wkb(path.read_bytes()))
    polygons[7] = shapely.transform(polygons[7], lambda xy: xy + 1e-6)
    path.write_bytes(shapely.to_wkb(shapely.geometrycollections(polygons)))


def a_river_that_points_are_not_looked_up_in(folder: Path) -> None:
    (folder / "thames.wkb").write_bytes(shapely.to_wkb(shapely.box(-0.1, 51.5, 0, 51.6)))


BREAKS: dict[str, tuple[str, Break, str]] = {
    # what is done: the one promise that is broken by it, how it is done, what is said of it
    "a ward too many is stated": (
        "counts are right",
        put("boroughs", 3, "wards", 99),
        "boroughs do not state the number of their wards",
    ),
    "a borough too many is stated": (
        "counts are right",
        put("bcus", 1, "boroughs", 5),
        "bcus do not state the number of their boroughs",
    ),
    "another edition is stated": (
        "counts are right",
        in_sources("wards.parquet", edition="2018"),
        "78 Met wards, expected 75",
    ),
    "a BCU too many is stated for all London": (
        "counts are right",
        of_london(bcus=13),
        "2 BCUs, expected 13",
    ),
    "a ward names another borough": (
        "codes and names agree",
        put("wards", 60, "borough", "Camden Town"),
        "1 wards with another borough than the tables say",
    ),
    "a borough names another BCU": (
        "codes and names agree",
        put("boroughs", 3, "bcu", "North Area"),
        "1 boroughs with another bcu than the tables say",
    ),
    "a BCU has another name in the table": (
        "codes and names agree",
        in_text("bcus.csv", "CE,Central East", "CE,Central Eastern"),
        "1 bcus with another bcu than the tables say",
    ),
    "two BCUs leave a centimetre between them": (
        "there are no gaps",
        an_edge_that_two_bcus_draw_differently(+1),
        "wards have 1 holes, expected 0",
    ),
    "a pond is left out": (
        "there are no gaps",
        a_pond,
        "wards have 1 holes, expected 0",
    ),
    "points are looked up in a ward that lies elsewhere": (
        "points are looked up in the same wards",
        a_ward_elsewhere,
        "1 polygons of wards.wkb differ",
    ),
    "points are looked up in another river": (
        "points are looked up in the same wards",
        a_river_that_points_are_not_looked_up_in,
        "thames.wkb is not the river of thames.parquet",
    ),
    "two wards swap their postcodes": (
        "postcodes lie in their wards",
        postcodes(two_wards_with_each_other_s_postcodes),
        "postcodes are drawn in other wards than they state",
    ),
    "postcodes are in another borough than the directory says": (
        "postcodes lie in their wards",
        postcodes(a_borough_s_postcodes_in_another),
        "of live postcodes are in the directory's borough",
    ),
    "postcodes are in a ward of another edition": (
        "postcodes lie in their wards",
        postcodes(
            lambda table: table.assign(
                ward_code=table["ward_code"].replace("E05009372", "E05000001")
            )
        ),
        "postcodes are in wards that wards.parquet has not",
    ),
    "a BCU has a vertex that no ward has": (
        "levels nest exactly",
        one_more_vertex,
        "bcus are not exactly their boroughs",
    ),
    "two wards swap their areas": (
        "areas are conserved",
        two_wards_with_each_other_s_area,
        "off its area",
    ),
    "a BCU states a larger area": (
        "areas are conserved",
        edit("bcus", lambda frame: frame.__setitem__("area_km2", frame["area_km2"] + 0.001)),
        "areas by bcu_code are not the sums of their wards",
    ),
    "a borough has one resident more": (
        "residents add up",
        edit("boroughs", lambda frame: frame.__setitem__("residents", frame["residents"] + 1)),
        "residents of boroughs are not the sums of their wards",
    ),
    "what is not known is counted as none": (
        "residents add up",
        unknown_counted_as_none,
        "residents of boroughs are not the sums of their wards",
    ),
    "a ward has another figure than the table": (
        "residents add up",
        in_text("ward_population.csv", "E05009288,2824,", "E05009288,2825,"),
        "residents of wards are not those of the population table",
    ),
    "a figure that is not reliable is given all the same": (
        "strengths are of the Met's boroughs",
        in_text(
            "borough_strengths.csv", "E09000007,2025-08,2026-07,,", "E09000007,2025-08,2026-07,9,"
        ),
        "1 boroughs have fte though not reliable",
    ),
    "a strength that does not follow from its rate": (
        "strengths are of the Met's boroughs",
        in_text("borough_strengths.csv", "100.9,3.8912", "100.9,3.9912"),
        "fte is not fte_per_10k of residents_2021",
    ),
    "offences of a ward that is none": (
        "offences add up",
        in_text("ward_offences.csv", "E05009367,", "E05000001,"),
        "the areas of ward_offences.csv are not the Met's wards",
    ),
    "months in another order": (
        "offences add up",
        in_text("ward_offences.csv", "2024-01,2024-02", "2024-02,2024-01"),
        "ward_offences.csv leaves a month out",
    ),
    "a month that is left out": (
        "offences add up",
        in_text("borough_offences.csv", "2015-06", "2015-07"),
        "borough_offences.csv leaves a month out",
    ),
    "an area without a group": (
        "offences add up",
        in_text("borough_offences.csv", "E09000007,theft", "E09000007,robbing"),
        "has an area without some group",
    ),
    "a share above the whole": (
        "survey and abstraction are of the Met's boroughs",
        in_text("confidence.csv", "2014-12,MET,67", "2014-12,MET,167"),
        "shares above 100 per cent",
    ),
    "confidence of another area": (
        "survey and abstraction are of the Met's boroughs",
        in_text("confidence.csv", "2014-12,E09000007", "2014-12,E09000001"),
        "confidence.csv has areas that are not the Met's",
    ),
    "minutes of another area": (
        "survey and abstraction are of the Met's boroughs",
        in_text("abstraction.csv", "2018-05,E09000007", "2018-05,E09000001"),
        "abstraction.csv has areas that are not the Met's",
    ),
    "more minutes taken than there are": (
        "survey and abstraction are of the Met's boroughs",
        in_text("abstraction.csv", "E09000007,233280,21780", "E09000007,233280,999999"),
        "more minutes taken than there are",
    ),
    "strengths of another ward": (
        "strengths and teams are of the Met's wards",
        added("ward_strengths.csv", "ward_code,2025-01\nE05000001,2.0\n"),
        "the wards of ward_strengths.csv are not the Met's",
    ),
    "a ward listed twice on a day": (
        "strengths and teams are of the Met's wards",
        teams_listed_otherwise,
        "ward_teams.csv has a ward twice on a day",
    ),
    "people on a team that was not fetched": (
        "strengths and teams are of the Met's wards",
        teams_listed_otherwise,
        "has counts without a team that was fetched",
    ),
    "a borough without strengths": (
        "strengths are of the Met's boroughs",
        in_text("borough_strengths.csv", "E09000030,", "E09000001,"),
        "are not the Met's",
    ),
    "a counter is shown that the table has not": (
        "front counters can be so",
        in_text(
            "web/counters.json",
            '"event":"open","state":"open","kind":"24/7"',
            '"event":"open","state":"open","kind":"reduced"',
        ),
        "counters.json has other events than front_counters.csv",
    ),
    "a counter is in no borough of the Met": (
        "front counters can be so",
        in_text("front_counters.csv", "N1 0YY,E09000019", "N1 0YY,E09000001"),
        "Islington: has more than one borough_code",
    ),
    "a counter closes before it opens": (
        "front counters can be so",
        in_text(
            "front_counters.csv",
            "E09000030,2025-08,open,open,24/7,24/7,",
            "E09000030,2025-08,closed,closed,,,",
        ),
        "Bethnal Green: closes on 2025-08, and no row says that it was open before",
    ),
    "there are more counters than a source says": (
        "front counters can be so",
        in_text("counter_dates.csv", ",4,4,yes", ",3,4,yes"),
        "4 counters are open on 2025-08, but its source says 3",
    ),
    "a counter has the postcode of another borough": (
        "front counters can be so",
        in_text(
            "web/counters.json",
            '"borough_code":"E09000030","ward_code":"E050',
            '"borough_code":"E09000030","ward_code":"E059',
        ),
        "Bethnal Green: E2 9NZ is no postcode of a ward of its borough",
    ),
    "a BCU has another name in the last paper": (
        "policing models agree with the BCUs",
        in_text(
            "policing_units.csv", "CE,2023-03-26,Central East", "CE,2023-03-26,Central Eastern"
        ),
        "the last name of CE is Central Eastern, but bcus.csv has Central East",
    ),
    "a BCU has no name in the papers": (
        "policing models agree with the BCUs",
        lambda folder: [in_text("policing_units.csv", "\nCN,", "\nCX,")(folder) for _ in range(2)],
        "policing_units.csv has no name of CN",
    ),
    "the page tells of other models": (
        "policing models agree with the BCUs",
        in_text("web/history.json", "Pathfinders", "Pilots"),
        "history.json does not follow from the tables",
    ),
    "an event without an area that exists": (
        "events have grounds",
        in_text("web/events.json", '"areas":["CN"]', '"areas":["ZZ"]'),
        "is about ZZ, which is no area",
    ),
    "the page tells of other events": (
        "events have grounds",
        in_text("events.csv", "2012-reasons,", "2012-causes,"),
        "events.json does not follow from the tables",
    ),
    "two tables have different plans": (
        "nothing planned is told as known",
        lambda folder: [
            in_text(name, f"2018-11{between}Sue", f"2018-12{between}Sue")(folder)
            for name, between in (("roll_out_2018.csv", ","), ("web/events.json", BETWEEN))
        ],
        "CE was planned for 2018-11 by bcus.csv, but for 2018-12 by roll_out_2018.csv",
    ),
    "a source is a bare address": (
        "sources can be followed",
        in_text("boroughs.csv", "City of London Police polices the City", "https://x.example/"),
        "boroughs.csv: 'https://x.example/, not the Met' is an address without",
    ),
    "an error above its limit": (
        "measured errors are within limits",
        in_sources("wards.parquet", measured_error_m=3.2),
        "wards.parquet: 3.2 m, at most 3.0 m allowed",
    ),
    "an error that nobody measured": (
        "measured errors are within limits",
        in_sources("wards.parquet", measured_error_m=float("nan")),
        "wards.parquet: nan m",
    ),
    "the river runs over its banks": (
        "the Thames lies between the wards",
        river(lambda water: water.buffer(1e-4)),
        "m² of wards",
    ),
    "the river runs through Sussex": (
        "the Thames lies between the wards",
        river(lambda water: shapely.transform(water, lambda xy: xy - [0, 1])),
        "it touches no ward",
    ),
    "the river has no water": (
        "the Thames lies between the wards",
        river(lambda _: shapely.Polygon()),
        "it touches no ward",
    ),
    "the page lacks a borough": (
        "the page draws the same areas",
        a_borough_less_on_the_page,
        "boroughs of the page are not those of the data",
    ),
    "the page draws wards that overlap": (
        "the page draws the same areas",
        an_arc_that_two_wards_of_the_page_do_not_share(-5),
        "wards of the page are no coverage",
    ),
    "the page leaves a gap between wards": (
        "the page draws the same areas",
        an_arc_that_two_wards_of_the_page_do_not_share(+5),
        "wards of the page have gaps",
    ),
    "the page weighs too much": (
        "the page draws the same areas",
        a_page_that_weighs_too_much,
        "bytes compressed",
    ),
    "from near the page draws edges some metres off": (
        "from near the page draws the edges of the wards",
        in_tiles(BORDERS, edges_moved),
        "m off, or not as long",
    ),
    "from near the page lacks the edges of a tile": (
        "from near the page draws the edges of the wards",
        in_tiles(BORDERS, lambda kept: kept.pop(min(kept)) and None),
        "m off, or not as long",
    ),
    "from near the page draws no edges": (
        "from near the page draws the edges of the wards",
        lambda folder: sources(folder, lambda entries: entries[BORDERS].update(file="other.zip")),
        "web/borders.zip is missing: build the wards anew",
    ),
    "the page cannot describe a ward": (
        "the page draws the same areas",
        a_ward_that_the_page_cannot_describe,
        "wards of the page are not those of the data",
    ),
}


# A small London has no streets; these break the shipped ones.
STREETS: dict[str, tuple[str, Break, str]] = {
    "a street in a ward that is none": (
        "streets lie in wards there are",
        a_street_in_a_ward_that_is_none,
        "is in no ward, or in one that is not there",
    ),
    "streets without their coverage": (
        "streets keep their licences apart",
        in_sources("context/roads.zip", coverage=""),
        "context/roads.zip: no coverage",
    ),
    "a street that leaves its tile": (
        "tiles of streets can be drawn",
        in_tiles("context/roads.zip", a_line_too_long),
        "a line leaves it",
    ),
}


def broken(folder: Path) -> dict[str, list[str]]:
    return {promise: faults for promise, faults in check.check(folder).items() if faults}


def test_the_shipped_data_keep_every_promise() -> None:
    outcome = check.check(store.SHIPPED)
    assert list(outcome) == list(check.PROMISES)
    assert outcome == {promise: [] for promise in check.PROMISES}


# The first way to break each promise; the others test that promise alone, which is quicker.
FIRST = {promise: what for what, (promise, _, _) in reversed(BREAKS.items())}


@pytest.mark.parametrize("what", sorted(FIRST.values()))
def test_exactly_the_promise_that_is_broken_is_named(what: str, data_copy: Path) -> None:
    promise, break_it, said = BREAKS[what]
    break_it(data_copy)
    vouch_for_what_is_there(data_copy)
    found = broken(data_copy)
    assert list(found) == [promise]
    assert said in "; ".join(found[promise])


@pytest.mark.parametrize("what", sorted(set(BREAKS) - set(FIRST.values())))
def test_a_promise_that_is_broken_in_another_way_says_so(what: str, data_copy: Path) -> None:
    promise, break_it, said = BREAKS[what]
    break_it(data_copy)
    vouch_for_what_is_there(data_copy)
    assert said in "; ".join(check.PROMISES[promise](check.Data(data_copy)))


@pytest.mark.parametrize("what", sorted(STREETS))
def test_a_promise_of_streets_that_is_broken_says_so(what: str, tmp_path: Path) -> None:
    promise, break_it, said = STREETS[what]
    folder = Path(shutil.copytree(store.SHIPPED, tmp_path / "geodata"))
    break_it(folder)
    assert said in "; ".join(check.PROMISES[promise](check.Data(folder)))


def test_every_promise_is_broken_by_some_test() -> None:
    elsewhere = {
        FILES,
        DOCUMENTS,
        "tables keep their schema",
        "every level is a coverage",
        "addresses are counted in wards there are",
    }  # see test_addresses.py
    streets = {promise for promise, _, _ in STREETS.values()}
    assert set(FIRST) | streets | elsewhere == set(check.PROMISES)


@pytest.mark.parametrize(
    ("said", "break_it"),
    [
        ("web/map.js is not the file that was described (sha256)",
         lambda folder: (folder / "web/map.js").write_text("// changed")),
        ("notes.csv has no entry", lambda folder: (folder / "notes.csv").write_text("a\n1\n")),
        ("wards.parquet does not have 703 rows", in_sources("wards.parquet", rows=703)),
        ("bcus.csv: no licence", in_sources("bcus.csv", licence="")),
        ("bcus.csv: no publisher", in_sources("bcus.csv", publisher=None)),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_described_is_named(
    said: str, break_it: Break, data_copy: Path
) -> None:
    break_it(data_copy)
    assert check.files_are_as_described(check.Data(data_copy)) == [said]


def test_a_missing_file_is_named_by_every_promise_that_needs_it(data_copy: Path) -> None:
    (data_copy / "thames.parquet").unlink()
    found = broken(data_copy)
    assert found[FILES] == ["thames.parquet is missing"]
    assert found["the Thames lies between the wards"] == ["thames.parquet is missing"]
    assert len(found) == 2


def test_a_table_that_breaks_its_schema_is_named_with_its_fault(data_copy: Path) -> None:
    in_text("bcus.csv", ",evidence,", ",guessed,")(data_copy)
    vouch_for_what_is_there(data_copy)
    found = broken(data_copy)
    (fault,) = found["tables keep their schema"]
    assert fault.startswith("bcus.csv: go_live_basis: not of the form")
    assert "guessed" in fault
    assert all(faults == [fault] for faults in found.values())  # those that need the table


def test_two_bcus_that_overlap_by_a_centimetre_are_no_coverage(data_copy: Path) -> None:
    an_edge_that_two_bcus_draw_differently(-1)(data_copy)
    vouch_for_what_is_there(data_copy)
    found = broken(data_copy)
    assert found["every level is a coverage"] == [
        f"{level} overlap or do not match at their edges" for level in LEVELS
    ]
    assert set(found) <= {"every level is a coverage", "there are no gaps"}


def test_a_ward_that_is_gone_is_missed_by_more_than_one_promise(data_copy: Path) -> None:
    path = data_copy / "wards.parquet"
    gpd.read_parquet(path).drop(index=60).to_parquet(path)
    vouch_for_what_is_there(data_copy)
    found = broken(data_copy)
    assert "77 Met wards, expected 78" in found["counts are right"]
    assert "levels nest exactly" in found
    assert "there are no gaps" in found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wards.parquet", b"\x00\xff rubbish"),
        ("web/wards.topojson", b""),
        ("web/wards.topojson", b"[]"),
        ("web/facts.json", b"[]"),
        ("sources.json", b'{"files": 1}'),
        ("bcus.csv", b"\x00\xff rubbish"),
    ],
)
def test_a_damaged_file_breaks_promises_and_nothing_else(
    name: str, content: bytes, data_copy: Path
) -> None:
    (data_copy / name).write_bytes(content)
    outcome = check.check(data_copy)
    assert list(outcome) == list(check.PROMISES)
    assert any(outcome.values())


def test_an_empty_folder_breaks_every_promise(tmp_path: Path) -> None:
    assert set(broken(tmp_path)) == set(check.PROMISES)


def test_checking_writes_nothing(data_copy: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in data_copy.rglob("*") if p.is_file()}

    before = contents()
    check.check(data_copy)
    assert contents() == before


def test_rows_are_counted_and_not_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('code,name\nNA,"North\nArea"\nEA,East\n')
    pd.DataFrame({"a": [1, 2, 3]}).to_parquet(tmp_path / "a.parquet")
    assert check.rows(tmp_path / "a.csv") == 2
    assert check.rows(tmp_path / "a.parquet") == 3


DOCUMENTS = "licence, README and build report are as sources.json describes"


def documents(folder: Path) -> list[str]:
    return check.PROMISES[DOCUMENTS](check.Data(folder))


@pytest.mark.parametrize("name", store.DOCUMENTS)
def test_a_damaged_document_is_named(name: str, data_copy: Path) -> None:
    (data_copy / name).write_text("something else")
    assert documents(data_copy) == [f"{name} is not the file that was described (sha256)"]
    (data_copy / name).unlink()
    assert documents(data_copy) == [f"{name} is missing"]


@pytest.mark.parametrize("change", [(b"2025", b"2024"), (b"{", b"")])
def test_a_damaged_report_is_named(change: tuple[bytes, bytes], data_copy: Path) -> None:
    path = data_copy / store.REPORT
    path.write_bytes(path.read_bytes().replace(*change, 1))
    assert documents(data_copy) == ["build-report.json is not as the build wrote it"]
