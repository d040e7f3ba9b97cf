"""What is asked of the police, and what people think of them: figures of any twelve months; pure.

Works on the tables that `store.demand` has read. What nobody knows stays None; what can be counted
but not compared says why in its `cautions`.
"""

from __future__ import annotations

import datetime as dt
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.base.words import NOT_KNOWN, WORKBOOK, date, figure
from bcumap.facts.areas import Area, Atlas, Force
from bcumap.facts.teams import Teams

ALL = "all"  # every group together
# Rows of boroughs that are of no borough: they count for the Met alone.
UNKNOWN, AIRPORTS = "unknown", "airports"
UNALLOCATED = (UNKNOWN, AIRPORTS)

# Groups of offences, as the Met publishes them; "other" is fraud and crimes against society.
GROUPS = {
    "violence": "Violence against the person",
    "theft": "Theft",
    "vehicle": "Vehicle offences",
    "burglary": "Burglary",
    "robbery": "Robbery",
    "public_order": "Public order",
    "arson_damage": "Arson and criminal damage",
    "drugs": "Drugs",
    "sexual": "Sexual offences",
    "weapons": "Weapons",
    "other": "Other",
}
# What the Public Attitude Survey asks, by our key.
QUESTIONS = {
    "good_job": "The police do a good job locally",
    "contact_officer": "Knows how to contact the ward officer",
    "informed": "Feels informed about local police",
    "listen": "The police listen to local concerns",
    "relied_on": "The police can be relied on to be there",
    "fair": "The police treat everyone fairly",
    "understand": "The police deal with what matters locally",
    "trust": "The Met can be trusted",
}

MONTHS = 12  # of which a figure is, so that seasons do not matter
# A comparison is with so many years before: as far back as the data of wards reach, and further.
YEARS_BEFORE = {"bcus": 3, "boroughs": 3, "wards": 2}
# Fewer offences than this in twelve months are shown, but neither ranked nor compared.
FLOOR = 30
MEAN_MONTHS = 12  # of a ward's strength, as that of boroughs is a mean
# The Met's new system for recording crime came between these two months.
OLD_SYSTEM_UNTIL, NEW_SYSTEM_FROM = "2024-02", "2024-03"
# The airports were counted apart until editions from this month on: since then, in Hillingdon.
AIRPORTS_IN_HILLINGDON_FROM = "2024-03"
HILLINGDON = "E09000017"
# Above so many an area is one where few live and many come (offences per 1,000 residents).
CENTRE_PER_1K = 300

CAUTIONS = {
    "recorded": "Recorded crime is not all crime: much is never reported, and what is recorded"
    " depends on what people report and police look for.",
    "residents": "A rate per resident misleads where few live and many come to work, shop or go"
    " out.",
    "system": "The Met changed its recording system in February and March 2024: figures before and"
    " after that are not quite alike. Until June 2024 about 2 % of offences were filed under no"
    " borough; since then all have one.",
    "airports": "Offences at the airports were counted apart until February 2024 and are in"
    " Hillingdon since, so its rise, and that of its BCU, looks larger than it is.",
    "revised": "Figures are revised as records are: two editions of a month differ by about 0.5 %.",
    "unplaced": "Since March 2024 some offences have a borough but no ward: about 3 % in all, 7 %"
    " in January 2025. Wards add up to so much less than their borough.",
    "few": f"Fewer than {FLOOR} offences in twelve months: shown, but neither ranked nor compared.",
    "survey": "Shares come from a survey, so a difference of a few points between boroughs may be"
    " chance; the files do not state how many people were asked.",
    "abstraction": "Time taken from ward duty comes from the Met’s workbook. Figures that others"
    " worked out from it are second hand, and end in March 2024.",
    "no_officers": "Camden and Islington have no reliable figure of their ward officers, so Central"
    " North has none and is not ranked by it.",
}
# What the Assembly's question asks that no open data were found for.
NOT_MEASURED = (
    "how many crimes are solved",
    "how quickly officers come",
    "how satisfied victims are",
)


@dataclass(frozen=True)
class Offences:
    """Counts by area, group and month.

    Attributes
    ----------
    months
        YYYY-MM, in order, none left out.
    counts
        By code of a ward, or of a borough and `UNALLOCATED`, and by key of `GROUPS`: one number for
        each month.
    """

    months: tuple[str, ...]
    counts: Mapping[str, Mapping[str, Sequence[int]]]

    def series(self, codes: Iterable[str], group: str = ALL) -> list[int]:
        """Add up some areas, month by month."""
        total = [0] * len(self.months)
        for code in codes:
            for key, numbers in self.counts.get(code, {}).items():
                if group in (ALL, key):
                    total = [a + b for a, b in zip(total, numbers, strict=True)]
        return total


