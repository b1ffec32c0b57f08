"""The published layers around a delivery and its own layer's last version, for rules that look beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.app.wiring import Platform
from diban.base import MAX_PAGE, Query
from diban.catalogue import State
from diban.ground import GEOMETRY, NOW, GeometryKind, LayerId, Missing, Scope
from diban.quality import Before, Placed, Register
from diban.store import reading

MOST_AREAS = 20_000
"""Layers with more rows than this give the boxes of their areas alone."""


@dataclass(frozen=True, slots=True)
class Published:
    """Quality's `Surroundings` of a layer: current versions, read by the platform itself."""

    platform: Platform
    layer: LayerId

    def register(self, layer: str) -> Register | None:
        """The codes of a published layer with a key, and if it is one of polygons their areas or boxes."""
        try:
            with reading(self.platform.database) as connection:
                resource = self.platform.catalogue.by_layer_slug(connection, layer)
        except Missing:
            return None  # which the rule says
        found = resource.layer(layer)
        key = found.schema.key
        if resource.state is not State.PUBLISHED or found.layer is None or not found.rows or key is None:
            return None
        placed = self.platform.base.schema(self.layer).geometry is not GeometryKind.NONE
        areal = placed and found.schema.geometry is GeometryKind.POLYGON
        rows = self._rows(found.layer, key, areal)
        return _register(rows, key, areal, few=found.rows <= MOST_AREAS)

    def before(self) -> Before | None:
        """Where the rows of the layer's current version lie; None without one, or without key or geometry."""
        schema, version = self.platform.base.schema(self.layer), self.platform.base.current(self.layer)
        key = schema.key
        if version is None or key is None or schema.geometry is GeometryKind.NONE:
            return None

        def middles() -> Iterator[tuple[pa.Array, npt.NDArray[np.float64]]]:
            for batch in self._rows(self.layer, key, True):
                values = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
                boxes = shapely.bounds(shapely.from_wkb(values))
                yield batch.column(key), (boxes[:, :2] + boxes[:, 2:]) / 2

        return Before(middles())

    def _rows(self, layer: LayerId, key: str, geometry: bool) -> Iterator[pa.RecordBatch]:
        snapshot = self.platform.base.at(layer, NOW, Scope.system("quality: what a delivery is held against"))
        query: Query | None = Query(fields=(key,), geometry=geometry, limit=MAX_PAGE)
        while query is not None:
            page = snapshot.page(query)
            if page.batch.num_rows:
                yield page.batch
            query = None if page.after is None else replace(query, after=page.after)


def _register(rows: Iterator[pa.RecordBatch], key: str, areal: bool, *, few: bool) -> Register:
    codes: set[str] = set()
    areas: dict[str, bytes] = {}

    def boxes() -> Iterator[tuple[pa.Array, npt.NDArray[np.float64]]]:
        for batch in rows:
            named = batch.column(key).cast(pa.string())
            codes.update(named.to_pylist())
            if areal and few:
                shapes = zip(named.to_pylist(), batch.column(GEOMETRY).to_pylist(), strict=True)
                areas.update({code: shape for code, shape in shapes if shape is not None})
            elif areal:
                shapes = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
                yield named, shapely.bounds(shapely.from_wkb(shapes))

    placed = Placed(boxes(), 4)
    return Register(frozenset(codes), areas, placed if areal and not few else None)
