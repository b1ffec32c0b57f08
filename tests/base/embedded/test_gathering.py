"""Rows are laid along the curve so many at once, by their number or by their bytes, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from diban.base.embedded import load
from diban.base.port import Rows

MIB = 1 << 20


def part(rows: int, bytes_of_each: int) -> Rows:
    """Rows with a geometry of so many bytes."""
    shapes = pa.array([b"\0" * bytes_of_each] * rows, pa.binary())
    return Rows(pa.RecordBatch.from_pydict({"geom": shapes}), np.zeros((rows, 4)))


@pytest.mark.parametrize(
    ("rows", "bytes_of_each", "parts", "sizes"),
    [
        pytest.param(2, 4 * MIB, 20, [16, 16, 8], id="64 MiB"),
        pytest.param(1, 65 * MIB, 2, [1, 1], id="more than 64 MiB each"),
        pytest.param(1 << 16, 1, 5, [1 << 17, 1 << 17, 1 << 16], id="131,072 rows"),
        pytest.param(100, 100, 3, [300], id="all that there is"),
    ],
)
def test_no_more_are_held_than_the_limits_say(
    rows: int, bytes_of_each: int, parts: int, sizes: list[int]
) -> None:
    one = part(rows, bytes_of_each)
    taken = 0

    def source() -> Iterator[Rows]:
        nonlocal taken
        for _ in range(parts):
            taken += rows
            yield one

    found = []
    for near in load._gathered(source()):
        found.append(near.batch.num_rows)
        assert taken == sum(found), "nothing is read ahead of what is handed on"
        assert len(near.boxes) == near.batch.num_rows
    assert found == sizes
