"""The files that a page links to: where they are, and their names with a hash of their content.

A name changes with its content, so that browsers may keep what they have for good.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from xstatic.pkg import leaflet

STATIC, TEMPLATES = (Path(__file__).parent / name for name in ("static", "templates"))
# Of the static site alone.
SITE_FILES = ("finder.js", "places.js", "names.js", "cards.js", "site.js", "site.css", "opened.js")
# Linked by name from Leaflet's own style sheet, so these keep their names.
LEAFLET_IMAGES = ("layers.png", "layers-2x.png")
IMPORT = re.compile(rb'from "\./([\w.-]+)"')


def paths() -> dict[str, Path]:
    """Return where our scripts and styles and those of Leaflet are, by name."""
    library = Path(leaflet.BASE_DIR)
    ours = {path.name: path for path in STATIC.iterdir()}
    ours |= {name: library / name for name in ("leaflet.js", "leaflet.css")}
    return ours | {f"images/{name}": library / "images" / name for name in LEAFLET_IMAGES}


def hashed_name(name: str, content: bytes) -> str:
    """Return a name with the content's hash in it; images keep theirs."""
    path = PurePosixPath(name)
    if path.suffix == ".png":
        return name
    return f"{path.stem}-{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"


def with_imports(content: bytes, link: Callable[[str], str]) -> bytes:
    """Return a script in which what it imports from beside it is named as `link` says."""
    return IMPORT.sub(lambda found: b'from "./%s"' % link(found[1].decode()).encode(), content)


@cache
def needed(*names: str) -> tuple[str, ...]:
    """Return some files, each script of ours followed by all that it imports, each once."""
    found: dict[str, None] = {}
    for name in names:
        script = STATIC / name
        content = script.read_bytes() if script.suffix == ".js" and script.exists() else b""
        imported = (each.decode() for each in IMPORT.findall(content))
        found |= dict.fromkeys((name, *needed(*imported)))
    return tuple(found)


def hashed(files: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Return for each name the one with a hash, and the content with its imports named so."""
    done: dict[str, tuple[str, bytes]] = {}

    def link(name: str) -> str:
        if name not in done:
            content = files[name]
            if name.endswith(".js"):
                content = with_imports(content, link)
            done[name] = (hashed_name(name, content), content)
        return done[name][0]

    for name in files:
        link(name)
    return done
