"""Uploads by tus 1.0: ``/api/uploads``, with creation, checksum, expiration and termination.

An upload is its account's. The bytes of a piece go to disk as they come, a mebibyte at a time, and
are synced before its answer: the offset that is answered survives a crash. A connection that breaks
off leaves what had come, and counts it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from diban.governance import Asker, Permission, may
from diban.ground import AccountId, Invalid, PartyId, Text, TooLarge, require_storable
from diban.intake import Upload, Writer
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import below_address, json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access, header_parameter
from diban.share.http.pace import STALL_BYTES, STALL_SECONDS, Pace
from diban.share.http.problems import problem_of
from diban.share.http.requests import UPLOADS
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.upload import Upload as UploadShown
from diban.share.shapes.upload import UploadList
from diban.store import reading, unit

NAME = "uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
PIECE = 1 << 20
"""Bytes that are held before they are written."""
MAX_METADATA = 4096
TUS = header_parameter(
    "Tus-Resumable", Text(zh="协议版本", en="version of the protocol"), schema={"enum": [VERSION]}
)
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
LENGTH = header_parameter("Upload-Length", Text(zh="字节数", en="bytes in all"), schema=_COUNT)
OFFSET = header_parameter("Upload-Offset", Text(zh="已传字节数", en="bytes that are safe"), schema=_COUNT)
METADATA = header_parameter(
    "Upload-Metadata",
    Text(zh="filename 与 base64 文件名", en="filename, a blank, the name in base64"),
    schema={"type": "string", "maxLength": MAX_METADATA},
    required=False,
)
CHECKSUM = header_parameter(
    "Upload-Checksum",
    Text(zh="算法与 base64 值", en="algorithm, a blank, its value in base64"),
    required=False,
)
PIECES = {
    "required": True,
    "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def uploads_block(asking: Asking) -> Block:
    """Resumable uploads, for deliveries to be made of."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=UPLOADS, tags=[NAME])
        pages = _Pages(services, asking)
        act_route(routes, "OPTIONS", "", pages.offer, status=204, access=Access.OPEN)
        act_route(
            *(routes, "POST", "", pages.create),
            status=201,
            answer=UploadShown,
            refuses=(409, 412),
            further=[TUS, LENGTH, METADATA],
        )
        read_route(routes, "", pages.index, answer=UploadList, access=Access.ACCOUNT, refuses=(412,))
        one, account = "/{upload}", Access.ACCOUNT
        read_route(routes, one, pages.show, answer=UploadShown, access=account, refuses=(412,))
        act_route(
            *(routes, "PATCH", one, pages.append),
            status=204,
            refuses=(409, 412, 415, 460),
            further=[TUS, OFFSET, CHECKSUM],
            body=PIECES,
        )
        act_route(routes, "DELETE", one, pages.end, status=204, refuses=(409, 412), further=[TUS])
        return routes

    return Block(NAME, Text(zh="上传", en="Uploads"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def offer(self, request: Request) -> Response:
        """What this server takes: version, extensions, the most bytes."""
        _begin(request, tus=False)
        headers = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS}
        headers |= {
            "Tus-Max-Size": str(self._services.uploads.size),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status_code=204, headers=headers)

    def create(self, request: Request) -> Response:
        """Begin an upload of ``Upload-Length`` bytes; ``Upload-Metadata`` may name the file."""
        if (refused := _begin(request)) is not None:
            return refused
        asker = self._asking.account(request)
        may(asker, Permission.DELIVER, asker.party)
        length = _number(request, "Upload-Length")
        name = _metadata(request).get("filename", "")
        with unit(self._services.database) as act:
            made = self._services.uploads.create(act, _of(asker), _party(asker), name, length)
            asker.by().note(act, "upload.create", made.id, {"length": length})
        headers = {"Location": below_address(request, f"{UPLOADS}/{made.id}"), **_progress(made)}
        answer = json_answer(_document(made), headers=headers)
        answer.status_code = 201
        return answer

    def index(self, request: Request) -> Response:
        """The asker's uploads that wait for bytes or for their delivery."""
        _begin(request, tus=False)
        account = _of(self._asking.account(request))
        with reading(self._services.database) as connection:
            found = self._services.uploads.of(connection, account)
        return json_answer({"uploads": [_document(upload) for upload in found]})

    def show(self, request: Request, upload: str) -> Response:
        """How far an upload is: its headers, and as JSON."""
        if (refused := _begin(request, tus=False)) is not None:
            return refused
        found = self._known(_of(self._asking.account(request)), upload)
        return json_answer(_document(found), headers=_progress(found))

    async def append(self, request: Request, upload: str) -> Response:
        """Append the body at ``Upload-Offset``; what came of a broken connection stays."""
        if (refused := _begin(request)) is not None:
            return refused
        if request.headers.get("content-type") != "application/offset+octet-stream":
            fault = Invalid(
                Text(zh="内容类型不符", en="another type of content"),
                field="Content-Type",
                limit="application/offset+octet-stream",
            )
            return problem_of(request, fault, 415)
        awaited = _checksum(request)
        known, writer = await run_in_threadpool(self._open, request, upload, awaited is not None)
        try:
            whole = await _write(request, writer, known.length, awaited)
        except TimeoutError:
            return problem_of(request, _too_slow(), 408)
        finally:
            await run_in_threadpool(writer.close)
        if not whole:
            return problem_of(request, _mismatch(), 460)
        done = await run_in_threadpool(self._proceed, known)
        return Response(status_code=204, headers=_progress(done))

    def end(self, request: Request, upload: str) -> Response:
        """Give an upload up; its bytes are gone."""
        if (refused := _begin(request)) is not None:
            return refused
        asker = self._asking.account(request)
        found = self._known(_of(asker), upload)
        with unit(self._services.database) as act:
            self._services.uploads.end(act, found)
            asker.by().note(act, "upload.end", found.id)
        return Response(status_code=204)

    def _known(self, account: AccountId, upload: str) -> Upload:
        with reading(self._services.database) as connection:
            return self._services.uploads.get(connection, upload, account)

    def _open(self, request: Request, upload: str, checked: bool) -> tuple[Upload, Writer]:
        known = self._known(_of(self._asking.account(request)), upload)
        offset = _number(request, "Upload-Offset")
        stated = request.headers.get("content-length", "")
        if stated.isdecimal() and offset + int(stated[:18]) > known.length:
            raise _beyond(known.length)
        return known, self._services.uploads.append(known, offset, checked=checked)

    def _proceed(self, known: Upload) -> Upload:
        with unit(self._services.database) as act:
            present = self._services.uploads.proceed(act, known)
        if present.offset < present.length:
            return present
        return self._services.uploads.complete(self._services.database, present)


async def _write(request: Request, writer: Writer, length: int, awaited: tuple[str, bytes] | None) -> bool:
    """Write the body piece by piece; False when it is not what its checksum says, and then none of it."""
    digest = None if awaited is None else hashlib.new(awaited[0])
    whole = False
    try:
        async for piece in _pieces(request):
            if writer.offset + len(piece) > length:
                raise _beyond(length)
            if digest is not None:
                digest.update(piece)
            await run_in_threadpool(writer.write, piece)
        whole = digest is None or awaited is None or digest.digest() == awaited[1]
    finally:
        if digest is not None and not whole:
            await run_in_threadpool(writer.take_back)
    return whole


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about `PIECE`; `TimeoutError` when it comes too slowly, after what had come.

    A connection that breaks off ends it too: there is nobody to tell.
    """
    held, stream, pace, ended = bytearray(), request.stream(), Pace(), False
    late: TimeoutError | None = None
    while not ended:
        try:
            async with asyncio.timeout_at(pace.until):
                chunk = await anext(stream, b"")
            ended = not chunk
        except ClientDisconnect:
            chunk, ended = b"", True
        except TimeoutError as fault:
            chunk, ended, late = b"", True, fault
        held += chunk
        pace.moved(len(chunk))
        if held and (ended or len(held) >= PIECE):
            yield bytes(held)
            held.clear()
    if late is not None:
        raise late


def _begin(request: Request, *, tus: bool = True) -> Response | None:
    """Name the protocol on every answer; refuse a request of another version of it, or (``tus``) of none."""
    request.state.block = NAME
    request.state.headers = [(b"tus-resumable", VERSION.encode())]
    given_parameters(request)
    given = request.headers.get("tus-resumable")
    if given == VERSION or (given is None and not tus):
        return None
    request.state.headers.append((b"tus-version", VERSION.encode()))
    fault = Invalid(
        Text(zh="请求头 Tus-Resumable 应为 1.0.0", en="the header Tus-Resumable is 1.0.0"),
        field="Tus-Resumable",
        limit=VERSION,
    )
    return problem_of(request, fault, 412)


def _of(asker: Asker) -> AccountId:
    assert asker.account is not None, "nobody was refused before"
    return asker.account


def _party(asker: Asker) -> PartyId:
    assert asker.party is not None, "who may deliver is of a party"
    return asker.party


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(
            Text(zh=f"请求头 {name} 应为非负整数", en=f"the header {name} is a whole number"),
            field=name,
            limit="0…",
        )
    return int(text)


def _metadata(request: Request) -> dict[str, str]:
    """``Upload-Metadata``: keys, each with a value in base64."""
    given = request.headers.get("upload-metadata", "")
    found: dict[str, str] = {}
    try:
        if len(given) > MAX_METADATA:
            raise ValueError(given[:80])
        for pair in given.split(",") if given else ():
            key, _, value = pair.strip().partition(" ")
            found[key] = base64.b64decode(value, validate=True).decode()
            require_storable(found[key], "Upload-Metadata")
    except ValueError as fault:
        raise Invalid(
            Text(zh="请求头 Upload-Metadata 无法读取", en="the header Upload-Metadata cannot be read"),
            field="Upload-Metadata",
            limit=MAX_METADATA,
            remedy=Text(zh="写成“filename 名称的 base64”", en="write filename, a blank, the name in base64"),
        ) from fault
    return found


def _checksum(request: Request) -> tuple[str, bytes] | None:
    """``Upload-Checksum``: an algorithm and what it must give."""
    given = request.headers.get("upload-checksum")
    if given is None:
        return None
    name, _, value = given.partition(" ")
    try:
        awaited = base64.b64decode(value, validate=True)
    except ValueError:  # also of letters that are no ASCII
        awaited = b""
    if name not in ALGORITHMS or len(awaited) != hashlib.new(name).digest_size:
        raise Invalid(
            Text(zh="请求头 Upload-Checksum 无法读取", en="the header Upload-Checksum cannot be read"),
            field="Upload-Checksum",
            limit=", ".join(ALGORITHMS),
        )
    return name, awaited


def _progress(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
    }


def _document(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "file_name": upload.file_name,
        "length": upload.length,
        "offset": upload.offset,
        "digest": upload.digest,
        "expires_at": iso(upload.expires_at),
    }


def _beyond(length: int) -> TooLarge:
    return TooLarge(
        Text(zh="内容超出声明的长度", en="the body goes beyond the stated length"), field="body", limit=length
    )


def _too_slow() -> Invalid:
    return Invalid(
        Text(zh="传输过慢，已断开；已到的内容保留", en="too slow, cut off; what came is kept"),
        field="body",
        limit=f"{STALL_BYTES} B / {STALL_SECONDS:.0f} s",
        remedy=Text(zh="用 HEAD 查询偏移量后续传", en="ask for the offset with HEAD and go on"),
    )


def _mismatch() -> Invalid:
    return Invalid(
        Text(zh="内容与校验和不符，未保留", en="the body is not what its checksum says; none of it is kept"),
        field="Upload-Checksum",
        remedy=Text(zh="重发这一段", en="send the piece again"),
    )
