"""Fingerprints that came twice are found whatever they look like and however they are sliced."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.quality import prints
from diban.quality.prints import Numbers, Prints


def _doubled(parts: list[Numbers]) -> list[int]:
    gathered = Prints()
    for part in parts:
        gathered.add(part)
    return list(gathered.doubled().tolist())


def _truth(parts: list[Numbers]) -> list[int]:
    values, counts = np.unique(np.concatenate([np.empty(0, np.int64), *parts]), return_counts=True)
    return list(values[counts > 1].tolist())


@given(st.lists(st.lists(st.one_of(st.integers(-9, 9), st.integers(-(1 << 63), (1 << 63) - 1)))))
def test_those_that_came_twice_are_found_in_order(parts: list[list[int]]) -> None:
    arrays = [np.array(part, np.int64) for part in parts]
    assert _doubled(arrays) == _truth(arrays)


@pytest.mark.parametrize("step", [1, 1 << 8, 1 << 40])
def test_in_slices_too(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "SLICE", 1_000)
    numbers = np.arange(-10_000, 10_000) * step
    parts = [*np.array_split(numbers, 7), numbers[::13], numbers[::169]]
    assert _doubled(parts) == _truth(parts) == numbers[::13].tolist()


def test_even_hashes_fill_slices_evenly() -> None:
    for numbers in (np.arange(100_000), np.arange(100_000) << 32):
        counts = np.bincount(prints._sliced(numbers, 10).astype(np.int64))
        assert len(counts) == 10
        assert counts.max() < 2 * counts.min()
