"""A small London: two BCUs of two boroughs, and the City; cut from geodata/, built alike.

What does not depend on how large London is can be tested with it, in a third of the time.
"""

from __future__ import annotations

import fcntl
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BCUS = ("CE", "CN")
CITY = "E09000001"
BOROUGHS = (CITY, "E09000007", "E09000012", "E09000019", "E09000030")
MET_WARDS, CITY_WARDS = 78, 25
SECTORS = ("E1 6", "E8 1", "EC2V 7")
ASKED = ("SE8 ", "EC2V ")
DISTRICTS = "districts.csv"
NUMBERS = f"""[london]
bcus = {len(BCUS)}
boroughs = {len(BOROUGHS)}
city_wards = {CITY_WARDS}
met_wards_since = {{ 2018 = 75, 2022 = {MET_WARDS} }}
"""
# The tables of which a small London has a part: by what.
BY_BOROUGH = (
    "boroughs.csv", "borough_strengths.csv", "front_counters.csv", "borough_offences.csv",
    "abstraction.csv",
)  # fmt: skip
BY_BCU = ("bcus.csv", "policing_units.csv", "roll_out_2018.csv")


@dataclass(frozen=True)
class Small:
    """Where it is: the ward layer, what is known before the build, and what was built of both."""

    layer: Path
    known: Path
    built: Path


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(folder: Path) -> Small:
    """Make it in a folder that all workers of a run share, unless one of them has done so."""
    small = Small(folder / "wards.parquet", folder / "known", folder / "geodata")
    folder.mkdir(exist_ok=True)
    with _one_at_a_time(folder / "lock"):
        if not (small.built / "sources.json").exists():
            _make(small)
    return small


def _make(small: Small) -> None:
    from bcumap.build import steps
    from bcumap.facts import store

    wards = store.areas("wards")
    wards = wards[wards["borough_code"].isin(BOROUGHS)]
    _layer(wards).to_parquet(small.layer)
    shutil.copytree(store.SHIPPED, small.known, ignore=shutil.ignore_patterns(
        "*.parquet", "*.wkb", "web", "context", store.POSTCODES, store.REPORT))  # fmt: skip
    _cut_river(small.known, wards.total_bounds)
    _cut_tables(small.known, set(wards["ward_code"]))
    _cut_totals(small.known)
    _cut_postcodes(small.known)
    text = (small.known / store.PASSPORTS).read_text(encoding="utf-8")
    text, found = re.subn(r"\[london\]\n(.+\n)+", NUMBERS, text)
    assert found == 1
    (small.known / store.PASSPORTS).write_text(text, encoding="utf-8")
    steps.build(steps.Request(small.layer, out=small.built, data=small.known))


def _layer(wards: Any) -> Any:
    """Wards as the ONS would name their columns."""
    names = {"ward_code": "WD25CD", "ward": "WD25NM"}
    names |= {"borough_code": "LAD25CD", "borough": "LAD25NM"}
    layer = wards.rename(columns=names)[[*names.values(), "geometry"]]
    return layer.reset_index(drop=True)


def _cut_river(folder: Path, bounds: Any) -> None:
    import shapely

    from bcumap.facts import store

    river = store.thames(data=store.SHIPPED)
    river.clip(shapely.box(*bounds)).to_parquet(folder / "thames.parquet")


def _change(path: Path, change: Callable[[Any], Any]) -> None:
    """Change a table, all of it text."""
    import pandas as pd

    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False, lineterminator="\n")


def _cut_tables(folder: Path, wards: set[str]) -> None:
    rows = dict.fromkeys(BY_BOROUGH, ("borough_code", BOROUGHS))
    rows |= dict.fromkeys(BY_BCU, ("bcu_code", BCUS))
    by_ward = ("ward_population.csv", "ward_offences.csv")
    rows |= dict.fromkeys(by_ward, ("ward_code", tuple(wards)))
    rows |= {"confidence.csv": ("area", ("MET", *BOROUGHS))}
    for name, (column, kept) in rows.items():
        _change(folder / name, lambda table, c=column, k=kept: table[table[c].isin(k)])

    ours = {"", *BOROUGHS, *BCUS}
    _change(
        folder / "events.csv",
        lambda table: table[[ours.issuperset(areas.split(";")) for areas in table["areas"]]],
    )


def _cut_totals(folder: Path) -> None:
    """State as many front counters as there are of those that are left."""
    from bcumap.base.dates import starts
    from bcumap.facts import counters, store

    events = store.records("front counters", data=folder)

    def count(table: Any) -> Any:
        for row in table.index[table["complete"] == "yes"]:
            standing = counters.standing_on(events, starts(table["from"][row]))
            found = counters.tally(standing, complete=True)
            table.loc[row, ["counters", "open_24_7"]] = [
                str(found.counters), str(found.open_24_7)
            ]  # fmt: skip
        return table

    _change(folder / "counter_dates.csv", count)


def thin_out(path: Path, number: int) -> None:
    """Keep so many sectors of an archive of postcodes, always those that tests ask for."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    known = sorted(content.keys() - {DISTRICTS})
    asked = {name for name in known if name.startswith(ASKED)}
    kept = {DISTRICTS, *asked, *random.Random(6).sample(known, number)}  # noqa: S311
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(content.keys() & kept):
            archive.writestr(name, content[name])


def _cut_postcodes(folder: Path) -> None:
    """Keep those of three sectors, and of the front counters."""
    from bcumap.facts import store
    from bcumap.facts.postcodes import pack

    table, districts = store.postcode_tables(data=store.SHIPPED)
    of_counters = {row["postcode"] for row in store.records("front counters", data=folder)}
    kept = table["postcode"].str[:-2].isin(SECTORS) | table["postcode"].isin(of_counters)
    content = pack(table[kept].reset_index(drop=True), districts)
    (folder / store.POSTCODES).write_bytes(content)
    described = json.loads((folder / "sources.json").read_bytes())
    described["files"] = [row for row in described["files"] if row["file"] == store.POSTCODES]
    (folder / "sources.json").write_text(json.dumps(described))
