"""`LayerScope` and conditions as JSON: how a grant's limits are stored, sent and read back.

Conditions are written as CQL2-JSON (OGC 21-065r2) with ``= <> < <= > >= in isNull not and or``; an
area is the hexadecimal WKB of a polygon (x = longitude). Unknown names are refused: a limit
that is misspelt must not become no limit.
"""

from __future__ import annotations

import math
from typing import Literal

import shapely

from diban.ground import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Invalid,
    LayerScope,
    Mask,
    Not,
    OneOf,
    Predicate,
    Text,
    TooLarge,
    Value,
)

MAX_DEPTH = 64
MAX_ZOOM = 24
MAX_DECIMALS = 15
_NAMES = {"fields", "rows", "area", "decimals", "masks", "min_zoom", "max_zoom"}
_Operator = Literal["=", "<>", "<", "<=", ">", ">="]
_COMPARES: dict[str, _Operator] = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def limits_json(scope: LayerScope) -> dict[str, object]:
    """The JSON form from which `limits_from_json` reads the same value back."""
    return {
        "fields": None if scope.fields is None else sorted(scope.fields),
        "rows": None if scope.rows is None else predicate_json(scope.rows),
        "area": None if scope.area is None else scope.area.hex(),
        "decimals": scope.decimals,
        "masks": {name: mask.value for name, mask in scope.masks},
        "min_zoom": scope.min_zoom,
        "max_zoom": scope.max_zoom,
    }


def limits_from_json(value: object) -> LayerScope:
    """Read limits; an absent or null name sets no limit. `Invalid` names what is wrong."""
    if not isinstance(value, dict) or not set(value) <= _NAMES:
        raise _refused("limits", ", ".join(sorted(_NAMES)))
    fields, rows, area = value.get("fields"), value.get("rows"), value.get("area")
    last = _whole(value, "max_zoom", MAX_ZOOM)
    return LayerScope(
        fields=None if fields is None else frozenset(_names(fields)),
        rows=None if rows is None else predicate_from_json(rows),
        area=None if area is None else _area(area),
        decimals=_whole(value, "decimals", MAX_DECIMALS),
        masks=_masks(value.get("masks")),
        min_zoom=_whole(value, "min_zoom", MAX_ZOOM) or 0,
        max_zoom=MAX_ZOOM if last is None else last,
    )


def predicate_json(predicate: Predicate) -> dict[str, object]:
    """A condition as CQL2-JSON."""
    match predicate:
        case Compare(field, operator, value):
            return {"op": operator, "args": [{"property": field}, value]}
        case OneOf(field, values):
            return {"op": "in", "args": [{"property": field}, list(values)]}
        case Absent(field):
            return {"op": "isNull", "args": [{"property": field}]}
        case Not(inner):
            return {"op": "not", "args": [predicate_json(inner)]}
        case AllOf(parts):
            return {"op": "and", "args": [predicate_json(part) for part in parts]}
        case AnyOf(parts):
            return {"op": "or", "args": [predicate_json(part) for part in parts]}


def predicate_from_json(value: object, depth: int = 1) -> Predicate:
    """Read a condition; whether its fields exist is for the layer's schema to say."""
    if depth > MAX_DEPTH:
        raise TooLarge(Text(zh="条件嵌套过深", en="nested too deeply"), field="rows", limit=MAX_DEPTH)
    if not isinstance(value, dict) or set(value) != {"op", "args"} or not isinstance(value["args"], list):
        raise _refused("rows", '{"op": …, "args": […]}')
    op, args = value["op"], value["args"]
    if op in ("and", "or"):
        parts = tuple(predicate_from_json(part, depth + 1) for part in args)
        return AllOf(parts) if op == "and" else AnyOf(parts)
    if op == "not" and len(args) == 1:
        return Not(predicate_from_json(args[0], depth + 1))
    if op == "isNull" and len(args) == 1:
        return Absent(_property(args[0]))
    if op == "in" and len(args) == 2 and isinstance(args[1], list):
        return OneOf(_property(args[0]), tuple(_value(item) for item in args[1]))
    if isinstance(op, str) and op in _COMPARES and len(args) == 2:
        return Compare(_property(args[0]), _COMPARES[op], _value(args[1]))
    raise _refused("rows", "= <> < <= > >= in isNull not and or")


def _property(value: object) -> str:
    if isinstance(value, dict) and set(value) == {"property"} and isinstance(value["property"], str):
        return value["property"]
    raise _refused("rows", '{"property": "…"}')


def _value(value: object) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise _refused("rows", "text | number | boolean")


def _names(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise _refused("fields", '["…"]')


def _area(value: object) -> bytes:
    try:
        wkb = bytes.fromhex(str(value))
        shape = shapely.from_wkb(wkb)
    except (ValueError, shapely.errors.ShapelyError) as fault:
        raise _refused("area", "WKB") from fault
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty or not shape.is_valid:
        raise _refused("area", "Polygon | MultiPolygon")
    return wkb


def _masks(value: object) -> tuple[tuple[str, Mask], ...]:
    known = [mask.value for mask in Mask]  # no set: what is given may be anything
    if value is None:
        return ()
    if not isinstance(value, dict) or not all(mask in known for mask in value.values()):
        raise _refused("masks", " | ".join(sorted(known)))
    return tuple(sorted((str(name), Mask(mask)) for name, mask in value.items()))


def _whole(value: dict[str, object], name: str, limit: int) -> int | None:
    found = value.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= limit:
        raise _refused(name, f"0–{limit}")
    return found


def _refused(name: str, limit: str) -> Invalid:
    return Invalid(
        Text(zh=f"授权范围写法有误：{name}", en=f"the limits of the grant are not understood: {name}"),
        field=name,
        limit=limit,
        remedy=Text(zh="按所列形式书写", en="write it as shown"),
    )
