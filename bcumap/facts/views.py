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
from bcumap.base.schema import MET
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
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.counters import Picture, Standing
from bcumap.facts.events import Event, about, of_area
from bcumap.facts.measures import Measure
from bcumap.facts.teams import LISTED, LISTED_ON, Listing

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
    yield from map(Option.of, filter(None, (place.ward, place.borough)))
    if place.bcu:
        yield unit(place.bcu)


def _perhaps(place: Area) -> Option:
    return Option.of(place, f"{place.within}, {place.policed_by}")


# --- areas ---------------------------------------------------------------------------------------


def unit(bcu: Area) -> Option:
    """Return a BCU as something to link to that says what it is."""
    return Option(bcu.level, bcu.code, bcu.called)


def linked(*areas: Area | None, note: str = "") -> Said:
    """Return areas as a value that links each that there is."""
    return Said(note=note, links=tuple(map(Option.of, filter(None, areas))))


def by_name(areas: Iterable[Area]) -> list[Area]:
    """Return some areas in the order of their names."""
    return sorted(areas, key=lambda area: (area.name, area.code))


def london(atlas: Atlas) -> Panel:
    """Return what is known of all that the Met polices."""
    boroughs = atlas.force.boroughs
    known = [borough.residents for borough in boroughs if borough.residents is not None]
    return Panel(
        "Metropolitan Police",
        "All of London but the City",
        (
            ("BCUs", Said(str(len(atlas.levels["bcus"])))),
            ("Boroughs", Said(str(len(boroughs)))),
            ("Wards", Said(number(len(atlas.met("wards"))))),
            ("Area", Said(square_km(sum(borough.area_km2 for borough in boroughs)))),
            ("Residents", residents(sum(known) if len(known) == len(boroughs) else None, atlas)),
        ),
    )


def panel(area: Area) -> Panel:
    """Return what is known of a BCU, a borough (or the City) or a ward."""
    told = {"bcus": _of_bcu, "boroughs": _of_borough, "wards": _of_ward}[area.level](area)
    return Panel(area.name, _kind(area), told)


def _kind(area: Area) -> str:
    """What kind of area one is, and its code."""
    if area.level == "bcus":
        return f"Basic Command Unit · code {area.code}"
    if area.ward:
        return f"Ward · {area.code}"
    return f"{'Borough' if area.bcu else 'Not a borough of the Met'} · {area.code}"


def _of_bcu(bcu: Area) -> Told:
    return (
        ("Boroughs", linked(*bcu.boroughs)),
        *_size(bcu),
        ("Went live", _go_live(bcu.facts)),
        *_officers(bcu),
    )


def _of_borough(borough: Area) -> Told:
    return (("Policed by", police(borough)), *_size(borough), *_officers(borough))


def _of_ward(ward: Area) -> Told:
    return (
        ("Borough", linked(ward.borough)),
        ("Policed by", police(ward)),
        *_size(ward),
        *(_ward_officers(ward, ward.borough) if ward.borough and ward.bcu else ()),
    )


def _size(area: Area) -> Told:
    return (
        *(() if area.ward else (("Wards", Said(number(len(area.wards)))),)),
        ("Area", Said(square_km(area.area_km2))),
        ("Residents", residents(area.residents, area.atlas)),
    )


def _go_live(row: Row) -> Said:
    basis = row["go_live_basis"]
    ground = "" if basis == KNOWN else f" ({BASIS[basis]})"
    note = f"{row['go_live_note']}. " if row["go_live_note"] else ""
    planned = f"{note}Planned for {date(row['go_live_planned'])}."
    return Said(f"{date(row['go_live'])}{ground}", planned, source=row["go_live_source"])


def police(area: Area) -> Said:
    """Return who polices a borough or ward."""
    if area.bcu is None:
        return Said(CITY_POLICE, "a force of its own, in no BCU of the Met")
    return linked(area.bcu, note="BCU")


def residents(count: float | None, atlas: Atlas) -> Said:
    """Return how many residents, and of when."""
    if count is None:
        return Said(NOT_KNOWN, "ONS publishes no estimate for all of it")
    return Said(number(count), f"ONS estimate, {date(atlas.residents_as_of)}")


def summary(area: Area) -> str:
    """Say in a sentence what an area is and who polices it."""
    if area.level == "bcus":
        return (
            f"{area.name} is one of the Metropolitan Police’s {len(area.atlas.levels['bcus'])}"
            f" Basic Command Units, of {counted(len(area.boroughs), 'borough')} and"
            f" {counted(len(area.wards), 'ward')}."
        )
    of = f"a ward of {area.within}, " if area.ward else ""
    force = f"the {CITY_POLICE}, not by the Met"
    if area.bcu:
        force = f"{area.policed_by} of the Metropolitan Police"
    return f"{area.name} is {of}policed by {force}."


# --- ward officers -------------------------------------------------------------------------------


def pcsos(promise: Row) -> str:
    """Say how many PCSOs a promise has."""
    return f"{promise['pcso']} PCSO{'' if promise['pcso'] == 1 else 's'}"


def since(promise: Row) -> str:
    """Say from when on a promise has held."""
    again = f", restated {date(promise['restated'])}" if promise["restated"] else ""
    return f"since {date(promise['since'])}{again}"


def months(atlas: Atlas, level: str = "boroughs") -> str:
    """Say of which months the strengths of a level are a mean."""
    first, last = atlas.months_of(level)
    return f"mean of {date(first)} to {date(last)}"


def strength_months(atlas: Atlas) -> tuple[str, str]:
    """Say of which months the strengths of boroughs and of wards are, "" if there are none."""
    return months(atlas), months(atlas, "wards") if atlas.ward_months else ""


