"""The tagged structure of TIFF 6.0 and BigTIFF, which Exif uses too: directories of numbered entries.

Nothing in it is believed: each offset is held against the file's length, each count against a cap,
and a directory is never visited twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from diban.intake.sandbox.wire import Refusal

SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")

_TYPES = {
    1: "u1", 2: "S1", 3: "u2", 4: "u4", 5: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 10: "i4",
    11: "f4", 12: "f8", 13: "u4", 16: "u8", 17: "i8", 18: "u8",
}  # fmt: skip
_RATIONALS, _ASCII = (5, 10), 2
_MOST_ENTRIES = 4_096
_MOST_VALUES = 64_000_000
"""Values of one entry: the tile index of a raster of 64 million tiles."""

_BIG = 43


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the code of its type, how many values, and where they begin in the file."""

    kind: int
    count: int
    place: int


Numbers = npt.NDArray[Any]
"""Values of one entry, of the type in which they are written."""


class Tiff:
    """A file of this structure that begins at ``start``; `Refusal` where it cannot be followed."""

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self._file, self._start = file, start
        self.size = file.seek(0, 2) - start
        head = self._read(0, 8)
        self._order = "<" if head[:2] == b"II" else ">"
        self._big = self._number(head[2:4]) == _BIG
        self.first = self._number(self._read(8, 8) if self._big else head[4:8])

    def directories(self, most: int) -> Iterator[dict[int, Entry]]:
        """Each directory of the chain; `Refusal` (``tiff-loop``) when the chain bites its tail."""
        place, seen = self.first, set[int]()
        while place:
            if place in seen or len(seen) >= most:
                raise Refusal("tiff-loop", most=most)
            seen.add(place)
            entries, place = self.directory(place)
            yield entries

    def directory(self, place: int) -> tuple[dict[int, Entry], int]:
        """The entries by tag of the directory at ``place``, and where the next one is (0: nowhere)."""
        wide, width, inline = (8, 20, 8) if self._big else (2, 12, 4)
        count = self._number(self._read(place, wide))
        if count > _MOST_ENTRIES:
            raise Refusal("read-damaged", detail=f"a TIFF directory of {count} entries")
        body = self._read(place + wide, count * width)
        entries: dict[int, Entry] = {}
        for at in range(0, len(body), width):
            row = body[at : at + width]
            tag, kind, values = (
                self._number(row[:2]),
                self._number(row[2:4]),
                self._number(row[4 : 4 + inline]),
            )
            if kind not in _TYPES:
                continue  # TIFF 6.0: readers pass over types that they do not know
            here = place + wide + at + 4 + inline
            held = values * _width(kind) <= inline
            entries[tag] = Entry(kind, values, here if held else self._number(row[4 + inline :]))
        rest = self._read(place + wide + count * width, inline)
        return entries, self._number(rest)

    def numbers(self, entry: Entry | None) -> Numbers:
        """An entry's values, rationals as quotients; empty without one."""
        if entry is None or entry.kind == _ASCII:
            return np.empty(0, np.float64)
        if entry.count > _MOST_VALUES:
            raise Refusal("read-damaged", detail=f"a TIFF entry of {entry.count} values")
        raw = self._read(entry.place, entry.count * _width(entry.kind))
        values: Numbers = np.frombuffer(raw, self._order + _TYPES[entry.kind])
        if entry.kind not in _RATIONALS:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            quotients: Numbers = values[0::2].astype(np.float64) / values[1::2]
        return quotients

    def whole(self, entry: Entry | None, default: int = 0) -> int:
        """An entry's first value as a whole number."""
        if entry is None or entry.kind == _ASCII:
            return default
        values = self.numbers(entry)
        return int(values[0]) if len(values) and np.isfinite(values[0]) else default

    def text(self, entry: Entry | None, most: int = 65_536) -> str:
        """An entry of ASCII up to its NUL; what is not UTF-8 is replaced."""
        if entry is None:
            return ""
        raw = self._read(entry.place, min(entry.count * _width(entry.kind), most))
        return raw.split(b"\0", 1)[0].decode("utf-8", "replace").strip()

    def _read(self, place: int, length: int) -> bytes:
        if place < 0 or length < 0 or place + length > self.size:
            raise Refusal("file-cut", end=place + length, size=self.size)
        self._file.seek(self._start + place)
        return self._file.read(length)

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, "little" if self._order == "<" else "big")


def _width(kind: int) -> int:
    width = int(_TYPES[kind][1:])
    return 2 * width if kind in _RATIONALS else width
