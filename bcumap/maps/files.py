"""Pictures of maps as files: reads what they are made of, through `load`; writes where it is told.

A caller that wants bytes and no file has `scene.scene` and `image.draw`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from bcumap.base.errors import BcuMapError
from bcumap.base.files import beside
from bcumap.facts import store
from bcumap.maps import image, request, scene, svg
from bcumap.maps.scene import Documents
from bcumap.maps.shapes import Shapes


def known(data: Path | None = None) -> Documents:
    """Read what pictures are made of.

    Raises
    ------
    DataError
        If a file of geodata/ is missing or cannot be read.
    """
    files = store.web_files(data=data)
    return Documents(
        atlas=store.atlas(data=data),
        counters=store.counters_web(data=data),
        history=store.history_web(data=data),
        demand=store.demand(data=data),
        shapes=Shapes(*(json.loads(files[name]) for name in ("areas.topojson", "wards.topojson"))),
        streets=store.context(data=data),
    )


def write(path: Path, asked: Mapping[str, str], *, today: dt.date, as_card: bool = False) -> int:
    """Draw what is asked for and write it; it appears whole or not at all.

    Parameters
    ----------
    path
        Its suffix says whether PNG or SVG.
    asked
        See `request.read`.
    as_card
        See `image.draw`.

    Returns
    -------
    int
        The size (bytes).

    Raises
    ------
    BcuMapError
        If what is asked for is none, or it cannot be written there; a file that was there is then
        as it was.
    """
    form = path.suffix.lower()
    if form not in request.FORMS:
        forms = " or ".join(request.FORMS)
        raise BcuMapError(f"{path}: the suffix names no picture; give {forms}")
    if path.is_dir():
        raise BcuMapError(f"{path}: is a folder; name the file to write")
    if not path.parent.is_dir():
        raise BcuMapError(f"{path.parent}: there is no such folder to write to; make it first")
    documents = known()
    wish = request.read(asked, documents.atlas, today=today)
    wide = svg.CARD[0] - svg.CARD_WORDS if as_card else scene.WIDE
    content = image.draw(scene.scene(wish, documents, wide=wide), form, as_card=as_card)
    with beside(path) as staged:
        staged.write_bytes(content)
    return len(content)
