"""Where an error can be reported, if the deployer says so; tells of a page and a fact, no more."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode, urlsplit

from bcumap.base.safe import plain

OPERATOR = "BCUMAP_OPERATOR"  # who runs this site, as its accessibility statement names them
FEEDBACK = "BCUMAP_FEEDBACK"  # mailto:someone@example.org, or the address of a form or of issues


def stated() -> str:
    """Return the address that the deployer stated; "" if none.

    Raises
    ------
    SystemExit
        If it is neither of a mailbox nor of the web.
    """
    address = os.environ.get(FEEDBACK, "").strip()
    parts = urlsplit(address)
    is_one = parts.hostname if parts.scheme in ("http", "https") else "@" in parts.path
    known = parts.scheme in ("http", "https", "mailto")
    if address and not (known and is_one and address.isprintable() and " " not in address):
        raise SystemExit(
            f"{FEEDBACK}: {address!r} is no address; write it as mailto:someone@example.org or"
            " https://example.org/report"
        )
    return address


def operator() -> str:
    """Return the name of whoever runs this site, as the deployer stated it; "" if none."""
    return plain(os.environ.get(OPERATOR, ""), length=100)


def link(address: str, page: str, fact: str = "") -> str:
    """Return the link that reports an error, with the page's path and the fact's id; "" if none.

    Parameters
    ----------
    address
        What `stated` returned.
    page
        The path of the page, without its question.
    fact
        The id of the fact.
    """
    if not address:
        return ""
    said = {"title": f"bcumap: error on {page}", "body": f"Page: {page}\nFact: {fact or '-'}"}
    if address.startswith("mailto:"):
        said = {"subject": said["title"], "body": said["body"]}
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(said, quote_via=quote)}"
