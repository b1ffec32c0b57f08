"""Uploads by tus 1.0: resumed where they broke off, their account's alone, bounded, gone in time."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import sqlalchemy as sa

from diban.app import sweep_once
from diban.governance import Role
from diban.ground import now
from diban.intake import Uploads
from diban.share.deliveries import uploads
from diban.share.http import pace
from diban.store import unit
from tests.share.client import Client
from tests.share.sending import PIECE, TUS, UPLOADS, begin, offset_of, send, submit, uploaded
from tests.share.town import MOST_BYTES, MOST_SHARED, Town

BYTES = bytes(range(256)) * 400
LENGTH = len(BYTES)


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


def checksum(name: str, body: bytes) -> str:
    """The header's value."""
    return f"{name} {base64.b64encode(hashlib.new(name, body).digest()).decode()}"


def test_what_the_server_takes(nobody: Client) -> None:
    answer = nobody.ask("OPTIONS", UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert answer.headers["tus-max-size"] == str(MOST_BYTES)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_piece_by_piece(own_town: Town, housing: Client) -> None:
    path = begin(housing, LENGTH)
    for start in range(0, LENGTH, 40_000):
        assert offset_of(housing, path) == start
        answer = send(housing, path, start, BYTES[start : start + 40_000])
        assert (answer.status_code, answer.headers["tus-resumable"]) == (204, "1.0.0")
        assert int(answer.headers["upload-offset"]) == min(start + 40_000, LENGTH)
        ends = parsedate_to_datetime(answer.headers["upload-expires"])
        assert abs(ends - now() - Uploads.LIFE) < timedelta(minutes=1)
    told = housing.read(path)
    assert told["digest"] == hashlib.sha256(BYTES).hexdigest()
    assert (told["file_name"], told["offset"], told["length"]) == ("灯.geojson", LENGTH, LENGTH)
    assert own_town.platform.uploads.path(told["id"]).read_bytes() == BYTES
    assert housing.read(UPLOADS)["uploads"] == [told]
    head = housing.ask("HEAD", path, headers=TUS)
    assert (head.headers["cache-control"], head.headers["upload-length"]) == ("no-store", str(LENGTH))
    assert send(housing, path, LENGTH, b"").status_code == 204, "nothing more is no harm"


def test_an_empty_file_is_whole_at_once(housing: Client) -> None:
    path = begin(housing, 0)
    assert send(housing, path, 0, b"").status_code == 204
    assert housing.read(path)["digest"] == hashlib.sha256().hexdigest()


@pytest.mark.parametrize("offset", [1, 39_999, LENGTH])
def test_a_wrong_offset(housing: Client, offset: int) -> None:
    path = begin(housing, LENGTH)
    send(housing, path, 0, BYTES[:40_000])
    answer = send(housing, path, offset, b"" if offset == LENGTH else b"x")
    assert answer.status_code == 409
    assert (answer.json()["field"], answer.json()["limit"]) == ("Upload-Offset", 40_000)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert offset_of(housing, path) == 40_000


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_checksums(own_town: Town, housing: Client, name: str) -> None:
    path = begin(housing, LENGTH)
    send(housing, path, 0, BYTES[:1000])
    wrong = send(housing, path, 1000, BYTES[1000:] + b"", upload_checksum=checksum(name, BYTES))
    assert (wrong.status_code, wrong.json()["field"]) == (460, "Upload-Checksum")
    assert offset_of(housing, path) == 1000
    right = send(housing, path, 1000, BYTES[1000:], upload_checksum=checksum(name, BYTES[1000:]))
    assert right.status_code == 204
    assert housing.read(path)["digest"] == hashlib.sha256(BYTES).hexdigest()
    folder = own_town.platform.uploads.path("x").parent
    assert [held.suffix for held in folder.iterdir()] == [""], "the mark of the piece is gone"


@pytest.mark.parametrize(
    "given", ["", "sha1", "sha1 !", "sha1 AAAA", "md5 AAAA", "crc32 AAAA", "sha1 é", "é AAAA"]
)
def test_a_checksum_that_cannot_be_read(housing: Client, given: str) -> None:
    path = begin(housing, LENGTH)
    answer = housing.ask(
        "PATCH",
        path,
        content=BYTES,
        headers=[*PIECE.items(), ("Upload-Offset", "0"), (b"Upload-Checksum", given.encode())],
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "Upload-Checksum")
    assert offset_of(housing, path) == 0


def test_too_large(housing: Client) -> None:
    answer = housing.ask("POST", UPLOADS, headers={**TUS, "Upload-Length": str(MOST_BYTES + 1)})
    assert (answer.status_code, answer.json()["limit"]) == (413, MOST_BYTES)
    path = begin(housing, 100)
    assert send(housing, path, 0, b"x" * 101).status_code == 413

    async def more() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x" * uploads.PIECE

    assert send(housing, path, 0, more()).status_code == 413
    assert offset_of(housing, path) == 0


def test_too_many_and_too_much(own_town: Town, housing: Client) -> None:
    begin(housing, MOST_BYTES)
    begin(housing, MOST_BYTES)
    paths = [begin(housing, 10) for _ in range(Uploads.MOST_OPEN - 2)]
    answer = housing.ask("POST", UPLOADS, headers={**TUS, "Upload-Length": "10"})
    assert (answer.status_code, answer.json()["limit"]) == (413, Uploads.MOST_OPEN)
    colleague = own_town.hire("colleague", Role.STEWARD, own_town.parties["housing"].id)
    answer = colleague.ask("POST", UPLOADS, headers={**TUS, "Upload-Length": "1000"})
    assert (answer.status_code, answer.json()["limit"]) == (413, MOST_SHARED), "a party has its share"
    another = own_town.client("transport")
    answer = another.ask("POST", UPLOADS, headers={**TUS, "Upload-Length": str(MOST_BYTES)})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:diban:problem:storage-full")
    assert housing.ask("DELETE", paths[0], headers=TUS).status_code == 204
    assert housing.get(paths[0]).status_code == 404
    assert send(housing, paths[0], 0, b"x").status_code == 404
    assert begin(housing, 10)


def test_what_is_submitted_no_longer_counts(own_town: Town, housing: Client) -> None:
    held = uploaded(housing, b"{}")
    assert submit(housing, upload=held).status_code == 201
    assert housing.read(UPLOADS)["uploads"] == []
    assert housing.ask("DELETE", f"{UPLOADS}/{held}", headers=TUS).status_code == 204
    digest = hashlib.sha256(b"{}").hexdigest()
    assert own_town.platform.blobs.path(digest).read_bytes() == b"{}"


def test_an_upload_is_its_accounts(own_town: Town, housing: Client) -> None:
    path = begin(housing, 3)
    for client, status in ((own_town.client(), 401), (own_town.client("transport"), 404)):
        asked = [
            client.ask("HEAD", path, headers=TUS),
            client.get(path),
            send(client, path, 0, b"abc"),
            client.ask("DELETE", path, headers=TUS),
        ]
        assert [answer.status_code for answer in asked] == [status] * 4
    assert own_town.client("transport").read(UPLOADS) == {"uploads": []}
    assert send(housing, path, 0, b"abc").status_code == 204
    stolen = submit(own_town.client("transport"), upload=path.rpartition("/")[2])
    assert stolen.status_code == 404


def test_who_may_not_deliver_may_not_upload(own_town: Town) -> None:
    answer = own_town.browser("bureau").ask("POST", UPLOADS, headers={**TUS, "Upload-Length": "1"})
    assert (answer.status_code, answer.json()["field"]) == (403, "deliver")


def test_a_foreign_page_cannot_upload(own_town: Town, housing: Client) -> None:
    path = begin(housing, 3)
    bare = {"X-Diban-Request": ""}
    assert housing.ask("POST", UPLOADS, headers={**TUS, **bare, "Upload-Length": "1"}).status_code == 403
    assert send(housing, path, 0, b"abc", x_diban_request="").status_code == 403
    assert housing.ask("DELETE", path, headers={**TUS, **bare}).status_code == 403
    assert offset_of(housing, path) == 0


@pytest.mark.parametrize(
    ("method", "headers", "status", "field"),
    [
        ("POST", {"Upload-Length": "1", "Tus-Resumable": "0.2.2"}, 412, "Tus-Resumable"),
        ("PATCH", {"Tus-Resumable": "2.0.0"}, 412, "Tus-Resumable"),
        ("HEAD", {"Tus-Resumable": "2.0.0"}, 412, None),
        ("POST", {}, 400, "Upload-Length"),
        ("POST", {"Upload-Length": "-1"}, 400, "Upload-Length"),
        ("POST", {"Upload-Length": "9" * 400}, 400, "Upload-Length"),
        ("POST", {"Upload-Length": "1", "Upload-Metadata": "filename !"}, 400, "Upload-Metadata"),
        ("POST", {"Upload-Length": "1", "Upload-Metadata": "filename gIA="}, 400, "Upload-Metadata"),
        ("POST", {"Upload-Length": "1", "Upload-Metadata": "filename YQBi"}, 400, "Upload-Metadata"),
        ("POST", {"Upload-Length": "1", "Upload-Metadata": "a YQ==," * 999}, 400, "Upload-Metadata"),
        ("PATCH", {"Content-Type": "text/plain"}, 415, "Content-Type"),
        ("PATCH", {"Upload-Offset": "1e3"}, 400, "Upload-Offset"),
    ],
)
def test_a_request_that_is_not_tus(
    housing: Client, method: str, headers: dict[str, str], status: int, field: str | None
) -> None:
    path = UPLOADS if method == "POST" else begin(housing, 10)
    answer = housing.ask(method, path, headers={**(PIECE if method == "PATCH" else TUS), **headers})
    assert answer.status_code == status
    if status == 412:
        assert answer.headers["tus-version"] == "1.0.0"
    if field is not None:
        assert answer.json()["field"] == field


def test_a_slow_sender_is_cut_off_and_goes_on(housing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STALL_SECONDS", 0.1)
    path = begin(housing, LENGTH)

    async def stalls() -> AsyncIterator[bytes]:
        yield BYTES[:1000]
        await asyncio.Event().wait()

    async def drips() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    answer = send(housing, path, 0, stalls())
    assert (answer.status_code, answer.json()["field"]) == (408, "body")
    assert offset_of(housing, path) == 1000
    assert send(housing, path, 1000, drips()).status_code == 408
    begun = offset_of(housing, path)
    assert 1000 < begun < 1100
    unverified = send(housing, path, begun, stalls(), upload_checksum=checksum("sha1", BYTES))
    assert (unverified.status_code, offset_of(housing, path)) == (408, begun)


def test_one_connection_writes_at_a_time(own_town: Town, housing: Client) -> None:
    path = begin(housing, 6)
    held = own_town.platform.uploads
    with unit(own_town.platform.database) as act:
        known = held.get(act.connection, path.rpartition("/")[2], own_town.account("housing").id)
    writer = held.append(known, 0, checked=False)
    writer.write(b"abc")
    answer = send(housing, path, 3, b"def")
    assert (answer.status_code, answer.json()["field"]) == (409, "upload")
    writer.close()
    assert send(housing, path, 3, b"def").status_code == 204


def test_expiry(own_town: Town, housing: Client) -> None:
    path, kept = begin(housing, 3), begin(housing, 3)
    name = path.rpartition("/")[2]
    send(housing, path, 0, b"ab")
    with unit(own_town.platform.database) as act:
        act.connection.execute(sa.text("UPDATE upload SET expires_at = 1 WHERE id = :id"), {"id": name})
    assert housing.get(path).status_code == 404
    assert send(housing, path, 2, b"c").status_code == 404
    assert own_town.platform.uploads.path(name).exists()
    sweep_once(own_town.platform)
    assert not own_town.platform.uploads.path(name).exists()
    assert [held["id"] for held in housing.read(UPLOADS)["uploads"]] == [kept.rpartition("/")[2]]


def test_nothing_puts_nothing_off(own_town: Town, housing: Client) -> None:
    path = begin(housing, 3)
    first = housing.ask("HEAD", path, headers=TUS).headers["upload-expires"]
    with unit(own_town.platform.database) as act:
        act.connection.execute(sa.text("UPDATE upload SET expires_at = expires_at - 3600000000"))
    sooner = send(housing, path, 0, b"").headers["upload-expires"]
    assert parsedate_to_datetime(first) - parsedate_to_datetime(sooner) == timedelta(hours=1)
    later = send(housing, path, 0, b"a").headers["upload-expires"]
    assert parsedate_to_datetime(later) >= parsedate_to_datetime(first)


def test_the_audit_knows(own_town: Town, housing: Client) -> None:
    path = begin(housing, 3)
    housing.ask("DELETE", path, headers=TUS)
    with unit(own_town.platform.database) as act:
        lines = act.connection.execute(
            sa.text("SELECT act FROM audit_line WHERE subject = :id ORDER BY id"),
            {"id": path.rpartition("/")[2]},
        )
        assert [line.act for line in lines] == ["upload.create", "upload.end"]
