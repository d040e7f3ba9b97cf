"""The pictures of the static site, from the scenes: maps on dates, and cards for previews."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bcumap.base import dates
from bcumap.base.words import date
from bcumap.maps import image, request, scene, svg
from bcumap.maps.request import AREAS, COUNTERS, HISTORY
from bcumap.maps.scene import Documents

MAPS, CARDS = "maps", "cards"
LONDON = "london"  # the card of all that is in no BCU
TITLES = {HISTORY: "Police units", COUNTERS: "Front counters"}
SIZE = re.compile(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Dated:
    """A map on a date.

    Attributes
    ----------
    path
        From the front of the site.
    wide, high
        Its size (dots).
    title, label
        What it shows, with its date, and what happened then.
    """

    path: str
    wide: str
    high: str
    title: str
    label: str


def dated(folder: Path, documents: Documents, today: dt.date) -> list[Dated]:
    """Draw units and counters on each key date until today into a folder; return them by date."""
    folder.mkdir()
    rows = {HISTORY: documents.history["models"], COUNTERS: documents.counters["key_dates"]}
    made = []
    for kind, keys in rows.items():
        for row in keys:
            on = dates.starts(row["from"])
            if on > today:
                continue
            path = folder / f"{kind}-{on}.svg"
            content = _draw({"kind": kind, "on": on.isoformat()}, documents, today, path.suffix)
            path.write_bytes(content)
            found = SIZE.search(content)
            wide, high = (each.decode() for each in found.groups()) if found else ("", "")
            title = f"{TITLES[kind]}, {date(row['from'])}"
            made.append(Dated(f"{MAPS}/{path.name}", wide, high, title, row["label"]))
    return made


def cards(folder: Path, documents: Documents, today: dt.date) -> None:
    """Draw what previews show of London and of each BCU, whose boroughs and wards have it, too."""
    folder.mkdir()
    for code in ("", *documents.atlas.levels["bcus"]):
        wish = {"kind": AREAS, "area": code}
        content = _draw(wish, documents, today, ".png", as_card=True)
        (folder / f"{code or LONDON}.png").write_bytes(content)


def _draw(
    asked: Mapping[str, str],
    documents: Documents,
    today: dt.date,
    form: str,
    *,
    as_card: bool = False,
) -> bytes:
    wish = request.read(asked, documents.atlas, today=today)
    wide = svg.CARD[0] - svg.CARD_WORDS if as_card else scene.WIDE
    return image.draw(scene.scene(wish, documents, wide=wide), form, as_card=as_card)
