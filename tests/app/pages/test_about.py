"""About says what is so, and what docs say; the navigation stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bcumap.app.pages import about_words
from bcumap.base.words import BESIDE, PAGES
from bcumap.facts import store
from bcumap.facts.cached import atlas

ROOT = Path(__file__).resolve().parents[3]
MOST_PAGES = 7


def told() -> str:
    return "".join(about_words.body())


def test_the_navigation_has_seven_entries_at_most() -> None:
    assert len(PAGES) <= MOST_PAGES
    assert not set(PAGES) & set(BESIDE)


def test_privacy_is_three_sentences_and_those_of_the_docs() -> None:
    doc = " ".join((ROOT / "docs/privacy.md").read_text(encoding="utf-8").split())
    assert doc.startswith("# What is known of a visitor " + " ".join(about_words.PRIVACY))
    assert len(about_words.PRIVACY) == 3
    assert all(len(re.findall(r"\.(?:\s|$)", each)) == 1 for each in about_words.PRIVACY)


def test_words_are_explained_as_they_are() -> None:
    sizes = {len(bcu.boroughs) for bcu in atlas().levels["bcus"].values()}
    assert (min(sizes), max(sizes)) == (2, 4)
    assert "two to four boroughs" in told()
    assert f"There are {len(atlas().levels['bcus'])}." in told()
    for part in ("bcu", "pcso", "fte", "words", "privacy", "accessibility", "sources"):
        assert told().count(f'id="{part}"') == 1


def test_it_says_by_what_areas_strengths_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is told here by borough. The Met’s figures by ward are in a workbook" in told()
    monkeypatch.setitem(atlas().facts["officers"], "ward_months", ("2025-01", "2025-12"))
    assert "is told here by borough and by ward. Where" in told()


def test_every_link_to_an_explanation_leads_to_one() -> None:
    templates = (ROOT / "bcumap/web/templates").glob("*.html")
    asked = {part for each in templates for part in
             re.findall(r'help\("([a-z-]+)"', each.read_text(encoding="utf-8"))}  # fmt: skip
    assert len(asked) >= 3
    assert asked <= set(re.findall(r'id="([a-z-]+)"', told()))


def test_the_statement_names_who_answers_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "has not stated where to report" in told()
    monkeypatch.setenv("BCUMAP_OPERATOR", "Example & Council")
    monkeypatch.setenv("BCUMAP_FEEDBACK", "mailto:access@example.org")
    text = told()
    assert text.count("Example &amp; Council") == 2
    assert 'href="mailto:access@example.org?' in text
    assert "has not stated" not in text


def test_each_source_is_named_once_with_its_licence() -> None:
    rows = about_words._sources()
    titles = [row["title"] for row in rows]
    assert len(titles) == len(set(titles))
    assert {"Wards of Greater London", "Residents of each ward"} <= set(titles)
    assert all(row["licence"] and row["url"].startswith("https://") for row in rows)
    assert len(rows) < len(store.sources()["files"])
