"""JSON Schema of 2020 as OpenAPI 3.0 writes it (OpenAPI 3.0.3, 4.7.24)."""

from __future__ import annotations

from typing import Any

NULL = {"type": "null"}
_UNIONS = ("anyOf", "oneOf")
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def lowered(schema: Any) -> Any:
    """The same schema: ``nullable`` for unions with null, ``enum`` for ``const``, bounds beside their flag;
    without the titles that merely repeat names."""
    if isinstance(schema, list):
        return [lowered(part) for part in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if not isinstance(schema, dict):
        return schema
    if schema == NULL:
        return {"enum": [None], "nullable": True}
    made: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "title" and isinstance(value, str):
            continue
        if name == "properties":
            made[name] = {member: lowered(part) for member, part in value.items()}
        elif name == "const":
            made["enum"] = [value]
        elif name in _BOUNDS and not isinstance(value, bool):
            made |= {_BOUNDS[name]: lowered(value), name: True}
        elif name == "default" and value is None:
            continue
        else:
            made[name] = lowered(value)
    if "$ref" in made and len(made) > 1:  # members beside a reference are not read
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return _nullable(made, schema)


def _nullable(made: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without null among its unions, which is said by ``nullable``."""
    for union in _UNIONS:
        parts = schema.get(union)
        if parts is None or NULL not in parts:
            continue
        rest = [lowered(part) for part in parts if part != NULL]
        made = {name: value for name, value in made.items() if name != union} | {"nullable": True}
        if len(rest) > 1:
            return {**made, union: rest}
        return {**made, "allOf": rest} if "$ref" in rest[0] else {**rest[0], **made}
    return made
