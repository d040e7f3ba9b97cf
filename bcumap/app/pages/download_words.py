"""The words of *Download*, as HTML; every value from data is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bcumap.app import assets
from bcumap.base.words import file_size


def heading(facts: Mapping[str, Any]) -> str:
    """The page's title and what there is to take."""
    return (
        '<header class="bcumap-heading"><h1>Download</h1><p>The boundaries, front counters and ward'
        f" officers of this map, wards of {escape(facts['edition'])}, in the format that your"
        " program reads. Each file is made when you ask for it, read back and checked, and says"
        " inside what it is of, of when, how exact, and under which licence.</p></header>"
    )


def preview(name: str, size: int, rows: Sequence[Mapping[str, str]]) -> str:
    """What is in a file, and how large it is."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in (rows[0] if rows else ()))
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row.values())}</tr>" for row in rows
    )
    return (
        f'<section class="bcumap-panel" aria-live="polite"><h2>{escape(name)}</h2>'
        f'<p class="kind">{file_size(size)}, checked</p><div class="bcumap-scroll">'
        '<table class="bcumap-plain"><caption>The first rows</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div></section>"
    )


def everything() -> str:
    """How to get all of it, and how programs ask."""
    return (
        '<p class="bcumap-explained">Everything in every format at once: <code>bcumap export all'
        " --out DIR</code>. Programs may ask the"
        f' <a href="{assets.base_path()}/api" target="_self">API</a>.'
        " In pandas read the CSV with <code>keep_default_na=False</code>: North Area’s code is"
        " <code>NA</code>.</p>"
    )
