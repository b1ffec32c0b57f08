"""An upload outlives its connection, and the server that took it."""

from __future__ import annotations

import hashlib
import http.client
import time
from urllib.parse import urlsplit

import httpx

from tests.share.sending import PIECE, TUS, UPLOADS
from tests.share.serving import free_port, serving
from tests.share.town import Town

BYTES = bytes(range(256)) * 20_000
QUARTER, HALF = len(BYTES) // 4, len(BYTES) // 2


def begun(
    address: str, path: str, headers: dict[str, str], start: int, end: int
) -> http.client.HTTPConnection:
    """A connection that has said it sends all the rest, and has sent a part."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest("PATCH", path)
    for name, value in {
        **PIECE,
        **headers,
        "Upload-Offset": str(start),
        "Content-Length": str(len(BYTES) - start),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(BYTES[start:end])
    return connection


def offset(address: str, path: str, headers: dict[str, str]) -> int:
    """What HEAD tells."""
    answer = httpx.head(address + path, headers={**TUS, **headers}, timeout=20)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def appended(address: str, path: str, headers: dict[str, str], at: int, body: bytes) -> httpx.Response:
    """The answer to a piece."""
    given = {**PIECE, **headers, "Upload-Offset": str(at)}
    return httpx.patch(address + path, content=body, headers=given, timeout=20)


def arrived(address: str, path: str, headers: dict[str, str], least: int) -> int:
    """Wait until at least so much of what was sent is on the disk."""
    until = time.monotonic() + 30
    while (found := offset(address, path, headers)) < least:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_it_goes_on_where_it_was_cut_off(own_town: Town) -> None:
    port, headers = free_port(), {"X-API-Key": own_town.key("housing")}
    with serving(own_town, port=port, killed=True) as address:
        made = httpx.post(
            address + UPLOADS, headers={**TUS, **headers, "Upload-Length": str(len(BYTES))}, timeout=20
        )
        path = made.headers["location"]
        begun(address, path, headers, 0, QUARTER).close()
        assert arrived(address, path, headers, QUARTER) == QUARTER
        while appended(address, path, headers, QUARTER, b"").status_code == 409:
            time.sleep(0.05)  # the server is still letting go of it
        connection = begun(address, path, headers, QUARTER, HALF)
        safe = arrived(address, path, headers, QUARTER + (1 << 20))
    connection.close()
    with serving(own_town, port=port) as address:
        found = offset(address, path, headers)
        assert safe <= found <= HALF
        rest = appended(address, path, headers, found, BYTES[found:])
        assert rest.status_code == 204, rest.text
        told = httpx.get(address + path, headers=headers, timeout=20).json()
    assert told["digest"] == hashlib.sha256(BYTES).hexdigest()
