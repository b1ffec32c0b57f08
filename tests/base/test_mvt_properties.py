"""Properties in tiles: every type of the base, ids, nulls, repetition, what is refused."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.base.mvt import encode_tile
from diban.ground import Damaged, Invalid
from tests.base.mvt_tiles import SHENZHEN, batch, encode, features, raw, units

POINT = units("POINT (5 5)")
UTC = dt.UTC


def properties(column: pa.Array) -> list[Any]:
    """What comes back of a column ``p``; None where there is no such property."""
    found = features(encode(batch([POINT] * len(column), p=column)))
    return [feature["properties"].get("p") for feature in found]


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        (["住宅", "", None, "a" * 300, "住宅"], pa.string(), ["住宅", "", None, "a" * 300, "住宅"]),
        (["住宅", None], pa.large_string(), ["住宅", None]),
        ([0, -1, 2**53, -(2**63), 2**63 - 1, None], pa.int64(), [0, -1, 2**53, -(2**63), 2**63 - 1, None]),
        ([1, 2], pa.int16(), [1, 2]),
        ([0.5, -1e300, 0.1, None], pa.float64(), [0.5, -1e300, 0.1, None]),
        ([float("nan"), float("inf"), 1.5], pa.float64(), [None, None, 1.5]),
        ([True, False, None], pa.bool_(), [True, False, None]),
        ([dt.date(2024, 2, 29), None], pa.date32(), ["2024-02-29", None]),
        (
            [dt.datetime(2024, 5, 1, 8, tzinfo=UTC), dt.datetime(2024, 5, 1, 8, 0, 0, 120_000, tzinfo=UTC)],
            pa.timestamp("us", "UTC"),
            ["2024-05-01T08:00:00Z", "2024-05-01T08:00:00.12Z"],
        ),
        ([Decimal("12.50"), Decimal("-0.07"), None], pa.decimal128(15, 2), [12.5, -0.07, None]),
        (
            [Decimal("1234567890123456.78"), Decimal("-0.10")],
            pa.decimal128(18, 2),
            ["1234567890123456.78", "-0.10"],
        ),
        ([Decimal("0.00000001")], pa.decimal128(18, 8), ["0.00000001"]),
    ],
)
def test_every_type_comes_back(values: list[Any], kind: pa.DataType, wanted: list[Any]) -> None:
    found = properties(pa.array(values, kind))
    assert found == wanted
    assert [type(value) for value in found] == [type(value) for value in wanted]


@settings(deadline=None)
@given(st.lists(st.decimals(-(10**11) + 1, 10**11 - 1, places=4), min_size=1, max_size=20))
def test_short_decimals_lose_nothing_as_doubles(numbers: list[Decimal]) -> None:
    found = properties(pa.array(numbers, pa.decimal128(15, 4)))
    assert [round(Decimal(repr(value)), 4) for value in found] == numbers


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(max_size=200),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_properties_come_they_come_back(rows: list[tuple[Any, ...]]) -> None:
    kinds = {"text": pa.string(), "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
    columns = {
        name: pa.array([row[place] for row in rows], kind) for place, (name, kind) in enumerate(kinds.items())
    }
    found = features(encode(batch([POINT] * len(rows), **columns)))
    wanted = [
        {name: value for name, value in zip(kinds, row, strict=True) if value is not None} for row in rows
    ]
    assert [feature["properties"] for feature in found] == wanted


def test_ids_are_those_of_the_features() -> None:
    table = batch([POINT, None, units("POINT (9999 0)"), POINT])
    table = table.set_column(1, "_fid", pa.array([1, 2, 3, 2**53 - 1], pa.int64()))
    assert [feature["id"] for feature in features(encode(table))] == [1, 2**53 - 1]


def test_system_columns_stay_inside() -> None:
    table = batch(
        [POINT], _row=pa.array([1]), _hash=pa.array([b"x" * 32], pa.binary(32)), 名称=pa.array(["甲"])
    )
    (feature,) = features(encode(table))
    assert feature["properties"] == {"名称": "甲"}


def test_equal_values_are_stored_once_and_values_of_features_elsewhere_not_at_all() -> None:
    table = batch(
        [POINT, units("POINT (9999 0)"), POINT, POINT],
        use=pa.array(["住宅", "办公", "住宅", None]),
        floors=pa.array([3, 4, 3, 3]),
        empty=pa.array([None, None, None, None], pa.string()),
        absent=pa.nulls(4),
    )
    layer = raw(encode(table))
    assert list(layer.keys) == ["use", "floors"]
    assert len(layer.values) == 2


def test_a_layer_without_properties() -> None:
    (feature,) = features(encode(batch([POINT])))
    assert feature["properties"] == {}


def test_a_table_of_several_chunks_is_one_layer() -> None:
    one, two = batch([POINT], name=pa.array(["a"])), batch([POINT, None], name=pa.array(["b", "c"]))
    found = features(encode(pa.Table.from_batches([one, two])))
    assert [feature["properties"]["name"] for feature in found] == ["a", "b"]
    assert encode(pa.Table.from_batches([], schema=one.schema)) == b""


def test_the_bytes_are_the_same_every_time() -> None:
    table = batch([POINT, shapely.Point(113.99, 22.6)], name=pa.array(["a", "b"]))
    assert encode(table) == encode(table)


def test_the_layer_carries_name_version_and_extent() -> None:
    layer = raw(encode_tile("建筑", batch([POINT]), SHENZHEN))
    assert (layer.name, layer.version, layer.extent) == ("建筑", 2, 4096)


def test_a_type_that_no_tile_can_hold_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refusal:
        encode(batch([POINT], 附件=pa.array([b"x"], pa.binary())))
    assert refusal.value.field == "附件"


@pytest.mark.parametrize(
    "content", [b"", b"\x01", b"\x01\x03\x00\x00\x00", b"no geometry at all", b"\x01" * 60]
)
def test_bytes_that_are_no_geometry_are_damage(content: bytes) -> None:
    with pytest.raises(Damaged) as damage:
        encode(batch([POINT, content, POINT]))
    assert damage.value.field == "geometry"
    assert damage.value.message.en == "the geometry of feature 2 cannot be read"


@settings(deadline=None)
@given(st.data())
def test_spoiled_bytes_are_read_or_refused_but_nothing_else(data: st.DataObject) -> None:
    wkb = bytearray(shapely.to_wkb(units("POLYGON ((0 0, 90 0, 90 90, 0 0), (20 10, 30 10, 30 20, 20 10))")))
    for _ in range(data.draw(st.integers(1, 3))):
        wkb[data.draw(st.integers(0, len(wkb) - 1))] = data.draw(st.integers(0, 255))
    del wkb[data.draw(st.integers(0, len(wkb))) :]
    try:
        encode(batch([POINT, bytes(wkb), POINT]))
    except Damaged:
        return
