"""Letters: the outlines are those of the font, words are as wide as they are drawn."""

from __future__ import annotations

from bcumap.maps import lettering
from tests.maps import letters


def test_the_outlines_are_those_of_the_font() -> None:
    assert lettering.FILE.read_text(encoding="utf-8") == letters.document()


def test_words_are_as_wide_as_their_letters() -> None:
    regular = lettering.font("regular")
    one, two = regular.wide("o"), regular.wide("oo")
    assert two == 2 * one > 1
    assert regular.wide("") == 0
    assert regular.wide("To") < regular.wide("T") + one  # which stand closer
    assert lettering.font("bold").wide("o") > one


def test_a_letter_that_is_not_known_is_an_empty_box() -> None:
    assert [letter for letter, _ in lettering.font("bold").places("a漢\u0000")] == ["a", "", ""]
    assert all(letter in lettering.font("bold").letters for letter in "Ŵŷ’–≥×€²½ЖΩ")
