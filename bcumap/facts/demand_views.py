"""What is told of resources and demand, as plain values for `web/templates/demand.html`; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcumap.base.schema import MET
from bcumap.base.words import NO_FIGURE, NOT_KNOWN, date, figure, listed, percent
from bcumap.facts import demand
from bcumap.facts.areas import Area, Atlas, Force
from bcumap.facts.demand import (
    ALL,
    CAUTIONS,
    GROUPS,
    QUESTIONS,
    Demand,
    Month,
    Report,
    Row,
    Share,
)
from bcumap.facts.measures import Measure
from bcumap.facts.views import Said, Table

Line = tuple[str, Sequence[str]]  # a name and its cells

DECEMBER = "-12"  # the quarter of each year that a table tells
CHANGE = "Change#"


@dataclass(frozen=True)
class Overview:
    """All that a page without a choice tells of demand: see the functions of the same names."""

    question: Table
    bcus: Table
    highest: str
    minded: list[str]
    months: Table
    months_told: str
    shares: tuple[Table, ...]
    officers: Table
    officers_told: str
    all_cautions: list[str]


def overview(
    known: Demand,
    atlas: Atlas,
    reports: Mapping[str, Report],
    strength: Sequence[Mapping[str, Any]],
) -> Overview:
    """Tell of the Met, its BCUs and boroughs.

    Parameters
    ----------
    reports
        Of BCUs and boroughs, by level.
    strength
        Of the Met by month.
    """
    rows = demand.months_told(known, atlas)
    asked = demand.survey_told(known, atlas)
    return Overview(
        question(known, reports["bcus"], strength),
        side_by_side(reports["bcus"], time_taken(known, atlas)),
        highest(known, reports["bcus"]),
        cautions(reports["bcus"].cautions),
        through_time(rows, ALL),
        time_told(rows, ALL),
        tuple(shares(asked, key) for key in ("good_job", "contact_officer")),
        officers(reports["boroughs"], atlas),
        officers_told(reports["boroughs"]),
        cautions(CAUTIONS),
    )


def time_taken(known: Demand, atlas: Atlas) -> dict[str, float | None]:
    """The share of ward officers' time taken in the last twelve months known, by BCU and MET."""
    months = demand.abstraction_months(known)[-demand.MONTHS :]
    return {
        area.code: demand.abstracted(known, demand.boroughs_of(area), months)
        for area in demand.met_and_bcus(atlas)
    }


def question(known: Demand, told: Report, strength: Sequence[Mapping[str, Any]]) -> Table:
    """The parts of the Assembly's question, and what each is measured by."""
    met = told.met
    first, last = strength[0], strength[-1]
    rows = (
        (
            "Resources",
            f"{figure(last['officers'], 0)} officers and {figure(last['pcsos'], 0)} PCSOs of the"
            f" whole Met in {date(last['month'])}; {figure(first['officers'], 0)} and"
            f" {figure(first['pcsos'], 0)} in {date(first['month'])}. Of BCUs: ward officers only.",
        ),
        (
            "Reduce crime",
            f"{figure(met.offences, 0)} offences recorded from {date(told.first)} to"
            f" {date(told.last)}: {_changed(met)}. Recorded crime is not all crime.",
        ),
        (
            "The fear of crime",
            f"{NOT_KNOWN}: the survey that is published asks about the police, not about fear.",
        ),
        (
            "Investigate crime",
            f"{NOT_KNOWN}: no open data were found on {listed(demand.NOT_MEASURED)}.",
        ),
        ("Public confidence", _confidence(known)),
    )
    lines = [(name, [text]) for name, text in rows]
    return _table("The question, part by part", ("Part", "What is measured"), lines)


def _changed(row: Row) -> str:
    if row.change is None:
        return "no comparison"
    way = "more" if row.change >= 0 else "fewer"
    return f"{percent(abs(row.change))} {way} than {row.change_years} years before"


