"""The published layers around a delivery and its own layer's last version, for rules that look beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
import sqlalchemy as sa

from diban.app.journeys.granting import public_party
from diban.app.wiring import Platform
from diban.base import MAX_PAGE, Query
from diban.catalogue import State
from diban.ground import GEOMETRY, NOW, GeometryKind, LayerId, Missing, PartyId, Scope
from diban.quality import MOST_CODES, Before, Placed, Register
from diban.store import reading

MOST_AREAS = 20_000
"""Layers with more rows than this give the boxes of their areas alone."""


@dataclass(frozen=True, slots=True)
class Published:
    """Quality's `Surroundings` of a layer: current versions of what its provider may see whole.

    Other layers are read in the provider's own scope: what a report says of their codes and areas is
    said to its stewards.
    """

    platform: Platform
    layer: LayerId

    def register(self, layer: str) -> Register | None:
        """The codes of a published layer with a key, and if it is one of polygons their areas or boxes.

        None where the provider may not see every row and its key; no areas where not every vertex.
        """
        try:
            with reading(self.platform.database) as connection:
                resource = self.platform.catalogue.by_layer_slug(connection, layer)
                own = self.platform.catalogue.by_layer(connection, self.layer)
        except Missing:
            return None  # which the rule says
        found = resource.layer(layer)
        key = found.schema.key
        if resource.state is not State.PUBLISHED or found.layer is None or not found.rows or key is None:
            return None
        scope = scope_of_provider(self.platform, own.entry.provider)
        if found.rows > MOST_CODES or not shows_codes(scope, found.layer, key):
            return None
        exact = scope.on(found.layer).decimals is None
        placed = self.platform.base.schema(self.layer).geometry is not GeometryKind.NONE
        areal = placed and found.schema.geometry is GeometryKind.POLYGON and exact
        rows = self._rows(found.layer, key, areal, scope)
        return _register(rows, key, areal, few=found.rows <= MOST_AREAS)

    def before(self) -> Before | None:
        """Where the rows of the layer's current version lie; None without one, or without key or geometry."""
        schema, version = self.platform.base.schema(self.layer), self.platform.base.current(self.layer)
        key = schema.key
        if version is None or key is None or schema.geometry is GeometryKind.NONE:
            return None

        def middles() -> Iterator[tuple[pa.Array, npt.NDArray[np.float64]]]:
            for batch in self._rows(self.layer, key, True, Scope.system("quality: the version before")):
                values = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
                boxes = shapely.bounds(shapely.from_wkb(values))
                yield batch.column(key), (boxes[:, :2] + boxes[:, 2:]) / 2

        return Before(middles())

    def _rows(self, layer: LayerId, key: str, geometry: bool, scope: Scope) -> Iterator[pa.RecordBatch]:
        snapshot = self.platform.base.at(layer, NOW, scope)
        query: Query | None = Query(fields=(key,), geometry=geometry, limit=MAX_PAGE)
        while query is not None:
            page = snapshot.page(query)
            if page.batch.num_rows:
                yield page.batch
            query = None if page.after is None else replace(query, after=page.after)


def scope_of_provider(platform: Platform, provider: PartyId) -> Scope:
    """What a party sees of the layers: its own and those of the parties below it, and what is granted."""
    with reading(platform.database) as connection:
        above = {public_party(connection), *platform.parties.lineage(connection, provider)}
        below = platform.parties.reach(connection, provider)

    def own(connection: sa.Connection) -> Iterator[LayerId]:
        for party in sorted(below):
            yield from platform.layers_of(connection, party)

    return platform.scopes.get(provider, above, own, "quality: what a delivery is held against")


def shows_codes(scope: Scope, layer: LayerId, key: str) -> bool:
    """Whether every row of the layer can be seen with its key, so that a code not found is not there."""
    if not scope.allows(layer):
        return False
    limits = scope.on(layer)
    return limits.plain(key) and limits.rows is None and limits.area is None


def _register(rows: Iterator[pa.RecordBatch], key: str, areal: bool, *, few: bool) -> Register | None:
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
    if len(codes) > MOST_CODES:
        return None
    return Register(frozenset(codes), areas, placed if areal and not few else None)
