"""No feature is there twice with slightly different geometry: drawn again, or surveyed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import GEOMETRY, Crs, FeatureSet, Field, Schema, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look, looks
from diban.quality.metres import DEGREE, metres
from diban.quality.pairs import near_pairs
from diban.quality.rule import Inspection
from diban.quality.sameness import whole_rows, without_identifiers
from diban.quality.strips import Strips
from diban.quality.wkb import read_wkb

OVERLAP = 0.9
"""The area that two polygons share, as a share of what both cover, beyond which they are one."""
SMALL_OVERLAP, APART = 0.75, 0.5
"""The same for polygons whose outlines are nowhere farther apart than so many metres: a small house that
was surveyed again 0.2 m away shares 87 %."""
NEAR = 5.0
"""Metres within which two points of the same name are one."""
_REACH = 0.12
"""Of the diagonal: polygons that overlap by `OVERLAP` have their centroids no farther apart."""
_SLAB = 50_000
"""Pairs whose geometry is held at once."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Finds polygons that overlap an earlier one by `OVERLAP`, or points within `NEAR` of one of their name.

    Small polygons may overlap less when their outlines are within `APART`.

    The very same geometry counts too, unless the values are the same as well (`ExactDuplicates`).
    Polygons with heights are left aside: these may tell storeys apart that share a footprint.
    ``name`` is the field with the name of points; None for polygons.
    """

    schema: Schema
    name: Field | None = None
    title: ClassVar[Text] = Text(zh="无近似重复要素", en="No near duplicates")

    def begin(self) -> Inspection:
        """A new inspection."""
        return _Alike(self.schema, None if self.name is None else self.name.name, self._flaw())

    def _flaw(self) -> Flaw:
        same = Text(zh=f"面重叠超过 {OVERLAP:.0%}", en=f"polygons that overlap by more than {OVERLAP:.0%}")
        if self.name is not None:
            same = Text(zh=f"同名且相距不到 {NEAR:.0f} 米", en=f"of the same name within {NEAR:.0f} m")
        return Flaw(
            code="duplicate.near",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(zh=f"与前面的行近似重复：{same.zh}", en=f"nearly repeats an earlier row: {same.en}"),
            remedy=Text(zh="核实是否同一要素，是则保留其一", en="if it is the same thing, keep one of them"),
        )


class _Alike:
    """Gathers where every feature lies and how large it is, then compares those that come near."""

    def __init__(self, schema: Schema, name: str | None, flaw: Flaw) -> None:
        self._compared, self._name, self._flaw = without_identifiers(schema), name, flaw
        self._strips = Strips()

    def see(self, look: Look) -> Iterable[Hits]:
        if self._name is None:
            self._see_polygons(look)
        else:
            self._see_points(look, self._name)
        return ()

    def close(self, features: FeatureSet) -> Iterator[Hits]:
        later, numbers = self._alike(features)
        for look in looks(features) if len(later) else ():
            low, high = np.searchsorted(later, (look.start, look.start + look.batch.num_rows))
            if high > low:
                yield look.hits(self._flaw, later[low:high] - look.start, others=numbers[low:high])

    def _see_polygons(self, look: Look) -> None:
        areas, flat = look.areas, ~look.ask(shapely.has_z, convex=False)
        rows = np.flatnonzero((areas > 0) & flat & look.located & ~look.invalid)
        middles = look.centroids[rows]
        box = look.bounds[rows]
        diagonal = np.hypot(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
        group = np.zeros(len(rows), np.int64)
        self._strips.add(look.start + rows, middles, _REACH * diagonal, areas[rows], group)

    def _see_points(self, look: Look, name: str) -> None:
        rows = np.flatnonzero(
            (look.ask(shapely.get_type_id, convex=3) == 0) & look.located & ~look.blank(name)
        )
        names = look.column(name).take(pa.array(rows)).to_pylist()
        group = np.fromiter(map(hash, names), np.int64, len(rows))
        spots = look.bounds[rows, :2]
        reach = NEAR / metres(spots[:, 1], look.crs)[:, 0]
        self._strips.add(look.start + rows, spots, reach, np.zeros(len(rows)), group)

    def _alike(self, features: FeatureSet) -> tuple[Numbers, Numbers]:
        """Indices of the rows that repeat an earlier one, ascending, and the numbers of the latter."""
        found: list[tuple[Numbers, Numbers]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for strip in self._strips.strips():
            spots = np.column_stack([strip["x"], strip["y"]])
            one, other = near_pairs(spots, strip["reach"], strip["size"], strip["group"])
            small, large = np.sort([strip["size"][one], strip["size"][other]], axis=0)
            like = small >= OVERLAP * large
            one, other = strip["index"][one[like]], strip["index"][other[like]]
            for start in range(0, len(one), _SLAB):
                slab = slice(start, start + _SLAB)
                found.append(self._compare(features, one[slab], other[slab]))
        later, numbers = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((numbers, later))
        later, first = np.unique(later[order], return_index=True)
        return later, numbers[order][first]

    def _compare(self, features: FeatureSet, one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
        """Of these pairs of indices those that are alike: the later index, the earlier row's number."""
        wanted = np.unique(np.concatenate([one, other]))
        shapes, numbers, rows = self._fetch(features, wanted)
        a, b = np.searchsorted(wanted, one), np.searchsorted(wanted, other)
        alike = (_overlapping if self._name is None else _close_by)(shapes[a], shapes[b], features.crs)
        alike &= rows[a] != rows[b]
        return other[alike], numbers[a[alike]]

    def _fetch(
        self, features: FeatureSet, wanted: Numbers
    ) -> tuple[npt.NDArray[np.object_], Numbers, npt.NDArray[np.object_]]:
        """Geometries, row numbers and whole-row hashes of the rows of these indices."""
        shapes, numbers, rows = [], [], []
        for look in looks(features):
            low, high = np.searchsorted(wanted, (look.start, look.start + look.batch.num_rows))
            if high > low:
                at = wanted[low:high] - look.start
                batch = look.batch.take(pa.array(at))
                shapes.append(read_wkb(batch.column(GEOMETRY)))
                numbers.append(look.numbers[at])
                rows.append(np.array(whole_rows(batch, self._compared), np.object_))
        return np.concatenate(shapes), np.concatenate(numbers), np.concatenate(rows)


def _overlapping(a: npt.NDArray[np.object_], b: npt.NDArray[np.object_], crs: Crs) -> npt.NDArray[np.bool_]:
    shared = shapely.area(shapely.intersection(a, b))
    covered = shapely.area(a) + shapely.area(b) - shared
    overlapping: npt.NDArray[np.bool_] = shared > OVERLAP * covered
    small = np.flatnonzero(~overlapping & (shared > SMALL_OVERLAP * covered))
    apart = shapely.hausdorff_distance(a[small], b[small]) * (DEGREE if crs.degrees else 1.0)
    overlapping[small[apart <= APART]] = True
    return overlapping


def _close_by(a: npt.NDArray[np.object_], b: npt.NDArray[np.object_], crs: Crs) -> npt.NDArray[np.bool_]:
    here, there = shapely.get_coordinates(a), shapely.get_coordinates(b)
    apart = (here - there) * metres(here[:, 1], crs)
    near: npt.NDArray[np.bool_] = np.hypot(apart[:, 0], apart[:, 1]) <= NEAR
    return near