@dataclass(frozen=True)
class Survey:
    """Shares in per cent by quarter (YYYY-MM, its last month), by `MET` or borough and question."""

    quarters: tuple[str, ...]
    shares: Mapping[str, Mapping[str, Sequence[int | None]]]

    def last(self, code: str, question: str) -> tuple[str, int] | None:
        """Return the last quarter that has a share, and the share."""
        row = self.shares.get(code, {}).get(question, ())
        known = [pair for pair in zip(self.quarters, row, strict=False) if pair[1] is not None]
        return known[-1] if known else None  # type: ignore[return-value]


@dataclass(frozen=True)
class Strengths:
    """FTE of each ward's team by month, by code; None where there is no reliable figure."""

    months: tuple[str, ...] = ()
    fte: Mapping[str, Sequence[float | None]] = field(default_factory=dict)

    def of(self, code: str) -> list[dict[str, Any]]:
        """Return a ward month by month: `month`, `fte`; nothing if the ward is not there."""
        pairs = zip(self.months, self.fte.get(code, ()), strict=False)
        return [{"month": month, "fte": fte} for month, fte in pairs]

    def last(self, code: str) -> dict[str, Any] | None:
        """Return the last month of a ward that has a figure, if there is one."""
        return next((each for each in reversed(self.of(code)) if each["fte"] is not None), None)

    @property
    def mean_of(self) -> tuple[str, str] | None:
        """The first and the last of the months that `means` are of; None without any."""
        last = self.months[-MEAN_MONTHS:]
        return (last[0], last[-1]) if last else None

    def means(self, on: dt.date) -> dict[str, float | None]:
        """Return the mean of each ward's last months, of those with a figure if half have one.

        Nothing on a date before the first of these months.
        """
        told: dict[str, float | None] = {}
        if self.mean_of is None or on.isoformat() < self.mean_of[0]:
            return told
        for code, fte in self.fte.items():
            last = fte[-MEAN_MONTHS:]
            known = [each for each in last if each is not None]
            told[code] = sum(known) / len(known) if 2 * len(known) >= len(last) > 0 else None
        return told


@dataclass(frozen=True)
class Demand:
    """All that a folder of data has of it; a part that was never built is empty."""

    wards: Offences
    boroughs: Offences
    survey: Survey
    # Minutes of ward officers by borough and month: all, and those taken from ward duty.
    minutes: Mapping[str, Mapping[str, tuple[int, int]]]
    # Months whose minutes others put together from the Met's workbook.
    second_hand: frozenset[str] = frozenset()
    strengths: Strengths = field(default_factory=Strengths)
    teams: Teams = field(default_factory=dict)

    def offences(self, level: str) -> Offences:
        """The counts that areas of a level are made of."""
        return self.wards if level == "wards" else self.boroughs


@dataclass(frozen=True)
class Row:
    """Twelve months of one area; None where nobody knows or nothing can be compared.

    Attributes
    ----------
    per_1k, per_km2
        Offences per 1,000 residents (mid-2024) and per square kilometre.
    per_promised_officer, per_officer
        Per ward officer that was promised, and that is known to be there.
    change
        Share of the twelve months `change_years` before: 0.1 is a tenth more.
    rank
        By `per_1k`, 1 the highest, among areas with `FLOOR` offences or more.
    cautions
        Keys of `CAUTIONS` that hold for this area more than for others.
    """

    code: str
    name: str
    offences: int
    per_1k: float | None
    per_km2: float | None
    per_promised_officer: float | None
    per_officer: float | None
    change: float | None
    change_years: int
    rank: int | None = None
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Month:
    """The offences of an area in a month, and in the twelve months to it.

    Attributes
    ----------
    per_1k, year_per_1k
        Per 1,000 residents (mid-2024).
    year_offences
        None, as `year_per_1k`, in the first eleven.
    """

    month: str
    code: str
    name: str
    offences: int
    per_1k: float | None
    year_offences: int | None
    year_per_1k: float | None


@dataclass(frozen=True)
class Share:
    """The share (of 1) that agreed with a question of the survey, in a quarter and area."""

    quarter: str
    code: str
    name: str
    question: str
    share: float


