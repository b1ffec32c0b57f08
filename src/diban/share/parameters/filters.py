"""``field=value``: features whose field has exactly this value (Features Part 1 7.15.5)."""

from __future__ import annotations

from collections.abc import Mapping

from diban.ground import AllOf, Compare, Predicate, Schema


def parse_filters(given: Mapping[str, str], schema: Schema, reserved: frozenset[str]) -> Predicate | None:
    """The condition that all such parameters make together; None when there are none."""
    names = [field.name for field in schema.fields if field.name in given and field.name not in reserved]
    return AllOf(tuple(Compare(name, "=", given[name]) for name in names)) if names else None
