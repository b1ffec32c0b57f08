"""A batch of features → the bytes of one tile."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from diban.base.mvt.address import TileAddress
from diban.base.mvt.clip import clip
from diban.base.mvt.geometry import Drawing, draw
from diban.base.mvt.paths import Numbers, Paths, begins, in_turns, offsets
from diban.base.mvt.project import finite, to_tile
from diban.base.mvt.protobuf import VARINT, field, varint, varint_sizes, varints
from diban.base.mvt.rings import settle
from diban.base.mvt.tags import Tags, tag
from diban.base.mvt.wkb import read
from diban.ground import FID, GEOMETRY, Rings

EXTENT, BUFFER = 4096, 64
"""The tile's side, and the margin around it that is drawn too, in tile units."""

_TILE_LAYERS = 3
_VERSION = varint(15 << 3 | VARINT) + varint(2)
_LAYER_NAME = 1
_EXTENT = varint(5 << 3 | VARINT)
_FEATURE, _ID, _TAGS, _TYPE, _GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22  # fields with wire type
_HEADER = 10  # tokens of a feature besides its tags and its geometry


def encode_tile(
    name: str,
    batch: pa.RecordBatch | pa.Table,
    address: TileAddress,
    *,
    extent: int = EXTENT,
    buffer: int = BUFFER,
) -> bytes:
    """One Mapbox Vector Tile 2.1 with one layer ``name``; ``b""`` when nothing of the batch is in the tile.

    ``batch``: ``geometry`` (ISO WKB, longitude and latitude in degrees, any types, Z and M left aside)
    and ``_fid`` (int64, the id of the feature); other columns that do not start with an underscore are
    its properties. ``extent`` is the tile's side and ``buffer`` the margin around it, in tile units.

    Features keep their order. A collection of several kinds becomes one feature for each kind, with
    the same id and tags. Null, EMPTY and non-finite geometries leave no feature. `Damaged` when WKB
    cannot be read, `Invalid` when a property has a type that no tile can hold.
    """
    if isinstance(batch, pa.Table):
        batch = _one_batch(batch)
    paths = paths_in(batch, address, extent, buffer)
    return layer_of(name, batch, draw(settle(paths)), extent)


def paths_in(
    batch: pa.RecordBatch,
    address: TileAddress,
    extent: int = EXTENT,
    buffer: int = BUFFER,
    rings: Rings | None = None,
) -> Paths:
    """What of the geometries lies in the tile and its buffer, in tile units, not yet whole numbers."""
    paths = finite(read(batch.column(GEOMETRY), batch.column(FID), rings))
    return clip(to_tile(paths, address, extent), -buffer, extent + buffer)


def layer_of(name: str, batch: pa.RecordBatch, drawing: Drawing, extent: int = EXTENT) -> bytes:
    """One layer of a tile: the features that are drawn, with ids and properties from their rows."""
    if not len(drawing.row):
        return b""
    ids, properties = _shown(batch, drawing.row)
    tags = tag(properties, len(ids))
    features = _features(ids, drawing, tags)
    layer = _VERSION + field(_LAYER_NAME, name.encode()) + features
    return field(_TILE_LAYERS, layer + tags.keys + tags.values + _EXTENT + varint(extent))


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    """The same rows in a single batch."""
    whole = table.combine_chunks().to_batches()
    return whole[0] if whole else pa.RecordBatch.from_pylist([], schema=table.schema)


def _shown(batch: pa.RecordBatch, rows: Numbers) -> tuple[Numbers, list[tuple[str, pa.Array]]]:
    """Ids and named properties of the features of the tile, in their order."""
    names = batch.schema.names
    columns = {
        name: batch.column(place)
        for place, name in enumerate(names)
        if name == FID or not (name.startswith("_") or name == GEOMETRY)
    }
    if len(rows) != batch.num_rows or not begins(rows).all():
        at = pa.array(rows)
        columns = {name: column.take(at) for name, column in columns.items()}
    ids = columns.pop(FID).to_numpy().astype(np.int64)
    return ids, list(columns.items())


def _features(ids: Numbers, drawing: Drawing, tags: Tags) -> bytes:
    """All fields ``features`` of Layer: every byte of them belongs to a varint, so they are one stream."""
    said = np.empty((3, len(ids)), np.int64)
    said[0], said[1], said[2] = ids, tags.sizes(), bytes_each(drawing.tokens, drawing.counts)
    identity, tag_bytes, geometry_bytes = said.view(np.uint64)
    # four field numbers take a byte each, so does the type
    length = 5 + varint_sizes(said.view(np.uint64)).sum(axis=0) + said[1] + said[2]
    before = np.empty((len(ids), _HEADER + tags.tokens.shape[1]), np.uint64)
    for place, token in enumerate((_FEATURE, length, _ID, identity, _TAGS, tag_bytes)):
        before[:, place] = token
    before[:, 6:-4] = tags.tokens
    for place, token in enumerate((_TYPE, drawing.kind, _GEOMETRY, geometry_bytes), -4):
        before[:, place] = token
    if tags.present is None:
        return varints(in_turns(before.ravel(), before.shape[1], drawing.tokens, drawing.counts))
    present = np.ones(before.shape, np.bool_)
    present[:, 6:-4] = tags.present
    return varints(in_turns(before[present], present.sum(axis=1), drawing.tokens, drawing.counts))


def bytes_each(tokens: NDArray[np.uint64], counts: Numbers) -> Numbers:
    """How many bytes the tokens of each feature take."""
    each: Numbers = np.add.reduceat(varint_sizes(tokens), offsets(counts)[:-1])
    return each