@dataclass(frozen=True)
class Report:
    """The areas of a level in twelve months.

    Attributes
    ----------
    first, last
        The months from and to which it counts, YYYY-MM.
    rows
        The highest rate first, those without one last.
    met
        The same of the Met as a whole, with what could not be placed.
    cautions
        Keys of `CAUTIONS` that hold for all of it.
    """

    level: str
    group: str
    first: str
    last: str
    rows: tuple[Row, ...]
    met: Row
    cautions: tuple[str, ...] = field(default=())

    @property
    def ranked(self) -> int:
        """How many areas have a rank."""
        return sum(row.rank is not None for row in self.rows)

    def of(self, area: Area) -> Row:
        """Return what is told of an area of the level."""
        return next(row for row in self.rows if row.code == area.code)


def month_before(month: str, count: int) -> str:
    """Return the month so many months before another."""
    at = int(month[:4]) * 12 + int(month[5:7]) - 1 - count
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def read_offences(rows: Iterable[Sequence[str]]) -> Offences:
    """Read a table of offences: a header of code, group and months, and a row for each of both.

    Raises
    ------
    ValueError, OverflowError
        If a number is none, or a row has more or fewer than there are months.
    """
    lines = iter(rows)
    head = next(lines, [])
    counts: dict[str, dict[str, array[int]]] = {}
    for code, group, *numbers in lines:
        if len(numbers) != len(head) - 2:
            raise ValueError(f"{len(numbers)} numbers of {code}, but {len(head) - 2} months")
        counts.setdefault(code, {})[sys.intern(group)] = array("H", map(int, numbers))
    return Offences(tuple(head[2:]), counts)


def read_survey(rows: Iterable[Mapping[str, str]]) -> Survey:
    """Read the table of the survey, a row for each quarter and area."""
    table = list(rows)
    quarters = tuple(sorted({row["quarter"] for row in table}))
    at = {quarter: place for place, quarter in enumerate(quarters)}
    shares: dict[str, dict[str, list[int | None]]] = {}
    for row in table:
        for question in QUESTIONS:
            known = shares.setdefault(row["area"], {}).setdefault(question, [None] * len(quarters))
            known[at[row["quarter"]]] = int(row[question]) if row[question] else None
    return Survey(quarters, shares)


def read_minutes(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, tuple[int, int]]]:
    """Read the table of ward officers' minutes, a row for each month and borough."""
    told: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows:
        pair = (int(row["minutes"]), int(row["abstracted"]))
        told.setdefault(row["borough_code"], {})[row["month"]] = pair
    return told


