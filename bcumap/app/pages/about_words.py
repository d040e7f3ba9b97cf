"""What *About* tells, in the words of `web/templates/about.html`; the first picture, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bcumap.app.panels import shown
from bcumap.base import feedback
from bcumap.base.bases import MEANING
from bcumap.base.words import ABOUT, counted, date
from bcumap.facts import store, views
from bcumap.facts.cached import atlas

REVIEWED = "2026-11-26"  # when the accessibility statement was last held against the pages
INSTEAD = "Choose a page."  # of an area: here is none to be shown
# In three sentences what docs/privacy.md says, which begins with them.
PRIVACY = (
    "We keep nothing about you: what you ask is answered from memory and written nowhere, and the"
    " one cookie protects uploads and follows nobody.",
    "A link that you share has your question in it, and a list that you bring stays in this"
    " server’s memory for your visit, at most 15 minutes after you have left.",
    "No other host is asked for anything unless you ask for a ward’s team, turn on the street map"
    " or follow a link.",
)


def heading() -> str:
    """The title, and what is on the page."""
    return shown("about.heading")


def body() -> Iterator[str]:
    """Give the sections of the page."""
    known, operator = atlas(), feedback.operator()
    promise = known.promise
    promised = f"{counted(promise['dwo'], 'ward officer')} and {views.pcsos(promise)}"
    yield shown("about.words", len(known.levels["bcus"]), promised)
    yield shown("about.sure", MEANING, bool(known.ward_months))
    yield shown("about.privacy", PRIVACY, operator)
    report = feedback.link(feedback.stated(), f"/{ABOUT}")
    yield shown("about.accessibility", operator, report, date(REVIEWED))
    yield shown("about.sources", _sources(), views.seen(known))


@cache
def _sources() -> tuple[Mapping[str, Any], ...]:
    """The passports of the files that others are made of."""
    rows = store.sources()["files"]
    return tuple(
        row for row in rows if row.get("url") and not row["file"].startswith(("web/", "thames"))
        and not row["file"].endswith(".wkb")
    )  # fmt: skip
