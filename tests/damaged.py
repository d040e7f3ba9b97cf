"""Lists of wards as people keep them, 30 % of the names damaged, with the ward that each means."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache

import pandas as pd

from bcumap.facts import store
from bcumap.facts.areas import normalise

SHARE = 0.3
OLDER_ROWS = 15  # of the damaged ones

# Names of 2018 and the ward of 2025 with at least 80 % of their land in common, from the GLA's
# layer of 2018 and the shipped one: (borough, then, now).
OLDER = (
    ("Hounslow", "Syon", "Syon & Brentford Lock"),
    ("Harrow", "Wealdstone", "Wealdstone North"),
    ("Enfield", "Turkey Street", "Bullsmoor"),
    ("Ealing", "Greenford Green", "Central Greenford"),
    ("Greenwich", "Eltham South", "Eltham Town & Avery Hill"),
    ("Lambeth", "Clapham Common", "Clapham Common & Abbeville"),
    ("Wandsworth", "Bedford", "South Balham"),
    ("Bromley", "Mottingham and Chislehurst North", "Mottingham"),
    ("Havering", "Pettits", "Marshalls & Rise Park"),
    ("Hounslow", "Hanworth", "Hanworth Village"),
    ("Bromley", "Copers Cope", "Beckenham Town & Copers Cope"),
    ("Barnet", "Coppetts", "Friern Barnet"),
    ("Lambeth", "Streatham South", "Streatham Common & Vale"),
    ("Hammersmith and Fulham", "North End", "West Kensington"),
    ("Havering", "Brooklands", "Rush Green & Crowlands"),
    ("Enfield", "Enfield Highway", "Brimsdown"),
    ("Hillingdon", "Manor", "Ruislip Manor"),
    ("Bromley", "Crystal Palace", "Crystal Palace & Anerley"),
    ("Waltham Forest", "Hatch Lane", "Hatch Lane & Highams Park North"),
    ("Brent", "Mapesbury", "Cricklewood & Mapesbury"),
    ("Havering", "Havering Park", "Havering-atte-Bower"),
    ("Haringey", "Alexandra", "Alexandra Park"),
    ("Greenwich", "Coldharbour and New Eltham", "Mottingham, Coldharbour & New Eltham"),
    ("Ealing", "Elthorne", "Hanwell Broadway"),
    ("Newham", "East Ham Central", "East Ham"),
    ("Lambeth", "Herne Hill", "Herne Hill & Loughborough Junction"),
    ("Sutton", "Beddington South", "South Beddington & Roundshaw"),
    ("Sutton", "St. Helier", "St Helier West"),
    ("Sutton", "Beddington North", "Beddington"),
    ("Kingston upon Thames", "Chessington South", "Chessington South & Malden Rushett"),
    ("Havering", "Hylands", "Hylands & Harrow Lodge"),
    ("Lambeth", "St. Leonard's", "Streatham St Leonard's"),
    ("Ealing", "Cleveland", "Pitshanger"),
    ("Islington", "St. George's", "Tufnell Park"),
    ("Richmond upon Thames", "Hampton Wick", "Hampton Wick & South Teddington"),
    ("Tower Hamlets", "St. Peter's", "Bethnal Green West"),
    ("Ealing", "Hobbayne", "North Hanwell"),
    ("Tower Hamlets", "Bethnal Green", "Bethnal Green East"),
    ("Croydon", "Shirly South", "Shirley South"),
)

SHORTER = {"North": "N", "South": "S", "East": "E", "West": "W", "Park": "Pk", "Road": "Rd",
           "Green": "Grn", "Heath": "Hth", "Hill": "Hl", "Common": "Cmn", "Town": "Tn",
           "Upper": "Upr", "Lower": "Lwr", "Central": "Cen", "Village": "Vill"}  # fmt: skip

Damage = Callable[[str, random.Random], str]


def _swap_letters(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _drop_letter(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _wrong_letter(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + chance.choice("aeiourstn") + name[at + 1 :]


def _abbreviate(name: str, chance: random.Random) -> str:
    return " ".join(SHORTER.get(word, word) for word in name.split())


def _turn_round(name: str, chance: random.Random) -> str:
    return " ".join(reversed(name.split()))


def _first_half(name: str, chance: random.Random) -> str:
    return name.split(" & ")[0]


# Those that leave a name as it is are tried again with another.
DAMAGES: dict[str, Damage] = {
    "and": lambda name, chance: name.replace(" & ", chance.choice((" and ", " + ", "/", "&"))),
    "apostrophe": lambda name, chance: name.replace("'", chance.choice(("’", "", "`", " "))),
    "suffix": lambda name, chance: name + chance.choice((" Ward", " ward", " (ward)", " WARD ")),
    "saint": lambda name, chance: re.sub(r"\bSt\b\.?", chance.choice(("Saint", "St.")), name),
    "case": lambda name, chance: chance.choice((name.upper(), name.lower(), f"  {name} ")),
    "hyphen": lambda name, chance: name.replace(" ", chance.choice(("-", " - ", "–"))),
    "abbreviated": _abbreviate,
    "letters swapped": _swap_letters,
    "letter dropped": _drop_letter,
    "wrong letter": _wrong_letter,
    "turned round": _turn_round,
    "first half": _first_half,
}


def damaged_list(seed: int) -> pd.DataFrame:
    """All wards of the Met, 30 % of them damaged.

    Returns
    -------
    DataFrame
        `ward_code` (empty), `ward`, `borough`; `truth`, the code of the ward that is meant;
        `damage`, "" if there is none.
    """
    facts, chance = store.facts(), random.Random(seed)  # noqa: S311
    boroughs = {code: row["name"] for code, row in facts["boroughs"].items() if row["bcu_code"]}
    rows = {
        code: [row["name"], boroughs[row["borough_code"]], ""]
        for code, row in facts["wards"].items()
        if row["borough_code"] in boroughs
    }
    older = {_code(rows, now, borough): then for borough, then, now in OLDER}
    kinds = [*DAMAGES, "borough swapped"]
    renamed = chance.sample(sorted(older), OLDER_ROWS)
    rest = chance.sample(sorted(set(rows) - set(renamed)), round(SHARE * len(rows)) - OLDER_ROWS)
    for code in renamed:
        rows[code][0], rows[code][2] = older[code], "older name"
    for number, code in enumerate(rest):
        _damage(rows[code], kinds[number % len(kinds)], boroughs, chance)
    listed = [("", *row, code) for code, row in rows.items()]
    chance.shuffle(listed)
    return pd.DataFrame(listed, columns=["ward_code", "ward", "borough", "damage", "truth"])


def _code(rows: dict[str, list[str]], name: str, borough: str) -> str:
    (code,) = (code for code, row in rows.items() if row[:2] == [name, borough])
    return code


def _damage(row: list[str], kind: str, boroughs: dict[str, str], chance: random.Random) -> None:
    name = row[0]
    if kind == "borough swapped":
        # Where the other borough has a ward of that name too, nobody can tell that it is not meant.
        row[1] = chance.choice([each for each in boroughs.values() if _none_there(name, each)])
        row[2] = kind
    else:
        while row[0] == name:
            kind = kind if kind in DAMAGES and row[2] != kind else chance.choice(list(DAMAGES))
            row[0], row[2] = DAMAGES[kind](name, chance), kind


def _none_there(name: str, borough: str) -> bool:
    return normalise(name) not in _names()[borough]


@cache
def _names() -> dict[str, set[str]]:
    facts = store.facts()
    names: dict[str, set[str]] = defaultdict(set)
    for row in facts["wards"].values():
        names[facts["boroughs"][row["borough_code"]]["name"]].add(normalise(row["name"]))
    return names
