"""Conditions as bound SQL: names come only from the schema, values only as parameters."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from diban.base.columns import bound_value, physical_name
from diban.ground import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Denied,
    LayerScope,
    Not,
    OneOf,
    Predicate,
    Schema,
    Text,
    fields_of,
)

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def permitted(predicate: Predicate, scope: LayerScope) -> Predicate:
    """The same condition; `Denied` when it looks at a field that is hidden or masked (no oracle)."""
    for name in fields_of(predicate):
        require_plain(name, scope)
    return predicate


def require_plain(name: str, scope: LayerScope) -> None:
    """`Denied` unless the field may be filtered and sorted by."""
    if not scope.plain(name):
        raise Denied(
            Text(zh=f"无权按字段“{name}”筛选或排序", en=f"no grant to filter or sort by {name!r}"),
            field=name,
            remedy=Text(zh="去掉该字段，或申请授权", en="leave the field out, or request a grant"),
        )


def require_fitting(predicate: Predicate, schema: Schema) -> None:
    """Pass when its fields are the schema's and its values of their types; `Invalid` otherwise."""
    for name in fields_of(predicate):
        schema.field(name)
    _bind(predicate, schema)


def _bind(predicate: Predicate, schema: Schema) -> None:
    if isinstance(predicate, Not):
        _bind(predicate.inner, schema)
    elif isinstance(predicate, AllOf | AnyOf):
        for part in predicate.parts:
            _bind(part, schema)
    elif isinstance(predicate, OneOf):
        for value in predicate.values:
            bound_value(value, schema.field(predicate.field))
    elif isinstance(predicate, Compare):
        bound_value(predicate.value, schema.field(predicate.field))


def to_sql(predicate: Predicate, schema: Schema, relation: sa.Table) -> sa.ColumnElement[bool]:
    """The condition on a relation; unknown (no value) never matches, as in two-valued logic."""
    if isinstance(predicate, AllOf):
        return sa.and_(sa.true(), *(to_sql(part, schema, relation) for part in predicate.parts))
    if isinstance(predicate, Not):
        return sa.not_(sa.func.coalesce(to_sql(predicate.inner, schema, relation), sa.false()))
    if isinstance(predicate, Compare | OneOf | Absent):
        return _leaf(predicate, schema, relation)
    return sa.or_(sa.false(), *(to_sql(part, schema, relation) for part in predicate.parts))


def _leaf(predicate: Compare | OneOf | Absent, schema: Schema, relation: sa.Table) -> sa.ColumnElement[bool]:
    field = schema.field(predicate.field)
    column = relation.c[physical_name(field)]
    if isinstance(predicate, Absent):
        return column.is_(None)
    if isinstance(predicate, OneOf):
        return column.in_([bound_value(value, field) for value in predicate.values])
    compared: sa.ColumnElement[bool] = _OPERATORS[predicate.operator](
        column, bound_value(predicate.value, field)
    )
    return compared
