"""Files on their way out, by tus 1.0: resumable within a call, and by the next call for the same file."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from diban.client.delivery import Progress
from diban.client.errors import (
    ClientError,
    Conflict,
    Damaged,
    Missing,
    Problem,
    Unavailable,
    Unreachable,
)
from diban.client.transport import Transport
from diban.client.words import Words

UPLOADS = "/api/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = 1 << 24
"""Bytes of a request."""
CHUNK = 1 << 18
STEP = "upload"
TITLE = Words("上传", "upload")

Tell = Callable[[Progress], None]


def send_file(transport: Transport, path: Path, tell: Tell) -> str:
    """The id of an upload that holds the file, whole and verified.

    One of the same name and length that broke off is gone on with; if it turns out to be of other
    bytes, the file is sent anew.
    """
    size = path.stat().st_size
    known = _begun(transport, path.name, size)
    if known is not None:
        try:
            _send(transport, known, path, size, tell)
            if _is_same(transport, known, path):
                return known
            end_upload(transport, known)
        except Missing:  # it ended meanwhile
            pass
    fresh = _create(transport, path.name, size)
    _send(transport, fresh, path, size, tell)
    if not _is_same(transport, fresh, path):
        end_upload(transport, fresh)
        words = Words("到达的内容与文件不符", "what arrived is not what the file holds")
        remedy = Words("文件若在发送中被改动，改完再发", "send it when nobody is changing it any more")
        raise Damaged(Problem(transport.say(words), field="path", remedy=transport.say(remedy)))
    return fresh


def end_upload(transport: Transport, upload: str) -> None:
    """Give an upload up; nothing is said where it cannot be: it expires by itself."""
    try:
        transport.once("DELETE", _one(upload), headers=TUS)
    except ClientError:
        return


def _begun(transport: Transport, name: str, size: int) -> str | None:
    """The latest upload of that name and length which broke off."""
    found = transport.json(UPLOADS)["uploads"]
    return next(
        (
            str(one["id"])
            for one in reversed(found)
            if (one["file_name"], one["length"]) == (name, size) and 0 < one["offset"] < size
        ),
        None,
    )


def _create(transport: Transport, name: str, size: int) -> str:
    told = base64.b64encode(name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {told}"}
    answer = transport.parsed(transport.ask("POST", UPLOADS, headers=headers))
    return str(answer["id"])


def _send(transport: Transport, upload: str, path: Path, size: int, tell: Tell) -> None:
    """Send what is missing; after every fault the platform says how far it is.

    It is asked after the pause: of a connection that has just broken it may still be writing what came.
    """
    offset, tried = _offset(transport, upload), 0
    with path.open("rb") as stream:
        while offset < size:
            try:
                offset, tried = _append(transport, upload, stream, offset, size, tell), 0
                continue
            except (Unreachable, Unavailable, Conflict) as fault:
                refused: ClientError = fault
            tried += 1
            if (pause := transport.pause(refused, tried)) is None:
                raise refused
            time.sleep(pause)
            reached = _offset(transport, upload)
            offset, tried = reached, 0 if reached > offset else tried


def _append(transport: Transport, upload: str, stream: BinaryIO, offset: int, size: int, tell: Tell) -> int:
    """Send one piece; how many bytes are safe then."""
    length = min(PIECE, size - offset)
    stream.seek(offset)

    def pieces() -> Iterator[bytes]:
        left = length
        while left and (chunk := stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
            tell(Progress(STEP, transport.say(TITLE), offset + length - left, size))

    headers = {**TUS, "Upload-Offset": str(offset), "Content-Length": str(length)}
    headers["Content-Type"] = "application/offset+octet-stream"
    answer = transport.once("PATCH", _one(upload), headers=headers, content=pieces())
    return int(answer.headers["upload-offset"])


def _offset(transport: Transport, upload: str) -> int:
    return int(transport.ask("HEAD", _one(upload), headers=TUS).headers["upload-offset"])


def _is_same(transport: Transport, upload: str, path: Path) -> bool:
    """Whether what the platform holds is what the file holds."""
    told: dict[str, Any] = transport.json(_one(upload))
    with path.open("rb") as stream:
        return told["digest"] in (None, hashlib.file_digest(stream, "sha256").hexdigest())


def _one(upload: str) -> str:
    return f"{UPLOADS}/{quote(upload, safe='')}"
