"""Rows to their ward, borough and BCU: every outcome, every way to write a coordinate, and Dask."""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from bcumap.base.errors import SourceError
from bcumap.base.schema import WGS84
from bcumap.facts import store
from bcumap.geo import projection
from bcumap.matching import cells
from bcumap.matching import points as assign
from bcumap.matching.points import (
    AREA_COLUMNS,
    Areas,
    Coordinates,
    Geometries,
    Outcome,
    PostcodeBook,
    Tally,
    Where,
)
from bcumap.matching.tables import Block
from tests.police import street_crime

if TYPE_CHECKING:  # heavy: the one test that needs it pays for it
    from distributed import Client

LON_LAT = Coordinates("lon", "lat")
METRES = Coordinates("easting", "northing", metres=True)


@pytest.fixture(scope="module")
def areas() -> Areas:
    return Areas(*store.ward_polygons(), store.atlas(), store.thames_polygon())


@pytest.fixture(scope="module")
def crimes() -> pd.DataFrame:
    """Street crime with every cell as it is written."""
    return pd.read_csv(io.StringIO(street_crime(3000)), dtype="str", keep_default_na=False)


def points(*pairs: tuple[object, object], names: Coordinates = LON_LAT) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=[names.x, names.y])


def outcomes(frame: pd.DataFrame, areas: Areas, coordinates: Coordinates = LON_LAT) -> list[str]:
    return assign.add_areas(frame, areas, coordinates, outcome="how")["how"].tolist()


# --- what a row gets ---------------------------------------------------------------------------


def test_a_row_in_a_met_ward_gets_all_six_columns(areas: Areas) -> None:
    frame = assign.add_areas(points(("-0.1", "51.5")), areas, LON_LAT)
    assert frame.columns.tolist() == ["lon", "lat", *AREA_COLUMNS]
    assert frame.iloc[0].tolist() == [
        "-0.1", "51.5",
        "E05011095", "Borough & Bankside", "E09000028", "Southwark", "AS", "Central South",
    ]  # fmt: skip


def test_a_row_in_the_city_has_no_bcu(areas: Areas) -> None:
    frame = assign.add_areas(points((-0.0922, 51.5140)), areas, LON_LAT)
    assert frame[["ward", "borough"]].iloc[0].tolist() == ["Cheap", "City of London"]
    assert frame[["bcu_code", "bcu"]].isna().all(axis=None)


def test_north_area_is_the_text_na_and_not_missing(areas: Areas) -> None:
    frame = assign.add_areas(points((-0.07, 51.60)), areas, LON_LAT)
    assert frame[["borough", "bcu_code", "bcu"]].iloc[0].tolist() == [
        "Haringey",
        "NA",
        "North Area",
    ]


def test_where_the_river_is_not_known_it_is_elsewhere() -> None:
    areas = Areas(*store.ward_polygons(), store.atlas(), shapely.Polygon())
    assert outcomes(points((-0.12, 51.506), (-0.1, 51.5)), areas) == [
        Outcome.ELSEWHERE,
        Outcome.MET,
    ]