def _confidence(known: Demand) -> str:
    """How the Met's confidence went, in a sentence."""
    parts = []
    for key in ("good_job", "contact_officer"):
        shares = known.survey.shares.get(MET, {}).get(key, ())
        dated = dict(zip(known.survey.quarters, shares, strict=False))
        asked = [(quarter, dated.get(quarter)) for quarter in ("2014-12", "2017-12", "2018-12")]
        if last := known.survey.last(MET, key):
            asked.append(last)
        steps = [f"{share}% in {date(quarter)}" for quarter, share in asked if share is not None]
        parts.append(f"“{QUESTIONS[key]}”: {', '.join(steps)}.")
    return " ".join(parts) + " Shares of a survey, so a few points may be chance."


def side_by_side(told: Report, shares_taken: Mapping[str, float | None]) -> Table:
    """The 12 BCUs with all that is known of each."""
    heads = (
        "BCU", "Offences#", "Per 1,000 residents#", "Per officer promised#",
        "Per officer in post#", f"In {told.met.change_years} years#", "Time taken#",
    )  # fmt: skip
    rows = []
    for row in (*told.rows, told.met):
        taken = shares_taken.get(row.code)
        cells = [
            figure(row.offences, 0),
            demand.rate_text(row.per_1k),
            demand.rate_text(row.per_promised_officer),
            NO_FIGURE if row.per_officer is None else figure(row.per_officer, 0),
            signed(row.change),
            NOT_KNOWN if taken is None else percent(taken),
        ]
        rows.append((named(row), cells))
    return _table(f"The BCUs, {date(told.first)} to {date(told.last)}", heads, rows)


def highest(known: Demand, told: Report) -> str:
    """Which BCU has the most offences for each officer promised and in post, in a sentence."""
    when = demand.abstraction_when(known)
    promised = max(told.rows, key=lambda row: row.per_promised_officer or 0)
    there = [row for row in told.rows if row.per_officer is not None]
    most, least = max(there, key=_there), min(there, key=_there)
    without = [row.name for row in told.rows if row.per_officer is None]
    return (
        f"Most offences for each ward officer promised: {promised.name},"
        f" {demand.rate_text(promised.per_promised_officer)} from {date(told.first)} to"
        f" {date(told.last)}. For each in post: {most.name}, {demand.rate_text(most.per_officer)};"
        f" fewest {least.name}, {demand.rate_text(least.per_officer)}. {listed(without)}:"
        f" {NO_FIGURE} of its ward officers. Ward officers are a part of a BCU’s officers; how many"
        " others it has is not published. “Time taken”: share of ward officers’ time spent on other"
        f" work{f', {when}' if when else ''}."
    )


def _there(row: Row) -> float:
    return row.per_officer or 0


def cautions(keys: Iterable[str]) -> list[str]:
    """The sentences that may not be forgotten about figures, each once."""
    return [CAUTIONS[key] for key in dict.fromkeys(keys)]


def beside(area: Area, reports: Mapping[str, Report]) -> tuple[Table, list[str]]:
    """An area beside those that it lies in and the Met, and what is to be minded of them.

    Parameters
    ----------
    reports
        By level, of those that there are data of.
    """
    rows: list[Line] = []
    used: list[str] = []
    for each in (*filter(None, area.upwards), None):  # the last is the Met
        told = reports[each.level if each else "bcus"]
        row = told.of(each) if each else told.met
        used += row.cautions
        cells = [
            figure(row.offences, 0),
            demand.rate_text(row.per_1k),
            demand.rate_text(row.per_km2),
            demand.rate_text(row.per_promised_officer),
            f"{signed(row.change)} in {row.change_years} years" if row.change is not None else "–",
            "" if each is None else f"{row.rank} of {told.ranked}" if row.rank else "not ranked",
            f"{date(told.first)} to {date(told.last)}",
        ]
        rows.append((named(row), cells))
    heads = (
        "Area", "Offences#", "Per 1,000 residents#", "Per km²#", "Per officer promised#", CHANGE,
        "Rank", "Months",
    )  # fmt: skip
    return _table(f"{area.name} beside what it lies in", heads, rows), cautions(used)


def through_time(rows: Sequence[Month], group: str) -> Table:
    """Twelve months to the last month of each year, area by area: the table beside the chart."""
    last = max(row.month for row in rows)[5:]
    return _by_time(
        f"{offences(group)} per 1,000 residents: the figures",
        "Twelve months to",
        [(row.month, row.name, row.year_per_1k) for row in rows],
        lambda month: month.endswith(last),
        demand.rate_text,
    )


