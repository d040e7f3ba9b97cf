"""Match a list of wards, however they are written, to the wards of today; pure.

Only what cannot be another ward is matched without asking. All else is offered, best first, with
the reason why it was not taken: a wrong ward costs more than a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from bcumap.base.errors import SourceError
from bcumap.base.schema import WARD_CODE
from bcumap.facts.areas import REMEMBERED, Area, Atlas, Gazetteer, bare, normalise

# How alike two names are, from 0 to 100 (see `_Names.likeness`). Chosen on the damaged names of
# tests/matching/test_names.py: from CONFIDENT on and LEAD before the next, the first is nearly
# always right; below OFFERED it nearly never is.
CONFIDENT, LEAD, OFFERED = 80, 6, 62
WHOLE_WORDS, CUT_WORDS = 84, 76  # for a name of which only some words are there, or beginnings
AT_ONCE = 1_000  # rows whose names are compared in one go
BEGINNING = 3  # letters of a name's first word that may stand for it
OTHER_BOROUGH = 12  # what is taken off where the borough is not the stated one
SUGGESTIONS = 3

# Names that wards of today share with a ward of the 2011 or 2018 edition in another borough (worked
# out from the ONS lookup of 2011 to 2022 wards and the GLA's layer of 2018): without a borough such
# a name does not say which.
ONCE_ELSEWHERE = frozenset((
    "alexandra", "barnhill", "brunswickpark", "fairfield", "graveney", "grove", "heathfield",
    "queensbury", "stgeorges", "sthelier", "stjames", "stmarys", "town", "trinity", "village",
))  # fmt: skip

# Wards that share their name, but less than 30 % of their area, with a ward of the 2018 edition.
ELSEWHERE_NOW = frozenset((
    ("E09000002", "abbey"), ("E09000005", "willesdengreen"), ("E09000014", "sevensisters"),
    ("E09000031", "highstreet"), ("E09000033", "lancastergate"),
))  # fmt: skip

_SHORT = {
    "n": "north", "nth": "north", "s": "south", "sth": "south", "e": "east", "w": "west",
    "pk": "park", "rd": "road", "grn": "green", "gn": "green", "hth": "heath", "hl": "hill",
    "cmn": "common", "twn": "town", "tn": "town", "lwr": "lower", "upr": "upper", "ctl": "central",
    "cen": "central", "bdwy": "broadway", "gdns": "gardens", "vill": "village", "brg": "bridge",
}  # fmt: skip
_ALSO_BOROUGHS = {
    "kingston": "kingston upon thames", "richmond": "richmond upon thames",
    "rbkc": "kensington and chelsea", "lbbd": "barking and dagenham",
    "lbhf": "hammersmith and fulham", "h and f": "hammersmith and fulham",
}  # fmt: skip
_TOTAL = re.compile(r"\b(grand |borough |sub ?)?totals?\b|^all( wards)?$|^(average|mean|sum)\b")
A_TOTAL = "a total, not a ward"  # the note of a row that is one
# A ward and its borough in one cell.
_WARD_OF_BOROUGH = (
    re.compile(r"(?P<ward>.+?)\s*[,;/]\s*(?P<borough>[^,;/]+)"),
    re.compile(r"(?P<ward>.+?)\s*[(\[](?P<borough>[^()\[\]]+)[)\]]"),
    re.compile(r"(?P<ward>.+?)\s+[-–—|]\s+(?P<borough>.+)"),
    re.compile(r"(?P<borough>.+?)\s*(?::|\s[-–—|]\s)\s*(?P<ward>.+)"),
)
_S = re.compile(r"[^\w&]+s\b", re.IGNORECASE)
_LINKING = {"and", "the", "with"}


class Outcome(StrEnum):
    """How a row came out; every row has exactly one."""

    MATCHED = "matched"
    SUGGESTED = "suggested"  # one ward stands out; needs a yes
    AMBIGUOUS = "ambiguous"  # several may be meant
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"  # its ward has a row above
    LEFT_OUT = "left out"  # somebody decided that it is of no ward


@dataclass(frozen=True)
class Finding:
    """What was found for a row.

    Attributes
    ----------
    codes
        Wards that may be meant, best first: that of a matched or suggested row is the first.
    note
        By what it was matched, or why it was not.
    """

    outcome: Outcome
    codes: tuple[str, ...]
    note: str


class Wards:
    """The wards of today, to be found by code, name and borough.

    Parameters
    ----------
    atlas
        Every area, see `store.atlas`.

    Attributes
    ----------
    by_code
        The wards by their codes.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._known = atlas.levels["boroughs"]
        self._boroughs = Gazetteer(self._known.values())
        self._bcus = Gazetteer(atlas.levels["bcus"].values())
        self.by_code = atlas.levels["wards"]
        listed = [self.by_code[code] for code in sorted(self.by_code)]
        self._codes = np.array([ward.code for ward in listed])
        self._borough_codes = np.array([ward.facts["borough_code"] for ward in listed])
        self._names = _Names(_plain(ward.name) for ward in listed)
        self._by_key: dict[str, list[Area]] = defaultdict(list)
        for ward in self.by_code.values():
            self._by_key[_key(ward.name)].append(ward)

    def bcu(self, text: str) -> str | None:
        """Return the code of the BCU of this name, or None."""
        found = self._bcus.exact(text)
        return found[0].code if len(found) == 1 else None

    def bcu_of(self, borough: str | None) -> str | None:
        """Return the code of the BCU of a borough, by its code."""
        bcu = self._known[borough].bcu if borough else None
        return bcu.code if bcu else None

    def borough(self, text: str) -> str | None:
        """Return the code of the borough of this name or code, or None."""
        stated = text.strip().upper()
        if stated in self._known:
            return stated
        name = bare(normalise(text))
        found = self._boroughs.exact(_ALSO_BOROUGHS.get(name, name)) if name else []
        return found[0].code if len(found) == 1 else None

    def find(
        self, code: str, name: str, borough: str, *, codes_from_names: bool = False
    ) -> Finding:
        """Say which ward a row means.

        Parameters
        ----------
        code, name, borough
            What the row says, as text; empty where it says nothing. A code may be of any edition, a
            borough a name or a code.
        codes_from_names
            The codes were worked out from the names by someone else and count for less.
        """
        stated = re.sub(r"N$", "", code.strip().upper())
        place = self.borough(borough)
        by_name = self._by_name(name, borough, place, older=self._is_older(stated))
        if stated in self.by_code and not (codes_from_names and by_name.outcome == Outcome.MATCHED):
            return self._by_code(self.by_code[stated], name, by_name, borough, place)
        if not name.strip():
            return _without_name(stated)
        if self._is_older(stated):
            return replace(by_name, note=f"{by_name.note}; {stated} is not of this edition")
        return by_name

    def find_all(
        self, rows: Sequence[tuple[str, str, str]], *, codes_from_names: bool = False
    ) -> dict[tuple[str, str, str], Finding]:
        """Say for each of many rows which ward it means; see `find`, which is slower for each."""
        found: dict[tuple[str, str, str], Finding] = {}
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            names = dict.fromkeys(_plain(name) for _, name, _ in some if not self._called(name))
            self._names.make_ready(list(names))
            found |= {row: self.find(*row, codes_from_names=codes_from_names) for row in some}
        return found

    def _is_older(self, code: str) -> bool:
        return bool(re.fullmatch(WARD_CODE, code)) and code not in self.by_code

    def _by_code(
        self, ward: Area, name: str, by_name: Finding, borough: str, place: str | None
    ) -> Finding:
        """Judge a code of today by what else the row says."""
        others = tuple(code for code in by_name.codes if code != ward.code)
        codes = (ward.code, *others[: SUGGESTIONS - 1])
        named = {each.code for each in self._called(name)}
        if place not in (None, ward.facts["borough_code"]):
            note = f"the code is of another borough than {borough.strip()}"
            outcome = Outcome.AMBIGUOUS if by_name.outcome == Outcome.MATCHED else Outcome.SUGGESTED
            return Finding(outcome, codes, note)
        if not name.strip() or ward.code in named:
            return Finding(Outcome.MATCHED, (ward.code,), "by code")
        if named or by_name.outcome == Outcome.MATCHED:
            return Finding(Outcome.AMBIGUOUS, codes, "the code is of another ward than the name")
        if (
            _Names([_plain(ward.name)]).likeness(_plain(name))[0] >= CONFIDENT
            and codes[0] in by_name.codes[:1]
        ):
            return Finding(Outcome.MATCHED, (ward.code,), "by code; the name is spelt differently")
        return Finding(Outcome.SUGGESTED, codes, "the name is not that of the code")

    def _is_total(self, name: str) -> bool:
        """Whether a cell is the word total, or that of a borough or BCU."""
        plain = _plain(name)
        rest = _TOTAL.sub("", plain).removeprefix(" for").removeprefix(" of").strip()
        return rest != plain and (not rest or bool(self.borough(rest) or self.bcu(rest)))

    def split(self, name: str, borough: str) -> tuple[str, str]:
        """Take a cell with a ward and its borough apart: "Abbey, Merton", "Abbey (Merton)".

        Returns
        -------
        name, borough
            As they were given, unless the cell ends in the name of a borough, which is the stated
            one if there is one.
        """
        if self._called(name):
            return name, borough
        stated = self.borough(borough)
        for pattern in _WARD_OF_BOROUGH:
            if found := pattern.fullmatch(name.strip()):
                place = self.borough(found["borough"])
                if place and stated in (None, place) and not (borough.strip() and not stated):
                    return found["ward"].strip(), borough or found["borough"].strip()
        return name, borough

    def _called(self, name: str) -> list[Area]:
        """Return the wards of this very name; "s" may be short, or stand after an apostrophe."""
        keys = dict.fromkeys((_key(name), _key(_S.sub("s", name))))
        return [ward for key in keys for ward in self._by_key.get(key, [])]

    def _by_name(self, name: str, borough: str, place: str | None, *, older: bool) -> Finding:
        if not _key(name):
            return Finding(Outcome.UNKNOWN, (), "no ward is named")
        if self._is_total(name):
            return Finding(Outcome.LEFT_OUT, (), A_TOTAL)
        exact = self._called(name)
        if place:
            exact = [ward for ward in exact if ward.facts["borough_code"] == place]
        if len(exact) != 1:
            return self._alike(name, borough, place)
        (ward,) = exact
        key = _key(ward.name)
        if place is None and (borough.strip() or older or key in ONCE_ELSEWHERE):
            why = "the borough is not known" if borough.strip() else "no borough is stated"
            return Finding(Outcome.SUGGESTED, (ward.code,), f"by name; {why}")
        if older and (place, key) in ELSEWHERE_NOW:
            note = "by name; its boundary was another then"
            return Finding(Outcome.SUGGESTED, (ward.code,), note)
        return Finding(Outcome.MATCHED, (ward.code,), "by name")

    def _alike(self, name: str, borough: str, place: str | None) -> Finding:
        """Offer the wards whose names are most like one that is none of the borough's."""
        scores = self._scores(_plain(name), place)
        offered = [(score, code) for score, code in scores if score >= OFFERED]
        codes = tuple(code for _, code in offered[:SUGGESTIONS])
        if not offered:
            where = f" in {borough.strip()}" if place else ""
            return Finding(Outcome.UNKNOWN, (), f"no ward{where} has a name like it")
        lead = scores[0][0] - scores[1][0]
        if scores[0][0] < CONFIDENT or lead < LEAD:
            note = (
                "several wards may be meant" if len(codes) > 1 else "its name is somewhat like it"
            )
            return Finding(Outcome.AMBIGUOUS, codes, note)
        best = self.by_code[codes[0]]
        if place not in (None, best.facts["borough_code"]):
            return Finding(Outcome.SUGGESTED, codes, f"the name is of none in {borough.strip()}")
        return Finding(Outcome.SUGGESTED, codes, "by a name like it")

    def _scores(self, plain: str, place: str | None) -> list[tuple[float, str]]:
        """Return the wards whose names are most like one, with how alike they are, best first."""
        scores = self._names.likeness(plain)
        if place is not None:
            scores = scores - OTHER_BOROUGH * (self._borough_codes != place)
        least = np.partition(scores, -SUGGESTIONS - 1)[-SUGGESTIONS - 1]
        likely = np.flatnonzero(scores >= least)
        order = np.argsort(-scores[likely], kind="stable")  # of equals the lesser code
        best = likely[order][: SUGGESTIONS + 1]
        return [(float(scores[each]), str(self._codes[each])) for each in best]


