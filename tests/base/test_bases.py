"""The vocabulary of bases stands once in code, and its words in the docs are the same."""

from __future__ import annotations

from pathlib import Path

from bcumap.app import panels
from bcumap.base import bases

DOCS = Path(__file__).resolve().parents[2] / "docs" / "data.md"


def test_the_docs_and_the_page_define_every_basis_in_its_words() -> None:
    docs = DOCS.read_text(encoding="utf-8")
    for basis, meaning in bases.MEANING.items():
        assert f"| *{basis}* | {meaning} |" in docs
        assert f"<strong>{basis}</strong>: {meaning}" in panels.bases()
