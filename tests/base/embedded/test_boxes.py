"""The R*Trees find what a look at every box finds, whichever way the boxes came to be there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.base.embedded import EmbeddedRows, open_embedded
from diban.base.port import Step
from diban.ground import Extent
from tests.base.embedded.samples import EVERYWHERE, SCHEMA, Boxes, checked, loaded, rows_of, some_boxes

COUNT = 3_000


def found(store: EmbeddedRows, storage: str, extent: Extent, wide: bool) -> set[int]:
    live = store.live(storage, SCHEMA)
    with store.reader(storage) as reader:
        return set(
            reader.connection.scalars(sa.select(live.c.fid).where(store.meets(live, extent, wide))).all()
        )


def surely_inside(store: EmbeddedRows, storage: str, extent: Extent) -> set[int]:
    live = store.live(storage, SCHEMA)
    with store.reader(storage) as reader:
        return set(reader.connection.scalars(sa.select(live.c.fid).where(store.within(live, extent))).all())


def meeting(boxes: Boxes, extent: Extent, grown: float = 0.0) -> set[int]:
    """Rows whose box, made larger on all sides, meets the extent."""
    west, south, east, north = boxes.T
    meets = (west - grown <= extent.east) & (east + grown >= extent.west)
    return set(
        np.flatnonzero(meets & (south - grown <= extent.north) & (north + grown >= extent.south)).tolist()
    )


def holding(boxes: Boxes, extent: Extent, shrunk: float = 0.0) -> set[int]:
    """Rows whose box lies inside the extent made smaller on all sides."""
    west, south, east, north = boxes.T
    inside = (west >= extent.west + shrunk) & (east <= extent.east - shrunk)
    inside &= (south >= extent.south + shrunk) & (north <= extent.north - shrunk)
    return set(np.flatnonzero(inside).tolist())


@pytest.fixture(scope="module", params=["loaded", "applied"])
def layer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EmbeddedRows, str, Boxes]]:
    """Rows 0 to `COUNT` − 1, by a load or by steps."""
    folder = tmp_path_factory.mktemp("boxes")
    store = open_embedded(folder)
    boxes = some_boxes(np.random.default_rng(5), COUNT)
    parts = [rows_of(part, boxes[part]) for part in np.array_split(np.arange(COUNT), 7)]
    if request.param == "loaded":
        storage = loaded(store, parts)
    else:
        storage = store.make(1, SCHEMA)
        none = np.empty(0, np.int64)
        store.apply(storage, SCHEMA, 1, (Step(number, none, part) for number, part in enumerate(parts)))
    checked(folder, storage)
    yield store, storage, boxes
    store.close()


FLOAT32_STEP = 2.0**-16  # the distance of single-precision numbers at 113 to 114


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_box_is_missed_and_few_are_too_many(
    layer: tuple[EmbeddedRows, str, Boxes], data: st.DataObject
) -> None:
    store, storage, boxes = layer
    # Borders are anywhere, or exactly those of a stored box.
    sides = st.floats(113.7, 114.3) | st.sampled_from(
        boxes[~np.isnan(boxes[:, 0])][:, [0, 2]].ravel().tolist()
    )
    heights = st.floats(22.3, 22.8) | st.sampled_from(
        boxes[~np.isnan(boxes[:, 0])][:, [1, 3]].ravel().tolist()
    )
    west, east = sorted(data.draw(st.tuples(sides, sides)))
    south, north = sorted(data.draw(st.tuples(heights, heights)))
    extent = Extent(west, south, east, north)
    for wide in (False, True):
        candidates = found(store, storage, extent, wide)
        assert meeting(boxes, extent) <= candidates <= meeting(boxes, extent, 2 * FLOAT32_STEP)
    sure = surely_inside(store, storage, extent)
    assert holding(boxes, extent, 2 * FLOAT32_STEP) <= sure <= holding(boxes, extent)


def test_a_box_that_touches_is_found_and_the_next_number_is_no_loss(
    layer: tuple[EmbeddedRows, str, Boxes],
) -> None:
    store, storage, boxes = layer
    for row in np.flatnonzero(~np.isnan(boxes[:, 0]))[:30].tolist():
        west, south, east, north = boxes[row].tolist()
        touching = [
            Extent(east, south, east + 1, north),
            Extent(west - 1, south, west, north),
            Extent(west, north, east, north + 1),
            Extent(west, south - 1, east, south),
            Extent(east, north, east, north),
        ]
        for extent in touching:
            assert row in found(store, storage, extent, False)
            assert row in found(store, storage, extent, True)


def test_rows_without_a_box_are_never_found(layer: tuple[EmbeddedRows, str, Boxes]) -> None:
    store, storage, boxes = layer
    boxed = set(np.flatnonzero(~np.isnan(boxes[:, 0])).tolist())
    assert found(store, storage, EVERYWHERE, False) == boxed
    assert found(store, storage, EVERYWHERE, True) == boxed
    assert surely_inside(store, storage, EVERYWHERE) == boxed


def test_the_largest_box_has_the_largest_size(layer: tuple[EmbeddedRows, str, Boxes]) -> None:
    store, storage, boxes = layer
    live = store.live(storage, SCHEMA)
    with store.reader(storage) as reader:
        found = reader.connection.execute(sa.select(live.c.fid, store.size(live)))
        sizes: dict[int, float] = {row[0]: row[1] for row in found}
    areas = np.nan_to_num((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
    assert sizes == dict(enumerate(areas.tolist()))


def test_the_planner_asks_the_tree_first_only_when_narrow(layer: tuple[EmbeddedRows, str, Boxes]) -> None:
    store, storage, _ = layer
    live = store.live(storage, SCHEMA)

    def plan(wide: bool) -> str:
        page = sa.select(live.c.fid, live.c.geom).where(
            live.c.vfrom <= 1, store.meets(live, EVERYWHERE, wide), live.c.fid > 5
        )
        with store.reader(storage) as reader:
            statement = (
                page.order_by(live.c.fid)
                .limit(10)
                .compile(reader.connection, compile_kwargs={"literal_binds": True})
            )
            steps = reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            return "; ".join(step[3] for step in steps)

    assert "SEARCH live USING INTEGER PRIMARY KEY" in plan(False)
    assert "SEARCH live USING INDEX live_fid" in plan(True)
    assert "TEMP B-TREE" not in plan(True)


def test_boxes_of_every_size_and_place_are_found(tmp_path: Path) -> None:
    boxes = np.array(
        [
            [-180.0, -90, 180, 90],
            [180, 90, 180, 90],
            [-180, -90, -180, -90],
            [0, 0, 0, 0],
            [-1e308, -1e308, 1e308, 1e308],
            [1e-300, 1e-300, 1e-300, 1e-300],
            [-1e-300, 0, 0, 1e-300],
            [1e308, 1e308, 1e308, 1e308],
        ]
    )
    store = open_embedded(tmp_path)
    geometry = rows_of(range(len(boxes)), np.nan_to_num(boxes, posinf=0).clip(-180, 180))
    rows = type(geometry)(geometry.batch, boxes)
    first = store.load(store.make(1, SCHEMA), 1, SCHEMA, 1, iter([rows]))
    second = store.make(2, SCHEMA)
    store.apply(second, SCHEMA, 1, iter([Step(0, np.empty(0, np.int64), rows)]))
    for storage in (first, second):
        checked(tmp_path, storage)
        for row, (west, south, east, north) in enumerate(boxes.tolist()):
            assert row in found(store, storage, Extent(west, south, east, north), False)
    store.close()