def time_told(rows: Sequence[Month], group: str) -> str:
    """What the lines through time show, in a sentence."""
    ends = []
    for name in dict.fromkeys(row.name for row in rows):
        here = [row for row in rows if row.name == name and row.year_per_1k is not None]
        steps = [
            f"{demand.rate_text(row.year_per_1k)} to {date(row.month)}"
            for row in (here[0], here[-1])
        ]
        ends.append(f"{name} {', '.join(steps)}")
    return f"{offences(group)} in twelve months for every 1,000 residents: {'; '.join(ends)}."


def offences(group: str) -> str:
    """What a group of offences is called."""
    return "All offences" if group == ALL else GROUPS[group]


def shares(rows: Sequence[Share], asked: str) -> Table:
    """Shares of a question at the end of each year and at last: the table beside the chart."""
    here = [row for row in rows if row.question == asked]
    last = max((row.quarter for row in here), default="")
    return _by_time(
        f"“{QUESTIONS[asked]}”: the figures",
        "Quarter to",
        [(row.quarter, row.name, row.share) for row in here],
        lambda quarter: quarter.endswith(DECEMBER) or quarter == last,
        percent,
    )


BEFORE_BCUS = "2017-12"  # the last quarter of the survey before the first BCU of the roll-out


def shares_told(rows: Sequence[Share], asked: str) -> str:
    """How a question was answered first, before the twelve BCUs, and last, in a sentence."""
    ends = []
    for name in dict.fromkeys(row.name for row in rows):
        here = [row for row in rows if row.name == name and row.question == asked]
        middle = [row for row in here[1:-1] if row.quarter == BEFORE_BCUS]
        steps = [
            f"{percent(row.share)} in {date(row.quarter)}"
            + (" (before the twelve BCUs of 2018 and 2019)" if row in middle else "")
            for row in (here[0], *middle, here[-1])
        ]
        ends.append(f"{name} {', '.join(steps)}")
    return f"“{QUESTIONS[asked]}”: {'; '.join(ends)}."


def officers(told: Report, atlas: Atlas) -> Table:
    """Boroughs by officers and demand: the table beside the scatter."""
    lines = []
    for row in sorted(told.rows, key=lambda row: row.name):
        there = atlas[row.code].officers["fte_per_ward"]
        cells = [
            demand.rate_text(row.per_promised_officer),
            NO_FIGURE if there is None else figure(there, 1),
            NO_FIGURE if row.per_officer is None else figure(row.per_officer, 0),
        ]
        lines.append((row.name, cells))
    heads = ("Borough", "Offences per officer promised#", "FTE a ward#", "Per officer in post#")
    return _table("Officers and demand by borough: the figures", heads, lines)


def officers_told(told: Report) -> str:
    """What the scatter shows, in a sentence."""
    rates = [row.per_promised_officer for row in told.rows if row.per_promised_officer]
    return (
        "Boroughs by offences for each ward officer promised, and ward officers in post for each"
        " ward. Every ward was promised the same, so what is asked of one officer differs up to"
        f" {max(rates) / min(rates):.0f} times. Camden and Islington have no reliable figure."
    )


def ranking(rows: Sequence[Mapping[str, Any]], measure: Measure, unknown: str) -> str:
    """The highest and the lowest of a ranking, in a sentence."""
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return f"{measure.title}: {unknown}."
    high, low = known[0], known[-1]
    without = [row["name"] for row in rows if row["value"] is None]
    return (
        f"Highest: {high['name']}, {measure.text(high['value'])}. Lowest: {low['name']},"
        f" {measure.text(low['value'])}."
        + (f" {listed(without)}: {unknown}." if without else "")
        + " The dashed line is the Met."
    )


