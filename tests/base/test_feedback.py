"""Where an error can be reported: just where the deployer says so; of a page and a fact."""

from __future__ import annotations

import pytest

from bcumap.base import feedback

MAILBOX, FORM = "mailto:facts@example.org", "https://example.org/report?kind=fact"


def test_without_an_address_there_is_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(feedback.FEEDBACK, raising=False)
    assert feedback.stated() == ""
    assert feedback.link("", "/history") == ""


def test_a_link_tells_the_page_and_the_fact_and_no_more() -> None:
    assert feedback.link(MAILBOX, "/history", "unit-na-live") == (
        "mailto:facts@example.org?subject=bcumap%3A%20error%20on%20%2Fhistory"
        "&body=Page%3A%20%2Fhistory%0AFact%3A%20unit-na-live"
    )
    assert feedback.link(FORM, "/ward").startswith(
        "https://example.org/report?kind=fact&title=bcumap%3A%20error%20on%20%2Fward&body="
    )


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "example.org", "mailto:", "https://", "a b"]
)
def test_what_is_no_address_is_said_at_the_start(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(feedback.FEEDBACK, address)
    with pytest.raises(SystemExit, match="is no address"):
        feedback.stated()
