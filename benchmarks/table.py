"""Put the figures of a run into docs/benchmarks.md, between its two markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.measure import Figure

PAGE = ROOT / "docs" / "benchmarks.md"
START, END = "<!-- figures: written by python -m benchmarks --write -->", "<!-- end of figures -->"

Sections = dict[str, list[Figure | str]]  # title -> figures, or why there are none


def write(about: Mapping[str, str], sections: Sections) -> Path:
    """Replace the figures on the page and leave its words alone."""
    before, start, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    assert start, f"{PAGE.name} has lost its marker {START}"
    assert end, f"{PAGE.name} has lost its marker {END}"
    PAGE.write_text(f"{before}{START}\n{_figures(about, sections)}{END}{after}", encoding="utf-8")
    return PAGE


def _figures(about: Mapping[str, str], sections: Sections) -> str:
    lines = [f"- {name}: {text}" for name, text in about.items()]
    for title, figures in sections.items():
        lines += ["", f"### {title}", "", *_rows(figures)]
    return "\n".join(lines) + "\n"


def _rows(figures: Sequence[Figure | str]) -> list[str]:
    measured = [figure for figure in figures if isinstance(figure, Figure)]
    rows = [
        f"| {each.what} | **{each.text}** | {each.target} | {each.verdict} | {each.detail} |"
        for each in measured
    ]
    head = [
        "| What | Figure | Target | | Medians (and ranges), notes |",
        "| --- | --- | --- | --- | --- |",
    ]
    reasons = [figure for figure in figures if isinstance(figure, str)]
    return (head + rows if rows else []) + ([""] if rows and reasons else []) + reasons
