"""What is told of an answer, an area and a date: frozen values without HTML; pure.

The app, the static site and whatever else shows them fill the same templates (`web/templates`) from
these. Needs nothing but the standard library, so that the serving process may use it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bcumap.base.bases import ANNOUNCED, EVIDENCE, KNOWN, UNCONFIRMED
from bcumap.base.words import (
    BY_WARD,
    BY_WARD_NOTE,
    CITY_POLICE,
    LEVEL_WORDS,
    LIST_NOTE,
    NO_FIGURE,
    NO_LIST,
    NOT_KNOWN,
    WORKBOOK,
    counted,
    date,
    figure,
    kilometres,
    listed,
    percent,
)
from bcumap.facts import measures
from bcumap.facts.answers import Answer, Option
from bcumap.facts.areas import Area
from bcumap.facts.counters import MET, Picture, Standing
from bcumap.facts.events import Event, about, of_area
from bcumap.facts.measures import Measure
from bcumap.facts.teams import LISTED, LISTED_ON, Listing

Facts = Mapping[str, Any]
Row = Mapping[str, Any]

OFFICER_SOURCES = (
    "Ward officers promised: Mayor of London, 28 December 2017, and Met Police, February 2022."
    " Strengths: Met Police through the London Datastore (e16kd) and an open analysis of it,"
    " October 2026."
)
DAYS_TOLD = 6  # on which a ward's team was listed, before the last
NEAR = "{} m from its ward’s boundary."  # said of a sure answer
CITY_OF_LONDON = f"City of London: {CITY_POLICE}, not the Met"

# How sure it is what is told of all counters of a date (web/static/counters.js says it, too).
GROUNDS = {
    ANNOUNCED: UNCONFIRMED,
    KNOWN: "Known from sources; which site it is or its hours may be inferred, as each says.",
    "partial": "Not all counters of this date are known: {} are.",
}

# How the day on which a BCU went live is known.
BASIS = {
    KNOWN: "known",
    ANNOUNCED: "due by an announcement; that month is confirmed by the Met’s own data",
    EVIDENCE: "by the Met’s own data; the day is not known",
}


@dataclass(frozen=True)
class Said:
    """A value as it is told.

    Attributes
    ----------
    text
        In words or figures; it follows the links.
    note
        What is added in small print.
    links
        Areas or questions that the value names.
    source
        Whose it is (`base.sources`); ends the small print.
    """

    text: str = ""
    note: str = ""
    links: tuple[Option, ...] = ()
    source: str = ""


Told = tuple[tuple[str, Said], ...]  # what each fact is, and its value


@dataclass(frozen=True)
class Card:
    """The answer to a question, how sure it is, and what else may be meant.

    Attributes
    ----------
    look
        "choice", "unsure", or "" for a sure one.
    own
        The areas that the answer names, the smallest first.
    perhaps
        Other wards that may be the right one; each detail says whose they are.
    options
        What may be meant.
    as_of
        The editions that it is from; "" if from none.
    """

    look: str
    title: str
    text: str
    notes: tuple[str, ...]
    own: tuple[Option, ...]
    perhaps: tuple[Option, ...]
    options: tuple[Option, ...]
    as_of: str


@dataclass(frozen=True)
class Panel:
    """What is known of an area: its name, what kind it is, and its facts."""

    title: str
    kind: str
    told: Told
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, heads of columns (those of numbers end with `#`), rows, and their codes."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Key:
    """One line of a legend: the look (a class of `page.css`), what it stands for, and a sign."""

    look: str
    text: str
    sign: str = ""

    @property
    def is_fill(self) -> bool:
        """Whether areas of the map are filled so by what is known of them."""
        return self.look.startswith("shade-") or self.look == "no-figure"


@dataclass(frozen=True)
class Legend:
    """What looks on a map stand for."""

    keys: tuple[Key, ...]
    note: str = ""
    label: str = "Legend"


# --- answers -------------------------------------------------------------------------------------


def card(answer: Answer) -> Card:
    """Return what is told of an answer."""
    near = answer.certain and answer.boundary_m
    return Card(
        look="choice" if answer.kind == "choice" else "" if answer.certain else "unsure",
        title=answer.title,
        text=answer.text,
        notes=((NEAR.format(f"{answer.boundary_m:,}"),) if near else ()) + answer.notes,
        own=tuple(_own(answer.place)) if answer.place else (),
        perhaps=tuple(_perhaps(other.place) for other in answer.others if other.place),
        options=answer.options,
        as_of="; ".join(f"{what} of {date(when)}" for what, when in answer.as_of.items()),
    )


def _own(place: Area) -> Iterator[Option]:
    for area in filter(None, (place.ward, place.borough)):
        yield Option(area.level, area.code, area.name)
    if place.bcu:
        yield Option("bcus", place.bcu.code, place.policed_by)


def _perhaps(place: Area) -> Option:
    return Option("wards", place.code, place.name, f"{place.within}, {place.policed_by}")


# --- areas ---------------------------------------------------------------------------------------


def area(facts: Facts, level: str, code: str) -> Option:
    """Return an area as something to link to."""
    return Option(level, code, facts[level][code]["name"])


def by_name(facts: Facts, level: str, codes: Iterable[str]) -> tuple[Option, ...]:
    """Return some areas of a level in the order of their names."""
    return tuple(
        sorted(
            (area(facts, level, code) for code in codes), key=lambda each: (each.label, each.code)
        )
    )


def london(facts: Facts) -> Panel:
    """Return what is known of all that the Met polices."""
    met = [row for row in facts["boroughs"].values() if row["bcu_code"]]
    known = all(row["residents"] is not None for row in met)
    people = sum(row["residents"] for row in met) if known else None
    return Panel(
        "Metropolitan Police",
        "All of London but the City",
        (
            ("BCUs", Said(str(len(facts["bcus"])))),
            ("Boroughs", Said(str(len(met)))),
            ("Wards", Said(number(sum(row["wards"] for row in met)))),
            ("Area", Said(square_km(sum(row["area_km2"] for row in met)))),
            (
                "Residents",
                residents(people, facts),
            ),
        ),
    )


def panel(facts: Facts, level: str, code: str) -> Panel:
    """Return what is known of a BCU, a borough (or the City) or a ward."""
    row = facts[level][code]
    told = {"bcus": _of_bcu, "boroughs": _of_borough, "wards": _of_ward}[level](row, facts)
    return Panel(row["name"], _kind(level, row, code), told)


def _kind(level: str, row: Row, code: str) -> str:
    """What kind of area one is, and its code."""
    if level == "bcus":
        return f"Basic Command Unit · code {code}"
    if level == "wards":
        return f"Ward · {code}"
    return f"{'Borough' if row['bcu_code'] else 'Not a borough of the Met'} · {code}"


def _of_bcu(row: Row, facts: Facts) -> Told:
    return (
        ("Boroughs", Said(links=tuple(area(facts, "boroughs", each) for each in row["boroughs"]))),
        *_size(row, facts),
        ("Went live", _go_live(row)),
        *_officers(row, facts),
    )


def _of_borough(row: Row, facts: Facts) -> Told:
    return (
        ("Policed by", police(row["bcu_code"], facts)),
        *_size(row, facts),
        *(_officers(row, facts) if row["bcu_code"] else ()),
    )


def _of_ward(row: Row, facts: Facts) -> Told:
    borough = facts["boroughs"][row["borough_code"]]
    return (
        ("Borough", Said(links=(area(facts, "boroughs", row["borough_code"]),))),
        ("Policed by", police(borough["bcu_code"], facts)),
        *_size(row, facts),
        *(_ward_officers(row, borough, facts) if borough["bcu_code"] else ()),
    )


def _size(row: Row, facts: Facts) -> Told:
    wards = (("Wards", Said(number(row["wards"]))),) if row.get("wards") else ()
    return (
        *wards,
        ("Area", Said(square_km(row["area_km2"]))),
        ("Residents", residents(row["residents"], facts)),
    )


def _go_live(row: Row) -> Said:
    basis = row["go_live_basis"]
    ground = "" if basis == KNOWN else f" ({BASIS[basis]})"
    note = f"{row['go_live_note']}. " if row["go_live_note"] else ""
    planned = f"{note}Planned for {date(row['go_live_planned'])}."
    return Said(f"{date(row['go_live'])}{ground}", planned, source=row["go_live_source"])


def police(bcu_code: str | None, facts: Facts) -> Said:
    """Return who polices a borough."""
    if bcu_code is None:
        return Said(CITY_POLICE, "a force of its own, in no BCU of the Met")
    return Said(note="BCU", links=(area(facts, "bcus", bcu_code),))


def residents(count: float | None, facts: Facts) -> Said:
    """Return how many residents, and of when."""
    if count is None:
        return Said(NOT_KNOWN, "ONS publishes no estimate for all of it")
    return Said(number(count), f"ONS estimate, {date(facts['residents_as_of'])}")


def summary(facts: Facts, level: str, code: str) -> str:
    """Say in a sentence what an area is and who polices it."""
    row = facts[level][code]
    if level == "bcus":
        return (
            f"{row['name']} is one of the Metropolitan Police’s {len(facts['bcus'])} Basic Command"
            f" Units, of {counted(len(row['boroughs']), 'borough')} and"
            f" {counted(row['wards'], 'ward')}."
        )
    borough = facts["boroughs"][row["borough_code"]] if level == "wards" else row
    of = f"a ward of {borough['name']}, " if level == "wards" else ""
    force = f"the {CITY_POLICE}, not by the Met"
    if borough["bcu_code"]:
        force = f"{facts['bcus'][borough['bcu_code']]['name']} BCU of the Metropolitan Police"
    return f"{row['name']} is {of}policed by {force}."


# --- ward officers -------------------------------------------------------------------------------


def pcsos(promise: Row) -> str:
    """Say how many PCSOs a promise has."""
    return f"{promise['pcso']} PCSO{'' if promise['pcso'] == 1 else 's'}"


def since(promise: Row) -> str:
    """Say from when on a promise has held."""
    again = f", restated {date(promise['restated'])}" if promise["restated"] else ""
    return f"since {date(promise['since'])}{again}"


def months(facts: Facts, level: str = "boroughs") -> str:
    """Say of which months the strengths of a level are a mean."""
    told = facts["officers"]
    first, last = (level == "wards" and told.get("ward_months")) or told["months"]
    return f"mean of {date(first)} to {date(last)}"


def strength_months(facts: Facts) -> tuple[str, str]:
    """Say of which months the strengths of boroughs and of wards are, "" if there are none."""
    has_wards = facts["officers"].get("ward_months")
    return months(facts), months(facts, "wards") if has_wards else ""


def ward_months(facts: Facts) -> str:
    """Say what the strengths of wards are, where a deployer has built them."""
    return (
        f"Of wards: {months(facts, 'wards')}, of those months that have a figure, by {WORKBOOK}."
        f" A ward with a figure in fewer than half of them has {NO_FIGURE}."
    )


def listed_when(facts: Facts) -> str:
    """Say by whom and when teams were listed, "" if nobody has asked."""
    first, last = facts["officers"].get(LISTED_ON) or ("", "")
    if not first:
        return ""
    return f"listed by data.police.uk on {date(first)}" + (f" to {date(last)}" * (first != last))


def measure_when(facts: Facts, level: str, measure: Measure) -> str:
    """Say of when a measure of ward officers is."""
    if measure.key == LISTED:
        return listed_when(facts)
    return months(facts, level) if measure.is_of_strength else since(facts["officers"])


def officer_sources(facts: Facts) -> str:
    """Say whose what is told of ward officers is."""
    teams = listed_when(facts)
    return f"{OFFICER_SOURCES} Teams: {teams}." if teams else OFFICER_SOURCES


def to_add(facts: Facts) -> str:
    """Say what whoever runs this can add of wards, and how; "" if all of it is here."""
    missing = [
        text
        for key, text in (
            ("ward_months", "strength month by month (bcumap build --strengths)"),
            (LISTED_ON, "how many are listed on its team (bcumap build --teams)"),
        )
        if key not in facts["officers"]
    ]
    return f"Whoever runs this site can add, for each ward, {listed(missing)}." if missing else ""


def promised(facts: Facts) -> Said:
    """Return what every ward was promised."""
    promise = facts["officers"]
    return Said(f"{promise['dwo']} ward officers, {pcsos(promise)}", since(promise))


def _ward_officers(row: Row, borough: Row, facts: Facts) -> Told:
    """What a ward was promised, and what is known of its borough."""
    told, name = borough["officers"], borough["name"]
    if told["fte"] is None:
        of_borough = f"{name} has {NO_FIGURE}."
    else:
        per_ward = figure(told["fte"] / borough["wards"], 1)
        of_borough = f"{name} has {per_ward} FTE for each of its wards, {months(facts)}."
    return (
        ("Promised", promised(facts)),
        ("Strength", _ward_strength(row, of_borough, facts)),
        *team_listed(row, facts),
    )


def team_listed(row: Row, facts: Facts, before: str = "") -> Told:
    """What data.police.uk lists of a ward's team; nothing where nobody has asked.

    Parameters
    ----------
    before
        What it listed earlier, in a sentence.
    """
    if LISTED_ON not in facts["officers"]:
        return ()
    return (("Listed", listing(row["officers"], before)),)


def listed_before(listings: Sequence[Listing]) -> str:
    """Say how many were listed earlier, the latest of a few days first; "" of none."""
    told = [
        f"{NO_LIST if each.ranks is None else number(sum(each.ranks))} on {date(each.on)}"
        for each in reversed(listings[-DAYS_TOLD:])
    ]
    return f"Earlier: {', '.join(told)}. " if told else ""


def listing(told: Row, before: str = "") -> Said:
    """How many people a ward's team is listed with, by rank, and on which day."""
    if not told[LISTED_ON]:
        return Said(NO_LIST, "data.police.uk gave no answer")
    when = f"by data.police.uk on {date(told[LISTED_ON])}"
    if told[LISTED] is None:
        return Said(NO_LIST, f"{when}. {before}".rstrip())
    ranks = [counted(told["listed_constables"], "constable"), counted(told["listed_pcsos"], "PCSO")]
    if told["listed_sergeants"]:
        ranks.append(counted(told["listed_sergeants"], "sergeant"))
    if told["listed_other_ranks"]:
        ranks.append(f"{number(told['listed_other_ranks'])} of other ranks")
    return Said(number(told[LISTED]), f"{when}: {listed(ranks)}. {before}{LIST_NOTE}")


