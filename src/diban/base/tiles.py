"""A vector tile from the rows that may be shown in it, within its budget, saying what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from diban.base.boxes import measured
from diban.base.mvt import SUMMARY_BYTES, TileAddress, fit_tile, lie_in, summary_of
from diban.base.packing import packed, unpacked
from diban.ground import GEOMETRY, read_rings

TILE_BYTES = 500_000
"""Of one tile at any zoom, before compression."""

TILE_FEATURES = 10_000
"""Drawn in one tile at most."""

ROOM = TILE_BYTES - SUMMARY_BYTES
"""Of these, for the layer itself."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A vector tile: its bytes, how many features are drawn in it, and what was left out.

    ``counted`` features have the centre of their box in this tile, so that at each zoom every
    feature with a place is counted in exactly one; ``left_out`` of these are not drawn, the smallest
    first. ``simplified`` says that corners were left out too. What is not complete says so in its
    layer `diban.base.SUMMARY`. Of ``plain`` and ``small``, its bytes in gzip, one may be absent: ask
    for `data` and `packed`.
    """

    plain: bytes
    features: int
    left_out: int
    counted: int = 0
    simplified: bool = False
    small: bytes = b""

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.plain or self.small)

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return unpacked(self.small) if self.small and not self.plain else self.plain

    @property
    def packed(self) -> bytes:
        """Its bytes in gzip."""
        return self.small or packed(self.plain)


def tile_of(name: str, batch: pa.RecordBatch, address: TileAddress, counted: int | None = None) -> Tile:
    """The tile of these rows, the largest first.

    ``counted`` says how many rows are counted in the tile when the batch does not hold all of them.
    """
    geometry = batch.column(GEOMETRY)
    rings = read_rings(geometry)
    fitted = fit_tile(name, batch, address, ROOM, rings)
    home = lie_in(measured(geometry, rings)[0], address)
    here = int(home.sum())
    beyond = 0 if counted is None else counted - here
    left_out = beyond + int(home[fitted.lost].sum())
    thinned = bool(fitted.simplified or beyond or len(fitted.lost))
    drawn = fitted.drawing.rows
    return finished(name, fitted.data, drawn, here + beyond, left_out, fitted.simplified, thinned)


def finished(
    name: str, data: bytes, drawn: int, counted: int, left_out: int, simplified: bool, thinned: bool
) -> Tile:
    """The tile of a layer's bytes; ``thinned``: something that lies in it is not all there, which it says."""
    if thinned:
        data += summary_of(name, counted=counted, left_out=left_out, drawn=drawn, simplified=simplified)
    return Tile(data, drawn, left_out, counted, simplified)
