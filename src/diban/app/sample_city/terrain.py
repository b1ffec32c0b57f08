"""How high the ground lies: flat by the shore, rolling inland, steep in the hills, level on the lakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from diban.app.sample_city.land import Land
from diban.app.sample_city.painted import Squares, blurred, covered, noise, spread
from diban.app.sample_city.plane import Floats

NODATA = -9999.0
"""What stands where the city has no ground: at sea and beyond its border."""

_SIDE = 50.0
_INLAND, _MASSIF, _SLOPE, _FOOT = 60, 30, 12, 5
"""Over how many squares the plain rises, hills make a massif, a hill rises, and its foot is rounded."""
_HIGHEST = 880.0
"""How far the highest hill stands over the plain, in metres."""
_PARTS = 32
"""Heights are whole parts of a metre: some three centimetres."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights in metres above the sea, of the middle of each square; `NODATA` where there is no ground."""

    squares: Squares
    heights: npt.NDArray[np.float32]

    def at(self, x: Floats, y: Floats) -> Floats:
        """The height at points of the board, between the squares around; 0 where there is no ground."""
        ground = np.maximum(self.heights, 0)
        row, column = self.squares.places(x, y)
        row, column = np.clip(row, 0, ground.shape[0] - 1.001), np.clip(column, 0, ground.shape[1] - 1.001)
        top, left = row.astype(np.int64), column.astype(np.int64)
        down, right = row - top, column - left
        upper = ground[top, left] * (1 - right) + ground[top, left + 1] * right
        lower = ground[top + 1, left] * (1 - right) + ground[top + 1, left + 1] * right
        between: Floats = upper * (1 - down) + lower * down
        return between


def terrain_of(land: Land, rng: np.random.Generator) -> Terrain:
    """The heights of a land form."""
    squares = Squares.over(land.land, _SIDE)
    dry = covered(np.array([land.land]), squares)
    heights = _plain(dry.astype(np.float64), squares, rng) + _hills(land, squares, rng)
    rivers = covered(np.array([shapely.union_all(land.rivers)]), squares)
    heights[rivers] = np.maximum(heights[rivers] - 4, 0.5)
    for lake in land.lakes:
        water = covered(np.array([lake]), squares)
        heights[water] = heights[water].min()
    rounded = np.round(heights * _PARTS) / _PARTS
    return Terrain(squares, np.where(dry, rounded, NODATA).astype(np.float32))


def _plain(dry: Floats, squares: Squares, rng: np.random.Generator) -> Floats:
    """A metre or two at the shore, some sixty far from it, with low swells between."""
    inland = np.clip(2 * spread(dry, _INLAND) - 1, 0, 1)
    swells = noise(squares, 4200, rng) + 0.4 * noise(squares, 1500, rng)
    plain: Floats = 2 + 34 * inland**2 + 26 * inland * (1 + swells).clip(0)
    return plain


def _hills(land: Land, squares: Squares, rng: np.random.Generator) -> Floats:
    """How much higher than the plain the hills are: their middle most of all, in ridges and spurs."""
    hills = covered(land.hills, squares).astype(np.float64)
    middle, foot = spread(hills, _SLOPE), blurred(hills, _FOOT)
    tall = (0.25 + 2.2 * spread(hills, _MASSIF)) * (1 + 0.4 * noise(squares, 21_000, rng)).clip(0.5)
    ridges, share = np.zeros_like(hills), 0.5
    for length in (3600, 1700, 800, 380):  # each octave finer, and strongest on what is high already
        crest = 1 - np.abs(noise(squares, length, rng)).clip(0, 1)
        ridges += share * crest**2 * (ridges + 0.5 if ridges.any() else 1)
        share /= 2
    risen = foot * middle * tall * (0.12 + ridges)
    scaled: Floats = risen * (_HIGHEST / risen.max())
    return scaled
