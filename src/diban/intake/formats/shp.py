"""Geometries of a shapefile (.shp): records found by the index or one after another, made WKB by numpy.

Layout after "ESRI Shapefile Technical Description" (July 1998). No part of it is believed: every count
is held against the length of its record before it is followed.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.intake.formats import wkb_layout
from diban.intake.formats.mapped import Mapped
from diban.intake.formats.reader import Remarks
from diban.intake.formats.rings import ordered
from diban.intake.sandbox.wire import Refusal

SIGNATURE = b"\x00\x00\x27\x0a"
_HEAD, _RECORD_HEAD, _TYPE_AT = 100, 8, 32
_POINT, _LINE, _POLYGON, _MULTIPOINT, _PATCHES = 1, 3, 5, 8, 31
_NAMES = {_POINT: "Point", _LINE: "LineString", _POLYGON: "Polygon", _MULTIPOINT: "MultiPoint"}
_NO_MEASURE = -1e38
_BLOCK_ROWS = 65_536

_Places = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.float64]
_Halves = npt.NDArray[np.signedinteger]
"""Places in the file in units of two bytes, as an index has them."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Of rows: how many numbers and where; whether that ``fits`` the record, and it has measures."""

    rows: _Places
    parts: _Places
    points: _Places
    parts_at: _Places
    points_at: _Places
    z_at: _Places
    m_at: _Places
    measured: _Flags
    fits: _Flags

    def only(self, which: _Places) -> _Found:
        """The same of these rows."""
        return _Found(*(getattr(self, name)[which] for name in _Found.__slots__))