def _ward_strength(row: Row, of_borough: str, facts: Facts) -> Said:
    if not facts["officers"].get("ward_months"):
        return Said(BY_WARD, f"{BY_WARD_NOTE} {of_borough}")
    told = row["officers"]
    when = f"{months(facts, 'wards')}, by {WORKBOOK}. {of_borough}"
    if told["fte"] is None:
        return Said(NO_FIGURE, when)
    share = percent(told["share_of_commitment"])
    return Said(f"{figure(told['fte'], 1)} FTE", f"{share} of the promise, {when}")


def _officers(row: Row, facts: Facts) -> Told:
    """What the wards of a borough or BCU were promised, and what is known to be there."""
    promise, wards = facts["officers"], row["wards"]
    posts = (
        f"{number(wards * promise['dwo'])} ward officers and {number(wards * promise['pcso'])}"
        f" PCSOs, {since(promise)}"
    )
    told = row["officers"]
    return (
        ("Promised", Said(number(told["committed"]), posts)),
        ("Strength", _strength(told, facts)),
    )


def _strength(told: Row, facts: Facts) -> Said:
    missing = listed(told["no_figure_for"])
    if told["fte"] is None:
        return Said(NO_FIGURE, f"the published one for {missing} is missing or wrong")
    least = "at least " if told["at_least"] else ""
    without = f"; {NO_FIGURE} for {missing}" if told["at_least"] else ""
    rank = f"; rank {told['rank']} of the {told['ranked']} with a figure" if told["rank"] else ""
    share = f"{least}{percent(told['share_of_commitment'])} of the promise"
    return Said(
        f"{least}{figure(told['fte'], 1)} FTE",
        f"ward officers and PCSOs together, {months(facts)}: {share}{rank}{without}",
    )


