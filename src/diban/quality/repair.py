"""Invalid geometry made valid: a proposal, which lands only when a person has accepted it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.ground import GEOMETRY, HASH, FeatureSet, Schema, row_hashes
from diban.quality.wkb import read_wkb

_AREAS, _LINES = (3, 6), (1, 2, 5)


def proposals(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """A valid geometry for each invalid one; None where none keeps its kind, heights, measures and some size.

    What the boundary encloses stays, what collapses to less than the kind goes (OGC 06-103r4, 6.1).
    """
    with np.errstate(all="ignore"):
        sound = np.isfinite(shapely.bounds(geometries)).all(axis=1)
        made = np.full(len(geometries), None, np.object_)
        made[sound] = shapely.make_valid(geometries[sound], method="structure", keep_collapsed=False)
        before, after = shapely.get_type_id(geometries), shapely.get_type_id(made)
        kept = np.isin(before, _AREAS) & np.isin(after, _AREAS) & (shapely.area(made) > 0)
        kept |= np.isin(before, _LINES) & np.isin(after, _LINES) & (shapely.length(made) > 0)
        kept &= shapely.is_valid(made) & (shapely.has_z(made) == shapely.has_z(geometries))
        kept &= ~shapely.has_m(geometries)  # measures would be lost on the way
    made[~kept] = None
    return made


def repaired(features: FeatureSet) -> FeatureSet:
    """The same features, with invalid geometry replaced by its proposal, and the row hash anew."""

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in features.batches():
            yield _repaired(batch, features.schema)

    return FeatureSet(features.schema, features.crs, batches, features.rows)


def proposed(batch: pa.RecordBatch) -> tuple[npt.NDArray[np.int64], pa.Array]:
    """The places in a batch of the rows whose geometry would be repaired, and the proposals as ISO WKB."""
    geometries = read_wkb(batch.column(GEOMETRY))
    with np.errstate(all="ignore"):
        rows = np.flatnonzero(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries))
    made = proposals(geometries[rows])
    found = made != None  # noqa: E711 - element by element
    return rows[found], pa.array(shapely.to_wkb(made[found], flavor="iso"), pa.binary())


def _repaired(batch: pa.RecordBatch, schema: Schema) -> pa.RecordBatch:
    rows, made = proposed(batch)
    if not len(rows):
        return batch
    replaced = np.zeros(batch.num_rows, np.bool_)
    replaced[rows] = True
    mended = _with(batch.take(pa.array(rows)), GEOMETRY, made)
    columns = {GEOMETRY: mended.column(GEOMETRY)}
    if HASH in batch.schema.names:
        columns[HASH] = row_hashes(mended.select(schema.arrow().names), schema)
    for name, values in columns.items():
        batch = _with(batch, name, pc.replace_with_mask(batch.column(name), pa.array(replaced), values))
    return batch


def _with(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    return batch.set_column(place, batch.schema.field(place), column)
