"""Required fields, and the key, have a value in every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from diban.ground import Field, Schema, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow


@dataclass(frozen=True, slots=True)
class RequiredValues:
    """Finds rows without a value in a required field; blank text is none, an unread one is."""

    schema: Schema
    title: ClassVar[Text] = Text(zh="必填字段", en="Required values")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.schema.fields:
            if field.required or field.name == self.schema.key:
                blank = look.blank(field.name)
                blank[look.unread(field.name)[0]] = False
                if blank.any():
                    yield look.hits(self._flaw(field), np.flatnonzero(blank))

    def _flaw(self, field: Field) -> Flaw:
        return Flaw(
            code="field.required",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"必填字段“{field.title.zh}”（{field.name}）没有值",
                en=f"{field.title.en} ({field.name}) is required and has no value",
            ),
            remedy=Text(zh="补全该字段的值", en="fill in the value"),
            field=field.name,
        )
