"""A small ArcGIS REST server on loopback, told request by request how to misbehave."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.services.serving import Fault, Handler, State, body, served

LONDON_WARDS = 40
OBJECT_ID = "FID"
FLAG = {"exceededTransferLimit": True}
SERVICES = (
    "WD_MAY_2025_UK_BFC",
    "WD_DEC_2025_UK_BGC",
    "WD_DEC_2025_UK_BFC",
    "WD_MAY_2024_UK_BFC_V2",
    "Wards_December_2022_Boundaries_UK_BFC",
    "WD25_LAD25_UK_LU",
    "LAD_DEC_2025_UK_BFC",
)


def square(object_id: int, code: str, borough: str, x: float, y: float) -> dict[str, Any]:
    """Draw a ward of 2 km by 2 km whose south-west corner is at x, y (EPSG:27700, metres)."""
    ring = [[x, y], [x + 2000, y], [x + 2000, y + 2000], [x, y + 2000], [x, y]]
    name = f'St Mary\'s & St James "{object_id}"'
    return {
        "type": "Feature",
        "id": object_id,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {OBJECT_ID: object_id, "WD25CD": code, "WD25NM": name, "LAD25CD": borough},
    }


def british_wards() -> list[dict[str, Any]]:
    """40 wards in London, one across its eastern edge, one each in Manchester and Wales; mixed."""
    wards = [
        square(n + 1, f"E05{14000 + n:06d}", f"E09{n % 33 + 1:06d}", x, y)
        for n, (x, y) in enumerate(
            (515_000 + 2000 * column, 170_000 + 2000 * row)
            for row in range(5)
            for column in range(8)
        )
    ]
    wards.append(square(41, "E05004200", "E07000069", 562_000, 190_000))
    wards.append(square(42, "E05011400", "E08000003", 383_000, 397_000))
    wards.append(square(43, "W05001000", "W06000015", 318_000, 176_000))
    return wards[::2] + wards[1::2]


# --- The server


@dataclass
class ArcgisServer(State):
    """What the server holds, how it misbehaves (`faults`, by request from 1) and what it saw."""

    services: list[dict[str, Any]] = field(
        default_factory=lambda: [{"name": name, "type": "FeatureServer"} for name in SERVICES]
    )
    wards: list[dict[str, Any]] = field(default_factory=british_wards)
    columns: list[str] = field(default_factory=lambda: [OBJECT_ID, "WD25CD", "WD25NM", "LAD25CD"])
    max_record_count: int = 7
    flag: str = "properties"  # where exceededTransferLimit stands: properties, top or nowhere
    faults: dict[int, Fault] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    open: set[object] = field(default_factory=set)  # connections

    def fail(self, numbers: Iterable[int], fault: Fault) -> None:
        self.faults.update(dict.fromkeys(numbers, fault))

    @property
    def pages(self) -> list[dict[str, str]]:
        return [params for _, params in self.requests if params.get("f") == "geojson"]

    def answer(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """Answer as a faultless server does."""
        if path == "/services":
            return {"currentVersion": 11.4, "services": self.services}
        service = re.fullmatch(r"/services/(\w+)/FeatureServer/0(/query)?", path)
        if not service or service[1] not in {s["name"] for s in self.services}:
            return {"error": {"code": 404, "message": "Service not found"}}
        if not service[2]:
            return {
                "fields": [{"name": name} for name in self.columns],
                "maxRecordCount": self.max_record_count,
                "objectIdField": OBJECT_ID,
            }
        try:
            return self._query(params)
        except ValueError as error:
            return {"error": {"code": 400, "message": "Invalid query", "details": [str(error)]}}

    def _query(self, params: dict[str, str]) -> dict[str, Any]:
        found = [ward for ward in self.wards if self._wanted(ward, params)]
        if params.get("returnCountOnly") == "true":
            return {"count": len(found)}
        if params.get("f") != "geojson" or params.get("outFields") != "*":
            raise ValueError("the wards are to be asked for as geojson, with all fields")
        start, size = int(params.get("resultOffset", 0)), int(params["resultRecordCount"])
        if params.get("orderByFields") == OBJECT_ID:
            found.sort(key=lambda ward: ward["properties"][OBJECT_ID])
        else:  # no order is promised: another one for each page
            found = found[start:] + found[:start]
        page = found[start : start + min(size, self.max_record_count)]
        if params.get("outSR") != "27700":
            page = [in_degrees(ward) for ward in page]
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": page}
        flags = {"top": FLAG, "properties": {"properties": FLAG}}
        if start + len(page) < len(found):
            answer |= flags.get(self.flag, {})
        return answer

    def _wanted(self, ward: dict[str, Any], params: dict[str, str]) -> bool:
        where = params.get("where", "")
        if like := re.fullmatch(r"(\w+) LIKE '(\w+)%'", where):
            if like[1] not in self.columns:
                raise ValueError(f"no column {like[1]}")
            return str(ward["properties"][like[1]]).startswith(like[2])
        if where != "1=1":
            raise ValueError(f"where {where}")
        if params.get("geometryType") != "esriGeometryEnvelope" or params.get("inSR") != "27700":
            raise ValueError("all of Britain is not to be asked for")
        west, south, east, north = map(float, params["geometry"].split(","))
        x, y = ward["geometry"]["coordinates"][0][0]
        return west <= x + 2000 and x <= east and south <= y + 2000 and y <= north


class _Handler(Handler):
    state: ArcgisServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = dict(parse_qsl(parts.query))
        self.state.requests.append((parts.path, params))
        self.state.times.append(time.monotonic())
        fault = self.state.faults.get(len(self.state.requests), send)
        fault(self, self.state.answer(parts.path, params))

    def setup(self) -> None:
        super().setup()
        self.state.open.add(self)

    def finish(self) -> None:
        super().finish()
        self.state.open.remove(self)


def running() -> AbstractContextManager[ArcgisServer]:
    """Serve on a free port of loopback until left."""
    return served(ArcgisServer(), _Handler, path="/services")


# --- Faults that only such a server has; the others are in `serving`


def send(handler: Handler, answer: dict[str, Any]) -> None:
    """No fault."""
    handler.answer(200, json.dumps(answer).encode())


def arcgis_error(code: int, message: str = "Unable to complete operation.") -> Fault:
    return body(json.dumps({"error": {"code": code, "message": message, "details": []}}).encode())


def changed(change: Callable[[dict[str, Any]], object]) -> Fault:
    """Send the right answer after `change` has altered it in place."""

    def fault(handler: Handler, answer: dict[str, Any]) -> None:
        copy = json.loads(json.dumps(answer))
        change(copy)
        send(handler, copy)

    return fault


def bomb(handler: Handler, answer: dict[str, Any]) -> None:
    """A few kilobytes that unpack to ten megabytes."""
    packed = gzip.compress(b" " * 10_000_000)
    handler.answer(200, packed, Content_Encoding="gzip")


# --- Changes for `changed`


def in_degrees(ward: dict[str, Any]) -> dict[str, Any]:
    """Give roughly the same square in longitude and latitude."""
    ring = [[x / 69_000 - 7.8, y / 111_000 + 49.9] for x, y in ward["geometry"]["coordinates"][0]]
    return {**ward, "geometry": {"type": "Polygon", "coordinates": [ring]}}
