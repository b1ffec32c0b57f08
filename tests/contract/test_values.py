"""Values: every one comes back as it went in, or as the one other form that is stated here."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diban.base import Order, Query
from diban.ground import CGCS2000, NOW, Absent, Compare, FeatureSet, Field, GeometryKind, Kind, Mode, Schema
from tests.contract.board import ALL, Board, a_field

TEXTS = [
    "",
    " ",
    "深圳市南山区粤海街道",
    "00440305",
    "440305001001001001001001 1234",
    "𠀀\U0001f3d9",
    "e\u0301 é",
    "line\nbreak\ttab\r",
    "'; DROP TABLE layer; --",
    "%s %(x)s :name $1 {} \\N \\x00",
    "\u200b\ufeff\u202e\x01\x7f",
    "长" * 20_000,
]
INTEGERS = [0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
DECIMALS = [Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal("9999999999999999.99")]
FLOATS = [0.1, -1e-300, 5e-324, 1.7976931348623157e308, 2**53 + 0.0, 1 / 3, 22.543096]
DATES = [date(1970, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)]
INSTANTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 11, 22, 8, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=8))),
]
CASES: list[tuple[Field, list[Any]]] = [
    (a_field("value", Kind.TEXT), TEXTS),
    (a_field("value", Kind.INTEGER), INTEGERS),
    (a_field("value", Kind.DECIMAL, digits=18, scale=2), DECIMALS),
    (a_field("value", Kind.DECIMAL, digits=18, scale=18), [Decimal("0.999999999999999999")]),
    (a_field("value", Kind.DECIMAL, digits=18, scale=0), [Decimal(10**18 - 1), Decimal(1 - 10**18)]),
    (a_field("value", Kind.FLOAT), FLOATS),
    (a_field("value", Kind.DATE), DATES),
    (a_field("value", Kind.INSTANT), INSTANTS),
    (a_field("value", Kind.BOOLEAN), [True, False]),
]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def schema_of(field: Field) -> Schema:
    """A table with a numbered key and one field."""
    return Schema((a_field("key", Kind.INTEGER), field), GeometryKind.NONE, key="key")


def landed(engine: Board, field: Field, values: list[Any]) -> list[Any]:
    """The values as they come back, twice landed: in bulk, and as a later step."""
    rows = [{"key": number, "value": value} for number, value in enumerate(values)]
    first = engine.filled(schema_of(field), rows)
    later = engine.filled(schema_of(field), [])
    version = engine.land(later, rows)
    assert engine.base.verify(later, version)
    found = [row["value"] for row in engine.rows(first)]
    assert repr(found) == repr([row["value"] for row in engine.rows(later)])
    return found


@pytest.mark.parametrize(("field", "values"), CASES, ids=lambda case: getattr(case, "kind", None))
def test_values_come_back_exactly(engine: Board, field: Field, values: list[Any]) -> None:
    assert landed(engine, field, [*values, None]) == [*values, None]


@pytest.mark.parametrize(("field", "values"), CASES, ids=lambda case: getattr(case, "kind", None))
def test_a_batch_keeps_the_types_of_its_schema(engine: Board, field: Field, values: list[Any]) -> None:
    layer = engine.filled(schema_of(field), [{"key": 1, "value": values[0]}, {"key": 2, "value": None}])
    kinds = {batch.schema.field("value").type for batch in engine.base.at(layer, NOW, ALL).batches()}
    assert kinds == {field.arrow_type()}
    empty = engine.base.at(layer, NOW, ALL).page(Query(where=Compare("key", "=", 9)))
    assert empty.batch.schema.field("value").type == field.arrow_type()
    assert empty.batch.num_rows == 0


def test_a_float_that_is_no_number_is_no_value(engine: Board) -> None:
    found = landed(engine, a_field("value", Kind.FLOAT), [math.nan, 1.0, None])
    assert found == [None, 1.0, None]


def test_negative_zero_is_zero(engine: Board) -> None:
    found = landed(engine, a_field("value", Kind.FLOAT), [-0.0, 0.0])
    assert [math.copysign(1, value) for value in found] == [1, 1]


def test_a_delivery_without_numbers_changes_nothing_the_second_time(engine: Board) -> None:
    rows = [{"key": 1, "value": math.nan}, {"key": 2, "value": -0.0}]
    layer = engine.filled(schema_of(a_field("value", Kind.FLOAT)), rows)
    assert engine.compare(layer, rows).empty
    assert engine.compare(layer, [{"key": 1, "value": None}, {"key": 2, "value": 0.0}]).empty


def test_infinities_sort_and_page_at_the_ends(engine: Board) -> None:
    values = [1.0, math.inf, None, -math.inf, math.inf]
    rows = [{"key": number, "value": value} for number, value in enumerate(values)]
    layer = engine.filled(schema_of(a_field("value", Kind.FLOAT)), rows)
    found = engine.pages(layer, Query(order=(Order("value"),), limit=1))
    assert [row["value"] for row in found] == [-math.inf, 1.0, math.inf, math.inf, None]


def test_an_empty_text_is_a_value(engine: Board) -> None:
    layer = engine.filled(
        schema_of(a_field("value", Kind.TEXT)), [{"key": 1, "value": ""}, {"key": 2, "value": None}]
    )
    assert [row["key"] for row in engine.pages(layer, Query(where=Absent("value")))] == [2]
    assert [row["key"] for row in engine.pages(layer, Query(where=Compare("value", "=", "")))] == [1]


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1)
)
def test_any_text_comes_back(engine: Board, values: list[str]) -> None:
    assert landed(engine, a_field("value", Kind.TEXT), values) == values


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.one_of(st.none(), st.decimals(min_value=-(10**6), max_value=10**6, places=9)), min_size=50
    )
)
def test_any_decimal_comes_back(engine: Board, values: list[Decimal | None]) -> None:
    assert landed(engine, a_field("value", Kind.DECIMAL, digits=16, scale=9), values) == values


def test_many_fields_with_gaps_in_all_of_them(engine: Board) -> None:
    fields = tuple(replace(field, name=f"{field.kind}{place}") for place, (field, _) in enumerate(CASES * 4))
    schema = Schema((a_field("key", Kind.INTEGER), *fields), GeometryKind.NONE, key="key")
    values = [case for _, case in CASES * 4]
    rows = [
        {"key": number}
        | {
            field.name: None if (number + place) % 3 == 0 else values[place][number % len(values[place])]
            for place, field in enumerate(fields)
        }
        for number in range(40)
    ]
    layer = engine.filled(schema, rows)
    found = [{name: value for name, value in row.items() if name != "_fid"} for row in engine.rows(layer)]
    assert found == rows
    changed = [row | {fields[0].name: "changed"} for row in rows[::2]]
    engine.land(layer, changed, Mode.CHANGES)
    assert [row[fields[0].name] for row in engine.rows(layer)][::2] == ["changed"] * 20


def test_arrow_slices_and_chunks_land_whole(engine: Board) -> None:
    schema = engine.base.schema(engine.layer(schema_of(a_field("value", Kind.TEXT))))
    whole = pa.RecordBatch.from_pydict(
        {
            "key": pa.array(range(10)),
            "value": pa.array([None, "b", "", "d", None, "f", "长", None, "i", "j"]),
        },
        schema=schema.arrow(),
    )
    layer = engine.layer(schema)
    parts = [whole.slice(0, 0), whole.slice(3, 4), whole.slice(7, 3), whole.slice(0, 3)]
    engine.land(layer, FeatureSet.of(schema, CGCS2000, parts))
    expected = {row["key"]: row["value"] for row in whole.to_pylist()}
    assert {row["key"]: row["value"] for row in engine.rows(layer)} == expected
