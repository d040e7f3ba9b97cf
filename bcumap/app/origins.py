"""Answers only under the names of this server, and opens no connection for pages of other sites.

A page of another site whose name was made to point here would otherwise be taken for ours.
Streamlit refuses foreign pages too, but asks another host for the server's own address first, and
nothing else is answered until that host is: 20 s where names are not resolved.
"""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bcumap.app.assets import base_path

URL = "BCUMAP_URL"  # the public address, as https://map.example/police
HEALTH = "/_stcore/health"  # asked by whatever name a probe knows
DEFAULT_PORTS = {"http": 80, "https": 443}


def public_address() -> str:
    """Return the address that the deployer stated, without a slash at its end; "" if none.

    Raises
    ------
    SystemExit
        If it is no address.
    """
    stated = os.environ.get(URL, "").strip().rstrip("/")
    if stated and not (urlsplit(stated).hostname and stated.startswith(("http://", "https://"))):
        raise SystemExit(f"{URL}: {stated!r} is no address; write it as https://map.example")
    return stated


class SameOrigin:
    """ASGI middleware that refuses other names (421) and WebSockets of other sites' pages (403)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._public = urlsplit(public_address()).hostname or ""
        self._health = f"{base_path()}{HEALTH}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the connection, or pass it on."""
        headers = Headers(scope=scope) if scope["type"] in ("http", "websocket") else Headers()
        if scope["type"] == "http" and not self._is_known(headers, scope["path"]):
            say = f"This server does not answer to that name. Its public address is set by {URL}.\n"
            await PlainTextResponse(say, 421)(scope, receive, send)
            return
        if scope["type"] == "websocket" and not (
            self._is_known(headers, scope["path"]) and is_own(headers)
        ):
            await receive()  # its opening, which the protocol wants taken first
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _is_known(self, headers: Headers, path: str) -> bool:
        """Say whether the name that was asked is this server's."""
        if path == self._health:
            return True
        try:
            name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        except ValueError:
            return False
        return name == self._public if self._public else is_private(name)


def is_private(name: str) -> bool:
    """Say whether a name means this machine or one of the same network, whoever says it.

    Addresses in numbers do, and names without a dot: nobody else can make these point here.
    """
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return bool(name) and ("." not in name or name.endswith((".localhost", ".local")))
    return True


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
