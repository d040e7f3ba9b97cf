"""Pages → HTML by the templates beside this; the one module that knows Jinja2.

Whatever is not marked as HTML is escaped. Links are relative, so that the site works in any folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bcumap.base import feedback
from bcumap.base.schema import THEMES
from bcumap.base.words import ATTRIBUTION, CHANGES, FEED
from bcumap.facts.events import Event, about
from bcumap.site.downloads import Offered
from bcumap.site.pages import UP, AreaPage, Table, linker
from bcumap.site.pages import bcu_table as make_bcu_table
from bcumap.site.pages import borough_table as make_borough_table
from bcumap.site.pages import ward_table as make_ward_table
from bcumap.web import files
from bcumap.web import html as told

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Site:
    """What all pages share.

    Attributes
    ----------
    facts
        The facts of every area.
    links
        For each file of the page its path from the front of the site.
    postcodes
        The folder of the shards, as postcodes-0123456789ab/.
    made_on
        The day, as people write it.
    url
        Where the site will be, ending in a slash; "" if that is not known.
    feedback
        Where an error can be reported; "" if nowhere.
    events
        Of the timeline, the latest first.
    """

    facts: Facts
    links: Mapping[str, str]
    postcodes: str
    made_on: str
    url: str
    feedback: str = ""
    events: Sequence[Event] = ()


class Renderer:
    """Turns pages into HTML."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._templates = Environment(
            loader=FileSystemLoader(files.TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["html"] = Markup
        self._templates.globals.update(changes_title=CHANGES, feed=FEED)
        self._templates.filters["cited"] = lambda source: Markup(told.cited(source))  # noqa: S704

    def area(self, page: AreaPage) -> str:
        """Return the page of one area."""
        chosen = {"level": page.level, "code": page.code}
        changes = self._changes_in(page) if page.level != "wards" else ""
        return self._fill(
            "area.html",
            page.path,
            up=UP,
            page=page,
            chosen=chosen,
            changes=Markup(changes),  # noqa: S704
        )

    def _changes_in(self, page: AreaPage) -> str:
        """What happened in a borough, or in a BCU as such; escaped by `told`."""
        of = {"boroughs": "borough", "bcus": "bcu"}[page.level]
        here = [each for each in about(self._site.events, **{of: page.code}) if each.areas]
        return told.events(here, report=self._report) if here else ""

    def front(self) -> str:
        """Return the front page: the finder, the map of BCUs, and its tables."""
        facts, link = self._site.facts, linker("")
        tables = (
            make_bcu_table(facts, link),
            make_borough_table(facts, facts["boroughs"], link, "Boroughs and the City of London"),
        )
        return self._fill("index.html", "index.html", tables=tables)

    def wards(self) -> str:
        """Return the list of all wards."""
        facts = self._site.facts
        table = make_ward_table(facts, facts["wards"], linker(""), f"Wards of {facts['edition']}")
        return self._fill("wards.html", "wards.html", tables=(table,))

    def changes(self, around: Mapping[str, Any]) -> str:
        """Return the timeline: all events, the roll-out as printed, and the Met's strength."""
        names = {code: row["name"] for code, row in self._site.facts["boroughs"].items()}
        tables = (
            Table(told.ROLL_OUT, told.ROLL_OUT_HEADS,
                  tuple(told.roll_out(around["roll_out"], names))),
            Table(told.STRENGTH, told.STRENGTH_HEADS, tuple(told.strength(around["strength"]))),
        )  # fmt: skip
        lists = [
            (theme, Markup(told.events(about(self._site.events, theme=theme), report=self._report)))  # noqa: S704
            for theme in THEMES
        ]
        bases = Markup(told.bases())  # noqa: S704
        return self._fill("changes.html", "changes.html", tables=tables, lists=lists, bases=bases)

    def _report(self, fact: str) -> str:
        return feedback.link(self._site.feedback, "/changes.html", fact)

    def downloads(self, offered: Offered) -> str:
        """Return the list of downloads."""
        return self._fill("downloads.html", "downloads/index.html", up=UP, offered=offered)

    def not_found(self) -> str:
        """Return what a server answers for an address that is none; it links to nothing beside."""
        return self._templates.get_template("404.html").render(url=self._site.url)

    def _fill(self, template: str, path: str, *, up: str = "", **values: Any) -> str:
        site = self._site
        report = feedback.link(site.feedback, f"/{path}")
        return self._templates.get_template(template).render(
            up=up,
            path=path,
            site=site,
            facts=site.facts,
            data=self._page_data(up, values.get("chosen")),
            legend=Markup(told.legend()),  # noqa: S704, escaped there
            footer=Markup(told.footer(site.facts, report=report)),  # noqa: S704
            attribution=ATTRIBUTION,
            **values,
        )

    def _page_data(self, up: str, chosen: Mapping[str, str] | None) -> dict[str, Any]:
        """Return what the page's script must know."""
        files = {name: up + link for name, link in self._site.links.items()}
        return {
            "up": up,
            "urls": {name: files[name] for name in ("areas.topojson", "wards.topojson")},
            "names": files["names.json"],
            "postcodes": up + self._site.postcodes,
            "chosen": chosen,
        }
