"""Cells bring near every box that meets a tile."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diban.base.cells import above, cells_of, spans_of
from tests.contract.board import tile_at

SIDE = st.floats(-180, 180)


@given(
    SIDE,
    SIDE.map(lambda value: value / 2),
    st.floats(0, 3),
    st.integers(0, 22),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_cells_find_every_box_that_meets_a_tile(
    lon: float, lat: float, size: float, zoom: int, right: float, up: float
) -> None:
    box = [lon, lat, min(lon + size, 180.0), min(lat + size, 90.0)]
    tile = tile_at(zoom, min(max(lon + right, -179.9), 179.9), min(max(lat + up, -84.0), 84.0))
    west, south, east, north = tile.bounds_searched()
    if box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south:
        (cell,) = cells_of(np.array([box])).tolist()
        spans = spans_of(tile)
        assert cell in above(spans) or any(first <= cell <= last for first, last in spans)
        assert len(spans) <= 9
