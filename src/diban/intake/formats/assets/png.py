"""PNG (W3C, third edition): the size in its header chunk, and its Exif."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from diban.intake.formats.assets.exif import taken
from diban.intake.formats.assets.facts import photo, require_no_bomb
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_NAME, _SIGNATURE = "PNG", b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MOST_CHUNKS, _MOST_EXIF = 1_000_000, 1 << 20


@contextmanager
def open_png(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The photo's facts; `Refusal` when it is cut off or its header does not hold."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        chunks = dict(_chunks(file, size))
    head = chunks.get(b"IHDR", b"")
    if len(head) != 13 or head[9] not in _CHANNELS:
        raise Refusal("read-damaged", detail="a PNG without its header")
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    require_no_bomb(width, height, head[8] * _CHANNELS[head[9]], path, limits)
    yield photo("image/png", _NAME, width, height, taken(chunks.get(b"eXIf", b""), remarks))


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that are looked at, their check sums verified; the others are passed over."""
    place = len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        place += 12 + length
        if len(head) < 8 or place > size:
            raise Refusal("file-cut", end=max(place, size + 1), size=size)
        if name == b"IEND":
            return
        if name in (b"IHDR", b"eXIf") and length <= _MOST_EXIF:
            body = file.read(length)
            if zlib.crc32(name + body) != int.from_bytes(file.read(4), "big"):
                raise Refusal("read-damaged", detail=f"the check sum of {name.decode()} does not hold")
            yield name, body
    raise Refusal("read-damaged", detail=f"more than {_MOST_CHUNKS} PNG chunks")


PNG = Reader(_NAME, lambda head: head.startswith(_SIGNATURE), open_png)
