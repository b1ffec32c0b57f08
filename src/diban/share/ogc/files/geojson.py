"""A layer as one GeoJSON document, made while it is sent (RFC 7946)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from diban.base import Query, Snapshot
from diban.ground import CRS84
from diban.share.http.geojson import features_of

SUFFIX = "geojson"


def geojson_parts(
    snapshot: Snapshot, query: Query, words: dict[str, Any], told: Callable[[int], None]
) -> Iterator[bytes]:
    """The document in parts of one read each, so that memory does not grow with the layer.

    ``words`` (source, licence, version) stand before the features; ``told`` hears how many features
    each part brought.
    """
    head = orjson.dumps({"type": "FeatureCollection", **words})
    yield head[:-1] + b',"features":['
    between = b"\n"
    for batch in snapshot.batches(query):
        if batch.num_rows:
            yield between + b",\n".join(map(orjson.dumps, features_of(batch, CRS84)))
            between = b",\n"
            told(batch.num_rows)
    yield b"\n]}\n"
