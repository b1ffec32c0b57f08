"""The rules that every delivery of a layer is checked against, as its schema implies them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from diban.ground import STORED, Crs, Extent, Field, GeometryKind, Kind, Schema
from diban.quality.port import Surroundings
from diban.quality.rule import Rule
from diban.quality.rules.check_characters import CheckCharacters
from diban.quality.rules.codes import ListedCodes
from diban.quality.rules.displaced import Displaced
from diban.quality.rules.duplicates import ExactDuplicates
from diban.quality.rules.extent import WithinArea
from diban.quality.rules.fields import DeclaredTypes
from diban.quality.rules.geometry_present import GeometryPresent
from diban.quality.rules.geometry_validity import GeometryValid
from diban.quality.rules.key import UniqueValues
from diban.quality.rules.known_codes import KnownCodes
from diban.quality.rules.moved import Moved
from diban.quality.rules.near_duplicates import NearDuplicates
from diban.quality.rules.patterns import ValuePatterns
from diban.quality.rules.precision import Precision
from diban.quality.rules.ranges import ValueRanges
from diban.quality.rules.required import RequiredValues
from diban.quality.rules.slivers import Slivers

_NAMES, _TITLES = ("name", "address"), ("名称", "地址")


def standard_rules(
    schema: Schema, area: Extent | None, surroundings: Surroundings | None = None, source: Crs = STORED
) -> list[Rule]:
    """The rules for a layer with this schema.

    ``area`` is the city's box (None: not looked at), ``surroundings`` the layers that fields refer
    to and the layer's last version (None: there are none), ``source`` the CRS in which the
    coordinates were delivered.
    """
    if schema.asset is not None:
        return list(_of_asset(schema, area))
    rules: list[Rule] = [DeclaredTypes(schema)]
    if any(field.required for field in schema.fields) or schema.key is not None:
        rules.append(RequiredValues(schema))
    if any(field.codes for field in schema.fields):
        rules.append(ListedCodes(schema))
    rules += _of_constraints(schema, surroundings)
    rules += [
        UniqueValues(field, key=field.name == schema.key)
        for field in schema.fields
        if field.unique or field.name == schema.key
    ]
    if schema.geometry is not GeometryKind.NONE or schema.key is None or any(_names(schema)):
        rules.append(ExactDuplicates(schema))  # in a table with a key, few values alone prove nothing
    if schema.geometry is not GeometryKind.NONE:
        rules += [GeometryPresent(schema.geometry), GeometryValid(), Precision(source)]
        rules += _of_kind(schema)
        before = None if surroundings is None else surroundings.before()
        if before is not None and schema.key is not None:
            rules.append(Moved(schema.key, before))
        if area is not None:
            rules.append(WithinArea(area))
    return rules


def _of_asset(schema: Schema, area: Extent | None) -> Iterator[Rule]:
    """Rules for the one row that stands for a file: its edge need not be fine, nor where the last was."""
    yield from (DeclaredTypes(schema), RequiredValues(schema), ListedCodes(schema))
    if schema.geometry is GeometryKind.POLYGON:
        yield from (GeometryPresent(schema.geometry), GeometryValid())
    if schema.geometry is not GeometryKind.NONE and area is not None:
        yield WithinArea(area)


def _of_constraints(schema: Schema, surroundings: Surroundings | None) -> Iterator[Rule]:
    """Rules for what fields declare of their values."""

    def having(*names: str) -> tuple[Field, ...]:
        declared = ((field, [getattr(field.constraint, name) for name in names]) for field in schema.fields)
        return tuple(field for field, values in declared if any(value is not None for value in values))

    if fields := having("minimum", "maximum"):
        yield ValueRanges(fields)
    if fields := having("pattern"):
        yield ValuePatterns(fields)
    if fields := having("check"):
        yield CheckCharacters(fields)
    if fields := having("reference"):
        layers = {str(field.constraint.reference) for field in fields}
        found = {} if surroundings is None else {name: surroundings.register(name) for name in layers}
        registers = {name: register for name, register in found.items() if register is not None}
        yield KnownCodes(fields, registers)
        placed = {name for name, register in registers.items() if register.areas or register.boxes}
        within = tuple(field for field in fields if field.constraint.reference in placed)
        if within and schema.geometry is not GeometryKind.NONE:
            yield Displaced(within, registers)


def _of_kind(schema: Schema) -> Iterator[Rule]:
    """Rules for polygons, and for points that have a name."""
    if schema.geometry in (GeometryKind.POLYGON, GeometryKind.ANY):
        yield Slivers()
        yield NearDuplicates(schema)
    if schema.geometry in (GeometryKind.POINT, GeometryKind.ANY):
        yield from (NearDuplicates(schema, field) for field in islice(_names(schema), 1))


def _names(schema: Schema) -> Iterator[Field]:
    """The fields that hold what a feature is called, or its address."""
    for field in schema.fields:
        if field.kind is Kind.TEXT and (field.name in _NAMES or field.title.zh.endswith(_TITLES)):
            yield field
