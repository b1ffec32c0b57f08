"""WebP (RFC 9649): the size in its first chunk, and its Exif."""

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

_NAME = "WebP"
_MOST_CHUNKS, _MOST_EXIF, _HEAD = 100_000, 1 << 20, 16


@contextmanager
def open_webp(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The photo's facts; `Refusal` when it is cut off or its first chunk is none of a picture."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        chunks = list(_chunks(file, size))
    width, height = _size(*chunks[0]) if chunks else (0, 0)
    require_no_bomb(width, height, 32, path, limits)
    exif = next((body.removeprefix(b"Exif\0\0") for name, body in chunks if name == b"EXIF"), b"")
    yield photo("image/webp", _NAME, width, height, taken(exif, remarks))


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk's name and beginning; Exif whole."""
    file.seek(4)
    end = 8 + int.from_bytes(file.read(4), "little")
    if end > size:
        raise Refusal("file-cut", end=end, size=size)
    place = 12
    for _ in range(_MOST_CHUNKS):
        if place + 8 > end:
            return
        file.seek(place)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if place + 8 + length > end:
            raise Refusal("file-cut", end=place + 8 + length, size=end)
        yield head[:4], file.read(min(length, _MOST_EXIF if head[:4] == b"EXIF" else _HEAD))
        place += 8 + length + length % 2
    raise Refusal("read-damaged", detail=f"more than {_MOST_CHUNKS} WebP chunks")


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    def little(start: int, stop: int) -> int:
        return int.from_bytes(body[start:stop], "little")

    if name == b"VP8X" and len(body) >= 10:
        return 1 + little(4, 7), 1 + little(7, 10)
    if name == b"VP8L" and body[:1] == b"\x2f":
        return 1 + (little(1, 5) & 0x3FFF), 1 + (little(1, 5) >> 14 & 0x3FFF)
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return little(6, 8) & 0x3FFF, little(8, 10) & 0x3FFF
    raise Refusal("read-damaged", detail="a WebP without a picture")


WEBP = Reader(_NAME, lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", open_webp)
