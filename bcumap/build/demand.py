"""Read what is asked of the police from the Datastore's files, in all editions; never guesses.

It reads how many data.police.uk lists on each ward's team, too. A file is known by its columns. Of
a month that several editions have, the newest counts; one that an edition has only the beginning of
is left to the edition before. Nothing is estimated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from bcumap.base.errors import DataError, SourceError
from bcumap.base.schema import CITY_OF_LONDON, FAILED, FETCHED, MET, NOT_LISTED, TEAM_RANKS, some
from bcumap.build.strength import COLUMNS as STRENGTH_COLUMNS
from bcumap.build.strength import read_strength
from bcumap.facts.areas import normalise
from bcumap.facts.demand import AIRPORTS, GROUPS, QUESTIONS, UNKNOWN
from bcumap.facts.store import DEMAND_FILES as FILES

STRENGTH = "force_strength.csv"

WARD_MONTHS = 36  # of wards, the last; boroughs keep all
LISTED_DAYS = 36  # of teams, the last
# A month of an edition with less than this share of its median month is only the beginning of one.
WHOLE_MONTH = 0.5
FILE_BYTES = 50_000_000

# The publisher's groups and ours. Its "NFIB fraud" is in the newest edition only, so left out.
_GROUPS = {
    "VIOLENCE AGAINST THE PERSON": "violence",
    "THEFT": "theft",
    "VEHICLE OFFENCES": "vehicle",
    "BURGLARY": "burglary",
    "ROBBERY": "robbery",
    "PUBLIC ORDER OFFENCES": "public_order",
    "ARSON AND CRIMINAL DAMAGE": "arson_damage",
    "DRUG OFFENCES": "drugs",
    "SEXUAL OFFENCES": "sexual",
    "POSSESSION OF WEAPONS": "weapons",
    "FRAUD AND FORGERY": "other",
    "MISCELLANEOUS CRIMES AGAINST SOCIETY": "other",
}
_LEFT_OUT = "NFIB FRAUD"
_GROUP_COLUMNS = ("MajorText", "Group")
_PLACE_COLUMNS = ("LookUp_BoroughName", "BoroughName", "BOCU")
_WARD_COLUMN = "WardCode"

# Names that are no borough's own, without case and marks.
_PLACES = {
    "unknown": UNKNOWN,
    "london heathrow and london city airports": AIRPORTS,
    "aviation security so18": AIRPORTS,
    "kingston": "kingston upon thames",
    "richmond": "richmond upon thames",
    "city of westminster": "westminster",
    "mps": MET,
}
_QUESTIONS = {
    '"good job" local': "good_job",
    "contact ward officer": "contact_officer",
    "informed local": "informed",
    "listen to concerns": "listen",
    "relied on to be there": "relied_on",
    "treat everyone fairly": "fair",
    "understand issues": "understand",
    "trust mps": "trust",
    "police do a good job in the local area": "good_job",
    "knows how to contact their local ward officer": "contact_officer",
    "feels well informed about local police activities over the last 12 months": "informed",
    "agree the police listen to the concerns of local people": "listen",
    "agree the police can be relied upon to be there when needed": "relied_on",
    "agree the police treat everyone fairly regardless of who they are": "fair",
    "agree the police are dealing with the things that matter to this community": "understand",
}
_ABSTRACTION = "Abstraction Type_"
_NOT_ABSTRACTED = f"{_ABSTRACTION}Not Abstracted"
_OF_TEAMS = ("ward_code", "status", "fetched_on", *TEAM_RANKS)  # of what `officers fetch` writes
_MINUTES = ["month", "borough_code"]  # the keys of abstraction.csv
# The option that reads a table again; --demand reads the others.
_READ_BY = {"strengths": "--strengths", "teams": "--teams"}


@dataclass(frozen=True)
class Places:
    """The areas that files may name.

    Attributes
    ----------
    wards
        Codes of the Met's wards.
    boroughs
        Codes of the Met's boroughs by name.
    edition
        Of the wards, for a message.
    """

    wards: frozenset[str]
    boroughs: Mapping[str, str]
    edition: str

    @classmethod
    def of(cls, wards: pd.DataFrame, edition: str) -> Places:
        """Take them from a table with `ward_code`, `borough_code` and `borough`."""
        met = wards[wards["borough_code"] != CITY_OF_LONDON]
        names = dict(zip(met["borough"].map(normalise), met["borough_code"], strict=True))
        return cls(frozenset(met["ward_code"]), names, edition)

    def code(self, name: str) -> str | None:
        """Return the code of a borough, `MET`, or what stands for no borough; None if unknown."""
        plain = normalise(name)
        found = _PLACES.get(plain, plain)
        return self.boroughs.get(found, found if found in (UNKNOWN, AIRPORTS, MET) else None)


@dataclass
class Tables:
    """The tables to write by key of `store.DEMAND_FILES`, and what was done.

    Attributes
    ----------
    strength
        The Met's strength by month, if a file of it was among them.
    notes
        What a deployer should know: months left to an older edition, and what was left out.
    """

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    strength: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    """One file that was read: a kind of `_KINDS`, and its table."""

    path: Path
    kind: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class _At:
    """What a file is read against: its name for messages, the areas, and the day."""

    where: str
    places: Places
    today: dt.date


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the files that are named, and of folders every CSV in them.

    Raises
    ------
    SourceError
        If there is none, or one of them is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix.lower() == ".csv")
            if not inside:
                raise SourceError(f"{path}: has no CSV in it; expected files of the Datastore")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise SourceError(f"{path}: there is no such file; name a file or a folder of them")
    return found


def read(
    paths: Sequence[Path],
    places: Places,
    earlier: Mapping[str, pd.DataFrame],
    *,
    today: dt.date,
) -> Tables:
    """Read files of the Datastore, and put them over what is there already.

    Parameters
    ----------
    earlier
        Tables of an earlier build, by key of `store.DEMAND_FILES`.
    today
        No file may have a month that has not ended by then.

    Raises
    ------
    SourceError
        If a file is none of the known ones, or a cell cannot be so: one line for all of them.
    """
    files = [_open(path, places, today) for path in files_of(paths)]
    tables = Tables()
    for kind in ("wards", "boroughs"):
        editions = [each for each in files if each.kind == kind]
        before = earlier.get(kind)
        if editions:
            old = None if before is None or before.empty else before
            tables.frames[kind] = _put_together(kind, editions, old, tables.notes)
    if asked := [each.frame for each in files if each.kind == "survey"]:
        tables.frames["survey"] = _survey(asked, earlier.get("survey"))
    if told := [each.frame for each in files if each.kind == "minutes"]:
        before = earlier.get("minutes")
        own = None if before is None else before[before["second_hand"] == "no"]
        layers = told if own is None or own.empty else [*told, own]
        tables.frames["minutes"] = _over(layers, before, _MINUTES)
    for each in files:
        if each.kind == "strength":
            tables.strength = read_strength(each.path)
    return tables


def with_workbook(minutes: pd.DataFrame, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Put minutes of the Met's workbook over a table that others put together from it."""
    return _over([minutes], earlier, _MINUTES)


