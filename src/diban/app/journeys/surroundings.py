"""The published layers around a delivery, for rules that look beyond the delivered features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from diban.app.wiring import Platform
from diban.base import MAX_PAGE, Query
from diban.catalogue import State
from diban.ground import GEOMETRY, NOW, GeometryKind, Missing, Scope
from diban.quality import Register
from diban.store import reading

MOST_AREAS = 20_000
"""Layers with more rows than this give their codes, not their areas."""


@dataclass(frozen=True, slots=True)
class Published:
    """Quality's `Surroundings`: the current versions of published layers, read by the platform itself."""

    platform: Platform

    def register(self, layer: str) -> Register | None:
        """The codes of a published layer with a key, and their areas if it is a layer of some polygons."""
        try:
            with reading(self.platform.database) as connection:
                resource = self.platform.catalogue.by_layer_slug(connection, layer)
        except Missing:
            return None  # which the rule says
        found = resource.layer(layer)
        key = found.schema.key
        if resource.state is not State.PUBLISHED or found.layer is None or not found.rows or key is None:
            return None
        snapshot = self.platform.base.at(
            found.layer, NOW, Scope.system("quality: the codes that fields name")
        )
        areas = found.schema.geometry is GeometryKind.POLYGON and found.rows <= MOST_AREAS
        query: Query | None = Query(fields=(key,), geometry=areas, limit=MAX_PAGE)
        codes: list[str] = []
        shapes: list[bytes | None] = []
        while query is not None:
            page = snapshot.page(query)
            codes += page.batch.column(key).cast(pa.string()).to_pylist()
            if areas:
                shapes += page.batch.column(GEOMETRY).to_pylist()
            query = None if page.after is None else replace(query, after=page.after)
        return Register(frozenset(codes), _areas(codes, shapes) if areas else {})


def _areas(codes: list[str], shapes: list[bytes | None]) -> dict[str, bytes]:
    return {code: shape for code, shape in zip(codes, shapes, strict=True) if shape is not None}
