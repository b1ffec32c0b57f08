"""What the platform knows to hold new coordinates against: its districts, and the layer's own features."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.app.wiring import Platform
from diban.base import MAX_PAGE, Query, Snapshot
from diban.ground import GEOMETRY, NOW, Kind, LayerId, Missing, OneOf, Schema, Scope
from diban.intake import Districts, Known, Reference, Sample
from diban.store import reading

_MOST_DISTRICTS, _MOST_KEYS = 1_000, 500


def reference_of(platform: Platform, layer: LayerId, schema: Schema, sample: Sample) -> Reference:
    """The city's area; the layer of districts once it has landed; the sample's features as they are now."""
    return Reference(platform.settings.area, _districts(platform), _known(platform, layer, schema, sample))


def _districts(platform: Platform) -> Districts | None:
    slug = platform.settings.districts
    try:
        with reading(platform.database) as connection:
            layer = platform.catalogue.by_layer_slug(connection, slug).layer(slug).layer
    except Missing:
        return None
    if layer is None or (version := platform.base.current(layer)) is None or version.rows > _MOST_DISTRICTS:
        return None
    found = _now(platform, layer)
    table = pa.Table.from_batches(list(found.batches()))
    shapes = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    if not len(shapes):
        return None
    names = [
        field.name
        for field in found.schema.fields
        if field.kind is Kind.TEXT or (field.kind is Kind.INTEGER and field.name == found.schema.key)
    ]
    texts = [pc.utf8_trim_whitespace(table.column(name).cast(pa.string())) for name in names]
    # Only what tells one district from another names it.
    telling = [text.to_pylist() for text in texts if len(text.unique()) == len(text)]
    return Districts.of(shapes, list(zip(*telling, strict=True)) or [()] * len(shapes))


def _known(platform: Platform, layer: LayerId, schema: Schema, sample: Sample) -> Known | None:
    if schema.key is None or sample.keys is None or platform.base.current(layer) is None:
        return None
    keys = sample.keys.drop_null().unique().slice(0, _MOST_KEYS)
    if not len(keys):
        return None
    query = Query(where=OneOf(schema.key, tuple(keys.to_pylist())), fields=(schema.key,), limit=MAX_PAGE)
    batch = _now(platform, layer).page(query).batch
    shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
    points = shapely.bounds(shapely.centroid(shapes))[:, :2]
    placed = np.isfinite(points).all(axis=1)
    return Known(batch.column(schema.key).filter(pa.array(placed)), points[placed])


def _now(platform: Platform, layer: LayerId) -> Snapshot:
    return platform.base.at(layer, NOW, Scope.system("hold coordinates against it"))
