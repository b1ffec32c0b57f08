"""Fields with a minimum or maximum have values within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow.compute as pc

from diban.ground import Field, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow


@dataclass(frozen=True, slots=True)
class ValueRanges:
    """Finds values below the declared minimum or above the declared maximum; both ends are allowed."""

    fields: tuple[Field, ...]
    title: ClassVar[Text] = Text(zh="值域", en="Ranges")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.fields:
            values, declared = look.column(field.name), field.constraint
            outside = np.zeros(len(values), np.bool_)
            for end, beyond in ((declared.minimum, pc.less), (declared.maximum, pc.greater)):
                if end is not None:
                    found = beyond(values, declared.bound(end, field.name, field.arrow_type()))
                    outside |= found.fill_null(False).to_numpy(zero_copy_only=False)
            if outside.any():
                yield look.hits(self._flaw(field), np.flatnonzero(outside))

    def _flaw(self, field: Field) -> Flaw:
        low, high = field.constraint.minimum, field.constraint.maximum
        return Flaw(
            code="field.range",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）的值超出 {low or '…'} 至 {high or '…'}",
                en=f"{field.title.en} ({field.name}) has values outside {low or '…'} to {high or '…'}",
            ),
            remedy=Text(
                zh="核对数值及其单位；范围有误时在目录中更改",
                en="verify the values and their unit; if the range is wrong, change it in the catalogue",
            ),
            field=field.name,
        )
