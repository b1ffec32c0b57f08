"""``properties``: which fields are answered, by name."""

from __future__ import annotations

from diban.ground import Schema


def parse_properties(text: str | None, schema: Schema) -> tuple[str, ...] | None:
    """Names of fields that may be seen; None means all of them."""
    if text is None:
        return None
    return tuple(schema.field(name).name for name in text.split(",") if name)
