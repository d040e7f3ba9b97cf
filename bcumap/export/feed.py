"""The events of the timeline as an Atom feed (RFC 4287) and as CSV; changes no fact."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from bcumap.base import sources
from bcumap.base.safe import spreadsheet_safe
from bcumap.base.words import CHANGES
from bcumap.facts.events import Event

ATOM = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
# The authority of our tag: URIs (RFC 4151). It is no host of a deployer, so that the id of an event
# is the same wherever it is served.
TAG = "tag:bcumap.invalid,2026:"
COLUMNS = (
    "id", "date", "precision", "theme", "areas", "text", "basis", "source", "seen_on", "seen_as",
)  # fmt: skip


def atom(events: Sequence[Event], *, url: str = "", page: str = "", feed: str = "") -> bytes:
    """Write events as an Atom feed, those about single front counters left out.

    Parameters
    ----------
    events
        The latest first.
    url
        The public address, ending in a slash; "" if it is not known: then nothing is linked to.
    page, feed
        The paths of the timeline's page and of the feed below that address.

    Returns
    -------
    bytes
        UTF-8. `updated` of an entry is the day on which its row was last compared with its source.
    """
    shown = [each for each in events if not each.local]
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed")
    _text(root, "id", f"{TAG}changes")
    _text(root, "title", CHANGES)
    _text(root, "updated", _moment(max(each.seen_on for each in shown)))
    _text(ET.SubElement(root, f"{{{NAMESPACE}}}author"), "name", "bcumap")
    if url:
        _link(root, "self", f"{url}{feed}")
        _link(root, "alternate", f"{url}{page}")
    for each in shown:
        _entry(root, each, f"{url}{page}#{each.id}" if url else "")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: ET.Element, event: Event, link: str) -> None:
    entry = ET.SubElement(root, f"{{{NAMESPACE}}}entry")
    _text(entry, "id", f"{TAG}event/{event.id}")
    _text(entry, "title", f"{event.when}: {event.text.split('. ')[0].rstrip('.')}")
    _text(entry, "updated", _moment(event.seen_on))
    ET.SubElement(entry, f"{{{NAMESPACE}}}category", term=event.theme)
    if link:
        _link(entry, "alternate", link)
    named = "; ".join(each.name for each in sources.read(event.source))
    told = f"{event.when} ({event.basis}). {event.text} Source: {named}."
    _text(entry, "content", told).set("type", "text")


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    made.text = text
    return made


def _link(parent: ET.Element, relation: str, address: str) -> None:
    ET.SubElement(parent, f"{{{NAMESPACE}}}link", rel=relation, href=address)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def table(events: Iterable[Event]) -> bytes:
    """Write events as CSV: the columns of `COLUMNS`, areas with `;` between them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in events:
        cells = (";".join(each.areas) if name == "areas" else getattr(each, name)
                 for name in COLUMNS)  # fmt: skip
        writer.writerow([spreadsheet_safe(cell) for cell in cells])
    return text.getvalue().encode()
