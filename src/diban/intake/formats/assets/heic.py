"""HEIC (ISO/IEC 23008-12): the size of its largest picture, and its Exif."""

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

_NAME = "HEIC"
_MAJOR = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")
_GENERAL = (b"mif1", b"msf1")
_MOST_META, _MOST_EXIF, _MOST_BOXES = 16 << 20, 1 << 20, 100_000
_BITS = 24

_Box = tuple[bytes, bytes]


def recognises(head: bytes) -> bool:
    """The brand says HEVC, or a general one names it among those that it goes with."""
    brands = [head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4], "big"), 256), 4)]
    general = head[8:12] in _GENERAL and any(brand in _MAJOR for brand in brands)
    return head[4:8] == b"ftyp" and (head[8:12] in _MAJOR or general)


@contextmanager
def open_heic(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The photo's facts; `Refusal` when it is cut off or names no picture."""
    with path.open("rb") as file:
        meta = dict(_boxes(_meta(file)[4:]))
        properties = dict(_boxes(meta.get(b"iprp", b"")))
        sizes = [body for name, body in _boxes(properties.get(b"ipco", b"")) if name == b"ispe"]
        width, height = max(
            ((int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")) for body in sizes),
            key=lambda size: size[0] * size[1],
            default=(0, 0),
        )
        require_no_bomb(width, height, _BITS, path, limits)
        exif = _exif(file, meta)
    yield photo("image/heic", _NAME, width, height, taken(exif, remarks))


def _meta(file: BinaryIO) -> bytes:
    """The box that describes the pictures; every box of the file must lie in it."""
    size, place, found = file.seek(0, 2), 0, b""
    for _ in range(_MOST_BOXES):
        if place == size:
            break
        file.seek(place)
        head = file.read(16)
        length, wide = int.from_bytes(head[:4], "big"), int.from_bytes(head[8:], "big")
        begun, length = (16, wide) if length == 1 else (8, length or size - place)
        if length < begun or place + length > size:
            raise Refusal("file-cut", end=place + max(length, begun), size=size)
        if head[4:8] == b"meta" and length <= _MOST_META:
            file.seek(place + begun)
            found = file.read(length - begun)
        place += length
    return found


def _boxes(body: bytes) -> Iterator[_Box]:
    """The boxes in one, up to the first that does not hold."""
    place = 0
    while place + 8 <= len(body):
        length = int.from_bytes(body[place : place + 4], "big")
        if length < 8 or place + length > len(body):
            return
        yield body[place + 4 : place + 8], body[place + 8 : place + length]
        place += length


def _exif(file: BinaryIO, meta: dict[bytes, bytes]) -> bytes:
    """The Exif of the file without the offset that stands before it; empty where there is none."""
    items = [
        _item(body) for name, body in _boxes(meta.get(b"iinf", b"")[_counted(meta) :]) if name == b"infe"
    ]
    wanted = next((number for number, kind in items if kind == b"Exif"), None)
    place, length = (0, 0) if wanted is None else _location(meta.get(b"iloc", b""), wanted)
    if not 4 < length <= _MOST_EXIF:
        return b""
    file.seek(place)
    body = file.read(length)
    return body[4 + int.from_bytes(body[:4], "big") :]


def _counted(meta: dict[bytes, bytes]) -> int:
    """Bytes before the items: version and flags, then a count of two or four bytes."""
    return 6 if meta.get(b"iinf", b"\0")[:1] == b"\0" else 8


def _item(body: bytes) -> tuple[int, bytes]:
    """An item's number and kind."""
    width = 2 if body[:1] == b"\2" else 4
    return int.from_bytes(body[4 : 4 + width], "big"), body[6 + width : 10 + width]


def _location(body: bytes, wanted: int) -> tuple[int, int]:
    """Where the first piece of an item lies in the file, and its length; (0, 0) where it is not said."""
    version, place = body[0] if body else 0, 4
    wide = 4 if version == 2 else 2

    def number(length: int) -> int:
        nonlocal place
        place += length
        return int.from_bytes(body[place - length : place], "big")

    sizes, more = number(1), number(1)
    offset, length, base, index = sizes >> 4, sizes & 15, more >> 4, more & 15 if version else 0
    for _ in range(min(number(wide), _MOST_BOXES)):
        item, method = number(wide), number(2) & 15 if version else 0
        number(2)
        begun = number(base)
        pieces = [(number(index), number(offset), number(length))[1:] for _ in range(number(2))]
        if item == wanted and method == 0 and pieces:
            return begun + pieces[0][0], pieces[0][1]
        if place > len(body):
            break
    return 0, 0


HEIC = Reader(_NAME, recognises, open_heic)
