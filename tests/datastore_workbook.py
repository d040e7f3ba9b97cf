"""A workbook of the London Datastore's shape, with its traps, made from the real names of wards.

The official one cannot be had here; what is known of it is in docs/data.md.
"""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from bcumap.facts import store

STRENGTH_ROWS, ABSTRACTION_ROWS = 73_567, 126_230  # of the official one in July 2026

STRENGTHS = ("Date", "Buisness Group", "OCU", "Department", "Team", "Rank", "FTE")
ABSTRACTIONS = ("Month of Abstraction", "BCU", "Borough", "Team", "Abstracted From Duty",
                "Abstracted Type", "Abstraction Minutes", "Ward_Code")  # fmt: skip
KINDS = ("Aid", "Court", "Public Order Event", "Response Backfill", "Ward Duty", "Training",
         "Custody", "Crime Scene")  # fmt: skip
SHORT = {"Kingston upon Thames": "Kingston", "Richmond upon Thames": "Richmond"}
BCUS = {"East Area": "East", "North Area": "North", "South Area": "South", "West Area": "West"}

# Traps. Teams are called after wards, but some by an older name.
OLDER_TEAMS = {"Brownswood": "Brownswood Hall", "Bullsmoor": "Turkey Street"}
CAMDEN_ENDS = ISLINGTON_FAILS = "2024-08"  # of Islington, two wards in ten are left
GAP = ("2024-10", "2024-11")  # while the publisher rebuilds the file
OLDER_CODES = ("E05000026", "E05000250", "E05000630")
NOT_A_WARD = "Town Centre Team"

Row = tuple[Any, ...]


def months(first: str, last: str) -> list[str]:
    year, month = map(int, first.split("-"))
    listed = []
    while (text := f"{year}-{month:02}") <= last:
        listed.append(text)
        year, month = year + month // 12, month % 12 + 1
    return listed


def teams() -> list[tuple[str, str, str, str, str]]:
    """BCU, borough and team as the publisher writes them, the ward's code and its borough."""
    facts = store.facts()
    listed = []
    for code, ward in facts["wards"].items():
        borough = facts["boroughs"][ward["borough_code"]]
        if borough["bcu_code"]:
            bcu = facts["bcus"][borough["bcu_code"]]["name"]
            name = OLDER_TEAMS.get(ward["name"], ward["name"])
            department = SHORT.get(borough["name"], borough["name"]).replace(" and ", " & ")
            written = (f"BCU {BCUS.get(bcu, bcu)}", f"{department} Borough", f"{name} Ward")
            listed.append((*written, code, borough["name"]))
    return listed


def strength_rows(first: str, last: str) -> Iterator[Row]:
    chance, listed = random.Random(1), teams()  # noqa: S311
    for month in months(first, last):
        year, number = map(int, month.split("-"))
        day = dt.datetime(year, number, calendar.monthrange(year, number)[1])
        for bcu, department, team, code, borough in listed:
            if month in GAP or (borough == "Camden" and month >= CAMDEN_ENDS):
                continue
            if borough == "Islington" and month >= ISLINGTON_FAILS and int(code[-1]) > 1:
                continue
            for rank, fte in (("Constable", 2.0), ("PCSO", 1.0)):
                part = round(fte - chance.choice((0, 0, 0, 0.2, 0.5)), 5)
                yield (day, "Frontline Policing", bcu, department, team, rank, part)


def abstraction_rows(first: str, last: str) -> Iterator[Row]:
    chance = random.Random(2)  # noqa: S311
    listed = teams()
    for month in months(first, last):
        if month in GAP:
            continue
        year, number = map(int, month.split("-"))
        day = dt.datetime(year, number, 1)
        yield (day, *listed[0][:2], NOT_A_WARD, "Yes", "Aid", 600.0, None)
        for bcu, department, team, code, _ in listed:
            stated = chance.choice((*OLDER_CODES, None)) if chance.random() < 0.1 else code
            for kind in chance.sample(KINDS, 3 + (chance.random() < 0.25)):
                duty = "No" if kind == "Ward Duty" else "Yes"
                minutes = float(chance.randrange(0, 6000, 15))
                yield (day, bcu, department, team, duty, kind, minutes, stated)


def write(path: Path, *, first: str = "2024-07", last: str = "2024-12") -> Path:
    """Write a small workbook: every trap, some months."""
    return _write(path, list(strength_rows(first, last)), list(abstraction_rows(first, last)))


def write_full(path: Path) -> Path:
    """Write one of the official one's size, from August 2021 to July 2026."""
    return _write(
        path,
        list(strength_rows("2021-08", "2026-07"))[-STRENGTH_ROWS:],
        list(abstraction_rows("2021-08", "2026-07"))[-ABSTRACTION_ROWS:],
    )


def _write(path: Path, strengths: list[Row], abstractions: list[Row]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, header, rows in (
            ("Strengths", STRENGTHS, strengths),
            ("Sheet1", ABSTRACTIONS, abstractions),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, header)
            for number, row in enumerate(rows, start=1):
                sheet.write_datetime(number, 0, row[0], date)
                for place, cell in enumerate(row[1:], start=1):
                    sheet.write(number, place, cell)
    return path