def of_ward(known: Demand, told: Report, ward: Area) -> tuple[Table, list[str]]:
    """Offences of a ward in twelve months by group, beside its borough and the Met.

    Returns
    -------
    table, cautions
        Rates are for every 1,000 residents of mid-2024 in the same months.
    """
    borough, met = ward.borough or ward, ward.atlas.force
    at = known.wards.months.index(told.last) + 1
    codes: dict[Area | Force, Iterable[str]] = {
        ward: [ward.code],
        borough: [each.code for each in borough.wards],
        met: known.wards.counts,
    }
    counts = {
        group: [sum(known.wards.series(of, group)[at - 12 : at]) for of in codes.values()]
        for group in GROUPS
    }
    lines = []
    for group in sorted(GROUPS, key=lambda group: -counts[group][0]):
        rates = [
            figure(count / area.residents * 1000, 1) if area.residents else NOT_KNOWN
            for area, count in zip(codes, counts[group], strict=True)
        ]
        lines.append((GROUPS[group], [figure(counts[group][0], 0), *rates]))
    names = (ward.name, borough.name, "The Met")
    heads = ("Group", "Offences#", *(f"{name}, per 1,000#" for name in names))
    row = told.of(ward)
    caption = f"Offences recorded in the ward, {date(told.first)} to {date(told.last)}"
    return _table(caption, heads, lines), cautions(
        ("recorded", *row.cautions, "system", "unplaced")
    )


def ward_told(told: Report, ward: Area) -> str:
    """How a ward stands among all, in a sentence."""
    row = told.of(ward)
    rank = f"rank {row.rank} of {told.ranked} wards" if row.rank else "not ranked"
    change = (
        f"{_changed(row)}" if row.change is not None else "too few, or too short a time, to compare"
    )
    return (
        f"{figure(row.offences, 0)} offences in twelve months: {demand.rate_text(row.per_1k)} for"
        f" every 1,000 residents ({rank}, 1 the highest), {demand.rate_text(row.per_km2)} for each"
        f" square kilometre, {demand.rate_text(row.per_promised_officer)} for each ward officer"
        f" promised; {change}."
    )


def months_told(rows: Sequence[Month]) -> str:
    """What the lines of single months show, in a sentence."""
    ends = []
    for name in dict.fromkeys(row.name for row in rows):
        rates = [row.per_1k for row in rows if row.name == name and row.per_1k is not None]
        if rates:
            ends.append(f"{name} {figure(min(rates), 1)} to {figure(max(rates), 1)}")
    span = f"{date(rows[0].month)} to {date(rows[-1].month)}"
    return f"Offences in a month for every 1,000 residents, {span}: {'; '.join(ends)}."


def to_ask(told: Report, known: Demand, ward: Area) -> list[str]:
    """What a councillor could ask the ward officers about it."""
    mine = {
        group: sum(demand.series(known, "wards", ward, group)[-demand.MONTHS :]) for group in GROUPS
    }
    first = max(mine, key=lambda group: mine[group])
    row = told.of(ward)
    asked = [
        f"{GROUPS[first]} is the largest group here ({figure(mine[first], 0)} offences). What is"
        " done about it, where and when?",
        "How many hours did the ward officers spend in the ward last month, and on what other work"
        " were they taken?",
        "How can residents reach their ward officer, and how many know how?",
    ]
    if row.change is not None and abs(row.change) >= 0.1:
        asked.insert(1, f"Offences are {_changed(row)}. What explains it?")
    return asked


def named(row: Row) -> str:
    """A row's name as the head of a line."""
    return row.name[0].upper() + row.name[1:]


def signed(share: float | None) -> str:
    """A change in per cent with its sign."""
    if share is None:
        return NOT_KNOWN
    return f"{'+' if share > 0 else ''}{percent(share)}".replace("-", "−")


def _by_time(
    caption: str,
    head: str,
    figures: Sequence[tuple[str, str, float | None]],
    is_shown: Callable[[str], bool],
    write: Callable[[float], str],
) -> Table:
    """Write figures, each of a time and an area, as a table: the latest time first."""
    names = dict.fromkeys(name for _, name, _ in figures)
    by_time: dict[str, dict[str, str]] = {}
    for time, name, value in figures:
        if is_shown(time) and value is not None:
            by_time.setdefault(time, {})[name] = write(value)
    lines = [
        (date(time), [told.get(name, NOT_KNOWN) for name in names])
        for time, told in sorted(by_time.items(), reverse=True)
    ]
    return _table(caption, (head, *(f"{name}#" for name in names)), lines)


def _table(caption: str, heads: Sequence[str], lines: Iterable[Line]) -> Table:
    rows = (tuple(Said(cell) for cell in (name, *cells)) for name, cells in lines)
    return Table(caption, tuple(heads), tuple(rows))
