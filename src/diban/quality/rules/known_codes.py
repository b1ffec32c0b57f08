"""Fields that refer to a published layer, such as district codes, have codes that it knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from diban.ground import Field, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.port import MOST_CODES, Register
from diban.quality.rule import Inspection, RowByRow


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """Finds codes that the layer named by the field does not have; says so where it could not look.

    ``registers`` by the slug of their layer; a layer that is not there has none.
    """

    fields: tuple[Field, ...]
    registers: Mapping[str, Register]
    title: ClassVar[Text] = Text(zh="引用代码", en="Known codes")

    def begin(self) -> Inspection:
        """A new inspection."""
        absent = [field for field in self.fields if field.constraint.reference not in self.registers]
        return RowByRow(self._find, tuple(Hits.about_all(self._not_run(field)) for field in absent))

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.fields:
            register = self.registers.get(str(field.constraint.reference))
            if register is None:
                continue
            # A set is asked value by value, in C: Arrow would build its table anew for every batch.
            values = look.column(field.name).to_numpy(zero_copy_only=False)
            known = np.fromiter(map(register.codes.__contains__, values), np.bool_, len(values))
            if not known.all():
                yield look.hits(self._flaw(field), np.flatnonzero(~known & ~look.blank(field.name)))

    def _flaw(self, field: Field) -> Flaw:
        layer = field.constraint.reference
        return Flaw(
            code="field.reference",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）的代码不在图层 {layer} 中",
                en=f"{field.title.en} ({field.name}) has codes that layer {layer} does not know",
            ),
            remedy=Text(
                zh=f"改用图层 {layer} 现行的代码", en=f"use the codes that layer {layer} has at present"
            ),
            field=field.name,
        )

    def _not_run(self, field: Field) -> Flaw:
        layer = field.constraint.reference
        return Flaw(
            code="field.reference-absent",
            severity=Severity.NOTICE,
            rule=self.title,
            message=Text(
                zh=f"未核对“{field.title.zh}”（{field.name}）：图层 {layer} 未发布，未向提供部门完整授权，"
                f"或代码超过 {MOST_CODES:,} 个",
                en=f"{field.title.en} ({field.name}) was not compared: layer {layer} is not published, not "
                f"granted whole to the provider, or has more than {MOST_CODES:,} codes",
            ),
            remedy=Text(
                zh=f"图层 {layer} 发布并授权后重新交付",
                en=f"deliver again when layer {layer} is published and granted",
            ),
            field=field.name,
        )