OUTCOMES = [
    (Outcome.MET, "-0.1", "51.5"),
    (Outcome.MET, " -0.1 ", "+51.5"),
    (Outcome.MET, "-1E-1", "51.5000"),
    (Outcome.MET, "-.1", "51.5"),
    (Outcome.CITY, "-0.0922", "51.5140"),
    (Outcome.THAMES, "-0.12", "51.506"),
    (Outcome.ELSEWHERE, "0", "0"),
    (Outcome.ELSEWHERE, "-3.18", "55.95"),
    (Outcome.ELSEWHERE, "-0.5", "51.3"),  # in London's bounds, not in London
    (Outcome.EMPTY, "", ""),
    (Outcome.EMPTY, "-0.1", ""),
    (Outcome.EMPTY, "  ", "51.5"),
    (Outcome.EMPTY, None, "51.5"),
    (Outcome.EMPTY, "", "north"),
    (Outcome.NOT_A_NUMBER, "west", "51.5"),
    (Outcome.MET, "-0.1", "51.5°"),
    (Outcome.MET, "-0,1", "51,5"),
    (Outcome.MET, "−0.1", "51.5N"),
    (Outcome.MET, "0°6'0\"W", "N 51° 30′"),
    (Outcome.MET, '="-0.1"', "51 30 00"),
    (Outcome.NOT_A_NUMBER, "0°60'W", "51.5"),
    (Outcome.NOT_A_NUMBER, "W0.1W", "51.5"),
    (Outcome.NOT_A_NUMBER, "nan", "51.5"),
    (Outcome.NOT_A_NUMBER, "0x1A", "51.5"),
    (Outcome.NOT_A_NUMBER, "1_0", "51.5"),
    (Outcome.NOT_A_NUMBER, "٣", "51.5"),
    (Outcome.NOT_A_NUMBER, "--0.1", "51.5"),
    (Outcome.NOT_A_NUMBER, "=1+1", "51.5"),
    (Outcome.SWAPPED, "51.5", "-0.1"),
    (Outcome.SWAPPED, "51.514", "-0.0922"),
    (Outcome.OUT_OF_RANGE, "-0.1", "91"),
    (Outcome.OUT_OF_RANGE, "181", "51.5"),
    (Outcome.OUT_OF_RANGE, "inf", "51.5"),
    (Outcome.OUT_OF_RANGE, "-0.1", "-Infinity"),
    (Outcome.OUT_OF_RANGE, "1e308", "51.5"),
    (Outcome.OUT_OF_RANGE, "1e999", "51.5"),
    (Outcome.OUT_OF_RANGE, "530000", "180000"),
]


@pytest.mark.parametrize(("expected", "lon", "lat"), OUTCOMES)
def test_how_a_row_comes_out(expected: Outcome, lon: str, lat: str, areas: Areas) -> None:
    frame = assign.add_areas(points((lon, lat)), areas, LON_LAT, outcome="how")
    assert frame["how"].tolist() == [expected]
    assert frame["ward"].notna().all() == (expected in (Outcome.MET, Outcome.CITY))
    assert frame["bcu"].notna().all() == (expected == Outcome.MET)


def test_rows_do_not_change_each_others_outcome(areas: Areas) -> None:
    """All of them at once: a bad cell makes the whole column be read in another way."""
    frame = points(*((lon, lat) for _, lon, lat in OUTCOMES))
    assert outcomes(frame, areas) == [expected for expected, _, _ in OUTCOMES]


@pytest.mark.parametrize(
    ("expected", "easting", "northing"),
    [
        (Outcome.MET, "530020", "180360"),
        (Outcome.CITY, 532_500, 181_200),
        (Outcome.THAMES, 530_600.5, 180_250.0),
        (Outcome.ELSEWHERE, 325_000, 673_000),
        (Outcome.ELSEWHERE, 0, 0),
        (Outcome.SWAPPED, 180_360, 530_020),
        (Outcome.OUT_OF_RANGE, -1, 180_000),
        (Outcome.OUT_OF_RANGE, 530_000, 1_300_001),
        (Outcome.OUT_OF_RANGE, np.inf, 180_000),
        (Outcome.EMPTY, np.nan, 180_000),
    ],
)
def test_how_a_row_in_metres_comes_out(
    expected: Outcome, easting: object, northing: object, areas: Areas
) -> None:
    assert outcomes(points((easting, northing), names=METRES), areas, METRES) == [expected]


def test_metres_and_degrees_agree(areas: Areas) -> None:
    """The same 20,000 places; boundaries are generalised to 3 m, OSTN15 is good to 1 mm."""
    random = np.random.default_rng(3)
    metres = random.uniform((503_000, 155_000), (562_000, 201_000), (20_000, 2))
    in_metres = assign.add_areas(
        pd.DataFrame(metres, columns=["easting", "northing"]), areas, METRES
    )
    degrees = projection.bng_to_lonlat(metres)
    in_degrees = assign.add_areas(pd.DataFrame(degrees, columns=["lon", "lat"]), areas, LON_LAT)
    pd.testing.assert_frame_equal(in_metres[[*AREA_COLUMNS]], in_degrees[[*AREA_COLUMNS]])
    assert in_metres["ward"].notna().mean() > 0.5


