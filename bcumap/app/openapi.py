"""What the API offers, as an OpenAPI document for programs and as a page for people; pure."""

from __future__ import annotations

from html import escape
from typing import Any

from bcumap.base import __version__
from bcumap.base.schema import LEVELS
from bcumap.base.words import LEVEL_WORDS
from bcumap.facts.find import LONGEST_QUERY

LEVEL_CODES = {"bcus": "NA", "boroughs": "E09000023", "wards": "E05013719"}

Operation = dict[str, Any]


def document(base: str) -> dict[str, Any]:
    """Return the OpenAPI document (version 3.1) of the API under a base path."""
    paths = {
        "/find": _get(
            "Ward, borough and BCU of a postcode, a point or a name, and how sure that is.",
            [_query("q", "A postcode or its beginning, `lat,lon`, a GSS code, or a name.",
                    "SE8 4RX", required=True, minLength=1, maxLength=LONGEST_QUERY,
                    pattern=r"\S")],
            bad=True,
        ),
        "/officers": _get(
            "Ward officers promised and there, for every area of a level.",
            [_query("level", "The level.", "boroughs", enum=list(LEVELS))], bad=True,
        ),
        "/counters": _get(
            "Front counters on a date: each, the figures of every area, distances of every ward.",
            [_query("on", "A date from 2012 to 2099; today if there is none.", "2025-09-01",
                    format="date", pattern=r"^20(1[2-9]|[2-9]\d)-\d\d-\d\d$")], bad=True,
        ),
        "/openapi.json": _get("This document.", []),
    }  # fmt: skip
    for level in LEVELS:
        one, many = LEVEL_WORDS[level].one, LEVEL_WORDS[level].plural
        code = _code(LEVEL_CODES[level])
        paths[f"/{level}"] = _get(f"All {many}: names, codes, residents, officers.", [])
        paths[f"/{level}.geojson"] = _get(
            f"All {many} with their outlines, within 15 m of the source (GeoJSON, RFC 7946).", [],
            media_type="application/geo+json",
        )  # fmt: skip
        paths[f"/{level}/{{code}}"] = _get(
            f"One {one}; with `.geojson` after its code with its outline.", [code], missing=True
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bcumap",
            "version": __version__,
            "summary": "How London is policed: wards, boroughs, BCUs, ward officers, counters",
            "license": {
                "name": "Open Government Licence v3.0",
                "url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            },
        },
        "servers": [{"url": f"{base}/api/v1"}],
        "paths": paths,
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


def page(base: str) -> str:
    """Return the page that explains the API."""
    rows = "".join(
        f"<tr><th scope='row'><a href='{escape(base + '/api/v1' + _example(path, told['get']))}'>"
        f"<code>{escape(path)}</code></a></th><td>{escape(told['get']['summary'])}"
        f"{_parameters(told['get'])}</td></tr>"
        for path, told in document(base)["paths"].items()
    )
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<title>bcumap: the API</title><style>:root{color-scheme:light dark}"
        "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
        "table{width:100%;border-collapse:collapse}th,td{padding:.6rem .5rem;text-align:left;"
        "vertical-align:top;border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}"
        "td small{display:block}</style></head><body><h1>The API</h1>"
        "<p>What this map shows, for other programs: JSON and GeoJSON, free to read from any"
        " origin, under the Open Government Licence v3.0. What nobody knows is <code>null</code>."
        " Answers have an ETag and are compressed; what is wrong with a request is said in"
        f" <code>error</code>. Addresses begin with <code>{escape(base)}/api/v1</code>.</p>"
        f"<table><tbody>{rows}</tbody></table><p><a href='{escape(base)}/'>To the map</a></p>"
        "</body></html>"
    )


def _example(path: str, told: Operation) -> str:
    """A link that shows what an address answers."""
    query = "&".join(
        f"{each['name']}={each['example'].replace(' ', '%20')}"
        for each in told["parameters"]
        if each["in"] == "query"
    )
    code = next((each["example"] for each in told["parameters"] if each["in"] == "path"), "")
    return path.replace("{code}", code) + (f"?{query}" if query else "")


def _parameters(told: Operation) -> str:
    return "".join(
        f"<small><code>{escape(each['name'])}</code>: {escape(each['description'])}</small>"
        for each in told["parameters"]
    )


def _get(
    summary: str,
    parameters: list[dict[str, Any]],
    *,
    bad: bool = False,
    missing: bool = False,
    media_type: str = "application/json",
) -> dict[str, Operation]:
    responses: dict[str, Any] = {
        "200": {
            "description": "The answer.",
            "content": {media_type: {"schema": {"type": "object"}}},
        },
        "304": {"description": "It has not changed since the ETag that If-None-Match names."},
    }
    if missing:
        responses["200"]["content"]["application/geo+json"] = {"schema": {"type": "object"}}
        responses["404"] = _error("There is no such area.")
    if bad:
        responses["400"] = _error("The request is not what this address takes.")
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _error(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _query(
    name: str,
    description: str,
    example: str,
    *,
    required: bool = False,
    **schema: Any,
) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": required, "description": description,
        "example": example, "schema": {"type": "string", **schema},
    }  # fmt: skip


def _code(example: str) -> dict[str, Any]:
    return {
        "name": "code", "in": "path", "required": True, "example": example,
        "description": f"Its code, as {example} or {example}.geojson.",
        "schema": {"type": "string", "minLength": 1},
    }  # fmt: skip
