"""What a page links to: each file with what it needs, once."""

from __future__ import annotations

from bcumap.web.files import needed


def test_a_script_comes_with_all_that_its_imports_import() -> None:
    assert needed("table.js") == ("table.js", "files.js", "links.js", "search.js", "share.js")
    assert needed("leaflet.js", "page.css", "facts.json") == (
        "leaflet.js",
        "page.css",
        "facts.json",
    )


def test_what_two_scripts_need_comes_once() -> None:
    both = needed("counters.js", "time.js", "counters.js")
    assert sorted(both) == ["counters.js", "dates.js", "files.js", "sources.js", "time.js"]
