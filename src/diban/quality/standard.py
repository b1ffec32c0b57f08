"""The rules that every delivery of a layer is checked against, as its schema implies them."""

from __future__ import annotations

from diban.ground import Extent, GeometryKind, Schema
from diban.quality.rule import Rule
from diban.quality.rules.codes import ListedCodes
from diban.quality.rules.extent import WithinArea
from diban.quality.rules.fields import DeclaredTypes
from diban.quality.rules.geometry_present import GeometryPresent
from diban.quality.rules.geometry_validity import GeometryValid
from diban.quality.rules.key import UniqueValues
from diban.quality.rules.required import RequiredValues


def standard_rules(schema: Schema, area: Extent | None) -> list[Rule]:
    """The rules for a layer with this schema; ``area`` is the city's box (None: not looked at)."""
    rules: list[Rule] = [DeclaredTypes(schema)]
    if any(field.required for field in schema.fields) or schema.key is not None:
        rules.append(RequiredValues(schema))
    if any(field.codes for field in schema.fields):
        rules.append(ListedCodes(schema))
    rules += [
        UniqueValues(field, key=field.name == schema.key)
        for field in schema.fields
        if field.unique or field.name == schema.key
    ]
    if schema.geometry is not GeometryKind.NONE:
        rules += [GeometryPresent(schema.geometry), GeometryValid()]
        if area is not None:
            rules.append(WithinArea(area))
    return rules