def test_the_answers_are_those_of_sjoin(crimes: pd.DataFrame, areas: Areas) -> None:
    found = assign.add_areas(crimes, areas, Coordinates("Longitude", "Latitude"))
    lon, lat = (pd.to_numeric(crimes[name]) for name in ("Longitude", "Latitude"))
    places = gpd.GeoDataFrame(crimes, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    wards = store.areas("wards")[[*AREA_COLUMNS, "geometry"]]
    joined = gpd.sjoin(places, wards, how="left", predicate="within")
    pd.testing.assert_frame_equal(found, pd.DataFrame(joined)[found.columns])
    assert 1000 < found["ward"].notna().sum() < 3000


# --- however the numbers come ------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["float64", "Float64", "double[pyarrow]", "str", "object", "category", "string[python]"],
)
def test_columns_of_any_type(kind: str, areas: Areas) -> None:
    frame = points((-0.1, 51.5), (0.0, 51.5), (np.nan, 51.5)).astype(kind)
    found = assign.add_areas(frame, areas, LON_LAT)
    assert found["bcu_code"].tolist()[:2] == ["AS", "SE"]
    assert found["bcu_code"].isna().tolist() == [False, False, True]
    assert found["lon"].dtype == frame["lon"].dtype


def test_decimals_and_a_mixture(areas: Areas) -> None:
    frame = points((Decimal("-0.1"), 51.5), ("0.0", Decimal("51.5")), (None, True), (True, 51))
    assert outcomes(frame, areas) == [Outcome.MET, Outcome.MET, Outcome.EMPTY, Outcome.NOT_A_NUMBER]


def test_truth_values_are_no_numbers(areas: Areas) -> None:
    assert outcomes(points((True, False)), areas) == [Outcome.NOT_A_NUMBER]


# --- what the table keeps ----------------------------------------------------------------------


def test_rows_columns_index_and_the_frame_itself_stay(areas: Areas) -> None:
    frame = points((-0.1, 51.5), (9.0, 9.0)).assign(id=["007", "="]).set_index(pd.Index([7, 7]))
    before = frame.copy()
    found = assign.add_areas(frame, areas, LON_LAT)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found[frame.columns], before)


def test_no_rows_give_the_same_columns(areas: Areas) -> None:
    frame = points(("-0.1", "51.5"))
    none = assign.add_areas(frame.head(0), areas, LON_LAT, outcome="how")
    some = assign.add_areas(frame, areas, LON_LAT, outcome="how")
    assert len(none) == 0
    assert none.dtypes.tolist() == some.dtypes.tolist()
    assert none.columns.tolist() == some.columns.tolist()


def test_a_column_that_is_there_already(areas: Areas) -> None:
    frame = points((-0.1, 51.5)).assign(borough="Southwark")
    with pytest.raises(SourceError, match=r"already has a column 'borough'; say with --prefix"):
        assign.add_areas(frame, areas, LON_LAT)
    found = assign.add_areas(frame, areas, LON_LAT, prefix="their_")
    assert found.columns.tolist() == [*frame.columns, *(f"their_{name}" for name in AREA_COLUMNS)]


def test_in_parts_as_in_whole(crimes: pd.DataFrame, areas: Areas) -> None:
    where = Coordinates("Longitude", "Latitude")
    whole = assign.add_areas(crimes, areas, where, outcome="how")
    bounds = [0, 1, 1, 17, 1000, 3000]
    parts = [
        assign.add_areas(crimes.iloc[start:end], areas, where, outcome="how")
        for start, end in pairwise(bounds)
    ]
    pd.testing.assert_frame_equal(pd.concat(parts), whole)


def test_areas_can_be_sent_to_another_process(crimes: pd.DataFrame, areas: Areas) -> None:
    sent = pickle.loads(pickle.dumps(areas))  # noqa: S301 (our own)
    where = Coordinates("Longitude", "Latitude")
    pd.testing.assert_frame_equal(
        assign.add_areas(crimes, sent, where, outcome="how"),
        assign.add_areas(crimes, areas, where, outcome="how"),
    )


# --- which columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Longitude", "Latitude"], ("Longitude", "Latitude", False)),
        (["LAT", "id", "Lng"], ("Lng", "LAT", False)),
        (["long", "lat"], ("long", "lat", False)),
        ([" lon ", "lat_"], (" lon ", "lat_", False)),
        (["EASTING", "NORTHING"], ("EASTING", "NORTHING", True)),
        (["Eastings", "Northings"], ("Eastings", "Northings", True)),
        (["oseast1m", "osnrth1m"], ("oseast1m", "osnrth1m", True)),
        (["east_1m", "north_1m"], ("east_1m", "north_1m", True)),
        (["E", "N"], ("E", "N", True)),
        (["x", "y"], ("x", "y", False)),
        (["x", "y", "lon", "lat"], ("lon", "lat", False)),
        (["e", "n", "Easting", "Northing"], ("Easting", "Northing", True)),
    ],
)
def test_usual_names_are_found(names: list[str], expected: tuple[str, str, bool]) -> None:
    frame = pd.DataFrame([[0.1] * len(names)], columns=names)
    assert assign.find_coordinates(frame) == Coordinates(*expected)


