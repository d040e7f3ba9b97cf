"""The colours of a page that Streamlit does not draw are those of its theme."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bcumap.web import files

ROOT = Path(__file__).resolve().parents[2]
CSS = files.paths()["page.css"].read_text("utf-8")
PALETTE = ":where(#bcumap-first, .bcumap-site) {"
NAMES = {"background": "backgroundColor", "text": "textColor", "primary": "primaryColor",
         "link": "linkColor", "border": "borderColor"}  # fmt: skip


@pytest.mark.parametrize(("place", "name"), [(1, "light"), (2, "dark")])
def test_the_palette_is_the_theme_s(place: int, name: str) -> None:
    rules = CSS.split(PALETTE)[place].split("}")[0]
    colours = dict(re.findall(r"--st-(\w+)-color: (#\w+);", rules))
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    told = theme | theme[name]
    whole = {"#fff": "#ffffff"}
    assert {key: whole.get(each, each) for key, each in colours.items()} == {
        key: told[option] for key, option in NAMES.items()
    }
