"""Pages of features in a small box, at equal density over areas of different size."""

from __future__ import annotations

import statistics
import time

import numpy as np

from bench.data import SOUTH, WEST, sides
from bench.place import LAYER, Place
from diban.base import Query
from diban.ground import NOW, Extent, Scope
from diban.store import reading

BOX, ROUNDS = 0.01, 300


def page_milliseconds(place: Place, count: int) -> float:
    """Median milliseconds of a page of 100 features in a 0.01° box somewhere in the layer."""
    with reading(place.platform.database) as connection:
        layer = place.platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER).layer
    assert layer is not None
    snapshot = place.platform.base.at(layer, NOW, Scope.system("bench"))
    rng = np.random.default_rng(7)
    width, height = sides(count)
    times = []
    for _ in range(ROUNDS):
        west, south = WEST + rng.random() * (width - BOX), SOUTH + rng.random() * (height - BOX)
        begun = time.perf_counter()
        snapshot.page(Query(bbox=(Extent(west, south, west + BOX, south + BOX),), limit=100))
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
