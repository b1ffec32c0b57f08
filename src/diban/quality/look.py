"""One batch of features as rules see it: its geometry is read once for all of them, by GEOS where need be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.ground import GEOMETRY, ROW, STORED, Crs, FeatureSet, Rings, project, read_rings
from diban.quality.finding import MAX_PLACES, MAX_REPAIR, MAX_VALUE, Flaw, Place
from diban.quality.metres import metres
from diban.quality.wkb import read_wkb

UNREAD = "_unread"
"""System column ``list<struct<field: string, value: string>>``: values that the declared type
could not take and that are null in their own column; null where all was read."""

FARTHEST = 1e9
"""No coordinate of any CRS lies beyond, in degrees or in metres."""

_ROWS_AT_ONCE = 32_768

Rows = npt.NDArray[np.int64]
Points = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of one batch that have the same flaw: positions in the batch, and the first places.

    ``numbers`` are the rows' numbers in the source, ``others`` those of the rows they contradict.
    ``whole`` says that it is about the features as a whole and no row (`about_all`).
    """

    batch: int
    flaw: Flaw
    rows: Rows
    places: tuple[Place, ...]
    numbers: Rows
    others: Rows | None = None
    whole: bool = False

    @classmethod
    def about_all(cls, flaw: Flaw) -> Hits:
        """A flaw that no single row has."""
        none = np.empty(0, np.int64)
        return cls(0, flaw, none, (), none, whole=True)