def read_teams(
    path: Path, places: Places, earlier: pd.DataFrame | None, *, today: dt.date
) -> pd.DataFrame:
    """Read how many people are listed on each ward's team from what `officers fetch` wrote.

    Returns
    -------
    DataFrame
        `listed_on`, `ward_code`, `status` and `TEAM_RANKS`, missing where no team was fetched: the
        earlier build's rows, and the new ones instead of those of the same wards and days.

    Raises
    ------
    SourceError
        If it is no such table, or one of other wards.
    """
    frame, where = _table(path), path.name
    if "fetched_on" not in frame.columns:
        raise SourceError(
            f"{path}: is not what `bcumap officers fetch` writes; found the columns"
            f" {some(pd.Series(frame.columns))}"
        )
    _need(frame, _OF_TEAMS, where)
    _check_wards(frame["ward_code"], where, places)
    _check_all_there(frame["ward_code"], places.wards, where)
    twice, status = frame["ward_code"].duplicated(), frame["status"]
    strange = ~status.isin((FETCHED, NOT_LISTED, FAILED))
    for wrong, what in ((twice, "ward_code"), (strange, "status")):
        if wrong.any():
            found = some(frame[what][wrong])
            raise SourceError(f"{where}: has wrong or repeated cells in {what}: {found}")
    days = _dates(frame["fetched_on"], "%Y-%m-%d", "2026-11-22", where, as_="%Y-%m-%d")
    if days.max() > today.isoformat():
        raise SourceError(f"{where}: was fetched on {days.max()}, but today is {today}")
    fetched = status == FETCHED
    if not fetched.any():
        raise SourceError(f"{where}: has no team that was fetched; fetch them again")
    counts = _whole(frame[[*TEAM_RANKS]].where(fetched, "0"), where, what="people")
    told = pd.concat(
        [days.rename("listed_on"), frame[["ward_code", "status"]],
         counts.astype("Int64").where(fetched)], axis=1,
    )  # fmt: skip
    keys = ["listed_on", "ward_code"]
    table = pd.concat([told] if earlier is None or earlier.empty else [earlier, told])
    table = table.drop_duplicates(keys, keep="last").sort_values(keys, ignore_index=True)
    return table[table["listed_on"].isin(sorted(set(table["listed_on"]))[-LISTED_DAYS:])]