def second_hand_months(rows: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the months of that table of which a row was not read from the Met's workbook."""
    return frozenset(row["month"] for row in rows if row["second_hand"] != "no")


def read_strengths(rows: Iterable[Sequence[str]]) -> Strengths:
    """Read the table of wards' strengths: a header of code and months, and a row for each ward."""
    lines = iter(rows)
    head = next(lines, [])
    fte = {code: [float(each) if each else None for each in cells] for code, *cells in lines}
    return Strengths(tuple(head[1:]), fte)


def boroughs_of(area: Area | Force) -> list[str]:
    """Return the codes of the boroughs of an area: of the Met all, and what has no borough."""
    codes = [borough.code for borough in area.boroughs]
    return [*codes, *UNALLOCATED] if isinstance(area, Force) else codes


def met_and_bcus(atlas: Atlas) -> list[Area | Force]:
    """Return the Met and each BCU."""
    return [atlas.force, *atlas.levels["bcus"].values()]


def series(known: Demand, level: str, area: Area | Force, group: str = ALL) -> list[int]:
    """Return the offences of an area, or of the Met, for each of the months of a level.

    Of wards the Met is what has a ward: `known.wards` has no other.
    """
    if level == "wards":
        codes = known.wards.counts if isinstance(area, Force) else [area.code]
        return known.wards.series(codes, group)
    return known.boroughs.series(boroughs_of(area), group)


def report(
    known: Demand, atlas: Atlas, level: str, *, on: str | None = None, group: str = ALL
) -> Report:
    """Tell of the twelve months to one, area by area.

    Parameters
    ----------
    on
        The last month (YYYY-MM); None: the last that is known of the level.

    Raises
    ------
    BcuMapError
        If there is no such level, group or month, or no data of the level at all.
    """
    if level not in LEVELS:
        raise BcuMapError(f"there is no level {level!r}; give one of {', '.join(LEVELS)}")
    if group not in (ALL, *GROUPS):
        raise BcuMapError(f"there is no group {group!r}; give one of {', '.join((ALL, *GROUPS))}")
    months = known.offences(level).months
    if not months:
        raise BcuMapError(
            f"there are no offences of {level} in this data; add them with `bcumap build --demand`"
        )
    last = on or months[-1]
    if last not in months[MONTHS - 1 :]:
        raise BcuMapError(
            f"there are no twelve months to {last!r} of {level};"
            f" give a month from {months[MONTHS - 1]} to {months[-1]}"
        )
    at = months.index(last) + 1
    rows = [
        _row(known, atlas, level, area, group, at)
        for area in atlas.levels[level].values()
        if area.officers
    ]
    rows.sort(key=lambda row: (row.per_1k is None, -(row.per_1k or 0), row.name))
    return Report(
        level,
        group,
        first=months[at - MONTHS],
        last=last,
        rows=tuple(_ranked(rows)),
        met=_row(known, atlas, level, atlas.force, group, at),
        cautions=_cautions(level, last),
    )


def _row(known: Demand, atlas: Atlas, level: str, area: Area | Force, group: str, at: int) -> Row:
    """Tell of one area in the twelve months before a position."""
    months = known.offences(level).months
    numbers = series(known, level, area, group)
    offences, years = sum(numbers[at - MONTHS : at]), YEARS_BEFORE[level]
    earlier = at - MONTHS * years
    before = sum(numbers[earlier - MONTHS : earlier]) if earlier >= MONTHS else None
    cautions = []
    if offences < FLOOR:
        cautions.append("few")
    if isinstance(area, Area) and HILLINGDON in boroughs_of(area):
        cautions += ["airports"] if _crosses(months, at, years, AIRPORTS_IN_HILLINGDON_FROM) else []
    per_1k = _per(offences, area.residents, 1000)
    if per_1k is not None and per_1k >= CENTRE_PER_1K:
        cautions.append("residents")
    is_promised = str(atlas.promise["since"])[:7] <= months[at - 1]
    return Row(
        area.code,
        area.name,
        offences,
        per_1k=per_1k,
        per_km2=_per(offences, area.area_km2),
        per_promised_officer=_per(offences, area.officers["committed"] if is_promised else None),
        per_officer=_per(offences, _there(atlas, level, area, months[at - 1])),
        change=None
        if before is None or before < FLOOR or offences < FLOOR
        else round(offences / before - 1, 4),
        change_years=years,
        cautions=tuple(cautions),
    )


def _there(atlas: Atlas, level: str, area: Area | Force, last: str) -> float | None:
    """The officers of an area, if the whole figure is of about the same time and reliable."""
    if area.officers.get("at_least") or last < atlas.months_of(level)[0]:
        return None
    fte: float | None = area.officers.get("fte")
    return fte


def _per(count: int, of: float | None, times: int = 1) -> float | None:
    return round(count / of * times, 3) if of else None


def _ranked(rows: Iterable[Row]) -> Iterable[Row]:
    """Number the rows with a rate, the same number where the rate is the same."""
    place, last = 0, None
    for count, row in enumerate((r for r in rows if _can_be_ranked(r)), start=1):
        place, last = (count, row.per_1k) if row.per_1k != last else (place, last)
        yield Row(**{**row.__dict__, "rank": place})
    yield from (row for row in rows if not _can_be_ranked(row))


def _can_be_ranked(row: Row) -> bool:
    return row.per_1k is not None and "few" not in row.cautions


def _crosses(months: Sequence[str], at: int, years: int, since: str) -> bool:
    """Say whether twelve months and those some years before lie on both sides of a month."""
    first = month_before(months[at - 1], MONTHS * (years + 1) - 1)
    return first < since <= months[at - 1]


def _cautions(level: str, last: str) -> tuple[str, ...]:
    crosses = month_before(last, MONTHS * (YEARS_BEFORE[level] + 1) - 1) < NEW_SYSTEM_FROM <= last
    return (
        "recorded",
        "residents",
        *(["system"] if crosses else []),
        "revised",
        *(["unplaced"] if level == "wards" and last >= NEW_SYSTEM_FROM else ["no_officers"]),
    )


def abstracted(known: Demand, codes: Iterable[str], months: Iterable[str]) -> float | None:
    """Return the share of ward officers' minutes that was taken from ward duty, or None.

    Parameters
    ----------
    codes
        Of boroughs.
    """
    wanted = set(months)
    pairs = [
        pair
        for code in codes
        for month, pair in known.minutes.get(code, {}).items()
        if month in wanted
    ]
    total = sum(minutes for minutes, _ in pairs)
    return sum(taken for _, taken in pairs) / total if total else None


def abstraction_months(known: Demand) -> list[str]:
    """Return every month of which minutes are known, in order."""
    return sorted({month for months in known.minutes.values() for month in months})


def abstraction_when(known: Demand) -> str:
    """Say of which months the last year of minutes is, and whose they are; "" without any."""
    months = abstraction_months(known)[-MONTHS:]
    if not months:
        return ""
    source = "second hand" if known.second_hand.intersection(months) else f"by {WORKBOOK}"
    return f"{date(months[0])} to {date(months[-1])}, {source}"


def sums(known: Demand, atlas: Atlas) -> list[dict[str, Any]]:
    """Compare wards with boroughs, month by month where both exist.

    Returns
    -------
    list of dict
        `month`; `wards` (offences with a ward), `boroughs` (with a borough), `airports` and
        `unknown` (with neither borough nor ward in the table of boroughs), `met` (all three) and
        `without_ward`: what the boroughs and airports have more than the wards. Heathrow's
        offences are in its ward in the one table, and until February 2024 under the airports in the
        other.
    """
    wards = dict(zip(known.wards.months, series(known, "wards", atlas.force), strict=True))
    columns = {
        "boroughs": known.boroughs.series(borough.code for borough in atlas.force.boroughs),
        AIRPORTS: known.boroughs.series([AIRPORTS]),
        UNKNOWN: known.boroughs.series([UNKNOWN]),
    }
    told = []
    for place, month in enumerate(known.boroughs.months):
        if month not in wards:
            continue
        row = {name: numbers[place] for name, numbers in columns.items()}
        told.append(
            {
                "month": month,
                "wards": wards[month],
                **row,
                "met": sum(row.values()),
                "without_ward": row["boroughs"] + row[AIRPORTS] - wards[month],
            }
        )
    return told


def months_told(
    known: Demand, atlas: Atlas, area: Area | None = None, group: str = ALL
) -> list[Month]:
    """Return an area month by month, with what it is compared with.

    Parameters
    ----------
    area
        A ward comes with its borough and the Met for the months of wards, any other with the Met;
        the Met alone if there is none.
    """
    ward = area and area.ward
    areas: list[Area | Force] = [*filter(None, (area, ward and ward.borough)), atlas.force]
    first = known.wards.months[0] if ward and known.wards.months else ""
    told = []
    for each in areas:
        level = each.level if isinstance(each, Area) else "boroughs"
        numbers = series(known, level, each, group)
        for at, month in enumerate(known.offences(level).months):
            if month < first:
                continue
            count = numbers[at]
            year = sum(numbers[at + 1 - MONTHS : at + 1]) if at + 1 >= MONTHS else None
            rate = _per(count, each.residents, 1000)
            of_year = None if year is None else _per(year, each.residents, 1000)
            told.append(Month(month, each.code, each.name, count, rate, year, of_year))
    return told


def survey_told(known: Demand, atlas: Atlas, borough: Area | None = None) -> list[Share]:
    """Return shares of the survey by question and quarter: of a borough, if given, and the Met."""
    areas: list[Area | Force] = [*filter(None, [borough]), atlas.force]
    return [
        Share(quarter, area.code, area.name, question, share / 100)
        for area in areas
        for question, shares in known.survey.shares.get(area.code, {}).items()
        for quarter, share in zip(known.survey.quarters, shares, strict=True)
        if share is not None
    ]


def abstraction_told(known: Demand, atlas: Atlas) -> list[dict[str, Any]]:
    """Return the share of time taken from ward duty by calendar year, of the Met and each BCU."""
    months = abstraction_months(known)
    told = []
    for area in met_and_bcus(atlas):
        boroughs = boroughs_of(area)
        for year in sorted({month[:4] for month in months}):
            of_year = [month for month in months if month.startswith(year)]
            told.append(
                {"year": year, "from": of_year[0], "to": of_year[-1], "code": area.code,
                 "name": area.name, "share": abstracted(known, boroughs, of_year),
                 "second_hand": not known.second_hand.isdisjoint(of_year)}
            )  # fmt: skip
    return told


def rate_text(value: float | None, decimals: int = 0) -> str:
    """Write a rate, or that it is not known."""
    return NOT_KNOWN if value is None else figure(value, decimals)
