"""Which tiles are kept: the others are read from the rows, which is fast where few features lie."""

from __future__ import annotations

DENSE = 3_000
"""Features in a tile from which on it is kept."""

DEEPEST = 16
"""The last zoom that is kept or drawn, however many features lie in one place."""

FEWEST = 8
"""Features from which on a tile is drawn beforehand: fewer are drawn as fast as they are looked up."""
