"""The outline of a JSON file from its bytes alone: how deep it nests, what its root says, its features.

No parser runs before this: brackets outside strings are counted with numpy, a few megabytes at a
time, so that nesting which would overflow a parser's stack is refused first.
"""

from __future__ import annotations

import json
import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from diban.intake.sandbox.wire import Refusal

_CHUNK = 256 << 10  # stays in the processor's cache
_LONGEST_MEMBER = 64 << 10
_MOST_NUL = 10_000
_BACKSLASH = ord("\\")
_BRACE, _BRACKET, _CLOSE, _QUOTE = 1, 2, 3, 4
_NAMED = {ord("{"): _BRACE, ord("["): _BRACKET, ord("}"): _CLOSE, ord("]"): _CLOSE, ord('"'): _QUOTE}
_KIND = bytes(_NAMED.get(byte, 0) for byte in range(256))
_STEP = np.array([0, 1, 1, -1, 0], np.int8)
_MEMBER = re.compile(rb'"(type|crs|name|features)"\s*:\s*')

_Places = npt.NDArray[np.int64]


@dataclass(slots=True)
class Outline:
    """The root's ``type``, ``crs`` and ``name``, how many objects its ``features`` hold, and ``nul``.

    ``nul`` are the features (1-based; None outside of them) in which the character U+0000 stands.
    """

    members: dict[str, object] = field(default_factory=dict)
    features: int | None = None
    nul: list[int | None] = field(default_factory=list)


def outline(path: Path, deepest: int) -> Outline:
    """Look through the file; `Refusal` when it nests too deep or its brackets do not match."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        scan = _Scan(content, deepest, _nul_places(content))
        for start in range(0, len(content), _CHUNK):
            scan.look(start, content[start : start + _CHUNK])
    if scan.depth or scan.quoted:
        raise Refusal("read-damaged", detail="the JSON text ends in the middle")
    return scan.found


def _nul_places(content: mmap.mmap) -> _Places:
    """Where U+0000 stands, written out or as it is; ascending, `_MOST_NUL` of each at most."""
    places: list[int] = []
    for sign in (b"\\u0000", b"\0"):
        place, most = content.find(sign), len(places) + _MOST_NUL
        while place >= 0 and len(places) < most:
            before = place
            while before > 0 and content[before - 1] == _BACKSLASH:
                before -= 1
            if (place - before) % 2 == 0 or sign == b"\0":  # else the backslash is itself escaped
                places.append(place)
            place = content.find(sign, place + 1)
    return np.array(sorted(places), np.int64)


class _Scan:
    """What is carried from one chunk to the next: depth, quotation, an escape, the features' array."""

    def __init__(self, content: mmap.mmap, deepest: int, nul: _Places) -> None:
        self.found = Outline()
        self._nul = nul
        self.depth = 0
        self.quoted = False
        self._content, self._deepest = content, deepest
        self._escaped = False
        self._features_from: int | None = None

    def look(self, start: int, chunk: bytes) -> None:
        """Take the next chunk, which begins at ``start``."""
        kinds = np.frombuffer(self._unescaped(chunk).translate(_KIND), np.uint8)
        places = np.flatnonzero(kinds.astype(bool))
        if not len(places):
            return self._count_nul(start, chunk, places)
        kinds = kinds[places]
        places += start
        quote = kinds == _QUOTE
        quoted = ((np.cumsum(quote, dtype=np.int32) + self.quoted) & 1).astype(bool)
        steps = _STEP[kinds]
        steps[quoted] = 0
        depths = np.cumsum(steps, dtype=np.int32) + self.depth
        if depths.max() > self._deepest:
            raise Refusal("nested-too-deep")
        if depths.min() < 0:
            raise Refusal("read-damaged", detail="more brackets are closed than opened")
        self.depth, self.quoted = int(depths[-1]), bool(quoted[-1])
        objects = places[(steps > 0) & (kinds == _BRACE) & (depths == 3)]
        self._count_nul(start, chunk, objects)
        self._members(
            opened=places[quote & quoted & (depths == 1)],
            left=places[(steps < 0) & (depths == 1)],
            objects=objects,
        )

    def _count_nul(self, start: int, chunk: bytes, objects: _Places) -> None:
        """The features of this chunk's U+0000; to be called before they are counted."""
        if not len(self._nul):
            return
        here = self._nul[(self._nul >= start) & (self._nul < start + len(chunk))]
        rows = (self.found.features or 0) + np.searchsorted(objects, here)
        self.found.nul += [row or None for row in rows.tolist()]

    def _unescaped(self, chunk: bytes) -> bytes:
        """The chunk with escape pairs blanked, so that each quote left begins or ends a string."""
        if self._escaped:
            chunk = b" " + chunk[1:]
        if b"\\" in chunk:
            chunk = chunk.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
        self._escaped = chunk.endswith(b"\\")
        return chunk

    def _members(self, opened: _Places, left: _Places, objects: _Places) -> None:
        """Strings opened in the root object, arrays and objects left for it, objects two levels down."""
        self._count(left, objects)
        for place in opened.tolist():  # a handful: the keys and texts of the root object alone
            match = _MEMBER.match(self._content, place)
            if match is None:
                continue
            name = match[1].decode()
            if name != "features":
                self.found.members[name] = self._value(match.end())
            elif self._content[match.end() : match.end() + 1] == b"[":
                self._features_from = match.end()
                self.found.features = self.found.features or 0
                self._count(left, objects)

    def _count(self, left: _Places, objects: _Places) -> None:
        if self._features_from is None:
            return
        ends = left[left > self._features_from]
        inside = objects > self._features_from
        if len(ends):
            inside &= objects < ends[0]
            self._features_from = None
        self.found.features = (self.found.features or 0) + int(np.count_nonzero(inside))

    def _value(self, place: int) -> object:
        text = self._content[place : place + _LONGEST_MEMBER].decode("utf-8", "replace")
        try:
            return json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            return None
