"""Features of the layer's last version are still where they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from diban.ground import STORED, Text, project
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.metres import metres
from diban.quality.port import Before
from diban.quality.rule import Inspection, RowByRow

FAR = 100.0
"""Metres: less than GCJ-02 shifts anything in the country, more than a new survey does."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Finds rows whose middle lies more than `FAR` from where the row of the same key lay before.

    A row of a layer whose things move by themselves is only worth a look.
    """

    key: str
    before: Before
    title: ClassVar[Text] = Text(zh="位置与上一版本相符", en="Place as in the last version")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        at = self.before.find(look.column(self.key))
        rows = np.flatnonzero((at >= 0) & look.located)
        boxes = look.bounds[rows]
        middles = project((boxes[:, :2] + boxes[:, 2:]) / 2, look.crs, STORED)
        apart = (middles - self.before.values[at[rows]]) * metres(middles[:, 1], STORED)
        far = np.hypot(apart[:, 0], apart[:, 1])
        moved = far > FAR  # NaN, where there was no geometry before, is not
        if moved.any():
            yield look.hits(self._flaw(), rows[moved], values=[f"{one:.0f} m" for one in far[moved]])

    def _flaw(self) -> Flaw:
        return Flaw(
            code="extent.moved",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(
                zh=f"与上一版本同一主键的要素相距超过 {FAR:.0f} 米",
                en=f"lies over {FAR:.0f} m from where the feature of the same key lay before",
            ),
            remedy=Text(
                zh="核对坐标是否偏移（如 GCJ-02 未换算），或主键是否改派",
                en="verify whether the coordinates are shifted (GCJ-02 taken as CGCS2000) or the key reused",
            ),
        )
