"""Writing protocol buffers with numpy: numbers, texts, and whole fields."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diban.base.mvt.paths import Numbers, offsets

VARINT, BYTES = 0, 2
"""Wire types."""

_STRETCH = 1 << 14


def varint_sizes(numbers: NDArray[np.uint64]) -> Numbers:
    """How many bytes each number takes, 1 to 10, in the shape of the numbers."""
    sizes = np.ones(numbers.shape, np.int64)
    largest = int(numbers.max(initial=0))
    for bits in range(7, largest.bit_length(), 7):
        sizes += numbers >= np.uint64(1 << bits)
    return sizes


def varints(numbers: NDArray[np.uint64]) -> bytes:
    """All numbers as base-128 varints, one behind the other."""
    if numbers.max(initial=0) < 1 << 7:
        return numbers.astype(np.uint8).tobytes()
    # in stretches that stay in the processor's cache and cause no page faults: 2.5 times faster
    pieces = range(0, len(numbers), _STRETCH)
    return b"".join([_varints(numbers[begin : begin + _STRETCH]).tobytes() for begin in pieces])


def _varints(numbers: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """One stretch of varints.

    The second byte is written for every number: where there is none, it lands on the first byte of
    the next number, which is written afterwards. This is much faster than picking the longer ones.
    """
    sizes = varint_sizes(numbers)
    at = offsets(sizes)
    result = np.empty(at[-1] + 1, np.uint8)
    at = at[:-1]
    result[1:][at] = _byte(numbers >> np.uint64(7), sizes > 2)
    result[at] = _byte(numbers, sizes > 1)
    for place in range(2, sizes.max()):
        longer = np.flatnonzero(sizes > place)
        byte = _byte(numbers[longer] >> np.uint64(7 * place), sizes[longer] > place + 1)
        result[at[longer] + place] = byte
    return result[:-1]


def _byte(numbers: NDArray[np.uint64], more: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The lowest seven bits, and the highest bit where more bytes follow."""
    return (numbers.astype(np.uint8) & np.uint8(0x7F)) | (more.view(np.uint8) << np.uint8(7))


def varint(number: int) -> bytes:
    """One number, not negative, as a varint."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field: bytes, text or a message."""
    return varint(number << 3 | BYTES) + varint(len(content)) + content