# --- front counters ------------------------------------------------------------------------------


def near(picture: Picture, ward: str) -> Told:
    """Return how far the residents of a ward live from open front counters, on average."""
    row = picture.wards.get(ward)
    if row is None:  # not all counters of the date are known
        return (("Nearest", Said(NOT_KNOWN)), ("Open 24 hours", Said(NOT_KNOWN)))
    most = f"for most, {row['nearest']}" if row["nearest"] else ""
    within = row["within_2km"]
    return (
        ("Nearest", Said(_km(row["nearest_m"]), most)),
        ("Open 24 hours", Said(_km(row["nearest_24_7_m"]))),
        ("Within 2 km", Said(NOT_KNOWN if within is None else f"{number(within)} residents")),
    )


def counters_of(picture: Picture, code: str) -> Told:
    """Return the front counters of a borough or BCU in figures."""
    row = picture.areas[code]
    told = [("Open", Said(str(row["counters"]))), ("Open 24 hours", Said(str(row["open_24_7"])))]
    if promise := row["promise"]:
        kept = Said(promise, "a counter open 24 hours in every borough")
        told.append(("Promise of 2012", kept))
    if row["nearest_m"] is not None:
        told.append(("Nearest", Said(kilometres(row["nearest_m"]), "residents’ average")))
    return tuple(told)


