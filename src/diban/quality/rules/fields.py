"""Declared fields have values of their declared type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diban.ground import Field, Kind, Schema, Text
from diban.quality.finding import MAX_PLACES, Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow

_KINDS = {
    Kind.TEXT: Text(zh="文本", en="text"),
    Kind.INTEGER: Text(zh="整数", en="whole numbers"),
    Kind.DECIMAL: Text(zh="小数", en="decimal numbers"),
    Kind.FLOAT: Text(zh="数值", en="numbers"),
    Kind.BOOLEAN: Text(zh="是/否", en="yes or no"),
    Kind.DATE: Text(zh="日期", en="dates"),
    Kind.INSTANT: Text(zh="时刻", en="instants"),
}


@dataclass(frozen=True, slots=True)
class DeclaredTypes:
    """Finds the values that the declared type of their field could not take (`Look.unread`)."""

    schema: Schema
    title: ClassVar[Text] = Text(zh="字段类型", en="Declared types")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.schema.fields:
            rows, values = look.unread(field.name)
            if len(rows):
                yield look.hits(self._flaw(field), rows, values=values[:MAX_PLACES].to_pylist())

    def _flaw(self, field: Field) -> Flaw:
        kind = _KINDS[field.kind]
        return Flaw(
            code="field.type",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）应为{kind.zh}，有的值读不出来",
                en=f"{field.title.en} ({field.name}) takes {kind.en}; some values cannot be read as such",
            ),
            remedy=Text(
                zh="改正这些值，或在资源目录中更改该字段的类型",
                en="correct the values, or change the field's type in the catalogue",
            ),
            field=field.name,
        )