def kept(earlier: Mapping[str, pd.DataFrame], places: Places) -> Tables:
    """Return the tables of an earlier build that fit these areas; of others only the header."""
    tables = Tables(dict(earlier))
    for kind, column, known in (
        ("wards", "ward_code", places.wards),
        ("boroughs", "borough_code", {*places.boroughs.values(), UNKNOWN, AIRPORTS}),
        ("strengths", "ward_code", places.wards),
        ("teams", "ward_code", places.wards),
    ):
        if kind not in earlier or earlier[kind].empty:
            continue
        codes = earlier[kind][column]
        strange, absent = codes[~codes.isin(known)], known - set(codes) - {UNKNOWN, AIRPORTS}
        if len(strange) or absent:
            columns = {"strengths": 1, "teams": None}.get(kind, 2)  # months go
            tables.frames[kind] = earlier[kind].iloc[:0, :columns]
            tables.notes.append(
                f"{FILES[kind]} is left out: {strange.nunique()} of its areas are not in the"
                f" edition {places.edition} and {len(absent)} of that are not in it; add it with"
                f" {_READ_BY.get(kind, '--demand')}"
            )
    return tables


# --- one file ----------------------------------------------------------------------------------


def _open(path: Path, places: Places, today: dt.date) -> _File:
    """Read a file by what its columns say it is."""
    frame = _table(path)
    for kind, telling, reader in _KINDS:
        if any(name in frame.columns for name in telling):
            return _File(path, kind(frame), reader(frame, _At(path.name, places, today)))
    raise SourceError(
        f"{path}: is none of the Datastore's files of offences, survey, strength or abstraction;"
        f" found the columns {some(pd.Series(frame.columns))}"
    )


