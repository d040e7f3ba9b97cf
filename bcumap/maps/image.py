"""Scenes → PNG and SVG as bytes; the one module that knows resvg, which turns SVG into dots."""

from __future__ import annotations

import struct
import zlib

import resvg_py

from bcumap.base.errors import BcuMapError
from bcumap.maps import svg
from bcumap.maps.request import FORMS
from bcumap.maps.scene import Scene

_HEADER_BYTES = 33  # of a PNG: signature and first chunk
METRES_PER_INCH = 0.0254


def draw(scene: Scene, form: str, *, as_card: bool = False) -> bytes:
    """Draw a scene.

    Parameters
    ----------
    form
        One of `FORMS`.
    as_card
        Whether it is for the preview of a link: 1200 × 630 dots, without legend and sources.

    Returns
    -------
    bytes
        A PNG of 200 dots to the inch and 11 inches (28 cm) across, or an SVG.

    Raises
    ------
    BcuMapError
        If there is no such form.
    """
    if form not in FORMS:
        raise BcuMapError(f"there is no picture as {form!r}; give one of {', '.join(FORMS)}")
    drawing = svg.card(scene) if as_card else svg.document(scene)
    return drawing.encode() if form == ".svg" else _png(drawing, scene)


def _png(drawing: str, scene: Scene) -> bytes:
    dots = bytes(resvg_py.svg_to_bytes(svg_string=drawing, dpi=svg.DPI, skip_system_fonts=True))
    per_metre = round(svg.DPI / METRES_PER_INCH)
    said = {"Title": scene.title, "Description": svg.about(scene), "Software": "bcumap"}
    chunks = _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) + b"".join(
        _chunk(b"iTXt", f"{name}\0\0\0\0\0{text}".encode()) for name, text in said.items()
    )
    return dots[:_HEADER_BYTES] + chunks + dots[_HEADER_BYTES:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
