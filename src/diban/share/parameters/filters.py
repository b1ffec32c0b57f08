"""``field=value``: features whose field has exactly this value (Features Part 1, 7.15.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from diban.ground import AllOf, Compare, Predicate, Schema, Text

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


def parse_filters(given: Mapping[str, str], schema: Schema, reserved: Collection[str]) -> Predicate | None:
    """The condition that all such parameters make together; None when there are none."""
    names = [field.name for field in schema.fields if field.name in given and field.name not in reserved]
    return AllOf(tuple(Compare(name, "=", given[name]) for name in names)) if names else None
