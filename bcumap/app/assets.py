"""The files that the page loads, hashed by content, compressed once, answered from memory.

Streamlit compresses an app's static files anew for every request, its own not at all, and spends
about 10 ms on each. A page loads some 70 of them, so this is the larger part of a first visit.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path, PurePosixPath
from typing import ClassVar

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from bcumap.app.bodies import FOREVER, Body
from bcumap.base.errors import DataError
from bcumap.facts import store
from bcumap.web.files import SITE_FILES, hashed_name, paths, with_imports

PREFIX = "/assets"

# Streamlit's page learns here where its server is. It would look below the address of each page
# first, and the browser would complain of what is not there.
INDEX, HEAD, ROOT = "index.html", "<head>", '<div id="root"></div>'
SAYS_WHERE = (
    "<script>window.__streamlit = {{ BACKEND_BASE_URL: location.origin + {base!r} }}</script>"
)

MEDIA_TYPES = {".topojson": "application/json", ".js": "text/javascript"}
OCTETS = "application/octet-stream"
LETTERS = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")
IMPORTED = re.compile(r'\b(?:from|import)"\./([\w.-]+\.js)"')
COMPRESSIBLE = {".html", ".js", ".css", ".json", ".svg", ".topojson"}


@dataclass(frozen=True)
class Asset(Body):
    """One file of the page, compressed as far as it goes when the app starts."""

    effort: ClassVar[int] = 9

    name: str = ""

    @cached_property
    def link(self) -> str:
        """The name with the content's hash in it; images keep theirs."""
        return hashed_name(self.name, self.content)


def _asset(name: str, read: Callable[[], bytes]) -> Asset:
    suffix = PurePosixPath(name).suffix
    media_type = MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0]
    return Asset(read, media_type or OCTETS, suffix in COMPRESSIBLE, name)


class FromMemory:
    """ASGI middleware that answers for the files it knows and leaves the rest to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        base = base_path()
        self._files = {f"{base}{path}": asset for path, asset in _served().items()}
        self._ours = f"{base}{PREFIX}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        path = scope.get("path", "")
        asset = self._files.get(path) if scope["type"] == "http" else None
        if asset is None and scope["type"] == "http" and path.startswith(self._ours):
            # Of another edition; Streamlit would answer with its page.
            await PlainTextResponse("no such file", 404)(scope, receive, send)
            return
        if asset is None or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        await asset.answer(Request(scope), lasts=FOREVER)(scope, receive, send)


@cache
def shipped() -> Mapping[str, Asset]:
    """Return every file the page links to by name: ours, Leaflet's, and those of geodata/web."""
    read = {name: partial(_read, path) for name, path in paths().items() if name not in SITE_FILES}
    read |= {name: partial(bytes, content) for name, content in store.web_files().items()}
    return {name: _asset(name, each) for name, each in read.items()}


def _read(path: Path) -> bytes:
    """Return a file; what a script of ours imports from beside it is named as it is served."""
    content = path.read_bytes()
    if path.suffix != ".js":
        return content
    return with_imports(content, lambda name: shipped()[name].link)


def url(name: str) -> str:
    """Return where the page finds a file, under the base path that the server was given."""
    return f"{base_path()}{PREFIX}/{shipped()[name].link}"


def inline(*names: str) -> str:
    """Return style sheets as they may stand in a page: no comments, no white space to spare."""
    text = "".join(shipped()[name].content.decode() for name in names)
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def base_path() -> str:
    """Return the path that the whole app is served under: "" or "/something"."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def _served() -> dict[str, Asset]:
    """Return ours and Streamlit's own bundles by path; those that a page starts with are ready."""
    ours = {f"{PREFIX}/{asset.link}": asset for asset in shipped().values()}
    folder = Path(get_static_dir())
    theirs = {
        f"/{path.relative_to(folder).as_posix()}": _asset(path.name, partial(_theirs, path))
        for path in (folder / "static").rglob("*")
        if path.suffix in COMPRESSIBLE
    }
    index = page_html()
    first = {name for name in theirs if f'".{name}"' in index}
    for asset in (*ours.values(), *(theirs[name] for name in first)):
        if asset.compresses:
            _ = asset.compressed  # now, and not while someone waits
    return ours | theirs


def _theirs(path: Path) -> bytes:
    """Return a file of Streamlit's; its letters are not ours, and would be fetched all the same."""
    content = path.read_bytes()
    return LETTERS.sub(b"", content) if path.suffix == ".css" else content


@cache
def of_elements(*names: str) -> tuple[str, ...]:
    """Return where the scripts are that Streamlit fetches for elements, beside its page's own."""
    folder, index = Path(get_static_dir()) / "static/js", page_html()
    wanted = [path for name in names for path in sorted(folder.glob(f"{name}.*.js"))]
    found: list[Path] = []
    for path in wanted:
        if path in found or path.name in index:
            continue
        found.append(path)
        wanted += [folder / name for name in IMPORTED.findall(path.read_text("utf-8"))]
    return tuple(f"{base_path()}/static/js/{path.name}" for path in found)


def page_html(head: str = "", first: str = "") -> str:
    """Return Streamlit's page, which knows where its server is from the start.

    Parameters
    ----------
    head
        What the page is called, and the rest of what stands in its head.
    first
        What is shown until Streamlit's own scripts have drawn the page.
    """
    before, between, after = _shell()
    return f"{before}{head}{between}{first}{after}"


@cache
def _shell() -> tuple[str, str, str]:
    """Return Streamlit's page in three parts: ours stand between them.

    What it says where scripts are off is ours to say, its icon is not ours, and its fonts are not
    used. Its style sheet comes last, so that nothing waits for it.
    """
    index = (Path(get_static_dir()) / INDEX).read_text(encoding="utf-8")
    for theirs in (r"<!--.*?-->", r"<title>.*?</title>", r"<noscript>.*?</noscript>",
                   r'<link\s+rel="(?:shortcut icon|preload)"[^>]*>'):  # fmt: skip
        index = re.sub(theirs, "", index, flags=re.DOTALL)
    index = index.replace('<html lang="en">', '<html lang="en-GB">', 1)
    index = re.sub(r"\n\s*", "\n", index)
    styles = "".join(re.findall(r'<link rel="stylesheet"[^>]*>', index))
    index = re.sub(r'<link rel="stylesheet"[^>]*>', "", index)
    where = SAYS_WHERE.format(base=base_path() + "/")
    viewport = re.search(r'<meta\s+name="viewport"[^>]*>', index)
    if HEAD not in index or ROOT not in index or not styles or not viewport:
        raise DataError("Streamlit's page is not as it was when this was made")
    before = index[: viewport.end()].replace(HEAD, f"{HEAD}{where}", 1)
    between, _, after = index[viewport.end() :].partition(ROOT)
    return before.lstrip(), between, f"{ROOT}{styles}{after}"
