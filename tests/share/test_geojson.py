"""Batches as GeoJSON: polygons of one ring go a shorter way, and say the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import shape

from diban.ground import CRS84, FID, GEOMETRY, parse_crs
from diban.share.http.geojson import features_of

SQUARE = shapely.box(114.123456789012, 22.5, 114.1240000001, 22.51)
SHAPES = {
    "a square": SQUARE,
    "one with a hole": SQUARE.difference(SQUARE.buffer(-0.0001)),
    "nothing": None,
    "a point with its height": shapely.from_wkt("POINT Z (114.1 22.5 12.5)"),
    "two of them": shapely.multipolygons([SQUARE, shapely.box(114.2, 22.5, 114.3, 22.6)]),
    "empty": shapely.from_wkt("POLYGON EMPTY"),
    "a triangle": shapely.from_wkt("POLYGON ((114 22, 114.00000000000001 22, 114 22.5, 114 22))"),
    "a square with heights": shapely.force_3d(SQUARE, 7.5),
}


def written(names: list[str], crs: str) -> list[dict[str, Any]]:
    shapes = np.array([SHAPES[name] for name in names], np.object_)
    wkb = pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary())
    batch = pa.RecordBatch.from_pydict(
        {FID: pa.array(range(len(names)), pa.int64()), "name": names, GEOMETRY: wkb}
    )
    found: list[dict[str, Any]] = json.loads(orjson.dumps(features_of(batch, parse_crs(crs))))
    assert [each["properties"]["name"] for each in found] == names
    return found


@pytest.mark.parametrize("names", [list(SHAPES), ["a square", "a triangle"], ["nothing"], []])
def test_every_coordinate_is_written_exactly(names: list[str]) -> None:
    for name, feature in zip(names, written(names, CRS84.code), strict=True):
        wanted = SHAPES[name]
        if wanted is None:
            assert feature["geometry"] is None
        else:
            assert shapely.equals_exact(shape(feature["geometry"]), wanted)
            assert shapely.has_z(shape(feature["geometry"])) == shapely.has_z(wanted)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_rings_and_all_others_are_moved_alike(crs: str) -> None:
    alone = written(["a square"], crs)[0]["geometry"]
    two = written(["a square", "two of them"], crs)[1]["geometry"]
    assert shapely.equals_exact(shape(alone), shape(two).geoms[0])
    assert not shapely.equals_exact(shape(alone), SQUARE)
    assert shapely.equals_exact(shape(written(["two of them"], crs)[0]["geometry"]), shape(two))
