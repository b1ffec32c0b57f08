"""What is asked of a layer's features, as the parameters of a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from diban.client.coordinates import CRS84, CrsName, box_text, crs_uri
from diban.client.errors import Invalid, Problem
from diban.client.words import Words

Value = str | int | float | bool | Decimal | date | datetime
RESERVED = frozenset(
    (
        *("f", "crs", "version", "known-at", "bbox", "bbox-crs", "datetime"),
        *("limit", "properties", "sortby", "after"),
    )
)


def selection(
    bbox: Sequence[float] | None,
    bbox_crs: CrsName | None,
    where: Mapping[str, Value] | None,
    valid: str | date | None,
) -> dict[str, str]:
    """Which features: in a box (west, south, east, north), of exactly these values, valid then."""
    query: dict[str, str] = {}
    if bbox is not None:
        box_crs = CRS84 if bbox_crs is None else crs_uri(bbox_crs)
        query |= {"bbox": box_text(bbox, box_crs), "bbox-crs": box_crs}
    for name, value in (where or {}).items():
        if name in RESERVED or value is None:
            raise _not_a_condition(name)
        query[name] = value_text(value)
    if valid is not None:
        query["datetime"] = value_text(valid)
    return query


def moment(version: str | None, known_at: str | datetime | None) -> dict[str, str]:
    """Of which version: by its id, or as the platform knew it at an instant."""
    query = {} if version is None else {"version": version}
    return query if known_at is None else {**query, "known-at": value_text(known_at)}


def value_text(value: Value) -> str:
    """A value as the platform reads it; an instant without an offset is the local zone's."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _not_a_condition(name: str) -> Invalid:
    words = Words(f"不能按 {name} 筛选", f"{name} cannot be a condition")
    remedy = Words(
        "值不能为空；字段与请求参数同名时，取回后再筛选",
        "a value is never None; where a field is named like a parameter, filter what came",
    )
    return Invalid(Problem(words.both, field=f"where.{name}", remedy=remedy.both))