def _table(path: Path) -> pd.DataFrame:
    """Read a CSV as text."""
    if path.stat().st_size > FILE_BYTES:
        raise SourceError(
            f"{path}: is larger than {FILE_BYTES // 1_000_000} MB; is it the right one?"
        )
    try:
        head = path.read_text(encoding="utf-8-sig", errors="replace").partition("\n")[0]
        separator = ";" if head.count(";") > head.count(",") else ","
        frame = pd.read_csv(
            path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig",
            encoding_errors="replace",
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read as CSV ({error})") from error
    if frame.empty:
        raise SourceError(f"{path}: has no rows below its header")
    return frame


def _crime(frame: pd.DataFrame, at: _At) -> pd.DataFrame:
    """Return offences by code and group, a column for each month."""
    group = _column(frame, _GROUP_COLUMNS, at.where)
    place = _column(frame, _PLACE_COLUMNS, at.where)
    months = {
        name: f"{name[:4]}-{name[4:]}"
        for name in frame.columns
        if re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", name)
    }
    if not months:
        raise SourceError(f"{at.where}: has no column of a month; expected some as 202403")
    _check_months(months.values(), at.where, at.today)
    if missing := _gaps(list(months.values())):
        raise SourceError(
            f"{at.where}: lacks the month {missing[0]} between its first and its last"
        )
    strange = frame[group][~frame[group].isin([*_GROUPS, _LEFT_OUT])]
    if len(strange):
        raise SourceError(f"{at.where}: has groups of offences that are not known: {some(strange)}")
    counts = frame[list(months)].rename(columns=months)
    numbers = _whole(counts, at.where)
    codes = _codes(frame, place, at.where, at.places)
    column = "ward_code" if _WARD_COLUMN in frame.columns else "borough_code"
    told = numbers.groupby([codes.rename(column), frame[group].map(_GROUPS).rename("group")]).sum()
    known = at.places.wards if column == "ward_code" else set(at.places.boroughs.values())
    areas = sorted(set(codes))
    _check_all_there(areas, known, at.where)
    every = pd.MultiIndex.from_product([areas, list(GROUPS)], names=[column, "group"])
    wide = told.reindex(every, fill_value=0)
    return pd.concat([every.to_frame(index=False), wide.reset_index(drop=True)], axis=1)


def _codes(frame: pd.DataFrame, place: str, where: str, places: Places) -> pd.Series:
    """Return the code of every row, of wards or boroughs."""
    if _WARD_COLUMN not in frame.columns:
        return _borough_codes(frame[place], where, places)
    _borough_codes(frame[place], where, places)  # another force's file is seen by its boroughs
    codes = frame[_WARD_COLUMN]
    _check_wards(codes, where, places)
    return codes


def _check_wards(codes: pd.Series, where: str, places: Places) -> None:
    strange = codes[~codes.isin(places.wards)]
    if len(strange):
        raise SourceError(
            f"{where}: {strange.nunique()} of its ward codes are none of the edition"
            f" {places.edition} ({some(strange, most=3)}); expected a file of the same wards"
        )


def _check_all_there(areas: Iterable[str], known: Set[str], where: str) -> None:
    if absent := sorted(known - set(areas)):
        raise SourceError(
            f"{where}: has no row of {len(absent)} of the Met's {len(known)} areas"
            f" ({', '.join(absent[:3])}); take the whole file"
        )


def _borough_codes(names: pd.Series, where: str, places: Places) -> pd.Series:
    codes = {name: places.code(name) for name in names.unique()}
    strange = [name for name, code in codes.items() if code is None]
    if strange:
        raise SourceError(
            f"{where}: names places that are no borough of the Met ({', '.join(strange[:3])});"
            " expected a file of the Metropolitan Police"
        )
    return names.map(codes)


def _pas(frame: pd.DataFrame, at: _At) -> pd.DataFrame:
    """Return shares in per cent of the survey by borough: a row for quarter, area and question."""
    _need(frame, ("Date", "Borough", "Measure", "Proportion"), at.where)
    shares = _numbers(frame["Proportion"].str.replace(",", "."), "Proportion", at.where) * 100
    quarters = _dates(frame["Date"], "%d/%m/%Y", "31/12/2023", at.where)
    codes = _borough_codes(frame["Borough"], at.where, at.places)
    return _asked(quarters, codes, frame["Measure"], shares, at.where, at.today)


def _perception(frame: pd.DataFrame, at: _At) -> pd.DataFrame:
    """Return the same of the Met as a whole, from the file that has whole per cents."""
    _need(frame, ("date", "measure", "proportion"), at.where)
    shares = _numbers(frame["proportion"], "proportion", at.where)
    quarters = _dates(frame["date"], "%b-%y", "Dec-23", at.where)
    met = pd.Series(MET, index=frame.index)
    return _asked(quarters, met, frame["measure"], shares, at.where, at.today)


def _asked(
    quarters: pd.Series,
    areas: pd.Series,
    questions: pd.Series,
    shares: pd.Series,
    where: str,
    today: dt.date,
) -> pd.DataFrame:
    keys = questions.str.strip().str.casefold().map(_QUESTIONS)
    if keys.isna().any():
        raise SourceError(f"{where}: asks what is not known: {some(questions[keys.isna()])}")
    if ((shares < 0) | (shares > 100)).any():
        raise SourceError(f"{where}: has shares below 0 or above 100 per cent")
    _check_months(quarters.unique(), where, today)
    long = pd.DataFrame(
        {"quarter": quarters, "area": areas, "question": keys, "share": shares.round().astype(int)}
    )
    if long.duplicated(["quarter", "area", "question"]).any():
        raise SourceError(f"{where}: has more than one share of a quarter, area and question")
    return long


def _minutes(frame: pd.DataFrame, at: _At) -> pd.DataFrame:
    """Return minutes by month and borough: all, and those that were taken from ward duty."""
    _need(frame, ("Date", "Borough", _NOT_ABSTRACTED), at.where)
    kinds = [name for name in frame.columns if name.startswith(_ABSTRACTION)]
    parts = pd.DataFrame({name: _numbers(frame[name], name, at.where) for name in kinds})
    if (parts < 0).any(axis=None):
        raise SourceError(f"{at.where}: has minutes below 0")
    months = _dates(frame["Date"], "%Y-%m-%d", "2024-03-01", at.where)
    _check_months(months.unique(), at.where, at.today)
    total = parts.sum(axis=1)
    told = pd.DataFrame(
        {
            "month": months,
            "borough_code": _borough_codes(frame["Borough"], at.where, at.places),
            "minutes": total.round().astype(int),
            "abstracted": (total - parts[_NOT_ABSTRACTED]).round().astype(int),
        }
    )
    return told.groupby(_MINUTES, as_index=False).sum().assign(second_hand="yes")


def _strength(frame: pd.DataFrame, at: _At) -> pd.DataFrame:
    months = _dates(frame["Date"], "%b-%y", "Mar-26", at.where)
    _check_months(months.unique(), at.where, at.today)
    return frame


Reader = Callable[[pd.DataFrame, _At], pd.DataFrame]

# What a file is by its columns, which of its columns say so, and how it is read.
_KINDS: Sequence[tuple[Callable[[pd.DataFrame], str], tuple[str, ...], Reader]] = (
    (lambda frame: "wards" if _WARD_COLUMN in frame.columns else "boroughs",
     (*_GROUP_COLUMNS, *_PLACE_COLUMNS, _WARD_COLUMN), _crime),
    (lambda _: "strength", tuple(STRENGTH_COLUMNS), _strength),
    (lambda _: "minutes", (_NOT_ABSTRACTED,), _minutes),
    (lambda _: "survey", ("Proportion", "Measure"), _pas),
    (lambda _: "survey", ("proportion", "measure"), _perception),
)  # fmt: skip


# --- cells -------------------------------------------------------------------------------------


def _column(frame: pd.DataFrame, names: Sequence[str], where: str) -> str:
    found = [name for name in names if name in frame.columns]
    if not found:
        raise SourceError(f"{where}: has no column {' or '.join(names)}; expected one of them")
    return found[0]


def _need(frame: pd.DataFrame, names: Iterable[str], where: str) -> None:
    for name in names:
        _column(frame, (name,), where)


def _whole(cells: pd.DataFrame, where: str, *, what: str = "offences") -> pd.DataFrame:
    """Read whole numbers of 0 and more; name the first cell that is none."""
    good = cells.apply(lambda column: column.str.fullmatch(r"\d{1,7}"))
    if not good.all(axis=None):
        row, column = next(zip(*(~good).to_numpy().nonzero(), strict=True))
        raise SourceError(
            f"{where}: line {row + 2} has {str(cells.iat[row, column])[:40]!r} in"
            f" {cells.columns[column]}; expected a whole number of {what}"
            f" ({int((~good).sum().sum())} such cells)"
        )
    return cells.astype(int)


def _numbers(cells: pd.Series, name: str, where: str) -> pd.Series:
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.isna().any():
        row = int(numbers.isna().to_numpy().argmax())
        raise SourceError(
            f"{where}: line {row + 2} has {str(cells.iloc[row])[:40]!r} in {name};"
            " expected a number"
        )
    return numbers


def _dates(
    cells: pd.Series, form: str, example: str, where: str, *, as_: str = "%Y-%m"
) -> pd.Series:
    dates = pd.to_datetime(cells, format=form, errors="coerce")
    if dates.isna().any():
        row = int(dates.isna().to_numpy().argmax())
        raise SourceError(
            f"{where}: line {row + 2} has the date {str(cells.iloc[row])[:40]!r};"
            f" expected one as {example}"
        )
    return dates.dt.strftime(as_)


def _check_months(months: Iterable[str], where: str, today: dt.date) -> None:
    last = max(months)
    if last >= f"{today:%Y-%m}":
        raise SourceError(
            f"{where}: has the month {last}, which has not ended on {today}; is it an estimate?"
        )


def _gaps(months: Sequence[str]) -> list[str]:
    every = pd.period_range(min(months), max(months), freq="M").strftime("%Y-%m")
    return sorted(set(every) - set(months))


# --- editions ----------------------------------------------------------------------------------


def _put_together(
    kind: str, editions: list[_File], earlier: pd.DataFrame | None, notes: list[str]
) -> pd.DataFrame:
    """Put editions over each other, the newest on top, and all over the earlier build's."""
    keys = ["ward_code" if kind == "wards" else "borough_code", "group"]
    layers = [] if earlier is None else [("the earlier build", earlier.set_index(keys))]
    ordered = sorted(editions, key=lambda each: max(each.frame.columns.drop(keys)))
    layers += [(each.path.name, each.frame.set_index(keys)) for each in ordered]
    whole: dict[str, pd.Series] = {}
    begun: dict[str, tuple[str, int]] = {}
    for name, frame in layers:
        totals = frame.sum()
        for month in frame.columns:
            if totals[month] < WHOLE_MONTH * totals.median():
                begun[month] = (name, int(totals[month]))
            else:
                whole[month] = frame[month]
    for month, (name, count) in sorted(begun.items()):
        other = "an older edition is taken" if month in whole else "it is left out"
        notes.append(f"{name}: has only {count:,} offences of {month}, so {other}")
    months = sorted(whole)[-WARD_MONTHS:] if kind == "wards" else sorted(whole)
    if missing := _gaps(months):
        raise SourceError(
            f"no edition has the month {missing[0]}, though others before and after;"
            " add the file that has it"
        )
    wide = pd.DataFrame({month: whole[month] for month in months}).fillna(0).astype(int)
    return wide.rename_axis(keys).copy().reset_index()  # a copy is of one piece


def _survey(asked: list[pd.DataFrame], earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Return a row for each quarter and area, a column for each question."""
    keys = ["quarter", "area"]
    ordered = sorted(asked, key=lambda frame: str(frame["quarter"].max()))
    wide = [
        frame.pivot(index=keys, columns="question", values="share").reset_index()
        for frame in ordered
    ]
    table = _over(wide, earlier, keys)
    return table.reindex(columns=[*keys, *QUESTIONS]).astype(dict.fromkeys(QUESTIONS, "Int64"))


def _over(
    frames: list[pd.DataFrame], earlier: pd.DataFrame | None, keys: list[str]
) -> pd.DataFrame:
    """Put tables over each other by their keys, the last on top."""
    result = pd.DataFrame() if earlier is None else earlier.set_index(keys)
    for frame in frames:
        result = frame.set_index(keys).combine_first(result)
    told = result.reset_index().sort_values(keys, ignore_index=True)
    return told.convert_dtypes()


def months_of(frame: pd.DataFrame, kind: str) -> tuple[str, str]:
    """Return the first and the last month of a table of `store.DEMAND_FILES`; of teams, day."""
    if kind in ("wards", "boroughs"):
        months = list(frame.columns[2:])
    elif kind == "strengths":
        months = list(frame.columns[1:])
    else:
        months = list(frame[{"survey": "quarter", "teams": "listed_on"}.get(kind, "month")])
    if not months:
        option = _READ_BY.get(kind, "--demand")
        raise DataError(f"{FILES[kind]}: has no month; add it again with {option}")
    return str(min(months)), str(max(months))


def editions(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return what passports say of the months of tables: `wards_edition`, `wards_as_of` …"""
    told: dict[str, str] = {}
    for kind, frame in tables.items():
        if frame.empty:
            told |= {f"{kind}_edition": "left out", f"{kind}_as_of": "left out"}
            continue
        first, last = months_of(frame, kind)
        told |= {f"{kind}_edition": f"{first} to {last}", f"{kind}_as_of": last}
    return told
