"""In which tile a feature is counted: exactly one at each zoom, and the tiles nest."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diban.base.mvt import TileAddress, lie_in

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)
BOXES = st.lists(st.tuples(LON, LAT, LON, LAT), min_size=1, max_size=30)


@given(BOXES, st.integers(0, 3))
def test_each_is_in_exactly_one_tile(boxes: list[tuple[float, ...]], zoom: int) -> None:
    side = range(2**zoom)
    tiles = [TileAddress(zoom, row, column) for row in side for column in side]
    found = np.sum([lie_in(np.array(boxes), tile) for tile in tiles], axis=0)
    assert (found == 1).all()


@given(BOXES, st.integers(0, 23), st.data())
def test_a_tile_counts_what_its_parts_count(
    boxes: list[tuple[float, ...]], zoom: int, data: st.DataObject
) -> None:
    last = 2**zoom - 1
    row, column = (data.draw(st.integers(0, last)) for _ in range(2))
    parts = [
        lie_in(np.array(boxes), TileAddress(zoom + 1, 2 * row + down, 2 * column + along))
        for down in (0, 1)
        for along in (0, 1)
    ]
    assert (lie_in(np.array(boxes), TileAddress(zoom, row, column)) == np.any(parts, axis=0)).all()


def test_what_has_no_place_is_in_none() -> None:
    boxes = np.array(
        [[np.nan] * 4, [np.inf, 0, np.inf, 0], [-np.inf, 0, np.inf, 0], [300, 0, 301, 1], [0, 91, 0, 95]]
    )
    assert not lie_in(boxes, TileAddress(0, 0, 0)).any()
