"""Pages of the static site → HTML, by the templates of `web/templates/site`.

Links are relative, so that the site works in any folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcumap.base import feedback
from bcumap.base.bases import MEANING
from bcumap.base.schema import THEMES
from bcumap.base.words import CHANGES, FEED, date
from bcumap.facts import views
from bcumap.facts.areas import Atlas
from bcumap.facts.demand_views import Overview
from bcumap.facts.events import Event, about
from bcumap.facts.find import LONGEST_QUERY
from bcumap.site.downloads import Offered
from bcumap.site.drawings import CARDS, LONDON, Dated
from bcumap.site.pages import UP, AreaPage, bcu_table, borough_table, path, ward_table
from bcumap.web import render
from bcumap.web.render import Where


@dataclass(frozen=True)
class Site:
    """What all pages share.

    Attributes
    ----------
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
    demand
        Whether there is a page of resources and demand.
    places
        The folder of the shards of streets and places; "" if there are none.
    """

    atlas: Atlas
    links: Mapping[str, str]
    postcodes: str
    made_on: str
    url: str
    feedback: str = ""
    events: Sequence[Event] = ()
    demand: bool = False
    places: str = ""


# What the map of a page fetches: layers, and streets where there are any.
MAP_FILES = ("areas.topojson", "wards.topojson", "streets.js", "mark.js", "streets")


class Renderer:
    """Turns pages into HTML."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def area(self, page: AreaPage) -> str:
        """Return the page of one area."""
        return self._fill("area.html", page.path, up=UP, page=page)

    def front(self) -> str:
        """Return the front page: the finder, the map of BCUs, and its tables."""
        atlas = self._site.atlas
        all_ = atlas.levels["boroughs"].values()
        boroughs = borough_table(all_, "Boroughs and the City of London")
        return self._fill("index.html", "index.html", tables=(bcu_table(atlas), boroughs))

    def wards(self) -> str:
        """Return the list of all wards."""
        atlas = self._site.atlas
        table = ward_table(atlas.levels["wards"].values(), f"Wards of {atlas.edition}")
        return self._fill("wards.html", "wards.html", tables=(table,))

    def changes(self, around: Mapping[str, Any], maps: Sequence[Dated] = ()) -> str:
        """Return the timeline: events, maps, the roll-out as printed, and the Met's strength."""
        months = around["strength"]
        happened = [(theme, about(self._site.events, theme=theme)) for theme in THEMES]
        return self._fill(
            "changes.html",
            "changes.html",
            lists=[views.events(shown, theme.capitalize()) for theme, shown in happened],
            meaning=MEANING,
            maps=maps,
            roll_out=views.roll_out(around["roll_out"], self._site.atlas),
            strength=views.strength(months),
            strength_source=views.strength_source(months),
        )

    def demand(self, told: Overview) -> str:
        """Return what is asked of the police beside the officers in post."""
        return self._fill("demand.html", "demand.html", told=told)

    def downloads(self, offered: Offered) -> str:
        """Return the list of downloads."""
        return self._fill("downloads.html", "downloads/index.html", up=UP, offered=offered)

    def not_found(self) -> str:
        """Return what a server answers for an address that is none; it links to nothing beside."""
        return render.page("site/404.html", where=Where(path), url=self._site.url)

    def _fill(
        self, template: str, here: str, *, up: str = "", page: AreaPage | None = None, **more: Any
    ) -> str:
        site, atlas = self._site, self._site.atlas

        def report(fact: str = "") -> str:
            return feedback.link(site.feedback, f"/{here}", fact)

        return render.page(
            f"site/{template}",
            where=Where(lambda level, code: up + path(level, code), report=report),
            up=up,
            path=here,
            page=page,
            site=site,
            atlas=atlas,
            data=self._page_data(up, page),
            card=f"{CARDS}/{self._card(page)}.png",
            legend=views.AREAS_LEGEND,
            marks=views.MARKS,
            footer=(
                atlas.edition,
                date(atlas.residents_as_of),
                views.officer_sources(atlas),
                views.seen(atlas),
            ),
            report=report(),
            changes_title=CHANGES,
            feed=FEED,
            longest_query=LONGEST_QUERY,
            **more,
        )

    def _card(self, page: AreaPage | None) -> str:
        """Return whose card a page has: its BCU's, or London's."""
        bcu = page.area.bcu if page else None
        return bcu.code if bcu else LONDON

    def _page_data(self, up: str, page: AreaPage | None) -> dict[str, Any]:
        """Return what the page's script must know."""
        files = {name: up + link for name, link in self._site.links.items()}
        return {
            "up": up,
            "urls": {name: files[name] for name in MAP_FILES if name in files},
            "names": files["names.json"],
            "postcodes": up + self._site.postcodes,
            "places": self._site.places and up + self._site.places,
            "chosen": {"level": page.area.level, "code": page.area.code} if page else None,
        }