def _km(metres: float | None) -> str:
    return NOT_KNOWN if metres is None else kilometres(metres)


def ground(picture: Picture) -> str:
    """Say how sure it is what is said of all counters of a date; "" if it is known."""
    if not picture.complete:
        return "Of the counters that are known; there may have been others."
    return UNCONFIRMED if picture.areas[MET]["basis"] == ANNOUNCED else ""


def distances_note(picture: Picture) -> str:
    """Say of when distances are, how they are measured, and how sure that is."""
    when = f"On {date(picture.on.isoformat())}, in a straight line: by road it is farther."
    return f"{when} {ground(picture)}".rstrip()


def counter(standing: Standing, site: Row) -> tuple[Said, ...]:
    """Return the cells of a counter: where it is, its hours, since when, and how it is known."""
    where = ", ".join(filter(None, [site["address"], site["postcode"]])) or NOT_KNOWN
    return (
        Said(standing.name, where),
        Said(standing.hours or NOT_KNOWN),
        Said(date(standing.since)),
        Said(standing.known_as, source=standing.source),
    )


# --- maps and tables -----------------------------------------------------------------------------

AREAS_LEGEND = Legend(
    (
        Key("bcu-line", "BCU"),
        Key("borough-line", "Borough"),
        Key("ward-line", "Ward"),
        Key("thames", "Tidal Thames"),
        Key("city", CITY_OF_LONDON),
    ),
    "Fill colours only tell neighbours apart.",
)


