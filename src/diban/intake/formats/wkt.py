"""WKT (OGC 06-103r4, clause 7) as most programs write it, read for many geometries at once.

Points, lines and polygons in the plane and multi-parts of the last two, their numbers without exponents.
Every other way of writing is left to a parser that knows them all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.intake.formats import wkb_layout

_GAP, _OPEN, _CLOSE = r"[ \t\r\n]*", ord("("), ord(")")
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_PLACE = rf"{_NUMBER}[ \t\r\n]+{_NUMBER}"
# From here to there lie the signs of a number: - . / and the digits.
_FIRST_SIGN, _LAST_SIGN = ord("-"), ord("9")


def _listed(part: str) -> str:
    return rf"\({_GAP}{part}{_GAP}(?:,{_GAP}{part}{_GAP})*\)"


_RUN = _listed(_PLACE)
_RUNS = _listed(_RUN)
_WRITTEN = {
    wkb_layout.POLYGON: rf"POLYGON{_GAP}{_RUNS}|MULTIPOLYGON{_GAP}{_listed(_RUNS)}",
    wkb_layout.LINE: rf"LINESTRING{_GAP}{_RUN}|MULTILINESTRING{_GAP}{_RUNS}",
    wkb_layout.POINT: rf"POINT{_GAP}\({_GAP}{_PLACE}{_GAP}\)",
}
_MULTI = rf"^{_GAP}(?i:MULTI)"


def plain(column: pa.StringArray) -> pa.BinaryArray:
    """WKB of those texts that are plainly written, null for all others."""
    made = pa.nulls(len(column), pa.binary())
    for kind, written in _WRITTEN.items():
        fits = pc.match_substring_regex(column, rf"^{_GAP}(?i:{written}){_GAP}$").fill_null(False)
        count = pc.sum(fits).as_py()
        if not count:
            continue
        shapes = _shapes(column.filter(fits), kind)
        if count == len(column):
            return shapes
        made = pc.replace_with_mask(made, fits, shapes)
    return made


def _shapes(texts: pa.StringArray, kind: int) -> pa.BinaryArray:
    """WKB of texts that hold what `_WRITTEN` says: where things stand follows from brackets and numbers."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    rows = offsets - offsets[0]
    begins, numbers = _numbers(data)
    brackets = np.flatnonzero((data == _OPEN) | (data == _CLOSE))
    opening = data[brackets] == _OPEN
    innermost = np.flatnonzero(opening[:-1] & ~opening[1:])
    first, last = (np.searchsorted(begins, brackets[innermost + step]) for step in (0, 1))
    feature = np.searchsorted(rows, brackets[innermost], side="right") - 1
    # The rings of one polygon stand in brackets of their own.
    starts = opening[innermost - 1] if kind == wkb_layout.POLYGON else np.ones(len(feature), bool)
    multi = np.asarray(pc.match_substring_regex(texts, _MULTI))
    flat = np.zeros(len(texts), bool)
    runs = wkb_layout.Runs(kind, feature, (last - first) // 2, starts, multi, flat, flat)
    shapes = wkb_layout.wkb(runs, numbers[0::2], numbers[1::2], None, None)
    wild = begins[~np.isfinite(numbers)]  # beyond what a double holds
    if not len(wild):
        return shapes
    refused = np.isin(np.arange(len(texts)), np.searchsorted(rows, wild, side="right") - 1)
    return pc.if_else(refused, pa.scalar(None, pa.binary()), shapes)


def _numbers(data: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Where the numbers begin, and what they are."""
    sign = data - np.uint8(_FIRST_SIGN) <= _LAST_SIGN - _FIRST_SIGN  # what is smaller wraps around
    edges = np.flatnonzero(sign[1:] != sign[:-1]) + 1
    begins, ends = edges[0::2], edges[1::2]
    offsets = np.zeros(len(begins) + 1, np.int32)
    np.cumsum(ends - begins, out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[sign])]
    return begins, np.asarray(pa.Array.from_buffers(pa.string(), len(begins), buffers).cast(pa.float64()))
