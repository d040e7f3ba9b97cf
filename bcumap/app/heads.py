"""What a link says before its page is open: title, description, card for a preview; pure.

The same for a browser's tab, a search engine and whoever is sent the link. Every value is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from bcumap.app.links import Asked, in_slots
from bcumap.base.safe import plain
from bcumap.base.words import ABOUT, CHANGES, COMPARE, COUNTER, FEED, LEVEL_WORDS, PAGES, date
from bcumap.facts.answers import say
from bcumap.facts.areas import Area, Atlas
from bcumap.facts.cached import counters
from bcumap.facts.counter_sites import site, where
from bcumap.facts.views import summary
from bcumap.maps.request import AREAS, COUNTERS, HISTORY, OFFICERS
from bcumap.maps.svg import CARD

SITE = "bcumap"
TITLE = "bcumap: how London is policed"
NO_PAGE = "There is no such page"
# Of each page: its title, and what its areas' titles end with.
_TITLES = {
    "": (TITLE, "who polices it"),
    "ward": ("My ward: its officers and police team", "ward officers and police team"),
    "officers": ("Ward officers: promised and in post", "ward officers promised and in post"),
    "demand": ("Resources and demand", "officers and what is asked of them"),
    "counters": ("Front counters of the Met", "front counters"),
    "history": (CHANGES, "how its policing changed"),
    "download": ("Download: boundaries and facts of London’s police areas", "download"),
    COMPARE: ("Compare areas of London", "compared"),
    ABOUT: ("About bcumap: words, privacy, accessibility, sources", "about bcumap"),
    COUNTER: ("Front counters, one by one", "front counter"),
}
# What each page tells, in a sentence.
_TELLS = {
    "": "Ask for a postcode or a place and see its ward, borough and Basic Command Unit (BCU).",
    "ward": "What a ward was promised, what is known to be there, and whom to call.",
    "officers": "Ward officers promised and in post, by ward, borough and BCU of London.",
    "demand": "Offences, confidence and abstraction beside the officers there, area by area.",
    "counters": "Where a Londoner can walk in, on any date since 2012.",
    "history": "How the 32 borough units of the Met became 12 Basic Command Units.",
    "download": "Wards, boroughs, BCUs, front counters, ward officers, for maps and spreadsheets.",
    COUNTER: "Where it is, when it is open, how to get there, and what happened to it.",
    ABOUT: "What a BCU, FTE and PCSO are, how sure it is, privacy, accessibility and sources.",
    COMPARE: "Ward officers, front counters and offences of two to four areas, side by side.",
}
# The picture of each page that has one (`request.KINDS`).
KINDS = {"": AREAS, "ward": AREAS, "officers": OFFICERS, "counters": COUNTERS, "history": HISTORY}
_DATED = {"counters": "Front counters", "history": "Police units"}


@dataclass(frozen=True)
class Head:
    """What a link says.

    Attributes
    ----------
    title, description
        Plain text.
    link
        The page and its question as they are best written, from the front of the app.
    card
        The name of its picture (`routes.CARD`).
    is_public
        Whether others may keep and find it: not what somebody asked, and not what is not there.
    area
        The area that it is of.
    """

    title: str
    description: str
    link: str
    card: str
    is_public: bool = True
    area: Area | None = None


def head(asked: Asked) -> Head:
    """Return what a link says."""
    name, of_area = _TITLES[asked.page]
    title, description = name, _TELLS[asked.page]
    query: dict[str, str] = {}
    if asked.wanted:
        title = f"{asked.wanted.called}: {of_area}"
        description = f"{summary(asked.wanted)} {description}"
        query[LEVEL_WORDS[asked.wanted.level].parameter] = asked.wanted.code
    if asked.is_dated and asked.page in _DATED:
        on = date(asked.on.isoformat())
        title = f"{title} on {on}" if asked.wanted else f"{_DATED[asked.page]} on {on}"
        query["on"] = asked.on.isoformat()
    if "measure" in asked.query and asked.page == "officers":
        query["measure"] = asked.query["measure"]
    if asked.page == COUNTER and (known := site(counters(), asked.query.get("site", ""))):
        title = f"{known['name']} front counter: hours, address and history"
        description = f"{', '.join(where(known)) or known['name']}. {description}"
        query = {"site": known["name"]}
    if asked.compared:
        names = "; ".join(area.called for area in asked.compared)
        return Head(
            title=plain(f"{names}: {of_area}", length=120),
            description=plain(f"{names}. {description}", length=300),
            link=f"{asked.page}?{urlencode(in_slots(asked.compared))}",
            card=asked.compared[0].code,
            is_public=asked.answer is None and not asked.problems,
        )
    if asked.answer:
        title = f"{asked.answer.title}: {of_area}" if asked.wanted else asked.answer.title
        description = asked.answer.text
    if asked.problems:  # first, as tabs are cut off; not what was written, which is a visitor's
        title = f"{say('not_found')} – {title}"
    return Head(
        title=plain(title, length=120),
        description=plain(description, length=300),
        link=asked.page + (f"?{urlencode(query)}" if query else ""),
        card=asked.wanted.code if asked.wanted else KINDS.get(asked.page, AREAS),
        is_public=asked.answer is None and not asked.problems,
        area=asked.wanted,
    )


def tags(said: Head, *, public: str, base: str, icon: str, card_path: str) -> str:
    """Write what stands in the head of a page.

    Parameters
    ----------
    public
        The address that the deployer stated, without a slash at its end; "" if none: then there is
        nothing that needs a whole address.
    base
        The path that the app is served under.
    icon
        Where the icon is.
    card_path
        Where pictures for previews are.
    """
    return "\n".join(_tags(said, public, base, icon, card_path))


def _tags(said: Head, public: str, base: str, icon: str, card_path: str) -> Iterator[str]:
    yield f"<title>{escape(said.title)}</title>"
    yield _meta("name", "description", said.description)
    yield _meta("name", "color-scheme", "light dark")
    yield _link("icon", icon, "image/svg+xml")
    yield _link("manifest", f"{base}/manifest.webmanifest", "application/manifest+json")
    yield (
        f'<link rel="alternate" type="application/atom+xml" title="{escape(CHANGES)}"'
        f' href="{escape(base)}/{FEED}">'
    )
    if not said.is_public:
        yield _meta("name", "robots", "noindex")
        return
    if not public:
        return
    wide, high = CARD
    address, picture = f"{public}/{said.link}", f"{public}{card_path}/{said.card}.png"
    yield f'<link rel="canonical" href="{escape(address)}">'
    for key, value in {
        "og:type": "website", "og:site_name": SITE, "og:locale": "en_GB", "og:url": address,
        "og:title": said.title, "og:description": said.description, "og:image": picture,
        "og:image:type": "image/png", "og:image:width": str(wide), "og:image:height": str(high),
        "og:image:alt": f"Map: {said.title}",
    }.items():  # fmt: skip
        yield _meta("property", key, value)
    for key, value in {
        "twitter:card": "summary_large_image", "twitter:title": said.title,
        "twitter:description": said.description, "twitter:image": picture,
    }.items():  # fmt: skip
        yield _meta("name", key, value)
    yield _structured(said, public, address)


def _meta(kind: str, name: str, value: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(value)}">'


def _link(rel: str, to: str, kind: str) -> str:
    return f'<link rel="{rel}" type="{kind}" href="{escape(to)}">'


def _structured(said: Head, public: str, address: str) -> str:
    """Write what it is for machines (schema.org); data, which no browser runs."""
    told: dict[str, Any] = {"@context": "https://schema.org", "url": address, "name": said.title}
    if said.area:
        told |= {
            "@type": "AdministrativeArea", "name": said.area.name, "identifier": said.area.code,
            "description": said.description,
            "containedInPlace": {"@type": "City", "name": "London"},
        }  # fmt: skip
    elif said.link == "":
        search = {"@type": "EntryPoint", "urlTemplate": f"{public}/?q={{q}}"}
        told |= {
            "@type": "WebSite",
            "potentialAction": {
                "@type": "SearchAction", "target": search, "query-input": "required name=q",
            },
        }  # fmt: skip
    else:
        told |= {"@type": "WebPage", "description": said.description}
    text = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def sitemap(atlas: Atlas, public: str) -> str:
    """List the address of every page and area (sitemaps.org)."""
    links = [*(path for path, _ in PAGES), COMPARE, ABOUT]
    links += [f"{COUNTER}?{urlencode({'site': each['name']})}" for each in counters()["sites"]]
    links += [
        f"{'ward' if area.ward else ''}?{urlencode({LEVEL_WORDS[area.level].parameter: area.code})}"
        for area in atlas
    ]
    lines = "".join(f"<url><loc>{escape(f'{public}/{link}')}</loc></url>\n" for link in links)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )


def robots(base: str, public: str) -> str:
    """Say what search engines may read: everything but questions and what is made to order."""
    where = f"Sitemap: {public}/sitemap.xml\n" if public else ""
    closed = "".join(f"Disallow: {base}/{each}\n" for each in ("picture/", "suggest", "_stcore/"))
    # Each pair of areas is a page: nobody has to read them all.
    closed += f"Disallow: {base}/{COMPARE}?\n"
    return f"User-agent: *\n{closed}Disallow: {base}/*?q=\nDisallow: {base}/*&q=\n\n{where}"


def manifest(base: str, icon: str) -> dict[str, Any]:
    """Return what a phone shows of the app when it is put on the screen."""
    return {
        "name": TITLE, "short_name": SITE, "start_url": f"{base}/", "scope": f"{base}/",
        "display": "browser", "background_color": "#ffffff", "theme_color": "#1d4f91",
        "lang": "en-GB", "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
