"""The columns of a delivery are those of the delivery before: new, missing and changed ones are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from diban.ground import Text
from diban.quality.finding import Finding, Flaw, Severity

TITLE = Text(zh="列与上次一致", en="Columns as last time")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Delivered:
    """The columns of a delivered file: its format, and the sort of value (``sort_of``) of each by name."""

    format: str
    columns: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """A JSON form from which `from_json` reads the same back."""
        return {"format": self.format, "columns": dict(self.columns)}

    @classmethod
    def from_json(cls, value: object) -> Delivered | None:
        """Read `as_json` back; None for none."""
        if not isinstance(value, dict):
            return None
        return cls(str(value["format"]), tuple((name, str(sort)) for name, sort in value["columns"].items()))


def sort_of(kind: pa.DataType) -> str:
    """What a column holds, as far as it matters whether it is the same again."""
    for sort, belongs in _SORTS:
        if belongs(kind):
            return sort
    return str(kind)


_SORTS = (
    ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    ("integer", pa.types.is_integer),
    ("number", lambda kind: pa.types.is_floating(kind) or pa.types.is_decimal(kind)),
    ("boolean", pa.types.is_boolean),
    ("date", pa.types.is_date),
    ("instant", pa.types.is_timestamp),
)


def schema_drift(before: Delivered, now: Delivered) -> Iterator[Finding]:
    """What changed in the columns since the delivery before; sorts count only between equal formats."""
    old, new = dict(before.columns), dict(now.columns)
    changed = [
        f"{name} ({old[name]} → {sort})"
        for name, sort in new.items()
        if before.format == now.format and old.get(name, sort) != sort
    ]
    for code, names, zh, en in (
        ("new", [name for name in new if name not in old], "新增的列", "columns that are new"),
        ("missing", [name for name in old if name not in new], "缺少的列", "columns that are gone"),
        ("retyped", changed, "类型改变的列", "columns of another type"),
    ):
        if names:
            shown = [name[:100] for name in names[:_SHOWN]] + ["…"] * (len(names) > _SHOWN)
            yield Finding(_flaw(code, zh, en, shown), len(names), ())


def _flaw(code: str, zh: str, en: str, names: list[str]) -> Flaw:
    return Flaw(
        code=f"schema.{code}",
        severity=Severity.WARNING,
        rule=TITLE,
        message=Text(
            zh=f"与上次入库的交付相比，{zh}：{'、'.join(names)}",
            en=f"compared with the delivery that landed last, {en}: {', '.join(names)}",
        ),
        remedy=Text(
            zh="有意更改时无需处理；否则按上次的结构导出",
            en="nothing, if it was meant; else export with the columns of last time",
        ),
    )
