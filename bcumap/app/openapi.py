"""What an address of the API is, and all of them as an OpenAPI document and as a page; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

from bcumap.app.bodies import JSON, Body
from bcumap.base import __version__, words
from bcumap.web import render

Operation = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """What an address takes.

    Attributes
    ----------
    words, example
        What it is, and one that is answered; "" where it stands instead of another.
    schema
        What else a program may know of it, in JSON Schema.
    place
        "query" or "path".
    """

    name: str
    words: str
    example: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False
    place: str = "query"

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI has it."""
        return {
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.words,
            **({"example": self.example} if self.example else {}),
            "schema": {"type": "string", **self.schema},
        }


@dataclass(frozen=True)
class Endpoint:
    """One address of the API: its route, its entry in the document and its row on the page.

    Attributes
    ----------
    path
        Below the version, as Starlette and OpenAPI both write it.
    words
        What it answers.
    work
        Answers a request.
    posted, posts
        Answers a POST from its body, if it is answered, and what that is.
    """

    path: str
    words: str
    work: Callable[[Request], Body]
    parameters: tuple[Parameter, ...] = ()
    media_types: tuple[str, ...] = (JSON,)
    posted: Callable[[Request, bytes], Body] | None = None
    posts: str = ""

    @property
    def query(self) -> tuple[str, ...]:
        """The names that may stand after the question mark."""
        return tuple(each.name for each in self.parameters if each.place == "query")

    def described(self) -> Operation:
        """Return what a GET does, as OpenAPI has it."""
        content = {each: {"schema": {"type": "object"}} for each in self.media_types}
        responses: dict[str, Any] = {
            "200": {"description": "The answer.", "content": content},
            "304": {"description": "It has not changed since the ETag that If-None-Match names."},
            "400": _error("The request is not what this address takes."),
        }
        if any(each.place == "path" for each in self.parameters):
            responses["404"] = _error("There is no such area.")
        parameters = [each.described() for each in self.parameters]
        return {"summary": self.words, "parameters": parameters, "responses": responses}


def _methods(endpoint: Endpoint) -> dict[str, Operation]:
    told = {"get": endpoint.described()}
    if endpoint.posted:
        post = endpoint.described() | {"summary": endpoint.posts}
        post["parameters"] = [each for each in post["parameters"] if not each["required"]]
        schema = {"type": "array", "items": {"type": "string"}}
        post["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
        told["post"] = post
    return told


def document(base: str, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI document (version 3.1) of endpoints under a base path."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bcumap",
            "version": __version__,
            "summary": "How London is policed: wards, boroughs, BCUs, ward officers, counters",
            "license": {
                "name": words.OGL,
                "url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            },
        },
        "servers": [{"url": f"{base}/api/v1"}],
        "paths": {each.path: _methods(each) for each in endpoints},
        "components": {
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                }
            }
        },
    }


def page(base: str, endpoints: Iterable[Endpoint]) -> str:
    """Return the page that explains endpoints to people."""
    told = [
        {"path": each.path, "words": each.words, "example": example(each), "takes": _takes(each)}
        for each in endpoints
    ]
    where = render.Where(lambda _level, _code: "", base=base)
    return render.part("api.page", told, where=where)


def example(endpoint: Endpoint) -> str:
    """Return a link, below the version, that shows what an address answers."""
    path, query = endpoint.path, {}
    for each in endpoint.parameters:
        if each.place == "path":
            path = path.replace(f"{{{each.name}}}", each.example)
        elif each.example:
            query[each.name] = each.example
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def _takes(endpoint: Endpoint) -> list[tuple[str, str]]:
    """What an address takes, in words by its name."""
    posted = [("POST", endpoint.posts)] if endpoint.posts else []
    return [*((each.name, each.words) for each in endpoint.parameters), *posted]


def _error(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {JSON: {"schema": schema}}}
