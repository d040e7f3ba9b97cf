"""What areas are compared by on the page of resources and demand, and its values; pure."""

from __future__ import annotations

from dataclasses import replace

from bcumap.base.words import NO_FIGURE, NOT_KNOWN
from bcumap.facts import demand
from bcumap.facts.areas import Atlas
from bcumap.facts.demand import ALL, GROUPS, QUESTIONS, Demand, Report
from bcumap.facts.measures import Measure

FIRST = "per_1k"
ABSTRACTED = "abstracted"
_RECORDED = "Offences that the Met recorded in twelve months"
_THERE = "ward officers and PCSOs, full-time equivalents"
# Of offences: these change with the group that is chosen.
OF_OFFENCES = {
    measure.key: measure
    for measure in (
        Measure(FIRST, "Offences for every 1,000 residents", "Per 1,000", 0,
                f"{_RECORDED}, for every 1,000 residents of mid-2024. It misleads where few live"
                " and many come."),
        Measure("per_promised_officer", "Offences for each ward officer promised",
                "Per promised", 0,
                f"{_RECORDED}, for each ward officer and PCSO promised: three to every ward,"
                " whatever is asked of it."),
        Measure("per_officer", "Offences for each ward officer in post", "Per officer", 0,
                f"{_RECORDED}, for each ward officer in post ({_THERE}). No reliable figure in"
                " Camden and Islington, so none in Central North."),
        Measure("change", "Change of offences", "Change", None,
                f"{_RECORDED}, against the same months three years before (wards: two). The Met"
                " changed its recording system in February and March 2024."),
        Measure("per_km2", "Offences for each square kilometre", "Per km²", 0, f"{_RECORDED}."),
        Measure("offences", "Offences in all", "Offences", 0, f"{_RECORDED}."),
    )
}  # fmt: skip
# What else is known, by borough at most.
OF_PEOPLE = {
    **{
        key: Measure(key, text, "Agree", None,
                     "Share of people asked by MOPAC’s Public Attitude Survey, in the last quarter"
                     " published by borough. A few points’ difference may be chance.")
        for key, text in QUESTIONS.items()
    },
    ABSTRACTED: Measure(ABSTRACTED, "Ward officers’ time taken for other work", "Time taken", None,
                        "Share of ward officers’ time that was spent on other work, in the last"
                        " twelve months known."),
}  # fmt: skip
MEASURES = OF_OFFENCES | OF_PEOPLE
# As a picture asks for them: "per_1k", or "per_1k.burglary" of one group of offences.
WITH_GROUPS = (*MEASURES, *(f"{key}.{group}" for key in OF_OFFENCES for group in GROUPS))


def of_group(key: str, group: str) -> Measure:
    """Return a measure; rates of one group of offences are small, so they have a decimal."""
    is_rate = key in OF_OFFENCES and key.startswith("per_")
    return replace(MEASURES[key], decimals=1) if is_rate and group != ALL else MEASURES[key]


def values(known: Demand, atlas: Atlas, told: Report, key: str) -> dict[str, float | None]:
    """Return a measure of every area of a report by code; None where it is not known.

    Shares are of 1. There is no share of a survey for BCUs and wards, nor any of time for wards.
    """
    if key in OF_OFFENCES:
        return {row.code: getattr(row, key) for row in told.rows}
    codes = [row.code for row in told.rows]
    if told.level == "wards" or (told.level == "bcus" and key != ABSTRACTED):
        return dict.fromkeys(codes)
    if key == ABSTRACTED:
        months = demand.abstraction_months(known)[-demand.MONTHS :]
        return {
            code: demand.abstracted(known, demand.boroughs_of(atlas[code]), months)
            for code in codes
        }
    shares = {code: known.survey.last(code, key) for code in codes}
    return {code: last[1] / 100 if last else None for code, last in shares.items()}


def cautions(level: str, key: str) -> list[str]:
    """Return keys of `demand.CAUTIONS` that a measure may not be read without."""
    of_offences = ["recorded", "unplaced"] if level == "wards" else ["recorded"]
    return {
        FIRST: ["residents", *of_offences],
        "change": ["system", "airports", "few", *of_offences],
        "per_officer": ["no_officers", *of_offences],
        ABSTRACTED: ["abstraction"],
        **{question: ["survey"] for question in QUESTIONS},
    }.get(key, of_offences)


def unknown(level: str, key: str) -> str:
    """Say what stands where there is no figure."""
    if key in OF_PEOPLE:
        return "published by borough" if key != ABSTRACTED or level == "wards" else NOT_KNOWN
    if key == "per_officer":
        return NO_FIGURE if level != "wards" else "not known by ward"
    return NOT_KNOWN
