"""The steps that make the static site, in order; writes one folder and nothing else.

Everything is written to a folder beside the wanted one and renamed when it is whole, so that an
interrupted run leaves what was there. Only an earlier site of ours is ever replaced.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from bcumap.base import compact
from bcumap.base import files as folders
from bcumap.base.errors import BcuMapError
from bcumap.base.schema import LEVELS
from bcumap.base.words import FEED, date
from bcumap.export import feed
from bcumap.facts import counters, demand, demand_views, events, store, views
from bcumap.facts.areas import Atlas
from bcumap.facts.find import Finder
from bcumap.facts.postcodes import Archive, Prefix
from bcumap.maps import files as pictures
from bcumap.maps import streets
from bcumap.site import downloads, drawings, finding, naming, pages
from bcumap.site.render import Renderer, Site
from bcumap.web import files as linked

# What tells a folder as a site of ours, and what else may stand in it.
MARKER = "bcumap-site.json"
MADE_BY = "bcumap site"
PARTS = frozenset({
    MARKER, "index.html", "wards.html", "demand.html", "changes.html", FEED, "404.html",
    "robots.txt", "sitemap.xml",
    "assets", "bcu", "borough", "ward", "downloads", "streets", drawings.MAPS, drawings.CARDS,
})  # fmt: skip
# Folders of what the finder fetches; their names end in a hash of it.
SHARDS = ("postcodes-", "places-")

SHARED_FILES = (
    "search.js",
    "links.js",
    "share.js",
    "areas.js",
    "streets.js",
    "mark.js",
    "page.css",
    "leaflet.js",
    "leaflet.css",
)
PREPARED_FILES = ("map.js", "areas.topojson", "wards.topojson")


@dataclass(frozen=True)
class Request:
    """What is to be made.

    Attributes
    ----------
    out
        The folder; a new one, an empty one, or an earlier site.
    on
        The date of the front counters, and the day that the pages say they were made on.
    url
        Where the site will be, for the sitemap and the links that must be absolute; "" if it is
        not known.
    feedback
        Where an error can be reported (`base.feedback`); "" if nowhere.
    """

    out: Path
    on: dt.date
    url: str = ""
    feedback: str = ""


@dataclass(frozen=True)
class Report:
    """What was made: pages of areas and others, shards, files and bytes in all."""

    pages: int
    shards: int
    files: int
    bytes: int
    has_sitemap: bool


Progress = Callable[[int, int], None]


def write(
    request: Request, *, data: Path | None = None, progress: Progress | None = None
) -> Report:
    """Write the static site.

    Parameters
    ----------
    data
        The folder of data to make it from.
    progress
        Told how much of so much is done.

    Raises
    ------
    BcuMapError
        If the folder may not be replaced, the address is none, or the data is damaged.
    """
    out, url = request.out.resolve(), checked_url(request.url)
    check_target(out)  # now, before anything is read
    atlas, document = store.atlas(data=data), store.counters_web(data=data)
    archive = store.postcodes(data=data)
    picture = counters.picture(document, request.on)
    happened = events.read(store.events_web(data=data))
    known = store.demand(data=data)
    asked = {
        level: demand.report(known, atlas, level)
        for level in LEVELS
        if known.offences(level).months
    }
    areas = list(pages.all_pages(atlas, picture, document["sites"], happened, asked))
    finder = store.finder(atlas, data=data)
    shards = len(archive.sectors) + len({each for of in archive.sectors.values() for each in of})
    tell = _Telling(progress, len(areas) + shards + downloads.count())
    with folders.replacing(out, check_target) as folder:
        links = _write_assets(folder / "assets", finding.names(atlas, finder), data)
        if _write_streets(folder / "streets", data):
            links["streets"] = "streets"
        postcodes = _write_postcodes(folder, archive, finder, data, tell)
        named = naming.documents(finder, store.context(data=data), atlas)
        site = Site(
            atlas,
            links,
            f"{postcodes.name}/",
            date(request.on.isoformat()),
            url,
            request.feedback,
            happened,
            demand="bcus" in asked,
            places=_write_places(folder, named),
        )
        renderer = Renderer(site)
        _write_pages(folder, renderer, areas, tell)
        _write_downloads(folder, renderer, request.on, data, tell)
        around = store.events_web(data=data)
        documents = pictures.known(data=data)
        maps = drawings.dated(folder / drawings.MAPS, documents, request.on)
        if url:
            drawings.cards(folder / drawings.CARDS, documents, request.on)
        _write_changes(folder, renderer, site, around, maps)
        if site.demand:
            told = demand_views.overview(known, atlas, asked, around["strength"])
            _text(folder / "demand.html", renderer.demand(told))
        _write_plain(folder, url)
        report = _report(folder, postcodes)
        _write_marker(folder, atlas, request.on)
    return report


class _Telling:
    """Counts what is done."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def one(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(min(self._done, self._total), self._total)


# --- where it may be written ---------------------------------------------------------------------


def check_target(out: Path) -> None:
    """Refuse a folder that is not new, empty, or a site of ours with nothing else in it.

    Raises
    ------
    BcuMapError
        If so; nothing has been written then.
    """
    folders.check_place(out)
    if not out.exists():
        return
    inside = {each.name for each in out.iterdir()}
    if not inside:
        return
    if not _is_ours(out / MARKER):
        raise BcuMapError(
            f"{out}: is a folder that `bcumap site` did not write; give a new or an empty one"
        )
    strange = sorted(each for each in inside - PARTS if not each.startswith(SHARDS))
    if strange:
        raise BcuMapError(
            f"{out}: holds {strange[0]!r}, which `bcumap site` did not write; move it away first"
        )


