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
    """Every field name that the condition looks at; `TooLarge` beyond `MAX_DEPTH`."""
    stack: list[tuple[Predicate, int]] = [(predicate, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise TooLarge(
                Text(zh="条件嵌套过深", en="the condition is nested too deeply"),
                field="filter",
                limit=MAX_DEPTH,
            )
        if isinstance(node, Not):
            stack.append((node.inner, depth + 1))
        elif isinstance(node, AllOf | AnyOf):
            stack.extend((part, depth + 1) for part in node.parts)
        else:
            yield node.field
