"""JPEG (ISO/IEC 10918-1): the size in its frame header, and its Exif."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from diban.intake.formats.assets.exif import taken
from diban.intake.formats.assets.facts import photo, require_no_bomb
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_NAME = "JPEG"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _EXIF, _END = 0xDA, 0xE1, b"\xff\xd9"
_MOST_SEGMENTS, _CHUNK = 10_000, 1 << 20


@contextmanager
def open_jpeg(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The photo's facts; `Refusal` when it is cut off or no picture is in it."""
    exif, frame = b"", None
    with path.open("rb") as file:
        for marker, body in _segments(file):
            if marker in _FRAMES and len(body) >= 6:
                frame = body
            elif marker == _EXIF and body.startswith(b"Exif\0\0"):
                exif = exif or body[6:]
        if frame is None:
            raise Refusal("read-damaged", detail="a JPEG without a frame")
        _require_end(file)
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    require_no_bomb(width, height, frame[0] * frame[5], path, limits)
    yield photo("image/jpeg", _NAME, width, height, taken(exif, remarks))


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The segments before the first scan."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        head = file.read(2)
        while head[1:] == b"\xff":  # any number of fill bytes may stand before a marker
            head = head[1:] + file.read(1)
        if len(head) < 2 or head[0] != 0xFF:
            raise Refusal("read-damaged", detail="a JPEG marker is missing")
        if head[1] == _SCAN:
            return
        length = int.from_bytes(file.read(2), "big") - 2
        body = file.read(max(length, 0))
        if length < 0 or len(body) < length:
            raise Refusal("read-damaged", detail="a JPEG segment is cut off")
        yield head[1], body
    raise Refusal("read-damaged", detail=f"more than {_MOST_SEGMENTS} JPEG segments")


def _require_end(file: BinaryIO) -> None:
    """The end marker stands somewhere behind the scan; cameras append things of their own."""
    begun, end = file.tell(), file.seek(0, 2)
    place = end
    while place > begun:
        place = max(place - _CHUNK, begun)
        file.seek(place)
        if _END in file.read(_CHUNK + 1):
            return
    raise Refusal("file-cut", end=end + len(_END), size=end)


JPEG = Reader(_NAME, lambda head: head.startswith(b"\xff\xd8\xff"), open_jpeg)