def ward_months(atlas: Atlas) -> str:
    """Say what the strengths of wards are, where a deployer has built them."""
    return (
        f"Of wards: {months(atlas, 'wards')}, of those months that have a figure, by {WORKBOOK}."
        f" A ward with a figure in fewer than half of them has {NO_FIGURE}."
    )


def listed_when(atlas: Atlas) -> str:
    """Say by whom and when teams were listed, "" if nobody has asked."""
    if atlas.listed_on is None:
        return ""
    first, last = atlas.listed_on
    return f"listed by data.police.uk on {date(first)}" + (f" to {date(last)}" * (first != last))


def measure_when(atlas: Atlas, level: str, measure: Measure) -> str:
    """Say of when a measure of ward officers is."""
    if measure.key == LISTED:
        return listed_when(atlas)
    return months(atlas, level) if measure.is_of_strength else since(atlas.promise)


def officer_sources(atlas: Atlas) -> str:
    """Say whose what is told of ward officers is."""
    teams = listed_when(atlas)
    return f"{OFFICER_SOURCES} Teams: {teams}." if teams else OFFICER_SOURCES


def to_add(atlas: Atlas) -> str:
    """Say what whoever runs this can add of wards, and how; "" if all of it is here."""
    missing = [
        text
        for known, text in (
            (atlas.ward_months, "strength month by month (bcumap build --strengths)"),
            (atlas.listed_on, "how many are listed on its team (bcumap build --teams)"),
        )
        if not known
    ]
    return f"Whoever runs this site can add, for each ward, {listed(missing)}." if missing else ""


def promised(atlas: Atlas) -> Said:
    """Return what every ward was promised."""
    promise = atlas.promise
    return Said(f"{promise['dwo']} ward officers, {pcsos(promise)}", since(promise))


def _ward_officers(ward: Area, borough: Area) -> Told:
    """What a ward was promised, and what is known of its borough."""
    fte = borough.officers["fte"]
    if fte is None:
        of_borough = f"{borough.name} has {NO_FIGURE}."
    else:
        per_ward = figure(fte / len(borough.wards), 1)
        of_borough = (
            f"{borough.name} has {per_ward} FTE for each of its wards, {months(ward.atlas)}."
        )
    return (
        ("Promised", promised(ward.atlas)),
        ("Strength", _ward_strength(ward, of_borough)),
        *team_listed(ward),
    )


def team_listed(ward: Area, before: str = "") -> Told:
    """What data.police.uk lists of a ward's team; nothing where nobody has asked.

    Parameters
    ----------
    before
        What it listed earlier, in a sentence.
    """
    return (("Listed", listing(ward.officers, before)),) if ward.atlas.listed_on else ()


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


def _ward_strength(ward: Area, of_borough: str) -> Said:
    if not ward.atlas.ward_months:
        return Said(BY_WARD, f"{BY_WARD_NOTE} {of_borough}")
    told = ward.officers
    when = f"{months(ward.atlas, 'wards')}, by {WORKBOOK}. {of_borough}"
    if told["fte"] is None:
        return Said(NO_FIGURE, when)
    share = percent(told["share_of_commitment"])
    return Said(f"{figure(told['fte'], 1)} FTE", f"{share} of the promise, {when}")


def _officers(area: Area) -> Told:
    """What the wards of a borough or BCU were promised, and what is known to be there."""
    promise, wards, told = area.atlas.promise, len(area.wards), area.officers
    if not told:
        return ()
    posts = (
        f"{number(wards * promise['dwo'])} ward officers and {number(wards * promise['pcso'])}"
        f" PCSOs, {since(promise)}"
    )
    return (
        ("Promised", Said(number(told["committed"]), posts)),
        ("Strength", _strength(told, months(area.atlas))),
    )


def _strength(told: Row, when: str) -> Said:
    missing = listed(told["no_figure_for"])
    if told["fte"] is None:
        return Said(NO_FIGURE, f"the published one for {missing} is missing or wrong")
    least = "at least " if told["at_least"] else ""
    without = f"; {NO_FIGURE} for {missing}" if told["at_least"] else ""
    rank = f"; rank {told['rank']} of the {told['ranked']} with a figure" if told["rank"] else ""
    share = f"{least}{percent(told['share_of_commitment'])} of the promise"
    return Said(
        f"{least}{figure(told['fte'], 1)} FTE",
        f"ward officers and PCSOs together, {when}: {share}{rank}{without}",
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

# What is marked on every map that is asked something.
MARKS = (
    Key("chosen-line", "Chosen area"),
    Key("possible-line", "Possible ward"),
    Key("found-point", "The place you asked for"),
)
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


def caption(level: str, atlas: Atlas) -> str:
    """Return the caption of the table of a level, with the edition of the wards it is made of."""
    wards = f"wards of {atlas.edition}"
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


def roll_out(rows: Sequence[Row], atlas: Atlas) -> Table:
    """Return the roll-out as it was printed in February 2018."""
    return Table(
        "The roll-out as printed in February 2018",
        ("Cluster", "Boroughs", "Planned for", "Commander, as printed"),
        tuple(
            (
                Said(row["cluster"]),
                Said(", ".join(atlas[code].name for code in row["borough_codes"].split(";"))),
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


def seen(atlas: Atlas) -> str:
    """When the sources of the tables were last seen, as "between 22 and 26 November 2026"."""
    first, last = map(date, atlas.seen_on)
    if first == last:
        return f"on {first}"
    day, _, month = first.partition(" ")
    return f"between {day if last.endswith(month) else first} and {last}"