def measure_legend(measure: Measure, values: Collection[float | None], unknown: str) -> Legend:
    """Return what the shades of a measure stand for, and white, where there is an area without."""
    names = measures.labels(values, measures.breaks(values, measure), measure)
    return shading_legend(names, unknown if None in values or not values else None)


def shading_legend(classes: Sequence[str], unknown: str | None) -> Legend:
    """Return what the shades of a measure stand for.

    Parameters
    ----------
    classes
        What each class holds, from the lowest.
    unknown
        What is said where there is no figure; None if every area has one.
    """
    shades = measures.shades(len(classes))
    keys = [Key(shade, text) for shade, text in zip(shades, classes, strict=True)]
    if unknown:
        keys.append(Key("no-figure", unknown))
    return Legend((*keys, Key("city", CITY_OF_LONDON)))


def caption(level: str, facts: Facts) -> str:
    """Return the caption of the table of a level, with the edition of the wards it is made of."""
    wards = f"wards of {facts['edition']}"
    return wards.capitalize() if level == "wards" else f"{LEVEL_WORDS[level].plural} ({wards})"


# --- what happened -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Events:
    """Events of an area or theme under a title, the latest first, by year."""

    title: str
    count: int
    years: tuple[tuple[str, tuple[Event, ...]], ...]


def events(shown: Sequence[Event], title: str = "") -> Events:
    """Return events by their years."""
    years = groupby(shown, key=lambda event: event.date[:4])
    return Events(title, len(shown), tuple((year, tuple(each)) for year, each in years))


def changes(happened: Iterable[Event], area: Area) -> Events:
    """Return what changed in an area: in a BCU, or in a borough or ward's borough and its BCU."""
    title = area.policed_by
    if area.borough:
        title = area.borough.name + (" and its BCU" if area.bcu else "")
    shown = [each for each in about(happened, **of_area(area)) if each.areas]
    return events(shown, f"What changed in {title}")


def roll_out(rows: Sequence[Row], facts: Facts) -> Table:
    """Return the roll-out as it was printed in February 2018."""
    names = facts["boroughs"]
    return Table(
        "The roll-out as printed in February 2018",
        ("Cluster", "Boroughs", "Planned for", "Commander, as printed"),
        tuple(
            (
                Said(row["cluster"]),
                Said(", ".join(names[code]["name"] for code in row["borough_codes"].split(";"))),
                Said("pilot from late 2016" if row["planned"] == "2016" else date(row["planned"])),
                Said(row["commander"]),
            )
            for row in rows
        ),
    )


def strength(rows: Sequence[Row]) -> Table:
    """Return the strength of the Met each March, at the ends, and when it had most officers."""
    most = max(rows, key=lambda row: row["officers"])
    shown = [row for row in rows if row["month"].endswith("-03") or row in (rows[0], most)]
    names = ("officers", "pcsos", "staff")
    return Table(
        "The Met in full-time equivalents",
        ("Month", "Officers", "PCSOs", "Staff"),
        tuple(
            (Said(date(row["month"])), *(Said(number(row[name])) for name in names))
            for row in shown
        ),
    )


def strength_source(rows: Sequence[Row]) -> str:
    """Say whose the strength of the Met is, and until when."""
    until = date(rows[-1]["month"])
    return f"Metropolitan Police, police force strength (London Datastore), to {until}"


def number(value: float) -> str:
    """Write a whole number."""
    return figure(value, 0)


def square_km(value: float) -> str:
    """Write an area."""
    return f"{figure(value, 2)} km²"


def seen(facts: Facts) -> str:
    """When the sources of the tables were last seen, as "between 22 and 26 November 2026"."""
    first, last = map(date, facts["seen_on"])
    if first == last:
        return f"on {first}"
    day, _, month = first.partition(" ")
    return f"between {day if last.endswith(month) else first} and {last}"
