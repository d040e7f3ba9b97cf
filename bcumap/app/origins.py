"""Lets a page of another site open no connection to this one.

Streamlit refuses that too, but asks another host for the server's own address first, and nothing
else is answered until that host is: 20 s where names are not resolved.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOrigin:
    """ASGI middleware that refuses WebSockets of pages that came from elsewhere (403)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the connection, or pass it on."""
        if scope["type"] == "websocket" and not is_own(Headers(scope=scope)):
            await receive()  # its opening, which the protocol wants taken first
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)


def is_own(headers: Headers) -> bool:
    """Say whether a request comes from a page of this server; programs send no origin."""
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
        ours = urlsplit(f"//{host}")
        port = page.port or DEFAULT_PORTS.get(page.scheme)
        same_port = port == (ours.port or DEFAULT_PORTS.get(page.scheme))
    except ValueError:
        return False
    return bool(page.hostname) and page.hostname == ours.hostname and same_port