def _is_ours(marker: Path) -> bool:
    try:
        told = json.loads(marker.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("made_by") == MADE_BY


def checked_url(url: str) -> str:
    """Return an address with a slash at its end.

    Raises
    ------
    BcuMapError
        If it is not one of the web, or has parts that a folder has not.
    """
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise BcuMapError(f"--url {url}: is no address; write it as https://example.org/police/")
    return url.rstrip("/") + "/"


# --- what is written -----------------------------------------------------------------------------


def _write_postcodes(
    folder: Path,
    archive: Archive,
    finder: Finder,
    data: Path | None,
    tell: _Telling,
) -> Path:
    """Write the shards and their directory; return their folder, named by what is in them."""
    entries = {entry["file"]: entry for entry in store.sources(data=data)["files"]}
    some = next(iter(archive.sectors.values()))[0].split()
    as_of = views.card(finder.of_postcode(archive.starting(Prefix(*some))[0])).as_of
    told = finding.directory(archive, entries[store.POSTCODES]["as_of"], as_of)
    shards = ((finding.file_name(name), shard) for name, shard in finding.shards(archive, finder))
    return _write_shards(folder, SHARDS[0], chain([("index", told)], shards), tell.one)


def _write_places(folder: Path, named: Iterable[tuple[str, Any]]) -> str:
    """Write the shards of streets and places; return their folder, "" if there are none."""
    found = _write_shards(folder, SHARDS[1], named)
    if any(found.iterdir()):
        return f"{found.name}/"
    found.rmdir()
    return ""


def _write_shards(
    folder: Path,
    name: str,
    documents: Iterable[tuple[str, Any]],
    tell: Callable[[], None] = lambda: None,
) -> Path:
    """Write documents into a folder that is named by what is in them; return it."""
    target = folder / "shards"
    target.mkdir()
    hashed = hashlib.sha256()
    for file, document in documents:
        content = compact.encode(document)
        hashed.update(content)
        path = target / f"{file}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        tell()
    return target.rename(folder / f"{name}{hashed.hexdigest()[:12]}")


def _write_streets(folder: Path, data: Path | None) -> int:
    """Write the tiles of streets as the app answers them; return how many there are."""
    known = store.context(data=data)
    if known.tiles:
        folder.mkdir()
        (folder / "tiles.json").write_bytes(compact.encode(streets.index(known)))
        for name in known.served:
            (folder / f"{name}.json").write_bytes(known.tile(name) or b"")
    return len(known.tiles)


def _write_assets(folder: Path, names: Mapping[str, Any], data: Path | None) -> dict[str, str]:
    """Write scripts, styles and layers under hashed names; return their paths by name."""
    paths, prepared = linked.paths(), store.web_files(data=data)
    images = [f"images/{name}" for name in linked.LEAFLET_IMAGES]
    files = {
        name: paths[name].read_bytes() for name in (*linked.SITE_FILES, *SHARED_FILES, *images)
    }
    files |= {name: prepared[name] for name in PREPARED_FILES}
    files["names.json"] = compact.encode(names)
    links = {}
    for name, (link, content) in linked.hashed(files).items():
        target = folder / link
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        links[name] = f"{folder.name}/{link}"
    return links


def _write_pages(
    folder: Path, renderer: Renderer, areas: list[pages.AreaPage], tell: _Telling
) -> None:
    for page in areas:
        _text(folder / page.path, renderer.area(page))
        tell.one()
    _text(folder / "index.html", renderer.front())
    _text(folder / "wards.html", renderer.wards())
    _text(folder / "404.html", renderer.not_found())


def _write_changes(
    folder: Path,
    renderer: Renderer,
    site: Site,
    around: Mapping[str, Any],
    maps: list[drawings.Dated],
) -> None:
    """Write the timeline as a page and as a feed."""
    _text(folder / "changes.html", renderer.changes(around, maps))
    written = feed.atom(site.events, url=site.url, page="changes.html", feed=FEED)
    (folder / FEED).write_bytes(written)


def _write_downloads(
    folder: Path, renderer: Renderer, on: dt.date, data: Path | None, tell: _Telling
) -> None:
    target = folder / "downloads"
    target.mkdir()
    offered = downloads.fill(target, on=on, data=data, progress=tell.one)
    _text(target / "index.html", renderer.downloads(offered))


def _write_plain(folder: Path, url: str) -> None:
    """Write what search engines read: robots.txt, and the sitemap if the address is known."""
    robots = "User-agent: *\nAllow: /\n"
    if url:
        robots += f"Sitemap: {url}sitemap.xml\n"
        _text(folder / "sitemap.xml", sitemap(url, _page_paths(folder)))
    _text(folder / "robots.txt", robots)


def sitemap(url: str, paths: list[str]) -> str:
    """Return a sitemap (https://www.sitemaps.org/protocol.html) of pages by their paths."""
    links = "".join(
        f"<url><loc>{escape(url + ('' if path == 'index.html' else path))}</loc></url>\n"
        for path in paths
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{links}</urlset>\n'
    )


def _page_paths(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return sorted(path for path in found if path != "404.html")


def _write_marker(folder: Path, atlas: Atlas, on: dt.date) -> None:
    told = {"made_by": MADE_BY, "made_on": on.isoformat(), "edition": atlas.edition}
    _text(folder / MARKER, json.dumps(told) + "\n")


def _report(folder: Path, shards: Path) -> Report:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Report(
        pages=len(_page_paths(folder)) + 1,
        shards=sum(1 for _ in shards.glob("*-*.json")),  # those of sectors
        files=len(files) + 1,
        bytes=sum(path.stat().st_size for path in files),
        has_sitemap=(folder / "sitemap.xml").exists(),
    )


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
