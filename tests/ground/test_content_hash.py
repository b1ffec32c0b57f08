"""The content hash of a layer: free of order, and followed through changes."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import HASH_BYTES, ContentHash

unhurried = settings(deadline=None)

MODULUS = 1 << 256
hashes = st.lists(st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES), max_size=30)


def column(values: list[bytes]) -> pa.Array:
    """Hashes as Arrow holds them."""
    return pa.array(values, pa.binary(HASH_BYTES))


def expected(values: list[bytes]) -> ContentHash:
    """The sum of the hashes as plain integers."""
    return ContentHash(sum(int.from_bytes(value, "big") for value in values) % MODULUS, len(values))


@unhurried
@given(hashes, st.randoms())
def test_it_is_the_sum_of_row_hashes_in_any_order(values: list[bytes], chance: Random) -> None:
    found = ContentHash().plus(column(values))
    chance.shuffle(values)
    assert found == expected(values) == ContentHash().plus(column(values))


@unhurried
@given(hashes, hashes, st.integers(0, 30))
def test_it_follows_a_change_by_adding_and_taking_away(old: list[bytes], new: list[bytes], kept: int) -> None:
    layer = ContentHash().plus(column(old))
    assert layer.minus(column(old[kept:])).plus(column(new)) == expected(old[:kept] + new)
    assert layer.plus(column(new)).minus(column(new)) == layer
    assert layer.minus(column(old)) == ContentHash()


@unhurried
@given(hashes, st.integers(0, 10), st.integers(0, 10))
def test_slices_and_arrays_of_bytes_count_alike(values: list[bytes], start: int, length: int) -> None:
    part = values[start : start + length]
    assert ContentHash().plus(column(values)[start : start + length]) == expected(part)
    flat = np.frombuffer(b"".join(part), np.uint8)
    assert ContentHash().plus(flat) == expected(part)
    assert ContentHash().plus(flat.reshape(-1, HASH_BYTES)) == expected(part)


def test_equal_rows_count_each() -> None:
    one = [b"\xff" * HASH_BYTES]
    assert ContentHash().plus(column(one * 3)).rows == 3
    assert ContentHash().plus(column(one * 3)) == expected(one * 3)
    assert ContentHash().plus(column(one * 2)) != ContentHash().plus(column(one))


def test_a_hundred_thousand_rows_do_not_overflow() -> None:
    most = np.full((100_000, HASH_BYTES), 0xFF, np.uint8)
    assert ContentHash().plus(most) == ContentHash(100_000 * (MODULUS - 1) % MODULUS, 100_000)


@unhurried
@given(hashes)
def test_its_text_is_read_back(values: list[bytes]) -> None:
    found = ContentHash().plus(column(values))
    assert ContentHash.parse(str(found)) == found
    assert len(str(found)) == len(f"{len(values)}:") + 64


def test_an_empty_layer_has_one() -> None:
    assert ContentHash().plus(column([])) == ContentHash()
    assert str(ContentHash()) == "0:" + "0" * 64
    with pytest.raises(ValueError, match="unpack"):
        ContentHash.parse("nothing")
