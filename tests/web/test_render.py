"""Templates: what they do not know is an error, and no value becomes a tag."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from bcumap.facts.answers import Option
from bcumap.facts.views import Panel, Said, Table
from bcumap.web import files, render
from bcumap.web.render import Where
from tests.markup import Page

HOSTILE = "\"><img src=x onerror=alert(1)> & 'co'"
HERE = Where(lambda level, code: f"/{level}/{code}", "_self")


def test_every_template_can_be_read() -> None:
    names = [path.stem for path in files.TEMPLATES.glob("*.html")]
    assert len(names) > 4
    for name in names:
        with pytest.raises(AttributeError, match="no_such_macro"):
            render.part(f"{name}.no_such_macro", where=HERE)


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render.part("parts.panel", {"title": "x"}, where=HERE)


def test_nothing_that_is_told_becomes_a_tag() -> None:
    said = Said(HOSTILE, HOSTILE, (Option("wards", HOSTILE, HOSTILE),), HOSTILE)
    panel = render.part("parts.panel", Panel(HOSTILE, HOSTILE, ((HOSTILE, said),)), where=HERE)
    table = Table(HOSTILE, (HOSTILE, "n#"), ((said, said),), (HOSTILE,))
    for text in (panel, render.part("parts.table", table, where=HERE)):
        page = Page(text)
        assert page.faults == []
        assert page.count("img") == 0
        assert HOSTILE in "".join(value for _, told in page.elements for value in told.values())
        assert "onerror" not in {name for _, told in page.elements for name in told}


def test_a_table_that_can_be_saved_has_the_bare_numbers_of_its_cells() -> None:
    table = Table("T", ("A", "B#", "C"), ((Said("a"), Said("1,234.5"), Said("≥ 3")),))
    cells = [told for tag, told in Page(render.part("parts.table", table, where=HERE)).elements
             if tag == "td"]  # fmt: skip
    assert cells == [{"class": "number", "data-value": "1234.5"}, {}]
    plain = Page(render.part("parts.table", table, False, where=HERE))
    assert (plain.count("button"), plain.elements[-1]) == (0, ("td", {}))
