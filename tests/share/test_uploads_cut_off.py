"""An upload outlives its connection, and the server that took it."""

from __future__ import annotations

import hashlib
import http.client
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.share.sending import PIECE, TUS, UPLOADS
from tests.share.serving import free_port, serving
from tests.share.town import Town

BYTES = bytes(range(256)) * 20_000
HALF = len(BYTES) // 2


def begun(address: str, path: str, headers: dict[str, str]) -> http.client.HTTPConnection:
    """A connection that has said it sends everything, and has sent half."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest("PATCH", path)
    for name, value in {**PIECE, **headers, "Upload-Offset": "0", "Content-Length": str(len(BYTES))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(BYTES[:HALF])
    return connection


def offset(address: str, path: str, headers: dict[str, str]) -> int:
    """What HEAD tells."""
    answer = httpx.head(address + path, headers={**TUS, **headers}, timeout=20)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def arrived(address: str, path: str, headers: dict[str, str], least: int) -> int:
    """Wait until at least so much of what was sent is on the disk."""
    until = time.monotonic() + 30
    while (found := offset(address, path, headers)) < least:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("what", ["server", "connection"])
def test_it_goes_on_where_it_was_cut_off(own_town: Town, what: str) -> None:
    port, headers = free_port(), {"X-API-Key": own_town.key("housing")}
    with serving(own_town, port=port, killed=what == "server") as address:
        made = httpx.post(
            address + UPLOADS, headers={**TUS, **headers, "Upload-Length": str(len(BYTES))}, timeout=20
        )
        path = made.headers["location"]
        connection = begun(address, path, headers)
        safe = arrived(address, path, headers, 1 << 20)
        if what == "connection":
            connection.close()
            safe = arrived(address, path, headers, HALF)
    connection.close()
    with serving(own_town, port=port) as address:
        found = offset(address, path, headers)
        assert safe <= found <= HALF
        rest = httpx.patch(
            address + path,
            content=BYTES[found:],
            headers={**PIECE, **headers, "Upload-Offset": str(found)},
            timeout=20,
        )
        assert rest.status_code == 204, rest.text
        told = httpx.get(address + path, headers=headers, timeout=20).json()
    assert told["digest"] == hashlib.sha256(BYTES).hexdigest()
