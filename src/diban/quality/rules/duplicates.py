"""No row is there twice under another identifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.ground import GEOMETRY, FeatureSet, GeometryKind, Schema, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look, looks
from diban.quality.prints import Prints
from diban.quality.rule import Inspection
from diban.quality.sameness import whole_rows, without_identifiers

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExactDuplicates:
    """Finds rows that repeat an earlier one: the same geometry and values, but for key and unique fields.

    Rows without geometry in a layer are left aside.
    """

    schema: Schema
    title: ClassVar[Text] = Text(zh="无重复要素", en="No duplicates")

    def begin(self) -> Inspection:
        """A new inspection."""
        return _Copies(without_identifiers(self.schema), self._flaw())

    def _flaw(self) -> Flaw:
        return Flaw(
            code="duplicate.exact",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(
                zh="除标识外与前面的行完全相同（图形与属性）",
                en="the same as an earlier row in geometry and values, but for its identifiers",
            ),
            remedy=Text(zh="核实后删去重复的行", en="if it is the same thing, remove the copy"),
        )


class _Copies:
    """Gathers 8 bytes a row, then compares whole rows where these agree, in a second pass."""

    def __init__(self, compared: Schema, flaw: Flaw) -> None:
        self._compared, self._flaw = compared, flaw
        self._table = compared.geometry is GeometryKind.NONE
        self._gathered = Prints()

    def see(self, look: Look) -> Iterable[Hits]:
        self._gathered.add(self._prints(look))
        return ()

    def close(self, features: FeatureSet) -> Iterator[Hits]:
        doubled = self._gathered.doubled()
        doubled = doubled[doubled != 0]
        first: dict[bytes, int] = {}
        for look in looks(features) if len(doubled) else ():
            rows = np.flatnonzero(np.isin(self._prints(look), doubled))
            others = self._earlier(look, rows, first)
            if others.any():
                yield look.hits(self._flaw, rows[others > 0], others=others[others > 0])

    def _prints(self, look: Look) -> Numbers:
        """A 64-bit hash of each row's geometry, or of the whole row in a table; 0 without geometry."""
        if self._table:
            return np.fromiter(
                map(hash, whole_rows(look.batch, self._compared)), np.int64, look.batch.num_rows
            )
        column = look.column(GEOMETRY)
        prints = np.fromiter(map(hash, column.to_numpy(zero_copy_only=False)), np.int64, len(column))
        return np.where(column.is_null().to_numpy(zero_copy_only=False), 0, prints)

    def _earlier(self, look: Look, rows: Numbers, first: dict[bytes, int]) -> Numbers:
        """For each row the number of the first row that is the same, or 0 for that row itself."""
        others = np.zeros(len(rows), np.int64)
        # Only rows whose geometry is there twice come here, so one by one will do.
        for order, same in enumerate(whole_rows(look.batch.take(pa.array(rows)), self._compared)):
            number = int(look.numbers[rows[order]])
            if (known := first.setdefault(same, number)) != number:
                others[order] = known
        return others
