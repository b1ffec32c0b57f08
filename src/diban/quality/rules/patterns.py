"""Fields with a pattern have values that match it from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from diban.ground import Field, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow


@dataclass(frozen=True, slots=True)
class ValuePatterns:
    """Finds text that does not match the declared pattern; blank text is absent and left aside."""

    fields: tuple[Field, ...]
    title: ClassVar[Text] = Text(zh="格式", en="Patterns")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.fields:
            matching = field.constraint.matches(look.column(field.name))
            if not matching.all():
                yield look.hits(self._flaw(field), np.flatnonzero(~matching & ~look.blank(field.name)))

    def _flaw(self, field: Field) -> Flaw:
        return Flaw(
            code="field.pattern",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）的值不合格式 {field.constraint.pattern}",
                en=f"{field.title.en} ({field.name}) has values not of the form {field.constraint.pattern}",
            ),
            remedy=Text(zh="按所示格式改写这些值", en="write the values in the form shown"),
            field=field.name,
        )
