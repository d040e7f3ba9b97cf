"""Front counters one by one: what is told of a name, and what is not worked out without one."""

from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from bcumap.app import search
from bcumap.app.pages import counter_site_words


def named(question: str) -> str:
    return counter_site_words.named(search.read("counters", QueryParams({"q": question})))


def test_where_no_counter_has_the_name_no_standing_is_worked_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "Pinner" in named("pinner police station")
    monkeypatch.setattr(counter_site_words, "standing_on", lambda *_: pytest.fail("worked out"))
    assert named("SE8 4RX") == named("") == ""
