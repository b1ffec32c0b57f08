"""Names for the search index, read from layers and from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely

from diban.app.wiring import Platform
from diban.base import MAX_PAGE, Query, Snapshot
from diban.catalogue import ABOUT, TITLE, Names, Resource, placeless, resource_texts, shown
from diban.ground import FID, GEOMETRY, GeometryKind, ResourceId, Text
from diban.store import reading


def layer_names(snapshot: Snapshot, fields: tuple[str, ...]) -> Iterator[tuple[int, list[Names]]]:
    """All names of a layer, page by page: how many rows, and for each field the names in it."""
    placed, after = _placed(snapshot), None
    while True:
        page = snapshot.page(Query(fields=fields, geometry=placed, limit=MAX_PAGE, after=after))
        yield page.batch.num_rows, [_names(page.batch, field) for field in fields]
        after = page.after
        if after is None:
            return


def names_of_features(snapshot: Snapshot, field: str, fids: Sequence[int]) -> Names:
    """The names of those features of these numbers that there are."""
    return _names(snapshot.features(fids, (field,)), field)


def names_of_resources(
    platform: Platform, resources: Sequence[Resource], numbers: Mapping[ResourceId, int]
) -> dict[str, Names]:
    """The texts of resources by source, under their numbers in the index."""
    with reading(platform.database) as connection:
        parties = {party.id: party.name for party in platform.parties.list(connection)}
    held: dict[str, list[tuple[int, str]]] = {TITLE: [], ABOUT: []}
    for resource in resources:
        provider = parties.get(resource.entry.provider, Text(zh="", en=""))
        for source, texts in resource_texts(resource, provider).items():
            held[source] += [(numbers[resource.id], text) for text in texts]
    return {
        source: Names(
            np.array([number for number, _ in pairs], np.int64),
            [text for _, text in pairs],
            placeless(len(pairs)),
        )
        for source, pairs in held.items()
    }


def _placed(snapshot: Snapshot) -> bool:
    return snapshot.schema.geometry is not GeometryKind.NONE


def _names(batch: pa.RecordBatch, field: str) -> Names:
    """The names of a batch that say anything, with the boxes of their features."""
    texts = ["" if value is None else shown(value) for value in batch.column(field).to_pylist()]
    kept = np.array([bool(text) for text in texts], np.bool_)
    boxes = placeless(len(texts))
    if GEOMETRY in batch.schema.names and len(texts):
        shapes = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
        boxes = shapely.bounds(shapely.from_wkb(shapes)).reshape(-1, 4)
    return Names(batch.column(FID).to_numpy(), texts, boxes).some(kept)
