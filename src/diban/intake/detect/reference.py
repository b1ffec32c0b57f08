"""What detection holds coordinates against: the city's area, its districts, the layer's own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground import Extent
from diban.intake.detect.sample import Points, Sample

_FEW = 0.2


@dataclass(frozen=True, slots=True)
class Districts:
    """District polygons in the stored CRS, and for each what rows may call it: codes and names."""

    shapes: npt.NDArray[np.object_]
    labels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, shapes: npt.NDArray[np.object_], names: Sequence[Sequence[str | None]]) -> Districts:
        """With the names that can tell: codes of four digits or more, words of two characters or more.

        The zeros with which a code of twelve digits ends stand for the whole district.
        """
        labels = [
            [name.removesuffix("000000") if len(name) == 12 else name for name in row if name]
            for row in names
        ]
        kept = [tuple(one for one in row if len(one) >= (4 if one.isdecimal() else 2)) for row in labels]
        return cls(shapes, tuple(kept))

    def named_in(self, sample: Sample) -> npt.NDArray[np.int64]:
        """Which district each row names in the column that names most; -1 where none or several."""
        best = np.full(len(sample.points), -1)
        for column in sample.rows.columns:
            if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
                continue
            found = self._named(column.combine_chunks().cast(pa.string()))
            if (found >= 0).sum() > (best >= 0).sum():
                best = found
        told = best[best >= 0]
        enough = len(told) > _FEW * len(best) and len(np.unique(told)) > 1
        return best if enough else np.full(len(best), -1)

    def _named(self, column: pa.Array) -> npt.NDArray[np.int64]:
        """By a code with which the value begins, or a name that stands in it."""
        found, times = np.full(len(column), -1), np.zeros(len(column), np.int64)
        for number, labels in enumerate(self.labels):
            named = np.zeros(len(column), np.bool_)
            for label in labels:
                match = pc.starts_with if label.isdecimal() else pc.match_substring
                named |= match(column, label).fill_null(False).to_numpy(zero_copy_only=False)
            found[named] = number
            times += named
        found[times > 1] = -1
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """Features of the layer's current version: their keys, and their centroids in the stored CRS."""

    keys: pa.Array
    points: Points


@dataclass(frozen=True, slots=True)
class Reference:
    """Where the city lies; its districts and the layer's current features where there are any."""

    area: Extent
    districts: Districts | None = None
    known: Known | None = None
