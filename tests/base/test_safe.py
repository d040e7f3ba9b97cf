"""Text of others: what may stand in a page and in a spreadsheet, and what may not."""

from __future__ import annotations

import pytest

from bcumap.base.safe import plain, spreadsheet_safe, web_link
from tests.hostile import QUERIES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("St Mary's & St James", "St Mary's & St James"),
        ("Earl&#39;s  Court\n", "Earl's Court"),
        ("<p>Welcome to <b>the</b> team</p>", "Welcome to the team"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "alert(1)"),
        ("<img src=x onerror=alert(1)", "img src=x onerror=alert(1)"),
        ("<<b>script>x", "script x"),
        ("a\x00b\x1b[31m\u202ec\ud800d", "a b [31m c d"),
        ("x" * 1000, "x" * 300),
        (None, ""),
        (5, ""),
        ({}, ""),
    ],
)
def test_plain_text(text: object, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("text", QUERIES)
def test_whatever_comes_is_one_harmless_line(text: str) -> None:
    shown = plain(text)
    assert not set(shown) & set("<>\n\r\t\x00\x1b\u202e")
    assert len(shown) <= 300
    assert spreadsheet_safe(shown).encode()[:1] not in (b"=", b"+", b"-", b"@")


@pytest.mark.parametrize(
    "link",
    ["http://met.police.uk", "https://www.met.police.uk/a/b?c=d&e=f#g", "HTTPS://met.police.uk/é"],
)
def test_links_to_the_web(link: str) -> None:
    assert web_link(f" {link} ") == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "vbscript:x", "ftp://met.police.uk", "//met.police.uk", "met.police.uk", "/a", "", "http://",
        "https://", "https:///x", "https://met.police.uk@evil.example", "http://[::1", "file:///x",
        "https://x.org/<script>", "https://x.org/\"onclick='x'", "https://x.org/a b",
        "https://x.org\\@y", "https://x.org/\u202e", "https://x.org/" + "a" * 500, None, 5,
    ],
)  # fmt: skip
def test_what_is_no_link_to_the_web(link: object) -> None:
    assert web_link(link) == ""


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "+44 20", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]
)
def test_a_formula_is_shown_and_not_worked_out(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "St Mary's", "a=b", "020 8721", "'=1", "x@y.uk"])
def test_other_text_is_left_alone(text: str) -> None:
    assert spreadsheet_safe(text) == text
