"""Rasters, photos and documents made byte by byte, good ones and such as would do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHORT, LONG, DOUBLE, ASCII, RATIONAL, LONG8 = 3, 4, 12, 2, 5, 16
_PACKED = {SHORT: "H", LONG: "I", DOUBLE: "d", LONG8: "Q"}

Value = tuple[int, Sequence[float] | str]
"""Type of an entry and its values; rationals as pairs in a row."""


def _value(kind: int, values: Sequence[float] | str, order: str) -> tuple[int, bytes]:
    """How many values, and their bytes."""
    if isinstance(values, str):
        raw = values.encode() + b"\0"
        return len(raw), raw
    if kind == RATIONAL:
        return len(values) // 2, struct.pack(f"{order}{len(values)}I", *(int(value) for value in values))
    numbers = values if kind == DOUBLE else [int(value) for value in values]
    return len(values), struct.pack(f"{order}{len(values)}{_PACKED[kind]}", *numbers)


def directory(
    entries: Mapping[int, Value], place: int, order: str = "<", *, big: bool = False, following: int = 0
) -> bytes:
    """A TIFF directory at ``place``, with its longer values behind it."""
    count, offset, inline = ("Q", "Q", 8) if big else ("H", "I", 4)
    width = struct.calcsize(f"={count}") + len(entries) * (20 if big else 12) + inline
    head, tail = struct.pack(f"{order}{count}", len(entries)), b""
    for tag, (kind, values) in sorted(entries.items()):
        number, raw = _value(kind, values, order)
        if len(raw) > inline:
            held = struct.pack(f"{order}{offset}", place + width + len(tail))
            tail += raw + b"\0" * (-len(raw) % 8)
        else:
            held = raw.ljust(inline, b"\0")
        head += struct.pack(f"{order}HH{offset}", tag, kind, number) + held
    return head + struct.pack(f"{order}{offset}", following) + tail


@dataclass
class Raster:
    """A GeoTIFF to be: one strip of noughts, 16-bit samples, north up, its upper left corner at ``corner``.

    ``more`` entries override the others; ``following`` is where the next directory is said to be.
    """

    width: int = 40
    height: int = 30
    corner: tuple[float, float] = (113.9, 22.6)
    pixel: float = 0.0001
    epsg: int | None = 4490
    order: str = "<"
    big: bool = False
    more: Mapping[int, Value | None] = field(default_factory=dict)
    following: int = 0
    filling: bytes = b"\0"

    def made(self) -> bytes:
        """The whole file."""
        mark = b"II" if self.order == "<" else b"MM"
        numbers = struct.pack(f"{self.order}HHHQ", 43, 8, 0, 16) if self.big else b""
        head = mark + (numbers or struct.pack(f"{self.order}HI", 42, 8))
        pixels = (self.filling * (self.width * self.height * 2))[: self.width * self.height * 2]
        entries = self._entries(0)
        size = len(directory(entries, len(head), self.order, big=self.big))
        entries = self._entries(len(head) + size)
        made = directory(entries, len(head), self.order, big=self.big, following=self.following)
        return head + made + pixels

    def _entries(self, pixels: int) -> dict[int, Value]:
        found: dict[int, Value | None] = {
            256: (LONG, [self.width]),
            257: (LONG, [self.height]),
            258: (SHORT, [16]),
            259: (SHORT, [1]),
            262: (SHORT, [1]),
            273: (LONG, [pixels]),
            277: (SHORT, [1]),
            278: (LONG, [self.height]),
            279: (LONG, [self.width * self.height * 2]),
            339: (SHORT, [1]),
            33550: (DOUBLE, [self.pixel, self.pixel, 0]),
            33922: (DOUBLE, [0, 0, 0, *self.corner, 0]),
            34735: (SHORT, _geokeys(self.epsg)),
            **self.more,
        }
        return {tag: value for tag, value in found.items() if value is not None}


def _geokeys(epsg: int | None) -> list[int]:
    if epsg is None:
        return [1, 1, 0, 1, 1025, 0, 1, 1]
    model, key = (2, 2048) if 4000 < epsg < 4500 and epsg in (4490, 4326) else (1, 3072)
    return [1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, epsg]


def exif(
    place: tuple[float, float] | None = (113.95, 22.55), taken: str = "2026:05:01 09:30:00", zone: str = ""
) -> bytes:
    """An Exif block: where (longitude, latitude) and when a photo was taken."""
    entries: dict[int, Value] = {306: (ASCII, taken), 34665: (LONG, [0]), 34853: (LONG, [0])}
    size = 8 + len(directory(entries, 8))
    camera: dict[int, Value] = {36867: (ASCII, taken), **({36881: (ASCII, zone)} if zone else {})}
    own = directory(camera, size)
    gps = directory(_gps(place), size + len(own))
    entries |= {34665: (LONG, [size]), 34853: (LONG, [size + len(own)])}
    return b"II" + struct.pack("<HI", 42, 8) + directory(entries, 8) + own + gps


def _gps(place: tuple[float, float] | None) -> dict[int, Value]:
    if place is None:
        return {}
    longitude, latitude = place
    return {
        1: (ASCII, "N" if latitude >= 0 else "S"),
        2: (RATIONAL, _dms(abs(latitude))),
        3: (ASCII, "E" if longitude >= 0 else "W"),
        4: (RATIONAL, _dms(abs(longitude))),
    }


def _dms(degrees: float) -> list[int]:
    seconds = round(degrees * 3600 * 1000)
    return [seconds // 3_600_000, 1, seconds // 60_000 % 60, 1, seconds % 60_000, 1000]


def jpeg(width: int = 64, height: int = 48, block: bytes | None = None) -> bytes:
    """A JPEG's frame: what a reader of headers sees, with an empty scan."""
    block = exif() if block is None else block
    body = b"\xff\xd8"
    if block:
        body += b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block
    body += b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x11\0\x02\x11\0\x03\x11\0"
    return body + b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\0\0\x3f\0" + b"\x12" * 300 + b"\xff\xd9"


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 32, height: int = 24, block: bytes = b"", pixels: bytes | None = None) -> bytes:
    """A PNG in grey; ``pixels`` are its packed rows."""
    rows = zlib.compress(b"\0" * (width + 1) * height) if pixels is None else pixels
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    middle = _chunk(b"eXIf", block) if block else b""
    return b"\x89PNG\r\n\x1a\n" + head + middle + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def webp(width: int = 20, height: int = 10, block: bytes = b"") -> bytes:
    """A WebP in its extended form, without a picture's data."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + sizes
    if block:
        chunks += b"EXIF" + struct.pack("<I", len(block)) + block + b"\0" * (len(block) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _box(name: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + name + body


def heic(width: int = 4032, height: int = 3024, block: bytes = b"") -> bytes:
    """A HEIC with tiles of 512 pixels and its Exif behind the description."""
    brand = _box(b"ftyp", b"heic", b"\0\0\0\0", b"mif1heic")
    sizes = [
        _box(b"ispe", struct.pack(">III", 0, *size)) for size in ((512, 512), (width, height), (160, 120))
    ]
    kinds = [
        _box(b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), kind, b"\0")
        for number, kind in ((1, b"hvc1"), (2, b"Exif"))
    ]
    held = struct.pack(">I", 6) + b"Exif\0\0" + block

    def meta(place: int) -> bytes:
        pieces = struct.pack(">HHHHII", 2, 0, 0, 1, place, len(held))
        other = struct.pack(">HHHHII", 1, 0, 0, 1, 0, 4)
        where = _box(b"iloc", b"\1\0\0\0", b"\x44\0", struct.pack(">H", 2), other, pieces)
        named = _box(b"iinf", b"\0\0\0\0", struct.pack(">H", 2), *kinds)
        return _box(b"meta", b"\0\0\0\0", named, _box(b"iprp", _box(b"ipco", *sizes)), where)

    return brand + meta(len(brand) + len(meta(0)) + 8) + _box(b"mdat", held)


def pdf(pages: int = 3, *, packed: bool = False, encrypted: bool = False) -> bytes:
    """A PDF with a page tree, in a stream of objects when ``packed``."""
    leaves = " ".join(f"{number + 10} 0 R" for number in range(pages))
    tree = f"<< /Kids [{leaves}] /Resources << /Font << >> >> /Type /Pages /Count {pages} >>".encode()
    if packed:
        stream = zlib.compress(b"2 0 " + tree)
        head = f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(stream)} >>".encode()
        body = b"5 0 obj\n" + head + b"\nstream\n" + stream + b"\nendstream\nendobj\n"
    else:
        body = b"2 0 obj\n" + tree + b"\nendobj\n"
    outline = b"7 0 obj\n<< /Type /Outlines /Count 99 >>\nendobj\n"
    secret = b" /Encrypt 9 0 R" if encrypted else b""
    return (
        b"%PDF-1.7\n" + body + outline + b"trailer\n<< /Root 1 0 R" + secret + b" >>\nstartxref\n9\n%%EOF\n"
    )


def archive(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return held.getvalue()


def docx(pages: int = 7, more: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document as far as its name and page count go."""
    app = f"<Properties><Pages>{pages}</Pages></Properties>"
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<w/>",
            "docProps/app.xml": app,
            **(more or {}),
        }
    )