class Look:
    """A batch of at most some thousand rows; used by one thread at a time.

    ``number`` counts the batches of a feature set from 0, ``start`` the rows before this one.
    """

    def __init__(self, number: int, start: int, batch: pa.RecordBatch, crs: Crs) -> None:
        self.number = number
        self.start = start
        self.batch = batch
        self.crs = crs

    @cached_property
    def convex(self) -> npt.NDArray[np.bool_]:
        """Where the bytes alone prove a valid polygon: one convex ring in two dimensions."""
        proven = self._rings.rows.copy()
        proven[proven] = self._rings.convex()
        return proven

    def shapes(self, rows: Rows) -> Shapes:
        """The shapely geometries of some rows; None where the geometry is null or unreadable."""
        return read_wkb(self.column(GEOMETRY).take(pa.array(rows)))

    @cached_property
    def invalid(self) -> npt.NDArray[np.bool_]:
        """Where the geometry is readable and not valid (OGC 06-103r4, 6.1)."""
        valid = self.ask(shapely.is_valid, convex=True) | self.ask(shapely.is_missing, convex=False)
        invalid: npt.NDArray[np.bool_] = ~valid
        return invalid

    def ask(self, question: Callable[[Shapes], npt.NDArray[Any]], convex: object) -> npt.NDArray[Any]:
        """What shapely answers for each geometry; ``convex`` is what it would for any convex polygon."""
        rows, read = self._read
        with np.errstate(all="ignore"):
            asked = question(read)
        answers = np.full(self.batch.num_rows, convex, asked.dtype)
        answers[rows] = asked
        return answers

    @cached_property
    def bounds(self) -> Points:
        """Boxes (n, 4) in the CRS of the features: x min, y min, x max, y max; NaN where there is none."""
        return self._measured(Rings.boxes, shapely.bounds)

    @cached_property
    def areas(self) -> Floats:
        """Areas in the square of the unit of the CRS, 0 for points and lines; NaN where there is none."""
        return self._measured(Rings.areas, shapely.area)

    @cached_property
    def outlines(self) -> Floats:
        """Lengths of lines and outlines in the unit of the CRS; NaN where there is no geometry."""
        return self._measured(Rings.lengths, shapely.length)

    @cached_property
    def centroids(self) -> Points:
        """Centres of gravity (n, 2); NaN where there is none."""
        return self._measured(Rings.centroids, lambda shapes: _begins(shapely.centroid(shapes)))

    @cached_property
    def begins(self) -> Points:
        """The first position (n, 2) of each geometry; NaN where there is none."""
        return self._measured(lambda rings: rings.points[rings.firsts], _begins)

    def _measured(self, of_rings: Callable[[Rings], Floats], of_shapes: Callable[[Shapes], Floats]) -> Floats:
        rows, read = self._read
        with np.errstate(all="ignore"):
            asked = of_shapes(read)
            proven = of_rings(self._rings)[self.convex[self._rings.rows]]
        values = np.empty((self.batch.num_rows, *asked.shape[1:]))
        values[rows], values[self.convex] = asked, proven
        return values

    @cached_property
    def _read(self) -> tuple[Rows, Shapes]:
        """The rows that are not `convex`, and their geometries as read by GEOS."""
        rows = np.flatnonzero(~self.convex)
        return rows, read_wkb(self.column(GEOMETRY).take(pa.array(rows)))

    @cached_property
    def _rings(self) -> Rings:
        return read_rings(self.column(GEOMETRY))

    @cached_property
    def located(self) -> npt.NDArray[np.bool_]:
        """Where the geometry has a box, and one of this world."""
        located: npt.NDArray[np.bool_] = np.logical_and.reduce(np.abs(self.bounds) <= FARTHEST, axis=1)
        return located

    @cached_property
    def numbers(self) -> Rows:
        """The 1-based numbers of the rows in the source."""
        if ROW in self.batch.schema.names:
            numbers: Rows = self.batch.column(ROW).to_numpy(zero_copy_only=False)
            return numbers
        return np.arange(self.start + 1, self.start + 1 + self.batch.num_rows, dtype=np.int64)

    def column(self, name: str) -> pa.Array:
        """The values of a field."""
        return self.batch.column(name)

    def blank(self, name: str) -> npt.NDArray[np.bool_]:
        """Where a field has no value; text of nothing but blanks is none."""
        column = self.column(name)
        absent = column.is_null()
        if pa.types.is_string(column.type):
            absent = pc.or_(absent, pc.equal(pc.utf8_trim_whitespace(column), "").fill_null(False))
        mask: npt.NDArray[np.bool_] = absent.to_numpy(zero_copy_only=False)
        return mask

    def unread(self, name: str) -> tuple[Rows, pa.Array]:
        """Rows where the source has a value that the field's type could not take, and that value."""
        if UNREAD not in self.batch.schema.names or self.column(UNREAD).null_count == self.batch.num_rows:
            return np.empty(0, np.int64), pa.array([], pa.string())
        lists = self.column(UNREAD)
        entries, rows = pc.list_flatten(lists), pc.list_parent_indices(lists)
        mine = pc.equal(pc.struct_field(entries, "field"), name)
        values = pc.struct_field(entries, "value").filter(mine)
        return rows.filter(mine).to_numpy(zero_copy_only=False).astype(np.int64), values

    def hits(
        self,
        flaw: Flaw,
        rows: Rows,
        *,
        values: Sequence[str | None] | None = None,
        points: Points | None = None,
        others: Rows | None = None,
        repairs: npt.NDArray[np.object_] | None = None,
    ) -> Hits:
        """These rows (positions in the batch, ascending) as hits of a flaw.

        What goes with the first `MAX_PLACES` of them may be given: ``values`` (else those of the
        flaw's field); ``points`` (n, 2) in the CRS of the features, else the middle of each
        geometry's box; ``repairs``, proposed geometries. ``others`` are the numbers of the rows
        that all of them contradict.
        """
        rows = np.asarray(rows, np.int64)
        first = rows[:MAX_PLACES]
        if values is None and flaw.field is not None:
            values = self._texts(flaw.field, first)
        lonlat = self._lonlat(first, points)
        mended = [(None, None)] * len(first) if repairs is None else self._repairs(first, repairs)
        places = tuple(
            Place(
                row=int(self.numbers[row]),
                lon=lonlat[order][0],
                lat=lonlat[order][1],
                value=None if values is None else shortened(values[order]),
                other=None if others is None else int(others[order]),
                repair=mended[order][0],
                areas=mended[order][1],
            )
            for order, row in enumerate(first)
        )
        return Hits(self.number, flaw, rows, places, self.numbers[rows], others)

    def _repairs(
        self, rows: Rows, repairs: npt.NDArray[np.object_]
    ) -> list[tuple[str | None, tuple[float, float] | None]]:
        """Proposed geometries in hexadecimal, and the areas in m² before and after."""
        made = repairs[: len(rows)]
        unit = metres(shapely.bounds(made)[:, 1], self.crs).prod(axis=1)
        areas = np.round(np.column_stack([self.areas[rows], shapely.area(made)]) * unit[:, None], 2)
        written = shapely.to_wkb(made, flavor="iso")
        return [
            (wkb.hex() if len(wkb) <= MAX_REPAIR else None, (float(before), float(after)))
            for wkb, (before, after) in zip(written, areas, strict=True)
        ]

    def _texts(self, field: str, rows: Rows) -> list[str | None]:
        values = self.column(field).take(pa.array(rows)).to_pylist()
        return [None if value is None else str(value) for value in values]

    def _lonlat(self, rows: Rows, points: Points | None) -> list[tuple[float | None, float | None]]:
        if points is None and GEOMETRY in self.batch.schema.names:
            with np.errstate(all="ignore"):
                boxes = shapely.bounds(read_wkb(self.column(GEOMETRY).take(pa.array(rows))))
                points = (boxes[:, :2] + boxes[:, 2:]) / 2
        if points is None:
            return [(None, None)] * len(rows)
        moved = project(points[: len(rows)].reshape(-1, 2), self.crs, STORED)
        known = (np.abs(moved[:, 0]) <= 180) & (np.abs(moved[:, 1]) <= 90)
        return [
            (float(lon), float(lat)) if good else (None, None)
            for (lon, lat), good in zip(moved, known, strict=True)
        ]


def _begins(shapes: Shapes) -> Points:
    counts, spots = shapely.get_num_coordinates(shapes), shapely.get_coordinates(shapes)
    begins, held = np.full((len(shapes), 2), np.nan), counts > 0
    begins[held] = spots[(np.cumsum(counts) - counts)[held]]
    return begins


def looks(features: FeatureSet) -> Iterator[Look]:
    """The batches of a feature set in pieces of a size that stays in the processor's caches."""
    number = start = 0
    for batch in features.batches():
        for offset in range(0, batch.num_rows, _ROWS_AT_ONCE):
            piece = batch.slice(offset, _ROWS_AT_ONCE)
            yield Look(number, start, piece, features.crs)
            number, start = number + 1, start + piece.num_rows


def shortened(value: str | None) -> str | None:
    """At most `MAX_VALUE` characters of a value, with an ellipsis where it was cut."""
    return value if value is None or len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
