"""Shapes as the schemas of an OpenAPI 3.0 document."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, get_args

from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from diban.share.shapes.lowered import lowered

Shape = Any
"""A ``TypedDict``, a union of some (with None for null), or a mapping of names to booleans."""
SCHEMAS = "#/components/schemas/"
FLAGS = dict[str, bool]


def reference_to(shape: Shape) -> dict[str, Any]:
    """How a route refers to a shape."""
    if is_typeddict(shape):
        return {"$ref": SCHEMAS + shape.__name__}
    if shape == FLAGS:
        return {"type": "object", "additionalProperties": {"type": "boolean"}}
    if not isinstance(shape, UnionType):
        raise TypeError(f"no shape: {shape}")
    parts = [reference_to(part) for part in get_args(shape) if part is not NoneType]
    if len(parts) == len(get_args(shape)):
        return {"oneOf": parts}
    return {"allOf": parts, "nullable": True}


def component_schemas(shapes: Sequence[Shape]) -> dict[str, Any]:
    """The schemas of these shapes and of all that they are made of, by name."""
    together: Any = tuple[tuple(shapes)]  # type: ignore[misc]  # as many as there are
    found = TypeAdapter(together).json_schema(ref_template=SCHEMAS + "{model}")
    return {name: lowered(schema) for name, schema in found["$defs"].items()}
