"""A condition on a row's fields, as a value: what a filter asks and what a grant allows.

The tree is small on purpose: names come only from the schema, values only as values, depth and
size are bounded. The base turns it into bound SQL; nothing in it is ever evaluated as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from diban.ground.errors import TooLarge
from diban.ground.text import Text

Value = str | int | float | bool
Operator = Literal["=", "<>", "<", "<=", ">", ">="]
MAX_DEPTH = 64
MAX_SIZE = 16_384
"""Most parts and values of a condition: what both engines still take as bound parameters."""


@dataclass(frozen=True, slots=True)
class Compare:
    """``field operator value``; a row without a value never matches."""

    field: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field's value is one of these."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """The field has no value."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """The row is one for which the inner condition is not true (also where it is unknown)."""

    inner: Predicate


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these holds; true when empty."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds; false when empty."""

    parts: tuple[Predicate, ...]


Predicate = Compare | OneOf | Absent | Not | AllOf | AnyOf


def fields_of(predicate: Predicate) -> Iterator[str]:
    """Every field name that the condition looks at; `TooLarge` beyond `MAX_DEPTH` or `MAX_SIZE`."""
    stack: list[tuple[Predicate, int]] = [(predicate, 1)]
    size = 0
    while stack:
        node, depth = stack.pop()
        size += len(node.values) if isinstance(node, OneOf) else 1
        if depth > MAX_DEPTH:
            raise _too_large(Text(zh="条件嵌套过深", en="the condition is nested too deeply"), MAX_DEPTH)
        if size > MAX_SIZE:
            raise _too_large(Text(zh="条件过长", en="the condition has too many parts"), MAX_SIZE)
        if isinstance(node, Not):
            stack.append((node.inner, depth + 1))
        elif isinstance(node, AllOf | AnyOf):
            stack.extend((part, depth + 1) for part in node.parts)
        else:
            yield node.field


def _too_large(message: Text, limit: int) -> TooLarge:
    remedy = Text(zh="拆分条件", en="ask in several smaller conditions")
    return TooLarge(message, field="filter", limit=limit, remedy=remedy)