def reconcile(
    rows: pd.DataFrame,
    wards: Wards,
    *,
    key: Sequence[str] | None = (),
    codes_from_names: bool = False,
    decided: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Say of every row which ward it means.

    Parameters
    ----------
    rows
        `ward_code`, `ward`, `borough` as text, empty where a row says nothing.
    key
        Columns that tell the rows of one ward from each other, such as a month; rows of one ward
        that have the same in them are duplicates. None: there are no duplicates.
    codes_from_names
        See `Wards.find`.
    decided
        What somebody decided: the code of a row's ward by the row's number as text, or "" for none.

    Returns
    -------
    DataFrame
        A row for each, under its index: `outcome`, `ward_code` (of a matched, suggested or
        duplicate row; else missing), `note`, and `codes`, the wards that may be meant, best first.
    """
    if absent := sorted(set(decided) - set(rows.index.astype("str"))):
        raise SourceError(f"there is no row {absent[0][:40]!r} to decide upon")
    said = rows[["ward_code", "ward", "borough"]]
    findings = wards.find_all(
        list(said.drop_duplicates().itertuples(index=False, name=None)),
        codes_from_names=codes_from_names,
    )
    found = [
        _decided(decided[str(number)], wards) if str(number) in decided else findings[row]
        for number, row in zip(rows.index, said.itertuples(index=False, name=None), strict=True)
    ]
    marked = found if key is None else list(_duplicates(found, rows, key))
    sure = (Outcome.MATCHED, Outcome.SUGGESTED, Outcome.DUPLICATE)
    return pd.DataFrame(
        {
            "outcome": [str(each.outcome) for each in marked],
            "ward_code": pd.Series(
                [each.codes[0] if each.outcome in sure else None for each in marked],
                index=rows.index,
                dtype="str",
            ),
            "note": [each.note for each in marked],
            "codes": [each.codes for each in marked],
        },
        index=rows.index,
    )


def _decided(code: str, wards: Wards) -> Finding:
    """What somebody decided of a row."""
    if not code:
        return Finding(Outcome.LEFT_OUT, (), "decided by hand: no ward of today")
    found = code.strip().upper()
    if found not in wards.by_code:
        raise SourceError(f"{code[:40]!r} is no ward of today; decide for one, or for none")
    return Finding(Outcome.MATCHED, (found,), "decided by hand")


def without_row(found: Iterable[str], wards: Wards) -> list[str]:
    """Return the codes of the Met's wards that no row was found for.

    A list that is of some boroughs only, is asked only for the wards of these.
    """
    have = set(found)
    boroughs = {wards.by_code[code].borough for code in have}
    return [
        code
        for code, ward in wards.by_code.items()
        if code not in have and ward.borough in boroughs and ward.bcu
    ]


def _duplicates(
    found: Sequence[Finding], rows: pd.DataFrame, key: Sequence[str]
) -> Iterator[Finding]:
    """Mark rows whose ward another has already: one that is matched comes before one offered."""
    keys = [tuple(row) for row in rows[list(key)].fillna("").itertuples(index=False, name=None)]
    listed = list(zip(found, rows.index, keys, strict=True))
    first: dict[tuple[Any, ...], Any] = {}
    for outcome in (Outcome.MATCHED, Outcome.SUGGESTED):
        for each, number, same in listed:
            if each.outcome == outcome:
                first.setdefault((each.codes[0], *same), number)
    # What is only like the name of a ward that is taken may well be another: it is not offered.
    taken = {Outcome.MATCHED: Outcome.DUPLICATE, Outcome.SUGGESTED: Outcome.AMBIGUOUS}
    for each, number, same in listed:
        if each.outcome in taken and (row := first[each.codes[0], *same]) != number:
            note = f"{each.note}; its ward is in row {row} already"
            yield replace(each, outcome=taken[each.outcome], note=note)
        else:
            yield each


def _without_name(code: str) -> Finding:
    if re.fullmatch(WARD_CODE, code):
        note = f"{code} is not of this edition, and the row has no name"
    else:
        note = f"{code} is no ward's code" if code else "the row names no ward"
    return Finding(Outcome.UNKNOWN, (), note)


@lru_cache(maxsize=REMEMBERED)
def _plain(name: str) -> str:
    """Write a name without what differs from list to list, its words in full."""
    words = bare(normalise(name)).split()
    return " ".join(_SHORT.get(word, word) for word in words if word not in _LINKING)


def _key(name: str) -> str:
    """Write a name so that two that are the same to a reader are the same text."""
    return _plain(name).replace(" ", "")


class _Names:
    """Names made ready to be compared with many others."""

    def __init__(self, names: Iterable[str]) -> None:
        self._words = [name.split() for name in names]
        self._joined = ["".join(words) for words in self._words]
        self._all = "\n".join(self._joined)
        self._sorted = [" ".join(sorted(words)) for words in self._words]
        self._ready: dict[str, npt.NDArray[np.float64]] = {}

    def make_ready(self, texts: Sequence[str]) -> None:
        """Compare many texts at once, for those that `likeness` is asked for next."""
        words = [text.split() for text in texts]
        letters = ["".join(each) for each in words]
        moved = [" ".join(sorted(each)) for each in words]
        alike = np.maximum(
            cdist(letters, self._joined, scorer=fuzz.ratio, dtype=np.float64),
            cdist(moved, self._sorted, scorer=fuzz.ratio, dtype=np.float64) - 2,
        )
        self._ready = dict(zip(texts, alike, strict=True))

    def likeness(self, text: str) -> npt.NDArray[np.float64]:
        """Say how alike each is to another, 0 to 100; words may be moved, cut short, left out."""
        if text not in self._ready:
            self.make_ready([text])
        words = text.split()
        alike = self._ready[text].copy()
        is_beginning = bool(words) and len(words[0]) >= BEGINNING and words[0] in self._all
        for place, name in enumerate(self._joined if is_beginning else ()):
            if words[0] in name:
                alike[place] = max(alike[place], _as_beginnings(words, self._words[place]))
        return alike


def _as_beginnings(words: list[str], name: list[str]) -> float:
    """Say how sure a name is of which each word is, or begins, one of its words, in their order."""
    place, whole = 0, True
    for word in words:
        while place < len(name) and not name[place].startswith(word):
            place += 1
        if place == len(name):
            return 0
        whole &= name[place] == word
        place += 1
    return WHOLE_WORDS if whole else CUT_WORDS
