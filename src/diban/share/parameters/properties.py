"""``properties``: which fields are answered, by name."""

from __future__ import annotations

from diban.ground import Schema, Text
from diban.share.parameters.parameter import Parameter

PROPERTIES = Parameter(
    "properties",
    Text(zh="返回的字段，逗号分隔", en="fields to answer, with commas"),
    {"type": "array", "items": {"type": "string"}},
)


def parse_properties(text: str | None, schema: Schema) -> tuple[str, ...] | None:
    """Names of fields that may be seen, each once; None means all of them."""
    if text is None:
        return None
    return tuple(dict.fromkeys(schema.field(name).name for name in text.split(",") if name))
