"""What every Streamlit component of ours needs: how its script is loaded and what it is sent."""

from __future__ import annotations

from bcumap import assets

# A component's own script is a file of ours; inline, Streamlit would send it with every run.
# (Streamlit takes a single line for the path of a file, hence the two.)
_LOADER = """const file = import(new URL({url!r}, document.baseURI));
export default async (component) => (await file).default(component);"""


def loader(script: str) -> str:
    """Return the two lines of JavaScript that run a file of `bcumap/web` as a component."""
    return _LOADER.format(url=assets.url(script))


def sent(**data: object) -> list[dict[str, object]]:
    """Wrap what a component is sent in a list.

    Streamlit looks into a dict for data frames, and to do so imports pandas and pyarrow: 75 MB for
    the process that serves the page.
    """
    return [data]
