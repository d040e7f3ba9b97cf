"""A visitor's own list of ward officers: uploaded, matched, decided upon, drawn, downloaded.

It is kept in the visitor's session, in memory, and nowhere else.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from bcumap.app import charts
from bcumap.app.links import put_in
from bcumap.app.lists import Imported, Wish, import_apart
from bcumap.app.pages import verdicts
from bcumap.app.ui import draw_chart, reconciliation, sent
from bcumap.base.errors import BcuMapError
from bcumap.base.safe import plain
from bcumap.base.words import date
from bcumap.facts.areas import Area
from bcumap.facts.cached import atlas
from bcumap.facts.measures import Measure

KEY = "own"  # of the measure that a visitor's list is
KINDS = ("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods")
# What a column of a list can say, see matching/lists.py.
ROLES = {
    "ward": "Ward", "ward_code": "Ward code", "borough": "Borough", "month": "Month",
    "rank": "Rank", "fte": "Officers in all (FTE)", "dwo": "Ward officers (FTE)",
    "pcso": "PCSOs (FTE)",
}  # fmt: skip
AS_FOUND = "found by its name"
ROWS_SHOWN = 200
# What may be done with a ward that is given twice, see matching/figures.py.
TWICE = {"add": "Add both", "first": "The first", "second": "The second"}


@dataclass(frozen=True)
class Own:
    """What somebody brought, and what came of it."""

    file_id: str
    name: str
    wish: Wish
    imported: Imported

    @property
    def heard(self) -> str:
        """What came of it, in a sentence to be heard; a failure is told where it is seen."""
        failed = self.imported.error
        return "" if failed else verdicts.heard(self.name, self.imported.report)


def current() -> Own | None:
    """Return the list of this session that could be read, if there is one."""
    own: Own | None = st.session_state.get("own")
    return own if own and not own.imported.error else None


def latest(level: str) -> tuple[str, Mapping[str, float | None]]:
    """Return the last month of the list with any figure, and the FTE of every area then."""
    own = current()
    told = own.imported.report["series"] if own else {}
    areas = told.get(level, {})
    months = told.get("months", [])
    for place in reversed(range(len(months))):
        values = {code: row[place] for code, row in areas.items() if row[place] is not None}
        if values:
            return months[place], values
    return "", {}


def months_of(area: Area) -> list[dict[str, Any]]:
    """Return the FTE of an area month by month, None where there is no figure."""
    own = current()
    told = own.imported.report["series"] if own else {}
    row = told.get(area.level, {}).get(area.code, [])
    return [
        {"month": month, "fte": fte}
        for month, fte in zip(told.get("months", []), row, strict=False)
        if month
    ]


def measure() -> Measure | None:
    """Return what the list says as something to compare; None without a list of strengths."""
    own = current()
    month, values = latest("wards")
    if own is None or not values:
        return None
    when = f", {date(month)}" if month else ""
    what = f"What {own.name} says of each ward{when}. Nobody but you has seen or checked it."
    return Measure(KEY, f"Your list: officers in all{when}", "Your list, FTE", 1, what)


@st.fragment
def section() -> None:
    """Draw the part of the page where a list is brought and decided upon."""
    st.html(verdicts.heading())
    turn = st.session_state.setdefault("own-turn", 0)
    given = st.file_uploader("Your list", type=KINDS, key=f"own-file-{turn}")
    own: Own | None = st.session_state.get("own")
    if given is not None and (own is None or own.file_id != given.file_id):
        _read(given, Wish())
    if own is None:
        return
    if own.imported.error:
        st.html(verdicts.failed(own.name, own.imported.error))
    else:
        st.html(verdicts.verdict(own.name, own.imported.report))
        _ask(own, given)
        _decide(own, given)
        _downloads(own)
        _chart()
    if given is not None:
        _ways(own, given)
    if st.button("Forget this list"):
        del st.session_state["own"]
        st.session_state["own-turn"] = turn + 1
        st.rerun()


def _read(given: Any, wish: Wish) -> None:
    """Import a file and draw the page anew."""
    bar = st.progress(0.0, f"Reading {given.name} …")
    try:
        imported = import_apart(
            given.getvalue(), given.name, wish, progress=lambda done, of: bar.progress(done / of)
        )
    except BcuMapError as error:
        imported = Imported(error=str(error))
    bar.empty()
    st.session_state["own"] = Own(given.file_id, given.name, wish, imported)
    if not imported.error and imported.report["series"].get("wards"):
        put_in(measure=KEY, level="wards")
    st.rerun()


def _ask(own: Own, given: Any) -> None:
    """Ask what the list leaves open: once, and for all its rows."""
    if given is None:
        return
    wish, report = own.wish, own.imported.report
    if report["unclear"] or wish.officers_include_pcsos is not None:
        said = wish.officers_include_pcsos
        included = st.radio(
            f"Does the column “{plain(report['unclear']) or 'officers'}” include PCSOs?",
            (True, False),
            index=None
            if wish.officers_include_pcsos is None
            else int(not wish.officers_include_pcsos),
            format_func={True: "Yes, officers and PCSOs together", False: "No, without PCSOs"}.get,
            key="own-pcsos",
            horizontal=True,
        )
        if included not in (None, said):
            _read(given, replace(wish, officers_include_pcsos=included))
    if report["counts"]["duplicate"] or wish.duplicates:
        how = st.radio(
            "Some wards are given twice. Which numbers count?",
            tuple(TWICE),
            index=list(TWICE).index(wish.duplicates) if wish.duplicates else None,
            format_func=TWICE.get,
            key="own-duplicates",
            horizontal=True,
        )
        if how and how != wish.duplicates:
            _read(given, replace(wish, duplicates=how))


def _decide(own: Own, given: Any) -> None:
    """Show the rows that are not certain, and let the visitor say which ward each means."""
    rows = verdicts.open_rows(own.imported.tables["reconciliation.csv"])
    if not rows:
        st.html(verdicts.nothing_open())
        return
    if len(rows) > ROWS_SHOWN:
        st.html(verdicts.too_many(ROWS_SHOWN, len(rows)))
    answer = reconciliation()(
        key="decisions",
        data=sent(rows=rows[:ROWS_SHOWN], can_decide=given is not None),
        on_decide_change=lambda: None,
    )
    if given is not None and isinstance(answer.decide, dict):
        told = {str(row): str(code) for row, code in answer.decide.items()}
        _read(given, replace(own.wish, decided={**own.wish.decided, **told}))


def _downloads(own: Own) -> None:
    """Offer the reconciliation, and everything as one file."""
    left, right = st.columns(2)
    left.download_button(
        "Download the reconciliation (CSV)",
        own.imported.tables["reconciliation.csv"],
        "reconciliation.csv",
        "text/csv",
        on_click="ignore",
        width="stretch",
    )
    right.download_button(
        "Download all tables (ZIP)",
        _packed(own.imported.tables),
        "ward-officers.zip",
        "application/zip",
        on_click="ignore",
        width="stretch",
    )


def _packed(tables: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _chart() -> None:
    """Draw one borough or ward of the list month by month."""
    own = current()
    told = own.imported.report["series"] if own else {}
    if len(told.get("months", [])) < 2:
        return
    codes = [code for level in ("boroughs", "wards") for code in told.get(level, {})]
    area = atlas()[st.selectbox("Month by month", codes, format_func=_label, key="own-area")]
    draw_chart(charts.months(months_of(area), promise=area.officers["committed"]))


def _label(code: str) -> str:
    area = atlas()[code]
    return area.label if area.ward else f"{area.name} (borough)"


def _ways(own: Own, given: Any) -> None:
    """Let the visitor say how the list is to be read."""
    imported = own.imported
    if not imported.columns and len(imported.sheets) < 2:
        return
    found = imported.report.get("columns", {})
    with (
        st.expander("How the list is read", expanded=bool(imported.error)),
        st.form("own-ways", border=False),
    ):
        sheet = own.wish.sheet
        if len(imported.sheets) > 1:
            sheet = st.selectbox(
                "Sheet", imported.sheets, index=_place(imported.sheets, own.wish.sheet)
            )
        columns = {}
        places = st.columns(4)
        for number, (role, title) in enumerate(ROLES.items()):
            options = [AS_FOUND, *imported.columns]
            asked = own.wish.columns.get(role)
            help_ = f"Found: {found[role]}" if role in found and not asked else None
            chosen = places[number % 4].selectbox(
                title, options, index=_place(options, asked) or 0, help=help_
            )
            if chosen != AS_FOUND:
                columns[role] = chosen
        known = atlas().levels["boroughs"].values()
        boroughs = ["the list says", *(borough.name for borough in known)]
        borough = st.selectbox(
            "Borough of all rows", boroughs, index=_place(boroughs, own.wish.borough) or 0
        )
        if st.form_submit_button("Read it again so"):
            whole = "" if borough == boroughs[0] else borough
            _read(
                given,
                replace(own.wish, sheet=sheet, columns=columns, borough=whole, decided={}),
            )


def _place(options: Any, value: str | None) -> int | None:
    return list(options).index(value) if value in options else None
