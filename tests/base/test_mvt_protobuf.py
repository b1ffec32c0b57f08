"""Varints and zigzag, against plain definitions and against the protocol buffer's own reader."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diban.base.mvt.geometry import zigzag
from diban.base.mvt.protobuf import field, varint, varint_sizes, varints

UNSIGNED = st.integers(0, 2**64 - 1) | st.builds(
    lambda power, shift: min(max(2**power + shift, 0), 2**64 - 1), st.integers(0, 64), st.integers(-2, 2)
)


def plain(number: int) -> bytes:
    """A varint, seven bits at a time."""
    result = bytearray()
    while number >= 128:
        result.append(number % 128 + 128)
        number //= 128
    return bytes([*result, number])


@given(st.lists(UNSIGNED))
def test_a_stream_of_varints_is_each_varint_behind_the_other(numbers: list[int]) -> None:
    assert varints(np.array(numbers, np.uint64)) == b"".join(map(plain, numbers))


@given(UNSIGNED)
def test_one_varint(number: int) -> None:
    assert varint(number) == plain(number)
    assert varint_sizes(np.array([number], np.uint64)).tolist() == [len(plain(number))]


def test_a_stream_longer_than_one_stretch() -> None:
    numbers = np.random.default_rng(1).integers(0, 2**40, 50_000).astype(np.uint64) >> np.uint64(20)
    numbers[::7] <<= np.uint64(13)
    assert varints(numbers) == b"".join(map(plain, numbers.tolist()))


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_zigzag_comes_back(numbers: list[int]) -> None:
    coded = zigzag(np.array(numbers, np.int64)).tolist()
    assert [code >> 1 ^ -(code & 1) for code in coded] == numbers
    assert all(code <= 2 * abs(number) for code, number in zip(coded, numbers, strict=True))


@given(st.binary(max_size=400))
def test_a_field_carries_its_length(content: bytes) -> None:
    written = field(3, content)
    assert written[0] == 3 << 3 | 2
    assert written[1:] == plain(len(content)) + content
