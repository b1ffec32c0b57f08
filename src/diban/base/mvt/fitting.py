"""A tile within a budget of bytes: simplified first, then without the last of its features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.base.mvt.address import TileAddress
from diban.base.mvt.encode import bytes_each, layer_of, paths_in
from diban.base.mvt.geometry import Drawing, draw
from diban.base.mvt.paths import Flags, Numbers, Paths
from diban.base.mvt.rings import settle
from diban.base.mvt.simplify import simplify
from diban.ground import FID, GEOMETRY, Rings

_GRID = 1.0
_COARSER = (4.0, 16.0, 64.0)
_MOST_CORNERS = 20_000
"""Of one feature in one tile; mending outlines of more than that on the tile's grid takes seconds."""

_LARGE, _HUGE = 8, 2
"""A share of the budget from which on one feature is made coarser, and from which on it is left out."""

_SHY = 0.97
"""What is cut is cut a little more than the average says, so that it seldom takes another round."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The bytes of a layer; what is drawn; the rows that lie in the tile and are not; whether simplified."""

    data: bytes
    drawing: Drawing
    lost: Numbers
    simplified: bool


def fit_tile(
    name: str, batch: pa.RecordBatch, address: TileAddress, most: int, rings: Rings | None = None
) -> Fitted:
    """`encode_tile` with at most ``most`` bytes, for rows in the order of their weight, the largest first.

    Only a tile that would be larger is changed: corners that its grid hardly shows go first, then
    whole features from the end. A feature that by itself takes half of the budget is left out. Lines
    that shrink to a point are lost, too. ``rings`` are the plain ones of the geometries, where the
    caller has read them already.
    """
    inside, paths, drawing, simplified = _drawn(batch, address, rings)
    data = layer_of(name, batch, drawing)
    if len(data) > most:
        drawing, simplified = _coarser(paths, batch.num_rows, most), True
        data, drawing = fit_drawing(name, batch, drawing, most)
    return Fitted(data, drawing, _lost(inside, drawing), simplified)


def draw_tile(batch: pa.RecordBatch, address: TileAddress) -> Fitted:
    """The same without a budget, and without bytes: what is drawn is to be laid over others first."""
    inside, _, drawing, simplified = _drawn(batch, address)
    return Fitted(b"", drawing, _lost(inside, drawing), simplified)


def _drawn(
    batch: pa.RecordBatch, address: TileAddress, rings: Rings | None = None
) -> tuple[Flags, Paths, Drawing, bool]:
    """Which rows lie in the tile, what of them does, how it is drawn, and whether with fewer corners."""
    paths = paths_in(batch, address, rings=rings)
    inside = np.zeros(batch.num_rows, np.bool_)
    inside[paths.row] = True
    paths, simplified = _without_masses(paths, batch.num_rows)
    return inside, paths, draw(settle(paths)), simplified


def _lost(inside: Flags, drawing: Drawing) -> Numbers:
    """The rows that lie in the tile and are not drawn."""
    lost = inside.copy()
    lost[drawing.row] = False
    return lost.nonzero()[0]


def fit_drawing(name: str, batch: pa.RecordBatch, drawing: Drawing, most: int) -> tuple[bytes, Drawing]:
    """A layer of the first features that have room within ``most`` bytes, and which these are."""
    data = layer_of(name, batch, drawing)
    if len(data) > most:
        fine = _own_bytes(batch, drawing) * _HUGE <= most
        if not fine.all():
            drawing = drawing.where(fine)
            data = layer_of(name, batch, drawing)
    while len(data) > most:
        drawing = drawing.first(int(len(drawing.row) * most / len(data) * _SHY))
        data = layer_of(name, batch, drawing)
    return data, drawing


def _without_masses(paths: Paths, rows: int) -> tuple[Paths, bool]:
    """Features of very many corners with fewer of them, and whether there were any."""
    simplified = False
    if len(paths.x) <= _MOST_CORNERS:
        return paths, simplified
    for tolerance in (_GRID, *_COARSER):
        many = np.bincount(paths.row, paths.counts, rows) > _MOST_CORNERS
        if not many.any():
            break
        paths, simplified = simplify(paths, many, tolerance), True
    return paths, simplified


def _coarser(paths: Paths, rows: int, most: int) -> Drawing:
    """Everything on the tile's grid; what is large by itself even coarser."""
    paths = simplify(paths, np.ones(rows, np.bool_), _GRID)
    drawing = draw(settle(paths))
    for tolerance in _COARSER:
        large: Flags = np.zeros(rows, np.bool_)
        large[drawing.row[bytes_each(drawing.tokens, drawing.counts) * _LARGE > most]] = True
        if not large.any():
            break
        paths = simplify(paths, large, tolerance)
        drawing = draw(settle(paths))
    return drawing


def _own_bytes(batch: pa.RecordBatch, drawing: Drawing) -> Numbers:
    """About how many bytes each feature takes: its geometry and its texts."""
    each = bytes_each(drawing.tokens, drawing.counts)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name not in (FID, GEOMETRY) and pa.types.is_string(column.type):
            each = each + pc.fill_null(pc.binary_length(column), 0).to_numpy()[drawing.row]
    return each
