"""Bodies that are there as a whole, compressed for whom takes it."""

from __future__ import annotations

import gzip

import pytest
from fastapi import Request, Response

from diban.share.http.packing import MVT, PACKED_FROM, pack

BODY = b"streets and squares " * 200


def asking(header: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept-encoding", header.encode())]})


def test_whoever_takes_gzip_gets_it() -> None:
    plain = Response(BODY, 404, {"ETag": '"7"'}, "text/plain")
    made = pack(asking("br, gzip"), plain)
    assert (made.status_code, gzip.decompress(made.body)) == (404, BODY)
    said = {name: made.headers[name] for name in ("etag", "content-type", "content-encoding", "vary")}
    assert said == {
        "etag": '"7"',
        "content-type": "text/plain; charset=utf-8",
        "content-encoding": "gzip",
        "vary": "Accept-Encoding",
    }
    assert [value for name, value in made.raw_headers if name == b"content-length"] == [
        str(len(made.body)).encode()
    ]


def test_a_response_given_to_many_stays_what_it_is() -> None:
    shared = Response(BODY, headers={"Vary": "Accept"}, media_type="text/plain")
    for header in ("gzip", "identity", "gzip"):
        made = pack(asking(header), shared)
        assert made.headers["vary"] == "Accept, Accept-Encoding"
        assert (made.headers.get("content-encoding") == "gzip") == (header == "gzip")
    assert (shared.body, shared.headers["content-length"]) == (BODY, str(len(BODY)))
    assert "content-encoding" not in shared.headers


@pytest.mark.parametrize(
    "response",
    [
        Response(BODY[: PACKED_FROM - 1], media_type="text/plain"),
        Response(BODY, media_type=MVT),
        Response(BODY, media_type="image/png"),
        Response(BODY, media_type="video/mp4"),
        Response(BODY, 206, media_type="text/plain"),
        Response(BODY, headers={"Content-Encoding": "br"}, media_type="text/plain"),
    ],
    ids=["small", "a tile", "a picture", "a film", "a part", "compressed"],
)
def test_some_stay(response: Response) -> None:
    made = pack(asking("gzip"), response)
    assert made is response
    assert "vary" not in made.headers
