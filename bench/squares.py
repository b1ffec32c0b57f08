"""Random places of the made-up layers: boxes of degrees, and squares of the tile grid."""

from __future__ import annotations

import math

import numpy as np

from bench.data import SHEET_SIDE, SOUTH, WEST, sheets_side, sides
from bench.mbtiles import Square

BOX = 0.01


def boxes(count: int, polygons: int, seed: int) -> list[str]:
    """Boxes of `BOX` degrees that lie in the layer, as requests write them."""
    rng, (width, height) = np.random.default_rng(seed), sides(polygons)
    west, south = WEST + rng.random(count) * (width - BOX), SOUTH + rng.random(count) * (height - BOX)
    return [f"{w:.6f},{s:.6f},{w + BOX:.6f},{s + BOX:.6f}" for w, s in zip(west, south, strict=True)]


def squares(count: int, polygons: int, zoom: int, seed: int) -> list[Square]:
    """Squares of a zoom that lie in the layer, each once, in any order, at most so many."""
    (width, height), rng = sides(polygons), np.random.default_rng(seed)
    found = _covering(WEST, SOUTH, WEST + width, SOUTH + height, zoom)
    return [found[place] for place in rng.permutation(len(found))[:count]]


def sheet_squares(count: int, zoom: int) -> list[Square]:
    """Every square of a zoom that lies where sheets lie densely."""
    side = sheets_side(count)
    return _covering(WEST + SHEET_SIDE, SOUTH + SHEET_SIDE, WEST + side, SOUTH + side, zoom)


def _covering(west: float, south: float, east: float, north: float, zoom: int) -> list[Square]:
    """The squares that lie wholly in a box of degrees."""
    side = 2**zoom
    columns = range(math.ceil((west + 180) / 360 * side), math.floor((east + 180) / 360 * side))
    rows = range(math.ceil(_down(north) * side), math.floor(_down(south) * side))
    return [(zoom, row, column) for row in rows for column in columns]


def _down(lat: float) -> float:
    return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
