"""Files on their way in: verified, and gone on with where they broke off."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import httpx

from diban.client.errors import Damaged, Problem, Unavailable, Unreachable
from diban.client.transport import Transport
from diban.client.words import Words

PIECE = 1 << 18
VERSION = "x-diban-version"
_NAME = re.compile(r"filename\*=UTF-8''([^;]+)")


def download(transport: Transport, path: str, query: Mapping[str, str], target: Path) -> Path:
    """Take a file that has its SHA-256 as its tag; see `Layer.download`."""
    head = transport.ask("HEAD", path, query=query)
    tag, size = head.headers["etag"], int(head.headers["content-length"])
    fixed = {"version": head.headers[VERSION]}
    digest = tag.strip('"')
    folder = target if target.is_dir() else target.parent
    part = folder / f".{digest[:32]}.part"
    name, tried = "", 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            name = _go_on(transport, path, fixed, (tag, size), part)
            break
        except (Unreachable, Unavailable) as fault:
            tried = 1 if part.exists() and part.stat().st_size > before else tried + 1
            if (pause := transport.pause(fault, tried)) is None:
                raise
        time.sleep(pause)
    _verify(transport, part, digest)
    return part.replace(target / name if target.is_dir() else target)


def take(transport: Transport, path: str, query: Mapping[str, str], target: Path) -> Path:
    """Take a file that is made for this request, whole or not at all."""
    return transport.again(lambda: _take(transport, path, query, target))


def _take(transport: Transport, path: str, query: Mapping[str, str], target: Path) -> Path:
    with transport.streamed(path, query=query) as answer:
        found = target / _name_in(answer) if target.is_dir() else target
        part = found.with_name(f".{found.name}.part")
        try:
            with part.open("wb") as out:
                for piece in answer.iter_bytes(PIECE):
                    out.write(piece)
            return part.replace(found)
        finally:
            part.unlink(missing_ok=True)


def _go_on(
    transport: Transport, path: str, query: Mapping[str, str], whole: tuple[str, int], part: Path
) -> str:
    """Take what is missing of a file, ``whole`` its tag and size; its own name."""
    tag, size = whole
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-", "If-Range": tag} if 0 < have < size else {}
    with transport.streamed(path, query=query, headers=headers) as answer:
        added = answer.status_code == 206
        with part.open("ab" if added else "wb") as out:
            for piece in answer.iter_bytes(PIECE):
                out.write(piece)
        return _name_in(answer)


def _verify(transport: Transport, part: Path, digest: str) -> None:
    with part.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != digest:
        part.unlink()
        words = Words(
            "收到的文件与平台所记的摘要不符", "the file that came does not have the digest on record"
        )
        remedy = Words("重新下载", "take it again")
        raise Damaged(
            Problem(transport.say(words), field="digest", limit=digest, remedy=transport.say(remedy))
        )


def _name_in(answer: httpx.Response) -> str:
    """The name that an answer gives its file, without any folder."""
    found = _NAME.search(answer.headers.get("content-disposition", ""))
    name = PurePosixPath(unquote(found[1]).replace("\\", "/")).name if found else ""
    return "file" if name in ("", ".", "..") else name.replace("\0", "")
