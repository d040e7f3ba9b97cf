"""Answers over HTTP: one body, its compressed form, and the headers of both; knows no facts."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from bcumap.base import compact

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html; charset=utf-8"
# A name changes with its content (Streamlit's own bundles are named so too).
FOREVER = "public, max-age=31536000, immutable"
# What is answered changes with the data only, so with a new start of the app.
A_WHILE = "public, max-age=600"
SMALL_BYTES = 1000  # what is smaller is not compressed: a packet holds it anyhow


@dataclass(frozen=True)
class Body:
    """What is answered, read when it is first wanted, compressed once however often it is sent.

    Attributes
    ----------
    read
        Returns the bytes.
    compresses
        Whether gzip makes it smaller: not of pictures and fonts, which are packed already.
    """

    read: Callable[[], bytes]
    effort: ClassVar[int] = 6  # of gzip, from 1 to 9

    media_type: str = JSON
    compresses: bool = True

    @cached_property
    def content(self) -> bytes:
        """The bytes as they are."""
        return self.read()

    @cached_property
    def compressed(self) -> bytes:
        """The content as gzip."""
        return gzip.compress(self.content, self.effort, mtime=0)

    @cached_property
    def _hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:20]

    def etag(self, *, packed: bool) -> str:
        """Return what changes with the content; each coding has its own (RFC 9110, 8.8.3)."""
        return f'"{self._hash}-gz"' if packed else f'"{self._hash}"'

    def answer(
        self,
        request: Request,
        *,
        lasts: str = A_WHILE,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer a request: compressed if the client takes it and it pays, 304 if it has it.

        Parameters
        ----------
        lasts
            The Cache-Control of an answer; what went wrong is stored by nobody.
        headers
            Further ones.
        """
        may_be_packed = self.compresses and len(self.content) > SMALL_BYTES
        packed = may_be_packed and takes_gzip(request)
        sent = {
            "Cache-Control": lasts if status == 200 else "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        }
        if self.compresses:
            sent["Vary"] = "Accept-Encoding"
        if status == 200:
            sent["ETag"] = self.etag(packed=packed)
            own = {self.etag(packed=True), self.etag(packed=False), "*"}
            if not own.isdisjoint(_listed(request, "if-none-match")):
                return Response(status_code=304, headers=sent)
        if packed:
            sent["Content-Encoding"] = "gzip"
        content = self.compressed if packed else self.content
        return Response(content, status, sent, self.media_type)


def json_body(value: object, media_type: str = JSON) -> Body:
    """Return a value as JSON; half characters, which UTF-8 has none of, become question marks."""
    content = compact.text(value).encode("utf-8", "replace")
    return Body(partial(bytes, content), media_type)


def takes_gzip(request: Request) -> bool:
    """Say whether a client takes gzip, by its Accept-Encoding (RFC 9110, 12.5.3)."""
    weights = {}
    for part in _listed(request, "accept-encoding"):
        coding, _, parameter = part.partition(";")
        name, _, weight = parameter.partition("=")
        weights[coding.strip().lower()] = weight.strip() if name.strip().lower() == "q" else "1"
    try:
        return float(weights.get("gzip", weights.get("*", "0"))) > 0
    except ValueError:
        return False


def _listed(request: Request, header: str) -> set[str]:
    """Return the values of a header that is a list."""
    values = ",".join(request.headers.getlist(header)).split(",")
    return {each.strip().removeprefix("W/") for each in values if each.strip()}
