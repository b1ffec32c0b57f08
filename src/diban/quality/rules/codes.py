"""Fields with a code list (代码表) have values of that list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground import Field, Schema, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ListedCodes:
    """Finds values that are not in the code list of their field; codes compare as text, exactly."""

    schema: Schema
    title: ClassVar[Text] = Text(zh="代码表", en="Code lists")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.schema.fields:
            if field.codes:
                values = look.column(field.name).cast(pa.string())
                listed = pc.is_in(values, value_set=pa.array([code.value for code in field.codes]))
                unlisted = ~listed.to_numpy(zero_copy_only=False)
                if unlisted.any():
                    yield look.hits(self._flaw(field), np.flatnonzero(unlisted & ~look.blank(field.name)))

    def _flaw(self, field: Field) -> Flaw:
        codes = [code.value for code in field.codes[:_SHOWN]] + ["…"] * (len(field.codes) > _SHOWN)
        return Flaw(
            code="field.code",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）的值不在代码表中",
                en=f"{field.title.en} ({field.name}) has values that are not in its code list",
            ),
            remedy=Text(zh=f"使用代码表中的值：{'、'.join(codes)}", en=f"use one of {', '.join(codes)}"),
            field=field.name,
        )
