"""What the serving process answers from, opened once: all its pages and routes share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from bcumap import load
from bcumap.lookup import Finder


@cache
def facts() -> Mapping[str, Any]:
    """The prepared facts of every area; nobody changes them."""
    return load.facts()


@cache
def counters() -> Mapping[str, Any]:
    """The prepared front counters of every date."""
    return load.counters_web()


@cache
def history() -> Mapping[str, Any]:
    """The prepared policing models of every date."""
    return load.history_web()


@cache
def topology(name: str) -> Mapping[str, Any]:
    """A layer as TopoJSON, parsed when somebody first asks for shapes of it."""
    document: Mapping[str, Any] = json.loads(load.web_files()[name])
    return document


@cache
def finder() -> Finder:
    """Everything that questions are answered from."""
    return load.finder(facts())
