"""Row hashes against a slow, obvious reading of their definition, over every kind of value."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import GEOMETRY, GeometryKind, Kind, Schema, canonical_numbers, row_hashes
from tests.ground.made_up import Row, batch_of, field, obvious_hashes, renamed, tables

unhurried = settings(deadline=None, max_examples=60)


@unhurried
@given(tables())
def test_hashes_are_those_of_the_canonical_bytes(table: tuple[Schema, list[Row]]) -> None:
    schema, rows = table
    found = row_hashes(batch_of(schema, rows), schema)
    assert found.type == pa.binary(32)
    assert found.to_pylist() == obvious_hashes(schema, rows)


@unhurried
@given(tables(), st.integers(0, 12), st.integers(0, 12))
def test_a_slice_hashes_as_the_rows_in_it(table: tuple[Schema, list[Row]], start: int, length: int) -> None:
    schema, rows = table
    part = batch_of(schema, rows).slice(start, length)
    assert row_hashes(part, schema).to_pylist() == obvious_hashes(schema, rows)[start : start + length]


@unhurried
@given(tables(), st.randoms())
def test_neither_order_of_columns_nor_names_nor_new_absent_fields_matter(
    table: tuple[Schema, list[Row]], chance: Random
) -> None:
    schema, rows = table
    before = row_hashes(batch_of(schema, rows), schema).to_pylist()
    shuffled = list(schema.fields)
    chance.shuffle(shuffled)
    other = replace(schema, fields=(*shuffled, field("new", Kind.TEXT, 501), field("newer", Kind.FLOAT, 502)))
    assert (
        row_hashes(batch_of(other, [row | {"new": None, "newer": None} for row in rows]), other).to_pylist()
        == before
    )
    named = renamed(schema, "renamed ")
    moved = [{key if key == GEOMETRY else "renamed " + key: row[key] for key in row} for row in rows]
    assert row_hashes(batch_of(named, moved), named).to_pylist() == before


def hash_of(value: Any, kind: Kind, slot: int = 1, scale: int = 0) -> bytes:
    """The hash of a row of one value."""
    schema = Schema((field("a", kind, slot, scale),), geometry=GeometryKind.NONE)
    found: bytes = row_hashes(batch_of(schema, [{"a": value}]), schema)[0].as_py()
    return found


def test_negative_zero_is_zero_and_what_is_no_number_is_absent() -> None:
    assert hash_of(-0.0, Kind.FLOAT) == hash_of(0.0, Kind.FLOAT)
    assert hash_of(float("nan"), Kind.FLOAT) == hash_of(None, Kind.FLOAT)
    assert hash_of(0.0, Kind.FLOAT) != hash_of(None, Kind.FLOAT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, Kind.TEXT), ("", Kind.TEXT)),
        (("1", Kind.TEXT), (1, Kind.INTEGER)),
        (("01", Kind.TEXT), ("1", Kind.TEXT)),
        ((5, Kind.INTEGER), (-5, Kind.INTEGER)),
        ((1, Kind.INTEGER), (1.0, Kind.FLOAT)),
        ((False, Kind.BOOLEAN), (None, Kind.BOOLEAN)),
    ],
)
def test_different_values_hash_differently(one: tuple[Any, Kind], other: tuple[Any, Kind]) -> None:
    assert hash_of(*one) != hash_of(*other)


def test_the_same_value_in_another_field_is_another_row() -> None:
    assert hash_of("a", Kind.TEXT, slot=1) != hash_of("a", Kind.TEXT, slot=2)


def test_fields_that_were_never_stored_count_by_their_place() -> None:
    fresh = Schema((field("a", Kind.TEXT), field("b", Kind.INTEGER)))
    stored = Schema((field("a", Kind.TEXT, 1), field("b", Kind.INTEGER, 2)))
    rows = [{"a": "x", "b": 7, GEOMETRY: b"wkb"}]
    assert row_hashes(batch_of(fresh, rows), fresh) == row_hashes(batch_of(stored, rows), stored)


def test_system_columns_are_no_part_of_a_row() -> None:
    schema = Schema((field("a", Kind.TEXT, 1),))
    batch = batch_of(schema, [{"a": "x", GEOMETRY: b"wkb"}])
    with_row = batch.append_column("_row", pa.array([7], pa.int64()))
    assert row_hashes(with_row, schema) == row_hashes(batch, schema)


def test_decimals_keep_eighteen_digits_and_their_sign() -> None:
    for scale, written in [
        (0, "-999999999999999999"),
        (18, "-0.999999999999999999"),
        (2, "9999999999999999.99"),
    ]:
        value = Decimal(written)
        column = pa.array([None, value, None], pa.decimal128(18, scale))
        assert canonical_numbers(column).tolist() == [0, int(value.scaleb(scale)), 0]
        assert canonical_numbers(column[1:2]).tolist() == [int(value.scaleb(scale))]


def test_a_column_without_any_value_has_no_numbers() -> None:
    for kind in (
        pa.int64(),
        pa.decimal128(18, 2),
        pa.float64(),
        pa.bool_(),
        pa.date32(),
        pa.timestamp("us", "UTC"),
    ):
        assert canonical_numbers(pa.nulls(3, kind)).tolist() == [0, 0, 0]
        assert canonical_numbers(pa.nulls(0, kind)).dtype == np.int64
