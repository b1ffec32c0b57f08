"""PDF (ISO 32000-2): that it is whole, how many pages its page tree counts; nothing in it is run."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from diban.intake.formats.assets.facts import document
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_NAME, _END, _TAIL = "PDF", b"%%EOF", 4_096
_COUNT = re.compile(rb"/Count\s+(\d{1,7})\b")
_PAGES = re.compile(rb"/Type\s*/Pages\b")
_PACKED = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
_ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_MOST_UNPACKED, _MOST_NODES, _MOST_NESTED, _NEAR = 64 << 20, 1_000, 100, 1 << 16


@contextmanager
def open_pdf(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The document's facts; without a page count where its page tree cannot be seen."""
    size = path.stat().st_size
    if size > limits.whole_file:
        raise Refusal("file-too-large", format=_NAME, size=size, limit=limits.whole_file)
    content = path.read_bytes()
    if _END not in content[-_TAIL:]:
        raise Refusal("file-cut", end=size + len(_END), size=size)
    encrypted = _ENCRYPTED.search(content) is not None
    if encrypted:
        remarks.add("document-encrypted")
    yield document("application/pdf", _NAME, None if encrypted else _pages(content))


def _pages(content: bytes) -> int | None:
    """The largest count of a page tree's nodes: its root counts all leaves below it."""
    counts = [*_counts(content)]
    for objects in _unpacked(content):
        counts += _counts(objects)
    return max(counts, default=None)


def _counts(content: bytes) -> Iterator[int]:
    for node in islice(_PAGES.finditer(content), _MOST_NODES):
        begin, end = _edge(content, node.start(), forward=False), _edge(content, node.end(), forward=True)
        if begin is not None and end is not None and (met := _COUNT.search(content, begin, end)) is not None:
            yield int(met.group(1))


def _edge(content: bytes, place: int, *, forward: bool) -> int | None:
    """Where the dictionary around ``place`` begins or ends; None when that is nowhere near."""
    opening, closing = (b">>", b"<<") if forward else (b"<<", b">>")
    find = content.find if forward else content.rfind
    depth, low, high = 0, max(place - _NEAR, 0), place + _NEAR
    for _ in range(_MOST_NESTED):
        span = (place, high) if forward else (low, place)
        mine, other = find(opening, *span), find(closing, *span)
        if mine < 0:
            return None
        nearer = other >= 0 and (other < mine if forward else other > mine)
        if not nearer and depth == 0:
            return mine
        depth += 1 if nearer else -1
        place = (other if nearer else mine) + (2 if forward else 0)
    return None


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Streams of objects (ISO 32000-2, 7.5.7), unpacked within a bound."""
    left = _MOST_UNPACKED
    for stream in _PACKED.finditer(content):
        end = content.find(b"endstream", stream.end())
        try:
            objects = zlib.decompressobj().decompress(content[stream.end() : end], left)
        except zlib.error:
            continue  # packed in another way: its pages stay uncounted
        left -= len(objects)
        yield objects
        if left <= 0:
            return


PDF = Reader(_NAME, lambda head: b"%PDF-" in head[:1_024], open_pdf)
