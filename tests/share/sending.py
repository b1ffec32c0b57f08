"""Sending by HTTP as a sender does: bytes go up, a delivery is made of them, the worker does its work."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import orjson
import shapely

from diban.app import work_once
from tests.contract.board import Row
from tests.share.client import Client
from tests.share.town import Town

UPLOADS, DELIVERIES = "/api/uploads", "/api/deliveries"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def begin(client: Client, length: int, name: str = "灯.geojson") -> str:
    """A fresh upload's address."""
    told = base64.b64encode(name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": f"filename {told},kind"}
    answer = client.ask("POST", UPLOADS, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def send(
    client: Client, path: str, offset: int, body: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    """The answer to one piece."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.ask("PATCH", path, content=body, headers={**PIECE, "Upload-Offset": str(offset), **given})


def offset_of(client: Client, path: str) -> int:
    """How much of an upload is safe, as HEAD tells."""
    answer = client.ask("HEAD", path, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def uploaded(client: Client, body: bytes, name: str = "buildings.geojson") -> str:
    """The id of an upload of these bytes."""
    path = begin(client, len(body), name)
    assert send(client, path, 0, body).status_code == 204
    return path.rpartition("/")[2]


def submit(client: Client, key: str | None = None, **letter: Any) -> httpx.Response:
    """The answer to a letter."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.ask("POST", DELIVERIES, json={"layer": "buildings", **letter}, headers=headers)


def submitted(client: Client, body: bytes, **letter: Any) -> str:
    """The id of a fresh delivery of these bytes."""
    answer = submit(client, upload=uploaded(client, body), **letter)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def work(town: Town) -> None:
    """What the server's worker does, until nothing waits."""
    while work_once(town.platform):
        pass


def geojson(rows: Sequence[Row]) -> bytes:
    """The rows as a department's file."""
    features = [
        {
            "type": "Feature",
            "geometry": orjson.Fragment(shapely.to_geojson(row["geometry"])),
            "properties": {name: _plain(value) for name, value in row.items() if name != "geometry"},
        }
        for row in rows
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
