"""No feature is there twice with slightly different geometry: drawn again, or surveyed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import Crs, FeatureSet, Field, Schema, Text
from diban.quality.fetched import Fetched
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look, looks
from diban.quality.metres import DEGREE, metres
from diban.quality.pairs import mixed, near_pairs
from diban.quality.rule import Inspection
from diban.quality.sameness import without_identifiers
from diban.quality.strips import Rows, Strips

OVERLAP = 0.9
"""The area that two polygons share, as a share of what both cover, beyond which they are one."""
SMALL_OVERLAP, APART = 0.75, 0.5
"""The same for polygons whose outlines are nowhere farther apart than so many metres: a small house that
was surveyed again 0.2 m away shares 87 %."""
NEAR = 5.0
"""Metres within which two points of the same name are one."""
PILE = 3
"""Polygons of exactly one place and area that are still taken for repetitions."""
_REACH = 0.12
"""Of the diagonal: polygons that overlap by `OVERLAP` have their centroids no farther apart."""
_SLAB = 50_000
"""Pairs whose geometry is held at once."""

Numbers = npt.NDArray[np.int64]
Pairs = tuple[Numbers, Numbers]
"""Indices of later rows, and of the earlier ones that they repeat."""
_NONE: Pairs = (np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Finds polygons that overlap an earlier one by `OVERLAP`, or points within `NEAR` of one of their name.

    Small polygons may overlap less when their outlines are within `APART`.

    The very same geometry counts too, unless the values are the same as well (`ExactDuplicates`), or it
    is that of more than `PILE` rows: storeys or rooms, of which one notice tells.
    Polygons with heights are left aside: these may tell storeys apart that share a footprint.
    ``name`` is the field with the name of points; None for polygons.
    """

    schema: Schema
    name: Field | None = None
    title: ClassVar[Text] = Text(zh="无近似重复要素", en="No near duplicates")

    def begin(self) -> Inspection:
        """A new inspection."""
        name = None if self.name is None else self.name.name
        return _Alike(self.schema, name, self._flaw(), self._stacked())

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

    def _stacked(self) -> Flaw:
        return Flaw(
            code="duplicate.stacked",
            severity=Severity.NOTICE,
            rule=self.title,
            message=Text(
                zh=f"多于 {PILE} 个面的位置与面积完全一致，似为楼层或户室，未逐一列为近似重复",
                en=f"more than {PILE} polygons have exactly one place and area, like storeys or rooms; "
                "they are not named as near duplicates",
            ),
            remedy=Text(
                zh="如是楼层或户室则无需处理，带高程（Z）更好；如由表连接重复产生，保留其一",
                en="nothing for storeys or rooms, better with heights (Z); if a join repeated them, keep one",
            ),
        )


class _Alike:
    """Gathers where every feature lies and how large it is, then compares those that come near."""

    def __init__(self, schema: Schema, name: str | None, flaw: Flaw, stacked: Flaw) -> None:
        self._compared, self._name = without_identifiers(schema), name
        self._flaw, self._stacked = flaw, stacked
        self._strips = Strips()

    def see(self, look: Look) -> Iterable[Hits]:
        if self._name is None:
            self._see_polygons(look)
        else:
            self._see_points(look, self._name)
        return ()

    def close(self, features: FeatureSet) -> Iterator[Hits]:
        near, piled = [_NONE], [_NONE]
        for strip in self._strips.strips():
            if self._name is None:
                strip, repeated = _unpiled(strip)
                piled.append(repeated)
            near.append(self._alike(features, strip))
        found = [(flaw, *_first_of(pairs)) for flaw, pairs in ((self._flaw, near), (self._stacked, piled))]
        yield from _told(features, [(flaw, later, earlier) for flaw, later, earlier in found if len(later)])

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

    def _alike(self, features: FeatureSet, strip: Rows) -> Pairs:
        """Indices of the rows of a strip that repeat an earlier one, and those of the latter."""
        spots = np.column_stack([strip["x"], strip["y"]])
        one, other = near_pairs(spots, strip["reach"], strip["size"], strip["group"])
        small, large = np.sort([strip["size"][one], strip["size"][other]], axis=0)
        like = small >= OVERLAP * large
        one, other = strip["index"][one[like]], strip["index"][other[like]]
        if not len(one):
            return _NONE
        alike = np.zeros(len(one), np.bool_)
        with Fetched(features, np.unique(np.concatenate([one, other])), self._compared) as fetched:
            for start in range(0, len(one), _SLAB):
                slab = slice(start, start + _SLAB)
                (a, rows_a), (b, rows_b) = fetched.rows(one[slab]), fetched.rows(other[slab])
                compare = _overlapping if self._name is None else _close_by
                alike[slab] = compare(a, b, features.crs) & (rows_a != rows_b)
        return other[alike], one[alike]


def _unpiled(strip: Rows) -> tuple[Rows, Pairs]:
    """A strip with each pile's first row alone; the other rows of piles, and the first of each."""
    place = mixed(*(np.ascontiguousarray(strip[name]).view(np.int64) for name in ("x", "y", "size")))
    together = np.sort(place)
    if not (together[PILE:] == together[:-PILE]).any():
        return strip, _NONE
    _, first, pile, count = np.unique(place, return_index=True, return_inverse=True, return_counts=True)
    repeated = (count[pile] > PILE) & (first[pile] != np.arange(len(strip)))
    return strip[~repeated], (strip["index"][repeated], strip["index"][first[pile[repeated]]])


def _first_of(pairs: list[Pairs]) -> Pairs:
    """Each later index once, ascending, with the least that it repeats."""
    later, earlier = (np.concatenate(part) for part in zip(*pairs, strict=True))
    order = np.lexsort((earlier, later))
    later, first = np.unique(later[order], return_index=True)
    return later, earlier[order][first]


def _told(features: FeatureSet, found: list[tuple[Flaw, Numbers, Numbers]]) -> Iterator[Hits]:
    """The later rows as hits, with the numbers of the earlier, which come before them."""
    if not found:
        return
    wanted = np.unique(np.concatenate([earlier for _, _, earlier in found]))
    numbers = np.zeros(len(wanted), np.int64)
    for look in looks(features):
        ends = (look.start, look.start + look.batch.num_rows)
        known = slice(*np.searchsorted(wanted, ends))
        numbers[known] = look.numbers[wanted[known] - look.start]
        for flaw, later, earlier in found:
            here = slice(*np.searchsorted(later, ends))
            if here.stop > here.start:
                others = numbers[np.searchsorted(wanted, earlier[here])]
                yield look.hits(flaw, later[here] - look.start, others=others)


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
