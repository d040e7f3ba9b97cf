"""What every answer says to the browser of what it may do, and one line about it in the log.

The line has the path without its question: what people ask, where they are and what their lists are
called is in no log. It limits nobody and refuses nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import logging
import os
import re
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bcumap.app.assets import page_html
from bcumap.app.tiles import image_hosts

# Sites that may show our pages in a frame, as CSP writes them: "https://council.example".
EMBED_ANCESTORS = "BCUMAP_EMBED_ANCESTORS"
LOG = "BCUMAP_LOG"  # "json" for a line of JSON a request, "off" for none; else plain text

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_logger = logging.getLogger("bcumap.requests")


def policy(page: str, ancestors: str) -> str:
    """Return the content security policy of a page.

    Parameters
    ----------
    page
        The HTML; only the scripts that stand in it now may run.
    ancestors
        Who may show it in a frame.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in _INLINE.findall(page)
    )
    rules = {
        "default-src": "'none'",
        # Streamlit loads a component's script from a blob, and has Vega interpret its expressions
        # (`ast`), so that nothing makes a function of a text.
        "script-src": f"'self' blob: {hashes}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: blob: {image_hosts()}".strip(),
        "font-src": "'self' data:",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
        "frame-ancestors": ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Headers:
    """ASGI middleware that adds what is missing to the headers of each answer, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        ancestors = " ".join(os.environ.get(EMBED_ANCESTORS, "").split()) or "'self'"
        if ";" in ancestors or "," in ancestors:
            raise SystemExit(f"{EMBED_ANCESTORS}: write origins with blanks between them")
        self._headers = {
            "Content-Security-Policy": policy(page_html(), ancestors),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(), microphone=(), payment=(), geolocation=(self)",
        }
        if ancestors in ("'self'", "'none'"):
            self._headers["X-Frame-Options"] = {"'self'": "SAMEORIGIN"}.get(ancestors, "DENY")
        self._log = _Log(os.environ.get(LOG, "").strip().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the start of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                own = headers.get("Content-Security-Policy", "")
                for name, value in self._headers.items():
                    if name != "X-Frame-Options" or "frame-ancestors" not in own:
                        headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            self._log.line(scope["method"], scope["path"], status, time.monotonic() - began)


class _Log:
    """Writes one line a request: when, method, path without its question, status, milliseconds."""

    def __init__(self, form: str) -> None:
        self._form = form
        if form != "off" and not _logger.handlers:
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(message)s"))
            _logger.addHandler(handler)
            _logger.setLevel(logging.INFO)
            _logger.propagate = False

    def line(self, method: str, path: str, status: int, seconds: float) -> None:
        """Write the line."""
        if self._form == "off":
            return
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        # Paths of uploads and sessions name a visit; areas and files of ours name none.
        shown = re.sub(r"/(upload_file|media)/.*", r"/\1/…", path[:200])
        shown = "".join(sign if sign.isprintable() else "?" for sign in shown)
        told = {"at": now, "method": method, "path": shown, "status": status,
                "ms": round(seconds * 1000)}  # fmt: skip
        plain = f"{now} {method} {shown} {status} {told['ms']} ms"
        _logger.info("%s", json.dumps(told) if self._form == "json" else plain)
