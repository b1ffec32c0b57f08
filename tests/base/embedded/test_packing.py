"""The packed R*Tree: the curve's order, sorting outside memory, whole levels of nodes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from diban.base.embedded import packing
from diban.base.embedded.hilbert import hilbert_keys
from diban.base.embedded.packing import ENTRIES, BoxSorter, packed, rounded_outward
from tests.base.embedded.samples import Boxes

CELL = 360.0 / 2**24


def centred(cells: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Boxes:
    """Boxes of no size in the middle of cells of the curve's finest grid."""
    points = (cells + 0.5) * CELL - 180.0
    return np.hstack([points, points])


def test_the_curve_visits_neighbour_after_neighbour() -> None:
    # A square of 64 × 64 cells that lies across borders of coarser steps on every level.
    start = 2**23 - 32
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(64), np.arange(64)))
    cells = np.column_stack([x + start, y + start])
    keys = hilbert_keys(centred(cells)) >> 15
    assert len(np.unique(keys)) == len(keys)
    ordered = cells[np.argsort(keys)]
    jumps = np.abs(np.diff(ordered, axis=0)).sum(axis=1)
    runs = np.diff(np.sort(keys)) == 1
    assert (jumps[runs] == 1).all()
    assert runs.sum() >= len(keys) - 4  # each quarter is visited in one go


def test_keys_of_one_place_differ_and_keep_their_order() -> None:
    keys = hilbert_keys(np.tile([[114.0, 22.5, 114.0, 22.5]], (20_000, 1)))
    assert (np.diff(keys) > 0).all()


def test_boxes_of_no_place_have_keys_too() -> None:
    strange = np.array([[np.nan] * 4, [-np.inf, 0, np.inf, 0], [1e308, 1e308, 1e308, 1e308], [-1e9, 0, 1, 0]])
    assert hilbert_keys(strange).min() >= 0
    assert hilbert_keys(np.empty((0, 4))).tolist() == []


@pytest.mark.parametrize("count", [0, 1, 50, 51, 52, 102, 2601, 2602, 20_000])
def test_runs_are_merged_and_nodes_hold_every_box_once(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_RUN", 2048)
    monkeypatch.setattr(packing, "_BLOCK", 64)
    chance = np.random.default_rng(count)
    low = chance.random((count, 2)) * 10
    boxes = np.hstack([low, low + 0.01])
    with closing(BoxSorter(tmp_path)) as sorter:
        for part in np.array_split(boxes, 13):
            sorter.add(part, hilbert_keys(part))
        assert (sorter.rows, sorter.count) == (count, count)
        parts = list(sorter.sorted())
    keys = np.concatenate([part["key"] for part in parts])
    assert (np.diff(keys) >= 0).all()
    assert max(map(len, parts)) <= 2 * 2048
    levels = list(packed(parts, count))
    leaves = [nodes for nodes in levels if nodes.level == 0]
    assert sorted(np.concatenate([nodes.children for nodes in leaves]).tolist()) == list(range(1, count + 1))
    numbers = np.concatenate([nodes.first + np.arange(len(nodes.bodies)) for nodes in levels])
    assert sorted(numbers.tolist()) == list(range(1, len(numbers) + 1))
    assert [nodes.first for nodes in levels][-1] == 1
    counts = np.concatenate([nodes.bodies["count"] for nodes in leaves])
    assert (counts[:-1] == ENTRIES).all()


def test_thousands_of_boxes_at_one_place_are_still_shared_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_RUN", 2048)
    monkeypatch.setattr(packing, "_BLOCK", 64)
    part = np.tile([[114.0, 22.5, 114.0, 22.5]], (1000, 1))
    with closing(BoxSorter(tmp_path)) as sorter:
        for _ in range(20):
            sorter.add(part, hilbert_keys(part))
        assert max(len(found) for found in sorter.sorted()) <= 2 * 2048


def test_rounding_goes_outward_by_at_most_one_step() -> None:
    chance = np.random.default_rng(3)
    exact = np.sort(chance.random((10_000, 2)) * 360 - 180, axis=1)[:, [0, 0, 1, 1]]
    near = rounded_outward(exact).astype(np.float64)
    assert (near[:, [0, 2]] <= exact[:, [0, 1]]).all()
    assert (near[:, [1, 3]] >= exact[:, [2, 3]]).all()
    assert np.abs(near - exact[:, [0, 2, 1, 3]]).max() <= 2.0**-16
    fits = np.array([[0.5, -2.0, 1.0, 114.25]])
    assert rounded_outward(fits).tolist() == [[0.5, 1.0, -2.0, 114.25]]