class Shapes:
    """A .shp file: its type, and the geometries of its records by number (from 0).

    Per record no more is kept than where it begins, and with an index that is found there.
    """

    def __init__(self, path: Path, index: Path | None, remarks: Remarks) -> None:
        self._remarks = remarks
        self._mapped = [Mapped(path)]
        self._content = self._mapped[0].content
        self._size = len(self._content)
        if self._size < _HEAD or self._content[:4] != SIGNATURE:
            raise Refusal("read-damaged", detail="the .shp has no head")
        # Every number of the file, wherever it begins.
        self._words = np.ndarray((self._size - 3,), "<u4", buffer=self._content, strides=(1,))
        self._doubles = np.ndarray((self._size - 7,), "<f8", buffer=self._content, strides=(1,))
        self._code = int(self._words[_TYPE_AT])
        family, self._kind = divmod(self._code, 10)
        self._high, self._measures = family == 1, family in (1, 2)
        if self._code != 0 and (family > 2 or self._kind not in _NAMES):
            raise Refusal("shapefile-type", type="MultiPatch" if self._code == _PATCHES else str(self._code))
        self.geometry_type = _NAMES.get(self._kind)
        found = None if index is None else self._indexed(Mapped(index))
        self._at = self._walked() if found is None else found
        self.rows = len(self._at)

    def let_go(self) -> None:
        """Give back the memory of what was read so far."""
        for mapped in self._mapped:
            mapped.let_go()

    def _indexed(self, index: Mapped) -> _Halves | None:
        """Where the records begin, by the .shx; None when it cannot be true."""
        rows = (len(index.content) - _HEAD) // 8
        pairs = np.ndarray((max(rows, 0), 2), ">i4", buffer=index.content, offset=_HEAD if rows >= 0 else 0)
        true, ascending, last = rows >= 0, True, np.int64(0)
        for first in range(0, rows, _BLOCK_ROWS):
            at, length = 2 * pairs[first : first + _BLOCK_ROWS].astype(np.int64).T
            true = true and self._agree(at, length)
            if not true:
                break
            ascending &= bool((np.diff(at, prepend=last) > 0).all())
            last = at[-1]
            self.let_go()
            index.let_go()
        if not true or not (ascending or _all_differ(pairs[:, 0])):
            self._remarks.add("shapefile-index-bad")
            return None
        self._mapped.append(index)
        return pairs[:, 0]

    def _agree(self, at: _Places, length: _Places) -> bool:
        """Whether a record begins at each of these places, as long as the index says."""
        if not ((at >= _HEAD) & (length >= 4) & (at + _RECORD_HEAD + length <= self._size)).all():
            return False
        return bool((self._lengths(at + _RECORD_HEAD) == length).all())

    def _lengths(self, begin: _Places) -> _Places:
        """How long the records are whose contents begin here, in their own words."""
        return 2 * self._words[begin - 4].byteswap().astype(np.int64)

    def _walked(self) -> _Halves:
        """The same without an index: each record says where the next begins, so one after another."""
        at, places = _HEAD, array("q")
        head = struct.Struct(">ii")
        while at + _RECORD_HEAD + 4 <= self._size:
            length = 2 * head.unpack_from(self._content, at)[1]
            if length < 4 or at + _RECORD_HEAD + length > self._size:
                raise Refusal("read-damaged", detail=f"record {len(places) + 1} of the .shp")
            places.append(at // 2)
            at += _RECORD_HEAD + length
            if len(places) % _BLOCK_ROWS == 0:
                self.let_go()
        return np.frombuffer(places, np.int64) if places else np.empty(0, np.int64)

    def _begin(self, rows: _Places | slice) -> _Places:
        """Where the contents of these records begin."""
        return 2 * self._at[rows].astype(np.int64) + _RECORD_HEAD

    def geometries(self, rows: _Places, first_row: int) -> pa.BinaryArray:
        """WKB of these records, null where they hold none; ``first_row`` numbers the first in remarks."""
        at = self._begin(rows)
        length = self._lengths(at)
        codes = self._words[at].astype(np.int64)
        found = self._points(at, length) if self._kind == _POINT else self._many(at, length)
        fits = (codes == self._code) & found.fits
        self._remarks.add_rows("geometry-unreadable", "", np.flatnonzero((codes != 0) & ~fits) + first_row)
        return self._made(len(rows), found.only(np.flatnonzero(fits)), first_row)

    def _points(self, at: _Places, length: _Places) -> _Found:
        one = np.ones(len(at), np.int64)
        z_at = at + 20
        m_at = z_at + 8 * self._high
        measured = m_at + 8 <= at + length
        fits = length >= 20 + 8 * (self._high or self._measures)
        return _Found(np.arange(len(at)), one, one, at, at + 4, z_at, m_at, measured, fits)

    def _many(self, at: _Places, length: _Places) -> _Found:
        """Lines, polygons and multipoints; measures are optional."""
        parted = self._kind != _MULTIPOINT
        least = 44 if parted else 40
        here = np.where(length >= least, at, 0)
        parts = self._words[here + 36].astype(np.int64) if parted else np.ones(len(at), np.int64)
        points = self._words[here + (40 if parted else 36)].astype(np.int64)
        parts_at = at + 44
        points_at = parts_at + 4 * parts if parted else at + 40
        z_at = points_at + 16 * points + 16
        m_at = z_at + (8 * points + 16) * self._high
        end = points_at + 16 * points + (16 + 8 * points) * self._high
        fits = (length >= least) & (end <= at + length) & (parts >= 1) & (points >= parts)
        measured = m_at + 8 * points <= at + length
        return _Found(np.arange(len(at)), parts, points, parts_at, points_at, z_at, m_at, measured, fits)

    def batches_of(self, most_rows: int, most_bytes: int) -> Iterator[_Places]:
        """All records in groups that are small enough to be worked on at once."""
        before = 0
        for first in range(0, self.rows, most_rows):
            ends = before + np.cumsum(self._lengths(self._begin(slice(first, first + most_rows))))
            cuts = np.flatnonzero(np.diff(ends // most_bytes)) + 1
            for start, end in pairwise([0, *cuts.tolist(), len(ends)]):
                yield np.arange(first + start, first + end)
            before = int(ends[-1])

    def _made(self, rows: int, found: _Found, first_row: int) -> pa.BinaryArray:
        feature, points, bad = self._runs(found)
        if len(bad):
            self._remarks.add_rows("geometry-unreadable", "", found.rows[bad] + first_row)
            return self._made(rows, found.only(np.setdiff1d(np.arange(len(found.rows)), bad)), first_row)
        each = np.repeat(np.arange(len(found.rows)), found.points)
        within = np.arange(len(each)) - np.repeat(np.cumsum(found.points) - found.points, found.points)
        pair = found.points_at[each] + 16 * within
        x, y = self._doubles[pair], self._doubles[pair + 8]
        z = self._doubles[found.z_at[each] + 8 * within] if self._high else None
        m, measured = self._measured(found, each, within)
        several = np.bincount(feature, minlength=len(found.rows)) > (self._kind != _MULTIPOINT)
        starts = np.ones(len(feature), bool)
        if self._kind == _POLYGON:
            order, starts, several = ordered(x, y, feature, points, len(found.rows))
            moved = _moved(points, order)
            x, y, points = x[moved], y[moved], points[order]
            z, m = None if z is None else z[moved], None if m is None else m[moved]
        flags = np.zeros((3, rows), bool)
        flags[:, found.rows] = several, np.full(len(found.rows), self._high), measured
        kind = {_LINE: wkb_layout.LINE, _POLYGON: wkb_layout.POLYGON}.get(self._kind, wkb_layout.POINT)
        runs = wkb_layout.Runs(kind, found.rows[feature], points, starts, *flags)
        return wkb_layout.wkb(runs, x, y, z, m)

    def _runs(self, found: _Found) -> tuple[_Places, _Places, _Places]:
        """Per run its feature and its points, and the features whose parts do not add up."""
        count = len(found.rows)
        if self._kind in (_POINT, _MULTIPOINT):
            feature = np.repeat(np.arange(count), found.points)
            return feature, np.ones(len(feature), np.int64), np.empty(0, np.int64)
        feature = np.repeat(np.arange(count), found.parts)
        nth = np.arange(len(feature)) - np.repeat(np.cumsum(found.parts) - found.parts, found.parts)
        begin = self._words[found.parts_at[feature] + 4 * nth].astype(np.int64)
        last = np.diff(feature, append=count) != 0
        end = np.where(last, found.points[feature], np.roll(begin, -1))
        wrong = (end <= begin) | ((nth == 0) & (begin != 0)) | (end > found.points[feature])
        return feature, end - begin, np.unique(feature[wrong])

    def _measured(self, found: _Found, each: _Places, within: _Places) -> tuple[_Numbers | None, _Flags]:
        """Measures where the record is long enough for them and at least one is no "no data"."""
        if not self._measures:
            return None, np.zeros(len(found.rows), bool)
        there = found.measured[each]
        m = np.full(len(each), np.nan)
        m[there] = self._doubles[found.m_at[each][there] + 8 * within[there]]
        m[m < _NO_MEASURE] = np.nan
        return m, np.bincount(each[~np.isnan(m)], minlength=len(found.rows)) > 0


def _all_differ(places: _Halves) -> bool:
    places = np.sort(places)
    return not (places[1:] == places[:-1]).any()


def _moved(points: _Places, order: _Places) -> _Places:
    """Where the points of runs stand, run by run in this order."""
    begins, counts = (np.cumsum(points) - points)[order], points[order]
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(begins, counts) + within
