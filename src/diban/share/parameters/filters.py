"""``field=value``: features whose field has exactly this value (Features Part 1, 7.15.5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from diban.ground import AllOf, Compare, Field, Invalid, Kind, Predicate, Schema, Text

FIELDS: dict[str, Any] = {
    "name": "fields",
    "in": "query",
    "required": False,
    "description": str(
        Text(zh="任一字段名=值：只要该值的要素", en="any field's name=value: only features with that value")
    ),
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    "style": "form",
    "explode": True,
}
"""How OpenAPI describes parameters whose names are those of a layer's fields."""
_PLAIN = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?")


def parse_filters(given: Mapping[str, str], schema: Schema, reserved: Collection[str]) -> Predicate | None:
    """The condition that all such parameters make together; None when there are none."""
    fields = [field for field in schema.fields if field.name in given and field.name not in reserved]
    return AllOf(tuple(_equal(field, given[field.name]) for field in fields)) if fields else None


def _equal(field: Field, value: str) -> Compare:
    """Exact numbers are written plainly: with an exponent a few signs could mean a million digits."""
    if field.kind in (Kind.INTEGER, Kind.DECIMAL) and not _PLAIN.fullmatch(value):
        raise Invalid(
            Text(zh=f"值与字段类型不符：{value[:50]}", en=f"not a {field.kind.value}: {value[:50]}"),
            field=field.name,
            limit=field.kind.value,
            remedy=Text(zh="写成 12 或 12.50", en="write 12 or 12.50"),
        )
    return Compare(field.name, "=", value)