@pytest.mark.parametrize(
    ("x", "y", "metres"),
    [
        (["-0.1", "0"], ["51.5", "51"], False),
        (["530000", "bad"], ["180000", ""], True),
        ([-0.1, -0.1, 530_000.0], [51.5, 51.5, 180_000.0], False),
        ([], [], False),
        (["", "no"], ["", ""], False),
        ([np.inf, 530_000.0], [1.0, 180_000.0], True),
    ],
)
def test_the_values_of_x_and_y_tell_degrees_from_metres(
    x: list[object], y: list[object], metres: bool
) -> None:
    frame = pd.DataFrame({"X": x, "Y": y})
    assert assign.find_coordinates(frame) == Coordinates("X", "Y", metres)


@pytest.mark.parametrize(
    "names",
    [
        ["place", "when"],
        ["lon"],
        ["lat", "x", "y"],
        ["lon", "lat", "longitude"],
        ["lon", "lon", "lat"],
        ["lon", "lat", "easting", "northing", "eastings"],
        ["lon", "northing"],
        ["x", "y", "e", "n"],
        [],
    ],
)
def test_names_that_are_not_clear(names: list[str]) -> None:
    with pytest.raises(SourceError, match="name them with --lon and --lat, or --easting") as raised:
        assign.find_coordinates(pd.DataFrame([[0.1] * len(names)], columns=names))
    assert str(raised.value).endswith(", ".join(map(repr, names)))


