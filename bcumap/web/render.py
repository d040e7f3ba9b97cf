"""Templates → HTML, for the app and the static site alike; the one module that knows Jinja2.

Templates get plain values and know no facts. Whatever is not marked as HTML is escaped, and a value
that a template does not know is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bcumap.base import sources
from bcumap.web import files

_TEMPLATES = Environment(
    loader=FileSystemLoader(files.TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def _bare(figure: str) -> str:
    """The bare number of a figure that is written for people; "" of words."""
    bare = figure.replace(",", "")
    return bare if bare.replace(".", "", 1).isdigit() else ""


def _coded(words: str) -> Markup:
    """Words in which what is between backticks is code."""
    parts = words.split("`")
    coded = (
        Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts)
    )
    return Markup("").join(coded)


_TEMPLATES.filters.update(sources=sources.read, bare=_bare, coded=_coded)


def _no_report(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Where:
    """Where links of a page lead, which only the page knows.

    Attributes
    ----------
    href
        Gives the address of an area by its level and code, or of a question ("query" and itself).
    target
        Of the links: "_self" in the app, because Streamlit opens others in a new tab.
    base
        The path of the app ("" at the front of its host), or "" in the site.
    report
        Gives the link that reports an error of a fact by its id, or "".
    """

    href: Callable[[str, str], str]
    target: str = ""
    base: str = ""
    report: Callable[[str], str] = _no_report


def part(name: str, *values: object, where: Where) -> str:
    """Return a part of a page.

    Parameters
    ----------
    name
        Of a template and a macro in it: "parts.answer".
    values
        What the macro takes, in its order.
    """
    template, _, macro = name.partition(".")
    module: Any = _TEMPLATES.get_template(f"{template}.html").make_module({"where": where})
    return str(getattr(module, macro)(*values)).strip()


def page(template: str, *, where: Where, **values: object) -> str:
    """Return a whole page; values that are HTML already must be marked by `html`."""
    return _TEMPLATES.get_template(template).render(where=where, **values)


def html(text: str) -> Markup:
    """Mark what `part` returned as HTML."""
    return Markup(text)  # noqa: S704
