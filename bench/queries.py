"""Pages of features in a small box, at equal density over areas of different size."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import numpy as np

from bench.data import SOUTH, WEST, sides
from bench.place import LAYER, Place
from diban.base import Query, Snapshot
from diban.ground import NOW, Extent, Scope
from diban.store import reading

BOX, WARM_UP, ROUNDS = 0.01, 50, 300


def page_milliseconds(places: Sequence[tuple[Place, int]]) -> list[float]:
    """Median milliseconds of a page of 100 features in a 0.01° box somewhere in each place's layer.

    Asked in turn, so that a change of the machine's speed meets all; the first rounds are not counted.
    """
    snapshots = [_snapshot(place) for place, _ in places]
    rng = np.random.default_rng(7)
    times: list[list[float]] = [[] for _ in places]
    for round_number in range(WARM_UP + ROUNDS):
        for (_, count), snapshot, taken in zip(places, snapshots, times, strict=True):
            width, height = sides(count)
            west, south = WEST + rng.random() * (width - BOX), SOUTH + rng.random() * (height - BOX)
            begun = time.perf_counter()
            snapshot.page(Query(bbox=(Extent(west, south, west + BOX, south + BOX),), limit=100))
            if round_number >= WARM_UP:
                taken.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(taken) for taken in times]


def _snapshot(place: Place) -> Snapshot:
    with reading(place.platform.database) as connection:
        layer = place.platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER).layer
    assert layer is not None
    return place.platform.base.at(layer, NOW, Scope.system("bench"))