def test_named_columns_need_no_usual_names() -> None:
    frame = pd.DataFrame(columns=["a", "b", "lon", "lat"])
    assert assign.find_coordinates(frame, lon="a", lat="b") == Coordinates("a", "b")
    assert assign.find_coordinates(frame, easting="b", northing="a") == Coordinates("b", "a", True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lon": "a"}, "come in pairs"),
        ({"northing": "a"}, "come in pairs"),
        ({"lon": "a", "lat": "b", "easting": "a", "northing": "b"}, "not both"),
        ({"lon": "a", "lat": "d"}, "the table has no column 'd'; its columns are 'a', 'b', 'b'"),
        ({"lon": "a", "lat": "b"}, "the table has 2 columns 'b'"),
    ],
)
def test_named_columns_that_cannot_be(given: dict[str, str], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        assign.find_coordinates(pd.DataFrame(columns=["a", "b", "b"]), **given)


def test_a_table_of_very_many_columns_is_not_all_listed() -> None:
    with pytest.raises(SourceError) as raised:
        assign.find_coordinates(pd.DataFrame(columns=[f"column {n}" for n in range(5000)]))
    assert str(raised.value).endswith("'column 39', …")


# --- blocks in Arrow, and the count ------------------------------------------------------------


def widened(table: pa.Table, areas: Areas, where: Where, tally: Tally) -> pa.Table:
    schema = assign.widened(table.schema, where)
    batches = table.to_batches(max_chunksize=7)
    given = [Block(batch, 7 * n + 2 + np.arange(batch.num_rows)) for n, batch in enumerate(batches)]
    blocks = assign.widen(given, schema, areas, where, tally=tally)
    return pa.Table.from_batches(list(blocks), schema)


def test_blocks_get_what_frames_get(crimes: pd.DataFrame, areas: Areas) -> None:
    where = Coordinates("Longitude", "Latitude")
    crimes = crimes.head(100)
    table = widened(pa.Table.from_pandas(crimes), areas, where, Tally())
    expected = assign.add_areas(crimes, areas, where)
    for name in AREA_COLUMNS:
        assert table[name].to_pylist() == [
            None if pd.isna(value) else value for value in expected[name]
        ]


def test_a_blocks_own_columns_are_not_touched(areas: Areas) -> None:
    table = pa.table(
        {
            "lon": pa.array([b"-0.1", b"\xff", None]),  # the second is in no encoding we know
            "lat": pa.array(["51.5", "51.5", "51.5"]).dictionary_encode(),
            "list": pa.array([[1], None, []]),
            "lots": pa.array([2**60 + 1, None, -1]),
            "ward of old": pa.array(["=1+1", None, ""]),
        }
    )
    tally = Tally()
    found = widened(table, areas, LON_LAT, tally)
    assert found.select(table.column_names).equals(table)
    assert found["bcu_code"].to_pylist() == ["AS", None, None]
    assert tally.counts[Outcome.NOT_A_NUMBER] == tally.counts[Outcome.EMPTY] == 1


def test_the_tally_of_all_blocks(areas: Areas) -> None:
    rows = OUTCOMES * 3
    table = pa.table({"lon": [lon for _, lon, _ in rows], "lat": [lat for _, _, lat in rows]})
    tally = Tally()
    widened(table, areas, LON_LAT, tally)
    expected = [outcome for outcome, _, _ in rows]
    assert tally.rows == len(rows)
    assert tally.counts == {outcome: expected.count(outcome) for outcome in Outcome}
    for outcome, numbers in tally.first.items():
        wanted = [row for row, each in enumerate(expected, start=2) if each == outcome]
        assert numbers == wanted[:5]
    assert Outcome.ELSEWHERE not in tally.first


# --- what says a place otherwise --------------------------------------------------------------


def test_thousands_and_decimal_commas_of_metres(areas: Areas) -> None:
    frame = points(
        ("530,020", "180,360"), ("530020,5", "180360"), ("530.020,5", "180 360"),
        ("E530020", "N180360"), ("53,00,20", "180360"), names=METRES,
    )  # fmt: skip
    assert outcomes(frame, areas, METRES) == [*[Outcome.MET] * 4, Outcome.NOT_A_NUMBER]
    assert METRES.example(frame) == "'530,020' is read as 530020.0"


@pytest.mark.parametrize("cell", ['="51.4779"', "51.4779°", "+51.4779", "51,4779", " 51.4779 "])
def test_degrees_as_spreadsheets_and_people_write_them(cell: str, areas: Areas) -> None:
    frame = points(("−0.0015", cell), ('="-0.0015"', cell), names=LON_LAT)
    assert outcomes(frame, areas, LON_LAT) == [Outcome.MET] * 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("TQ 389 773", (538_950, 177_350)),
        ("tq3010082900", (530_100, 182_900)),
        ("TQ 30100 82900", (530_100, 182_900)),
        ("SU 0123 4567", (401_235, 145_675)),
        ("HP 000 000", (400_050, 1_200_050)),
        ("TQ38", None),  # 10 km
        ("TQ3877", None),  # 1 km, which may be several wards
        ("TQ 389 7734", None),
        ("TI 389 773", None),
        ("SE8 4RX", None),
    ],
)
def test_grid_references(text: str, place: tuple[int, int] | None) -> None:
    found = cells.grid_reference(text)
    assert found == place or (place is None and np.isnan(found).all())


def test_a_column_of_grid_references(areas: Areas) -> None:
    frame = pd.DataFrame({"name": ["a", "b", "c"], "OS Grid Ref": ["TQ 300 803", "", "here"]})
    where = assign.find_coordinates(frame)
    found = assign.add_areas(frame, areas, where, outcome="how")
    assert found["how"].tolist() == [Outcome.MET, Outcome.EMPTY, Outcome.NOT_READABLE]
    assert (
        where.example(frame) == "'TQ 300 803' is read as 530050, 180350, the middle of its square"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "POINT (-0.1 51.5)",
        "point z(-0.1 51.5 3)",
        "SRID=4326;POINT(-0.1 51.5)",
        "MULTIPOINT ((-0.1 51.5))",
        '{"type": "Point", "coordinates": [-0.1, 51.5]}',
        '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [-0.1, 51.5]}}',
        "0101000000" + struct.pack("<dd", -0.1, 51.5).hex().upper(),
        "51.5, -0.1",
        "51.5,-0.1",
        "51,5; -0,1",
        "(51.5 -0.1)",
    ],
)
def test_a_column_of_points(cell: str, areas: Areas) -> None:
    frame = pd.DataFrame({"geometry": [cell, "", "POLYGON EMPTY", "POINT (", '{"a"', "51.5"]})
    found = assign.add_areas(frame, areas, assign.find_coordinates(frame), outcome="how")
    assert found["how"].tolist() == [Outcome.MET, Outcome.EMPTY, *[Outcome.NOT_READABLE] * 4]
    assert found["bcu_code"][0] == "AS"


