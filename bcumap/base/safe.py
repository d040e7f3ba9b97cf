"""Makes text that strangers wrote harmless before it is kept or written; reads no file.

What comes out may stand in a page or a spreadsheet; pages escape it all the same.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

TAG = re.compile(r"<[^<>]*>")
# A cell that begins with one of these is a formula to a spreadsheet, or may become one when it is
# pasted: https://owasp.org/www-community/attacks/CSV_Injection
STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
TEXT_LENGTH = 300  # characters
LINK_LENGTH = 500


def plain(text: object, *, length: int = TEXT_LENGTH) -> str:
    """Return a text on one line without tags, `<`, `>` and control characters.

    Parameters
    ----------
    text
        Anything that came out of JSON; what is not text gives "".
    length
        The most characters to keep.
    """
    if not isinstance(text, str):
        return ""
    shown = TAG.sub(" ", html.unescape(text[: 10 * length])).translate({60: " ", 62: " "})
    # C: controls, marks that reorder text, halves of surrogate pairs (which no file can hold)
    shown = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in shown)
    return " ".join(shown.split())[:length].strip()


def web_link(text: object) -> str:
    """Return a link if it is a plain http or https one, otherwise ""."""
    link = text.strip() if isinstance(text, str) else ""
    if not link.isprintable() or len(link) > LINK_LENGTH or re.search(r"""[\s<>"'`\\]""", link):
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    # A name before the host ("https://met.police.uk@elsewhere") only ever deceives.
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return link if is_web else ""


def spreadsheet_safe(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