def test_points_in_metres_and_points_in_another_crs(areas: Areas) -> None:
    frame = pd.DataFrame({"wkt": ["POINT (530020 180360)"]})
    assert assign.find_coordinates(frame) == Geometries("wkt", metres=True)
    assert (
        assign.find_coordinates(frame, geometry=("wkt", "EPSG:27700"))
        .find(frame, areas)
        .outcomes[Outcome.MET]
        .all()
    )
    with pytest.raises(SourceError, match="the points are in EPSG:3857; save them in EPSG:4326"):
        assign.find_coordinates(frame, geometry=("wkt", "EPSG:3857"))


def test_both_pairs_the_grid_is_taken_and_the_other_is_compared(areas: Areas) -> None:
    frame = pd.DataFrame(
        {"Longitude": [-0.1283, -0.1283], "Latitude": [51.5072, 51.5172],
         "Easting": [530_020, 530_020], "Northing": [180_360, 180_360]}
    )  # fmt: skip
    where = assign.find_coordinates(frame)
    assert where == Coordinates("Easting", "Northing", True, ("Longitude", "Latitude"))
    tally = Tally()
    widened(pa.Table.from_pandas(frame), areas, where, tally)
    assert (tally.counts[Outcome.MET], tally.apart) == (2, 1)


def test_postcodes_have_their_ward_and_the_uncertain_ones_say_so(areas: Areas) -> None:
    book = store.postcode_tables()[0]
    certain = book[(book["others"] == "") & book["live"]].iloc[0]
    unsure = book[(book["others"].str.contains("E05")) & book["live"]].iloc[0]
    ended = book[~book["live"]].iloc[0]
    names = [certain["postcode"].replace(" ", "").lower(), f" {unsure['postcode']}.",
             ended["postcode"], "ZZ1 1ZZ", "M1 1AE", "Deptford", None]  # fmt: skip
    frame = pd.DataFrame({"name": range(7), "Post Code": names})
    where = assign.find_coordinates(frame, postcodes=lambda: PostcodeBook(book))
    found = assign.add_areas(frame, areas, where, outcome="how")
    codes = found["ward_code"].tolist()
    assert codes[:3] == [certain["ward_code"], unsure["ward_code"], ended["ward_code"]]
    assert found["postcode_certainty"].tolist()[:2] == ["certain", "uncertain"]
    assert found["postcode_in_use"].tolist()[:3] == ["yes", "yes", "no"]
    assert "E05" in found["other_wards"][1]
    assert ":" not in found["other_wards"][1]
    assert found["how"].tolist()[3:] == [
        Outcome.NOT_KNOWN, Outcome.NOT_KNOWN, Outcome.NO_POSTCODE, Outcome.EMPTY
    ]  # fmt: skip
    assert found.iloc[3:][["ward_code", "postcode_certainty", "other_wards"]].isna().all(axis=None)


# --- beyond one machine ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """Two workers, each a process of its own, on loopback."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address=None
        ) as workers,
        Client(workers) as client,
    ):
        yield client


def test_dask_gives_the_same_rows(
    crimes: pd.DataFrame, areas: Areas, cluster: Client, tmp_path: Path
) -> None:
    """The two lines that the documentation of `add_areas` gives, on files of several parts."""
    import dask
    import dask.dataframe as dd

    text = tmp_path / "crimes.csv"
    text.write_text(street_crime(3000))
    where = Coordinates("Longitude", "Latitude")
    ddf = dd.read_csv(text, dtype="str", keep_default_na=False, blocksize=200_000)
    assert ddf.npartitions > 2
    assert len(cluster.scheduler_info()["workers"]) == 2

    empty = assign.add_areas(ddf.head(0), areas, where, outcome="how")
    found = ddf.map_partitions(
        assign.add_areas, dask.delayed(areas), where, outcome="how", meta=empty
    ).compute()

    expected = assign.add_areas(crimes, areas, where, outcome="how")
    assert found.columns.tolist() == expected.columns.tolist()
    for name in expected:
        assert found[name].fillna("").tolist() == expected[name].fillna("").tolist()
